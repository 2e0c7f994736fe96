/* test_once.c - the backend `once:` of CUPS, run as cupsd runs it, before a backend that writes
 * down how it was called. What cupsd makes of it: tests/integration/print.test.mjs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <cups/backend.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "patience.h"

#define UUID    "0a1b2c3d-0000-3000-8000-123456789abc"
#define OPTIONS "sides=one-sided job-uuid=urn:uuid:" UUID " number-up=1"

static char folder[64];

static const char *at(const char *name)
{
    static char paths[4][512];
    static size_t next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static void file_put(const char *name, const char *text, mode_t mode)
{
    FILE *f = fopen(at(name), "we");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(at(name), mode), 0);
}

/* What a file holds; "" when it is not there. */
static const char *file_get(const char *name)
{
    static char text[4][2048];
    static size_t next;
    char *to = text[next++ % 4];
    FILE *f = fopen(at(name), "re");

    to[f ? fread(to, 1, sizeof(text[0]) - 1, f) : 0] = '\0';
    if (f)
        fclose(f);
    return to;
}

static bool there(const char *name)
{
    return access(at(name), F_OK) == 0;
}

/* It writes to out/ how it was called; `how` then says what it does. */
static const char backend[] =
    "#!/bin/sh\n"
    "cd \"$OUT\" || exit 9\n"
    "echo run >>runs\n"
    "echo \"$DEVICE_URI|$1|$2|$3|$4|$5|${6:-stdin}\" >called\n"
    "cat \"$CUPS_REQUESTROOT/once/" UUID "\" >marker 2>/dev/null\n"
    "id -un >user\n"
    "cat >paper\n"
    "read -r how <how\n"
    "case $how in\n"
    "hang) trap 'echo told >told; exit 1' TERM ;;\n"
    "gate) ;;\n"
    "*) exit \"$how\" ;;\n"
    "esac\n"
    "echo on >on\n"
    "until [ -e \"$OUT/gate\" ] || [ ! -d \"$OUT\" ]; do sleep 0.05; done\n"
    "echo off >off\n";

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/anchang-once-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(mkdir(at("bin"), 0755), 0);
    assert_int_equal(mkdir(at("bin/backend"), 0755), 0);
    assert_int_equal(mkdir(at("spool"), 0711), 0);
    assert_int_equal(mkdir(at("out"), 0777), 0);
    assert_int_equal(chmod(at("out"), 0777), 0);
    file_put("bin/backend/real", backend, 0755);
    file_put("out/how", "0\n", 0644);
    file_put("document", "%PDF", 0644);
    return 0;
}

static int removed(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    return nftw(folder, removed, 16, FTW_DEPTH | FTW_PHYS);
}

struct call {
    const char *uri, *options, *file;
    bool no_spool, no_room;
};

/* Started as cupsd starts a backend; its pid. */
static pid_t started(const struct call *call)
{
    const char *options = call->options ? call->options : OPTIONS;
    const char *uri = call->uri ? call->uri : "once:real://user:secret@printer/a?b=c";
    pid_t pid = fork();
    int in, err;

    if (pid)
        return pid;
    in = open(at("document"), O_RDONLY | O_CLOEXEC);
    err = open(at("said"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    /* house: allow cloexec - these two are for the program that follows */
    if (in < 0 || err < 0 || dup2(in, 0) < 0 || dup2(err, 2) < 0)
        _exit(99);
    setenv("DEVICE_URI", uri, 1);
    setenv("CUPS_SERVERBIN", at("bin"), 1);
    setenv("CUPS_REQUESTROOT", call->no_spool ? at("nowhere") : at("spool"), 1);
    setenv("OUT", at("out"), 1);
    if (call->no_room) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
    }
    execl(ONCE, "once:real://printer/a?b=c", "7", "lp", "R-1", "1", options, call->file, NULL);
    _exit(98);
}

static int ended(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int run(const struct call *call)
{
    return ended(started(call));
}

static const struct call plain = {.uri = NULL};

static void wait_for(const char *name)
{
    for (int i = 0; !there(name) && i < PATIENCE_MS / 10; i++)
        poll(NULL, 0, 10);
    assert_true(there(name));
}

/* Begun by some process, then @rest. */
static void assert_marked(const char *text, const char *rest)
{
    assert_int_equal(strncmp(text, "BEGUN ", 6), 0);
    text += 6 + strspn(text + 6, "0123456789");
    assert_int_equal(*text, '\n');
    assert_string_equal(text + 1, rest);
}

/* ---- the tests ---- */

static void test_no_device(void **state)
{
    (void)state;
    pid_t pid = fork();

    if (pid == 0) {
        const int out = open(at("listed"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

        /* house: allow cloexec - for the program that follows */
        dup2(out, 1);
        execl(ONCE, ONCE, NULL);
        _exit(98);
    }
    assert_int_equal(ended(pid), CUPS_BACKEND_OK);
    assert_string_equal(file_get("listed"), "");
    assert_false(there("spool/once"));
}

static void test_first(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(run(&plain), CUPS_BACKEND_OK);
    assert_string_equal(file_get("out/called"),
                        "real://user:secret@printer/a?b=c|7|lp|R-1|1|" OPTIONS "|stdin\n");
    assert_string_equal(file_get("out/paper"), "%PDF");
    assert_marked(file_get("spool/once/" UUID), "END\n");
    assert_int_equal(stat(at("spool/once"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(stat(at("spool/once/" UUID), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_file(void **state)
{
    char file[512], wanted[520];
    const struct call call = {.file = file};

    (void)state;
    snprintf(file, sizeof(file), "%s", at("document"));
    assert_int_equal(run(&call), CUPS_BACKEND_OK);
    snprintf(wanted, sizeof(wanted), "|%s\n", file);
    assert_non_null(strstr(file_get("out/called"), wanted));
}

/* The real backend finds it begun, and not ended. */
static void test_marked_before(void **state)
{
    (void)state;
    if (geteuid() == 0) /* who may read the marker */
        assert_int_equal(chmod(at("bin/backend/real"), 0744), 0);
    assert_int_equal(run(&plain), CUPS_BACKEND_OK);
    assert_marked(file_get("out/marker"), "");
}

static void test_again(void **state)
{
    (void)state;
    assert_int_equal(run(&plain), CUPS_BACKEND_OK);
    assert_int_equal(run(&plain), CUPS_BACKEND_OK);
    assert_non_null(strstr(file_get("said"), "INFO: "));
    assert_string_equal(file_get("out/runs"), "run\n");
    assert_marked(file_get("spool/once/" UUID), "END\n");
}

/* No status of the real one makes cupsd run the job again, and none lets it be printed again. */
static void test_failed(void **state)
{
    (void)state;
    for (int code = CUPS_BACKEND_FAILED; code <= CUPS_BACKEND_RETRY_CURRENT; code++) {
        char options[128], how[16];
        const struct call call = {.options = options};

        snprintf(options, sizeof(options),
                 "job-uuid=urn:uuid:0a1b2c3d-0000-3000-8000-12345678900%d", code);
        snprintf(how, sizeof(how), "%d\n", code);
        file_put("out/how", how, 0644);
        unlink(at("out/runs"));
        assert_int_equal(run(&call), CUPS_BACKEND_CANCEL);
        file_put("out/how", "0\n", 0644);
        assert_int_equal(run(&call), CUPS_BACKEND_CANCEL);
        assert_non_null(strstr(file_get("said"), "ERROR: "));
        assert_string_equal(file_get("out/runs"), "run\n");
    }
}

static void test_killed(void **state)
{
    pid_t pid;
    int status;

    (void)state;
    file_put("out/how", "gate\n", 0644);
    pid = started(&plain);
    wait_for("out/on");
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(run(&plain), CUPS_BACKEND_CANCEL);
    file_put("out/gate", "", 0644);
    wait_for("out/off"); /* it outlived us */
    assert_string_equal(file_get("out/runs"), "run\n");
}

/* cupsd was killed and began the job again, while the first run goes on. */
static void test_beside(void **state)
{
    pid_t first, second;
    int status;

    (void)state;
    file_put("out/how", "gate\n", 0644);
    first = started(&plain);
    wait_for("out/on");
    second = started(&plain);
    poll(NULL, 0, 200); /* it does not end by itself */
    assert_int_equal(waitpid(second, &status, WNOHANG), 0);
    file_put("out/gate", "", 0644);
    assert_int_equal(ended(first), CUPS_BACKEND_OK);
    assert_int_equal(ended(second), CUPS_BACKEND_OK);
    assert_string_equal(file_get("out/runs"), "run\n");
}

/* The same, and the job is cancelled: the printer must not print it hours later. */
static void test_beside_cancelled(void **state)
{
    pid_t begun, waiting;
    int status;

    (void)state;
    file_put("out/how", "hang\n", 0644);
    begun = started(&plain);
    wait_for("out/on");
    waiting = started(&plain);
    poll(NULL, 0, 200);
    assert_int_equal(waitpid(waiting, &status, WNOHANG), 0);
    assert_int_equal(kill(waiting, SIGTERM), 0);
    assert_int_equal(ended(waiting), CUPS_BACKEND_CANCEL);
    assert_int_equal(ended(begun), CUPS_BACKEND_CANCEL);
    assert_string_equal(file_get("out/told"), "told\n");
}

static void test_told_to_end(void **state)
{
    pid_t pid;

    (void)state;
    file_put("out/how", "hang\n", 0644);
    pid = started(&plain);
    wait_for("out/on");
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(ended(pid), CUPS_BACKEND_CANCEL);
    assert_string_equal(file_get("out/told"), "told\n");
}

static void refused(const struct call *call)
{
    assert_int_equal(run(call), CUPS_BACKEND_CANCEL);
    if (!call->no_room) /* its words are in a file, too */
        assert_non_null(strstr(file_get("said"), "nothing was printed"));
    assert_false(there("out/runs"));
}

static void test_refused(void **state)
{
    static const struct call calls[] = {
        {.options = ""},
        {.options = "job-uuid=urn:uuid:"},
        {.options = "job-uuid=" UUID "/../../x"},
        {.options = "job-uuid=urn:uuid:../../../../../../../../../../tmp/1234"},
        /* within another's value it is none */
        {.options = "note='a job-uuid=urn:uuid:" UUID " b'"},
        {.uri = "real://printer"},
        {.uri = "once:"},
        {.uri = "once:none://printer"},
        {.uri = "once:../real:x"},
        {.uri = "once:once:real://printer"},
        {.no_spool = true},
        {.no_room = true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        refused(&calls[i]);
}

static bool lp_there(void)
{
    struct passwd lp, *found = NULL;
    char text[1024];

    getpwnam_r("lp", &lp, text, sizeof(text), &found);
    return found != NULL;
}

/* As cupsd would: root where others may not run it, else the user of backends. */
static void test_user(void **state)
{
    (void)state;
    if (geteuid() != 0 || !lp_there())
        skip();
    assert_int_equal(run(&plain), CUPS_BACKEND_OK);
    assert_string_equal(file_get("out/user"), "lp\n");
    assert_int_equal(unlink(at("spool/once/" UUID)), 0);
    assert_int_equal(chmod(at("bin/backend/real"), 0744), 0);
    assert_int_equal(run(&plain), CUPS_BACKEND_OK);
    assert_string_equal(file_get("out/user"), "root\n");
}

static void old_put(const char *name, int days)
{
    const struct timespec then[2] = {{.tv_sec = time(NULL) - days * 86400L},
                                     {.tv_sec = time(NULL) - days * 86400L}};

    file_put(name, "BEGUN\n", 0600);
    assert_int_equal(utimensat(AT_FDCWD, at(name), then, 0), 0);
}

static void test_swept(void **state)
{
    static const char old[] = "spool/once/00000000-0000-0000-0000-000000000031",
                      young[] = "spool/once/00000000-0000-0000-0000-000000000029";

    (void)state;
    assert_int_equal(mkdir(at("spool/once"), 0700), 0);
    old_put(old, 31);
    old_put(young, 29);
    assert_int_equal(run(&plain), CUPS_BACKEND_OK);
    assert_false(there(old));
    assert_true(there(young));
    old_put(old, 31); /* once a day */
    assert_int_equal(unlink(at("spool/once/" UUID)), 0);
    assert_int_equal(run(&plain), CUPS_BACKEND_OK);
    assert_true(there(old));
    old_put("spool/once/swept", 2);
    assert_int_equal(unlink(at("spool/once/" UUID)), 0);
    assert_int_equal(run(&plain), CUPS_BACKEND_OK);
    assert_false(there(old));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_no_device),     CASE(test_first),   CASE(test_file),
        CASE(test_marked_before), CASE(test_again),   CASE(test_failed),
        CASE(test_killed),        CASE(test_beside),  CASE(test_beside_cancelled),
        CASE(test_told_to_end),   CASE(test_refused), CASE(test_user),
        CASE(test_swept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

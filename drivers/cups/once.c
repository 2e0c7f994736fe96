/* once.c - the backend `once:` of CUPS: the real backend runs at most once for a job (RS D4, P5).
 *
 * A queue's device is `once:` and the real address, once:ipp://10.0.0.9/ipp/print. cupsd runs a job
 * again whenever it does not know that it ended: after a crash, after a restart in the middle,
 * after a failure by most error policies, when somebody releases or restarts it. Paper that came
 * out cannot be taken back; so a marker of the job is on the disk before the first byte leaves, and
 * where there is one already nothing is printed. A run that was cut off may have printed: to
 * print again is for people, who see the paper, and makes a job of its own.
 *
 * A marker is a file by the job's job-uuid (its number is given again after a crash) in `once/`
 * beside the jobs themselves, $CUPS_REQUESTROOT: both are there or neither is. It says BEGUN, and
 * when the real backend ended well END, both on the disk before anything rests on them. The run
 * that made it holds its lock: a backend outlives a killed cupsd, and a second run of the job waits
 * for it, and passes on to it that the job is cancelled. After END the second run says that the job
 * is done; else it is cancelled.
 *
 * Exit status: CUPS_BACKEND_OK or CUPS_BACKEND_CANCEL. By some error policy each other one lets
 * cupsd 2.4.2 run the job again, or keeps it for somebody to release; STOP has the jobs behind it
 * come out all together after the queue is resumed.
 *
 * It runs as root, as the backends it calls may (Debian's usb, lpd, serial), and gives those that
 * cupsd would not run as root to the user cupsd gives them to.
 */
#include <cups/backend.h>
#include <cups/cups.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    KEPT_S = 30 * 24 * 3600, /* a marker; by then CUPS has long forgotten the job */
    SWEPT_S = 24 * 3600,     /* between two sweeps */
    UUID_TEXT = 36,
    MARK_TEXT = 128,
};
static const char user_of_backends[] = "lp"; /* User of cups-files.conf, as Debian has it */
static const char begun[] = "BEGUN ", end[] = "END\n";

struct run {
    const char *uri;        /* the real one */
    char program[PATH_MAX]; /* the real backend */
    bool as_root;
    char uuid[UUID_TEXT + 1];
    int folder, marker; /* descriptors; -1: none */
};

/* A line for cupsd; what follows ERROR: becomes the words of the job on the screens. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    char line[512];
    va_list ap;

    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    dprintf(STDERR_FILENO, "%s\n", line);
}

/* ---- what is to be run ---- */

/* -EINVAL: the job says no uuid, or one that is no file's name. */
static int uuid_read(const char *options, char ret_uuid[UUID_TEXT + 1])
{
    static const char urn[] = "urn:uuid:";
    cups_option_t *list = NULL;
    const int n = cupsParseOptions(options, 0, &list);
    const char *said = cupsGetOption("job-uuid", n, list);
    int r = -EINVAL;

    if (said && strncmp(said, urn, sizeof(urn) - 1) == 0)
        said += sizeof(urn) - 1;
    if (said && strlen(said) == UUID_TEXT && strspn(said, "0123456789abcdef-") == UUID_TEXT) {
        memcpy(ret_uuid, said, UUID_TEXT + 1);
        r = 0;
    }
    cupsFreeOptions(n, list);
    return r;
}

/* The real address and the program for it. -EINVAL: not an address; -errno: no such program. */
static int target_read(const char *uri, struct run *run)
{
    static const char own[] = "once:";
    const char *bin = getenv("CUPS_SERVERBIN");
    struct stat st;
    size_t scheme;

    if (!uri || strncmp(uri, own, sizeof(own) - 1) != 0)
        return -EINVAL;
    run->uri = uri + sizeof(own) - 1;
    scheme = strspn(run->uri, "abcdefghijklmnopqrstuvwxyz0123456789+-");
    if (scheme == 0 || run->uri[scheme] != ':' || strncmp(run->uri, own, sizeof(own) - 1) == 0)
        return -EINVAL;
    if (snprintf(run->program, sizeof(run->program), "%s/backend/%.*s", bin ? bin : "/usr/lib/cups",
                 (int)scheme, run->uri) >= (int)sizeof(run->program))
        return -EINVAL;
    if (stat(run->program, &st) < 0)
        return -errno;
    /* backend(7): those that others may not run are run as root. */
    run->as_root = !(st.st_mode & (S_IWGRP | S_IWOTH | S_IXOTH));
    return 0;
}

/* ---- the marker ---- */

static int folder_open(int *ret_folder)
{
    const char *root = getenv("CUPS_REQUESTROOT");
    char path[PATH_MAX];
    int fd;

    if (!root || snprintf(path, sizeof(path), "%s/once", root) >= (int)sizeof(path))
        return -EINVAL;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return -errno;
    fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fsync(fd) < 0) {
        const int r = -errno;

        close(fd);
        return r;
    }
    close(fd);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret_folder = fd;
    return 0;
}

/* Says it in the marker, on the disk when this returns. */
static int mark(const struct run *run, const char *text)
{
    const size_t n = strlen(text);

    if (write(run->marker, text, n) != (ssize_t)n)
        return errno ? -errno : -EIO;
    return fsync(run->marker) < 0 ? -errno : 0;
}

/* Makes it, locked. -EEXIST: there is one already; another -errno: it may be there half. */
static int marker_make(struct run *run)
{
    char text[MARK_TEXT];
    int r;

    run->marker =
        openat(run->folder, run->uuid, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (run->marker < 0)
        return -errno;
    if (flock(run->marker, LOCK_EX) < 0)
        return -errno;
    snprintf(text, sizeof(text), "%s%ld\n", begun, (long)getpid());
    r = mark(run, text);
    if (r == 0 && fsync(run->folder) < 0)
        r = -errno;
    return r;
}

static volatile pid_t first; /* the run that is waited for; 0: none */

static void first_end(int signal)
{
    if (first)
        kill(first, signal);
}

/* What the marker says; -errno. */
static int marker_read(const struct run *run, char text[MARK_TEXT])
{
    const ssize_t n = pread(run->marker, text, MARK_TEXT - 1, 0);

    if (n < 0)
        return -errno;
    text[n] = '\0';
    return 0;
}

/* Waits until the run that made it is over, which a cancelled job is told. Whether the real backend
 * ended well. */
static bool marker_ended(struct run *run)
{
    const struct sigaction told = {.sa_handler = first_end, .sa_flags = SA_RESTART};
    char text[MARK_TEXT];

    run->marker = openat(run->folder, run->uuid, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (run->marker < 0 || marker_read(run, text) < 0)
        return false;
    if (flock(run->marker, LOCK_EX | LOCK_NB) < 0) {
        /* The one that has the lock is alive, and is who wrote this. */
        if (strncmp(text, begun, sizeof(begun) - 1) == 0)
            first = (pid_t)strtol(text + sizeof(begun) - 1, NULL, 10);
        sigaction(SIGTERM, &told, NULL);
        if (flock(run->marker, LOCK_EX) < 0)
            return false;
        first = 0;
    }
    return marker_read(run, text) == 0 && strstr(text, end) != NULL;
}

/* Once a day, what is older than they are kept. */
static void sweep(const struct run *run)
{
    static const char last[] = "swept";
    const time_t now = time(NULL);
    struct dirent *entry;
    struct stat st;
    DIR *dir;
    int fd;

    if (fstatat(run->folder, last, &st, AT_SYMLINK_NOFOLLOW) == 0 && now - st.st_mtime < SWEPT_S)
        return;
    fd = openat(run->folder, last, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    futimens(fd, NULL);
    close(fd);
    fd = openat(run->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((entry = readdir(dir)))
        if (strlen(entry->d_name) == UUID_TEXT &&
            fstatat(run->folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            now - st.st_mtime > KEPT_S)
            unlinkat(run->folder, entry->d_name, 0);
    closedir(dir);
}

/* ---- the real backend ---- */

/* What cupsd would have run it as. */
static int user_become(const struct run *run)
{
    struct passwd user, *found = NULL;
    char text[1024];

    if (geteuid() != 0 || run->as_root)
        return 0;
    if (getpwnam_r(user_of_backends, &user, text, sizeof(text), &found) != 0 || !found)
        return -ENOENT;
    if (setgroups(1, &user.pw_gid) < 0 || setgid(user.pw_gid) < 0 || setuid(user.pw_uid) < 0)
        return -errno;
    return 0;
}

static _Noreturn void backend_exec(const struct run *run, char **argv, const sigset_t *mask)
{
    int r;

    sigprocmask(SIG_SETMASK, mask, NULL);
    r = user_become(run);
    /* The address that cupsd shows in argv[0] is without its password; this one is not. */
    if (r == 0 && setenv("DEVICE_URI", run->uri, 1) < 0)
        r = -errno;
    if (r == 0) {
        execv(run->program, argv);
        r = -errno;
    }
    say("ERROR: %s: %s", run->program, strerror(-r));
    _exit(CUPS_BACKEND_FAILED);
}

/* Waits for it; a signal to end is passed on, whoever sent it to us alone. Its wait status. */
static int backend_wait(pid_t child, const sigset_t *awaited)
{
    int status = 0;

    for (;;) {
        const int signal = sigwaitinfo(awaited, NULL);

        if (signal > 0 && signal != SIGCHLD)
            kill(child, signal);
        if (waitpid(child, &status, WNOHANG) == child)
            return status;
    }
}

/* Whether it ended well. */
static bool backend_run(const struct run *run, char **argv)
{
    sigset_t awaited, before;
    pid_t child;
    int status;

    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGHUP);
    sigprocmask(SIG_BLOCK, &awaited, &before);
    child = fork();
    if (child == 0)
        backend_exec(run, argv, &before);
    /* cupsd may be gone, and who reads our lines with it: that must not keep END from the disk. */
    signal(SIGPIPE, SIG_IGN);
    if (child < 0) {
        say("ERROR: %s", strerror(errno));
        return false;
    }
    /* The end of the document must reach the real one alone. */
    close(STDIN_FILENO);
    status = backend_wait(child, &awaited);
    if (WIFEXITED(status))
        say("DEBUG: once: %s ended with %d", run->program, WEXITSTATUS(status));
    else
        say("DEBUG: once: %s was ended by signal %d", run->program, WTERMSIG(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- one job ---- */

/* The document is taken though nobody prints it: a filter whose reader goes away fails, and cupsd
 * then stops the job, whatever the backend says. */
static void swallow(void)
{
    char bytes[65536];

    while (read(STDIN_FILENO, bytes, sizeof(bytes)) > 0)
        ;
}

static int again(struct run *run)
{
    const bool ended = marker_ended(run);

    swallow();
    if (ended) {
        say("INFO: 此任务此前已送达打印机，未再打印 (was printed before, is not printed again)");
        return CUPS_BACKEND_OK;
    }
    say("ERROR: 此任务此前打印到一半中断，不会自动重打，请看是否出纸 (was cut off, is not begun again)");
    return CUPS_BACKEND_CANCEL;
}

static int nothing_printed(const char *what, int r)
{
    swallow();
    say("ERROR: 未打印 (nothing was printed): %s: %s", what, strerror(-r));
    return CUPS_BACKEND_CANCEL;
}

static int job_run(struct run *run, char **argv)
{
    const char *options = argv[5];
    int r = target_read(getenv("DEVICE_URI") ? getenv("DEVICE_URI") : argv[0], run);

    if (r < 0)
        return nothing_printed("once:<device>", r);
    r = uuid_read(options, run->uuid);
    if (r < 0)
        return nothing_printed("job-uuid", r);
    r = folder_open(&run->folder);
    if (r < 0)
        return nothing_printed("once/", r);
    r = marker_make(run);
    if (r == -EEXIST)
        return again(run);
    if (r < 0)
        return nothing_printed(run->uuid, r);
    argv[0] = (char *)run->uri;
    if (!backend_run(run, argv))
        return CUPS_BACKEND_CANCEL;
    r = mark(run, end);
    if (r < 0) /* it did print; only a second run would not know */
        say("WARNING: once/%s: %s", run->uuid, strerror(-r));
    sweep(run);
    return CUPS_BACKEND_OK;
}

int main(int argc, char **argv)
{
    struct run run = {.folder = -1, .marker = -1};

    if (argc == 1) /* asked for devices: it has none of its own */
        return CUPS_BACKEND_OK;
    if (argc != 6 && argc != 7) {
        say("Usage: %s job-id user title copies options [file]", argv[0]);
        return CUPS_BACKEND_CANCEL;
    }
    return job_run(&run, argv);
}

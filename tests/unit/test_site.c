/* test_site.c - the state folder: one owner, keys that stay, a database that is whole and not
 * newer. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/site.h"
#include "db/audit.h"
#include "db/clock.h"
#include "db/customer.h"
#include "db/migrate.h"
#include "db/store.h"
#include "db/tx.h"

static struct config config;
static struct app app;
static char what[400];

static int setup(void **state)
{
    char dir[] = "/tmp/anchang-site.XXXXXX";

    (void)state;
    unsetenv("CREDENTIALS_DIRECTORY");
    memset(&config, 0, sizeof(config));
    memset(&app, 0, sizeof(app));
    assert_non_null(mkdtemp(dir));
    snprintf(config.state_dir, sizeof(config.state_dir), "%s/state", dir);
    return 0;
}

static int teardown(void **state)
{
    char *argv[] = {(char[]){"rm"}, (char[]){"-rf"}, config.state_dir, NULL};
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        *strrchr(config.state_dir, '/') = '\0';
        execvp(argv[0], argv);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    return 0;
}

static int open_site(struct site *site)
{
    return site_open(&config, &app, site, what, sizeof(what));
}

static const char *in_state(const char *name)
{
    static char path[640];

    snprintf(path, sizeof(path), "%s/%s", config.state_dir, name);
    return path;
}

static int mode_of(const char *name)
{
    struct stat st;

    return stat(in_state(name), &st) < 0 ? -1 : (int)(st.st_mode & 07777);
}

static void test_new(void **state)
{
    static const char *const folders[] = {"", "secret", "media", "upload", "import", "backup"};
    struct site site;
    struct stat st;

    (void)state;
    assert_int_equal(open_site(&site), 0);
    assert_string_equal(what, "");
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        assert_int_equal(mode_of(folders[i]), 0700);
    assert_int_equal(mode_of("secret/audit.key"), 0600);
    assert_int_equal(mode_of("secret/link.key"), 0600);
    assert_int_equal(mode_of("anchang.db"), 0600);
    assert_int_equal(mode_of("lock"), 0600);
    assert_int_equal(stat(in_state("secret/audit.key"), &st), 0);
    assert_int_equal(st.st_size, 32);
    assert_int_equal(st.st_nlink, 1);
    assert_int_equal(app.schema, (int)migrations_count);
    assert_string_equal(app.db_path, in_state("anchang.db"));
    assert_string_equal(app.media_dir, in_state("media"));
    assert_string_equal(app.import_dir, in_state("import"));
    site_close(&site);
    site_close(&site); /* twice is harmless */
}

static void test_again(void **state)
{
    uint8_t first[32];
    struct site site;

    (void)state;
    assert_int_equal(open_site(&site), 0);
    memcpy(first, app.link_key, sizeof(first));
    site_close(&site);
    memset(&app, 0, sizeof(app));
    assert_int_equal(open_site(&site), 0);
    assert_memory_equal(app.link_key, first, sizeof(first)); /* links given out stay good */
    site_close(&site);
    assert_int_equal(unlink(in_state("secret/link.key")), 0);
    assert_int_equal(open_site(&site), 0);
    assert_memory_not_equal(app.link_key, first, sizeof(first)); /* and each site's is its own */
    site_close(&site);
}

/* F13: the second one says who has it, and does not disturb. */
static void test_second_process(void **state)
{
    struct site site, second = {.lock_fd = 5};
    char text[24] = "";
    pid_t child;
    int status = 0, fd;

    (void)state;
    assert_int_equal(open_site(&site), 0);
    child = fork();
    if (child == 0) {
        int r = open_site(&second);

        _exit(r == -EALREADY && second.lock_fd == -1 && second.holder == getppid() &&
                      strstr(what, "in use") && app.db_path[0]
                  ? 42
                  : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
    fd = open(in_state("lock"), O_RDONLY | O_CLOEXEC);
    assert_true(read(fd, text, sizeof(text) - 1) > 0);
    close(fd);
    assert_int_equal(strtol(text, NULL, 10), getpid()); /* ours still stands there */
    /* In one process too. */
    assert_int_equal(open_site(&second), -EALREADY);
    site_close(&second);
    site_close(&site);
    assert_int_equal(open_site(&site), 0);
    site_close(&site);
}

static void test_lock_dies_with_its_process(void **state)
{
    struct site site;
    int status = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        _exit(open_site(&site) == 0 ? 0 : 1); /* without closing */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(open_site(&site), 0);
    site_close(&site);
}

static void write_file(const char *name, const void *data, size_t n)
{
    int fd = open(in_state(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, n), (ssize_t)n);
    close(fd);
}

static void test_keys_of_another_size(void **state)
{
    static const uint8_t bytes[64] = {1};
    static const size_t sizes[] = {0, 1, 31, 33, 64};
    struct site site;

    (void)state;
    assert_int_equal(open_site(&site), 0);
    site_close(&site);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        write_file("secret/link.key", bytes, sizes[i]);
        assert_int_equal(open_site(&site), -EBADMSG);
        assert_non_null(strstr(what, "secret/link.key"));
    }
    write_file("secret/link.key", bytes, 32);
    write_file("secret/link.key.part", bytes, 5); /* what a cut-off start left is no matter */
    assert_int_equal(open_site(&site), 0);
    assert_memory_equal(app.link_key, bytes, 32);
    site_close(&site);
}

/* The audit log is not gone on with under another key (RS F50). */
static void test_audit_key_lost(void **state)
{
    static const uint8_t other[32] = {9};
    struct fault fault = {0};
    struct site site;
    struct tx tx = {.actor = &actor_system, .now_ms = 1, .fault = &fault};

    (void)state;
    assert_int_equal(open_site(&site), 0);
    assert_int_equal(db_open(app.db_path, DB_WRITER, &tx.db), 0);
    assert_int_equal(audit_add(&tx, "a", "b", 1, 0, NULL), 0);
    db_close(tx.db);
    site_close(&site);
    assert_int_equal(rename(in_state("secret/audit.key"), "/tmp/anchang-kept.key"), 0);
    assert_int_equal(open_site(&site), -ENOENT);
    assert_int_equal(mode_of("secret/audit.key"), -1); /* not replaced */
    write_file("secret/audit.key", other, sizeof(other));
    assert_int_equal(open_site(&site), -EKEYREJECTED);
    site_close(&site);
    assert_int_equal(unlink(in_state("secret/audit.key")), 0);
    /* From where the configuration says. */
    snprintf(config.audit_key_file, sizeof(config.audit_key_file), "/tmp/anchang-kept.key");
    assert_int_equal(open_site(&site), 0);
    site_close(&site);
    assert_int_equal(unlink("/tmp/anchang-kept.key"), 0);
}

/* ---- what seals personal data ---- */

static void write_more(const char *name, const void *data, size_t n)
{
    int fd = open(in_state(name), O_WRONLY | O_APPEND | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, n), (ssize_t)n);
    close(fd);
}

static void customer_add(const char *phone)
{
    const struct customer_new c = {.source_id = 3,
                                   .kind = "person",
                                   .name = "n",
                                   .notice = "n",
                                   .phones = {phone},
                                   .n_phones = 1};
    struct fault fault = {0};
    struct tx tx = {.actor = &actor_system, .now_ms = 1, .fault = &fault, .seal = &app.seal};
    int64_t id = 0;

    assert_int_equal(db_open(app.db_path, DB_WRITER, &tx.db), 0);
    assert_int_equal(db_begin(tx.db), 0);
    assert_int_equal(customer_create(&tx, &c, &id), 0);
    assert_int_equal(db_commit(tx.db), 0);
    db_close(tx.db);
}

static int64_t keys_used(void)
{
    struct db *db;
    int64_t n = 0;

    assert_int_equal(db_open(app.db_path, DB_READER, &db), 0);
    assert_int_equal(
        db_get(db, &n, "SELECT COUNT(DISTINCT key_id) * 1000 + COUNT(*) FROM customer_secret", ""),
        1);
    db_close(db);
    return n;
}

static void test_seal_key_lost(void **state)
{
    static const uint8_t other[32] = {9};
    struct site site;
    int64_t id;

    (void)state;
    assert_int_equal(open_site(&site), 0);
    assert_int_equal(mode_of("secret/seal.key"), 0600);
    id = seal_ring_id(&app.seal);
    assert_int_not_equal(id, 0);
    site_close(&site);
    assert_int_equal(unlink(in_state("secret/seal.key")), 0);
    assert_int_equal(open_site(&site), 0); /* nothing is sealed yet: another one does */
    assert_int_not_equal(seal_ring_id(&app.seal), id);
    customer_add("13812341234");
    site_close(&site);

    assert_int_equal(rename(in_state("secret/seal.key"), "/tmp/anchang-kept-seal.key"), 0);
    assert_int_equal(open_site(&site), -EKEYREJECTED);
    assert_non_null(strstr(what, "secret/seal.key: put that file back"));
    assert_true(site_wants_restore(-EKEYREJECTED));
    site_close(&site);
    assert_int_equal(mode_of("secret/seal.key"), -1); /* not replaced */
    write_file("secret/seal.key", other, sizeof(other));
    assert_int_equal(open_site(&site), -EKEYREJECTED);
    site_close(&site);
    /* From where the configuration says. */
    snprintf(config.seal_key_file, sizeof(config.seal_key_file), "/tmp/anchang-kept-seal.key");
    assert_int_equal(open_site(&site), 0);
    site_close(&site);
    assert_int_equal(unlink("/tmp/anchang-kept-seal.key"), 0);
}

/* A key more at the end of the file: everything is sealed under it at the next start. */
static void test_a_new_seal_key(void **state)
{
    static const uint8_t more[33] = {7};
    struct site site;
    int64_t id;

    (void)state;
    assert_int_equal(open_site(&site), 0);
    customer_add("13812341234");
    customer_add("13812341235");
    id = seal_ring_id(&app.seal);
    site_close(&site);
    write_more("secret/seal.key", more, 32);
    assert_int_equal(open_site(&site), 0);
    assert_int_not_equal(seal_ring_id(&app.seal), id);
    assert_int_equal(app.seal.n, 2);
    assert_int_equal(keys_used(), 1002);
    customer_add("13812341236");
    site_close(&site);
    write_file("secret/seal.key", more, 32); /* the old one is not needed any more */
    assert_int_equal(open_site(&site), 0);
    assert_int_equal(keys_used(), 1003);
    site_close(&site);
    write_file("secret/seal.key", more, 33);
    assert_int_equal(open_site(&site), -EBADMSG);
    assert_non_null(strstr(what, "secret/seal.key"));
}

static void test_newer_schema(void **state)
{
    struct site site;
    struct db *db;

    (void)state;
    assert_int_equal(open_site(&site), 0);
    site_close(&site);
    assert_int_equal(db_open(app.db_path, DB_WRITER, &db), 0);
    assert_int_equal(db_run(db, "INSERT INTO schema_version VALUES (999, 'later', 1)", ""), 1);
    db_close(db);
    assert_int_equal(open_site(&site), -EPROTONOSUPPORT);
    assert_int_equal(site.lock_fd, -1);
    assert_non_null(strstr(what, "newer"));
    assert_int_equal(open_site(&site), -EPROTONOSUPPORT); /* the lock was let go */
}

static void test_damaged(void **state)
{
    uint8_t bytes[4096];
    struct site site, other;
    struct stat before, after;
    int fd;

    (void)state;
    assert_int_equal(open_site(&site), 0);
    site_close(&site);
    for (int page = 0; page < 6; page += 2) {
        fd = open(app.db_path, O_RDWR | O_CLOEXEC);
        assert_int_equal(pread(fd, bytes, sizeof(bytes), page * 4096), sizeof(bytes));
        for (size_t i = 0; i < 200; i++)
            bytes[i] ^= 0x5a;
        assert_int_equal(pwrite(fd, bytes, sizeof(bytes), page * 4096), sizeof(bytes));
        assert_int_equal(fstat(fd, &before), 0);
        assert_int_equal(open_site(&site), -EUCLEAN);
        assert_non_null(strstr(what, "restore a backup"));
        assert_int_equal(open_site(&other), -EALREADY); /* nobody comes while it is mended */
        site_close(&site);
        assert_int_equal(fstat(fd, &after), 0);
        assert_int_equal(before.st_size, after.st_size); /* nothing is mended by guess */
        for (size_t i = 0; i < 200; i++)
            bytes[i] ^= 0x5a;
        assert_int_equal(pwrite(fd, bytes, sizeof(bytes), page * 4096), sizeof(bytes));
        close(fd);
        assert_int_equal(open_site(&site), 0);
        site_close(&site);
    }
}

/* Somebody reads an old moment of it while it starts. */
static void test_a_reader_does_not_matter(void **state)
{
    struct site site;
    struct db *reader;
    int64_t n = 0;

    (void)state;
    assert_int_equal(open_site(&site), 0);
    assert_int_equal(db_open(app.db_path, DB_READER, &reader), 0);
    assert_int_equal(db_begin(reader), 0);
    assert_int_equal(db_get(reader, &n, "SELECT COUNT(*) FROM project", ""), 1);
    site_close(&site);
    assert_int_equal(open_site(&site), 0);
    site_close(&site);
    assert_int_equal(db_rollback(reader), 0);
    db_close(reader);
}

static void test_folder_that_cannot_be(void **state)
{
    struct site site;

    (void)state;
    snprintf(config.state_dir, sizeof(config.state_dir), "/proc/nowhere");
    assert_true(open_site(&site) < 0);
    assert_non_null(strstr(what, "/proc/nowhere"));
    snprintf(config.state_dir, sizeof(config.state_dir), "/tmp/anchang-none/x");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_new),
        CASE(test_again),
        CASE(test_second_process),
        CASE(test_lock_dies_with_its_process),
        CASE(test_keys_of_another_size),
        CASE(test_audit_key_lost),
        CASE(test_seal_key_lost),
        CASE(test_a_new_seal_key),
        CASE(test_newer_schema),
        CASE(test_damaged),
        CASE(test_a_reader_does_not_matter),
        CASE(test_folder_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

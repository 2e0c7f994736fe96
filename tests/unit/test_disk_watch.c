/* test_disk_watch.c - when a disk is low, and that staff are called for it once and no longer than
 * it is (NT-09). The disks are made up; real ones are in the integration tests. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/app.h"
#include "daemon/disk_watch.h"
#include "db/audit.h"
#include "db/clock.h"
#include "db/writer.h"
#include "migrated.h"
#include "patience.h"

#define MIB INT64_C(1048576)
#define GIB (1024 * MIB)

static struct {
    char dir[64];
    struct config config;
    struct app app;
    atomic_long free_mib[2], device[2]; /* of state and backups; free -1: it is not there */
    atomic_int lines;
} box;

static int measure(const char *path, struct disk_space *ret_space)
{
    const int i = strcmp(path, "/backups") == 0;
    const long free_mib = box.free_mib[i];

    if (free_mib < 0)
        return -ENOENT;
    *ret_space = (struct disk_space){(uint64_t)box.device[i], free_mib * MIB, 100 * GIB};
    return 0;
}

static void line(void *arg, int priority, const char *text)
{
    (void)arg, (void)priority, (void)text;
    box.lines++;
}

static void fatal(void *arg, int error)
{
    (void)arg;
    fail_msg("the writer died: %s", strerror(-error));
}

static int setup(void **state)
{
    static const uint8_t key[AUDIT_KEY_SIZE] = {7};
    const struct writer_options writing = {.path = box.app.db_path, .fatal = fatal};
    const struct disks_options options = {.app = &box.app, .measure = measure, .log = line};

    (void)state;
    memset(&box, 0, sizeof(box));
    snprintf(box.dir, sizeof(box.dir), "/tmp/anchang-disks-XXXXXX");
    assert_non_null(mkdtemp(box.dir));
    snprintf(box.app.db_path, sizeof(box.app.db_path), "%s/anchang.db", box.dir);
    box.config = (struct config){.state_dir = "/state",
                                 .backups_dir = "/backups",
                                 .disk_low_mib = 1024,
                                 .disk_low_percent = 5};
    box.app.config = &box.config;
    box.free_mib[0] = box.free_mib[1] = 50 * 1024;
    audit_set_key(key);
    migrated_make(box.app.db_path);
    assert_int_equal(writer_start(&writing, &box.app.writer), 0);
    assert_int_equal(disks_start(&options, &box.app.disks), 0);
    return 0;
}

static int teardown(void **state)
{
    static const char *const files[] = {"", "-wal", "-shm"};
    char path[600];

    (void)state;
    disks_stop(box.app.disks);
    writer_stop(box.app.writer);
    box.app.disks = disks_free(box.app.disks);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", box.app.db_path, files[i]);
        unlink(path);
    }
    rmdir(box.dir);
    return 0;
}

static int64_t count(const char *sql)
{
    struct db *db = NULL;
    int64_t n = -1;

    assert_int_equal(db_open(box.app.db_path, DB_READER, &db), 0);
    assert_int_equal(db_get(db, &n, sql, ""), 1);
    db_close(db);
    return n;
}

#define OPEN_STATE                                                                                 \
    "SELECT COUNT(*) FROM alert WHERE reason = 'disk' AND terminal_id IS NULL AND "                \
    "answered_ms IS NULL"
#define OPEN_BACKUPS                                                                               \
    "SELECT COUNT(*) FROM alert WHERE reason = 'disk-backups' AND answered_ms IS NULL"
#define ALL "SELECT COUNT(*) FROM alert"

static void comes_to(const char *sql, int64_t wanted)
{
    const int64_t end = clock_boot_ms() + PATIENCE_MS;

    while (count(sql) != wanted) {
        if (clock_boot_ms() > end)
            fail_msg("%s does not come to %d", sql, (int)wanted);
        poll(NULL, 0, 20);
    }
}

static void test_low(void **state)
{
    static const struct {
        unsigned mib, percent;
        int64_t free_bytes, total_bytes;
        bool was, low;
    } rows[] = {
        {1024, 5, GIB, 1000 * GIB, false, false},
        {1024, 5, GIB - 1, 1000 * GIB, false, true}, /* of a large disk a GiB counts, not 50 */
        {1024, 5, 500 * MIB, 8000 * MIB, false, false},
        {1024, 5, 399 * MIB, 8000 * MIB, false, true}, /* of a small one its twentieth */
        {1024, 5, 420 * MIB, 8000 * MIB, true, true},  /* not over before a tenth more is free */
        {1024, 5, 440 * MIB, 8000 * MIB, true, false},
        {1024, 5, 0, 8000 * MIB, false, true},
        {0, 5, 0, 8000 * MIB, false, false}, /* switched off */
        {1024, 0, 0, 8000 * MIB, true, false},
        {1048576, 100, INT64_MAX / 4, INT64_MAX / 2, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct config config = {.disk_low_mib = rows[i].mib,
                                      .disk_low_percent = rows[i].percent};
        const struct disk_space space = {1, rows[i].free_bytes, rows[i].total_bytes};

        print_message("row %zu\n", i);
        assert_int_equal(disk_is_low(&config, &space, rows[i].was), rows[i].low);
    }
}

static void test_called_and_over(void **state)
{
    struct disk_view views[DISKS_MAX];

    (void)state;
    box.free_mib[0] = 800;
    comes_to(OPEN_STATE, 1);
    assert_int_equal(disks_view(box.app.disks, views), 1);
    assert_string_equal(views[0].name, "state");
    assert_true(views[0].low);
    assert_int_equal(disks_left(box.app.disks, "disk"), 800 * MIB);
    assert_int_equal(disks_left(box.app.disks, "help"), -1);
    box.free_mib[0] = 700;
    for (const int64_t end = clock_boot_ms() + PATIENCE_MS;
         disks_left(box.app.disks, "disk") != 700 * MIB;) {
        assert_true(clock_boot_ms() < end);
        poll(NULL, 0, 20);
    }
    assert_int_equal(count(ALL), 1); /* rings once */
    box.free_mib[0] = 5000;
    comes_to(OPEN_STATE, 0);
    assert_int_equal(count(ALL), 1);
    assert_int_equal(box.lines, 2); /* low, and over; not each look */
}

/* The one of the backups counts when it is another file system, and while it is there. */
static void test_backups(void **state)
{
    struct disk_view views[DISKS_MAX];

    (void)state;
    box.device[1] = 1;
    box.free_mib[1] = 10;
    comes_to(OPEN_BACKUPS, 1);
    assert_int_equal(count(OPEN_STATE), 0);
    assert_int_equal(disks_view(box.app.disks, views), 2);
    assert_string_equal(views[1].path, "/backups");
    box.free_mib[1] = -1;
    comes_to(OPEN_BACKUPS, 0);
    assert_int_equal(disks_view(box.app.disks, views), 1);
    box.free_mib[1] = box.free_mib[0] = 10;
    box.device[1] = 0;
    comes_to(OPEN_STATE, 1);
    assert_int_equal(count(OPEN_BACKUPS), 0);
}

/* A call of before the start is taken back when there is room by then. */
static void test_settled_at_start(void **state)
{
    const struct disks_options options = {.app = &box.app, .measure = measure, .log = line};

    box.free_mib[0] = 1;
    comes_to(OPEN_STATE, 1);
    box.app.disks = disks_free(box.app.disks);
    box.free_mib[0] = 90000;
    assert_int_equal(disks_start(&options, &box.app.disks), 0);
    comes_to(OPEN_STATE, 0);
    (void)state;
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_low),
        T(test_called_and_over),
        T(test_backups),
        T(test_settled_at_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

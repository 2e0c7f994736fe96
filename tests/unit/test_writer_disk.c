/* test_writer_disk.c - the one writer when the disk fails: syncs, writes, checkpoints, no room. */
#include <pthread.h>

#include "writer_desk.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mount.h>

/* ---- a disk that fails when it is told: a layer over the system's files ---- */

static atomic_int fail_sync, fail_write; /* 1: every one fails */
static int (*real_sync)(sqlite3_file *, int);
static int (*real_write)(sqlite3_file *, const void *, int, sqlite3_int64);
static struct {
    const sqlite3_io_methods *system;
    sqlite3_io_methods failing;
} methods[4]; /* the system has a table for the database and one for what needs no locks */
static sqlite3_vfs layer;
static int (*real_open)(sqlite3_vfs *, const char *, sqlite3_file *, int, int *);

static int layer_sync(sqlite3_file *file, int flags)
{
    return atomic_load(&fail_sync) ? SQLITE_IOERR_FSYNC : real_sync(file, flags);
}

static int layer_write(sqlite3_file *file, const void *data, int n, sqlite3_int64 at)
{
    switch (atomic_load(&fail_write)) {
    case 1:
        return SQLITE_IOERR_WRITE;
    case 2:
        return SQLITE_FULL;
    default:
        return real_write(file, data, n, at);
    }
}

/* Files get our two functions in place of the system's, which are the same in all its tables. */
static int layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    int rc = real_open(vfs, name, file, flags, out);

    if (rc != SQLITE_OK || !file->pMethods)
        return rc;
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (!methods[i].system) {
            methods[i].system = file->pMethods;
            methods[i].failing = *file->pMethods;
            real_sync = file->pMethods->xSync;
            real_write = file->pMethods->xWrite;
            methods[i].failing.xSync = layer_sync;
            methods[i].failing.xWrite = layer_write;
        }
        if (methods[i].system == file->pMethods) {
            file->pMethods = &methods[i].failing;
            break;
        }
    }
    return rc;
}

static void layer_on(void)
{
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);

    layer = *system;
    layer.zName = "failing";
    layer.pNext = NULL;
    real_open = system->xOpen;
    layer.xOpen = layer_open;
    assert_int_equal(sqlite3_vfs_register(&layer, 1), SQLITE_OK);
}

static void layer_off(void)
{
    atomic_store(&fail_sync, 0);
    atomic_store(&fail_write, 0);
    assert_int_equal(sqlite3_vfs_unregister(&layer), SQLITE_OK);
}

static int setup_layer(void **state)
{
    layer_on();
    return setup(state);
}

static int teardown_layer(void **state)
{
    int r = teardown(state);

    layer_off();
    return r;
}

/* ---- disks that fail ---- */

static void run_group(struct desk *d, struct work *work, int n, atomic_int *trouble, int value)
{
    struct gate gate;

    gate_close(d, &gate);
    for (int i = 0; i < n; i++)
        writer_submit(d->writer, &work[i].job);
    atomic_store(trouble, value);
    gate_open(&gate);
    drain(d);
    gate_free(&gate);
}

/* F5: what a failed sync left on the disk nobody knows; not tried again. */
static void fatal_check(struct desk *d, atomic_int *trouble)
{
    struct writer_stats stats;
    struct work w[3], later;

    for (int i = 0; i < 3; i++)
        work_make(&w[i], d, i + 1, 1);
    w[1].refuse = -EREFUSED;
    run_group(d, w, 3, trouble, 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(atomic_load(&w[i].done), 1);
        assert_int_equal(w[i].result, -EIO);
        assert_false(w[i].fault_set);
    }
    assert_int_equal(atomic_load(&d->fatal), -EIO);
    assert_int_equal(d->n_told, 0);
    assert_int_equal(count(d), 0);
    /* Dead for good, also when the disk recovers; told once. */
    atomic_store(trouble, 0);
    work_make(&later, d, 9, 1);
    writer_submit(d->writer, &later.job);
    drain(d);
    assert_int_equal(later.result, -EIO);
    assert_int_equal(atomic_load(&d->fatal_calls), 1);
    assert_int_equal(count(d), 0);
    writer_get_stats(d->writer, &stats);
    assert_int_equal(stats.queue_depth, 0);
}

static void test_failed_sync_is_the_end(void **state)
{
    fatal_check(*state, &fail_sync);
}

static void test_failed_write_is_the_end(void **state)
{
    fatal_check(*state, &fail_write);
}

/* A job that met a broken disk takes its group with it: what it read may be wrong for all. */
static void test_failed_job_is_the_end(void **state)
{
    struct desk *d = *state;
    atomic_int nothing_fails = 0;
    struct work w[3];

    for (int i = 0; i < 3; i++)
        work_make(&w[i], d, i + 1, 1);
    w[1].refuse = -EIO;
    run_group(d, w, 3, &nothing_fails, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(w[i].result, -EIO);
    assert_int_equal(atomic_load(&d->fatal), -EIO);
    assert_int_equal(atomic_load(&d->fatal_calls), 1);
    assert_int_equal(count(d), 0);
}

/* F12: the file or its log is taken from under us: nothing is acknowledged into the void. */
static void test_moved_is_the_end(void **state)
{
    static const char *const files[] = {"", "-wal"};

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char from[128], to[160];
        void *one = NULL;
        struct desk *d;
        struct work w[2];

        assert_int_equal(setup(&one), 0);
        d = one;
        work_make(&w[0], d, 1, 1);
        work_make(&w[1], d, 2, 1);
        writer_submit(d->writer, &w[0].job);
        drain(d);
        assert_int_equal(w[0].result, 0);
        snprintf(from, sizeof(from), "%s%s", d->path, files[i]);
        snprintf(to, sizeof(to), "%s.gone", from);
        assert_int_equal(rename(from, to), 0);
        writer_submit(d->writer, &w[1].job);
        drain(d);
        assert_int_equal(w[1].result, -EIO);
        assert_int_equal(atomic_load(&d->fatal), -EIO);
        assert_int_equal(rename(to, from), 0);
        teardown(&one);
    }
}

static int fail_writes_apply(struct tx *tx, void *arg)
{
    (void)tx, (void)arg;
    return 0;
}

/* Answered before its pages are moved: what comes after the answer meets the disk that fails. */
static void fail_writes_done(void *arg, int result, struct fault *fault)
{
    (void)arg, (void)result, (void)fault;
    atomic_store(&fail_write, 1);
}

/* A checkpoint's errors count as a commit's do. */
static void test_failed_checkpoint_is_the_end(void **state)
{
    struct desk *d = *state;
    struct writer_job last = {
        .apply = fail_writes_apply, .done = fail_writes_done, .actor = &actor_system};
    struct writer_stats stats;
    struct gate gate;
    struct work w;

    work_make(&w, d, 1, 1);
    w.padding = 8 * 1024 * 1024; /* two thousand pages in one job */
    assert_int_equal(writer_call(d->writer, &actor_system, work_apply, &w, NULL), 0);
    drain(d);
    writer_get_stats(d->writer, &stats);
    assert_int_equal(atomic_load(&d->fatal), 0);
    assert_int_equal(stats.wal_pages, 0); /* it was moved at once, not after so many jobs */
    work_make(&w, d, 2, 1);
    w.padding = 8 * 1024 * 1024;
    gate_close(d, &gate);
    writer_submit(d->writer, &w.job);
    writer_submit(d->writer, &last);
    gate_open(&gate);
    drain(d);
    drain(d); /* the first may have been of the same group: the pages are moved after its answer */
    assert_int_equal(w.result, 0); /* it is in the WAL, which is whole */
    assert_int_equal(atomic_load(&d->fatal), -EIO);
    assert_int_equal(atomic_load(&d->fatal_calls), 1);
    writer_get_stats(d->writer, &stats);
    assert_true(stats.wal_pages > 1000); /* seen from outside */
    assert_int_equal(count(d), 2);
    gate_free(&gate);
}

/* F6, F7 without a disk: full, then room again. */
static void test_full_disk_by_layer(void **state)
{
    struct desk *d = *state;
    struct work w[3], again;

    for (int i = 0; i < 3; i++)
        work_make(&w[i], d, i + 1, 1);
    w[1].refuse = -EREFUSED;
    run_group(d, w, 3, &fail_write, 2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(w[i].result, -ENOSPC);
    assert_int_equal(atomic_load(&d->fatal_calls), 0);
    assert_int_equal(count(d), 0); /* and reading goes on */
    atomic_store(&fail_write, 0);
    work_make(&again, d, 1, 1);
    writer_submit(d->writer, &again.job);
    drain(d);
    assert_int_equal(again.result, 0);
    assert_int_equal(count(d), 1);
    assert_int_equal(d->n_told, 1);
}

/* The same on a real one of three megabytes. */
static void test_full_disk(void **state)
{
    struct desk d = {0};
    char mounted[] = "/tmp/anchang-full.XXXXXX", ballast[64];
    struct work w[4], *fill;
    int64_t id = 1, kept;
    int fd, r = 0;

    (void)state;
    assert_non_null(mkdtemp(mounted));
    if (mount("tmpfs", mounted, "tmpfs", 0, "size=3m") < 0) {
        rmdir(mounted);
        print_message("no right to mount: skipped\n");
        skip();
    }
    snprintf(ballast, sizeof(ballast), "%s/ballast", mounted);
    fd = open(ballast, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_int_equal(posix_fallocate(fd, 0, 1 << 20), 0);
    close(fd);
    desk_open(&d, mounted);
    fill = &w[3];
    for (; r == 0 && id < 10000; id++) {
        work_make(fill, &d, id, 1);
        fill->padding = 16384;
        r = writer_call(d.writer, &actor_system, work_apply, fill, NULL);
    }
    assert_int_equal(r, -ENOSPC);
    kept = count(&d);
    assert_int_equal(kept, id - 2); /* all but the last, whole */
    for (int i = 0; i < 3; i++) {
        work_make(&w[i], &d, 20000 + i, 1);
        w[i].padding = 65536;
        writer_submit(d.writer, &w[i].job);
    }
    drain(&d);
    for (int i = 0; i < 3; i++)
        assert_int_equal(w[i].result, -ENOSPC);
    assert_int_equal(count(&d), kept);
    assert_int_equal(atomic_load(&d.fatal_calls), 0);
    assert_int_equal(unlink(ballast), 0);
    work_make(fill, &d, 30000, 1);
    fill->padding = 16384;
    assert_int_equal(writer_call(d.writer, &actor_system, work_apply, fill, NULL), 0);
    assert_int_equal(count(&d), kept + 1);
    desk_close(&d);
    assert_int_equal(umount(mounted), 0);
    rmdir(mounted);
}

int main(void)
{
#define LAYER(name) cmocka_unit_test_setup_teardown(name, setup_layer, teardown_layer)
    const struct CMUnitTest tests[] = {
        LAYER(test_failed_sync_is_the_end),      LAYER(test_failed_write_is_the_end),
        LAYER(test_failed_job_is_the_end),       LAYER(test_failed_checkpoint_is_the_end),
        cmocka_unit_test(test_moved_is_the_end), LAYER(test_full_disk_by_layer),
        cmocka_unit_test(test_full_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

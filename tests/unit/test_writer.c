/* test_writer.c - the one writer under threads: groups, isolation, the end, and disks that fail. */
#include <pthread.h>

#include "fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <time.h>

#include "db/writer.h"

enum { THREADS = 32, JOBS = 40 };

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

/* ---- the desk ---- */

struct desk {
    char dir[64], path[96];
    struct writer *writer;
    struct db *reader;
    atomic_int fatal; /* the error it was told of; 0: none */
    atomic_int fatal_calls;
    /* What committed() was told, on the writer's thread alone. */
    int64_t told[THREADS * JOBS + 20000];
    size_t n_told;
};

static void on_commit(void *arg, const struct change *changes, size_t n)
{
    struct desk *d = arg;

    for (size_t i = 0; i < n; i++) {
        assert_true(d->n_told < sizeof(d->told) / sizeof(d->told[0]));
        d->told[d->n_told++] = changes[i].id;
    }
}

static void on_fatal(void *arg, int error)
{
    struct desk *d = arg;

    atomic_store(&d->fatal, error);
    atomic_fetch_add(&d->fatal_calls, 1);
}

static void desk_open(struct desk *d, const char *under)
{
    struct writer_options options = {.committed = on_commit, .fatal = on_fatal, .arg = d};
    struct db *db;

    snprintf(d->dir, sizeof(d->dir), "%s/anchang-test.XXXXXX", under);
    assert_non_null(mkdtemp(d->dir));
    snprintf(d->path, sizeof(d->path), "%s/test.db", d->dir);
    assert_int_equal(db_open(d->path, DB_WRITER, &db), 0);
    assert_int_equal(db_script(db,
                               "CREATE TABLE t (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, "
                               "text TEXT) STRICT"),
                     0);
    db_close(db);
    options.path = d->path;
    assert_int_equal(writer_start(&options, &d->writer), 0);
    assert_int_equal(db_open(d->path, DB_READER, &d->reader), 0);
}

static void desk_close(struct desk *d)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[128];

    d->writer = writer_stop(d->writer);
    d->reader = db_close(d->reader);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", d->path, ends[i]);
        unlink(path);
    }
    rmdir(d->dir);
}

static int setup(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));

    assert_non_null(d);
    desk_open(d, "/tmp");
    *state = d;
    return 0;
}

static int setup_layer(void **state)
{
    layer_on();
    return setup(state);
}

static int teardown(void **state)
{
    struct desk *d = *state;

    desk_close(d);
    free(d);
    return 0;
}

static int teardown_layer(void **state)
{
    int r = teardown(state);

    layer_off();
    return r;
}

static int64_t count(struct desk *d)
{
    int64_t n = -1;

    assert_int_equal(db_get(d->reader, &n, "SELECT COUNT(*) FROM t", ""), 1);
    return n;
}

/* ---- jobs ---- */

struct work {
    struct writer_job job;
    struct desk *desk;
    int64_t id, owner;
    int refuse;      /* 0, or the error it ends with after it wrote its row */
    int64_t padding; /* bytes of text in the row */
    atomic_int done; /* calls */
    int result;
    bool fault_set;
    int64_t seen; /* rows a reader finds when done is called */
};

static int work_apply(struct tx *tx, void *arg)
{
    struct work *w = arg;
    char *text = calloc(1, (size_t)w->padding + 1);
    int r = text ? 0 : -ENOMEM;

    if (text)
        memset(text, 'x', (size_t)w->padding);
    if (r == 0)
        r = db_run(tx->db, "INSERT INTO t (id, owner, text) VALUES ($1, $2, $3)", "iit", w->id,
                   w->owner, text);
    free(text);
    if (r >= 0)
        r = tx_changed(tx, CHANGE_UNIT, 1, 1, w->id);
    if (r < 0)
        return r;
    if (w->refuse == -EREFUSED)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return w->refuse;
}

static void work_done(void *arg, int result, struct fault *fault)
{
    struct work *w = arg;

    w->result = result;
    w->fault_set = fault->set;
    atomic_fetch_add(&w->done, 1);
}

static void work_make(struct work *w, struct desk *d, int64_t id, int64_t owner)
{
    memset(w, 0, sizeof(*w));
    w->desk = d;
    w->id = id;
    w->owner = owner;
    w->job = (struct writer_job){
        .apply = work_apply, .done = work_done, .arg = w, .actor = &actor_system};
}

/* Returns when everything that was submitted before is done. */
static int nothing(struct tx *tx, void *arg)
{
    (void)tx, (void)arg;
    return 0;
}

static void drain(struct desk *d)
{
    assert_int_not_equal(writer_call(d->writer, &actor_system, nothing, NULL, NULL), -ESHUTDOWN);
}

/* Holds the writer in a job until it is let go, so that what is submitted meanwhile is one
 * group. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool entered, open;
    struct writer_job job;
    atomic_int done;
};

static int gate_apply(struct tx *tx, void *arg)
{
    struct gate *g = arg;

    (void)tx;
    pthread_mutex_lock(&g->lock);
    g->entered = true;
    pthread_cond_broadcast(&g->wake);
    while (!g->open)
        pthread_cond_wait(&g->wake, &g->lock);
    pthread_mutex_unlock(&g->lock);
    return 0;
}

static void gate_done(void *arg, int result, struct fault *fault)
{
    struct gate *g = arg;

    (void)result, (void)fault;
    atomic_fetch_add(&g->done, 1);
}

static void gate_close(struct desk *d, struct gate *g)
{
    memset(g, 0, sizeof(*g));
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->wake, NULL);
    g->job = (struct writer_job){
        .apply = gate_apply, .done = gate_done, .arg = g, .actor = &actor_system};
    writer_submit(d->writer, &g->job);
    pthread_mutex_lock(&g->lock);
    while (!g->entered)
        pthread_cond_wait(&g->wake, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void gate_open(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->open = true;
    pthread_cond_broadcast(&g->wake);
    pthread_mutex_unlock(&g->lock);
}

static void gate_free(struct gate *g)
{
    pthread_cond_destroy(&g->wake);
    pthread_mutex_destroy(&g->lock);
}

/* ---- groups ---- */

struct submitter {
    pthread_t thread;
    struct desk *desk;
    struct work work[JOBS];
};

/* One after the other without waiting: the order must be kept all the same. */
static void *submit_all(void *arg)
{
    struct submitter *s = arg;

    for (int i = 0; i < JOBS; i++)
        writer_submit(s->desk->writer, &s->work[i].job);
    return NULL;
}

static void test_groups_under_threads(void **state)
{
    struct desk *d = *state;
    struct submitter *all = calloc(THREADS, sizeof(*all));
    struct writer_stats stats;
    int64_t refused = 0, last[THREADS];
    size_t reported = 0;

    assert_non_null(all);
    for (int t = 0; t < THREADS; t++) {
        all[t].desk = d;
        for (int i = 0; i < JOBS; i++) {
            work_make(&all[t].work[i], d, 1 + t * JOBS + i, t);
            /* Some are refused, some fail, after they wrote. */
            all[t].work[i].refuse = i % 7 == 3 ? -EREFUSED : i % 11 == 5 ? -EINVAL : 0;
            refused += all[t].work[i].refuse != 0;
        }
    }
    for (int t = 0; t < THREADS; t++)
        assert_int_equal(pthread_create(&all[t].thread, NULL, submit_all, &all[t]), 0);
    for (int t = 0; t < THREADS; t++)
        pthread_join(all[t].thread, NULL);
    drain(d);
    writer_get_stats(d->writer, &stats);
    assert_int_equal(stats.jobs, THREADS * JOBS + 1);
    assert_int_equal(stats.failures, refused);
    assert_int_equal(stats.queue_depth, 0);
    assert_true(stats.commits > 0);
    assert_true(stats.commits < stats.jobs / 2);
    for (int t = 0; t < THREADS; t++)
        for (int i = 0; i < JOBS; i++) {
            struct work *w = &all[t].work[i];

            assert_int_equal(atomic_load(&w->done), 1);
            assert_int_equal(w->result, w->refuse);
            assert_int_equal(w->fault_set, w->refuse == -EREFUSED);
        }
    /* A refused one leaves nothing; its neighbours live. */
    assert_int_equal(count(d), THREADS * JOBS - refused);
    /* Told of exactly what was done, each submitter's in his order. */
    for (int t = 0; t < THREADS; t++)
        last[t] = 0;
    writer_stop(d->writer);
    d->writer = NULL;
    for (size_t i = 0; i < d->n_told; i++) {
        int64_t id = d->told[i], t = (id - 1) / JOBS;

        assert_int_equal(all[t].work[(id - 1) % JOBS].refuse, 0);
        assert_true(id > last[t]);
        last[t] = id;
        reported++;
    }
    assert_int_equal(reported, THREADS * JOBS - refused);
    free(all);
}

/* Whoever hears "done" finds it on the disk: each waits for his own and reads it back at once. */
static void *call_and_read(void *arg)
{
    struct submitter *s = arg;
    struct db *reader;

    if (db_open(s->desk->path, DB_READER, &reader) < 0)
        return NULL;
    for (int i = 0; i < JOBS; i++) {
        struct work *w = &s->work[i];
        int64_t found = 0;

        w->result = writer_call(s->desk->writer, &actor_system, work_apply, w, NULL);
        if (db_get(reader, &found, "SELECT COUNT(*) FROM t WHERE id = $1", "i", w->id) == 1)
            w->seen = found;
    }
    db_close(reader);
    return NULL;
}

static void test_done_is_after_the_commit(void **state)
{
    struct desk *d = *state;
    struct submitter *all = calloc(8, sizeof(*all));

    assert_non_null(all);
    for (int t = 0; t < 8; t++) {
        all[t].desk = d;
        for (int i = 0; i < JOBS; i++)
            work_make(&all[t].work[i], d, 1 + t * JOBS + i, t);
        assert_int_equal(pthread_create(&all[t].thread, NULL, call_and_read, &all[t]), 0);
    }
    for (int t = 0; t < 8; t++)
        pthread_join(all[t].thread, NULL);
    for (int t = 0; t < 8; t++)
        for (int i = 0; i < JOBS; i++) {
            assert_int_equal(all[t].work[i].result, 0);
            assert_int_equal(all[t].work[i].seen, 1);
        }
    free(all);
}

static int fault_apply(struct tx *tx, void *arg)
{
    (void)arg;
    fault_item(tx->fault, FAULT_ROW_EXISTS, 7, "room", NULL);
    return fault_set(tx->fault, FAULT_UNIT_CHANGED, "unit", "1-101", NULL);
}

static int clock_apply(struct tx *tx, void *arg)
{
    *(int64_t *)arg = tx->now_ms;
    return tx->actor == &actor_system ? 5 : -EINVAL;
}

static void test_call(void **state)
{
    struct desk *d = *state;
    struct fault fault = {0};
    int64_t now = 0;

    assert_int_equal(writer_call(d->writer, &actor_system, fault_apply, NULL, &fault), -EREFUSED);
    assert_int_equal(fault.code, FAULT_UNIT_CHANGED);
    assert_string_equal(fault.args[0].value, "1-101");
    assert_int_equal(fault.n_items, 1);
    assert_int_equal(fault.items[0].row, 7);
    fault_clear(&fault);
    assert_int_equal(writer_call(d->writer, &actor_system, fault_apply, NULL, NULL), -EREFUSED);
    /* A positive result is success, and success is 0. */
    assert_int_equal(writer_call(d->writer, &actor_system, clock_apply, &now, &fault), 0);
    assert_true(now > INT64_C(1700000000000));
    assert_false(fault.set);
}

/* A transaction a job ended by itself is nobody's: all of the group fail, and it is fatal. */
static int rude_apply(struct tx *tx, void *arg)
{
    (void)arg;
    return db_rollback(tx->db);
}

static void test_a_job_that_ends_the_transaction(void **state)
{
    struct desk *d = *state;
    struct gate gate;
    struct work a, b;
    struct writer_job rude = {.apply = rude_apply, .done = work_done, .actor = &actor_system};
    struct work note;

    work_make(&a, d, 1, 1);
    work_make(&b, d, 2, 1);
    work_make(&note, d, 3, 1);
    rude.arg = &note;
    gate_close(d, &gate);
    writer_submit(d->writer, &a.job);
    writer_submit(d->writer, &rude);
    writer_submit(d->writer, &b.job);
    gate_open(&gate);
    drain(d);
    assert_true(a.result < 0 && b.result < 0 && note.result < 0);
    assert_int_equal(count(d), 0);
    assert_int_equal(d->n_told, 0);
    gate_free(&gate);
}

/* ---- the end ---- */

struct stopper {
    pthread_t thread;
    struct desk *desk;
    atomic_int stopped;
};

static void *stop_it(void *arg)
{
    struct stopper *s = arg;

    writer_stop(s->desk->writer);
    atomic_store(&s->stopped, 1);
    return NULL;
}

static void test_stop_finishes_what_was_submitted(void **state)
{
    enum { EARLY = 200, LATE_MAX = 20000 };
    struct desk *d = *state;
    struct work *all = calloc(EARLY, sizeof(*all)), *late[LATE_MAX];
    struct stopper stopper = {.desk = d};
    struct gate gate;
    int n = 0;

    assert_non_null(all);
    gate_close(d, &gate);
    for (int i = 0; i < EARLY; i++) {
        work_make(&all[i], d, i + 1, 1);
        writer_submit(d->writer, &all[i].job);
    }
    assert_int_equal(pthread_create(&stopper.thread, NULL, stop_it, &stopper), 0);
    /* Behind the gate the writer lives. Until stop is heard each one is taken, then refused at
     * once. */
    for (bool refused = false; !refused && n < LATE_MAX; n++) {
        late[n] = malloc(sizeof(*late[n]));
        assert_non_null(late[n]);
        work_make(late[n], d, 1000 + n, 2);
        writer_submit(d->writer, &late[n]->job);
        refused = atomic_load(&late[n]->done) == 1;
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    assert_int_equal(atomic_load(&late[n - 1]->done), 1);
    assert_int_equal(late[n - 1]->result, -ESHUTDOWN);
    assert_int_equal(writer_call(d->writer, &actor_system, nothing, NULL, NULL), -ESHUTDOWN);
    assert_int_equal(atomic_load(&stopper.stopped), 0);
    gate_open(&gate);
    pthread_join(stopper.thread, NULL);
    d->writer = NULL;
    for (int i = 0; i < EARLY; i++) {
        assert_int_equal(atomic_load(&all[i].done), 1);
        assert_int_equal(all[i].result, 0);
    }
    for (int i = 0; i < n; i++) {
        assert_int_equal(atomic_load(&late[i]->done), 1);
        assert_int_equal(late[i]->result, i == n - 1 ? -ESHUTDOWN : 0);
        free(late[i]);
    }
    assert_int_equal(atomic_load(&gate.done), 1);
    assert_int_equal(count(d), EARLY + n - 1);
    gate_free(&gate);
    free(all);
}

static void test_start_refusals(void **state)
{
    struct writer_options options = {.path = "/nowhere/at/all.db"};
    struct writer *w = (struct writer *)0x1;

    (void)state;
    assert_int_equal(writer_start(&options, &w), -ENOENT);
    assert_ptr_equal(w, (struct writer *)0x1);
    assert_null(writer_stop(NULL));
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
#define CASE(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)
#define LAYER(name) cmocka_unit_test_setup_teardown(name, setup_layer, teardown_layer)
    const struct CMUnitTest tests[] = {
        CASE(test_groups_under_threads),
        CASE(test_done_is_after_the_commit),
        CASE(test_call),
        CASE(test_a_job_that_ends_the_transaction),
        CASE(test_stop_finishes_what_was_submitted),
        cmocka_unit_test(test_start_refusals),
        LAYER(test_failed_sync_is_the_end),
        LAYER(test_failed_write_is_the_end),
        LAYER(test_failed_job_is_the_end),
        LAYER(test_failed_checkpoint_is_the_end),
        LAYER(test_full_disk_by_layer),
        cmocka_unit_test(test_full_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

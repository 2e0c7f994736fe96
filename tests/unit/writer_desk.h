/* writer_desk.h - a writer over a database of its own, jobs for it, and a gate that holds it up. */
#ifndef ANCHANG_TESTS_WRITER_DESK_H
#define ANCHANG_TESTS_WRITER_DESK_H

#include <pthread.h>

#include "fixture.h"

#include <stdatomic.h>
#include <time.h>

#include "db/writer.h"

enum { THREADS = 32, JOBS = 40 };

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

static inline void on_commit(void *arg, const struct change *changes, size_t n)
{
    struct desk *d = arg;

    for (size_t i = 0; i < n; i++) {
        assert_true(d->n_told < sizeof(d->told) / sizeof(d->told[0]));
        d->told[d->n_told++] = changes[i].id;
    }
}

static inline void on_fatal(void *arg, int error)
{
    struct desk *d = arg;

    atomic_store(&d->fatal, error);
    atomic_fetch_add(&d->fatal_calls, 1);
}

static inline void desk_open(struct desk *d, const char *under)
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

static inline void desk_close(struct desk *d)
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

static inline int setup(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));

    assert_non_null(d);
    desk_open(d, "/tmp");
    *state = d;
    return 0;
}

static inline int teardown(void **state)
{
    struct desk *d = *state;

    desk_close(d);
    free(d);
    return 0;
}

static inline int64_t count(struct desk *d)
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

static inline int work_apply(struct tx *tx, void *arg)
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

static inline void work_done(void *arg, int result, struct fault *fault)
{
    struct work *w = arg;

    w->result = result;
    w->fault_set = fault->set;
    atomic_fetch_add(&w->done, 1);
}

static inline void work_make(struct work *w, struct desk *d, int64_t id, int64_t owner)
{
    memset(w, 0, sizeof(*w));
    w->desk = d;
    w->id = id;
    w->owner = owner;
    w->job = (struct writer_job){
        .apply = work_apply, .done = work_done, .arg = w, .actor = &actor_system};
}

/* Returns when everything that was submitted before is done. */
static inline int nothing(struct tx *tx, void *arg)
{
    (void)tx, (void)arg;
    return 0;
}

static inline void drain(struct desk *d)
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

static inline int gate_apply(struct tx *tx, void *arg)
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

static inline void gate_done(void *arg, int result, struct fault *fault)
{
    struct gate *g = arg;

    (void)result, (void)fault;
    atomic_fetch_add(&g->done, 1);
}

static inline void gate_close(struct desk *d, struct gate *g)
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

static inline void gate_open(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->open = true;
    pthread_cond_broadcast(&g->wake);
    pthread_mutex_unlock(&g->lock);
}

static inline void gate_free(struct gate *g)
{
    pthread_cond_destroy(&g->wake);
    pthread_mutex_destroy(&g->lock);
}

#endif

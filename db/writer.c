/* writer.c - see writer.h. */
#include "db/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "db/clock.h"

enum {
    GROUP_MAX = 64,          /* jobs that share one commit */
    CHECKPOINT_PAGES = 1000, /* WAL pages after which a checkpoint is tried */
};

struct outcome {
    struct writer_job *job;
    int result;
    struct fault fault;
};

struct writer {
    struct writer_options options;
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct writer_job *head, **tail;
    int64_t depth;
    bool stopping;
    int dead;            /* the error that killed it; on the writer's thread */
    int64_t pages_tried; /* pages in the WAL at a checkpoint that did not move all of them */
    atomic_llong commits, jobs, failures, wal_pages, progress_ms;
};

static int64_t now_ms(const struct writer *w)
{
    return w->options.now_ms ? w->options.now_ms() : clock_wall_ms();
}

/* Errors after which what is on the disk is not known (RS F5): never retried. */
static bool error_is_fatal(int r)
{
    return r == -EIO || r == -EUCLEAN || r == -EROFS;
}

static void die(struct writer *w, int r)
{
    if (w->dead)
        return;
    w->dead = r;
    if (w->options.fatal)
        w->options.fatal(w->options.arg, r);
}

static void job_apply(struct writer *w, struct outcome *o, struct change_list *changes)
{
    struct tx tx = {.db = w->db,
                    .actor = o->job->actor,
                    .now_ms = now_ms(w),
                    .fault = &o->fault,
                    .changes = changes,
                    .seal = w->options.seal};
    size_t kept = changes->n;
    int r = db_savepoint(w->db);

    if (r == 0) {
        r = o->job->apply(&tx, o->job->arg);
        if (r >= 0)
            r = db_savepoint_release(w->db);
        else if (db_in_transaction(w->db) && db_savepoint_rollback(w->db) < 0)
            r = -EIO;
    }
    if (r < 0)
        changes->n = kept; /* what it said happened did not */
    o->result = r < 0 ? r : 0;
}

/* Applies the jobs of a group in one transaction. A disk that fills up rolls the whole transaction
 * back by itself: then all of the group fail. */
static void group_run(struct writer *w, struct outcome *group, size_t n)
{
    struct change_list changes = {0};
    int r = w->dead ? w->dead : db_begin(w->db);
    size_t applied = 0;

    for (; r == 0 && applied < n; applied++) {
        job_apply(w, &group[applied], &changes);
        if (!db_in_transaction(w->db))
            r = group[applied].result ? group[applied].result : -EIO;
        else if (error_is_fatal(group[applied].result))
            r = group[applied].result;
    }
    if (r == 0 && db_is_moved(w->db))
        r = -EIO; /* it would be written where nobody finds it (RS F12) */
    if (r == 0)
        r = db_commit(w->db);
    else
        db_rollback(w->db);
    /* All of them, refusals too: what a job was refused for may be what its neighbour did, and that
     * is undone. */
    for (size_t i = 0; r < 0 && i < n; i++) {
        group[i].result = r;
        fault_clear(&group[i].fault);
    }
    if (r == 0) {
        atomic_fetch_add(&w->commits, 1);
        if (changes.n > 0 && w->options.committed)
            w->options.committed(w->options.arg, changes.items, changes.n);
    } else if (error_is_fatal(r)) {
        die(w, r);
    }
    free(changes.items);
}

static void group_finish(struct writer *w, struct outcome *group, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct writer_job *job = group[i].job;

        atomic_fetch_add(&w->jobs, 1);
        if (group[i].result < 0)
            atomic_fetch_add(&w->failures, 1);
        job->done(job->arg, group[i].result, &group[i].fault); /* the job may be gone after this */
        fault_clear(&group[i].fault);
    }
    atomic_store(&w->progress_ms, clock_boot_ms());
}

/* Its error is not lost in a commit's: a WAL that cannot be moved shows as wal_pages that grow.
 * What the disk refuses here it refused for good, as in a commit (RS F5); a full one only waits
 * (F7). */
static void checkpoint_when_due(struct writer *w)
{
    int64_t pages = db_wal_pages(w->db);
    int left;

    if (w->dead || pages - w->pages_tried < CHECKPOINT_PAGES)
        return;
    left = db_checkpoint(w->db, false);
    w->pages_tried = left == 0 ? 0 : pages; /* all moved: the next commit begins it anew */
    atomic_store(&w->wal_pages, left < 0 ? pages : left);
    if (error_is_fatal(left))
        die(w, left);
}

static size_t group_take(struct writer *w, struct outcome *group)
{
    size_t n = 0;

    pthread_mutex_lock(&w->lock);
    while (!w->head && !w->stopping)
        pthread_cond_wait(&w->wake, &w->lock);
    while (w->head && n < GROUP_MAX) {
        group[n++] = (struct outcome){.job = w->head};
        w->head = w->head->next;
        w->depth--;
    }
    if (!w->head)
        w->tail = &w->head;
    pthread_mutex_unlock(&w->lock);
    return n;
}

static void *writer_thread(void *arg)
{
    struct outcome group[GROUP_MAX];
    struct writer *w = arg;
    size_t n;

    while ((n = group_take(w, group)) > 0) {
        group_run(w, group, n);
        group_finish(w, group, n);
        checkpoint_when_due(w);
    }
    return NULL;
}

int writer_start(const struct writer_options *options, struct writer **ret_writer)
{
    struct writer *w = calloc(1, sizeof(*w));
    int r;

    if (!w)
        return -ENOMEM;
    w->options = *options;
    w->tail = &w->head;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    atomic_store(&w->progress_ms, clock_boot_ms());
    r = db_open(options->path, DB_WRITER, &w->db);
    if (r == 0) {
        r = -pthread_create(&w->thread, NULL, writer_thread, w);
        if (r < 0)
            db_close(w->db);
    }
    if (r < 0) {
        pthread_cond_destroy(&w->wake);
        pthread_mutex_destroy(&w->lock);
        free(w);
        return r;
    }
    *ret_writer = w;
    return 0;
}

struct writer *writer_stop(struct writer *w)
{
    if (!w)
        return NULL;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    if (!w->dead)
        db_checkpoint(w->db, true);
    db_close(w->db);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
    return NULL;
}

void writer_submit(struct writer *w, struct writer_job *job)
{
    struct fault fault = {0};
    bool refused;

    job->next = NULL;
    pthread_mutex_lock(&w->lock);
    refused = w->stopping;
    if (!refused) {
        *w->tail = job;
        w->tail = &job->next;
        w->depth++;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    if (refused) {
        job->done(job->arg, -ESHUTDOWN, &fault);
        fault_clear(&fault);
    }
}

struct waiting {
    int (*apply)(struct tx *tx, void *arg);
    void *arg;
    struct fault *fault;
    int result;
    bool done;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

static int waiting_apply(struct tx *tx, void *arg)
{
    struct waiting *wait = arg;

    return wait->apply(tx, wait->arg);
}

static void waiting_done(void *arg, int result, struct fault *fault)
{
    struct waiting *wait = arg;

    pthread_mutex_lock(&wait->lock);
    wait->result = result;
    if (wait->fault) {
        fault_clear(wait->fault);
        *wait->fault = *fault;
        memset(fault, 0, sizeof(*fault)); /* taken over */
    }
    wait->done = true;
    pthread_cond_signal(&wait->wake);
    pthread_mutex_unlock(&wait->lock);
}

int writer_call(struct writer *w, const struct actor *actor, int (*apply)(struct tx *tx, void *arg),
                void *arg, struct fault *fault)
{
    struct waiting wait = {.apply = apply,
                           .arg = arg,
                           .fault = fault,
                           .lock = PTHREAD_MUTEX_INITIALIZER,
                           .wake = PTHREAD_COND_INITIALIZER};
    struct writer_job job = {
        .apply = waiting_apply, .done = waiting_done, .arg = &wait, .actor = actor};

    writer_submit(w, &job);
    pthread_mutex_lock(&wait.lock);
    while (!wait.done)
        pthread_cond_wait(&wait.wake, &wait.lock);
    pthread_mutex_unlock(&wait.lock);
    return wait.result;
}

void writer_get_stats(struct writer *w, struct writer_stats *ret_stats)
{
    pthread_mutex_lock(&w->lock);
    ret_stats->queue_depth = w->depth;
    pthread_mutex_unlock(&w->lock);
    ret_stats->commits = atomic_load(&w->commits);
    ret_stats->jobs = atomic_load(&w->jobs);
    ret_stats->failures = atomic_load(&w->failures);
    ret_stats->wal_pages = atomic_load(&w->wal_pages);
    ret_stats->last_progress_ms = atomic_load(&w->progress_ms);
}

/* writer.h - the one writer: a thread that owns the writing connection and commits in groups.
 *
 * Jobs that arrive while a commit is on its way to the disk share the next one, each in its own
 * savepoint, each acknowledged only after the sync. A job that fails is rolled back alone. When the
 * commit itself fails every job of the group fails. After EIO or a failed sync the writer is dead
 * (-EIO for all that follows) and the process must end: what is on the disk is unknown (RS F5).
 *
 * Thread: writer_submit() from any; apply and done run on the writer's thread.
 */
#ifndef ANCHANG_DB_WRITER_H
#define ANCHANG_DB_WRITER_H

#include "db/tx.h"

struct writer;

struct writer_job {
    /* Does the work in tx, inside a savepoint. May be run on a transaction that later fails. */
    int (*apply)(struct tx *tx, void *arg);
    /* After the commit (result 0) or the refusal (result < 0; @fault is valid during the call). */
    void (*done)(void *arg, int result, struct fault *fault);
    void *arg;
    const struct actor *actor; /* must live until done */
    struct writer_job *next;   /* the writer's */
};

struct writer_options {
    const char *path; /* of the database; already migrated */
    /* Called on the writer's thread after each commit that changed something, before the
     * done()s, so that whoever hears of success finds the feed already told. */
    void (*committed)(void *arg, const struct change *changes, size_t n);
    void (*fatal)(void *arg, int error); /* the writer died; end the process */
    void *arg;
    int64_t (*now_ms)(void);      /* NULL: the real clock */
    const struct seal_ring *seal; /* what its transactions seal with; outlives the writer */
};

int writer_start(const struct writer_options *options, struct writer **ret_writer);
/* Finishes what was submitted, checkpoints, closes. */
struct writer *writer_stop(struct writer *writer);

/* @job and what it points to must live until done() was called. done() is always called, once. */
void writer_submit(struct writer *writer, struct writer_job *job);

/* Submits and waits. For anchangctl, timers and tests; not from the writer's own thread. */
int writer_call(struct writer *writer, const struct actor *actor,
                int (*apply)(struct tx *tx, void *arg), void *arg, struct fault *fault);

struct writer_stats {
    int64_t commits, jobs, failures; /* since start */
    int64_t wal_pages;               /* after the last checkpoint */
    int64_t queue_depth;
    int64_t last_progress_ms; /* monotonic; for the watchdog */
};
void writer_get_stats(struct writer *writer, struct writer_stats *ret_stats);

#endif

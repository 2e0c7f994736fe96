/* slow.h - two threads for work that computes for long, so that workers and writer never wait for
 * it.
 *
 * At most two at once: a password hash takes 19 MiB and a core (RS T7). What does not fit in the
 * queue is refused at once. Each thread has its own reader connection.
 */
#ifndef ANCHANG_HTTP_SLOW_H
#define ANCHANG_HTTP_SLOW_H

#include "db/store.h"

enum { SLOW_THREADS = 2, SLOW_QUEUE_MAX = 32 };

struct slow;

struct slow_job {
    /* @db is the thread's reader, NULL when it could not be opened. */
    void (*run)(void *arg, struct db *db);
    void *arg;
    struct slow_job *next; /* the pool's */
};

/* @db_path NULL: jobs get no reader. */
int slow_start(const char *db_path, struct slow **ret_slow);
/* Runs what is queued, then ends. */
struct slow *slow_stop(struct slow *s);
/* -EBUSY: the queue is full, -ESHUTDOWN. @job lives until it ran. */
int slow_submit(struct slow *s, struct slow_job *job);

#endif

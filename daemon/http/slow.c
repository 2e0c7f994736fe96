/* slow.c - see slow.h. */
#include "daemon/http/slow.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct slow {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct slow_job *head, **tail;
    size_t queued;
    bool stopping;
    char *db_path;
    pthread_t threads[SLOW_THREADS];
    size_t n_threads;
};

static void *slow_main(void *arg)
{
    struct slow *s = arg;
    struct db *db = NULL;

    pthread_mutex_lock(&s->lock);
    for (;;) {
        struct slow_job *job;

        while (!s->head && !s->stopping)
            pthread_cond_wait(&s->work, &s->lock);
        job = s->head;
        if (!job)
            break;
        s->head = job->next;
        if (!s->head)
            s->tail = &s->head;
        s->queued--;
        pthread_mutex_unlock(&s->lock);
        /* Opened late and tried again each time: a failure is the job's to report. */
        if (!db && s->db_path && db_open(s->db_path, DB_READER, &db) < 0)
            db = NULL;
        job->run(job->arg, db);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    db_close(db);
    return NULL;
}

int slow_start(const char *db_path, struct slow **ret_slow)
{
    struct slow *s = calloc(1, sizeof(*s));

    if (!s)
        return -ENOMEM;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->work, NULL);
    s->tail = &s->head;
    if (db_path && !(s->db_path = strdup(db_path))) {
        slow_stop(s);
        return -ENOMEM;
    }
    for (; s->n_threads < SLOW_THREADS; s->n_threads++) {
        int r = pthread_create(&s->threads[s->n_threads], NULL, slow_main, s);

        if (r != 0) {
            slow_stop(s);
            return -r;
        }
    }
    *ret_slow = s;
    return 0;
}

struct slow *slow_stop(struct slow *s)
{
    if (!s)
        return NULL;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->work);
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < s->n_threads; i++)
        pthread_join(s->threads[i], NULL);
    pthread_cond_destroy(&s->work);
    pthread_mutex_destroy(&s->lock);
    free(s->db_path);
    free(s);
    return NULL;
}

int slow_submit(struct slow *s, struct slow_job *job)
{
    int r = 0;

    pthread_mutex_lock(&s->lock);
    if (s->stopping) {
        r = -ESHUTDOWN;
    } else if (s->queued >= SLOW_QUEUE_MAX) {
        r = -EBUSY;
    } else {
        job->next = NULL;
        *s->tail = job;
        s->tail = &job->next;
        s->queued++;
        pthread_cond_signal(&s->work);
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

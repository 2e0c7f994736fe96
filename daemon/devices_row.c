/* devices_row.c - the device manager's side of the registry: rows, jobs for the writer, calls for
 * staff. See devices_impl.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "daemon/devices_impl.h"
#include "db/alert.h"
#include "db/clock.h"
#include "db/writer.h"

/* ---- reading the registry ---- */

static struct entry *entry_of_row(struct devices *d, const struct device_row *row)
{
    struct entry *marked = NULL;

    for (size_t i = 0; i < DEVICES_MAX; i++) {
        struct entry *e = &d->entries[i];

        if (!e->used)
            continue;
        if (e->row.id == row->id)
            return e;
        if (e->row.id == 0 && strcmp(e->bus_ops->name, row->bus) == 0 &&
            strcmp(e->mark, row->mark) == 0)
            marked = e;
    }
    return marked;
}

static void entry_bind(struct entry *e, const struct device_row *row)
{
    e->row.id = row->id;
    e->row.version = row->version;
    e->row.terminal_id = row->terminal_id;
    snprintf(e->row.name, sizeof(e->row.name), "%s", row->name);
    snprintf(e->mark, sizeof(e->mark), "%s", row->mark);
}

struct loading {
    struct devices *d;
    bool seen[DEVICES_MAX];
};

/* Under the lock. */
static int row_take(void *arg, const struct device_row *row)
{
    struct loading *l = arg;
    const struct bus_ops *bus = devices_bus(row->bus);
    struct entry *e = entry_of_row(l->d, row);

    if (!bus)
        return 0; /* of a bus that this daemon does not drive */
    if (!e) {
        e = entry_new(l->d);
        if (!e)
            return -ENOSPC;
        e->bus_ops = bus;
        e->model = models_find(l->d->options.models, row->model);
        e->seen_ms = row->seen_ms;
    }
    entry_bind(e, row);
    l->seen[e - l->d->entries] = true;
    return 0;
}

int rows_load(struct devices *d)
{
    struct fault fault = {0};
    struct tx tx = {
        .db = d->db, .actor = &actor_system, .now_ms = clock_wall_ms(), .fault = &fault};
    struct loading l = {.d = d};
    int r;

    pthread_mutex_lock(&d->lock);
    r = device_scan(&tx, 0, row_take, &l);
    for (size_t i = 0; r == 0 && i < DEVICES_MAX; i++) {
        struct entry *e = &d->entries[i];

        if (!e->used || e->row.id == 0 || l.seen[i])
            continue;
        memset(&e->row, 0, sizeof(e->row)); /* retired */
        if (!e->present)
            entry_drop(e);
    }
    pthread_mutex_unlock(&d->lock);
    fault_clear(&fault);
    return r;
}

/* ---- jobs for the writer ---- */

struct row_job {
    struct writer_job job;
    struct devices *d;
    enum { JOB_SEEN, JOB_MOVED, JOB_CALL, JOB_SETTLE } kind;
    int64_t id; /* of the device, or of the terminal */
    const char *bus;
    char mark[DEVICE_MARK_MAX + 1], model[MODEL_ID_MAX + 1], name[DEVICE_MARK_MAX + 1];
};

static int job_apply(struct tx *tx, void *arg)
{
    struct row_job *job = arg;
    const struct device_new seen = {job->bus, job->mark, job->model, job->name};
    int64_t id = 0;
    int r = -EPROTO;

    switch (job->kind) {
    case JOB_SEEN:
        r = device_seen(tx, &seen, &id);
        break;
    case JOB_MOVED:
        r = device_moved(tx, job->id, job->mark);
        break;
    case JOB_CALL:
        r = alert_raise(tx, job->id, "reader", 0, &id);
        break;
    case JOB_SETTLE:
        r = alert_settle(tx, job->id, "reader");
        break;
    }
    return r < 0 ? r : 0;
}

/* On the writer's thread. What was changed is heard of by devices_changed(), like any change. */
static void job_done(void *arg, int result, struct fault *fault)
{
    static const char *const what[] = {"registered", "registered at its new port",
                                       "reported as lost", "reported as back"};
    struct row_job *job = arg;

    if (result < 0)
        devices_log(job->d, LOG_ERR, "reader %s %s could not be %s: %s", job->bus ? job->bus : "",
                    job->mark, what[job->kind],
                    result == -EREFUSED ? fault_code_text(fault->code) : strerror(-result));
    free(job);
}

static void job_submit(struct entry *e, int kind, int64_t id)
{
    struct row_job *job = calloc(1, sizeof(*job));

    if (!job) {
        devices_log(e->owner, LOG_ERR, "no memory to note what became of reader %s", e->mark);
        return;
    }
    job->d = e->owner;
    job->kind = kind;
    job->id = id;
    job->bus = e->bus_ops->name;
    snprintf(job->mark, sizeof(job->mark), "%s", e->mark);
    if (e->model) {
        snprintf(job->model, sizeof(job->model), "%s", e->model->id);
        /* A virtual one has the name that it was configured with. */
        snprintf(job->name, sizeof(job->name), "%s",
                 e->bus_ops == &bus_virtual ? e->mark : e->model->name);
    }
    job->job = (struct writer_job){
        .apply = job_apply, .done = job_done, .arg = job, .actor = &actor_system};
    writer_submit(e->owner->options.app->writer, &job->job);
}

/* ---- who it is ---- */

/* The one known reader of its kind that is missing, when there is exactly one. Only a reader
 * without a serial number is known by its port and can be at another. */
static struct entry *missing_of_kind(struct entry *e)
{
    const size_t kind = strcspn(e->mark, "@");
    struct devices *d = e->owner;
    struct entry *found = NULL;

    if (e->mark[kind] != '@')
        return NULL;
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        struct entry *other = &d->entries[i];

        if (!other->used || other->present || other->row.id == 0 || other->bus_ops != e->bus_ops ||
            strncmp(other->mark, e->mark, kind + 1) != 0)
            continue;
        if (found)
            return NULL;
        found = other;
    }
    return found;
}

void row_arrived(struct entry *e)
{
    struct entry *missing = e->row.id ? NULL : missing_of_kind(e);

    if (missing) {
        int64_t id = missing->row.id;

        pthread_mutex_lock(&e->owner->lock);
        e->row = missing->row;
        e->called = missing->called;
        entry_drop(missing);
        pthread_mutex_unlock(&e->owner->lock);
        job_submit(e, JOB_MOVED, id);
    } else {
        job_submit(e, JOB_SEEN, 0);
    }
}

/* ---- calls for staff (NT-09) ---- */

int64_t rows_watch(struct devices *d, int64_t now)
{
    int64_t wait = -1;

    for (size_t i = 0; i < DEVICES_MAX; i++) {
        struct entry *e = &d->entries[i];
        int64_t left = e->down_since + DEVICE_LOST_MS - now;

        if (!e->used || !e->row.terminal_id)
            continue;
        if (e->down_since && !e->called) {
            if (left <= 0) {
                e->called = true;
                job_submit(e, JOB_CALL, e->row.terminal_id);
            } else if (wait < 0 || left < wait) {
                wait = left;
            }
        } else if (!e->down_since && (e->called || !e->settled)) {
            e->called = false;
            e->settled = true;
            job_submit(e, JOB_SETTLE, e->row.terminal_id);
        }
    }
    return wait;
}

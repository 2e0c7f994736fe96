/* disk_watch.c - see disk_watch.h. */
#include "daemon/disk_watch.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <syslog.h>
#include <time.h>

#include "daemon/app.h"
#include "db/alert.h"
#include "db/writer.h"

#define MIB INT64_C(1048576)

struct place {
    const char *name, *reason, *path;
    struct disk_space space;
    bool there, low;
    enum { TOLD_NOTHING, TOLD_LOW, TOLD_ROOM } told;
    int error; /* why staff could not be told, the last time */
};

struct disks {
    struct disks_options options;
    struct place places[DISKS_MAX];
    pthread_mutex_t lock; /* of what is seen */
    pthread_cond_t wake;
    bool stopping, running;
    pthread_t thread;
};

bool disk_is_low(const struct config *config, const struct disk_space *space, bool was)
{
    const int64_t share = space->total_bytes / 100 * config->disk_low_percent;
    const int64_t room = config->disk_low_mib * MIB;
    const int64_t limit = share < room ? share : room;

    return space->free_bytes < (was ? limit + limit / 10 : limit);
}

static int space_measure(const char *path, struct disk_space *ret_space)
{
    struct statvfs fs;
    struct stat info;

    if (stat(path, &info) < 0 || statvfs(path, &fs) < 0)
        return -errno;
    *ret_space = (struct disk_space){.device = info.st_dev,
                                     .free_bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize,
                                     .total_bytes = (int64_t)fs.f_blocks * (int64_t)fs.f_frsize};
    return 0;
}

/* ---- telling ---- */

__attribute__((format(printf, 3, 4))) static void say(struct disks *d, int priority,
                                                      const char *format, ...)
{
    char line[768];
    va_list ap;

    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    d->options.log(d->options.log_arg, priority, line);
}

static int call_apply(struct tx *tx, void *arg)
{
    const struct place *p = arg;
    int64_t id = 0;
    int r = p->low ? alert_raise(tx, 0, p->reason, 0, &id) : alert_settle(tx, 0, p->reason);

    return r < 0 ? r : 0;
}

/* Tried again at the next look when it fails: a disk that is full takes no row either. */
static void place_tell(struct disks *d, struct place *p)
{
    struct fault fault = {0};
    int r;

    if (p->told == (p->low ? TOLD_LOW : TOLD_ROOM))
        return;
    r = writer_call(d->options.app->writer, &actor_system, call_apply, p, &fault);
    fault_clear(&fault);
    if (r >= 0)
        p->told = p->low ? TOLD_LOW : TOLD_ROOM;
    else if (r != p->error)
        say(d, LOG_ERR, "staff could not be told of the disk of %s: %s", p->path, strerror(-r));
    p->error = r;
}

/* ---- looking ---- */

static void place_look(struct disks *d, struct place *p)
{
    const struct place *state = &d->places[0];
    const bool was = p->low;
    struct disk_space space = {0};
    bool there = p->path[0] && d->options.measure(p->path, &space) == 0;

    if (p != state && there && state->there && space.device == state->space.device)
        there = false; /* it is the same disk: one call is enough */
    pthread_mutex_lock(&d->lock);
    p->there = there;
    p->space = space;
    p->low = there && disk_is_low(d->options.app->config, &space, was);
    pthread_mutex_unlock(&d->lock);
    if (p->low && !was)
        say(d, LOG_WARNING, "the disk of %s is nearly full: %" PRId64 " MiB are left", p->path,
            space.free_bytes / MIB);
    else if (was && !p->low)
        say(d, LOG_NOTICE, "the disk of %s has room again", p->path);
    place_tell(d, p);
}

static void *looking(void *arg)
{
    struct disks *d = arg;
    struct timespec until;

    pthread_mutex_lock(&d->lock);
    while (!d->stopping) {
        pthread_mutex_unlock(&d->lock);
        for (size_t i = 0; i < DISKS_MAX; i++)
            place_look(d, &d->places[i]);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += DISK_LOOK_MS / 1000;
        pthread_mutex_lock(&d->lock);
        while (!d->stopping && pthread_cond_timedwait(&d->wake, &d->lock, &until) == 0)
            ;
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

/* ---- start, stop, questions ---- */

static int lock_init(struct disks *d)
{
    pthread_condattr_t attr;
    int r = pthread_condattr_init(&attr);

    if (r == 0)
        r = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (r == 0)
        r = pthread_cond_init(&d->wake, &attr);
    pthread_condattr_destroy(&attr);
    return r ? -r : -pthread_mutex_init(&d->lock, NULL);
}

int disks_start(const struct disks_options *options, struct disks **ret_disks)
{
    const struct config *config = options->app->config;
    struct disks *d = calloc(1, sizeof(*d));
    int r = d ? lock_init(d) : -ENOMEM;

    if (r < 0) {
        free(d);
        return r;
    }
    d->options = *options;
    if (!d->options.measure)
        d->options.measure = space_measure;
    d->places[0] = (struct place){.name = "state", .reason = "disk", .path = config->state_dir};
    d->places[1] =
        (struct place){.name = "backups", .reason = "disk-backups", .path = config->backups_dir};
    r = -pthread_create(&d->thread, NULL, looking, d);
    d->running = r == 0;
    if (r < 0)
        disks_free(d);
    else
        *ret_disks = d;
    return r;
}

void disks_stop(struct disks *d)
{
    if (!d || !d->running)
        return;
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    pthread_cond_signal(&d->wake);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    d->running = false;
}

struct disks *disks_free(struct disks *d)
{
    if (!d)
        return NULL;
    disks_stop(d);
    pthread_cond_destroy(&d->wake);
    pthread_mutex_destroy(&d->lock);
    free(d);
    return NULL;
}

size_t disks_view(struct disks *d, struct disk_view out[DISKS_MAX])
{
    size_t n = 0;

    if (!d)
        return 0;
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < DISKS_MAX; i++) {
        const struct place *p = &d->places[i];

        if (p->there)
            out[n++] = (struct disk_view){
                p->name, p->reason, p->path, p->space.free_bytes, p->space.total_bytes, p->low};
    }
    pthread_mutex_unlock(&d->lock);
    return n;
}

int64_t disks_left(struct disks *d, const char *reason)
{
    struct disk_view views[DISKS_MAX];
    size_t n = disks_view(d, views);

    for (size_t i = 0; i < n; i++)
        if (strcmp(views[i].reason, reason) == 0)
            return views[i].free_bytes;
    return -1;
}

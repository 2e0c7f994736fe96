/* system.c - is it up, is it ready, what are its figures (DV-08). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "daemon/api/api.h"
#include "daemon/api/public.h"
#include "daemon/app.h"
#include "daemon/disk_watch.h"
#include "daemon/http/http.h"
#include "daemon/site.h"
#include "daemon/version.h"
#include "db/backup.h"
#include "db/clock.h"
#include "db/ledger.h"

enum { QUEUE_LATE = 1000, WAL_PAGES_LATE = 16384 /* 64 MiB */ };
#define PROGRESS_LATE_MS INT64_C(10000)

int api_healthz(struct call *call)
{
    call->reply.body = json_pack("{s:b, s:s}", "ok", 1, "version", ANCHANG_VERSION);
    return call->reply.body ? 0 : -ENOMEM;
}

static void age_find(void *arg, int64_t project_id, struct snapshot *s)
{
    struct snapshot_head head;
    int64_t *oldest = arg;

    (void)project_id;
    snapshot_get_head(s, &head);
    if (*oldest == 0 || head.data_ms < *oldest)
        *oldest = head.data_ms;
}

/* How far the wall clock was set since the start, forward or (below 0) back, when that is more than
 * a time server trims (PA-17). */
static int64_t clock_step(const struct app *app)
{
    int64_t step = steady_step(&app->clock, clock_wall_ms(), clock_boot_ms());

    return step > STEADY_TOLERANCE_MS || step < -STEADY_TOLERANCE_MS ? step : 0;
}

/* Why not ready, in the log's language: a machine and an administrator read it. */
static json_t *reasons_of(const struct app *app, const struct writer_stats *w)
{
    const int64_t step = clock_step(app);
    json_t *reasons = json_array();

    if (!site_database_opens(app))
        json_array_append_new(reasons, json_string("database cannot be opened"));
    if (w->queue_depth > QUEUE_LATE ||
        (w->queue_depth > 0 && clock_boot_ms() - w->last_progress_ms > PROGRESS_LATE_MS))
        json_array_append_new(reasons, json_string("writer is behind"));
    if (step > 0)
        json_array_append_new(
            reasons, json_string("the clock was set forward: holds and permits end late until "
                                 "anchangd is started again"));
    if (step < 0)
        json_array_append_new(
            reasons, json_string("the clock was set back: holds and permits end later by as much"));
    if (w->wal_pages > WAL_PAGES_LATE)
        json_array_append_new(reasons, json_string("write-ahead log grows: a reader holds it"));
    return reasons;
}

/* It serves, but somebody has to see to it. */
static json_t *warnings_of(const struct app *app)
{
    struct disk_view disks[DISKS_MAX];
    size_t n = disks_view(app->disks, disks);
    json_t *warnings = json_array();
    char text[640];

    for (size_t i = 0; i < n; i++) {
        if (!disks[i].low)
            continue;
        snprintf(text, sizeof(text), "the disk of %s is nearly full: %" PRId64 " MiB are left",
                 disks[i].path, disks[i].free_bytes / (1024 * 1024));
        json_array_append_new(warnings, json_string(text));
    }
    return warnings;
}

int api_readyz(struct call *call)
{
    struct app *app = call->app;
    struct feed_stats feed;
    struct writer_stats w;
    int64_t oldest = 0;
    json_t *reasons;
    bool ok;

    writer_get_stats(app->writer, &w);
    feed_get_stats(app->feed, &feed);
    charts_each(app->charts, age_find, &oldest);
    reasons = reasons_of(app, &w);
    ok = json_array_size(reasons) == 0;
    call->reply.status = ok ? 200 : 503;
    call->reply.body =
        json_pack("{s:b, s:s, s:o, s:I, s:I, s:[], s:o, s:o}", "ok", ok, "database",
                  ok ? "ok" : "see reasons", "snapshot_age_ms",
                  oldest ? json_integer(clock_wall_ms() - oldest) : json_null(), "writer_queue",
                  (json_int_t)w.queue_depth, "streams", (json_int_t)feed.streams, "devices",
                  "reasons", reasons, "warnings", warnings_of(app));
    return call->reply.body ? 0 : -ENOMEM;
}

static void gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
    buf_printf(out, "# HELP anchang_%s %s\n# TYPE anchang_%s gauge\nanchang_%s %" PRId64 "\n", name,
               help, name, name, value);
}

int api_metrics(struct call *call)
{
    struct session_stats sessions;
    struct feed_stats feed;
    struct writer_stats w;
    struct buf out = {0};

    if (call->over_tls) /* the LAN listener; figures are for this box */
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    writer_get_stats(call->app->writer, &w);
    feed_get_stats(call->app->feed, &feed);
    session_get_stats(call->app->sessions, &sessions);
    http_metrics_write(call->app->http, &out);
    gauge(&out, "writer_commits_total", "commits since the start", w.commits);
    gauge(&out, "writer_jobs_total", "changes since the start, refused ones too", w.jobs);
    gauge(&out, "writer_failures_total", "changes that were refused or failed", w.failures);
    gauge(&out, "writer_queue", "changes that wait", w.queue_depth);
    gauge(&out, "wal_pages", "pages of the write-ahead log not yet in the database", w.wal_pages);
    gauge(&out, "feed_streams", "open event streams", (int64_t)feed.streams);
    gauge(&out, "feed_events_total", "events since the start", (int64_t)feed.posted);
    gauge(&out, "feed_resets_total", "streams that fell behind", (int64_t)feed.resets);
    gauge(&out, "sessions", "people who are logged in", (int64_t)sessions.users);
    gauge(&out, "terminals", "paired terminals", (int64_t)sessions.terminals);
    call->reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return reply_buf(call, &out);
}

static int64_t file_size(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? (int64_t)info.st_size : 0;
}

static json_t *listeners_json(const struct config *c, const struct http *http)
{
    json_t *list = json_array();
    char text[128];

    snprintf(text, sizeof(text), "http://%s:%u", c->listen_address, http_port(http, 0));
    json_array_append_new(list, json_string(text));
    if (c->lan_address[0]) {
        snprintf(text, sizeof(text), "https://%s:%u", c->lan_address, http_port(http, 1));
        json_array_append_new(list, json_string(text));
    }
    return list;
}

static json_t *disks_json(struct disks *disks)
{
    struct disk_view views[DISKS_MAX];
    size_t n = disks_view(disks, views);
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:I, s:I, s:b}", "name", views[i].name, "path",
                            views[i].path, "free_bytes", (json_int_t)views[i].free_bytes,
                            "total_bytes", (json_int_t)views[i].total_bytes, "low", views[i].low));
    return list;
}

int api_system_get(struct call *call)
{
    const struct config *config = call->app->config;
    struct session_stats sessions;
    struct feed_stats feed;
    struct writer_stats w;
    int64_t backup_ms = 0, books_ms = 0;
    char wal[540];
    int r = backup_last(call->tx.db, &backup_ms);

    if (r == 0)
        r = ledger_last_ms(&call->tx, &books_ms);
    if (r < 0)
        return r;

    writer_get_stats(call->app->writer, &w);
    feed_get_stats(call->app->feed, &feed);
    session_get_stats(call->app->sessions, &sessions);
    snprintf(wal, sizeof(wal), "%s-wal", call->app->db_path);
    call->reply.body = json_pack(
        "{s:s, s:b, s:I, s:i, s:s, s:o, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:s?}",
        "version", ANCHANG_VERSION, "demo", (int)config->demo, "started_ms",
        (json_int_t)call->app->started_ms, "schema", call->app->schema, "sqlite",
        db_engine_version(), "listeners", listeners_json(config, call->app->http), "db_bytes",
        (json_int_t)file_size(call->app->db_path), "wal_bytes", (json_int_t)file_size(wal), "disks",
        disks_json(call->app->disks), "commits", (json_int_t)w.commits, "jobs", (json_int_t)w.jobs,
        "streams", (json_int_t)feed.streams, "sessions", (json_int_t)sessions.users,
        "clock_step_ms", (json_int_t)clock_step(call->app), "books_wait_ms",
        (json_int_t)(books_ms > call->tx.now_ms ? books_ms - call->tx.now_ms : 0), "last_backup_ms",
        backup_ms ? json_integer(backup_ms) : json_null(), "public_address",
        config->public_address[0] ? config->public_address : NULL);
    return call->reply.body ? 0 : -ENOMEM;
}

/* charts.c - see charts.h. */
#include "daemon/chart/charts.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chart/internal.h"
#include "daemon/chart/json_write.h"
#include "db/clock.h"
#include "db/day.h"
#include "db/deal_scope.h"
#include "db/project.h"
#include "db/publication.h"
#include "db/unit.h"
#include "db/user.h"

enum { EVENT_UNITS_MAX = 200 }; /* more changes at once are told as "fetch again" */

struct entry {
    int64_t project_id;
    struct snapshot *snapshot;
};

struct charts {
    struct charts_options options;
    struct db *db; /* reader; the writer's thread only, after charts_create() */
    pthread_rwlock_t lock;
    struct entry *entries;
    size_t n;
};

/* ---- loading ---- */

struct loading {
    struct snapshot_head head;
    int64_t project_id;
};

static int head_read(void *arg, const struct publication *p)
{
    struct loading *l = arg;

    l->project_id = p->project_id;
    l->head.publication_id = p->id;
    l->head.number = p->number;
    l->head.approved_ms = p->decided_ms;
    l->head.data_ms = p->decided_ms;
    snprintf(l->head.approver_role, sizeof(l->head.approver_role), "%s",
             p->approver_role ? p->approver_role : "");
    snprintf(l->head.hash, sizeof(l->head.hash), "%s", p->hash ? p->hash : "");
    return 0;
}

static int patch_apply(void *arg, const struct patch *p)
{
    int r = snapshot_patch(arg, p->number, p->unit_id, p->state, p->at_ms);

    return r == -ENOENT ? 0 : r;
}

int snapshot_of_publication(struct db *db, int64_t publication_id, int64_t unit_id, int64_t upto,
                            bool demo, struct snapshot **ret_snapshot)
{
    struct fault fault = {0};
    struct tx tx = {.db = db, .actor = &actor_system, .now_ms = clock_wall_ms(), .fault = &fault};
    struct loading loading = {.head = {.demo = demo}};
    struct snapshot *s = NULL;
    struct content *content;
    int r = publication_read(&tx, publication_id, head_read, &loading);

    fault_clear(&fault);
    if (r >= 0)
        r = project_is_closed(db, loading.project_id, &loading.head.closed);
    if (r >= 0)
        r = content_published(db, publication_id, unit_id, &content);
    if (r < 0)
        return r;
    r = snapshot_create(content, &loading.head, &s);
    if (r == 0)
        r = publication_patches(db, publication_id, 0, upto, patch_apply, s);
    if (r < 0) {
        snapshot_unref(s);
        return r;
    }
    *ret_snapshot = s;
    return 0;
}

int snapshot_of_draft(struct tx *tx, int64_t project_id, bool demo, struct snapshot **ret_snapshot)
{
    struct snapshot_head head = {.demo = demo, .data_ms = tx->now_ms};
    struct content *content;
    int r = content_draft(tx, project_id, &content);

    if (r < 0)
        return r;
    content_hash(content, head.hash);
    return snapshot_create(content, &head, ret_snapshot);
}

/* Puts @snapshot (NULL: none) in the place of the project's. Takes over the reference. */
static int entry_set(struct charts *c, int64_t project_id, struct snapshot *snapshot)
{
    struct snapshot *old = snapshot;
    int r = 0;

    pthread_rwlock_wrlock(&c->lock);
    for (size_t i = 0; i < c->n; i++)
        if (c->entries[i].project_id == project_id) {
            old = c->entries[i].snapshot;
            c->entries[i].snapshot = snapshot;
            goto out;
        }
    if (snapshot) {
        struct entry *grown = realloc(c->entries, (c->n + 1) * sizeof(*grown));

        r = grown ? 0 : -ENOMEM;
        if (grown) {
            c->entries = grown;
            c->entries[c->n++] = (struct entry){project_id, snapshot};
            old = NULL;
        }
    }
out:
    pthread_rwlock_unlock(&c->lock);
    snapshot_unref(old);
    return r;
}

static int project_load(struct charts *c, int64_t project_id)
{
    struct snapshot *s = NULL;
    int64_t live = 0;
    int r = publication_live(c->db, project_id, &live);

    if (r == 1)
        r = snapshot_of_publication(c->db, live, 0, 0, c->options.demo, &s);
    if (r < 0) {
        entry_set(c, project_id, NULL);
        return r;
    }
    return entry_set(c, project_id, s);
}

static int project_load_each(void *arg, int64_t project_id)
{
    return project_load(arg, project_id);
}

int charts_create(const struct charts_options *options, struct charts **ret_charts)
{
    struct charts *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->options = *options;
    pthread_rwlock_init(&c->lock, NULL);
    r = db_open(options->db_path, DB_READER, &c->db);
    if (r == 0)
        r = publication_live_each(c->db, project_load_each, c);
    if (r < 0) {
        charts_free(c);
        return r;
    }
    *ret_charts = c;
    return 0;
}

struct charts *charts_free(struct charts *c)
{
    if (!c)
        return NULL;
    for (size_t i = 0; i < c->n; i++)
        snapshot_unref(c->entries[i].snapshot);
    free(c->entries);
    db_close(c->db);
    pthread_rwlock_destroy(&c->lock);
    free(c);
    return NULL;
}

/* ---- looking ---- */

/* Under the lock; NULL: none. */
static struct snapshot *shown(const struct charts *c, int64_t project_id)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->entries[i].project_id == project_id)
            return c->entries[i].snapshot;
    return NULL;
}

struct snapshot *charts_get(struct charts *c, int64_t project_id)
{
    struct snapshot *s;

    pthread_rwlock_rdlock(&c->lock);
    s = shown(c, project_id);
    if (s)
        snapshot_ref(s);
    pthread_rwlock_unlock(&c->lock);
    return s;
}

int charts_reply(struct charts *c, int64_t project_id, int64_t building_id,
                 struct http_prepared **ret_prepared)
{
    struct snapshot *s;
    int r = -ENODATA;

    pthread_rwlock_rdlock(&c->lock);
    s = shown(c, project_id);
    if (s)
        r = building_id ? snapshot_building(s, building_id, ret_prepared)
                        : snapshot_chart(s, ret_prepared);
    pthread_rwlock_unlock(&c->lock);
    return r;
}

struct snapshot *charts_find_unit(struct charts *c, int64_t unit_id)
{
    struct snapshot *s = NULL;
    char state;

    pthread_rwlock_rdlock(&c->lock);
    for (size_t i = 0; !s && i < c->n; i++)
        if (c->entries[i].snapshot && snapshot_unit(c->entries[i].snapshot, unit_id, &state))
            s = snapshot_ref(c->entries[i].snapshot);
    pthread_rwlock_unlock(&c->lock);
    return s;
}

void charts_each(struct charts *c, void (*each)(void *arg, int64_t project_id, struct snapshot *s),
                 void *arg)
{
    pthread_rwlock_rdlock(&c->lock);
    for (size_t i = 0; i < c->n; i++)
        if (c->entries[i].snapshot)
            each(arg, c->entries[i].project_id, c->entries[i].snapshot);
    pthread_rwlock_unlock(&c->lock);
}

/* ---- after a commit ---- */

static void post(struct charts *c, enum feed_kind kind, int64_t id, const char *name,
                 struct buf *data)
{
    const char *text = buf_text(data);

    if (text && c->options.feed)
        feed_post(c->options.feed, feed_channel(kind, id), name, text, data->n);
    buf_free(data);
}

static void post_id(struct charts *c, enum feed_kind kind, int64_t channel, const char *name,
                    const char *member, int64_t id)
{
    struct buf data = {0};

    buf_printf(&data, "{\"%s\":%" PRId64 "}", member, id);
    post(c, kind, channel, name, &data);
}

struct losses {
    struct snapshot *snapshot;
    struct buf units; /* [[id,"X",total,price],…] without the brackets */
    int64_t number, at_ms;
    size_t n;
};

static int loss_tell(void *arg, const struct patch *p)
{
    struct losses *l = arg;
    const struct published_unit *u;
    int64_t total;
    char now;
    int r = snapshot_patch(l->snapshot, p->number, p->unit_id, p->state, p->at_ms);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    u = snapshot_unit(l->snapshot, p->unit_id, &now);
    total = snapshot_shown_total(l->snapshot, u, now);
    buf_printf(&l->units, "%s[%" PRId64 ",\"%c\",", l->n ? "," : "", p->unit_id, now);
    json_put_or_null(&l->units, total);
    buf_puts(&l->units, ",");
    json_put_or_null(&l->units, snapshot_unit_price(l->snapshot, u, total));
    buf_puts(&l->units, "]");
    l->number = p->number;
    l->at_ms = p->at_ms;
    l->n++;
    return l->units.error;
}

/* The whole chart is new. */
static void live_tell(struct charts *c, int64_t project_id)
{
    struct snapshot_head head;
    struct snapshot *s;

    project_load(c, project_id);
    s = charts_get(c, project_id);
    if (!s) { /* could not be loaded: nobody may go on showing the old one */
        post_id(c, FEED_PUBLIC, project_id, "project", "project_id", project_id);
        return;
    }
    snapshot_get_head(s, &head);
    post_id(c, FEED_PUBLIC, project_id, "published", "publication", head.number);
    snapshot_unref(s);
}

/* All losses of a project that the snapshot does not have yet, as one event. */
static void losses_tell(struct charts *c, int64_t project_id)
{
    struct losses l = {.snapshot = charts_get(c, project_id)};
    struct snapshot_head head;
    struct buf data = {0};
    int r;

    if (!l.snapshot) { /* dropped for an error: what was lost is in what is loaded now */
        live_tell(c, project_id);
        return;
    }
    snapshot_get_head(l.snapshot, &head);
    r = publication_patches(c->db, head.publication_id, head.patch, 0, loss_tell, &l);
    if (r < 0) { /* a chart that may be wrong is worse than none */
        project_load(c, project_id);
        post_id(c, FEED_PUBLIC, project_id, "published", "publication", head.number);
    } else if (l.n > EVENT_UNITS_MAX) {
        post_id(c, FEED_PUBLIC, project_id, "published", "publication", head.number);
    } else if (l.n > 0) {
        buf_printf(&data,
                   "{\"publication\":%" PRId64 ",\"patch\":%" PRId64 ",\"data_ms\":%" PRId64
                   ",\"units\":[",
                   head.number, l.number, l.at_ms);
        buf_add(&data, l.units.data, l.units.n);
        buf_puts(&data, "]}");
        post(c, FEED_PUBLIC, project_id, "units", &data);
    }
    buf_free(&l.units);
    snapshot_unref(l.snapshot);
}

static void project_tell(struct charts *c, int64_t project_id)
{
    struct snapshot *s = charts_get(c, project_id);
    struct snapshot_head head;
    bool closed;

    if (s && project_is_closed(c->db, project_id, &closed) == 1) {
        snapshot_get_head(s, &head);
        if (head.closed != closed) {
            snapshot_close(s, closed);
            post_id(c, FEED_PUBLIC, project_id, "project", "project_id", project_id);
        }
    }
    snapshot_unref(s);
    post_id(c, FEED_INTERNAL, project_id, "project", "project_id", project_id);
}

/* Whether an earlier change says the same about @key. */
static bool told(const struct change *changes, size_t at, bool building)
{
    for (size_t i = 0; i < at; i++)
        if (changes[i].kind == changes[at].kind &&
            (building ? changes[i].building_id == changes[at].building_id
                      : changes[i].project_id == changes[at].project_id))
            return true;
    return false;
}

static int unit_tell(void *arg, const struct unit_row *row)
{
    struct buf *data = arg;

    buf_printf(data, "{\"building_id\":%" PRId64 ",\"unit\":", row->building_id);
    internal_write_unit(row, NULL, -2, day_midnight_ms(clock_wall_ms()), data);
    buf_puts(data, "}");
    return data->error;
}

static void units_tell(struct charts *c, const struct change *change)
{
    const struct unit_filter filter = {.unit_id = change->id};
    struct fault fault = {0};
    struct tx tx = {
        .db = c->db, .actor = &actor_system, .now_ms = clock_wall_ms(), .fault = &fault};
    struct buf data = {0};

    if (unit_scan(&tx, &filter, unit_tell, &data) == 0)
        post(c, FEED_UNITS, change->project_id, "unit", &data);
    buf_free(&data);
    fault_clear(&fault);
}

/* Only who sees the deal (deal_scope.h): by channel who sees those of others, and whose it is. */
static void deal_tell(struct charts *c, const struct change *change)
{
    struct fault fault = {0};
    struct tx tx = {
        .db = c->db, .actor = &actor_system, .now_ms = clock_wall_ms(), .fault = &fault};
    struct deal_place place;
    struct actor owner;

    post_id(c, FEED_DEALS, change->project_id, "deal", "deal_id", change->id);
    post_id(c, FEED_DEALS_PART, change->building_id, "deal", "deal_id", change->id);
    if (deal_place_read(&tx, change->id, &place) == 0 &&
        actor_load(c->db, place.user_id, &owner, NULL) == 0 && actor_has(&owner, RIGHT_DEAL_VIEW) &&
        deal_seen(&owner, &place))
        post_id(c, FEED_USER, place.user_id, "deal", "deal_id", change->id);
    fault_clear(&fault);
}

static size_t count_of(const struct change *changes, size_t n, enum change_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += changes[i].kind == kind;
    return count;
}

void charts_changed(struct charts *c, const struct change *changes, size_t n)
{
    bool many = count_of(changes, n, CHANGE_UNIT) > EVENT_UNITS_MAX;

    for (size_t i = 0; i < n; i++) {
        const struct change *change = &changes[i];

        switch (change->kind) {
        case CHANGE_PUBLIC_UNIT:
            if (!told(changes, i, false))
                losses_tell(c, change->project_id);
            break;
        case CHANGE_LIVE:
            live_tell(c, change->project_id);
            post_id(c, FEED_INTERNAL, change->project_id, "project", "project_id",
                    change->project_id);
            break;
        case CHANGE_UNIT:
            if (!many && !told(changes, i, true))
                post_id(c, FEED_PART, change->project_id, "building", "building_id",
                        change->building_id);
            if (!many)
                units_tell(c, change);
            else if (!told(changes, i, false))
                post_id(c, FEED_INTERNAL, change->project_id, "project", "project_id",
                        change->project_id);
            break;
        case CHANGE_BUILDING:
            if (!told(changes, i, true))
                post_id(c, FEED_INTERNAL, change->project_id, "building", "building_id",
                        change->building_id);
            break;
        case CHANGE_PROJECT:
            if (!told(changes, i, false))
                project_tell(c, change->project_id);
            break;
        case CHANGE_PUBLICATION:
            post_id(c, FEED_INTERNAL, change->project_id, "publication", "publication_id",
                    change->id);
            break;
        case CHANGE_OPENING:
            post_id(c, FEED_INTERNAL, change->project_id, "opening", "opening_id", change->id);
            break;
        case CHANGE_DEAL:
            deal_tell(c, change);
            break;
        default:
            break; /* people and terminals: not the chart's */
        }
    }
}

/* layout.c - see layout.h. */
#include "db/layout.h"

#include <errno.h>
#include <stdio.h>

#include "db/audit.h"
#include "db/media.h"

struct layout_now {
    int64_t project_id, version;
    char name[400];
    struct stmt *s; /* columns: project, version, name, rooms, halls, baths, description, media */
};

/* Of a project that is seen whole; the caller ends it with stmt_reset(ret->s). */
static int layout_read(struct tx *tx, int64_t id, struct layout_now *ret)
{
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT project_id, version, name, rooms, halls, baths, description, media_id "
                   "FROM layout WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    *ret = (struct layout_now){.project_id = stmt_int(s, 0), .version = stmt_int(s, 1), .s = s};
    snprintf(ret->name, sizeof(ret->name), "%s", stmt_text(s, 2));
    return 0;
}

int layout_project(struct tx *tx, int64_t layout_id, int64_t *ret_project_id)
{
    struct layout_now now;
    int r = layout_read(tx, layout_id, &now);

    if (r < 0)
        return r;
    stmt_reset(now.s);
    *ret_project_id = now.project_id;
    return 0;
}

int layout_create(struct tx *tx, const struct layout_new *l, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_whole(tx, l->project_id);

    if (r == 0)
        r = media_need(tx, l->project_id, l->media_id);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM layout WHERE project_id = $1", l->project_id,
                         LAYOUT_MAX);
    if (r < 0)
        return r;
    r = db_get(tx->db, &id,
               "INSERT INTO layout (project_id, name, rooms, halls, baths, description, media_id) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
               "itiiitt", l->project_id, l->name, l->rooms, l->halls, l->baths,
               l->description ? l->description : "", l->media_id);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", l->name, NULL);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, l->name);
    trail_int(&trail, "rooms", NULL, &l->rooms);
    trail_int(&trail, "halls", NULL, &l->halls);
    trail_int(&trail, "baths", NULL, &l->baths);
    trail_text(&trail, "media", NULL, l->media_id);
    r = audit_add_project(tx, "layout.create", "layout", id, l->project_id, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

static void layout_trail(struct trail *trail, struct stmt *s, const struct layout_change *c)
{
    trail_given_text(trail, "name", stmt_text(s, 2), c->name);
    trail_given_int(trail, "rooms", stmt_int(s, 3), c->rooms);
    trail_given_int(trail, "halls", stmt_int(s, 4), c->halls);
    trail_given_int(trail, "baths", stmt_int(s, 5), c->baths);
    trail_given_text(trail, "description", stmt_text(s, 6), c->description);
    trail_given_text(trail, "media", stmt_text(s, 7), c->media_id);
}

int layout_update(struct tx *tx, const struct layout_change *c)
{
    struct trail trail = {0};
    struct layout_now now;
    int r = layout_read(tx, c->id, &now);

    if (r < 0)
        return r;
    if (now.version != c->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", now.name, NULL);
    else
        layout_trail(&trail, now.s, c);
    stmt_reset(now.s);
    if (r == 0)
        r = media_need(tx, now.project_id, c->media_id);
    if (r < 0 || trail_empty(&trail)) {
        trail_clear(&trail);
        return r;
    }
    r = db_run(tx->db,
               "UPDATE layout SET name = COALESCE($2, name), rooms = COALESCE($3, rooms), "
               "halls = COALESCE($4, halls), baths = COALESCE($5, baths), "
               "description = COALESCE($6, description), "
               "media_id = CASE WHEN $7 = '' THEN NULL ELSE COALESCE($7, media_id) END, "
               "version = version + 1 WHERE id = $1",
               "itooott", c->id, c->name, c->rooms >= 0 ? &c->rooms : NULL,
               c->halls >= 0 ? &c->halls : NULL, c->baths >= 0 ? &c->baths : NULL, c->description,
               c->media_id);
    if (r < 0) {
        trail_clear(&trail);
        return r == -EEXIST ? fault_set(tx->fault, FAULT_NAME_TAKEN, "name", c->name, NULL) : r;
    }
    return audit_add_project(tx, "layout.update", "layout", c->id, now.project_id, &trail);
}

int layout_delete(struct tx *tx, int64_t id)
{
    struct trail trail = {0};
    struct layout_now now;
    int64_t units = 0;
    char count[24];
    int r = layout_read(tx, id, &now);

    if (r < 0)
        return r;
    stmt_reset(now.s);
    r = db_get(tx->db, &units, "SELECT COUNT(*) FROM unit WHERE layout_id = $1", "i", id);
    if (r < 0)
        return r;
    snprintf(count, sizeof(count), "%lld", (long long)units);
    if (units > 0)
        return fault_set(tx->fault, FAULT_LAYOUT_IN_USE, "name", now.name, "count", count, NULL);
    r = db_run(tx->db, "DELETE FROM layout WHERE id = $1", "i", id);
    if (r < 0)
        return r;
    trail_text(&trail, "name", now.name, NULL);
    return audit_add_project(tx, "layout.delete", "layout", id, now.project_id, &trail);
}

int layout_each(struct tx *tx, int64_t project_id, int64_t layout_id,
                int (*each)(void *arg, const struct layout_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT l.id, l.version, l.project_id, l.rooms, l.halls, l.baths, "
                     "COALESCE(n.units, 0), COALESCE(n.low, 0), COALESCE(n.high, 0), l.name, "
                     "l.description, l.media_id FROM layout l LEFT JOIN "
                     "(SELECT u.layout_id, COUNT(*) AS units, MIN(a.gross) AS low, "
                     " MAX(a.gross) AS high FROM unit u JOIN project p ON p.id = u.project_id "
                     " LEFT JOIN unit_area a ON a.unit_id = u.id AND a.stage = CASE p.sale_type "
                     " WHEN 'completed' THEN 'measured' ELSE 'premeasured' END "
                     " WHERE u.project_id = $1 AND u.layout_id IS NOT NULL GROUP BY u.layout_id) n "
                     "ON n.layout_id = l.id WHERE l.project_id = $1 AND ($2 = 0 OR l.id = $2) "
                     "ORDER BY l.name",
                     "ii", project_id, layout_id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct layout_row row = {.id = stmt_int(s, 0),
                                       .version = stmt_int(s, 1),
                                       .project_id = stmt_int(s, 2),
                                       .rooms = stmt_int(s, 3),
                                       .halls = stmt_int(s, 4),
                                       .baths = stmt_int(s, 5),
                                       .units = stmt_int(s, 6),
                                       .gross_min = stmt_int(s, 7),
                                       .gross_max = stmt_int(s, 8),
                                       .name = stmt_text(s, 9),
                                       .description = stmt_text(s, 10),
                                       .media_id = stmt_text(s, 11)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

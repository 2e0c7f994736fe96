/* unit.c - the record of a unit: its fields, areas, prices, layout, history, deletion. What
 * happens to its sale state is in unit_act.c. See unit.h. */
#include "db/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/attachment.h"
#include "db/audit.h"
#include "db/media.h"
#include "db/money.h"
#include "db/unit_class.h"
#include "db/user.h"

/* A unit before it is changed, copied, so that nothing is read while it is changed. */
struct unit_now {
    int64_t id, version, project_id, building_id;
    char path[256], stage[16];
    int64_t total; /* 0: none */
    bool area_owed;
};

static int now_read(void *arg, const struct unit_row *row)
{
    struct unit_now *now = arg;

    *now = (struct unit_now){.id = row->id,
                             .version = row->version,
                             .project_id = row->project_id,
                             .building_id = row->building_id,
                             .total = row->total_fen,
                             .area_owed = unit_class_owes_area(row->class)};
    unit_path(row, now->path, sizeof(now->path));
    snprintf(now->stage, sizeof(now->stage), "%s", row->area_stage);
    return 0;
}

static int unit_now(struct tx *tx, int64_t id, struct unit_now *ret)
{
    const struct unit_filter filter = {.unit_id = id};

    return unit_scan(tx, &filter, now_read, ret);
}

/* As unit_now(), with the version the caller has read. */
static int unit_expect(struct tx *tx, int64_t id, int64_t version, struct unit_now *ret)
{
    int r = unit_now(tx, id, ret);

    if (r == 0 && ret->version != version)
        r = fault_set(tx->fault, FAULT_UNIT_CHANGED, "unit", ret->path, NULL);
    return r;
}

/* The new version, the audit row, the news, the loss if there is one. @trail is freed. */
static int unit_touch(struct tx *tx, const struct unit_now *now, const char *action,
                      struct trail *trail)
{
    int r = db_run(tx->db, "UPDATE unit SET version = version + 1, changed_ms = $2 WHERE id = $1",
                   "ii", now->id, tx->now_ms);

    if (r < 0) {
        trail_clear(trail);
        return r;
    }
    r = audit_add(tx, action, "unit", now->id, now->project_id, trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_UNIT, now->project_id, now->building_id, now->id);
    return r < 0 ? r : unit_publish_loss(tx, now->id, action);
}

/* ---- the record ---- */

/* A number of the change as a column: NULL leaves it. */
static const int64_t *given(const int64_t *value)
{
    return *value >= 0 ? value : NULL;
}

static int record_trail(struct tx *tx, const struct unit_change *c, struct trail *trail)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT class, orientation, display_note, vr_url, room, layout_id, "
                     "floor_height_mm, attached_only, model_room, span FROM unit WHERE id = $1",
                     "i", c->id);

    if (r == 0)
        r = stmt_step(s);
    if (r != 1)
        return r < 0 ? r : -ENOENT;
    trail_given_text(trail, "class", stmt_text(s, 0), c->class);
    trail_given_text(trail, "orientation", stmt_text(s, 1), c->orientation);
    trail_given_text(trail, "display_note", stmt_text(s, 2), c->display_note);
    trail_given_text(trail, "vr_url", stmt_text(s, 3), c->vr_url);
    trail_given_text(trail, "room", stmt_text(s, 4), c->room);
    trail_given_int(trail, "layout_id", stmt_int(s, 5), c->layout_id);
    trail_given_int(trail, "floor_height_mm", stmt_int(s, 6), c->floor_height_mm);
    trail_given_int(trail, "attached_only", stmt_int(s, 7), c->attached_only);
    trail_given_int(trail, "model_room", stmt_int(s, 8), c->model_room);
    trail_given_int(trail, "span", stmt_int(s, 9), c->span);
    stmt_reset(s);
    return 0;
}

/* A layout belongs to the project of its units. */
static int layout_check(struct tx *tx, int64_t project_id, int64_t layout_id)
{
    int64_t found = 0;
    int r;

    if (layout_id <= 0)
        return 0;
    r = db_get(tx->db, &found, "SELECT id FROM layout WHERE id = $1 AND project_id = $2", "ii",
               layout_id, project_id);
    if (r < 0)
        return r;
    return r == 1 ? 0 : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

/* The ids, space separated, of what hangs on the unit now; at most @size - 1 bytes. */
static int media_text(struct tx *tx, int64_t unit_id, char *out, size_t size)
{
    struct stmt *s;
    size_t used = 0;
    int r =
        db_query(tx->db, &s, "SELECT media_id FROM unit_media WHERE unit_id = $1 ORDER BY ordinal",
                 "i", unit_id);

    out[0] = '\0';
    while (r >= 0 && (r = stmt_step(s)) == 1 && used + 34 <= size)
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", stmt_text(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* Pictures in the order given (PM-25). A file of another project is not there. */
static int media_set(struct tx *tx, const struct unit_now *now, const struct unit_change *c,
                     struct trail *trail)
{
    char before[UNIT_MEDIA_TEXT], after[UNIT_MEDIA_TEXT];
    int r;

    if (!c->media)
        return 0;
    if (c->n_media > UNIT_MEDIA_MAX)
        return tx_limit_reached(tx, UNIT_MEDIA_MAX);
    r = media_text(tx, now->id, before, sizeof(before));
    if (r == 0)
        r = db_run(tx->db, "DELETE FROM unit_media WHERE unit_id = $1", "i", now->id);
    for (size_t i = 0; r >= 0 && i < c->n_media; i++) {
        r = c->media[i][0] ? media_need(tx, now->project_id, c->media[i])
                           : fault_set(tx->fault, FAULT_MEDIA_UNKNOWN, NULL);
        if (r == 0)
            r = db_run(tx->db,
                       "INSERT INTO unit_media (unit_id, media_id, ordinal) VALUES ($1, $2, $3) "
                       "ON CONFLICT (unit_id, media_id) DO NOTHING",
                       "iti", now->id, c->media[i], (int64_t)i);
    }
    if (r >= 0)
        r = media_text(tx, now->id, after, sizeof(after));
    if (r >= 0)
        trail_text(trail, "media", before, after);
    return r < 0 ? r : 0;
}

static int record_write(struct tx *tx, const struct unit_now *now, const struct unit_change *c)
{
    const int64_t attached = c->attached_only, model = c->model_room;
    int r =
        db_run(tx->db,
               "UPDATE unit SET class = COALESCE($2, class), "
               "orientation = COALESCE($3, orientation), "
               "display_note = COALESCE($4, display_note), "
               "vr_url = CASE WHEN $5 = '' THEN NULL ELSE COALESCE($5, vr_url) END, "
               "room = COALESCE($6, room), "
               "layout_id = CASE WHEN $7 >= 0 THEN NULLIF($7, 0) ELSE layout_id END, "
               "floor_height_mm = CASE WHEN $8 >= 0 THEN NULLIF($8, 0) ELSE floor_height_mm END, "
               "attached_only = COALESCE($9, attached_only), "
               "model_room = COALESCE($10, model_room), span = COALESCE($11, span) "
               "WHERE id = $1",
               "itttttiiooo", c->id, c->class, c->orientation, c->display_note, c->vr_url, c->room,
               c->layout_id, c->floor_height_mm, given(&attached), given(&model), given(&c->span));

    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_UNIT_EXISTS, "unit", c->room ? c->room : now->path, NULL);
    return r < 0 ? r : 0;
}

/* What is sold with its home stays so until it is given back. */
static int attached_check(struct tx *tx, const struct unit_change *c)
{
    int64_t now = 0;
    int r;

    if (c->attached_only < 0)
        return 0;
    r = db_get(tx->db, &now, "SELECT attached_only FROM unit WHERE id = $1", "i", c->id);
    return r < 0 ? r : now == c->attached_only ? 0 : attachment_free_need(tx, c->id);
}

int unit_update(struct tx *tx, const struct unit_change *c)
{
    struct trail trail = {0};
    struct unit_now now;
    bool renamed;
    int r = unit_expect(tx, c->id, c->version, &now);

    if (r == 0)
        r = layout_check(tx, now.project_id, c->layout_id);
    if (r == 0)
        r = record_trail(tx, c, &trail);
    if (r == 0)
        r = attached_check(tx, c);
    if (r == 0)
        r = record_write(tx, &now, c);
    if (r == 0 && c->class)
        r = attachment_class_need(tx, c->id);
    if (r == 0)
        r = media_set(tx, &now, c, &trail);
    if (r < 0 || trail_empty(&trail)) {
        trail_clear(&trail);
        return r;
    }
    renamed = c->room != NULL;
    r = unit_touch(tx, &now, "unit.update", &trail);
    if (r == 0 && renamed)
        r = tx_changed(tx, CHANGE_BUILDING, now.project_id, now.building_id, now.building_id);
    return r;
}

/* ---- areas ---- */

struct area_now {
    int64_t gross, inner, shared;
    bool there, reviewed, whole;
};

static int area_read(struct tx *tx, int64_t unit_id, const char *stage, struct area_now *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT gross, inner_area, shared, reviewed_ms FROM unit_area "
                     "WHERE unit_id = $1 AND stage = $2",
                     "it", unit_id, stage);

    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    *ret = (struct area_now){0};
    if (r == 1)
        *ret = (struct area_now){.gross = stmt_int(s, 0),
                                 .inner = stmt_int(s, 1),
                                 .shared = stmt_int(s, 2),
                                 .there = true,
                                 .reviewed = !stmt_is_null(s, 3),
                                 .whole = !stmt_is_null(s, 1)};
    stmt_reset(s);
    return 0;
}

static void area_trail(struct trail *trail, const char *stage, const char *name, bool there,
                       int64_t before, int64_t after)
{
    char field[48];

    snprintf(field, sizeof(field), "%s.%s", stage, name);
    trail_int(trail, field, there ? &before : NULL, &after);
}

static int area_refuse(struct tx *tx, const char *field, int64_t min)
{
    char low[24], high[24];

    snprintf(low, sizeof(low), "%lld", (long long)min);
    snprintf(high, sizeof(high), "%lld", (long long)AREA_MAX);
    return fault_set(tx->fault, FAULT_FIELD_RANGE, "field", field, "min", low, "max", high, NULL);
}

int unit_set_area(struct tx *tx, int64_t unit_id, int64_t version, const char *stage, int64_t gross,
                  int64_t inner, int64_t shared)
{
    struct trail trail = {0};
    struct area_now before;
    struct unit_now now;
    int r = unit_expect(tx, unit_id, version, &now);

    if (r < 0)
        return r;
    if (gross < 1 || gross > AREA_MAX)
        return area_refuse(tx, "gross_area", 1);
    if (inner < 1 || inner > AREA_MAX)
        return area_refuse(tx, "inner_area", 1);
    if (shared < 0 || shared > AREA_MAX)
        return area_refuse(tx, "shared_area", 0);
    if (gross != inner + shared)
        return fault_set(tx->fault, FAULT_UNIT_AREA_SUM, "unit", now.path, NULL);
    r = area_read(tx, unit_id, stage, &before);
    if (r < 0)
        return r;
    area_trail(&trail, stage, "gross", before.there, before.gross, gross);
    area_trail(&trail, stage, "inner", before.whole, before.inner, inner);
    area_trail(&trail, stage, "shared", before.whole, before.shared, shared);
    if (trail_empty(&trail)) /* the same again is no change: its review stands */
        return 0;
    r = db_run(tx->db,
               "INSERT INTO unit_area (unit_id, stage, gross, inner_area, shared) "
               "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (unit_id, stage) DO UPDATE SET "
               "gross = excluded.gross, inner_area = excluded.inner_area, "
               "shared = excluded.shared, reviewed_ms = NULL, reviewed_by = NULL",
               "itiii", unit_id, stage, gross, inner, shared);
    if (r >= 0 && now.total > 0 && strcmp(stage, now.stage) == 0)
        r = db_run(tx->db, "UPDATE unit SET price_reviewed = 0 WHERE id = $1", "i", unit_id);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return unit_touch(tx, &now, "unit.area", &trail);
}

/* ---- batches on records ---- */

/* Reads the unit of @ref: 1, or 0 when it was refused with an item. */
static int batch_unit(struct tx *tx, int64_t project_id, const struct unit_ref *ref,
                      struct unit_now *ret)
{
    int r = unit_now(tx, ref->id, ret);

    if (r < 0)
        return r;
    if (ret->project_id != project_id)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (ref->version && ref->version != ret->version) {
        fault_item(tx->fault, FAULT_UNIT_CHANGED, 0, NULL, "unit", ret->path, NULL);
        return 0;
    }
    return 1;
}

static int batch_end(struct tx *tx, int r, size_t refused, const char *zh, const char *en)
{
    char count[24];

    if (r < 0 || refused == 0)
        return r < 0 ? r : 0;
    snprintf(count, sizeof(count), "%zu", refused);
    return fault_set(tx->fault, FAULT_UNITS_REFUSED, "count", count, "action", zh, "action_en", en,
                     NULL);
}

/* 1, or 0 when the stage's areas are not whole. Where none is owed and none is there, nothing is
 * left to review. */
static int area_review_one(struct tx *tx, const struct unit_now *now, const char *stage,
                           int64_t *version)
{
    const int64_t no = 0, yes = 1;
    struct trail trail = {0};
    struct area_now area;
    char field[48];
    int r = area_read(tx, now->id, stage, &area);

    if (r < 0)
        return r;
    *version = now->version;
    if (!area.there && !now->area_owed)
        return 1;
    if (!area.there || !area.whole) {
        fault_item(tx->fault, FAULT_UNIT_AREA_MISSING, 0, NULL, "unit", now->path, NULL);
        return 0;
    }
    if (area.reviewed)
        return 1;
    r = db_run(tx->db,
               "UPDATE unit_area SET reviewed_ms = $3, reviewed_by = $4 "
               "WHERE unit_id = $1 AND stage = $2",
               "itit", now->id, stage, tx->now_ms, tx->actor->name);
    if (r < 0)
        return r;
    snprintf(field, sizeof(field), "%s.reviewed", stage);
    trail_int(&trail, field, &no, &yes);
    *version = now->version + 1;
    r = unit_touch(tx, now, "unit.area-review", &trail);
    return r < 0 ? r : 1;
}

int unit_review_areas(struct tx *tx, int64_t project_id, const char *stage, struct unit_ref *units,
                      size_t n)
{
    size_t refused = 0;
    int r = tx_need_project(tx, project_id);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        struct unit_now now;

        r = batch_unit(tx, project_id, &units[i], &now);
        if (r == 1)
            r = area_review_one(tx, &now, stage, &units[i].version);
        if (r == 0)
            refused++;
    }
    return batch_end(tx, r, refused, "面积复核", "review areas");
}

int unit_assign_layout(struct tx *tx, int64_t project_id, int64_t layout_id, struct unit_ref *units,
                       size_t n)
{
    size_t refused = 0;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = layout_check(tx, project_id, layout_id);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        struct unit_change change = {.id = units[i].id,
                                     .layout_id = layout_id,
                                     .floor_height_mm = -1,
                                     .attached_only = -1,
                                     .model_room = -1,
                                     .span = -1};
        struct unit_now now;

        r = batch_unit(tx, project_id, &units[i], &now);
        if (r == 0)
            refused++;
        if (r != 1)
            continue;
        change.version = now.version;
        r = unit_update(tx, &change);
        if (r == 0)
            r = db_get(tx->db, &units[i].version, "SELECT version FROM unit WHERE id = $1", "i",
                       units[i].id);
    }
    return batch_end(tx, r, refused, "指定户型", "assign a layout");
}

/* ---- deletion (PM-07) ---- */

/* Whether anything but its birth is known of the unit: money, a document, a publication. Its
 * prices and areas go with it. */
static int unit_in_use(struct tx *tx, int64_t unit_id)
{
    int64_t uses = 0;
    int r = db_get(tx->db, &uses,
                   "SELECT (SELECT COUNT(*) FROM unit WHERE id = $1 AND (sale_state <> 'U' OR "
                   "released = 1 OR queue_count > 0 OR ever_published = 1)) + "
                   "(SELECT COUNT(*) FROM unit_history WHERE unit_id = $1 AND from_state <> '') + "
                   "(SELECT COUNT(*) FROM unit_history WHERE unit_id = $1 AND axis <> 'state') + "
                   "(SELECT COUNT(*) FROM publication_unit WHERE unit_id = $1) + "
                   "(SELECT COUNT(*) FROM claim WHERE unit_id = $1) + "
                   "(SELECT COUNT(*) FROM encumbrance WHERE unit_id = $1) + "
                   "(SELECT COUNT(*) FROM alert WHERE unit_id = $1) + "
                   "(SELECT COUNT(*) FROM unit_attachment WHERE unit_id = $1 OR home_id = $1) + "
                   "(SELECT COUNT(*) FROM permit_unit x JOIN permit p ON p.id = x.permit_id "
                   " WHERE x.unit_id = $1 AND p.revoked_ms IS NULL)",
                   "i", unit_id);

    return r < 0 ? r : uses > 0;
}

static int unit_remove(struct tx *tx, const struct unit_now *now)
{
    struct trail trail = {0};
    int r = db_run(tx->db, "DELETE FROM unit_price WHERE unit_id = $1", "i", now->id);

    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM unit_history WHERE unit_id = $1", "i", now->id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM unit_area WHERE unit_id = $1", "i", now->id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM unit_media WHERE unit_id = $1", "i", now->id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM unit_place WHERE unit_id = $1", "i", now->id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM permit_unit WHERE unit_id = $1", "i", now->id);
    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM unit WHERE id = $1", "i", now->id);
    if (r < 0)
        return r;
    trail_text(&trail, "path", now->path, NULL);
    trail_int(&trail, "total_fen", now->total ? &now->total : NULL, NULL);
    r = audit_add(tx, "unit.delete", "unit", now->id, now->project_id, &trail);
    return r < 0 ? r
                 : tx_changed(tx, CHANGE_BUILDING, now->project_id, now->building_id,
                              now->building_id);
}

int unit_delete(struct tx *tx, int64_t project_id, struct unit_ref *units, size_t n)
{
    size_t refused = 0;
    int r = tx_need_project(tx, project_id);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        struct unit_now now;

        r = batch_unit(tx, project_id, &units[i], &now);
        if (r == 0)
            refused++;
        if (r != 1)
            continue;
        r = unit_in_use(tx, now.id);
        if (r == 1) {
            fault_item(tx->fault, FAULT_UNIT_IN_USE, 0, NULL, "unit", now.path, NULL);
            refused++;
        } else if (r == 0) {
            r = unit_remove(tx, &now);
        }
    }
    return batch_end(tx, r, refused, "删除", "delete");
}

/* ---- history ---- */

int unit_history(struct tx *tx, int64_t unit_id,
                 int (*each)(void *arg, const struct unit_history_row *row), void *arg)
{
    struct unit_now now;
    struct stmt *s;
    int r = unit_now(tx, unit_id, &now);

    if (r < 0)
        return r;
    r = db_query(
        tx->db, &s,
        "SELECT id, axis, from_state, to_state, event, " USER_NAMED(
            "actor") ", document, reason, "
                     "at_ms FROM unit_history WHERE unit_id = $1 ORDER BY unit_version, id",
        "i", unit_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct unit_history_row row = {.id = stmt_int(s, 0),
                                             .axis = stmt_text(s, 1),
                                             .from = stmt_text(s, 2),
                                             .to = stmt_text(s, 3),
                                             .event = stmt_text(s, 4),
                                             .actor = stmt_text(s, 5),
                                             .document = stmt_text(s, 6),
                                             .reason = stmt_text(s, 7),
                                             .at_ms = stmt_int(s, 8)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- what hangs on a unit ---- */

int unit_area_each(struct tx *tx, int64_t unit_id,
                   int (*each)(void *arg, const struct unit_area_row *row), void *arg)
{
    struct stmt *s;
    int r =
        db_query(tx->db, &s,
                 "SELECT stage, gross, inner_area, shared, reviewed_ms, reviewed_by, " USER_NAMED(
                     "reviewed_by") " FROM unit_area WHERE unit_id = $1 ORDER BY CASE stage "
                                    "WHEN 'planned' THEN 1 WHEN 'premeasured' THEN 2 ELSE 3 END",
                 "i", unit_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct unit_area_row row = {.stage = stmt_text(s, 0),
                                          .gross = stmt_int(s, 1),
                                          .inner = stmt_int(s, 2),
                                          .shared = stmt_int(s, 3),
                                          .reviewed_ms = stmt_int(s, 4),
                                          .reviewed_by = stmt_text(s, 5),
                                          .reviewed_by_name = stmt_text(s, 6)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int texts_each(struct stmt *s, int (*each)(void *arg, const char *text), void *arg)
{
    int r;

    while ((r = stmt_step(s)) == 1) {
        r = each(arg, stmt_text(s, 0));
        if (r < 0)
            break;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int unit_permit_each(struct tx *tx, int64_t unit_id, int (*each)(void *arg, const char *number),
                     void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT p.number FROM permit_unit x JOIN permit p ON p.id = x.permit_id "
                     "WHERE x.unit_id = $1 AND p.revoked_ms IS NULL "
                     "AND (p.expires_ms IS NULL OR p.expires_ms > $2) ORDER BY p.id",
                     "ii", unit_id, tx->now_ms);

    return r < 0 ? r : texts_each(s, each, arg);
}

int unit_media_each(struct tx *tx, int64_t unit_id, int (*each)(void *arg, const char *id),
                    void *arg)
{
    struct stmt *s;
    int r =
        db_query(tx->db, &s, "SELECT media_id FROM unit_media WHERE unit_id = $1 ORDER BY ordinal",
                 "i", unit_id);

    return r < 0 ? r : texts_each(s, each, arg);
}

/* floor_plan.c - see floor_plan.h. */
#include "db/floor_plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/media.h"

struct floor_now {
    int64_t project_id, building_id, version;
    char label[64];
};

static int floor_read(struct tx *tx, int64_t floor_id, struct floor_now *ret)
{
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT b.project_id, f.building_id, f.label, COALESCE(p.version, 0) FROM "
                   "floor f JOIN building b ON b.id = f.building_id LEFT JOIN floor_plan p ON "
                   "p.floor_id = f.id WHERE f.id = $1",
                   floor_id);

    if (r < 0)
        return r;
    *ret = (struct floor_now){
        .project_id = stmt_int(s, 0), .building_id = stmt_int(s, 1), .version = stmt_int(s, 3)};
    snprintf(ret->label, sizeof(ret->label), "%s", stmt_text(s, 2));
    stmt_reset(s);
    return tx_need_building(tx, ret->project_id, ret->building_id);
}

static int image_check(struct tx *tx, int64_t project_id, const char *media_id)
{
    int64_t image = 0;
    int r = media_need(tx, project_id, media_id);

    if (r == 0)
        r = db_get(tx->db, &image,
                   "SELECT COUNT(*) FROM media WHERE id = $1 AND content_type LIKE 'image/%'", "t",
                   media_id);
    if (r < 0)
        return r;
    return image ? 0 : fault_set(tx->fault, FAULT_PLAN_IMAGE, NULL);
}

static int place_set(struct tx *tx, int64_t floor_id, const struct floor_place *place)
{
    int r = db_run(tx->db,
                   "INSERT INTO unit_place (unit_id, x, y) SELECT id, $3, $4 FROM unit WHERE "
                   "id = $1 AND floor_id = $2",
                   "iiii", place->unit_id, floor_id, place->x, place->y);

    if (r == 0 || r == -EEXIST)
        return fault_set(tx->fault, FAULT_PLAN_UNIT, NULL);
    return r < 0 ? r : 0;
}

static int plan_write(struct tx *tx, const struct floor_plan_new *plan)
{
    int r = db_run(tx->db,
                   "DELETE FROM unit_place WHERE unit_id IN (SELECT id FROM unit WHERE "
                   "floor_id = $1)",
                   "i", plan->floor_id);

    if (r >= 0 && !plan->media_id)
        return db_run(tx->db, "DELETE FROM floor_plan WHERE floor_id = $1", "i", plan->floor_id);
    if (r >= 0)
        r = db_run(tx->db,
                   "INSERT INTO floor_plan (floor_id, media_id, actor, at_ms) VALUES ($1, $2, $3, "
                   "$4) ON CONFLICT (floor_id) DO UPDATE SET media_id = excluded.media_id, "
                   "actor = excluded.actor, at_ms = excluded.at_ms, "
                   "version = floor_plan.version + 1",
                   "itti", plan->floor_id, plan->media_id, tx->actor->name, tx->now_ms);
    for (size_t i = 0; r >= 0 && i < plan->n_places; i++)
        r = place_set(tx, plan->floor_id, &plan->places[i]);
    return r;
}

int floor_plan_set(struct tx *tx, const struct floor_plan_new *plan)
{
    const int64_t places = plan->media_id ? (int64_t)plan->n_places : 0;
    struct trail trail = {0};
    struct floor_now now;
    int r = floor_read(tx, plan->floor_id, &now);

    if (r == 0 && now.building_id != plan->building_id)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0 && now.version != plan->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", now.label, NULL);
    if (r == 0 && plan->media_id)
        r = image_check(tx, now.project_id, plan->media_id);
    if (r == 0)
        r = plan_write(tx, plan);
    if (r < 0)
        return r;
    trail_text(&trail, "floor", NULL, now.label);
    trail_text(&trail, "media", NULL, plan->media_id);
    trail_int(&trail, "places", NULL, &places);
    r = audit_add(tx, "floor.plan", "building", now.building_id, now.project_id, &trail);
    return r < 0
               ? r
               : tx_changed(tx, CHANGE_BUILDING, now.project_id, now.building_id, now.building_id);
}

/* ---- reading ---- */

static int building_need(struct tx *tx, int64_t building_id)
{
    struct stmt *s;
    int64_t project_id;
    int r = tx_row(tx, &s, "SELECT project_id FROM building WHERE id = $1", building_id);

    if (r < 0)
        return r;
    project_id = stmt_int(s, 0);
    stmt_reset(s);
    return tx_need_building(tx, project_id, building_id);
}

int floor_plan_each(struct tx *tx, int64_t building_id,
                    int (*each)(void *arg, const struct floor_plan_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = building_need(tx, building_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT f.id, f.ordinal, f.label, COALESCE(p.version, 0), p.media_id FROM "
                     "floor f LEFT JOIN floor_plan p ON p.floor_id = f.id WHERE "
                     "f.building_id = $1 AND EXISTS (SELECT 1 FROM unit u WHERE "
                     "u.floor_id = f.id) ORDER BY f.ordinal DESC",
                     "i", building_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct floor_plan_row row = {.floor_id = stmt_int(s, 0),
                                           .ordinal = stmt_int(s, 1),
                                           .label = stmt_text(s, 2),
                                           .version = stmt_int(s, 3),
                                           .media_id = stmt_is_null(s, 4) ? NULL : stmt_text(s, 4)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int floor_place_each(struct tx *tx, int64_t building_id,
                     int (*each)(void *arg, const struct floor_place_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = building_need(tx, building_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT u.id, u.floor_id, p.x, p.y FROM unit_place p JOIN unit u ON "
                     "u.id = p.unit_id WHERE u.building_id = $1 ORDER BY u.id",
                     "i", building_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct floor_place_row row = {stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2),
                                            stmt_int(s, 3)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

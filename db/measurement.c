/* measurement.c - see measurement.h. */
#include "db/measurement.h"

#include <errno.h>
#include <stdio.h>

#include "db/unit.h"
#include "db/user.h"

enum { UNIT_TEXT = 256 };

/* A unit that was measured, in scope. */
struct measured {
    int64_t version;
    char unit[UNIT_TEXT];
};

static int unit_read(struct tx *tx, int64_t project_id, int64_t unit_id, struct measured *ret)
{
    int64_t building_id, of;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT u.project_id, u.building_id, u.version, b.name || CASE st.name WHEN "
                     "'' THEN '' ELSE '-' || st.name END || '-' || u.room FROM unit u JOIN "
                     "building b ON b.id = u.building_id JOIN stair st ON st.id = u.stair_id "
                     "WHERE u.id = $1",
                     "i", unit_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    of = stmt_int(s, 0);
    building_id = stmt_int(s, 1);
    ret->version = stmt_int(s, 2);
    snprintf(ret->unit, sizeof(ret->unit), "%s", stmt_text(s, 3));
    stmt_reset(s);
    if (project_id && of != project_id)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return tx_need_building(tx, of, building_id);
}

static bool named_before(const struct measurement_new *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (list[k].unit_id == list[i].unit_id)
            return true;
    return false;
}

static int one_write(struct tx *tx, const struct measurement_new *m, const struct measured *unit,
                     const char *source)
{
    int r = db_run(tx->db,
                   "INSERT INTO measurement (unit_id, gross, inner_area, source, actor, at_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6)",
                   "iiitti", m->unit_id, m->gross, m->inner, source, tx->actor->name, tx->now_ms);

    return r < 0 ? r
                 : unit_set_area(tx, m->unit_id, unit->version, "measured", m->gross, m->inner,
                                 m->gross - m->inner);
}

/* 1 when it was refused, as an item. */
static int one_register(struct tx *tx, int64_t project_id, const char *source,
                        const struct measurement_new *list, size_t i)
{
    const bool twice = named_before(list, i);
    struct measured unit;
    int r = unit_read(tx, project_id, list[i].unit_id, &unit);

    if (r < 0)
        return r;
    if (!twice && list[i].inner <= list[i].gross)
        return one_write(tx, &list[i], &unit, source);
    fault_item(tx->fault, twice ? FAULT_MEASURED_TWICE : FAULT_MEASURED_INNER, (int64_t)i + 1,
               "units", "unit", unit.unit, NULL);
    return 1;
}

int measurement_register(struct tx *tx, int64_t project_id, const char *source,
                         const struct measurement_new *list, size_t n)
{
    bool refused = false;
    int r = tx_need_project(tx, project_id);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = one_register(tx, project_id, source, list, i);
        refused |= r == 1;
    }
    if (r >= 0 && refused)
        return fault_set(tx->fault, FAULT_MEASURED_WRONG, NULL);
    return r < 0 ? r : 0;
}

int measurement_each(struct tx *tx, int64_t unit_id,
                     int (*each)(void *arg, const struct measurement_row *row), void *arg)
{
    struct measured unit;
    struct stmt *s = NULL;
    int r = unit_read(tx, 0, unit_id, &unit);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT m.id, m.gross, m.inner_area, m.at_ms, m.source, " USER_NAMED(
                         "m.actor") " FROM measurement m WHERE m.unit_id = $1 ORDER BY m.id DESC",
                     "i", unit_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct measurement_row row = {.id = stmt_int(s, 0),
                                            .unit_id = unit_id,
                                            .gross = stmt_int(s, 1),
                                            .inner = stmt_int(s, 2),
                                            .at_ms = stmt_int(s, 3),
                                            .source = stmt_text(s, 4),
                                            .user = stmt_text(s, 5)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int measurement_unit(struct tx *tx, int64_t project_id, const char *building, const char *stair,
                     const char *room, int64_t *ret_unit_id)
{
    int64_t n = 0, id = 0;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT COUNT(*), MIN(u.id) FROM unit u JOIN building b ON b.id = "
                     "u.building_id JOIN stair st ON st.id = u.stair_id WHERE u.project_id = $1 "
                     "AND b.name = $2 AND ($3 = '' OR st.name = $3) AND u.room = $4",
                     "ittt", project_id, building, stair, room);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        n = stmt_int(s, 0);
        id = stmt_int(s, 1);
    }
    stmt_reset(s);
    *ret_unit_id = n == 1 ? id : 0;
    return r < 0 ? r : 0;
}

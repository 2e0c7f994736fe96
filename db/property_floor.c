/* property_floor.c - stairs and floors of a building. See property.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/property.h"

bool floor_skipped(int64_t number, const int64_t *skip, size_t n_skip)
{
    for (size_t i = 0; i < n_skip; i++)
        if (skip[i] == number)
            return true;
    return false;
}

int64_t floor_ordinal(int64_t number, const int64_t *skip, size_t n_skip)
{
    int64_t step = number > 0 ? 1 : -1, ordinal = 0;

    for (int64_t n = step; n * step <= number * step; n += step)
        if (!floor_skipped(n, skip, n_skip))
            ordinal += step;
    return ordinal;
}

int floor_range_check(struct tx *tx, int64_t from, int64_t to, const int64_t *skip, size_t n_skip)
{
    const int64_t ends[] = {from, to};
    char min[24], max[24];

    snprintf(min, sizeof(min), "%d", FLOOR_MIN);
    snprintf(max, sizeof(max), "%d", FLOOR_MAX);
    if (from < FLOOR_MIN || from > FLOOR_MAX || from > to)
        return fault_set(tx->fault, FAULT_FIELD_RANGE, "field", "floor_from", "min", min, "max",
                         max, NULL);
    if (to > FLOOR_MAX)
        return fault_set(tx->fault, FAULT_FIELD_RANGE, "field", "floor_to", "min", min, "max", max,
                         NULL);
    for (size_t i = 0; i < 2; i++) {
        char text[24];

        snprintf(text, sizeof(text), "%lld", (long long)ends[i]);
        if (ends[i] == 0 || floor_skipped(ends[i], skip, n_skip))
            return fault_set(tx->fault, FAULT_FLOOR_SKIPPED, "floor", text, NULL);
    }
    return 0;
}

int stair_ensure(struct tx *tx, int64_t building_id, const char *name, struct trail *trail,
                 int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id, "SELECT id FROM stair WHERE building_id = $1 AND name = $2",
                   "it", building_id, name);

    if (r != 0)
        return r < 0 ? r : 0;
    r = db_get(tx->db, ret_id,
               "INSERT INTO stair (building_id, name, ordinal) VALUES ($1, $2, (SELECT "
               "COALESCE(MAX(ordinal), 0) + 1 FROM stair WHERE building_id = $1)) RETURNING id",
               "it", building_id, name);
    if (r >= 0)
        trail_text(trail, "stair", NULL, name);
    return r < 0 ? r : 0;
}

/* ---- where a floor goes ---- */

struct place {
    int64_t number;    /* 0: the label is no number */
    int64_t low, high; /* ordinals of the nearest numbers below and above; it goes between */
    bool taken[2 * FLOOR_MAX + 1];
    int64_t top;
};

/* The number a label says; 0 when it says none ("3A", "0"). */
static int64_t label_number(const char *label)
{
    bool minus = label[0] == '-';
    int64_t n = 0;

    if (!label[minus] || strlen(label) > 5)
        return 0;
    for (const char *p = label + minus; *p; p++) {
        if (*p < '0' || *p > '9')
            return 0;
        n = n * 10 + (*p - '0');
    }
    return minus ? -n : n;
}

static bool place_taken(const struct place *p, int64_t ordinal)
{
    return ordinal == 0 ||
           (ordinal >= -FLOOR_MAX && ordinal <= FLOOR_MAX && p->taken[ordinal + FLOOR_MAX]);
}

static int place_read(struct tx *tx, int64_t building_id, struct place *p)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT label, ordinal FROM floor WHERE building_id = $1", "i",
                     building_id);

    p->low = p->number > 0 ? 0 : -FLOOR_MAX - 1;
    p->high = p->number < 0 ? 0 : FLOOR_MAX + 1;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        int64_t other = label_number(stmt_text(s, 0)), ordinal = stmt_int(s, 1);

        if (ordinal >= -FLOOR_MAX && ordinal <= FLOOR_MAX)
            p->taken[ordinal + FLOOR_MAX] = true;
        if (ordinal > p->top)
            p->top = ordinal;
        if (p->number == 0 || other == 0)
            continue;
        if (other < p->number && ordinal > p->low)
            p->low = ordinal;
        if (other > p->number && ordinal < p->high)
            p->high = ordinal;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* Makes room at @ordinal: it and what stands right beyond it go one step away from the ground, the
 * farthest first, so that no two floors ever share an ordinal. */
static int floors_shift(struct tx *tx, int64_t building_id, const struct place *p, int64_t ordinal)
{
    const int64_t step = ordinal > 0 ? 1 : -1;
    int64_t end = ordinal;
    int r = 0;

    while (place_taken(p, end))
        end += step;
    for (int64_t o = end - step; r >= 0 && o * step >= ordinal * step; o -= step)
        r = db_run(tx->db, "UPDATE floor SET ordinal = $3 WHERE building_id = $1 AND ordinal = $2",
                   "iii", building_id, o, o + step);
    return r < 0 ? r : 0;
}

static int place_choose(struct tx *tx, int64_t building_id, const struct place *p, int64_t wanted,
                        int64_t *ret_ordinal)
{
    int64_t at = wanted ? wanted : p->number ? p->number : p->top + 1;

    if (at <= p->low)
        at = p->low + 1;
    if (at >= p->high)
        at = p->high - 1;
    if (at > p->low && at < p->high && at != 0) {
        for (int64_t up = at; up < p->high && p->number; up++)
            if (!place_taken(p, up)) {
                *ret_ordinal = up;
                return 0;
            }
        for (int64_t down = at; down > p->low && p->number; down--)
            if (!place_taken(p, down)) {
                *ret_ordinal = down;
                return 0;
            }
        if (!place_taken(p, at)) {
            *ret_ordinal = at;
            return 0;
        }
    } else {
        at = p->number < 0 ? p->high - 1 : p->low + 1;
    }
    *ret_ordinal = at;
    return floors_shift(tx, building_id, p, at);
}

int floor_ensure(struct tx *tx, int64_t building_id, const char *label, int64_t ordinal,
                 struct trail *trail, int64_t *ret_id)
{
    struct place place = {.number = label_number(label)};
    int64_t at = 0;
    int r = db_get(tx->db, ret_id, "SELECT id FROM floor WHERE building_id = $1 AND label = $2",
                   "it", building_id, label);

    if (r != 0)
        return r < 0 ? r : 0;
    r = place_read(tx, building_id, &place);
    if (r == 0)
        r = place_choose(tx, building_id, &place, ordinal, &at);
    if (r == 0)
        r = db_get(
            tx->db, ret_id,
            "INSERT INTO floor (building_id, label, ordinal) VALUES ($1, $2, $3) RETURNING id",
            "iti", building_id, label, at);
    if (r >= 0)
        trail_text(trail, "floor", NULL, label);
    return r < 0 ? r : 0;
}

/* ---- reading ---- */

int stair_each(struct tx *tx, int64_t project_id,
               int (*each)(void *arg, const struct stair_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT s.id, s.building_id, s.ordinal, s.name, (SELECT COUNT(*) FROM unit u "
                 "WHERE u.stair_id = s.id) FROM stair s "
                 "JOIN building b ON b.id = s.building_id WHERE b.project_id = $1 "
                 "ORDER BY s.building_id, s.ordinal, s.id",
                 "i", project_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        if (!actor_sees_building(tx->actor, project_id, stmt_int(s, 1)))
            continue;

        const struct stair_row row = {.id = stmt_int(s, 0),
                                      .building_id = stmt_int(s, 1),
                                      .ordinal = stmt_int(s, 2),
                                      .name = stmt_text(s, 3),
                                      .units = stmt_int(s, 4)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int floor_each(struct tx *tx, int64_t project_id,
               int (*each)(void *arg, const struct floor_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT f.id, f.building_id, f.ordinal, f.label, (SELECT COUNT(*) FROM stair s "
                 "JOIN unit u ON u.stair_id = s.id AND u.floor_id = f.id "
                 "WHERE s.building_id = f.building_id) FROM floor f "
                 "JOIN building b ON b.id = f.building_id WHERE b.project_id = $1 "
                 "ORDER BY f.building_id, f.ordinal DESC",
                 "i", project_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        if (!actor_sees_building(tx->actor, project_id, stmt_int(s, 1)))
            continue;

        const struct floor_row row = {.id = stmt_int(s, 0),
                                      .building_id = stmt_int(s, 1),
                                      .ordinal = stmt_int(s, 2),
                                      .label = stmt_text(s, 3),
                                      .units = stmt_int(s, 4)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* reprice_plan.c - what a plan makes of each unit. See reprice.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/money.h"
#include "db/project.h"
#include "db/reprice.h"
#include "db/reprice_impl.h"
#include "db/unit.h"

struct plan {
    const struct reprice_how *how;
    enum round_mode mode;
    int64_t unit_fen; /* the project's precision */
    int (*each)(void *arg, const struct reprice_unit *unit);
    void *arg;
};

/* A floor's number where its label is one; "3A" counts by its place. */
static int64_t floor_number(const struct unit_row *row)
{
    char *end;
    long number = strtol(row->floor, &end, 10);

    return row->floor[0] && !*end ? number : row->floor_ordinal;
}

static bool wanted(const struct reprice_how *how, const struct unit_row *row)
{
    int64_t number = floor_number(row);

    return row->project_id == how->project_id && (!how->unit_id || row->id == how->unit_id) &&
           (!how->layout_id || row->layout_id == how->layout_id) &&
           (!how->floors || (number >= how->floor_from && number <= how->floor_to)) &&
           (!how->class || strcmp(row->class, how->class) == 0) &&
           (!how->states || strchr(how->states, row->state));
}

static int64_t area_of(const struct unit_row *row)
{
    if (strcmp(row->price_basis, "unit") == 0)
        return 0;
    return strcmp(row->price_basis, "inner") == 0 ? row->inner : row->gross;
}

/* The new price; every product is inside 128 bits by the limits of value, price and area. */
static int64_t price_of(const struct plan *p, int64_t from, int64_t area)
{
    const struct reprice_how *how = p->how;
    bool per_area = strcmp(how->per, "area") == 0;
    __int128 to;

    if (strcmp(how->method, "replace") == 0)
        return per_area ? money_total(how->value, area, p->unit_fen, p->mode) : how->value;
    if (strcmp(how->method, "percent") == 0)
        to = money_round((__int128)from * (10000 + how->value), 10000, 1, ROUND_HALF_UP);
    else if (per_area)
        to = (__int128)from + money_round((__int128)how->value * area, 100, 1, ROUND_HALF_UP);
    else
        to = (__int128)from + how->value;
    if (to <= 0 || to > MONEY_MAX_FEN)
        return 0;
    return money_precision((int64_t)to, p->unit_fen, p->mode);
}

void reprice_path(const char *building, const char *stair, const char *room,
                  char out[REPRICE_PATH_TEXT])
{
    snprintf(out, REPRICE_PATH_TEXT, "%s%s%s%s%s", building, building[0] ? "-" : "", stair,
             stair[0] ? "-" : "", room);
}

static const char *state_reason(const struct unit_row *row)
{
    if (strchr("BSCFDT", row->state))
        return "sold";
    if (row->state == 'K')
        return "locked";
    if (row->state == 'R')
        return "reserved";
    if (row->state == 'X')
        return "held";
    return row->change_kind && row->change_kind[0] ? "changing" : "";
}

const char *reprice_skip(const struct unit_row *row, const char *target, int64_t from, int64_t to)
{
    bool list = strcmp(target, "list") == 0;
    const char *reason = state_reason(row);

    if (reason[0])
        return reason;
    if (to <= 0 || to > MONEY_MAX_FEN)
        return "range";
    if (to == from)
        return "same";
    if (list && !row->area_reviewed)
        return "no-area";
    if (list && row->filed_total_fen > 0 && to > row->filed_total_fen)
        return "above-filed";
    return !list && row->total_fen > 0 && to > row->total_fen ? "above-list" : "";
}

static int unit_plan(void *arg, const struct unit_row *row)
{
    const struct plan *p = arg;
    const struct reprice_how *how = p->how;
    struct reprice_unit unit = {.unit_id = row->id, .reason = ""};
    bool replace = strcmp(how->method, "replace") == 0;
    char path[REPRICE_PATH_TEXT];

    if (!wanted(how, row))
        return 0;
    reprice_path(row->building, row->stair, row->room, path);
    unit.path = path;
    unit.from_fen = strcmp(how->target, "list") == 0 ? row->total_fen : row->floor_total_fen;
    if (unit.from_fen == 0 && !replace)
        unit.reason = "no-price";
    else if (area_of(row) == 0 && strcmp(how->per, "area") == 0)
        unit.reason = "no-area";
    else
        unit.to_fen = price_of(p, unit.from_fen, area_of(row));
    if (!unit.reason[0])
        unit.reason = reprice_skip(row, how->target, unit.from_fen, unit.to_fen);
    unit.outcome = unit.reason[0] ? "skipped" : "planned";
    return p->each(p->arg, &unit);
}

static int range_refuse(struct tx *tx, int64_t min, int64_t max)
{
    char low[24], high[24];

    snprintf(low, sizeof(low), "%" PRId64, min);
    snprintf(high, sizeof(high), "%" PRId64, max);
    return fault_set(tx->fault, FAULT_FIELD_RANGE, "field", "value", "min", low, "max", high, NULL);
}

static int how_check(struct tx *tx, const struct reprice_how *how)
{
    bool percent = strcmp(how->method, "percent") == 0;
    bool replace = strcmp(how->method, "replace") == 0;
    int64_t max = percent ? 100000 : MONEY_MAX_FEN;
    int64_t min = percent ? -9999 : replace ? 1 : -MONEY_MAX_FEN;

    if (how->value < min || how->value > max || how->value == 0)
        return range_refuse(tx, min, max);
    return 0;
}

int reprice_target_need(struct tx *tx, const char *target)
{
    return strcmp(target, "floor") == 0 ? tx_need_right(tx, RIGHT_PRICE_FLOOR) : 0;
}

int reprice_preview(struct tx *tx, const struct reprice_how *how,
                    int (*each)(void *arg, const struct reprice_unit *unit), void *arg)
{
    const struct unit_filter filter = {.project_id = how->project_id,
                                       .building_id = how->building_id};
    struct plan p = {.how = how, .each = each, .arg = arg};
    int r = tx_need_whole(tx, how->project_id);

    if (r == 0)
        r = reprice_target_need(tx, how->target);
    if (r == 0)
        r = how_check(tx, how);
    if (r == 0)
        r = project_rounding(tx->db, how->project_id, &p.mode, &p.unit_fen);
    return r < 0 ? r : unit_scan(tx, &filter, unit_plan, &p);
}

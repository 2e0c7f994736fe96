/* unit_scan.c - reading units: the one query that charts, lists and guards share. See unit.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/money.h"
#include "db/unit.h"
#include "db/unit_class.h"

/* $1: what to look for, $2: now. The subselects each touch one index entry per unit. */
#define UNIT_COLUMNS                                                                               \
    "SELECT u.id, u.version, u.project_id, u.building_id, u.stair_id, u.floor_id, "                \
    "COALESCE(ar.name, ''), COALESCE(ph.name, ''), COALESCE(ar.kind, ''), b.name, st.name, "       \
    "fl.label, u.room, u.line, b.ordinal, st.ordinal, fl.ordinal, u.span, u.class, u.usage_text, " \
    "u.orientation, u.display_note, u.vr_url, u.layout_id, la.name, "                              \
    "COALESCE(u.floor_height_mm, b.floor_height_mm), "                                             \
    "u.attached_only, u.model_room, u.released, u.ever_published, u.price_reviewed, b.picking, "   \
    "b.enabled, ua.stage, ua.gross, ua.inner_area, ua.shared, ua.reviewed_ms, u.total_fen, "       \
    "u.filed_total_fen, u.floor_total_fen, u.deal_total_fen, u.retained, u.retained_reason, "      \
    "u.sale_state, u.queue_count, u.change_kind, u.changed_ms, c.id, c.kind, c.holder, c.reason, " \
    "c.approver, c.since_ms, c.until_ms, pm.id, pm.number, "                                       \
    "(SELECT MAX(CASE e.kind WHEN 'seizure' THEN 2 ELSE 0 END) + "                                 \
    "  MAX(CASE e.kind WHEN 'authority_lock' THEN 4 ELSE 0 END) + "                                \
    "  MAX(CASE e.kind WHEN 'auto_lock' THEN 8 ELSE 0 END) + "                                     \
    "  MAX(CASE WHEN e.kind = 'mortgage' AND e.sellable = 1 THEN 1 ELSE 0 END) + "                 \
    "  MAX(CASE WHEN e.kind = 'mortgage' AND e.sellable <> 1 THEN 512 ELSE 0 END) "                \
    "  FROM encumbrance e WHERE e.unit_id = u.id AND e.cleared_ms IS NULL), "                      \
    "pu.removed, pu.state, pu.total_fen, "                                                         \
    "(SELECT pp.state FROM publication_patch pp WHERE pp.publication_id = lp.id "                  \
    "  AND pp.unit_id = u.id ORDER BY pp.number DESC LIMIT 1), "                                   \
    "pr.price_basis, pr.sale_type, u.price_until_date "                                            \
    "FROM unit u JOIN project pr ON pr.id = u.project_id "                                         \
    "JOIN building b ON b.id = u.building_id JOIN stair st ON st.id = u.stair_id "                 \
    "JOIN floor fl ON fl.id = u.floor_id LEFT JOIN area ar ON ar.id = b.area_id "                  \
    "LEFT JOIN area ph ON ph.id = ar.parent_id LEFT JOIN layout la ON la.id = u.layout_id "        \
    "LEFT JOIN unit_area ua ON ua.unit_id = u.id AND ua.stage = "                                  \
    "  CASE pr.sale_type WHEN 'completed' THEN 'measured' ELSE 'premeasured' END "                 \
    "LEFT JOIN claim c ON c.unit_id = u.id AND c.ended_ms IS NULL "                                \
    "LEFT JOIN permit pm ON pm.id = (SELECT MIN(q.id) FROM permit_unit x "                         \
    "  JOIN permit q ON q.id = x.permit_id WHERE x.unit_id = u.id AND q.revoked_ms IS NULL "       \
    "  AND (q.expires_ms IS NULL OR q.expires_ms > $2)) "                                          \
    "LEFT JOIN publication lp ON lp.project_id = u.project_id AND lp.state = 'live' "              \
    "LEFT JOIN publication_unit pu ON pu.unit_id = u.id AND pu.publication_id = "                  \
    "  (SELECT MAX(y.publication_id) FROM publication_unit y WHERE y.unit_id = u.id "              \
    "  AND y.publication_id <= lp.id) "
#define UNIT_ORDER                                                                                 \
    " ORDER BY b.ordinal, b.id, st.ordinal, st.id, fl.ordinal DESC, length(u.line), u.line, u.room"

static const char scan_unit[] = UNIT_COLUMNS "WHERE u.id = $1";
static const char scan_building[] = UNIT_COLUMNS "WHERE u.building_id = $1" UNIT_ORDER;
static const char scan_project[] = UNIT_COLUMNS "WHERE u.project_id = $1" UNIT_ORDER;

static const char *text_at(struct stmt *s, int column)
{
    const char *text = stmt_text(s, column);

    return text ? text : "";
}

/* @area is in the phase @above, or one itself, as @kind says. */
static void row_area(struct unit_row *row, const char *area, const char *above, const char *kind)
{
    const bool below_phase = strcmp(kind, "phase") != 0;

    row->area = below_phase ? area : "";
    row->phase = below_phase ? above : area;
}

static void row_place(struct stmt *s, struct unit_row *row)
{
    row->id = stmt_int(s, 0);
    row->version = stmt_int(s, 1);
    row->project_id = stmt_int(s, 2);
    row->building_id = stmt_int(s, 3);
    row->stair_id = stmt_int(s, 4);
    row->floor_id = stmt_int(s, 5);
    row_area(row, text_at(s, 6), text_at(s, 7), text_at(s, 8));
    row->building = text_at(s, 9);
    row->stair = text_at(s, 10);
    row->floor = text_at(s, 11);
    row->room = text_at(s, 12);
    row->line = text_at(s, 13);
    row->building_ordinal = stmt_int(s, 14);
    row->stair_ordinal = stmt_int(s, 15);
    row->floor_ordinal = stmt_int(s, 16);
    row->span = stmt_int(s, 17);
}

static void row_record(struct stmt *s, struct unit_row *row)
{
    row->class = text_at(s, 18);
    row->usage_text = text_at(s, 19);
    row->orientation = text_at(s, 20);
    row->display_note = text_at(s, 21);
    row->vr_url = text_at(s, 22);
    row->layout_id = stmt_int(s, 23);
    row->layout = text_at(s, 24);
    row->floor_height_mm = stmt_int(s, 25);
    row->attached_only = stmt_int(s, 26) != 0;
    row->model_room = stmt_int(s, 27) != 0;
    row->released = stmt_int(s, 28) != 0;
    row->ever_published = stmt_int(s, 29) != 0;
    row->price_reviewed = stmt_int(s, 30) != 0;
    row->picking = stmt_int(s, 31) != 0;
    row->building_enabled = stmt_int(s, 32) != 0;
    row->area_stage = stmt_is_null(s, 33)
                          ? (strcmp(text_at(s, 63), "completed") == 0 ? "measured" : "premeasured")
                          : stmt_text(s, 33);
    row->gross = stmt_int(s, 34);
    row->inner = stmt_int(s, 35);
    row->shared = stmt_int(s, 36);
    row->area_reviewed =
        !stmt_is_null(s, 37) || (row->gross == 0 && !unit_class_owes_area(row->class));
    row->total_fen = stmt_int(s, 38);
    row->filed_total_fen = stmt_int(s, 39);
    row->floor_total_fen = stmt_int(s, 40);
    row->deal_total_fen = stmt_int(s, 41);
    row->price_basis = unit_class_basis(row->class, text_at(s, 62));
    row->price_until = stmt_text(s, 64);
}

static void row_state(struct stmt *s, struct unit_row *row)
{
    unsigned encumbered = (unsigned)stmt_int(s, 57);
    const char *patched = stmt_text(s, 61);

    row->retained = text_at(s, 42);
    row->retained_reason = text_at(s, 43);
    row->state = text_at(s, 44)[0];
    row->queue_count = stmt_int(s, 45);
    row->change_kind = text_at(s, 46);
    row->changed_ms = stmt_int(s, 47);
    row->claim_id = stmt_int(s, 48);
    row->claim_kind = text_at(s, 49);
    row->holder = text_at(s, 50);
    row->hold_reason = text_at(s, 51);
    row->approver = text_at(s, 52);
    row->since_ms = stmt_int(s, 53);
    row->until_ms = stmt_int(s, 54);
    row->permit_id = stmt_int(s, 55);
    row->permit = text_at(s, 56);
    row->shown = '\0';
    if (!stmt_is_null(s, 58) && stmt_int(s, 58) == 0) {
        row->shown = patched ? patched[0] : text_at(s, 59)[0];
        row->shown_total_fen = stmt_int(s, 60);
    }
    row->flags = encumbered;
    if (encumbered & UNIT_MORTGAGE_BLOCKS)
        row->flags |= UNIT_MORTGAGE;
    row->flags |=
        (row->change_kind[0] ? UNIT_CHANGE : 0u) | (row->price_reviewed ? 0u : UNIT_PRICE_REVIEW) |
        (row->permit_id ? 0u : UNIT_NO_PERMIT) | (row->area_reviewed ? 0u : UNIT_AREA_UNREVIEWED) |
        (row->attached_only ? UNIT_ATTACHED : 0u);
}

static int scan(struct tx *tx, const char *sql, int64_t key,
                int (*each)(void *arg, const struct unit_row *row), void *arg, bool *ret_any)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, sql, "ii", key, tx->now_ms);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct unit_row row = {0};

        row_place(s, &row);
        row_record(s, &row);
        row_state(s, &row);
        if (!actor_sees_building(tx->actor, row.project_id, row.building_id))
            continue;
        *ret_any = true;
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int unit_scan(struct tx *tx, const struct unit_filter *filter,
              int (*each)(void *arg, const struct unit_row *row), void *arg)
{
    bool any = false;
    int r;

    if (filter->unit_id) {
        r = scan(tx, scan_unit, filter->unit_id, each, arg, &any);
        if (r == 0 && !any)
            return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
        return r;
    }
    if (filter->building_id)
        return scan(tx, scan_building, filter->building_id, each, arg, &any);
    r = tx_need_project(tx, filter->project_id);
    return r < 0 ? r : scan(tx, scan_project, filter->project_id, each, arg, &any);
}

void unit_path(const struct unit_row *row, char *out, size_t size)
{
    const char *parts[] = {row->phase, row->area, row->building, row->stair, row->room};
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        int n;

        if (!parts[i][0])
            continue;
        n = snprintf(out + used, size - used, "%s%s", used ? "-" : "", parts[i]);
        if (n < 0 || (size_t)n >= size - used)
            return;
        used += (size_t)n;
    }
}

int unit_path_read(struct tx *tx, int64_t unit_id, char *out, size_t size, int64_t *ret_building_id)
{
    struct unit_row row = {.id = unit_id};
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT u.project_id, u.building_id, u.room, b.name, st.name, ar.name, "
                     "ph.name, ar.kind FROM unit u JOIN building b ON b.id = u.building_id JOIN "
                     "stair st ON st.id = u.stair_id LEFT JOIN area ar ON ar.id = b.area_id LEFT "
                     "JOIN area ph ON ph.id = ar.parent_id WHERE u.id = $1",
                     "i", unit_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1 && actor_sees_building(tx->actor, stmt_int(s, 0), stmt_int(s, 1))) {
        row.room = text_at(s, 2);
        row.building = text_at(s, 3);
        row.stair = text_at(s, 4);
        row_area(&row, text_at(s, 5), text_at(s, 6), text_at(s, 7));
        unit_path(&row, out, size);
        *ret_building_id = stmt_int(s, 1);
    } else if (r >= 0) {
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int64_t unit_row_price(const struct unit_row *row)
{
    int64_t area = 0;

    if (strcmp(row->price_basis, "gross") == 0)
        area = row->gross;
    else if (strcmp(row->price_basis, "inner") == 0)
        area = row->inner;
    return row->total_fen > 0 && area > 0 ? money_unit_price(row->total_fen, area) : 0;
}

void unit_facts(const struct unit_row *row, struct unit_facts *ret_facts)
{
    const unsigned blocking =
        UNIT_SEIZURE | UNIT_AUTHORITY_LOCK | UNIT_AUTO_LOCK | UNIT_MORTGAGE_BLOCKS;

    *ret_facts = (struct unit_facts){
        .state = row->state,
        .released = row->released,
        .permit_valid = row->permit_id != 0,
        .area_reviewed = row->area_reviewed,
        .priced = row->total_fen > 0 &&
                  (row->filed_total_fen == 0 || row->total_fen <= row->filed_total_fen),
        .unencumbered = (row->flags & blocking) == 0,
        .sold_alone = !row->attached_only,
        .unclaimed = row->claim_id == 0,
        .price_published =
            row->shown != '\0' && row->total_fen > 0 && row->shown_total_fen == row->total_fen,
        .price_reviewed = row->price_reviewed,
        .no_change = row->change_kind[0] == '\0',
        .not_picking = !row->picking,
        .withdrawable = !row->ever_published || row->permit_id == 0,
    };
}

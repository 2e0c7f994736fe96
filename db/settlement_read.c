/* settlement_read.c - contracts beside what was measured, and what that comes to. See
 * settlement.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "db/area_settlement.h"
#include "db/deal_scope.h"
#include "db/money.h"
#include "db/settlement_impl.h"
#include "db/sight.h"
#include "db/user.h"

const char *const settlement_states[] = {"unmeasured", "open", "by_hand", "settled", NULL};

enum { RATIO_UNIT = 10000 };

/* n: the measurement that counts, or the one that was settled by. o: the other area of the
 * contract, where the record of the unit has it beside the contract's own. */
#define SETTLED_BY USER_NAMED("s.actor")
#define COLUMNS                                                                                    \
    "SELECT d.id, d.project_id, u.building_id, u.id, d.customer_id, d.user_id, b.name || CASE "    \
    "st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room, c.name, c.kind, a.name, "   \
    "(SELECT p.document FROM deal_document p WHERE p.deal_id = d.id AND p.kind = 'contract' "      \
    "ORDER BY p.id DESC LIMIT 1), t.price_basis, t.area, t.total_fen, t.attached_fen, n.gross, "   \
    "n.inner_area, n.at_ms, n.source, s.id, s.contract_area, s.measured_area, s.unit_price_fen, "  \
    "s.amount_fen, s.may_cancel, s.at_ms, " SETTLED_BY ", s.reason, l.due_date, d.closed_ms, "     \
    "o.gross, o.inner_area, t.id, n.id FROM deal d JOIN unit u ON u.id = d.unit_id JOIN "          \
    "building b ON b.id = u.building_id JOIN stair st ON st.id = u.stair_id JOIN customer c ON "   \
    "c.id = d.customer_id JOIN user_account a ON a.id = d.user_id LEFT JOIN settlement s ON "      \
    "s.deal_id = d.id AND s.reversed_ms IS NULL JOIN terms t ON t.id = COALESCE(s.terms_id, "      \
    "d.terms_id) LEFT JOIN measurement n ON n.id = COALESCE(s.measurement_id, (SELECT MAX(m.id) "  \
    "FROM measurement m WHERE m.unit_id = u.id)) LEFT JOIN receivable l ON l.id = "                \
    "s.receivable_id LEFT JOIN unit_area o ON o.unit_id = u.id AND o.stage = 'premeasured' "
#define CONTRACTS "d.stage IN ('C', 'F', 'D', 'T') AND (d.closed_ms IS NULL OR s.id IS NOT NULL) "
#define STATE                                                                                      \
    "CASE WHEN s.id IS NOT NULL THEN 'settled' WHEN n.id IS NULL THEN 'unmeasured' WHEN "          \
    "t.price_basis = 'unit' THEN 'by_hand' ELSE 'open' END"

static const char list_sql[] = COLUMNS "WHERE d.project_id = $1 AND " CONTRACTS
                                       "AND ($2 = 0 OR u.building_id = $2) AND ($3 = '' OR "
                                       "$3 = " STATE ") AND d.id > $4 ORDER BY d.id";
static const char one_sql[] = COLUMNS "WHERE d.id = $1 AND " CONTRACTS;

static const char *text_at(struct stmt *s, int column)
{
    return stmt_is_null(s, column) ? "" : stmt_text(s, column);
}

/* ---- what it comes to ---- */

/* What was settled stands as it was. */
static void settled_fill(struct stmt *s, struct settlement_row *row)
{
    row->state = "settled";
    row->contract_area = stmt_int(s, 20);
    row->measured_area = stmt_int(s, 21);
    row->unit_price_fen = stmt_int(s, 22);
    row->amount_fen = stmt_int(s, 23);
    row->may_cancel = stmt_int(s, 24) != 0;
}

/* By gross area the buyer may cancel as well for an inner one that is too far off (model contract
 * of 2014); the record of the unit says what it was to be, while its gross area is the
 * contract's. */
static int cancel_by_inner(struct stmt *s, struct settlement_row *row)
{
    const int64_t gross = stmt_int(s, 30), inner = stmt_int(s, 31);
    struct area_settlement of;
    int r = 0;

    if (strcmp(row->basis, "gross") != 0 || gross != row->contract_area || inner < 1)
        return 0;
    r = area_settle(inner, stmt_int(s, 16), 0, &of);
    row->may_cancel |= r == 0 && of.may_cancel;
    return r;
}

static int open_fill(struct stmt *s, struct settlement_row *row)
{
    const bool measured = !stmt_is_null(s, 15);
    struct area_settlement of;
    int r;

    row->state = !measured ? "unmeasured" : strcmp(row->basis, "unit") == 0 ? "by_hand" : "open";
    row->contract_area = stmt_int(s, 12);
    if (row->contract_area > 0)
        row->unit_price_fen =
            money_unit_price(row->total_fen - stmt_int(s, 14), row->contract_area);
    if (strcmp(row->state, "open") != 0)
        return 0;
    row->measured_area = stmt_int(s, strcmp(row->basis, "inner") == 0 ? 16 : 15);
    r = area_settle(row->contract_area, row->measured_area, row->unit_price_fen, &of);
    if (r < 0)
        return r;
    row->amount_fen = of.amount_fen;
    row->may_cancel = of.may_cancel;
    return cancel_by_inner(s, row);
}

static int row_fill(struct stmt *s, struct contract_now *now)
{
    struct settlement_row *row = &now->row;
    int r = 0;

    *now = (struct contract_now){.terms_id = stmt_int(s, 32), .measurement_id = stmt_int(s, 33)};
    *row = (struct settlement_row){.deal_id = stmt_int(s, 0),
                                   .project_id = stmt_int(s, 1),
                                   .building_id = stmt_int(s, 2),
                                   .unit_id = stmt_int(s, 3),
                                   .customer_id = stmt_int(s, 4),
                                   .unit = stmt_text(s, 6),
                                   .user = stmt_text(s, 9),
                                   .contract = text_at(s, 10),
                                   .basis = stmt_text(s, 11),
                                   .total_fen = stmt_int(s, 13),
                                   .measured_ms = stmt_int(s, 17),
                                   .source = text_at(s, 18),
                                   .settlement_id = stmt_int(s, 19),
                                   .settled_ms = stmt_int(s, 25),
                                   .settled_by = text_at(s, 26),
                                   .reason = text_at(s, 27),
                                   .due_date = stmt_is_null(s, 28) ? NULL : stmt_text(s, 28),
                                   .closed = !stmt_is_null(s, 29)};
    if (row->settlement_id)
        settled_fill(s, row);
    else
        r = open_fill(s, row);
    if (row->contract_area > 0 && row->measured_area > 0)
        row->ratio = money_round((__int128)(row->measured_area - row->contract_area) * RATIO_UNIT,
                                 row->contract_area, 1, ROUND_HALF_UP);
    return r;
}

/* ---- who sees it ---- */

static struct deal_place place_of(struct stmt *s)
{
    return (struct deal_place){.deal_id = stmt_int(s, 0),
                               .project_id = stmt_int(s, 1),
                               .building_id = stmt_int(s, 2),
                               .user_id = stmt_int(s, 5)};
}

static int row_give(struct tx *tx, struct stmt *s,
                    int (*each)(void *arg, const struct settlement_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    struct contract_now now;
    int r = row_fill(s, &now);

    now.row.customer = name_shown(tx, stmt_text(s, 7), stmt_text(s, 8), masked);
    if (r == 0)
        r = sight_id(tx, now.row.customer_id, &now.row.customer_id);
    return r < 0 ? r : each(arg, &now.row);
}

int settlement_list(struct tx *tx, const struct settlement_filter *f,
                    int (*each)(void *arg, const struct settlement_row *row), void *arg)
{
    int n = 0, r = tx_need_project(tx, f->project_id);
    struct stmt *s = NULL;

    if (r == 0)
        r = db_query(tx->db, &s, list_sql, "iiti", f->project_id, f->building_id,
                     f->state ? f->state : "", f->after_id);
    while (r >= 0 && n < f->limit && (r = stmt_step(s)) == 1) {
        const struct deal_place place = place_of(s);

        if (!deal_seen(tx->actor, &place))
            continue;
        n++;
        r = row_give(tx, s, each, arg);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int settlement_of_deal(struct tx *tx, int64_t deal_id,
                       int (*each)(void *arg, const struct settlement_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_query(tx->db, &s, one_sql, "i", deal_id);
    if (r == 0 && (r = stmt_step(s)) == 1)
        r = row_give(tx, s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int contract_now_read(struct tx *tx, int64_t deal_id,
                      int (*each)(void *arg, const struct contract_now *now), void *arg)
{
    struct contract_now now;
    struct stmt *s;
    int r = db_query(tx->db, &s, one_sql, "i", deal_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1 && (r = row_fill(s, &now)) == 0)
        r = each(arg, &now);
    else if (r == 0)
        r = -ENOENT;
    stmt_reset(s);
    return r;
}

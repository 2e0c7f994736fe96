/* deal_as_of.c - see deal_as_of.h. */
#include "db/deal_as_of.h"

#include <errno.h>

#include "db/fund.h"

#define OF_HOUSE FUND_OF_THE_HOUSE("r.fund")

/* The claim it had then, or had last, says the stage; the claim's end wrote down what its term and
 * terms had been. A claim that came back (T28) bears its first beginning, so the one made first of
 * those that lived then is the one. The lines that lived then are of the terms it stood on, also
 * where a change of the loan passed no claim. A paper that was taken back later was there until
 * then. */
static const char as_of_sql[] =
    "SELECT d.unit_id, d.user_id, u.project_id, u.building_id, c.state, "
    "CASE WHEN d.closed_ms <= $2 THEN d.outcome ELSE '' END, "
    "CASE WHEN c.ended_ms IS NULL THEN d.due_ms ELSE c.term_ms END, "
    "t.id, t.list_fen, t.total_fen, t.plan_name, p.kind, p.document, p.number, "
    "COALESCE((SELECT SUM(r.amount_fen) FROM received r WHERE r.deal_id = d.id AND r.at_ms <= $2 "
    "AND " OF_HOUSE "), 0), CASE WHEN d.closed_ms <= $2 THEN 1 ELSE 0 END "
    "FROM deal d JOIN unit u ON u.id = d.unit_id "
    "JOIN claim c ON c.id = COALESCE((SELECT MIN(x.id) FROM claim x WHERE x.deal_id = d.id AND "
    "x.since_ms <= $2 AND (x.ended_ms IS NULL OR x.ended_ms > $2)), (SELECT MAX(x.id) FROM claim x "
    "WHERE x.deal_id = d.id AND x.since_ms <= $2)) "
    "JOIN terms t ON t.id = COALESCE((SELECT MAX(l.terms_id) FROM receivable l WHERE "
    "l.deal_id = d.id AND l.made_ms <= $2 AND (l.ended_ms IS NULL OR l.ended_ms > $2)), "
    "CASE WHEN c.ended_ms IS NULL THEN d.terms_id ELSE c.terms_id END) "
    "LEFT JOIN deal_document p ON p.id = (SELECT MAX(y.id) FROM deal_document y WHERE "
    "y.deal_id = d.id AND y.made_ms <= $2 AND (y.state <> 'void' OR y.ended_ms > $2 OR "
    "d.outcome = 'void')) WHERE d.id = $1 AND d.opened_ms <= $2";

static void row_fill(struct stmt *s, struct deal_as_of *row)
{
    row->unit_id = stmt_int(s, 0);
    row->stage = stmt_text(s, 4)[0];
    row->outcome = stmt_text(s, 5);
    row->due_ms = stmt_int(s, 6);
    row->terms_id = stmt_int(s, 7);
    row->list_fen = stmt_int(s, 8);
    row->total_fen = stmt_int(s, 9);
    row->plan_name = stmt_text(s, 10);
    row->document_kind = stmt_is_null(s, 11) ? "" : stmt_text(s, 11);
    row->document = stmt_is_null(s, 12) ? "" : stmt_text(s, 12);
    row->document_number = stmt_int(s, 13);
    row->received_fen = stmt_int(s, 14);
    row->closed = stmt_int(s, 15) != 0;
}

static bool seen(const struct tx *tx, struct stmt *s)
{
    const struct actor *actor = tx->actor;

    return actor_sees_building(actor, stmt_int(s, 2), stmt_int(s, 3)) &&
           (actor->kind == ACTOR_SYSTEM || stmt_int(s, 1) == actor->id ||
            actor_has(actor, RIGHT_DEAL_ALL));
}

int deal_as_of_get(struct tx *tx, int64_t deal_id, int64_t at_ms,
                   int (*each)(void *arg, const struct deal_as_of *row), void *arg)
{
    struct deal_as_of row = {.deal_id = deal_id, .at_ms = at_ms};
    struct stmt *s;
    int r = db_query(tx->db, &s, as_of_sql, "ii", deal_id, at_ms);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1 && !seen(tx, s))
        r = 0;
    if (r == 1) {
        row_fill(s, &row);
        r = each(arg, &row);
        r = r < 0 ? r : 1;
    }
    stmt_reset(s);
    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r < 0 ? r : 0;
}

/* own_deal.c - see own_deal.h. */
#include "db/own_deal.h"

#define OF_HOUSE FUND_OF_THE_HOUSE("x.fund")

int own_deal_each(struct tx *tx, int64_t member_id,
                  int (*each)(void *arg, const struct own_deal *deal), void *arg)
{
    struct stmt *s;
    int r =
        db_query(tx->db, &s,
                 "SELECT d.id, p.name, b.name || CASE st.name WHEN '' THEN '' ELSE '-' || "
                 "st.name END || '-' || u.room, d.stage, t.total_fen, COALESCE((SELECT "
                 "SUM(x.amount_fen) FROM received x WHERE x.deal_id = d.id AND " OF_HOUSE "), 0) "
                 "FROM member m JOIN deal_party q ON q.customer_id = m.customer_id AND "
                 "q.ended_ms IS NULL JOIN deal d ON d.id = q.deal_id AND d.closed_ms IS NULL "
                 "JOIN project p ON p.id = d.project_id JOIN unit u ON u.id = d.unit_id "
                 "JOIN building b ON b.id = u.building_id JOIN stair st ON st.id = u.stair_id "
                 "JOIN terms t ON t.id = d.terms_id WHERE m.id = $1 ORDER BY d.id DESC LIMIT $2",
                 "ii", member_id, (int64_t)OWN_DEALS_MAX);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct own_deal deal = {.id = stmt_int(s, 0),
                                      .project = stmt_text(s, 1),
                                      .unit = stmt_text(s, 2),
                                      .stage = stmt_text(s, 3)[0],
                                      .total_fen = stmt_int(s, 4),
                                      .received_fen = stmt_int(s, 5)};

        r = each(arg, &deal);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int own_step_each(struct tx *tx, int64_t deal_id,
                  int (*each)(void *arg, const struct own_step *step), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT name, due_date, done_ms FROM deal_node WHERE deal_id = $1 "
                     "AND state <> 'void' ORDER BY ordinal",
                     "i", deal_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct own_step step = {stmt_text(s, 0), stmt_text(s, 1), stmt_int(s, 2)};

        r = each(arg, &step);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

struct dues {
    int (*each)(void *arg, const struct receivable_row *row);
    void *arg;
};

static int due_give(void *arg, const struct receivable_row *row)
{
    const struct dues *dues = arg;

    if (row->waived || row->amount_fen <= row->received_fen)
        return 0;
    return dues->each(dues->arg, row);
}

int own_due_each(struct tx *tx, int64_t deal_id, const char *today,
                 int (*each)(void *arg, const struct receivable_row *row), void *arg)
{
    struct dues dues = {each, arg};

    return receivable_each(tx, deal_id, today, due_give, &dues);
}

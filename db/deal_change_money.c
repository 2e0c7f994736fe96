/* deal_change_money.c - a deal ends by a change: the unit is free again, the money is refunded,
 * forfeited or owed (FC 25.4 T13, T15, T16, T20, T27; ST-01 to ST-03, ST-11, ST-12; 25.6 I6). See
 * deal_change_impl.h. */
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_change_impl.h"
#include "db/fund.h"
#include "db/receivable.h"

static const char *outcome_of(enum deal_change_kind kind)
{
    return kind == DEAL_CHANGE_RESCIND   ? "rescinded"
           : kind == DEAL_CHANGE_FORFEIT ? "forfeited"
                                         : "cancelled";
}

static enum transition_id transition_of(const struct changing *c)
{
    if (c->kind == DEAL_CHANGE_FORFEIT)
        return TRANSITION_FORFEIT;
    switch (c->deal.stage) {
    case 'B':
        return TRANSITION_UNBOOK;
    case 'S':
        return TRANSITION_UNSUBSCRIBE;
    case 'C':
        return TRANSITION_CANCEL;
    default:
        return TRANSITION_RETURN;
    }
}

/* ---- money ---- */

/* By voucher, until the ledger takes its place. */
static int received_add(struct changing *c, int64_t deal_id, const char *fund, int64_t amount_fen,
                        int64_t transfer_deal_id, const char *note)
{
    int r = db_run(c->tx->db,
                   "INSERT INTO received (deal_id, fund, amount_fen, change_id, transfer_deal_id, "
                   "note, actor, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   "itiiotti", deal_id, fund, amount_fen, c->id,
                   transfer_deal_id ? &transfer_deal_id : NULL, note, c->tx->actor->name,
                   c->tx->now_ms);

    return r < 0 ? r : 0;
}

/* What is forfeited leaves the deal now; what is refunded when finance has paid it (WF-11). */
static int money_settle(struct changing *c)
{
    char today[DAY_TEXT];
    struct receivable_new line = {.deal_id = c->deal.id, .change_id = c->id, .due_date = today};
    int r = 0;

    day_of(c->tx->now_ms, today);
    if (c->forfeit_fen)
        r = received_add(c, c->deal.id, funds[FUND_DEPOSIT].code, -c->forfeit_fen, 0, "forfeit");
    if (r == 0 && c->refund_fen) {
        line.fund = funds[FUND_REFUND].code;
        line.amount_fen = -c->refund_fen;
        r = receivable_add(c->tx, &line);
    }
    if (r == 0 && c->penalty_fen) { /* the side at fault owes it */
        line.fund = funds[FUND_PENALTY].code;
        line.amount_fen = strcmp(c->fault_side, "buyer") == 0 ? c->penalty_fen : -c->penalty_fen;
        r = receivable_add(c->tx, &line);
    }
    return r;
}

struct fund_sum {
    char fund[32];
    int64_t fen;
};

static int sums_read(struct changing *c, struct fund_sum sums[FUND_COUNT], size_t *ret_n)
{
    struct stmt *s;
    size_t n = 0;
    int r = db_query(c->tx->db, &s,
                     "SELECT fund, SUM(amount_fen) FROM received WHERE deal_id = $1 GROUP BY fund "
                     "HAVING SUM(amount_fen) <> 0 ORDER BY fund",
                     "i", c->deal.id);

    while (r >= 0 && n < FUND_COUNT && (r = stmt_step(s)) == 1) {
        snprintf(sums[n].fund, sizeof(sums[n].fund), "%s", stmt_text(s, 0));
        sums[n++].fen = stmt_int(s, 1);
    }
    stmt_reset(s);
    *ret_n = n;
    return r < 0 ? r : 0;
}

int change_money_move(struct changing *c, int64_t to_id)
{
    struct fund_sum sums[FUND_COUNT];
    size_t n = 0;
    int r = sums_read(c, sums, &n);

    for (size_t i = 0; r == 0 && i < n; i++) {
        r = received_add(c, c->deal.id, sums[i].fund, -sums[i].fen, to_id, "transfer");
        if (r == 0)
            r = received_add(c, to_id, sums[i].fund, sums[i].fen, c->deal.id, "transfer");
    }
    return r;
}

/* ---- the unit ---- */

int change_price_review(struct changing *c, int64_t unit_id)
{
    int r =
        db_run(c->tx->db,
               "UPDATE unit SET price_reviewed = 0 WHERE id = $1 OR (attached_only = 1 AND id IN "
               "(SELECT a.unit_id FROM unit_attachment a WHERE a.home_id = $1))",
               "i", unit_id);

    return r < 0 ? r : 0;
}

int change_end_deal(struct changing *c)
{
    /* Its money is moved by the rows below (G16); there is no invoice yet (G17). That a filing is
     * gone is what the document of a return says (G15). */
    struct unit_step step = {.transition = transition_of(c),
                             .document = c->document,
                             .reason = c->reason,
                             .met = GUARD_BIT(10) | GUARD_BIT(15) | GUARD_BIT(16) | GUARD_BIT(17)};
    int r = deal_unit_step(c->tx, &c->deal, &step);

    if (r == 0 && c->deal.stage != 'B' && c->deal.stage != 'S')
        r = change_price_review(c, c->deal.unit_id);
    if (r == 0)
        r = deal_close(c->tx, &c->deal, outcome_of(c->kind), "ended");
    return r < 0 ? r : money_settle(c);
}

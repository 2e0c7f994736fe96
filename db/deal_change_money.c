/* deal_change_money.c - a deal ends by a change: the unit is free again, the money is refunded,
 * forfeited or owed (FC 25.4 T13, T15, T16, T20, T27; ST-01 to ST-03, ST-11, ST-12; 25.6 I6). See
 * deal_change_impl.h. */
#include <string.h>

#include "db/day.h"
#include "db/deal_change_impl.h"
#include "db/ledger.h"
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

static struct voucher voucher_of(const struct changing *c, enum voucher_kind kind)
{
    return (struct voucher){.kind = kind,
                            .project_id = c->deal.project_id,
                            .customer_id = c->deal.customer_id,
                            .deal_id = c->deal.id,
                            .change_id = c->id};
}

/* What is forfeited is ours, fund by fund. */
static int forfeit(struct changing *c)
{
    const struct voucher voucher = voucher_of(c, VOUCHER_FORFEIT);
    struct fund_sum sums[FUND_COUNT];
    int64_t id = 0, from = 0, to = 0;
    size_t n = 0;
    int r = ledger_deal_sums(c->tx, c->deal.id, sums, &n);

    fund_sums_take(sums, &n, c->forfeit_fen);
    if (r == 0)
        r = voucher_make(c->tx, &voucher, &id);
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = ledger_deal(c->tx, c->deal.project_id, c->deal.id, sums[i].fund, &from);
        if (r == 0)
            r = ledger_income(c->tx, c->deal.project_id, sums[i].fund, &to);
        if (r == 0)
            r = ledger_enter(c->tx, id, from, to, sums[i].fen);
    }
    return r;
}

/* What is forfeited leaves the deal now; what is refunded when finance has paid it (WF-11). */
static int money_settle(struct changing *c)
{
    char today[DAY_TEXT];
    struct receivable_new line = {.deal_id = c->deal.id, .change_id = c->id, .due_date = today};
    int64_t id = 0;
    int r = 0;

    day_of(c->tx->now_ms, today);
    if (c->forfeit_fen)
        r = forfeit(c);
    if (r == 0 && c->refund_fen) {
        line.fund = funds[FUND_REFUND].code;
        line.amount_fen = -c->refund_fen;
        r = receivable_add(c->tx, &line, &id);
    }
    if (r == 0 && c->penalty_fen) { /* the side at fault owes it */
        line.fund = funds[FUND_PENALTY].code;
        line.amount_fen = strcmp(c->fault_side, "buyer") == 0 ? c->penalty_fen : -c->penalty_fen;
        r = receivable_add(c->tx, &line, &id);
    }
    return r;
}

int change_money_move(struct changing *c, int64_t to_id)
{
    const struct voucher voucher = voucher_of(c, VOUCHER_EXCHANGE);
    struct fund_sum sums[FUND_COUNT];
    int64_t id = 0, from = 0, to = 0;
    size_t n = 0;
    int r = ledger_deal_sums(c->tx, c->deal.id, sums, &n);

    if (r == 0 && n > 0)
        r = voucher_make(c->tx, &voucher, &id);
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = ledger_deal(c->tx, c->deal.project_id, c->deal.id, sums[i].fund, &from);
        if (r == 0)
            r = ledger_deal(c->tx, c->deal.project_id, to_id, sums[i].fund, &to);
        if (r == 0)
            r = ledger_enter(c->tx, id, from, to, sums[i].fen);
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

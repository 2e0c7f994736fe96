/* deal_change_money.c - a deal ends by a change: the unit is free again, the money is refunded,
 * forfeited or owed (FC 25.4 T13, T15, T16, T20, T27; ST-01 to ST-03, ST-11, ST-12; 25.6 I6). See
 * deal_change_impl.h. */
#include <string.h>

#include "db/day.h"
#include "db/deal_change_impl.h"
#include "db/deal_fee.h"
#include "db/ledger.h"
#include "db/receivable.h"
#include "db/refund.h"

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

/* The buyer's own: a lender's money is not his to lose. */
static int own_sums(struct changing *c, struct fund_sum sums[FUND_COUNT], size_t *ret_n)
{
    size_t n = 0, own = 0;
    int r = ledger_deal_sums(c->tx, c->deal.id, sums, &n);

    for (size_t i = 0; r == 0 && i < n; i++)
        if (funds[sums[i].fund].class != FUND_CLASS_LOAN)
            sums[own++] = sums[i];
    *ret_n = own;
    return r;
}

int change_own_money(struct changing *c, int64_t *ret_fen)
{
    struct fund_sum sums[FUND_COUNT];
    size_t n = 0;
    int r = own_sums(c, sums, &n);

    *ret_fen = 0;
    for (size_t i = 0; i < n; i++)
        *ret_fen += sums[i].fen;
    return r;
}

/* @fen of it is ours, fund by fund: as income of the same fund, or all as that of @as. */
static int keep(struct changing *c, int64_t fen, enum fund as)
{
    const struct voucher voucher = voucher_of(c, VOUCHER_FORFEIT);
    struct fund_sum sums[FUND_COUNT];
    int64_t id = 0, from = 0, to = 0;
    size_t n = 0;
    int r = own_sums(c, sums, &n);

    fund_sums_take(sums, &n, fen);
    if (r == 0)
        r = voucher_make(c->tx, &voucher, &id);
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = ledger_deal(c->tx, c->deal.project_id, c->deal.id, sums[i].fund, &from);
        if (r == 0)
            r = ledger_income(c->tx, c->deal.project_id, as == FUND_COUNT ? sums[i].fund : as, &to);
        if (r == 0)
            r = ledger_enter(c->tx, id, from, to, sums[i].fen);
    }
    return r;
}

static int give_back(struct changing *c)
{
    const struct change_refund refund = {.deal_id = c->deal.id,
                                         .change_id = c->id,
                                         .approval_id = c->approval_id,
                                         .project_id = c->deal.project_id,
                                         .building_id = c->deal.building_id,
                                         .unit_id = c->deal.unit_id,
                                         .customer_id = c->deal.customer_id,
                                         .user_id = c->user_id,
                                         .reason = c->reason};

    return refund_of_change(c->tx, &refund);
}

/* What is forfeited leaves the deal now, and so does the buyer's penalty, which nothing could be
 * paid for any more; all that is left is to be paid back. A penalty of the seller is owed. */
static int money_settle(struct changing *c)
{
    const bool buyer = strcmp(c->fault_side, "buyer") == 0;
    char today[DAY_TEXT];
    const struct receivable_new line = {.deal_id = c->deal.id,
                                        .change_id = c->id,
                                        .fund = funds[FUND_PENALTY].code,
                                        .amount_fen = -c->penalty_fen,
                                        .due_date = today};
    int64_t id = 0;
    int r = 0;

    day_of(c->tx->now_ms, today);
    if (c->forfeit_fen)
        r = keep(c, c->forfeit_fen, FUND_COUNT);
    if (r == 0 && c->penalty_fen)
        r = buyer ? keep(c, c->penalty_fen, FUND_PENALTY) : receivable_add(c->tx, &line, &id);
    return r < 0 ? r : give_back(c);
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
    return r < 0 ? r : deal_fee_carry(c->tx, to_id, &voucher, &id);
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
    /* Its money is moved by the rows below (G16); no invoice stands (G17). That a filing is
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

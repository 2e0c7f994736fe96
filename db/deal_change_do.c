/* deal_change_do.c - approved changes of a deal are carried out (FC 25.4 T23, T24; ST-05, ST-06,
 * ST-08 to ST-10, ST-14 to ST-17). See deal_change_impl.h; what ends a deal is in
 * deal_change_money.c, the exchange in deal_exchange.c. */
#include <errno.h>

#include "db/day.h"
#include "db/deal_change_impl.h"
#include "db/deal_node.h"
#include "db/deal_process.h"
#include "db/receivable.h"
#include "db/terms.h"

/* ---- buyers ---- */

/* The claim passes to who is the main buyer now. */
static int buyers_do(struct changing *c)
{
    struct unit_step step = {.transition = TRANSITION_RENAME,
                             .document = c->document,
                             .reason = c->reason,
                             .met = GUARD_BIT(10)};
    int r;

    c->deal.customer_id = c->buyers[0].customer_id;
    r = deal_unit_step(c->tx, &c->deal, &step);
    if (r == 0)
        r = deal_parties_set(c->tx, c->deal.id, c->buyers, c->n_buyers);
    if (r == 0)
        r = db_run(c->tx->db,
                   "UPDATE deal SET customer_id = $2, version = version + 1 WHERE id = $1", "ii",
                   c->deal.id, c->deal.customer_id);
    return r < 0 ? r : 0;
}

/* ---- terms ---- */

/* What the authority filed stays as it is: the loan alone changes then, and the unit hears of
 * nothing. */
static int amend(struct changing *c)
{
    struct unit_step step = {.transition = TRANSITION_AMEND,
                             .document = c->document,
                             .reason = c->reason,
                             .met = GUARD_BIT(8) | GUARD_BIT(10)};

    return c->deal.stage == 'F' ? 0 : deal_unit_step(c->tx, &c->deal, &step);
}

/* What came in is the deal's: it is allocated to the new lines, the oldest first (ST-08). */
static int schedule_again(struct changing *c)
{
    const bool smaller = c->kind == DEAL_CHANGE_LOAN && c->new.loan_fen + c->new.fund_loan_fen <
                                                            c->was.loan_fen + c->was.fund_loan_fen;
    char day[DAY_TEXT];
    int r = receivable_end(c->tx, c->deal.id, false);

    day_of(c->tx->now_ms, day);
    if (r == 0)
        r = day_add(day, c->days, day);
    if (r == 0)
        r = smaller ? receivable_make_up(c->tx, c->deal.id, c->terms_id, c->was.id, day, c->id)
                    : receivable_make(c->tx, c->deal.id, c->terms_id);
    return r;
}

static int terms_do(struct changing *c)
{
    int r = amend(c);

    if (r == 0)
        r = terms_use(c->tx, c->terms_id, c->deal.unit_id, c->deal.customer_id, c->deal.id);
    if (r == 0)
        r = deal_terms_set(c->tx, &c->deal, c->terms_id);
    if (r == 0)
        r = schedule_again(c);
    if (r == 0)
        r = deal_node_replan(c->tx, c->deal.id);
    return r < 0 ? r : deal_process_settle(c->tx, c->deal.id, "");
}

/* ---- days and lines ---- */

static int signing_do(struct changing *c)
{
    int r = amend(c);

    return r < 0 ? r : deal_stage_set(c->tx, &c->deal, c->deal.stage, c->deal.terms_id, c->due_ms);
}

static int line_do(struct changing *c)
{
    int r = c->kind == DEAL_CHANGE_WAIVE
                ? receivable_waive(c->tx, c->receivable_id)
                : receivable_postpone(c->tx, c->receivable_id, c->due_date, c->id);

    return r < 0 ? r : deal_process_settle(c->tx, c->deal.id, "");
}

/* ---- all of it ---- */

int change_do(struct changing *c, int64_t *ret_new_deal_id)
{
    *ret_new_deal_id = 0;
    switch (c->kind) {
    case DEAL_CHANGE_CANCEL:
    case DEAL_CHANGE_RESCIND:
    case DEAL_CHANGE_FORFEIT:
        return change_end_deal(c);
    case DEAL_CHANGE_EXCHANGE:
        return change_exchange(c, ret_new_deal_id);
    case DEAL_CHANGE_RENAME:
    case DEAL_CHANGE_PARTIES:
        return buyers_do(c);
    case DEAL_CHANGE_PLAN:
    case DEAL_CHANGE_DISCOUNT:
    case DEAL_CHANGE_PRICE:
    case DEAL_CHANGE_LOAN:
    case DEAL_CHANGE_DEPOSIT:
        return terms_do(c);
    case DEAL_CHANGE_POSTPONE_SIGNING:
        return signing_do(c);
    case DEAL_CHANGE_POSTPONE_PAYMENT:
    case DEAL_CHANGE_WAIVE:
        return line_do(c);
    case DEAL_CHANGE_COUNT:
        break;
    }
    return -EINVAL;
}

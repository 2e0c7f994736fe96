/* deal_exchange.c - a buyer's deal goes to another unit (FC 25.4 T22; ST-04): the old deal ends, a
 * new one stands on the new unit at the same stage, with terms made for it; buyers, money and what
 * is done of the process go along. Both or neither: one transaction. See deal_change_impl.h. */
#include <errno.h>

#include "db/attachment.h"
#include "db/contract.h"
#include "db/day.h"
#include "db/deal_change_impl.h"
#include "db/deal_node.h"
#include "db/deal_process.h"
#include "db/receivable.h"
#include "db/terms.h"

struct exchanging {
    struct changing *c;
    struct tx *tx;
    struct deal_rules rules;
    struct deal_now to; /* the deal as it will be */
};

/* ---- the old one ---- */

static int out(struct exchanging *x)
{
    struct changing *c = x->c;
    struct unit_step step = {.transition = TRANSITION_EXCHANGE_OUT,
                             .document = c->document,
                             .reason = c->reason,
                             .met = GUARD_BIT(10)};
    int r = deal_unit_step(x->tx, &c->deal, &step);

    if (r == 0)
        r = change_price_review(c, c->deal.unit_id);
    return r < 0 ? r : deal_close(x->tx, &c->deal, "exchanged", "converted");
}

/* ---- the new one ---- */

static int unit_take(void *arg, const struct unit_row *row)
{
    struct exchanging *x = arg;

    x->to.building_id = row->building_id;
    unit_path(row, x->to.unit, sizeof(x->to.unit));
    return 0;
}

/* Money comes before a subscription where the project wants it so; it is the old deal's. */
static int in(struct exchanging *x)
{
    const char stage = x->to.stage;
    const struct unit_claim claim = {.kind = "deal",
                                     .user_id = x->to.user_id,
                                     .customer_id = x->to.customer_id,
                                     .deal_id = x->to.id};
    struct unit_step step = {.transition = stage == 'B'   ? TRANSITION_EXCHANGE_IN_B
                                           : stage == 'S' ? TRANSITION_EXCHANGE_IN_S
                                                          : TRANSITION_EXCHANGE_IN_C,
                             .unit_id = x->to.unit_id,
                             .project_id = x->to.project_id,
                             .document = x->c->document,
                             .reason = x->c->reason,
                             .met = GUARD_BIT(8) | GUARD_BIT(10),
                             .claim = claim};
    bool known = false;
    int64_t received = 0;
    /* Who comes second has no deal of its own to look at: its buyers are the old one's. */
    int r = deal_buyers_known(x->tx, &x->rules, &x->c->deal, &known);

    if (r == 0)
        r = receivable_received_for(x->tx, x->c->deal.id, FUND_DEPOSIT, &received);
    if (known)
        step.met |= GUARD_BIT(7);
    if (stage != 'S' || !x->rules.deposit_first || received >= x->c->new.deposit_fen)
        step.met |= GUARD_BIT(9);
    if (r == 0)
        r = unit_step(x->tx, &step);
    if (r < 0 || !x->to.id)
        return r;
    return attachment_take(x->tx, &step, stage, x->c->terms_id);
}

/* P1: the index says who is first; who is not hears of the unit as it is now. */
static int deal_insert(struct exchanging *x)
{
    const struct deal_now *from = &x->c->deal;
    const char stage[2] = {from->stage, '\0'};
    int64_t due_ms = 0;
    int r = deal_term(x->tx, &x->rules, from->stage, &due_ms);

    if (r == 0)
        r = db_get(x->tx->db, &x->to.id,
                   "INSERT INTO deal (project_id, unit_id, customer_id, user_id, stage, terms_id, "
                   "from_deal_id, opened_ms, due_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
                   "ON CONFLICT (unit_id) WHERE closed_ms IS NULL DO NOTHING RETURNING id",
                   "iiiitiiio", x->to.project_id, x->to.unit_id, x->to.customer_id, x->to.user_id,
                   stage, x->c->terms_id, from->id, x->tx->now_ms, due_ms ? &due_ms : NULL);
    if (r != 0)
        return r < 0 ? r : 0;
    r = in(x);
    return r < 0 ? r : -EBADMSG;
}

/* The buyers of the old deal; what it owes beside its schedule, but for what the old home's area
 * was settled for; what was shown before the contract. */
static int belongings_move(struct exchanging *x)
{
    struct deal_buyer buyers[DEAL_PARTIES_MAX];
    size_t n = 0;
    int r = deal_buyers_read(x->tx, x->c->deal.id, buyers, &n);

    if (r == 0)
        r = deal_parties_set(x->tx, x->to.id, buyers, n);
    if (r >= 0)
        r = db_run(x->tx->db,
                   "INSERT INTO receivable (deal_id, ordinal, fund, amount_fen, due, due_days, "
                   "due_node, due_date, known_ms, change_id, made_ms, waived_ms) SELECT $2, "
                   "ordinal, fund, amount_fen, due, due_days, due_node, due_date, known_ms, "
                   "change_id, $3, waived_ms FROM receivable l WHERE deal_id = $1 AND terms_id IS "
                   "NULL AND ended_ms = $3 AND NOT EXISTS (SELECT 1 FROM settlement s WHERE "
                   "s.receivable_id = l.id)",
                   "iii", x->c->deal.id, x->to.id, x->tx->now_ms);
    if (r >= 0)
        r = db_run(x->tx->db,
                   "INSERT INTO deal_showing (deal_id, item, actor, at_ms) SELECT $2, item, actor, "
                   "at_ms FROM deal_showing WHERE deal_id = $1",
                   "ii", x->c->deal.id, x->to.id);
    return r < 0 ? r : change_money_move(x->c, x->to.id);
}

static int process_move(struct exchanging *x)
{
    int r = x->to.stage == 'C' ? contract_shown(x->tx, x->to.id, NULL) : 0;

    if (r == 0)
        r = deal_process_stage(x->tx, x->to.id, '\0', x->to.stage);
    return r < 0 ? r : deal_node_carry(x->tx, x->c->deal.id, x->to.id);
}

static int open_log(struct exchanging *x)
{
    const char stage[2] = {x->to.stage, '\0'};
    struct trail trail = {0};

    trail_text(&trail, "stage", NULL, stage);
    trail_int(&trail, "unit_id", NULL, &x->to.unit_id);
    trail_int(&trail, "customer_id", NULL, &x->to.customer_id);
    trail_int(&trail, "from_deal_id", NULL, &x->c->deal.id);
    trail_int(&trail, "terms_id", NULL, &x->c->terms_id);
    trail_int(&trail, "total_fen", NULL, &x->c->new.total_fen);
    trail_int(&trail, "received_fen", NULL, &x->c->received_fen);
    trail_text(&trail, "document", NULL, x->c->document);
    return deal_log(x->tx, &x->to, "deal.open", &trail);
}

int change_exchange(struct changing *c, int64_t *ret_new_deal_id)
{
    const struct unit_filter filter = {.unit_id = c->new.unit_id};
    struct exchanging x = {.c = c, .tx = c->tx, .to = {.unit_id = c->new.unit_id}};
    int r = deal_rules_read(c->tx, c->deal.project_id, &x.rules);

    x.to.project_id = c->deal.project_id;
    x.to.customer_id = c->deal.customer_id;
    x.to.user_id = c->deal.user_id;
    x.to.stage = c->deal.stage;
    if (r == 0)
        r = unit_scan(c->tx, &filter, unit_take, &x);
    if (r == 0)
        r = deal_insert(&x);
    if (r == 0)
        r = in(&x);
    if (r == 0)
        r = out(&x); /* its discounts' quotas are free again */
    if (r == 0)
        r = terms_use(c->tx, c->terms_id, x.to.unit_id, x.to.customer_id, x.to.id);
    if (r == 0)
        r = belongings_move(&x);
    if (r == 0)
        r = deal_document_make(c->tx, &x.to, x.to.stage, c->terms_id,
                               x.to.stage == 'C' ? c->document : NULL);
    if (r == 0) /* from today: it is another document */
        r = receivable_make(c->tx, x.to.id, c->terms_id);
    if (r == 0)
        r = process_move(&x);
    if (r == 0)
        r = open_log(&x);
    if (r == 0)
        *ret_new_deal_id = x.to.id;
    return r;
}

/* earnest.c - see earnest.h. */
#include "db/earnest.h"

#include "db/deal_process.h"
#include "db/deal_scope.h"
#include "db/deal_write.h"
#include "db/ledger.h"
#include "db/receivable.h"

static int short_refuse(struct tx *tx, int64_t held_fen)
{
    char text[DEAL_YUAN];

    deal_yuan(held_fen, text);
    return fault_set(tx->fault, FAULT_EARNEST_SHORT, "amount", text, NULL);
}

int earnest_held(struct tx *tx, int64_t project_id, int64_t customer_id,
                 struct fund_sum sums[FUND_COUNT], size_t *ret_n)
{
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = deal_customer_need(tx, customer_id, 0);
    return r < 0 ? r : ledger_held_sums(tx, project_id, customer_id, sums, ret_n);
}

/* ---- to his deal ---- */

struct carrying {
    struct tx *tx;
    const struct earnest_carry *carry;
    struct deal_now deal;
    int64_t customer_id, held_id; /* held: the account of his earnest money */
    enum fund fund;
};

static int buyer_check(struct carrying *c)
{
    int64_t buyers = 0;
    int r = db_get(c->tx->db, &buyers,
                   "SELECT COUNT(*) FROM deal_party WHERE deal_id = $1 AND customer_id = $2 AND "
                   "ended_ms IS NULL",
                   "ii", c->deal.id, c->customer_id);

    if (r < 0 || buyers > 0)
        return r < 0 ? r : 0;
    return fault_set(c->tx->fault, FAULT_PAY_PAYER, NULL);
}

static int amount_check(struct carrying *c)
{
    const struct fund_info *fund = &funds[c->fund];
    int64_t held = 0, room = 0;
    char text[DEAL_YUAN];
    int r = ledger_held(c->tx, c->deal.project_id, c->customer_id, FUND_EARNEST, &c->held_id);

    if (r == 0)
        r = ledger_free(c->tx, c->held_id, &held);
    if (r == 0 && held < c->carry->amount_fen)
        return short_refuse(c->tx, held);
    if (r == 0)
        r = receivable_room(c->tx, c->deal.id, c->fund, &room);
    if (r < 0 || room >= c->carry->amount_fen)
        return r;
    deal_yuan(room < 0 ? 0 : room, text);
    return fault_set(c->tx->fault, FAULT_PAY_BEYOND_DUE, "fund", fund->zh, "fund_en", fund->en,
                     "amount", text, NULL);
}

static int carry_write(struct carrying *c)
{
    const struct voucher voucher = {.kind = VOUCHER_CARRY,
                                    .project_id = c->deal.project_id,
                                    .customer_id = c->customer_id,
                                    .deal_id = c->deal.id};
    int64_t id = 0, to = 0;
    int r = voucher_make(c->tx, &voucher, &id);

    if (r == 0)
        r = ledger_deal(c->tx, c->deal.project_id, c->deal.id, c->fund, &to);
    return r < 0 ? r : ledger_enter(c->tx, id, c->held_id, to, c->carry->amount_fen);
}

static int carry_check(struct carrying *c)
{
    int r = deal_now_read(c->tx, c->carry->deal_id, 0, &c->deal);

    if (r < 0)
        return r;
    c->fund = fund_find(c->carry->fund);
    c->customer_id = c->carry->customer_id ? c->carry->customer_id : c->deal.customer_id;
    if (c->fund != FUND_BOOKING && c->fund != FUND_DEPOSIT)
        return fault_set(c->tx->fault, FAULT_PAY_FUND, "fund", c->carry->fund, "fund_en",
                         c->carry->fund, NULL);
    r = buyer_check(c);
    return r < 0 ? r : amount_check(c);
}

int earnest_carry(struct tx *tx, const struct earnest_carry *carry)
{
    struct carrying c = {.tx = tx, .carry = carry};
    struct trail trail = {0};
    int r = carry_check(&c);

    if (r == 0)
        r = carry_write(&c);
    if (r == 0)
        r = deal_process_settle(tx, c.deal.id, "");
    if (r < 0)
        return r;
    trail_int(&trail, "customer_id", NULL, &c.customer_id);
    trail_text(&trail, "fund", NULL, carry->fund);
    trail_int(&trail, "amount_fen", NULL, &carry->amount_fen);
    return deal_log(tx, &c.deal, "deal.earnest", &trail);
}

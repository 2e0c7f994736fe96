/* earnest.c - see earnest.h. */
#include "db/earnest.h"

#include "db/bank.h"
#include "db/deal_process.h"
#include "db/deal_scope.h"
#include "db/deal_write.h"
#include "db/ledger.h"
#include "db/receivable.h"

static int held_read(struct tx *tx, int64_t project_id, int64_t customer_id, int64_t *ret_fen)
{
    struct fund_sum sums[FUND_COUNT];
    size_t n = 0;
    int r = ledger_held_sums(tx, project_id, customer_id, sums, &n);

    *ret_fen = 0;
    for (size_t i = 0; i < n; i++)
        if (sums[i].fund == FUND_EARNEST)
            *ret_fen = sums[i].fen;
    return r;
}

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
    int64_t customer_id;
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
    int r = held_read(c->tx, c->deal.project_id, c->customer_id, &held);

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
    int64_t id = 0, from = 0, to = 0;
    int r = voucher_make(c->tx, &voucher, &id);

    if (r == 0)
        r = ledger_held(c->tx, c->deal.project_id, c->customer_id, FUND_EARNEST, &from);
    if (r == 0)
        r = ledger_deal(c->tx, c->deal.project_id, c->deal.id, c->fund, &to);
    return r < 0 ? r : ledger_enter(c->tx, id, from, to, c->carry->amount_fen);
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

/* ---- back ---- */

static int refund_write(struct tx *tx, const struct voucher *voucher, int64_t fen)
{
    const struct account_ask ask = {.project_id = voucher->project_id, .fund = FUND_EARNEST};
    int64_t account_id = 0, id = 0, from = 0, to = 0;
    int r = account_for(tx, &ask, &account_id);

    if (r == 0)
        r = voucher_make(tx, voucher, &id);
    if (r == 0)
        r = ledger_held(tx, voucher->project_id, voucher->customer_id, FUND_EARNEST, &from);
    if (r == 0)
        r = ledger_tender(tx, voucher->project_id, TENDER_TRANSFER, account_id, &to);
    return r < 0 ? r : ledger_enter(tx, id, from, to, fen);
}

int earnest_refund(struct tx *tx, int64_t project_id, int64_t customer_id, const char *reason,
                   int64_t *ret_fen)
{
    const struct voucher voucher = {.kind = VOUCHER_REFUND,
                                    .project_id = project_id,
                                    .customer_id = customer_id,
                                    .note = reason};
    struct trail trail = {0};
    int64_t held = 0;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = deal_customer_need(tx, customer_id, 0);
    if (r == 0)
        r = held_read(tx, project_id, customer_id, &held);
    if (r == 0 && held <= 0)
        return short_refuse(tx, 0);
    if (r == 0)
        r = refund_write(tx, &voucher, held);
    if (r < 0)
        return r;
    trail_int(&trail, "refund_fen", NULL, &held);
    trail_text(&trail, "reason", NULL, reason);
    r = audit_add(tx, "customer.earnest-back", "customer", customer_id, project_id, &trail);
    if (r == 0)
        *ret_fen = held;
    return r;
}

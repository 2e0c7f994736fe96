/* settlement.c - contracts are settled, by the rule or by hand, and settlements reversed. See
 * settlement.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_process.h"
#include "db/deal_write.h"
#include "db/ledger.h"
#include "db/receivable.h"
#include "db/settlement_impl.h"

struct settling {
    struct tx *tx;
    struct deal_now deal;
    const char *due_date;
    const char *reason;   /* by hand; NULL: by the rule */
    int64_t amount_fen;   /* by hand */
    enum fault_code code; /* why it cannot be; of no fault: 0 */
    bool refused;
};

/* ---- what it does ---- */

/* A larger home: the buyer owes it. */
static int owe(struct settling *g, int64_t fen, int64_t *ret_id)
{
    const struct receivable_new line = {.deal_id = g->deal.id,
                                        .fund = funds[FUND_AREA_DIFFERENCE].code,
                                        .amount_fen = fen,
                                        .due_date = g->due_date};

    return receivable_add(g->tx, &line, ret_id);
}

/* So much from our income to the deal, or with @back from there again. */
static int credit(struct tx *tx, const struct deal_now *deal, int64_t fen, bool back,
                  int64_t *ret_id)
{
    const struct voucher voucher = {.kind = VOUCHER_SETTLE,
                                    .project_id = deal->project_id,
                                    .customer_id = deal->customer_id,
                                    .deal_id = deal->id};
    int64_t of_deal = 0, income = 0, free_fen = 0;
    int r = ledger_deal(tx, deal->project_id, deal->id, FUND_AREA_CREDIT, &of_deal);

    if (r == 0)
        r = ledger_income(tx, deal->project_id, FUND_AREA_DIFFERENCE, &income);
    if (r == 0 && back)
        r = ledger_free(tx, of_deal, &free_fen);
    if (r < 0)
        return r;
    if (back && free_fen < fen)
        return fault_set(tx->fault, FAULT_LEDGER_SPENT, NULL);
    r = voucher_make(tx, &voucher, ret_id);
    return r < 0 ? r
                 : ledger_enter(tx, *ret_id, back ? of_deal : income, back ? income : of_deal, fen);
}

static int settlement_insert(struct settling *g, const struct contract_now *now, int64_t fen)
{
    const struct settlement_row *row = &now->row;
    int64_t line = 0, voucher = 0;
    int r = fen > 0   ? owe(g, fen, &line)
            : fen < 0 ? credit(g->tx, &g->deal, -fen, false, &voucher)
                      : 0;

    if (r == 0)
        r = db_run(g->tx->db,
                   "INSERT INTO settlement (deal_id, terms_id, measurement_id, basis, "
                   "contract_area, measured_area, unit_price_fen, amount_fen, may_cancel, reason, "
                   "receivable_id, voucher_id, actor, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, "
                   "$8, $9, $10, $11, $12, $13, $14)",
                   "iiitiiiiitooti", row->deal_id, now->terms_id, now->measurement_id, row->basis,
                   row->contract_area, row->measured_area, row->unit_price_fen, fen,
                   (int64_t)row->may_cancel, g->reason ? g->reason : "", line ? &line : NULL,
                   voucher ? &voucher : NULL, g->tx->actor->name, g->tx->now_ms);
    return r < 0 ? r : 0;
}

static int settled_log(struct settling *g, int64_t fen)
{
    struct trail trail = {0};

    trail_int(&trail, "settled_fen", NULL, &fen);
    trail_text(&trail, "reason", NULL, g->reason);
    return deal_log(g->tx, &g->deal, "deal.settle", &trail);
}

/* ---- one ---- */

static int contract_settle(void *arg, const struct contract_now *now)
{
    const char *state = now->row.state;
    struct settling *g = arg;
    const int64_t fen = g->reason ? g->amount_fen : now->row.amount_fen;
    int r;

    g->code = strcmp(state, "settled") == 0                 ? FAULT_SETTLE_DONE
              : strcmp(state, "unmeasured") == 0            ? FAULT_SETTLE_UNMEASURED
              : strcmp(state, "by_hand") == 0 && !g->reason ? FAULT_SETTLE_BY_HAND
                                                            : FAULT_INTERNAL;
    g->refused = g->code != FAULT_INTERNAL;
    if (g->refused)
        return 0;
    r = settlement_insert(g, now, fen);
    if (r == 0)
        r = deal_process_settle(g->tx, g->deal.id, "");
    return r < 0 ? r : settled_log(g, fen);
}

/* 1 when it cannot be: @g says why. */
static int one_settle(struct settling *g, int64_t project_id, int64_t deal_id)
{
    int r = deal_now_read(g->tx, deal_id, 0, &g->deal);

    if (r == 0 && project_id && g->deal.project_id != project_id)
        r = fault_set(g->tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    r = contract_now_read(g->tx, deal_id, contract_settle, g);
    if (r == -ENOENT) {
        g->code = FAULT_SETTLE_NO_CONTRACT;
        g->refused = true;
        return 1;
    }
    return r < 0 ? r : g->refused;
}

static int due_check(struct settling *g)
{
    char today[DAY_TEXT];

    day_of(g->tx->now_ms, today);
    return strcmp(g->due_date, today) < 0 ? fault_set(g->tx->fault, FAULT_SETTLE_DAY, NULL) : 0;
}

/* ---- all of them ---- */

int settlement_make(struct tx *tx, int64_t project_id, const int64_t *deals, size_t n,
                    const char *due_date)
{
    struct settling g = {.tx = tx, .due_date = due_date};
    bool refused = false;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = due_check(&g);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = one_settle(&g, project_id, deals[i]);
        if (r == 1)
            fault_item(tx->fault, g.code, (int64_t)i + 1, "deals", "unit", g.deal.unit, NULL);
        refused |= r == 1;
    }
    if (r >= 0 && refused)
        return fault_set(tx->fault, FAULT_SETTLE_REFUSED, NULL);
    return r < 0 ? r : 0;
}

int settlement_by_hand(struct tx *tx, const struct settlement_hand *hand)
{
    struct settling g = {.tx = tx,
                         .due_date = hand->due_date,
                         .reason = hand->reason,
                         .amount_fen = hand->amount_fen};
    int r = due_check(&g);

    if (r == 0 && (!hand->reason || !hand->reason[0]))
        r = fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = one_settle(&g, 0, hand->deal_id);
    return r == 1 ? fault_set(tx->fault, g.code, "unit", g.deal.unit, NULL) : r;
}

/* ---- reversed ---- */

struct reversing {
    int64_t id, amount_fen, receivable_id;
};

static int live_read(struct tx *tx, int64_t deal_id, struct reversing *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, amount_fen, receivable_id FROM settlement WHERE deal_id = $1 AND "
                     "reversed_ms IS NULL",
                     "i", deal_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        *ret = (struct reversing){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2)};
    stmt_reset(s);
    return r == 0 ? fault_set(tx->fault, FAULT_SETTLE_REVERSED, NULL) : r < 0 ? r : 0;
}

static int reversal_write(struct tx *tx, const struct deal_now *deal, const struct reversing *of,
                          const char *reason)
{
    int64_t undo = 0;
    int r = of->amount_fen > 0   ? receivable_drop(tx, of->receivable_id)
            : of->amount_fen < 0 ? credit(tx, deal, -of->amount_fen, true, &undo)
                                 : 0;

    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE settlement SET reversed_ms = $2, reversed_by = $3, reversed_reason = "
                   "$4, undo_id = $5 WHERE id = $1",
                   "iitto", of->id, tx->now_ms, tx->actor->name, reason, undo ? &undo : NULL);
    return r < 0 ? r : 0;
}

int settlement_reverse(struct tx *tx, int64_t deal_id, const char *reason)
{
    struct trail trail = {0};
    struct reversing of;
    struct deal_now deal;
    int r = deal_now_read(tx, deal_id, 0, &deal);

    if (r == 0 && (!reason || !reason[0]))
        r = fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = live_read(tx, deal_id, &of);
    if (r == 0)
        r = reversal_write(tx, &deal, &of, reason);
    if (r == 0)
        r = deal_process_settle(tx, deal_id, "");
    if (r < 0)
        return r;
    trail_int(&trail, "settled_fen", &of.amount_fen, NULL);
    trail_text(&trail, "reason", NULL, reason);
    return deal_log(tx, &deal, "deal.settle-reverse", &trail);
}

int settlement_none_credited(struct tx *tx, int64_t deal_id)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n,
                   "SELECT COUNT(*) FROM settlement s WHERE s.deal_id = $1 AND s.reversed_ms IS "
                   "NULL AND s.amount_fen < 0 AND (SELECT SUM(x.amount_fen) FROM received x WHERE "
                   "x.deal_id = $1 AND x.fund = 'area_credit') > 0",
                   "i", deal_id);

    if (r < 0 || n == 0)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_SETTLE_CREDITED, NULL);
}

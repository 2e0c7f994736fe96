/* refund_pay.c - a refund is paid out, or it is not after all; what a change of a deal gives back.
 * See refund.h. */
#include <errno.h>
#include <string.h>

#include "db/bank.h"
#include "db/deal_process.h"
#include "db/ledger.h"
#include "db/refund_impl.h"
#include "db/shift.h"
#include "db/todo.h"

/* ---- paid ---- */

struct paying_out {
    struct tx *tx;
    const struct refund_payout *payout;
    struct refund_now now;
    struct tender_line lines[REFUND_LINES_MAX];
    size_t n_lines;
    struct tender_use use;
    int64_t shift_id, voucher_id; /* shift 0: no cash, and none is open */
};

/* An approved one where the actor handles the money. */
static int approved_read(struct tx *tx, int64_t id, int64_t version, struct refund_now *ret)
{
    int r = refund_now_read(tx, id, ret);

    if (r == 0)
        r = ret->building_id ? tx_need_building(tx, ret->project_id, ret->building_id)
                             : tx_need_project(tx, ret->project_id);
    if (r < 0)
        return r;
    if (ret->version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, NULL);
    if (strcmp(ret->state, "approved") != 0)
        return fault_set(tx->fault, FAULT_REFUND_STATE, NULL);
    return 0;
}

static int line_take(struct paying_out *p, const char *code, const struct tender_line *line)
{
    struct account_ask ask = {.project_id = p->now.project_id,
                              .building_id = p->now.building_id,
                              .unit_id = p->now.unit_id,
                              .fund = fund_find(code)};
    int64_t account_id = 0;
    int r;

    if (ask.fund == FUND_COUNT || p->n_lines == REFUND_LINES_MAX)
        return -EBADMSG;
    r = account_for(p->tx, &ask, &account_id);
    if (r == 0 && p->n_lines > 0 && account_id != p->use.account_id)
        return fault_set(p->tx->fault, FAULT_ACCOUNT_MIXED, NULL);
    p->use.account_id = account_id;
    p->lines[p->n_lines++] = *line;
    return r;
}

/* What it is of, and the account that it comes from: that where money of the fund goes now. */
static int lines_read(struct paying_out *p)
{
    struct stmt *s;
    int r = db_query(p->tx->db, &s,
                     "SELECT a.fund, l.account_id, l.amount_fen FROM refund_line l JOIN "
                     "ledger_account a ON a.id = l.account_id WHERE l.refund_id = $1 ORDER BY a.id",
                     "i", p->now.id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct tender_line line = {stmt_int(s, 1), stmt_int(s, 2)};

        r = line_take(p, stmt_text(s, 0), &line);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int account_given(struct paying_out *p)
{
    int64_t n = 0;
    int r = db_get(p->tx->db, &n, "SELECT COUNT(*) FROM refund_account WHERE refund_id = $1", "i",
                   p->now.id);

    for (size_t i = 0; r >= 0 && i < p->use.n; i++)
        if (p->use.kinds[i] == TENDER_TRANSFER && n == 0)
            return fault_set(p->tx->fault, FAULT_REFUND_NO_ACCOUNT, NULL);
    return r < 0 ? r : 0;
}

static int payout_check(struct paying_out *p)
{
    int r = approved_read(p->tx, p->payout->id, p->payout->version, &p->now);

    p->use = (struct tender_use){.given = p->payout->tenders,
                                 .n = p->payout->n_tenders,
                                 .project_id = p->now.project_id,
                                 .out = true};
    if (r == 0)
        r = lines_read(p);
    if (r == 0)
        r = tender_use_check(p->tx, &p->use, p->now.total_fen);
    if (r == 0)
        r = account_given(p);
    if (r < 0)
        return r;
    return tender_use_cash(&p->use) ? shift_need(p->tx, &p->shift_id)
                                    : shift_now(p->tx, &p->shift_id);
}

/* It is paid, so that its money is free to go; then it goes. */
static int payout_write(struct paying_out *p)
{
    const struct voucher v = {.kind = VOUCHER_REFUND,
                              .project_id = p->now.project_id,
                              .customer_id = p->now.customer_id,
                              .deal_id = p->now.deal_id,
                              .shift_id = p->shift_id};
    int r = voucher_make(p->tx, &v, &p->voucher_id);

    if (r == 0)
        r = db_run(p->tx->db,
                   "UPDATE refund SET state = 'paid', version = version + 1, ended_ms = $2, "
                   "ended_by = $3, voucher_id = $4 WHERE id = $1",
                   "iiti", p->now.id, p->tx->now_ms, p->tx->actor->name, p->voucher_id);
    return r < 0 ? r : tender_use_write(p->tx, &p->use, p->voucher_id, p->lines, p->n_lines);
}

static int ended(struct tx *tx, const struct refund_now *now, const char *state, const char *result)
{
    struct trail trail = {0};
    int r = todo_done(tx, TODO_FINANCE, "refund", now->id, result);

    if (r < 0)
        return r;
    trail_text(&trail, "refund_state", "approved", state);
    trail_int(&trail, "refund_fen", NULL, &now->total_fen);
    trail_text(&trail, "result", NULL, result);
    return refund_log(tx, now, REFUND_ENDED, &trail);
}

int refund_pay(struct tx *tx, const struct refund_payout *payout)
{
    struct paying_out p = {.tx = tx, .payout = payout};
    int r = payout_check(&p);

    if (r == 0)
        r = payout_write(&p);
    if (r == 0 && p.now.deal_id)
        r = deal_process_settle(tx, p.now.deal_id, "");
    return r < 0 ? r : ended(tx, &p.now, "paid", "");
}

int refund_cancel(struct tx *tx, int64_t id, int64_t version, const char *reason)
{
    struct refund_now now;
    int r = approved_read(tx, id, version, &now);

    if (r == 0 && (!reason || !reason[0]))
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE refund SET state = 'cancelled', version = version + 1, ended_ms = $2, "
                   "ended_by = $3, result = $4 WHERE id = $1",
                   "iitt", id, tx->now_ms, tx->actor->name, reason);
    return r < 0 ? r : ended(tx, &now, "cancelled", reason);
}

/* ---- of a change ---- */

static int part_pay(struct tx *tx, const struct change_refund *refund, int64_t voucher_id,
                    const struct fund_sum *part)
{
    const struct account_ask ask = {
        .project_id = refund->project_id, .building_id = refund->building_id, .fund = part->fund};
    int64_t account_id = 0, debit_id = 0, credit_id = 0;
    int r = account_for(tx, &ask, &account_id);

    if (r == 0)
        r = ledger_deal(tx, refund->project_id, refund->deal_id, part->fund, &debit_id);
    if (r == 0)
        r = ledger_tender(tx, refund->project_id, TENDER_TRANSFER, account_id, &credit_id);
    return r < 0 ? r : ledger_enter(tx, voucher_id, debit_id, credit_id, part->fen);
}

int refund_of_change(struct tx *tx, const struct change_refund *refund)
{
    struct voucher v = {.kind = VOUCHER_REFUND,
                        .project_id = refund->project_id,
                        .deal_id = refund->deal_id,
                        .change_id = refund->change_id,
                        .note = refund->note};
    struct fund_sum sums[FUND_COUNT];
    int64_t id = 0;
    size_t n = 0;
    int r = db_get(tx->db, &v.customer_id, "SELECT customer_id FROM deal WHERE id = $1", "i",
                   refund->deal_id);

    if (r >= 0)
        r = ledger_deal_sums(tx, refund->deal_id, sums, &n);
    fund_sums_take(sums, &n, refund->amount_fen);
    if (r == 0)
        r = voucher_make(tx, &v, &id);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = part_pay(tx, refund, id, &sums[i]);
    return r;
}

/* refund_pay.c - a refund is paid out, or it is not after all. See refund.h. */
#include <errno.h>
#include <string.h>

#include "db/bank.h"
#include "db/deal_process.h"
#include "db/invoice.h"
#include "db/ledger.h"
#include "db/paper.h"
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
    int64_t shift_id, voucher_id; /* shift 0: none is open */
};

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

/* A transfer goes to the account that there is. That of a change was approved by nobody: two people
 * look at it. */
static int account_given(struct paying_out *p)
{
    int64_t n = 0, own = 0;
    int r = db_get(p->tx->db, &n, "SELECT COUNT(*) FROM refund_account WHERE refund_id = $1", "i",
                   p->now.id);

    if (r >= 0 && p->tx->actor->kind == ACTOR_USER)
        r = db_get(p->tx->db, &own,
                   "SELECT COUNT(*) FROM refund_account WHERE refund_id = $1 AND user_id = $2",
                   "ii", p->now.id, p->tx->actor->id);
    for (size_t i = 0; r >= 0 && i < p->use.n; i++) {
        if (p->use.kinds[i] != TENDER_TRANSFER)
            continue;
        if (n == 0)
            return fault_set(p->tx->fault, FAULT_REFUND_NO_ACCOUNT, NULL);
        if (own)
            return fault_set(p->tx->fault, FAULT_REFUND_GAVE_ACCOUNT, NULL);
    }
    return r < 0 ? r : 0;
}

/* What was approved is what is paid. A change's approval was of the change, which made this. */
static int content_check(struct paying_out *p)
{
    uint8_t hash[APPROVAL_HASH_SIZE];
    bool same = false;
    struct stmt *s;
    int r = p->now.change_id ? 0 : refund_hash(p->tx, &p->now, hash);

    if (r < 0 || p->now.change_id)
        return r;
    r = db_query(p->tx->db, &s, "SELECT payload_hash FROM approval WHERE id = $1", "i",
                 p->now.approval_id);
    if (r == 0 && (r = stmt_step(s)) == 1) {
        size_t n = 0;
        const void *approved = stmt_blob(s, 0, &n);

        same = n == sizeof(hash) && memcmp(approved, hash, n) == 0;
    }
    stmt_reset(s);
    return r < 0 || same ? (r < 0 ? r : 0)
                         : fault_set(p->tx->fault, FAULT_APPROVAL_CONTENT_CHANGED, NULL);
}

static int payout_check(struct paying_out *p)
{
    int r = refund_need(p->tx, p->payout->id, p->payout->version, "approved", &p->now);

    p->use = (struct tender_use){.given = p->payout->tenders,
                                 .n = p->payout->n_tenders,
                                 .project_id = p->now.project_id,
                                 .out = true};
    if (r == 0)
        r = content_check(p);
    if (r == 0 && p->now.deal_id) /* it is counted as asked back */
        r = invoice_money_free(p->tx, p->now.deal_id, 0);
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
                              .change_id = p->now.change_id,
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
    if (r == 0)
        r = ended(tx, &p.now, "paid", "");
    return r < 0 ? r : paper_made(tx, PRINT_KIND_REFUND, p.now.id, payout->terminal_id);
}

int refund_cancel(struct tx *tx, int64_t id, int64_t version, const char *reason)
{
    struct refund_now now;
    int r = refund_need(tx, id, version, "approved", &now);

    if (r == 0 && now.change_id) /* it has nowhere else to be (I6) */
        return fault_set(tx->fault, FAULT_REFUND_OF_CHANGE, NULL);
    if (r == 0 && (!reason || !reason[0]))
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE refund SET state = 'cancelled', version = version + 1, ended_ms = $2, "
                   "ended_by = $3, result = $4 WHERE id = $1",
                   "iitt", id, tx->now_ms, tx->actor->name, reason);
    return r < 0 ? r : ended(tx, &now, "cancelled", reason);
}

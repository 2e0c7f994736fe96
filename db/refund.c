/* refund.c - money is asked back, and the request ends. See refund.h. */
#include "db/refund.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/bank.h"
#include "db/customer.h"
#include "db/deal_fee.h"
#include "db/deal_scope.h"
#include "db/deal_write.h"
#include "db/invoice.h"
#include "db/ledger.h"
#include "db/refund_impl.h"
#include "db/todo.h"

/* One that is being asked for. */
struct asking {
    struct tx *tx;
    const struct refund_ask *ask;
    struct deal_now deal; /* id 0: of what is held of a customer */
    struct refund_now now;
    struct tender_line lines[REFUND_LINES_MAX];
    enum fund funds[REFUND_LINES_MAX];
    char lender[REFUND_LENDER_MAX * 4 + 1]; /* "": it is no loan */
    int64_t bank_account_id;                /* that it lies on */
    bool fees; /* of agency fees, and so of nothing else: they lie apart */
    int64_t approval_id;
};

/* ---- whose it is ---- */

static int change_none(struct asking *a)
{
    int64_t n = 0;
    int r = db_get(a->tx->db, &n,
                   "SELECT COUNT(*) FROM deal_change WHERE deal_id = $1 AND state = 'asked'", "i",
                   a->deal.id);

    if (r < 0 || n == 0)
        return r < 0 ? r : 0;
    return fault_set(a->tx->fault, FAULT_CHANGE_RUNNING, NULL);
}

static int whose(struct asking *a)
{
    const struct refund_ask *ask = a->ask;
    int r;

    a->now.customer_id = ask->customer_id;
    a->now.user_id = a->tx->actor->id;
    if (!ask->deal_id) {
        a->now.project_id = ask->project_id;
        r = tx_need_project(a->tx, ask->project_id);
        return r < 0 ? r : customer_need_own(a->tx, ask->customer_id);
    }
    r = a->fees ? deal_ever_read(a->tx, ask->deal_id, &a->deal)
                : deal_now_read(a->tx, ask->deal_id, 0, &a->deal);
    if (r < 0)
        return r;
    a->now.deal_id = a->deal.id;
    a->now.project_id = a->deal.project_id;
    a->now.building_id = a->deal.building_id;
    a->now.unit_id = a->deal.unit_id;
    if (!ask->customer_id)
        a->now.customer_id = a->deal.customer_id;
    return change_none(a);
}

static int payee_refuse(struct asking *a, int64_t fen)
{
    char text[DEAL_YUAN];

    deal_yuan(fen, text);
    return fault_set(a->tx->fault, FAULT_REFUND_PAYEE, "amount", text, NULL);
}

static int customer_check(struct asking *a, const struct refund_payers *payers)
{
    const enum fund fund = a->fees ? FUND_AGENCY_FEE : FUND_COUNT;
    int64_t fen = 0;

    for (size_t i = 0; i < payers->n; i++)
        if (payers->of[i].customer_id == a->now.customer_id && payers->of[i].fund == fund)
            fen += payers->of[i].fen;
    return a->now.total_fen <= fen ? 0 : payee_refuse(a, fen);
}

/* The one who is named, or the only one. */
static int lender_find(struct asking *a, const struct refund_payers *payers)
{
    const char *lender = a->ask->lender ? a->ask->lender : "";
    int r = refund_lender_named(a->tx, payers);

    for (size_t i = 0; r == 0 && i < payers->n; i++) {
        const struct refund_paid_in *p = &payers->of[i];

        if (p->fund != a->funds[0] || (a->ask->lender && strcmp(p->lender, lender) != 0))
            continue;
        if (a->lender[0] && strcmp(a->lender, p->lender) != 0)
            return fault_set(a->tx->fault, FAULT_REFUND_LENDER, NULL);
        snprintf(a->lender, sizeof(a->lender), "%s", p->lender);
    }
    return r < 0 || a->lender[0] ? r : payee_refuse(a, 0);
}

static int lender_check(struct asking *a, const struct refund_payers *payers)
{
    int r = lender_find(a, payers);

    for (size_t i = 0; r == 0 && i < a->ask->n_lines; i++) {
        int64_t fen = 0;

        for (size_t k = 0; k < payers->n; k++)
            if (payers->of[k].fund == a->funds[i] && strcmp(payers->of[k].lender, a->lender) == 0)
                fen += payers->of[k].fen;
        if (a->lines[i].fen > fen)
            r = payee_refuse(a, fen);
    }
    return r;
}

static int payee_check(struct asking *a)
{
    struct refund_payers payers;
    int r = refund_payers_read(a->tx, a->deal.id, &payers);

    if (r < 0)
        return r;
    return funds[a->funds[0]].class == FUND_CLASS_LOAN ? lender_check(a, &payers)
                                                       : customer_check(a, &payers);
}

/* ---- what of ---- */

static int fund_refuse(struct asking *a, enum fault_code code, size_t i, int64_t fen)
{
    const struct fund_info *fund = &funds[a->funds[i]];
    char text[DEAL_YUAN];

    deal_yuan(fen < 0 ? 0 : fen, text);
    return fault_set(a->tx->fault, code, "fund", fund->zh, "fund_en", fund->en, "amount", text,
                     NULL);
}

static bool fund_twice(const struct asking *a, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (a->funds[k] == a->funds[i] && a->ask->fees[k] == a->ask->fees[i])
            return true;
    return false;
}

/* A loan goes to another than the rest does. */
static bool loan_mixed(const struct asking *a, size_t i)
{
    return (funds[a->funds[i]].class == FUND_CLASS_LOAN) !=
           (funds[a->funds[0]].class == FUND_CLASS_LOAN);
}

/* The account of a line. */
static int line_account(struct asking *a, size_t i)
{
    int64_t *id = &a->lines[i].account_id, deal_fee = 0;
    int r = 0;

    if ((funds[a->funds[i]].class == FUND_CLASS_AGENCY) != (a->ask->fees[i] != 0))
        return fault_set(a->tx->fault, FAULT_PAY_FEE, NULL);
    if (a->ask->fees[i])
        r = deal_fee_find(a->tx, a->deal.id, a->ask->fees[i], &deal_fee);
    if (r < 0)
        return r;
    if (deal_fee)
        return ledger_fee(a->tx, a->now.project_id, deal_fee, id);
    return a->deal.id ? ledger_deal(a->tx, a->now.project_id, a->deal.id, a->funds[i], id)
                      : ledger_held(a->tx, a->now.project_id, a->now.customer_id, a->funds[i], id);
}

/* Up to what is there and not asked back already. */
static int line_check(struct asking *a, size_t i)
{
    const struct refund_line *line = &a->ask->lines[i];
    int64_t fen = 0;
    int r;

    a->funds[i] = fund_find(line->fund);
    if (a->funds[i] == FUND_COUNT)
        return -EINVAL;
    if (loan_mixed(a, i) || fund_twice(a, i))
        return fund_refuse(a, FAULT_REFUND_FUND, i, 0);
    a->lines[i].fen = line->amount_fen;
    a->now.total_fen += line->amount_fen;
    r = line_account(a, i);
    if (r == 0)
        r = ledger_free(a->tx, a->lines[i].account_id, &fen);
    return r < 0 || line->amount_fen <= fen ? r : fund_refuse(a, FAULT_REFUND_BEYOND, i, fen);
}

/* What an invoice stands on stays until it is reversed. */
static int invoice_check(struct asking *a)
{
    int64_t fen = 0;

    for (size_t i = 0; i < a->ask->n_lines; i++)
        if (fund_invoiced(a->funds[i]))
            fen += a->lines[i].fen;
    return fen ? invoice_money_free(a->tx, a->deal.id, fen) : 0;
}

/* It is paid from one account. */
static int account_check(struct asking *a, size_t i)
{
    const struct account_ask ask = {.project_id = a->now.project_id,
                                    .building_id = a->now.building_id,
                                    .unit_id = a->now.unit_id,
                                    .fund = a->funds[i]};
    int64_t account_id = 0;
    int r = account_for(a->tx, &ask, &account_id);

    if (r == 0 && i > 0 && account_id != a->bank_account_id)
        return fault_set(a->tx->fault, FAULT_ACCOUNT_MIXED, NULL);
    a->bank_account_id = account_id;
    return r;
}

static int ask_check(struct asking *a)
{
    int r;

    a->fees = a->ask->fees[0] != 0;
    r = whose(a);
    if (r == 0 && (!a->ask->reason || !a->ask->reason[0]))
        r = fault_set(a->tx->fault, FAULT_REASON_NEEDED, NULL);
    for (size_t i = 0; r == 0 && i < a->ask->n_lines; i++)
        r = line_check(a, i);
    if (r == 0 && a->deal.id)
        r = payee_check(a);
    if (r == 0 && a->deal.id)
        r = invoice_check(a);
    for (size_t i = 0; r == 0 && i < a->ask->n_lines; i++)
        r = account_check(a, i);
    return r;
}

/* ---- asked ---- */

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static int ask_insert(struct asking *a)
{
    struct refund_now *now = &a->now;
    int r = tx_need_room(a->tx, "SELECT COUNT(*) FROM refund WHERE customer_id = $1",
                         now->customer_id, REFUNDS_MAX);

    if (r == 0)
        r = db_get(a->tx->db, &now->id,
                   "INSERT INTO refund (project_id, deal_id, customer_id, reason, bank, user_id, "
                   "asked_ms, lender) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
                   "ioittiit", now->project_id, now->deal_id ? &now->deal_id : NULL,
                   now->customer_id, a->ask->reason, or_empty(a->ask->bank), now->user_id,
                   a->tx->now_ms, (const char *)a->lender);
    if (r > 0)
        r = refund_account_set(a->tx, now->id, or_empty(a->ask->bank), or_empty(a->ask->account),
                               0);
    for (size_t i = 0; r >= 0 && i < a->ask->n_lines; i++)
        r = db_run(a->tx->db,
                   "INSERT INTO refund_line (refund_id, account_id, amount_fen) VALUES "
                   "($1, $2, $3)",
                   "iii", now->id, a->lines[i].account_id, a->lines[i].fen);
    return r < 0 ? r : 0;
}

static int lines_hash(struct tx *tx, int64_t id, struct approval_hash *h)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT account_id, amount_fen FROM refund_line WHERE refund_id = $1 "
                     "ORDER BY account_id",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        approval_hash_int(h, "account", stmt_int(s, 0));
        approval_hash_int(h, "fen", stmt_int(s, 1));
    }
    stmt_reset(s);
    return r;
}

int refund_hash(struct tx *tx, const struct refund_now *now, uint8_t ret_hash[APPROVAL_HASH_SIZE])
{
    struct approval_hash h;
    struct stmt *s;
    int r;

    approval_hash_begin(&h);
    approval_hash_int(&h, "deal", now->deal_id);
    approval_hash_int(&h, "customer", now->customer_id);
    approval_hash_int(&h, "user", now->user_id);
    r = lines_hash(tx, now->id, &h);
    if (r >= 0)
        r = db_query(tx->db, &s, "SELECT reason, bank, lender FROM refund WHERE id = $1", "i",
                     now->id);
    if (r >= 0 && (r = stmt_step(s)) == 1) {
        approval_hash_text(&h, "reason", stmt_text(s, 0));
        approval_hash_text(&h, "bank", stmt_text(s, 1));
        approval_hash_text(&h, "lender", stmt_text(s, 2));
    }
    if (r >= 0)
        stmt_reset(s);
    if (r >= 0)
        r = refund_account_hash(tx, now->id, &h);
    approval_hash_end(&h, ret_hash);
    return r < 0 ? r : 0;
}

/* The approver reads first which unit, or which money. */
static int approval_ask_for(struct asking *a)
{
    struct approval_ask request = {.subject = SUBJECT_REFUND,
                                   .project_id = a->now.project_id,
                                   .object_kind = "refund",
                                   .object_id = a->now.id,
                                   .title = a->deal.id ? a->deal.unit : funds[a->funds[0]].zh,
                                   .amount_fen = a->now.total_fen,
                                   .values = a->ask->values,
                                   .resubmits_id = a->ask->resubmits_id};
    int r = refund_hash(a->tx, &a->now, request.hash);

    if (r == 0)
        r = approval_request(a->tx, &request, &a->approval_id);
    if (r == 0)
        r = db_run(a->tx->db, "UPDATE refund SET approval_id = $2 WHERE id = $1", "ii", a->now.id,
                   a->approval_id);
    return r < 0 ? r : 0;
}

int refund_request(struct tx *tx, const struct refund_ask *ask, int64_t *ret_id)
{
    struct asking a = {.tx = tx, .ask = ask};
    struct trail trail = {0};
    int r = ask->n_lines > 0 && ask->n_lines <= REFUND_LINES_MAX ? ask_check(&a) : -EINVAL;

    if (r == 0)
        r = ask_insert(&a);
    if (r == 0)
        r = approval_ask_for(&a);
    if (r == -ENOLINK) /* in scope are all projects, this one is none */
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    for (size_t i = 0; i < ask->n_lines; i++) {
        trail_text(&trail, "fund", NULL, funds[a.funds[i]].code);
        trail_int(&trail, "amount_fen", NULL, &a.lines[i].fen);
        if (ask->fees[i])
            trail_int(&trail, "fee_id", NULL, &ask->fees[i]);
    }
    r = refund_log(tx, &a.now, REFUND_ASKED, &trail);
    if (r == 0)
        *ret_id = a.now.id;
    return r;
}

/* ---- as it stands ---- */

int refund_now_read(struct tx *tx, int64_t id, struct refund_now *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT f.version, f.project_id, u.building_id, u.id, f.deal_id, "
                     "f.customer_id, f.user_id, f.state, (SELECT SUM(l.amount_fen) FROM "
                     "refund_line l WHERE l.refund_id = f.id), f.change_id, f.approval_id FROM "
                     "refund f LEFT JOIN deal d ON d.id = f.deal_id LEFT JOIN unit u ON "
                     "u.id = d.unit_id WHERE f.id = $1",
                     "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    *ret = (struct refund_now){.id = id,
                               .version = stmt_int(s, 0),
                               .project_id = stmt_int(s, 1),
                               .building_id = stmt_int(s, 2),
                               .unit_id = stmt_int(s, 3),
                               .deal_id = stmt_int(s, 4),
                               .customer_id = stmt_int(s, 5),
                               .user_id = stmt_int(s, 6),
                               .total_fen = stmt_int(s, 8),
                               .change_id = stmt_int(s, 9),
                               .approval_id = stmt_int(s, 10)};
    snprintf(ret->state, sizeof(ret->state), "%s", stmt_text(s, 7));
    stmt_reset(s);
    return 0;
}

int refund_need(struct tx *tx, int64_t id, int64_t version, const char *state,
                struct refund_now *ret)
{
    int r = refund_now_read(tx, id, ret);

    if (r == 0)
        r = ret->building_id ? tx_need_building(tx, ret->project_id, ret->building_id)
                             : tx_need_project(tx, ret->project_id);
    if (r < 0)
        return r;
    if (ret->version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, NULL);
    if (strcmp(ret->state, state) != 0)
        return fault_set(tx->fault, FAULT_REFUND_STATE, NULL);
    return 0;
}

int refund_log(struct tx *tx, const struct refund_now *refund, enum refund_step step,
               struct trail *trail)
{
    static const char *const of_deal[REFUND_STEPS] = {
        [REFUND_ASKED] = "deal.refund-ask",    [REFUND_ENDED] = "deal.refund",
        [REFUND_LOOKED] = "deal.refund-clear", [REFUND_DUE] = "deal.refund-due",
        [REFUND_BACK] = "deal.refund-back",    [REFUND_GIVEN] = "deal.refund-account"};
    static const char *const of_customer[REFUND_STEPS] = {[REFUND_ASKED] = "customer.refund-ask",
                                                          [REFUND_ENDED] = "customer.refund",
                                                          [REFUND_LOOKED] = "customer.refund-clear",
                                                          [REFUND_BACK] = "customer.refund-back"};
    const struct deal_place place = {.deal_id = refund->deal_id,
                                     .project_id = refund->project_id,
                                     .building_id = refund->building_id};

    trail_int(trail, "refund_id", NULL, &refund->id);
    if (refund->deal_id)
        return deal_note(tx, &place, of_deal[step], trail);
    return audit_add(tx, of_customer[step], "customer", refund->customer_id, refund->project_id,
                     trail);
}

int refund_none_open(struct tx *tx, int64_t deal_id)
{
    int64_t n = 0;
    int r =
        db_get(tx->db, &n, "SELECT COUNT(*) FROM refund WHERE deal_id = $1 AND state " REFUND_OPEN,
               "i", deal_id);

    if (r < 0 || n == 0)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_REFUND_RUNNING, NULL);
}

/* ---- its end ---- */

int refund_tell(struct tx *tx, const struct refund_now *now)
{
    struct todo_new todo = {.kind = TODO_FINANCE,
                            .project_id = now->project_id,
                            .object_kind = "refund",
                            .object_id = now->id,
                            .right = RIGHT_FINANCE_HANDLE};
    char title[DEAL_YUAN];

    deal_yuan(now->total_fen, title);
    todo.title = title;
    return todo_add(tx, &todo);
}

int refund_approve(struct tx *tx, const struct refund_now *now, int64_t approval_id)
{
    int r = db_run(tx->db,
                   "UPDATE refund SET state = 'approved', approval_id = $2, version = version + 1 "
                   "WHERE id = $1",
                   "ii", now->id, approval_id);

    return r < 0 ? r : refund_tell(tx, now);
}

static int approved(struct tx *tx, const struct refund_now *now,
                    const uint8_t hash[APPROVAL_HASH_SIZE])
{
    uint8_t current[APPROVAL_HASH_SIZE];
    int r = refund_hash(tx, now, current);

    if (r == 0 && memcmp(current, hash, sizeof(current)) != 0)
        return fault_set(tx->fault, FAULT_APPROVAL_CONTENT_CHANGED, NULL);
    return r < 0 ? r : refund_approve(tx, now, now->approval_id);
}

int refund_end(struct tx *tx, int64_t object_id, const uint8_t hash[APPROVAL_HASH_SIZE],
               enum approval_outcome outcome)
{
    static const char *const states[] = {[APPROVAL_APPROVED] = "approved",
                                         [APPROVAL_REJECTED] = "rejected",
                                         [APPROVAL_RETURNED] = "returned",
                                         [APPROVAL_WITHDRAWN] = "withdrawn"};
    struct trail trail = {0};
    struct refund_now now;
    int r = refund_now_read(tx, object_id, &now);

    if (r == 0 && strcmp(now.state, "asked") != 0)
        r = -EBADMSG;
    if (r == 0)
        r = outcome == APPROVAL_APPROVED
                ? approved(tx, &now, hash)
                : db_run(tx->db,
                         "UPDATE refund SET state = $2, version = version + 1, ended_ms = $3, "
                         "ended_by = $4 WHERE id = $1",
                         "itit", object_id, states[outcome], tx->now_ms, tx->actor->name);
    if (r < 0)
        return r;
    trail_text(&trail, "refund_state", "asked", states[outcome]);
    return refund_log(tx, &now, REFUND_ENDED, &trail);
}

/* ledger.c - see ledger.h. */
#include "db/ledger.h"

#include <errno.h>

#include "db/alert.h"
#include "db/buyer_notice.h"
#include "db/day.h"
#include "db/deal_write.h"
#include "db/series.h"

static const char *const kinds[] = {
    [VOUCHER_RECEIPT] = "receipt", [VOUCHER_VOID] = "void",         [VOUCHER_REVERSAL] = "reversal",
    [VOUCHER_REFUND] = "refund",   [VOUCHER_EXCHANGE] = "exchange", [VOUCHER_CARRY] = "carry",
    [VOUCHER_FORFEIT] = "forfeit", [VOUCHER_PAYOVER] = "payover",   [VOUCHER_SETTLE] = "settle",
};

/* What its customer is to be told of; NOTICE_COUNT: nothing. */
static enum buyer_event event_of(enum voucher_kind kind)
{
    switch (kind) {
    case VOUCHER_RECEIPT:
        return NOTICE_RECEIVED;
    case VOUCHER_VOID:
    case VOUCHER_REVERSAL:
        return NOTICE_RETURNED;
    case VOUCHER_REFUND:
        return NOTICE_REFUNDED;
    default:
        return NOTICE_COUNT;
    }
}

static const int64_t *given(const int64_t *id)
{
    return *id ? id : NULL;
}

int ledger_last_ms(struct tx *tx, int64_t *ret_ms)
{
    int64_t ms = 0;
    int r = db_get(tx->db, &ms, "SELECT at_ms FROM voucher ORDER BY id DESC LIMIT 1", "");

    if (r < 0)
        return r;
    *ret_ms = ms;
    return 0;
}

int ledger_clock_check(struct tx *tx, int64_t after_ms)
{
    char at[DAY_CLOCK_TEXT];
    int64_t last_ms = 0;
    int r = ledger_last_ms(tx, &last_ms);

    if (last_ms < after_ms)
        last_ms = after_ms;
    if (r < 0 || tx->now_ms >= last_ms)
        return r;
    day_clock(last_ms, at);
    return fault_set(tx->fault, FAULT_CLOCK_BACK, "at", at, NULL);
}

int ledger_clock_tell(struct tx *tx, bool was, bool *ret_is)
{
    int64_t last_ms = 0, id = 0;
    int r = ledger_last_ms(tx, &last_ms);
    const bool is = r == 0 && tx->now_ms < last_ms;

    if (r == 0 && !is)
        r = alert_settle(tx, 0, "clock");
    if (r == 0 && is && !was)
        r = alert_raise(tx, 0, "clock", 0, &id);
    if (r < 0)
        return r;
    *ret_is = is;
    return 0;
}

int voucher_make(struct tx *tx, const struct voucher *v, int64_t *ret_id)
{
    char day[DAY_TEXT];
    int64_t number = 0;
    int r = ledger_clock_check(tx, 0);

    if (r == 0)
        r = series_next(tx, v->project_id, "voucher", &number);
    day_of(tx->now_ms, day);
    if (r == 0)
        r = db_get(tx->db, ret_id,
                   "INSERT INTO voucher (project_id, number, kind, day, shift_id, deal_id, "
                   "customer_id, change_id, reverses_id, book_id, receipt_no, note, actor, at_ms, "
                   "audit_seq) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                   "COALESCE(MAX(seq), 0) FROM audit RETURNING id",
                   "iittoooooootti", v->project_id, number, kinds[v->kind], day,
                   given(&v->shift_id), given(&v->deal_id), given(&v->customer_id),
                   given(&v->change_id), given(&v->reverses_id), given(&v->book_id),
                   given(&v->receipt_no), v->note ? v->note : "", tx->actor->name, tx->now_ms);
    if (r >= 0 && v->customer_id && event_of(v->kind) != NOTICE_COUNT)
        r = buyer_notice_voucher(tx, *ret_id, event_of(v->kind));
    return r < 0 ? r : 0;
}

/* ---- accounts ---- */

int ledger_tender(struct tx *tx, int64_t project_id, enum tender tender, int64_t account_id,
                  int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id,
                   "SELECT id FROM ledger_account WHERE account_id = $1 AND tender = $2", "it",
                   account_id, tenders[tender].code);

    if (r == 0)
        r = db_get(tx->db, ret_id,
                   "INSERT INTO ledger_account (kind, project_id, account_id, tender) VALUES "
                   "('tender', $1, $2, $3) RETURNING id",
                   "iit", project_id, account_id, tenders[tender].code);
    return r < 0 ? r : 0;
}

int ledger_deal(struct tx *tx, int64_t project_id, int64_t deal_id, enum fund fund, int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id, "SELECT id FROM ledger_account WHERE deal_id = $1 AND fund = $2",
                   "it", deal_id, funds[fund].code);

    if (r == 0)
        r = db_get(tx->db, ret_id,
                   "INSERT INTO ledger_account (kind, project_id, deal_id, fund) VALUES "
                   "('deal', $1, $2, $3) RETURNING id",
                   "iit", project_id, deal_id, funds[fund].code);
    return r < 0 ? r : 0;
}

int ledger_held(struct tx *tx, int64_t project_id, int64_t customer_id, enum fund fund,
                int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id,
                   "SELECT id FROM ledger_account WHERE customer_id = $1 AND project_id = $2 AND "
                   "fund = $3",
                   "iit", customer_id, project_id, funds[fund].code);

    if (r == 0)
        r = db_get(tx->db, ret_id,
                   "INSERT INTO ledger_account (kind, project_id, customer_id, fund) VALUES "
                   "('held', $1, $2, $3) RETURNING id",
                   "iit", project_id, customer_id, funds[fund].code);
    return r < 0 ? r : 0;
}

int ledger_fee(struct tx *tx, int64_t project_id, int64_t deal_fee_id, int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id, "SELECT id FROM ledger_account WHERE deal_fee_id = $1", "i",
                   deal_fee_id);

    if (r == 0)
        r = db_get(tx->db, ret_id,
                   "INSERT INTO ledger_account (kind, project_id, deal_fee_id, fund) VALUES "
                   "('fee', $1, $2, $3) RETURNING id",
                   "iit", project_id, deal_fee_id, funds[FUND_AGENCY_FEE].code);
    return r < 0 ? r : 0;
}

int ledger_income(struct tx *tx, int64_t project_id, enum fund fund, int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id,
                   "SELECT id FROM ledger_account WHERE project_id = $1 AND kind = 'income' AND "
                   "fund = $2",
                   "it", project_id, funds[fund].code);

    if (r == 0)
        r = db_get(tx->db, ret_id,
                   "INSERT INTO ledger_account (kind, project_id, fund) VALUES ('income', $1, $2) "
                   "RETURNING id",
                   "it", project_id, funds[fund].code);
    return r < 0 ? r : 0;
}

/* ---- entries ---- */

/* SQL: what is on the account in @column; and what of it is asked back. */
#define BALANCE(column)                                                                            \
    "((SELECT COALESCE(SUM(i.amount_fen), 0) FROM ledger_entry i WHERE i.credit_id = " column      \
    ") - (SELECT COALESCE(SUM(o.amount_fen), 0) FROM ledger_entry o WHERE o.debit_id = " column    \
    "))"
#define ASKED_BACK(column)                                                                         \
    "(SELECT COALESCE(SUM(l.amount_fen), 0) FROM refund_line l JOIN refund f ON "                  \
    "f.id = l.refund_id WHERE l.account_id = " column " AND f.state IN ('asked', 'approved'))"

int ledger_free(struct tx *tx, int64_t account_id, int64_t *ret_fen)
{
    int64_t fen = 0;
    int r = db_get(tx->db, &fen, "SELECT " BALANCE("$1") " - " ASKED_BACK("$1"), "i", account_id);

    *ret_fen = fen;
    return r < 0 ? r : 0;
}

static int reserved_refuse(struct tx *tx, int64_t account_id)
{
    char text[DEAL_YUAN];
    int64_t fen = 0;
    int r = ledger_free(tx, account_id, &fen);

    deal_yuan(fen, text);
    return r < 0 ? r : fault_set(tx->fault, FAULT_REFUND_RESERVED, "amount", text, NULL);
}

/* What is asked back is spent on nothing else. */
static int reserved_check(struct tx *tx, int64_t account_id, int64_t amount_fen)
{
    int64_t asked = 0, fen = 0;
    int r = db_get(tx->db, &asked, "SELECT " ASKED_BACK("$1"), "i", account_id);

    if (r < 0 || asked == 0)
        return r < 0 ? r : 0;
    r = ledger_free(tx, account_id, &fen);
    return r < 0 || amount_fen <= fen ? r : reserved_refuse(tx, account_id);
}

int ledger_enter(struct tx *tx, int64_t voucher_id, int64_t debit_id, int64_t credit_id,
                 int64_t amount_fen)
{
    int r = reserved_check(tx, debit_id, amount_fen);

    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO ledger_entry (voucher_id, debit_id, credit_id, amount_fen) VALUES "
                   "($1, $2, $3, $4)",
                   "iiii", voucher_id, debit_id, credit_id, amount_fen);
    return r < 0 ? r : 0;
}

/* The first account that has less left than the voucher brought it, and whether it has it still. */
static int spent_check(struct tx *tx, int64_t voucher_id)
{
    int64_t account_id = 0, balance = 0, brought = 0;
    struct stmt *s;
    int r = db_query(
        tx->db, &s,
        "SELECT x.id, x.fen, " BALANCE(
            "x.id") " FROM (SELECT e.credit_id AS id, "
                    "SUM(e.amount_fen) AS fen FROM ledger_entry e JOIN ledger_account a ON "
                    "a.id = e.credit_id WHERE e.voucher_id = $1 AND a.kind IN ('deal', 'held', "
                    "'fee') "
                    "GROUP BY e.credit_id) x WHERE x.fen > " BALANCE("x.id") " - " ASKED_BACK(
                        "x.id") " LIMIT 1",
        "i", voucher_id);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        account_id = stmt_int(s, 0);
        brought = stmt_int(s, 1);
        balance = stmt_int(s, 2);
    }
    stmt_reset(s);
    if (r <= 0)
        return r;
    return brought > balance ? fault_set(tx->fault, FAULT_LEDGER_SPENT, NULL)
                             : reserved_refuse(tx, account_id);
}

int ledger_reverse(struct tx *tx, int64_t voucher_id, int64_t by_id)
{
    int r = spent_check(tx, voucher_id);

    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO ledger_entry (voucher_id, debit_id, credit_id, amount_fen, "
                   "reverses_id) SELECT $2, credit_id, debit_id, amount_fen, id FROM ledger_entry "
                   "WHERE voucher_id = $1 ORDER BY id",
                   "ii", voucher_id, by_id);
    return r < 0 ? r : 0;
}

/* ---- what is there ---- */

/* Ends @s. What is of a fund that there is not any more cannot be: codes are never renamed. */
static int sums_take(struct stmt *s, int r, struct fund_sum sums[FUND_COUNT], size_t *ret_n)
{
    size_t n = 0;

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const enum fund fund = fund_find(stmt_text(s, 0));

        if (fund == FUND_COUNT || n == FUND_COUNT) {
            r = -EBADMSG;
            break;
        }
        sums[n++] = (struct fund_sum){fund, stmt_int(s, 1)};
    }
    stmt_reset(s);
    *ret_n = n;
    return r < 0 ? r : 0;
}

int ledger_deal_sums(struct tx *tx, int64_t deal_id, struct fund_sum sums[FUND_COUNT],
                     size_t *ret_n)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT fund, SUM(amount_fen) FROM received WHERE deal_id = $1 GROUP BY fund "
                     "HAVING SUM(amount_fen) <> 0 ORDER BY fund",
                     "i", deal_id);

    return sums_take(s, r, sums, ret_n);
}

int ledger_held_sums(struct tx *tx, int64_t project_id, int64_t customer_id,
                     struct fund_sum sums[FUND_COUNT], size_t *ret_n)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT fund, SUM(fen) FROM (SELECT a.fund, CASE WHEN e.credit_id = a.id THEN "
                     "e.amount_fen ELSE -e.amount_fen END AS fen FROM ledger_account a JOIN "
                     "ledger_entry e ON e.credit_id = a.id OR e.debit_id = a.id WHERE "
                     "a.customer_id = $1 AND a.project_id = $2) x GROUP BY fund "
                     "HAVING SUM(fen) <> 0 ORDER BY fund",
                     "ii", customer_id, project_id);

    return sums_take(s, r, sums, ret_n);
}

void fund_sums_take(struct fund_sum sums[FUND_COUNT], size_t *n, int64_t fen)
{
    size_t kept = 0;

    for (size_t i = 0; i < *n && fen > 0; i++) {
        if (sums[i].fen <= 0)
            continue;
        sums[kept] = sums[i];
        if (sums[kept].fen > fen)
            sums[kept].fen = fen;
        fen -= sums[kept++].fen;
    }
    *n = kept;
}

/* invoice_impl.h - what the files of invoices share: invoice.c (states and steps), invoice_ask.c
 * (asked for), invoice_profile.c (on whose name), invoice_result.c (what the platform's list says),
 * invoice_money.c (of what money, and what holds it), invoice_swap.c (in the place of a receipt),
 * invoice_read.c, invoice_chain.c (read).
 *
 * Thread: the writer's. */
#ifndef ANCHANG_DB_INVOICE_IMPL_H
#define ANCHANG_DB_INVOICE_IMPL_H

#include "db/deal_scope.h"
#include "db/invoice.h"

/* One as it stands. */
struct invoice_now {
    struct deal_place place;
    int64_t id, version, profile_id, amount_fen;
    enum invoice_state state;
};
/* Of a deal that is seen: NOT_FOUND. */
int invoice_now_read(struct tx *tx, int64_t id, struct invoice_now *ret);
/* The same for a person who leads it to @to: VERSION_CHANGED, INVOICE_STEP. */
int invoice_need(struct tx *tx, const struct invoice_key *key, enum invoice_state to,
                 struct invoice_now *ret);
/* The step, its event, the news of it. */
int invoice_move(struct tx *tx, const struct invoice_now *now, enum invoice_state to,
                 const char *detail);
/* Its row of the log. Takes @trail over. */
int invoice_log(struct tx *tx, const struct invoice_now *now, const char *action,
                struct trail *trail);
int invoice_state_find(const char *code);

enum { INVOICE_FUNDS_TEXT = 160 };
/* What for a voucher brought money to the deal: codes, with commas between them. */
int invoice_source_funds(struct tx *tx, int64_t deal_id, int64_t voucher_id,
                         char out[INVOICE_FUNDS_TEXT]);

/* The form of a number and of its day, as a refusal: INVOICE_NUMBER, INVOICE_DAY; 0. */
bool invoice_number_formed(const char *number);
bool invoice_day_formed(const struct tx *tx, const char *day);
/* Whose it is: 0 and nothing when it is nobody's. */
int invoice_number_owner(struct tx *tx, const char *number, int64_t *ret_id);
/* The number is recorded, and the step made: of the invoice, or of the one in red. */
int invoice_number_take(struct tx *tx, const struct invoice_now *now, enum invoice_state to,
                        const char *number, const char *day);

/* SQL: what a voucher @v brought to deal @d that an invoice can be of, and what holding requests of
 * the kind @kind are of it. */
#define INVOICE_CARRIED(v, d)                                                                      \
    "(SELECT COALESCE(SUM(ce.amount_fen), 0) FROM ledger_entry ce JOIN ledger_account ca ON "      \
    "ca.id = ce.credit_id WHERE ce.voucher_id = " v " AND ca.deal_id = " d                         \
    " AND " FUND_INVOICED("ca.fund") ")"
#define INVOICE_ASKED(v, kind)                                                                     \
    "(SELECT COALESCE(SUM(ap.amount_fen), 0) FROM invoice_part ap JOIN invoice ai ON "             \
    "ai.id = ap.invoice_id JOIN invoice_item at ON at.id = ai.item_id WHERE ap.voucher_id = " v    \
    " AND at.kind = " kind " AND " INVOICE_HOLDS("ai") ")"
#define INVOICE_VOUCHERS "IN ('receipt', 'carry', 'exchange')"

/* SQL: of deal @d, what invoices of the kind that is of most hold; what came in and is there. */
#define INVOICE_DEAL_HELD(d)                                                                       \
    "COALESCE((SELECT SUM(hi.amount_fen) FROM invoice hi JOIN invoice_item ht ON "                 \
    "ht.id = hi.item_id WHERE hi.deal_id = " d                                                     \
    " AND " INVOICE_HOLDS("hi") " GROUP BY ht.kind ORDER BY 1 DESC LIMIT 1), 0)"
#define INVOICE_DEAL_SIDE(d, side)                                                                 \
    "COALESCE((SELECT SUM(re.amount_fen) FROM ledger_account ra JOIN ledger_entry re ON re." side  \
    " = ra.id JOIN voucher rv ON rv.id = re.voucher_id WHERE ra.deal_id = " d                      \
    " AND rv.kind <> 'settle' AND " FUND_INVOICED("ra.fund") "), 0)"
#define INVOICE_DEAL_RECEIVED(d)                                                                   \
    "(" INVOICE_DEAL_SIDE(d, "credit_id") " - " INVOICE_DEAL_SIDE(d, "debit_id") ")"

#endif

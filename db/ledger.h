/* ledger.h - the one ledger (FI-12): vouchers, the accounts they move money between, what is there.
 *
 * A voucher is one business event of money; each of its entries is one amount, debited to where the
 * money is and credited to whose it is. So all debits are all credits. Nothing is ever edited: what
 * was wrong is reversed, entry by entry, once. A voucher takes its entries while it is the newest
 * and before its row in the log is written: the schema refuses one of later. An account of a deal,
 * of a customer or of a fee never goes below zero.
 *
 * For the modules of db/ that move money: who may, and what it means for a deal, they know.
 * Thread: the writer's; reads on any.
 */
#ifndef ANCHANG_DB_LEDGER_H
#define ANCHANG_DB_LEDGER_H

#include "db/fund.h"
#include "db/tender.h"
#include "db/tx.h"

enum voucher_kind {
    VOUCHER_RECEIPT,  /* money came in */
    VOUCHER_VOID,     /* a receipt of the same day is taken back */
    VOUCHER_REVERSAL, /* one of a day before (红冲, FI-28) */
    VOUCHER_REFUND,   /* money went out (FI-27) */
    VOUCHER_EXCHANGE, /* from a deal to the one it was exchanged for, without cash (FI-29) */
    VOUCHER_CARRY,    /* from a customer to his deal, without cash (FC 27.6) */
    VOUCHER_FORFEIT,  /* it is ours */
    VOUCHER_PAYOVER,  /* agency fees went to their payee (FI-10) */
    VOUCHER_SETTLE,   /* a measured area is less than the contract's: it is the deal's (FI-26) */
};

struct voucher {
    enum voucher_kind kind;
    int64_t project_id;
    int64_t customer_id; /* 0: the payee of a fee */
    int64_t deal_id, change_id, shift_id, reverses_id, book_id, receipt_no; /* 0: none */
    const char *note;                                                       /* NULL: none */
};
/* When the last voucher was made; 0: there is none. */
int ledger_last_ms(struct tx *tx, int64_t *ret_ms);
/* CLOCK_BACK when now is before the last voucher, or before @after_ms (0: nothing): the clock was
 * set back, and what is written would be of a day that is over, or before what it follows. */
int ledger_clock_check(struct tx *tx, int64_t after_ms);
/* Calls staff once when that begins to be so, and takes the call back when the clock is right.
 * @was: it was so the last time. */
int ledger_clock_tell(struct tx *tx, bool was, bool *ret_is);
/* Numbered, of today; its customer is to be told of it (buyer_notice.h). CLOCK_BACK. */
int voucher_make(struct tx *tx, const struct voucher *voucher, int64_t *ret_id);

/* The account of its key, made when there is none. */
int ledger_tender(struct tx *tx, int64_t project_id, enum tender tender, int64_t account_id,
                  int64_t *ret_id);
int ledger_deal(struct tx *tx, int64_t project_id, int64_t deal_id, enum fund fund,
                int64_t *ret_id);
int ledger_held(struct tx *tx, int64_t project_id, int64_t customer_id, enum fund fund,
                int64_t *ret_id);
/* Of a fee of a deal (deal_fee.h): no money of the deal. */
int ledger_fee(struct tx *tx, int64_t project_id, int64_t deal_fee_id, int64_t *ret_id);
int ledger_income(struct tx *tx, int64_t project_id, enum fund fund, int64_t *ret_id);

/* SQL: what is on the account @a. Each side is read by its own index. */
#define LEDGER_SIDE(a, side)                                                                       \
    "COALESCE((SELECT SUM(le.amount_fen) FROM ledger_entry le WHERE le." side " = " a ".id), 0)"
#define LEDGER_FEN(a) LEDGER_SIDE(a, "credit_id") " - " LEDGER_SIDE(a, "debit_id")
/* What is on an account and not asked back (refund.h). */
int ledger_free(struct tx *tx, int64_t account_id, int64_t *ret_fen);
/* REFUND_RESERVED when some of it is asked back. */
int ledger_enter(struct tx *tx, int64_t voucher_id, int64_t debit_id, int64_t credit_id,
                 int64_t amount_fen);
/* Every entry of @voucher_id mirrored, by @by_id which reverses it. LEDGER_SPENT when what it
 * brought has gone elsewhere since, REFUND_RESERVED when it is asked back. */
int ledger_reverse(struct tx *tx, int64_t voucher_id, int64_t by_id);

/* What money is of, as it is read. */
struct money_line {
    const char *fund;
    int64_t amount_fen;
    int64_t fee_id;  /* of agency fees: which one; else 0 */
    const char *fee; /* its name; NULL: none */
};

struct fund_sum {
    enum fund fund;
    int64_t fen; /* never 0 */
};
/* What is there of a deal, or of a customer in a project, by fund. */
int ledger_deal_sums(struct tx *tx, int64_t deal_id, struct fund_sum sums[FUND_COUNT],
                     size_t *ret_n);
int ledger_held_sums(struct tx *tx, int64_t project_id, int64_t customer_id,
                     struct fund_sum sums[FUND_COUNT], size_t *ret_n);
/* The first @fen of @sums, which has them. */
void fund_sums_take(struct fund_sum sums[FUND_COUNT], size_t *n, int64_t fen);

#endif

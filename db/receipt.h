/* receipt.h - money is taken on a leaf of a receipt book, and taken back (FI-01, FI-15, FI-28).
 *
 * One transaction or nothing: the leaf, the voucher with how it was paid, its entries, what it
 * means for the deal, the row of the log. It is for a deal, up to what it still owes, or a
 * customer's own earnest money (FI-16); never before a valid permit (Measures for the Sale of
 * Commodity Housing 22). A receipt keeps its number for ever: it is void when it is taken back on
 * its day, reversed when later.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), negative errno. Thread: changes on the
 * writer's, reads on any.
 */
#ifndef ANCHANG_DB_RECEIPT_H
#define ANCHANG_DB_RECEIPT_H

#include "db/ledger.h"
#include "db/tender_use.h"

enum { PAYMENT_LINES_MAX = 8, RECEIPT_NUMBER_TEXT = 12 * 4 + 24 };

struct payment_line {
    const char *fund;
    int64_t amount_fen; /* above 0 */
};
/* So much of it is for that line of the deal's schedule (FI-39). */
struct payment_earmark {
    int64_t ordinal, amount_fen; /* above 0 */
};
struct payment {
    int64_t deal_id;                 /* 0: earnest money of */
    int64_t project_id, customer_id; /* a customer; of a deal: who pays, 0: the main buyer */
    int64_t book_id;                 /* the actor's */
    struct payment_line lines[PAYMENT_LINES_MAX];
    int64_t fees[PAYMENT_LINES_MAX]; /* of each line: which agency fee; 0 of other money */
    struct payment_tender tenders[PAYMENT_TENDERS_MAX];
    struct payment_earmark earmarks[PAYMENT_LINES_MAX];
    size_t n_lines, n_tenders, n_earmarks;
    const char *note;    /* NULL: none */
    int64_t terminal_id; /* where it is taken: its printer; 0: none */
};
struct receipt_key {
    int64_t book_id, no;
};
/* SHIFT_NEEDED, CLOCK_BACK, DEAL_CLOSED, G1_PERMIT, PAY_PERMIT, PAY_FUND, PAY_FEE, PAY_SUM,
 * PAY_BEYOND_DUE, PAY_PAYER, PAY_EARMARK, PAY_REFERENCE, PAY_UNUSED, SLIP_USED, BANK_DISABLED, and
 * the refusals of bank.h, receipt_book.h and escrow_post(). */
int receipt_take(struct tx *tx, const struct payment *payment, struct receipt_key *ret_key);

/* Taken back: void on its day, by who took it or with money.reverse; later reversed, with
 * money.reverse. SHIFT_NEEDED, CLOCK_BACK, DEAL_CLOSED, RECEIPT_VOIDED, RECEIPT_BLANK,
 * LEDGER_SPENT, REASON_NEEDED, INVOICE_STANDS, INVOICE_WAITS. */
int receipt_void(struct tx *tx, const struct receipt_key *key, const char *reason);

/* A leaf of the actor's own book in the place of the one of a payment that stands (FI-30): no money
 * moves. The one before is handed back, or it is lost; it counts no more. RECEIPT_BLANK,
 * RECEIPT_VOIDED, RECEIPT_SWAPPED when it is not the last one, PAY_PAYER, REASON_NEEDED,
 * INVOICE_PAPER, DEAL_CLOSED, CLOCK_BACK, and those of receipt_book_leaf(). */
struct receipt_swap {
    struct receipt_key key;
    int64_t book_id;     /* the actor's */
    int64_t customer_id; /* on whose name: a buyer of the deal; 0: the main one, or who paid */
    bool returned;       /* false: it is lost */
    const char *reason;
    int64_t terminal_id; /* where it is swapped; 0: none */
};
int receipt_swap(struct tx *tx, const struct receipt_swap *swap, struct receipt_key *ret_key);

/* A leaf that nobody can use: "spoilt", or "lost". Of the actor's own book. CLOCK_BACK. */
int receipt_spoil(struct tx *tx, int64_t book_id, const char *kind, const char *reason,
                  struct receipt_key *ret_key);

/* What became of a leaf. */
enum leaf_state {
    LEAF_LIVE,
    LEAF_VOID,
    LEAF_REVERSED,
    LEAF_SPOILT,
    LEAF_LOST,
    LEAF_SWAPPED,  /* another one is in its place */
    LEAF_INVOICED, /* an invoice is, or was until that was reversed (invoice.h) */
    LEAF_STATES
};
extern const char *const leaf_states[LEAF_STATES + 1]; /* ends with NULL */

struct receipt_row {
    int64_t book_id, no, voucher_id, project_id, deal_id, customer_id, total_fen, at_ms;
    const char *unit;                 /* of the deal, building-stair-room; NULL: none */
    char number[RECEIPT_NUMBER_TEXT]; /* as on the leaf */
    const char *state;                /* of leaf_states */
    const char *day;                  /* NULL of a leaf without money */
    const char *note, *reason;        /* reason: why it was taken back, spoilt or lost; NULL: no */
    const char *cashier;              /* who took the money, or says so of a leaf without any */
    struct receipt_key from, to;      /* in whose place it is, and which is in its own; 0: none */
};
/* Of a deal that is seen, oldest first. */
int receipt_of_deal(struct tx *tx, int64_t deal_id,
                    int (*each)(void *arg, const struct receipt_row *row), void *arg);
/* Of a shift of the actor's own, newest first. */
int receipt_of_shift(struct tx *tx, int64_t shift_id,
                     int (*each)(void *arg, const struct receipt_row *row), void *arg);
int receipt_get(struct tx *tx, const struct receipt_key *key,
                int (*each)(void *arg, const struct receipt_row *row), void *arg);

/* The leaves of a book that were taken, by number, for who takes money or keeps the books; a deal
 * that he does not see is not named (deal_id 0). @state NULL: any. DENIED. */
struct leaf_filter {
    int64_t book_id, after_no;
    const char *state;
    int limit;
};
int receipt_leaves(struct tx *tx, const struct leaf_filter *filter,
                   int (*each)(void *arg, const struct receipt_row *row), void *arg);
/* How many there are of each. */
int receipt_leaves_count(struct tx *tx, int64_t book_id, int64_t ret_n[LEAF_STATES]);

/* What it was for, by fund and fee, and how it was paid. */
int receipt_lines(struct tx *tx, int64_t voucher_id,
                  int (*each)(void *arg, const struct money_line *line), void *arg);
int receipt_tenders(struct tx *tx, int64_t voucher_id,
                    int (*each)(void *arg, const struct payment_tender *tender), void *arg);

#endif

/* mortgage_arrival.h - the money of approved loans comes in (FI-19, FI-20, SF-17): one by one, or a
 * bank's advice of many contracts at once.
 *
 * An arrival is a receipt of the actor's book, paid by loan release, for the loan's fund of the
 * deal; it ends the node of the process (deal_process.h), as any money does. So what has arrived of
 * a loan is what stands on the ledger, and nothing is written down twice.
 *
 * Thread: changes on the writer's; the check and reads on any.
 */
#ifndef ANCHANG_DB_MORTGAGE_ARRIVAL_H
#define ANCHANG_DB_MORTGAGE_ARRIVAL_H

#include "db/receipt.h"

enum { ADVICE_ROWS_MAX = 500, LOAN_PAGE_MAX = 200 };

struct mortgage_arrival {
    int64_t mortgage_id, amount_fen;
    int64_t book_id;       /* the actor's */
    int64_t bank_id;       /* that paid; 0: not said */
    const char *reference; /* of the bank's advice */
    const char *note;      /* NULL: none */
};
/* MORTGAGE_STATE of one that is not approved, and the refusals of receipt_take(). */
int mortgage_arrive(struct tx *tx, const struct mortgage_arrival *arrival,
                    struct receipt_key *ret_key);

/* A row of an advice as it was typed. */
struct advice_row {
    int64_t row; /* in the sheet */
    const char *contract, *reference;
    const char *kind; /* "commercial", "fund"; "": the one there is */
    int64_t amount_fen;
};
/* 0, or IMPORT_ROWS_WRONG with an item for each fault, as far as can be seen without taking it. */
int advice_check(struct tx *tx, int64_t project_id, const struct advice_row *rows, size_t n);
/* A receipt for each row, or with IMPORT_ROWS_WRONG and an item for each that cannot be, none. */
int advice_take(struct tx *tx, int64_t project_id, int64_t book_id, const struct advice_row *rows,
                size_t n, int64_t *ret_total_fen);

/* ---- the register (FI-19) ---- */

struct loan_row {
    int64_t id, deal_id, amount_fen, approved_fen, arrived_fen, progress_ms; /* approved 0: not */
    const char *kind, *bank, *state, *unit, *customer, *consultant;
    const char *contract; /* its number; "" none */
};
struct loan_filter {
    int64_t project_id;
    const char *state, *bank; /* NULL: any */
    bool waiting;             /* approved, and not all of it is there */
    int64_t before_id;        /* older than this; 0: from the newest */
    int limit;
};
/* Newest first. */
int loan_each(struct tx *tx, const struct loan_filter *filter,
              int (*each)(void *arg, const struct loan_row *row), void *arg);

#endif

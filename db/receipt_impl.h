/* receipt_impl.h - what the files of receipts share: receipt.c (taking money), receipt_check.c
 * (whether it may be), receipt_earmark.c (for which lines), receipt_leaf.c (the leaf and its
 * content), receipt_void.c (taken back), receipt_swap.c (another in its place), receipt_read.c.
 * Thread: the writer's. */
#ifndef ANCHANG_DB_RECEIPT_IMPL_H
#define ANCHANG_DB_RECEIPT_IMPL_H

#include "db/deal_write.h"
#include "db/ledger.h"
#include "db/receipt.h"
#include "db/receipt_book.h"

/* A payment, and what the checks found. */
struct paying {
    struct tx *tx;
    const struct payment *p;
    struct deal_now deal; /* id 0: a customer's own money */
    int64_t project_id, customer_id, shift_id, total_fen;
    enum fund funds[PAYMENT_LINES_MAX];
    int64_t deal_fees[PAYMENT_LINES_MAX]; /* of agency fees (deal_fee.h); else 0 */
    struct tender_use use;
    int64_t earmark_terms[PAYMENT_LINES_MAX];
    enum fund earmark_funds[PAYMENT_LINES_MAX];
    bool agency;
    struct leaf leaf;
    int64_t voucher_id;
};

int payment_check(struct paying *p);
/* The lines of the schedule that it is said to be for. PAY_EARMARK. */
int receipt_earmarks_check(struct paying *p);
int receipt_earmarks_write(struct paying *p);
/* In a line of what stands on a leaf: before the fee's id, which its name follows. */
#define RECEIPT_FEE " fee "
/* The leaf with its frozen content, of a voucher that names it. */
int receipt_leaf_write(struct paying *p);
/* The leaf in the place of the one of @swap, on the name of @customer_id. */
int receipt_leaf_again(struct tx *tx, const struct leaf *leaf, const struct receipt_swap *swap,
                       int64_t customer_id);
/* The paper of a leaf that was written, and the job that prints it where the route of @terminal_id
 * (0: none) leads. */
int receipt_print(struct tx *tx, const struct leaf *leaf, int64_t project_id, int64_t terminal_id);
/* Leaves of that number, of whatever project, some perhaps twice; its letters may be small. */
int receipt_numbered(struct tx *tx, const char *number,
                     int (*each)(void *arg, const struct receipt_row *row), void *arg);
/* "A000012" */
void receipt_number(const char *prefix, int64_t no, char out[RECEIPT_NUMBER_TEXT]);

#endif

/* earnest.h - a customer's earnest money after it was taken (receipt.h): it becomes money of his
 * deal without cash (FI-18; FC 27.6). How it goes back: refund.h.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), negative errno. Thread: the writer's.
 */
#ifndef ANCHANG_DB_EARNEST_H
#define ANCHANG_DB_EARNEST_H

#include "db/ledger.h"
#include "db/tx.h"

struct earnest_carry {
    int64_t deal_id;
    int64_t customer_id; /* one of its buyers; 0: the main one */
    const char *fund;    /* what it becomes: booking, deposit */
    int64_t amount_fen;  /* above 0 */
};
/* EARNEST_SHORT when there is less that is not asked back; PAY_FUND, PAY_BEYOND_DUE, PAY_PAYER,
 * DEAL_CLOSED. */
int earnest_carry(struct tx *tx, const struct earnest_carry *carry);

/* What is held of a customer in the project, by fund. */
int earnest_held(struct tx *tx, int64_t project_id, int64_t customer_id,
                 struct fund_sum sums[FUND_COUNT], size_t *ret_n);

#endif

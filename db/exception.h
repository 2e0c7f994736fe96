/* exception.h - what of a project's money should not be as it is (FI-37, IV-13): none of it is
 * healthy. Each is told with what it is about, and is gone when that is mended.
 *
 * Needs the project whole. Thread: any, with a reader.
 */
#ifndef ANCHANG_DB_EXCEPTION_H
#define ANCHANG_DB_EXCEPTION_H

#include "db/tx.h"

enum { EXCEPTION_ROWS_MAX = 100 /* of a kind that are given */, EXCEPTION_HELD_DAYS = 30 };

struct exception_row {
    const char *kind;   /* as of exception_kinds */
    const char *object; /* "deal", "customer", "receipt_book", "shift", "escrow" */
    int64_t object_id;  /* 0: a customer who is not seen; of "escrow" the account */
    const char *title;  /* the unit, the customer (masked), the book, the cashier */
    int64_t amount_fen; /* 0: it is not about an amount */
    int64_t since_ms;   /* 0: not known */
};
extern const char *const exception_kinds[]; /* ended by NULL */

/* Kind by kind; @counts has how many there are of each, given or not. */
int exception_each(struct tx *tx, int64_t project_id, int64_t *counts,
                   int (*each)(void *arg, const struct exception_row *row), void *arg);
enum { EXCEPTION_KINDS = 9 };

#endif

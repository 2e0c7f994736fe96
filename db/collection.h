/* collection.h - what came in and went out of the tills, for finance: the collection report
 * (RP-18), receipt books (RP-19, IV-13), shifts (FI-36).
 *
 * Money is what moved through an account of a tender: transfers, carry-overs and forfeitures touch
 * none and are in no line of it (FI-29). By the site's day of the voucher. All of it of a project
 * that is seen whole.
 *
 * Thread: any, with a reader.
 */
#ifndef ANCHANG_DB_COLLECTION_H
#define ANCHANG_DB_COLLECTION_H

#include "db/tx.h"

struct days {
    const char *from, *to; /* both in it */
};
/* From the first moment of the first day to the end of the last. -EINVAL when one is none. */
int days_moments(const struct days *days, int64_t *ret_from_ms, int64_t *ret_to_ms);

/* ---- RP-18 ---- */

struct collection_row {
    const char *day, *fund, *tender, *cashier; /* the name */
    int64_t user_id;                           /* the cashier's */
    int64_t in_fen;                            /* on receipts, also those taken back since */
    int64_t back_fen;                          /* of those, taken back on the day or later */
    int64_t refund_fen;                        /* paid out */
};
/* By day, cashier, fund and tender, in that order: every group that has something. What is of the
 * actor's own open shift is in none: he is to count it blind. */
int collection_each(struct tx *tx, int64_t project_id, const struct days *days,
                    int (*each)(void *arg, const struct collection_row *row), void *arg);

/* Whether something may be left out for that. */
int collection_blind(struct tx *tx, bool *ret_blind);

/* ---- RP-19 ---- */

struct book_use {
    int64_t id, first_no, last_no;
    int64_t opening, received; /* leaves there were, and that came with a new book */
    int64_t used, voided;      /* voided: spoilt, lost, and receipts void on their day */
    int64_t closing;
    int64_t first_used, last_used;              /* 0: none */
    const char *kind, *prefix, *state, *holder; /* now; holder NULL: nobody */
};
/* Books that had a leaf in those days or one left after them; the oldest first. */
int book_use_each(struct tx *tx, int64_t project_id, const struct days *days,
                  int (*each)(void *arg, const struct book_use *row), void *arg);

/* ---- shifts ---- */

enum { SHIFT_PAGE_MAX = 200 };

struct shift_filter {
    int64_t project_id;
    struct days days;  /* opened in */
    int64_t before_id; /* older than this; 0: from the newest */
    int limit;
};
struct shift_use {
    int64_t id, opened_ms, closed_ms, float_fen;      /* closed 0: open */
    int64_t receipts, voids, refunds, difference_fen; /* counted less expected, all tenders */
    const char *cashier, *next;                       /* next NULL: nobody has the cash */
};
/* Those in which money of the project was moved; newest first. What the books expect of an open one
 * is nobody's to know: it is counted blind. */
int shift_use_each(struct tx *tx, const struct shift_filter *filter,
                   int (*each)(void *arg, const struct shift_use *row), void *arg);

#endif

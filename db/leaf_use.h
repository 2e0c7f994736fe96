/* leaf_use.h - leaves of receipt books as they were used: by day, book and cashier, with the books
 * that should be back (IV-13), and in a shift (FI-36).
 *
 * All of it of a project that is seen whole. Thread: any, with a reader.
 */
#ifndef ANCHANG_DB_LEAF_USE_H
#define ANCHANG_DB_LEAF_USE_H

#include "db/collection.h"

struct leaf_use {
    int64_t book_id, first_no, last_no; /* the book */
    const char *kind, *prefix;
    const char *day;     /* the site's; "" of a book that is only overdue */
    const char *cashier; /* who wrote them; of that book: who has it */
    int64_t used;        /* receipts that stand, or were reversed on a later day */
    int64_t voided, spoilt, lost;
    int64_t from_no, to_no; /* of these leaves; 0: none */
    int64_t remaining;      /* in the book after them */
    int64_t out_ms;         /* since when it is out now; 0: it is in */
    bool overdue;           /* out for too long, see receipt_book.h */
};
/* Book by book, leaf after leaf: a line for each day and cashier. A book that is overdue has a line
 * also when none of its leaves was used. */
int leaf_use_each(struct tx *tx, int64_t project_id, const struct days *days,
                  int (*each)(void *arg, const struct leaf_use *line), void *arg);

/* Of the shifts from @low_id to @high_id. */
struct shift_range {
    int64_t project_id, low_id, high_id;
};
/* SQL: a leaf @q that took no money itself (spoilt, lost, in the place of another) is of the shift
 * @s that its writer @u had open then; one that did is of its payment's. */
#define LEAF_OF_SHIFT(q, s, u)                                                                     \
    q ".actor = " u ".login AND " u ".id = " s ".user_id AND " q ".at_ms >= " s                    \
      ".opened_ms AND (" s ".closed_ms IS NULL OR " q ".at_ms <= " s ".closed_ms) AND (" q         \
      ".kind <> 'issued' OR " q ".from_no IS NOT NULL) "
struct shift_book {
    int64_t shift_id, book_id, first_no, last_no; /* the leaves that were used; 0: none */
    const char *kind, *prefix;
    int64_t receipts, voids; /* given; taken back, also of another shift */
    int64_t swapped;         /* given in the place of another leaf */
    int64_t spoilt, lost;
};
int shift_book_each(struct tx *tx, const struct shift_range *range,
                    int (*each)(void *arg, const struct shift_book *book), void *arg);

/* A leaf without money, and why. */
struct shift_blank {
    int64_t shift_id, no, at_ms;
    const char *kind, *prefix, *reason;
};
int shift_blank_each(struct tx *tx, const struct shift_range *range,
                     int (*each)(void *arg, const struct shift_blank *leaf), void *arg);

#endif

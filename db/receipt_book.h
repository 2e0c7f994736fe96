/* receipt_book.h - books of numbered leaves (FI-14): registered, out with one person, returned,
 * verified.
 *
 * A leaf is taken by who has the book, one after the other: the schema counts (no gap, no repeat),
 * so two people never share one.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), VERSION_CHANGED, BOOK_STATE, negative
 * errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_RECEIPT_BOOK_H
#define ANCHANG_DB_RECEIPT_BOOK_H

#include "db/tx.h"

/* Books are looked through with the month's accounts: one that was not in for a month was in none
 * (IV-13), and is overdue. */
enum { BOOK_LEAVES_MAX = 10000, BOOK_MAX = 5000, BOOK_OUT_DAYS = 31 };
/* What is out since before then is overdue: the one rule of lists and reports. */
int64_t receipt_book_overdue_ms(const struct tx *tx);

struct receipt_book_new {
    int64_t project_id;
    const char *kind;   /* receipt, agency */
    const char *source; /* preprinted, system */
    const char *prefix; /* NULL: none */
    int64_t first_no, last_no;
};
/* BOOK_RANGE; BOOK_NUMBERS_TAKEN; LIMIT_REACHED. */
int receipt_book_create(struct tx *tx, const struct receipt_book_new *book, int64_t *ret_id);

enum receipt_book_step {
    BOOK_TAKE_OUT,  /* by the actor; or again */
    BOOK_RETURN,    /* by who has it: BOOK_OTHERS */
    BOOK_TAKE_BACK, /* of who has it, by who keeps the books */
    BOOK_VERIFY,    /* every leaf was looked at */
};
int receipt_book_step(struct tx *tx, int64_t id, int64_t version, enum receipt_book_step step);

/* It goes out to @user_id. NOT_FOUND when there is no such user, BOOK_HOLDER when he may not take
 * money in its project. */
int receipt_book_hand_out(struct tx *tx, int64_t id, int64_t version, int64_t user_id);
/* To whom it can, by name. */
int receipt_book_holders(struct tx *tx, int64_t project_id,
                         int (*each)(void *arg, int64_t user_id, const char *name), void *arg);

struct receipt_book_row {
    int64_t id, version, project_id, first_no, last_no, issued, holder_id; /* 0: none */
    int64_t out_ms;                                                        /* 0: not out */
    const char *kind, *source, *prefix, *state;
    const char *holder; /* NULL: nobody */
    bool overdue;
};
/* Newest first; @id 0: all of the project. */
int receipt_book_each(struct tx *tx, int64_t project_id, int64_t id,
                      int (*each)(void *arg, const struct receipt_book_row *row), void *arg);
int receipt_book_project(struct tx *tx, int64_t id, int64_t *ret_project_id);

/* For receipt.c: takes the next leaf of the actor's own book, for money of that kind and project.
 * BOOK_OTHERS, BOOK_KIND, BOOK_USED_UP. */
struct leaf_ask {
    int64_t book_id, project_id;
    bool agency;
};
struct leaf {
    int64_t book_id, no;
    char prefix[12 * 4 + 1];
};
int receipt_book_leaf(struct tx *tx, const struct leaf_ask *ask, struct leaf *ret_leaf);

#endif

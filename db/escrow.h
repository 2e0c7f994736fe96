/* escrow.h - money that was taken for a supervised account is there when the bank says so (FI-35,
 * IN-07): each way of paying of a receipt, here a part, is matched to one line of the bank, by
 * hand, with the payment, or by the bank's list.
 *
 * A part goes to a supervised account by the rule of its fund and building (bank.h). A line of the
 * bank is known by its account and reference, so a list that comes again adds nothing. What has no
 * counterpart waits, on either side, and is told of after ESCROW_LATE_DAYS (exception.h).
 *
 * Errors besides those named: NOT_FOUND (also out of scope), negative errno. Thread: changes on the
 * writer's, reads on any.
 */
#ifndef ANCHANG_DB_ESCROW_H
#define ANCHANG_DB_ESCROW_H

#include "db/receipt.h"

enum {
    ESCROW_LATE_DAYS = 3, /* that a part or a line may wait, since it is known */
    ESCROW_ROWS_MAX = 500 /* of a list */
};

/* SQL: part @t, of a receipt @v that was not taken back, is matched to nothing; line @l neither. */
#define ESCROW_PART_WAITS(t, v)                                                                    \
    v ".kind = 'receipt' AND NOT EXISTS (SELECT 1 FROM escrow_match em WHERE em.voucher_id = " t   \
      ".voucher_id AND em.ordinal = " t                                                            \
      ".ordinal AND em.ended_ms IS NULL) AND NOT EXISTS (SELECT "                                  \
      "1 FROM voucher ev WHERE ev.reverses_id = " v ".id)"
#define ESCROW_LINE_WAITS(l)                                                                       \
    l ".ended_ms IS NULL AND NOT EXISTS (SELECT 1 FROM escrow_match em WHERE em.line_id = " l      \
      ".id AND em.ended_ms IS NULL)"

/* ---- one ---- */

struct escrow_posting {
    int64_t voucher_id, ordinal; /* the part */
    const char *reference, *day; /* the bank's */
};
/* The bank's line of that reference, which is made if nobody knew it, is that part. ESCROW_NOT,
 * ESCROW_POSTED, ESCROW_USED, ESCROW_AMOUNT, RECEIPT_VOIDED. */
int escrow_post(struct tx *tx, const struct escrow_posting *posting, int64_t *ret_match);
/* It is not, after all; both wait again. ESCROW_ENDED, REASON_NEEDED. */
int escrow_unpost(struct tx *tx, int64_t match_id, const char *reason);
/* A line is of no receipt: interest, a slip read wrongly. ESCROW_ENDED, ESCROW_MATCHED,
 * REASON_NEEDED. */
int escrow_set_aside(struct tx *tx, int64_t line_id, const char *reason);
/* For the modules of db/: a receipt was taken back, its lines are of none. */
int escrow_receipt_back(struct tx *tx, int64_t voucher_id, const char *reason);

/* ---- the bank's list ---- */

/* A row as it was typed. */
struct escrow_row {
    int64_t row; /* in the sheet */
    const char *day, *reference;
    const char *receipt; /* its number; "": known by the reference it was paid with */
    int64_t amount_fen;
};
struct escrow_taken {
    int64_t matched, waiting, known; /* rows that were there before */
};
/* 0, or IMPORT_ROWS_WRONG with an item for each fault, as far as can be seen without taking it. */
int escrow_list_check(struct tx *tx, int64_t account_id, const struct escrow_row *rows, size_t n,
                      struct escrow_taken *ret_taken);
/* A line for each row, or with IMPORT_ROWS_WRONG none. */
int escrow_list_take(struct tx *tx, int64_t account_id, const struct escrow_row *rows, size_t n,
                     struct escrow_taken *ret_taken);

/* ---- what there is ---- */

enum escrow_state { ESCROW_WAITING, ESCROW_MATCHED_TO, ESCROW_SET_ASIDE, ESCROW_STATES };
extern const char *const escrow_states[ESCROW_STATES + 1]; /* "waiting", "matched", "aside" */

struct escrow_filter {
    int64_t project_id, account_id; /* 0: any supervised one */
    int state;                      /* enum escrow_state; -1: any */
    const char *from, *to;          /* days; NULL: any */
    int64_t amount_fen;             /* 0: any */
    int64_t after[2];               /* behind this one; 0: from the first */
    int limit;
};
/* A part. Of a deal that the actor does not see neither it nor its buyer is named. */
struct escrow_part {
    int64_t voucher_id, ordinal, book_id, no, deal_id, customer_id, account_id, amount_fen;
    int64_t days;                     /* since it was taken */
    char number[RECEIPT_NUMBER_TEXT]; /* of the receipt */
    const char *day, *unit, *customer, *tender, *reference;
    int64_t match_id; /* 0: it waits */
    const char *posted_day, *posted_reference, *posted_by;
};
/* Oldest first; of receipts that were not taken back. */
int escrow_part_each(struct tx *tx, const struct escrow_filter *filter,
                     int (*each)(void *arg, const struct escrow_part *part), void *arg);
struct escrow_line {
    int64_t id, account_id, amount_fen, days, match_id; /* match_id 0: of no receipt */
    const char *day, *reference, *actor;
    char number[RECEIPT_NUMBER_TEXT]; /* of the receipt; "": none */
    const char *reason;               /* NULL: it was not set aside */
};
int escrow_line_each(struct tx *tx, const struct escrow_filter *filter,
                     int (*each)(void *arg, const struct escrow_line *line), void *arg);

/* What waits, day by day, oldest first. */
struct escrow_day {
    const char *day;
    int64_t days, parts, parts_fen, lines, lines_fen;
};
int escrow_day_each(struct tx *tx, int64_t project_id, int64_t account_id,
                    int (*each)(void *arg, const struct escrow_day *day), void *arg);

#endif

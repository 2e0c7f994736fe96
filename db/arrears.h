/* arrears.h - the due lines that are not paid, of a whole project, by age (FI-21).
 *
 * What is paid of a line is what receivable.h allocates: what came in for a deal pays its living
 * lines in the order of their days. Here all deals are gone through at once, lines and money side
 * by side, and each is allocated by that rule.
 *
 * A line with no day yet, or one to come, is not yet due. Without deal.all the actor's own deals
 * alone; of a part of a project, its buildings.
 *
 * Thread: any, with a reader.
 */
#ifndef ANCHANG_DB_ARREARS_H
#define ANCHANG_DB_ARREARS_H

#include "db/tx.h"

enum arrears_band { ARREARS_OPEN, ARREARS_30, ARREARS_60, ARREARS_90, ARREARS_OVER, ARREARS_BANDS };
extern const char *const arrears_band_codes[ARREARS_BANDS + 1]; /* "open", "1-30", ...; NULL */

enum { ARREARS_ANY = -1, ARREARS_LATE = -2 }; /* of a filter: any band, any that is overdue */

enum { ARREARS_PAGE_MAX = 500 };

struct arrears_filter {
    int64_t project_id;
    int64_t building_id, user_id, customer_id, plan_id, deal_id; /* 0: any */
    const char *fund, *until;                                    /* NULL: any; due until that day */
    int band;                /* enum arrears_band, or one of the above */
    const char *undunned_on; /* not dunned on that day; NULL: all the same */
    int64_t after_id;        /* behind that line; 0: from the first */
    int limit;
    const char *today;
};

struct arrears_row {
    int64_t id, deal_id, building_id, customer_id, user_id,
        plan_id; /* customer_id 0: not his to see */
    int64_t amount_fen, received_fen, owed_fen;
    int64_t days;     /* overdue since; 0: not yet due */
    int64_t late_fen; /* owed for paying it late, as of today (late.h) */
    enum arrears_band band;
    const char *unit, *customer, *user, *fund, *plan, *due_date; /* due_date NULL: not known yet */
    const char *dunned_on, *dunned_way;                          /* last; NULL: never */
};
/* Those due first first. Texts live during the call. */
int arrears_each(struct tx *tx, const struct arrears_filter *filter,
                 int (*each)(void *arg, const struct arrears_row *row), void *arg);

struct arrears_sum {
    int64_t lines, deals, fen;
};
/* Of all that the filter finds, page or not; ret_all counts a deal of two bands once. */
int arrears_totals(struct tx *tx, const struct arrears_filter *filter,
                   struct arrears_sum ret_bands[ARREARS_BANDS], struct arrears_sum *ret_all);

#endif

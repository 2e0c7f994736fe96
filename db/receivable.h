/* receivable.h - what a deal owes, line by line, and what came in (FC 27.3, SF-11, SF-20).
 *
 * The lines of the schedule are copies of the terms'. A line gets its day when what it waits for
 * happens. What came in belongs to the deal and not to a line: what came in for a purse (fund.h) is
 * allocated to its lines, first what a payment was said to be for, then to those that are due first
 * (FI-39), so that a next document or a new schedule carries the money over by reference and
 * nothing is moved. A late fee never pays an instalment.
 *
 * Thread: changes on the writer's; reads on any with a reader; the allocation is pure.
 */
#ifndef ANCHANG_DB_RECEIVABLE_H
#define ANCHANG_DB_RECEIVABLE_H

#include "db/deal_event.h"
#include "db/fund.h"
#include "db/tx.h"

enum {
    RECEIVABLE_MAX = 200, /* living lines of a deal */
    MAKE_UP_ORDINAL =
        100, /* the line of a smaller loan's difference stands so far behind its own */
};

/* ---- the schedule, for the modules of db/ ---- */

/* The lines of @terms_id as the deal's; none when the terms have no plan. Days that are fixed are
 * known at once. In the place of a schedule that ended at this moment, a line of the same place,
 * fund and sum is waived or postponed as it was there. */
int receivable_make(struct tx *tx, int64_t deal_id, int64_t terms_id);
/* Lines get the day of what they wait for, which has happened (@events are the deal's), and lose it
 * when it has not after all (T28). What has its day keeps it. */
int receivable_follow(struct tx *tx, int64_t deal_id, const struct deal_event events[DEAL_EVENTS]);
/* Ends the living lines of the schedule, or with @all each line of the deal. */
int receivable_end(struct tx *tx, int64_t deal_id, bool all);
/* The schedule of @terms_id as it last was, in the place of the one there is (T28). */
int receivable_restore(struct tx *tx, int64_t deal_id, int64_t terms_id);

/* ---- by changes (deal_change.h) and what is settled later, for the modules of db/ ---- */

/* The line is due on @due_date, by @change_id. */
int receivable_postpone(struct tx *tx, int64_t id, const char *due_date, int64_t change_id);
int receivable_waive(struct tx *tx, int64_t id);
/* It is not owed after all. */
int receivable_drop(struct tx *tx, int64_t id);
/* A line that is not of the schedule. */
struct receivable_new {
    int64_t deal_id, change_id; /* change 0: of none */
    const char *fund;
    int64_t amount_fen; /* below 0: to be paid back */
    const char *due_date;
};
int receivable_add(struct tx *tx, const struct receivable_new *line, int64_t *ret_id);
/* receivable_make() of terms with a smaller loan: what the buyer has to bring more than by
 * @was_terms_id is due on @due_date, in lines of its own (FC 27.3). */
int receivable_make_up(struct tx *tx, int64_t deal_id, int64_t terms_id, int64_t was_terms_id,
                       const char *due_date, int64_t change_id);

/* ---- what came in ---- */

int receivable_received(struct tx *tx, int64_t deal_id, int64_t *ret_fen);
/* Of it, what counts for @fund. */
int receivable_received_for(struct tx *tx, int64_t deal_id, enum fund fund, int64_t *ret_fen);
/* Whether what is due for one counts for the other: they are of one purse. */
bool receivable_together(enum fund one, enum fund other);
/* How much more can be taken for @fund: what is due for it at any time, less what was received; the
 * whole price where there is no schedule yet. */
int receivable_room(struct tx *tx, int64_t deal_id, enum fund fund, int64_t *ret_fen);

/* ---- reading ---- */

/* SQL: what was paid for the line @l of receivable by name and not taken back (FI-39). */
#define RECEIVABLE_EARMARKED(l)                                                                    \
    "COALESCE((SELECT SUM(k.amount_fen) FROM earmark k JOIN voucher v ON v.id = k.voucher_id "     \
    "WHERE k.terms_id = " l ".terms_id AND k.ordinal = " l ".ordinal AND NOT EXISTS "              \
    "(SELECT 1 FROM voucher y WHERE y.reverses_id = v.id)), 0)"

struct receivable_row {
    int64_t id, ordinal, terms_id; /* terms 0: not of the schedule */
    const char *fund;
    int64_t amount_fen, received_fen;
    int64_t earmarked_fen; /* of payments that were said to be for it */
    bool loan, waived;
    const char *due; /* as of terms_line */
    int64_t due_days;
    const char *due_node; /* as people call it; "" none */
    const char *due_date; /* NULL: not known yet */
    const char *state;    /* "waived", "paid", "overdue", "part", "due", "open" */
};

/* Distributes what came in for each fund over @rows, which are in the order of allocation: the
 * money of a purse over the lines of that purse, first to each what is earmarked for it, then up to
 * its amount, to a line below 0 or waived nothing; what is over stays with nobody and is returned.
 * Then says the state of each as of @today. due_remind.c and deal_read.c have it as SQL.
 */
int64_t receivable_allocate(struct receivable_row *rows, size_t n,
                            const int64_t received_fen[FUND_COUNT], const char *today);

/* The living lines with what they got, in the order of allocation: those with a day by it, then the
 * others. Texts live during the call. The caller has read the deal. */
int receivable_each(struct tx *tx, int64_t deal_id, const char *today,
                    int (*each)(void *arg, const struct receivable_row *row), void *arg);
/* The lines there were at @at_ms, as they were known then (ST-22). */
int receivable_each_at(struct tx *tx, int64_t deal_id, int64_t at_ms, const char *today,
                       int (*each)(void *arg, const struct receivable_row *row), void *arg);
/* What is due until @today and neither received nor waived. */
int receivable_owed(struct tx *tx, int64_t deal_id, const char *today, int64_t *ret_fen);

#endif

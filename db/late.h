/* late.h - what is owed for paying a deal's lines late (FI-25; FC 27.5; late_fee.h has the rule).
 *
 * By what the contract says, which is recorded for it: at first what its project says of new ones,
 * then what is set for it; none said, none owed. It is computed anew as
 * of a day, from the lines there are and what came in on which day, allocated as ever; a receipt
 * that was taken back never came in. Of the buyer's own lines alone: no loan's, no agency fee's, no
 * fee's own. It becomes a due line, with its computation frozen, when it is taken; and some or all
 * of it is waived under approval.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), negative errno. Thread: changes on the
 * writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_LATE_H
#define ANCHANG_DB_LATE_H

#include "db/approval.h"

enum { LATE_REASON_MAX = 400 /* characters */, LATE_DAYS_MAX = 3650 };

struct late_term {
    int64_t id;                      /* 0: the contract says nothing */
    int64_t rate, days, beyond_rate; /* of late_fee.h; when it is later than @days, @beyond_rate */
    int64_t at_ms;
    char user[128];
};
/* Of a deal with a contract: LATE_NO_CONTRACT; LATE_RATE when the one beyond is lower. */
int late_term_set(struct tx *tx, int64_t deal_id, int64_t rate, int64_t days, int64_t beyond_rate);
/* For deal_process.c: a new contract says what its project does, if that says anything and the
 * contract nothing yet. */
int late_term_begin(struct tx *tx, int64_t deal_id);
int late_term_read(struct tx *tx, int64_t deal_id, struct late_term *ret_term);

struct late_row {
    int64_t receivable_id, ordinal, amount_fen, received_fen;
    const char *fund, *due_date;
    int64_t days, rate; /* it was late, or is; the rate of all of them */
    int64_t computed_fen, charged_fen, waived_fen;
    int64_t asked_fen; /* of a waiver that is asked for */
    int64_t owed_fen;  /* computed, less what was charged and waived; never below 0 */
};
/* Those of the deal that are or were late, as of @day, in the order of allocation. The caller has
 * read the deal. */
int late_each(struct tx *tx, int64_t deal_id, const char *day,
              int (*each)(void *arg, const struct late_row *row), void *arg);
/* All of it that is not charged. */
int late_owed(struct tx *tx, int64_t deal_id, const char *day, int64_t *ret_fen);

/* For receipt_check.c: makes due lines of what is owed today, oldest first, until @fen of them are
 * made or nothing more is owed. */
int late_charge(struct tx *tx, int64_t deal_id, int64_t fen);

struct late_waiver_ask {
    int64_t receivable_id, amount_fen; /* above 0 */
    const char *reason;
    const struct approval_values *values;
    int64_t resubmits_id;
};
/* LATE_BEYOND when less is owed, APPROVAL_RUNNING, REASON_NEEDED, DEAL_CLOSED, and those of
 * approval_request(). */
int late_waiver_request(struct tx *tx, int64_t deal_id, const struct late_waiver_ask *ask,
                        int64_t *ret_id);
/* The approval's end (approval.def): LATE_BEYOND when it is not owed any more,
 * APPROVAL_CONTENT_CHANGED. */
approval_end_function late_waiver_end;

struct late_waiver_row {
    int64_t id, project_id, deal_id, receivable_id, ordinal, amount_fen, approval_id, user_id;
    int64_t asked_ms, ended_ms; /* ended 0: not yet */
    const char *unit, *fund, *due_date, *reason, *state, *user;
};
/* Of a deal that is seen, newest first. */
int late_waiver_each(struct tx *tx, int64_t deal_id,
                     int (*each)(void *arg, const struct late_waiver_row *row), void *arg);
/* One: also for who may read its request. */
int late_waiver_get(struct tx *tx, int64_t id,
                    int (*each)(void *arg, const struct late_waiver_row *row), void *arg);

#endif

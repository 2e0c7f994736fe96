/* shift.h - a cashier's shift (FI-36): money is taken in one, and its end says what was there.
 *
 * One is open per person. It is closed blind: who counts is not told what the books say; a
 * difference has its reason. A closed one takes nothing more.
 *
 * Errors besides those named: NOT_FOUND, also for somebody else's; negative errno. Thread: changes
 * on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_SHIFT_H
#define ANCHANG_DB_SHIFT_H

#include "db/tender.h"
#include "db/tx.h"

/* @terminal_id 0: at no terminal; @float_fen: the cash there is. SHIFT_OPEN, CLOCK_BACK;
 * SHIFT_NEEDED for who is no user. */
int shift_open(struct tx *tx, int64_t terminal_id, int64_t float_fen, int64_t *ret_id);

struct shift_counted {
    enum tender tender;
    int64_t fen;
    const char *reason; /* of a difference; NULL: none */
};
/* What is not counted is nothing. @next_user_id 0: the cash goes to nobody; else one of
 * shift_people(). SHIFT_CLOSED; SHIFT_DIFFERENCE, SHIFT_COUNTED_TWICE, with an item for each
 * tender. */
int shift_close(struct tx *tx, int64_t id, const struct shift_counted *counts, size_t n,
                int64_t next_user_id);

/* For the modules of db/: the actor's open one, 0 when there is none. CLOCK_BACK when it was opened
 * later than now. */
int shift_now(struct tx *tx, int64_t *ret_id);
/* The same where there has to be one: SHIFT_NEEDED. */
int shift_need(struct tx *tx, int64_t *ret_id);

struct shift_row {
    int64_t id, user_id, terminal_id, opened_ms, float_fen, closed_ms; /* 0: none */
    int64_t vouchers;
};
/* The actor's own, newest first, @limit of them; @id 0: any. */
int shift_each(struct tx *tx, int64_t id, int limit,
               int (*each)(void *arg, const struct shift_row *row), void *arg);

/* Cash that was handed over to the actor and that he has begun no shift with; 0 when there is none.
 * @ret_from: by whom, unchanged then. */
enum { SHIFT_NAME_TEXT = 60 * 4 + 1 };
int shift_handed(struct tx *tx, int64_t *ret_fen, char ret_from[SHIFT_NAME_TEXT]);

/* The others who may take money, by name: whom the cash can go to. */
int shift_people(struct tx *tx, int (*each)(void *arg, int64_t user_id, const char *name),
                 void *arg);

struct shift_count_row {
    const char *tender, *reason;
    int64_t expected_fen, counted_fen;
};
/* Of a closed one. */
int shift_count_each(struct tx *tx, int64_t shift_id,
                     int (*each)(void *arg, const struct shift_count_row *row), void *arg);

#endif

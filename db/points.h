/* points.h - the points ledger: a member's balance is the sum of its lines (MB-15).
 *
 * A credit may expire. What is taken is taken from the credit that expires first among those that
 * were there by then; what is left of one when its time comes goes with a line of its own that
 * names it. So the sum holds at every moment and each credit can say what is left of it.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_POINTS_H
#define ANCHANG_DB_POINTS_H

#include "db/tx.h"

enum {
    POINTS_MAX = 10000000,  /* of one line */
    POINTS_REASON_MAX = 80, /* characters */
    POINTS_LINES_MAX = 5000 /* of one member */
};

struct points_line {
    int64_t id, points, at_ms;
    int64_t expires_ms;         /* 0: does not */
    int64_t of_id;              /* the credit whose rest expired with it; 0: none did */
    int64_t left;               /* of a credit; 0 of what was taken */
    const char *reason, *actor; /* the person's name now */
};
/* Newest first, those older than line @before_id (0: all), at most @limit. @line lives during the
 * call. The member must be there. */
int points_scan(struct tx *tx, int64_t member_id, int64_t before_id, int limit,
                int (*each)(void *arg, const struct points_line *line), void *arg);

/* Gives (positive) or takes points. @expires_ms: when what is given expires, 0 never. Returns the
 * balance after it in *ret_points. NOT_FOUND, POINTS_SHORT (more than there are), FIELD_RANGE (an
 * expiry that is past, or of what is taken), REASON_NEEDED, LIMIT_REACHED. */
int points_adjust(struct tx *tx, int64_t member_id, int64_t points, const char *reason,
                  int64_t expires_ms, int64_t *ret_points);

/* Ends what has expired, of some members at a time; *ret_next_ms is when the next does, 0: never.
 * Returns how many lines it wrote. */
int points_expire_due(struct tx *tx, int64_t *ret_next_ms);

#endif

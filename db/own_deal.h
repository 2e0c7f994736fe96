/* own_deal.h - what a buyer may see of his own living deals by himself, after card and PIN: his
 * units, how far each has come, what is still to be paid (MB-14, AS-06).
 *
 * Nobody's scope is asked: the caller has made sure that it is he. No other buyer, no paper, no
 * result or note of staff is among it.
 *
 * Thread: any with a reader.
 */
#ifndef ANCHANG_DB_OWN_DEAL_H
#define ANCHANG_DB_OWN_DEAL_H

#include "db/receivable.h"

enum { OWN_DEALS_MAX = 20 };

struct own_deal {
    int64_t id;
    const char *project, *unit; /* building-stair-room */
    char stage;
    int64_t total_fen, received_fen; /* as of deal_row */
};
/* Those the member is a buyer of, newest first, OWN_DEALS_MAX at most. Texts live during the
 * call. */
int own_deal_each(struct tx *tx, int64_t member_id,
                  int (*each)(void *arg, const struct own_deal *deal), void *arg);

struct own_step {
    const char *name;
    const char *due_date; /* NULL: not to be counted yet */
    int64_t done_ms;      /* 0: it is open */
};
/* The nodes of one of them, in order. */
int own_step_each(struct tx *tx, int64_t deal_id,
                  int (*each)(void *arg, const struct own_step *step), void *arg);

/* What has not all come in of one of them, as receivable_each() has it; what goes back to the buyer
 * is left out. */
int own_due_each(struct tx *tx, int64_t deal_id, const char *today,
                 int (*each)(void *arg, const struct receivable_row *row), void *arg);

#endif

/* demo_till.h - where the demonstration's money goes, the books it is receipted in, and the
 * cashier's shift of each day. Thread: the writer's. */
#ifndef ANCHANG_DEMO_TILL_H
#define ANCHANG_DEMO_TILL_H

#include "db/tx.h"

struct life; /* demo_life.h */

/* Banks, the accounts of the project with the permit's, which money goes where, and registered
 * books. */
int demo_accounts_make(struct tx *tx, int64_t project_id, int64_t permit_id);

/* The cashier's, of the demonstration's project: a book for all the days, a shift for each. */
int demo_book_take_out(struct life *life);
int demo_shift_open(struct life *life);
int demo_shift_close(struct life *life);

/* Takes money for a deal, as the cashier. */
int demo_pay(struct life *life, struct tx *tx, int64_t deal_id, const char *fund, int64_t fen);

#endif

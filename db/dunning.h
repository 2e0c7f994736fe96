/* dunning.h - that a debt was asked for, line by line (FI-22): a letter, a call, a short
 * message or e-mail, or sales were told to. Recorded once a day for a line, and never edited. It is
 * a record: what a message or e-mail says goes out by hand, nothing here sends it.
 *
 * What sales are to do is a to-do of the consultant; it ends when he has recorded what he did, or
 * when nothing of the deal is overdue any more.
 *
 * Thread: changes on the writer's; reads on any.
 */
#ifndef ANCHANG_DB_DUNNING_H
#define ANCHANG_DB_DUNNING_H

#include "db/tx.h"

enum { DUNNING_MAX = 200 /* lines at once */ };
extern const char *const dunning_ways[]; /* "letter", "phone", "sms", "email", "sales"; NULL */

/* All of them or none: DUNNING_REFUSED with an item for each line that is not owed (DUNNING_PAID)
 * or was dunned today (DUNNING_TODAY), by its place in @ids from 1; NOT_FOUND for one that is not
 * seen. */
int dunning_record(struct tx *tx, const int64_t *ids, size_t n, const char *way, const char *note);

struct dunning_row {
    int64_t id, receivable_id, owed_fen, at_ms;
    const char *fund, *due_date, *day, *way, *note, *user; /* due_date NULL: none */
};
/* Of a deal that is seen, newest first. */
int dunning_each(struct tx *tx, int64_t deal_id,
                 int (*each)(void *arg, const struct dunning_row *row), void *arg);

/* For the modules of db/: nothing of the deal is overdue any more. */
int dunning_settled(struct tx *tx, int64_t deal_id);

#endif

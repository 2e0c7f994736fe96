/* timeline.h - what happened with a customer, one list in the order of time (CU-07): recorded,
 * calls, visits, intent, qualification, consents, cards, class. Read from the tables and the log;
 * nothing of it can be deleted.
 *
 * Another kind of event is one more SELECT of the union. Thread: any with a reader.
 */
#ifndef ANCHANG_DB_TIMELINE_H
#define ANCHANG_DB_TIMELINE_H

#include "db/tx.h"

enum { TIMELINE_PAGE_MAX = 100 };

struct timeline_row {
    int64_t at_ms;
    const char *kind;   /* "created", "call", "visit", "first_visit", "intent", ... */
    int64_t id;         /* of its kind */
    int64_t project_id; /* 0: none */
    const char *project, *actor, *text, *detail; /* NULL: none */
};
struct timeline_place {
    int64_t at_ms, order, id; /* behind which the next page begins; 0: from the newest */
};
/* Newest first. NOT_FOUND. @io_place is moved behind the last one that was given. Returns how
 * many. */
int timeline_scan(struct tx *tx, int64_t customer_id, struct timeline_place *io_place, int limit,
                  int (*each)(void *arg, const struct timeline_row *row), void *arg);

#endif

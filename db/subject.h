/* subject.h - a person's rights over what is kept of him (CU-35; PIPL 44 to 50): told what there
 * is, kept from further use, erased.
 *
 * active -> restricted -> erased, and back from restricted. Restricted: nothing is added or
 * changed. Erased: his numbers and all that was known of him are gone from the database, his name
 * is another; what happened stays, without a person in it. Refused while something must be kept
 * (customer_keep.h). The log of operations keeps what it wrote; only those with customer.clear read
 * names in it, and of what was written about him it has that there was something.
 *
 * Thread: the writer's.
 */
#ifndef ANCHANG_DB_SUBJECT_H
#define ANCHANG_DB_SUBJECT_H

#include "db/tx.h"

enum { SUBJECT_REASON_MAX = 200, SUBJECT_REQUESTS_MAX = 200 };

/* He asked what is kept: noted, as who answers him needs customer.clear too. NOT_FOUND,
 * LIMIT_REACHED. */
int subject_export(struct tx *tx, int64_t customer_id, const char *reason);
/* NOT_FOUND, SUBJECT_STATE. */
int subject_restrict(struct tx *tx, int64_t customer_id, const char *reason);
int subject_release(struct tx *tx, int64_t customer_id, const char *reason);
/* NOT_FOUND, SUBJECT_STATE (restricted first), CUSTOMER_KEPT. */
int subject_erase(struct tx *tx, int64_t customer_id, const char *reason);

/* What is kept of a person, table by table (subject_part.def); the end has no table. */
struct subject_part {
    const char *table;
    const char *copy, *erase; /* NULL: see there */
};
extern const struct subject_part subject_parts[];

/* One value of the copy that he is given: of row after row of part after part. */
struct subject_value {
    const char *table, *name;
    const char *text; /* NULL: nothing */
    int64_t number;   /* the same as a number: of a name that ends in "_ms", UTC milliseconds */
    bool first;       /* of a row */
};
/* All that is kept but the numbers (customer_clear()), whatever the project: the copy is the
 * person's, not the actor's. NOT_FOUND. */
int subject_copy(struct tx *tx, int64_t customer_id,
                 int (*each)(void *arg, const struct subject_value *value), void *arg);

struct subject_request {
    int64_t id, at_ms;
    const char *kind, *reason, *actor;
};
/* Newest first. NOT_FOUND. */
int subject_request_scan(struct tx *tx, int64_t customer_id,
                         int (*each)(void *arg, const struct subject_request *row), void *arg);

#endif

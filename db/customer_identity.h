/* customer_identity.h - what a customer was found to be: an owner of before, staff, one of a group
 * (PR-09), by a paper, and until when. Of what was verified nothing is edited: it is ended.
 *
 * Errors: NOT_FOUND, IDENTITY_EXISTS, LIMIT_REACHED, negative errno. Thread: changes on the
 * writer's, reads on any.
 */
#ifndef ANCHANG_DB_CUSTOMER_IDENTITY_H
#define ANCHANG_DB_CUSTOMER_IDENTITY_H

#include "db/tx.h"

enum { CUSTOMER_IDENTITY_MAX = 20 }; /* that live, of a customer */

struct customer_identity_row {
    int64_t id, customer_id;
    const char *identity;   /* as discounts name it */
    const char *document;   /* what proved it */
    const char *until_date; /* the last day; NULL: no end */
    const char *verified_by;
    int64_t verified_ms, ended_ms; /* ended 0: it lives */
};
/* @identity without id and what it was verified by. */
int customer_identity_verify(struct tx *tx, const struct customer_identity_row *identity,
                             int64_t *ret_id);
int customer_identity_end(struct tx *tx, int64_t id, const char *reason);
/* Those that live first, newest first. */
int customer_identity_each(struct tx *tx, int64_t customer_id,
                           int (*each)(void *arg, const struct customer_identity_row *row),
                           void *arg);

#endif

/* share.h - a customer shown to, or worked with by, more than its owner (CU-21).
 *
 * Given and taken back by the owner, or with customer.allocate. It ends with the owner's own
 * ownership. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_SHARE_H
#define ANCHANG_DB_SHARE_H

#include "db/tx.h"

enum { SHARE_MAX = 20 }; /* of a customer in a project */

struct share_row {
    int64_t id, project_id, user_id, since_ms;
    const char *user, *mode, *given_by; /* mode: "view", "edit" */
};
/* The living ones of a customer that is the actor's to see, in projects in scope. */
int share_scan(struct tx *tx, int64_t customer_id,
               int (*each)(void *arg, const struct share_row *row), void *arg);

/* Given, or changed to @mode. NOT_FOUND, CUSTOMER_NOT_YOURS, OWNER_UNFIT, OWNER_CHANGED: nobody
 * owns the customer; LIMIT_REACHED. */
int share_give(struct tx *tx, int64_t customer_id, int64_t project_id, int64_t user_id,
               const char *mode);
/* NOT_FOUND, CUSTOMER_NOT_YOURS. */
int share_end(struct tx *tx, int64_t share_id);

#endif

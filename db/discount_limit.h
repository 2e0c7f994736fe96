/* discount_limit.h - how far the holders of a post may go on their own (PR-13): the best of
 * somebody's posts counts, and without any row nothing is given without approval.
 *
 * Errors: NOT_FOUND (a project out of scope, a post that is none), VERSION_CHANGED, negative errno.
 * Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_DISCOUNT_LIMIT_H
#define ANCHANG_DB_DISCOUNT_LIMIT_H

#include "db/tx.h"

struct discount_limit_row {
    int64_t post_id, version; /* version 0: the post has none here */
    const char *post;
    int64_t most_bp; /* off the list price, all in all */
    bool below_floor;
};
/* Every post, in their order, with its limit in the project. */
int discount_limit_each(struct tx *tx, int64_t project_id,
                        int (*each)(void *arg, const struct discount_limit_row *row), void *arg);
/* @row->version as read; OWN_RIGHTS for a post that the actor holds. */
int discount_limit_set(struct tx *tx, int64_t project_id, const struct discount_limit_row *row);

#endif

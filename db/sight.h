/* sight.h - which customers somebody sees, in one place (CU-21, CU-23).
 *
 * With customer.all: every one. Without: his own, those shared with him, and those in the pool, of
 * the projects in his scope; any other is NOT_FOUND. Of those in the pool he sees the masked row
 * alone: to work with one he applies for it or takes it first.
 *
 * Thread: any with a reader.
 */
#ifndef ANCHANG_DB_SIGHT_H
#define ANCHANG_DB_SIGHT_H

#include "db/contact.h"
#include "db/tx.h"

enum { SIGHT_TEXT = ACTOR_PROJECTS_MAX * 21 + 2 };

/* The two parameters of SIGHT(). */
struct sight {
    int64_t user;           /* 0: sees all */
    char scope[SIGHT_TEXT]; /* "*", or ",1,7," */
};
void sight_of(const struct actor *actor, struct sight *ret_sight);

/* SQL: the project in @column is in @scope, a parameter. */
#define SIGHT_PROJECT(column, scope)                                                               \
    "(" scope " = '*' OR " scope " LIKE '%,' || " column " || ',%')"
/* SQL: the customer in @column is seen; @user and @scope are parameters. */
#define SIGHT(column, user, scope) SIGHT_WHERE(column, user, scope, "seen.state = 'pool' OR ")
/* SQL: more of him than the masked row. */
#define SIGHT_OWN(column, user, scope) SIGHT_WHERE(column, user, scope, "")
#define SIGHT_WHERE(column, user, scope, or_pool)                                                  \
    "(" user " = 0 OR EXISTS (SELECT 1 FROM ownership seen WHERE seen.customer_id = " column       \
    " AND " SIGHT_PROJECT(                                                                         \
        "seen.project_id",                                                                         \
        scope) " AND (" or_pool "seen.owner_id = " user                                            \
               " OR EXISTS (SELECT 1 FROM customer_share shared WHERE shared.customer_id = "       \
               "seen.customer_id AND shared.project_id = seen.project_id AND shared.user_id = "    \
               "" user " AND shared.ended_ms IS NULL))))"

/* NOT_FOUND. */
int sight_need(struct tx *tx, int64_t customer_id);
/* More than the masked row: also CUSTOMER_NOT_YOURS, of one that is only in the pool. */
int sight_need_own(struct tx *tx, int64_t customer_id);
/* To change who somebody is: CUSTOMER_NOT_YOURS also of one that is shared to look at (CU-21). */
int sight_need_edit(struct tx *tx, int64_t customer_id);

/* The same in one project, whose ownership must be there: owner, sharer (@edit: who may work with
 * it), customer.all. Projects out of scope are NOT_FOUND for everybody. */
int sight_need_in(struct tx *tx, int64_t customer_id, int64_t project_id, bool edit);

/* The id of a customer as an answer names him: 0 of one who is not seen. That somebody buys or
 * waits is shown, by a masked name, to all who may see deals and numbers; who he is, is not. */
int sight_id(struct tx *tx, int64_t customer_id, int64_t *ret_id);

/* A customer's name as the actor may see it: a person's is masked, in @masked, unless he has
 * customer.clear; a company's is not personal. */
const char *name_shown(const struct tx *tx, const char *name, const char *kind,
                       char masked[CONTACT_NAME_TEXT]);

#endif

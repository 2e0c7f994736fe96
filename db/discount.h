/* discount.h - the discounts that a project shows, with the condition for each (PR-14, FC 26.1
 * P14).
 *
 * Dates are YYYY-MM-DD. Errors: NAME_TAKEN, VERSION_CHANGED, LIMIT_REACHED, NOT_FOUND (also out of
 * scope), negative errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_DISCOUNT_H
#define ANCHANG_DB_DISCOUNT_H

#include "db/tx.h"

enum { DISCOUNT_MAX = 200 }; /* of a project */

struct discount_row {
    int64_t id, version, project_id;
    const char *name, *condition, *effect; /* who gets it, for what, how much */
    const char *from_date, *until_date;    /* NULL: open */
};
/* @discount without id and version. */
int discount_create(struct tx *tx, const struct discount_row *discount, int64_t *ret_id);

struct discount_change {
    int64_t id, version;
    const char *name, *condition, *effect; /* NULL: leave */
    const char *from_date, *until_date;    /* NULL: leave; "": open */
};
int discount_update(struct tx *tx, const struct discount_change *change);
int discount_delete(struct tx *tx, int64_t id);
int discount_project(struct tx *tx, int64_t discount_id, int64_t *ret_project_id);

/* By name; @discount_id 0: all of the project. Texts live during the call. */
int discount_each(struct tx *tx, int64_t project_id, int64_t discount_id,
                  int (*each)(void *arg, const struct discount_row *row), void *arg);

#endif

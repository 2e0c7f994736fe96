/* discount_scheme.h - named bundles of discounts with a period and a quota of their own (PR-07).
 *
 * Errors: NAME_TAKEN, VERSION_CHANGED, LIMIT_REACHED, NOT_FOUND (also out of scope), negative
 * errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_DISCOUNT_SCHEME_H
#define ANCHANG_DB_DISCOUNT_SCHEME_H

#include "db/tx.h"

enum { DISCOUNT_SCHEME_MAX = 100 }; /* of a project */

struct discount_scheme_row {
    int64_t id, version, project_id;
    const char *name;
    const char *from_date, *until_date; /* NULL: open */
    int64_t quota;                      /* sales; 0: no limit */
    bool enabled;
    int64_t uses; /* live deals that have a discount of it; when read */
};
/* @d without id and version. */
int discount_scheme_create(struct tx *tx, const struct discount_scheme_row *d, int64_t *ret_id);

struct discount_scheme_change {
    int64_t id, version;
    const char *name;                   /* NULL: leave */
    const char *from_date, *until_date; /* NULL: leave; "": open */
    const int64_t *quota;               /* NULL: leave */
    int enabled;                        /* -1: leave */
};
int discount_scheme_update(struct tx *tx, const struct discount_scheme_change *change);

/* By name; @scheme_id 0: all of the project. */
int discount_scheme_each(struct tx *tx, int64_t project_id, int64_t scheme_id,
                         int (*each)(void *arg, const struct discount_scheme_row *row), void *arg);
int discount_scheme_project(struct tx *tx, int64_t scheme_id, int64_t *ret_project_id);
/* How many live deals have one of it, but for @deal_id: what its quota counts. */
int discount_scheme_uses(struct db *db, int64_t scheme_id, int64_t deal_id, int64_t *ret_uses);

#endif

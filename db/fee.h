/* fee.h - the fees that a project shows (FC 26.1 P15, P16): agency fees, which are always the
 * buyer's free choice, and property service.
 *
 * Errors: NAME_TAKEN, VERSION_CHANGED, FEE_VOLUNTARY, LIMIT_REACHED, NOT_FOUND (also out of
 * scope), negative errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_FEE_H
#define ANCHANG_DB_FEE_H

#include "db/tx.h"

enum { FEE_MAX = 100 }; /* of a project */

struct fee_row {
    int64_t id, version, project_id;
    const char *kind;            /* agency, property */
    const char *name, *standard; /* what for; how much */
    const char *basis, *payee;   /* by what rule; who gets it */
    bool voluntary;              /* FEE_VOLUNTARY when an agency fee is not */
    unsigned classes;            /* what it is for (unit_class.h); 0: every class */
};
/* @fee without id and version; NULL texts are "". */
int fee_create(struct tx *tx, const struct fee_row *fee, int64_t *ret_id);

struct fee_change {
    int64_t id, version;
    const char *name, *standard, *basis, *payee; /* NULL: leave */
    int voluntary;                               /* -1: leave */
    const unsigned *classes;                     /* NULL: leave */
};
int fee_update(struct tx *tx, const struct fee_change *change);
int fee_delete(struct tx *tx, int64_t id);
int fee_project(struct tx *tx, int64_t fee_id, int64_t *ret_project_id);

/* Agency fees first, by name; @fee_id 0: all of the project. Texts live during the call. */
int fee_each(struct tx *tx, int64_t project_id, int64_t fee_id,
             int (*each)(void *arg, const struct fee_row *row), void *arg);

#endif

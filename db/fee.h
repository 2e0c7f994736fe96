/* fee.h - the fees that a project shows (FC 26.1 P15, P16): agency fees, which are always the
 * buyer's free choice, and property service. An agency fee that is collected here has a formula,
 * which says how much a deal owes of it (FI-09, deal_fee.h).
 *
 * Errors: NAME_TAKEN, VERSION_CHANGED, FEE_VOLUNTARY, FEE_FORMULA, FEE_USED, LIMIT_REACHED,
 * NOT_FOUND (also out of scope), negative errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_FEE_H
#define ANCHANG_DB_FEE_H

#include "db/tx.h"

enum { FEE_MAX = 100 }; /* of a project */

/* How much of it: rate is fen; fen per m2; or millionths of the price. */
enum fee_formula { FEE_NONE, FEE_FLAT, FEE_AREA, FEE_PRICE, FEE_FORMULAS };
extern const char *const fee_formulas[FEE_FORMULAS + 1]; /* "" for none; ends with NULL */
enum fee_formula fee_formula_find(const char *code);
/* Of @base, which is the area in 0.01 m2 or the price in fen, rounded once, half up to the fen.
 * -ERANGE when it comes to nothing or to more than MONEY_MAX_FEN. Pure. */
int fee_sum(enum fee_formula formula, int64_t rate, int64_t base, int64_t *ret_fen);

struct fee_row {
    int64_t id, version, project_id;
    const char *kind;            /* agency, property */
    const char *name, *standard; /* what for; how much */
    const char *basis, *payee;   /* by what rule; who gets it */
    bool voluntary;              /* FEE_VOLUNTARY when an agency fee is not */
    unsigned classes;            /* what it is for (unit_class.h); 0: every class */
    enum fee_formula formula;    /* of an agency fee that is collected here */
    int64_t rate;
};
/* @fee without id and version; NULL texts are "". */
int fee_create(struct tx *tx, const struct fee_row *fee, int64_t *ret_id);

struct fee_change {
    int64_t id, version;
    const char *name, *standard, *basis, *payee; /* NULL: leave */
    int voluntary;                               /* -1: leave */
    const unsigned *classes;                     /* NULL: leave */
    const enum fee_formula *formula;             /* NULL: leave it and its rate */
    int64_t rate;
};
int fee_update(struct tx *tx, const struct fee_change *change);
int fee_delete(struct tx *tx, int64_t id);
int fee_project(struct tx *tx, int64_t fee_id, int64_t *ret_project_id);

/* Agency fees first, by name; @fee_id 0: all of the project. Texts live during the call. */
int fee_each(struct tx *tx, int64_t project_id, int64_t fee_id,
             int (*each)(void *arg, const struct fee_row *row), void *arg);

#endif

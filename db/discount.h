/* discount.h - the discounts of a project: one row is what the public list shows, with the
 * condition for each, and what is computed (PR-07 to PR-10, PR-14; FC 26.1 P14).
 *
 * Of kind "words" a discount is displayed and never computed. Of any other its effect is written by
 * its numbers, so that what is shown is what is done. At a desk only what the live publication has
 * with the same content can be used (terms.h).
 *
 * Dates are YYYY-MM-DD. Errors: NAME_TAKEN, VERSION_CHANGED, LIMIT_REACHED, FIELDS_WRONG (numbers
 * that do not fit the kind), PLAN_UNKNOWN, NOT_FOUND (also out of scope, and a scheme or unit of
 * another project), negative errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_DISCOUNT_H
#define ANCHANG_DB_DISCOUNT_H

#include "db/money.h"
#include "db/tx.h"

enum {
    DISCOUNT_MAX = 200,       /* of a project */
    DISCOUNT_UNITS_MAX = 500, /* rooms of one */
};

/* As in the schema and the API, in that order and ended by NULL. */
extern const char *const discount_kinds[];
extern const char *const discount_methods[];

struct discount_row {
    int64_t id, version, project_id;
    const char *name, *condition, *effect; /* who gets it, for what, how much */
    const char *from_date, *until_date;    /* NULL: open */
    const char *kind;                      /* NULL: "words" */
    const char *method;      /* "percent", "points", "amount", "unit_price"; NULL or "": none */
    int64_t value;           /* by the method; of a manager's discount the most that may be given */
    int64_t ordinal;         /* its place in the order of stacking */
    unsigned classes;        /* what it is for (unit_class.h); 0: every class */
    int64_t plan_id;         /* regular: comes with that plan; 0: none */
    const char *identity;    /* of kind identity: which one */
    const char *level;       /* of kind member: from that level up */
    int64_t quota;           /* sales; 0: no limit */
    const char *only_one_of; /* of those with one word here, one; NULL or "": none */
    int64_t scheme_id;       /* 0: none */
    const int64_t *units;    /* its rooms; when read: by discount_unit_each() */
    size_t n_units;          /* 0: all */
};
/* @given without id and version; effect may be NULL unless it is words. */
int discount_create(struct tx *tx, const struct discount_row *given, int64_t *ret_id);

struct discount_change {
    int64_t id, version;
    const char *name, *condition, *effect; /* NULL: leave */
    const char *from_date, *until_date;    /* NULL: leave; "": open */
    const char *kind, *method;             /* NULL: leave; both and @value together */
    int64_t value;
    const int64_t *ordinal, *plan_id, *quota, *scheme_id; /* NULL: leave */
    const unsigned *classes;                              /* NULL: leave */
    const char *identity, *level, *only_one_of;           /* NULL: leave */
    const int64_t *units;                                 /* NULL: leave; else all of them */
    size_t n_units;
};
int discount_update(struct tx *tx, const struct discount_change *change);
/* One that terms stand on is kept and used no more. */
int discount_delete(struct tx *tx, int64_t id);
int discount_project(struct tx *tx, int64_t discount_id, int64_t *ret_project_id);

/* In the order of stacking; @discount_id 0: all of the project. Texts live during the call. */
int discount_each(struct tx *tx, int64_t project_id, int64_t discount_id,
                  int (*each)(void *arg, const struct discount_row *row), void *arg);
/* The rooms of one, by id; none: all are. Looks at no scope: the caller has read the discount. */
int discount_unit_each(struct db *db, int64_t discount_id, int (*each)(void *arg, int64_t unit_id),
                       void *arg);

/* How many live deals have it, but for @deal_id: what a quota counts (PR-07). */
int discount_uses(struct db *db, int64_t discount_id, int64_t deal_id, int64_t *ret_uses);

enum { DISCOUNT_EFFECT_TEXT = 96 };
/* What @value of its method takes from a unit of @area (0.01 m2 by its basis). Pure. */
struct discount_step discount_step_of(const char *method, int64_t value, int64_t area);
/* What the numbers do, in the words of the trade: "总价 98 折". Pure. */
void discount_effect(const char *kind, const char *method, int64_t value,
                     char out[DISCOUNT_EFFECT_TEXT]);

#endif

/* payment_plan.h - payment plans: in which parts a price is paid, and when each is due (PM-11,
 * FC 27.3). Terms copy what they use, so a plan may be edited at any time.
 *
 * The lines: at most one is the rest, and then the percentages stay below 100 %; with none they are
 * 100 % and nothing but the deposit is a fixed amount. Loans are lines of their own fund, as the
 * plan's kind wants them.
 *
 * Errors: NAME_TAKEN, VERSION_CHANGED, LIMIT_REACHED, FIELDS_WRONG with an item for each line that
 * is wrong, NOT_FOUND (also out of scope), negative errno. Thread: changes on the writer's, reads
 * on any.
 */
#ifndef ANCHANG_DB_PAYMENT_PLAN_H
#define ANCHANG_DB_PAYMENT_PLAN_H

#include "db/schedule.h"
#include "db/tx.h"

enum { PAYMENT_PLAN_MAX = 50, PAYMENT_PLAN_DAYS_MAX = 3650 };

/* As in the schema and the API, in that order and ended by NULL. */
extern const char *const payment_plan_kinds[];
extern const char *const payment_plan_shares[];
extern const char *const payment_plan_dues[];

struct payment_plan_line {
    enum fund fund;
    enum share share;
    int64_t value;   /* 0.0001 of the total; fen; 0 of the rest */
    const char *due; /* "date", "subscribed", "signed", "filed", "node", "bank" */
    int64_t due_days;
    const char *due_date;  /* NULL unless due "date" */
    const char *due_node;  /* a node's code; "" unless due "node" */
    const char *node_name; /* reading: what people call it */
};

struct payment_plan_row {
    int64_t id, version, project_id;
    const char *name, *kind;
    int64_t ordinal;
    bool enabled;
    const struct payment_plan_line *lines;
    size_t n_lines;
};
/* @plan without id and version. */
int payment_plan_create(struct tx *tx, const struct payment_plan_row *plan, int64_t *ret_id);

struct payment_plan_change {
    int64_t id, version;
    const char *name, *kind;               /* NULL: leave */
    int64_t ordinal;                       /* -1: leave */
    int enabled;                           /* -1: leave */
    const struct payment_plan_line *lines; /* NULL: leave; else all of them */
    size_t n_lines;
};
int payment_plan_update(struct tx *tx, const struct payment_plan_change *change);

/* In order; @plan_id 0: all of the project. @row lives during the call. */
int payment_plan_each(struct tx *tx, int64_t project_id, int64_t plan_id,
                      int (*each)(void *arg, const struct payment_plan_row *row), void *arg);
int payment_plan_project(struct tx *tx, int64_t plan_id, int64_t *ret_project_id);

/* What a project lets a schedule be. */
struct payment_plan_bounds {
    int64_t down_bp, loan_unit_fen, fund_cap_fen; /* see schedule.h */
    int64_t unit_fen;
    int64_t commercial_rate_ppm, fund_rate_ppm; /* for estimates */
};
int payment_plan_bounds_read(struct db *db, int64_t project_id,
                             struct payment_plan_bounds *ret_bounds);
/* Sets the bounds and the rules of @ask, whose rules have room for n_rules lines. */
void payment_plan_ask(const struct payment_plan_bounds *bounds,
                      const struct payment_plan_line *lines, struct schedule_rule *rules,
                      struct schedule_ask *ask);

/* 0 when the lines make a plan of @kind; else FIELDS_WRONG. Pure but for the fault. */
int payment_plan_check(struct fault *f, const char *kind, const struct payment_plan_line *lines,
                       size_t n);

#endif

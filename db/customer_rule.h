/* customer_rule.h - the settings of a project for its customers: protection periods and warnings
 * (DP-06, DP-07), the pool (DP-08, DP-09, DP-14), duplicate keys (DP-01), late entries (CU-12).
 *
 * They are listed once, with range and default, in customer_rule.def; a project that changed
 * nothing has no row. A period that was promised stays: a change of it counts from the next
 * follow-up. The days after which a customer falls to the pool count at once.
 *
 * Errors: NOT_FOUND (also out of scope), VERSION_CHANGED, negative errno. Thread: changes on the
 * writer's, reads on any.
 */
#ifndef ANCHANG_DB_CUSTOMER_RULE_H
#define ANCHANG_DB_CUSTOMER_RULE_H

#include "db/tx.h"

enum { RULE_UNIT_TEXT = 16 };
enum duplicate_effect { DUPLICATE_OFF, DUPLICATE_WARN, DUPLICATE_BLOCK }; /* dup_... */

struct customer_rule {
    int64_t project_id, version;
#define INT(n, column, ...)  int64_t column;
#define UNIT(n, column, ...) char column[RULE_UNIT_TEXT];
#include "db/customer_rule.def"
#undef INT
#undef UNIT
};

/* The units, ended by NULL. */
extern const char *const rule_units[];

/* Of any project, whoever acts. */
int customer_rule_read(struct tx *tx, int64_t project_id, struct customer_rule *ret_rule);
/* Of one in scope. */
int customer_rule_get(struct tx *tx, int64_t project_id, struct customer_rule *ret_rule);

/* NULL and -1 leave a setting as it is. Zero-initialise with customer_rule_change_init(). */
struct customer_rule_change {
    int64_t project_id, version;
#define INT(n, column, ...)  int64_t column;
#define UNIT(n, column, ...) const char *column;
#include "db/customer_rule.def"
#undef INT
#undef UNIT
};
void customer_rule_change_init(struct customer_rule_change *change, int64_t project_id,
                               int64_t version);
/* Whoever is given a part of the project cannot: SCOPE_PARTIAL. */
int customer_rule_update(struct tx *tx, const struct customer_rule_change *change);

#endif

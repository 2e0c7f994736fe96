/* customer_rule.c - see customer_rule.h. */
#include "db/customer_rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/ownership.h"

const char *const rule_units[] = {"hours", "days", "working_days", NULL};

#define INT(n, column, min, max, def) ", COALESCE(r." #column ", " #def ")"
#define UNIT(n, column, def)          ", r." #column
static const char rule_by_project[] = "SELECT COALESCE(r.version, 1)"
#include "db/customer_rule.def"
                                      " FROM project p LEFT JOIN customer_rule r "
                                      "ON r.project_id = p.id WHERE p.id = $1";
#undef INT
#undef UNIT

int customer_rule_read(struct tx *tx, int64_t project_id, struct customer_rule *ret_rule)
{
    struct customer_rule rule = {.project_id = project_id};
    struct stmt *s;
    int column = 1;
    int r = db_query(tx->db, &s, rule_by_project, "i", project_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    rule.version = stmt_int(s, 0);
#define INT(n, member, ...) rule.member = stmt_int(s, column++);
#define UNIT(n, member, def)                                                                       \
    snprintf(rule.member, sizeof(rule.member), "%s",                                               \
             stmt_is_null(s, column) ? def : stmt_text(s, column));                                \
    column++;
#include "db/customer_rule.def"
#undef INT
#undef UNIT
    stmt_reset(s);
    *ret_rule = rule;
    return 0;
}

int customer_rule_get(struct tx *tx, int64_t project_id, struct customer_rule *ret_rule)
{
    int r = tx_need_project(tx, project_id);

    return r < 0 ? r : customer_rule_read(tx, project_id, ret_rule);
}

void customer_rule_change_init(struct customer_rule_change *change, int64_t project_id,
                               int64_t version)
{
    *change = (struct customer_rule_change){.project_id = project_id, .version = version};
#define INT(n, column, ...) change->column = -1;
#define UNIT(n, column, ...)
#include "db/customer_rule.def"
#undef INT
#undef UNIT
}

/* The settings as they will be, in the place of @rule; what differs into @trail. */
static void rule_apply(struct customer_rule *rule, const struct customer_rule_change *c,
                       struct trail *trail)
{
#define INT(n, column, ...)                                                                        \
    trail_given_int(trail, #column, rule->column, c->column);                                      \
    if (c->column >= 0)                                                                            \
        rule->column = c->column;
#define UNIT(n, column, ...)                                                                       \
    trail_given_text(trail, #column, rule->column, c->column);                                     \
    if (c->column)                                                                                 \
        snprintf(rule->column, sizeof(rule->column), "%s", c->column);
#include "db/customer_rule.def"
#undef INT
#undef UNIT
}

static const char rule_set[] =
    "INSERT INTO customer_rule (project_id"
#define INT(n, column, ...)  ", " #column
#define UNIT(n, column, ...) ", " #column
#include "db/customer_rule.def"
#undef INT
#undef UNIT
    ") VALUES ($1"
#define INT(n, column, ...)  ", $" #n
#define UNIT(n, column, ...) ", $" #n
#include "db/customer_rule.def"
#undef INT
#undef UNIT
    ") ON CONFLICT (project_id) DO UPDATE SET version = customer_rule.version + 1"
#define INT(n, column, ...)  ", " #column " = $" #n
#define UNIT(n, column, ...) ", " #column " = $" #n
#include "db/customer_rule.def"
#undef INT
#undef UNIT
    ;

static int rule_write(struct tx *tx, const struct customer_rule *rule)
{
    return db_run(tx->db, rule_set, "i"
#define INT(n, column, ...)  "i"
#define UNIT(n, column, ...) "t"
#include "db/customer_rule.def"
#undef INT
#undef UNIT
                  ,
                  rule->project_id
#define INT(n, column, ...)  , rule->column
#define UNIT(n, column, ...) , rule->column
#include "db/customer_rule.def"
#undef INT
#undef UNIT
    );
}

int customer_rule_update(struct tx *tx, const struct customer_rule_change *c)
{
    struct customer_rule rule;
    struct trail trail = {0};
    int r = customer_rule_get(tx, c->project_id, &rule);

    if (r == 0)
        r = tx_need_whole(tx, c->project_id);
    if (r < 0)
        return r;
    if (rule.version != c->version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "客户规则", NULL);
    rule_apply(&rule, c, &trail);
    if (trail_empty(&trail))
        return 0;
    r = rule_write(tx, &rule);
    if (r >= 0 && c->pool_idle_days >= 0)
        r = ownership_reckon(tx, c->project_id, rule.pool_idle_days);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return audit_add(tx, "customer-rule.update", "project", c->project_id, c->project_id, &trail);
}

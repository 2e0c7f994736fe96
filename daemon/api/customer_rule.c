/* customer_rule.c - the settings of a project for its customers, the rules of follow-up, and the
 * working days of the enterprise (DP-01, DP-06 to DP-08, DP-14, CU-12, CU-13). */
#include "db/customer_rule.h"

#include <errno.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/follow.h"
#include "db/workday.h"

/* ---- settings ---- */

static json_t *rule_json(const struct customer_rule *rule)
{
    json_t *o = json_object();

    set_int(o, "project_id", rule->project_id);
    set_int(o, "version", rule->version);
#define INT(n, column, ...)  set_int(o, #column, rule->column);
#define UNIT(n, column, ...) set_text(o, #column, rule->column);
#include "db/customer_rule.def"
#undef INT
#undef UNIT
    return o;
}

static int reply_rule(struct call *call, int64_t project_id)
{
    struct customer_rule rule;
    int r = customer_rule_get(&call->tx, project_id, &rule);

    if (r == 0)
        call->reply.body = rule_json(&rule);
    return r;
}

int api_customer_rule_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_rule(call, id);
}

int api_customer_rule_update(struct call *call)
{
    struct customer_rule_change c;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    customer_rule_change_init(&c, id, 0);
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
#define INT(n, column, min, max, ...) body_int(&b, #column, BODY_OPTIONAL, min, max, &c.column);
#define UNIT(n, column, ...)          body_word(&b, #column, BODY_OPTIONAL, rule_units, &c.column);
#include "db/customer_rule.def"
#undef INT
#undef UNIT
    r = body_end(&b);
    if (r == 0)
        r = customer_rule_update(&call->tx, &c);
    return r < 0 ? r : reply_rule(call, id);
}

/* ---- follow-up ---- */

static int follow_rule_add(void *arg, const struct follow_rule *rule)
{
    json_t *o = json_object();

    set_text(o, "stage", rule->stage);
    set_int(o, "interval_hours", rule->interval_hours);
    set_bool(o, "need_next", rule->need_next);
    set_bool(o, "need_probability", rule->need_probability);
    set_bool(o, "need_expected", rule->need_expected);
    set_int_or_null(o, "questionnaire_set_id", rule->questionnaire_set_id);
    return items_add(arg, o);
}

static int reply_follow_rules(struct call *call, int64_t project_id)
{
    json_t *items = json_array();

    return reply_items(call, items,
                       follow_rule_scan(&call->tx, project_id, follow_rule_add, items));
}

int api_follow_rule_list(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_follow_rules(call, id);
}

static const char *stage_of(const char *text)
{
    for (size_t i = 0; follow_stages[i]; i++)
        if (strcmp(follow_stages[i], text) == 0)
            return follow_stages[i];
    return NULL;
}

int api_follow_rule_set(struct call *call)
{
    struct follow_rule rule = {.stage = stage_of(call->param[1])};
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "interval_hours", BODY_REQUIRED, 1, 8760, &rule.interval_hours);
    body_bool(&b, "need_next", BODY_REQUIRED, &rule.need_next);
    body_bool(&b, "need_probability", BODY_REQUIRED, &rule.need_probability);
    body_bool(&b, "need_expected", BODY_REQUIRED, &rule.need_expected);
    body_int_or_null(&b, "questionnaire_set_id", 1, INT64_MAX, &rule.questionnaire_set_id);
    r = body_end(&b);
    if (r == 0 && !rule.stage)
        r = fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        r = follow_rule_set(&call->tx, id, &rule);
    return r < 0 ? r : reply_follow_rules(call, id);
}

/* ---- working days ---- */

static int day_add(void *arg, const char *day, bool works)
{
    json_t *o = json_object();

    set_text(o, "day", day);
    set_bool(o, "works", works);
    return items_add(arg, o);
}

static int query_day(struct call *call, const char *name, const char *fallback, const char **ret)
{
    const char *day = call_query(call, name);

    *ret = day ? day : fallback;
    if (date_valid(*ret))
        return 0;
    fault_item(call->tx.fault, FAULT_DATE, 0, name, "field", name, NULL);
    return fault_fields_refused(call->tx.fault);
}

int api_workday_list(struct call *call)
{
    json_t *items;
    const char *from, *to;
    int r = query_day(call, "from", "1900-01-01", &from);

    if (r == 0)
        r = query_day(call, "to", "9999-12-31", &to);
    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, workday_scan(call->tx.db, from, to, day_add, items));
}

int api_workday_set(struct call *call)
{
    int works = -1;
    struct body b;
    int r;

    body_begin(&b, call);
    body_tristate(&b, "works", &works); /* null, or absent: as its weekday */
    r = body_end(&b);
    if (r == 0 && !date_valid(call->param[0]))
        r = fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : workday_set(&call->tx, call->param[0], works);
}

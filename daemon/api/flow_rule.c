/* flow_rule.c - approval settings: which flow a request goes (WF-01). */
#include "db/flow_rule.h"

#include "daemon/api/api.h"
#include "daemon/api/approval.h"
#include "daemon/api/record.h"

static void bound_set(json_t *o, const char *name, int64_t value)
{
    json_object_set_new(o, name, value < 0 ? json_null() : json_integer(value));
}

static int rule_add(void *arg, const struct flow_rule *rule)
{
    const struct rows_out *out = arg;
    const char *code = approval_subjects[rule->subject].code;
    json_t *o = json_object();

    set_int(o, "id", rule->id);
    set_int(o, "version", rule->version);
    set_int_or_null(o, "project_id", rule->project_id);
    set_text(o, "subject", code);
    set_text(o, "subject_name", subject_name(out->call, code));
    set_int(o, "ordinal", rule->ordinal);
    bound_set(o, "amount_from_fen", rule->amount_from_fen);
    bound_set(o, "amount_to_fen", rule->amount_to_fen);
    bound_set(o, "discount_from_bp", rule->discount_from_bp);
    bound_set(o, "discount_to_bp", rule->discount_to_bp);
    set_int(o, "flow_id", rule->flow_id);
    set_name(out->call, o, "flow", rule->flow);
    set_bool(o, "enabled", rule->enabled);
    return items_add(out->items, o);
}

int api_flow_rule_list(struct call *call)
{
    struct rows_out out = {call, json_array()};
    int64_t project_id = 0;
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &project_id);

    if (r == 0)
        r = flow_rule_each(&call->tx, project_id, 0, rule_add, &out);
    return reply_items(call, out.items, r);
}

static int reply_rule(struct call *call, int64_t id, int status)
{
    struct rows_out out = {call, json_array()};
    int r = flow_rule_each(&call->tx, 0, id, rule_add, &out);

    return reply_first(call, out.items, r, status, "flow-rules");
}

/* A bound: a number, or null for none. */
static void bound_read(struct body *b, const char *field, int64_t max, int64_t *ret)
{
    *ret = -1;
    body_int(b, field, BODY_OPTIONAL, 0, max, ret);
}

static void rule_read(struct body *b, struct flow_rule *rule)
{
    body_int(b, "ordinal", BODY_OPTIONAL, 0, 100000, &rule->ordinal);
    bound_read(b, "amount_from_fen", INT64_C(100000000000000), &rule->amount_from_fen);
    bound_read(b, "amount_to_fen", INT64_C(100000000000000), &rule->amount_to_fen);
    bound_read(b, "discount_from_bp", 10000, &rule->discount_from_bp);
    bound_read(b, "discount_to_bp", 10001, &rule->discount_to_bp);
    body_int(b, "flow_id", BODY_REQUIRED, 1, INT64_MAX, &rule->flow_id);
    body_bool(b, "enabled", BODY_REQUIRED, &rule->enabled);
}

int api_flow_rule_create(struct call *call)
{
    struct flow_rule rule = {.id = 0};
    int64_t id = 0;
    struct body b;
    int r;

    body_begin(&b, call);
    body_subject(&b, &rule.subject);
    body_int_or_null(&b, "project_id", 1, INT64_MAX, &rule.project_id);
    rule_read(&b, &rule);
    r = body_end(&b);
    if (r == 0)
        r = flow_rule_create(&call->tx, &rule, &id);
    return r < 0 ? r : reply_rule(call, id, 201);
}

int api_flow_rule_update(struct call *call)
{
    struct flow_rule rule = {.id = 0};
    struct body b;
    int r = call_param_id(call, 0, &rule.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &rule.version);
    rule_read(&b, &rule);
    r = body_end(&b);
    if (r == 0)
        r = flow_rule_update(&call->tx, &rule);
    return r < 0 ? r : reply_rule(call, rule.id, 200);
}

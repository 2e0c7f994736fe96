/* payment_plan.c - payment plans, and what one comes to for a total (PM-11, FC 27.3). */
#include "db/payment_plan.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/money.h"
#include "db/process.h"

/* ---- out ---- */

static json_t *line_json(const struct call *call, const struct payment_plan_line *line)
{
    json_t *o = json_object();

    set_text(o, "fund", funds[line->fund].code);
    set_text(o, "share", payment_plan_shares[line->share]);
    set_int(o, "value", line->value);
    set_bool(o, "loan", funds[line->fund].class == FUND_CLASS_LOAN);
    set_text(o, "due", line->due);
    set_int(o, "due_days", line->due_days);
    set_text_or_null(o, "due_date", line->due_date);
    set_text(o, "due_node", line->due_node);
    set_name(call, o, "node_name", line->node_name);
    return o;
}

static int plan_add(void *arg, const struct payment_plan_row *row)
{
    const struct rows_out *out = arg;
    json_t *o = json_object(), *lines = json_array();

    for (size_t i = 0; i < row->n_lines; i++)
        json_array_append_new(lines, line_json(out->call, &row->lines[i]));
    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "name", row->name);
    set_text(o, "kind", row->kind);
    set_int(o, "ordinal", row->ordinal);
    set_bool(o, "enabled", row->enabled);
    json_object_set_new_nocheck(o, "lines", lines);
    return items_add(out->items, o);
}

static int node_add(void *arg, const char *code, const char *name)
{
    const struct rows_out *out = arg;
    json_t *o = json_object();

    set_text(o, "code", code);
    set_name(out->call, o, "name", name);
    return items_add(out->items, o);
}

/* With the nodes that their lines may wait for. */
int api_plan_list(struct call *call)
{
    struct rows_out out = {call, json_array()}, nodes = {call, json_array()};
    int64_t project_id = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = payment_plan_each(&call->tx, project_id, 0, plan_add, &out);
    if (r == 0)
        r = process_waits_each(&call->tx, project_id, "", node_add, &nodes);
    r = reply_items(call, out.items, r);
    if (r < 0)
        json_decref(nodes.items);
    else
        json_object_set_new_nocheck(call->reply.body, "nodes", nodes.items);
    return r;
}

static int reply_plan(struct call *call, int64_t id, int status)
{
    struct rows_out out = {call, json_array()};
    int64_t project_id = 0;
    int r = payment_plan_project(&call->tx, id, &project_id);

    if (r == 0)
        r = payment_plan_each(&call->tx, project_id, id, plan_add, &out);
    return reply_first(call, out.items, r, status, "plans");
}

/* ---- in ---- */

static void fund_read(struct body *b, enum fund *ret_fund)
{
    const char *code = NULL;
    enum fund fund;

    body_text(b, "fund", BODY_REQUIRED, 1, 40, &code);
    fund = fund_find(code);
    if (code && fund == FUND_COUNT)
        fault_item(b->call->tx.fault, FAULT_FIELD_CHOICE, 0, "lines/fund", "field", "fund", NULL);
    else if (code)
        *ret_fund = fund;
}

static void line_read(struct body *b, json_t *object, struct payment_plan_line *line)
{
    struct body inner = {.call = b->call, .object = object, .prefix = "lines"};
    int share = 0;

    line->due = "";
    line->due_node = "";
    fund_read(&inner, &line->fund);
    body_choice(&inner, "share", BODY_REQUIRED, payment_plan_shares, &share);
    body_int(&inner, "value", BODY_OPTIONAL, 0, MONEY_MAX_FEN, &line->value);
    body_word(&inner, "due", BODY_REQUIRED, payment_plan_dues, &line->due);
    body_int(&inner, "due_days", BODY_OPTIONAL, 0, PAYMENT_PLAN_DAYS_MAX, &line->due_days);
    body_date(&inner, "due_date", BODY_OPTIONAL, &line->due_date);
    body_text(&inner, "due_node", BODY_OPTIONAL, 0, 60, &line->due_node);
    (void)body_end(&inner); /* the outer one tells */
    line->share = (enum share)share;
    if (line->due_date && !line->due_date[0])
        line->due_date = NULL;
}

/* @lines has room for SCHEDULE_RULES_MAX. False: none are given. */
static bool lines_read(struct body *b, enum body_need need, struct payment_plan_line *lines,
                       size_t *ret_n)
{
    json_t *array = NULL;

    body_array(b, "lines", need, SCHEDULE_RULES_MAX, &array);
    if (!array)
        return false;
    if (json_array_size(array) == 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "lines", "field", "lines", NULL);
    for (size_t i = 0; i < json_array_size(array); i++)
        line_read(b, json_array_get(array, i), &lines[i]);
    *ret_n = json_array_size(array);
    return true;
}

int api_plan_create(struct call *call)
{
    struct payment_plan_line lines[SCHEDULE_RULES_MAX] = {{.due_days = 0}};
    struct payment_plan_row plan = {.enabled = true, .lines = lines};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &plan.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "name", BODY_REQUIRED, 1, 60, &plan.name);
    body_word(&b, "kind", BODY_REQUIRED, payment_plan_kinds, &plan.kind);
    body_int(&b, "ordinal", BODY_OPTIONAL, 0, 10000, &plan.ordinal);
    body_bool(&b, "enabled", BODY_OPTIONAL, &plan.enabled);
    lines_read(&b, BODY_REQUIRED, lines, &plan.n_lines);
    r = body_end(&b);
    if (r == 0)
        r = payment_plan_create(&call->tx, &plan, &id);
    return r < 0 ? r : reply_plan(call, id, 201);
}

int api_plan_update(struct call *call)
{
    struct payment_plan_line lines[SCHEDULE_RULES_MAX] = {{.due_days = 0}};
    struct payment_plan_change c = {.ordinal = -1};
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, 60, &c.name);
    body_word(&b, "kind", BODY_OPTIONAL, payment_plan_kinds, &c.kind);
    body_int(&b, "ordinal", BODY_OPTIONAL, 0, 10000, &c.ordinal);
    body_tristate(&b, "enabled", &c.enabled);
    c.lines = lines_read(&b, BODY_OPTIONAL, lines, &c.n_lines) ? lines : NULL;
    r = body_end(&b);
    if (r == 0)
        r = payment_plan_update(&call->tx, &c);
    return r < 0 ? r : reply_plan(call, c.id, 200);
}

/* ---- what it comes to ---- */

static int schedule_reply(struct call *call, enum schedule_error error, const struct schedule *s)
{
    static const char *const errors[] = {"", "misfit", "deposit", "loan", "unit"};
    json_t *o = json_object(), *lines = json_array();

    for (size_t i = 0; error == SCHEDULE_OK && i < s->n_lines; i++) {
        json_t *line = json_object();

        set_text(line, "fund", funds[s->lines[i].fund].code);
        set_int(line, "amount_fen", s->lines[i].amount_fen);
        set_int_or_null(line, "line",
                        s->lines[i].rule < SCHEDULE_RULES_MAX ? (int64_t)s->lines[i].rule + 1 : 0);
        json_array_append_new(lines, line);
    }
    set_text(o, "error", errors[error]);
    set_int(o, "loan_fen", s->loan_fen + s->fund_loan_fen);
    json_object_set_new_nocheck(o, "lines", lines);
    call->reply.body = o;
    return o ? 0 : -ENOMEM;
}

int api_plan_example(struct call *call)
{
    struct payment_plan_line lines[SCHEDULE_RULES_MAX] = {{.due_days = 0}};
    struct schedule_rule rules[SCHEDULE_RULES_MAX];
    struct payment_plan_bounds bounds;
    struct schedule_ask ask = {.deposit_fen = -1, .loan_fen = -1, .fund_loan_fen = -1};
    int64_t project_id;
    struct schedule schedule;
    const char *kind = "";
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, payment_plan_kinds, &kind);
    body_int(&b, "total_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &ask.total_fen);
    lines_read(&b, BODY_REQUIRED, lines, &ask.n_rules);
    r = body_end(&b);
    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r == 0)
        r = payment_plan_bounds_read(call->tx.db, project_id, &bounds);
    if (r == 0)
        r = payment_plan_check(call->tx.fault, kind, lines, ask.n_rules);
    if (r < 0)
        return r;
    payment_plan_ask(&bounds, lines, rules, &ask);
    return schedule_reply(call, schedule_make(&ask, &schedule), &schedule);
}

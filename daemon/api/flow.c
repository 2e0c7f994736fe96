/* flow.c - approval settings: flows and their versions (WF-03). */
#include "db/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/approval.h"
#include "daemon/api/record.h"
#include "db/post.h"
#include "db/user.h"

/* ---- flows ---- */

static void flow_set(const struct call *call, json_t *o, const struct flow_row *row)
{
    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int_or_null(o, "project_id", row->project_id);
    set_name(call, o, "name", row->name);
    set_bool(o, "enabled", row->enabled);
    set_int_or_null(o, "active_id", row->active_id);
    set_int_or_null(o, "active_number", row->active_number);
    set_int_or_null(o, "draft_id", row->draft_id);
    set_int(o, "running", row->running);
}

static int flow_add(void *arg, const struct flow_row *row)
{
    const struct rows_out *out = arg;
    json_t *o = json_object();

    flow_set(out->call, o, row);
    return items_add(out->items, o);
}

int api_flow_list(struct call *call)
{
    struct rows_out out = {call, json_array()};
    int64_t project_id = 0;
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &project_id);

    if (r == 0)
        r = flow_each(&call->tx, project_id, 0, flow_add, &out);
    return reply_items(call, out.items, r);
}

static int node_add(void *arg, const struct flow_node *node)
{
    const struct rows_out *out = arg;
    json_t *o = json_object(), *approvers = json_array();

    set_int(o, "step", node->step);
    set_name(out->call, o, "name", node->name);
    set_bool(o, "all", node->all);
    set_int_or_null(o, "amount_from_fen", node->amount_from_fen);
    set_int_or_null(o, "discount_from_bp", node->discount_from_bp);
    for (size_t i = 0; i < node->n_approvers; i++) {
        const struct flow_approver *a = &node->approvers[i];
        json_t *one = json_object();

        set_int_or_null(one, "post_id", a->post_id);
        set_int_or_null(one, "user_id", a->user_id);
        set_text(one, "name", a->post_id ? post_name_in(a->name, out->call->lang) : a->name);
        json_array_append_new(approvers, one);
    }
    json_object_set_new(o, "approvers", approvers);
    return items_add(out->items, o);
}

static int version_add(void *arg, const struct flow_version_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "number", row->number);
    set_text(o, "state", row->state);
    set_text(o, "actor", row->actor);
    set_int(o, "at_ms", row->at_ms);
    set_int(o, "requests", row->requests);
    return items_add(arg, o);
}

/* The nodes of each version, after the versions were read. */
static int versions_fill(struct call *call, json_t *versions)
{
    json_t *version;
    size_t i;

    json_array_foreach(versions, i, version)
    {
        struct rows_out out = {call, json_array()};
        int r = flow_node_each(&call->tx, json_integer_value(json_object_get(version, "id")),
                               node_add, &out);

        json_object_set_new(version, "nodes", out.items);
        if (r < 0)
            return r;
    }
    return 0;
}

static int reply_flow(struct call *call, int64_t id, int status)
{
    struct rows_out out = {call, json_array()};
    json_t *versions = json_array();
    int r = flow_each(&call->tx, 0, id, flow_add, &out);

    if (r == 0)
        r = flow_version_each(&call->tx, id, version_add, versions);
    if (r == 0)
        r = versions_fill(call, versions);
    json_object_set_new(json_array_get(out.items, 0), "versions", json_incref(versions));
    json_decref(versions);
    return reply_first(call, out.items, r, status, "flows");
}

int api_flow_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_flow(call, id, 200);
}

int api_flow_create(struct call *call)
{
    int64_t project_id = 0, id = 0;
    const char *name = NULL;
    struct body b;
    int r;

    body_begin(&b, call);
    body_name(&b, "name", BODY_REQUIRED, 60, &name);
    body_int_or_null(&b, "project_id", 1, INT64_MAX, &project_id);
    r = body_end(&b);
    if (r == 0)
        r = flow_create(&call->tx, project_id, name, &id);
    return r < 0 ? r : reply_flow(call, id, 201);
}

int api_flow_update(struct call *call)
{
    struct flow_change c = {.enabled = -1};
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_name(&b, "name", BODY_OPTIONAL, 60, &c.name);
    body_tristate(&b, "enabled", &c.enabled);
    r = body_end(&b);
    if (r == 0)
        r = flow_update(&call->tx, &c);
    return r < 0 ? r : reply_flow(call, c.id, 200);
}

/* An element of an array, as a body of its own; NULL-object and an item when it is none. */
static struct body element(struct body *b, const char *prefix, json_t *one)
{
    struct body inner = {.call = b->call, .object = one, .prefix = prefix};

    if (!json_is_object(one)) {
        fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, prefix, "field", prefix, "expected",
                   "object", NULL);
        inner.object = NULL;
    }
    return inner;
}

static void approvers_read(struct body *b, struct flow_node *node)
{
    json_t *approvers = NULL, *one;
    size_t i;

    body_array(b, "approvers", BODY_REQUIRED, FLOW_NODE_APPROVERS_MAX, &approvers);
    json_array_foreach(approvers, i, one)
    {
        struct body inner = element(b, "approvers", one);
        struct flow_approver *a = &node->approvers[i];

        if (!inner.object)
            return;
        body_int_or_null(&inner, "post_id", 1, INT64_MAX, &a->post_id);
        body_int_or_null(&inner, "user_id", 1, INT64_MAX, &a->user_id);
        (void)body_end(&inner);
        node->n_approvers = i + 1;
    }
}

static void nodes_read(struct body *b, struct flow_node *nodes, size_t *ret_n)
{
    json_t *array = NULL, *one;
    size_t i;

    body_array(b, "nodes", BODY_REQUIRED, FLOW_NODES_MAX, &array);
    json_array_foreach(array, i, one)
    {
        struct body inner = element(b, "nodes", one);

        if (!inner.object)
            return;
        body_int(&inner, "step", BODY_REQUIRED, 1, FLOW_STEPS_MAX, &nodes[i].step);
        body_name(&inner, "name", BODY_REQUIRED, 60, &nodes[i].name);
        body_bool(&inner, "all", BODY_REQUIRED, &nodes[i].all);
        body_int_or_null(&inner, "amount_from_fen", 1, INT64_C(1000000000000),
                         &nodes[i].amount_from_fen);
        body_int_or_null(&inner, "discount_from_bp", 1, 10000, &nodes[i].discount_from_bp);
        approvers_read(&inner, &nodes[i]);
        (void)body_end(&inner);
        *ret_n = i + 1;
    }
}

int api_flow_draft_set(struct call *call)
{
    struct flow_node nodes[FLOW_NODES_MAX] = {{0}};
    int64_t id = 0, version = 0;
    struct body b;
    size_t n = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    nodes_read(&b, nodes, &n);
    r = body_end(&b);
    if (r == 0)
        r = flow_draft_set(&call->tx, id, version, nodes, n);
    return r < 0 ? r : reply_flow(call, id, 200);
}

static int with_version(struct call *call, int64_t *ret_id,
                        int (*act)(struct tx *tx, int64_t id, int64_t version))
{
    int64_t version = 0;
    struct body b;
    int r = call_param_id(call, 0, ret_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    r = body_end(&b);
    return r < 0 ? r : act(&call->tx, *ret_id, version);
}

int api_flow_draft_drop(struct call *call)
{
    int64_t id = 0;
    int r = with_version(call, &id, flow_draft_drop);

    return r < 0 ? r : reply_flow(call, id, 200);
}

int api_flow_activate(struct call *call)
{
    int64_t id = 0;
    int r = with_version(call, &id, flow_activate);

    return r < 0 ? r : reply_flow(call, id, 200);
}

/* ---- what may be chosen ---- */

static int post_add(void *arg, const struct post_row *row)
{
    const struct rows_out *out = arg;
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "name", post_name_in(row->name, out->call->lang));
    set_int(o, "users", row->users);
    return items_add(out->items, o);
}

static int user_add(void *arg, const struct user_row *row)
{
    json_t *o;

    if (!row->enabled)
        return 0;
    o = json_object();
    set_int(o, "id", row->id);
    set_text(o, "name", row->name);
    return items_add(arg, o);
}

/* Names alone: who edits flows need not be who edits users. */
int api_flow_options(struct call *call)
{
    json_t *posts = json_array(), *users = json_array(), *subjects = json_array();
    struct rows_out out = {call, posts};
    int r = post_scan(&call->tx, 0, post_add, &out);

    if (r == 0)
        r = user_scan(&call->tx, 0, user_add, users);
    for (int i = 0; i < SUBJECT_COUNT; i++) {
        json_t *o = json_object();

        set_text(o, "code", approval_subjects[i].code);
        set_text(o, "name", subject_name(call, approval_subjects[i].code));
        json_array_append_new(subjects, o);
    }
    call->reply.body =
        json_pack("{s:o, s:o, s:o}", "posts", posts, "users", users, "subjects", subjects);
    return r < 0 ? r : call->reply.body ? 0 : -ENOMEM;
}

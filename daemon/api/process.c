/* process.c - templates of what is to be done for a deal (SF-12, AS-01). */
#include "db/process.h"

#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"

enum { PLAN_KINDS_MAX = 10, PLAN_KINDS_TEXT = PLAN_KINDS_MAX * 42 };

static const char *const begins[] = {"subscribed", "signed", NULL};

/* ---- out ---- */

static int node_add(void *arg, const struct process_node *node)
{
    const struct rows_out *out = arg;
    json_t *o = json_object();

    set_text(o, "code", node->code);
    set_name(out->call, o, "name", node->name);
    set_text(o, "kind", node->kind);
    set_text(o, "right", node->right);
    set_int(o, "days", node->days);
    set_bool(o, "counts_previous", node->counts_previous);
    set_bool(o, "strict", node->strict);
    return items_add(out->items, o);
}

static int process_add(void *arg, const struct process_row *row)
{
    json_t *o = json_object(), *nodes = json_array();
    struct rows_out *a = arg, nodes_out = {a->call, nodes};
    int r = process_node_each(&a->call->tx, row->id, node_add, &nodes_out);

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "ordinal", row->ordinal);
    set_name(a->call, o, "name", row->name);
    set_text(o, "begins", row->begins);
    set_codes(o, "plan_kinds", row->plan_kinds);
    set_classes(o, "classes", row->classes);
    set_bool(o, "enabled", row->enabled);
    json_object_set_new_nocheck(o, "nodes", nodes);
    if (r < 0)
        json_decref(o);
    return r < 0 ? r : items_add(a->items, o);
}

int api_process_list(struct call *call)
{
    struct rows_out adding = {call, json_array()};
    int64_t project_id = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = process_each(&call->tx, project_id, 0, process_add, &adding);
    return reply_items(call, adding.items, r);
}

static int reply_process(struct call *call, int64_t id, int status)
{
    struct rows_out adding = {call, json_array()};
    int64_t project_id = 0;
    int r = process_project(&call->tx, id, &project_id);

    if (r == 0)
        r = process_each(&call->tx, project_id, id, process_add, &adding);
    return reply_first(call, adding.items, r, status, "processes");
}

/* What a node may be ended by, and who may be asked to. */
int api_process_options(struct call *call)
{
    json_t *o = json_object(), *kinds = json_array(), *list = json_array();

    for (size_t i = 0; i < NODE_KIND_COUNT; i++) {
        json_t *kind = json_object();

        set_text(kind, "code", node_kinds[i].code);
        set_text(kind, "name", call->lang == LANG_EN ? node_kinds[i].en : node_kinds[i].zh);
        set_bool(kind, "by_hand", node_kinds[i].by_hand);
        json_array_append_new(kinds, kind);
    }
    for (int i = RIGHT_SELF + 1; i < RIGHT_COUNT; i++) {
        json_t *right = json_object();

        if (i == RIGHT_CHART_PUBLIC || i == RIGHT_TERMINAL_SELF) {
            json_decref(right);
            continue;
        }
        set_text(right, "code", rights[i].code);
        set_text(right, "name", call->lang == LANG_EN ? rights[i].en : rights[i].zh);
        json_array_append_new(list, right);
    }
    json_object_set_new_nocheck(o, "kinds", kinds);
    json_object_set_new_nocheck(o, "rights", list);
    call->reply.body = o;
    return o ? 0 : -ENOMEM;
}

/* ---- in ---- */

static void node_read(struct body *b, json_t *object, struct process_node *node)
{
    struct body inner = {.call = b->call, .object = object, .prefix = "nodes"};

    node->code = node->name = node->kind = node->right = "";
    body_text(&inner, "code", BODY_REQUIRED, 1, 40, &node->code);
    body_name(&inner, "name", BODY_REQUIRED, 40, &node->name);
    body_text(&inner, "kind", BODY_REQUIRED, 1, 40, &node->kind);
    body_text(&inner, "right", BODY_REQUIRED, 1, 40, &node->right);
    body_int(&inner, "days", BODY_REQUIRED, 0, 3650, &node->days);
    body_bool(&inner, "counts_previous", BODY_OPTIONAL, &node->counts_previous);
    body_bool(&inner, "strict", BODY_OPTIONAL, &node->strict);
    (void)body_end(&inner); /* the outer one tells */
}

struct process_in {
    struct process_row row;
    struct process_node nodes[PROCESS_NODES_MAX];
    char plan_kinds[PLAN_KINDS_TEXT];
};

/* All of it each time: a template is edited as a whole. */
static int process_read(struct body *b, struct process_in *in)
{
    const unsigned *classes = NULL;
    json_t *nodes = NULL;

    in->row.enabled = true;
    body_name(b, "name", BODY_REQUIRED, 60, &in->row.name);
    body_word(b, "begins", BODY_REQUIRED, begins, &in->row.begins);
    body_codes(b, "plan_kinds", BODY_OPTIONAL, PLAN_KINDS_MAX, in->plan_kinds,
               sizeof(in->plan_kinds));
    body_classes(b, &in->row.classes, &classes);
    body_int(b, "ordinal", BODY_OPTIONAL, 0, 10000, &in->row.ordinal);
    body_bool(b, "enabled", BODY_OPTIONAL, &in->row.enabled);
    body_array(b, "nodes", BODY_REQUIRED, PROCESS_NODES_MAX, &nodes);
    for (size_t i = 0; i < json_array_size(nodes); i++)
        node_read(b, json_array_get(nodes, i), &in->nodes[i]);
    in->row.plan_kinds = in->plan_kinds;
    in->row.nodes = in->nodes;
    in->row.n_nodes = json_array_size(nodes);
    return body_end(b);
}

int api_process_create(struct call *call)
{
    struct process_in in = {.plan_kinds = ""};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &in.row.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    r = process_read(&b, &in);
    if (r == 0)
        r = process_create(&call->tx, &in.row, &id);
    return r < 0 ? r : reply_process(call, id, 201);
}

int api_process_update(struct call *call)
{
    struct process_in in = {.plan_kinds = ""};
    struct body b;
    int r = call_param_id(call, 0, &in.row.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &in.row.version);
    r = process_read(&b, &in);
    if (r == 0)
        r = process_update(&call->tx, &in.row);
    return r < 0 ? r : reply_process(call, in.row.id, 200);
}

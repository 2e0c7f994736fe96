/* approval.c - my approvals, my requests, my to-dos, and one request with its way (WF-04 to WF-08,
 * WF-12). Whose something is, db/ decides: these routes need no right but being a person. */
#include "daemon/api/approval.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "daemon/http/feed.h"
#include "db/default_name.h"
#include "db/form.h"
#include "db/post.h"
#include "db/todo.h"

enum { PAGE_MAX = 200, PAGE_DEFAULT = 50 };

const char *subject_name(const struct call *call, const char *code)
{
    enum approval_subject subject;

    if (!approval_subject_by_code(code, &subject))
        return code;
    return call->lang == LANG_EN ? approval_subjects[subject].en : approval_subjects[subject].zh;
}

static const char *in_lang(const struct call *call, const char *zh, const char *en)
{
    return call->lang == LANG_EN && en && en[0] ? en : zh;
}

/* ---- a request ---- */

static void request_set(const struct call *call, json_t *o, const struct approval_row *row)
{
    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_text(o, "project", in_lang(call, row->project, row->project_en));
    set_text(o, "subject", row->subject);
    set_text(o, "subject_name", subject_name(call, row->subject));
    set_text(o, "object", row->object);
    set_text(o, "title", row->title);
    set_text(o, "reason", row->reason);
    set_text(o, "state", row->state);
    set_int(o, "amount_fen", row->amount_fen);
    set_int(o, "discount_bp", row->discount_bp);
    set_int(o, "step", row->step);
    set_int(o, "requester_id", row->requester_id);
    set_text(o, "requester", row->requester);
    set_name(call, o, "flow", row->flow);
    set_int(o, "flow_number", row->flow_number);
    set_int_or_null(o, "resubmits_id", row->resubmits_id);
    set_int_or_null(o, "resubmitted_id", row->resubmitted_id);
    set_int(o, "made_ms", row->made_ms);
    set_int_or_null(o, "urged_ms", row->urged_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    set_bool(o, "to_mend", row->to_mend);
    set_bool(o, "stuck", row->stuck);
    set_bool(o, "own", row->requester_id == call->tx.actor->id);
}

/* ---- who holds it ---- */

struct holders {
    json_t *names;   /* of all, each once */
    json_t *nodes;   /* of a request's detail: to put each at his task; may be NULL */
    int64_t user_id; /* who asks */
    int64_t mine;    /* the task that he may decide; 0: none */
};

static void name_once(json_t *names, const char *name)
{
    json_t *one;
    size_t i;

    json_array_foreach(names, i, one)
    {
        if (strcmp(json_string_value(one), name) == 0)
            return;
    }
    json_array_append_new(names, json_string(name));
}

static void seat_holder(json_t *nodes, int64_t task_id, const char *name)
{
    json_t *node, *seat;
    size_t i, k;

    json_array_foreach(nodes, i, node)
    {
        json_array_foreach(json_object_get(node, "seats"), k, seat)
        {
            if (json_integer_value(json_object_get(seat, "task_id")) == task_id)
                json_array_append_new(json_object_get(seat, "holders"), json_string(name));
        }
    }
}

static int holder_take(void *arg, int64_t task_id, int64_t user_id, const char *name)
{
    struct holders *h = arg;

    name_once(h->names, name);
    if (h->nodes)
        seat_holder(h->nodes, task_id, name);
    if (user_id == h->user_id && !h->mine)
        h->mine = task_id;
    return 0;
}

/* The name of the first node that is asked now, in a list; in a detail each node says so itself. */
static int node_current(void *arg, const struct approval_node_row *row)
{
    json_t *nodes = arg;

    if (strcmp(row->state, "current") == 0)
        json_array_append_new(nodes, json_string(row->name));
    return 0;
}

/* Where it stands and with whom (WF-06), after the list was read: a walk may not nest in itself. */
static int places_add(struct call *call, json_t *items)
{
    json_t *o;
    size_t i;

    json_array_foreach(items, i, o)
    {
        const int64_t id = json_integer_value(json_object_get(o, "id"));
        struct holders h = {.names = json_array()};
        json_t *nodes = json_array();
        int r = approval_node_each(&call->tx, id, node_current, nodes);

        if (r == 0)
            r = approval_holder_each(&call->tx, id, holder_take, &h);
        json_object_set_new(o, "nodes", nodes);
        json_object_set_new(o, "holders", h.names);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- lists ---- */

static int request_add(void *arg, const struct approval_row *row)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, row->id, 0))
        return 0;
    o = json_object();
    request_set(page->call, o, row);
    return items_add(page->items, o);
}

static int request_list(struct call *call, bool all)
{
    static const char *const states[] = {"running",  "approved",  "rejected",
                                         "returned", "withdrawn", NULL};
    struct approval_filter filter = {.all = all};
    struct page page;
    int64_t stuck = 0;
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &filter.project_id);

    if (r == 0)
        r = call_query_int(call, "stuck", 0, 1, 0, &stuck);
    if (r == 0)
        r = call_query_word(call, "state", states, &filter.state);
    if (r == 0)
        r = page_begin(call, 1, PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    filter.before_id = page.at[0];
    filter.subject = call_query(call, "subject");
    filter.object = call_query(call, "object");
    filter.stuck = stuck != 0;
    filter.limit = page_limit(&page);
    r = approval_list(&call->tx, &filter, request_add, &page);
    if (r == 0)
        r = places_add(call, page.items);
    return page_reply(call, &page, r);
}

int api_my_request_list(struct call *call)
{
    return request_list(call, false);
}

int api_approval_list(struct call *call)
{
    return request_list(call, true);
}

static int task_add(void *arg, const struct approval_task_row *row)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, row->id, 0))
        return 0;
    o = json_object();
    set_int(o, "task_id", row->id);
    set_name(page->call, o, "node", row->node);
    set_int(o, "since_ms", row->since_ms);
    request_set(page->call, o, &row->request);
    return items_add(page->items, o);
}

int api_my_approval_list(struct call *call)
{
    struct page page;
    int r = page_begin(call, 1, PAGE_MAX, PAGE_DEFAULT, &page);

    if (r < 0)
        return r;
    r = approval_task_list(&call->tx, page.at[0], page_limit(&page), task_add, &page);
    return page_reply(call, &page, r);
}

/* ---- to-dos ---- */

static const char *kind_name(const struct call *call, const char *kind)
{
    static const char *const names[][3] = {
#define TODO_KIND(symbol, code, zh, en) {code, zh, en},
#include "db/todo.def"
#undef TODO_KIND
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i][0], kind) == 0)
            return names[i][call->lang == LANG_EN ? 2 : 1];
    return kind;
}

static int todo_add_json(void *arg, const struct todo_row *row)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, row->id, 0))
        return 0;
    o = json_object();
    set_int(o, "id", row->id);
    set_int(o, "project_id", row->project_id);
    set_text(o, "project", in_lang(page->call, row->project, row->project_en));
    set_text(o, "kind", row->kind);
    set_text(o, "kind_name", kind_name(page->call, row->kind));
    set_text(o, "object_kind", row->object_kind);
    set_int(o, "object_id", row->object_id);
    set_text(o, "title", row->title);
    set_int(o, "made_ms", row->made_ms);
    set_int_or_null(o, "due_ms", row->due_ms);
    return items_add(page->items, o);
}

int api_my_todo_list(struct call *call)
{
    struct page page;
    int64_t total = 0;
    int r = page_begin(call, 1, PAGE_MAX, PAGE_DEFAULT, &page);

    if (r < 0)
        return r;
    r = todo_list(&call->tx, page.at[0], page_limit(&page), todo_add_json, &page);
    if (r == 0)
        r = todo_count(&call->tx, &total);
    r = page_reply(call, &page, r);
    if (r == 0)
        set_int(call->reply.body, "total", total);
    return r;
}

/* What an open page hears of on its own: my to-dos and my requests (WF-05). */
int api_my_events(struct call *call)
{
    return call_subscribe(call, feed_channel(FEED_USER, call->tx.actor->id));
}

/* ---- one ---- */

struct one {
    struct call *call;
    json_t *o;
};

static int one_take(void *arg, const struct approval_row *row)
{
    struct one *one = arg;
    char hash[APPROVAL_HASH_SIZE * 2 + 1];

    request_set(one->call, one->o, row);
    sodium_bin2hex(hash, sizeof(hash), row->hash, APPROVAL_HASH_SIZE);
    set_text(one->o, "hash", hash);
    return 0;
}

static int node_add(void *arg, const struct approval_node_row *row)
{
    const struct rows_out *out = arg;
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "step", row->step);
    set_name(out->call, o, "name", row->name);
    set_bool(o, "all", row->all);
    set_text(o, "state", row->state);
    json_object_set_new(o, "seats", json_array());
    return items_add(out->items, o);
}

static int seat_add(void *arg, const struct approval_seat_row *row)
{
    struct one *one = arg;
    json_t *o = json_object(), *node;
    size_t i;

    set_int_or_null(o, "task_id", row->task_id);
    set_bool(o, "post", row->post_id != 0);
    set_text(o, "who", row->post_id ? post_name_in(row->who, one->call->lang) : row->who);
    set_text_or_null(o, "state", row->state);
    set_text_or_null(o, "decided_by", row->decided_by);
    set_text(o, "note", row->note);
    set_int_or_null(o, "made_ms", row->made_ms);
    set_int_or_null(o, "decided_ms", row->decided_ms);
    json_object_set_new(o, "holders", json_array());
    json_array_foreach(json_object_get(one->o, "nodes"), i, node)
    {
        if (json_integer_value(json_object_get(node, "id")) == row->node_id)
            return items_add(json_object_get(node, "seats"), o);
    }
    json_decref(o);
    return 0;
}

static int event_add(void *arg, const struct approval_event_row *row)
{
    const struct rows_out *out = arg;
    json_t *o = json_object();

    set_text(o, "event", row->event);
    set_text_or_null(o, "node", default_name_in(row->node, out->call->lang));
    set_text(o, "actor", row->actor);
    set_text(o, "note", row->note);
    set_int(o, "at_ms", row->at_ms);
    return items_add(out->items, o);
}

static int value_add(void *arg, const struct approval_value_row *row)
{
    json_t *o = json_object();

    set_int(o, "field_id", row->field_id);
    set_text(o, "name", row->name);
    set_text(o, "name_en", row->name_en);
    set_text(o, "type", row->type);
    set_text(o, "value", row->value);
    return items_add(arg, o);
}

/* The parts of a request, each into its array of @o. */
static int one_fill(struct one *one, int64_t id)
{
    struct holders h = {.names = json_array(), .user_id = one->call->tx.actor->id};
    json_t *nodes = json_array(), *events = json_array(), *values = json_array();
    struct rows_out nodes_out = {one->call, nodes}, events_out = {one->call, events};
    struct tx *tx = &one->call->tx;
    int r = approval_node_each(tx, id, node_add, &nodes_out);

    json_object_set_new(one->o, "nodes", nodes);
    json_object_set_new(one->o, "events", events);
    json_object_set_new(one->o, "values", values);
    json_object_set_new(one->o, "holders", h.names);
    h.nodes = nodes;
    if (r == 0)
        r = approval_seat_each(tx, id, seat_add, one);
    if (r == 0)
        r = approval_event_each(tx, id, event_add, &events_out);
    if (r == 0)
        r = approval_value_each(tx, id, value_add, values);
    if (r == 0)
        r = approval_holder_each(tx, id, holder_take, &h);
    set_int_or_null(one->o, "task_id", h.mine);
    return r;
}

static int reply_approval(struct call *call, int64_t id)
{
    struct one one = {call, json_object()};
    int r = approval_get(&call->tx, id, one_take, &one);

    if (r == 0)
        r = one_fill(&one, id);
    if (r < 0) {
        json_decref(one.o);
        return r;
    }
    call->reply.body = one.o;
    return 0;
}

int api_approval_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_approval(call, id);
}

/* ---- what is done to one ---- */

int api_approval_decide(struct call *call)
{
    static const char *const words[] = {"approved", "rejected", "returned", NULL};
    static const enum approval_outcome outcomes[] = {APPROVAL_APPROVED, APPROVAL_REJECTED,
                                                     APPROVAL_RETURNED};
    int64_t task_id = 0, version = 0, id = 0;
    const char *note = NULL;
    int outcome = 0;
    struct body b;
    int r = call_param_id(call, 0, &task_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_choice(&b, "outcome", BODY_REQUIRED, words, &outcome);
    body_text(&b, "note", BODY_OPTIONAL, 0, APPROVAL_NOTE_MAX, &note);
    r = body_end(&b);
    if (r == 0)
        r = approval_decide(&call->tx, task_id, version, outcomes[outcome], note);
    if (r == 0)
        r = approval_of_task(&call->tx, task_id, &id);
    return r < 0 ? r : reply_approval(call, id);
}

int api_approval_withdraw(struct call *call)
{
    int64_t id = 0, version = 0;
    const char *reason = NULL;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "reason", BODY_OPTIONAL, 0, APPROVAL_NOTE_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = approval_withdraw(&call->tx, id, version, reason);
    return r < 0 ? r : reply_approval(call, id);
}

int api_approval_urge(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = approval_urge(&call->tx, id);
    return r < 0 ? r : reply_approval(call, id);
}

/* ---- what was filled in ---- */

void body_values(struct body *b, struct approval_values *ret_values)
{
    struct body inner = {.call = b->call, .prefix = "values"};
    const char *key;
    json_t *one;

    body_object(b, "values", BODY_OPTIONAL, &inner.object);
    if (!inner.object)
        return;
    if (json_object_size(inner.object) > APPROVAL_VALUES_MAX) {
        fault_item(b->call->tx.fault, FAULT_FIELD_UNKNOWN, 0, "values", "field", "values", NULL);
        return;
    }
    json_object_foreach(inner.object, key, one)
    {
        char *end;
        struct approval_value *v = &ret_values->rows[ret_values->n++];

        v->field_id = strtoll(key, &end, 10);
        if (*end)
            fault_item(b->call->tx.fault, FAULT_FIELD_UNKNOWN, 0, "values", "field", key, NULL);
        body_text(&inner, key, BODY_OPTIONAL, 0, FORM_VALUE_MAX, &v->value);
    }
    (void)body_end(&inner);
}

void body_subject(struct body *b, enum approval_subject *ret)
{
    const char *code = NULL;

    body_text(b, "subject", BODY_REQUIRED, 1, 40, &code);
    if (code && !approval_subject_by_code(code, ret))
        fault_item(b->call->tx.fault, FAULT_FIELD_CHOICE, 0, "subject", "field", "subject", NULL);
}

/* deal_node.c - the nodes of deals: a deal's table, what falls due, what is done (SF-13, AS-02 to
 * AS-04). */
#include "daemon/api/deal_node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/approval.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/day.h"
#include "db/deal_node.h"

enum { PAGE_DEFAULT = 50, NOTE_MAX = 400, DOCUMENT_MAX = 80, PLACE_TEXT = 40 };

/* ---- out ---- */

json_t *deal_node_json(struct call *call, const struct deal_node_row *row, const char *today)
{
    const struct node_kind_info *kind = node_kind_info(row->kind);
    const bool open = strcmp(row->state, "open") == 0;
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "deal_id", row->deal_id);
    set_int(o, "ordinal", row->ordinal);
    set_text(o, "code", row->code);
    set_name(call, o, "name", row->name);
    set_text(o, "kind", row->kind);
    set_text(o, "ends_by", kind ? (call->lang == LANG_EN ? kind->en : kind->zh) : row->kind);
    set_bool(o, "by_hand", kind && kind->by_hand);
    set_text(o, "right", row->right);
    set_bool(o, "may",
             right_by_code(row->right) >= 0 &&
                 actor_has(call->tx.actor, (enum right)right_by_code(row->right)));
    set_int_or_null(o, "user_id", row->user_id);
    set_text_or_null(o, "user", row->user);
    set_bool(o, "strict", row->strict);
    set_text(o, "state", row->state);
    set_text_or_null(o, "due_date", row->due_date);
    set_bool(o, "overdue", open && row->due_date && strcmp(row->due_date, today) < 0);
    set_text(o, "result", row->result);
    set_text(o, "document", row->document);
    set_text_or_null(o, "done_by", row->done_by);
    set_int_or_null(o, "done_ms", row->done_ms);
    return o;
}

struct adding {
    struct page page; /* of tasks, from a day as a number, and an id */
    char today[DAY_TEXT];
};

static int node_add(void *arg, const struct deal_node_row *row)
{
    struct adding *a = arg;

    return items_add(a->page.items, deal_node_json(a->page.call, row, a->today));
}

int api_deal_node_list(struct call *call)
{
    struct adding adding = {.page = {.call = call, .items = json_array()}};
    int64_t deal_id = 0;
    int r = call_param_id(call, 0, &deal_id);

    day_of(call->tx.now_ms, adding.today);
    if (r == 0)
        r = deal_node_each(&call->tx, deal_id, node_add, &adding);
    return reply_items(call, adding.page.items, r);
}

static int event_add(void *arg, const struct deal_node_event *event)
{
    json_t *o = json_object();

    set_text(o, "event", event->event);
    set_text(o, "note", event->note);
    set_text_or_null(o, "media_id", event->media_id);
    set_text(o, "actor", event->actor);
    set_int(o, "at_ms", event->at_ms);
    return items_add(arg, o);
}

int api_deal_node_events(struct call *call)
{
    json_t *items = json_array();
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = deal_node_event_each(&call->tx, id, event_add, items);
    return reply_items(call, items, r);
}

/* ---- what falls due ---- */

/* 20261127 for "2026-11-27", and back: a place in a list is numbers. */
static int64_t day_number(const char *day)
{
    int64_t number = 0;

    for (; *day; day++)
        if (*day != '-')
            number = number * 10 + (*day - '0');
    return number;
}

static void day_text(int64_t number, char out[PLACE_TEXT])
{
    snprintf(out, PLACE_TEXT, "%04d-%02d-%02d", (int)(number / 10000 % 10000),
             (int)(number / 100 % 100), (int)(number % 100));
}

static int task_add(void *arg, const struct node_task *task)
{
    struct adding *a = arg;
    json_t *o;

    if (!page_fits(&a->page, day_number(task->node.due_date), task->node.id))
        return 0;
    o = deal_node_json(a->page.call, &task->node, a->today);
    set_text(o, "unit", task->unit);
    set_text(o, "customer", task->customer);
    set_text(o, "consultant", task->consultant);
    return items_add(a->page.items, o);
}

static int filter_read(struct call *call, struct node_filter *f, char after[PLACE_TEXT],
                       struct page *ret_page)
{
    static const char *const whens[] = {"near", "due", "overdue", NULL};
    int64_t mine = 0;
    int when = NODE_OVERDUE, r = call_param_id(call, 0, &f->project_id);

    if (r == 0)
        r = call_query_choice(call, "when", whens, &when);
    f->when = (enum node_when)when;
    f->kind = call_query(call, "kind");
    if (r == 0)
        r = call_query_int(call, "mine", 0, 1, 0, &mine);
    f->user_id = mine ? call->tx.actor->id : 0;
    if (r == 0)
        r = page_begin(call, 2, NODE_PAGE_MAX - 1, PAGE_DEFAULT, ret_page);
    if (r < 0)
        return r;
    if (ret_page->at[0]) {
        day_text(ret_page->at[0], after);
        f->after_day = after;
        f->after_id = ret_page->at[1];
    }
    f->limit = page_limit(ret_page);
    return 0;
}

int api_node_task_list(struct call *call)
{
    struct adding adding;
    struct node_filter filter = {.today = adding.today};
    char after[PLACE_TEXT];
    int r = filter_read(call, &filter, after, &adding.page);

    if (r < 0)
        return r;
    day_of(call->tx.now_ms, adding.today);
    r = deal_node_list(&call->tx, &filter, task_add, &adding);
    return page_reply(call, &adding.page, r);
}

/* ---- what is done ---- */

int api_deal_node_done(struct call *call)
{
    struct node_done done = {.result = ""};
    struct body b;
    int r = call_param_id(call, 0, &done.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &done.version);
    body_text(&b, "result", BODY_REQUIRED, 1, NOTE_MAX, &done.result);
    body_text(&b, "document", BODY_OPTIONAL, 0, DOCUMENT_MAX, &done.document);
    body_text(&b, "media_id", BODY_OPTIONAL, 1, 64, &done.media_id);
    r = body_end(&b);
    return r < 0 ? r : deal_node_done(&call->tx, &done);
}

int api_deal_node_progress(struct call *call)
{
    const char *note = NULL, *media_id = NULL;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "note", BODY_REQUIRED, 1, NOTE_MAX, &note);
    body_text(&b, "media_id", BODY_OPTIONAL, 1, 64, &media_id);
    r = body_end(&b);
    return r < 0 ? r : deal_node_progress(&call->tx, id, note, media_id);
}

int api_deal_node_assign(struct call *call)
{
    int64_t id, version = 0, user_id = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_int_or_null(&b, "user_id", 1, INT64_MAX, &user_id);
    r = body_end(&b);
    return r < 0 ? r : deal_node_assign(&call->tx, id, version, user_id);
}

int api_deal_node_reopen(struct call *call)
{
    struct approval_values values = {.n = 0};
    struct node_reopen_ask ask = {.reason = NULL, .values = &values};
    int64_t approval_id = 0;
    struct body b;
    int r = call_param_id(call, 0, &ask.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &ask.version);
    body_text(&b, "reason", BODY_REQUIRED, 1, 1000, &ask.reason);
    body_int(&b, "resubmits_id", BODY_OPTIONAL, 1, INT64_MAX, &ask.resubmits_id);
    body_values(&b, &values);
    r = body_end(&b);
    if (r == 0)
        r = deal_node_reopen_ask(&call->tx, &ask, &approval_id);
    if (r < 0)
        return r;
    call->reply.status = 201;
    call->reply.body = json_pack("{s:I}", "approval_id", (json_int_t)approval_id);
    snprintf(call->reply.location, sizeof(call->reply.location), "/api/v1/approvals/%lld",
             (long long)approval_id);
    return call->reply.body ? 0 : -ENOMEM;
}

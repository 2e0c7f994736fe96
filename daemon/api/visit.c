/* visit.c - calls and visits, and what happened with a customer in the order of time (CU-07,
 * CU-08). */
#include "db/visit.h"

#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/customer.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/timeline.h"

static const char *const kinds[] = {"call", "visit", NULL};

json_t *visit_json(const struct visit_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "kind", row->kind);
    set_int(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    set_int(o, "project_id", row->project_id);
    set_text(o, "project", row->project);
    set_int(o, "at_ms", row->at_ms);
    set_int(o, "created_ms", row->created_ms);
    set_bool(o, "first", row->first);
    set_int_or_null(o, "source_id", row->source_id);
    set_text_or_null(o, "source", row->source);
    set_int_or_null(o, "awareness_id", row->awareness_id);
    set_text_or_null(o, "awareness", row->awareness);
    set_int_or_null(o, "consultant_id", row->consultant_id);
    set_text_or_null(o, "consultant", row->consultant);
    set_int(o, "companions", row->companions);
    set_text(o, "note", row->note);
    set_text(o, "receptionist", row->receptionist);
    return o;
}

static int page_add(void *arg, const struct visit_row *row)
{
    struct page *page = arg;

    if (!page_fits(page, row->at_ms, row->id))
        return 0;
    return items_add(page->items, visit_json(row));
}

static int reply_page(struct call *call, struct visit_filter *filter)
{
    struct page page;
    int r = page_begin(call, 2, VISITS_PAGE_MAX - 1, 20, &page);

    if (r < 0)
        return r;
    filter->before_ms = page.at[0];
    filter->before_id = page.at[1];
    filter->limit = page_limit(&page);
    r = visit_scan(&call->tx, filter, page_add, &page);
    return page_reply(call, &page, r);
}

int api_customer_visit_list(struct call *call)
{
    struct visit_filter filter = {.customer_id = 0};
    int r = call_param_id(call, 0, &filter.customer_id);

    return r < 0 ? r : reply_page(call, &filter);
}

int api_project_visit_list(struct call *call)
{
    struct visit_filter filter = {.customer_id = 0};
    int r = call_param_id(call, 0, &filter.project_id);

    return r < 0 ? r : reply_page(call, &filter);
}

void body_visit(struct body *b, struct visit_new *v)
{
    body_word(b, "kind", BODY_REQUIRED, kinds, &v->kind);
    body_int(b, "at_ms", BODY_OPTIONAL, 1, INT64_MAX, &v->at_ms);
    body_int(b, "source_id", BODY_OPTIONAL, 1, INT64_MAX, &v->source_id);
    body_int(b, "awareness_id", BODY_OPTIONAL, 1, INT64_MAX, &v->awareness_id);
    body_int(b, "consultant_id", BODY_OPTIONAL, 1, INT64_MAX, &v->consultant_id);
    body_int(b, "companions", BODY_OPTIONAL, 0, VISIT_COMPANIONS_MAX, &v->companions);
    body_text(b, "note", BODY_OPTIONAL, 0, VISIT_NOTE_MAX, &v->note);
}

static int one_add(void *arg, const struct visit_row *row)
{
    return items_add(arg, visit_json(row));
}

int api_visit_create(struct call *call)
{
    struct visit_filter filter = {.limit = 1};
    struct visit_new v = {.kind = NULL};
    struct body b;
    int64_t id = 0;
    json_t *items;
    int r = call_param_id(call, 0, &v.customer_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "project_id", BODY_REQUIRED, 1, INT64_MAX, &v.project_id);
    body_visit(&b, &v);
    r = body_end(&b);
    if (r == 0)
        r = visit_add(&call->tx, &v, &id);
    if (r < 0)
        return r;
    items = json_array();
    filter.visit_id = id;
    r = visit_scan(&call->tx, &filter, one_add, items);
    r = reply_first(call, items, r, 201, "visits");
    call->reply.location[0] = '\0'; /* a visit has no address of its own */
    return r;
}

/* ---- whom to give him to ---- */

static int consultant_add(void *arg, int64_t user_id, const char *name)
{
    return items_add(arg, json_pack("{s:I, s:s}", "id", (json_int_t)user_id, "name", name));
}

int api_consultant_list(struct call *call)
{
    json_t *items = json_array();
    int r = consultant_scan(&call->tx, consultant_add, items);

    return reply_items(call, items, r);
}

/* ---- the timeline ---- */

static int event_add(void *arg, const struct timeline_row *row)
{
    json_t *o = json_object();

    set_int(o, "at_ms", row->at_ms);
    set_text(o, "kind", row->kind);
    set_int(o, "id", row->id);
    set_int_or_null(o, "project_id", row->project_id);
    set_text_or_null(o, "project", row->project);
    set_text_or_null(o, "actor", row->actor);
    set_text_or_null(o, "text", row->text);
    set_text_or_null(o, "detail", row->detail);
    return items_add(arg, o);
}

int api_customer_timeline(struct call *call)
{
    struct timeline_place place = {0};
    int64_t id = 0, limit = 0, values[3] = {0, 0, 0};
    json_t *items;
    bool present;
    int n, r = call_param_id(call, 0, &id);

    if (r == 0)
        r = call_query_int(call, "limit", 1, TIMELINE_PAGE_MAX, 50, &limit);
    if (r == 0)
        r = cursor_read(call, values, 3, &present);
    if (r < 0)
        return r;
    place = (struct timeline_place){values[0], values[1], values[2]};
    items = json_array();
    n = timeline_scan(&call->tx, id, &place, (int)limit, event_add, items);
    r = reply_items(call, items, n < 0 ? n : 0);
    values[0] = place.at_ms;
    values[1] = place.order;
    values[2] = place.id;
    if (r == 0 && n == limit) /* there may be more; an empty page says that there was not */
        cursor_write(call, values, 3, call->reply.body);
    return r;
}

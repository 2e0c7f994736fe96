/* queue.c - places in the queue (SF-04). */
#include "db/queue.h"

#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"

enum { PAGE_DEFAULT = 50 };

static json_t *ticket_json(const struct ticket_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_int(o, "number", row->number);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    set_int_or_null(o, "unit_id", row->unit_id);
    set_text(o, "unit", row->unit);
    set_int(o, "user_id", row->user_id);
    set_text(o, "user", row->user);
    set_text(o, "state", row->state);
    set_text(o, "reason", row->reason);
    set_int(o, "made_ms", row->made_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    return o;
}

static int page_add(void *arg, const struct ticket_row *row)
{
    struct page *page = arg;

    if (!page_fits(page, row->number, 0))
        return 0;
    return items_add(page->items, ticket_json(row));
}

static int filter_read(struct call *call, struct ticket_filter *f, struct page *ret_page)
{
    static const char *const states[] = {"waiting", "used", "cancelled", NULL};
    int r = call_param_id(call, 0, &f->project_id);

    if (r == 0)
        r = call_query_int(call, "unit", 1, INT64_MAX, 0, &f->unit_id);
    if (r == 0)
        r = call_query_int(call, "customer", 1, INT64_MAX, 0, &f->customer_id);
    if (r == 0)
        r = call_query_word(call, "state", states, &f->state);
    if (r == 0)
        r = page_begin(call, 1, QUEUE_PAGE_MAX, PAGE_DEFAULT, ret_page);
    if (r < 0)
        return r;
    f->after_number = ret_page->at[0];
    f->limit = page_limit(ret_page);
    return 0;
}

int api_ticket_list(struct call *call)
{
    struct ticket_filter filter = {.project_id = 0};
    struct page page;
    int r = filter_read(call, &filter, &page);

    if (r < 0)
        return r;
    r = ticket_list(&call->tx, &filter, page_add, &page);
    return page_reply(call, &page, r);
}

static int reply_ticket(struct call *call, int64_t id, int status)
{
    struct page page = page_of_one(call);
    int r = ticket_get(&call->tx, id, page_add, &page);

    r = reply_first(call, page.items, r, status, "queue");
    call->reply.location[0] = '\0'; /* a number has no address of its own */
    return r;
}

int api_ticket_create(struct call *call)
{
    struct ticket_new ticket = {.project_id = 0};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &ticket.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "customer_id", BODY_REQUIRED, 1, INT64_MAX, &ticket.customer_id);
    body_int(&b, "unit_id", BODY_OPTIONAL, 1, INT64_MAX, &ticket.unit_id);
    body_int(&b, "user_id", BODY_OPTIONAL, 1, INT64_MAX, &ticket.user_id);
    r = body_end(&b);
    if (r == 0)
        r = ticket_create(&call->tx, &ticket, &id);
    return r < 0 ? r : reply_ticket(call, id, 201);
}

int api_ticket_cancel(struct call *call)
{
    const char *reason = NULL;
    int64_t id, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "reason", BODY_REQUIRED, 1, 200, &reason);
    r = body_end(&b);
    if (r == 0)
        r = ticket_cancel(&call->tx, id, version, reason);
    return r < 0 ? r : reply_ticket(call, id, 200);
}

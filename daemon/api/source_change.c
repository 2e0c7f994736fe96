/* source_change.c - another source for a customer, asked for (CU-04). It is decided as every
 * request is (approval.c). */
#include "db/source_change.h"

#include "daemon/api/api.h"
#include "daemon/api/approval.h"
#include "daemon/api/customer.h"
#include "daemon/api/record.h"

static int change_add(void *arg, const struct source_change_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "project_id", row->project_id);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    json_object_set_new_nocheck(o, "was",
                                source_json(row->was.id, row->was.name, row->was.name_en));
    json_object_set_new_nocheck(o, "source",
                                source_json(row->source.id, row->source.name, row->source.name_en));
    set_text(o, "reason", row->reason);
    set_text(o, "state", row->state);
    set_int(o, "approval_id", row->approval_id);
    set_int(o, "user_id", row->user_id);
    set_text(o, "user", row->user);
    set_int(o, "asked_ms", row->asked_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    set_text_or_null(o, "ended_by", row->ended_by);
    return items_add(arg, o);
}

static int reply_change(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int r = source_change_get(&call->tx, id, change_add, items);

    return reply_first(call, items, r, status, "source-changes");
}

int api_source_change_ask(struct call *call)
{
    struct approval_values values = {.n = 0};
    struct source_change_ask ask = {.reason = NULL, .values = &values};
    int64_t id = 0;
    struct body b;
    int r = call_param_id(call, 0, &ask.customer_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "project_id", BODY_REQUIRED, 1, INT64_MAX, &ask.project_id);
    body_int(&b, "source_id", BODY_REQUIRED, 1, INT64_MAX, &ask.source_id);
    body_text(&b, "reason", BODY_REQUIRED, 1, SOURCE_CHANGE_REASON_MAX, &ask.reason);
    body_int(&b, "resubmits_id", BODY_OPTIONAL, 1, INT64_MAX, &ask.resubmits_id);
    body_values(&b, &values);
    r = body_end(&b);
    if (r == 0)
        r = source_change_ask(&call->tx, &ask, &id);
    return r < 0 ? r : reply_change(call, id, 201);
}

int api_source_change_list(struct call *call)
{
    json_t *items;
    int64_t customer_id = 0;
    int r = call_param_id(call, 0, &customer_id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, source_change_each(&call->tx, customer_id, change_add, items));
}

int api_source_change_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_change(call, id, 200);
}

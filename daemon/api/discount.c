/* discount.c - the discounts that a project shows, each with its condition (PR-14). */
#include "db/discount.h"

#include "daemon/api/api.h"
#include "daemon/api/disclosure.h"
#include "daemon/api/record.h"

int discount_add(void *arg, const struct discount_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "name", row->name);
    set_text(o, "condition", row->condition);
    set_text(o, "effect", row->effect);
    set_text_or_null(o, "from_date", row->from_date);
    set_text_or_null(o, "until_date", row->until_date);
    return items_add(arg, o);
}

static int reply_discount(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int64_t project_id = 0;
    int r = discount_project(&call->tx, id, &project_id);

    if (r == 0)
        r = discount_each(&call->tx, project_id, id, discount_add, items);
    return reply_first(call, items, r, status, "discounts");
}

int api_discount_create(struct call *call)
{
    struct discount_row d = {.name = NULL};
    const char *from = NULL, *until = NULL;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &d.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "name", BODY_REQUIRED, 1, 60, &d.name);
    body_text(&b, "condition", BODY_REQUIRED, 1, 500, &d.condition);
    body_text(&b, "effect", BODY_REQUIRED, 1, 200, &d.effect);
    body_date(&b, "from_date", BODY_OPTIONAL, &from);
    body_date(&b, "until_date", BODY_OPTIONAL, &until);
    r = body_end(&b);
    d.from_date = from && from[0] ? from : NULL;
    d.until_date = until && until[0] ? until : NULL;
    if (r == 0)
        r = discount_create(&call->tx, &d, &id);
    return r < 0 ? r : reply_discount(call, id, 201);
}

int api_discount_update(struct call *call)
{
    struct discount_change c = {.name = NULL};
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, 60, &c.name);
    body_text(&b, "condition", BODY_OPTIONAL, 1, 500, &c.condition);
    body_text(&b, "effect", BODY_OPTIONAL, 1, 200, &c.effect);
    body_date(&b, "from_date", BODY_OPTIONAL, &c.from_date);
    body_date(&b, "until_date", BODY_OPTIONAL, &c.until_date);
    r = body_end(&b);
    if (r == 0)
        r = discount_update(&call->tx, &c);
    return r < 0 ? r : reply_discount(call, c.id, 200);
}

int api_discount_delete(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : discount_delete(&call->tx, id);
}

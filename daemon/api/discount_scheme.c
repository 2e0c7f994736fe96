/* discount_scheme.c - bundles of discounts (PR-07), and how far each post may go (PR-13). */
#include "db/discount_scheme.h"

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/discount_limit.h"

static int scheme_add(void *arg, const struct discount_scheme_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "name", row->name);
    set_text_or_null(o, "from_date", row->from_date);
    set_text_or_null(o, "until_date", row->until_date);
    set_int_or_null(o, "quota", row->quota);
    set_bool(o, "enabled", row->enabled);
    set_int(o, "uses", row->uses);
    return items_add(arg, o);
}

int api_scheme_list(struct call *call)
{
    json_t *items = json_array();
    int64_t project_id = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = discount_scheme_each(&call->tx, project_id, 0, scheme_add, items);
    return reply_items(call, items, r);
}

static int reply_scheme(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int64_t project_id = 0;
    int r = discount_scheme_project(&call->tx, id, &project_id);

    if (r == 0)
        r = discount_scheme_each(&call->tx, project_id, id, scheme_add, items);
    return reply_first(call, items, r, status, "discount-schemes");
}

int api_scheme_create(struct call *call)
{
    struct discount_scheme_row d = {.enabled = true};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &d.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "name", BODY_REQUIRED, 1, 60, &d.name);
    body_date(&b, "from_date", BODY_OPTIONAL, &d.from_date);
    body_date(&b, "until_date", BODY_OPTIONAL, &d.until_date);
    body_int_or_null(&b, "quota", 1, 1000000, &d.quota);
    body_bool(&b, "enabled", BODY_OPTIONAL, &d.enabled);
    r = body_end(&b);
    d.from_date = d.from_date && d.from_date[0] ? d.from_date : NULL;
    d.until_date = d.until_date && d.until_date[0] ? d.until_date : NULL;
    if (r == 0)
        r = discount_scheme_create(&call->tx, &d, &id);
    return r < 0 ? r : reply_scheme(call, id, 201);
}

int api_scheme_update(struct call *call)
{
    struct discount_scheme_change c = {.name = NULL};
    int64_t quota = -1;
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, 60, &c.name);
    body_date(&b, "from_date", BODY_OPTIONAL, &c.from_date);
    body_date(&b, "until_date", BODY_OPTIONAL, &c.until_date);
    body_int_or_null(&b, "quota", 1, 1000000, &quota);
    body_tristate(&b, "enabled", &c.enabled);
    r = body_end(&b);
    if (quota >= 0)
        c.quota = &quota;
    if (r == 0)
        r = discount_scheme_update(&call->tx, &c);
    return r < 0 ? r : reply_scheme(call, c.id, 200);
}

/* ---- limits ---- */

static int limit_add(void *arg, const struct discount_limit_row *row)
{
    json_t *o = json_object();

    set_int(o, "post_id", row->post_id);
    set_text(o, "post", row->post);
    set_int(o, "version", row->version);
    json_object_set_new(o, "most_bp", row->version ? json_integer(row->most_bp) : json_null());
    set_bool(o, "below_floor", row->below_floor);
    return items_add(arg, o);
}

int api_discount_limit_list(struct call *call)
{
    json_t *items = json_array();
    int64_t project_id = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = discount_limit_each(&call->tx, project_id, limit_add, items);
    return reply_items(call, items, r);
}

int api_discount_limit_set(struct call *call)
{
    struct discount_limit_row row = {.post_id = 0};
    json_t *items;
    int64_t project_id = 0;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = call_param_id(call, 1, &row.post_id);
    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 0, INT64_MAX, &row.version);
    body_int(&b, "most_bp", BODY_REQUIRED, 0, 10000, &row.most_bp);
    body_bool(&b, "below_floor", BODY_REQUIRED, &row.below_floor);
    r = body_end(&b);
    if (r == 0)
        r = discount_limit_set(&call->tx, project_id, &row);
    if (r < 0)
        return r;
    items = json_array();
    r = discount_limit_each(&call->tx, project_id, limit_add, items);
    return reply_items(call, items, r);
}

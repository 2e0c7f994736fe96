/* opening.c - opening days (SF-31). */
#include "db/opening.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"

enum { PAGE_DEFAULT = 50 };

/* ---- the days ---- */

static int building_add(void *arg, int64_t building_id)
{
    return json_array_append_new(arg, json_integer(building_id)) < 0 ? -ENOMEM : 0;
}

static int opening_add(void *arg, const struct opening_row *row)
{
    json_t *o = json_object(), *buildings = json_array();
    struct rows_out *adding = arg;
    int r = opening_building_each(&adding->call->tx, row->id, building_add, buildings);

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_text(o, "name", row->name);
    set_text(o, "day", row->day);
    set_text(o, "state", row->state);
    set_text(o, "order_by", row->order_by);
    set_text_or_null(o, "lottery_seed", row->lottery_seed);
    set_int(o, "batch_size", row->batch_size);
    set_int(o, "pick_minutes", row->pick_minutes);
    set_int(o, "pay_minutes", row->pay_minutes);
    set_int(o, "picks_most", row->picks_most);
    set_int(o, "groups", row->groups);
    set_int(o, "arrived", row->arrived);
    set_int(o, "called", row->called);
    set_int(o, "done", row->done);
    set_int(o, "passed", row->passed);
    set_int(o, "left", row->left);
    set_int(o, "picks", row->picks);
    set_int(o, "ended", row->ended);
    set_int(o, "batch", row->batch);
    json_object_set_new(o, "buildings", buildings);
    if (r == 0)
        return items_add(adding->items, o);
    json_decref(o);
    return r;
}

static int reply_opening(struct call *call, int64_t id, int status)
{
    struct rows_out adding = {call, json_array()};
    int64_t project_id = 0;
    int r = opening_project(&call->tx, id, &project_id);

    if (r == 0)
        r = opening_list(&call->tx, project_id, id, opening_add, &adding);
    return reply_first(call, adding.items, r, status, "openings");
}

int api_opening_list(struct call *call)
{
    struct rows_out adding = {call, NULL};
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    adding.items = json_array();
    r = opening_list(&call->tx, project_id, 0, opening_add, &adding);
    return reply_items(call, adding.items, r);
}

int api_opening_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_opening(call, id, 200);
}

/* Of a new one and of a change alike: all of the plan. */
static int opening_save_body(struct call *call, struct opening_plan *plan, int status)
{
    static const char *const orders[] = {"number", "lottery", NULL};
    int64_t *buildings = NULL, id = 0;
    struct body b;
    int r;

    body_begin(&b, call);
    if (plan->id)
        body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &plan->version);
    body_text(&b, "name", BODY_REQUIRED, 1, 60, &plan->name);
    body_date(&b, "day", BODY_REQUIRED, &plan->day);
    body_word(&b, "order_by", BODY_REQUIRED, orders, &plan->order_by);
    body_int(&b, "batch_size", BODY_REQUIRED, 1, 100, &plan->batch_size);
    body_int(&b, "pick_minutes", BODY_REQUIRED, 1, 30, &plan->pick_minutes);
    body_int(&b, "pay_minutes", BODY_REQUIRED, 5, 2880, &plan->pay_minutes);
    body_int(&b, "picks_most", BODY_REQUIRED, 1, 10, &plan->picks_most);
    body_ids(&b, "buildings", BODY_REQUIRED, OPENING_BUILDINGS_MAX, &buildings, &plan->n_buildings);
    plan->buildings = buildings;
    r = body_end(&b);
    if (r == 0 && plan->id)
        r = opening_project(&call->tx, plan->id, &plan->project_id);
    if (r == 0)
        r = opening_save(&call->tx, plan, &id);
    free(buildings);
    return r < 0 ? r : reply_opening(call, id, status);
}

int api_opening_create(struct call *call)
{
    struct opening_plan plan = {.id = 0};
    int r = call_param_id(call, 0, &plan.project_id);

    return r < 0 ? r : opening_save_body(call, &plan, 201);
}

int api_opening_update(struct call *call)
{
    struct opening_plan plan = {.id = 0};
    int r = call_param_id(call, 0, &plan.id);

    return r < 0 ? r : opening_save_body(call, &plan, 200);
}

int api_opening_groups_take(struct call *call)
{
    int64_t id;
    int n, r = call_param_id(call, 0, &id);

    if (r == 0)
        r = opening_groups_take(&call->tx, id, &n);
    return r < 0 ? r : reply_opening(call, id, 200);
}

/* The id of the path and the version of the body, for a step of the day; @ret_seed of a start. */
static int step_read(struct call *call, int64_t *ret_id, int64_t *ret_version,
                     const char **ret_seed)
{
    struct body b;
    int r = call_param_id(call, 0, ret_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, ret_version);
    if (ret_seed)
        body_text(&b, "seed", BODY_OPTIONAL, 0, 200, ret_seed);
    return body_end(&b);
}

int api_opening_start(struct call *call)
{
    const char *seed = NULL;
    int64_t id, version = 0;
    int r = step_read(call, &id, &version, &seed);

    if (r == 0)
        r = opening_start(&call->tx, id, version, seed);
    return r < 0 ? r : reply_opening(call, id, 200);
}

int api_opening_call(struct call *call)
{
    int64_t id, version = 0;
    int n, r = step_read(call, &id, &version, NULL);

    if (r == 0)
        r = opening_call(&call->tx, id, version, &n);
    return r < 0 ? r : reply_opening(call, id, 200);
}

int api_opening_close(struct call *call)
{
    int64_t id, version = 0;
    int r = step_read(call, &id, &version, NULL);

    if (r == 0)
        r = opening_close(&call->tx, id, version);
    return r < 0 ? r : reply_opening(call, id, 200);
}

/* ---- the groups ---- */

static int group_add(void *arg, const struct opening_group_row *row)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, row->place ? row->place : row->ticket_number, row->id))
        return 0;
    o = json_object();
    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "ticket_id", row->ticket_id);
    set_int(o, "number", row->ticket_number);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    set_int_or_null(o, "place", row->place);
    set_int_or_null(o, "batch", row->batch);
    set_int(o, "picks", row->picks);
    set_text(o, "state", row->state);
    set_int_or_null(o, "arrived_ms", row->arrived_ms);
    set_int_or_null(o, "called_ms", row->called_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    return items_add(page->items, o);
}

int api_opening_group_list(struct call *call)
{
    static const char *const states[] = {"expected", "arrived", "called", "done",
                                         "passed",   "left",    NULL};
    struct opening_group_filter filter = {.opening_id = 0};
    struct page page;
    int r = call_param_id(call, 0, &filter.opening_id);

    if (r == 0)
        r = call_query_int(call, "batch", 1, INT64_MAX, 0, &filter.batch);
    if (r == 0)
        r = call_query_int(call, "number", 1, INT64_MAX, 0, &filter.number);
    if (r == 0)
        r = call_query_word(call, "state", states, &filter.state);
    if (r == 0)
        r = page_begin(call, 2, OPENING_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    filter.after_place = page.at[0];
    filter.after_id = page.at[1];
    filter.limit = page_limit(&page);
    r = opening_group_list(&call->tx, &filter, group_add, &page);
    return page_reply(call, &page, r);
}

static int reply_group(struct call *call, int64_t group_id)
{
    struct opening_group_filter filter = {.group_id = group_id, .limit = 1};
    struct page page = page_of_one(call);
    int r = opening_group_opening(&call->tx, group_id, &filter.opening_id);

    if (r == 0)
        r = opening_group_list(&call->tx, &filter, group_add, &page);
    return reply_first(call, page.items, r, 200, "opening-groups");
}

int api_opening_arrive(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = opening_arrive(&call->tx, id);
    return r < 0 ? r : reply_group(call, id);
}

int api_opening_pass(struct call *call)
{
    int64_t id, version = 0;
    bool again = false;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_bool(&b, "again", BODY_REQUIRED, &again);
    r = body_end(&b);
    if (r == 0)
        r = opening_pass(&call->tx, id, version, again);
    return r < 0 ? r : reply_group(call, id);
}

/* ---- picks and their slips ---- */

static int slip_add(void *arg, const struct opening_slip_row *row)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, row->slip, 0))
        return 0;
    o = json_object();
    set_int(o, "slip", row->slip);
    set_int(o, "group_id", row->group_id);
    set_int(o, "number", row->number);
    set_text(o, "customer", row->customer);
    set_int(o, "deal_id", row->deal_id);
    set_int(o, "unit_id", row->unit_id);
    set_text(o, "unit", row->unit);
    set_int_or_null(o, "area", row->area);
    set_int(o, "total_fen", row->total_fen);
    set_text(o, "user", row->user);
    set_int(o, "at_ms", row->at_ms);
    set_int(o, "pay_by_ms", row->pay_by_ms);
    set_text(o, "state", row->state);
    return items_add(page->items, o);
}

int api_opening_slip_list(struct call *call)
{
    struct opening_slip_filter filter = {.opening_id = 0};
    struct page page;
    int r = call_param_id(call, 0, &filter.opening_id);

    if (r == 0)
        r = call_query_int(call, "group", 1, INT64_MAX, 0, &filter.group_id);
    if (r == 0)
        r = page_begin(call, 1, OPENING_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    filter.before_slip = page.at[0];
    filter.limit = page_limit(&page);
    r = opening_slip_list(&call->tx, &filter, slip_add, &page);
    return page_reply(call, &page, r);
}

static int reply_slip(struct call *call, int64_t group_id, int64_t slip)
{
    struct opening_slip_filter filter = {.slip = slip, .limit = 1};
    struct page page = page_of_one(call);
    int r = opening_group_opening(&call->tx, group_id, &filter.opening_id);

    if (r == 0)
        r = opening_slip_list(&call->tx, &filter, slip_add, &page);
    r = reply_first(call, page.items, r, 201, "openings");
    call->reply.location[0] = '\0'; /* a slip has no address of its own */
    return r;
}

int api_opening_pick(struct call *call)
{
    struct opening_pick pick = {.terminal_id = call->id->terminal_id};
    struct opening_slip slip;
    struct body b;
    int r = call_param_id(call, 0, &pick.group_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "unit_id", BODY_REQUIRED, 1, INT64_MAX, &pick.unit_id);
    body_int(&b, "unit_version", BODY_REQUIRED, 1, INT64_MAX, &pick.unit_version);
    body_int(&b, "user_id", BODY_OPTIONAL, 1, INT64_MAX, &pick.user_id);
    r = body_end(&b);
    if (r == 0)
        r = opening_pick(&call->tx, &pick, &slip);
    return r < 0 ? r : reply_slip(call, pick.group_id, slip.slip);
}

/* floor_plan.c - plans of floors as images, and where units are on them (SC-19). */
#include "db/floor_plan.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/media.h"

/* ---- out ---- */

static int floor_add(void *arg, const struct floor_plan_row *row)
{
    json_t *o = json_object();

    set_int(o, "floor_id", row->floor_id);
    set_int(o, "ordinal", row->ordinal);
    set_text(o, "label", row->label);
    set_int(o, "version", row->version);
    set_text_or_null(o, "media_id", row->media_id);
    return items_add(arg, o);
}

static int place_add(void *arg, const struct floor_place_row *row)
{
    json_t *o = json_object();

    set_int(o, "unit_id", row->unit_id);
    set_int(o, "floor_id", row->floor_id);
    set_int(o, "x", row->x);
    set_int(o, "y", row->y);
    return items_add(arg, o);
}

static int reply_plans(struct call *call, int64_t building_id)
{
    json_t *floors = json_array(), *places = json_array();
    int r = floor_plan_each(&call->tx, building_id, floor_add, floors);

    if (r == 0)
        r = floor_place_each(&call->tx, building_id, place_add, places);
    if (r < 0) {
        json_decref(floors);
        json_decref(places);
        return r;
    }
    call->reply.body = json_pack("{s:o, s:o}", "floors", floors, "places", places);
    return call->reply.body ? 0 : -ENOMEM;
}

int api_floor_plan_list(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_plans(call, id);
}

/* ---- in ---- */

static void place_read(struct body *b, json_t *one, struct floor_place *place)
{
    struct body inner = {.call = b->call, .object = one, .prefix = "places"};

    if (!json_is_object(one)) {
        fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, "places", "field", "places", "expected",
                   "[{unit_id, x, y}]", NULL);
        return;
    }
    body_int(&inner, "unit_id", BODY_REQUIRED, 1, INT64_MAX, &place->unit_id);
    body_int(&inner, "x", BODY_REQUIRED, 0, FLOOR_PLAN_SCALE, &place->x);
    body_int(&inner, "y", BODY_REQUIRED, 0, FLOOR_PLAN_SCALE, &place->y);
    (void)body_end(&inner);
}

static struct floor_place *places_read(struct body *b, size_t *ret_n)
{
    struct floor_place *places;
    json_t *array = NULL;
    size_t i;

    body_array(b, "places", BODY_REQUIRED, FLOOR_PLAN_PLACES_MAX, &array);
    places = calloc(json_array_size(array) + 1, sizeof(*places));
    if (!places) {
        body_failed(b, "places");
        return NULL;
    }
    for (i = 0; i < json_array_size(array); i++)
        place_read(b, json_array_get(array, i), &places[i]);
    *ret_n = json_array_size(array);
    return places;
}

int api_floor_plan_set(struct call *call)
{
    struct floor_plan_new plan = {.media_id = NULL};
    struct floor_place *places;
    struct body b;
    int r = call_param_id(call, 0, &plan.building_id);

    if (r == 0)
        r = call_param_id(call, 1, &plan.floor_id);
    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 0, INT64_MAX, &plan.version);
    body_text_or_null(&b, "media_id", MEDIA_ID_SIZE, &plan.media_id);
    places = places_read(&b, &plan.n_places);
    r = body_end(&b);
    plan.places = places;
    if (plan.media_id && !plan.media_id[0])
        plan.media_id = NULL;
    if (r == 0)
        r = floor_plan_set(&call->tx, &plan);
    free(places);
    return r < 0 ? r : reply_plans(call, plan.building_id);
}

/* property.c - phases, areas, buildings, and making units by a pattern (PM-01 to PM-04). */
#include "db/property.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/generate.h"
#include "db/unit_class.h"

enum { ORDINAL_MAX = 100000 };

/* ---- the tree ---- */

static int tree_area(void *arg, const struct area_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int_or_null(o, "parent_id", row->parent_id);
    set_text(o, "kind", row->kind);
    set_text(o, "name", row->name);
    set_int(o, "ordinal", row->ordinal);
    set_bool(o, "enabled", row->enabled);
    set_int(o, "units", row->units);
    return items_add(arg, o);
}

/* A building's parts are found by its id while the tree is made. */
struct tree {
    json_t *buildings;
    json_t *by_id; /* id as text: the building's object, borrowed from buildings */
};

static int tree_building(void *arg, const struct building_row *row)
{
    struct tree *tree = arg;
    json_t *o = json_object();
    char key[24];

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int_or_null(o, "area_id", row->area_id);
    set_text(o, "name", row->name);
    set_int(o, "ordinal", row->ordinal);
    set_bool(o, "enabled", row->enabled);
    set_int(o, "units", row->units);
    set_int_or_null(o, "floor_height_mm", row->floor_height_mm);
    json_object_set_new_nocheck(o, "stairs", json_array());
    json_object_set_new_nocheck(o, "floors", json_array());
    snprintf(key, sizeof(key), "%lld", (long long)row->id);
    json_object_set_nocheck(tree->by_id, key, o);
    return items_add(tree->buildings, o);
}

static json_t *tree_parts(const struct tree *tree, int64_t building_id, const char *kind)
{
    char key[24];

    snprintf(key, sizeof(key), "%lld", (long long)building_id);
    return json_object_get(json_object_get(tree->by_id, key), kind);
}

static int tree_stair(void *arg, const struct stair_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "name", row->name);
    set_int(o, "ordinal", row->ordinal);
    set_int(o, "units", row->units);
    return items_add(tree_parts(arg, row->building_id, "stairs"), o);
}

static int tree_floor(void *arg, const struct floor_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "label", row->label);
    set_int(o, "ordinal", row->ordinal);
    set_int(o, "units", row->units);
    return items_add(tree_parts(arg, row->building_id, "floors"), o);
}

int api_project_tree(struct call *call)
{
    struct tree tree = {json_array(), json_object()};
    json_t *areas = json_array();
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = area_each(&call->tx, id, tree_area, areas);
    if (r == 0)
        r = building_each(&call->tx, id, tree_building, &tree);
    if (r == 0)
        r = stair_each(&call->tx, id, tree_stair, &tree);
    if (r == 0)
        r = floor_each(&call->tx, id, tree_floor, &tree);
    json_decref(tree.by_id);
    if (r < 0) {
        json_decref(areas);
        json_decref(tree.buildings);
        return r;
    }
    call->reply.body = json_pack("{s:I, s:o, s:o}", "project_id", (json_int_t)id, "areas", areas,
                                 "buildings", tree.buildings);
    return call->reply.body ? 0 : -ENOMEM;
}

/* ---- nodes ---- */

struct named {
    int64_t id;
    json_t *items;
};

static int named_area(void *arg, const struct area_row *row)
{
    struct named *named = arg;

    if (row->id != named->id)
        return 0;
    return items_add(named->items,
                     json_pack("{s:I, s:I, s:s, s:s}", "id", (json_int_t)row->id, "version",
                               (json_int_t)row->version, "kind", row->kind, "name", row->name));
}

static int named_building(void *arg, const struct building_row *row)
{
    struct named *named = arg;

    if (row->id != named->id)
        return 0;
    return items_add(named->items,
                     json_pack("{s:I, s:I, s:s, s:s}", "id", (json_int_t)row->id, "version",
                               (json_int_t)row->version, "kind", "building", "name", row->name));
}

static int reply_area(struct call *call, const struct node *node, int status)
{
    struct named named = {node->id, json_array()};
    int r = area_each(&call->tx, node->project_id, named_area, &named);

    return reply_first(call, named.items, r, status, "areas");
}

static int reply_building(struct call *call, const struct node *node, int status)
{
    struct named named = {node->id, json_array()};
    int r = building_each(&call->tx, node->project_id, named_building, &named);

    return reply_first(call, named.items, r, status, "buildings");
}

int api_area_create(struct call *call)
{
    static const char *const kinds[] = {"phase", "area", NULL};
    struct area_new area = {.ordinal = -1};
    struct node node;
    struct body b;
    int r = call_param_id(call, 0, &area.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, kinds, &area.kind);
    body_text(&b, "name", BODY_REQUIRED, 1, 60, &area.name);
    body_int_or_null(&b, "parent_id", 1, INT64_MAX, &area.parent_id);
    body_int(&b, "ordinal", BODY_OPTIONAL, 0, ORDINAL_MAX, &area.ordinal);
    r = body_end(&b);
    if (r == 0)
        r = area_create(&call->tx, &area, &node);
    return r < 0 ? r : reply_area(call, &node, 201);
}

/* A building has a floor height, for its units that have none of their own. */
static int change_read(struct call *call, bool building, struct node_change *ret)
{
    struct body b;
    int r;

    *ret = (struct node_change){.ordinal = -1, .parent_id = -1};
    r = call_param_id(call, 0, &ret->id);
    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &ret->version);
    body_text(&b, "name", BODY_OPTIONAL, building ? 0 : 1, 60, &ret->name);
    body_int(&b, "ordinal", BODY_OPTIONAL, 0, ORDINAL_MAX, &ret->ordinal);
    body_tristate(&b, "enabled", &ret->enabled);
    body_int_or_null(&b, "parent_id", 1, INT64_MAX, &ret->parent_id);
    if (building && json_is_null(json_object_get(call->body, "floor_height_mm")))
        ret->floor_height_mm = -1;
    if (building)
        body_int(&b, "floor_height_mm", BODY_OPTIONAL, FLOOR_HEIGHT_MIN, FLOOR_HEIGHT_MAX,
                 &ret->floor_height_mm);
    return body_end(&b);
}

int api_area_update(struct call *call)
{
    struct node_change change;
    struct node node;
    int r = change_read(call, false, &change);

    if (r == 0)
        r = area_update(&call->tx, &change, &node);
    return r < 0 ? r : reply_area(call, &node, 200);
}

int api_building_update(struct call *call)
{
    struct node_change change;
    struct node node;
    int r = change_read(call, true, &change);

    if (r == 0)
        r = building_update(&call->tx, &change, &node);
    return r < 0 ? r : reply_building(call, &node, 200);
}

int api_area_delete(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : area_delete(&call->tx, id);
}

int api_building_delete(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : building_delete(&call->tx, id);
}

/* ---- buildings with their parts, units by a pattern ---- */

/* What a building is made of; the arrays are ours, the names the body's. */
struct parts {
    const char *stairs[STAIRS_MAX];
    size_t n_stairs;
    int64_t skip[FLOOR_SKIP_MAX];
    size_t n_skip;
};

static void wrong_array(struct body *b, const char *field, const char *expected)
{
    fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, field, "field", field, "expected", expected,
               NULL);
}

static void stairs_read(struct body *b, struct parts *parts)
{
    body_words(b, "stairs", BODY_OPTIONAL, STAIRS_MAX, 0, 40, parts->stairs, &parts->n_stairs);
    for (size_t i = 0; i < parts->n_stairs; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(parts->stairs[i], parts->stairs[k]) == 0)
                wrong_array(b, "stairs", "names that differ");
}

static void skip_read(struct body *b, struct parts *parts)
{
    json_t *array = NULL;

    body_array(b, "skip", BODY_OPTIONAL, FLOOR_SKIP_MAX, &array);
    for (size_t i = 0; array && i < json_array_size(array); i++) {
        json_t *value = json_array_get(array, i);

        if (!json_is_integer(value) || json_integer_value(value) < FLOOR_MIN ||
            json_integer_value(value) > FLOOR_MAX) {
            wrong_array(b, "skip", "floor numbers");
            return;
        }
        parts->skip[parts->n_skip++] = json_integer_value(value);
    }
}

int api_building_create(struct call *call)
{
    struct building_new building = {.ordinal = -1};
    struct parts parts = {.n_stairs = 0};
    struct node node;
    struct body b;
    int r = call_param_id(call, 0, &building.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "name", BODY_REQUIRED, 0, 60, &building.name);
    body_int_or_null(&b, "area_id", 1, INT64_MAX, &building.area_id);
    stairs_read(&b, &parts);
    body_int(&b, "floor_from", BODY_OPTIONAL, FLOOR_MIN, FLOOR_MAX, &building.floor_from);
    body_int(&b, "floor_to", BODY_OPTIONAL, FLOOR_MIN, FLOOR_MAX, &building.floor_to);
    skip_read(&b, &parts);
    body_int(&b, "floor_height_mm", BODY_OPTIONAL, FLOOR_HEIGHT_MIN, FLOOR_HEIGHT_MAX,
             &building.floor_height_mm);
    body_int(&b, "ordinal", BODY_OPTIONAL, 0, ORDINAL_MAX, &building.ordinal);
    r = body_end(&b);
    if (r < 0)
        return r;
    building.stairs = parts.stairs;
    building.n_stairs = parts.n_stairs;
    building.skip = parts.skip;
    building.n_skip = parts.n_skip;
    r = building_create(&call->tx, &building, &node);
    return r < 0 ? r : reply_building(call, &node, 201);
}

static int reply_generated(struct call *call, const struct class_info *class,
                           const struct generate_result *result)
{
    static const char *const from[] = {"request", "project", "class"};
    json_t *sample = json_array(), *stairs = json_array();

    for (size_t i = 0; i < result->n_sample; i++)
        json_array_append_new(sample, json_string(result->sample[i]));
    for (size_t i = 0; i < result->n_stairs; i++)
        json_array_append_new(stairs, json_string(result->stairs[i]));
    call->reply.body = json_pack(
        "{s:I, s:I, s:I, s:o, s:s, s:s, s:s, s:o}", "created", (json_int_t)result->created,
        "existing", (json_int_t)result->existing, "skipped", (json_int_t)result->skipped, "sample",
        sample, "pattern", result->pattern, "pattern_from", from[result->pattern_from],
        "class_pattern", class->numbering, "stairs", stairs);
    return call->reply.body ? 0 : -ENOMEM;
}

int api_building_generate(struct call *call)
{
    struct generate g = {.first_room = 1};
    struct generate_result result;
    struct parts parts = {.n_stairs = 0};
    struct body b;
    int r = call_param_id(call, 0, &g.building_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_bool(&b, "preview", BODY_REQUIRED, &g.preview);
    body_word(&b, "class", BODY_REQUIRED, class_codes, &g.class);
    body_int(&b, "floor_from", BODY_REQUIRED, FLOOR_MIN, FLOOR_MAX, &g.floor_from);
    body_int(&b, "floor_to", BODY_REQUIRED, FLOOR_MIN, FLOOR_MAX, &g.floor_to);
    skip_read(&b, &parts);
    stairs_read(&b, &parts);
    body_int(&b, "rooms_per_floor", BODY_REQUIRED, 1, GENERATE_MAX, &g.rooms_per_floor);
    body_text(&b, "pattern", BODY_OPTIONAL, 1, 60, &g.pattern);
    body_int(&b, "first_room", BODY_OPTIONAL, 0, 9999, &g.first_room);
    r = body_end(&b);
    if (r < 0)
        return r;
    g.stairs = parts.stairs;
    g.n_stairs = parts.n_stairs;
    g.skip = parts.skip;
    g.n_skip = parts.n_skip;
    r = generate_units(&call->tx, &g, &result);
    return r < 0 ? r : reply_generated(call, unit_class_info(g.class), &result);
}

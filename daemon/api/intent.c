/* intent.c - what a customer looks for in a project, and the units on sale that fit (CU-09,
 * CU-10). */
#include "db/intent.h"

#include <errno.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/customer.h"
#include "daemon/api/record.h"
#include "db/unit_match.h"

enum { AREA_MAX = 100000000, FLOOR_MIN = -20, FLOOR_MAX = 200 };
#define PRICE_MAX INT64_C(1000000000000)

/* ---- out ---- */

static void set_range(json_t *o, const char *name, const struct range *range)
{
    json_t *r = json_object();

    json_object_set_new(r, "min", range->low == INTENT_NO ? json_null() : json_integer(range->low));
    json_object_set_new(r, "max",
                        range->high == INTENT_NO ? json_null() : json_integer(range->high));
    json_object_set_new(o, name, r);
}

static json_t *criteria_json(unsigned bits)
{
    json_t *names = json_array();

    for (int i = 0; i < INTENT_CRITERIA; i++)
        if (bits & 1u << i)
            json_array_append_new(names, json_string(intent_criteria[i]));
    return names;
}

json_t *intent_json(const struct intent_row *row)
{
    const struct intent_wish *w = &row->wish;
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "customer_id", row->customer_id);
    set_int(o, "project_id", row->project_id);
    set_text(o, "project", row->project);
    set_text_or_null(o, "class", w->class);
    set_int_or_null(o, "layout_id", w->layout_id);
    set_text_or_null(o, "layout", row->layout);
    set_range(o, "rooms", &w->rooms);
    set_range(o, "area", &w->area);
    set_range(o, "floor", &w->floor);
    set_range(o, "price", &w->price);
    set_text_or_null(o, "orientation", w->orientation);
    json_object_set_new(o, "hard", criteria_json(w->hard));
    set_int_or_null(o, "budget_fen", row->budget_fen);
    set_int_or_null(o, "purpose_id", row->purpose_id);
    set_text_or_null(o, "purpose", row->purpose);
    set_text(o, "note", row->note);
    set_text(o, "created_by", row->created_by);
    set_int(o, "created_ms", row->created_ms);
    set_int(o, "changed_ms", row->changed_ms);
    return o;
}

static int intent_add(void *arg, const struct intent_row *row)
{
    return items_add(arg, intent_json(row));
}

int api_intent_list(struct call *call)
{
    json_t *items;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    items = json_array();
    r = intent_scan(&call->tx, id, 0, intent_add, items);
    return reply_items(call, items, r);
}

/* ---- in ---- */

static void body_range(struct body *b, const char *name, int64_t low, int64_t high,
                       struct range *ret)
{
    json_t *object = NULL;

    *ret = (struct range){INTENT_NO, INTENT_NO};
    body_object(b, name, BODY_OPTIONAL, &object);
    if (object) {
        struct body inner = {.call = b->call, .object = object, .prefix = name};

        body_int(&inner, "min", BODY_OPTIONAL, low, high, &ret->low);
        body_int(&inner, "max", BODY_OPTIONAL, low, high, &ret->high);
        (void)body_end(&inner); /* the outer one tells */
    }
}

static void body_hard(struct body *b, unsigned *ret_bits)
{
    json_t *names = NULL, *one;
    size_t i;

    body_array(b, "hard", BODY_OPTIONAL, INTENT_CRITERIA, &names);
    json_array_foreach(names, i, one)
    {
        const char *name = json_string_value(one);
        unsigned bit = 0;

        for (unsigned c = 0; name && c < INTENT_CRITERIA; c++)
            if (strcmp(intent_criteria[c], name) == 0)
                bit = 1u << c;
        if (!bit)
            fault_item(b->call->tx.fault, FAULT_FIELD_CHOICE, (int64_t)i + 1, "hard", "field",
                       "hard", NULL);
        *ret_bits |= bit;
    }
}

static void body_wish(struct body *b, struct intent_wish *w)
{
    w->class = w->orientation = "";
    if (!json_is_null(json_object_get(b->object, "class")))
        body_word(b, "class", BODY_OPTIONAL, class_codes, &w->class);
    else
        body_text_or_null(b, "class", 0, &w->class);
    body_int_or_null(b, "layout_id", 1, INT64_MAX, &w->layout_id);
    body_range(b, "rooms", 0, 20, &w->rooms);
    body_range(b, "area", 1, AREA_MAX, &w->area);
    body_range(b, "floor", FLOOR_MIN, FLOOR_MAX, &w->floor);
    body_range(b, "price", 1, PRICE_MAX, &w->price);
    body_text_or_null(b, "orientation", INTENT_ORIENTATION_MAX, &w->orientation);
    body_hard(b, &w->hard);
}

static int reply_intent(struct call *call, int64_t customer_id, int64_t id)
{
    json_t *items = json_array();
    int r = intent_scan(&call->tx, customer_id, id, intent_add, items);

    return reply_first(call, items, r, 200, "intents");
}

int api_intent_set(struct call *call)
{
    struct intent_edit e = {.note = NULL};
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &e.customer_id);

    if (r == 0)
        r = call_param_id(call, 1, &e.project_id);
    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 0, INT64_MAX, &e.version);
    body_wish(&b, &e.wish);
    body_int_or_null(&b, "budget_fen", 1, INT64_C(1000000000000), &e.budget_fen);
    body_int_or_null(&b, "purpose_id", 1, INT64_MAX, &e.purpose_id);
    body_text(&b, "note", BODY_OPTIONAL, 0, INTENT_NOTE_MAX, &e.note);
    r = body_end(&b);
    if (r == 0)
        r = intent_set(&call->tx, &e, &id);
    return r < 0 ? r : reply_intent(call, e.customer_id, id);
}

/* ---- units that fit ---- */

static int match_add(void *arg, const struct unit_match *m)
{
    json_t *o = json_object();

    set_int(o, "unit_id", m->unit_id);
    set_int(o, "building_id", m->building_id);
    set_text(o, "building", m->building);
    set_text(o, "stair", m->stair);
    set_text(o, "floor", m->floor);
    set_text(o, "room", m->room);
    set_text(o, "class", m->class);
    set_text_or_null(o, "layout", m->layout);
    json_object_set_new(o, "rooms", m->rooms < 0 ? json_null() : json_integer(m->rooms));
    set_text(o, "orientation", m->orientation);
    set_int_or_null(o, "gross", m->gross);
    set_int_or_null(o, "total_fen", m->total_fen);
    set_int(o, "score", m->score);
    json_object_set_new(o, "missed", criteria_json(m->missed));
    return items_add(arg, o);
}

static int query_wrong(struct call *call, const char *name)
{
    fault_item(call->tx.fault, FAULT_FIELD_CHOICE, 0, name, "field", name, NULL);
    return fault_fields_refused(call->tx.fault);
}

static int query_ranges(struct call *call, struct intent_wish *w)
{
    const struct {
        const char *name;
        int64_t low, high, *value;
    } bounds[] = {
        {"rooms_min", 0, 20, &w->rooms.low},
        {"rooms_max", 0, 20, &w->rooms.high},
        {"area_min", 1, AREA_MAX, &w->area.low},
        {"area_max", 1, AREA_MAX, &w->area.high},
        {"floor_min", FLOOR_MIN, FLOOR_MAX, &w->floor.low},
        {"floor_max", FLOOR_MIN, FLOOR_MAX, &w->floor.high},
        {"price_min", 1, PRICE_MAX, &w->price.low},
        {"price_max", 1, PRICE_MAX, &w->price.high},
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(bounds) / sizeof(bounds[0]); i++)
        r = call_query_int(call, bounds[i].name, bounds[i].low, bounds[i].high, INTENT_NO,
                           bounds[i].value);
    return r < 0 ? r : call_query_int(call, "layout", 1, INT64_MAX, 0, &w->layout_id);
}

/* Names with commas between them. */
static int query_hard(struct call *call, unsigned *ret_bits)
{
    const char *at = call_query(call, "hard");

    while (at && *at) {
        const size_t n = strcspn(at, ",");
        unsigned bit = 0;

        for (unsigned c = 0; c < INTENT_CRITERIA; c++)
            if (strlen(intent_criteria[c]) == n && memcmp(intent_criteria[c], at, n) == 0)
                bit = 1u << c;
        if (!bit)
            return query_wrong(call, "hard");
        *ret_bits |= bit;
        at += n + (at[n] == ',');
    }
    return 0;
}

static int query_wish(struct call *call, struct intent_wish *w)
{
    const char *faces = call_query(call, "orientation");
    int r = query_ranges(call, w);

    w->class = "";
    w->orientation = faces && strlen(faces) <= INTENT_ORIENTATION_MAX * 4 ? faces : "";
    if (r == 0)
        r = call_query_word(call, "class", class_codes, &w->class);
    return r < 0 ? r : query_hard(call, &w->hard);
}

int api_unit_match(struct call *call)
{
    struct intent_wish wish = {.hard = 0};
    int64_t project_id = 0, limit = 20, fitting = 0;
    json_t *items;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = query_wish(call, &wish);
    if (r == 0)
        r = call_query_int(call, "limit", 1, UNIT_MATCH_MAX, 20, &limit);
    if (r < 0)
        return r;
    items = json_array();
    r = unit_match_each(&call->tx, project_id, &wish, (int)limit, match_add, items, &fitting);
    r = reply_items(call, items, r);
    if (r == 0)
        set_int(call->reply.body, "fitting", fitting);
    return r;
}

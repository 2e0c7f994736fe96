/* discount.c - the discounts that a project shows and computes, each with its condition (PR-14). */
#include "db/discount.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/disclosure.h"
#include "daemon/api/record.h"
#include "db/content.h"
#include "db/project.h"

static int unit_add(void *arg, int64_t unit_id)
{
    return json_array_append_new(arg, json_integer(unit_id)) < 0 ? -ENOMEM : 0;
}

/* What its numbers are, and whether the public list has it as it is (PR-14). */
static int numbers_set(struct tx *tx, json_t *o, const struct discount_row *row)
{
    json_t *units = json_array();
    int64_t uses = 0;
    int r = discount_unit_each(tx->db, row->id, unit_add, units);
    int shown = r == 0 ? content_discount_shown(tx, row->id) : r;

    if (shown >= 0)
        r = discount_uses(tx->db, row->id, 0, &uses);
    set_text(o, "kind", row->kind);
    set_text(o, "method", row->method);
    set_int(o, "value", row->value);
    set_int(o, "ordinal", row->ordinal);
    set_classes(o, "classes", row->classes);
    set_int_or_null(o, "plan_id", row->plan_id);
    set_text(o, "identity", row->identity);
    set_text(o, "level", row->level);
    set_int_or_null(o, "quota", row->quota);
    set_text(o, "only_one_of", row->only_one_of);
    set_int_or_null(o, "scheme_id", row->scheme_id);
    set_int(o, "uses", uses);
    set_bool(o, "shown", shown == 1);
    json_object_set_new_nocheck(o, "units", units);
    return shown < 0 ? shown : r;
}

int discount_add(void *arg, const struct discount_row *row)
{
    struct discount_adding *adding = arg;
    json_t *o = json_object();
    int r;

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "name", row->name);
    set_text(o, "condition", row->condition);
    set_text(o, "effect", row->effect);
    set_text_or_null(o, "from_date", row->from_date);
    set_text_or_null(o, "until_date", row->until_date);
    r = numbers_set(adding->tx, o, row);
    return items_add(adding->items, o) < 0 ? -ENOMEM : r;
}

int api_discount_list(struct call *call)
{
    struct discount_adding adding = {&call->tx, json_array()};
    int64_t project_id = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = discount_each(&call->tx, project_id, 0, discount_add, &adding);
    return reply_items(call, adding.items, r);
}

static int reply_discount(struct call *call, int64_t id, int status)
{
    struct discount_adding adding = {&call->tx, json_array()};
    int64_t project_id = 0;
    int r = discount_project(&call->tx, id, &project_id);

    if (r == 0)
        r = discount_each(&call->tx, project_id, id, discount_add, &adding);
    return reply_first(call, adding.items, r, status, "discounts");
}

/* An optional number of a change: @ret_given is left NULL when it is absent; null is 0. */
static void given_int(struct body *b, const char *field, int64_t max, int64_t *value,
                      const int64_t **ret_given)
{
    *value = -1;
    body_int_or_null(b, field, 0, max, value);
    if (*value >= 0)
        *ret_given = value;
}

struct numbers {
    int64_t ordinal, plan_id, quota, scheme_id, *units;
    unsigned classes;
};

/* What creating and changing share. The kind, its method and its value come together. */
static void numbers_read(struct body *b, struct numbers *n, struct discount_change *c)
{
    int64_t *units = NULL;
    size_t n_units = 0;

    body_word(b, "kind", BODY_OPTIONAL, discount_kinds, &c->kind);
    body_word(b, "method", c->kind && c->kind != discount_kinds[0] ? BODY_REQUIRED : BODY_OPTIONAL,
              discount_methods, &c->method);
    body_int(b, "value", BODY_OPTIONAL, 0, MONEY_MAX_FEN, &c->value);
    given_int(b, "ordinal", 10000, &n->ordinal, &c->ordinal);
    given_int(b, "plan_id", INT64_MAX, &n->plan_id, &c->plan_id);
    given_int(b, "quota", 1000000, &n->quota, &c->quota);
    given_int(b, "scheme_id", INT64_MAX, &n->scheme_id, &c->scheme_id);
    body_classes(b, &n->classes, &c->classes);
    body_text(b, "identity", BODY_OPTIONAL, 0, 40, &c->identity);
    body_text(b, "level", BODY_OPTIONAL, 0, 20, &c->level);
    body_text(b, "only_one_of", BODY_OPTIONAL, 0, 40, &c->only_one_of);
    body_ids(b, "units", BODY_OPTIONAL, DISCOUNT_UNITS_MAX, &units, &n_units);
    n->units = units;
    c->n_units = n_units;
    c->units = units;
}

int api_discount_create(struct call *call)
{
    struct discount_change c = {.name = NULL};
    struct discount_row d = {.name = NULL};
    struct numbers n = {0};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &d.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "name", BODY_REQUIRED, 1, 60, &d.name);
    body_text(&b, "condition", BODY_REQUIRED, 1, 500, &d.condition);
    body_text(&b, "effect", BODY_OPTIONAL, 0, 200, &d.effect);
    body_date(&b, "from_date", BODY_OPTIONAL, &d.from_date);
    body_date(&b, "until_date", BODY_OPTIONAL, &d.until_date);
    numbers_read(&b, &n, &c);
    r = body_end(&b);
    d.from_date = d.from_date && d.from_date[0] ? d.from_date : NULL;
    d.until_date = d.until_date && d.until_date[0] ? d.until_date : NULL;
    d.kind = c.kind;
    d.method = c.method;
    d.value = c.value;
    d.ordinal = c.ordinal ? n.ordinal : 0;
    d.plan_id = c.plan_id ? n.plan_id : 0;
    d.quota = c.quota ? n.quota : 0;
    d.scheme_id = c.scheme_id ? n.scheme_id : 0;
    d.classes = n.classes;
    d.identity = c.identity;
    d.level = c.level;
    d.only_one_of = c.only_one_of;
    d.units = c.units;
    d.n_units = c.n_units;
    if (r == 0)
        r = discount_create(&call->tx, &d, &id);
    free(n.units);
    return r < 0 ? r : reply_discount(call, id, 201);
}

int api_discount_update(struct call *call)
{
    struct discount_change c = {.name = NULL};
    struct numbers n = {0};
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, 60, &c.name);
    body_text(&b, "condition", BODY_OPTIONAL, 1, 500, &c.condition);
    body_text(&b, "effect", BODY_OPTIONAL, 0, 200, &c.effect);
    body_date(&b, "from_date", BODY_OPTIONAL, &c.from_date);
    body_date(&b, "until_date", BODY_OPTIONAL, &c.until_date);
    numbers_read(&b, &n, &c);
    r = body_end(&b);
    if (r == 0)
        r = discount_update(&call->tx, &c);
    free(n.units);
    return r < 0 ? r : reply_discount(call, c.id, 200);
}

int api_discount_order(struct call *call)
{
    int64_t project_id, *seen = NULL, *order = NULL;
    size_t n_seen = 0, n_order = 0;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_ids(&b, "seen", BODY_REQUIRED, DISCOUNT_MAX, &seen, &n_seen);
    body_ids(&b, "order", BODY_REQUIRED, DISCOUNT_MAX, &order, &n_order);
    if (seen && order && n_order != n_seen)
        fault_item(call->tx.fault, FAULT_FIELD_CHOICE, 0, "order", "field", "order", NULL);
    r = body_end(&b);
    if (r == 0)
        r = discount_order(&call->tx, project_id, seen, order, n_seen);
    free(seen);
    free(order);
    return r < 0 ? r : api_discount_list(call);
}

int api_discount_delete(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : discount_delete(&call->tx, id);
}

/* ---- a worked example of the order: what some discounts do to a price, usable or not ---- */

struct example {
    const int64_t *ids;
    size_t n_ids;
    int64_t list_fen, area, fen;
    json_t *steps;
};

static int example_step(void *arg, const struct discount_row *d)
{
    struct example *e = arg;
    struct discount_step step;
    json_t *o;
    size_t i = 0;

    while (i < e->n_ids && e->ids[i] != d->id)
        i++;
    if (i == e->n_ids || !d->method[0])
        return 0;
    step = discount_step_of(d->method, d->value, e->area);
    e->fen = money_discount_step(e->list_fen, e->fen, &step);
    if (e->fen < 0)
        e->fen = 0;
    o = json_object();
    set_int(o, "discount_id", d->id);
    set_text(o, "name", d->name);
    set_text(o, "method", d->method);
    set_int(o, "value", d->value);
    set_int(o, "result_fen", e->fen);
    return items_add(e->steps, o);
}

int api_discount_example(struct call *call)
{
    struct example e = {.list_fen = 0};
    int64_t project_id = 0, unit_fen = 1, *ids = NULL;
    enum round_mode mode = ROUND_HALF_UP;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "list_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &e.list_fen);
    body_int(&b, "area", BODY_OPTIONAL, 0, AREA_MAX, &e.area);
    body_ids(&b, "discounts", BODY_REQUIRED, DISCOUNT_MAX, &ids, &e.n_ids);
    r = body_end(&b);
    e.ids = ids;
    e.fen = e.list_fen;
    e.steps = json_array();
    if (r == 0)
        r = discount_each(&call->tx, project_id, 0, example_step, &e);
    if (r == 0)
        r = project_rounding(call->tx.db, project_id, &mode, &unit_fen);
    free(ids);
    if (r < 0) {
        json_decref(e.steps);
        return r;
    }
    call->reply.body = json_object();
    set_int(call->reply.body, "list_fen", e.list_fen);
    set_int(call->reply.body, "total_fen", money_precision(e.fen, unit_fen, mode));
    json_object_set_new_nocheck(call->reply.body, "steps", e.steps);
    return call->reply.body ? 0 : -ENOMEM;
}

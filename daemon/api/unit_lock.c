/* unit_lock.c - before a deal: pick locks (SC-20), the controller's confirmation (SF-35), and
 * what may be done next with a unit (SF-01). */
#include "db/unit_lock.h"

#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/confirmation.h"
#include "db/deal.h"
#include "db/deal_change.h"

static int reply_until(struct call *call, const char *name, int64_t id, int64_t until_ms)
{
    json_t *o = json_object();

    set_int(o, name, id);
    set_int_or_null(o, "until_ms", until_ms);
    call->reply.body = o;
    return o ? 0 : -ENOMEM;
}

int api_unit_lock(struct call *call)
{
    struct unit_lock lock = {.unit_id = 0};
    int64_t until = 0;
    struct body b;
    int r = call_param_id(call, 0, &lock.unit_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &lock.unit_version);
    body_int(&b, "customer_id", BODY_OPTIONAL, 1, INT64_MAX, &lock.customer_id);
    r = body_end(&b);
    if (r == 0)
        r = unit_lock(&call->tx, &lock, &until);
    return r < 0 ? r : reply_until(call, "unit_id", lock.unit_id, until);
}

int api_unit_lock_renew(struct call *call)
{
    int64_t unit_id, until = 0;
    int r = call_param_id(call, 0, &unit_id);

    if (r == 0)
        r = unit_lock_renew(&call->tx, unit_id, &until);
    return r < 0 ? r : reply_until(call, "unit_id", unit_id, until);
}

int api_unit_lock_release(struct call *call)
{
    int64_t unit_id;
    int r = call_param_id(call, 0, &unit_id);

    if (r == 0)
        r = unit_lock_release(&call->tx, unit_id);
    return r < 0 ? r : reply_until(call, "unit_id", unit_id, 0);
}

int api_unit_confirm(struct call *call)
{
    struct confirmation_new c = {.unit_id = 0};
    int64_t id = 0, until = 0;
    struct body b;
    int r = call_param_id(call, 0, &c.unit_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.unit_version);
    body_int(&b, "customer_id", BODY_REQUIRED, 1, INT64_MAX, &c.customer_id);
    r = body_end(&b);
    if (r == 0)
        r = confirmation_create(&call->tx, &c, &id, &until);
    if (r < 0)
        return r;
    call->reply.status = 201;
    return reply_until(call, "id", id, until);
}

/* ---- what next ---- */

static json_t *failing_json(uint32_t failing)
{
    json_t *codes = json_array();

    for (int n = 1; n <= GUARD_COUNT; n++)
        if (failing & GUARD_BIT(n))
            json_array_append_new(codes, json_string(fault_code_text(guard_fault(n))));
    return codes;
}

static json_t *fields_json(const struct deal_next *next)
{
    json_t *fields = json_array();

    for (size_t i = 0; i < next->n_fields; i++) {
        json_t *o = json_object();

        set_text(o, "field", next->fields[i].name);
        set_bool(o, "required", next->fields[i].required);
        json_array_append_new(fields, o);
    }
    return fields;
}

static int next_add(void *arg, const struct deal_next *next)
{
    json_t *o = json_object();

    set_text(o, "step", next->step);
    set_text_or_null(o, "change", next->change);
    set_text(o, "label", next->zh);
    set_text(o, "label_en", next->en);
    json_object_set_new_nocheck(o, "fields", fields_json(next));
    json_object_set_new_nocheck(o, "failing", failing_json(next->failing));
    return items_add(arg, o);
}

int api_unit_next_steps(struct call *call)
{
    json_t *items = json_array();
    int64_t unit_id;
    int r = call_param_id(call, 0, &unit_id);

    if (r == 0)
        r = deal_next_steps(&call->tx, unit_id, next_add, items);
    return reply_items(call, items, r);
}

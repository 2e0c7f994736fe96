/* attachment.c - what belongs to a unit: parking, storage, terraces (PM-16, SF-23). */
#include "daemon/api/attachment.h"

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "daemon/api/unit.h"
#include "db/attachment.h"

int attachment_add(void *arg, const struct attachment_row *row)
{
    const char state[2] = {row->state, '\0'};
    json_t *o = json_object();

    set_int(o, "unit_id", row->unit_id);
    set_text(o, "unit", row->unit);
    set_int(o, "home_id", row->home_id);
    set_text(o, "home", row->home);
    set_bool(o, "merged", row->merged);
    set_bool(o, "alone", row->alone);
    set_text(o, "state", state);
    set_int_or_null(o, "price_fen", row->price_fen);
    set_int(o, "at_ms", row->at_ms);
    return items_add(arg, o);
}

int api_attachment_set(struct call *call)
{
    struct attachment_change change = {.home_id = 0};
    struct body b;
    int r = call_param_id(call, 0, &change.unit_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &change.version);
    body_int(&b, "home_id", BODY_REQUIRED, 0, INT64_MAX, &change.home_id);
    body_bool(&b, "merged", BODY_REQUIRED, &change.merged);
    r = body_end(&b);
    if (r == 0)
        r = attachment_set(&call->tx, &change);
    return r < 0 ? r : reply_unit(call, change.unit_id, 200);
}

/* unit_batch.c - what is done to many units at once: release, hold, retain and the rest of the
 * table's steps that need no deal, review of areas, layout, deletion. All or none (PM-21,
 * SC-09). */
#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"

static int reply_refs(struct call *call, const struct unit_ref *refs, size_t n, bool deleted)
{
    json_t *units = json_array();

    for (size_t i = 0; i < n && !deleted; i++)
        json_array_append_new(units, json_pack("{s:I, s:I}", "id", (json_int_t)refs[i].id,
                                               "version", (json_int_t)refs[i].version));
    call->reply.body = json_pack("{s:I, s:o}", "changed", (json_int_t)n, "units", units);
    return call->reply.body ? 0 : -ENOMEM;
}

/* A batch as it came in; `units` is ours. */
struct batch {
    int64_t project_id;
    struct unit_action action;
};

static int batch_begin(struct call *call, struct batch *batch, struct body *b)
{
    int r = call_param_id(call, 0, &batch->project_id);

    if (r < 0)
        return r;
    body_begin(b, call);
    body_units(b, &batch->action.units, &batch->action.n);
    return 0;
}

static int batch_end(struct call *call, struct batch *batch, struct body *b)
{
    int r = body_end(b);

    if (r == 0)
        r = unit_act(&call->tx, batch->project_id, &batch->action);
    if (r == 0)
        r = reply_refs(call, batch->action.units, batch->action.n, false);
    free(batch->action.units);
    return r;
}

/* UnitsAction: the units, and words where the transition wants some. */
static int act_plain(struct call *call, enum transition_id transition)
{
    struct batch batch = {.action = {.transition = transition}};
    struct body b;
    int r = batch_begin(call, &batch, &b);

    if (r < 0)
        return r;
    body_text(&b, "reason", BODY_OPTIONAL, 0, 200, &batch.action.reason);
    body_text(&b, "document", BODY_OPTIONAL, 0, 200, &batch.action.document);
    return batch_end(call, &batch, &b);
}

int api_units_release(struct call *call)
{
    return act_plain(call, TRANSITION_RELEASE);
}

int api_units_withdraw(struct call *call)
{
    return act_plain(call, TRANSITION_WITHDRAW);
}

int api_units_unhold(struct call *call)
{
    return act_plain(call, TRANSITION_UNHOLD);
}

int api_units_unretain(struct call *call)
{
    return act_plain(call, TRANSITION_UNRETAIN);
}

int api_units_hold(struct call *call)
{
    struct batch batch = {.action = {.transition = TRANSITION_HOLD}};
    struct body b;
    int r = batch_begin(call, &batch, &b);

    if (r < 0)
        return r;
    body_text(&b, "reason", BODY_REQUIRED, 1, 200, &batch.action.reason);
    body_int(&b, "until_ms", BODY_REQUIRED, 1, INT64_MAX / 2, &batch.action.until_ms);
    body_text(&b, "document", BODY_OPTIONAL, 0, 200, &batch.action.document);
    return batch_end(call, &batch, &b);
}

int api_units_reserve(struct call *call)
{
    struct batch batch = {.action = {.transition = TRANSITION_RESERVE}};
    struct body b;
    int r = batch_begin(call, &batch, &b);

    if (r < 0)
        return r;
    body_text(&b, "holder", BODY_REQUIRED, 1, 60, &batch.action.holder);
    body_int(&b, "customer_id", BODY_OPTIONAL, 1, INT64_MAX, &batch.action.customer_id);
    body_text(&b, "reason", BODY_REQUIRED, 1, 200, &batch.action.reason);
    body_int(&b, "until_ms", BODY_REQUIRED, 1, INT64_MAX / 2, &batch.action.until_ms);
    body_text(&b, "document", BODY_OPTIONAL, 0, 200, &batch.action.document);
    return batch_end(call, &batch, &b);
}

int api_units_retain(struct call *call)
{
    static const char *const kinds[] = {"self_held",        "facility", "resettlement",
                                        "property_service", "other",    NULL};
    struct batch batch = {.action = {.transition = TRANSITION_RETAIN}};
    struct body b;
    int r = batch_begin(call, &batch, &b);

    if (r < 0)
        return r;
    body_word(&b, "kind", BODY_REQUIRED, kinds, &batch.action.retained);
    body_text(&b, "reason", BODY_REQUIRED, 1, 200, &batch.action.reason);
    body_text(&b, "document", BODY_REQUIRED, 1, 200, &batch.action.document);
    return batch_end(call, &batch, &b);
}

int api_units_area_review(struct call *call)
{
    static const char *const stages[] = {"planned", "premeasured", "measured", NULL};
    struct batch batch = {.project_id = 0};
    const char *stage = NULL;
    struct body b;
    int r = batch_begin(call, &batch, &b);

    if (r < 0)
        return r;
    body_word(&b, "stage", BODY_REQUIRED, stages, &stage);
    r = body_end(&b);
    if (r == 0)
        r = unit_review_areas(&call->tx, batch.project_id, stage, batch.action.units,
                              batch.action.n);
    if (r == 0)
        r = reply_refs(call, batch.action.units, batch.action.n, false);
    free(batch.action.units);
    return r;
}

/* Units alone are read; reason and document are of no use here but part of UnitsAction. */
static int refs_read(struct call *call, struct batch *batch)
{
    const char *unused = NULL;
    struct body b;
    int r = batch_begin(call, batch, &b);

    if (r < 0)
        return r;
    body_text(&b, "reason", BODY_OPTIONAL, 0, 200, &unused);
    body_text(&b, "document", BODY_OPTIONAL, 0, 200, &unused);
    return body_end(&b);
}

int api_units_delete(struct call *call)
{
    struct batch batch = {.project_id = 0};
    int r = refs_read(call, &batch);

    if (r == 0)
        r = unit_delete(&call->tx, batch.project_id, batch.action.units, batch.action.n);
    if (r == 0)
        r = reply_refs(call, batch.action.units, batch.action.n, true);
    free(batch.action.units);
    return r;
}

int api_layout_assign(struct call *call)
{
    struct batch batch = {.project_id = 0};
    int64_t layout_id = 0;
    int r = refs_read(call, &batch);

    if (r == 0)
        r = call_param_id(call, 1, &layout_id);
    if (r == 0)
        r = unit_assign_layout(&call->tx, batch.project_id, layout_id, batch.action.units,
                               batch.action.n);
    if (r == 0)
        r = reply_refs(call, batch.action.units, batch.action.n, false);
    free(batch.action.units);
    return r;
}

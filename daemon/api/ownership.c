/* ownership.c - whose a customer is and was, with whom it is shared, and moves between people
 * (CU-20, CU-21, DP-05, DP-16). The pool is in pool_apply.c. */
#include "db/ownership.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/ownership.h"
#include "daemon/api/record.h"
#include "db/share.h"
#include "db/sight.h"

const char *const share_modes[] = {"view", "edit", NULL};

/* ---- what is known ---- */

static int own_add(void *arg, const struct ownership_row *row)
{
    json_t *o = json_object();

    set_int(o, "project_id", row->own.project_id);
    set_text(o, "project", row->project);
    set_text(o, "state", own_states[row->own.state]);
    set_int_or_null(o, "owner_id", row->own.owner_id);
    set_text_or_null(o, "owner", row->owner);
    set_int(o, "since_ms", row->own.since_ms);
    set_int(o, "touched_ms", row->own.touched_ms);
    set_int_or_null(o, "protected_until_ms", row->own.protected_until_ms);
    set_int_or_null(o, "pool_due_ms", row->own.pool_due_ms);
    set_bool(o, "yours", row->yours);
    return items_add(arg, o);
}

static int line_add(void *arg, const struct ownership_line *line)
{
    json_t *o = json_object();

    set_int(o, "id", line->id);
    set_text(o, "project", line->project);
    set_text_or_null(o, "from_state", line->from_state);
    set_text(o, "to_state", line->to_state);
    set_text_or_null(o, "from_owner", line->from_owner);
    set_text_or_null(o, "to_owner", line->to_owner);
    set_text(o, "reason", line->reason);
    set_text(o, "note", line->note);
    set_int_or_null(o, "protected_until_ms", line->protected_until_ms);
    set_text(o, "actor", line->actor);
    set_int(o, "at_ms", line->at_ms);
    return items_add(arg, o);
}

static int share_add(void *arg, const struct share_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "project_id", row->project_id);
    set_int(o, "user_id", row->user_id);
    set_text(o, "user", row->user);
    set_text(o, "mode", row->mode);
    set_text(o, "given_by", row->given_by);
    set_int(o, "since_ms", row->since_ms);
    return items_add(arg, o);
}

static int reply_ownership(struct call *call, int64_t customer_id)
{
    json_t *items = json_array(), *lines = json_array(), *shares = json_array();
    int r = ownership_scan(&call->tx, customer_id, own_add, items);

    if (r == 0)
        r = ownership_history(&call->tx, customer_id, line_add, lines);
    if (r == 0)
        r = share_scan(&call->tx, customer_id, share_add, shares);
    call->reply.body =
        json_pack("{s:o, s:o, s:o}", "items", items, "lines", lines, "shares", shares);
    return r < 0 ? r : call->reply.body ? 0 : -ENOMEM;
}

int api_ownership_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_ownership(call, id);
}

int api_ownership_at(struct call *call)
{
    int64_t id = 0, project_id = 0, at_ms = 0, owner_id = 0;
    enum own_state state;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = call_query_int(call, "project", 1, INT64_MAX, 0, &project_id);
    if (r == 0)
        r = call_query_int(call, "at_ms", 0, INT64_MAX, call->tx.now_ms, &at_ms);
    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r == 0)
        r = sight_need(&call->tx, id);
    if (r == 0)
        r = ownership_at(&call->tx, id, project_id, at_ms, &state, &owner_id);
    if (r <= 0)
        return r < 0 ? r : fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    call->reply.body = json_object();
    set_text(call->reply.body, "state", own_states[state]);
    set_int_or_null(call->reply.body, "owner_id", owner_id);
    return call->reply.body ? 0 : -ENOMEM;
}

static int person_add(void *arg, int64_t user_id, const char *name, int64_t customers)
{
    json_t *o = json_object();

    set_int(o, "id", user_id);
    set_text(o, "name", name);
    set_int(o, "customers", customers);
    return items_add(arg, o);
}

int api_customer_people(struct call *call)
{
    json_t *items;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, ownership_people(&call->tx, id, person_add, items));
}

/* ---- changes ---- */

/* Those that have an owner. */
static const char *const owned[] = {"reported", "marketing", "onsite", NULL};

int api_customer_state(struct call *call)
{
    int64_t id = 0, project_id = 0;
    const char *note = NULL;
    int state = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "project_id", BODY_REQUIRED, 1, INT64_MAX, &project_id);
    body_choice(&b, "state", BODY_REQUIRED, owned, &state);
    body_text(&b, "note", BODY_OPTIONAL, 1, OWNERSHIP_NOTE_MAX, &note);
    r = body_end(&b);
    if (r == 0)
        r = ownership_state_set(&call->tx, id, project_id, (enum own_state)state, note);
    return r < 0 ? r : reply_ownership(call, id);
}

void body_customers(struct body *b, int64_t **ret_ids, size_t *ret_n)
{
    body_ids(b, "customer_ids", BODY_REQUIRED, OWNERSHIP_BATCH_MAX, ret_ids, ret_n);
    if (*ret_ids && *ret_n == 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "customer_ids", "field",
                   "customer_ids", NULL);
}

int reply_count(struct call *call, size_t n)
{
    call->reply.body = json_pack("{s:I}", "count", (json_int_t)n);
    return call->reply.body ? 0 : -ENOMEM;
}

int api_customer_dispatch(struct call *call)
{
    int64_t project_id = 0, user_id = 0, *ids = NULL;
    const char *note = NULL;
    size_t n = 0;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_customers(&b, &ids, &n);
    body_int(&b, "user_id", BODY_REQUIRED, 1, INT64_MAX, &user_id);
    body_text(&b, "note", BODY_REQUIRED, 1, OWNERSHIP_NOTE_MAX, &note);
    r = body_end(&b);
    if (r == 0)
        r = ownership_dispatch(&call->tx, project_id, ids, n, user_id, note);
    free(ids);
    return r < 0 ? r : reply_count(call, n);
}

/* ---- shares ---- */

int api_customer_share(struct call *call)
{
    int64_t id = 0, project_id = 0, user_id = 0;
    const char *mode = NULL;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "project_id", BODY_REQUIRED, 1, INT64_MAX, &project_id);
    body_int(&b, "user_id", BODY_REQUIRED, 1, INT64_MAX, &user_id);
    body_word(&b, "mode", BODY_REQUIRED, share_modes, &mode);
    r = body_end(&b);
    if (r == 0)
        r = share_give(&call->tx, id, project_id, user_id, mode);
    return r < 0 ? r : reply_ownership(call, id);
}

int api_customer_unshare(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : share_end(&call->tx, id);
}

/* ---- with a new customer ---- */

void body_entry(struct body *b, struct entry_in *in)
{
    int state = OWN_ONSITE;

    body_int(b, "project_id", BODY_OPTIONAL, 1, INT64_MAX, &in->project_id);
    body_choice(b, "own_state", BODY_OPTIONAL, owned, &state);
    body_bool(b, "accept_duplicate", BODY_OPTIONAL, &in->accept_duplicate);
    in->state = (enum own_state)state;
}

int entry_begin(struct call *call, const struct entry_in *in, int64_t customer_id)
{
    if (!in->project_id)
        return 0;
    return ownership_begin(&call->tx, customer_id, in->project_id, in->state, 0);
}

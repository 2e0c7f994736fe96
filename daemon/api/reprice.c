/* reprice.c - re-pricing plans (PR-03): preview, plan, cancelling. Their approval is
 * approval.c's. */
#include "db/reprice.h"

#include <errno.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/approval.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/money.h"
#include "db/property.h"
#include "db/state.h"

enum { PAGE_MAX = 200, PAGE_DEFAULT = 50, UNITS_MAX = 1000, UNITS_DEFAULT = 200, STATES_MAX = 12 };

static const char *const targets[] = {"list", "floor", NULL};
static const char *const methods[] = {"percent", "amount", "replace", NULL};
static const char *const pers[] = {"total", "area", NULL};

/* ---- what comes in ---- */

static const char *word_of(struct call *call, const char *field, const char *word,
                           const char *const *choices)
{
    for (size_t i = 0; choices[i]; i++)
        if (word && strcmp(choices[i], word) == 0)
            return choices[i];
    fault_item(call->tx.fault, FAULT_FIELD_CHOICE, 0, field, "field", field, NULL);
    return choices[0];
}

static void states_check(struct call *call, const char *states)
{
    for (const char *p = states ? states : ""; *p; p++)
        if (!state_info(*p))
            fault_item(call->tx.fault, FAULT_FIELD_CHOICE, 0, "states", "field", "states", NULL);
}

static int how_query(struct call *call, struct reprice_how *how)
{
    const char *class = call_query(call, "class");
    int64_t none = FLOOR_MIN - 1;
    int r = call_query_int(call, "building", 1, INT64_MAX, 0, &how->building_id);

    if (r == 0)
        r = call_query_int(call, "unit", 1, INT64_MAX, 0, &how->unit_id);
    if (r == 0)
        r = call_query_int(call, "layout", 1, INT64_MAX, 0, &how->layout_id);
    if (r == 0)
        r = call_query_int(call, "floor_from", FLOOR_MIN, FLOOR_MAX, none, &how->floor_from);
    if (r == 0)
        r = call_query_int(call, "floor_to", FLOOR_MIN, FLOOR_MAX, none, &how->floor_to);
    if (r == 0)
        r = call_query_int(call, "value", -MONEY_MAX_FEN, MONEY_MAX_FEN, 0, &how->value);
    if (r < 0)
        return r;
    how->target = word_of(call, "target", call_query(call, "target"), targets);
    how->method = word_of(call, "method", call_query(call, "method"), methods);
    how->per = word_of(call, "per", call_query(call, "per"), pers);
    how->class = class && class[0] ? word_of(call, "class", class, class_codes) : NULL;
    how->states = call_query(call, "states");
    states_check(call, how->states);
    return fault_fields(call->tx.fault);
}

/* A bound that is not given is open. */
static void floors_close(struct reprice_how *how)
{
    how->floors = how->floor_from >= FLOOR_MIN || how->floor_to >= FLOOR_MIN;
    if (how->floor_from < FLOOR_MIN)
        how->floor_from = FLOOR_MIN;
    if (how->floor_to < FLOOR_MIN)
        how->floor_to = FLOOR_MAX;
    if (how->states && !how->states[0])
        how->states = NULL;
}

static void how_body(struct body *b, struct reprice_how *how)
{
    how->floor_from = how->floor_to = FLOOR_MIN - 1;
    body_int_or_null(b, "building_id", 1, INT64_MAX, &how->building_id);
    body_int_or_null(b, "unit_id", 1, INT64_MAX, &how->unit_id);
    body_int_or_null(b, "layout_id", 1, INT64_MAX, &how->layout_id);
    body_int(b, "floor_from", BODY_OPTIONAL, FLOOR_MIN, FLOOR_MAX, &how->floor_from);
    body_int(b, "floor_to", BODY_OPTIONAL, FLOOR_MIN, FLOOR_MAX, &how->floor_to);
    body_word(b, "class", BODY_OPTIONAL, class_codes, &how->class);
    body_text(b, "states", BODY_OPTIONAL, 0, STATES_MAX, &how->states);
    body_word(b, "target", BODY_REQUIRED, targets, &how->target);
    body_word(b, "method", BODY_REQUIRED, methods, &how->method);
    body_word(b, "per", BODY_REQUIRED, pers, &how->per);
    body_int(b, "value", BODY_REQUIRED, -MONEY_MAX_FEN, MONEY_MAX_FEN, &how->value);
    states_check(b->call, how->states);
    floors_close(how);
}

/* ---- what goes out ---- */

static json_t *unit_json(const struct reprice_unit *unit)
{
    json_t *o = json_object();

    set_int(o, "unit_id", unit->unit_id);
    set_text(o, "path", unit->path);
    set_int_or_null(o, "from_fen", unit->from_fen);
    set_int_or_null(o, "to_fen", unit->to_fen);
    set_text(o, "outcome", unit->outcome);
    set_text_or_null(o, "reason", unit->reason);
    return o;
}

static int reprice_add(void *arg, const struct reprice_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_text(o, "title", row->title);
    set_text(o, "target", row->target);
    set_text(o, "method", row->method);
    set_text(o, "per", row->per);
    set_int(o, "value", row->value);
    set_text(o, "filter", row->filter);
    set_text(o, "reason", row->reason);
    set_text(o, "state", row->state);
    set_text(o, "user", row->user);
    set_int_or_null(o, "effective_ms", row->effective_ms);
    set_int(o, "approval_id", row->approval_id);
    set_int(o, "made_ms", row->made_ms);
    set_int_or_null(o, "executed_ms", row->executed_ms);
    set_int(o, "planned", row->planned);
    set_int(o, "changed", row->changed);
    set_int(o, "skipped", row->skipped);
    set_int(o, "from_fen", row->from_fen);
    set_int(o, "to_fen", row->to_fen);
    return items_add(arg, o);
}

/* ---- preview ---- */

struct preview {
    json_t *items;
    int64_t at, after, room, planned, skipped, from_fen, to_fen, down_bp;
};

/* All are counted, a page of them is given. */
static int preview_take(void *arg, const struct reprice_unit *unit)
{
    struct preview *p = arg;

    p->at++;
    if (unit->reason[0]) {
        p->skipped++;
    } else {
        int64_t down = unit->from_fen - unit->to_fen;

        p->planned++;
        p->from_fen += unit->from_fen;
        p->to_fen += unit->to_fen;
        if (down > 0 && unit->from_fen > 0 && down * 10000 / unit->from_fen > p->down_bp)
            p->down_bp = down * 10000 / unit->from_fen;
    }
    return p->at > p->after && p->at <= p->after + p->room ? items_add(p->items, unit_json(unit))
                                                           : 0;
}

int api_reprice_preview(struct call *call)
{
    struct reprice_how how = {.project_id = 0};
    struct preview p = {.items = NULL};
    bool present;
    int r = call_param_id(call, 0, &how.project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, how.project_id);
    if (r == 0)
        r = how_query(call, &how);
    if (r == 0)
        r = call_query_int(call, "limit", 1, UNITS_MAX, UNITS_DEFAULT, &p.room);
    if (r == 0)
        r = cursor_read(call, &p.after, 1, &present);
    if (r < 0)
        return r;
    floors_close(&how);
    p.items = json_array();
    r = reply_items(call, p.items, reprice_preview(&call->tx, &how, preview_take, &p));
    if (r < 0)
        return r;
    set_int(call->reply.body, "planned", p.planned);
    set_int(call->reply.body, "skipped", p.skipped);
    set_int(call->reply.body, "from_fen", p.from_fen);
    set_int(call->reply.body, "to_fen", p.to_fen);
    set_int(call->reply.body, "down_bp", p.down_bp);
    p.after += p.room;
    if (p.at > p.after)
        cursor_write(call, &p.after, 1, call->reply.body);
    return 0;
}

/* ---- plans ---- */

/* Who may set prices sees plans; so does whom the request for one concerns. */
static int concerned(void *arg, const struct reprice_row *row)
{
    *(int64_t *)arg = row->approval_id;
    return 0;
}

static int approval_seen(void *arg, const struct approval_row *row)
{
    (void)arg, (void)row;
    return 0;
}

static int plan_may_see(struct call *call, int64_t id)
{
    int64_t approval_id = 0;
    int r = reprice_get(&call->tx, id, concerned, &approval_id);

    if (r < 0 || actor_has(call->tx.actor, RIGHT_PRICE_EDIT))
        return r;
    return approval_get(&call->tx, approval_id, approval_seen, NULL);
}

static int reply_reprice(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int r = reprice_get(&call->tx, id, reprice_add, items);

    return reply_first(call, items, r, status, "reprices");
}

int api_reprice_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = plan_may_see(call, id);
    return r < 0 ? r : reply_reprice(call, id, 200);
}

static int listed(void *arg, const struct reprice_row *row)
{
    struct page *page = arg;

    if (!page_fits(page, row->id, 0))
        return 0;
    return reprice_add(page->items, row);
}

int api_reprice_list(struct call *call)
{
    struct page page;
    int64_t project_id = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = page_begin(call, 1, PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    r = reprice_list(&call->tx, project_id, page.at[0], page_limit(&page), listed, &page);
    return page_reply(call, &page, r);
}

static int unit_listed(void *arg, const struct reprice_unit *unit)
{
    struct page *page = arg;

    if (!page_fits(page, unit->unit_id, 0))
        return 0;
    return items_add(page->items, unit_json(unit));
}

int api_reprice_unit_list(struct call *call)
{
    struct page page;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = plan_may_see(call, id);
    if (r == 0)
        r = page_begin(call, 1, UNITS_MAX, UNITS_DEFAULT, &page);
    if (r < 0)
        return r;
    r = reprice_unit_list(&call->tx, id, page.at[0], page_limit(&page), unit_listed, &page);
    return page_reply(call, &page, r);
}

int api_reprice_create(struct call *call)
{
    struct approval_values values = {.n = 0};
    struct reprice_ask ask = {.title = NULL, .values = &values};
    int64_t id = 0;
    struct body b;
    int r = call_param_id(call, 0, &ask.how.project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    how_body(&b, &ask.how);
    body_text(&b, "title", BODY_REQUIRED, 1, REPRICE_TITLE_MAX, &ask.title);
    body_text(&b, "reason", BODY_REQUIRED, 1, REPRICE_REASON_MAX, &ask.reason);
    body_int_or_null(&b, "effective_ms", 1, INT64_C(4102444800000), &ask.effective_ms);
    body_int_or_null(&b, "resubmits_id", 1, INT64_MAX, &ask.resubmits_id);
    body_values(&b, &values);
    r = body_end(&b);
    if (r == 0)
        r = reprice_create(&call->tx, &ask, &id);
    return r < 0 ? r : reply_reprice(call, id, 201);
}

int api_reprice_cancel(struct call *call)
{
    int64_t id = 0, version = 0;
    const char *reason = NULL;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "reason", BODY_REQUIRED, 1, REPRICE_REASON_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = reprice_cancel(&call->tx, id, version, reason);
    return r < 0 ? r : reply_reprice(call, id, 200);
}

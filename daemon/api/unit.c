/* unit.c - one unit: its sheet, record, areas, price, history and trail; the list of units
 * (PM-05). What is done to many at once is in unit_batch.c. */
#include "daemon/api/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/attachment.h"
#include "daemon/api/people.h"
#include "daemon/api/record.h"
#include "daemon/chart/internal.h"
#include "db/attachment.h"
#include "db/day.h"
#include "db/encumbrance.h"
#include "db/media.h"
#include "db/money.h"
#include "db/unit.h"
#include "db/unit_class.h"

enum { PATH_SIZE = 256, WHY_SIZE = 400 };

static void set_letter(json_t *o, const char *name, char letter)
{
    const char text[2] = {letter, '\0'};

    set_text_or_null(o, name, text);
}

/* ---- what may be done next ---- */

struct step {
    enum transition_id transition;
    enum right right;
};
static const struct step steps[] = {
    {TRANSITION_RELEASE, RIGHT_UNIT_RELEASE}, {TRANSITION_WITHDRAW, RIGHT_UNIT_RELEASE},
    {TRANSITION_HOLD, RIGHT_UNIT_HOLD},       {TRANSITION_RESERVE, RIGHT_UNIT_HOLD},
    {TRANSITION_UNHOLD, RIGHT_UNIT_HOLD},     {TRANSITION_RETAIN, RIGHT_UNIT_RETAIN},
    {TRANSITION_UNRETAIN, RIGHT_UNIT_RETAIN},
};

static void why_add(json_t *why, enum lang lang, enum fault_code code, const char *path,
                    const struct state_info *state, const char *right)
{
    struct fault fault = {.set = false};
    char text[WHY_SIZE];

    fault_set(&fault, code, "unit", path, "state", state->zh, "state_en", state->en, "right", right,
              NULL);
    fault_render(code, fault.args, fault.n_args, lang, text, sizeof(text));
    json_array_append_new(why, json_string(text));
    fault_clear(&fault);
}

static json_t *step_json(struct call *call, const struct step *step, const struct unit_row *row,
                         const struct unit_facts *facts)
{
    const struct transition *t = &transitions[step->transition];
    const guard_set failing = transition_failing(t, facts);
    const struct state_info *state = state_info(row->state);
    json_t *o = json_object(), *why = json_array();
    char path[PATH_SIZE];

    unit_path(row, path, sizeof(path));
    if (!actor_has(call->tx.actor, step->right))
        why_add(why, call->lang, FAULT_DENIED, path, state,
                call->lang == LANG_ZH ? rights[step->right].zh : rights[step->right].en);
    for (int n = 1; n <= GUARD_COUNT; n++)
        if (failing & GUARD_BIT(n))
            why_add(why, call->lang, guard_fault(n), path, state, NULL);
    set_text(o, "event", t->event);
    set_text(o, "zh", t->zh);
    set_text(o, "en", t->en);
    set_bool(o, "allowed", json_array_size(why) == 0);
    json_object_set_new_nocheck(o, "why", why);
    return o;
}

static json_t *steps_json(struct call *call, const struct unit_row *row)
{
    json_t *list = json_array();
    struct unit_facts facts;

    unit_facts(row, &facts);
    facts.version_same = true;
    facts.approved = true; /* the right to do it is the authority (G10) */
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (transition_starts_in(&transitions[steps[i].transition], row->state))
            json_array_append_new(list, step_json(call, &steps[i], row, &facts));
    return list;
}

/* ---- the sheet ---- */

static json_t *hold_json(const struct unit_row *row)
{
    json_t *o;

    if (!row->claim_id)
        return json_null();
    o = json_object();
    set_text(o, "kind", row->claim_kind);
    set_text_or_null(o, "holder", row->holder);
    set_text(o, "reason", row->hold_reason);
    set_text(o, "approver", row->approver);
    set_int(o, "since_ms", row->since_ms);
    set_int_or_null(o, "until_ms", row->until_ms);
    return o;
}

static void sheet_place(json_t *o, const struct unit_row *row)
{
    char path[PATH_SIZE];

    unit_path(row, path, sizeof(path));
    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_int(o, "building_id", row->building_id);
    set_text(o, "path", path);
    set_text(o, "building", row->building);
    set_text(o, "stair", row->stair);
    set_text(o, "floor", row->floor);
    set_text(o, "room", row->room);
    set_text(o, "line", row->line);
    set_int(o, "span", row->span);
}

static void sheet_record(json_t *o, const struct unit_row *row)
{
    set_text(o, "class", row->class);
    set_letter(o, "state", row->state);
    set_letter(o, "public_state", row->shown);
    set_bool(o, "released", row->released);
    set_int_or_null(o, "layout_id", row->layout_id);
    set_text(o, "orientation", row->orientation);
    set_int_or_null(o, "floor_height_mm", row->floor_height_mm);
    set_bool(o, "attached_only", row->attached_only);
    set_text(o, "display_note", row->display_note);
    set_text(o, "usage_text", row->usage_text);
    set_text_or_null(o, "not_for_sale_reason", row->state == 'N' ? row->retained_reason : NULL);
    set_int(o, "queue_count", row->queue_count);
    set_text_or_null(o, "change", row->change_kind);
    set_text_or_null(o, "vr_url", row->vr_url);
    set_bool(o, "model_room", row->model_room);
}

/* The floor price is not even named to who may not see it (PR-05). */
static void sheet_price(json_t *o, const struct unit_row *row, bool floor)
{
    const bool inner =
        row->total_fen > 0 && row->inner > 0 && strcmp(row->price_basis, "unit") != 0;

    set_text(o, "basis", row->price_basis);
    set_bool(o, "area_owed", unit_class_owes_area(row->class));
    set_int_or_null(o, "total_fen", row->total_fen);
    set_int_or_null(o, "unit_price_fen", unit_row_price(row));
    set_int_or_null(o, "inner_unit_price_fen",
                    inner ? money_unit_price(row->total_fen, row->inner) : 0);
    set_int_or_null(o, "filed_total_fen", row->filed_total_fen);
    set_int_or_null(o, "deal_total_fen", row->deal_total_fen);
    set_bool(o, "price_reviewed", row->price_reviewed);
    set_text_or_null(o, "until_date", row->price_until);
    if (floor)
        set_int_or_null(o, "floor_total_fen", row->floor_total_fen);
}

struct sheet {
    struct call *call;
    json_t *object;
};

static int sheet_row(void *arg, const struct unit_row *row)
{
    struct sheet *sheet = arg;
    json_t *o = sheet->object;

    sheet_place(o, row);
    sheet_record(o, row);
    sheet_price(o, row, actor_has(sheet->call->tx.actor, RIGHT_PRICE_FLOOR));
    json_object_set_new_nocheck(o, "hold", hold_json(row));
    json_object_set_new_nocheck(o, "next_steps", steps_json(sheet->call, row));
    return 0;
}

static int area_add(void *arg, const struct unit_area_row *row)
{
    json_t *o = json_object();

    set_text(o, "stage", row->stage);
    set_int(o, "gross_area", row->gross);
    set_int(o, "inner_area", row->inner);
    set_int(o, "shared_area", row->shared);
    set_int_or_null(o, "reviewed_ms", row->reviewed_ms);
    set_text_or_null(o, "reviewed_by", row->reviewed_by);
    set_text_or_null(o, "reviewed_by_name", row->reviewed_by_name);
    return items_add(arg, o);
}

static int encumbrance_add(void *arg, const struct encumbrance_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "kind", row->kind);
    set_text(o, "document", row->document);
    set_bool(o, "sellable", row->sellable);
    set_int(o, "set_ms", row->set_ms);
    set_text(o, "set_by", row->set_by);
    set_text(o, "set_by_name", row->set_by_name);
    set_int_or_null(o, "cleared_ms", row->cleared_ms);
    set_text_or_null(o, "cleared_by", row->cleared_by);
    set_text_or_null(o, "cleared_by_name", row->cleared_by_name);
    set_text_or_null(o, "clear_document", row->clear_document);
    return items_add(arg, o);
}

static int text_add(void *arg, const char *text)
{
    return items_add(arg, json_string(text));
}

static int sheet_lists(struct call *call, int64_t unit_id, json_t *o)
{
    json_t *areas = json_array(), *encumbrances = json_array(), *permits = json_array(),
           *media = json_array(), *attachments = json_array();
    int r = unit_area_each(&call->tx, unit_id, area_add, areas);

    if (r == 0)
        r = encumbrance_each(&call->tx, unit_id, encumbrance_add, encumbrances);
    if (r == 0)
        r = unit_permit_each(&call->tx, unit_id, text_add, permits);
    if (r == 0)
        r = unit_media_each(&call->tx, unit_id, text_add, media);
    if (r == 0)
        r = attachment_each(&call->tx, unit_id, attachment_add, attachments);
    json_object_set_new_nocheck(o, "attachments", attachments);
    json_object_set_new_nocheck(o, "areas", areas);
    json_object_set_new_nocheck(o, "encumbrances", encumbrances);
    json_object_set_new_nocheck(o, "permits", permits);
    json_object_set_new_nocheck(o, "media", media);
    return r;
}

int reply_unit(struct call *call, int64_t unit_id, int status)
{
    const struct unit_filter filter = {.unit_id = unit_id};
    struct sheet sheet = {call, json_object()};
    int r = unit_scan(&call->tx, &filter, sheet_row, &sheet);

    if (r == 0)
        r = sheet_lists(call, unit_id, sheet.object);
    if (r < 0) {
        json_decref(sheet.object);
        return r;
    }
    call->reply.body = sheet.object;
    call->reply.status = status;
    return sheet.object ? 0 : -ENOMEM;
}

int api_unit_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_unit(call, id, 200);
}

/* ---- changes of the record ---- */

static void pictures_read(struct body *b, const char *ids[UNIT_MEDIA_MAX], struct unit_change *c)
{
    c->n_media = SIZE_MAX;
    body_words(b, "media", BODY_OPTIONAL, UNIT_MEDIA_MAX, 1, MEDIA_ID_SIZE, ids, &c->n_media);
    if (c->n_media != SIZE_MAX)
        c->media = ids;
}

/* A link is opened by a tap on a public page: no other scheme than these. */
static void url_read(struct body *b, const char **ret_url)
{
    const char *url = NULL;

    body_text_or_null(b, "vr_url", 500, &url);
    if (url && url[0] && strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_CHOICE, 0, "vr_url", "field", "vr_url", NULL);
    else
        *ret_url = url;
}

static void height_read(struct body *b, struct unit_change *c)
{
    body_int_or_null(b, "floor_height_mm", 1000, 30000, &c->floor_height_mm);
}

int api_unit_update(struct call *call)
{
    struct unit_change c = {.layout_id = -1, .floor_height_mm = -1, .span = -1};
    const char *pictures[UNIT_MEDIA_MAX];
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_word(&b, "class", BODY_OPTIONAL, class_codes, &c.class);
    body_int_or_null(&b, "layout_id", 1, INT64_MAX, &c.layout_id);
    body_text(&b, "orientation", BODY_OPTIONAL, 0, 20, &c.orientation);
    height_read(&b, &c);
    body_tristate(&b, "attached_only", &c.attached_only);
    body_text(&b, "display_note", BODY_OPTIONAL, 0, 200, &c.display_note);
    body_int(&b, "span", BODY_OPTIONAL, 1, 9, &c.span);
    url_read(&b, &c.vr_url);
    body_tristate(&b, "model_room", &c.model_room);
    pictures_read(&b, pictures, &c);
    body_text(&b, "room", BODY_OPTIONAL, 1, 40, &c.room);
    r = body_end(&b);
    if (r == 0)
        r = unit_update(&call->tx, &c);
    return r < 0 ? r : reply_unit(call, c.id, 200);
}

static const char *const stages[] = {"planned", "premeasured", "measured", NULL};

int api_unit_area_set(struct call *call)
{
    int64_t id, version = 0, gross = 0, inner = 0, shared = 0;
    const char *stage = NULL;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_word(&b, "stage", BODY_REQUIRED, stages, &stage);
    body_int(&b, "gross_area", BODY_REQUIRED, 1, AREA_MAX, &gross);
    body_int(&b, "inner_area", BODY_REQUIRED, 1, AREA_MAX, &inner);
    body_int(&b, "shared_area", BODY_REQUIRED, 0, AREA_MAX, &shared);
    r = body_end(&b);
    if (r == 0)
        r = unit_set_area(&call->tx, id, version, stage, gross, inner, shared);
    return r < 0 ? r : reply_unit(call, id, 200);
}

int api_unit_price_set(struct call *call)
{
    struct unit_price_change c = {
        .total_fen = -1, .unit_price_fen = -1, .filed_total_fen = -1, .floor_total_fen = -1};
    struct body b;
    int r = call_param_id(call, 0, &c.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_int_or_null(&b, "total_fen", 1, MONEY_MAX_FEN, &c.total_fen);
    body_int(&b, "unit_price_fen", BODY_OPTIONAL, 1, MONEY_MAX_FEN, &c.unit_price_fen);
    body_int_or_null(&b, "filed_total_fen", 1, MONEY_MAX_FEN, &c.filed_total_fen);
    body_int_or_null(&b, "floor_total_fen", 1, MONEY_MAX_FEN, &c.floor_total_fen);
    body_text(&b, "reason", BODY_REQUIRED, 1, 200, &c.reason);
    body_date(&b, "until_date", BODY_OPTIONAL, &c.until_date);
    r = body_end(&b);
    /* Who may not see a floor price may not set one: the answer would tell. */
    if (r == 0 && body_has(&b, "floor_total_fen"))
        r = tx_need_right(&call->tx, RIGHT_PRICE_FLOOR);
    if (r == 0)
        r = unit_set_price(&call->tx, &c);
    return r < 0 ? r : reply_unit(call, c.id, 200);
}

/* ---- history and trail ---- */

static int history_add(void *arg, const struct unit_history_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text_or_null(o, "from", row->from);
    set_text(o, "to", row->to);
    set_text(o, "event", row->event);
    set_text(o, "axis", row->axis);
    set_int(o, "at_ms", row->at_ms);
    set_text(o, "actor", row->actor);
    set_text(o, "document", row->document);
    set_text(o, "reason", row->reason);
    return items_add(arg, o);
}

int api_unit_history(struct call *call)
{
    json_t *items = json_array();
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = unit_history(&call->tx, id, history_add, items);
    return reply_items(call, items, r);
}

static int row_seen(void *arg, const struct unit_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

int api_unit_trail(struct call *call)
{
    struct unit_filter filter = {.unit_id = 0};
    json_t *items = NULL;
    char object[40];
    int r = call_param_id(call, 0, &filter.unit_id);

    if (r == 0)
        r = unit_scan(&call->tx, &filter, row_seen, NULL);
    snprintf(object, sizeof(object), "unit:%lld", (long long)filter.unit_id);
    if (r == 0)
        r = audit_trail_json(call, object, &items);
    return r < 0 ? r : reply_items(call, items, 0);
}

/* ---- the list ---- */

struct listing {
    struct call *call;
    const char *state, *class, *q;
    int64_t layout_id, limit, midnight_ms;
    int64_t after; /* the last unit of the page before; 0: from the start */
    bool passed;   /* it was seen */
    int64_t total; /* all that match, whatever the page */
    int64_t last;  /* the last unit of this page */
    bool more;
    json_t *items;
};

static bool row_matches(const struct listing *l, const struct unit_row *row, const char *path)
{
    if (l->state && l->state[0] && !strchr(l->state, row->state))
        return false;
    if (l->class && l->class[0] && strcmp(l->class, row->class) != 0)
        return false;
    if (l->layout_id && l->layout_id != row->layout_id)
        return false;
    return !l->q || !l->q[0] || strstr(path, l->q) || strstr(row->room, l->q);
}

static json_t *brief_json(const struct listing *l, const struct unit_row *row, const char *path)
{
    const unsigned today = row->changed_ms >= l->midnight_ms ? INTERNAL_CHANGED_TODAY : 0u;
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "path", path);
    set_int(o, "building_id", row->building_id);
    set_text(o, "building", row->building);
    set_text(o, "stair", row->stair);
    set_text(o, "floor", row->floor);
    set_text(o, "room", row->room);
    set_text(o, "class", row->class);
    set_letter(o, "state", row->state);
    set_letter(o, "public_state", row->shown);
    set_text_or_null(o, "layout", row->layout);
    set_text(o, "orientation", row->orientation);
    set_int_or_null(o, "gross_area", row->gross);
    set_int_or_null(o, "inner_area", row->inner);
    set_int_or_null(o, "unit_price_fen", unit_row_price(row));
    set_int_or_null(o, "total_fen", row->total_fen);
    set_int_or_null(o, "hold_until_ms", row->until_ms);
    set_text_or_null(o, "hold_reason", row->claim_id ? row->hold_reason : NULL);
    set_int(o, "flags", (row->flags & ~(unsigned)UNIT_MORTGAGE_BLOCKS) | today);
    return o;
}

static int listing_row(void *arg, const struct unit_row *row)
{
    struct listing *l = arg;
    char path[PATH_SIZE];
    bool page = l->after == 0 || l->passed;

    if (row->id == l->after)
        l->passed = true;
    unit_path(row, path, sizeof(path));
    if (!row_matches(l, row, path))
        return 0;
    l->total++;
    if (!page)
        return 0;
    if ((int64_t)json_array_size(l->items) == l->limit) {
        l->more = true;
        return 0;
    }
    l->last = row->id;
    return items_add(l->items, brief_json(l, row, path));
}

static int listing_read(struct call *call, struct unit_filter *filter, struct listing *l)
{
    bool present;
    int r = call_param_id(call, 0, &filter->project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, filter->project_id);
    if (r == 0)
        r = call_query_int(call, "layout", 1, INT64_MAX, 0, &l->layout_id);
    if (r == 0)
        r = call_query_int(call, "limit", 1, 500, 100, &l->limit);
    if (r == 0)
        r = call_query_int(call, "building", 1, INT64_MAX, 0, &filter->building_id);
    if (r == 0)
        r = cursor_read(call, &l->after, 1, &present);
    l->state = call_query(call, "state");
    l->class = call_query(call, "class");
    l->q = call_query(call, "q");
    return r;
}

struct in_project {
    struct listing *listing;
    int64_t project_id;
};

/* A building of another project has nothing to show here. */
static int project_row(void *arg, const struct unit_row *row)
{
    struct in_project *in = arg;

    return row->project_id == in->project_id ? listing_row(in->listing, row) : 0;
}

int api_unit_list(struct call *call)
{
    struct listing l = {.call = call, .items = json_array()};
    struct unit_filter filter = {.project_id = 0};
    struct in_project in = {&l, 0};
    int r = listing_read(call, &filter, &l);

    in.project_id = filter.project_id;
    l.midnight_ms = day_midnight_ms(call->tx.now_ms);
    if (r == 0)
        r = unit_scan(&call->tx, &filter, project_row, &in);
    if (r == 0 && l.after && !l.passed)
        r = fault_set(call->tx.fault, FAULT_CURSOR, NULL);
    r = reply_items(call, l.items, r);
    if (r < 0)
        return r;
    set_int(call->reply.body, "total", l.total);
    if (l.more)
        cursor_write(call, &l.last, 1, call->reply.body);
    return 0;
}

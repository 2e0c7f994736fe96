/* project.c - projects, their settings, and closing the sales office for the day (PM-01, PM-09). */
#include "db/project.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/money.h"

/* ---- out ---- */

/* Figures are for those who may see the chart; an administrator sees names alone. */
static json_t *states_json(const struct project_brief *brief, bool figures)
{
    json_t *list = json_array();

    for (size_t i = 0; figures && i < brief->n_states; i++) {
        const struct project_state *s = &brief->states[i];
        const char letter[2] = {s->state, '\0'};
        json_t *state = json_object();

        set_text(state, "state", letter);
        set_int(state, "units", s->units);
        set_int(state, "gross_area", s->gross_area);
        set_int(state, "total_fen", s->total_fen);
        json_array_append_new(list, state);
    }
    return list;
}

struct listing {
    const struct call *call;
    json_t *items;
};

static int brief_add(void *arg, const struct project_brief *brief)
{
    const struct listing *l = arg;
    json_t *o = json_object();

    set_int(o, "id", brief->id);
    set_text(o, "name", brief->name);
    set_text(o, "name_en", brief->name_en);
    set_text(o, "city", brief->city);
    set_bool(o, "closed", brief->closed);
    set_int(o, "units", brief->units);
    set_int_or_null(o, "live_number", brief->live_number);
    set_int_or_null(o, "open_number", brief->open_number);
    json_object_set_new_nocheck(o, "states",
                                states_json(brief, actor_has(l->call->tx.actor, RIGHT_CHART_VIEW)));
    return items_add(l->items, o);
}

int api_project_list(struct call *call)
{
    struct listing l = {call, json_array()};

    return reply_items(call, l.items, project_each(&call->tx, 0, brief_add, &l));
}

/* The settings that are yes or no. */
static const struct {
    const char *name;
    size_t row, change;
} switches[] = {
#define SWITCH(column)                                                                             \
    {                                                                                              \
#column, offsetof(struct project_row, column), offsetof(struct project_change, column)     \
    }
    SWITCH(show_deal_price), SWITCH(two_person),     SWITCH(confirm_first), SWITCH(deposit_first),
    SWITCH(direct_sign),     SWITCH(reserve_direct), SWITCH(qualification),
#undef SWITCH
};

static int project_add(void *arg, const struct project_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
#define TEXT(n, column) set_text(o, #column, row->column);
#define INT(n, column)  set_int(o, #column, row->column);
#include "db/project.def"
#undef TEXT
#undef INT
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
        set_bool(o, switches[i].name, *(const int64_t *)((const char *)row + switches[i].row) != 0);
    set_bool(o, "closed", row->closed);
    set_text_or_null(o, "cover_media", row->cover_media);
    return items_add(arg, o);
}

static int reply_project(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int r = project_get(&call->tx, id, project_add, items);

    return reply_first(call, items, r, status, "projects");
}

int api_project_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_project(call, id, 200);
}

/* ---- in ---- */

static const char *const sale_types[] = {"presale", "completed", NULL};
static const char *const price_bases[] = {"gross", "inner", "unit", NULL};
static const char *const round_modes[] = {"half_up", "truncate", "up", NULL};

int api_project_create(struct call *call)
{
    struct project_new p = {.name = NULL};
    struct body b;
    int64_t id;
    int r;

    body_begin(&b, call);
    body_text(&b, "name", BODY_REQUIRED, 1, 80, &p.name);
    body_text(&b, "name_en", BODY_OPTIONAL, 0, 120, &p.name_en);
    body_text(&b, "city", BODY_OPTIONAL, 0, 40, &p.city);
    body_text(&b, "address", BODY_OPTIONAL, 0, 200, &p.address);
    body_text(&b, "developer", BODY_OPTIONAL, 0, 100, &p.developer);
    body_text(&b, "phone", BODY_OPTIONAL, 0, 40, &p.phone);
    body_word(&b, "sale_type", BODY_OPTIONAL, sale_types, &p.sale_type);
    r = body_end(&b);
    if (r == 0)
        r = project_create(&call->tx, &p, &id);
    return r < 0 ? r : reply_project(call, id, 201);
}

static void limits_read(struct body *b, struct project_change *c)
{
    static const struct {
        const char *name;
        size_t at;
        int64_t min, max;
    } limits[] = {
        {"hold_days_max", offsetof(struct project_change, hold_days_max), 1, 90},
        {"link_days", offsetof(struct project_change, link_days), 1, 365},
        {"stale_s", offsetof(struct project_change, stale_s), 15, 3600},
        {"too_old_s", offsetof(struct project_change, too_old_s), 60, 86400},
        {"down_bp", offsetof(struct project_change, down_bp), 0, 10000},
        {"loan_unit_fen", offsetof(struct project_change, loan_unit_fen), 100, 100000000},
        {"commercial_rate_ppm", offsetof(struct project_change, commercial_rate_ppm), 0, 240000},
        {"fund_rate_ppm", offsetof(struct project_change, fund_rate_ppm), 0, 240000},
        {"fund_cap_fen", offsetof(struct project_change, fund_cap_fen), 0, MONEY_MAX_FEN},
        {"validity_days", offsetof(struct project_change, validity_days), 0, 3650},
        {"book_days", offsetof(struct project_change, book_days), 1, 60},
        {"sign_days", offsetof(struct project_change, sign_days), 1, 180},
        {"file_days", offsetof(struct project_change, file_days), 1, 30},
        {"remind_early_days", offsetof(struct project_change, remind_early_days), 2, 60},
        {"remind_near_days", offsetof(struct project_change, remind_near_days), 1, 59},
        {"remind_late_days", offsetof(struct project_change, remind_late_days), 1, 30},
        {"late_rate", offsetof(struct project_change, late_rate), 0, 10000},
        {"late_days", offsetof(struct project_change, late_days), 0, 3650},
        {"late_beyond_rate", offsetof(struct project_change, late_beyond_rate), 0, 10000},
        {"postpone_times", offsetof(struct project_change, postpone_times), 0, 20},
        {"postpone_days", offsetof(struct project_change, postpone_days), 0, 365},
        {"lock_minutes", offsetof(struct project_change, lock_minutes), 1, 30},
        {"confirm_minutes", offsetof(struct project_change, confirm_minutes), 1, 240},
    };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        body_int(b, limits[i].name, BODY_OPTIONAL, limits[i].min, limits[i].max,
                 (int64_t *)((char *)c + limits[i].at));
}

/* The units of precision: 0.01 yuan to 100,000 yuan. */
static void precision_read(struct body *b, struct project_change *c)
{
    int64_t unit = -1;

    body_int(b, "round_unit_fen", BODY_OPTIONAL, 1, 10000000, &unit);
    if (unit < 0)
        return;
    for (int64_t allowed = 1; allowed <= 10000000; allowed *= 10)
        if (unit == allowed) {
            c->round_unit_fen = unit;
            return;
        }
    fault_item(b->call->tx.fault, FAULT_FIELD_CHOICE, 0, "round_unit_fen", "field",
               "round_unit_fen", NULL);
}

static void switches_read(struct body *b, struct project_change *c)
{
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        int value;

        body_tristate(b, switches[i].name, &value);
        *(int64_t *)((char *)c + switches[i].change) = value;
    }
}

int api_project_update(struct call *call)
{
    struct project_change c;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    project_change_init(&c, id, 0);
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &c.version);
    body_text(&b, "name", BODY_OPTIONAL, 1, 80, &c.name);
    body_text(&b, "name_en", BODY_OPTIONAL, 0, 120, &c.name_en);
    body_text(&b, "city", BODY_OPTIONAL, 0, 40, &c.city);
    body_text(&b, "address", BODY_OPTIONAL, 0, 200, &c.address);
    body_text(&b, "developer", BODY_OPTIONAL, 0, 100, &c.developer);
    body_text(&b, "phone", BODY_OPTIONAL, 0, 40, &c.phone);
    body_word(&b, "sale_type", BODY_OPTIONAL, sale_types, &c.sale_type);
    body_word(&b, "price_basis", BODY_OPTIONAL, price_bases, &c.price_basis);
    body_word(&b, "round_mode", BODY_OPTIONAL, round_modes, &c.round_mode);
    precision_read(&b, &c);
    switches_read(&b, &c);
    limits_read(&b, &c);
    /* Cleared by "" or null. */
    if (json_is_string(json_object_get(call->body, "rates_date")) &&
        json_string_length(json_object_get(call->body, "rates_date")) == 0)
        body_text(&b, "rates_date", BODY_OPTIONAL, 0, 0, &c.rates_date);
    else
        body_date(&b, "rates_date", BODY_OPTIONAL, &c.rates_date);
    body_text_or_null(&b, "cover_media", 32, &c.cover_media);
    r = body_end(&b);
    if (r == 0)
        r = project_update(&call->tx, &c);
    return r < 0 ? r : reply_project(call, id, 200);
}

int api_project_closing(struct call *call)
{
    int64_t id, version = 0;
    bool closed = false;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_bool(&b, "closed", BODY_REQUIRED, &closed);
    r = body_end(&b);
    if (r == 0)
        r = project_close(&call->tx, id, version, closed);
    return r < 0 ? r : reply_project(call, id, 200);
}

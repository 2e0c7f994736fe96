/* public.c - what a kiosk may see: the live public chart and what stands around it (SC-01 to
 * SC-18).
 *
 * Everything is served from the snapshots in memory, so it goes on when the database is locked
 * or lost (DV-07). Nothing here reads a customer, a floor price, a hold's reason or a
 * salesperson (SC-07).
 */
#include "daemon/api/public.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/app.h"
#include "daemon/chart/json_write.h"
#include "daemon/chart/loan_offer.h"
#include "db/state.h"

int public_unit_of_call(struct call *call, struct snapshot **ret_snapshot,
                        const struct published_unit **ret_unit, char *ret_state)
{
    struct snapshot *s = NULL;
    int64_t unit_id;
    int r = call_param_id(call, 0, &unit_id);

    if (r < 0)
        return r;
    s = charts_find_unit(call->app->charts, unit_id);
    if (s && !actor_sees_project(call->tx.actor, snapshot_content(s)->project_id))
        s = snapshot_unref(s);
    if (!s)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    *ret_unit = snapshot_unit(s, unit_id, ret_state);
    *ret_snapshot = s;
    return 0;
}

int reply_buf(struct call *call, struct buf *out)
{
    if (out->error) {
        int r = out->error;

        buf_free(out);
        return r;
    }
    call->reply.bytes = out->data;
    call->reply.n_bytes = out->n;
    return 0;
}

struct listing {
    struct call *call;
    struct buf out;
    bool any;
};

static void project_list_one(void *arg, int64_t project_id, struct snapshot *s)
{
    struct listing *l = arg;

    if (!actor_sees_project(l->call->tx.actor, project_id))
        return;
    if (l->call->id->terminal_project_id && l->call->id->terminal_project_id != project_id)
        return;
    if (l->any)
        buf_puts(&l->out, ",");
    snapshot_write_project(s, &l->out);
    l->any = true;
}

int api_public_project_list(struct call *call)
{
    struct listing l = {.call = call};

    buf_puts(&l.out, "{\"items\":[");
    charts_each(call->app->charts, project_list_one, &l);
    buf_puts(&l.out, "]}");
    return reply_buf(call, &l.out);
}

/* Of the project of path parameter 0: its chart, or (@building_id not 0) one building. NOT_FOUND,
 * also out of the caller's scope, and CHART_NONE. */
static int reply_prepared(struct call *call, int64_t building_id)
{
    struct http_prepared *prepared;
    int64_t project_id;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r < 0)
        return r;
    r = charts_reply(call->app->charts, project_id, building_id, &prepared);
    if (r == -ENODATA)
        return fault_set(call->tx.fault, FAULT_CHART_NONE, NULL);
    if (r == -ENOENT)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        call_reply_prepared(call, prepared);
    return r;
}

int api_public_chart(struct call *call)
{
    return reply_prepared(call, 0);
}

int api_public_building(struct call *call)
{
    int64_t building_id;
    int r = call_param_id(call, 1, &building_id);

    return r < 0 ? r : reply_prepared(call, building_id);
}

/* ---- a unit ---- */

static void member_text_or_null(struct buf *out, const char *name, const char *text)
{
    json_key(out, name, 0);
    if (text && text[0])
        json_put_text(out, text);
    else
        buf_puts(out, "null");
}

static void write_media(const char *ids, struct buf *out)
{
    bool first = true;

    buf_puts(out, "[");
    while (*ids) {
        size_t n = strcspn(ids, " ");

        if (!first)
            buf_puts(out, ",");
        buf_puts(out, "\"");
        buf_add(out, ids, n);
        buf_puts(out, "\"");
        first = false;
        ids += n + strspn(ids + n, " ");
    }
    buf_puts(out, "]");
}

static void write_prices(struct snapshot *s, const struct published_unit *u, char state,
                         struct buf *out)
{
    const struct state_info *info = state_info(state);
    const char *basis = snapshot_price_basis(s, u);
    const int64_t total = info->priced ? u->total_fen : 0;
    const bool inner = total > 0 && u->inner > 0 && strcmp(basis, "unit") != 0;

    json_member_text(out, "basis", basis);
    json_member_or_null(out, "unit_price_fen", snapshot_unit_price(s, u, total));
    json_member_or_null(out, "inner_unit_price_fen", inner ? money_unit_price(total, u->inner) : 0);
    json_member_or_null(out, "total_fen", total);
    json_member_or_null(out, "deal_total_fen", info->sold ? u->deal_total_fen : 0);
}

void public_unit_write(struct snapshot *s, const struct published_unit *u, char state,
                       struct buf *out)
{
    const char letter[2] = {state, '\0'};
    char path[256];

    published_unit_path(u, path, sizeof(path));
    buf_printf(out, "{\"id\":%" PRId64, u->unit_id);
    json_member_int(out, "project_id", snapshot_content(s)->project_id);
    json_member_int(out, "building_id", u->building_id);
    json_member_text(out, "path", path);
    json_member_text(out, "building", u->building);
    json_member_text(out, "stair", u->stair);
    json_member_text(out, "floor", u->floor);
    json_member_text(out, "room", u->room);
    json_member_text(out, "class", u->class);
    json_member_text(out, "state", letter);
    member_text_or_null(out, "not_for_sale_reason", state == 'N' ? u->hidden_reason : NULL);
    json_key(out, "layout", 0);
    snapshot_write_layout(snapshot_layout(s, u->layout_id), out);
    json_member_text(out, "orientation", u->orientation);
    json_member_or_null(out, "floor_height_mm", u->floor_height_mm);
    json_member_or_null(out, "gross_area", u->gross);
    json_member_or_null(out, "inner_area", u->inner);
    json_key(out, "shared_area", 0);
    if (u->inner)
        json_put_int(out, u->shared);
    else
        buf_puts(out, "null");
    json_member_text(out, "area_stage", u->area_stage);
    write_prices(s, u, state, out);
    member_text_or_null(out, "permit", u->permit);
    json_key(out, "media", 0);
    write_media(u->media, out);
    member_text_or_null(out, "vr_url", u->vr_url);
    json_member_bool(out, "model_room", u->model_room);
    json_key(out, "publication", 0);
    snapshot_write_publication(s, out);
    buf_puts(out, "}");
}

int api_public_unit(struct call *call)
{
    const struct published_unit *u;
    struct buf out = {0};
    struct snapshot *s = NULL;
    char state;
    int r = public_unit_of_call(call, &s, &u, &state);

    if (r < 0)
        return r;
    public_unit_write(s, u, state, &out);
    snapshot_unref(s);
    return reply_buf(call, &out);
}

/* ---- estimate (PR-15, PR-16) ---- */

static json_t *estimate_json(const struct loan_terms *t, const struct loan_estimate *e,
                             struct snapshot *s, int64_t down_min_bp, enum lang lang)
{
    const int64_t until = snapshot_valid_until(s);
    json_t *parts = json_array();
    struct snapshot_head head;

    snapshot_get_head(s, &head);
    for (size_t i = 0; i < e->n_parts; i++) {
        const struct loan_part *p = &e->parts[i];

        json_array_append_new(
            parts,
            json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "kind", loan_kinds[p->kind], "loan_fen",
                      (json_int_t)p->loan_fen, "rate_ppm", (json_int_t)p->rate_ppm,
                      "first_month_fen", (json_int_t)p->first_month_fen, "last_month_fen",
                      (json_int_t)p->last_month_fen, "interest_fen", (json_int_t)p->interest_fen));
    }
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:o, s:I, s:I, s:I, s:s, s:s, s:I, s:I, s:o}",
        "total_fen", (json_int_t)t->total_fen, "down_bp", (json_int_t)t->down_bp, "down_fen",
        (json_int_t)e->down_fen, "loan_fen", (json_int_t)e->loan_fen, "years", (json_int_t)t->years,
        "method", loan_methods[t->method], "loan", loan_kinds[t->kind], "parts", parts,
        "first_month_fen", (json_int_t)e->first_month_fen, "last_month_fen",
        (json_int_t)e->last_month_fen, "interest_fen", (json_int_t)e->interest_fen, "rates_date",
        snapshot_project_field(s, 16), "note",
        lang == LANG_ZH ? "试算结果仅供参考，以银行审批为准。" : "An estimate; the bank decides.",
        "down_min_bp", (json_int_t)down_min_bp, "publication", (json_int_t)head.number,
        "valid_until_ms", until ? json_integer(until) : json_null());
}

/* The caller's choices of what is offered for @u. */
static int choice_of_call(struct call *call, struct snapshot *s, const struct published_unit *u,
                          struct loan_choice *ret_choice)
{
    struct loan_choice choice = loan_offer_choice(s, u);
    int kind = 0, method = 0;
    int r = call_query_int(call, "down", choice.down_bp, 10000, choice.down_bp, &choice.down_bp);

    if (r == 0)
        r = call_query_int(call, "years", 1, choice.years, choice.years, &choice.years);
    if (r == 0)
        r = call_query_choice(call, "loan", loan_offer_kinds(u), &kind);
    if (r == 0)
        r = call_query_choice(call, "method", loan_methods, &method);
    choice.kind = (enum loan_kind)kind;
    choice.method = (enum loan_method)method;
    *ret_choice = choice;
    return r;
}

int api_public_estimate(struct call *call)
{
    const struct published_unit *u;
    struct loan_estimate estimate;
    struct loan_choice choice;
    struct loan_terms terms;
    struct snapshot *s = NULL;
    char state;
    int r = public_unit_of_call(call, &s, &u, &state);

    if (r < 0)
        return r;
    r = loan_offer_need(call->tx.fault, s, u, state);
    if (r == 0)
        r = choice_of_call(call, s, u, &choice);
    if (r == 0) {
        terms = loan_offer_terms(s, u, state, &choice);
        r = loan_estimate(&terms, &estimate);
    }
    if (r == 0) {
        call->reply.body =
            estimate_json(&terms, &estimate, s, loan_offer_choice(s, u).down_bp, call->lang);
        r = call->reply.body ? 0 : -ENOMEM;
    }
    snapshot_unref(s);
    return r;
}

/* ---- events ---- */

int api_public_events(struct call *call)
{
    int64_t project_id = 0;
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r == 0)
        r = call_subscribe(call, feed_channel(FEED_PUBLIC, project_id));
    return r;
}

/* terms.c - quotes and terms: what a buyer pays, how it came about, and when it is due (PR-12,
 * PR-13, FI-03). */
#include "db/terms.h"

#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/approval.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/money.h"
#include "db/right.h"
#include "db/sight.h"

enum { PAGE_DEFAULT = 50 };

/* ---- out ---- */

static json_t *steps_json(const struct terms_row *row)
{
    json_t *steps = json_array();

    for (size_t i = 0; i < row->n_steps; i++) {
        json_t *o = json_object();

        set_int(o, "discount_id", row->steps[i].discount_id);
        set_text(o, "name", row->steps[i].name);
        set_text(o, "method", row->steps[i].method);
        set_int(o, "value", row->steps[i].value);
        set_int(o, "result_fen", row->steps[i].result_fen);
        json_array_append_new(steps, o);
    }
    return steps;
}

static json_t *lines_json(const struct call *call, const struct terms_row *row)
{
    json_t *lines = json_array();

    for (size_t i = 0; i < row->n_lines; i++) {
        const struct terms_line *line = &row->lines[i];
        json_t *o = json_object();

        set_text(o, "fund", line->fund);
        set_int(o, "amount_fen", line->amount_fen);
        set_bool(o, "loan", line->loan);
        set_text(o, "due", line->due);
        set_int(o, "due_days", line->due_days);
        set_text_or_null(o, "due_date", line->due_date);
        set_name(call, o, "due_node", line->node_name);
        json_array_append_new(lines, o);
    }
    return lines;
}

static json_t *attached_json(const struct terms_row *row)
{
    json_t *list = json_array();

    for (size_t i = 0; i < row->n_attached; i++) {
        json_t *o = json_object();

        set_int(o, "unit_id", row->attached[i].unit_id);
        set_text(o, "unit", row->attached[i].unit);
        set_int(o, "price_fen", row->attached[i].price_fen);
        set_bool(o, "merged", row->attached[i].merged);
        json_array_append_new(list, o);
    }
    return list;
}

/* That a price is below its floor would tell the floor: who may not see it hears that approval is
 * needed, and not why (PR-05). */
static const char *beyond_of(const struct terms_row *row, const struct actor *actor)
{
    return row->beyond[0] && !actor_has(actor, RIGHT_PRICE_FLOOR) ? "limit" : row->beyond;
}

static void price_set(json_t *o, const struct terms_row *row)
{
    set_text(o, "basis", row->price_basis);
    set_int(o, "area", row->area);
    set_int(o, "list_fen", row->list_fen);
    set_int(o, "total_fen", row->total_fen);
    set_int_or_null(o, "unit_price_fen", row->unit_price_fen);
    set_int(o, "discount_bp", row->discount_bp);
    set_int_or_null(o, "unit_price_id", row->unit_price_id);
    set_int_or_null(o, "publication_id", row->publication_id);
}

static void plan_set(json_t *o, const struct terms_row *row)
{
    set_int_or_null(o, "plan_id", row->plan_id);
    set_text(o, "plan_name", row->plan_name);
    set_text(o, "plan_kind", row->plan_kind);
    set_int(o, "deposit_fen", row->deposit_fen);
    set_int(o, "loan_fen", row->loan_fen);
    set_int(o, "fund_loan_fen", row->fund_loan_fen);
    set_int(o, "loan_years", row->loan_years);
    set_text(o, "bank", row->bank);
}

/* Terms are used and approved by whoever has the right for it; whose they are, by sight.h. */
static int terms_json(struct call *call, const struct terms_row *row, json_t **ret_terms)
{
    int64_t customer_id = 0;
    json_t *o;
    int r = sight_id(&call->tx, row->customer_id, &customer_id);

    if (r < 0)
        return r;
    o = json_object();
    set_int(o, "unit_id", row->unit_id);
    set_text(o, "unit", row->unit);
    set_int_or_null(o, "customer_id", customer_id);
    set_text(o, "state", row->state);
    price_set(o, row);
    plan_set(o, row);
    set_text(o, "member_level", row->member_level);
    set_text(o, "beyond", beyond_of(row, call->tx.actor));
    set_int(o, "valid_until_ms", row->valid_until_ms);
    json_object_set_new_nocheck(o, "steps", steps_json(row));
    json_object_set_new_nocheck(o, "lines", lines_json(call, row));
    set_int(o, "attached_fen", row->attached_fen);
    json_object_set_new_nocheck(o, "attached", attached_json(row));
    *ret_terms = o;
    return 0;
}

static int approver_add(void *arg, const struct flow_node *node)
{
    const struct rows_out *out = arg;
    json_t *o = json_object(), *who = json_array();

    set_int(o, "step", node->step);
    set_name(out->call, o, "name", node->name);
    set_bool(o, "all", node->all);
    for (size_t i = 0; i < node->n_approvers; i++) {
        const struct flow_approver *a = &node->approvers[i];

        json_array_append_new(
            who, json_string(a->post_id ? post_name_in(a->name, out->call->lang) : a->name));
    }
    json_object_set_new_nocheck(o, "who", who);
    return items_add(out->items, o);
}

static int quote_add(void *arg, const struct terms_row *row)
{
    struct page *page = arg;
    struct rows_out approvers = {page->call, json_array()};
    json_t *o;
    int r = terms_json(page->call, row, &o);

    if (r < 0) {
        json_decref(approvers.items);
        return r;
    }
    r = terms_approver_each(&page->call->tx, row, approver_add, &approvers);
    json_object_set_new_nocheck(o, "approvers", approvers.items);
    set_int(o, "limit_bp", row->limit_bp);
    set_int(o, "loan_most_fen", row->loan_most_fen);
    set_int(o, "fund_most_fen", row->fund_most_fen);
    set_int(o, "monthly_fen", row->monthly_fen);
    if (r < 0)
        json_decref(o);
    return r < 0 ? r : items_add(page->items, o);
}

static int terms_add(void *arg, const struct terms_row *row)
{
    struct page *page = arg;
    json_t *o;
    int r;

    if (!page_fits(page, row->id, 0))
        return 0;
    r = terms_json(page->call, row, &o);
    if (r < 0)
        return r;
    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_int_or_null(o, "approval_id", row->approval_id);
    set_int_or_null(o, "for_deal_id", row->for_deal_id);
    set_bool(o, "for_change", row->for_change);
    set_int_or_null(o, "deal_id", row->deal_id);
    set_int(o, "user_id", row->user_id);
    set_text(o, "user", row->user);
    set_int(o, "made_ms", row->made_ms);
    return items_add(page->items, o);
}

/* ---- in ---- */

static void picks_read(struct body *b, struct terms_ask *ask)
{
    json_t *picks = NULL;

    body_array(b, "picks", BODY_OPTIONAL, TERMS_DISCOUNTS_MAX, &picks);
    for (size_t i = 0; i < json_array_size(picks); i++) {
        struct body inner = {
            .call = b->call, .object = json_array_get(picks, i), .prefix = "picks"};

        body_int(&inner, "discount_id", BODY_REQUIRED, 1, INT64_MAX, &ask->picks[i].discount_id);
        body_int(&inner, "value", BODY_OPTIONAL, 0, MONEY_MAX_FEN, &ask->picks[i].value);
        (void)body_end(&inner); /* the outer one tells */
    }
    ask->n_picks = json_array_size(picks);
}

/* Absent and null: -1, the most or the plan's. */
static void amount_read(struct body *b, const char *field, int64_t *ret_fen)
{
    *ret_fen = -1;
    body_int(b, field, BODY_OPTIONAL, 0, MONEY_MAX_FEN, ret_fen);
}

static int ask_read(struct call *call, enum body_need customer, struct terms_ask *ask,
                    struct approval_values *values)
{
    struct body b;
    int r = call_param_id(call, 0, &ask->unit_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "unit_version", BODY_OPTIONAL, 1, INT64_MAX, &ask->unit_version);
    body_int(&b, "customer_id", customer, 1, INT64_MAX, &ask->customer_id);
    body_int(&b, "plan_id", BODY_OPTIONAL, 1, INT64_MAX, &ask->plan_id);
    picks_read(&b, ask);
    amount_read(&b, "deposit_fen", &ask->deposit_fen);
    amount_read(&b, "loan_fen", &ask->loan_fen);
    amount_read(&b, "fund_loan_fen", &ask->fund_loan_fen);
    body_int(&b, "loan_years", BODY_OPTIONAL, 1, 30, &ask->loan_years);
    body_text(&b, "bank", BODY_OPTIONAL, 0, 60, &ask->bank);
    body_int(&b, "deal_id", BODY_OPTIONAL, 1, INT64_MAX, &ask->deal_id);
    body_bool(&b, "for_change", BODY_OPTIONAL, &ask->for_change);
    body_int(&b, "price_fen", BODY_OPTIONAL, 1, MONEY_MAX_FEN, &ask->price_fen);
    body_text(&b, "reason", BODY_OPTIONAL, 0, 1000, &ask->reason);
    body_int(&b, "resubmits_id", BODY_OPTIONAL, 1, INT64_MAX, &ask->resubmits_id);
    body_values(&b, values);
    ask->values = values;
    return body_end(&b);
}

int api_terms_quote(struct call *call)
{
    struct page page = page_of_one(call);
    struct approval_values values = {.n = 0};
    struct terms_ask ask = {.unit_id = 0};
    int r = ask_read(call, BODY_OPTIONAL, &ask, &values);

    if (r == 0)
        r = terms_quote(&call->tx, &ask, quote_add, &page);
    return reply_first(call, page.items, r, 200, "");
}

static int reply_terms(struct call *call, int64_t id, int status)
{
    struct page page = page_of_one(call);
    int r = terms_get(&call->tx, id, terms_add, &page);

    return reply_first(call, page.items, r, status, "terms");
}

int api_terms_create(struct call *call)
{
    struct approval_values values = {.n = 0};
    struct terms_ask ask = {.unit_id = 0};
    int64_t id;
    int r = ask_read(call, BODY_REQUIRED, &ask, &values);

    if (r == 0)
        r = terms_create(&call->tx, &ask, &id);
    return r < 0 ? r : reply_terms(call, id, 201);
}

int api_terms_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_terms(call, id, 200);
}

int api_terms_list(struct call *call)
{
    static const char *const states[] = {"pending", "granted", "refused", "expired", "used", NULL};
    struct page page;
    struct terms_filter filter = {.state = NULL};
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &filter.project_id);

    if (r == 0)
        r = call_query_int(call, "unit", 1, INT64_MAX, 0, &filter.unit_id);
    if (r == 0)
        r = call_query_int(call, "customer", 1, INT64_MAX, 0, &filter.customer_id);
    if (r == 0)
        r = call_query_word(call, "state", states, &filter.state);
    if (r == 0)
        r = page_begin(call, 1, TERMS_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    filter.before_id = page.at[0];
    filter.limit = page_limit(&page);
    r = terms_list(&call->tx, &filter, terms_add, &page);
    return page_reply(call, &page, r);
}

int api_terms_drop(struct call *call)
{
    int64_t id, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    r = body_end(&b);
    if (r == 0)
        r = terms_drop(&call->tx, id, version);
    return r < 0 ? r : reply_terms(call, id, 200);
}

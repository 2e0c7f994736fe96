/* settlement.c - contracts beside what was measured, settled and reversed (FI-26). */
#include "db/settlement.h"

#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "daemon/api/settlement.h"
#include "db/money.h"

enum { PAGE_DEFAULT = 100 };

/* ---- out ---- */

static json_t *settlement_json(const struct settlement_row *row)
{
    json_t *o = json_object();

    set_int(o, "deal_id", row->deal_id);
    set_int(o, "building_id", row->building_id);
    set_int(o, "unit_id", row->unit_id);
    set_text(o, "unit", row->unit);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    set_text(o, "user", row->user);
    set_text(o, "contract", row->contract);
    set_text(o, "state", row->state);
    set_text(o, "basis", row->basis);
    set_int_or_null(o, "contract_area", row->contract_area);
    set_int_or_null(o, "measured_area", row->measured_area);
    set_int(o, "ratio_bp", row->ratio);
    set_int_or_null(o, "unit_price_fen", row->unit_price_fen);
    set_int(o, "amount_fen", row->amount_fen);
    set_int(o, "total_fen", row->total_fen);
    set_bool(o, "may_cancel", row->may_cancel);
    set_bool(o, "closed", row->closed);
    set_int_or_null(o, "measured_ms", row->measured_ms);
    set_text(o, "source", row->source);
    set_int_or_null(o, "settled_ms", row->settled_ms);
    set_text_or_null(o, "settled_by", row->settled_by);
    set_text_or_null(o, "reason", row->reason);
    set_text_or_null(o, "due_date", row->due_date);
    return o;
}

static int settlement_add(void *arg, const struct settlement_row *row)
{
    return items_add(arg, settlement_json(row));
}

int settlement_filter_read(struct call *call, struct settlement_filter *ret_filter)
{
    struct settlement_filter f = {.state = NULL};
    int r = call_param_id(call, 0, &f.project_id);

    if (r == 0)
        r = call_query_int(call, "building", 1, INT64_MAX, 0, &f.building_id);
    if (r == 0)
        r = call_query_word(call, "state", settlement_states, &f.state);
    *ret_filter = f;
    return r;
}

static int page_add(void *arg, const struct settlement_row *row)
{
    struct page *page = arg;

    return page_fits(page, row->deal_id, 0) ? settlement_add(page->items, row) : 0;
}

int api_settlement_list(struct call *call)
{
    struct settlement_filter f;
    struct page page;
    int r = settlement_filter_read(call, &f);

    if (r == 0)
        r = page_begin(call, 1, SETTLEMENT_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.after_id = page.at[0];
    f.limit = page_limit(&page);
    return page_reply(call, &page, settlement_list(&call->tx, &f, page_add, &page));
}

static int reply_deal(struct call *call, int64_t deal_id)
{
    json_t *items = json_array();

    return reply_items(call, items, settlement_of_deal(&call->tx, deal_id, settlement_add, items));
}

int api_deal_settlement(struct call *call)
{
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    return r < 0 ? r : reply_deal(call, deal_id);
}

/* ---- in ---- */

int api_settlement_make(struct call *call)
{
    const char *due_date = NULL;
    int64_t project_id, *ids = NULL;
    struct body b;
    size_t n = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_ids(&b, "deals", BODY_REQUIRED, SETTLEMENTS_MAX, &ids, &n);
    body_date(&b, "due_date", BODY_REQUIRED, &due_date);
    r = body_end(&b);
    if (r == 0)
        r = settlement_make(&call->tx, project_id, ids, n, due_date);
    free(ids);
    if (r < 0)
        return r;
    call->reply.status = 201;
    call->reply.body = json_object();
    set_int(call->reply.body, "settled", (int64_t)n);
    return 0;
}

int api_settlement_by_hand(struct call *call)
{
    struct settlement_hand hand = {.reason = NULL};
    struct body b;
    int r = call_param_id(call, 0, &hand.deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "amount_fen", BODY_REQUIRED, -MONEY_MAX_FEN, MONEY_MAX_FEN, &hand.amount_fen);
    body_text(&b, "reason", BODY_REQUIRED, 1, SETTLEMENT_REASON_MAX, &hand.reason);
    body_date(&b, "due_date", BODY_REQUIRED, &hand.due_date);
    r = body_end(&b);
    if (r == 0)
        r = settlement_by_hand(&call->tx, &hand);
    if (r == 0)
        r = reply_deal(call, hand.deal_id);
    if (r == 0)
        call->reply.status = 201;
    return r;
}

int api_settlement_reverse(struct call *call)
{
    const char *reason = NULL;
    int64_t deal_id;
    struct body b;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "reason", BODY_REQUIRED, 1, SETTLEMENT_REASON_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = settlement_reverse(&call->tx, deal_id, reason);
    return r < 0 ? r : reply_deal(call, deal_id);
}

/* invoice.c - the register of invoices, one with its story, and what is done to it (IV-01 to IV-05,
 * FI-30). */
#include "daemon/api/invoice.h"

#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/config.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, NUMBER_MAX = 40 };

/* ---- out ---- */

static json_t *invoice_json(const struct invoice_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_text(o, "request", row->request);
    set_text(o, "state", invoice_states[row->state].code);
    set_int(o, "project_id", row->project_id);
    set_int(o, "deal_id", row->deal_id);
    set_text(o, "kind", row->kind);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "buyer", row->buyer);
    set_text(o, "buyer_kind", row->buyer_kind);
    set_text_or_null(o, "tax_no", row->tax_no);
    set_text(o, "code", row->code);
    set_text(o, "rate", row->rate);
    set_text(o, "item", row->item);
    set_text(o, "unit", row->unit);
    set_text(o, "remark", row->remark);
    set_int(o, "amount_fen", row->amount_fen);
    set_int(o, "over_fen", row->over_fen);
    set_text_or_null(o, "number", row->number);
    set_text_or_null(o, "day", row->day);
    set_text_or_null(o, "red_number", row->red_number);
    set_text_or_null(o, "red_day", row->red_day);
    set_bool(o, "paper_back", row->paper);
    set_int_or_null(o, "batch_id", row->batch_id);
    set_text(o, "detail", row->detail);
    set_text(o, "user", row->actor);
    set_int(o, "made_ms", row->made_ms);
    set_int(o, "state_ms", row->state_ms);
    return o;
}

static int row_add(void *arg, const struct invoice_row *row)
{
    struct page *page = arg;

    return page_fits(page, row->id, 0) ? items_add(page->items, invoice_json(row)) : 0;
}

int invoice_filter_read(struct call *call, struct invoice_filter *ret)
{
    struct invoice_filter f = {.text = call_query(call, "text")};
    int r = call_param_id(call, 0, &f.project_id);

    if (r == 0)
        r = call_query_word(call, "state", invoice_state_codes, &f.state);
    if (r == 0)
        r = call_query_day(call, "from", &f.from);
    if (r == 0)
        r = call_query_day(call, "to", &f.to);
    *ret = f;
    return r;
}

static json_t *totals_json(const struct invoice_total totals[INVOICE_STATES])
{
    json_t *all = json_array();

    for (int i = 0; i < INVOICE_STATES; i++) {
        json_t *o = json_object();

        set_text(o, "state", invoice_states[i].code);
        set_int(o, "n", totals[i].n);
        set_int(o, "fen", totals[i].fen);
        items_add(all, o);
    }
    return all;
}

/* And the way that requests go, if there is one. */
static void channel_set(struct call *call, const struct invoice_total totals[INVOICE_STATES])
{
    const char *name = call->app->config->invoice_channel;

    json_object_set_new_nocheck(call->reply.body, "totals", totals_json(totals));
    set_text_or_null(call->reply.body, "channel", strcmp(name, "none") == 0 ? "" : name);
}

int api_invoice_list(struct call *call)
{
    struct invoice_total totals[INVOICE_STATES] = {{0}};
    struct invoice_filter f;
    struct page page;
    int r = invoice_filter_read(call, &f);

    if (r == 0)
        r = page_begin(call, 1, PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.before_id = page.at[0];
    f.limit = page_limit(&page);
    r = invoice_totals(&call->tx, &f, totals);
    if (r == 0)
        r = invoice_list(&call->tx, &f, row_add, &page);
    r = page_reply(call, &page, r);
    if (r == 0)
        channel_set(call, totals);
    return r;
}

static int plain_add(void *arg, const struct invoice_row *row)
{
    return items_add(arg, invoice_json(row));
}

int api_deal_invoice_list(struct call *call)
{
    struct invoice_filter f = {.limit = PAGE_MAX};
    json_t *items;
    int r = call_param_id(call, 0, &f.deal_id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, invoice_list(&call->tx, &f, plain_add, items));
}

/* ---- one ---- */

static json_t *link_json(const struct invoice_link *link)
{
    json_t *o = json_object();

    set_int(o, "id", link->invoice_id);
    set_text(o, "request", link->request);
    set_text(o, "state", invoice_states[link->state].code);
    set_int(o, "amount_fen", link->amount_fen);
    set_text_or_null(o, "number", link->number);
    set_text_or_null(o, "red_number", link->red_number);
    return o;
}

static int link_add(void *arg, const struct invoice_link *link)
{
    return items_add(arg, link_json(link));
}

static int chain_add(void *arg, const struct invoice_link *link)
{
    json_t *o = link_json(link);

    set_int(o, "voucher_id", link->voucher_id);
    return items_add(arg, o);
}

int invoice_links_json(struct call *call, int64_t voucher_id, json_t **ret_array)
{
    *ret_array = json_array();
    return voucher_id ? invoice_of_voucher(&call->tx, voucher_id, link_add, *ret_array) : 0;
}

static int part_add(void *arg, const struct invoice_part_row *row)
{
    json_t *o = json_object();

    set_int(o, "voucher_id", row->source.voucher_id);
    set_int(o, "voucher_number", row->source.voucher_number);
    set_text(o, "kind", row->source.kind);
    set_text(o, "day", row->source.day);
    set_text_or_null(o, "receipt", row->source.number);
    set_text_or_null(o, "leaf", row->leaf);
    set_codes(o, "funds", row->source.funds);
    set_int(o, "carried_fen", row->source.carried_fen);
    set_int(o, "amount_fen", row->amount_fen);
    return items_add(arg, o);
}

static int event_add(void *arg, const struct invoice_event *event)
{
    json_t *o = json_object();

    set_text(o, "state", invoice_states[event->state].code);
    set_text(o, "user", event->actor);
    set_text(o, "detail", event->detail);
    set_int(o, "at_ms", event->at_ms);
    return items_add(arg, o);
}

static int property_set(void *arg, const struct invoice_property_row *row)
{
    json_t *o = json_object();

    set_text(o, "filing_no", row->filing_no);
    set_text(o, "address", row->address);
    set_text(o, "land_tax_no", row->land_tax_no);
    set_text(o, "title_no", row->title_no);
    set_text(o, "area_unit", row->area_unit);
    set_text(o, "co_buyers", row->co_buyers);
    set_int(o, "area", row->area);
    set_bool(o, "cross_city", row->cross_city);
    json_object_set_new_nocheck(arg, "property", o);
    return 0;
}

static int reply_invoice(struct call *call, int64_t id, int status)
{
    const struct invoice_filter f = {.invoice_id = id, .limit = 1};
    json_t *parts = json_array(), *chain = json_array(), *events = json_array();
    json_t *items = json_array(), *o;
    int r = invoice_list(&call->tx, &f, plain_add, items);

    o = json_array_get(items, 0);
    if (o) {
        json_object_set_new_nocheck(o, "property", json_null());
        json_object_set_nocheck(o, "parts", parts);
        json_object_set_nocheck(o, "chain", chain);
        json_object_set_nocheck(o, "events", events);
        r = invoice_part_each(&call->tx, id, part_add, parts);
    }
    if (o && r == 0)
        r = invoice_chain_each(&call->tx, id, chain_add, chain);
    if (o && r == 0)
        r = invoice_event_each(&call->tx, id, event_add, events);
    if (o && r == 0)
        r = invoice_property_read(&call->tx, id, property_set, o);
    json_decref(parts);
    json_decref(chain);
    json_decref(events);
    return reply_first(call, items, r, status, "invoices");
}

int api_invoice_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_invoice(call, id, 200);
}

/* ---- steps ---- */

/* A version and, where it is @needed, a reason; then the step. */
static int reasoned(struct call *call, enum body_need need,
                    int (*step)(struct tx *tx, const struct invoice_key *key, const char *reason))
{
    struct invoice_key key = {0};
    const char *reason = NULL;
    struct body b;
    int r = call_param_id(call, 0, &key.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &key.version);
    body_text(&b, "reason", need, 1, INVOICE_REASON_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = step(&call->tx, &key, reason);
    return r < 0 ? r : reply_invoice(call, key.id, 200);
}

int api_invoice_void(struct call *call)
{
    return reasoned(call, BODY_REQUIRED, invoice_void);
}

int api_invoice_refuse(struct call *call)
{
    return reasoned(call, BODY_REQUIRED, invoice_refuse);
}

static int retry(struct tx *tx, const struct invoice_key *key, const char *reason)
{
    (void)reason;
    return invoice_retry(tx, key);
}

int api_invoice_retry(struct call *call)
{
    return reasoned(call, BODY_OPTIONAL, retry);
}

int api_invoice_red_want(struct call *call)
{
    return reasoned(call, BODY_REQUIRED, invoice_red_want);
}

int api_invoice_red_drop(struct call *call)
{
    return reasoned(call, BODY_REQUIRED, invoice_red_drop);
}

/* The platform's number and day. */
static int numbered(struct call *call, int (*step)(struct tx *tx, const struct invoice_key *key,
                                                   const char *number, const char *day))
{
    const char *number = NULL, *day = NULL;
    struct invoice_key key = {0};
    struct body b;
    int r = call_param_id(call, 0, &key.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &key.version);
    body_text(&b, "number", BODY_REQUIRED, 1, NUMBER_MAX, &number);
    body_date(&b, "day", BODY_REQUIRED, &day);
    r = body_end(&b);
    if (r == 0)
        r = step(&call->tx, &key, number, day);
    return r < 0 ? r : reply_invoice(call, key.id, 200);
}

int api_invoice_issue(struct call *call)
{
    return numbered(call, invoice_issue);
}

int api_invoice_red(struct call *call)
{
    return numbered(call, invoice_red);
}

int api_invoice_swap(struct call *call)
{
    struct invoice_swap swap = {.reason = NULL};
    struct body b;
    int r = call_param_id(call, 0, &swap.key.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &swap.key.version);
    body_bool(&b, "lost", BODY_REQUIRED, &swap.lost);
    body_text(&b, "reason", BODY_OPTIONAL, 1, INVOICE_REASON_MAX, &swap.reason);
    r = body_end(&b);
    if (r == 0)
        r = invoice_swap(&call->tx, &swap);
    return r < 0 ? r : reply_invoice(call, swap.key.id, 200);
}

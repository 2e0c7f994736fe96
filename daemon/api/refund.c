/* refund.c - money is asked back, paid out or not after all (FI-17, FI-27). It is decided as every
 * request is (approval.c). */
#include "db/refund.h"

#include <errno.h>
#include <sodium.h>

#include "daemon/api/api.h"
#include "daemon/api/approval.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "daemon/api/tender.h"
#include "db/money.h"

enum { ACCOUNT_TYPED = 60, PAGE_DEFAULT = 50 };

/* ---- out ---- */

static json_t *refund_json(const struct refund_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_int_or_null(o, "deal_id", row->deal_id);
    set_int_or_null(o, "change_id", row->change_id);
    set_text_or_null(o, "unit", row->unit);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    set_text_or_null(o, "lender", row->lender[0] ? row->lender : NULL);
    set_int(o, "total_fen", row->total_fen);
    set_text(o, "reason", row->reason);
    set_text(o, "bank", row->bank);
    set_text_or_null(o, "account", row->account);
    set_text(o, "state", row->state);
    set_int_or_null(o, "approval_id", row->approval_id);
    set_int(o, "user_id", row->user_id);
    set_text(o, "user", row->user);
    set_int(o, "asked_ms", row->asked_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    set_text_or_null(o, "ended_by", row->ended_by && row->ended_by[0] ? row->ended_by : NULL);
    set_text(o, "result", row->result);
    set_int_or_null(o, "voucher_number", row->voucher_number);
    return o;
}

static int back_add(void *arg, const struct refund_back *back)
{
    json_t *o = json_object();

    set_int(o, "voucher_number", back->voucher_number);
    set_int(o, "by_number", back->by_number);
    set_int(o, "at_ms", back->at_ms);
    set_text(o, "actor", back->actor);
    set_text(o, "reason", back->reason);
    return items_add(arg, o);
}

static int refund_add(void *arg, const struct refund_row *row)
{
    struct rows_out *out = arg;
    json_t *o = refund_json(row), *lines = json_array(), *paid = json_array();
    json_t *backs = json_array();
    int r = refund_line_each(&out->call->tx, row->id, money_line_add, lines);

    if (r == 0)
        r = refund_tender_each(&out->call->tx, row->id, tender_add, paid);
    if (r == 0)
        r = refund_back_each(&out->call->tx, row->id, back_add, backs);
    json_object_set_new_nocheck(o, "lines", lines);
    json_object_set_new_nocheck(o, "tenders", paid);
    json_object_set_new_nocheck(o, "backs", backs);
    if (r == 0)
        return items_add(out->items, o);
    json_decref(o);
    return r;
}

static int reply_refund(struct call *call, int64_t id, int status)
{
    struct rows_out out = {call, json_array()};
    int r = refund_get(&call->tx, id, refund_add, &out);

    return reply_first(call, out.items, r, status, "refunds");
}

static int page_add(void *arg, const struct refund_row *row)
{
    struct page *page = arg;
    struct rows_out out = {page->call, page->items};

    return page_fits(page, row->id, 0) ? refund_add(&out, row) : 0;
}

int api_refund_list(struct call *call)
{
    static const char *const states[] = {"asked",    "approved",  "paid",      "rejected",
                                         "returned", "withdrawn", "cancelled", NULL};
    struct refund_filter filter = {.state = NULL};
    struct page page;
    int r = page_begin(call, 1, 200, PAGE_DEFAULT, &page);

    if (r == 0)
        r = call_query_int(call, "project", 1, INT64_MAX, 0, &filter.project_id);
    if (r == 0)
        r = call_query_int(call, "deal", 1, INT64_MAX, 0, &filter.deal_id);
    if (r == 0)
        r = call_query_int(call, "customer", 1, INT64_MAX, 0, &filter.customer_id);
    if (r == 0)
        r = call_query_word(call, "state", states, &filter.state);
    filter.before_id = page.at[0];
    filter.limit = page_limit(&page);
    if (r == 0)
        r = refund_list(&call->tx, &filter, page_add, &page);
    return page_reply(call, &page, r);
}

int api_refund_get(struct call *call)
{
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_refund(call, id, 200);
}

/* ---- what could be asked back ---- */

static int payer_add(void *arg, const struct refund_payer *payer)
{
    json_t *o = json_object();

    set_int_or_null(o, "customer_id", payer->customer_id);
    set_text(o, "customer", payer->customer);
    set_text_or_null(o, "lender", payer->lender);
    set_text_or_null(o, "fund", payer->fund);
    set_int(o, "free_fen", payer->free_fen);
    set_int(o, "fees_free_fen", payer->fees_free_fen);
    return items_add(arg, o);
}

static int reply_free(struct call *call, json_t *lines, json_t *payers, int r)
{
    if (r == 0) {
        call->reply.body = json_object();
        json_object_set_nocheck(call->reply.body, "items", lines);
        json_object_set_nocheck(call->reply.body, "payers", payers);
    }
    json_decref(lines);
    json_decref(payers);
    return r < 0 || call->reply.body ? r : -ENOMEM;
}

int api_deal_refundable(struct call *call)
{
    json_t *lines, *payers;
    int64_t deal_id = 0;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    lines = json_array();
    payers = json_array();
    r = refund_free_of_deal(&call->tx, deal_id, money_line_add, lines);
    if (r == 0)
        r = refund_payer_each(&call->tx, deal_id, payer_add, payers);
    return reply_free(call, lines, payers, r);
}

int api_customer_refundable(struct call *call)
{
    int64_t project_id = 0, customer_id = 0;
    json_t *lines;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = call_param_id(call, 1, &customer_id);
    if (r < 0)
        return r;
    lines = json_array();
    r = refund_free_of_customer(&call->tx, project_id, customer_id, money_line_add, lines);
    return reply_free(call, lines, json_array(), r);
}

/* ---- in ---- */

static void lines_read(struct body *b, struct refund_ask *ask)
{
    json_t *array = NULL;

    body_array(b, "lines", BODY_REQUIRED, REFUND_LINES_MAX, &array);
    if (array && json_array_size(array) == 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "lines", "field", "lines", NULL);
    for (; ask->n_lines < json_array_size(array); ask->n_lines++) {
        struct refund_line *line = &ask->lines[ask->n_lines];
        struct body inner = {
            .call = b->call, .object = json_array_get(array, ask->n_lines), .prefix = "lines"};

        body_word(&inner, "fund", BODY_REQUIRED, fund_codes, &line->fund);
        body_int(&inner, "amount_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &line->amount_fen);
        body_int(&inner, "fee_id", BODY_OPTIONAL, 1, INT64_MAX, &ask->fees[ask->n_lines]);
        (void)body_end(&inner); /* the outer one tells */
    }
}

/* @of: what it is of; @customer: whether it must be said whose it is. */
static int request(struct call *call, const struct refund_ask *of, enum body_need customer)
{
    struct approval_values values = {.n = 0};
    struct refund_ask ask = *of;
    int64_t id = 0;
    struct body b;
    int r;

    ask.values = &values;
    body_begin(&b, call);
    body_int(&b, "customer_id", customer, 1, INT64_MAX, &ask.customer_id);
    if (customer == BODY_OPTIONAL)
        body_text(&b, "lender", BODY_OPTIONAL, 1, REFUND_LENDER_MAX, &ask.lender);
    lines_read(&b, &ask);
    body_text(&b, "reason", BODY_REQUIRED, 1, REFUND_REASON_MAX, &ask.reason);
    body_text(&b, "bank", BODY_OPTIONAL, 0, REFUND_BANK_MAX, &ask.bank);
    body_text(&b, "account", BODY_OPTIONAL, 0, ACCOUNT_TYPED, &ask.account);
    body_int(&b, "resubmits_id", BODY_OPTIONAL, 1, INT64_MAX, &ask.resubmits_id);
    body_values(&b, &values);
    r = body_end(&b);
    if (r == 0)
        r = refund_request(&call->tx, &ask, &id);
    return r < 0 ? r : reply_refund(call, id, 201);
}

int api_deal_refund_ask(struct call *call)
{
    struct refund_ask ask = {.deal_id = 0};
    int r = call_param_id(call, 0, &ask.deal_id);

    return r < 0 ? r : request(call, &ask, BODY_OPTIONAL);
}

int api_project_refund_ask(struct call *call)
{
    struct refund_ask ask = {.deal_id = 0};
    int r = call_param_id(call, 0, &ask.project_id);

    return r < 0 ? r : request(call, &ask, BODY_REQUIRED);
}

int api_refund_pay(struct call *call)
{
    struct refund_payout payout = {.terminal_id = call->id->terminal_id};
    struct body b;
    int r = call_param_id(call, 0, &payout.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &payout.version);
    body_tenders(&b, payout.tenders, &payout.n_tenders);
    r = body_end(&b);
    if (r == 0)
        r = refund_pay(&call->tx, &payout);
    return r < 0 ? r : reply_refund(call, payout.id, 200);
}

int api_refund_cancel(struct call *call)
{
    int64_t id = 0, version = 0;
    const char *reason = NULL;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "reason", BODY_REQUIRED, 1, REFUND_RESULT_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = refund_cancel(&call->tx, id, version, reason);
    return r < 0 ? r : reply_refund(call, id, 200);
}

int api_refund_reverse(struct call *call)
{
    int64_t id = 0, version = 0;
    const char *reason = NULL;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "reason", BODY_REQUIRED, 1, REFUND_RESULT_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = refund_reverse(&call->tx, id, version, reason);
    return r < 0 ? r : reply_refund(call, id, 200);
}

int api_refund_account(struct call *call)
{
    const char *bank = NULL, *account = NULL;
    int64_t id = 0, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "bank", BODY_REQUIRED, 1, REFUND_BANK_MAX, &bank);
    body_text(&b, "account", BODY_REQUIRED, 1, ACCOUNT_TYPED, &account);
    r = body_end(&b);
    if (r == 0)
        r = refund_account_give(&call->tx, id, version, bank, account);
    return r < 0 ? r : reply_refund(call, id, 200);
}

int api_refund_clear(struct call *call)
{
    struct refund_clear clear;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    r = body_end(&b);
    if (r == 0)
        r = refund_clear(&call->tx, id, &clear);
    if (r < 0)
        return r;
    call->reply.body = json_object();
    set_text(call->reply.body, "name", clear.name);
    set_text(call->reply.body, "bank", clear.bank);
    set_text(call->reply.body, "account", clear.account);
    sodium_memzero(&clear, sizeof(clear));
    return call->reply.body ? 0 : -ENOMEM;
}

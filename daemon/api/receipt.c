/* receipt.c - money is taken on a receipt, taken back, read (FI-01, FI-15, FI-16, FI-28). */
#include "db/receipt.h"

#include <stdio.h>

#include "daemon/api/api.h"
#include "daemon/api/invoice.h"
#include "daemon/api/page.h"
#include "daemon/api/receipt.h"
#include "daemon/api/record.h"
#include "daemon/api/tender.h"
#include "db/money.h"
#include "db/receipt_code.h"

enum { NOTE_MAX = 200, LEAF_PAGE_MAX = 200, PAGE_DEFAULT = 50 };

/* ---- out ---- */

static json_t *key_json(const struct receipt_key *key)
{
    json_t *o;

    if (!key->no)
        return json_null();
    o = json_object();
    set_int(o, "book_id", key->book_id);
    set_int(o, "no", key->no);
    return o;
}

static int receipt_print(struct call *call, json_t *items, const struct receipt_row *row)
{
    json_t *o = json_object(), *lines = json_array(), *paid = json_array(), *invoices = NULL;
    int r = receipt_lines(&call->tx, row->voucher_id, money_line_add, lines);

    if (r == 0)
        r = receipt_tenders(&call->tx, row->voucher_id, tender_add, paid);
    if (r == 0)
        r = invoice_links_json(call, row->voucher_id, &invoices);
    set_int(o, "book_id", row->book_id);
    set_int(o, "no", row->no);
    set_text(o, "number", row->number);
    set_text(o, "state", row->state);
    set_int(o, "project_id", row->project_id);
    set_int_or_null(o, "deal_id", row->deal_id);
    set_text_or_null(o, "unit", row->unit);
    set_text_or_null(o, "day", row->day);
    set_int(o, "total_fen", row->total_fen);
    set_text(o, "note", row->note);
    set_text_or_null(o, "cashier", row->cashier);
    set_text_or_null(o, "reason", row->reason);
    set_int(o, "at_ms", row->at_ms);
    json_object_set_new_nocheck(o, "swaps", key_json(&row->from));
    json_object_set_new_nocheck(o, "swapped_by", key_json(&row->to));
    json_object_set_new_nocheck(o, "lines", lines);
    json_object_set_new_nocheck(o, "tenders", paid);
    json_object_set_new_nocheck(o, "invoices", invoices ? invoices : json_array());
    if (r == 0)
        return items_add(items, o);
    json_decref(o);
    return r;
}

static int receipt_add(void *arg, const struct receipt_row *row)
{
    struct rows_out *out = arg;

    return receipt_print(out->call, out->items, row);
}

static int leaf_add(void *arg, const struct receipt_row *row)
{
    struct page *page = arg;

    return page_fits(page, row->no, 0) ? receipt_print(page->call, page->items, row) : 0;
}

int reply_receipt(struct call *call, const struct receipt_key *key, int status)
{
    struct rows_out out = {call, json_array()};
    int r = receipt_get(&call->tx, key, receipt_add, &out);

    r = reply_first(call, out.items, r, status == 201 ? 200 : status, "receipts");
    if (r == 0 && status == 201) {
        call->reply.status = 201;
        snprintf(call->reply.location, sizeof(call->reply.location), "/api/v1/receipts/%lld/%lld",
                 (long long)key->book_id, (long long)key->no);
    }
    return r;
}

int api_deal_receipt_list(struct call *call)
{
    struct rows_out out = {call, NULL};
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    out.items = json_array();
    r = receipt_of_deal(&call->tx, deal_id, receipt_add, &out);
    return reply_items(call, out.items, r);
}

int api_receipt_book_leaves(struct call *call)
{
    struct leaf_filter filter = {.state = NULL};
    struct page page;
    int r = call_param_id(call, 0, &filter.book_id);

    if (r == 0)
        r = call_query_word(call, "state", leaf_states, &filter.state);
    if (r == 0)
        r = page_begin(call, 1, LEAF_PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    filter.after_no = page.at[0];
    filter.limit = page_limit(&page);
    return page_reply(call, &page, receipt_leaves(&call->tx, &filter, leaf_add, &page));
}

int api_shift_receipt_list(struct call *call)
{
    struct rows_out out = {call, NULL};
    int64_t shift_id;
    int r = call_param_id(call, 0, &shift_id);

    if (r < 0)
        return r;
    out.items = json_array();
    r = receipt_of_shift(&call->tx, shift_id, receipt_add, &out);
    return reply_items(call, out.items, r);
}

static int key_read(struct call *call, struct receipt_key *key)
{
    int r = call_param_id(call, 0, &key->book_id);

    return r < 0 ? r : call_param_id(call, 1, &key->no);
}

int api_receipt_get(struct call *call)
{
    struct receipt_key key;
    int r = key_read(call, &key);

    return r < 0 ? r : reply_receipt(call, &key, 200);
}

/* ---- in ---- */

static void lines_read(struct body *b, struct payment *p)
{
    json_t *array = NULL;

    body_array(b, "lines", BODY_REQUIRED, PAYMENT_LINES_MAX, &array);
    if (array && json_array_size(array) == 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "lines", "field", "lines", NULL);
    for (; p->n_lines < json_array_size(array); p->n_lines++) {
        struct payment_line *line = &p->lines[p->n_lines];
        struct body inner = {
            .call = b->call, .object = json_array_get(array, p->n_lines), .prefix = "lines"};

        body_word(&inner, "fund", BODY_REQUIRED, fund_codes, &line->fund);
        body_int(&inner, "amount_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &line->amount_fen);
        body_int(&inner, "fee_id", BODY_OPTIONAL, 1, INT64_MAX, &p->fees[p->n_lines]);
        (void)body_end(&inner); /* the outer one tells */
    }
}

static void earmarks_read(struct body *b, struct payment *p)
{
    json_t *array = NULL;

    body_array(b, "earmarks", BODY_OPTIONAL, PAYMENT_LINES_MAX, &array);
    for (; p->n_earmarks < json_array_size(array); p->n_earmarks++) {
        struct payment_earmark *mark = &p->earmarks[p->n_earmarks];
        struct body inner = {
            .call = b->call, .object = json_array_get(array, p->n_earmarks), .prefix = "earmarks"};

        body_int(&inner, "ordinal", BODY_REQUIRED, 1, INT32_MAX, &mark->ordinal);
        body_int(&inner, "amount_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &mark->amount_fen);
        (void)body_end(&inner);
    }
}

/* @customer: whether it must be said whose it is. */
static int take(struct call *call, struct payment *p, enum body_need customer)
{
    struct receipt_key key;
    struct body b;
    int r;

    body_begin(&b, call);
    body_int(&b, "book_id", BODY_REQUIRED, 1, INT64_MAX, &p->book_id);
    body_int(&b, "customer_id", customer, 1, INT64_MAX, &p->customer_id);
    lines_read(&b, p);
    body_tenders(&b, p->tenders, &p->n_tenders);
    if (p->deal_id)
        earmarks_read(&b, p);
    body_text(&b, "note", BODY_OPTIONAL, 0, NOTE_MAX, &p->note);
    r = body_end(&b);
    if (r == 0)
        r = receipt_take(&call->tx, p, &key);
    return r < 0 ? r : reply_receipt(call, &key, 201);
}

int api_deal_receipt_take(struct call *call)
{
    struct payment p = {.terminal_id = call->id->terminal_id};
    int r = call_param_id(call, 0, &p.deal_id);

    return r < 0 ? r : take(call, &p, BODY_OPTIONAL);
}

int api_project_receipt_take(struct call *call)
{
    struct payment p = {.terminal_id = call->id->terminal_id};
    int r = call_param_id(call, 0, &p.project_id);

    return r < 0 ? r : take(call, &p, BODY_REQUIRED);
}

int api_receipt_void(struct call *call)
{
    const char *reason = NULL;
    struct receipt_key key;
    struct body b;
    int r = key_read(call, &key);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "reason", BODY_REQUIRED, 1, NOTE_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = receipt_void(&call->tx, &key, reason);
    return r < 0 ? r : reply_receipt(call, &key, 200);
}

int api_receipt_swap(struct call *call)
{
    struct receipt_swap swap = {.terminal_id = call->id->terminal_id};
    struct receipt_key key;
    struct body b;
    int r = key_read(call, &swap.key);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "book_id", BODY_REQUIRED, 1, INT64_MAX, &swap.book_id);
    body_int(&b, "customer_id", BODY_OPTIONAL, 1, INT64_MAX, &swap.customer_id);
    body_bool(&b, "returned", BODY_REQUIRED, &swap.returned);
    body_text(&b, "reason", BODY_REQUIRED, 1, NOTE_MAX, &swap.reason);
    r = body_end(&b);
    if (r == 0)
        r = receipt_swap(&call->tx, &swap, &key);
    return r < 0 ? r : reply_receipt(call, &key, 201);
}

int api_receipt_spoil(struct call *call)
{
    static const char *const kinds[] = {"spoilt", "lost", NULL};
    const char *kind = NULL, *reason = NULL;
    struct receipt_key key;
    int64_t book_id;
    struct body b;
    int r = call_param_id(call, 0, &book_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, kinds, &kind);
    body_text(&b, "reason", BODY_REQUIRED, 1, NOTE_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = receipt_spoil(&call->tx, book_id, kind, reason, &key);
    return r < 0 ? r : reply_receipt(call, &key, 201);
}

int api_receipt_verify(struct call *call)
{
    const char *number = call_query(call, "number"), *code = call_query(call, "code");
    struct receipt_verified found;
    int r = receipt_verify(&call->tx, number ? number : "", code ? code : "", &found);

    if (r < 0)
        return r;
    call->reply.body = json_object();
    set_text(call->reply.body, "number", found.number);
    set_int(call->reply.body, "total_fen", found.total_fen);
    set_text(call->reply.body, "day", found.day);
    set_text(call->reply.body, "state", receipt_is_codes[found.state]);
    return 0;
}

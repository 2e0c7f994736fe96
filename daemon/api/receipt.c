/* receipt.c - money is taken on a receipt, taken back, read (FI-01, FI-15, FI-16, FI-28). */
#include "db/receipt.h"

#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "db/fund.h"
#include "db/money.h"
#include "db/tender.h"

enum { NOTE_MAX = 200 };

static const char *const fund_codes[] = {
#define FUND(symbol, code, ...) code,
#include "db/fund.def"
#undef FUND
    NULL,
};

static const char *const tender_codes[] = {
#define TENDER(symbol, code, ...) code,
#include "db/tender.def"
#undef TENDER
    NULL,
};

/* ---- out ---- */

static int line_add(void *arg, const struct payment_line *line)
{
    json_t *o = json_object();

    set_text(o, "fund", line->fund);
    set_int(o, "amount_fen", line->amount_fen);
    return items_add(arg, o);
}

static int tender_add(void *arg, const struct payment_tender *tender)
{
    json_t *o = json_object();

    set_text(o, "tender", tender->tender);
    set_int(o, "amount_fen", tender->amount_fen);
    set_int(o, "account_id", tender->account_id);
    set_int_or_null(o, "bank_id", tender->bank_id);
    set_text(o, "reference", tender->reference);
    set_text(o, "device", tender->device);
    set_text(o, "batch", tender->batch);
    set_text(o, "card", tender->card);
    return items_add(arg, o);
}

static int receipt_add(void *arg, const struct receipt_row *row)
{
    struct rows_out *out = arg;
    json_t *o = json_object(), *lines = json_array(), *paid = json_array();
    int r = receipt_lines(&out->call->tx, row->voucher_id, line_add, lines);

    if (r == 0)
        r = receipt_tenders(&out->call->tx, row->voucher_id, tender_add, paid);
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
    json_object_set_new_nocheck(o, "lines", lines);
    json_object_set_new_nocheck(o, "tenders", paid);
    if (r == 0)
        return items_add(out->items, o);
    json_decref(o);
    return r;
}

static int reply_receipt(struct call *call, const struct receipt_key *key, int status)
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
        (void)body_end(&inner); /* the outer one tells */
    }
}

/* Of a card no more than its last four digits come in. */
static void card_check(struct body *b, const char *card)
{
    if (card && card[0] && (strlen(card) != 4 || strspn(card, "0123456789") != 4))
        fault_item(b->call->tx.fault, FAULT_FIELD_TEXT, 0, "tenders/card", "field", "card", NULL);
}

static void tenders_read(struct body *b, struct payment *p)
{
    json_t *array = NULL;

    body_array(b, "tenders", BODY_REQUIRED, PAYMENT_TENDERS_MAX, &array);
    if (array && json_array_size(array) == 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "tenders", "field", "tenders", NULL);
    for (; p->n_tenders < json_array_size(array); p->n_tenders++) {
        struct payment_tender *t = &p->tenders[p->n_tenders];
        struct body inner = {
            .call = b->call, .object = json_array_get(array, p->n_tenders), .prefix = "tenders"};

        body_word(&inner, "tender", BODY_REQUIRED, tender_codes, &t->tender);
        body_int(&inner, "amount_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &t->amount_fen);
        body_int(&inner, "account_id", BODY_OPTIONAL, 1, INT64_MAX, &t->account_id);
        body_int(&inner, "bank_id", BODY_OPTIONAL, 1, INT64_MAX, &t->bank_id);
        body_text(&inner, "reference", BODY_OPTIONAL, 0, 64, &t->reference);
        body_text(&inner, "device", BODY_OPTIONAL, 0, 32, &t->device);
        body_text(&inner, "batch", BODY_OPTIONAL, 0, 32, &t->batch);
        body_text(&inner, "card", BODY_OPTIONAL, 0, 4, &t->card);
        card_check(b, t->card);
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
    tenders_read(&b, p);
    body_text(&b, "note", BODY_OPTIONAL, 0, NOTE_MAX, &p->note);
    r = body_end(&b);
    if (r == 0)
        r = receipt_take(&call->tx, p, &key);
    return r < 0 ? r : reply_receipt(call, &key, 201);
}

int api_deal_receipt_take(struct call *call)
{
    struct payment p = {.deal_id = 0};
    int r = call_param_id(call, 0, &p.deal_id);

    return r < 0 ? r : take(call, &p, BODY_OPTIONAL);
}

int api_project_receipt_take(struct call *call)
{
    struct payment p = {.deal_id = 0};
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

/* payover.c - agency fees are paid over to their payee, taken back, read (FI-10). */
#include "db/payover.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/list_export.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "daemon/paper/facts.h"
#include "db/money.h"

enum { PAGE_MAX = 200, PAGE_DEFAULT = 50 };

/* ---- out ---- */

static int deal_add(void *arg, const struct payover_deal *row)
{
    json_t *o = json_object();

    set_int(o, "deal_id", row->deal_id);
    set_text(o, "unit", row->unit);
    set_int(o, "amount_fen", row->amount_fen);
    return items_add(arg, o);
}

static json_t *payover_json(const struct payover_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "number", row->number);
    set_int(o, "fee_id", row->fee_id);
    set_text(o, "fee", row->fee);
    set_text(o, "payee", row->payee);
    set_text(o, "day", row->day);
    set_int(o, "total_fen", row->total_fen);
    set_int(o, "deals", row->deals);
    set_int(o, "account_id", row->account_id);
    set_text(o, "tender", row->tender);
    set_text(o, "reference", row->reference);
    set_text(o, "note", row->note);
    set_text(o, "user", row->user);
    set_int(o, "at_ms", row->at_ms);
    set_int_or_null(o, "reversed_ms", row->reversed_ms);
    set_text_or_null(o, "reason", row->reason);
    set_text_or_null(o, "reversed_by", row->reversed_by);
    return o;
}

static int payover_add(void *arg, const struct payover_row *row)
{
    struct page *page = arg;

    return page_fits(page, row->id, 0) ? items_add(page->items, payover_json(row)) : 0;
}

int api_payover_list(struct call *call)
{
    struct payover_filter f = {.project_id = 0};
    struct page page;
    int r = call_param_id(call, 0, &f.project_id);

    if (r == 0)
        r = call_query_int(call, "fee", 1, INT64_MAX, 0, &f.fee_id);
    if (r == 0)
        r = page_begin(call, 1, PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.before_id = page.at[0];
    f.limit = page_limit(&page);
    return page_reply(call, &page, payover_each(&call->tx, &f, payover_add, &page));
}

/* One, with the deals it was of. */
static int one_add(void *arg, const struct payover_row *row)
{
    struct rows_out *out = arg;
    json_t *o = payover_json(row), *lines = json_array();
    int r = payover_deal_each(&out->call->tx, row->id, deal_add, lines);

    json_object_set_new_nocheck(o, "lines", lines);
    if (r == 0)
        return items_add(out->items, o);
    json_decref(o);
    return r;
}

static int reply_payover(struct call *call, int64_t id, int status)
{
    struct rows_out out = {call, json_array()};
    struct payover_filter f = {.id = id, .limit = 1};
    int r = payover_project(&call->tx, id, &f.project_id);

    if (r == 0)
        r = payover_each(&call->tx, &f, one_add, &out);
    return reply_first(call, out.items, r, status, "payovers");
}

int api_payover_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_payover(call, id, 200);
}

/* ---- in ---- */

static void lines_read(struct body *b, struct payover *p, struct payover_line *lines)
{
    json_t *array = NULL;

    body_array(b, "lines", BODY_REQUIRED, PAYOVER_LINES_MAX, &array);
    if (array && json_array_size(array) == 0)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, "lines", "field", "lines", NULL);
    for (; p->n_lines < json_array_size(array); p->n_lines++) {
        struct payover_line *line = &lines[p->n_lines];
        struct body inner = {
            .call = b->call, .object = json_array_get(array, p->n_lines), .prefix = "lines"};

        body_int(&inner, "deal_fee_id", BODY_REQUIRED, 1, INT64_MAX, &line->deal_fee_id);
        body_int(&inner, "amount_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &line->amount_fen);
        (void)body_end(&inner); /* the outer one tells */
        p->tender.amount_fen += line->amount_fen;
    }
}

int api_payover_make(struct call *call)
{
    static const char *const ways[] = {"transfer", "cheque", NULL};
    struct payover_line *lines = calloc(PAYOVER_LINES_MAX, sizeof(*lines));
    struct payover p = {.lines = lines};
    int64_t id = 0;
    struct body b;
    int r = lines ? call_param_id(call, 0, &p.project_id) : -ENOMEM;

    if (r == 0) {
        body_begin(&b, call);
        body_int(&b, "fee_id", BODY_REQUIRED, 1, INT64_MAX, &p.fee_id);
        lines_read(&b, &p, lines);
        body_word(&b, "tender", BODY_REQUIRED, ways, &p.tender.tender);
        body_text(&b, "reference", BODY_REQUIRED, 1, 64, &p.tender.reference);
        body_int(&b, "account_id", BODY_OPTIONAL, 1, INT64_MAX, &p.tender.account_id);
        body_text(&b, "note", BODY_OPTIONAL, 0, PAYOVER_NOTE_MAX, &p.note);
        r = body_end(&b);
    }
    if (r == 0)
        r = payover_make(&call->tx, &p, &id);
    free(lines);
    return r < 0 ? r : reply_payover(call, id, 201);
}

int api_payover_reverse(struct call *call)
{
    const char *reason = NULL;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "reason", BODY_REQUIRED, 1, PAYOVER_NOTE_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = payover_reverse(&call->tx, id, reason);
    return r < 0 ? r : reply_payover(call, id, 200);
}

/* ---- as a list that goes out ---- */

enum { MONEY = 48, NUMBER = 24, COLUMNS = 10 };

static const struct list_head heads[COLUMNS] = {
    {"凭证号", "Voucher", 10},
    {"日期", "Day", 12},
    {"代收项目", "Fee", 18},
    {"收款单位", "Payee", 20},
    {"金额（元）", "Sum (yuan)", 16},
    {"户数", "Deals", 8},
    {"流水号", "Reference", 20},
    {"经办人", "By", 12},
    {"备注", "Note", 20},
    {"冲回原因", "Reversed for", 20},
};

struct exporting {
    struct table *table;
    int64_t n;
};

static int row_write(void *arg, const struct payover_row *row)
{
    struct exporting *e = arg;
    char money[MONEY], number[NUMBER], deals[NUMBER];

    snprintf(number, sizeof(number), "%" PRId64, row->number);
    snprintf(deals, sizeof(deals), "%" PRId64, row->deals);
    money_text(row->total_fen, false, money, sizeof(money));
    table_row(e->table, (const char *const[COLUMNS]){number, row->day, row->fee, row->payee, money,
                                                     deals, row->reference, row->user, row->note,
                                                     row->reason ? row->reason : ""});
    e->n++;
    return 0;
}

int api_payover_export(struct call *call)
{
    struct list_export done = {.action = "fee.payover-export", .object = "project"};
    struct payover_filter f = {.limit = LIST_EXPORT_ROWS_MAX + 1};
    struct exporting e = {.n = 0};
    enum lang lang;
    int r = call_param_id(call, 0, &f.project_id);

    if (r == 0)
        r = call_query_int(call, "fee", 1, INT64_MAX, 0, &f.fee_id);
    if (r == 0)
        r = list_export_open(call, RIGHT_REPORT_VIEW, "代收费转付", "Agency fees paid over", heads,
                             COLUMNS, &lang, &e.table);
    if (r < 0)
        return r;
    r = payover_each(&call->tx, &f, row_write, &e);
    if (r == 0 && e.n > LIST_EXPORT_ROWS_MAX)
        r = list_export_too_many(call);
    done.name = lang == LANG_EN ? "payovers.xlsx" : "代收费转付.xlsx";
    done.project_id = f.project_id;
    done.rows = e.n;
    return list_export_reply(call, e.table, r, &done);
}

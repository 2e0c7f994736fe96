/* collection.c - reports of money for finance: what was collected (RP-18), receipt books
 * (RP-19). */
#include "daemon/api/collection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/list_export.h"
#include "daemon/api/record.h"
#include "daemon/paper/facts.h"
#include "db/fund.h"
#include "db/money.h"
#include "db/tender.h"

enum { MONEY = 48, NUMBER = 64 };

int report_asked(struct call *call, char today[DAY_TEXT], int64_t *ret_project_id,
                 struct days *ret_days)
{
    int r = call_param_id(call, 0, ret_project_id);

    day_of(call->tx.now_ms, today);
    *ret_days = (struct days){today, today};
    if (r == 0)
        r = call_query_day(call, "from", &ret_days->from);
    if (r == 0)
        r = call_query_day(call, "to", &ret_days->to);
    return r;
}

static const char *fund_name(const char *code, enum lang lang)
{
    const enum fund fund = fund_find(code);

    return fund == FUND_COUNT ? code : lang == LANG_EN ? funds[fund].en : funds[fund].zh;
}

static const char *tender_name(const char *code, enum lang lang)
{
    const enum tender tender = tender_find(code);

    return tender == TENDER_COUNT ? code
           : lang == LANG_EN      ? tenders[tender].en
                                  : tenders[tender].zh;
}

static void number_text(int64_t n, char out[NUMBER])
{
    snprintf(out, NUMBER, "%" PRId64, n);
}

/* ---- RP-18 ---- */

enum { BY_FUND, BY_TENDER, BY_CASHIER, BY_DAY };
static const char *const bys[] = {"fund", "tender", "cashier", "day", NULL};

struct groups {
    json_t *items, *at; /* at: by key, borrowed items */
    json_t *total;
    enum lang lang;
    int by;
};

static void group_sum(json_t *o, const struct collection_row *row)
{
    set_int(o, "in_fen", json_integer_value(json_object_get(o, "in_fen")) + row->in_fen);
    set_int(o, "back_fen", json_integer_value(json_object_get(o, "back_fen")) + row->back_fen);
    set_int(o, "refund_fen",
            json_integer_value(json_object_get(o, "refund_fen")) + row->refund_fen);
    set_int(o, "net_fen",
            json_integer_value(json_object_get(o, "in_fen")) -
                json_integer_value(json_object_get(o, "back_fen")) -
                json_integer_value(json_object_get(o, "refund_fen")));
}

static int group_add(void *arg, const struct collection_row *row)
{
    struct groups *g = arg;
    char user[24];
    const char *key = g->by == BY_FUND     ? row->fund
                      : g->by == BY_TENDER ? row->tender
                      : g->by == BY_DAY    ? row->day
                                           : user;
    json_t *o;

    snprintf(user, sizeof(user), "%" PRId64, row->user_id);
    o = json_object_get(g->at, key);
    if (!o) {
        o = json_object();
        set_text(o, "key", key);
        set_text(o, "name",
                 g->by == BY_FUND      ? fund_name(key, g->lang)
                 : g->by == BY_TENDER  ? tender_name(key, g->lang)
                 : g->by == BY_CASHIER ? row->cashier
                                       : key);
        json_array_append(g->items, o);
        if (json_object_set_new_nocheck(g->at, key, o) < 0)
            return -ENOMEM;
    }
    group_sum(o, row);
    group_sum(g->total, row);
    return 0;
}

int api_report_collection(struct call *call)
{
    const struct collection_row none = {.in_fen = 0};
    struct groups g = {.lang = call->lang};
    bool blind = false;
    char today[DAY_TEXT];
    struct days days;
    int64_t project_id;
    int r = report_asked(call, today, &project_id, &days);

    if (r == 0)
        r = call_query_choice(call, "by", bys, &g.by);
    if (r < 0)
        return r;
    g.items = json_array();
    g.at = json_object();
    g.total = json_object();
    group_sum(g.total, &none);
    r = collection_each(&call->tx, project_id, &days, group_add, &g);
    if (r == 0)
        r = collection_blind(&call->tx, &blind);
    json_decref(g.at);
    r = reply_items(call, g.items, r);
    if (r < 0) {
        json_decref(g.total);
        return r;
    }
    set_text(call->reply.body, "by", bys[g.by]);
    set_text(call->reply.body, "from", days.from);
    set_text(call->reply.body, "to", days.to);
    set_bool(call->reply.body, "blind", blind);
    json_object_set_new_nocheck(call->reply.body, "total", g.total);
    return 0;
}

struct exporting {
    struct table *table;
    enum lang lang;
    int64_t n;
};

/* What every report ends with. */
static int export_end(struct call *call, struct exporting *e, int r, int64_t project_id,
                      const char *zh, const char *en)
{
    const struct list_export done = {.name = e->lang == LANG_EN ? en : zh,
                                     .action = "report.export",
                                     .object = "project",
                                     .project_id = project_id,
                                     .rows = e->n};

    if (r == 0 && e->n > LIST_EXPORT_ROWS_MAX)
        r = list_export_too_many(call);
    return list_export_reply(call, e->table, r, &done);
}

enum { COLLECTION_COLUMNS = 8 };
static const struct list_head collection_heads[COLLECTION_COLUMNS] = {
    {"日期", "Day", 12},
    {"收银员", "Cashier", 14},
    {"款项", "Fund", 16},
    {"交款方式", "Paid by", 14},
    {"收款（元）", "Received (yuan)", 16},
    {"作废红冲（元）", "Taken back (yuan)", 16},
    {"退款（元）", "Refunded (yuan)", 16},
    {"净额（元）", "Net (yuan)", 16},
};

static int collection_write(void *arg, const struct collection_row *row)
{
    struct exporting *e = arg;
    char in[MONEY], back[MONEY], refund[MONEY], net[MONEY];

    money_text(row->in_fen, false, in, MONEY);
    money_text(row->back_fen, false, back, MONEY);
    money_text(row->refund_fen, false, refund, MONEY);
    money_text(row->in_fen - row->back_fen - row->refund_fen, false, net, MONEY);
    table_row(e->table, (const char *const[COLLECTION_COLUMNS]){
                            row->day, row->cashier, fund_name(row->fund, e->lang),
                            tender_name(row->tender, e->lang), in, back, refund, net});
    e->n++;
    return 0;
}

int api_report_collection_export(struct call *call)
{
    struct exporting e = {.n = 0};
    char today[DAY_TEXT];
    struct days days;
    int64_t project_id;
    int r = report_asked(call, today, &project_id, &days);

    if (r == 0)
        r = list_export_open(call, RIGHT_REPORT_VIEW, "收款报表", "Collection", collection_heads,
                             COLLECTION_COLUMNS, &e.lang, &e.table);
    if (r < 0)
        return r;
    r = collection_each(&call->tx, project_id, &days, collection_write, &e);
    return export_end(call, &e, r, project_id, "收款报表.xlsx", "collection.xlsx");
}

/* ---- RP-19 ---- */

struct books_out {
    json_t *items;
    int64_t sums[5];
};

static void leaves_set(json_t *o, const int64_t leaves[5])
{
    static const char *const names[5] = {"opening", "received", "used", "voided", "closing"};

    for (size_t i = 0; i < 5; i++)
        set_int(o, names[i], leaves[i]);
}

static int book_add(void *arg, const struct book_use *row)
{
    const int64_t leaves[5] = {row->opening, row->received, row->used, row->voided, row->closing};
    struct books_out *out = arg;
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "kind", row->kind);
    set_text(o, "prefix", row->prefix);
    set_int(o, "first_no", row->first_no);
    set_int(o, "last_no", row->last_no);
    set_text(o, "state", row->state);
    set_text_or_null(o, "holder", row->holder);
    set_int_or_null(o, "first_used", row->first_used);
    set_int_or_null(o, "last_used", row->last_used);
    leaves_set(o, leaves);
    for (size_t i = 0; i < 5; i++)
        out->sums[i] += leaves[i];
    return items_add(out->items, o);
}

int api_report_books(struct call *call)
{
    struct books_out out = {.items = NULL};
    char today[DAY_TEXT];
    struct days days;
    int64_t project_id;
    int r = report_asked(call, today, &project_id, &days);

    if (r < 0)
        return r;
    out.items = json_array();
    r = reply_items(call, out.items, book_use_each(&call->tx, project_id, &days, book_add, &out));
    if (r == 0) {
        json_t *total = json_object();

        leaves_set(total, out.sums);
        json_object_set_new_nocheck(call->reply.body, "total", total);
    }
    return r;
}

enum { BOOK_COLUMNS = 11 };
static const struct list_head book_heads[BOOK_COLUMNS] = {
    {"收据本", "Book", 12},
    {"首号", "First", 10},
    {"末号", "Last", 10},
    {"状态", "State", 12},
    {"领用人", "Holder", 14},
    {"期初", "Opening", 10},
    {"新增", "Received", 10},
    {"使用", "Used", 10},
    {"作废", "Void", 10},
    {"期末", "Closing", 10},
    {"本期号码", "Numbers used", 20},
};
static const struct {
    const char *code, *zh, *en;
} book_states[] = {
    {"registered", "已登记", "registered"},
    {"out", "已领用", "out"},
    {"returned", "已交回", "returned"},
    {"verified", "已核销", "verified"},
};

static const char *book_state(const char *code, enum lang lang)
{
    for (size_t i = 0; i < sizeof(book_states) / sizeof(book_states[0]); i++)
        if (strcmp(book_states[i].code, code) == 0)
            return lang == LANG_EN ? book_states[i].en : book_states[i].zh;
    return code;
}

static int book_write(void *arg, const struct book_use *row)
{
    struct exporting *e = arg;
    char n[7][NUMBER], used[NUMBER] = "";

    number_text(row->first_no, n[0]);
    number_text(row->last_no, n[1]);
    number_text(row->opening, n[2]);
    number_text(row->received, n[3]);
    number_text(row->used, n[4]);
    number_text(row->voided, n[5]);
    number_text(row->closing, n[6]);
    if (row->first_used)
        snprintf(used, sizeof(used), "%06" PRId64 "–%06" PRId64, row->first_used, row->last_used);
    table_row(e->table, (const char *const[BOOK_COLUMNS]){
                            row->prefix, n[0], n[1], book_state(row->state, e->lang),
                            row->holder ? row->holder : "", n[2], n[3], n[4], n[5], n[6], used});
    e->n++;
    return 0;
}

int api_report_books_export(struct call *call)
{
    struct exporting e = {.n = 0};
    char today[DAY_TEXT];
    struct days days;
    int64_t project_id;
    int r = report_asked(call, today, &project_id, &days);

    if (r == 0)
        r = list_export_open(call, RIGHT_REPORT_VIEW, "票据管理表", "Receipt books", book_heads,
                             BOOK_COLUMNS, &e.lang, &e.table);
    if (r < 0)
        return r;
    r = book_use_each(&call->tx, project_id, &days, book_write, &e);
    return export_end(call, &e, r, project_id, "票据管理表.xlsx", "receipt-books.xlsx");
}

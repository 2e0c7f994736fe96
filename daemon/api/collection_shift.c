/* collection_shift.c - shifts for finance (FI-36), and what of the money should not be as it is
 * (FI-37). See collection.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/list_export.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "daemon/paper/facts.h"
#include "daemon/site_time.h"
#include "db/collection.h"
#include "db/day.h"
#include "db/exception.h"
#include "db/shift.h"
#include "db/tender.h"

enum { MONEY = 48, TIME = 32, NUMBER = 24, PAGE_DEFAULT = 50 };

static int filter_read(struct call *call, char today[DAY_TEXT], struct shift_filter *f)
{
    int r = call_param_id(call, 0, &f->project_id);

    day_of(call->tx.now_ms, today);
    f->days = (struct days){today, today};
    if (r == 0)
        r = call_query_day(call, "from", &f->days.from);
    if (r == 0)
        r = call_query_day(call, "to", &f->days.to);
    return r;
}

/* ---- the list ---- */

static int count_add(void *arg, const struct shift_count_row *row)
{
    json_t *o = json_object();

    set_text(o, "tender", row->tender);
    set_int(o, "expected_fen", row->expected_fen);
    set_int(o, "counted_fen", row->counted_fen);
    set_text(o, "reason", row->reason);
    return items_add(arg, o);
}

static int shift_add(void *arg, const struct shift_use *row)
{
    struct page *page = arg;
    json_t *o, *counts;
    int r;

    if (!page_fits(page, row->id, 0))
        return 0;
    o = json_object();
    counts = json_array();
    set_int(o, "id", row->id);
    set_text(o, "cashier", row->cashier);
    set_text_or_null(o, "next", row->next);
    set_int(o, "opened_ms", row->opened_ms);
    set_int_or_null(o, "closed_ms", row->closed_ms);
    set_int(o, "float_fen", row->float_fen);
    set_int(o, "receipts", row->receipts);
    set_int(o, "voids", row->voids);
    set_int(o, "refunds", row->refunds);
    set_int(o, "difference_fen", row->difference_fen);
    json_object_set_new_nocheck(o, "counts", counts);
    r = shift_count_each(&page->call->tx, row->id, count_add, counts);
    if (r == 0)
        return items_add(page->items, o);
    json_decref(o);
    return r;
}

int api_report_shifts(struct call *call)
{
    struct shift_filter f = {.project_id = 0};
    char today[DAY_TEXT];
    struct page page;
    int r = filter_read(call, today, &f);

    if (r == 0)
        r = page_begin(call, 1, SHIFT_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.before_id = page.at[0];
    f.limit = page_limit(&page);
    return page_reply(call, &page, shift_use_each(&call->tx, &f, shift_add, &page));
}

/* ---- as a workbook: a row of each tender that was counted ---- */

enum { COLUMNS = 11 };
static const struct list_head heads[COLUMNS] = {
    {"收银员", "Cashier", 14},
    {"开班", "Opened", 18},
    {"结班", "Closed", 18},
    {"收据（张）", "Receipts", 10},
    {"作废（张）", "Voids", 10},
    {"备用金（元）", "Float (yuan)", 14},
    {"交款方式", "Paid by", 12},
    {"账面（元）", "Expected (yuan)", 16},
    {"实点（元）", "Counted (yuan)", 16},
    {"差额（元）", "Difference (yuan)", 16},
    {"原因", "Reason", 24},
};

struct exporting {
    struct call *call;
    struct table *table;
    enum lang lang;
    int64_t n;
    const struct shift_use *shift; /* whose counts are written */
    bool counted;
};

static int line_write(struct exporting *e, const struct shift_count_row *count)
{
    const struct shift_use *s = e->shift;
    const enum tender tender = count ? tender_find(count->tender) : TENDER_COUNT;
    char opened[TIME], closed[TIME] = "", receipts[NUMBER], voids[NUMBER], held[MONEY];
    char expected[MONEY] = "", counted[MONEY] = "", difference[MONEY] = "";

    site_time_text(s->opened_ms, opened, sizeof(opened));
    if (s->closed_ms)
        site_time_text(s->closed_ms, closed, sizeof(closed));
    snprintf(receipts, sizeof(receipts), "%" PRId64, s->receipts);
    snprintf(voids, sizeof(voids), "%" PRId64, s->voids);
    paper_money(s->float_fen, false, held, sizeof(held));
    if (count) {
        paper_money(count->expected_fen, false, expected, sizeof(expected));
        paper_money(count->counted_fen, false, counted, sizeof(counted));
        paper_money(count->counted_fen - count->expected_fen, false, difference,
                    sizeof(difference));
    }
    table_row(e->table, (const char *const[COLUMNS]){
                            s->cashier, opened, closed, receipts, voids, held,
                            tender == TENDER_COUNT ? ""
                            : e->lang == LANG_EN   ? tenders[tender].en
                                                   : tenders[tender].zh,
                            expected, counted, difference, count ? count->reason : ""});
    e->n++;
    return 0;
}

static int count_write(void *arg, const struct shift_count_row *count)
{
    struct exporting *e = arg;

    e->counted = true;
    return line_write(e, count);
}

static int shift_write(void *arg, const struct shift_use *row)
{
    struct exporting *e = arg;
    int r;

    e->shift = row;
    e->counted = false;
    r = shift_count_each(&e->call->tx, row->id, count_write, e);
    return r < 0 || e->counted ? r : line_write(e, NULL);
}

int api_report_shifts_export(struct call *call)
{
    struct shift_filter f = {.limit = LIST_EXPORT_ROWS_MAX + 1};
    struct list_export done = {.action = "report.export", .object = "project"};
    struct exporting e = {.call = call};
    char today[DAY_TEXT];
    int r = filter_read(call, today, &f);

    if (r == 0)
        r = list_export_open(call, "交班报表", "Shifts", heads, COLUMNS, &e.lang, &e.table);
    if (r < 0)
        return r;
    r = shift_use_each(&call->tx, &f, shift_write, &e);
    if (r == 0 && e.n > LIST_EXPORT_ROWS_MAX)
        r = list_export_too_many(call);
    done.name = e.lang == LANG_EN ? "shifts.xlsx" : "交班报表.xlsx";
    done.project_id = f.project_id;
    done.rows = e.n;
    return list_export_reply(call, e.table, r, &done);
}

/* ---- what should not be ---- */

static int exception_add(void *arg, const struct exception_row *row)
{
    json_t *o = json_object();

    set_text(o, "kind", row->kind);
    set_text(o, "object", row->object);
    set_int_or_null(o, "object_id", row->object_id);
    set_text(o, "title", row->title);
    set_int_or_null(o, "amount_fen", row->amount_fen);
    set_int_or_null(o, "since_ms", row->since_ms);
    return items_add(arg, o);
}

int api_report_exceptions(struct call *call)
{
    int64_t project_id, n[EXCEPTION_KINDS] = {0};
    json_t *items, *counts;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    items = json_array();
    r = reply_items(call, items, exception_each(&call->tx, project_id, n, exception_add, items));
    if (r < 0)
        return r;
    counts = json_object();
    for (int i = 0; i < EXCEPTION_KINDS; i++)
        set_int(counts, exception_kinds[i], n[i]);
    json_object_set_new_nocheck(call->reply.body, "counts", counts);
    return 0;
}

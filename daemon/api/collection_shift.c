/* collection_shift.c - shifts for finance (FI-36), and what of the money should not be as it is
 * (FI-37). See collection.c. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/collection.h"
#include "daemon/api/list_export.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "daemon/paper/facts.h"
#include "daemon/site_time.h"
#include "db/exception.h"
#include "db/leaf_use.h"
#include "db/money.h"
#include "db/shift.h"
#include "db/tender.h"

enum { MONEY = 48, TIME = 32, NUMBER = 24, PAGE_DEFAULT = 50 };

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

/* The page, and its items by the id of their shift. */
struct shifts_out {
    struct page *page;
    json_t *at; /* borrowed items */
    struct shift_range range;
};

static int shift_add(void *arg, const struct shift_use *row)
{
    struct shifts_out *out = arg;
    char id[NUMBER];
    json_t *o, *counts;
    int r;

    if (!page_fits(out->page, row->id, 0))
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
    json_object_set_new_nocheck(o, "books", json_array());
    json_object_set_new_nocheck(o, "blanks", json_array());
    out->range.low_id = row->id; /* newest first */
    if (!out->range.high_id)
        out->range.high_id = row->id;
    snprintf(id, sizeof(id), "%" PRId64, row->id);
    r = json_object_set_nocheck(out->at, id, o) < 0 ? -ENOMEM : 0;
    if (r == 0)
        r = shift_count_each(&out->page->call->tx, row->id, count_add, counts);
    if (r == 0)
        return items_add(out->page->items, o);
    json_decref(o);
    return r;
}

/* One more in the list @name of its shift, which may not be of this page. */
static int shift_give(struct shifts_out *out, int64_t shift_id, const char *name, json_t *o)
{
    char id[NUMBER];
    json_t *shift;

    snprintf(id, sizeof(id), "%" PRId64, shift_id);
    shift = json_object_get(out->at, id);
    if (shift)
        return items_add(json_object_get(shift, name), o);
    json_decref(o);
    return 0;
}

static int book_add(void *arg, const struct shift_book *book)
{
    json_t *o = json_object();

    set_int(o, "book_id", book->book_id);
    set_text(o, "kind", book->kind);
    set_text(o, "prefix", book->prefix);
    set_int_or_null(o, "first_no", book->first_no);
    set_int_or_null(o, "last_no", book->last_no);
    set_int(o, "receipts", book->receipts);
    set_int(o, "voids", book->voids);
    set_int(o, "swapped", book->swapped);
    set_int(o, "spoilt", book->spoilt);
    set_int(o, "lost", book->lost);
    return shift_give(arg, book->shift_id, "books", o);
}

static int blank_add(void *arg, const struct shift_blank *leaf)
{
    json_t *o = json_object();

    set_text(o, "kind", leaf->kind);
    set_text(o, "prefix", leaf->prefix);
    set_int(o, "no", leaf->no);
    set_text(o, "reason", leaf->reason);
    set_int(o, "at_ms", leaf->at_ms);
    return shift_give(arg, leaf->shift_id, "blanks", o);
}

int api_report_shifts(struct call *call)
{
    struct shift_filter f = {.project_id = 0};
    struct shifts_out out = {.at = NULL};
    char today[DAY_TEXT];
    struct page page;
    int r = report_asked(call, today, &f.project_id, &f.days);

    if (r == 0)
        r = page_begin(call, 1, SHIFT_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.before_id = page.at[0];
    f.limit = page_limit(&page);
    out = (struct shifts_out){
        .page = &page, .at = json_object(), .range = {.project_id = f.project_id}};
    r = shift_use_each(&call->tx, &f, shift_add, &out);
    if (r == 0 && out.range.high_id)
        r = shift_book_each(&call->tx, &out.range, book_add, &out);
    if (r == 0 && out.range.high_id)
        r = shift_blank_each(&call->tx, &out.range, blank_add, &out);
    json_decref(out.at);
    return page_reply(call, &page, r);
}

/* ---- as a workbook: a row of each tender that was counted ---- */

enum { COLUMNS = 13 };
static const struct list_head heads[COLUMNS] = {
    {"收银员", "Cashier", 14},
    {"开班", "Opened", 18},
    {"结班", "Closed", 18},
    {"收据（张）", "Receipts", 10},
    {"作废（张）", "Voids", 10},
    {"作废页（张）", "Spoilt", 10},
    {"遗失页（张）", "Lost", 10},
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
    json_t *blanks; /* by kind and shift, how many */
};

enum { BLANK_KEY = 40 };
static void blank_key(const char *kind, int64_t shift_id, char out[BLANK_KEY])
{
    snprintf(out, BLANK_KEY, "%s %" PRId64, kind, shift_id);
}

static int blank_count(void *arg, const struct shift_blank *leaf)
{
    struct exporting *e = arg;
    char key[BLANK_KEY];

    blank_key(leaf->kind, leaf->shift_id, key);
    set_int(e->blanks, key, json_integer_value(json_object_get(e->blanks, key)) + 1);
    return 0;
}

static void blank_text(const struct exporting *e, const char *kind, char out[NUMBER])
{
    char key[BLANK_KEY];

    blank_key(kind, e->shift->id, key);
    snprintf(out, NUMBER, "%" PRId64, (int64_t)json_integer_value(json_object_get(e->blanks, key)));
}

static int line_write(struct exporting *e, const struct shift_count_row *count)
{
    const struct shift_use *s = e->shift;
    const enum tender tender = count ? tender_find(count->tender) : TENDER_COUNT;
    char opened[TIME], closed[TIME] = "", receipts[NUMBER], voids[NUMBER], held[MONEY];
    char expected[MONEY] = "", counted[MONEY] = "", difference[MONEY] = "";
    char spoilt[NUMBER], lost[NUMBER];

    blank_text(e, "spoilt", spoilt);
    blank_text(e, "lost", lost);
    site_time_text(s->opened_ms, opened, sizeof(opened));
    if (s->closed_ms)
        site_time_text(s->closed_ms, closed, sizeof(closed));
    snprintf(receipts, sizeof(receipts), "%" PRId64, s->receipts);
    snprintf(voids, sizeof(voids), "%" PRId64, s->voids);
    money_text(s->float_fen, false, held, sizeof(held));
    if (count) {
        money_text(count->expected_fen, false, expected, sizeof(expected));
        money_text(count->counted_fen, false, counted, sizeof(counted));
        money_text(count->counted_fen - count->expected_fen, false, difference, sizeof(difference));
    }
    table_row(e->table, (const char *const[COLUMNS]){
                            s->cashier, opened, closed, receipts, voids, spoilt, lost, held,
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
    int r = report_asked(call, today, &f.project_id, &f.days);

    if (r == 0)
        r = list_export_open(call, RIGHT_REPORT_VIEW, "交班报表", "Shifts", heads, COLUMNS, &e.lang,
                             &e.table);
    if (r < 0)
        return r;
    e.blanks = json_object();
    r = shift_blank_each(&call->tx, &(struct shift_range){f.project_id, 1, INT64_MAX}, blank_count,
                         &e);
    if (r == 0)
        r = shift_use_each(&call->tx, &f, shift_write, &e);
    json_decref(e.blanks);
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

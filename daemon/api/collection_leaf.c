/* collection_leaf.c - leaves of receipt books as they were used, day by day (IV-13). See
 * collection.c. */
#include <inttypes.h>
#include <stdio.h>

#include "daemon/api/api.h"
#include "daemon/api/collection.h"
#include "daemon/api/list_export.h"
#include "daemon/api/record.h"
#include "db/leaf_use.h"

enum { NUMBER = 64 };

static int line_add(void *arg, const struct leaf_use *line)
{
    json_t *o = json_object();

    set_int(o, "book_id", line->book_id);
    set_text(o, "kind", line->kind);
    set_text(o, "prefix", line->prefix);
    set_int(o, "first_no", line->first_no);
    set_int(o, "last_no", line->last_no);
    set_text_or_null(o, "day", line->day[0] ? line->day : NULL);
    set_text(o, "cashier", line->cashier);
    set_int(o, "used", line->used);
    set_int(o, "voided", line->voided);
    set_int(o, "spoilt", line->spoilt);
    set_int(o, "lost", line->lost);
    set_int_or_null(o, "from_no", line->from_no);
    set_int_or_null(o, "to_no", line->to_no);
    set_int(o, "remaining", line->remaining);
    set_int_or_null(o, "out_ms", line->out_ms);
    set_bool(o, "overdue", line->overdue);
    return items_add(arg, o);
}

int api_report_leaves(struct call *call)
{
    char today[DAY_TEXT];
    struct days days;
    int64_t project_id;
    int r = report_asked(call, today, &project_id, &days);
    json_t *items;

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, leaf_use_each(&call->tx, project_id, &days, line_add, items));
}

/* ---- as a workbook ---- */

enum { COLUMNS = 12 };
static const struct list_head heads[COLUMNS] = {
    {"日期", "Day", 12},          {"收据本", "Book", 12},          {"首号", "First", 10},
    {"末号", "Last", 10},         {"收银员", "Cashier", 14},       {"本日号码", "Numbers used", 20},
    {"使用（张）", "Used", 10},   {"作废（张）", "Void", 10},      {"作废页（张）", "Spoilt", 10},
    {"遗失页（张）", "Lost", 10}, {"剩余（张）", "Remaining", 10}, {"未交回", "Not returned", 14},
};

struct exporting {
    struct table *table;
    enum lang lang;
    int64_t n;
};

static int line_write(void *arg, const struct leaf_use *line)
{
    const int64_t counts[] = {line->first_no, line->last_no, line->used,     line->voided,
                              line->spoilt,   line->lost,    line->remaining};
    char n[sizeof(counts) / sizeof(counts[0])][NUMBER], numbers[NUMBER] = "";
    struct exporting *e = arg;

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        snprintf(n[i], NUMBER, "%" PRId64, counts[i]);
    if (line->from_no)
        snprintf(numbers, sizeof(numbers), "%06" PRId64 "–%06" PRId64, line->from_no, line->to_no);
    table_row(e->table,
              (const char *const[COLUMNS]){line->day, line->prefix, n[0], n[1], line->cashier,
                                           numbers, n[2], n[3], n[4], n[5], n[6],
                                           !line->overdue       ? ""
                                           : e->lang == LANG_EN ? "overdue"
                                                                : "逾期未交回"});
    e->n++;
    return 0;
}

int api_report_leaves_export(struct call *call)
{
    struct list_export done = {.action = "report.export", .object = "project"};
    struct exporting e = {.n = 0};
    char today[DAY_TEXT];
    struct days days;
    int r = report_asked(call, today, &done.project_id, &days);

    if (r == 0)
        r = list_export_open(call, RIGHT_REPORT_VIEW, "票据使用日报", "Leaves used", heads, COLUMNS,
                             &e.lang, &e.table);
    if (r < 0)
        return r;
    r = leaf_use_each(&call->tx, done.project_id, &days, line_write, &e);
    if (r == 0 && e.n > LIST_EXPORT_ROWS_MAX)
        r = list_export_too_many(call);
    done.name = e.lang == LANG_EN ? "leaves.xlsx" : "票据使用日报.xlsx";
    done.rows = e.n;
    return list_export_reply(call, e.table, r, &done);
}

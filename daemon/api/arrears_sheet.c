/* arrears_sheet.c - arrears as a list that goes out (FI-21): names masked but for those with
 * customer.clear, and written down. */
#include <inttypes.h>
#include <stdio.h>

#include "daemon/api/api.h"
#include "daemon/api/arrears.h"
#include "daemon/api/list_export.h"
#include "daemon/paper/facts.h"
#include "db/arrears.h"
#include "db/fund.h"
#include "db/money.h"

enum { MONEY = 48, COLUMNS = 13 };

static const struct list_head heads[COLUMNS] = {
    {"房源", "Unit", 18},
    {"买受人", "Buyer", 14},
    {"置业顾问", "Consultant", 12},
    {"付款方案", "Payment plan", 18},
    {"款项", "Fund", 14},
    {"应收日期", "Due", 12},
    {"逾期天数", "Days overdue", 10},
    {"账龄", "Age", 10},
    {"应收（元）", "Due (yuan)", 16},
    {"已收（元）", "Received (yuan)", 16},
    {"欠款（元）", "Owed (yuan)", 16},
    {"滞纳金（元）", "Late fee (yuan)", 16},
    {"最近催缴", "Last asked for", 12},
};
static const struct {
    const char *zh, *en;
} bands[ARREARS_BANDS] = {
    {"未到期", "not yet due"},  {"1–30 天", "1–30 days"},      {"31–60 天", "31–60 days"},
    {"61–90 天", "61–90 days"}, {"90 天以上", "over 90 days"},
};

struct exporting {
    struct tx tx; /* of the actor, without his right to names when they are not asked for */
    struct actor actor;
    struct table *table;
    enum lang lang;
    int64_t n;
};

static int row_write(void *arg, const struct arrears_row *row)
{
    struct exporting *e = arg;
    const bool en = e->lang == LANG_EN;
    const enum fund fund = fund_find(row->fund);
    char days[24] = "", due[MONEY], received[MONEY], owed[MONEY], late[MONEY] = "";

    if (row->days)
        snprintf(days, sizeof(days), "%" PRId64, row->days);
    money_text(row->amount_fen, false, due, sizeof(due));
    money_text(row->received_fen, false, received, sizeof(received));
    money_text(row->owed_fen, false, owed, sizeof(owed));
    if (row->late_fen)
        money_text(row->late_fen, false, late, sizeof(late));
    table_row(e->table, (const char *const[COLUMNS]){row->unit, row->customer, row->user, row->plan,
                                                     fund == FUND_COUNT ? ""
                                                     : en               ? funds[fund].en
                                                                        : funds[fund].zh,
                                                     row->due_date ? row->due_date : "", days,
                                                     en ? bands[row->band].en : bands[row->band].zh,
                                                     due, received, owed, late,
                                                     row->dunned_on ? row->dunned_on : ""});
    e->n++;
    return 0;
}

static int rows_write(struct call *call, struct exporting *e, struct arrears_filter *f)
{
    int r;

    f->limit = LIST_EXPORT_ROWS_MAX + 1;
    r = arrears_each(&e->tx, f, row_write, e);
    return r < 0 || e->n <= LIST_EXPORT_ROWS_MAX ? r : list_export_too_many(call);
}

int api_arrears_export(struct call *call)
{
    struct exporting e = {.tx = call->tx, .actor = *call->tx.actor};
    struct list_export done = {.action = "arrears.export", .object = "project"};
    struct arrears_filter f;
    char today[DAY_TEXT];
    int r = arrears_filter_read(call, today, &f);

    if (r == 0)
        r = list_export_clear(call, &done.clear);
    if (r == 0)
        r = list_export_open(call, RIGHT_DEAL_VIEW, "应收与欠款", "Arrears", heads, COLUMNS,
                             &e.lang, &e.table);
    if (r < 0)
        return r;
    if (!done.clear)
        e.actor.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    e.tx.actor = &e.actor;
    r = rows_write(call, &e, &f);
    done.name = e.lang == LANG_EN ? "arrears.xlsx" : "应收与欠款.xlsx";
    done.project_id = f.project_id;
    done.rows = e.n;
    return list_export_reply(call, e.table, r, &done);
}

/* settlement_sheet.c - settlements as a list that goes out (FI-26): names masked but for those with
 * customer.clear, and written down. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/list_export.h"
#include "daemon/api/settlement.h"
#include "daemon/paper/facts.h"
#include "db/day.h"
#include "db/settlement.h"

enum { MONEY = 48, COLUMNS = 15 };

static const struct list_head heads[COLUMNS] = {
    {"房源", "Unit", 18},
    {"买受人", "Buyer", 14},
    {"置业顾问", "Consultant", 12},
    {"合同编号", "Contract no.", 18},
    {"计价方式", "Basis", 10},
    {"合同面积（㎡）", "Contract area (m²)", 14},
    {"实测面积（㎡）", "Measured area (m²)", 14},
    {"误差比（%）", "Difference (%)", 12},
    {"合同单价（元/㎡）", "Unit price (yuan/m²)", 16},
    {"补差款（元）", "Amount (yuan)", 16},
    {"买受人可解约", "Buyer may cancel", 12},
    {"状态", "State", 12},
    {"结算日期", "Settled", 12},
    {"应收日期", "Due", 12},
    {"手工结算依据", "Why by hand", 24},
};
static const struct {
    const char *code, *zh, *en;
} words[] = {
    {"gross", "建筑面积", "gross area"}, {"inner", "套内面积", "inner area"},
    {"unit", "按套", "by unit"},         {"unmeasured", "未实测", "not measured"},
    {"open", "待结算", "to be settled"}, {"by_hand", "待手工结算", "to be settled by hand"},
    {"settled", "已结算", "settled"},
};

struct exporting {
    struct tx tx; /* of the actor, without his right to names when they are not asked for */
    struct actor actor;
    struct table *table;
    enum lang lang;
    int64_t n;
};

static const char *word_of(const struct exporting *e, const char *code)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].code, code) == 0)
            return e->lang == LANG_EN ? words[i].en : words[i].zh;
    return code;
}

/* Hundredths with their sign; "" for @none. */
static void hundredths(int64_t value, bool none, char out[MONEY])
{
    const int64_t all = value < 0 ? -value : value;

    out[0] = '\0';
    if (!none)
        snprintf(out, MONEY, "%s%" PRId64 ".%02d", value < 0 ? "-" : "", all / 100,
                 (int)(all % 100));
}

static int row_write(void *arg, const struct settlement_row *row)
{
    struct exporting *e = arg;
    const bool open = !row->measured_area && !row->settlement_id;
    char contract[MONEY], measured[MONEY], ratio[MONEY], price[MONEY], amount[MONEY],
        day[DAY_TEXT] = "";

    hundredths(row->contract_area, !row->contract_area, contract);
    hundredths(row->measured_area, !row->measured_area, measured);
    hundredths(row->ratio, !row->measured_area, ratio);
    hundredths(row->unit_price_fen, !row->unit_price_fen, price);
    hundredths(row->amount_fen, open, amount);
    if (row->settled_ms)
        day_of(row->settled_ms, day);
    table_row(e->table,
              (const char *const[COLUMNS]){
                  row->unit, row->customer, row->user, row->contract, word_of(e, row->basis),
                  contract, measured, ratio, price, amount,
                  row->may_cancel ? (e->lang == LANG_EN ? "yes" : "是") : "",
                  word_of(e, row->state), day, row->due_date ? row->due_date : "", row->reason});
    e->n++;
    return 0;
}

int api_settlement_export(struct call *call)
{
    struct exporting e = {.tx = call->tx, .actor = *call->tx.actor};
    struct list_export done = {.action = "settlement.export", .object = "project"};
    struct settlement_filter f;
    int r = settlement_filter_read(call, &f);

    if (r == 0)
        r = list_export_clear(call, &done.clear);
    if (r == 0)
        r = list_export_open(call, RIGHT_DEAL_VIEW, "面积补差", "Area settlement", heads, COLUMNS,
                             &e.lang, &e.table);
    if (r < 0)
        return r;
    if (!done.clear)
        e.actor.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    e.tx.actor = &e.actor;
    f.limit = LIST_EXPORT_ROWS_MAX + 1;
    r = settlement_list(&e.tx, &f, row_write, &e);
    if (r == 0 && e.n > LIST_EXPORT_ROWS_MAX)
        r = list_export_too_many(call);
    done.name = e.lang == LANG_EN ? "area-settlement.xlsx" : "面积补差.xlsx";
    done.project_id = f.project_id;
    done.rows = e.n;
    return list_export_reply(call, e.table, r, &done);
}

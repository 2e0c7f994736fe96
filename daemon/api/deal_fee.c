/* deal_fee.c - agency fees that buyers chose: written down, worked out anew, taken back; and what
 * became of their money, deal by deal and fee by fee (FI-09, FI-10). */
#include "db/deal_fee.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/deal.h"
#include "daemon/api/list_export.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "daemon/paper/facts.h"
#include "db/money.h"

enum { CHOICES_MAX = 50, PAGE_MAX = 500, PAGE_DEFAULT = 100, REASON_MAX = 200 };

/* ---- out ---- */

static void sums_set(json_t *o, const struct deal_fee_sums *sums)
{
    set_int(o, "collected_fen", sums->collected_fen);
    set_int(o, "paid_over_fen", sums->paid_over_fen);
    set_int(o, "refunded_fen", sums->refunded_fen);
    set_int(o, "moved_fen", sums->moved_fen);
    set_int(o, "asked_fen", sums->asked_fen);
    set_int(o, "balance_fen", sums->balance_fen);
}

int deal_fee_item_add(void *arg, const struct deal_fee_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "deal_id", row->deal_id);
    set_text(o, "unit", row->unit);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    set_int(o, "fee_id", row->fee_id);
    set_text(o, "fee", row->fee);
    set_text(o, "payee", row->payee);
    set_text(o, "formula", fee_formulas[row->formula]);
    set_int(o, "rate", row->rate);
    set_int_or_null(o, "base", row->base);
    set_int(o, "amount_fen", row->amount_fen);
    set_int(o, "owed_fen", row->owed_fen);
    set_bool(o, "ended", row->ended);
    sums_set(o, &row->sums);
    set_text(o, "user", row->user);
    set_int(o, "at_ms", row->at_ms);
    return items_add(arg, o);
}

static int reply_fees(struct call *call, int64_t deal_id, int status)
{
    json_t *items = json_array();
    int r = deal_fee_each(&call->tx, deal_id, deal_fee_item_add, items);

    r = reply_items(call, items, r);
    if (r == 0)
        call->reply.status = status;
    return r;
}

/* ---- of a deal ---- */

int api_deal_fee_list(struct call *call)
{
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    return r < 0 ? r : reply_fees(call, deal_id, 200);
}

static int choice_add(void *arg, const struct fee_row *fee, int64_t fen)
{
    json_t *o = json_object();

    set_int(o, "fee_id", fee->id);
    set_text(o, "fee", fee->name);
    set_text(o, "standard", fee->standard);
    set_text(o, "payee", fee->payee);
    set_text(o, "formula", fee_formulas[fee->formula]);
    set_int(o, "rate", fee->rate);
    set_int_or_null(o, "amount_fen", fen);
    return items_add(arg, o);
}

int api_deal_fee_choices(struct call *call)
{
    int64_t deal_id;
    json_t *items;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, deal_fee_choices(&call->tx, deal_id, choice_add, items));
}

int api_deal_fee_choose(struct call *call)
{
    int64_t deal_id, *ids = NULL;
    struct body b;
    size_t n = 0;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_ids(&b, "fees", BODY_REQUIRED, CHOICES_MAX, &ids, &n);
    r = body_end(&b);
    if (r == 0)
        r = deal_fee_choose(&call->tx, deal_id, ids, n);
    free(ids);
    return r < 0 ? r : reply_fees(call, deal_id, 201);
}

int api_deal_fee_renew(struct call *call)
{
    int64_t id, version = 0, deal_id = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    r = body_end(&b);
    if (r == 0)
        r = deal_fee_renew(&call->tx, id, version, &deal_id);
    return r < 0 ? r : reply_fees(call, deal_id, 200);
}

int api_deal_fee_end(struct call *call)
{
    int64_t id, version = 0, deal_id = 0;
    const char *reason = NULL;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "reason", BODY_REQUIRED, 1, REASON_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = deal_fee_end(&call->tx, id, version, reason, &deal_id);
    return r < 0 ? r : reply_fees(call, deal_id, 200);
}

/* ---- of a project ---- */

static int totals_add(void *arg, const struct fee_sums *row)
{
    json_t *o = json_object();

    set_int(o, "fee_id", row->fee_id);
    set_text(o, "fee", row->fee);
    set_text(o, "payee", row->payee);
    set_int(o, "deals", row->deals);
    set_int(o, "owed_fen", row->owed_fen);
    sums_set(o, &row->sums);
    return items_add(arg, o);
}

int api_agency_fee_totals(struct call *call)
{
    int64_t project_id;
    json_t *items;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, deal_fee_totals(&call->tx, project_id, totals_add, items));
}

static int filter_read(struct call *call, struct deal_fee_filter *f)
{
    static const char *const whiches[] = {"all", "owed", "held", NULL};
    int which = -1;
    int r = call_param_id(call, 0, &f->project_id);

    if (r == 0)
        r = call_query_int(call, "fee", 1, INT64_MAX, 0, &f->fee_id);
    if (r == 0)
        r = call_query_choice(call, "which", whiches, &which);
    f->which = which < 0 ? DEAL_FEE_ALL : (enum deal_fee_which)which;
    return r;
}

static int row_add(void *arg, const struct deal_fee_row *row)
{
    struct page *page = arg;

    return page_fits(page, row->id, 0) ? deal_fee_item_add(page->items, row) : 0;
}

int api_agency_fee_deals(struct call *call)
{
    struct deal_fee_filter f = {.project_id = 0};
    struct page page;
    int r = filter_read(call, &f);

    if (r == 0)
        r = page_begin(call, 1, PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.after_id = page.at[0];
    f.limit = page_limit(&page);
    return page_reply(call, &page, deal_fee_list(&call->tx, &f, row_add, &page));
}

/* ---- as a list that goes out ---- */

enum { MONEY = 48, COLUMNS = 10 };

static const struct list_head heads[COLUMNS] = {
    {"代收项目", "Fee", 18},
    {"收款单位", "Payee", 20},
    {"房源", "Unit", 18},
    {"买受人", "Buyer", 14},
    {"应收（元）", "Due (yuan)", 16},
    {"已收（元）", "Collected (yuan)", 16},
    {"已转付（元）", "Paid over (yuan)", 16},
    {"已退（元）", "Refunded (yuan)", 16},
    {"换房转出（元）", "To another unit (yuan)", 16},
    {"结存（元）", "Balance (yuan)", 16},
};

struct exporting {
    struct tx tx; /* of the actor, without his right to names when they are not asked for */
    struct actor actor;
    struct table *table;
    enum lang lang;
    int64_t n;
};

static int row_write(void *arg, const struct deal_fee_row *row)
{
    struct exporting *e = arg;
    const int64_t fen[] = {row->amount_fen,        row->sums.collected_fen, row->sums.paid_over_fen,
                           row->sums.refunded_fen, row->sums.moved_fen,     row->sums.balance_fen};
    const char *cells[COLUMNS] = {row->fee, row->payee, row->unit, row->customer};
    char text[sizeof(fen) / sizeof(fen[0])][MONEY];

    for (size_t i = 0; i < sizeof(fen) / sizeof(fen[0]); i++) {
        money_text(fen[i], false, text[i], MONEY);
        cells[4 + i] = text[i];
    }
    table_row(e->table, cells);
    e->n++;
    return 0;
}

int api_agency_fee_export(struct call *call)
{
    struct exporting e = {.tx = call->tx, .actor = *call->tx.actor};
    struct list_export done = {.action = "fee.export", .object = "project"};
    struct deal_fee_filter f = {.limit = LIST_EXPORT_ROWS_MAX + 1};
    int r = filter_read(call, &f);

    if (r == 0)
        r = list_export_clear(call, &done.clear);
    if (r == 0)
        r = list_export_open(call, RIGHT_REPORT_VIEW, "代收费", "Agency fees", heads, COLUMNS,
                             &e.lang, &e.table);
    if (r < 0)
        return r;
    if (!done.clear)
        e.actor.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    e.tx.actor = &e.actor;
    r = deal_fee_list(&e.tx, &f, row_write, &e);
    if (r == 0 && e.n > LIST_EXPORT_ROWS_MAX)
        r = list_export_too_many(call);
    done.name = e.lang == LANG_EN ? "agency-fees.xlsx" : "代收费.xlsx";
    done.project_id = f.project_id;
    done.rows = e.n;
    return list_export_reply(call, e.table, r, &done);
}

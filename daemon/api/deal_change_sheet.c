/* deal_change_sheet.c - the register of changes as a list that goes out (FC 7): what one sees of
 * it, names masked but for those with customer.clear, and written down. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/deal.h"
#include "daemon/api/list_export.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/paper/facts.h"
#include "daemon/site_time.h"
#include "db/day.h"
#include "db/deal_as_of.h"
#include "db/deal_change.h"
#include "db/fund.h"
#include "db/money.h"
#include "db/state.h"

enum { TIME = 32, MONEY = 48, PEOPLE = 512, LINE = 160 };

#define COLUMNS(C)                                                                                 \
    C(NUMBER, "编号", "No.", 8)                                                                    \
    C(UNIT, "房源", "Unit", 18)                                                                    \
    C(KIND, "变更", "Change", 18)                                                                  \
    C(STAGE, "申请时阶段", "Stage then", 12)                                                       \
    C(STATE, "状态", "State", 10)                                                                  \
    C(WERE, "原买受人", "Buyers before", 20)                                                       \
    C(NOW, "新买受人", "Buyers after", 20)                                                         \
    C(NEW_UNIT, "换入房源", "Exchanged for", 18)                                                   \
    C(TOTAL, "原总价（元）", "Total before (yuan)", 18)                                            \
    C(NEW_TOTAL, "新总价（元）", "Total after (yuan)", 18)                                         \
    C(LINE, "应收款项", "Due line", 24)                                                            \
    C(TERM, "原期限", "Term before", 12)                                                           \
    C(NEW_TERM, "新期限", "Term after", 12)                                                        \
    C(REFUND, "退款（元）", "Refund (yuan)", 16)                                                   \
    C(FORFEIT, "没收（元）", "Forfeit (yuan)", 16)                                                 \
    C(PENALTY, "违约金（元）", "Penalty (yuan)", 16)                                               \
    C(DOCUMENT, "文件号", "Document", 18)                                                          \
    C(REASON, "原因", "Reason", 30)                                                                \
    C(ASKED_BY, "申请人", "Asked by", 12)                                                          \
    C(ASKED, "申请时间", "Asked", 18)                                                              \
    C(EXECUTED, "执行时间", "Executed", 18)                                                        \
    C(ARCHIVED, "财务办结", "Through finance", 18)                                                 \
    C(RESULT, "办结说明", "Outcome", 30)

enum column {
#define C(symbol, zh, en, width) COLUMN_##symbol,
    COLUMNS(C)
#undef C
        COLUMN_COUNT
};

static const struct {
    const char *zh, *en;
    int width;
} heads[COLUMN_COUNT] = {
#define C(symbol, zh, en, width) {zh, en, width},
    COLUMNS(C)
#undef C
};

static const struct {
    const char *code, *zh, *en;
} states[] = {
    {"asked", "已申请", "asked for"},     {"executed", "已执行", "executed"},
    {"rejected", "已拒绝", "rejected"},   {"returned", "已退回", "returned"},
    {"withdrawn", "已撤回", "withdrawn"},
};

struct exporting {
    struct call *call;
    struct tx tx; /* of the actor, without his right to names when they are not asked for */
    struct actor actor;
    struct table *table;
    enum lang lang;
    bool clear;
    int64_t n, last;
    int page;
};

/* The texts of a row, as long as it is written. */
struct row_text {
    char number[24], were[PEOPLE], now[PEOPLE], total[MONEY], new_total[MONEY], line[LINE];
    char unit[LINE], term[DAY_TEXT], new_term[DAY_TEXT], refund[MONEY], forfeit[MONEY];
    char penalty[MONEY], asked[TIME], executed[TIME], archived[TIME];
};

/* ---- a row ---- */

static const char *state_word(const char *code, enum lang lang)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i].code, code) == 0)
            return lang == LANG_EN ? states[i].en : states[i].zh;
    return code;
}

static const char *stage_word(char stage, enum lang lang)
{
    const struct state_info *info = state_info(stage);

    return !info ? "" : lang == LANG_EN ? info->en : info->zh;
}

static void time_text(int64_t ms, char out[TIME])
{
    if (ms)
        site_time_text(ms, out, TIME);
}

static void sum_text(int64_t fen, char out[MONEY])
{
    if (fen)
        money_text(fen, false, out, MONEY);
}

static int people_add(void *arg, const struct deal_party_row *row)
{
    char *out = arg;
    const size_t n = strlen(out);

    snprintf(out + n, PEOPLE - n, "%s%s", n ? "、" : "", row->customer);
    return 0;
}

/* A term is the end of its day. */
static void term_text(int64_t due_ms, const char *date, char out[DAY_TEXT])
{
    if (due_ms)
        day_of(due_ms - 1, out);
    else
        snprintf(out, DAY_TEXT, "%s", date);
}

struct effect_out {
    struct row_text *text;
    enum lang lang;
};

static int effect_take(void *arg, const struct deal_change_effect *e)
{
    const struct effect_out *out = arg;
    struct row_text *t = out->text;
    const enum fund fund = fund_find(e->fund);

    if (e->now.unit_id) {
        sum_text(e->was.total_fen, t->total);
        sum_text(e->now.total_fen, t->new_total);
        if (e->now.unit_id != e->was.unit_id)
            snprintf(t->unit, sizeof(t->unit), "%s", e->now.unit);
    }
    term_text(e->was_due_ms, e->was_due_date, t->term);
    term_text(e->due_ms, e->due_date, t->new_term);
    if (fund != FUND_COUNT) {
        char money[MONEY] = "";

        sum_text(e->line_fen, money);
        snprintf(t->line, sizeof(t->line), "%s %s",
                 out->lang == LANG_EN ? funds[fund].en : funds[fund].zh, money);
    }
    return 0;
}

static int text_fill(struct exporting *e, const struct deal_change_row *row, struct row_text *t)
{
    struct effect_out effect = {.text = t, .lang = e->lang};
    int r = deal_change_buyer_each(&e->tx, row->id, people_add, t->now);

    if (r == 0 && t->now[0])
        r = deal_as_of_party_each(&e->tx, row->deal_id, row->asked_ms, people_add, t->were);
    if (r == 0)
        r = deal_change_effect_each(&e->tx, row, effect_take, &effect);
    snprintf(t->number, sizeof(t->number), "%" PRId64, row->number);
    sum_text(row->refund_fen, t->refund);
    sum_text(row->forfeit_fen, t->forfeit);
    sum_text(row->penalty_fen, t->penalty);
    time_text(row->asked_ms, t->asked);
    time_text(row->executed_ms, t->executed);
    time_text(row->archived_ms, t->archived);
    return r;
}

static int row_write(void *arg, const struct deal_change_row *row)
{
    struct exporting *e = arg;
    struct row_text t = {.number = ""};
    int r = text_fill(e, row, &t);

    if (r < 0)
        return r;
    table_row(e->table, (const char *const[COLUMN_COUNT]){
                            [COLUMN_NUMBER] = t.number,
                            [COLUMN_UNIT] = row->unit,
                            [COLUMN_KIND] = deal_change_name(row->kind, e->lang),
                            [COLUMN_STAGE] = stage_word(row->stage[0], e->lang),
                            [COLUMN_STATE] = state_word(row->state, e->lang),
                            [COLUMN_WERE] = t.were,
                            [COLUMN_NOW] = t.now,
                            [COLUMN_NEW_UNIT] = t.unit,
                            [COLUMN_TOTAL] = t.total,
                            [COLUMN_NEW_TOTAL] = t.new_total,
                            [COLUMN_LINE] = t.line,
                            [COLUMN_TERM] = t.term,
                            [COLUMN_NEW_TERM] = t.new_term,
                            [COLUMN_REFUND] = t.refund,
                            [COLUMN_FORFEIT] = t.forfeit,
                            [COLUMN_PENALTY] = t.penalty,
                            [COLUMN_DOCUMENT] = row->document,
                            [COLUMN_REASON] = row->reason,
                            [COLUMN_ASKED_BY] = row->user,
                            [COLUMN_ASKED] = t.asked,
                            [COLUMN_EXECUTED] = t.executed,
                            [COLUMN_ARCHIVED] = t.archived,
                            [COLUMN_RESULT] = row->result,
                        });
    e->n++;
    e->page++;
    e->last = row->id;
    return 0;
}

/* ---- the list ---- */

/* Page by page, as lists are read. */
static int rows_write(struct exporting *e, struct deal_change_filter *filter)
{
    int r = 0;

    filter->limit = DEAL_CHANGE_PAGE_MAX;
    do {
        e->page = 0;
        r = deal_change_list(&e->tx, filter, row_write, e);
        filter->before_id = e->last;
    } while (r == 0 && e->page == DEAL_CHANGE_PAGE_MAX && e->n <= LIST_EXPORT_ROWS_MAX);
    return r < 0 || e->n <= LIST_EXPORT_ROWS_MAX ? r : list_export_too_many(e->call);
}

static int export_begin(struct call *call, struct exporting *e, struct deal_change_filter *filter)
{
    struct table_column columns[COLUMN_COUNT];
    int r = deal_change_filter_read(call, filter);

    *e = (struct exporting){.call = call, .tx = call->tx, .actor = *call->tx.actor};
    if (r == 0)
        r = call_query_lang(call, &e->lang);
    if (r == 0)
        r = list_export_clear(call, &e->clear);
    if (r < 0)
        return r;
    if (!e->clear)
        e->actor.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    e->tx.actor = &e->actor;
    for (int i = 0; i < COLUMN_COUNT; i++)
        columns[i] =
            (struct table_column){e->lang == LANG_EN ? heads[i].en : heads[i].zh, heads[i].width};
    return table_open(call->app->upload_dir, e->lang == LANG_EN ? "Changes" : "变更台账", columns,
                      COLUMN_COUNT, &e->table);
}

int api_deal_change_export(struct call *call)
{
    struct deal_change_filter filter = {.project_id = 0};
    struct list_export done = {.action = "deal.change-export", .object = "deal_change"};
    struct exporting e;
    int r = export_begin(call, &e, &filter);

    if (r < 0)
        return r;
    r = rows_write(&e, &filter);
    done.name = e.lang == LANG_EN ? "changes.xlsx" : "变更台账.xlsx";
    done.project_id = filter.project_id;
    done.rows = e.n;
    done.clear = e.clear;
    return list_export_reply(call, e.table, r, &done);
}

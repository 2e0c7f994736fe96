/* mortgage.c - loans on their way, and those that stand still (SF-16, AS-05). */
#include "db/mortgage.h"

#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/clock.h"
#include "db/money.h"

enum { PAGE_DEFAULT = 50, PAPERS_MAX = 20, PAPERS_TEXT = PAPERS_MAX * 42 };

/* ---- out ---- */

static json_t *mortgage_json(const struct call *call, const struct mortgage_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "deal_id", row->deal_id);
    set_text(o, "unit", row->unit);
    set_text(o, "consultant", row->consultant);
    set_text(o, "kind", row->kind);
    set_text(o, "bank", row->bank);
    set_int(o, "amount_fen", row->amount_fen);
    set_int(o, "years", row->years);
    set_text(o, "state", row->state);
    set_codes(o, "papers", row->papers);
    set_int_or_null(o, "approved_fen", row->approved_fen);
    set_int(o, "progress_ms", row->progress_ms);
    set_int(o, "still_days", (call->tx.now_ms - row->progress_ms) / DAY_MS);
    return o;
}

static int mortgage_add(void *arg, const struct mortgage_row *row)
{
    struct page *page = arg;

    if (!page_fits(page, row->progress_ms, row->id))
        return 0;
    return items_add(page->items, mortgage_json(page->call, row));
}

static int reply_mortgages(struct call *call, int64_t deal_id)
{
    struct page page = {.call = call, .items = json_array(), .room = MORTGAGE_PAGE_MAX};
    json_t *papers = json_array();
    size_t n;
    const struct mortgage_paper *all = mortgage_papers(&n);
    int r = reply_items(call, page.items, mortgage_each(&call->tx, deal_id, mortgage_add, &page));

    for (size_t i = 0; i < n; i++) {
        json_t *paper = json_object();

        set_text(paper, "code", all[i].code);
        set_text(paper, "name", call->lang == LANG_EN ? all[i].en : all[i].zh);
        json_array_append_new(papers, paper);
    }
    if (r == 0)
        json_object_set_new_nocheck(call->reply.body, "papers", papers);
    else
        json_decref(papers);
    return r;
}

int api_mortgage_list(struct call *call)
{
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    return r < 0 ? r : reply_mortgages(call, deal_id);
}

int api_mortgage_stale(struct call *call)
{
    struct mortgage_filter filter = {.bank = call_query(call, "bank")};
    struct page page;
    int64_t days = 0;
    int r = call_param_id(call, 0, &filter.project_id);

    if (r == 0)
        r = call_query_int(call, "days", 0, 3650, 7, &days);
    if (r == 0)
        r = page_begin(call, 2, MORTGAGE_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    filter.after_ms = page.at[0];
    filter.after_id = page.at[1];
    filter.before_ms = call->tx.now_ms - days * DAY_MS;
    filter.limit = page_limit(&page);
    r = mortgage_stale(&call->tx, &filter, mortgage_add, &page);
    return page_reply(call, &page, r);
}

/* ---- in ---- */

int api_mortgage_create(struct call *call)
{
    static const char *const kinds[] = {"commercial", "fund", NULL};
    struct mortgage_new mortgage = {.kind = NULL};
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &mortgage.deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_word(&b, "kind", BODY_REQUIRED, kinds, &mortgage.kind);
    body_text(&b, "bank", BODY_REQUIRED, 1, 60, &mortgage.bank);
    body_int(&b, "amount_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &mortgage.amount_fen);
    body_int(&b, "years", BODY_REQUIRED, 1, 30, &mortgage.years);
    r = body_end(&b);
    if (r == 0)
        r = mortgage_create(&call->tx, &mortgage, &id);
    return r < 0 ? r : reply_mortgages(call, mortgage.deal_id);
}

static int of_deal(struct call *call, int64_t id)
{
    int64_t deal_id = 0;
    int r = mortgage_deal(&call->tx, id, &deal_id);

    return r < 0 ? r : reply_mortgages(call, deal_id);
}

int api_mortgage_papers(struct call *call)
{
    char papers[PAPERS_TEXT] = "";
    int64_t id, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_codes(&b, "papers", BODY_REQUIRED, PAPERS_MAX, papers, sizeof(papers));
    r = body_end(&b);
    if (r == 0)
        r = mortgage_papers_set(&call->tx, id, version, papers);
    return r < 0 ? r : of_deal(call, id);
}

int api_mortgage_step(struct call *call)
{
    static const char *const steps[] = {"submit", "approve", "reject", "end", NULL};
    struct mortgage_act act = {.note = NULL};
    struct body b;
    int step = 0, r = call_param_id(call, 0, &act.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &act.version);
    body_choice(&b, "step", BODY_REQUIRED, steps, &step);
    body_int(&b, "amount_fen", BODY_OPTIONAL, 1, MONEY_MAX_FEN, &act.amount_fen);
    body_text(&b, "note", BODY_OPTIONAL, 0, 400, &act.note);
    r = body_end(&b);
    act.step = (enum mortgage_step)step;
    if (r == 0)
        r = mortgage_act(&call->tx, &act);
    return r < 0 ? r : of_deal(call, act.id);
}

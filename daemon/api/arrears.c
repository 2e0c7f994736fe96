/* arrears.c - due lines that are not paid, their sums by age, and what was done about them (FI-21,
 * FI-22, NT-10). */
#include "db/arrears.h"

#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/arrears.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/buyer_notice.h"
#include "db/dunning.h"
#include "db/fund.h"

enum { PAGE_DEFAULT = 100, NOTE_MAX = 200 };

static const char *const fund_codes[] = {
#define FUND(symbol, code, ...) code,
#include "db/fund.def"
#undef FUND
    NULL,
};

/* ---- the filter ---- */

static int ids_read(struct call *call, struct arrears_filter *f)
{
    int r = call_query_int(call, "building", 1, INT64_MAX, 0, &f->building_id);

    if (r == 0)
        r = call_query_int(call, "user", 1, INT64_MAX, 0, &f->user_id);
    if (r == 0)
        r = call_query_int(call, "customer", 1, INT64_MAX, 0, &f->customer_id);
    if (r == 0)
        r = call_query_int(call, "plan", 1, INT64_MAX, 0, &f->plan_id);
    if (r == 0)
        r = call_query_int(call, "deal", 1, INT64_MAX, 0, &f->deal_id);
    return r;
}

/* "late": any band that is overdue. */
static int band_read(struct call *call, int *ret_band)
{
    const char *choices[ARREARS_BANDS + 2] = {"late"};
    int band = -1, r;

    for (int i = 0; i < ARREARS_BANDS; i++)
        choices[i + 1] = arrears_band_codes[i];
    r = call_query_choice(call, "band", choices, &band);
    *ret_band = band < 0 ? ARREARS_ANY : band == 0 ? ARREARS_LATE : band - 1;
    return r;
}

int arrears_filter_read(struct call *call, char today[DAY_TEXT], struct arrears_filter *ret_filter)
{
    struct arrears_filter f = {.today = today};
    int64_t undunned = 0;
    int r = call_param_id(call, 0, &f.project_id);

    day_of(call->tx.now_ms, today);
    if (r == 0)
        r = ids_read(call, &f);
    if (r == 0)
        r = band_read(call, &f.band);
    if (r == 0)
        r = call_query_word(call, "fund", fund_codes, &f.fund);
    if (r == 0)
        r = call_query_day(call, "until", &f.until);
    if (r == 0)
        r = call_query_int(call, "undunned", 0, 1, 0, &undunned);
    f.undunned_on = undunned ? today : NULL;
    *ret_filter = f;
    return r;
}

/* ---- the list ---- */

static json_t *line_json(const struct arrears_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "deal_id", row->deal_id);
    set_text(o, "unit", row->unit);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    set_int(o, "user_id", row->user_id);
    set_text(o, "user", row->user);
    set_text(o, "fund", row->fund);
    set_text(o, "plan_name", row->plan);
    set_int(o, "amount_fen", row->amount_fen);
    set_int(o, "received_fen", row->received_fen);
    set_int(o, "owed_fen", row->owed_fen);
    set_text_or_null(o, "due_date", row->due_date);
    set_int(o, "days", row->days);
    set_int(o, "late_fen", row->late_fen);
    set_text(o, "band", arrears_band_codes[row->band]);
    set_text_or_null(o, "dunned_on", row->dunned_on);
    set_text_or_null(o, "dunned_way", row->dunned_way);
    return o;
}

static int line_add(void *arg, const struct arrears_row *row)
{
    struct page *page = arg;

    if (!page_fits(page, row->id, 0))
        return 0;
    return items_add(page->items, line_json(row));
}

int api_arrears_list(struct call *call)
{
    struct arrears_filter f;
    char today[DAY_TEXT];
    struct page page;
    int r = arrears_filter_read(call, today, &f);

    if (r == 0)
        r = page_begin(call, 1, ARREARS_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.after_id = page.at[0];
    f.limit = page_limit(&page);
    return page_reply(call, &page, arrears_each(&call->tx, &f, line_add, &page));
}

static json_t *sum_json(const char *band, const struct arrears_sum *sum)
{
    json_t *o = json_object();

    if (band)
        set_text(o, "band", band);
    set_int(o, "lines", sum->lines);
    set_int(o, "deals", sum->deals);
    set_int(o, "owed_fen", sum->fen);
    return o;
}

int api_arrears_totals(struct call *call)
{
    struct arrears_sum bands[ARREARS_BANDS], all = {0};
    struct arrears_filter f;
    char today[DAY_TEXT];
    json_t *items;
    int r = arrears_filter_read(call, today, &f);

    if (r == 0)
        r = arrears_totals(&call->tx, &f, bands, &all);
    if (r < 0)
        return r;
    items = json_array();
    for (int i = 0; i < ARREARS_BANDS; i++)
        json_array_append_new(items, sum_json(arrears_band_codes[i], &bands[i]));
    r = reply_items(call, items, 0);
    if (r == 0) {
        set_text(call->reply.body, "day", today);
        json_object_set_new_nocheck(call->reply.body, "total", sum_json(NULL, &all));
    }
    return r;
}

/* ---- asked for ---- */

int api_dunning_record(struct call *call)
{
    const char *way = NULL, *note = NULL;
    int64_t project_id, *ids = NULL;
    struct body b;
    size_t n = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r < 0)
        return r;
    body_begin(&b, call);
    body_ids(&b, "lines", BODY_REQUIRED, DUNNING_MAX, &ids, &n);
    body_word(&b, "way", BODY_REQUIRED, dunning_ways, &way);
    body_text(&b, "note", BODY_OPTIONAL, 0, NOTE_MAX, &note);
    r = body_end(&b);
    if (r == 0)
        r = dunning_record(&call->tx, ids, n, way, note);
    free(ids);
    if (r < 0)
        return r;
    call->reply.status = 201;
    call->reply.body = json_object();
    set_int(call->reply.body, "recorded", (int64_t)n);
    return 0;
}

static int dunning_add(void *arg, const struct dunning_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "receivable_id", row->receivable_id);
    set_text(o, "fund", row->fund);
    set_text_or_null(o, "due_date", row->due_date);
    set_int(o, "owed_fen", row->owed_fen);
    set_text(o, "day", row->day);
    set_text(o, "way", row->way);
    set_text(o, "note", row->note);
    set_text(o, "user", row->user);
    set_int(o, "at_ms", row->at_ms);
    return items_add(arg, o);
}

int api_deal_dunning_list(struct call *call)
{
    int64_t deal_id;
    json_t *items;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, dunning_each(&call->tx, deal_id, dunning_add, items));
}

/* ---- what buyers are to be told of ---- */

static int notice_add(void *arg, const struct buyer_notice *notice)
{
    json_t *o = json_object();

    set_int(o, "id", notice->id);
    set_text(o, "event", notice->event);
    set_text(o, "customer", notice->customer);
    set_text(o, "text", notice->text);
    set_int(o, "at_ms", notice->at_ms);
    return items_add(arg, o);
}

int api_deal_notice_list(struct call *call)
{
    int64_t deal_id;
    json_t *items;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items,
                       buyer_notice_each(&call->tx, deal_id, call->lang, notice_add, items));
}

int api_customer_notice_list(struct call *call)
{
    struct buyer_notice_held of = {.lang = call->lang};
    json_t *items;
    int r = call_param_id(call, 0, &of.project_id);

    if (r == 0)
        r = call_param_id(call, 1, &of.customer_id);
    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, buyer_notice_held_each(&call->tx, &of, notice_add, items));
}

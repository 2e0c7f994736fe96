/* deal.c - deals as lists and as sheets (SF-02, SF-33). What is done with them is in
 * deal_step.c. */
#include "db/deal.h"
#include "db/deal_fee.h"

#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/deal.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/day.h"
#include "db/receivable.h"

enum { PAGE_DEFAULT = 50, SOON_MAX = 5 };

/* ---- the row ---- */

static json_t *deal_json(const struct deal_row *row)
{
    const char stage[2] = {row->stage, '\0'};
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_int(o, "building_id", row->building_id);
    set_int(o, "unit_id", row->unit_id);
    set_text(o, "unit", row->unit);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    set_int(o, "user_id", row->user_id);
    set_text(o, "user", row->user);
    set_int(o, "terms_id", row->terms_id);
    set_text(o, "stage", stage);
    set_text_or_null(o, "outcome", row->outcome);
    set_text(o, "document_kind", row->document_kind);
    set_int(o, "document_number", row->document_number);
    set_text(o, "document", row->document);
    set_int(o, "list_fen", row->list_fen);
    set_int(o, "total_fen", row->total_fen);
    set_int(o, "received_fen", row->received_fen);
    set_int(o, "due_now_fen", row->due_now_fen);
    set_text(o, "plan_name", row->plan_name);
    set_text(o, "plan_kind", row->plan_kind);
    set_int(o, "opened_ms", row->opened_ms);
    set_int_or_null(o, "due_ms", row->due_ms);
    set_int_or_null(o, "closed_ms", row->closed_ms);
    set_text_or_null(o, "change_kind", row->change_kind);
    set_int_or_null(o, "from_deal_id", row->from_deal_id);
    set_int_or_null(o, "to_deal_id", row->to_deal_id);
    return o;
}

/* ---- the list ---- */

static int page_add(void *arg, const struct deal_row *row)
{
    struct page *page = arg;

    if (!page_fits(page, row->id, 0))
        return 0;
    return items_add(page->items, deal_json(row));
}

static int flag_read(struct call *call, const char *name, bool *ret)
{
    int64_t value = 0;
    int r = call_query_int(call, name, 0, 1, 0, &value);

    if (r == 0)
        *ret = value == 1;
    return r;
}

static int id_read(struct call *call, const char *name, int64_t *ret)
{
    return call_query_int(call, name, 1, INT64_MAX, 0, ret);
}

static int ids_read(struct call *call, struct deal_filter *f)
{
    int r = id_read(call, "project", &f->project_id);

    if (r == 0)
        r = id_read(call, "building", &f->building_id);
    if (r == 0)
        r = id_read(call, "unit", &f->unit_id);
    if (r == 0)
        r = id_read(call, "customer", &f->customer_id);
    if (r == 0)
        r = id_read(call, "user", &f->user_id);
    return r;
}

static int filter_read(struct call *call, struct deal_filter *f, struct page *ret_page)
{
    int64_t live = -1;
    int r = ids_read(call, f);

    if (r == 0)
        r = call_query_int(call, "live", -1, 1, -1, &live);
    if (r == 0)
        r = flag_read(call, "overdue", &f->overdue);
    if (r == 0)
        r = flag_read(call, "owing", &f->owing);
    if (r == 0)
        r = flag_read(call, "changing", &f->changing);
    if (r == 0)
        r = call_query_int(call, "from_ms", 0, INT64_MAX, 0, &f->from_ms);
    if (r == 0)
        r = call_query_int(call, "to_ms", 0, INT64_MAX, 0, &f->to_ms);
    if (r == 0)
        r = page_begin(call, 1, DEAL_PAGE_MAX, PAGE_DEFAULT, ret_page);
    if (r < 0)
        return r;
    f->before_id = ret_page->at[0];
    f->limit = page_limit(ret_page);
    f->stages = call_query(call, "stages");
    f->paper = call_query(call, "paper");
    f->live = (int)live;
    return 0;
}

int api_deal_list(struct call *call)
{
    struct deal_filter filter = {.project_id = 0};
    struct page page;
    char today[DAY_TEXT];
    int r = filter_read(call, &filter, &page);

    if (r < 0)
        return r;
    day_of(call->tx.now_ms, today);
    filter.today = today;
    r = deal_list(&call->tx, &filter, page_add, &page);
    return page_reply(call, &page, r);
}

static int soon_add(void *arg, const struct deal_row *row)
{
    return items_add(arg, deal_json(row));
}

int api_deal_figures(struct call *call)
{
    struct deal_filter filter = {.live = 1, .limit = SOON_MAX};
    struct deal_figures figures = {0};
    json_t *soon = json_array(), *o;
    char today[DAY_TEXT];
    int r = ids_read(call, &filter);

    day_of(call->tx.now_ms, today);
    filter.today = today;
    if (r == 0)
        r = deal_figures(&call->tx, &filter, &figures, soon_add, soon);
    if (r < 0) {
        json_decref(soon);
        return r;
    }
    o = json_object();
    set_int(o, "deals", figures.n);
    set_int(o, "total_fen", figures.total_fen);
    set_int(o, "due_now_fen", figures.due_now_fen);
    set_int(o, "overdue", figures.overdue);
    json_object_set_new_nocheck(o, "soon", soon);
    call->reply.body = o;
    return 0;
}

/* ---- one, whole ---- */

static int party_add(void *arg, const struct deal_party_row *row)
{
    json_t *o = json_object();

    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    set_int(o, "ordinal", row->ordinal);
    set_int(o, "share_bp", row->share_bp);
    set_int(o, "since_ms", row->since_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    return items_add(arg, o);
}

static int document_add(void *arg, const struct deal_document_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_text(o, "kind", row->kind);
    set_int(o, "number", row->number);
    set_text(o, "document", row->document);
    set_text(o, "state", row->state);
    set_int_or_null(o, "previous_id", row->previous_id);
    set_int(o, "terms_id", row->terms_id);
    set_text(o, "user", row->user);
    set_int(o, "made_ms", row->made_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    return items_add(arg, o);
}

static int stage_add(void *arg, const struct deal_stage_row *row)
{
    const char stage[2] = {row->stage, '\0'};
    json_t *o = json_object();

    set_text(o, "stage", stage);
    set_text(o, "document", row->document);
    set_text_or_null(o, "document_date", row->document_date);
    set_text(o, "user", row->user);
    set_int(o, "since_ms", row->since_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    return items_add(arg, o);
}

int receivable_item_add(void *arg, const struct receivable_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "ordinal", row->ordinal);
    set_int_or_null(o, "terms_id", row->terms_id);
    set_text(o, "fund", row->fund);
    set_int(o, "amount_fen", row->amount_fen);
    set_int(o, "received_fen", row->received_fen);
    set_bool(o, "loan", row->loan);
    set_text(o, "due", row->due);
    set_int(o, "due_days", row->due_days);
    set_text_or_null(o, "due_node", row->due_node);
    set_text_or_null(o, "due_date", row->due_date);
    set_text(o, "state", row->state);
    return items_add(arg, o);
}

struct sheet {
    struct call *call;
    const char *today;
    json_t *items;
};

static int sheet_add(void *arg, const struct deal_row *row)
{
    struct sheet *sheet = arg;
    struct tx *tx = &sheet->call->tx;
    json_t *o = deal_json(row), *buyers = json_array(), *documents = json_array();
    json_t *stages = json_array(), *receivables = json_array(), *fees = json_array();
    int64_t money_fen = 0;
    int r = deal_party_each(tx, row->id, party_add, buyers);

    if (r == 0)
        r = deal_document_each(tx, row->id, document_add, documents);
    if (r == 0)
        r = deal_stage_each(tx, row->id, stage_add, stages);
    if (r == 0)
        r = receivable_each(tx, row->id, sheet->today, receivable_item_add, receivables);
    if (r == 0)
        r = deal_fee_each(tx, row->id, deal_fee_item_add, fees);
    if (r == 0)
        r = receivable_received(tx, row->id, &money_fen);
    set_int(o, "money_fen", money_fen);
    json_object_set_new_nocheck(o, "buyers", buyers);
    json_object_set_new_nocheck(o, "documents", documents);
    json_object_set_new_nocheck(o, "stages", stages);
    json_object_set_new_nocheck(o, "receivables", receivables);
    json_object_set_new_nocheck(o, "fees", fees);
    if (r < 0) {
        json_decref(o);
        return r;
    }
    return items_add(sheet->items, o);
}

int reply_deal(struct call *call, int64_t deal_id, int status)
{
    char today[DAY_TEXT];
    struct sheet sheet = {call, today, json_array()};
    int r;

    day_of(call->tx.now_ms, today);
    r = deal_get(&call->tx, deal_id, today, sheet_add, &sheet);
    return reply_first(call, sheet.items, r, status, "deals");
}

int api_deal_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_deal(call, id, 200);
}

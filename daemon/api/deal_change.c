/* deal_change.c - special transactions of deals: asked for, read, archived; a deal as it was (FC 7,
 * ST-22, WF-10 to WF-12). They are decided as every request is (approval.c). */
#include "db/deal_change.h"

#include <errno.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/approval.h"
#include "daemon/api/deal.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/day.h"
#include "db/deal_as_of.h"
#include "db/media.h"
#include "db/money.h"
#include "db/receivable.h"

enum { REASON_MAX = 1000, RESULT_MAX = 400, DAYS_MAX = 3650, PAGE_DEFAULT = 50 };

/* ---- out ---- */

const char *deal_change_name(const char *code, enum lang lang)
{
    for (size_t i = 0; i < DEAL_CHANGE_COUNT; i++)
        if (strcmp(deal_changes[i].code, code) == 0)
            return lang == LANG_EN ? deal_changes[i].en : deal_changes[i].zh;
    return code;
}

static void asked_set(json_t *o, const struct deal_change_row *row)
{
    set_text(o, "reason", row->reason);
    set_text_or_null(o, "fault_side", row->fault_side);
    set_text_or_null(o, "exception", row->exception);
    set_text_or_null(o, "document", row->document);
    set_int_or_null(o, "terms_id", row->terms_id);
    set_int(o, "was_terms_id", row->was_terms_id);
    set_int_or_null(o, "days", row->days);
    set_int_or_null(o, "receivable_id", row->receivable_id);
    set_int(o, "refund_fen", row->refund_fen);
    set_int(o, "forfeit_fen", row->forfeit_fen);
    set_int(o, "penalty_fen", row->penalty_fen);
}

static json_t *change_json(const struct call *call, const struct deal_change_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "project_id", row->project_id);
    set_int(o, "number", row->number);
    set_int(o, "deal_id", row->deal_id);
    set_int(o, "unit_id", row->unit_id);
    set_text(o, "unit", row->unit);
    set_text(o, "kind", row->kind);
    set_text(o, "name", deal_change_name(row->kind, call->lang));
    set_text(o, "stage", row->stage);
    set_text(o, "state", row->state);
    asked_set(o, row);
    set_int_or_null(o, "approval_id", row->approval_id);
    set_int(o, "user_id", row->user_id);
    set_text(o, "user", row->user);
    set_int(o, "asked_ms", row->asked_ms);
    set_int_or_null(o, "executed_ms", row->executed_ms);
    set_int_or_null(o, "new_deal_id", row->new_deal_id);
    set_int_or_null(o, "archived_ms", row->archived_ms);
    set_text_or_null(o, "archived_by", row->archived_by);
    set_text_or_null(o, "result", row->result);
    return o;
}

static int buyer_add(void *arg, const struct deal_party_row *row)
{
    json_t *o = json_object();

    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "customer", row->customer);
    set_int(o, "ordinal", row->ordinal);
    set_int(o, "share_bp", row->share_bp);
    return items_add(arg, o);
}

static int media_add_id(void *arg, const char *media_id)
{
    return items_add(arg, json_string(media_id));
}

static json_t *terms_json(const struct deal_change_terms *t)
{
    json_t *o = json_object();

    set_int(o, "unit_id", t->unit_id);
    set_text(o, "unit", t->unit);
    set_int(o, "list_fen", t->list_fen);
    set_int(o, "total_fen", t->total_fen);
    set_int(o, "deposit_fen", t->deposit_fen);
    set_int(o, "loan_fen", t->loan_fen);
    set_int(o, "loan_years", t->loan_years);
    set_text(o, "plan_name", t->plan);
    set_text(o, "bank", t->bank);
    return o;
}

static json_t *line_json(const struct deal_change_effect *effect)
{
    json_t *o = json_object();

    set_text(o, "fund", effect->fund);
    set_int(o, "amount_fen", effect->line_fen);
    set_text_or_null(o, "was_due_date", effect->was_due_date);
    set_text_or_null(o, "due_date", effect->due_date);
    return o;
}

static int effect_add(void *arg, const struct deal_change_effect *effect)
{
    const bool again = effect->now.unit_id != 0;
    json_t *o = json_object();

    json_object_set_new_nocheck(o, "was", terms_json(&effect->was));
    json_object_set_new_nocheck(o, "now", again ? terms_json(&effect->now) : json_null());
    json_object_set_new_nocheck(o, "difference_fen",
                                again ? json_integer(effect->now.total_fen - effect->was.total_fen)
                                      : json_null());
    set_int(o, "received_fen", effect->received_fen);
    set_int_or_null(o, "was_due_ms", effect->was_due_ms);
    set_int_or_null(o, "due_ms", effect->due_ms);
    json_object_set_new_nocheck(o, "line", effect->fund[0] ? line_json(effect) : json_null());
    return items_add(arg, o);
}

/* Who the buyers were when it was asked for, and what it changes. */
static int effect_set(json_t *o, struct tx *tx, const struct deal_change_row *row)
{
    json_t *were = json_array(), *effects = json_array();
    int r = deal_as_of_party_each(tx, row->deal_id, row->asked_ms, buyer_add, were);

    if (r == 0)
        r = deal_change_effect_each(tx, row, effect_add, effects);
    json_object_set_new_nocheck(o, "were_buyers", were);
    json_object_set_nocheck(o, "effect", json_array_get(effects, 0));
    json_decref(effects);
    return r;
}

static int change_add(void *arg, const struct deal_change_row *row)
{
    struct rows_out *a = arg;
    json_t *o = change_json(a->call, row), *buyers = json_array(), *media = json_array();
    int r = deal_change_buyer_each(&a->call->tx, row->id, buyer_add, buyers);

    if (r == 0)
        r = deal_change_media_each(&a->call->tx, row->id, media_add_id, media);
    if (r == 0)
        r = effect_set(o, &a->call->tx, row);
    json_object_set_new_nocheck(o, "buyers", buyers);
    json_object_set_new_nocheck(o, "media", media);
    if (r < 0) {
        json_decref(o);
        return r;
    }
    return items_add(a->items, o);
}

static int reply_change(struct call *call, int64_t id, int status)
{
    struct rows_out a = {call, json_array()};
    int r = deal_change_get(&call->tx, id, change_add, &a);

    return reply_first(call, a.items, r, status, "deal-changes");
}

/* ---- asking ---- */

static const char *const kind_codes[] = {
#define DEAL_CHANGE(symbol, code, ...) code,
#include "db/deal_change.def"
#undef DEAL_CHANGE
    NULL,
};
static const char *const sides[] = {"buyer", "seller", "none", NULL};

static void amounts_read(struct body *b, struct deal_change_ask *ask)
{
    body_int(b, "refund_fen", BODY_OPTIONAL, 0, MONEY_MAX_FEN, &ask->refund_fen);
    body_int(b, "forfeit_fen", BODY_OPTIONAL, 0, MONEY_MAX_FEN, &ask->forfeit_fen);
    body_int(b, "penalty_fen", BODY_OPTIONAL, 0, MONEY_MAX_FEN, &ask->penalty_fen);
}

/* @reason whether it must be there: what a change would do is asked before it is written. */
static int ask_read(struct call *call, enum body_need reason, struct deal_change_ask *ask,
                    struct approval_values *values)
{
    int kind = 0;
    struct body b;
    int r = call_param_id(call, 0, &ask->deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_choice(&b, "kind", BODY_REQUIRED, kind_codes, &kind);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &ask->version);
    body_text(&b, "reason", reason, 1, REASON_MAX, &ask->reason);
    body_word(&b, "fault_side", BODY_OPTIONAL, sides, &ask->fault_side);
    body_text(&b, "exception", BODY_OPTIONAL, 1, 15, &ask->exception);
    body_text(&b, "document", BODY_OPTIONAL, 1, 80, &ask->document);
    body_int(&b, "terms_id", BODY_OPTIONAL, 1, INT64_MAX, &ask->terms_id);
    if (body_has(&b, "buyers"))
        body_buyers(&b, ask->buyers, &ask->n_buyers);
    body_int(&b, "days", BODY_OPTIONAL, 1, DAYS_MAX, &ask->days);
    body_int(&b, "receivable_id", BODY_OPTIONAL, 1, INT64_MAX, &ask->receivable_id);
    amounts_read(&b, ask);
    body_words(&b, "media", BODY_OPTIONAL, DEAL_CHANGE_MEDIA_MAX, 1, MEDIA_ID_SIZE, ask->media,
               &ask->n_media);
    body_int(&b, "resubmits_id", BODY_OPTIONAL, 1, INT64_MAX, &ask->resubmits_id);
    body_values(&b, values);
    ask->values = values;
    ask->kind = (enum deal_change_kind)kind;
    return body_end(&b);
}

int api_deal_change_ask(struct call *call)
{
    struct approval_values values = {.n = 0};
    struct deal_change_ask ask = {.deal_id = 0};
    int64_t id = 0;
    int r = ask_read(call, BODY_REQUIRED, &ask, &values);

    if (r == 0)
        r = deal_change_ask(&call->tx, &ask, &id);
    return r < 0 ? r : reply_change(call, id, 201);
}

int api_deal_change_check(struct call *call)
{
    struct approval_values values = {.n = 0};
    struct deal_change_ask ask = {.deal_id = 0};
    json_t *items = json_array();
    int r = ask_read(call, BODY_OPTIONAL, &ask, &values);

    if (r == 0)
        r = deal_change_preview(&call->tx, &ask, effect_add, items);
    return reply_first(call, items, r, 200, "");
}

/* ---- reading ---- */

static int deal_read(void *arg, const struct deal_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

int api_deal_change_list(struct call *call)
{
    struct deal_change_filter filter = {.archived = -1, .limit = DEAL_CHANGE_PAGE_MAX};
    struct rows_out a = {call, NULL};
    char today[DAY_TEXT];
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    day_of(call->tx.now_ms, today);
    r = deal_get(&call->tx, deal_id, today, deal_read, NULL);
    if (r < 0)
        return r;
    a.items = json_array();
    filter.deal_id = deal_id;
    return reply_items(call, a.items, deal_change_list(&call->tx, &filter, change_add, &a));
}

static const char *const states[] = {"asked",    "executed",  "rejected",
                                     "returned", "withdrawn", NULL};

int deal_change_filter_read(struct call *call, struct deal_change_filter *f)
{
    int64_t archived = -1;
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &f->project_id);

    if (r == 0)
        r = call_query_word(call, "kind", kind_codes, &f->kind);
    if (r == 0)
        r = call_query_word(call, "state", states, &f->state);
    if (r == 0)
        r = call_query_int(call, "archived", -1, 1, -1, &archived);
    f->archived = (int)archived;
    return r;
}

static int page_add(void *arg, const struct deal_change_row *row)
{
    struct page *page = arg;
    struct rows_out a = {page->call, page->items};

    return page_fits(page, row->id, 0) ? change_add(&a, row) : 0;
}

int api_deal_change_page(struct call *call)
{
    struct deal_change_filter filter = {.project_id = 0};
    struct page page = {.call = call};
    int r = deal_change_filter_read(call, &filter);

    if (r == 0)
        r = page_begin(call, 1, DEAL_CHANGE_PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    filter.before_id = page.at[0];
    filter.limit = page_limit(&page);
    return page_reply(call, &page, deal_change_list(&call->tx, &filter, page_add, &page));
}

int api_deal_change_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_change(call, id, 200);
}

/* ---- finance ---- */

int api_deal_change_archive(struct call *call)
{
    const char *result = NULL;
    int64_t id, version = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_text(&b, "result", BODY_REQUIRED, 1, RESULT_MAX, &result);
    r = body_end(&b);
    if (r == 0)
        r = deal_change_archive(&call->tx, id, version, result);
    return r < 0 ? r : reply_change(call, id, 200);
}

/* ---- as it was ---- */

static int as_of_add(void *arg, const struct deal_as_of *row)
{
    const char stage[2] = {row->stage, '\0'};
    struct rows_out *a = arg;
    struct tx *tx = &a->call->tx;
    json_t *o = json_object(), *buyers = json_array(), *lines = json_array();
    char today[DAY_TEXT];
    int r = deal_as_of_party_each(tx, row->deal_id, row->at_ms, buyer_add, buyers);

    day_of(row->at_ms, today);
    if (r == 0)
        r = receivable_each_at(tx, row->deal_id, row->at_ms, today, receivable_item_add, lines);
    set_int(o, "deal_id", row->deal_id);
    set_int(o, "at_ms", row->at_ms);
    set_int(o, "unit_id", row->unit_id);
    set_text(o, "stage", stage);
    set_text_or_null(o, "outcome", row->outcome);
    set_int(o, "terms_id", row->terms_id);
    set_int(o, "list_fen", row->list_fen);
    set_int(o, "total_fen", row->total_fen);
    set_int(o, "received_fen", row->received_fen);
    set_int_or_null(o, "due_ms", row->due_ms);
    set_text(o, "plan_name", row->plan_name);
    set_text(o, "document_kind", row->document_kind);
    set_int(o, "document_number", row->document_number);
    set_text(o, "document", row->document);
    json_object_set_new_nocheck(o, "buyers", buyers);
    json_object_set_new_nocheck(o, "receivables", lines);
    if (r < 0) {
        json_decref(o);
        return r;
    }
    return items_add(a->items, o);
}

int api_deal_as_of(struct call *call)
{
    struct rows_out a = {call, NULL};
    int64_t id, at_ms = 0;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = call_query_int(call, "at_ms", 0, INT64_MAX, call->tx.now_ms, &at_ms);
    if (r < 0)
        return r;
    if (at_ms > call->tx.now_ms)
        at_ms = call->tx.now_ms; /* what will be is not known */
    a.items = json_array();
    r = deal_as_of_get(&call->tx, id, at_ms, as_of_add, &a);
    return reply_first(call, a.items, r, 200, "");
}

/* late.c - what is owed for paying a deal's lines late, what its contract says of it, and what of
 * it is waived (FI-25). A waiver is decided as every request is (approval.c). */
#include "db/late.h"

#include "daemon/api/api.h"
#include "daemon/api/approval.h"
#include "daemon/api/record.h"
#include "db/day.h"
#include "db/deal_scope.h"
#include "db/late_fee.h"
#include "db/money.h"

/* ---- out ---- */

static json_t *term_json(const struct late_term *term)
{
    json_t *o;

    if (!term->id)
        return json_null();
    o = json_object();
    set_int(o, "rate", term->rate);
    set_int(o, "days", term->days);
    set_int(o, "beyond_rate", term->beyond_rate);
    set_text(o, "user", term->user);
    set_int(o, "at_ms", term->at_ms);
    return o;
}

static int row_add(void *arg, const struct late_row *row)
{
    json_t *o = json_object();

    set_int(o, "receivable_id", row->receivable_id);
    set_int(o, "ordinal", row->ordinal);
    set_text(o, "fund", row->fund);
    set_text(o, "due_date", row->due_date);
    set_int(o, "amount_fen", row->amount_fen);
    set_int(o, "received_fen", row->received_fen);
    set_int(o, "days", row->days);
    set_int(o, "rate", row->rate);
    set_int(o, "computed_fen", row->computed_fen);
    set_int(o, "charged_fen", row->charged_fen);
    set_int(o, "waived_fen", row->waived_fen);
    set_int(o, "asked_fen", row->asked_fen);
    set_int(o, "owed_fen", row->owed_fen);
    return items_add(arg, o);
}

static int waiver_add(void *arg, const struct late_waiver_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "project_id", row->project_id);
    set_int(o, "deal_id", row->deal_id);
    set_int(o, "receivable_id", row->receivable_id);
    set_int(o, "ordinal", row->ordinal);
    set_text(o, "unit", row->unit);
    set_text(o, "fund", row->fund);
    set_text_or_null(o, "due_date", row->due_date);
    set_int(o, "amount_fen", row->amount_fen);
    set_text(o, "reason", row->reason);
    set_text(o, "state", row->state);
    set_int_or_null(o, "approval_id", row->approval_id);
    set_int(o, "user_id", row->user_id);
    set_text(o, "user", row->user);
    set_int(o, "asked_ms", row->asked_ms);
    set_int_or_null(o, "ended_ms", row->ended_ms);
    return items_add(arg, o);
}

static int reply_deal(struct call *call, int64_t deal_id)
{
    json_t *rows = json_array(), *waivers = json_array();
    struct late_term term = {.id = 0};
    struct deal_place place;
    char today[DAY_TEXT];
    int64_t owed = 0;
    int r = deal_place_read(&call->tx, deal_id, &place);

    day_of(call->tx.now_ms, today);
    if (r == 0)
        r = late_term_read(&call->tx, deal_id, &term);
    if (r == 0)
        r = late_each(&call->tx, deal_id, today, row_add, rows);
    if (r == 0)
        r = late_owed(&call->tx, deal_id, today, &owed);
    if (r == 0)
        r = late_waiver_each(&call->tx, deal_id, waiver_add, waivers);
    if (r < 0) {
        json_decref(rows);
        json_decref(waivers);
        return r;
    }
    call->reply.body = json_object();
    set_text(call->reply.body, "day", today);
    json_object_set_new_nocheck(call->reply.body, "term", term_json(&term));
    json_object_set_new_nocheck(call->reply.body, "items", rows);
    set_int(call->reply.body, "owed_fen", owed);
    json_object_set_new_nocheck(call->reply.body, "waivers", waivers);
    return 0;
}

int api_deal_late(struct call *call)
{
    int64_t deal_id;
    int r = call_param_id(call, 0, &deal_id);

    return r < 0 ? r : reply_deal(call, deal_id);
}

static int reply_waiver(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int r = late_waiver_get(&call->tx, id, waiver_add, items);

    return reply_first(call, items, r, status, "late-waivers");
}

int api_late_waiver_get(struct call *call)
{
    int64_t id;
    int r = call_param_id(call, 0, &id);

    return r < 0 ? r : reply_waiver(call, id, 200);
}

/* ---- in ---- */

int api_late_term_set(struct call *call)
{
    int64_t deal_id, rate = 0, days = 0, beyond = 0;
    struct body b;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "rate", BODY_REQUIRED, 0, LATE_FEE_RATE_MAX, &rate);
    body_int(&b, "days", BODY_REQUIRED, 0, LATE_DAYS_MAX, &days);
    body_int(&b, "beyond_rate", BODY_REQUIRED, 0, LATE_FEE_RATE_MAX, &beyond);
    r = body_end(&b);
    if (r == 0)
        r = late_term_set(&call->tx, deal_id, rate, days, beyond);
    return r < 0 ? r : reply_deal(call, deal_id);
}

int api_late_waiver_ask(struct call *call)
{
    struct approval_values values = {.n = 0};
    struct late_waiver_ask ask = {.reason = NULL, .values = &values};
    int64_t deal_id, id = 0;
    struct body b;
    int r = call_param_id(call, 0, &deal_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "receivable_id", BODY_REQUIRED, 1, INT64_MAX, &ask.receivable_id);
    body_int(&b, "amount_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &ask.amount_fen);
    body_text(&b, "reason", BODY_REQUIRED, 1, LATE_REASON_MAX, &ask.reason);
    body_int(&b, "resubmits_id", BODY_OPTIONAL, 1, INT64_MAX, &ask.resubmits_id);
    body_values(&b, &values);
    r = body_end(&b);
    if (r == 0)
        r = late_waiver_request(&call->tx, deal_id, &ask, &id);
    return r < 0 ? r : reply_waiver(call, id, 201);
}

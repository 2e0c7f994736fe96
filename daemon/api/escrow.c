/* escrow.c - money for supervised accounts and what the bank confirmed: what waits, one matched,
 * one taken back (FI-35). */
#include "db/escrow.h"

#include "daemon/api/api.h"
#include "daemon/api/escrow.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/bank.h"
#include "db/day.h"
#include "db/money.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 500, REASON_MAX = 200, REFERENCE_MAX = 64 };

/* ---- what there is ---- */

int escrow_filter_read(struct call *call, struct escrow_filter *ret)
{
    struct escrow_filter f = {.state = -1};
    int r = call_param_id(call, 0, &f.project_id);

    if (r == 0)
        r = call_query_choice(call, "state", escrow_states, &f.state);
    if (r == 0)
        r = call_query_int(call, "account", 1, INT64_MAX, 0, &f.account_id);
    if (r == 0)
        r = call_query_int(call, "amount_fen", 1, MONEY_MAX_FEN, 0, &f.amount_fen);
    if (r == 0)
        r = call_query_day(call, "from", &f.from);
    if (r == 0)
        r = call_query_day(call, "to", &f.to);
    *ret = f;
    return r;
}

static json_t *posted_json(const struct escrow_part *part)
{
    json_t *o;

    if (!part->match_id)
        return json_null();
    o = json_object();
    set_int(o, "id", part->match_id);
    set_text(o, "day", part->posted_day);
    set_text(o, "reference", part->posted_reference);
    set_text(o, "user", part->posted_by);
    return o;
}

static int part_add(void *arg, const struct escrow_part *part)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, part->voucher_id, part->ordinal))
        return 0;
    o = json_object();
    set_int(o, "voucher_id", part->voucher_id);
    set_int(o, "ordinal", part->ordinal);
    set_text(o, "number", part->number);
    set_text(o, "day", part->day);
    set_int(o, "days", part->days);
    set_int_or_null(o, "deal_id", part->deal_id);
    set_text_or_null(o, "unit", part->unit);
    set_int_or_null(o, "customer_id", part->customer_id);
    set_text(o, "customer", part->customer);
    set_text(o, "tender", part->tender);
    set_text(o, "reference", part->reference);
    set_int(o, "account_id", part->account_id);
    set_int(o, "amount_fen", part->amount_fen);
    json_object_set_new_nocheck(o, "posted", posted_json(part));
    return items_add(page->items, o);
}

int api_escrow_part_list(struct call *call)
{
    struct escrow_filter f;
    struct page page;
    int r = escrow_filter_read(call, &f);

    if (r == 0)
        r = page_begin(call, 2, PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.after[0] = page.at[0];
    f.after[1] = page.at[1];
    f.limit = page_limit(&page);
    return page_reply(call, &page, escrow_part_each(&call->tx, &f, part_add, &page));
}

static int line_add(void *arg, const struct escrow_line *line)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, line->id, 0))
        return 0;
    o = json_object();
    set_int(o, "id", line->id);
    set_int(o, "account_id", line->account_id);
    set_text(o, "day", line->day);
    set_int(o, "days", line->days);
    set_text(o, "reference", line->reference);
    set_int(o, "amount_fen", line->amount_fen);
    set_text(o, "user", line->actor);
    set_int_or_null(o, "match_id", line->match_id);
    set_text_or_null(o, "receipt", line->number);
    set_text_or_null(o, "reason", line->reason);
    return items_add(page->items, o);
}

int api_escrow_line_list(struct call *call)
{
    struct escrow_filter f;
    struct page page;
    int r = escrow_filter_read(call, &f);

    if (r == 0)
        r = page_begin(call, 1, PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.after[0] = page.at[0];
    f.limit = page_limit(&page);
    return page_reply(call, &page, escrow_line_each(&call->tx, &f, line_add, &page));
}

static int day_add_row(void *arg, const struct escrow_day *day)
{
    json_t *o = json_object();

    set_text(o, "day", day->day);
    set_int(o, "days", day->days);
    set_bool(o, "late", day->days > ESCROW_LATE_DAYS);
    set_int(o, "parts", day->parts);
    set_int(o, "parts_fen", day->parts_fen);
    set_int(o, "lines", day->lines);
    set_int(o, "lines_fen", day->lines_fen);
    return items_add(arg, o);
}

static int account_add(void *arg, const struct bank_account_row *row)
{
    json_t *o;

    if (row->permit_id == 0) /* not a supervised one */
        return 0;
    o = json_object();
    set_int(o, "id", row->id);
    set_text(o, "bank", row->bank);
    set_text(o, "number", row->number);
    return items_add(arg, o);
}

int api_escrow_day_list(struct call *call)
{
    int64_t project_id, account_id = 0;
    json_t *items, *accounts;
    char today[DAY_TEXT];
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = call_query_int(call, "account", 1, INT64_MAX, 0, &account_id);
    if (r < 0)
        return r;
    items = json_array();
    accounts = json_array();
    r = escrow_day_each(&call->tx, project_id, account_id, day_add_row, items);
    if (r == 0)
        r = bank_account_each(&call->tx, project_id, 0, account_add, accounts);
    r = reply_items(call, items, r);
    if (r < 0) {
        json_decref(accounts);
        return r;
    }
    day_of(call->tx.now_ms, today);
    set_text(call->reply.body, "day", today);
    set_int(call->reply.body, "late_days", ESCROW_LATE_DAYS);
    json_object_set_new_nocheck(call->reply.body, "accounts", accounts);
    return 0;
}

/* ---- one ---- */

int api_escrow_post(struct call *call)
{
    struct escrow_posting posting = {.voucher_id = 0};
    int64_t project_id, id = 0;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "voucher_id", BODY_REQUIRED, 1, INT64_MAX, &posting.voucher_id);
    body_int(&b, "ordinal", BODY_REQUIRED, 1, PAYMENT_TENDERS_MAX, &posting.ordinal);
    body_text(&b, "reference", BODY_REQUIRED, 1, REFERENCE_MAX, &posting.reference);
    body_date(&b, "day", BODY_REQUIRED, &posting.day);
    r = body_end(&b);
    if (r == 0)
        r = escrow_post(&call->tx, &posting, &id);
    if (r < 0)
        return r;
    call->reply.status = 201;
    call->reply.body = json_object();
    set_int(call->reply.body, "id", id);
    return 0;
}

/* A reason, and @end of what the address names. */
static int ended(struct call *call, int (*end)(struct tx *tx, int64_t id, const char *reason))
{
    const char *reason = NULL;
    struct body b;
    int64_t id;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "reason", BODY_REQUIRED, 1, REASON_MAX, &reason);
    r = body_end(&b);
    return r < 0 ? r : end(&call->tx, id, reason);
}

int api_escrow_unpost(struct call *call)
{
    return ended(call, escrow_unpost);
}

int api_escrow_set_aside(struct call *call)
{
    return ended(call, escrow_set_aside);
}

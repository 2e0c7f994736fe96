/* follow.c - follow-ups and opportunities of a customer (CU-11, CU-12, CU-16). */
#include "db/follow.h"

#include <errno.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"

enum { PAGE_DEFAULT = 50, LOST_NOTE_MAX = 200 };

/* ---- follow-ups ---- */

static json_t *follow_json(const struct follow_row *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "project_id", row->project_id);
    set_text(o, "user", row->user);
    set_text(o, "channel", row->channel);
    set_text(o, "content", row->content);
    set_text(o, "stage", row->stage);
    set_int(o, "at_ms", row->at_ms);
    set_int(o, "recorded_ms", row->recorded_ms);
    set_int_or_null(o, "next_ms", row->next_ms);
    set_bool(o, "late", row->late);
    return o;
}

static int follow_page_add(void *arg, const struct follow_row *row)
{
    struct page *page = arg;

    return page_fits(page, row->id, 0) ? items_add(page->items, follow_json(row)) : 0;
}

int api_follow_list(struct call *call)
{
    int64_t id = 0;
    struct page page;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = page_begin(call, 1, FOLLOW_PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    r = follow_scan(&call->tx, id, page.at[0], page_limit(&page), follow_page_add, &page);
    return page_reply(call, &page, r);
}

static int follow_add_first(void *arg, const struct follow_row *row)
{
    return items_add(arg, follow_json(row));
}

int api_follow_create(struct call *call)
{
    struct follow_new f = {.channel = NULL};
    json_t *items;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &f.customer_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "project_id", BODY_REQUIRED, 1, INT64_MAX, &f.project_id);
    body_word(&b, "channel", BODY_REQUIRED, follow_channels, &f.channel);
    body_text(&b, "content", BODY_REQUIRED, 1, FOLLOW_CONTENT_MAX, &f.content);
    body_int(&b, "at_ms", BODY_OPTIONAL, 1, INT64_MAX, &f.at_ms);
    body_int(&b, "next_ms", BODY_OPTIONAL, 1, INT64_MAX, &f.next_ms);
    r = body_end(&b);
    if (r == 0)
        r = follow_add(&call->tx, &f, &id);
    if (r < 0)
        return r;
    items = json_array();
    r = follow_scan(&call->tx, f.customer_id, id + 1, 1, follow_add_first, items);
    r = reply_first(call, items, r, 201, "follows");
    call->reply.location[0] = '\0'; /* a record has no address of its own */
    return r;
}

/* ---- opportunities ---- */

static int opportunity_add(void *arg, const struct opportunity *row)
{
    json_t *o = json_object();

    set_int(o, "id", row->id);
    set_int(o, "version", row->version);
    set_int(o, "customer_id", row->customer_id);
    set_int(o, "project_id", row->project_id);
    set_text(o, "stage", row->stage);
    json_object_set_new(o, "probability_bp",
                        row->probability_bp < 0 ? json_null() : json_integer(row->probability_bp));
    set_text_or_null(o, "expected_day", row->expected_day);
    set_int(o, "opened_ms", row->opened_ms);
    set_int_or_null(o, "closed_ms", row->closed_ms);
    set_text_or_null(o, "outcome", row->outcome);
    set_text_or_null(o, "lost_reason", row->lost_reason);
    set_text(o, "lost_note", row->lost_note);
    return items_add(arg, o);
}

int api_opportunity_list(struct call *call)
{
    json_t *items;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, opportunity_scan(&call->tx, id, 0, opportunity_add, items));
}

static int reply_opportunity(struct call *call, int64_t id, int status)
{
    json_t *items = json_array();
    int r = opportunity_scan(&call->tx, 0, id, opportunity_add, items);

    r = reply_first(call, items, r, status, "opportunities");
    call->reply.location[0] = '\0'; /* it is read with its customer */
    return r;
}

static void body_opportunity(struct body *b, enum body_need need, struct opportunity *o)
{
    body_word(b, "stage", need, follow_stages + 1, &o->stage);
    body_int(b, "probability_bp", BODY_OPTIONAL, 0, 10000, &o->probability_bp);
    body_date(b, "expected_day", BODY_OPTIONAL, &o->expected_day);
}

int api_opportunity_open(struct call *call)
{
    struct opportunity o = {.probability_bp = -1};
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &o.customer_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "project_id", BODY_REQUIRED, 1, INT64_MAX, &o.project_id);
    body_opportunity(&b, BODY_REQUIRED, &o);
    r = body_end(&b);
    if (o.expected_day && !o.expected_day[0])
        o.expected_day = NULL;
    if (r == 0)
        r = opportunity_open(&call->tx, &o, &id);
    return r < 0 ? r : reply_opportunity(call, id, 201);
}

int api_opportunity_update(struct call *call)
{
    struct opportunity o = {.probability_bp = -1};
    struct body b;
    int r = call_param_id(call, 0, &o.id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &o.version);
    body_opportunity(&b, BODY_OPTIONAL, &o);
    r = body_end(&b);
    if (r == 0)
        r = opportunity_update(&call->tx, &o);
    return r < 0 ? r : reply_opportunity(call, o.id, 200);
}

int api_opportunity_close(struct call *call)
{
    static const char *const outcomes[] = {"won", "lost", NULL};
    const char *reason = NULL, *note = NULL;
    int64_t id = 0, version = 0;
    int outcome = 0;
    struct body b;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "version", BODY_REQUIRED, 1, INT64_MAX, &version);
    body_choice(&b, "outcome", BODY_REQUIRED, outcomes, &outcome);
    body_word(&b, "lost_reason", outcome == 1 ? BODY_REQUIRED : BODY_OPTIONAL, lost_reasons,
              &reason);
    body_text(&b, "note", BODY_OPTIONAL, 1, LOST_NOTE_MAX, &note);
    r = body_end(&b);
    if (r == 0)
        r = opportunity_close(&call->tx, id, version, outcome == 1 ? reason : NULL, note);
    return r < 0 ? r : reply_opportunity(call, id, 200);
}

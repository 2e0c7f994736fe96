/* task.c - what is due: my tasks, protection that runs out, supervision, what I am told of (CU-14,
 * CU-15, DP-07). Another's list is for who supervises. */
#include "db/task.h"
#include "db/day.h"

#include <errno.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"
#include "db/clock.h"
#include "db/follow.h"
#include "db/notification.h"

enum { PAGE_DEFAULT = 50 };

/* The next midnight of the site; midnights are not always 24 h apart. */
static int64_t today_end_ms(int64_t now_ms)
{
    return day_midnight_ms(day_midnight_ms(now_ms) + DAY_MS + DAY_MS / 2);
}

static json_t *task_json(const struct task_row *row)
{
    json_t *o = json_object();

    set_int(o, "customer_id", row->customer_id);
    set_int(o, "project_id", row->project_id);
    set_text(o, "name", row->name);
    set_int(o, "owner_id", row->owner_id);
    set_text(o, "owner", row->owner);
    set_text(o, "stage", row->stage);
    set_text(o, "state", row->state);
    set_int_or_null(o, "opportunity_id", row->opportunity_id);
    set_int(o, "due_ms", row->due_ms);
    set_int(o, "touched_ms", row->touched_ms);
    set_int_or_null(o, "next_ms", row->next_ms);
    set_int_or_null(o, "protected_until_ms", row->protected_until_ms);
    return o;
}

static int task_add(void *arg, const struct task_row *row)
{
    struct page *page = arg;

    return page_fits(page, row->due_ms, row->customer_id) ? items_add(page->items, task_json(row))
                                                          : 0;
}

static int warning_add(void *arg, const struct task_row *row)
{
    struct page *page = arg;

    return page_fits(page, row->protected_until_ms, row->customer_id)
               ? items_add(page->items, task_json(row))
               : 0;
}

/* Whose list, of which project: one's own, and with follow.supervise another's or everybody's
 * (owner=0). */
static int filter_read(struct call *call, struct task_filter *f)
{
    const bool any = actor_has(call->tx.actor, RIGHT_FOLLOW_SUPERVISE);
    int r = call_query_int(call, "project", 1, INT64_MAX, 0, &f->project_id);

    if (r == 0)
        r = call_query_int(call, "owner", 0, INT64_MAX, call->tx.actor->id, &f->owner_id);
    if (r == 0 && f->project_id)
        r = tx_need_project(&call->tx, f->project_id);
    if (r == 0 && f->owner_id != call->tx.actor->id && !any)
        r = fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    return r;
}

static int counts_add(struct call *call, const struct task_filter *f, int64_t day_end)
{
    struct task_count count;
    json_t *o = json_object();
    int r = task_count(&call->tx, f, day_end, &count);

    if (r < 0) {
        json_decref(o);
        return r;
    }
    set_int(o, "overdue", count.overdue);
    set_int(o, "today", count.today);
    set_int(o, "future", count.future);
    json_object_set_new(call->reply.body, "counts", o);
    set_int(call->reply.body, "now_ms", call->tx.now_ms);
    set_int(call->reply.body, "day_end_ms", day_end);
    return 0;
}

int api_task_list(struct call *call)
{
    static const char *const whens[] = {"overdue", "today", "future", NULL};
    const int64_t now = call->tx.now_ms, day_end = today_end_ms(now);
    struct task_filter f = {.from_ms = 0};
    const char *when = "overdue";
    struct page page;
    int r = filter_read(call, &f);

    if (r == 0)
        r = call_query_word(call, "when", whens, &when);
    if (r == 0)
        r = call_query_word(call, "stage", follow_stages, &f.stage);
    if (r == 0)
        r = page_begin(call, 2, TASK_PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.from_ms = strcmp(when, "overdue") == 0 ? 0 : strcmp(when, "today") == 0 ? now + 1 : day_end;
    f.to_ms = strcmp(when, "overdue") == 0 ? now + 1 : strcmp(when, "today") == 0 ? day_end : 0;
    f.after_ms = page.at[0];
    f.after_customer = page.at[1];
    f.limit = page_limit(&page);
    r = page_reply(call, &page, task_scan(&call->tx, &f, task_add, &page));
    return r < 0 ? r : counts_add(call, &f, day_end);
}

int api_task_warnings(struct call *call)
{
    struct task_filter f = {.from_ms = 0};
    struct page page;
    int r = filter_read(call, &f);

    if (r == 0)
        r = page_begin(call, 2, TASK_PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.after_ms = page.at[0];
    f.after_customer = page.at[1];
    f.limit = page_limit(&page);
    return page_reply(call, &page, task_warnings(&call->tx, &f, warning_add, &page));
}

/* ---- supervision ---- */

/* The rows of one consultant come one after another. */
static int supervision_add(void *arg, const struct supervision_row *row)
{
    json_t *items = arg, *o = json_array_get(items, json_array_size(items) - 1), *stage;

    if (!o || json_integer_value(json_object_get(o, "owner_id")) != row->owner_id) {
        o = json_object();
        set_int(o, "owner_id", row->owner_id);
        set_text(o, "owner", row->owner);
        json_object_set_new(o, "stages", json_array());
        if (json_array_append_new(items, o) < 0)
            return -ENOMEM;
    }
    stage = json_object();
    set_text(stage, "stage", row->stage);
    set_int(stage, "customers", row->customers);
    set_int(stage, "overdue", row->overdue);
    set_int(stage, "touched_ms", row->touched_ms);
    return items_add(json_object_get(o, "stages"), stage);
}

int api_supervision(struct call *call)
{
    json_t *items;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, task_supervision(&call->tx, id, supervision_add, items));
}

/* ---- what one is told of ---- */

static int notification_add_row(void *arg, const struct notification_row *row)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, row->id, 0))
        return 0;
    o = json_object();
    set_int(o, "id", row->id);
    set_text(o, "kind", row->kind);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "name", row->name);
    set_int(o, "project_id", row->project_id);
    set_text(o, "project", row->project);
    set_int_or_null(o, "deal_id", row->deal_id);
    set_text_or_null(o, "unit", row->unit);
    set_text(o, "actor", row->actor);
    set_int(o, "at_ms", row->at_ms);
    set_int_or_null(o, "seen_ms", row->seen_ms);
    return items_add(page->items, o);
}

int api_notification_list(struct call *call)
{
    int64_t unseen = 0;
    struct page page;
    int r = call_query_int(call, "unseen", 0, 1, 0, &unseen);

    if (r == 0)
        r = page_begin(call, 1, NOTIFICATION_PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    r = notification_scan(&call->tx, unseen != 0, page.at[0], page_limit(&page),
                          notification_add_row, &page);
    return page_reply(call, &page, r);
}

int api_notification_see(struct call *call)
{
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    r = body_end(&b);
    return r < 0 ? r : notification_see(&call->tx, id);
}

/* pool_apply.c - the public pool: applied for, decided, grabbed, given out, given up (DP-09 to
 * DP-14). */
#include "db/pool_apply.h"
#include "db/day.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/api/api.h"
#include "daemon/api/ownership.h"
#include "daemon/api/page.h"
#include "daemon/api/record.h"

enum { PAGE_DEFAULT = 50, USERS_MAX = 50 };

/* ---- lists ---- */

static int pool_add(void *arg, const struct pool_row *row)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, row->customer_id, 0))
        return 0;
    o = json_object();
    set_int(o, "customer_id", row->customer_id);
    set_text(o, "name", row->name);
    set_int(o, "since_ms", row->since_ms);
    set_int(o, "touched_ms", row->touched_ms);
    set_int(o, "applications", row->applications);
    set_bool(o, "applied", row->applied);
    set_text_or_null(o, "reason", row->reason);
    set_text_or_null(o, "from", row->from);
    return items_add(page->items, o);
}

int api_pool_list(struct call *call)
{
    int64_t id = 0;
    struct page page;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = page_begin(call, 1, POOL_PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    r = pool_scan(&call->tx, id, page.at[0], page_limit(&page), pool_add, &page);
    return page_reply(call, &page, r);
}

static int application_add(void *arg, const struct application_row *row)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, row->id, 0))
        return 0;
    o = json_object();
    set_int(o, "id", row->id);
    set_int_or_null(o, "customer_id", row->customer_id);
    set_text(o, "name", row->name);
    set_text(o, "applicant", row->applicant);
    set_bool(o, "own", row->own);
    set_text(o, "reason", row->reason);
    set_text(o, "state", row->state);
    set_int(o, "applied_ms", row->applied_ms);
    set_text_or_null(o, "decided_by", row->decided_by);
    set_int_or_null(o, "decided_ms", row->decided_ms);
    set_text(o, "note", row->note);
    return items_add(page->items, o);
}

int api_pool_application_list(struct call *call)
{
    int64_t id = 0, waiting = 0;
    struct page page;
    int r = call_param_id(call, 0, &id);

    if (r == 0)
        r = call_query_int(call, "waiting", 0, 1, 0, &waiting);
    if (r == 0)
        r = page_begin(call, 1, POOL_PAGE_MAX, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    r = pool_application_scan(&call->tx, id, waiting != 0, page.at[0], page_limit(&page),
                              application_add, &page);
    return page_reply(call, &page, r);
}

/* ---- applications ---- */

int api_pool_apply(struct call *call)
{
    int64_t project_id = 0, customer_id = 0, id = 0;
    const char *reason = NULL;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "customer_id", BODY_REQUIRED, 1, INT64_MAX, &customer_id);
    body_text(&b, "reason", BODY_REQUIRED, 1, POOL_REASON_MAX, &reason);
    r = body_end(&b);
    if (r == 0)
        r = pool_apply(&call->tx, project_id, customer_id, reason, &id);
    if (r < 0)
        return r;
    call->reply.status = 201;
    call->reply.body = json_pack("{s:I}", "id", (json_int_t)id);
    return call->reply.body ? 0 : -ENOMEM;
}

int api_pool_withdraw(struct call *call)
{
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    r = body_end(&b);
    return r < 0 ? r : pool_withdraw(&call->tx, id);
}

static int decide(struct call *call, int (*step)(struct tx *tx, int64_t id, const char *note))
{
    const char *note = NULL;
    struct body b;
    int64_t id = 0;
    int r = call_param_id(call, 0, &id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_text(&b, "note", BODY_OPTIONAL, 1, OWNERSHIP_NOTE_MAX, &note);
    r = body_end(&b);
    return r < 0 ? r : step(&call->tx, id, note);
}

int api_pool_approve(struct call *call)
{
    return decide(call, pool_approve);
}

int api_pool_refuse(struct call *call)
{
    return decide(call, pool_refuse);
}

int api_pool_revoke(struct call *call)
{
    return decide(call, pool_revoke);
}

/* ---- without one ---- */

int api_pool_grab(struct call *call)
{
    int64_t project_id = 0, customer_id = 0;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "customer_id", BODY_REQUIRED, 1, INT64_MAX, &customer_id);
    r = body_end(&b);
    return r < 0 ? r
                 : pool_grab(&call->tx, project_id, customer_id, day_midnight_ms(call->tx.now_ms));
}

int api_pool_allocate(struct call *call)
{
    int64_t project_id = 0, *customers = NULL, *users = NULL;
    size_t n = 0, n_users = 0;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_customers(&b, &customers, &n);
    body_ids(&b, "user_ids", BODY_REQUIRED, USERS_MAX, &users, &n_users);
    if (users && n_users == 0)
        fault_item(call->tx.fault, FAULT_FIELD_MISSING, 0, "user_ids", "field", "user_ids", NULL);
    r = body_end(&b);
    if (r == 0)
        r = pool_allocate(&call->tx, project_id, customers, n, users, n_users);
    free(customers);
    free(users);
    return r < 0 ? r : reply_count(call, n);
}

int api_pool_release(struct call *call)
{
    int64_t project_id = 0, *customers = NULL;
    const char *note = NULL;
    size_t n = 0;
    struct body b;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_customers(&b, &customers, &n);
    body_text(&b, "note", BODY_REQUIRED, 1, OWNERSHIP_NOTE_MAX, &note);
    r = body_end(&b);
    if (r == 0)
        r = pool_release(&call->tx, project_id, customers, n, note);
    free(customers);
    return r < 0 ? r : reply_count(call, n);
}

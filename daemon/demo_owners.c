/* demo_owners.c - see demo_owners.h. Real transactions, with a clock of the days before. */
#include "daemon/demo_owners.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/demo_members.h"
#include "db/customer.h"
#include "db/follow.h"
#include "db/ownership.h"
#include "db/pool_apply.h"
#include "db/share.h"
#include "db/user.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

enum { OWNED_DAYS = 12 };

static const char *const said[] = {
    "电话回访，对 89 平户型感兴趣，周末想带家人来看。", "发送了户型图和首付测算，等待答复。",
    "到访看了样板间，关注学区和交房时间。", "比较周边竞品价格，希望再优惠两个点。",
    "说近期出差，约下周再联系。"};
static const char *const channels[] = {"phone", "wechat", "visit", "phone", "sms"};
static const char *const stages[] = {NULL, "contacted", "visited", "intent", "negotiating"};

struct cast {
    struct actor manager, consultants[2];
    int64_t project_id, ids[DEMO_CUSTOMERS];
    size_t n;
};

static int customer_take(void *arg, const struct customer_row *row)
{
    struct cast *cast = arg;

    if (cast->n < DEMO_CUSTOMERS)
        cast->ids[cast->n++] = row->id;
    return 0;
}

/* Newest first, as a list gives them: those of demo_members.c. */
static int customers_read(struct tx *tx, struct cast *cast)
{
    const struct customer_filter all = {.limit = DEMO_CUSTOMERS};

    return customer_scan(tx, &all, customer_take, cast);
}

/* What a consultant did with his customer number @i, from the first day on. */
static int work(struct tx *tx, const struct cast *cast, size_t i)
{
    const size_t k = i % (sizeof(said) / sizeof(said[0]));
    struct opportunity o = {.customer_id = cast->ids[i],
                            .project_id = cast->project_id,
                            .stage = stages[k],
                            .probability_bp = (int64_t)(k * 1500),
                            .expected_day = "2026-12-31"};
    struct follow_new f = {.customer_id = cast->ids[i],
                           .project_id = cast->project_id,
                           .channel = channels[k],
                           .content = said[k]};
    struct tx then = *tx;
    int64_t id;
    int r = 0;

    then.now_ms -= (int64_t)(i % OWNED_DAYS) * 8 * HOUR_MS + HOUR_MS;
    if (o.stage)
        r = opportunity_open(&then, &o, &id);
    if (i % 4 == 1)
        f.next_ms = tx->now_ms + (int64_t)i * HOUR_MS / 2 + HOUR_MS;
    return r < 0 ? r : follow_add(&then, &f, &id);
}

static int owned(struct tx *tx, const struct cast *cast, size_t i)
{
    static const enum own_state states[] = {OWN_ONSITE, OWN_MARKETING, OWN_REPORTED};
    const int64_t owner = i % 3 == 2 ? 0 : cast->consultants[i % 3].id;
    struct tx then = *tx;
    int r;

    then.actor = &cast->manager;
    then.now_ms -= OWNED_DAYS * DAY_MS;
    r = ownership_begin(&then, cast->ids[i], cast->project_id, states[i / 3 % 3], owner);
    then.now_ms = tx->now_ms;
    if (r < 0 || !owner)
        return r;
    then.actor = &cast->consultants[i % 3];
    return i % 7 == 6 ? 0 : work(&then, cast, i);
}

/* An application that waits, with one behind it, and a customer that is shared. */
static int pending(struct tx *tx, const struct cast *cast)
{
    struct tx own = *tx;
    int64_t id;
    int r;

    own.actor = &cast->consultants[0];
    own.now_ms -= 5 * HOUR_MS;
    r = pool_apply(&own, cast->project_id, cast->ids[2], "以前接待过，客户主动联系我", &id);
    if (r >= 0)
        r = pool_apply(&own, cast->project_id, cast->ids[5], "朋友介绍", &id);
    own.actor = &cast->consultants[1];
    own.now_ms += HOUR_MS;
    if (r >= 0)
        r = pool_apply(&own, cast->project_id, cast->ids[2], "老业主推荐", &id);
    if (r >= 0)
        r = share_give(&own, cast->ids[1], cast->project_id, cast->consultants[0].id, "view");
    return r;
}

int demo_owners_make(struct tx *tx, int64_t project_id, int64_t manager_id, int64_t first,
                     int64_t second)
{
    struct cast *cast = calloc(1, sizeof(*cast));
    struct tx own = *tx;
    int r;

    if (!cast)
        return -ENOMEM;
    cast->project_id = project_id;
    r = actor_load(tx->db, manager_id, &cast->manager, NULL);
    if (r == 0)
        r = actor_load(tx->db, first, &cast->consultants[0], NULL);
    if (r == 0)
        r = actor_load(tx->db, second, &cast->consultants[1], NULL);
    own.actor = &cast->manager;
    if (r == 0)
        r = customers_read(&own, cast);
    for (size_t i = 0; r >= 0 && i < cast->n; i++)
        r = owned(&own, cast, i);
    if (r >= 0)
        r = pending(&own, cast);
    free(cast);
    return r < 0 ? r : 0;
}

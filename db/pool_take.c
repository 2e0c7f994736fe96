/* pool_take.c - see pool_apply.h: what is grabbed, given out and given up. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/pool_apply.h"
#include "db/sight.h"

static int changed(struct tx *tx, int64_t customer_id)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, customer_id);
    return fault_set(tx->fault, FAULT_OWNER_CHANGED, "customer", text, NULL);
}

/* How many the actor may still take in the day that began at @day_start_ms. */
static int need_quota(struct tx *tx, int64_t project_id, int64_t day_start_ms)
{
    struct customer_rule rule = {.project_id = 0};
    int64_t taken = 0;
    char text[24];
    int r = customer_rule_read(tx, project_id, &rule);

    if (r == 0)
        r = db_get(tx->db, &taken,
                   "SELECT COUNT(*) FROM ownership_line WHERE to_owner_id = $1 "
                   "AND project_id = $2 AND reason = 'grab' AND at_ms >= $3",
                   "iii", tx->actor->id, project_id, day_start_ms);
    if (r < 0)
        return r;
    snprintf(text, sizeof(text), "%" PRId64, rule.grab_daily);
    return taken < rule.grab_daily ? 0
                                   : fault_set(tx->fault, FAULT_POOL_QUOTA, "limit", text, NULL);
}

int pool_grab(struct tx *tx, int64_t project_id, int64_t customer_id, int64_t day_start_ms)
{
    const struct own_move move = {.state = OWN_ONSITE, .owner_id = tx->actor->id, .reason = "grab"};
    struct ownership own = {.state = OWN_POOL};
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = ownership_find(tx, customer_id, project_id, &own);
    if (r < 0)
        return r;
    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (own.state != OWN_POOL)
        return fault_set(tx->fault, FAULT_OWNER_TAKEN, NULL);
    r = ownership_need_fit(tx, project_id, tx->actor->id);
    if (r == 0)
        r = need_quota(tx, project_id, day_start_ms);
    if (r == 0)
        r = ownership_move(tx, &own, &move, NULL);
    return r < 0 ? r : 0;
}

static int give_out(struct tx *tx, int64_t project_id, int64_t customer_id, int64_t user_id)
{
    const struct own_move move = {.state = OWN_ONSITE, .owner_id = user_id, .reason = "allocate"};
    struct ownership own = {.state = OWN_POOL};
    int r = ownership_find(tx, customer_id, project_id, &own);

    if (r < 0)
        return r;
    if (r == 0) {
        r = sight_need(tx, customer_id);
        return r < 0 ? r : ownership_begin(tx, customer_id, project_id, OWN_ONSITE, user_id);
    }
    return own.state == OWN_POOL ? ownership_move(tx, &own, &move, NULL) : changed(tx, customer_id);
}

int pool_allocate(struct tx *tx, int64_t project_id, const int64_t *customers, size_t n,
                  const int64_t *users, size_t n_users)
{
    int r = n_users ? tx_need_whole(tx, project_id) : -EINVAL;

    for (size_t i = 0; r >= 0 && i < n_users; i++)
        r = ownership_need_fit(tx, project_id, users[i]);
    for (size_t i = 0, to = 0; r >= 0 && i < n; i++, to = to + 1 < n_users ? to + 1 : 0)
        r = give_out(tx, project_id, customers[i], users[to]);
    return r < 0 ? r : 0;
}

int pool_release(struct tx *tx, int64_t project_id, const int64_t *customers, size_t n,
                 const char *note)
{
    const struct own_move move = {.state = OWN_POOL, .reason = "given_up", .note = note};
    const bool any = actor_has(tx->actor, RIGHT_CUSTOMER_ALLOCATE);
    struct ownership own = {.state = OWN_POOL};
    int r = 0;

    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = sight_need_in(tx, customers[i], project_id, true);
        if (r == 0)
            r = ownership_find(tx, customers[i], project_id, &own);
        if (r < 0)
            return r;
        if (own.state == OWN_POOL)
            return changed(tx, customers[i]);
        if (!any && own.owner_id != tx->actor->id)
            return fault_set(tx->fault, FAULT_CUSTOMER_NOT_YOURS, NULL);
        r = ownership_move(tx, &own, &move, NULL);
    }
    return r < 0 ? r : 0;
}

/* unit_lock.c - see unit_lock.h. */
#include "db/unit_lock.h"

#include <inttypes.h>
#include <stdio.h>

#include "db/audit.h"
#include "db/clock.h"
#include "db/deal_scope.h"
#include "db/unit_step.h"

struct place {
    int64_t project_id, building_id, lock_ms;
};

static int place_read(struct tx *tx, int64_t unit_id, struct place *ret)
{
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT u.project_id, u.building_id, p.lock_minutes FROM unit u "
                   "JOIN project p ON p.id = u.project_id WHERE u.id = $1",
                   unit_id);

    if (r < 0)
        return r;
    *ret = (struct place){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2) * MINUTE_MS};
    stmt_reset(s);
    return tx_need_building(tx, ret->project_id, ret->building_id);
}

static bool lock_own(const struct tx *tx, const struct unit_hold *hold)
{
    const struct actor *actor = tx->actor;

    return hold->state == 'K' &&
           ((actor->kind == ACTOR_USER && hold->user_id == actor->id) ||
            (actor->kind == ACTOR_TERMINAL && hold->terminal_id == actor->id));
}

static int room_check(struct tx *tx, const struct unit_lock *lock)
{
    const struct actor *actor = tx->actor;
    int r = 0;

    if (actor->kind == ACTOR_USER)
        r = tx_need_room(tx,
                         "SELECT COUNT(*) FROM claim WHERE user_id = $1 AND kind = 'lock' AND "
                         "ended_ms IS NULL",
                         actor->id, UNIT_LOCKS_MOST);
    else if (actor->kind == ACTOR_TERMINAL)
        r = tx_need_room(tx,
                         "SELECT COUNT(*) FROM claim WHERE terminal_id = $1 AND kind = 'lock' AND "
                         "ended_ms IS NULL",
                         actor->id, UNIT_LOCKS_MOST);
    if (r == 0 && lock->customer_id)
        r = tx_need_room(tx,
                         "SELECT COUNT(*) FROM claim WHERE customer_id = $1 AND kind = 'lock' AND "
                         "ended_ms IS NULL",
                         lock->customer_id, UNIT_LOCKS_MOST);
    return r;
}

int unit_lock(struct tx *tx, const struct unit_lock *lock, int64_t *ret_until_ms)
{
    const struct actor *actor = tx->actor;
    struct unit_step step = {
        .transition = TRANSITION_LOCK, .unit_id = lock->unit_id, .version = lock->unit_version};
    struct place place;
    int r = place_read(tx, lock->unit_id, &place);

    if (r == 0 && lock->customer_id)
        r = deal_customer_need(tx, lock->customer_id, 0);
    if (r == 0)
        r = room_check(tx, lock);
    if (r < 0)
        return r;
    step.claim = (struct unit_claim){.terminal_id = actor->kind == ACTOR_TERMINAL ? actor->id : 0,
                                     .user_id = actor->kind == ACTOR_USER ? actor->id : 0,
                                     .customer_id = lock->customer_id,
                                     .until_ms = tx->now_ms + place.lock_ms};
    r = unit_step(tx, &step);
    if (r == 0)
        *ret_until_ms = step.claim.until_ms;
    return r;
}

int unit_lock_renew(struct tx *tx, int64_t unit_id, int64_t *ret_until_ms)
{
    struct trail trail = {0};
    struct unit_hold hold;
    struct place place;
    int64_t until, longest;
    char minutes[16];
    int r = place_read(tx, unit_id, &place);

    if (r == 0)
        r = unit_hold_read(tx, unit_id, &hold);
    if (r < 0)
        return r;
    if (!lock_own(tx, &hold) || hold.until_ms <= tx->now_ms)
        return fault_set(tx->fault, FAULT_LOCK_NOT_OWN, NULL);
    longest = hold.since_ms + UNIT_LOCK_MAX * MINUTE_MS;
    until = tx->now_ms + place.lock_ms < longest ? tx->now_ms + place.lock_ms : longest;
    snprintf(minutes, sizeof(minutes), "%d", UNIT_LOCK_MAX);
    if (until <= hold.until_ms)
        return fault_set(tx->fault, FAULT_LOCK_LONGEST, "minutes", minutes, NULL);
    r = db_run(tx->db, "UPDATE claim SET until_ms = $2 WHERE id = $1", "ii", hold.id, until);
    if (r < 0)
        return r;
    trail_int(&trail, "until_ms", &hold.until_ms, &until);
    r = audit_add(tx, "lock.renew", "unit", unit_id, place.project_id, &trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_UNIT, place.project_id, place.building_id, unit_id);
    if (r == 0)
        *ret_until_ms = until;
    return r;
}

int unit_lock_release(struct tx *tx, int64_t unit_id)
{
    struct unit_step step = {.transition = TRANSITION_UNLOCK, .unit_id = unit_id};
    struct unit_hold hold;
    struct place place;
    int r = place_read(tx, unit_id, &place);

    if (r == 0)
        r = unit_hold_read(tx, unit_id, &hold);
    if (r < 0)
        return r;
    if (hold.state != 'K' || !(lock_own(tx, &hold) || actor_has(tx->actor, RIGHT_UNIT_HOLD)))
        return fault_set(tx->fault, FAULT_LOCK_NOT_OWN, NULL);
    step.own_claim = hold.id;
    return unit_step(tx, &step);
}

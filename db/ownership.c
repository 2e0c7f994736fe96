/* ownership.c - see ownership.h: the state and its changes. What is read of them is in
 * ownership_read.c. */
#include "db/ownership.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/clock.h"
#include "db/notification.h"
#include "db/pool_apply.h"
#include "db/sight.h"
#include "db/user.h"
#include "db/workday.h"

enum { RUN_AT_ONCE = 200 };

const char *const own_states[] = {"reported", "marketing", "onsite", "pool", NULL};

/* ---- periods ---- */

int ownership_protect(struct tx *tx, const struct customer_rule *rule, enum own_state state,
                      int64_t from_ms, int64_t *ret_until_ms)
{
    const struct {
        int64_t n;
        const char *unit;
    } periods[] = {[OWN_REPORTED] = {rule->reported_n, rule->reported_unit},
                   [OWN_MARKETING] = {rule->marketing_n, rule->marketing_unit},
                   [OWN_ONSITE] = {rule->onsite_n, rule->onsite_unit}};

    if (strcmp(periods[state].unit, "working_days") == 0)
        return workday_add(tx->db, from_ms, periods[state].n, ret_until_ms);
    *ret_until_ms =
        from_ms + periods[state].n * (strcmp(periods[state].unit, "days") == 0 ? DAY_MS : HOUR_MS);
    return 0;
}

/* When it falls to the pool by itself: never within its period; 0: never. */
static int64_t pool_due(const struct customer_rule *rule, int64_t touched_ms, int64_t until_ms)
{
    const int64_t idle_ms = touched_ms + rule->pool_idle_days * DAY_MS;

    if (rule->pool_idle_days == 0)
        return 0;
    return idle_ms > until_ms ? idle_ms : until_ms;
}

int ownership_reckon(struct tx *tx, int64_t project_id, int64_t idle_days)
{
    return db_run(tx->db,
                  "UPDATE ownership SET pool_due_ms = CASE WHEN $2 = 0 THEN NULL "
                  "WHEN protected_until_ms > touched_ms + $2 THEN protected_until_ms "
                  "ELSE touched_ms + $2 END WHERE project_id = $1 AND owner_id IS NOT NULL",
                  "ii", project_id, idle_days * DAY_MS);
}

/* ---- one change ---- */

static const int64_t *some(const int64_t *value)
{
    return *value ? value : NULL;
}

static int line_add(struct tx *tx, const struct ownership *was, const struct ownership *own,
                    const struct own_move *move, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = db_get(tx->db, &id,
                   "INSERT INTO ownership_line (customer_id, project_id, from_state, to_state, "
                   "from_owner_id, to_owner_id, reason, note, protected_until_ms, actor, at_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
                   "iittoottoti", own->customer_id, own->project_id,
                   was ? own_states[was->state] : NULL, own_states[own->state],
                   was ? some(&was->owner_id) : NULL, some(&own->owner_id), move->reason,
                   move->note ? move->note : "", some(&own->protected_until_ms), tx->actor->name,
                   tx->now_ms);

    if (r < 0)
        return r;
    trail_text(&trail, "own_state", was ? own_states[was->state] : NULL, own_states[own->state]);
    trail_int(&trail, "owner_id", was ? some(&was->owner_id) : NULL, some(&own->owner_id));
    trail_int(&trail, "protected_until_ms", was ? some(&was->protected_until_ms) : NULL,
              some(&own->protected_until_ms));
    trail_text(&trail, "own_reason", NULL, move->reason);
    if (move->note && move->note[0])
        trail_text(&trail, "note", NULL, "*");
    r = audit_add(tx, "customer.owner", "customer", own->customer_id, own->project_id, &trail);
    if (r == 0 && ret_id)
        *ret_id = id;
    return r;
}

/* What a new owner finds: his period, and what is due. */
static int own_reckon(struct tx *tx, const struct ownership *was, struct ownership *own)
{
    struct customer_rule rule = {.project_id = 0};
    int r = customer_rule_read(tx, own->project_id, &rule);

    own->protected_until_ms = own->pool_due_ms = own->next_ms = 0;
    own->touched_ms = tx->now_ms;
    if (r < 0 || own->state == OWN_POOL)
        return r;
    if (was && was->owner_id) { /* from one to another: what is due stays due */
        own->touched_ms = was->touched_ms;
        own->next_ms = was->next_ms;
    }
    r = ownership_protect(tx, &rule, own->state, tx->now_ms, &own->protected_until_ms);
    own->pool_due_ms = pool_due(&rule, own->touched_ms, own->protected_until_ms);
    return r;
}

/* The shares of an owner end with him. */
static int shares_end(struct tx *tx, const struct ownership *own)
{
    return db_run(tx->db,
                  "UPDATE customer_share SET ended_ms = $3 WHERE customer_id = $1 "
                  "AND project_id = $2 AND ended_ms IS NULL",
                  "iii", own->customer_id, own->project_id, tx->now_ms);
}

static int owner_tell(struct tx *tx, const struct ownership *was, const struct ownership *own)
{
    int r = shares_end(tx, own);

    if (r >= 0)
        r = notification_add(tx, was->owner_id, "customer_out", own->customer_id, own->project_id);
    if (r >= 0)
        r = notification_add(tx, own->owner_id, "customer_in", own->customer_id, own->project_id);
    return r;
}

static int changed(struct tx *tx, int64_t customer_id)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, customer_id);
    return fault_set(tx->fault, FAULT_OWNER_CHANGED, "customer", text, NULL);
}

int ownership_move(struct tx *tx, const struct ownership *was, const struct own_move *move,
                   int64_t *ret_line_id)
{
    struct ownership own = *was;
    int r;

    own.state = move->state;
    own.owner_id = move->owner_id;
    own.since_ms = tx->now_ms;
    r = own_reckon(tx, was, &own);
    if (r < 0)
        return r;
    /* Decides between two who both read it: one of them changes a row (RS P1). */
    r = db_run(tx->db,
               "UPDATE ownership SET state = $5, owner_id = $6, since_ms = $7, touched_ms = $8, "
               "protected_until_ms = $9, pool_due_ms = $10, next_ms = $11 WHERE customer_id = $1 "
               "AND project_id = $2 AND state = $3 AND COALESCE(owner_id, 0) = $4",
               "iititoiiooo", own.customer_id, own.project_id, own_states[was->state],
               was->owner_id, own_states[own.state], some(&own.owner_id), own.since_ms,
               own.touched_ms, some(&own.protected_until_ms), some(&own.pool_due_ms),
               some(&own.next_ms));
    if (r <= 0)
        return r < 0 ? r : changed(tx, own.customer_id);
    r = line_add(tx, was, &own, move, ret_line_id);
    if (r >= 0 && was->owner_id != own.owner_id)
        r = owner_tell(tx, was, &own);
    if (r >= 0 && was->state == OWN_POOL)
        r = pool_applications_void(tx, own.customer_id, own.project_id);
    return r < 0 ? r : 0;
}

/* ---- the first ---- */

int ownership_project(struct tx *tx, int64_t project_id, int64_t *ret_project_id)
{
    struct stmt *s;
    int64_t id = project_id;
    int n = 0, r;

    if (project_id) {
        r = tx_need_project(tx, project_id);
        if (r == 0)
            *ret_project_id = id;
        return r;
    }
    r = db_query(tx->db, &s, "SELECT id FROM project ORDER BY id", "");
    while (r >= 0 && n < 2 && (r = stmt_step(s)) == 1) {
        if (!actor_sees_project(tx->actor, stmt_int(s, 0)))
            continue;
        id = stmt_int(s, 0);
        n++;
    }
    stmt_reset(s);
    if (r < 0)
        return r;
    if (n != 1 && !actor_has(tx->actor, RIGHT_CUSTOMER_ALL))
        return fault_set(tx->fault, FAULT_PROJECT_NEEDED, NULL);
    *ret_project_id = n == 1 ? id : 0;
    return 0;
}

static int first_add(struct tx *tx, struct ownership *own)
{
    const struct own_move move = {own->state, own->owner_id, "entry", NULL};
    int r = own_reckon(tx, NULL, own);

    own->since_ms = tx->now_ms;
    if (r >= 0)
        r = db_run(tx->db,
                   "INSERT INTO ownership (customer_id, project_id, state, owner_id, since_ms, "
                   "touched_ms, protected_until_ms, pool_due_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $5, $6, $7)",
                   "iitoioo", own->customer_id, own->project_id, own_states[own->state],
                   some(&own->owner_id), tx->now_ms, some(&own->protected_until_ms),
                   some(&own->pool_due_ms));
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_OWNER_TAKEN, NULL);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r >= 0)
        r = line_add(tx, NULL, own, &move, NULL);
    if (r >= 0)
        r = notification_add(tx, own->owner_id, "customer_in", own->customer_id, own->project_id);
    return r < 0 ? r : 0;
}

int ownership_begin(struct tx *tx, int64_t customer_id, int64_t project_id, enum own_state state,
                    int64_t owner_id)
{
    struct ownership own = {
        .customer_id = customer_id, .project_id = project_id, .owner_id = owner_id, .state = state};
    int r = tx_need_project(tx, project_id);

    if (r < 0)
        return r;
    if (!owner_id && !actor_has(tx->actor, RIGHT_CUSTOMER_ALL))
        own.owner_id = tx->actor->id;
    else if (owner_id)
        r = ownership_need_fit(tx, project_id, owner_id);
    if (!own.owner_id)
        own.state = OWN_POOL;
    return r < 0 ? r : first_add(tx, &own);
}

/* ---- follow-ups, states ---- */

int ownership_touch(struct tx *tx, const struct ownership *own, int64_t at_ms, int64_t next_ms)
{
    const int64_t touched_ms = at_ms > own->touched_ms ? at_ms : own->touched_ms;
    struct customer_rule rule = {.project_id = 0};
    int64_t until_ms = 0, due_ms;
    int r = customer_rule_read(tx, own->project_id, &rule);

    if (r == 0)
        r = ownership_protect(tx, &rule, own->state, touched_ms, &until_ms);
    if (r < 0)
        return r;
    if (own->protected_until_ms > until_ms) /* a period that was promised stays */
        until_ms = own->protected_until_ms;
    due_ms = pool_due(&rule, touched_ms, until_ms);
    return db_run(tx->db,
                  "UPDATE ownership SET touched_ms = $3, protected_until_ms = $4, "
                  "pool_due_ms = $5, next_ms = $6 WHERE customer_id = $1 AND project_id = $2",
                  "iiiioo", own->customer_id, own->project_id, touched_ms, until_ms, some(&due_ms),
                  some(&next_ms));
}

int ownership_state_set(struct tx *tx, int64_t customer_id, int64_t project_id,
                        enum own_state state, const char *note)
{
    struct own_move move = {.state = state, .reason = "state", .note = note};
    struct ownership own = {.state = OWN_POOL};
    int r = sight_need_in(tx, customer_id, project_id, true);

    if (r == 0)
        r = ownership_find(tx, customer_id, project_id, &own);
    if (r < 0)
        return r;
    if (own.state == OWN_POOL || state == OWN_POOL)
        return changed(tx, customer_id);
    if (own.state == state)
        return 0;
    move.owner_id = own.owner_id;
    return ownership_move(tx, &own, &move, NULL);
}

/* ---- by the clock ---- */

static int fall(struct tx *tx, int64_t customer_id, int64_t project_id, const char *reason)
{
    const struct own_move move = {.state = OWN_POOL, .reason = reason};
    struct ownership own = {.state = OWN_POOL};
    int r = ownership_find(tx, customer_id, project_id, &own);

    return r <= 0 ? r : ownership_move(tx, &own, &move, NULL);
}

int ownership_run(struct tx *tx, int64_t *ret_next_ms)
{
    int64_t ids[RUN_AT_ONCE][2], next = 0;
    int n = 0;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT customer_id, project_id FROM ownership WHERE pool_due_ms <= $1 "
                     "ORDER BY pool_due_ms, customer_id, project_id LIMIT $2",
                     "ii", tx->now_ms, (int64_t)RUN_AT_ONCE);

    while (r >= 0 && n < RUN_AT_ONCE && (r = stmt_step(s)) == 1) {
        ids[n][0] = stmt_int(s, 0);
        ids[n++][1] = stmt_int(s, 1);
    }
    stmt_reset(s);
    for (int i = 0; r >= 0 && i < n; i++)
        r = fall(tx, ids[i][0], ids[i][1], "idle");
    if (r >= 0)
        r = db_get(tx->db, &next,
                   "SELECT MIN(pool_due_ms) FROM ownership WHERE pool_due_ms IS NOT NULL", "");
    if (r < 0)
        return r;
    *ret_next_ms = next;
    return n;
}

/* ---- between people ---- */

int ownership_need_fit(struct tx *tx, int64_t project_id, int64_t user_id)
{
    struct actor actor;
    int r = actor_load(tx->db, user_id, &actor, NULL);

    if (r < 0 && r != -ENOENT)
        return r;
    if (r == 0 && actor_has(&actor, RIGHT_FOLLOW_EDIT) && actor_sees_project(&actor, project_id))
        return 0;
    return fault_set(tx->fault, FAULT_OWNER_UNFIT, NULL);
}

int ownership_count(struct tx *tx, int64_t user_id, int64_t *ret_count)
{
    return db_get(tx->db, ret_count, "SELECT COUNT(*) FROM ownership WHERE owner_id = $1", "i",
                  user_id);
}

/* One of his customers to the heir, or the pool. */
static int pass_on(struct tx *tx, const struct ownership *own, int64_t heir_id)
{
    const struct own_move move = {
        .state = heir_id ? own->state : OWN_POOL, .owner_id = heir_id, .reason = "leave"};
    int r = heir_id ? ownership_need_fit(tx, own->project_id, heir_id) : 0;

    return r < 0 ? r : ownership_move(tx, own, &move, NULL);
}

int ownership_leave(struct tx *tx, int64_t user_id, int64_t heir_id)
{
    int64_t customer_id = 0, project_id;
    struct ownership own = {.state = OWN_POOL};
    int n = 0, r;

    if (heir_id == user_id)
        return fault_set(tx->fault, FAULT_OWNER_UNFIT, NULL);
    while ((r = db_get(tx->db, &customer_id,
                       "SELECT customer_id FROM ownership WHERE owner_id = $1 LIMIT 1", "i",
                       user_id)) == 1) {
        r = db_get(tx->db, &project_id,
                   "SELECT project_id FROM ownership WHERE owner_id = $1 AND customer_id = $2 "
                   "LIMIT 1",
                   "ii", user_id, customer_id);
        if (r == 1)
            r = ownership_find(tx, customer_id, project_id, &own);
        if (r == 1)
            r = pass_on(tx, &own, heir_id);
        if (r < 0)
            return r;
        n++;
    }
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE customer_share SET ended_ms = $2 WHERE user_id = $1 "
                   "AND ended_ms IS NULL",
                   "ii", user_id, tx->now_ms);
    if (r >= 0)
        r = pool_applications_leave(tx, user_id);
    return r < 0 ? r : n;
}

int ownership_dispatch(struct tx *tx, int64_t project_id, const int64_t *customers, size_t n,
                       int64_t user_id, const char *note)
{
    struct own_move move = {.owner_id = user_id, .reason = "dispatch", .note = note};
    struct ownership own = {.state = OWN_POOL};
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = ownership_need_fit(tx, project_id, user_id);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = ownership_find(tx, customers[i], project_id, &own);
        if (r == 0)
            return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
        if (r < 0)
            return r;
        if (own.state == OWN_POOL || own.owner_id == user_id)
            return changed(tx, customers[i]);
        move.state = own.state;
        r = ownership_move(tx, &own, &move, NULL);
    }
    return r < 0 ? r : 0;
}

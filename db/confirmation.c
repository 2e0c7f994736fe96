/* confirmation.c - see confirmation.h. */
#include "db/confirmation.h"

#include "db/audit.h"
#include "db/clock.h"
#include "db/deal_scope.h"
#include "db/unit.h"

struct seen {
    int64_t version, project_id, building_id;
    char path[256];
    const struct state_info *state;
};

static int seen_take(void *arg, const struct unit_row *row)
{
    struct seen *seen = arg;

    seen->version = row->version;
    seen->project_id = row->project_id;
    seen->building_id = row->building_id;
    seen->state = state_info(row->state);
    unit_path(row, seen->path, sizeof(seen->path));
    return 0;
}

int confirmation_create(struct tx *tx, const struct confirmation_new *c, int64_t *ret_id,
                        int64_t *ret_until_ms)
{
    const struct unit_filter filter = {.unit_id = c->unit_id};
    int64_t minutes = 0, until, id = 0;
    struct trail trail = {0};
    struct seen seen;
    int r = unit_scan(tx, &filter, seen_take, &seen);

    if (r == 0 && seen.version != c->unit_version)
        return fault_set(tx->fault, FAULT_UNIT_MOVED, "unit", seen.path, "state", seen.state->zh,
                         "state_en", seen.state->en, NULL);
    if (r == 0)
        r = deal_customer_need(tx, c->customer_id, 0);
    if (r == 0)
        r = db_get(tx->db, &minutes, "SELECT confirm_minutes FROM project WHERE id = $1", "i",
                   seen.project_id);
    until = tx->now_ms + minutes * MINUTE_MS;
    if (r > 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO confirmation (unit_id, unit_version, customer_id, user_id, "
                   "made_ms, until_ms) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "iiiiii", c->unit_id, c->unit_version, c->customer_id, tx->actor->id, tx->now_ms,
                   until);
    if (r < 0)
        return r;
    trail_int(&trail, "customer_id", NULL, &c->customer_id);
    trail_int(&trail, "until_ms", NULL, &until);
    r = audit_add(tx, "unit.confirm", "unit", c->unit_id, seen.project_id, &trail);
    if (r == 0)
        r = tx_changed(tx, CHANGE_UNIT, seen.project_id, seen.building_id, c->unit_id);
    if (r < 0)
        return r;
    *ret_id = id;
    *ret_until_ms = until;
    return 0;
}

int confirmation_check(struct tx *tx, int64_t id, int64_t unit_id, int64_t unit_version,
                       int64_t customer_id)
{
    int64_t giver = 0;
    int r;

    if (!id)
        return fault_set(tx->fault, FAULT_CONFIRMATION_NEEDED, NULL);
    r = db_get(tx->db, &giver,
               "SELECT user_id FROM confirmation WHERE id = $1 AND unit_id = $2 AND "
               "unit_version = $3 AND customer_id = $4 AND used_ms IS NULL AND until_ms > $5",
               "iiiii", id, unit_id, unit_version, customer_id, tx->now_ms);
    if (r < 0)
        return r;
    if (r == 0)
        return fault_set(tx->fault, FAULT_CONFIRMATION_STALE, NULL);
    if (giver == tx->actor->id && tx->actor->kind == ACTOR_USER)
        return fault_set(tx->fault, FAULT_SELF_APPROVAL, NULL);
    return 0;
}

int confirmation_use(struct tx *tx, int64_t id, int64_t deal_id)
{
    int r = db_run(tx->db, "UPDATE confirmation SET used_ms = $2, deal_id = $3 WHERE id = $1",
                   "iii", id, tx->now_ms, deal_id);

    return r < 0 ? r : 0;
}

/* unit_act.c - what happens to units: transitions, batches, timers, losses. See unit.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/clock.h"
#include "db/deal_scope.h"
#include "db/unit_step.h"

int unit_history_add(struct tx *tx, int64_t unit_id, const char *axis, char from, char to,
                     const char *event, const char *document, const char *reason, int64_t claim_id,
                     int64_t version)
{
    const char from_text[2] = {from, '\0'}, to_text[2] = {to, '\0'};
    int r = db_run(tx->db,
                   "INSERT INTO unit_history (unit_id, axis, from_state, to_state, event, actor, "
                   "document, reason, claim_id, unit_version, at_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                   "itttttttoii", unit_id, axis, from_text, to_text, event, tx->actor->name,
                   document ? document : "", reason ? reason : "", claim_id ? &claim_id : NULL,
                   version, tx->now_ms);

    return r < 0 ? r : 0;
}

/* ---- losses ---- */

struct loss {
    char shown, now;
    int64_t project_id, building_id;
};

static int loss_read(void *arg, const struct unit_row *row)
{
    struct loss *loss = arg;
    struct unit_facts facts;

    unit_facts(row, &facts);
    loss->shown = row->shown;
    loss->now = public_state(&facts);
    loss->project_id = row->project_id;
    loss->building_id = row->building_id;
    return 0;
}

/* A pick lock that ends gives back what was approved: the one way up without a publication. True
 * when the unit was published as available; shown as chosen, it had only pick locks since. */
static int lock_only(struct tx *tx, int64_t unit_id, int64_t publication_id, bool *ret_only)
{
    int64_t base = 0;
    int r = db_get(tx->db, &base,
                   "SELECT COUNT(*) FROM publication_unit WHERE unit_id = $1 AND state = 'A' AND "
                   "publication_id = (SELECT MAX(publication_id) FROM publication_unit WHERE "
                   "unit_id = $1 AND publication_id <= $2)",
                   "ii", unit_id, publication_id);

    if (r < 0)
        return r;
    *ret_only = base == 1;
    return 0;
}

static int patch_append(struct tx *tx, int64_t publication_id, int64_t unit_id, char state,
                        const char *cause)
{
    const char text[2] = {state, '\0'};
    int r = db_run(tx->db,
                   "INSERT INTO publication_patch (publication_id, number, unit_id, state, cause, "
                   "at_ms) VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM publication_patch "
                   "WHERE publication_id = $1), $2, $3, $4, $5)",
                   "iitti", publication_id, unit_id, text, cause, tx->now_ms);

    return r < 0 ? r : 0;
}

int unit_publish_loss(struct tx *tx, int64_t unit_id, const char *cause)
{
    const struct unit_filter filter = {.unit_id = unit_id};
    struct tx all = *tx; /* whoever acts, the public must hear of the loss */
    struct loss loss = {0};
    int64_t live = 0;
    bool patch;
    int r;

    all.actor = &actor_system;
    r = unit_scan(&all, &filter, loss_read, &loss);
    if (r < 0)
        return r;
    if (loss.shown == '\0' || loss.shown == loss.now)
        return 0;
    r = db_get(tx->db, &live, "SELECT id FROM publication WHERE project_id = $1 AND state = 'live'",
               "i", loss.project_id);
    if (r <= 0)
        return r;
    patch = public_loss(loss.shown, loss.now);
    if (!patch && loss.shown == 'K' && loss.now == 'A') {
        r = lock_only(tx, unit_id, live, &patch);
        if (r < 0)
            return r;
    }
    if (!patch)
        return 0;
    r = patch_append(tx, live, unit_id, loss.now, cause);
    if (r < 0)
        return r;
    return tx_changed(tx, CHANGE_PUBLIC_UNIT, loss.project_id, loss.building_id, unit_id);
}

/* ---- batches ---- */

/* What a person does to units as such. The rest of the table belongs to deals, timers and
 * documents, which bring what it asks for. */
static bool transition_by_hand(enum transition_id id)
{
    switch (id) {
    case TRANSITION_RELEASE:
    case TRANSITION_WITHDRAW:
    case TRANSITION_RETAIN:
    case TRANSITION_UNRETAIN:
    case TRANSITION_RESERVE:
    case TRANSITION_HOLD:
    case TRANSITION_UNHOLD:
    case TRANSITION_LOCK:
    case TRANSITION_UNLOCK:
        return true;
    default:
        return false;
    }
}

/* A pick lock is a customer's few minutes, any other hold lasts as long as the project lets it. */
static int until_check(struct tx *tx, int64_t project_id, const struct unit_action *a)
{
    char least[24], most[24];
    int64_t days = 7;
    int r;

    if (a->transition == TRANSITION_LOCK) {
        snprintf(least, sizeof(least), "%d", UNIT_LOCK_MIN);
        snprintf(most, sizeof(most), "%d", UNIT_LOCK_MAX);
        if (a->until_ms < tx->now_ms + UNIT_LOCK_MIN * MINUTE_MS ||
            a->until_ms > tx->now_ms + UNIT_LOCK_MAX * MINUTE_MS)
            return fault_set(tx->fault, FAULT_LOCK_TERM, "min", least, "max", most, NULL);
        return 0;
    }
    r = db_get(tx->db, &days, "SELECT hold_days_max FROM project WHERE id = $1", "i", project_id);
    if (r < 0)
        return r;
    snprintf(most, sizeof(most), "%lld", (long long)days);
    if (a->until_ms <= tx->now_ms || a->until_ms > tx->now_ms + days * DAY_MS)
        return fault_set(tx->fault, FAULT_UNTIL_NEEDED, "days", most, NULL);
    return 0;
}

static int action_check(struct tx *tx, int64_t project_id, const struct unit_action *a)
{
    const struct transition *t = &transitions[a->transition];

    if ((t->needs & NEED_REASON) && (!a->reason || !a->reason[0]))
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if ((t->needs & NEED_DOCUMENT) && (!a->document || !a->document[0]))
        return fault_set(tx->fault, FAULT_DOCUMENT_NEEDED, NULL);
    return t->needs & NEED_UNTIL ? until_check(tx, project_id, a) : 0;
}

int unit_act(struct tx *tx, int64_t project_id, struct unit_action *a)
{
    const struct transition *t = &transitions[a->transition];
    size_t refused = 0;
    char count[24];
    int r = transition_by_hand(a->transition) ? tx_need_project(tx, project_id) : -EINVAL;

    if (r == 0)
        r = action_check(tx, project_id, a);
    if (r == 0 && a->customer_id)
        r = deal_customer_need(tx, a->customer_id, 0);
    for (size_t i = 0; r == 0 && i < a->n; i++) {
        /* The route's right is the authority to approve (G10). */
        struct unit_step step = {
            .transition = a->transition,
            .unit_id = a->units[i].id,
            .project_id = project_id,
            .version = a->units[i].version,
            .met = GUARD_BIT(10),
            .reason = a->reason,
            .document = a->document,
            .retained = a->retained,
            .claim = {.holder = a->holder, .customer_id = a->customer_id, .until_ms = a->until_ms},
            .batch = true};

        r = unit_step(tx, &step);
        if (step.refused)
            refused++;
        else
            a->units[i].version = step.new_version;
    }
    if (r < 0 || refused == 0)
        return r;
    snprintf(count, sizeof(count), "%zu", refused);
    return fault_set(tx->fault, FAULT_UNITS_REFUSED, "count", count, "action", t->zh, "action_en",
                     t->en, NULL);
}

/* ---- timers ---- */

struct id_list {
    int64_t *ids;
    size_t n;
};

/* Ids first, changes after: a statement is not walked while its table changes. */
static int ids_read(struct db *db, const char *sql, int64_t now_ms, int64_t key,
                    struct id_list *list)
{
    struct stmt *s;
    int r = db_query(db, &s, sql, "ii", now_ms, key);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        if ((list->n & (list->n - 1)) == 0) {
            int64_t *grown = realloc(list->ids, (list->n ? list->n * 2 : 1) * sizeof(*grown));

            if (!grown) {
                r = -ENOMEM;
                break;
            }
            list->ids = grown;
        }
        list->ids[list->n++] = stmt_int(s, 0);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* A refusal is an error: else it came due for ever. */
static int expire_one(struct tx *tx, int64_t unit_id)
{
    struct unit_step step = {.unit_id = unit_id, .cause = "expired"};
    struct unit_hold hold;
    int r = unit_hold_read(tx, unit_id, &hold);

    if (r < 0)
        return r;
    step.transition = hold.state == 'K' ? TRANSITION_LOCK_EXPIRE : TRANSITION_HOLD_EXPIRE;
    return unit_step(tx, &step);
}

int unit_expire_due(struct tx *tx, int64_t *ret_next_ms)
{
    struct id_list list = {0};
    int64_t next = 0;
    int r = ids_read(tx->db,
                     "SELECT unit_id FROM claim WHERE ended_ms IS NULL AND until_ms <= $1 AND "
                     "kind IN ('lock', 'reservation', 'hold') AND $2 = 0",
                     tx->now_ms, 0, &list);

    for (size_t i = 0; r == 0 && i < list.n; i++)
        r = expire_one(tx, list.ids[i]);
    if (r == 0)
        r = db_get(tx->db, &next,
                   "SELECT MIN(until_ms) FROM claim WHERE ended_ms IS NULL AND until_ms IS NOT "
                   "NULL AND kind IN ('lock', 'reservation', 'hold')",
                   "");
    free(list.ids);
    if (r < 0)
        return r;
    *ret_next_ms = next;
    return (int)list.n;
}

/* A unit that is held when its permit goes comes back unreleased when the hold ends: nothing goes
 * on sale by a timer (G1). Its state stays, so it has no row in the history, but a version and an
 * audit row. */
static int release_end(struct tx *tx, int64_t unit_id)
{
    const int64_t was = 1, now = 0;
    struct trail trail = {0};
    int64_t project_id = 0, building_id = 0;
    int r = db_get(tx->db, &project_id,
                   "UPDATE unit SET released = 0, version = version + 1, changed_ms = $2 "
                   "WHERE id = $1 AND released = 1 RETURNING project_id",
                   "ii", unit_id, tx->now_ms);

    if (r <= 0)
        return r;
    r = db_get(tx->db, &building_id, "SELECT building_id FROM unit WHERE id = $1", "i", unit_id);
    if (r < 0)
        return r;
    trail_int(&trail, "released", &was, &now);
    r = audit_add(tx, "unit.permit-lost", "unit", unit_id, project_id, &trail);
    return r < 0 ? r : tx_changed(tx, CHANGE_UNIT, project_id, building_id, unit_id);
}

int unit_close_without_permit(struct tx *tx, int64_t permit_id)
{
    const struct transition *t = &transitions[TRANSITION_PERMIT_LOST];
    struct id_list list = {0};
    int r = ids_read(tx->db,
                     "SELECT u.id FROM permit_unit x JOIN unit u ON u.id = x.unit_id "
                     "WHERE x.permit_id = $2 AND NOT EXISTS (SELECT 1 FROM permit_unit y "
                     "JOIN permit p ON p.id = y.permit_id WHERE y.unit_id = u.id "
                     "AND p.revoked_ms IS NULL AND (p.expires_ms IS NULL OR p.expires_ms > $1))",
                     tx->now_ms, permit_id, &list);
    int closed = 0;

    for (size_t i = 0; r == 0 && i < list.n; i++) {
        const struct state_info *info;
        const char *text;
        struct stmt *s;
        char state = 0;

        r = db_query(tx->db, &s, "SELECT sale_state FROM unit WHERE id = $1", "i", list.ids[i]);
        if (r == 0 && (r = stmt_step(s)) == 1 && (text = stmt_text(s, 0)) != NULL)
            state = text[0];
        stmt_reset(s);
        info = r < 0 ? NULL : state_info(state);
        r = r < 0 ? r : 0;
        if (info && transition_starts_in(t, state)) {
            struct unit_step step = {.transition = TRANSITION_PERMIT_LOST,
                                     .unit_id = list.ids[i],
                                     .reason = "permit",
                                     .cause = "permit-lost"};

            r = unit_step(tx, &step);
            closed++;
        } else if (info) {
            if (strchr("RX", state))
                r = release_end(tx, list.ids[i]);
            if (r == 0)
                r = unit_publish_loss(tx, list.ids[i], "permit-lost");
        }
    }
    free(list.ids);
    return r < 0 ? r : closed;
}

/* unit_act.c - what happens to units: transitions, batches, timers, losses. See unit.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/unit.h"

enum { PATH_SIZE = 256 };
#define MINUTE_MS INT64_C(60000)
#define DAY_MS    INT64_C(86400000)

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

/* ---- one transition on one unit ---- */

struct step {
    struct tx *tx;
    const struct transition *transition;
    const struct unit_action *action;
    int64_t project_id; /* the batch's; a unit of another project is not found */
    int64_t version;    /* as read by the caller; 0: not checked */
    bool batch;         /* a refusal becomes an item */
    bool refused;
    int64_t new_version;
};

static int step_refuse(struct step *step, const char *path, enum fault_code code,
                       const struct state_info *state)
{
    const struct transition *t = step->transition;

    step->refused = true;
    if (step->batch) {
        fault_item(step->tx->fault, code, 0, NULL, "unit", path, "state", state->zh, "state_en",
                   state->en, "event", t->zh, "event_en", t->en, NULL);
        return 0;
    }
    return fault_set(step->tx->fault, code, "unit", path, "state", state->zh, "state_en", state->en,
                     "event", t->zh, "event_en", t->en, NULL);
}

static int claim_begin(struct step *step, const struct unit_row *row, char to, int64_t *ret_id)
{
    const struct unit_action *a = step->action;
    const char state[2] = {to, '\0'};
    const char *kind = to == 'K' ? "lock" : to == 'R' ? "reservation" : "hold";
    int r = db_get(step->tx->db, ret_id,
                   "INSERT INTO claim (unit_id, state, kind, holder, reason, document, approver, "
                   "since_ms, until_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
                   "ittttttii", row->id, state, kind, a->holder ? a->holder : "",
                   a->reason ? a->reason : "", a->document ? a->document : "",
                   step->tx->actor->name, step->tx->now_ms, a->until_ms);

    return r < 0 ? r : 0;
}

static int claim_end(struct tx *tx, int64_t claim_id)
{
    int r =
        db_run(tx->db, "UPDATE claim SET ended_ms = $2 WHERE id = $1", "ii", claim_id, tx->now_ms);

    return r < 0 ? r : 0;
}

/* The row as it stands after the transition; the history, the audit row, the loss. */
static int step_write(struct step *step, const struct unit_row *row, char to)
{
    const struct unit_action *a = step->action;
    const char from_text[2] = {row->state, '\0'}, to_text[2] = {to, '\0'};
    bool lost_permit = step->transition == &transitions[TRANSITION_PERMIT_LOST];
    int64_t released = to == 'A' ? 1 : (to == 'U' || to == 'N') ? 0 : row->released;
    const char *retained = to == 'N' ? a->retained : "";
    struct trail trail = {0};
    int64_t claim_id = 0;
    int r = 0;

    if (row->claim_id)
        r = claim_end(step->tx, row->claim_id);
    if (r == 0 && state_info(to)->exclusive)
        r = claim_begin(step, row, to, &claim_id);
    if (r == 0)
        r = db_run(step->tx->db,
                   "UPDATE unit SET sale_state = $2, released = $3, retained = $4, "
                   "retained_reason = $5, version = version + 1, changed_ms = $6 WHERE id = $1",
                   "ititti", row->id, to_text, released, retained,
                   to == 'N' && a->reason ? a->reason : "", step->tx->now_ms);
    if (r < 0)
        return r;
    step->new_version = row->version + 1;
    r = unit_history_add(step->tx, row->id, "state", row->state, to, step->transition->event,
                         a->document, a->reason, claim_id ? claim_id : row->claim_id,
                         step->new_version);
    if (r < 0)
        return r;
    trail_text(&trail, "state", from_text, to_text);
    trail_text(&trail, "reason", NULL, a->reason);
    trail_text(&trail, "document", NULL, a->document);
    trail_text(&trail, "holder", NULL, a->holder);
    r = audit_add(step->tx, lost_permit ? "unit.permit-lost" : step->transition->event, "unit",
                  row->id, row->project_id, &trail);
    if (r == 0)
        r = tx_changed(step->tx, CHANGE_UNIT, row->project_id, row->building_id, row->id);
    return r;
}

static int step_run(void *arg, const struct unit_row *row)
{
    struct step *step = arg;
    const struct transition *t = step->transition;
    struct unit_facts facts;
    char path[PATH_SIZE];
    guard_set failing;

    unit_path(row, path, sizeof(path));
    if (step->project_id && row->project_id != step->project_id)
        return fault_set(step->tx->fault, FAULT_NOT_FOUND, NULL);
    if (step->version && row->version != step->version)
        return step_refuse(step, path, FAULT_UNIT_CHANGED, state_info(row->state));
    if (!transition_starts_in(t, row->state))
        return step_refuse(step, path, FAULT_TRANSITION, state_info(row->state));
    unit_facts(row, &facts);
    facts.version_same = true; /* checked above, in the transaction that changes it */
    facts.approved = true;     /* the route's right is the authority to approve (G10) */
    failing = transition_failing(t, &facts);
    if (failing) {
        for (int n = 1; n <= GUARD_COUNT; n++)
            if (failing & GUARD_BIT(n)) {
                int r = step_refuse(step, path, guard_fault(n), state_info(row->state));

                if (r < 0)
                    return r;
            }
        return 0;
    }
    return step_write(step, row, transition_target(t, &facts));
}

static int step_unit(struct step *step, int64_t unit_id, const char *cause)
{
    const struct unit_filter filter = {.unit_id = unit_id};
    int r;

    step->refused = false;
    r = unit_scan(step->tx, &filter, step_run, step);
    if (r < 0 || step->refused)
        return r;
    return unit_publish_loss(step->tx, unit_id, cause);
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

int unit_act(struct tx *tx, int64_t project_id, struct unit_action *action)
{
    const struct transition *t = &transitions[action->transition];
    struct step step = {
        .tx = tx, .transition = t, .action = action, .project_id = project_id, .batch = true};
    size_t refused = 0;
    char count[24];
    int r = transition_by_hand(action->transition) ? tx_need_project(tx, project_id) : -EINVAL;

    if (r == 0)
        r = action_check(tx, project_id, action);
    for (size_t i = 0; r == 0 && i < action->n; i++) {
        step.version = action->units[i].version;
        r = step_unit(&step, action->units[i].id, t->event);
        if (step.refused)
            refused++;
        else
            action->units[i].version = step.new_version;
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

static int expire_one(struct tx *tx, int64_t unit_id)
{
    static const struct unit_action none;
    struct step step = {.tx = tx,
                        .action = &none}; /* a refusal is an error: else it came due for ever */
    char state[2] = "";
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT sale_state FROM unit WHERE id = $1", "i", unit_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        state[0] = stmt_text(s, 0)[0];
    stmt_reset(s);
    if (r < 0)
        return r;
    step.transition =
        &transitions[state[0] == 'K' ? TRANSITION_LOCK_EXPIRE : TRANSITION_HOLD_EXPIRE];
    return step_unit(&step, unit_id, "expired");
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
    static const struct unit_action none = {.reason = "permit"};
    struct step step = {
        .tx = tx, .transition = &transitions[TRANSITION_PERMIT_LOST], .action = &none};
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
        if (info && transition_starts_in(step.transition, state)) {
            r = step_unit(&step, list.ids[i], "permit-lost");
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

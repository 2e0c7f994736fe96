/* reprice.c - plans: asked for, approved, carried out. See reprice.h. */
#include "db/reprice.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/audit.h"
#include "db/reprice_impl.h"
#include "db/unit.h"
#include "db/user.h"

enum { PLANS_AT_ONCE = 20, STATE_TEXT = 12, TITLE_TEXT = REPRICE_TITLE_MAX * 4 + 1 };

/* ---- the hash of a plan, from what is stored ---- */

static int plan_hash(struct tx *tx, int64_t id, uint8_t ret_hash[APPROVAL_HASH_SIZE])
{
    struct approval_hash hash;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT project_id, target, method, per, value, effective_ms, reason, title "
                     "FROM reprice WHERE id = $1",
                     "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : -ENOENT;
    approval_hash_begin(&hash);
    approval_hash_int(&hash, "project", stmt_int(s, 0));
    approval_hash_text(&hash, "target", stmt_text(s, 1));
    approval_hash_text(&hash, "method", stmt_text(s, 2));
    approval_hash_text(&hash, "per", stmt_text(s, 3));
    approval_hash_int(&hash, "value", stmt_int(s, 4));
    approval_hash_int(&hash, "effective", stmt_int(s, 5));
    approval_hash_text(&hash, "reason", stmt_text(s, 6));
    approval_hash_text(&hash, "title", stmt_text(s, 7));
    stmt_reset(s);
    r = db_query(tx->db, &s,
                 "SELECT unit_id, from_fen, to_fen FROM reprice_unit WHERE reprice_id = $1 "
                 "AND to_fen IS NOT NULL AND from_fen IS NOT NULL ORDER BY unit_id",
                 "i", id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        approval_hash_int(&hash, "unit", stmt_int(s, 0));
        approval_hash_int(&hash, "from", stmt_int(s, 1));
        approval_hash_int(&hash, "to", stmt_int(s, 2));
    }
    stmt_reset(s);
    if (r >= 0)
        approval_hash_end(&hash, ret_hash);
    return r < 0 ? r : 0;
}

/* ---- asking ---- */

struct making {
    struct tx *tx;
    int64_t id, planned, moved_fen, down_bp;
};

static int unit_store(void *arg, const struct reprice_unit *unit)
{
    bool planned = strcmp(unit->outcome, "planned") == 0;
    struct making *m = arg;
    int64_t moved = unit->to_fen - unit->from_fen;
    int r = db_run(m->tx->db,
                   "INSERT INTO reprice_unit (reprice_id, unit_id, from_fen, to_fen, outcome, "
                   "reason) VALUES ($1, $2, $3, $4, $5, $6)",
                   "iiiott", m->id, unit->unit_id, unit->from_fen, planned ? &unit->to_fen : NULL,
                   unit->outcome, unit->reason);

    if (r < 0 || !planned)
        return r < 0 ? r : 0;
    m->planned++;
    m->moved_fen += moved < 0 ? -moved : moved;
    if (moved < 0 && unit->from_fen > 0 && -moved * 10000 / unit->from_fen > m->down_bp)
        m->down_bp = -moved * 10000 / unit->from_fen;
    return 0;
}

/* The filter in words that need no language: what was chosen, by name. */
static int filter_text(struct tx *tx, const struct reprice_how *how, char out[REPRICE_FILTER_TEXT])
{
    char floors[48] = "";
    struct stmt *s;
    int r = db_query(
        tx->db, &s,
        "SELECT COALESCE((SELECT name FROM building WHERE id = $1 AND project_id = "
        "$3), ''), COALESCE((SELECT name FROM layout WHERE id = $2 AND project_id = "
        "$3), ''), COALESCE((SELECT room FROM unit WHERE id = $4 AND project_id = $3), '')",
        "iiii", how->building_id, how->layout_id, how->project_id, how->unit_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : -EIO;
    if (how->floors)
        snprintf(floors, sizeof(floors), "%" PRId64 "..%" PRId64, how->floor_from, how->floor_to);
    snprintf(out, REPRICE_FILTER_TEXT, "building=%s|floors=%s|layout=%s|class=%s|states=%s|unit=%s",
             how->building_id ? stmt_text(s, 0) : "", floors, how->layout_id ? stmt_text(s, 1) : "",
             how->class ? how->class : "", how->states ? how->states : "",
             how->unit_id ? stmt_text(s, 2) : "");
    stmt_reset(s);
    return 0;
}

static int plan_insert(struct tx *tx, const struct reprice_ask *ask, int64_t *ret_id)
{
    const struct reprice_how *how = &ask->how;
    char filter[REPRICE_FILTER_TEXT];
    int r = tx_need_whole(tx, how->project_id);

    if (r == 0 && ask->effective_ms && ask->effective_ms <= tx->now_ms)
        r = fault_set(tx->fault, FAULT_REPRICE_PAST, NULL);
    if (r == 0)
        r = filter_text(tx, how, filter);
    if (r == 0)
        r = db_get(tx->db, ret_id,
                   "INSERT INTO reprice (project_id, title, target, method, per, value, filter, "
                   "reason, effective_ms, user_id, made_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, "
                   "$8, $9, $10, $11) RETURNING id",
                   "itttti"
                   "ttoii",
                   how->project_id, ask->title, how->target, how->method, how->per, how->value,
                   filter, ask->reason, ask->effective_ms ? &ask->effective_ms : NULL,
                   tx->actor->id, tx->now_ms);
    return r < 0 ? r : 0;
}

static bool of_floors(const struct reprice_ask *ask)
{
    return strcmp(ask->how.target, "floor") == 0;
}

static int plan_ask(struct tx *tx, const struct reprice_ask *ask, const struct making *m,
                    int64_t *ret_approval_id)
{
    struct approval_ask request = {.subject = SUBJECT_REPRICE,
                                   .project_id = ask->how.project_id,
                                   .object_kind = "reprice",
                                   .object_id = m->id,
                                   .title = ask->title,
                                   .reason = ask->reason,
                                   .amount_fen = m->moved_fen,
                                   .floors = of_floors(ask),
                                   .discount_bp = m->down_bp,
                                   .values = ask->values,
                                   .resubmits_id = ask->resubmits_id};
    int r = plan_hash(tx, m->id, request.hash);

    if (r == 0)
        r = approval_request(tx, &request, ret_approval_id);
    if (r == 0)
        r = db_run(
            tx->db,
            "UPDATE reprice SET state = 'pending', hash = $2, approval_id = $3 WHERE id = $1",
            "ibi", m->id, request.hash, sizeof(request.hash), *ret_approval_id);
    return r < 0 ? r : 0;
}

int reprice_create(struct tx *tx, const struct reprice_ask *ask, int64_t *ret_id)
{
    struct making m = {.tx = tx};
    struct trail trail = {0};
    int64_t approval_id = 0;
    int r = plan_insert(tx, ask, &m.id);

    if (r == 0)
        r = reprice_preview(tx, &ask->how, unit_store, &m);
    if (r == 0 && m.planned == 0)
        r = fault_set(tx->fault, FAULT_REPRICE_NOTHING, NULL);
    if (r == 0)
        r = plan_ask(tx, ask, &m, &approval_id);
    if (r < 0)
        return r;
    trail_text(&trail, "title", NULL, ask->title);
    trail_text(&trail, "target", NULL, ask->how.target);
    trail_text(&trail, "method", NULL, ask->how.method);
    trail_text(&trail, "per", NULL, ask->how.per);
    if (of_floors(ask))
        trail_int(&trail, "floor_value", NULL, &ask->how.value);
    else
        trail_int(&trail, "value", NULL, &ask->how.value);
    trail_int(&trail, "units", NULL, &m.planned);
    trail_int(&trail, "approval_id", NULL, &approval_id);
    r = audit_add(tx, "reprice.create", "reprice", m.id, ask->how.project_id, &trail);
    if (r == 0)
        *ret_id = m.id;
    return r;
}

/* ---- carrying out ---- */

struct plan_now {
    int64_t id, version, project_id, effective_ms;
    char state[STATE_TEXT], target[8], title[TITLE_TEXT];
};

static int plan_read(struct tx *tx, int64_t id, struct plan_now *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT version, project_id, effective_ms, state, target, title FROM reprice "
                     "WHERE id = $1",
                     "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    *ret = (struct plan_now){.id = id,
                             .version = stmt_int(s, 0),
                             .project_id = stmt_int(s, 1),
                             .effective_ms = stmt_int(s, 2)};
    snprintf(ret->state, sizeof(ret->state), "%s", stmt_text(s, 3));
    snprintf(ret->target, sizeof(ret->target), "%s", stmt_text(s, 4));
    snprintf(ret->title, sizeof(ret->title), "%s", stmt_text(s, 5));
    stmt_reset(s);
    return 0;
}

struct planned {
    int64_t unit_id, from_fen, to_fen;
};

/* What is planned, read before anything changes. The caller frees it. */
static int planned_read(struct tx *tx, int64_t id, struct planned **ret_items, size_t *ret_n)
{
    struct planned *items = NULL;
    size_t n = 0, room = 0;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT unit_id, from_fen, to_fen FROM reprice_unit WHERE reprice_id = $1 "
                     "AND outcome = 'planned' ORDER BY unit_id",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        if (n == room) {
            struct planned *grown = realloc(items, (room = room * 2 + 64) * sizeof(*items));

            if (!grown) {
                r = -ENOMEM;
                break;
            }
            items = grown;
        }
        items[n++] = (struct planned){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2)};
    }
    stmt_reset(s);
    if (r < 0) {
        free(items);
        return r;
    }
    *ret_items = items;
    *ret_n = n;
    return 0;
}

struct looking {
    const struct plan_now *plan;
    const struct planned *planned;
    int64_t version;
    const char *reason;
};

static int unit_look(void *arg, const struct unit_row *row)
{
    struct looking *l = arg;
    int64_t now = strcmp(l->plan->target, "list") == 0 ? row->total_fen : row->floor_total_fen;

    l->version = row->version;
    l->reason = reprice_skip(row, l->plan->target, l->planned->from_fen, l->planned->to_fen);
    if (!l->reason[0] && now != l->planned->from_fen)
        l->reason = "price-changed";
    return 0;
}

/* A unit that refuses, by whatever rule, is skipped with the rule's code: its price is as
 * before. */
static int unit_carry_out(struct tx *tx, const struct plan_now *plan, const struct planned *planned)
{
    const struct unit_filter filter = {.unit_id = planned->unit_id};
    struct looking l = {.plan = plan, .planned = planned, .reason = ""};
    bool list = strcmp(plan->target, "list") == 0;
    int r = unit_scan(tx, &filter, unit_look, &l);

    if (r == 0 && !l.reason[0]) {
        const struct unit_price_change change = {.id = planned->unit_id,
                                                 .version = l.version,
                                                 .total_fen = list ? planned->to_fen : -1,
                                                 .unit_price_fen = -1,
                                                 .filed_total_fen = -1,
                                                 .floor_total_fen = list ? -1 : planned->to_fen,
                                                 .reason = plan->title,
                                                 .reprice_id = plan->id};

        r = unit_set_price(tx, &change);
    }
    if (r == -EREFUSED) {
        l.reason = fault_code_text(tx->fault->code);
        fault_clear(tx->fault);
        r = 0;
    }
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE reprice_unit SET outcome = $3, reason = $4 WHERE reprice_id = $1 "
                   "AND unit_id = $2",
                   "iitt", plan->id, planned->unit_id, l.reason[0] ? "skipped" : "changed",
                   l.reason);
    return r < 0 ? r : 0;
}

/* @action is the log's, such as "reprice.executed"; what stands after the point is the state. */
static int state_set(struct tx *tx, const struct plan_now *plan, const char *action,
                     const char *reason)
{
    const char *state = action + strlen("reprice.");
    struct trail trail = {0};
    int r = db_run(tx->db,
                   "UPDATE reprice SET state = $2, version = version + 1, executed_ms = $3 "
                   "WHERE id = $1",
                   "ito", plan->id, state, strcmp(state, "executed") == 0 ? &tx->now_ms : NULL);

    if (r < 0)
        return r;
    trail_text(&trail, "state", plan->state, state);
    trail_text(&trail, "reason", NULL, reason);
    return audit_add(tx, action, "reprice", plan->id, plan->project_id, &trail);
}

/* The plan is approved; each of its units changes or is skipped. */
static int carry_out(struct tx *tx, struct plan_now *plan)
{
    struct planned *items = NULL;
    size_t n = 0;
    int r = planned_read(tx, plan->id, &items, &n);

    for (size_t i = 0; r == 0 && i < n; i++)
        r = unit_carry_out(tx, plan, &items[i]);
    free(items);
    snprintf(plan->state, sizeof(plan->state), "approved");
    return r < 0 ? r : state_set(tx, plan, "reprice.executed", NULL);
}

static int approved(struct tx *tx, struct plan_now *plan, const uint8_t hash[APPROVAL_HASH_SIZE])
{
    uint8_t now[APPROVAL_HASH_SIZE];
    int r = plan_hash(tx, plan->id, now);

    if (r == 0 && memcmp(now, hash, sizeof(now)) != 0)
        r = fault_set(tx->fault, FAULT_APPROVAL_CONTENT_CHANGED, NULL);
    if (r == 0)
        r = state_set(tx, plan, "reprice.approved", NULL);
    if (r < 0 || plan->effective_ms > tx->now_ms)
        return r;
    return carry_out(tx, plan);
}

int reprice_end(struct tx *tx, int64_t id, const uint8_t hash[APPROVAL_HASH_SIZE],
                enum approval_outcome outcome)
{
    static const char *const actions[] = {[APPROVAL_REJECTED] = "reprice.rejected",
                                          [APPROVAL_RETURNED] = "reprice.returned",
                                          [APPROVAL_WITHDRAWN] = "reprice.withdrawn"};
    struct plan_now plan;
    int r = plan_read(tx, id, &plan);

    if (r < 0)
        return r;
    return outcome == APPROVAL_APPROVED ? approved(tx, &plan, hash)
                                        : state_set(tx, &plan, actions[outcome], NULL);
}

int reprice_execute_due(struct tx *tx, int64_t *ret_next_ms)
{
    int64_t ids[PLANS_AT_ONCE], next = 0;
    struct plan_now plan;
    struct stmt *s;
    size_t n = 0;
    int r = db_query(tx->db, &s,
                     "SELECT id FROM reprice WHERE state = 'approved' AND effective_ms <= $1 "
                     "ORDER BY effective_ms, id LIMIT $2",
                     "ii", tx->now_ms, (int64_t)PLANS_AT_ONCE);

    while (r >= 0 && n < PLANS_AT_ONCE && (r = stmt_step(s)) == 1)
        ids[n++] = stmt_int(s, 0);
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = plan_read(tx, ids[i], &plan);
        if (r == 0)
            r = carry_out(tx, &plan);
    }
    if (r >= 0)
        r = db_get(tx->db, &next, "SELECT MIN(effective_ms) FROM reprice WHERE state = 'approved'",
                   "");
    if (r < 0)
        return r;
    *ret_next_ms = next;
    return (int)n;
}

int reprice_cancel(struct tx *tx, int64_t id, int64_t version, const char *reason)
{
    struct plan_now plan;
    int r = plan_read(tx, id, &plan);

    if (r == 0)
        r = tx_need_whole(tx, plan.project_id);
    if (r < 0)
        return r;
    if (strcmp(plan.state, "approved") != 0)
        return fault_set(tx->fault, FAULT_REPRICE_STATE, NULL);
    if (plan.version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", plan.title, NULL);
    if (!reason || !reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    return state_set(tx, &plan, "reprice.cancelled", reason);
}

/* ---- reading ---- */

#define ROWS                                                                                       \
    "SELECT r.id, r.version, r.project_id, r.value, r.effective_ms, r.approval_id, r.made_ms, "    \
    "r.executed_ms, r.title, r.target, r.method, r.per, r.filter, r.reason, r.state, u.name, "     \
    "(SELECT COUNT(*) FROM reprice_unit x WHERE x.reprice_id = r.id AND x.outcome = 'planned'), "  \
    "(SELECT COUNT(*) FROM reprice_unit x WHERE x.reprice_id = r.id AND x.outcome = 'changed'), "  \
    "(SELECT COUNT(*) FROM reprice_unit x WHERE x.reprice_id = r.id AND x.outcome = 'skipped'), "  \
    "(SELECT SUM(x.from_fen) FROM reprice_unit x WHERE x.reprice_id = r.id AND x.outcome <> "      \
    "'skipped'), (SELECT SUM(x.to_fen) FROM reprice_unit x WHERE x.reprice_id = r.id AND "         \
    "x.outcome <> 'skipped') FROM reprice r JOIN user_account u ON u.id = r.user_id "

static int row_give(struct stmt *s, int (*each)(void *arg, const struct reprice_row *row),
                    void *arg)
{
    const struct reprice_row row = {
        .id = stmt_int(s, 0),
        .version = stmt_int(s, 1),
        .project_id = stmt_int(s, 2),
        .value = stmt_int(s, 3),
        .effective_ms = stmt_int(s, 4),
        .approval_id = stmt_int(s, 5),
        .made_ms = stmt_int(s, 6),
        .executed_ms = stmt_int(s, 7),
        .title = stmt_text(s, 8),
        .target = stmt_text(s, 9),
        .method = stmt_text(s, 10),
        .per = stmt_text(s, 11),
        .filter = stmt_text(s, 12),
        .reason = stmt_text(s, 13),
        .state = stmt_text(s, 14),
        .user = stmt_text(s, 15),
        .planned = stmt_int(s, 16),
        .changed = stmt_int(s, 17),
        .skipped = stmt_int(s, 18),
        .from_fen = stmt_int(s, 19),
        .to_fen = stmt_int(s, 20),
    };

    return each(arg, &row);
}

int reprice_list(struct tx *tx, int64_t project_id, int64_t before_id, int limit,
                 int (*each)(void *arg, const struct reprice_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     ROWS "WHERE r.project_id = $1 AND ($2 = 0 OR r.id < $2) AND "
                          "($4 = 1 OR r.target <> 'floor') ORDER BY r.id DESC LIMIT $3",
                     "iiii", project_id, before_id, (int64_t)limit,
                     (int64_t)actor_has(tx->actor, RIGHT_PRICE_FLOOR));
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = row_give(s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int reprice_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct reprice_row *row),
                void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, ROWS "WHERE r.id = $1", "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    r = tx_need_whole(tx, stmt_int(s, 2));
    if (r == 0)
        r = reprice_target_need(tx, stmt_text(s, 9));
    if (r == 0)
        r = row_give(s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int reprice_unit_list(struct tx *tx, int64_t id, int64_t after_unit_id, int limit,
                      int (*each)(void *arg, const struct reprice_unit *unit), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT x.unit_id, b.name, st.name, u.room, x.from_fen, x.to_fen, x.outcome, "
                     "x.reason FROM reprice_unit x JOIN unit u ON u.id = x.unit_id "
                     "JOIN building b ON b.id = u.building_id JOIN stair st ON st.id = u.stair_id "
                     "WHERE x.reprice_id = $1 AND x.unit_id > $2 ORDER BY x.unit_id LIMIT $3",
                     "iii", id, after_unit_id, (int64_t)limit);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char path[REPRICE_PATH_TEXT];
        const struct reprice_unit unit = {.unit_id = stmt_int(s, 0),
                                          .path = path,
                                          .from_fen = stmt_int(s, 4),
                                          .to_fen = stmt_int(s, 5),
                                          .outcome = stmt_text(s, 6),
                                          .reason = stmt_text(s, 7)};

        reprice_path(stmt_text(s, 1), stmt_text(s, 2), stmt_text(s, 3), path);
        r = each(arg, &unit);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* flow_rule.c - see flow_rule.h. */
#include "db/flow_rule.h"

#include <errno.h>
#include <string.h>

#include "db/audit.h"
#include "db/flow_scope.h"

static const int64_t *or_none(const int64_t *value)
{
    return *value >= 0 ? value : NULL;
}

static int bounds_check(struct tx *tx, const struct flow_rule *rule)
{
    if ((rule->amount_from_fen >= 0 && rule->amount_to_fen >= 0 &&
         rule->amount_from_fen >= rule->amount_to_fen) ||
        (rule->discount_from_bp >= 0 && rule->discount_to_bp >= 0 &&
         rule->discount_from_bp >= rule->discount_to_bp))
        return fault_set(tx->fault, FAULT_FLOW_RULE_BOUNDS, NULL);
    return 0;
}

/* A project's flow is for its own rules. */
static int flow_check(struct tx *tx, int64_t flow_id, int64_t project_id)
{
    int64_t of = 0;
    int r =
        db_get(tx->db, &of, "SELECT COALESCE(project_id, 0) FROM flow WHERE id = $1", "i", flow_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0 || of == 0 || of == project_id)
        return r < 0 ? r : 0;
    return fault_set(tx->fault, FAULT_FLOW_RULE_FLOW, NULL);
}

struct rule_now {
    struct flow_rule rule; /* texts NULL */
    bool found;
};

static int rule_take(void *arg, const struct flow_rule *rule)
{
    struct rule_now *now = arg;

    now->rule = *rule;
    now->rule.flow = NULL;
    now->found = true;
    return 0;
}

static void rule_trail(struct trail *trail, const struct flow_rule *before,
                       const struct flow_rule *after)
{
    const int64_t was = before ? before->enabled : 0, is = after->enabled;

    trail_int(trail, "ordinal", before ? &before->ordinal : NULL, &after->ordinal);
    trail_int(trail, "amount_from_fen", before ? or_none(&before->amount_from_fen) : NULL,
              or_none(&after->amount_from_fen));
    trail_int(trail, "amount_to_fen", before ? or_none(&before->amount_to_fen) : NULL,
              or_none(&after->amount_to_fen));
    trail_int(trail, "discount_from_bp", before ? or_none(&before->discount_from_bp) : NULL,
              or_none(&after->discount_from_bp));
    trail_int(trail, "discount_to_bp", before ? or_none(&before->discount_to_bp) : NULL,
              or_none(&after->discount_to_bp));
    trail_int(trail, "flow_id", before ? &before->flow_id : NULL, &after->flow_id);
    trail_int(trail, "enabled", before ? &was : NULL, &is);
}

int flow_rule_create(struct tx *tx, const struct flow_rule *rule, int64_t *ret_id)
{
    struct trail trail = {0};
    struct flow_rule made = *rule;
    int r = flow_scope_need(tx, rule->project_id);

    if (r == 0)
        r = bounds_check(tx, rule);
    if (r == 0)
        r = flow_check(tx, rule->flow_id, rule->project_id);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM flow_rule WHERE $1 = 0", 0, FLOW_RULE_MAX);
    if (r == 0 && made.ordinal == 0)
        r = db_get(tx->db, &made.ordinal,
                   "SELECT COALESCE(MAX(ordinal), 0) + 1 FROM flow_rule WHERE subject = $1", "t",
                   approval_subjects[rule->subject].code);
    if (r >= 0)
        r = db_get(tx->db, &made.id,
                   "INSERT INTO flow_rule (project_id, subject, ordinal, amount_from_fen, "
                   "amount_to_fen, discount_from_bp, discount_to_bp, flow_id, enabled) VALUES "
                   "($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
                   "otiooooii", made.project_id ? &made.project_id : NULL,
                   approval_subjects[made.subject].code, made.ordinal,
                   or_none(&made.amount_from_fen), or_none(&made.amount_to_fen),
                   or_none(&made.discount_from_bp), or_none(&made.discount_to_bp), made.flow_id,
                   (int64_t)made.enabled);
    if (r < 0)
        return r;
    trail_text(&trail, "subject", NULL, approval_subjects[made.subject].code);
    rule_trail(&trail, NULL, &made);
    r = audit_add(tx, "flow-rule.create", "flow_rule", made.id, made.project_id, &trail);
    if (r == 0)
        *ret_id = made.id;
    return r;
}

int flow_rule_update(struct tx *tx, const struct flow_rule *rule)
{
    struct rule_now now = {.found = false};
    struct trail trail = {0};
    int r = flow_rule_each(tx, 0, rule->id, rule_take, &now);

    if (r == 0)
        r = flow_scope_need(tx, now.rule.project_id);
    if (r == 0 && now.rule.version != rule->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what",
                      approval_subjects[now.rule.subject].zh, NULL);
    if (r == 0)
        r = bounds_check(tx, rule);
    if (r == 0)
        r = flow_check(tx, rule->flow_id, now.rule.project_id);
    if (r < 0)
        return r;
    rule_trail(&trail, &now.rule, rule);
    if (trail_empty(&trail))
        return 0;
    r = db_run(tx->db,
               "UPDATE flow_rule SET ordinal = $2, amount_from_fen = $3, amount_to_fen = $4, "
               "discount_from_bp = $5, discount_to_bp = $6, flow_id = $7, enabled = $8, "
               "version = version + 1 WHERE id = $1",
               "iiooooii", rule->id, rule->ordinal, or_none(&rule->amount_from_fen),
               or_none(&rule->amount_to_fen), or_none(&rule->discount_from_bp),
               or_none(&rule->discount_to_bp), rule->flow_id, (int64_t)rule->enabled);
    if (r < 0) {
        trail_clear(&trail);
        return r;
    }
    return audit_add(tx, "flow-rule.update", "flow_rule", rule->id, now.rule.project_id, &trail);
}

/* ---- reading ---- */

static int64_t bound(struct stmt *s, int column)
{
    return stmt_is_null(s, column) ? -1 : stmt_int(s, column);
}

int flow_rule_each(struct tx *tx, int64_t project_id, int64_t rule_id,
                   int (*each)(void *arg, const struct flow_rule *rule), void *arg)
{
    struct stmt *s = NULL;
    int n = 0;
    int r = project_id ? tx_need_project(tx, project_id) : 0;

    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT r.id, r.version, r.project_id, r.subject, r.ordinal, "
            "r.amount_from_fen, r.amount_to_fen, r.discount_from_bp, r.discount_to_bp, "
            "r.flow_id, f.name, r.enabled FROM flow_rule r JOIN flow f ON f.id = r.flow_id "
            "WHERE ($1 = 0 OR r.id = $1) AND "
            "($2 = 0 OR r.project_id IS NULL OR r.project_id = $2) "
            "ORDER BY r.subject, CASE WHEN r.project_id IS NULL THEN 1 ELSE 0 END, "
            "r.project_id, r.ordinal, r.id",
            "ii", rule_id, project_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct flow_rule rule = {.id = stmt_int(s, 0),
                                 .version = stmt_int(s, 1),
                                 .project_id = stmt_int(s, 2),
                                 .ordinal = stmt_int(s, 4),
                                 .amount_from_fen = bound(s, 5),
                                 .amount_to_fen = bound(s, 6),
                                 .discount_from_bp = bound(s, 7),
                                 .discount_to_bp = bound(s, 8),
                                 .flow_id = stmt_int(s, 9),
                                 .flow = stmt_text(s, 10),
                                 .enabled = stmt_int(s, 11) != 0};

        /* A subject that this program does not know is passed over. */
        if (!approval_subject_by_code(stmt_text(s, 3), &rule.subject) ||
            (rule.project_id && !actor_sees_project(tx->actor, rule.project_id)))
            continue;
        n++;
        r = each(arg, &rule);
    }
    stmt_reset(s);
    if (r >= 0 && rule_id && n == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

int flow_rule_find(struct tx *tx, enum approval_subject subject, int64_t project_id,
                   int64_t amount_fen, int64_t discount_bp, int64_t *ret_flow_version_id)
{
    int64_t version_id = 0;
    int r = db_get(tx->db, &version_id,
                   "SELECT v.id FROM flow_rule r JOIN flow f ON f.id = r.flow_id "
                   "LEFT JOIN flow_version v ON v.flow_id = f.id AND v.state = 'active' "
                   "AND f.enabled = 1 WHERE r.enabled = 1 AND r.subject = $1 "
                   "AND (r.project_id IS NULL OR r.project_id = $2) "
                   "AND (r.amount_from_fen IS NULL OR r.amount_from_fen <= $3) "
                   "AND (r.amount_to_fen IS NULL OR r.amount_to_fen > $3) "
                   "AND (r.discount_from_bp IS NULL OR r.discount_from_bp <= $4) "
                   "AND (r.discount_to_bp IS NULL OR r.discount_to_bp > $4) "
                   "ORDER BY CASE WHEN r.project_id IS NULL THEN 1 ELSE 0 END, r.ordinal, r.id "
                   "LIMIT 1",
                   "tiii", approval_subjects[subject].code, project_id, amount_fen, discount_bp);

    if (r < 0 || !version_id)
        return r < 0 ? r : 0;
    *ret_flow_version_id = version_id;
    return 1;
}

int flow_rule_route(struct tx *tx, enum approval_subject subject, int64_t project_id,
                    int64_t amount_fen, int64_t discount_bp, int64_t *ret_flow_version_id)
{
    const struct approval_subject_info *info = &approval_subjects[subject];
    int r = flow_rule_find(tx, subject, project_id, amount_fen, discount_bp, ret_flow_version_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_APPROVAL_NO_ROUTE, "subject", info->zh, "subject_en",
                         info->en, NULL);
    return r < 0 ? r : 0;
}

/* opportunity.c - see follow.h: from a lead to a deal, or not. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/follow.h"
#include "db/ownership.h"
#include "db/questionnaire.h"
#include "db/sight.h"

static int nobodys(struct tx *tx, int64_t customer_id)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, customer_id);
    return fault_set(tx->fault, FAULT_OWNER_CHANGED, "customer", text, NULL);
}

/* What the rule of its stage asks for. */
static int fields_need(struct tx *tx, int64_t project_id, const char *stage, int64_t probability_bp,
                       const char *expected_day)
{
    struct follow_rule rule;
    int r = follow_rule_of(tx, project_id, stage, &rule);

    if (r < 0)
        return r;
    if (rule.need_probability && probability_bp < 0)
        fault_item(tx->fault, FAULT_FIELD_MISSING, 0, "probability_bp", "field", "probability_bp",
                   NULL);
    if (rule.need_expected && !expected_day)
        fault_item(tx->fault, FAULT_FIELD_MISSING, 0, "expected_day", "field", "expected_day",
                   NULL);
    return fault_fields(tx->fault);
}

/* Why the one before was lost is asked before there is another (QN-09). */
static int lost_need(struct tx *tx, const struct opportunity *o)
{
    int64_t lost = 0;
    int r = db_get(tx->db, &lost,
                   "SELECT COUNT(*) FROM opportunity WHERE customer_id = $1 AND project_id = $2 "
                   "AND outcome = 'lost'",
                   "ii", o->customer_id, o->project_id);

    return r < 0 || !lost ? r : question_stage_need(tx, o->customer_id, o->project_id, "lost");
}

int opportunity_open(struct tx *tx, const struct opportunity *o, int64_t *ret_id)
{
    struct ownership own = {.state = OWN_POOL};
    struct trail trail = {0};
    int64_t id = 0;
    int r = sight_need_in(tx, o->customer_id, o->project_id, true);

    if (r == 0)
        r = ownership_find(tx, o->customer_id, o->project_id, &own);
    if (r >= 0 && own.state == OWN_POOL)
        return nobodys(tx, o->customer_id);
    if (r >= 0)
        r = fields_need(tx, o->project_id, o->stage, o->probability_bp, o->expected_day);
    if (r == 0)
        r = lost_need(tx, o);
    if (r >= 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO opportunity (customer_id, project_id, stage, probability_bp, "
                   "expected_day, opened_by, opened_ms) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                   "RETURNING id",
                   "iitotii", o->customer_id, o->project_id, o->stage,
                   o->probability_bp >= 0 ? &o->probability_bp : NULL, o->expected_day,
                   tx->actor->id, tx->now_ms);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_OPPORTUNITY_OPEN, NULL);
    if (r < 0)
        return r;
    trail_int(&trail, "customer_id", NULL, &o->customer_id);
    trail_text(&trail, "stage", NULL, o->stage);
    trail_text(&trail, "expected_day", NULL, o->expected_day);
    if (o->probability_bp >= 0)
        trail_int(&trail, "probability_bp", NULL, &o->probability_bp);
    r = audit_add(tx, "opportunity.open", "opportunity", id, o->project_id, &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

struct now {
    int64_t customer_id, project_id, version, probability_bp;
    char stage[16], expected_day[16];
};

static int now_read(struct tx *tx, int64_t id, int64_t version, struct now *now)
{
    struct stmt *s;
    bool closed;
    int r = tx_row(tx, &s,
                   "SELECT project_id, customer_id, version, COALESCE(probability_bp, -1), stage, "
                   "COALESCE(expected_day, ''), outcome IS NOT NULL FROM opportunity WHERE id = $1",
                   id);

    if (r < 0)
        return r;
    *now = (struct now){.project_id = stmt_int(s, 0),
                        .customer_id = stmt_int(s, 1),
                        .version = stmt_int(s, 2),
                        .probability_bp = stmt_int(s, 3)};
    snprintf(now->stage, sizeof(now->stage), "%s", stmt_text(s, 4));
    snprintf(now->expected_day, sizeof(now->expected_day), "%s", stmt_text(s, 5));
    closed = stmt_int(s, 6) != 0;
    stmt_reset(s);
    r = sight_need_in(tx, now->customer_id, now->project_id, true);
    if (r < 0)
        return r;
    if (closed)
        return fault_set(tx->fault, FAULT_OPPORTUNITY_CLOSED, NULL);
    if (now->version != version)
        return fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", "商机", NULL);
    return 0;
}

int opportunity_update(struct tx *tx, const struct opportunity *c)
{
    struct trail trail = {0};
    const char *stage, *expected;
    int64_t probability;
    struct now now = {.version = 0};
    int r = now_read(tx, c->id, c->version, &now);

    if (r < 0)
        return r;
    stage = c->stage ? c->stage : now.stage;
    expected = c->expected_day ? c->expected_day : now.expected_day;
    probability = c->probability_bp >= 0 ? c->probability_bp : now.probability_bp;
    r = fields_need(tx, now.project_id, stage, probability, expected[0] ? expected : NULL);
    if (r < 0)
        return r;
    r = db_run(tx->db,
               "UPDATE opportunity SET stage = $2, probability_bp = $3, expected_day = $4, "
               "version = version + 1 WHERE id = $1",
               "itot", c->id, stage, probability >= 0 ? &probability : NULL,
               expected[0] ? expected : NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "stage", now.stage, stage);
    trail_text(&trail, "expected_day", now.expected_day, expected);
    trail_int(&trail, "probability_bp", &now.probability_bp, &probability);
    return audit_add(tx, "opportunity.update", "opportunity", c->id, now.project_id, &trail);
}

/* Given up: into the pool, where the project is set so. */
static int give_up(struct tx *tx, const struct now *now, const char *why)
{
    const struct own_move move = {.state = OWN_POOL, .reason = "given_up", .note = why};
    struct customer_rule rule = {.project_id = 0};
    struct ownership own = {.state = OWN_POOL};
    int r = customer_rule_read(tx, now->project_id, &rule);

    if (r < 0 || !rule.pool_given_up)
        return r;
    r = ownership_find(tx, now->customer_id, now->project_id, &own);
    return r < 0 || own.state == OWN_POOL ? r : ownership_move(tx, &own, &move, NULL);
}

int opportunity_close(struct tx *tx, int64_t id, int64_t version, const char *lost_reason,
                      const char *note)
{
    const char *outcome = lost_reason ? "lost" : "won";
    struct trail trail = {0};
    struct now now = {.version = 0};
    int r = now_read(tx, id, version, &now);

    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE opportunity SET outcome = $2, lost_reason = $3, lost_note = $4, "
                   "closed_ms = $5, version = version + 1 WHERE id = $1",
                   "ittti", id, outcome, lost_reason, note ? note : "", tx->now_ms);
    if (r >= 0 && lost_reason)
        r = give_up(tx, &now, note);
    if (r < 0)
        return r;
    trail_text(&trail, "outcome", NULL, outcome);
    trail_text(&trail, "lost_reason", NULL, lost_reason);
    if (note && note[0])
        trail_text(&trail, "note", NULL, "*");
    return audit_add(tx, "opportunity.close", "opportunity", id, now.project_id, &trail);
}

int opportunity_scan(struct tx *tx, int64_t customer_id, int64_t id,
                     int (*each)(void *arg, const struct opportunity *row), void *arg)
{
    struct sight sight;
    struct stmt *s = NULL;
    int r = customer_id ? sight_need_own(tx, customer_id) : 0;

    sight_of(tx->actor, &sight);
    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT id, version, customer_id, project_id, stage, expected_day, "
                     "COALESCE(probability_bp, -1), opened_ms, closed_ms, outcome, lost_reason, "
                     "lost_note FROM opportunity WHERE ($1 = 0 OR customer_id = $1) "
                     "AND ($2 = 0 OR id = $2) AND " SIGHT_PROJECT(
                         "project_id", "$3") " "
                                             "ORDER BY id DESC LIMIT 100",
                     "iit", customer_id, id, (const char *)sight.scope);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct opportunity row = {.id = stmt_int(s, 0),
                                        .version = stmt_int(s, 1),
                                        .customer_id = stmt_int(s, 2),
                                        .project_id = stmt_int(s, 3),
                                        .stage = stmt_text(s, 4),
                                        .expected_day = stmt_text(s, 5),
                                        .probability_bp = stmt_int(s, 6),
                                        .opened_ms = stmt_int(s, 7),
                                        .closed_ms = stmt_int(s, 8),
                                        .outcome = stmt_text(s, 9),
                                        .lost_reason = stmt_text(s, 10),
                                        .lost_note = stmt_text(s, 11)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

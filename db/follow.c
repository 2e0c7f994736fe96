/* follow.c - see follow.h: rules and records. Opportunities are in opportunity.c. */
#include "db/follow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/clock.h"
#include "db/ownership.h"
#include "db/sight.h"

#define CODE(code, hours) code,
const char *const follow_stages[] = {FOLLOW_STAGES(CODE) NULL};
const char *const follow_channels[] = {"phone", "sms", "wechat", "visit", "other", NULL};
const char *const lost_reasons[] = {"price",         "location",   "layout",    "loan",
                                    "qualification", "competitor", "postponed", "unreachable",
                                    "other",         NULL};

/* ---- rules ---- */

static int64_t default_hours(const char *stage)
{
#define HOURS(code, hours) hours,
    static const int64_t hours[] = {FOLLOW_STAGES(HOURS)};

    for (size_t i = 0; follow_stages[i]; i++)
        if (strcmp(follow_stages[i], stage) == 0)
            return hours[i];
    return hours[0];
}

int follow_rule_of(struct tx *tx, int64_t project_id, const char *stage, struct follow_rule *ret)
{
    struct follow_rule rule = {.stage = stage, .interval_hours = default_hours(stage)};
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT interval_hours, questionnaire_set_id, need_next, need_probability, "
                     "need_expected FROM follow_rule WHERE project_id = $1 AND stage = $2",
                     "it", project_id, stage);

    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    if (r == 1)
        rule = (struct follow_rule){.stage = stage,
                                    .interval_hours = stmt_int(s, 0),
                                    .questionnaire_set_id = stmt_int(s, 1),
                                    .need_next = stmt_int(s, 2) != 0,
                                    .need_probability = stmt_int(s, 3) != 0,
                                    .need_expected = stmt_int(s, 4) != 0};
    stmt_reset(s);
    *ret = rule;
    return 0;
}

int follow_rule_scan(struct tx *tx, int64_t project_id,
                     int (*each)(void *arg, const struct follow_rule *rule), void *arg)
{
    struct follow_rule rule;
    int r = tx_need_project(tx, project_id);

    for (size_t i = 0; r >= 0 && follow_stages[i]; i++) {
        r = follow_rule_of(tx, project_id, follow_stages[i], &rule);
        if (r == 0)
            r = each(arg, &rule);
    }
    return r;
}

int follow_rule_set(struct tx *tx, int64_t project_id, const struct follow_rule *rule)
{
    const int64_t next = rule->need_next, probability = rule->need_probability,
                  expected = rule->need_expected, set = rule->questionnaire_set_id;
    struct trail trail = {0};
    struct follow_rule was;
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = follow_rule_of(tx, project_id, rule->stage, &was);
    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO follow_rule (project_id, stage, interval_hours, need_next, "
                   "need_probability, need_expected, questionnaire_set_id) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (project_id, stage) "
                   "DO UPDATE SET interval_hours = $3, need_next = $4, need_probability = $5, "
                   "need_expected = $6, questionnaire_set_id = $7",
                   "itiiiio", project_id, rule->stage, rule->interval_hours, next, probability,
                   expected, set ? &set : NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "stage", NULL, rule->stage);
    trail_int(&trail, "interval_hours", &was.interval_hours, &rule->interval_hours);
    trail_given_int(&trail, "need_next", was.need_next, next);
    trail_given_int(&trail, "need_probability", was.need_probability, probability);
    trail_given_int(&trail, "need_expected", was.need_expected, expected);
    trail_int(&trail, "questionnaire_set_id", &was.questionnaire_set_id, &set);
    return audit_add(tx, "follow-rule.update", "project", project_id, project_id, &trail);
}

/* ---- a record ---- */

static int stage_now(struct tx *tx, const struct ownership *own, char out[16])
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT stage FROM opportunity WHERE customer_id = $1 AND project_id = $2 "
                     "AND outcome IS NULL",
                     "ii", own->customer_id, own->project_id);

    if (r == 0)
        r = stmt_step(s);
    if (r >= 0)
        snprintf(out, 16, "%s", r == 1 ? stmt_text(s, 0) : follow_stages[0]);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static void range_item(struct tx *tx, const char *field, int64_t min, int64_t max)
{
    char from[24], to[24];

    snprintf(from, sizeof(from), "%" PRId64, min);
    snprintf(to, sizeof(to), "%" PRId64, max);
    fault_item(tx->fault, FAULT_FIELD_RANGE, 0, field, "field", field, "min", from, "max",
               max == INT64_MAX ? "∞" : to, NULL);
}

static int times_check(struct tx *tx, const struct follow_new *f, int64_t at_ms,
                       const struct ownership *own, const char *stage)
{
    struct customer_rule rule = {.project_id = 0};
    struct follow_rule needs;
    char hours[24];
    int r = customer_rule_read(tx, own->project_id, &rule);

    if (r == 0)
        r = follow_rule_of(tx, own->project_id, stage, &needs);
    if (r < 0)
        return r;
    if (at_ms > tx->now_ms)
        range_item(tx, "at_ms", 0, tx->now_ms);
    if (f->next_ms && f->next_ms <= tx->now_ms)
        range_item(tx, "next_ms", tx->now_ms, INT64_MAX);
    if (!f->next_ms && needs.need_next)
        fault_item(tx->fault, FAULT_FIELD_MISSING, 0, "next_ms", "field", "next_ms", NULL);
    r = fault_fields(tx->fault);
    if (r < 0)
        return r;
    snprintf(hours, sizeof(hours), "%" PRId64, rule.back_hours);
    if (at_ms < tx->now_ms - rule.back_hours * HOUR_MS && !actor_has(tx->actor, RIGHT_FOLLOW_LATE))
        return fault_set(tx->fault, FAULT_FOLLOW_LATE, "hours", hours, NULL);
    return 0;
}

static int nobodys(struct tx *tx, int64_t customer_id)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, customer_id);
    return fault_set(tx->fault, FAULT_OWNER_CHANGED, "customer", text, NULL);
}

int follow_add(struct tx *tx, const struct follow_new *f, int64_t *ret_id)
{
    const int64_t at_ms = f->at_ms ? f->at_ms : tx->now_ms;
    struct ownership own = {.state = OWN_POOL};
    struct trail trail = {0};
    char stage[16];
    int64_t id = 0;
    int r = sight_need_in(tx, f->customer_id, f->project_id, true);

    if (r == 0)
        r = ownership_find(tx, f->customer_id, f->project_id, &own);
    if (r >= 0 && own.state == OWN_POOL)
        return nobodys(tx, f->customer_id);
    if (r >= 0)
        r = stage_now(tx, &own, stage);
    if (r == 0)
        r = times_check(tx, f, at_ms, &own, stage);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM follow WHERE customer_id = $1", f->customer_id,
                         FOLLOWS_OF_A_CUSTOMER);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO follow (customer_id, project_id, user_id, channel, content, "
                   "stage, at_ms, recorded_ms, next_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
                   "iiitttiio", f->customer_id, f->project_id, tx->actor->id, f->channel,
                   f->content, (const char *)stage, at_ms, tx->now_ms,
                   f->next_ms ? &f->next_ms : NULL);
    if (r >= 0)
        r = ownership_touch(tx, &own, at_ms, f->next_ms);
    if (r < 0)
        return r;
    trail_text(&trail, "channel", NULL, f->channel);
    trail_int(&trail, "at_ms", NULL, &at_ms);
    trail_int(&trail, "next_ms", NULL, f->next_ms ? &f->next_ms : NULL);
    r = audit_add(tx, "follow.add", "customer", f->customer_id, f->project_id, &trail);
    if (r < 0)
        return r;
    *ret_id = id;
    return 0;
}

int follow_scan(struct tx *tx, int64_t customer_id, int64_t before_id, int limit,
                int (*each)(void *arg, const struct follow_row *row), void *arg)
{
    struct sight sight;
    struct stmt *s = NULL;
    int r = sight_need_own(tx, customer_id);

    sight_of(tx->actor, &sight);
    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT f.id, f.project_id, f.at_ms, f.recorded_ms, f.next_ms, u.name, "
                     "f.channel, f.content, f.stage FROM follow f "
                     "JOIN user_account u ON u.id = f.user_id WHERE f.customer_id = $1 "
                     "AND ($2 = 0 OR f.id < $2) AND " SIGHT_PROJECT(
                         "f.project_id", "$3") " "
                                               "ORDER BY f.id DESC LIMIT $4",
                     "iiti", customer_id, before_id, (const char *)sight.scope, (int64_t)limit);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct follow_row row = {.id = stmt_int(s, 0),
                                       .project_id = stmt_int(s, 1),
                                       .at_ms = stmt_int(s, 2),
                                       .recorded_ms = stmt_int(s, 3),
                                       .next_ms = stmt_int(s, 4),
                                       .user = stmt_text(s, 5),
                                       .channel = stmt_text(s, 6),
                                       .content = stmt_text(s, 7),
                                       .stage = stmt_text(s, 8),
                                       .late = stmt_int(s, 2) + HOUR_MS < stmt_int(s, 3)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* follow.h - follow-up of customers: what was done (CU-12), how often it must be (CU-13), and the
 * opportunity it is for (CU-11, CU-16).
 *
 * Records are append-only. One is for the owner, those who share a customer to work with it, and
 * customer.all. A record of more than back_hours ago (customer_rule.def) needs follow.late. What is
 * due when is in task.h.
 *
 * In scope, else NOT_FOUND; CUSTOMER_NOT_YOURS. Thread: changes on the writer's; reads on any with
 * a reader.
 */
#ifndef ANCHANG_DB_FOLLOW_H
#define ANCHANG_DB_FOLLOW_H

#include "db/tx.h"

enum { FOLLOW_CONTENT_MAX = 1000, FOLLOW_PAGE_MAX = 100, FOLLOWS_OF_A_CUSTOMER = 5000 };

/* The stages in their order, and the hours after which a follow-up is due where a project has no
 * rule of its own. The first is that of whoever has no opportunity under way. */
#define FOLLOW_STAGES(STAGE)                                                                       \
    STAGE("lead", 72)                                                                              \
    STAGE("contacted", 72) STAGE("visited", 48) STAGE("intent", 72) STAGE("negotiating", 24)
/* Their codes and what else the API has words for, each ended by NULL. */
extern const char *const follow_stages[];
extern const char *const follow_channels[];
extern const char *const lost_reasons[];

/* ---- rules ---- */

struct follow_rule {
    const char *stage;
    int64_t interval_hours, questionnaire_set_id; /* 0: none */
    bool need_next, need_probability, need_expected;
};
/* Of every stage, in their order. */
int follow_rule_scan(struct tx *tx, int64_t project_id,
                     int (*each)(void *arg, const struct follow_rule *rule), void *arg);
/* SCOPE_PARTIAL. */
int follow_rule_set(struct tx *tx, int64_t project_id, const struct follow_rule *rule);

/* ---- records ---- */

struct follow_new {
    int64_t customer_id, project_id;
    const char *channel, *content;
    int64_t at_ms;   /* when it was; 0: now */
    int64_t next_ms; /* when the next is promised; 0: not */
};
/* FOLLOW_LATE; FIELDS_WRONG: in the future, a next one in the past, what the stage's rule needs;
 * OWNER_CHANGED: nobody owns the customer; LIMIT_REACHED. */
int follow_add(struct tx *tx, const struct follow_new *follow, int64_t *ret_id);

struct follow_row {
    int64_t id, project_id, at_ms, recorded_ms, next_ms; /* next 0: none */
    const char *user, *channel, *content, *stage;
    bool late; /* entered after the fact, by who may */
};
/* Of a customer in all projects in scope, newest first. */
int follow_scan(struct tx *tx, int64_t customer_id, int64_t before_id, int limit,
                int (*each)(void *arg, const struct follow_row *row), void *arg);

/* ---- opportunities ---- */

struct opportunity {
    int64_t id, version, customer_id, project_id;
    const char *stage, *expected_day; /* NULL: none; of a change: leave */
    int64_t probability_bp;           /* -1: none; of a change: leave */
    int64_t opened_ms, closed_ms;     /* closed 0: under way */
    const char *outcome, *lost_reason, *lost_note;
};
/* A lead becomes one: source and owner stay. OPPORTUNITY_OPEN, FIELDS_WRONG as the stage's rule
 * says, OWNER_CHANGED: nobody owns the customer. */
int opportunity_open(struct tx *tx, const struct opportunity *opportunity, int64_t *ret_id);
/* VERSION_CHANGED, OPPORTUNITY_CLOSED, FIELDS_WRONG. */
int opportunity_update(struct tx *tx, const struct opportunity *change);
/* @lost_reason NULL: won. A lost one gives the customer up to the pool where the project is set so
 * (DP-08). */
int opportunity_close(struct tx *tx, int64_t id, int64_t version, const char *lost_reason,
                      const char *note);
/* Of a customer in projects in scope, newest first; or the one @id (customer 0). */
int opportunity_scan(struct tx *tx, int64_t customer_id, int64_t id,
                     int (*each)(void *arg, const struct opportunity *row), void *arg);

/* ---- for follow.c and opportunity.c ---- */

/* The rule of @stage; its stage text is @stage. */
int follow_rule_of(struct tx *tx, int64_t project_id, const char *stage, struct follow_rule *ret);

#endif

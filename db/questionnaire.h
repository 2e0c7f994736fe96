/* questionnaire.h - sets of questions, one for each stage of a project (QN-01 to QN-05, QN-07,
 * QN-08).
 *
 * A set is a draft, then enabled, then disabled, and may be enabled again. With the first enabling
 * what it asks is fixed; a change is a new set made from it. One set of a project's stage is
 * enabled: enabling another disables it in the same step, so that no stage stays without one.
 *
 * Days are "YYYY-MM-DD" of the site, whose instants the caller knows; "" and 0: none.
 * Errors besides those named: NOT_FOUND (also out of scope), SCOPE_PARTIAL, VERSION_CHANGED,
 * negative errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_QUESTIONNAIRE_H
#define ANCHANG_DB_QUESTIONNAIRE_H

#include "db/question.h"

enum {
    QUESTIONNAIRE_TITLE_MAX = 60,
    QUESTIONNAIRE_PAGE_MAX = 50, /* rows of one look */
    QUESTIONNAIRE_MAX = 500,     /* of a project, disabled ones too */
};

/* "first_visit", "revisit", "lost", "deal", "handover"; ended by NULL. */
extern const char *const questionnaire_stages[];

struct questionnaire_row {
    int64_t id, version, project_id, edition, from_id; /* edition, from_id 0: none */
    const char *project;                               /* its name */
    const char *stage, *title, *state;
    const char *valid_from, *valid_until; /* NULL: open */
    int64_t questions, sheets;            /* not retired; filled in, corrected ones too */
    const char *created_by;               /* the person's name now */
    int64_t created_ms, changed_ms;
};

struct questionnaire_filter {
    int64_t project_id;         /* 0: all in scope */
    const char *state, *stage;  /* NULL: any */
    const char *title;          /* a part of it; NULL: any */
    int64_t from_ms, before_ms; /* when it was made: from, and before; 0: open */
    int64_t before_id;          /* rows older than this; 0: from the newest */
    int limit;                  /* at most QUESTIONNAIRE_PAGE_MAX */
};
/* Newest first (QN-01), of the projects in scope; @row lives during the call. */
int questionnaire_scan(struct tx *tx, const struct questionnaire_filter *filter,
                       int (*each)(void *arg, const struct questionnaire_row *row), void *arg);
int questionnaire_get(struct tx *tx, int64_t id,
                      int (*each)(void *arg, const struct questionnaire_row *row), void *arg);

struct questionnaire_days {
    const char *valid_from, *valid_until;
    int64_t starts_ms, ends_ms;
};

/* A draft without questions (QN-02). QUESTIONNAIRE_PERIOD, LIMIT_REACHED. */
int questionnaire_create(struct tx *tx, int64_t project_id, const char *stage, const char *title,
                         const struct questionnaire_days *days, int64_t *ret_id);

/* NULL leaves as it is. */
struct questionnaire_change {
    int64_t id, version;
    const char *stage, *title;
    const struct questionnaire_days *days;
    const struct question_list *questions; /* all of them, in their order, in the place of those
                                              there are */
};
/* Of a draft (QN-03, QN-04). QUESTIONNAIRE_STATE, QUESTIONNAIRE_PERIOD, those of
 * question_replace(). */
int questionnaire_update(struct tx *tx, const struct questionnaire_change *change);
/* A draft goes for good. QUESTIONNAIRE_STATE. */
int questionnaire_delete(struct tx *tx, int64_t id);

/* QUESTIONNAIRE_STATE, QUESTIONNAIRE_EMPTY, QUESTIONNAIRE_ENDED. */
int questionnaire_enable(struct tx *tx, int64_t id, int64_t version);
int questionnaire_disable(struct tx *tx, int64_t id, int64_t version);
/* A draft of the next set, with the questions that are not retired. QUESTIONNAIRE_STATE for a
 * draft, QUESTIONNAIRE_DRAFTED when there is such a draft already, LIMIT_REACHED. */
int questionnaire_revise(struct tx *tx, int64_t id, int64_t version, int64_t *ret_id);
/* It is not asked any more; its answers stay (QN-05). QUESTIONNAIRE_STATE for a draft's, which is
 * simply left out; QUESTION_RETIRED, QUESTION_LAST. */
int questionnaire_retire(struct tx *tx, int64_t question_id, int64_t *ret_id);

/* The set that is filled in at that stage now: enabled and within its days. 1 and its id, or 0. */
int questionnaire_open(struct tx *tx, int64_t project_id, const char *stage, int64_t *ret_id);
/* Which set @customer_id owes at @stage of the project before the next step (QN-09): the open
 * one, when the customer has filled in none of that stage yet. 1 and its id, or 0.
 * NOT_FOUND for a customer that is not there or a project out of scope. */
int question_stage_owed(struct tx *tx, int64_t customer_id, int64_t project_id, const char *stage,
                        int64_t *ret_questionnaire_id);
/* For what comes after the stage: QUESTIONNAIRE_OWED, naming the set, when one is owed. "deal"
 * before the contract or the filing, "handover" before the title, "lost" before another
 * opportunity. */
int question_stage_need(struct tx *tx, int64_t customer_id, int64_t project_id, const char *stage);
/* The same of the visits that there were, before a number in the queue or a deal. */
int question_visits_need(struct tx *tx, int64_t customer_id, int64_t project_id);

#endif

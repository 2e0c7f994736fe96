/* approval.h - nothing that needs approval happens without it (WF-01 to WF-12, P8).
 *
 * A request is about one object and has a subject (approval.def). The rules choose its flow by
 * project, amount and discount; none that fits refuses it. Each step of the flow makes tasks; when
 * the last is approved, what was asked for is executed by the subject's function in that very
 * transaction, or the decision is refused with what stands in its way and the request goes on
 * running: it can be returned or rejected then. The content is bound by its hash: what changed
 * since it was asked for is not what was approved.
 *
 * Who asks does not decide, nobody decides twice, and no right goes around it.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_APPROVAL_H
#define ANCHANG_DB_APPROVAL_H

#include "db/tx.h"

enum {
    APPROVAL_HASH_SIZE = 32,
    APPROVAL_TITLE_MAX = 200, /* characters */
    APPROVAL_NOTE_MAX = 1000,
    APPROVAL_URGE_MINUTES = 30,
    APPROVAL_SEATS_MAX = 60, /* signatures of a flow */
    APPROVAL_VALUES_MAX = 40,
};

enum approval_subject {
#define SUBJECT(symbol, code, zh, en, function) SUBJECT_##symbol,
#include "db/approval.def"
#undef SUBJECT
    SUBJECT_COUNT
};

enum approval_outcome {
    APPROVAL_APPROVED,  /* do it, or refuse: the decision is refused with it then */
    APPROVAL_REJECTED,  /* it will not be; a new request is a new thing */
    APPROVAL_RETURNED,  /* back to who asked, to be mended and sent again */
    APPROVAL_WITHDRAWN, /* by who asked */
};

/* What the end of a request means for its object. On APPROVED @tx->actor is the last approver.
 * Compares @hash with the content as it is now: APPROVAL_CONTENT_CHANGED. */
typedef int approval_end_function(struct tx *tx, int64_t object_id,
                                  const uint8_t hash[APPROVAL_HASH_SIZE],
                                  enum approval_outcome outcome);

struct approval_subject_info {
    const char *code, *zh, *en;
    approval_end_function *end;
};
extern const struct approval_subject_info approval_subjects[SUBJECT_COUNT];
/* False when there is none of that code. */
bool approval_subject_by_code(const char *code, enum approval_subject *ret_subject);

struct approval_value {
    int64_t field_id;
    const char *value; /* as form.h has it; NULL or "": none */
};
/* What was filled in of the fields that an office added to the form: every way of asking hands it
 * on, for any of them may be required. */
struct approval_values {
    struct approval_value rows[APPROVAL_VALUES_MAX];
    size_t n;
};

struct approval_ask {
    enum approval_subject subject;
    int64_t project_id;
    const char *object_kind; /* as in the audit log: "terms", "deal_change" */
    int64_t object_id;
    const char *title;                /* what the approver reads first */
    const char *reason;               /* NULL: none */
    int64_t amount_fen;               /* what it is about; 0: no money */
    bool floors;                      /* that is of floor prices: read with price.floor (PR-05) */
    int64_t discount_bp;              /* off the list price, all in all; 0: none */
    uint8_t hash[APPROVAL_HASH_SIZE]; /* of all that will be done (approval_hash) */
    const struct approval_values *values; /* NULL: none */
    int64_t resubmits_id;                 /* a rejected, returned or withdrawn one; 0: none */
};

/* Asks, as the actor, who must be a user. APPROVAL_NO_ROUTE when no rule fits or no node of the
 * flow applies, APPROVAL_NO_APPROVER when not every signature can come from somebody else,
 * APPROVAL_RUNNING when one about the object runs, APPROVAL_RESUBMIT (not the actor's, of another
 * subject, running, approved or resubmitted already) and FIELDS_WRONG. */
int approval_request(struct tx *tx, const struct approval_ask *ask, int64_t *ret_id);

/* Decides a task that the actor may decide now; else NOT_FOUND, or SELF_APPROVAL for who asked.
 * @version is the request's as read, which binds all that was shown: APPROVAL_STATE,
 * APPROVAL_DECIDED (the task, by somebody else), APPROVAL_TWICE, VERSION_CHANGED, and REASON_NEEDED
 * when it is not approved. APPROVED of the last one executes, or refuses as the subject does. */
int approval_decide(struct tx *tx, int64_t task_id, int64_t version, enum approval_outcome outcome,
                    const char *note);
/* The request that a task is of: NOT_FOUND. Looks at no scope. */
int approval_of_task(struct tx *tx, int64_t task_id, int64_t *ret_approval_id);
/* By who asked, while it runs. One that was returned is given up so: its to-do ends. */
int approval_withdraw(struct tx *tx, int64_t approval_id, int64_t version, const char *reason);
/* Ends a running one because its object came to an end by itself (a term passed): for the modules
 * of db/, which deal with the object; its function is not called. 1, or 0 when none ran. */
int approval_abandon(struct tx *tx, enum approval_subject subject, const char *object_kind,
                     int64_t object_id, const char *reason);
/* By who asked: reminds those who hold it, not more often than every 30 minutes (WF-08):
 * APPROVAL_URGED with the minutes left. */
int approval_urge(struct tx *tx, int64_t approval_id);

/* ---- reading ---- */

struct approval_row {
    int64_t id, version, project_id;
    const char *project, *project_en; /* names; English "": none */
    const char *subject, *object, *title, *reason, *state;
    int64_t amount_fen, discount_bp, step;
    int64_t requester_id;
    const char *requester; /* name */
    const char *flow;
    int64_t flow_number;
    int64_t resubmits_id, resubmitted_id; /* the one before and the one after it; 0: none */
    int64_t made_ms, urged_ms, ended_ms;  /* 0: none */
    bool to_mend;                         /* it was returned, and who asked has not dealt with it */
    bool stuck;                           /* it runs and nobody may decide one of its tasks */
    const uint8_t *hash;
};

/* What waits for the actor, the oldest first (WF-04): exactly what approval_decide() takes from
 * him. */
struct approval_task_row {
    int64_t id, since_ms;
    const char *node;
    struct approval_row request;
};
int approval_task_list(struct tx *tx, int64_t after_id, int limit,
                       int (*each)(void *arg, const struct approval_task_row *row), void *arg);
/* Whether a task is open and the actor may decide it: 1 or 0. */
int approval_task_mine(struct tx *tx, int64_t task_id);

/* Newest first. The actor's own, or, with approval.view, those of the projects he sees whole. */
struct approval_filter {
    bool all;                             /* false: own */
    int64_t project_id;                   /* 0: any */
    const char *state, *subject, *object; /* NULL: any */
    bool stuck;
    int64_t before_id;
    int limit;
};
int approval_list(struct tx *tx, const struct approval_filter *filter,
                  int (*each)(void *arg, const struct approval_row *row), void *arg);
/* One, for who asked, who decided or may decide a task of it, or has approval.view in its project;
 * else NOT_FOUND. The functions below look no further: the caller has read the request, or the
 * object it is about. */
int approval_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct approval_row *row),
                 void *arg);

/* The nodes of its flow in order, with where it stands (WF-07). */
struct approval_node_row {
    int64_t id, step;
    const char *name;
    bool all;
    const char *state; /* "passed", "current", "next", "over" (its bounds are not reached),
                        * "stopped" (it ended before or at it) */
};
int approval_node_each(struct tx *tx, int64_t approval_id,
                       int (*each)(void *arg, const struct approval_node_row *row), void *arg);

/* Its signatures: those asked for, and those that will be. */
struct approval_seat_row {
    int64_t node_id, task_id; /* task 0: not asked for yet */
    int64_t user_id, post_id; /* one is 0 */
    const char *who;          /* the post's or the user's name */
    const char *state;        /* of the task; "" none */
    const char *decided_by, *note;
    int64_t made_ms, decided_ms;
};
int approval_seat_each(struct tx *tx, int64_t approval_id,
                       int (*each)(void *arg, const struct approval_seat_row *row), void *arg);
/* The people who may decide its open tasks now: who holds it (WF-06). */
int approval_holder_each(struct tx *tx, int64_t approval_id,
                         int (*each)(void *arg, int64_t task_id, int64_t user_id, const char *name),
                         void *arg);

struct approval_event_row {
    const char *event, *node, *actor, *note; /* node "": not of one */
    int64_t at_ms;
};
int approval_event_each(struct tx *tx, int64_t approval_id,
                        int (*each)(void *arg, const struct approval_event_row *row), void *arg);

struct approval_value_row {
    int64_t field_id;
    const char *name, *name_en, *type, *value;
};
int approval_value_each(struct tx *tx, int64_t approval_id,
                        int (*each)(void *arg, const struct approval_value_row *row), void *arg);

/* Whose pages must hear that it changed: who asked, decided, or holds it. Any reader. */
int approval_audience_each(struct db *db, int64_t approval_id,
                           int (*each)(void *arg, int64_t user_id), void *arg);

/* ---- the hash ---- */

/* BLAKE2b-256 over "name=length:value\n" for each value in their order, so that no two contents are
 * one text: the one way to make a payload's hash. NULL is not "". */
struct approval_hash {
    _Alignas(64) uint8_t state[384]; /* opaque */
};
void approval_hash_begin(struct approval_hash *hash);
void approval_hash_text(struct approval_hash *hash, const char *name, const char *value);
void approval_hash_int(struct approval_hash *hash, const char *name, int64_t value);
void approval_hash_end(struct approval_hash *hash, uint8_t ret_hash[APPROVAL_HASH_SIZE]);

#endif

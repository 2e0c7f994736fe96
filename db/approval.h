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

enum { APPROVAL_HASH_SIZE = 32, APPROVAL_FIELDS_MAX = 40 };

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

struct approval_value {
    int64_t field_id;
    const char *value;
};

struct approval_ask {
    enum approval_subject subject;
    int64_t project_id;
    const char *object_kind; /* as in the audit log: "terms", "deal_change" */
    int64_t object_id;
    const char *title;                /* what the approver reads first */
    const char *reason;               /* NULL: none */
    int64_t amount_fen;               /* what it is about; 0: no money */
    int64_t discount_bp;              /* off the list price, all in all; 0: none */
    uint8_t hash[APPROVAL_HASH_SIZE]; /* of all that will be done (approval_hash) */
    const struct approval_value *values;
    size_t n_values;
    int64_t resubmits_id; /* a rejected, returned or withdrawn one; 0: none */
};

/* Asks. APPROVAL_NO_ROUTE when no rule fits or no step of the flow applies, APPROVAL_NO_APPROVER
 * when a step has nobody but who asks, APPROVAL_RUNNING when one about the object runs, and
 * FIELDS_WRONG. */
int approval_request(struct tx *tx, const struct approval_ask *ask, int64_t *ret_id);

/* Decides a task that is the actor's. @version is the request's as read. APPROVED of the last one
 * executes. */
int approval_decide(struct tx *tx, int64_t task_id, int64_t version, enum approval_outcome outcome,
                    const char *note);
/* By who asked, while nobody is through with it. */
int approval_withdraw(struct tx *tx, int64_t approval_id, int64_t version, const char *reason);
/* Reminds those who hold it; not more often than every 30 minutes (WF-08): APPROVAL_URGED. */
int approval_urge(struct tx *tx, int64_t approval_id);

/* BLAKE2b-256 over "name=value\n" lines, in their order: the one way to make a payload's hash. */
struct approval_hash {
    uint64_t state[48]; /* opaque */
};
void approval_hash_begin(struct approval_hash *hash);
void approval_hash_text(struct approval_hash *hash, const char *name, const char *value);
void approval_hash_int(struct approval_hash *hash, const char *name, int64_t value);
void approval_hash_end(struct approval_hash *hash, uint8_t ret_hash[APPROVAL_HASH_SIZE]);

#endif

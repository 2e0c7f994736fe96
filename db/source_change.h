/* source_change.h - another source for a customer: asked for, approved, carried out (CU-04).
 *
 * Where somebody comes from decides who is paid for him, so it is recorded once and changes under
 * approval alone, which the database holds too. One is asked for at a time. The reason is written
 * about a person: it stands here, where an erasure finds it, and not in the request.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_SOURCE_CHANGE_H
#define ANCHANG_DB_SOURCE_CHANGE_H

#include "db/approval.h"
#include "db/contact.h"

enum {
    SOURCE_CHANGE_REASON_MAX = 400, /* characters */
    SOURCE_CHANGES_MAX = 200,       /* of a customer */
};

struct source_change_ask {
    int64_t customer_id, project_id; /* the rules of the project say who decides */
    int64_t source_id;
    const char *reason;
    const struct approval_values *values; /* of approvals, */
    int64_t resubmits_id;                 /* and this */
};
/* In a project of the actor's, where he may work with the customer: NOT_FOUND, CUSTOMER_NOT_YOURS.
 * CUSTOMER_RESTRICTED, OPTION_UNKNOWN, SOURCE_SAME, REASON_NEEDED, LIMIT_REACHED, APPROVAL_RUNNING,
 * and those of approval_request(). */
int source_change_ask(struct tx *tx, const struct source_change_ask *ask, int64_t *ret_id);

/* The approval's end (approval.def). Approved: NOT_FOUND and CUSTOMER_RESTRICTED of one deleted or
 * restricted meanwhile, OPTION_UNKNOWN of a source that was disabled, APPROVAL_CONTENT_CHANGED. */
approval_end_function source_change_end;

/* Ends the one that is asked for, if there is one: the customer is deleted or erased. */
int source_change_abandon(struct tx *tx, int64_t customer_id);

struct source_change_source {
    int64_t id; /* 0: of before sources were kept */
    const char *name, *name_en;
};
struct source_change_row {
    int64_t id, project_id, approval_id, user_id, asked_ms, ended_ms; /* ended 0: not yet */
    int64_t customer_id;  /* 0: the actor does not see him */
    const char *customer; /* as name_shown() has it */
    struct source_change_source was, source;
    const char *reason, *state, *user, *ended_by; /* ended_by "": nobody yet */
};
/* Of a customer, newest first: NOT_FOUND, CUSTOMER_NOT_YOURS. */
int source_change_each(struct tx *tx, int64_t customer_id,
                       int (*each)(void *arg, const struct source_change_row *row), void *arg);
/* One: for who sees the customer, not his masked row alone, or may read its request; NOT_FOUND. */
int source_change_get(struct tx *tx, int64_t id,
                      int (*each)(void *arg, const struct source_change_row *row), void *arg);

#endif

/* approval_impl.h - what the files of the approvals share: approval.c (asking and ending),
 * approval_step.c (steps and decisions), approval_read.c (reading); of it flow.c knows which nodes
 * apply. */
#ifndef ANCHANG_DB_APPROVAL_IMPL_H
#define ANCHANG_DB_APPROVAL_IMPL_H

#include "db/approval.h"

/* SQL: the node n takes part in the request a. It is passed over while the request reaches none of
 * its bounds. */
#define NODE_APPLIES                                                                               \
    "((n.amount_from_fen IS NULL AND n.discount_from_bp IS NULL) "                                 \
    "OR n.amount_from_fen <= a.amount_fen OR n.discount_from_bp <= a.discount_bp)"

/* SQL: the user U may sign for K, a task or an approver of a node, in the request a: he is the one
 * named or holds the post, sees the whole project, may log in, did not ask, and has not decided
 * about it before. */
#define MAY_SIGN(U, K)                                                                             \
    U ".enabled = 1 AND " U ".id <> a.requester_id AND " U ".id IN "                               \
      "(SELECT h.user_id FROM user_post h WHERE h.post_id = " K ".post_id UNION SELECT " K         \
      ".user_id) AND EXISTS (SELECT 1 FROM user_post y JOIN post w ON w.id = y.post_id WHERE "     \
      "y.user_id = " U ".id AND (w.all_projects = 1 OR EXISTS (SELECT 1 FROM post_project z "      \
      "WHERE z.post_id = w.id AND z.project_id = a.project_id))) AND NOT EXISTS (SELECT 1 FROM "   \
      "approval_task d WHERE d.approval_id = a.id AND d.decided_by = " U ".id)"

enum { APPROVAL_TITLE_TEXT = APPROVAL_TITLE_MAX * 4 + 1, APPROVAL_OBJECT_TEXT = 64 };

/* A request as it is, for a step of it. */
struct approval_now {
    int64_t id, version, project_id, requester_id, step, made_ms, urged_ms;
    enum approval_subject subject;
    int64_t object_id;
    char object[APPROVAL_OBJECT_TEXT], title[APPROVAL_TITLE_TEXT], state[12];
    uint8_t hash[APPROVAL_HASH_SIZE];
};
/* 1, or 0 when there is none of that id, or of a subject that this program does not know. Looks at
 * no scope. */
int approval_now_read(struct tx *tx, int64_t id, struct approval_now *ret_now);

/* APPROVAL_STATE with what it is. */
int approval_state_refuse(struct tx *tx, const char *state);

/* A row of what was done, its line in the log, and the news of it. @action is the log's, such as
 * "approval.urged"; what stands after the point is the event. @task_id 0: not of one. */
int approval_event_add(struct tx *tx, const struct approval_now *now, int64_t task_id,
                       const char *action, const char *note);

/* Whether all signatures of the applying nodes can come from different people, none of them the
 * requester: APPROVAL_NO_APPROVER with the node that cannot be signed, APPROVAL_NO_ROUTE when none
 * applies. */
int approval_seats_check(struct tx *tx, const struct approval_now *now);
/* Makes the tasks of the next step that has a node: 1, or 0 when there is none. */
int approval_step_begin(struct tx *tx, const struct approval_now *now);
/* Ends the request: tasks that are open become void, to-dos end. The subject is not told. */
int approval_close(struct tx *tx, const struct approval_now *now, const char *state);

#endif

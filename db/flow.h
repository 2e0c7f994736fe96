/* flow.h - the ways that requests go: nodes in steps, with who decides at each (WF-03).
 *
 * Nodes of one step stand side by side; the next step begins when all of them are passed. A node is
 * passed by one of its approvers ("any") or by each of them ("all", countersign); an approver is a
 * post, for which one of its holders decides, or a user. A node with bounds is passed over when the
 * request reaches none of them.
 *
 * What is edited is the draft of a flow; activating it retires the version before. Requests that
 * run keep theirs: a version that was active is never edited, which the database holds.
 *
 * A flow is of one project or of every one; the latter is edited by who sees all projects. Thread:
 * changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_FLOW_H
#define ANCHANG_DB_FLOW_H

#include "db/approval.h"

enum { FLOW_MAX = 200, FLOW_STEPS_MAX = 20, FLOW_NODES_MAX = 40, FLOW_NODE_APPROVERS_MAX = 10 };

struct flow_approver {
    int64_t post_id, user_id; /* one of them; the other is 0 */
    const char *name;         /* of it; only read */
};

struct flow_node {
    int64_t id; /* only read */
    int64_t step;
    const char *name;
    bool all;                                  /* false: any */
    int64_t amount_from_fen, discount_from_bp; /* 0: none */
    struct flow_approver approvers[FLOW_NODE_APPROVERS_MAX];
    size_t n_approvers;
};

/* NAME_TAKEN, LIMIT_REACHED, FLOW_SCOPE, NOT_FOUND (the project). It has no version yet. */
int flow_create(struct tx *tx, int64_t project_id, const char *name, int64_t *ret_id);

struct flow_change {
    int64_t id, version;
    const char *name; /* NULL: leave */
    int enabled;      /* -1: leave */
};
int flow_update(struct tx *tx, const struct flow_change *change);

/* Puts @nodes into the draft of the flow, which is made when there is none. Steps are numbered anew
 * from 1 in their order. FIELDS_WRONG with the node's row: a name twice in a step, no approver, one
 * twice, an unknown one, too many signatures. */
int flow_draft_set(struct tx *tx, int64_t flow_id, int64_t version, const struct flow_node *nodes,
                   size_t n);
/* Throws the draft away: FLOW_NO_DRAFT. */
int flow_draft_drop(struct tx *tx, int64_t flow_id, int64_t version);
/* Requests go by it from now on: FLOW_NO_DRAFT. */
int flow_activate(struct tx *tx, int64_t flow_id, int64_t version);

struct flow_row {
    int64_t id, version, project_id; /* project 0: of every one */
    const char *name;
    bool enabled;
    int64_t active_id, active_number, draft_id; /* versions; 0: none */
    int64_t running;                            /* requests on any version */
};
/* Those of @project_id (NOT_FOUND out of scope) and those of every project; 0: all in scope.
 * @flow_id 0: all, else the one, and NOT_FOUND. By name. */
int flow_each(struct tx *tx, int64_t project_id, int64_t flow_id,
              int (*each)(void *arg, const struct flow_row *row), void *arg);

struct flow_version_row {
    int64_t id, number, at_ms, requests;
    const char *state, *actor;
};
/* Newest first; the caller has read the flow. */
int flow_version_each(struct tx *tx, int64_t flow_id,
                      int (*each)(void *arg, const struct flow_version_row *row), void *arg);
/* By step; the caller has read the flow. */
int flow_node_each(struct tx *tx, int64_t flow_version_id,
                   int (*each)(void *arg, const struct flow_node *node), void *arg);
/* Of them those that a request of such an amount and discount comes to. */
int flow_node_each_of(struct tx *tx, int64_t flow_version_id, int64_t amount_fen,
                      int64_t discount_bp, int (*each)(void *arg, const struct flow_node *node),
                      void *arg);

/* At the start of the program: a flow and, for each subject that never had a rule of every project,
 * a rule to it, so that no project waits for its first flow. The flow: the project's sales manager
 * or company sales; then, from five million yuan or 5 % on, the group's management. */
int flows_seed(struct tx *tx);

#endif

/* process.h - the templates of what has to be done for a deal (AS-01, SF-12): a project's, for some
 * payment plans and classes, beginning at the subscription or at the contract.
 *
 * A deal that begins copies the nodes; an edit touches none that runs (deal_node.h). Errors:
 * NAME_TAKEN, VERSION_CHANGED, LIMIT_REACHED, FIELDS_WRONG with an item for each node's, NOT_FOUND,
 * negative errno. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_PROCESS_H
#define ANCHANG_DB_PROCESS_H

#include "db/tx.h"

enum { PROCESS_NODES_MAX = 40, PROCESS_TEMPLATES_MAX = 50 };

enum node_kind {
#define NODE(symbol, code, zh, en, by_hand, by_money) NODE_##symbol,
#include "db/deal_node.def"
#undef NODE
    NODE_KIND_COUNT
};

struct node_kind_info {
    const char *code, *zh, *en;
    bool by_hand, by_money;
};
extern const struct node_kind_info node_kinds[NODE_KIND_COUNT];
/* NULL when @code is none. */
const struct node_kind_info *node_kind_info(const char *code);

struct process_node {
    const char *code, *name, *kind;
    const char *right;    /* who may do it: a code of right.def */
    int64_t days;         /* from the beginning, or from the end of the one above */
    bool counts_previous; /* from the one above */
    bool strict;          /* not before all above it are done */
};

struct process_row {
    int64_t id, version, project_id, ordinal;
    const char *name, *begins; /* "subscribed", "signed" */
    const char *plan_kinds;    /* separated by a space; "": any */
    unsigned classes;          /* unit_class.h; 0: every class */
    bool enabled;
    const struct process_node *nodes; /* of a new one or a change; reading: process_node_each() */
    size_t n_nodes;
};

/* The templates a new project begins with: loans, and every other plan. */
int process_seed(struct tx *tx, int64_t project_id);
/* @row without id and version. */
int process_create(struct tx *tx, const struct process_row *row, int64_t *ret_id);
/* All of it in the place of what there is; @row->version as read. */
int process_update(struct tx *tx, const struct process_row *row);
/* In their order; @id 0: all of the project. Texts live during the call. */
int process_each(struct tx *tx, int64_t project_id, int64_t id,
                 int (*each)(void *arg, const struct process_row *row), void *arg);
/* Its nodes in order. Looks at no scope: the caller has read the template. */
int process_node_each(struct tx *tx, int64_t id,
                      int (*each)(void *arg, const struct process_node *node), void *arg);
/* The nodes of the project's templates that a due line may wait for, each code once; @plan_kind "":
 * for any kind of plan. Looks at no scope. */
int process_waits_each(struct tx *tx, int64_t project_id, const char *plan_kind,
                       int (*each)(void *arg, const char *code, const char *name), void *arg);
/* What people call the node @code of the project @project: SQL. */
#define PROCESS_NODE_NAMED(project, code)                                                          \
    "COALESCE((SELECT MIN(pn.name) FROM process_template_node pn JOIN process_template pt "        \
    "ON pt.id = pn.template_id WHERE pt.project_id = " project " AND pn.code = " code "), " code   \
    ")"
int process_project(struct tx *tx, int64_t id, int64_t *ret_project_id);

#endif

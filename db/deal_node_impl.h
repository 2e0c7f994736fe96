/* deal_node_impl.h - one node, for the files of deal_node.h. Thread: the writer's. */
#ifndef ANCHANG_DB_DEAL_NODE_IMPL_H
#define ANCHANG_DB_DEAL_NODE_IMPL_H

#include "db/approval.h"
#include "db/deal_node.h"
#include "db/deal_scope.h"

struct node {
    struct deal_place place;
    int64_t id, version, ordinal;
    enum node_kind kind;
    int right; /* enum right */
    bool open, strict;
    char name[200];
};

/* In scope and not void; @version 0: not checked. */
int node_read(struct tx *tx, int64_t id, int64_t version, struct node *ret);
int node_reopen(struct tx *tx, const struct node *node, const char *reason);
/* A row of its history. */
int node_event_add(struct tx *tx, int64_t node_id, const char *event, const char *note,
                   const char *media_id);
/* What the end of a request for it means (approval.def). */
approval_end_function node_reopen_end;
/* A to-do for who has it, or for whoever has its right; ended with the node. */
int node_due_tell(struct tx *tx, int64_t node_id);

#endif

/* deal_node.h - what is to be done for a deal, by whom and until when (SF-12, SF-13, AS-02 to
 * AS-05, AS-13).
 *
 * Nodes come from a template in the transaction of the subscription or the contract. One is ended
 * by hand in its order, or by the business step it stands for; opened again under approval alone.
 * Due days are days of the site, fixed when they can be counted. Needs a deal in scope.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_DEAL_NODE_H
#define ANCHANG_DB_DEAL_NODE_H

#include "db/process.h"

enum { NODE_NEAR_DAYS = 3, NODE_PAGE_MAX = 200 };

/* ---- for the modules of db/, which have checked the deal ---- */

/* Copies the nodes of the first template that fits the deal, behind those it has. None fits:
 * none. */
int deal_node_begin(struct tx *tx, int64_t deal_id, const char *begins);
/* Of which kinds the deal has nodes that are open, and done. */
struct deal_nodes {
    bool open[NODE_KIND_COUNT], done[NODE_KIND_COUNT];
};
int deal_nodes_read(struct tx *tx, int64_t deal_id, struct deal_nodes *ret);
/* What nodes of that kind stand for has happened: ends each that is open. It is one fact of the
 * deal however many wait for it: to say it again ends nothing more. */
int deal_node_told(struct tx *tx, int64_t deal_id, enum node_kind kind, const char *document);
/* It has not after all: each of that kind is open again. */
int deal_node_untold(struct tx *tx, int64_t deal_id, enum node_kind kind, const char *reason);
/* The deal ends: what is open is void. */
int deal_node_void_all(struct tx *tx, int64_t deal_id);
/* Its plan is another, or its stage an earlier one: what the template that fits now has not and is
 * open goes, what it has more comes. None fits, or it is a booking again: all that is open goes. */
int deal_node_replan(struct tx *tx, int64_t deal_id);

/* What was done by hand for one deal is done for the one that it was exchanged for. */
int deal_node_carry(struct tx *tx, int64_t from_id, int64_t to_id);

/* ---- by people ---- */

struct node_done {
    int64_t id, version;
    const char *result;   /* what came of it; needed */
    const char *document; /* NULL: none */
    const char *media_id; /* NULL: none */
};
/* DENIED without the node's right, NODE_BY_EVENT for one that is not ended by hand, NODE_ORDER with
 * the one that is first, NODE_DONE, VERSION_CHANGED. */
int deal_node_done(struct tx *tx, const struct node_done *done);
/* A step forward that does not end it. */
int deal_node_progress(struct tx *tx, int64_t id, const char *note, const char *media_id);
int deal_node_assign(struct tx *tx, int64_t id, int64_t version, int64_t user_id);

struct node_reopen_ask {
    int64_t id, version;
    const char *reason;                   /* needed */
    const struct approval_values *values; /* as of approval_ask, */
    int64_t resubmits_id;                 /* and this */
};
/* Asks that a done one be opened again (AS-04): NODE_OPEN when it is not done, NODE_BY_EVENT, what
 * approval_request() refuses. The approval opens it. */
int deal_node_reopen_ask(struct tx *tx, const struct node_reopen_ask *ask,
                         int64_t *ret_approval_id);

/* ---- reading ---- */

struct deal_node_row {
    int64_t id, version, deal_id, ordinal, user_id, done_ms; /* 0: none */
    const char *code, *name, *kind, *right, *state, *result, *document;
    const char *due_date;       /* NULL: not to be counted yet */
    const char *user, *done_by; /* people's names; NULL: none */
    bool strict;
};
/* Of a deal, in order, void ones left out. */
int deal_node_each(struct tx *tx, int64_t deal_id,
                   int (*each)(void *arg, const struct deal_node_row *row), void *arg);

/* What happened to one, newest first. */
struct deal_node_event {
    const char *event, *note;
    const char *media_id; /* NULL: none */
    const char *actor;    /* the person's name */
    int64_t at_ms;
};
int deal_node_event_each(struct tx *tx, int64_t node_id,
                         int (*each)(void *arg, const struct deal_node_event *event), void *arg);

/* The open nodes with a day, of a project, by that day: the lists of AS-03. */
enum node_when { NODE_NEAR, NODE_DUE, NODE_OVERDUE };
struct node_filter {
    int64_t project_id;
    enum node_when when;
    const char *today; /* near: within NODE_NEAR_DAYS after it; due: that day; overdue: before */
    int64_t user_id;   /* whose; 0: anybody's */
    const char *kind;  /* NULL: any */
    const char *after_day; /* behind this place; NULL: from the first */
    int64_t after_id;
    int limit;
};
struct node_task {
    struct deal_node_row node;
    const char *unit;     /* as people say it */
    const char *customer; /* masked unless the actor has customer.clear */
    const char *consultant;
};
int deal_node_list(struct tx *tx, const struct node_filter *filter,
                   int (*each)(void *arg, const struct node_task *task), void *arg);

/* Notes each that came near, due or overdue, once each (AS-03), and once more when it was opened
 * again or has another day; what is due or overdue becomes a to-do of who has it, or of whoever has
 * its right. How many, 200 of each at most. */
int deal_node_remind(struct tx *tx, const char *today);
/* The same for the timer, on the day that it is. */
int deal_node_remind_due(struct tx *tx, int64_t *ret_next_ms);

#endif

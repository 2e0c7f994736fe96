/* deal_node_reopen.c - a node that is done is opened again under approval alone (AS-04). See
 * deal_node.h. */
#include <stdio.h>
#include <string.h>

#include "db/deal_node_impl.h"

/* What is bound: that this node is done, by whom, when and with what. */
struct done_now {
    uint8_t hash[APPROVAL_HASH_SIZE];
    char title[300];
    bool done, closed;
};

static int done_read(struct tx *tx, int64_t id, struct done_now *ret)
{
    struct approval_hash hash;
    struct stmt *s;
    int r =
        db_query(tx->db, &s,
                 "SELECT n.deal_id, n.name, n.state, n.result, n.document, n.done_by, "
                 "n.done_ms, d.closed_ms, b.name || CASE st.name WHEN '' THEN '' ELSE '-' || "
                 "st.name END || '-' || u.room FROM deal_node n JOIN deal d ON d.id = n.deal_id "
                 "JOIN unit u ON u.id = d.unit_id JOIN building b ON b.id = u.building_id "
                 "JOIN stair st ON st.id = u.stair_id WHERE n.id = $1",
                 "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        approval_hash_begin(&hash);
        approval_hash_int(&hash, "deal", stmt_int(s, 0));
        approval_hash_int(&hash, "node", id);
        approval_hash_text(&hash, "result", stmt_text(s, 3));
        approval_hash_text(&hash, "document", stmt_text(s, 4));
        approval_hash_text(&hash, "done_by", stmt_text(s, 5));
        approval_hash_int(&hash, "done_ms", stmt_int(s, 6));
        approval_hash_end(&hash, ret->hash);
        snprintf(ret->title, sizeof(ret->title), "%s %s", stmt_text(s, 8), stmt_text(s, 1));
        ret->done = strcmp(stmt_text(s, 2), "done") == 0;
        ret->closed = !stmt_is_null(s, 7);
    }
    stmt_reset(s);
    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r < 0 ? r : 0;
}

/* What ended by a business step is opened again by taking that step back, not by wish. */
static int reopen_check(struct tx *tx, const struct node *node, const struct done_now *now)
{
    const struct node_kind_info *kind = &node_kinds[node->kind];

    if (!kind->by_hand)
        return fault_set(tx->fault, FAULT_NODE_BY_EVENT, "node", node->name, "event", kind->zh,
                         "event_en", kind->en, NULL);
    if (!now->done)
        return fault_set(tx->fault, FAULT_NODE_OPEN, "node", node->name, NULL);
    return now->closed ? fault_set(tx->fault, FAULT_DEAL_CLOSED, NULL) : 0;
}

int deal_node_reopen_ask(struct tx *tx, const struct node_reopen_ask *ask, int64_t *ret_approval_id)
{
    struct approval_ask request = {.subject = SUBJECT_NODE_REOPEN,
                                   .object_kind = "deal_node",
                                   .object_id = ask->id,
                                   .reason = ask->reason,
                                   .values = ask->values,
                                   .resubmits_id = ask->resubmits_id};
    struct done_now now;
    struct node node;
    int r = node_read(tx, ask->id, ask->version, &node);

    if (r == 0)
        r = tx_need_right(tx, (enum right)node.right);
    if (r == 0)
        r = done_read(tx, ask->id, &now);
    if (r == 0)
        r = reopen_check(tx, &node, &now);
    if (r < 0)
        return r;
    if (!ask->reason || !ask->reason[0])
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    request.project_id = node.place.project_id;
    request.title = now.title;
    memcpy(request.hash, now.hash, sizeof(request.hash));
    return approval_request(tx, &request, ret_approval_id);
}

/* The approver need not have the deal in his own scope: what he was asked is his to decide. */
int node_reopen_end(struct tx *tx, int64_t object_id, const uint8_t hash[APPROVAL_HASH_SIZE],
                    enum approval_outcome outcome)
{
    struct tx all = *tx;
    struct done_now now;
    struct node node;
    int r;

    if (outcome != APPROVAL_APPROVED)
        return 0;
    all.actor = &actor_system;
    r = node_read(&all, object_id, 0, &node);
    if (r == 0)
        r = done_read(tx, object_id, &now);
    if (r < 0)
        return r;
    if (memcmp(now.hash, hash, sizeof(now.hash)) != 0)
        return fault_set(tx->fault, FAULT_APPROVAL_CONTENT_CHANGED, NULL);
    r = reopen_check(tx, &node, &now);
    return r < 0 ? r : node_reopen(tx, &node, "");
}

/* flow.c - flows and their versions. See flow.h. */
#include "db/flow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/approval_impl.h"
#include "db/audit.h"
#include "db/default_name.h"
#include "db/flow_rule.h"
#include "db/flow_scope.h"
#include "db/user.h"

enum { NAME_TEXT = 60 * 4 + 1 };

int flow_scope_need(struct tx *tx, int64_t project_id)
{
    if (project_id)
        return tx_need_whole(tx, project_id);
    return tx->actor->all_projects ? 0 : fault_set(tx->fault, FAULT_FLOW_SCOPE, NULL);
}

/* ---- flows ---- */

int flow_create(struct tx *tx, int64_t project_id, const char *name, int64_t *ret_id)
{
    struct trail trail = {0};
    int64_t id = 0;
    int r = flow_scope_need(tx, project_id);

    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM flow WHERE $1 = 0", 0, FLOW_MAX);
    if (r == 0)
        r = db_get(tx->db, &id, "INSERT INTO flow (project_id, name) VALUES ($1, $2) RETURNING id",
                   "ot", project_id ? &project_id : NULL, name);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", name, NULL);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, name);
    r = audit_add(tx, "flow.create", "flow", id, project_id, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

struct flow_now {
    int64_t id, version, project_id, enabled, active_id, draft_id;
    char name[NAME_TEXT];
};

/* The flow as it is, which the actor may change and read as @version. */
static int flow_read(struct tx *tx, int64_t flow_id, int64_t version, struct flow_now *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT f.version, f.project_id, f.enabled, f.name, "
                     "(SELECT id FROM flow_version v WHERE v.flow_id = f.id AND v.state = "
                     "'active'), (SELECT id FROM flow_version v WHERE v.flow_id = f.id "
                     "AND v.state = 'draft') FROM flow f WHERE f.id = $1",
                     "i", flow_id);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    *ret = (struct flow_now){.id = flow_id,
                             .version = stmt_int(s, 0),
                             .project_id = stmt_int(s, 1),
                             .enabled = stmt_int(s, 2),
                             .active_id = stmt_int(s, 4),
                             .draft_id = stmt_int(s, 5)};
    snprintf(ret->name, sizeof(ret->name), "%s", stmt_text(s, 3));
    stmt_reset(s);
    r = flow_scope_need(tx, ret->project_id);
    if (r == 0 && ret->version != version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", ret->name, NULL);
    return r;
}

static int flow_touch(struct tx *tx, int64_t flow_id)
{
    int r = db_run(tx->db, "UPDATE flow SET version = version + 1 WHERE id = $1", "i", flow_id);

    return r < 0 ? r : 0;
}

int flow_update(struct tx *tx, const struct flow_change *c)
{
    struct trail trail = {0};
    struct flow_now now;
    int r = flow_read(tx, c->id, c->version, &now);

    if (r < 0)
        return r;
    trail_given_text(&trail, "name", now.name, c->name);
    trail_given_int(&trail, "enabled", now.enabled, c->enabled);
    if (trail_empty(&trail))
        return 0;
    r = db_run(tx->db,
               "UPDATE flow SET name = $2, enabled = $3, version = version + 1 WHERE id = $1",
               "iti", c->id, c->name ? c->name : now.name,
               c->enabled < 0 ? now.enabled : (int64_t)(c->enabled != 0));
    if (r < 0) {
        trail_clear(&trail);
        return r == -EEXIST ? fault_set(tx->fault, FAULT_NAME_TAKEN, "name", c->name, NULL) : r;
    }
    return audit_add(tx, "flow.update", "flow", c->id, now.project_id, &trail);
}

/* ---- the draft ---- */

static bool approver_same(const struct flow_approver *a, const struct flow_approver *b)
{
    return a->post_id == b->post_id && a->user_id == b->user_id;
}

/* That each is there once; that they exist is for the foreign keys to say. */
static void node_check(struct tx *tx, const struct flow_node *nodes, size_t i)
{
    const struct flow_node *node = &nodes[i];

    for (size_t k = 0; k < i; k++)
        if (nodes[k].step == node->step && strcmp(nodes[k].name, node->name) == 0)
            fault_item(tx->fault, FAULT_FLOW_NODE_NAME, (int64_t)i + 1, "name", "name", node->name,
                       NULL);
    if (node->n_approvers == 0)
        fault_item(tx->fault, FAULT_FLOW_NODE_APPROVERS, (int64_t)i + 1, "approvers", "name",
                   node->name, NULL);
    for (size_t a = 0; a < node->n_approvers; a++) {
        bool odd = !node->approvers[a].post_id == !node->approvers[a].user_id;

        for (size_t b = 0; b < a; b++)
            odd = odd || approver_same(&node->approvers[a], &node->approvers[b]);
        if (odd)
            fault_item(tx->fault, FAULT_FIELD_CHOICE, (int64_t)i + 1, "approvers", "field",
                       "approvers", NULL);
    }
}

static int nodes_check(struct tx *tx, const struct flow_node *nodes, size_t n)
{
    size_t seats = 0;

    if (n > FLOW_NODES_MAX)
        return tx_limit_reached(tx, FLOW_NODES_MAX);
    for (size_t i = 0; i < n; i++) {
        node_check(tx, nodes, i);
        seats += nodes[i].n_approvers;
    }
    if (seats > APPROVAL_SEATS_MAX)
        return tx_limit_reached(tx, APPROVAL_SEATS_MAX);
    return fault_fields(tx->fault);
}

static int node_insert(struct tx *tx, int64_t version_id, int64_t step,
                       const struct flow_node *node)
{
    int64_t id = 0;
    int r = db_get(tx->db, &id,
                   "INSERT INTO flow_node (flow_version_id, step, name, mode, amount_from_fen, "
                   "discount_from_bp) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                   "iittoo", version_id, step, node->name, node->all ? "all" : "any",
                   node->amount_from_fen ? &node->amount_from_fen : NULL,
                   node->discount_from_bp ? &node->discount_from_bp : NULL);

    for (size_t i = 0; r >= 0 && i < node->n_approvers; i++) {
        const struct flow_approver *a = &node->approvers[i];

        r = db_run(tx->db,
                   "INSERT INTO flow_node_approver (node_id, ordinal, post_id, user_id) "
                   "VALUES ($1, $2, $3, $4)",
                   "iioo", id, (int64_t)i + 1, a->post_id ? &a->post_id : NULL,
                   a->user_id ? &a->user_id : NULL);
        if (r == -ENOLINK)
            r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    }
    return r < 0 ? r : 0;
}

/* Steps as they are used, from 1 on. */
static int nodes_insert(struct tx *tx, int64_t version_id, const struct flow_node *nodes, size_t n)
{
    int64_t number = 0;
    int r = 0;

    for (int64_t step = 1; r == 0 && step <= FLOW_STEPS_MAX; step++) {
        bool used = false;

        for (size_t i = 0; r == 0 && i < n; i++) {
            if (nodes[i].step != step)
                continue;
            number += !used;
            used = true;
            r = node_insert(tx, version_id, number, &nodes[i]);
        }
    }
    return r;
}

static int draft_clear(struct tx *tx, int64_t draft_id)
{
    int r = db_run(tx->db,
                   "DELETE FROM flow_node_approver WHERE node_id IN "
                   "(SELECT id FROM flow_node WHERE flow_version_id = $1)",
                   "i", draft_id);

    if (r >= 0)
        r = db_run(tx->db, "DELETE FROM flow_node WHERE flow_version_id = $1", "i", draft_id);
    return r < 0 ? r : 0;
}

static int draft_need(struct tx *tx, const struct flow_now *now, int64_t *ret_id)
{
    int64_t id = now->draft_id;
    int r = 1;

    if (!id)
        r = db_get(tx->db, &id,
                   "INSERT INTO flow_version (flow_id, number, actor, at_ms) VALUES ($1, "
                   "(SELECT COALESCE(MAX(number), 0) + 1 FROM flow_version WHERE flow_id = $1), "
                   "$2, $3) RETURNING id",
                   "iti", now->id, tx->actor->name, tx->now_ms);
    else
        r = draft_clear(tx, id);
    if (r >= 0)
        *ret_id = id;
    return r < 0 ? r : 0;
}

/* "1 经理 any post:3 user:4", a field for each node: what the log keeps of a version. */
static void nodes_trail(struct trail *trail, const struct flow_node *nodes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct flow_node *node = &nodes[i];
        char text[NAME_TEXT + FLOW_NODE_APPROVERS_MAX * 32 + 80];
        int at = snprintf(text, sizeof(text), "%" PRId64 " %s %s", node->step, node->name,
                          node->all ? "all" : "any");

        if (node->amount_from_fen)
            at += snprintf(text + at, sizeof(text) - (size_t)at, " amount>=%" PRId64,
                           node->amount_from_fen);
        if (node->discount_from_bp)
            at += snprintf(text + at, sizeof(text) - (size_t)at, " discount>=%" PRId64,
                           node->discount_from_bp);
        for (size_t k = 0; k < node->n_approvers; k++) {
            const struct flow_approver *a = &node->approvers[k];

            at += snprintf(text + at, sizeof(text) - (size_t)at, " %s:%" PRId64,
                           a->post_id ? "post" : "user", a->post_id ? a->post_id : a->user_id);
        }
        trail_text(trail, "node", NULL, text);
    }
}

int flow_draft_set(struct tx *tx, int64_t flow_id, int64_t version, const struct flow_node *nodes,
                   size_t n)
{
    struct trail trail = {0};
    struct flow_now now;
    int64_t draft_id = 0;
    int r = flow_read(tx, flow_id, version, &now);

    if (r == 0)
        r = nodes_check(tx, nodes, n);
    if (r == 0)
        r = draft_need(tx, &now, &draft_id);
    if (r == 0)
        r = nodes_insert(tx, draft_id, nodes, n);
    if (r == 0)
        r = flow_touch(tx, flow_id);
    if (r < 0)
        return r;
    nodes_trail(&trail, nodes, n);
    return audit_add(tx, "flow.draft", "flow", flow_id, now.project_id, &trail);
}

static int draft_read(struct tx *tx, int64_t flow_id, int64_t version, struct flow_now *ret)
{
    int r = flow_read(tx, flow_id, version, ret);

    if (r == 0 && !ret->draft_id)
        r = fault_set(tx->fault, FAULT_FLOW_NO_DRAFT, "flow", ret->name, NULL);
    return r;
}

int flow_draft_drop(struct tx *tx, int64_t flow_id, int64_t version)
{
    struct flow_now now;
    int r = draft_read(tx, flow_id, version, &now);

    if (r == 0)
        r = draft_clear(tx, now.draft_id);
    if (r == 0)
        r = db_run(tx->db, "DELETE FROM flow_version WHERE id = $1", "i", now.draft_id);
    if (r >= 0)
        r = flow_touch(tx, flow_id);
    return r < 0 ? r : audit_add(tx, "flow.draft-drop", "flow", flow_id, now.project_id, NULL);
}

int flow_activate(struct tx *tx, int64_t flow_id, int64_t version)
{
    struct trail trail = {0};
    struct flow_now now;
    int64_t nodes = 0;
    int r = draft_read(tx, flow_id, version, &now);

    if (r == 0)
        r = db_get(tx->db, &nodes, "SELECT COUNT(*) FROM flow_node WHERE flow_version_id = $1", "i",
                   now.draft_id);
    if (r >= 0 && nodes == 0)
        return fault_set(tx->fault, FAULT_FLOW_EMPTY, "flow", now.name, NULL);
    if (r >= 0 && now.active_id)
        r = db_run(tx->db, "UPDATE flow_version SET state = 'retired' WHERE id = $1", "i",
                   now.active_id);
    if (r >= 0)
        r = db_run(tx->db,
                   "UPDATE flow_version SET state = 'active', actor = $2, at_ms = $3 WHERE id = $1",
                   "iti", now.draft_id, tx->actor->name, tx->now_ms);
    if (r >= 0)
        r = flow_touch(tx, flow_id);
    if (r < 0)
        return r;
    trail_int(&trail, "active", now.active_id ? &now.active_id : NULL, &now.draft_id);
    return audit_add(tx, "flow.activate", "flow", flow_id, now.project_id, &trail);
}

/* ---- reading ---- */

int flow_each(struct tx *tx, int64_t project_id, int64_t flow_id,
              int (*each)(void *arg, const struct flow_row *row), void *arg)
{
    struct stmt *s = NULL;
    int n = 0;
    int r = project_id ? tx_need_project(tx, project_id) : 0;

    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT f.id, f.version, f.project_id, f.name, f.enabled, a.id, a.number, d.id, "
            "(SELECT COUNT(*) FROM flow_version v JOIN approval q ON q.flow_version_id = v.id "
            "AND q.state = 'running' WHERE v.flow_id = f.id) FROM flow f "
            "LEFT JOIN flow_version a ON a.flow_id = f.id AND a.state = 'active' "
            "LEFT JOIN flow_version d ON d.flow_id = f.id AND d.state = 'draft' "
            "WHERE ($1 = 0 OR f.id = $1) AND ($2 = 0 OR f.project_id IS NULL OR f.project_id = $2) "
            "ORDER BY f.name, f.id",
            "ii", flow_id, project_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct flow_row row = {.id = stmt_int(s, 0),
                                     .version = stmt_int(s, 1),
                                     .project_id = stmt_int(s, 2),
                                     .name = stmt_text(s, 3),
                                     .enabled = stmt_int(s, 4) != 0,
                                     .active_id = stmt_int(s, 5),
                                     .active_number = stmt_int(s, 6),
                                     .draft_id = stmt_int(s, 7),
                                     .running = stmt_int(s, 8)};

        if (row.project_id && !actor_sees_project(tx->actor, row.project_id))
            continue;
        n++;
        r = each(arg, &row);
    }
    stmt_reset(s);
    if (r >= 0 && flow_id && n == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : 0;
}

int flow_version_each(struct tx *tx, int64_t flow_id,
                      int (*each)(void *arg, const struct flow_version_row *row), void *arg)
{
    struct stmt *s;
    int r =
        db_query(tx->db, &s,
                 "SELECT v.id, v.number, v.at_ms, v.state, " USER_NAMED(
                     "actor") ", "
                              "(SELECT COUNT(*) FROM approval q WHERE q.flow_version_id = v.id) "
                              "FROM flow_version v WHERE v.flow_id = $1 ORDER BY v.number DESC",
                 "i", flow_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct flow_version_row row = {.id = stmt_int(s, 0),
                                             .number = stmt_int(s, 1),
                                             .at_ms = stmt_int(s, 2),
                                             .state = stmt_text(s, 3),
                                             .actor = stmt_text(s, 4),
                                             .requests = stmt_int(s, 5)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int node_approvers(struct tx *tx, struct flow_node *node,
                          int (*each)(void *arg, const struct flow_node *node), void *arg)
{
    struct stmt *s;
    char names[FLOW_NODE_APPROVERS_MAX][NAME_TEXT];
    int r = db_query(tx->db, &s,
                     "SELECT k.post_id, k.user_id, COALESCE(p.name, u.name) "
                     "FROM flow_node_approver k LEFT JOIN post p ON p.id = k.post_id "
                     "LEFT JOIN user_account u ON u.id = k.user_id WHERE k.node_id = $1 "
                     "ORDER BY k.ordinal",
                     "i", node->id);

    while (r >= 0 && node->n_approvers < FLOW_NODE_APPROVERS_MAX && (r = stmt_step(s)) == 1) {
        char *name = names[node->n_approvers];

        snprintf(name, NAME_TEXT, "%s", stmt_text(s, 2));
        node->approvers[node->n_approvers++] =
            (struct flow_approver){stmt_int(s, 0), stmt_int(s, 1), name};
    }
    stmt_reset(s);
    return r < 0 ? r : each(arg, node);
}

/* @all: also those that a request of @amount_fen and @discount_bp passes over. */
static int nodes_each(struct tx *tx, int64_t flow_version_id, bool all, int64_t amount_fen,
                      int64_t discount_bp, int (*each)(void *arg, const struct flow_node *node),
                      void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT n.id, n.step, n.name, n.mode, n.amount_from_fen, n.discount_from_bp "
                     "FROM flow_node n, (SELECT CAST($3 AS BIGINT) AS amount_fen, "
                     "CAST($4 AS BIGINT) AS discount_bp) a "
                     "WHERE n.flow_version_id = $1 AND ($2 = 1 OR " NODE_APPLIES ") "
                     "ORDER BY n.step, n.id",
                     "iiii", flow_version_id, (int64_t)all, amount_fen, discount_bp);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct flow_node node = {.id = stmt_int(s, 0),
                                 .step = stmt_int(s, 1),
                                 .name = stmt_text(s, 2),
                                 .all = strcmp(stmt_text(s, 3), "all") == 0,
                                 .amount_from_fen = stmt_int(s, 4),
                                 .discount_from_bp = stmt_int(s, 5)};

        r = node_approvers(tx, &node, each, arg);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int flow_node_each(struct tx *tx, int64_t flow_version_id,
                   int (*each)(void *arg, const struct flow_node *node), void *arg)
{
    return nodes_each(tx, flow_version_id, true, 0, 0, each, arg);
}

int flow_node_each_of(struct tx *tx, int64_t flow_version_id, int64_t amount_fen,
                      int64_t discount_bp, int (*each)(void *arg, const struct flow_node *node),
                      void *arg)
{
    return nodes_each(tx, flow_version_id, false, amount_fen, discount_bp, each, arg);
}

/* ---- the defaults ---- */

static int post_of(struct tx *tx, const char *role, int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id, "SELECT id FROM post WHERE role = $1", "t", role);

    return r < 0 ? r : r == 1 ? 0 : -ENOENT;
}

static int default_flow(struct tx *tx, int64_t *ret_id)
{
    struct flow_node nodes[] = {
        {.step = 1, .name = default_names[DEFAULT_NAME_FLOW_MANAGER].zh, .n_approvers = 2},
        {.step = 2,
         .name = default_names[DEFAULT_NAME_FLOW_GROUP].zh,
         .amount_from_fen = INT64_C(500000000),
         .discount_from_bp = 500,
         .n_approvers = 1},
    };
    int64_t id = 0;
    int r = post_of(tx, "sales-manager", &nodes[0].approvers[0].post_id);

    if (r == 0)
        r = post_of(tx, "company-sales", &nodes[0].approvers[1].post_id);
    if (r == 0)
        r = post_of(tx, "group-manager", &nodes[1].approvers[0].post_id);
    if (r == 0)
        r = flow_create(tx, 0, default_names[DEFAULT_NAME_FLOW].zh, &id);
    if (r == 0)
        r = flow_draft_set(tx, id, 1, nodes, sizeof(nodes) / sizeof(nodes[0]));
    if (r == 0)
        r = flow_activate(tx, id, 2);
    if (r == 0)
        *ret_id = id;
    return r;
}

int flows_seed(struct tx *tx)
{
    int64_t flow_id = 0, n;
    int r = 0;

    for (int i = 0; r >= 0 && i < SUBJECT_COUNT; i++) {
        struct flow_rule rule = {.subject = (enum approval_subject)i,
                                 .amount_from_fen = -1,
                                 .amount_to_fen = -1,
                                 .discount_from_bp = -1,
                                 .discount_to_bp = -1,
                                 .enabled = true};

        r = db_get(tx->db, &n,
                   "SELECT COUNT(*) FROM flow_rule WHERE subject = $1 AND project_id IS NULL", "t",
                   approval_subjects[i].code);
        if (r < 0 || n > 0)
            continue;
        if (!flow_id)
            r = db_get(tx->db, &flow_id, "SELECT MIN(id) FROM flow WHERE project_id IS NULL", "");
        if (r >= 0 && !flow_id)
            r = default_flow(tx, &flow_id);
        rule.flow_id = flow_id;
        if (r >= 0)
            r = flow_rule_create(tx, &rule, &n);
    }
    return r < 0 ? r : 0;
}

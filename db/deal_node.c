/* deal_node.c - see deal_node.h. */
#include "db/deal_node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_node_impl.h"
#include "db/todo.h"

enum { NODE_RESULT_TEXT = 400 * 4 + 1 };

int node_event_add(struct tx *tx, int64_t node_id, const char *event, const char *note,
                   const char *media_id)
{
    int r =
        db_run(tx->db,
               "INSERT INTO deal_node_event (node_id, event, note, media_id, actor, at_ms) "
               "VALUES ($1, $2, $3, $4, $5, $6)",
               "itttti", node_id, event, note ? note : "", media_id, tx->actor->name, tx->now_ms);

    return r < 0 ? r : 0;
}

/* ---- the nodes of a deal come and go ---- */

/* A template fits by plan and class; what names none is for every one. */
static int template_find(struct tx *tx, int64_t deal_id, const char *begins, int64_t *ret_id)
{
    return db_get(tx->db, ret_id,
                  "SELECT p.id FROM deal d JOIN terms t ON t.id = d.terms_id "
                  "JOIN unit u ON u.id = d.unit_id "
                  "JOIN process_template p ON p.project_id = d.project_id "
                  "WHERE d.id = $1 AND p.enabled = 1 AND p.begins = $2 "
                  "AND (p.plan_kinds = '' OR ' ' || p.plan_kinds || ' ' LIKE "
                  "'% ' || t.plan_kind || ' %') "
                  "AND (p.classes = '' OR ' ' || p.classes || ' ' LIKE '% ' || u.class || ' %') "
                  "ORDER BY p.ordinal, p.id LIMIT 1",
                  "it", deal_id, begins);
}

struct copying {
    struct tx *tx;
    int64_t deal_id, ordinal;
    char today[DAY_TEXT];
};

static int node_copy(void *arg, const struct process_node *node)
{
    struct copying *c = arg;
    char due[DAY_TEXT];
    int r = node->counts_previous ? 0 : day_add(c->today, node->days, due);

    if (r == 0)
        r = db_run(c->tx->db,
                   "INSERT INTO deal_node (deal_id, ordinal, code, name, kind, right_code, days, "
                   "counted_from, strict, due_date) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                   "ON CONFLICT (deal_id, code) WHERE state <> 'void' DO UPDATE SET ordinal = "
                   "CASE deal_node.state WHEN 'open' THEN excluded.ordinal ELSE "
                   "deal_node.ordinal END",
                   "iittttitit", c->deal_id, ++c->ordinal, node->code, node->name, node->kind,
                   node->right, node->days, node->counts_previous ? "previous" : "begin",
                   (int64_t)node->strict, node->counts_previous ? NULL : due);
    return r < 0 ? r : 0;
}

/* Behind all there are; a node that the deal has stays the one it is and moves to its place. */
static int nodes_copy(struct tx *tx, int64_t deal_id, int64_t template_id)
{
    struct copying c = {.tx = tx, .deal_id = deal_id};
    int r =
        db_get(tx->db, &c.ordinal,
               "SELECT COALESCE(MAX(ordinal), 0) FROM deal_node WHERE deal_id = $1", "i", deal_id);

    day_of(tx->now_ms, c.today);
    return r < 0 ? r : process_node_each(tx, template_id, node_copy, &c);
}

int deal_node_begin(struct tx *tx, int64_t deal_id, const char *begins)
{
    int64_t template_id = 0;
    int r = template_find(tx, deal_id, begins, &template_id);

    return r <= 0 ? r : nodes_copy(tx, deal_id, template_id);
}

/* What was void loses its to-do with it. */
static int void_told(struct tx *tx, int64_t deal_id)
{
    struct stmt *s;
    int64_t ids[PROCESS_NODES_MAX * 4];
    size_t n = 0;
    int r = db_query(tx->db, &s,
                     "SELECT n.id FROM deal_node n JOIN todo t ON t.object = 'deal_node:' || n.id "
                     "AND t.kind = 'node.due' AND t.done_ms IS NULL "
                     "WHERE n.deal_id = $1 AND n.state = 'void' LIMIT 160",
                     "i", deal_id);

    while (r >= 0 && n < sizeof(ids) / sizeof(ids[0]) && (r = stmt_step(s)) == 1)
        ids[n++] = stmt_int(s, 0);
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = todo_done(tx, TODO_NODE_DUE, "deal_node", ids[i], "void");
    return r < 0 ? r : 0;
}

int deal_node_replan(struct tx *tx, int64_t deal_id)
{
    int64_t template_id = 0, signed_ = 0;
    int r = db_get(tx->db, &signed_,
                   "SELECT CASE WHEN stage IN ('B', 'S') THEN 0 ELSE 1 END FROM deal WHERE id = $1",
                   "i", deal_id);

    if (r > 0)
        r = template_find(tx, deal_id, signed_ ? "signed" : "subscribed", &template_id);
    if (r <= 0)
        return r;
    r = db_run(tx->db,
               "UPDATE deal_node SET state = 'void', version = version + 1 WHERE deal_id = $1 "
               "AND state = 'open' AND code NOT IN "
               "(SELECT code FROM process_template_node WHERE template_id = $2)",
               "ii", deal_id, template_id);
    if (r >= 0)
        r = void_told(tx, deal_id);
    return r < 0 ? r : nodes_copy(tx, deal_id, template_id);
}

int deal_node_void_all(struct tx *tx, int64_t deal_id)
{
    int r = db_run(tx->db,
                   "UPDATE deal_node SET state = 'void', version = version + 1 "
                   "WHERE deal_id = $1 AND state = 'open'",
                   "i", deal_id);

    return r < 0 ? r : void_told(tx, deal_id);
}

/* ---- one node ---- */

#define NODE_COLUMNS                                                                               \
    "SELECT d.project_id, u.building_id, d.user_id, n.deal_id, n.id, n.version, n.ordinal, "       \
    "n.kind, n.right_code, n.state, n.strict, n.name FROM deal_node n "                            \
    "JOIN deal d ON d.id = n.deal_id JOIN unit u ON u.id = d.unit_id "

static void node_take(struct stmt *s, struct node *ret)
{
    *ret = (struct node){
        .place = {.project_id = stmt_int(s, 0),
                  .building_id = stmt_int(s, 1),
                  .user_id = stmt_int(s, 2),
                  .deal_id = stmt_int(s, 3)},
        .id = stmt_int(s, 4),
        .version = stmt_int(s, 5),
        .ordinal = stmt_int(s, 6),
        .kind = (enum node_kind)(node_kind_info(stmt_text(s, 7)) - node_kinds),
        .right = right_by_code(stmt_text(s, 8)),
        .open = strcmp(stmt_text(s, 9), "open") == 0,
        .strict = stmt_int(s, 10) != 0,
    };
    snprintf(ret->name, sizeof(ret->name), "%s", stmt_text(s, 11));
}

int node_read(struct tx *tx, int64_t id, int64_t version, struct node *ret)
{
    struct stmt *s;
    int r = tx_row(tx, &s, NODE_COLUMNS "WHERE n.id = $1 AND n.state <> 'void'", id);

    if (r < 0)
        return r;
    node_take(s, ret);
    stmt_reset(s);
    r = deal_need(tx, &ret->place);
    if (r == 0 && version && version != ret->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", ret->name, NULL);
    return r;
}

/* 1 and the deal's node of that kind that is open, or done; 0 when it has none. */
static int node_of_kind(struct tx *tx, int64_t deal_id, enum node_kind kind, const char *state,
                        struct node *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     NODE_COLUMNS "WHERE n.deal_id = $1 AND n.kind = $2 AND n.state = $3 "
                                  "ORDER BY n.ordinal LIMIT 1",
                     "itt", deal_id, node_kinds[kind].code, state);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        node_take(s, ret);
    stmt_reset(s);
    return r;
}

/* The one below it that is counted from its end gets its day, or loses it. */
static int next_due(struct tx *tx, const struct node *node, bool done)
{
    char today[DAY_TEXT], due[DAY_TEXT];
    int64_t next = 0, days = 0;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, days, counted_from, state FROM deal_node WHERE deal_id = $1 "
                     "AND ordinal > $2 AND state <> 'void' ORDER BY ordinal LIMIT 1",
                     "ii", node->place.deal_id, node->ordinal);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1 && strcmp(stmt_text(s, 2), "previous") == 0 &&
        strcmp(stmt_text(s, 3), "open") == 0) {
        next = stmt_int(s, 0);
        days = stmt_int(s, 1);
    }
    stmt_reset(s);
    if (r < 0 || !next)
        return r;
    day_of(tx->now_ms, today);
    r = day_add(today, days, due);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE deal_node SET due_date = $2, version = version + 1 WHERE id = $1", "it",
                   next, done ? due : NULL);
    return r;
}

static int node_end(struct tx *tx, const struct node *node, const char *result,
                    const char *document, const char *media_id)
{
    struct trail trail = {0};
    int r =
        db_run(tx->db,
               "UPDATE deal_node SET state = 'done', result = $2, document = $3, done_by = $4, "
               "done_ms = $5, version = version + 1 WHERE id = $1",
               "ittti", node->id, result, document ? document : "", tx->actor->name, tx->now_ms);

    if (r >= 0)
        r = node_event_add(tx, node->id, "done", result, media_id);
    if (r >= 0)
        r = next_due(tx, node, true);
    if (r >= 0)
        r = todo_done(tx, TODO_NODE_DUE, "deal_node", node->id, "done");
    if (r < 0)
        return r;
    trail_text(&trail, "node", NULL, node->name);
    trail_text(&trail, "state", "open", "done");
    trail_text(&trail, "result", NULL, result);
    trail_text(&trail, "document", NULL, document);
    return deal_note(tx, &node->place, "deal.node", &trail);
}

int deal_node_told(struct tx *tx, int64_t deal_id, enum node_kind kind, const char *document)
{
    struct node node;
    int r = node_of_kind(tx, deal_id, kind, "open", &node);

    return r <= 0 ? r : node_end(tx, &node, "", document, NULL);
}

int node_reopen(struct tx *tx, const struct node *node, const char *reason)
{
    struct trail trail = {0};
    int r = db_run(tx->db,
                   "UPDATE deal_node SET state = 'open', result = '', document = '', "
                   "done_by = NULL, done_ms = NULL, version = version + 1 WHERE id = $1",
                   "i", node->id);

    if (r >= 0)
        r = node_event_add(tx, node->id, "reopened", reason, NULL);
    if (r >= 0)
        r = next_due(tx, node, false);
    if (r < 0)
        return r;
    trail_text(&trail, "node", NULL, node->name);
    trail_text(&trail, "state", "done", "open");
    trail_text(&trail, "reason", NULL, reason);
    return deal_note(tx, &node->place, "deal.node", &trail);
}

int deal_node_untold(struct tx *tx, int64_t deal_id, enum node_kind kind, const char *reason)
{
    struct node node;
    int r = node_of_kind(tx, deal_id, kind, "done", &node);

    return r <= 0 ? r : node_reopen(tx, &node, reason);
}

/* 1 and the next node of @to_id that is open and was done by hand for @from_id, behind @after. */
static int carried_next(struct tx *tx, int64_t from_id, int64_t to_id, int64_t after,
                        struct node *ret, char result[NODE_RESULT_TEXT])
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     NODE_COLUMNS "WHERE n.deal_id = $2 AND n.state = 'open' AND n.ordinal > $3 "
                                  "AND EXISTS (SELECT 1 FROM deal_node o WHERE o.deal_id = $1 AND "
                                  "o.code = n.code AND o.state = 'done') ORDER BY n.ordinal",
                     "iii", from_id, to_id, after);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        node_take(s, ret);
        if (node_kinds[ret->kind].by_hand)
            break;
    }
    stmt_reset(s);
    if (r <= 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT o.result FROM deal_node o JOIN deal_node n ON n.code = o.code WHERE "
                 "o.deal_id = $1 AND n.id = $2 AND o.state = 'done'",
                 "ii", from_id, ret->id);
    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        snprintf(result, NODE_RESULT_TEXT, "%s", stmt_text(s, 0));
    stmt_reset(s);
    return r;
}

int deal_node_carry(struct tx *tx, int64_t from_id, int64_t to_id)
{
    char result[NODE_RESULT_TEXT];
    struct node node = {.ordinal = 0};
    int r;

    while ((r = carried_next(tx, from_id, to_id, node.ordinal, &node, result)) == 1) {
        r = node_end(tx, &node, result, NULL, NULL);
        if (r < 0)
            return r;
    }
    return r;
}

/* ---- by people ---- */

/* Nothing above it that is strict may be open. */
static int order_check(struct tx *tx, const struct node *node)
{
    struct stmt *s = NULL;
    int r;

    if (!node->strict)
        return 0;
    r = db_query(
        tx->db, &s,
        "SELECT name FROM deal_node WHERE deal_id = $1 AND ordinal < $2 AND state = 'open' "
        "AND strict = 1 ORDER BY ordinal LIMIT 1",
        "ii", node->place.deal_id, node->ordinal);
    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        r = fault_set(tx->fault, FAULT_NODE_ORDER, "node", node->name, "first", stmt_text(s, 0),
                      NULL);
    stmt_reset(s);
    return r;
}

int deal_node_done(struct tx *tx, const struct node_done *done)
{
    struct node node;
    int r = node_read(tx, done->id, done->version, &node);

    if (r == 0)
        r = tx_need_right(tx, (enum right)node.right);
    if (r < 0)
        return r;
    if (!node.open)
        return fault_set(tx->fault, FAULT_NODE_DONE, "node", node.name, NULL);
    if (!node_kinds[node.kind].by_hand)
        return fault_set(tx->fault, FAULT_NODE_BY_EVENT, "node", node.name, "event",
                         node_kinds[node.kind].zh, "event_en", node_kinds[node.kind].en, NULL);
    r = order_check(tx, &node);
    if (r == 0)
        r = node_end(tx, &node, done->result, done->document, done->media_id);
    return r == -ENOLINK ? fault_set(tx->fault, FAULT_MEDIA_UNKNOWN, NULL) : r;
}

int deal_node_progress(struct tx *tx, int64_t id, const char *note, const char *media_id)
{
    struct trail trail = {0};
    struct node node;
    int r = node_read(tx, id, 0, &node);

    if (r == 0)
        r = tx_need_right(tx, (enum right)node.right);
    if (r == 0 && !node.open)
        return fault_set(tx->fault, FAULT_NODE_DONE, "node", node.name, NULL);
    if (r == 0)
        r = node_event_add(tx, id, "progress", note, media_id);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_MEDIA_UNKNOWN, NULL);
    trail_text(&trail, "node", NULL, node.name);
    trail_text(&trail, "note", NULL, note);
    return r < 0 ? r : deal_note(tx, &node.place, "deal.node-progress", &trail);
}

int deal_node_assign(struct tx *tx, int64_t id, int64_t version, int64_t user_id)
{
    struct trail trail = {0};
    struct node node;
    int r = node_read(tx, id, version, &node);

    if (r == 0 && !node.open)
        return fault_set(tx->fault, FAULT_NODE_DONE, "node", node.name, NULL);
    if (r == 0)
        r = db_run(tx->db, "UPDATE deal_node SET user_id = $2, version = version + 1 WHERE id = $1",
                   "io", id, user_id ? &user_id : NULL);
    if (r >= 0)
        r = node_event_add(tx, id, "assigned", NULL, NULL);
    if (r >= 0)
        r = todo_done(tx, TODO_NODE_DUE, "deal_node", id, "assigned");
    if (r > 0)
        r = node_due_tell(tx, id); /* the to-do goes with it */
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r < 0)
        return r;
    trail_text(&trail, "node", NULL, node.name);
    trail_int(&trail, "user", NULL, &user_id);
    return deal_note(tx, &node.place, "deal.node-assign", &trail);
}

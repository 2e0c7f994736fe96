/* deal_node.c - see deal_node.h. */
#include "db/deal_node.h"
#include "db/buyer_notice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_event.h"
#include "db/deal_node_impl.h"
#include "db/receivable.h"
#include "db/todo.h"

enum { NODE_RESULT_TEXT = 400 * 4 + 1, NODE_DOCUMENT_TEXT = 80 * 4 + 1 };

int node_event_add(struct tx *tx, int64_t node_id, const char *event, const char *note,
                   const char *media_id)
{
    int r =
        db_run(tx->db,
               "INSERT INTO deal_node_event (node_id, event, note, media_id, actor, at_ms, turn) "
               "SELECT $1, $2, $3, $4, $5, $6, turn FROM deal_node WHERE id = $1",
               "itttti", node_id, event, note ? note : "", media_id, tx->actor->name, tx->now_ms);

    return r < 0 ? r : 0;
}

/* ---- the days of those that are counted from another's end ---- */

struct counted {
    int64_t id, ordinal, days, done_ms; /* done_ms 0: it is open */
    bool open, counts_previous;
    char due[DAY_TEXT];
};

/* 1 and the node behind @node; 0 when there is none. */
static int counted_next(struct tx *tx, int64_t deal_id, struct counted *node)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, ordinal, days, state, counted_from, done_ms, due_date FROM "
                     "deal_node WHERE deal_id = $1 AND ordinal > $2 AND state <> 'void' "
                     "ORDER BY ordinal LIMIT 1",
                     "ii", deal_id, node->ordinal);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        *node = (struct counted){.id = stmt_int(s, 0),
                                 .ordinal = stmt_int(s, 1),
                                 .days = stmt_int(s, 2),
                                 .open = strcmp(stmt_text(s, 3), "open") == 0,
                                 .counts_previous = strcmp(stmt_text(s, 4), "previous") == 0,
                                 .done_ms = stmt_int(s, 5)};
        if (!stmt_is_null(s, 6))
            snprintf(node->due, sizeof(node->due), "%s", stmt_text(s, 6));
    }
    stmt_reset(s);
    return r;
}

/* Another day, or none: what was told of the one it had is done with. */
static int due_set(struct tx *tx, const struct counted *node, const char *due)
{
    int r = db_run(tx->db,
                   "UPDATE deal_node SET due_date = $2, turn = turn + 1, version = version + 1 "
                   "WHERE id = $1",
                   "it", node->id, due[0] ? due : NULL);

    return r < 0 ? r : todo_done(tx, TODO_NODE_DUE, "deal_node", node->id, "moved");
}

/* What is counted from the end of the one above it has its day while that one is done. */
static int days_follow(struct tx *tx, int64_t deal_id)
{
    struct counted node = {.ordinal = 0};
    int64_t above_ms = 0;
    int r;

    while ((r = counted_next(tx, deal_id, &node)) == 1) {
        char due[DAY_TEXT] = "";

        if (node.open && node.counts_previous) {
            if (above_ms) {
                day_of(above_ms, due);
                r = day_add(due, node.days, due);
            }
            if (r >= 0 && strcmp(due, node.due) != 0)
                r = due_set(tx, &node, due);
            if (r < 0)
                return r;
        }
        above_ms = node.done_ms;
    }
    return r;
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
                   "ON CONFLICT (deal_id, code) WHERE state <> 'void' "
                   "DO UPDATE SET ordinal = excluded.ordinal",
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
    if (r >= 0)
        r = process_node_each(tx, template_id, node_copy, &c);
    return r < 0 ? r : days_follow(tx, deal_id);
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
    int64_t id = 0;
    int r;

    while ((r = db_get(tx->db, &id,
                       "SELECT MIN(n.id) FROM deal_node n JOIN todo t ON t.object = "
                       "'deal_node:' || n.id AND t.kind = 'node.due' AND t.done_ms IS NULL "
                       "WHERE n.deal_id = $1 AND n.state = 'void'",
                       "i", deal_id)) == 1) {
        r = todo_done(tx, TODO_NODE_DUE, "deal_node", id, "void");
        if (r < 0)
            return r;
    }
    return r;
}

int deal_node_replan(struct tx *tx, int64_t deal_id)
{
    int64_t template_id = 0, stage = 0;
    int r = db_get(tx->db, &stage,
                   "SELECT CASE stage WHEN 'B' THEN 0 WHEN 'S' THEN 1 ELSE 2 END FROM deal "
                   "WHERE id = $1",
                   "i", deal_id);

    if (r >= 0 && stage > 0) /* a booking has no process yet */
        r = template_find(tx, deal_id, stage == 1 ? "subscribed" : "signed", &template_id);
    if (r >= 0)
        r = db_run(tx->db,
                   "UPDATE deal_node SET state = 'void', version = version + 1 WHERE deal_id = $1 "
                   "AND state = 'open' AND code NOT IN "
                   "(SELECT code FROM process_template_node WHERE template_id = $2)",
                   "ii", deal_id, template_id);
    if (r >= 0)
        r = void_told(tx, deal_id);
    return r < 0 || template_id == 0 ? r : nodes_copy(tx, deal_id, template_id);
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

/* 1 and the deal's first node of that kind that is open, or done; 0 when it has none. */
static int node_of_kind(struct tx *tx, int64_t deal_id, enum node_kind kind, const char *state,
                        struct node *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     NODE_COLUMNS "WHERE n.deal_id = $1 AND n.kind = $2 AND n.state = $3 "
                                  "AND n.state <> 'void' ORDER BY n.ordinal LIMIT 1",
                     "itt", deal_id, node_kinds[kind].code, state);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        node_take(s, ret);
    stmt_reset(s);
    return r;
}

int deal_nodes_read(struct tx *tx, int64_t deal_id, struct deal_nodes *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT kind, state FROM deal_node WHERE deal_id = $1 AND state <> 'void'",
                     "i", deal_id);

    *ret = (struct deal_nodes){0};
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        bool *kinds = strcmp(stmt_text(s, 1), "done") == 0 ? ret->done : ret->open;

        kinds[node_kind_info(stmt_text(s, 0)) - node_kinds] = true;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* It ended, or is open again: so follow the days that are counted from it, of nodes and of
 * money. */
static int ended_follow(struct tx *tx, const struct node *node)
{
    struct deal_event events[DEAL_EVENTS];
    int r = days_follow(tx, node->place.deal_id);

    if (r >= 0)
        r = deal_events_read(tx, node->place.deal_id, events);
    return r < 0 ? r : receivable_follow(tx, node->place.deal_id, events);
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
        r = buyer_notice_node(tx, node->id);
    if (r >= 0)
        r = todo_done(tx, TODO_NODE_DUE, "deal_node", node->id, "done");
    if (r >= 0)
        r = ended_follow(tx, node);
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
    int r;

    while ((r = node_of_kind(tx, deal_id, kind, "open", &node)) == 1) {
        r = node_end(tx, &node, "", document, NULL);
        if (r < 0)
            return r;
    }
    return r;
}

int node_reopen(struct tx *tx, const struct node *node, const char *reason)
{
    struct trail trail = {0};
    int r = db_run(
        tx->db,
        "UPDATE deal_node SET state = 'open', result = '', document = '', "
        "done_by = NULL, done_ms = NULL, turn = turn + 1, version = version + 1 WHERE id = $1",
        "i", node->id);

    if (r >= 0)
        r = node_event_add(tx, node->id, "reopened", reason, NULL);
    if (r >= 0)
        r = ended_follow(tx, node);
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
    int r;

    while ((r = node_of_kind(tx, deal_id, kind, "done", &node)) == 1) {
        r = node_reopen(tx, &node, reason);
        if (r < 0)
            return r;
    }
    return r;
}

struct carried {
    struct node node; /* of the deal it goes to */
    char result[NODE_RESULT_TEXT], document[NODE_DOCUMENT_TEXT];
};

/* 1 and the next node of @to_id that is open and was done by hand for @from_id, behind the one
 * there is. */
static int carried_next(struct tx *tx, int64_t from_id, int64_t to_id, struct carried *carried)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     NODE_COLUMNS "WHERE n.deal_id = $2 AND n.state = 'open' AND n.ordinal > $3 "
                                  "AND EXISTS (SELECT 1 FROM deal_node o WHERE o.deal_id = $1 AND "
                                  "o.code = n.code AND o.state = 'done') ORDER BY n.ordinal",
                     "iii", from_id, to_id, carried->node.ordinal);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        node_take(s, &carried->node);
        if (node_kinds[carried->node.kind].by_hand)
            break;
    }
    stmt_reset(s);
    if (r <= 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT o.result, o.document FROM deal_node o JOIN deal_node n ON "
                 "n.code = o.code WHERE o.deal_id = $1 AND n.id = $2 AND o.state = 'done'",
                 "ii", from_id, carried->node.id);
    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        snprintf(carried->result, sizeof(carried->result), "%s", stmt_text(s, 0));
        snprintf(carried->document, sizeof(carried->document), "%s", stmt_text(s, 1));
    }
    stmt_reset(s);
    return r;
}

int deal_node_carry(struct tx *tx, int64_t from_id, int64_t to_id)
{
    struct carried carried = {.node = {.ordinal = 0}};
    int r;

    while ((r = carried_next(tx, from_id, to_id, &carried)) == 1) {
        r = node_end(tx, &carried.node, carried.result, carried.document, NULL);
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

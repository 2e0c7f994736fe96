/* process.c - see process.h. */
#include "db/process.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/payment_plan.h"
#include "db/unit_class.h"

const struct node_kind_info node_kinds[NODE_KIND_COUNT] = {
#define NODE(symbol, code, zh, en, by_hand, by_money) {code, zh, en, by_hand, by_money},
#include "db/deal_node.def"
#undef NODE
};

const struct node_kind_info *node_kind_info(const char *code)
{
    for (size_t i = 0; i < NODE_KIND_COUNT; i++)
        if (strcmp(node_kinds[i].code, code) == 0)
            return &node_kinds[i];
    return NULL;
}

/* ---- what a template must be ---- */

static void node_refuse(struct tx *tx, size_t at, enum fault_code code, const char *field)
{
    char path[48];

    snprintf(path, sizeof(path), "/nodes/%zu/%s", at, field);
    fault_item(tx->fault, code, 0, path, "field", field, NULL);
}

static void node_check(struct tx *tx, const struct process_row *row, size_t at)
{
    const struct process_node *node = &row->nodes[at];

    if (!node_kind_info(node->kind))
        node_refuse(tx, at, FAULT_FIELD_CHOICE, "kind");
    if (right_by_code(node->right) < 0)
        node_refuse(tx, at, FAULT_FIELD_CHOICE, "right");
    if (node->counts_previous && at == 0)
        node_refuse(tx, at, FAULT_FIELD_CHOICE, "counts_previous");
    for (size_t i = 0; i < at; i++)
        if (strcmp(row->nodes[i].code, node->code) == 0)
            node_refuse(tx, at, FAULT_PROCESS_NODE_TWICE, "code");
}

static bool plan_kind_known(const char *kind, size_t n)
{
    for (size_t i = 0; payment_plan_kinds[i]; i++)
        if (strlen(payment_plan_kinds[i]) == n && strncmp(payment_plan_kinds[i], kind, n) == 0)
            return true;
    return false;
}

static void plan_kinds_check(struct tx *tx, const char *kinds)
{
    while (*kinds) {
        const size_t n = strcspn(kinds, " ");

        if (!plan_kind_known(kinds, n))
            fault_item(tx->fault, FAULT_FIELD_CHOICE, 0, "plan_kinds", "field", "plan_kinds", NULL);
        kinds += n + (kinds[n] == ' ');
    }
}

static int row_check(struct tx *tx, const struct process_row *row)
{
    plan_kinds_check(tx, row->plan_kinds);
    if (row->n_nodes > PROCESS_NODES_MAX)
        return tx_limit_reached(tx, PROCESS_NODES_MAX);
    for (size_t i = 0; i < row->n_nodes; i++)
        node_check(tx, row, i);
    return fault_fields(tx->fault);
}

/* ---- the record ---- */

static int nodes_write(struct tx *tx, int64_t id, const struct process_row *row)
{
    int r = db_run(tx->db, "DELETE FROM process_template_node WHERE template_id = $1", "i", id);

    for (size_t i = 0; r >= 0 && i < row->n_nodes; i++) {
        const struct process_node *n = &row->nodes[i];

        r = db_run(tx->db,
                   "INSERT INTO process_template_node (template_id, ordinal, code, name, kind, "
                   "right_code, days, counted_from, strict) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   "iittttiti", id, (int64_t)i + 1, n->code, n->name, n->kind, n->right, n->days,
                   n->counts_previous ? "previous" : "begin", (int64_t)n->strict);
    }
    return r < 0 ? r : 0;
}

/* The log has each node as a line of its own. */
static void nodes_trail(struct trail *trail, const struct process_row *row)
{
    char field[32], text[200];

    for (size_t i = 0; i < row->n_nodes; i++) {
        const struct process_node *n = &row->nodes[i];

        snprintf(field, sizeof(field), "node.%zu", i + 1);
        snprintf(text, sizeof(text), "%.40s %.40s +%" PRId64 "%s%s", n->code, n->kind, n->days,
                 n->counts_previous ? " previous" : "", n->strict ? " strict" : "");
        trail_text(trail, field, NULL, text);
    }
}

int process_create(struct tx *tx, const struct process_row *row, int64_t *ret_id)
{
    char classes[CLASS_SET_TEXT];
    struct trail trail = {0};
    int64_t id = 0;
    int r = tx_need_whole(tx, row->project_id);

    class_set_write(row->classes, classes);
    if (r == 0)
        r = row_check(tx, row);
    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM process_template WHERE project_id = $1",
                         row->project_id, PROCESS_TEMPLATES_MAX);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO process_template (project_id, name, plan_kinds, classes, begins, "
                   "ordinal, enabled) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
                   "ittttii", row->project_id, row->name, row->plan_kinds, classes, row->begins,
                   row->ordinal, (int64_t)row->enabled);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", row->name, NULL);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r >= 0)
        r = nodes_write(tx, id, row);
    if (r < 0)
        return r;
    trail_text(&trail, "name", NULL, row->name);
    trail_text(&trail, "begins", NULL, row->begins);
    trail_text(&trail, "plan_kinds", "", row->plan_kinds);
    nodes_trail(&trail, row);
    r = audit_add_project(tx, "process.create", "process", id, row->project_id, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

int process_project(struct tx *tx, int64_t id, int64_t *ret_project_id)
{
    struct stmt *s;
    int r = tx_row(tx, &s, "SELECT project_id FROM process_template WHERE id = $1", id);

    if (r < 0)
        return r;
    *ret_project_id = stmt_int(s, 0);
    stmt_reset(s);
    return 0;
}

int process_update(struct tx *tx, const struct process_row *row)
{
    char classes[CLASS_SET_TEXT];
    struct trail trail = {0};
    int64_t project_id;
    struct stmt *s;
    int r = tx_own(tx, &s, "SELECT project_id, version, name FROM process_template WHERE id = $1",
                   row->id);

    if (r < 0)
        return r;
    project_id = stmt_int(s, 0);
    if (stmt_int(s, 1) != row->version)
        r = fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", stmt_text(s, 2), NULL);
    trail_text(&trail, "name", stmt_text(s, 2), row->name);
    stmt_reset(s);
    class_set_write(row->classes, classes);
    if (r == 0)
        r = row_check(tx, row);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE process_template SET name = $2, plan_kinds = $3, classes = $4, "
                   "begins = $5, ordinal = $6, enabled = $7, version = version + 1 WHERE id = $1",
                   "ittttii", row->id, row->name, row->plan_kinds, classes, row->begins,
                   row->ordinal, (int64_t)row->enabled);
    if (r >= 0)
        r = nodes_write(tx, row->id, row);
    if (r < 0) {
        trail_clear(&trail);
        return r == -EEXIST ? fault_set(tx->fault, FAULT_NAME_TAKEN, "name", row->name, NULL) : r;
    }
    nodes_trail(&trail, row);
    return audit_add_project(tx, "process.update", "process", row->id, project_id, &trail);
}

/* ---- reading ---- */

int process_each(struct tx *tx, int64_t project_id, int64_t id,
                 int (*each)(void *arg, const struct process_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT id, version, ordinal, name, begins, plan_kinds, classes, enabled "
                     "FROM process_template WHERE project_id = $1 AND ($2 = 0 OR id = $2) "
                     "ORDER BY begins DESC, ordinal, id",
                     "ii", project_id, id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct process_row row = {.id = stmt_int(s, 0),
                                        .version = stmt_int(s, 1),
                                        .project_id = project_id,
                                        .ordinal = stmt_int(s, 2),
                                        .name = stmt_text(s, 3),
                                        .begins = stmt_text(s, 4),
                                        .plan_kinds = stmt_text(s, 5),
                                        .classes = class_set_read(stmt_text(s, 6)),
                                        .enabled = stmt_int(s, 7) != 0};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int process_node_each(struct tx *tx, int64_t id,
                      int (*each)(void *arg, const struct process_node *node), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT code, name, kind, right_code, days, counted_from, strict "
                     "FROM process_template_node WHERE template_id = $1 ORDER BY ordinal",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct process_node node = {
            stmt_text(s, 0),    stmt_text(s, 1), stmt_text(s, 2),
            stmt_text(s, 3),    stmt_int(s, 4),  strcmp(stmt_text(s, 5), "previous") == 0,
            stmt_int(s, 6) != 0};

        r = each(arg, &node);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int process_waits_each(struct tx *tx, int64_t project_id, const char *plan_kind,
                       int (*each)(void *arg, const char *code, const char *name), void *arg)
{
    char last[40 * 4 + 1] = "";
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT n.code, n.name, n.kind FROM process_template_node n "
                     "JOIN process_template p ON p.id = n.template_id WHERE p.project_id = $1 "
                     "AND ($2 = '' OR p.plan_kinds = '' OR ' ' || p.plan_kinds || ' ' LIKE "
                     "'% ' || $2 || ' %') ORDER BY n.code, n.name",
                     "it", project_id, plan_kind);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct node_kind_info *kind = node_kind_info(stmt_text(s, 2));

        if (!kind || kind->by_money || strcmp(last, stmt_text(s, 0)) == 0)
            continue;
        snprintf(last, sizeof(last), "%s", stmt_text(s, 0));
        r = each(arg, last, stmt_text(s, 1));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* deal_node_read.c - the nodes of a deal, and those that are near, due or overdue (AS-03,
 * AS-13). See deal_node.h. */
#include <string.h>

#include "db/day.h"
#include "db/deal_node.h"
#include "db/deal_scope.h"
#include "db/sight.h"
#include "db/user.h"

#define COLUMNS                                                                                    \
    "n.id, n.version, n.deal_id, n.ordinal, n.user_id, n.done_ms, n.code, n.name, n.kind, "        \
    "n.right_code, n.state, n.result, n.document, n.due_date, w.name, " USER_NAMED(                \
        "n.done_by") ", n.strict "

static void row_take(struct stmt *s, struct deal_node_row *row)
{
    *row = (struct deal_node_row){.id = stmt_int(s, 0),
                                  .version = stmt_int(s, 1),
                                  .deal_id = stmt_int(s, 2),
                                  .ordinal = stmt_int(s, 3),
                                  .user_id = stmt_int(s, 4),
                                  .done_ms = stmt_int(s, 5),
                                  .code = stmt_text(s, 6),
                                  .name = stmt_text(s, 7),
                                  .kind = stmt_text(s, 8),
                                  .right = stmt_text(s, 9),
                                  .state = stmt_text(s, 10),
                                  .result = stmt_text(s, 11),
                                  .document = stmt_text(s, 12),
                                  .due_date = stmt_text(s, 13),
                                  .user = stmt_text(s, 14),
                                  .done_by = stmt_text(s, 15),
                                  .strict = stmt_int(s, 16) != 0};
}

int deal_node_each(struct tx *tx, int64_t deal_id,
                   int (*each)(void *arg, const struct deal_node_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT " COLUMNS "FROM deal_node n LEFT JOIN user_account w "
                     "ON w.id = n.user_id WHERE n.deal_id = $1 AND n.state <> 'void' "
                     "ORDER BY n.ordinal",
                     "i", deal_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct deal_node_row row;

        row_take(s, &row);
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int deal_node_event_each(struct tx *tx, int64_t node_id,
                         int (*each)(void *arg, const struct deal_node_event *event), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int64_t deal_id = 0;
    int r = db_get(tx->db, &deal_id, "SELECT deal_id FROM deal_node WHERE id = $1", "i", node_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r > 0)
        r = deal_place_read(tx, deal_id, &place);
    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT event, note, media_id, " USER_NAMED(
                         "actor") ", at_ms FROM deal_node_event WHERE node_id = $1 "
                                  "ORDER BY id DESC LIMIT 200",
                     "i", node_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct deal_node_event event = {stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2),
                                              stmt_text(s, 3), stmt_int(s, 4)};

        r = each(arg, &event);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- what falls due ---- */

/* Days as texts sort as days do; $4 and $5 bound the day, both in. */
static const char list_sql[] =
    "SELECT " COLUMNS ", u.building_id, d.user_id, d.project_id, b.name || CASE st.name WHEN '' "
    "THEN '' ELSE '-' || st.name END || '-' || u.room, c.name, c.kind, a.name FROM deal_node n "
    "LEFT JOIN user_account w ON w.id = n.user_id JOIN deal d ON d.id = n.deal_id "
    "JOIN unit u ON u.id = d.unit_id JOIN building b ON b.id = u.building_id "
    "JOIN stair st ON st.id = u.stair_id JOIN customer c ON c.id = d.customer_id "
    "JOIN user_account a ON a.id = d.user_id WHERE d.project_id = $1 AND n.state = 'open' "
    "AND n.due_date BETWEEN $4 AND $5 AND ($2 = 0 OR n.user_id = $2) "
    "AND ($3 = '' OR n.kind = $3) AND (n.due_date > $6 OR (n.due_date = $6 AND n.id > $7)) "
    "ORDER BY n.due_date, n.id";

static int task_give(struct tx *tx, struct stmt *s,
                     int (*each)(void *arg, const struct node_task *task), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    struct node_task task;

    row_take(s, &task.node);
    task.unit = stmt_text(s, 20);
    task.customer = name_shown(tx, stmt_text(s, 21), stmt_text(s, 22), masked);
    task.consultant = stmt_text(s, 23);
    return each(arg, &task);
}

/* Gives rows in scope until there were @limit. */
static int tasks_give(struct tx *tx, struct stmt *s, int limit,
                      int (*each)(void *arg, const struct node_task *task), void *arg)
{
    int n = 0, r = 0;

    while (r >= 0 && n < limit && (r = stmt_step(s)) == 1) {
        const struct deal_place place = {.building_id = stmt_int(s, 17),
                                         .user_id = stmt_int(s, 18),
                                         .project_id = stmt_int(s, 19)};

        if (!deal_seen(tx->actor, &place))
            continue;
        n++;
        r = task_give(tx, s, each, arg);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* The first and the last day of a list. */
static int bounds(const struct node_filter *f, char from[DAY_TEXT], char to[DAY_TEXT])
{
    int r;

    if (f->when == NODE_OVERDUE) {
        memcpy(from, "0000-00-00", DAY_TEXT);
        return day_add(f->today, -1, to);
    }
    r = day_add(f->today, f->when == NODE_DUE ? 0 : 1, from);
    return r < 0 ? r : day_add(f->today, f->when == NODE_DUE ? 0 : NODE_NEAR_DAYS, to);
}

int deal_node_list(struct tx *tx, const struct node_filter *f,
                   int (*each)(void *arg, const struct node_task *task), void *arg)
{
    char from[DAY_TEXT], to[DAY_TEXT];
    struct stmt *s = NULL;
    int r = tx_need_project(tx, f->project_id);

    if (r == 0)
        r = bounds(f, from, to);
    if (r == 0)
        r = db_query(tx->db, &s, list_sql, "iitttti", f->project_id, f->user_id,
                     f->kind ? f->kind : "", from, to, f->after_day ? f->after_day : "",
                     f->after_id);
    return r < 0
               ? r
               : tasks_give(tx, s, f->limit < NODE_PAGE_MAX ? f->limit : NODE_PAGE_MAX, each, arg);
}

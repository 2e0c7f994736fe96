/* deal_node_remind.c - each node that came near, due or overdue is noted once, and what is due
 * becomes a to-do (AS-03). See deal_node.h. */
#include <stdio.h>

#include "db/day.h"
#include "db/deal_node_impl.h"
#include "db/todo.h"

enum { REMIND_BATCH = 200 };

int node_due_tell(struct tx *tx, int64_t node_id)
{
    struct todo_new todo = {
        .kind = TODO_NODE_DUE, .object_kind = "deal_node", .object_id = node_id};
    char title[300];
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT d.project_id, n.user_id, n.right_code, n.due_date, n.name, b.name || "
                     "CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room "
                     "FROM deal_node n JOIN deal d ON d.id = n.deal_id "
                     "JOIN unit u ON u.id = d.unit_id JOIN building b ON b.id = u.building_id "
                     "JOIN stair st ON st.id = u.stair_id WHERE n.id = $1",
                     "i", node_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1 && !stmt_is_null(s, 3)) { /* what has no day is not due */
        const int right = right_by_code(stmt_text(s, 2));

        todo.project_id = stmt_int(s, 0);
        todo.user_id = stmt_int(s, 1);
        todo.right = right < 0 ? RIGHT_DEAL_PROCESS : (enum right)right;
        r = day_end_ms(stmt_text(s, 3), &todo.due_ms);
        snprintf(title, sizeof(title), "%s %s", stmt_text(s, 5), stmt_text(s, 4));
        todo.title = title;
    }
    stmt_reset(s);
    return r < 0 ? r : todo.title ? todo_add(tx, &todo) : 0;
}

/* Those of the days from @from to @to that were not told @event in this turn: told of it. How
 * many. */
static int told(struct tx *tx, const char *from, const char *to, const char *event, bool todo)
{
    int64_t ids[REMIND_BATCH];
    int n = 0;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT n.id FROM deal_node n WHERE n.state = 'open' "
                     "AND n.due_date BETWEEN $1 AND $2 AND NOT EXISTS (SELECT 1 FROM "
                     "deal_node_event e WHERE e.node_id = n.id AND e.event = $3 AND "
                     "e.turn = n.turn) ORDER BY n.due_date, n.id LIMIT $4",
                     "ttti", from, to, event, (int64_t)REMIND_BATCH);

    while (r >= 0 && n < REMIND_BATCH && (r = stmt_step(s)) == 1)
        ids[n++] = stmt_int(s, 0);
    stmt_reset(s);
    for (int i = 0; r >= 0 && i < n; i++) {
        r = node_event_add(tx, ids[i], event, NULL, NULL);
        if (r >= 0 && todo)
            r = node_due_tell(tx, ids[i]);
    }
    return r < 0 ? r : n;
}

int deal_node_remind(struct tx *tx, const char *today)
{
    char near[DAY_TEXT], first[DAY_TEXT], last[DAY_TEXT];
    int counts[3] = {0}, r = day_add(today, 1, first);

    if (r == 0)
        r = day_add(today, NODE_NEAR_DAYS, near);
    if (r == 0)
        r = day_add(today, -1, last);
    if (r == 0)
        r = counts[0] = told(tx, first, near, "near", false);
    if (r >= 0)
        r = counts[1] = told(tx, today, today, "due", true);
    if (r >= 0)
        r = counts[2] = told(tx, "0000-00-00", last, "overdue", true);
    return r < 0 ? r : counts[0] + counts[1] + counts[2];
}

int deal_node_remind_due(struct tx *tx, int64_t *ret_next_ms)
{
    char today[DAY_TEXT];
    int64_t midnight = 0;
    int r;

    day_of(tx->now_ms, today);
    r = deal_node_remind(tx, today);
    if (r >= 0) {
        int e = day_end_ms(today, &midnight);

        if (e < 0)
            return e;
        *ret_next_ms = midnight;
    }
    return r;
}

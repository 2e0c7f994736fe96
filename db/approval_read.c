/* approval_read.c - requests, whose they are, and how far they have come. See approval.h. */
#include <errno.h>
#include <string.h>

#include "db/approval_impl.h"
#include "db/user.h"

/* ---- rows ---- */

/* It runs, and of one of its nodes nobody may sign what is open: any of its tasks, or this one of a
 * countersign. */
#define STUCK                                                                                      \
    "a.state = 'running' AND EXISTS (SELECT 1 FROM approval_task o JOIN flow_node q ON q.id = "    \
    "o.node_id WHERE o.approval_id = a.id AND o.state = 'open' AND NOT EXISTS (SELECT 1 FROM "     \
    "approval_task k JOIN user_account v ON " MAY_SIGN(                                            \
        "v",                                                                                       \
        "k") " WHERE k.approval_id = a.id "                                                        \
             "AND k.node_id = o.node_id AND k.state = 'open' AND (q.mode = 'any' OR k.id = o.id)))"

/* Its amount is what floor prices move by: for price.floor alone (PR-05). */
#define OF_FLOORS                                                                                  \
    "EXISTS (SELECT 1 FROM reprice w WHERE w.approval_id = a.id AND w.target = 'floor')"
#define REQUEST_COLUMNS                                                                            \
    "a.id, a.version, a.project_id, p.name, a.subject, a.object, a.title, a.reason, a.state, "     \
    "a.amount_fen, a.discount_bp, a.step, a.requester_id, r.name, f.name, v.number, "              \
    "a.resubmits_id, (SELECT q.id FROM approval q WHERE q.resubmits_id = a.id), a.made_ms, "       \
    "a.urged_ms, a.ended_ms, EXISTS (SELECT 1 FROM todo t WHERE t.kind = 'returned' AND "          \
    "t.object = 'approval:' || CAST(a.id AS TEXT) AND t.done_ms IS NULL), " STUCK ", "             \
    "a.payload_hash, p.name_en, " OF_FLOORS " "
#define REQUEST_FROM                                                                               \
    "FROM approval a JOIN project p ON p.id = a.project_id "                                       \
    "JOIN user_account r ON r.id = a.requester_id "                                                \
    "JOIN flow_version v ON v.id = a.flow_version_id JOIN flow f ON f.id = v.flow_id "
enum { REQUEST_COLUMN_COUNT = 26 };

static void row_read(const struct tx *tx, struct stmt *s, int at, struct approval_row *row)
{
    const bool amount = !stmt_int(s, at + 25) || actor_has(tx->actor, RIGHT_PRICE_FLOOR);
    size_t n = 0;

    *row = (struct approval_row){.id = stmt_int(s, at),
                                 .version = stmt_int(s, at + 1),
                                 .project_id = stmt_int(s, at + 2),
                                 .project = stmt_text(s, at + 3),
                                 .subject = stmt_text(s, at + 4),
                                 .object = stmt_text(s, at + 5),
                                 .title = stmt_text(s, at + 6),
                                 .reason = stmt_text(s, at + 7),
                                 .state = stmt_text(s, at + 8),
                                 .amount_fen = amount ? stmt_int(s, at + 9) : 0,
                                 .discount_bp = stmt_int(s, at + 10),
                                 .step = stmt_int(s, at + 11),
                                 .requester_id = stmt_int(s, at + 12),
                                 .requester = stmt_text(s, at + 13),
                                 .flow = stmt_text(s, at + 14),
                                 .flow_number = stmt_int(s, at + 15),
                                 .resubmits_id = stmt_int(s, at + 16),
                                 .resubmitted_id = stmt_int(s, at + 17),
                                 .made_ms = stmt_int(s, at + 18),
                                 .urged_ms = stmt_int(s, at + 19),
                                 .ended_ms = stmt_int(s, at + 20),
                                 .to_mend = stmt_int(s, at + 21) != 0,
                                 .stuck = stmt_int(s, at + 22) != 0,
                                 .hash = stmt_blob(s, at + 23, &n),
                                 .project_en = stmt_text(s, at + 24)};
}

/* ---- what waits for the actor ---- */

int approval_task_list(struct tx *tx, int64_t after_id, int limit,
                       int (*each)(void *arg, const struct approval_task_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT " REQUEST_COLUMNS ", k.id, k.made_ms, n.name " REQUEST_FROM
                     "JOIN approval_task k ON k.approval_id = a.id AND k.state = 'open' "
                     "JOIN flow_node n ON n.id = k.node_id JOIN user_account u ON u.id = $1 "
                     "WHERE a.state = 'running' AND k.id > $2 AND k.id IN ("
                     "SELECT id FROM approval_task WHERE user_id = $1 AND state = 'open' UNION "
                     "SELECT o.id FROM user_post x JOIN approval_task o ON o.post_id = x.post_id "
                     "AND o.state = 'open' WHERE x.user_id = $1) AND " MAY_SIGN(
                         "u", "k") " ORDER BY k.id LIMIT $3",
                     "iii", tx->actor->id, after_id, (int64_t)limit);

    if (r == 0 && tx->actor->kind != ACTOR_USER)
        r = -EINVAL;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct approval_task_row row = {.id = stmt_int(s, REQUEST_COLUMN_COUNT),
                                        .since_ms = stmt_int(s, REQUEST_COLUMN_COUNT + 1),
                                        .node = stmt_text(s, REQUEST_COLUMN_COUNT + 2)};

        row_read(tx, s, 0, &row.request);
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int approval_task_mine(struct tx *tx, int64_t task_id)
{
    int64_t n = 0;
    int r;

    if (tx->actor->kind != ACTOR_USER)
        return 0;
    r = db_get(tx->db, &n,
               "SELECT COUNT(*) FROM approval_task k JOIN approval a ON a.id = k.approval_id "
               "AND a.state = 'running' JOIN user_account u ON u.id = $2 WHERE k.id = $1 "
               "AND k.state = 'open' AND " MAY_SIGN("u", "k"),
               "ii", task_id, tx->actor->id);
    return r < 0 ? r : n > 0;
}

/* ---- requests ---- */

int approval_list(struct tx *tx, const struct approval_filter *filter,
                  int (*each)(void *arg, const struct approval_row *row), void *arg)
{
    const int64_t own = filter->all ? 0 : tx->actor->id;
    struct stmt *s = NULL;
    int n = 0, r = 0;

    if (filter->all)
        r = tx_need_right(tx, RIGHT_APPROVAL_VIEW);
    else if (tx->actor->kind != ACTOR_USER)
        r = -EINVAL;
    if (r == 0 && filter->project_id)
        r = tx_need_project(tx, filter->project_id);
    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT " REQUEST_COLUMNS REQUEST_FROM
                     "WHERE ($1 = 0 OR a.requester_id = $1) AND ($2 = 0 OR a.project_id = $2) "
                     "AND COALESCE($3, a.state) = a.state AND COALESCE($4, a.subject) = a.subject "
                     "AND COALESCE($5, a.object) = a.object AND ($6 = 0 OR a.id < $6) "
                     "AND ($7 = 0 OR (" STUCK ")) ORDER BY a.id DESC",
                     "iitttii", own, filter->project_id, filter->state, filter->subject,
                     filter->object, filter->before_id, (int64_t)filter->stuck);
    if (r < 0)
        return r;
    while (r >= 0 && n < filter->limit && (r = stmt_step(s)) == 1) {
        struct approval_row row;

        row_read(tx, s, 0, &row);
        if (filter->all && !actor_sees_whole(tx->actor, row.project_id))
            continue;
        n++;
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* Who asked, who decided, who may decide now. */
static int concerns(struct tx *tx, const struct approval_row *row)
{
    int64_t n = 0;
    int r;

    if (actor_has(tx->actor, RIGHT_APPROVAL_VIEW) && actor_sees_whole(tx->actor, row->project_id))
        return 1;
    if (tx->actor->kind != ACTOR_USER)
        return tx->actor->kind == ACTOR_SYSTEM;
    if (row->requester_id == tx->actor->id)
        return 1;
    r = db_get(tx->db, &n,
               "SELECT COUNT(*) FROM approval_task k JOIN approval a ON a.id = k.approval_id "
               "JOIN user_account u ON u.id = $2 WHERE a.id = $1 AND (k.decided_by = u.id "
               "OR (k.state = 'open' AND " MAY_SIGN("u", "k") "))",
               "ii", row->id, tx->actor->id);
    return r < 0 ? r : n > 0;
}

int approval_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct approval_row *row),
                 void *arg)
{
    struct approval_row row;
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT " REQUEST_COLUMNS REQUEST_FROM "WHERE a.id = $1", "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        row_read(tx, s, 0, &row);
        r = concerns(tx, &row);
        if (r == 1)
            r = each(arg, &row);
        else if (r == 0)
            r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    } else if (r == 0) {
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- how far it has come ---- */

/* Of the node's tasks: whether there are any, whether one is open, and whether one refused. */
static const char *node_state(struct stmt *s, const char *request, int64_t step)
{
    bool running = strcmp(request, "running") == 0;
    int64_t tasks = stmt_int(s, 6), open = stmt_int(s, 7), approved = stmt_int(s, 8);
    bool all = strcmp(stmt_text(s, 3), "all") == 0;

    if (!stmt_int(s, 4))
        return "over";
    if (tasks == 0)
        return running && stmt_int(s, 1) > step ? "next" : "stopped";
    if (open > 0)
        return "current";
    return approved >= (all ? tasks : 1) ? "passed" : "stopped";
}

int approval_node_each(struct tx *tx, int64_t approval_id,
                       int (*each)(void *arg, const struct approval_node_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(
        tx->db, &s,
        "SELECT n.id, n.step, n.name, n.mode, " NODE_APPLIES ", a.state, "
        "(SELECT COUNT(*) FROM approval_task k WHERE k.approval_id = a.id AND k.node_id = n.id), "
        "(SELECT COUNT(*) FROM approval_task k WHERE k.approval_id = a.id AND k.node_id = n.id "
        "AND k.state = 'open'), (SELECT COUNT(*) FROM approval_task k WHERE k.approval_id = a.id "
        "AND k.node_id = n.id AND k.state = 'approved'), a.step "
        "FROM approval a JOIN flow_node n ON n.flow_version_id = a.flow_version_id "
        "WHERE a.id = $1 ORDER BY n.step, n.id",
        "i", approval_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct approval_node_row row = {.id = stmt_int(s, 0),
                                              .step = stmt_int(s, 1),
                                              .name = stmt_text(s, 2),
                                              .all = strcmp(stmt_text(s, 3), "all") == 0,
                                              .state =
                                                  node_state(s, stmt_text(s, 5), stmt_int(s, 9))};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int approval_seat_each(struct tx *tx, int64_t approval_id,
                       int (*each)(void *arg, const struct approval_seat_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(
        tx->db, &s,
        "SELECT n.id, k.id, c.user_id, c.post_id, COALESCE(w.name, u.name), k.state, d.name, "
        "k.note, k.made_ms, k.decided_ms FROM approval a JOIN flow_node n ON n.flow_version_id = "
        "a.flow_version_id AND " NODE_APPLIES " JOIN flow_node_approver c ON c.node_id = n.id "
        "LEFT JOIN post w ON w.id = c.post_id LEFT JOIN user_account u ON u.id = c.user_id "
        "LEFT JOIN approval_task k ON k.approval_id = a.id AND k.node_id = n.id "
        "AND (k.post_id = c.post_id OR k.user_id = c.user_id) "
        "LEFT JOIN user_account d ON d.id = k.decided_by WHERE a.id = $1 "
        "ORDER BY n.step, n.id, c.ordinal",
        "i", approval_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const char *state = stmt_text(s, 5), *by = stmt_text(s, 6), *note = stmt_text(s, 7);
        const struct approval_seat_row row = {.node_id = stmt_int(s, 0),
                                              .task_id = stmt_int(s, 1),
                                              .user_id = stmt_int(s, 2),
                                              .post_id = stmt_int(s, 3),
                                              .who = stmt_text(s, 4),
                                              .state = state ? state : "",
                                              .decided_by = by ? by : "",
                                              .note = note ? note : "",
                                              .made_ms = stmt_int(s, 8),
                                              .decided_ms = stmt_int(s, 9)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

#define HOLDERS                                                                                    \
    "FROM approval a JOIN approval_task k ON k.approval_id = a.id AND k.state = 'open' "           \
    "JOIN user_account u ON " MAY_SIGN("u", "k") " WHERE a.id = $1 AND a.state = 'running'"

int approval_holder_each(struct tx *tx, int64_t approval_id,
                         int (*each)(void *arg, int64_t task_id, int64_t user_id, const char *name),
                         void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT k.id, u.id, u.name " HOLDERS " ORDER BY k.id, u.id", "i",
                     approval_id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = each(arg, stmt_int(s, 0), stmt_int(s, 1), stmt_text(s, 2));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int approval_event_each(struct tx *tx, int64_t approval_id,
                        int (*each)(void *arg, const struct approval_event_row *row), void *arg)
{
    struct stmt *s;
    int r =
        db_query(tx->db, &s,
                 "SELECT e.event, COALESCE(n.name, ''), " USER_NAMED(
                     "actor") ", "
                              "e.note, e.at_ms FROM approval_event e "
                              "LEFT JOIN approval_task k ON k.id = e.task_id "
                              "LEFT JOIN flow_node n ON n.id = k.node_id WHERE e.approval_id = $1 "
                              "ORDER BY e.id",
                 "i", approval_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct approval_event_row row = {stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2),
                                               stmt_text(s, 3), stmt_int(s, 4)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int approval_value_each(struct tx *tx, int64_t approval_id,
                        int (*each)(void *arg, const struct approval_value_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT f.id, f.name, f.name_en, f.type, x.value FROM approval_value x "
                     "JOIN form_field f ON f.id = x.field_id WHERE x.approval_id = $1 "
                     "ORDER BY f.ordinal, f.id",
                     "i", approval_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct approval_value_row row = {stmt_int(s, 0), stmt_text(s, 1), stmt_text(s, 2),
                                               stmt_text(s, 3), stmt_text(s, 4)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int approval_audience_each(struct db *db, int64_t approval_id,
                           int (*each)(void *arg, int64_t user_id), void *arg)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT requester_id FROM approval WHERE id = $1 UNION "
                     "SELECT decided_by FROM approval_task WHERE approval_id = $1 "
                     "AND decided_by IS NOT NULL UNION SELECT u.id " HOLDERS,
                     "i", approval_id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = each(arg, stmt_int(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

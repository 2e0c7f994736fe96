/* task.c - see task.h. */
#include "db/task.h"

#include "db/follow.h"
#include "db/sight.h"

/* Every customer that somebody owns, with its stage and when a follow-up is due. $1 the scope, $2
 * the project, $3 the owner; 0: any. */
#define WHEN(code, hours) " WHEN '" code "' THEN " #hours
#define STAGE_HOURS       "CASE q.stage" FOLLOW_STAGES(WHEN) " END"
#define STAGED                                                                                     \
    "(SELECT o.*, p.id AS opportunity_id, COALESCE(p.stage, 'lead') AS stage FROM ownership o "    \
    "LEFT JOIN opportunity p ON p.customer_id = o.customer_id AND p.project_id = o.project_id "    \
    "AND p.outcome IS NULL WHERE o.owner_id IS NOT NULL AND ($2 = 0 OR o.project_id = $2) "        \
    "AND ($3 = 0 OR o.owner_id = $3) AND " SIGHT_PROJECT("o.project_id", "$1") ") q"
#define INTERVAL_END "(q.touched_ms + COALESCE(f.interval_hours, " STAGE_HOURS ") * 3600000)"
#define DUE                                                                                        \
    "(SELECT q.*, CASE WHEN q.next_ms IS NOT NULL AND q.next_ms < " INTERVAL_END                   \
    " THEN q.next_ms ELSE " INTERVAL_END " END AS due_ms FROM " STAGED                             \
    " LEFT JOIN follow_rule f ON f.project_id = q.project_id AND f.stage = q.stage) d"

#define ROW                                                                                        \
    "d.customer_id, d.project_id, d.owner_id, d.due_ms, d.touched_ms, d.next_ms, "                 \
    "d.protected_until_ms, c.name, u.name, d.stage, d.state, d.opportunity_id "

static int rows_give(struct stmt *s, int (*each)(void *arg, const struct task_row *row), void *arg)
{
    int r = 0;

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct task_row row = {.customer_id = stmt_int(s, 0),
                               .project_id = stmt_int(s, 1),
                               .owner_id = stmt_int(s, 2),
                               .due_ms = stmt_int(s, 3),
                               .touched_ms = stmt_int(s, 4),
                               .next_ms = stmt_int(s, 5),
                               .protected_until_ms = stmt_int(s, 6),
                               .owner = stmt_text(s, 8),
                               .stage = stmt_text(s, 9),
                               .state = stmt_text(s, 10),
                               .opportunity_id = stmt_int(s, 11)};

        contact_name_mask(stmt_text(s, 7), row.name);
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int task_scan(struct tx *tx, const struct task_filter *f,
              int (*each)(void *arg, const struct task_row *row), void *arg)
{
    struct sight sight;
    struct stmt *s;
    int r;

    sight_of(tx->actor, &sight);
    r = db_query(tx->db, &s,
                 "SELECT " ROW "FROM " DUE " JOIN customer c ON c.id = d.customer_id "
                 "JOIN user_account u ON u.id = d.owner_id "
                 "WHERE d.due_ms >= $4 AND ($5 = 0 OR d.due_ms < $5) "
                 "AND (d.due_ms > $6 OR (d.due_ms = $6 AND d.customer_id > $7)) "
                 "AND ($8 = '' OR d.stage = $8) ORDER BY d.due_ms, d.customer_id LIMIT $9",
                 "tiiiiiiti", (const char *)sight.scope, f->project_id, f->owner_id, f->from_ms,
                 f->to_ms, f->after_ms, f->after_customer, f->stage ? f->stage : "",
                 (int64_t)f->limit);
    return r < 0 ? r : rows_give(s, each, arg);
}

int task_count(struct tx *tx, const struct task_filter *f, int64_t day_end_ms,
               struct task_count *ret)
{
    struct sight sight;
    struct stmt *s;
    int r;

    sight_of(tx->actor, &sight);
    r = db_query(tx->db, &s,
                 "SELECT COALESCE(SUM(CASE WHEN d.due_ms <= $4 THEN 1 ELSE 0 END), 0), "
                 "COALESCE(SUM(CASE WHEN d.due_ms > $4 AND d.due_ms < $5 THEN 1 ELSE 0 END), 0), "
                 "COALESCE(SUM(CASE WHEN d.due_ms > $4 AND d.due_ms >= $5 THEN 1 ELSE 0 END), 0) "
                 "FROM " DUE,
                 "tiiii", (const char *)sight.scope, f->project_id, f->owner_id, tx->now_ms,
                 day_end_ms);
    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    *ret = (struct task_count){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2)};
    stmt_reset(s);
    return 0;
}

int task_warnings(struct tx *tx, const struct task_filter *f,
                  int (*each)(void *arg, const struct task_row *row), void *arg)
{
    struct sight sight;
    struct stmt *s;
    int r;

    sight_of(tx->actor, &sight);
    r = db_query(tx->db, &s,
                 "SELECT " ROW "FROM " DUE " JOIN customer c ON c.id = d.customer_id "
                 "JOIN user_account u ON u.id = d.owner_id "
                 "LEFT JOIN customer_rule w ON w.project_id = d.project_id "
                 "WHERE d.protected_until_ms - COALESCE(w.warn_hours, 24) * 3600000 <= $4 "
                 "AND (d.protected_until_ms > $5 OR (d.protected_until_ms = $5 "
                 "AND d.customer_id > $6)) ORDER BY d.protected_until_ms, d.customer_id LIMIT $7",
                 "tiiiiii", (const char *)sight.scope, f->project_id, f->owner_id, tx->now_ms,
                 f->after_ms, f->after_customer, (int64_t)f->limit);
    return r < 0 ? r : rows_give(s, each, arg);
}

int task_supervision(struct tx *tx, int64_t project_id,
                     int (*each)(void *arg, const struct supervision_row *row), void *arg)
{
    struct sight sight;
    struct stmt *s = NULL;
    int r = tx_need_project(tx, project_id);

    sight_of(tx->actor, &sight);
    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT d.owner_id, COUNT(*), "
                     "SUM(CASE WHEN d.due_ms <= $4 THEN 1 ELSE 0 END), MAX(d.touched_ms), u.name, "
                     "d.stage FROM " DUE " JOIN user_account u ON u.id = d.owner_id "
                     "WHERE $3 = 0 GROUP BY d.owner_id, u.name, d.stage "
                     "ORDER BY u.name, d.owner_id, d.stage",
                     "tiii", (const char *)sight.scope, project_id, INT64_C(0), tx->now_ms);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct supervision_row row = {.owner_id = stmt_int(s, 0),
                                            .customers = stmt_int(s, 1),
                                            .overdue = stmt_int(s, 2),
                                            .touched_ms = stmt_int(s, 3),
                                            .owner = stmt_text(s, 4),
                                            .stage = stmt_text(s, 5)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

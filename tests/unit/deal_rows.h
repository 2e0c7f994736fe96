/* deal_rows.h - a signed deal as rows, for tests of what hangs on one. */
#ifndef ANCHANG_TESTS_DEAL_ROWS_H
#define ANCHANG_TESTS_DEAL_ROWS_H

#include "act_fixture.h"

static inline void script(struct fixture *f, const char *sql)
{
    if (db_script(f->db, sql) < 0)
        fail_msg("%s: %s", sql, db_error(f->db));
}

/* A signed deal on unit 1 with a plan of @kind: rows as the business functions leave them. */
static inline int64_t deal_rows(struct fixture *f, const char *kind)
{
    char sql[2000];

    /* house: allow sql-constant - rows of a test, of its own numbers */
    snprintf(
        sql, sizeof(sql),
        "INSERT INTO user_account (id, login, name, password_hash, created_ms) VALUES "
        "(7, 'sales', '小王', 'x', 1);"
        "INSERT INTO customer (id, kind, name, notice, created_by, created_ms, changed_ms) "
        "VALUES (5, 'person', '张三', 'n', 'a', 1, 1);"
        "INSERT INTO unit_price (id, unit_id, total_fen, reason, actor, at_ms) VALUES "
        "(8, 1, 100, 'r', 'a', 1);"
        "INSERT INTO payment_plan (id, project_id, name, kind) VALUES (3, %d, 'p', '%s');"
        "INSERT INTO terms (id, project_id, unit_id, customer_id, unit_price_id, price_basis, "
        "list_fen, total_fen, plan_id, plan_name, plan_kind, valid_until_ms, user_id, made_ms) "
        "VALUES (9, %d, %d, 5, 8, 'gross', "
        "100, 100, 3, 'p', '%s', 9, 7, 1);"
        "INSERT INTO terms_line VALUES (9, 1, 'house', 100, 0, 'signed', 0, NULL, '');"
        "UPDATE terms SET state = 'granted', hash = zeroblob(32) WHERE id = 9;"
        "INSERT INTO deal (id, project_id, unit_id, customer_id, user_id, stage, terms_id, "
        "opened_ms) VALUES (4, %d, %d, 5, 7, 'C', 9, 1);"
        "UPDATE terms SET state = 'used', deal_id = 4 WHERE id = 9",
        (int)f->project, kind, (int)f->project, (int)f->units[0], kind, (int)f->project,
        (int)f->units[0]);
    script(f, sql);
    return 4;
}

#endif

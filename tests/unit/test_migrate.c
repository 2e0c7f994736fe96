/* test_migrate.c - migrations, and tables made anew under those that refer to them. */
#include "store_fixture.h"

#include <sqlite3.h>

#define CASE_EMPTY(name) cmocka_unit_test_setup_teardown(name, setup_empty, teardown)

static int setup_empty(void **state)
{
    int r = setup(state);
    struct desk *d = *state;

    assert_int_equal(db_script(d->db, "DROP TABLE child; DROP TABLE t; DROP TABLE kept"), 0);
    return r;
}

static void test_migrate(void **state)
{
    struct desk *d = *state;
    char backup[128];
    int version = -1;

    snprintf(backup, sizeof(backup), "%s/backup.db", d->dir);
    assert_int_equal(db_schema_version(d->db, &version), 0);
    assert_int_equal(version, 0);
    for (size_t i = 0; i < migrations_count; i++)
        assert_int_equal(migrations[i].number, i + 1);
    assert_int_equal(db_migrate(d->db, backup), 0);
    assert_int_equal(access(backup, F_OK), -1); /* of nothing there is no copy */
    assert_int_equal(db_schema_version(d->db, &version), 0);
    assert_int_equal(version, migrations_count);
    assert_int_equal(db_run(d->db, "INSERT INTO project (name, created_ms) VALUES ('p', 1)", ""),
                     1);
    assert_int_equal(db_migrate(d->db, backup), 0); /* twice: nothing to do */
    assert_int_equal(access(backup, F_OK), -1);
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM schema_version"), (int64_t)migrations_count);
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM project"), 1);
    /* Newer than we know: left alone. */
    assert_int_equal(db_run(d->db, "INSERT INTO schema_version VALUES ($1, 'later', 1)", "i",
                            (int64_t)migrations_count + 1),
                     1);
    assert_int_equal(db_migrate(d->db, backup), -EPROTONOSUPPORT);
    assert_int_equal(access(backup, F_OK), -1);
}

/* Cut off half-way: a later statement of it fails, and nothing of the earlier ones remains. */
static void test_migration_is_whole_or_nothing(void **state)
{
    struct desk *d = *state;
    int version = -1;

    assert_int_equal(db_script(d->db, "CREATE TABLE encumbrance (mine INTEGER) STRICT"), 0);
    assert_int_equal(db_migrate(d->db, NULL), -EPROTO);
    assert_false(db_in_transaction(d->db));
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name "
                                "NOT IN ('schema_version', 'encumbrance')"),
                     0);
    assert_int_equal(db_schema_version(d->db, &version), 0);
    assert_int_equal(version, 0);
    assert_int_equal(db_script(d->db, "DROP TABLE encumbrance"), 0);
    assert_int_equal(db_migrate(d->db, NULL), 0);
    assert_int_equal(db_check(d->db, true), 0);
}

static int parent_anew(struct db *db, void *arg)
{
    const bool *keeps_rows = arg;
    int r = db_script(db, "CREATE TABLE next (id INTEGER PRIMARY KEY, more INTEGER) STRICT");

    if (r == 0 && *keeps_rows)
        r = db_script(db, "INSERT INTO next (id) SELECT id FROM t");
    return r < 0 ? r : db_script(db, "DROP TABLE t; ALTER TABLE next RENAME TO t");
}

/* A table others refer to is made anew; without its rows the references break, and nothing is done.
 * */
static void test_a_table_is_made_anew(void **state)
{
    struct desk *d = *state;
    bool keeps_rows = false;

    assert_int_equal(db_script(d->db, "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT;"
                                      "CREATE TABLE child (t_id INTEGER REFERENCES t(id)) STRICT;"
                                      "INSERT INTO t VALUES (1); INSERT INTO child VALUES (1)"),
                     0);
    assert_int_equal(db_schema_change(d->db, parent_anew, &keeps_rows), -ENOLINK);
    assert_false(db_in_transaction(d->db));
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM t"), 1);
    assert_int_equal(db_run(d->db, "DELETE FROM t", ""), -ENOLINK); /* held row by row again */
    keeps_rows = true;
    assert_int_equal(db_schema_change(d->db, parent_anew, &keeps_rows), 0);
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM t WHERE more IS NULL"), 1);
    assert_int_equal(db_run(d->db, "INSERT INTO child VALUES (2)", ""), -ENOLINK);
}

/* ---- money that was noted by hand ---- */

static int64_t asked(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;
    int64_t value;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return value;
}

static void executed(sqlite3 *db, const char *sql)
{
    char *error = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s", error);
}

/* Deal 1 was paid and exchanged for deal 2, which was forfeited in part and refunded; deal 3 of
 * another project was paid and given something back. */
static const char noted[] =
    "DROP TRIGGER deal_terms_insert;"
    "INSERT INTO project (id, name, created_ms) VALUES (1, 'one', 1), (2, 'two', 1);"
    "INSERT INTO deal (id, project_id, unit_id, customer_id, user_id, stage, terms_id, opened_ms) "
    "VALUES (1, 1, 1, 1, 1, 'S', 1, 1), (2, 1, 2, 1, 1, 'S', 1, 1), (3, 2, 3, 1, 1, 'S', 1, 1);"
    "INSERT INTO received (deal_id, fund, amount_fen, change_id, transfer_deal_id, note, actor, "
    "at_ms) VALUES (1, 'deposit', 500, NULL, NULL, 'x', 'a', 1), "
    "(1, 'booking', 200, NULL, NULL, '', 'a', 2), (3, 'deposit', 50, NULL, NULL, '', 'b', 3), "
    "(1, 'booking', -200, 1, 2, 'transfer', 'a', 4), (2, 'booking', 200, 1, 1, 'transfer', 'a', "
    "4), (1, 'deposit', -500, 1, 2, 'transfer', 'a', 4), (2, 'deposit', 500, 1, 1, 'transfer', "
    "'a', 4), (2, 'deposit', -300, 2, NULL, 'forfeit', 'a', 5), "
    "(2, 'refund', -400, 2, NULL, 'refund', 'a', 6), (3, 'deposit', -20, NULL, NULL, '', 'b', 7);"
    "INSERT INTO post (id, name, all_projects, created_ms) VALUES (1, 'p', 1, 1);"
    "INSERT INTO post_right VALUES (1, 'money.mark');";

static void test_noted_money_is_in_the_ledger(void **state)
{
    size_t ledger = 0;
    sqlite3 *db;

    (void)state;
    while (!strstr(migrations[ledger].name, "ledger"))
        ledger++;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    for (size_t i = 0; i < ledger; i++)
        executed(db, migrations[i].sql);
    executed(db, noted);
    executed(db, migrations[ledger].sql);
    /* Each deal has what it had, fund by fund. */
    assert_int_equal(asked(db, "SELECT SUM(amount_fen) FROM received WHERE deal_id = 1"), 0);
    assert_int_equal(asked(db, "SELECT SUM(amount_fen) FROM received WHERE deal_id = 2"), 0);
    assert_int_equal(asked(db, "SELECT SUM(amount_fen) FROM received WHERE deal_id = 3"), 30);
    assert_int_equal(asked(db, "SELECT COUNT(*) FROM received"), 10);
    assert_int_equal(asked(db, "SELECT SUM(amount_fen) FROM received WHERE deal_id = 2 AND "
                               "fund = 'deposit' AND at_ms <= 5 AND change_id = 2"),
                     -300);
    /* A transfer is one voucher; numbers are counted by project and go on. */
    assert_int_equal(asked(db, "SELECT COUNT(*) FROM voucher"), 8);
    assert_int_equal(asked(db, "SELECT MAX(number) FROM voucher WHERE project_id = 1"), 6);
    assert_int_equal(asked(db, "SELECT last FROM series WHERE project_id = 2"), 2);
    assert_int_equal(asked(db, "SELECT SUM(e.amount_fen) FROM ledger_entry e JOIN ledger_account "
                               "a ON a.id = e.credit_id WHERE a.kind = 'income'"),
                     300);
    assert_int_equal(asked(db, "SELECT COUNT(*) FROM voucher v WHERE (SELECT COUNT(*) FROM "
                               "ledger_entry e WHERE e.voucher_id = v.id) <> 1"),
                     0);
    assert_int_equal(asked(db, "SELECT COUNT(*) FROM post_right WHERE right_code = 'money.take'"),
                     1);
    sqlite3_close(db);
}

/* Two deals were credited; of the second's 70 20 went back and 10 are asked back. */
static const char credited[] =
    "DROP TRIGGER settlement_own;"
    "INSERT INTO project (id, name, created_ms) VALUES (1, 'one', 1);"
    "INSERT INTO voucher (id, project_id, number, kind, day, deal_id, customer_id, actor, at_ms) "
    "VALUES (1, 1, 1, 'settle', '2026-01-01', 1, 4, 'a', 1), (2, 1, 2, 'settle', '2026-01-01', 2, "
    "5, 'a', 2), (3, 1, 3, 'refund', '2026-01-02', 2, 5, 'a', 3);"
    "INSERT INTO series VALUES (1, 'voucher', 3);"
    "INSERT INTO ledger_account (id, kind, project_id, deal_id, fund) VALUES (1, 'income', 1, "
    "NULL, 'area_difference'), (2, 'deal', 1, 1, 'area_difference'), (3, 'deal', 1, 2, "
    "'area_difference');"
    "INSERT INTO ledger_entry VALUES (1, 1, 1, 2, 50, NULL), (2, 2, 1, 3, 70, NULL), "
    "(3, 3, 3, 1, 20, NULL);"
    "INSERT INTO refund (id, project_id, deal_id, customer_id, reason, user_id, asked_ms) VALUES "
    "(1, 1, 2, 5, 'r', 1, 1);"
    "INSERT INTO refund_line VALUES (1, 3, 10);"
    "INSERT INTO settlement (id, deal_id, terms_id, measurement_id, basis, contract_area, "
    "measured_area, unit_price_fen, amount_fen, may_cancel, voucher_id, actor, at_ms) VALUES "
    "(1, 1, 1, 1, 'gross', 5, 5, 1, -50, 0, 1, 'a', 1), "
    "(2, 2, 1, 1, 'gross', 5, 5, 1, -70, 0, 2, 'a', 1);"
    "CREATE TRIGGER settlement_own BEFORE INSERT ON settlement BEGIN SELECT 1; END;";

static void test_credits_pay_for_the_house(void **state)
{
    size_t n = 0;
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    executed(db, "PRAGMA legacy_alter_table = ON");
    while (!strstr(migrations[n].name, "money"))
        executed(db, migrations[n++].sql);
    executed(db, credited);
    executed(db, migrations[n].sql);
    assert_int_equal(asked(db, "SELECT SUM(amount_fen) FROM received WHERE deal_id = 1 AND fund = "
                               "'area_credit'"),
                     50);
    assert_int_equal(asked(db, "SELECT SUM(amount_fen) FROM received WHERE deal_id = 2 AND fund = "
                               "'area_credit'"),
                     40);
    assert_int_equal(asked(db, "SELECT SUM(amount_fen) FROM received WHERE fund = "
                               "'area_difference'"),
                     10); /* what is asked back */
    assert_int_equal(asked(db, "SELECT SUM(amount_fen) FROM received"), 100);
    assert_int_equal(asked(db, "SELECT last FROM series"), 5);
    assert_int_equal(asked(db, "SELECT COUNT(DISTINCT number) FROM voucher"), 5);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE_EMPTY(test_migrate),
        CASE_EMPTY(test_migration_is_whole_or_nothing),
        CASE_EMPTY(test_a_table_is_made_anew),
        cmocka_unit_test(test_noted_money_is_in_the_ledger),
        cmocka_unit_test(test_credits_pay_for_the_house),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

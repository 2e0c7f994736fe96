/* test_migrate.c - migrations, and tables made anew under those that refer to them. */
#include "store_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE_EMPTY(test_migrate),
        CASE_EMPTY(test_migration_is_whole_or_nothing),
        CASE_EMPTY(test_a_table_is_made_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

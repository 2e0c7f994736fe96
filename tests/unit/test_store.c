/* test_store.c - the store: settings, errors, the ways out of the file, others who hold it. */
#include "store_fixture.h"

#include <sqlite3.h>
#include <sys/stat.h>

/* ---- settings ---- */

static int64_t pragma(struct db *db, const char *sql)
{
    return one(db, sql);
}

static void settings_check(struct db *db, bool reader)
{
    assert_int_equal(pragma(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(pragma(db, "PRAGMA synchronous"), 2);
    assert_int_equal(pragma(db, "PRAGMA recursive_triggers"), 1);
    assert_int_equal(pragma(db, "PRAGMA trusted_schema"), 0);
    assert_int_equal(pragma(db, "PRAGMA cell_size_check"), 1);
    assert_int_equal(pragma(db, "PRAGMA wal_autocheckpoint"), 0);
    assert_int_equal(pragma(db, "PRAGMA mmap_size"), 0);
    assert_int_equal(pragma(db, "PRAGMA query_only"), reader);
    assert_int_equal(pragma(db, "PRAGMA busy_timeout"), 5000);
}

static void test_settings(void **state)
{
    struct desk *d = *state;
    struct db *reader;
    struct stat st;
    struct stmt *s;

    settings_check(d->db, false);
    assert_int_equal(db_query(d->db, &s, "PRAGMA journal_mode", ""), 0);
    assert_int_equal(stmt_step(s), 1);
    assert_string_equal(stmt_text(s, 0), "wal");
    stmt_reset(s);
    assert_int_equal(db_open(d->path, DB_READER, &reader), 0);
    settings_check(reader, true);
    db_close(reader);
    assert_int_equal(stat(d->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_non_null(strstr(db_engine_version(), "SQLite 3."));
    /* Defensive: the schema cannot be edited behind the engine's back. */
    assert_true(db_script(d->db, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = ''") <
                0);
}

static void test_open_refusals(void **state)
{
    struct desk *d = *state;
    struct db *db = (struct db *)0x1;
    char path[128];
    sqlite3 *raw;

    snprintf(path, sizeof(path), "%s/none.db", d->dir);
    assert_int_equal(db_open(path, DB_READER, &db), -ENOENT);
    snprintf(path, sizeof(path), "%s/none/none.db", d->dir);
    assert_int_equal(db_open(path, DB_WRITER, &db), -ENOENT);
    assert_int_equal(db_open(d->dir, DB_WRITER, &db), -ENOENT); /* a folder */
    /* A file that is not ours is not turned into ours by a reader. */
    snprintf(path, sizeof(path), "%s/other.db", d->dir);
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, "CREATE TABLE x(i)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
    assert_int_equal(db_open(path, DB_READER, &db), -ENOTSUP);
    assert_ptr_equal(db, (struct db *)0x1); /* untouched all along */
    remove_db(path);
    assert_null(db_close(NULL));
}

/* ---- errors ---- */

static void test_errors(void **state)
{
    struct desk *d = *state;
    struct db *db = d->db, *reader;
    struct stmt *s = (struct stmt *)0x1;

    assert_int_equal(db_run(db, "INSERT INTO t (id, name) VALUES (1, 'a')", ""), 1);
    assert_int_equal(db_run(db, "INSERT INTO t (name) VALUES ('a')", ""), -EEXIST);
    assert_non_null(strstr(db_error(db), "UNIQUE"));
    assert_int_equal(db_run(db, "INSERT INTO t (id, name) VALUES (1, 'b')", ""), -EEXIST);
    assert_int_equal(db_run(db, "INSERT INTO t (name) VALUES ('')", ""), -EINVAL);
    assert_int_equal(db_run(db, "INSERT INTO t (name) VALUES (NULL)", ""), -EINVAL);
    assert_int_equal(db_run(db, "INSERT INTO child (t_id) VALUES (9)", ""), -ENOLINK);
    assert_int_equal(db_run(db, "INSERT INTO t (name, n) VALUES ('c', 'text')", ""), -EINVAL);
    assert_int_equal(db_run(db, "INSERT INTO t (name, n) VALUES ('c', 1.5)", ""), -EINVAL);
    assert_int_equal(db_run(db, "INSERT INTO t (name, b) VALUES ('c', 'text')", ""), -EINVAL);
    assert_int_equal(db_run(db, "INSERT INTO kept VALUES (1)", ""), 1);
    assert_int_equal(db_run(db, "DELETE FROM kept", ""), -EINVAL);
    assert_int_equal(db_run(db, "SELECT nothing FROM nowhere", ""), -EPROTO);
    assert_int_equal(db_run(db, "SELECT 1", "q"), -EPROTO);
    assert_int_equal(one(db, "SELECT COUNT(*) FROM t"), 1);
    /* A statement that cannot be made leaves nothing a caller could trip over. */
    assert_int_equal(db_query(db, &s, "SELECT nothing FROM nowhere", ""), -EPROTO);
    assert_null(s);
    stmt_reset(s);
    assert_int_equal(db_open(d->path, DB_READER, &reader), 0);
    assert_int_equal(db_run(reader, "INSERT INTO t (name) VALUES ('r')", ""), -EROFS);
    assert_int_equal(db_script(reader, "CREATE TABLE x(i)"), -EROFS);
    db_close(reader);
}

static void test_no_way_out_of_the_file(void **state)
{
    struct desk *d = *state;
    struct db *reader;
    char path[128];

    snprintf(path, sizeof(path), "%s/evil.db", d->dir);
    assert_int_equal(db_run(d->db, "ATTACH DATABASE $1 AS evil", "t", path), -EPROTO);
    assert_int_equal(db_script(d->db, "DETACH DATABASE main"), -EPROTO);
    assert_int_equal(db_open(d->path, DB_READER, &reader), 0);
    assert_int_equal(db_run(reader, "ATTACH DATABASE $1 AS evil", "t", path), -EPROTO);
    db_close(reader);
    assert_int_equal(access(path, F_OK), -1);
    assert_true(db_run(d->db, "SELECT load_extension('x')", "") < 0);
}

/* Somebody else holds the file: waited for, then said. Not the five seconds: the other one lets
 * go. */
static void test_busy(void **state)
{
    struct desk *d = *state;
    sqlite3 *raw;

    assert_int_equal(sqlite3_open(d->path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(db_script(d->db, "PRAGMA busy_timeout = 20"), 0);
    assert_int_equal(db_begin(d->db), -EBUSY);
    assert_false(db_in_transaction(d->db));
    assert_int_equal(sqlite3_exec(raw, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(db_begin(d->db), 0);
    assert_int_equal(db_commit(d->db), 0);
    sqlite3_close(raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_settings), CASE(test_open_refusals),
        CASE(test_errors),   CASE(test_no_way_out_of_the_file),
        CASE(test_busy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_store_statement.c - the store: statements, transactions, savepoints, checkpoints. */
#include "store_fixture.h"

#include <sys/stat.h>

/* ---- statements ---- */

static void test_parameters_by_number(void **state)
{
    struct desk *d = *state;
    const int64_t null_id = 7;
    struct stmt *s;
    int64_t v = 0;
    size_t n;

    /* To the engine "$2" is a name; numbered by where it stands it would be the first. */
    assert_int_equal(db_get(d->db, &v, "SELECT $2 * 10 + $1", "ii", (int64_t)3, (int64_t)4), 1);
    assert_int_equal(v, 43);
    assert_int_equal(
        db_get(d->db, &v, "SELECT $1 + $1 + $3 + $2", "iii", (int64_t)1, (int64_t)10, (int64_t)100),
        1);
    assert_int_equal(v, 112);
    assert_int_equal(db_get(d->db, &v, "SELECT $11 - $1", "iiiiiiiiiii", (int64_t)1, (int64_t)0,
                            (int64_t)0, (int64_t)0, (int64_t)0, (int64_t)0, (int64_t)0, (int64_t)0,
                            (int64_t)0, (int64_t)0, (int64_t)50),
                     -EPROTO); /* those between it do not have: a slip */
    assert_int_equal(db_run(d->db, "INSERT INTO t (id, name, n, b) VALUES ($1, $2, $3, $4)", "otnb",
                            &null_id, "x", "bytes", (size_t)3),
                     1);
    assert_int_equal(db_query(d->db, &s, "SELECT id, name, n, b FROM t", ""), 0);
    assert_int_equal(stmt_step(s), 1);
    assert_int_equal(stmt_int(s, 0), 7);
    assert_true(stmt_is_null(s, 2));
    assert_int_equal(stmt_int(s, 2), 0);
    assert_null(stmt_text(s, 2));
    assert_memory_equal(stmt_blob(s, 3, &n), "byt", 3);
    assert_int_equal(n, 3);
    assert_int_equal(stmt_step(s), 0);
    /* NULL text and NULL 'o' bind NULL. */
    assert_int_equal(db_run(d->db, "UPDATE t SET n = $1, b = $2", "ot", NULL, NULL), 1);
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM t WHERE n IS NULL AND b IS NULL"), 1);
    /* Anything but $n is refused: it would be bound by place. */
    assert_int_equal(db_run(d->db, "SELECT ?", "i", (int64_t)1), -EPROTO);
    assert_int_equal(db_run(d->db, "SELECT :name", "i", (int64_t)1), -EPROTO);
    assert_int_equal(db_run(d->db, "SELECT $name", "i", (int64_t)1), -EPROTO);
    assert_int_equal(db_run(d->db, "SELECT $1x", "i", (int64_t)1), -EPROTO);
    assert_int_equal(db_run(d->db, "SELECT $64", "i", (int64_t)1), -EPROTO);
}

static void test_statement_cache(void **state)
{
    static const char sql[] = "SELECT $1";
    struct desk *d = *state;
    struct stmt *a, *b;
    enum { FULL = 4200 };
    char(*texts)[40] = calloc(FULL, sizeof(*texts));
    int refused = 0;

    assert_int_equal(db_query(d->db, &a, sql, "i", (int64_t)5), 0);
    assert_int_equal(stmt_step(a), 1);
    /* The same text again: the same statement, reset and without what was bound. */
    assert_int_equal(db_prepare(d->db, sql, &b), 0);
    assert_ptr_equal(a, b);
    assert_int_equal(stmt_step(b), 1);
    assert_true(stmt_is_null(b, 0));
    stmt_reset(b);
    /* Full: said, and those that are there go on. */
    assert_non_null(texts);
    for (int i = 0; i < FULL; i++) {
        int r;

        /* house: allow sql-constant - as many constants as nobody writes */
        snprintf(texts[i], sizeof(texts[i]), "SELECT %d", i);
        r = db_prepare(d->db, texts[i], &b);
        assert_true(r == 0 || r == -E2BIG);
        refused += r < 0;
        if (r == 0) {
            assert_int_equal(stmt_step(b), 1);
            assert_int_equal(stmt_int(b, 0), i);
            stmt_reset(b);
        }
    }
    assert_true(refused > 0);
    assert_int_equal(db_query(d->db, &a, sql, "i", (int64_t)6), 0);
    assert_int_equal(stmt_step(a), 1);
    assert_int_equal(stmt_int(a, 0), 6);
    stmt_reset(a);
    d->db = db_close(d->db); /* before the texts it keeps them by */
    free(texts);
}

static void test_returning(void **state)
{
    struct desk *d = *state;
    int64_t id = -1;

    assert_int_equal(
        db_get(d->db, &id, "INSERT INTO t (name) VALUES ($1) RETURNING id", "t", "first"), 1);
    assert_int_equal(id, 1);
    /* Done, not only begun: nothing is left open, and it can be committed. */
    assert_int_equal(db_begin(d->db), 0);
    assert_int_equal(
        db_get(d->db, &id, "INSERT INTO t (name) VALUES ($1) RETURNING id", "t", "second"), 1);
    assert_int_equal(db_commit(d->db), 0);
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM t"), 2);
    id = 77;
    assert_int_equal(db_get(d->db, &id,
                            "INSERT INTO t (name) VALUES ($1) ON CONFLICT (name) DO "
                            "NOTHING RETURNING id",
                            "t", "second"),
                     0);
    assert_int_equal(id, 77);
    assert_int_equal(db_get(d->db, &id, "SELECT n FROM t", ""), 0); /* NULL */
    assert_int_equal(db_run(d->db, "UPDATE t SET n = 1", ""), 2);
    assert_int_equal(db_run(d->db, "UPDATE t SET n = 1 WHERE id = 99", ""), 0);
}

/* ---- transactions ---- */

static void test_transactions(void **state)
{
    struct desk *d = *state;
    struct db *reader;

    assert_int_equal(db_open(d->path, DB_READER, &reader), 0);
    assert_int_equal(db_begin(d->db), 0);
    assert_true(db_in_transaction(d->db));
    assert_int_equal(db_run(d->db, "INSERT INTO t (name) VALUES ('a')", ""), 1);
    assert_int_equal(one(reader, "SELECT COUNT(*) FROM t"), 0);
    assert_int_equal(db_rollback(d->db), 0);
    assert_int_equal(db_rollback(d->db), 0); /* nothing to do is no error */
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM t"), 0);
    /* A reader's transaction is one moment. */
    assert_int_equal(db_begin(reader), 0);
    assert_int_equal(one(reader, "SELECT COUNT(*) FROM t"), 0);
    assert_int_equal(db_run(d->db, "INSERT INTO t (name) VALUES ('a')", ""), 1);
    assert_int_equal(one(reader, "SELECT COUNT(*) FROM t"), 0);
    assert_int_equal(db_commit(reader), 0);
    assert_int_equal(one(reader, "SELECT COUNT(*) FROM t"), 1);
    db_close(reader);
}

static void test_savepoints(void **state)
{
    struct desk *d = *state;

    assert_int_equal(db_begin(d->db), 0);
    assert_int_equal(db_savepoint(d->db), 0);
    assert_int_equal(db_run(d->db, "INSERT INTO t (name) VALUES ('kept')", ""), 1);
    assert_int_equal(db_savepoint_release(d->db), 0);
    assert_int_equal(db_savepoint(d->db), 0);
    assert_int_equal(db_run(d->db, "INSERT INTO t (name) VALUES ('dropped')", ""), 1);
    assert_int_equal(db_savepoint_rollback(d->db), 0);
    assert_true(db_in_transaction(d->db));
    assert_int_equal(db_savepoint(d->db), 0);
    assert_int_equal(db_run(d->db, "INSERT INTO t (name) VALUES ('')", ""), -EINVAL);
    assert_int_equal(db_savepoint_rollback(d->db), 0);
    assert_int_equal(db_savepoint_release(d->db), -EPROTO); /* none is left */
    assert_int_equal(db_commit(d->db), 0);
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM t WHERE name = 'kept'"), 1);
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM t"), 1);
}

static void test_checkpoint(void **state)
{
    struct desk *d = *state;
    struct db *reader;
    struct stat st;
    char wal[128];

    snprintf(wal, sizeof(wal), "%s-wal", d->path);
    assert_true(db_wal_pages(d->db) > 0);
    assert_int_equal(db_checkpoint(d->db, true), 0);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_size, 0);
    /* One who reads an old moment holds the pages that came after it. */
    assert_int_equal(db_open(d->path, DB_READER, &reader), 0);
    assert_int_equal(db_begin(reader), 0);
    assert_int_equal(one(reader, "SELECT COUNT(*) FROM t"), 0);
    assert_int_equal(db_run(d->db, "INSERT INTO t (name) VALUES ('a')", ""), 1);
    assert_true(db_checkpoint(d->db, false) > 0);
    assert_int_equal(db_commit(reader), 0);
    assert_int_equal(db_checkpoint(d->db, false), 0);
    /* And closing a reader moves nothing, even as the last one out. */
    assert_int_equal(db_run(d->db, "INSERT INTO t (name) VALUES ('b')", ""), 1);
    d->db = db_close(d->db);
    assert_int_equal(one(reader, "SELECT COUNT(*) FROM t"), 2);
    db_close(reader);
    assert_int_equal(stat(wal, &st), 0);
    assert_true(st.st_size > 0);
    assert_int_equal(db_open(d->path, DB_WRITER, &d->db), 0);
    assert_int_equal(one(d->db, "SELECT COUNT(*) FROM t"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_parameters_by_number), CASE(test_statement_cache), CASE(test_returning),
        CASE(test_transactions),         CASE(test_savepoints),      CASE(test_checkpoint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

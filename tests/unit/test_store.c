/* test_store.c - the store: settings, errors, statements, transactions, backups, damage,
 * migrations. */
#include "fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

struct desk {
    char dir[64], path[96];
    struct db *db;
};

static const char schema[] =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''), "
    "n INTEGER, b BLOB) STRICT;"
    "CREATE TABLE child (id INTEGER PRIMARY KEY, t_id INTEGER NOT NULL REFERENCES t(id)) STRICT;"
    "CREATE TABLE kept (id INTEGER PRIMARY KEY) STRICT;"
    "CREATE TRIGGER kept_no_delete BEFORE DELETE ON kept BEGIN SELECT RAISE(ABORT, 'kept'); END;";

static int setup(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));

    assert_non_null(d);
    snprintf(d->dir, sizeof(d->dir), "/tmp/anchang-test.XXXXXX");
    assert_non_null(mkdtemp(d->dir));
    snprintf(d->path, sizeof(d->path), "%s/test.db", d->dir);
    assert_int_equal(db_open(d->path, DB_WRITER, &d->db), 0);
    assert_int_equal(db_script(d->db, schema), 0);
    *state = d;
    return 0;
}

static void remove_db(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".part"};
    char each[128];

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(each, sizeof(each), "%s%s", path, ends[i]);
        unlink(each);
    }
}

static int teardown(void **state)
{
    struct desk *d = *state;

    d->db = db_close(d->db);
    remove_db(d->path);
    assert_int_equal(rmdir(d->dir), 0);
    free(d);
    return 0;
}

static int64_t one(struct db *db, const char *sql)
{
    int64_t value = -1;

    assert_true(db_get(db, &value, sql, "") >= 0);
    return value;
}

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
    char(*texts)[40] = calloc(600, sizeof(*texts));
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
    for (int i = 0; i < 600; i++) {
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

/* ---- backup ---- */

static void test_backup(void **state)
{
    struct desk *d = *state;
    struct db *copy, *reader;
    struct stat st;
    char path[128], part[140];

    snprintf(path, sizeof(path), "%s/copy.db", d->dir);
    snprintf(part, sizeof(part), "%s.part", path);
    for (int i = 0; i < 300; i++) {
        char name[32];

        snprintf(name, sizeof(name), "row %d", i);
        assert_int_equal(
            db_run(d->db, "INSERT INTO t (name, n) VALUES ($1, $2)", "ti", name, (int64_t)i), 1);
    }
    /* In use: one reads an old moment, one is in the middle of a change. */
    assert_int_equal(db_open(d->path, DB_READER, &reader), 0);
    assert_int_equal(db_begin(d->db), 0);
    assert_int_equal(db_run(d->db, "INSERT INTO t (name) VALUES ('not yet')", ""), 1);
    assert_int_equal(db_backup(reader, path), 0);
    assert_int_equal(db_commit(d->db), 0);
    assert_int_equal(access(part, F_OK), -1);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(db_backup(reader, path), -EEXIST);
    assert_int_equal(db_open(path, DB_WRITER, &copy), 0);
    assert_int_equal(db_check(copy, true), 0);
    assert_int_equal(one(copy, "SELECT COUNT(*) FROM t"), 300);
    assert_int_equal(one(copy, "SELECT SUM(n) FROM t"), 299 * 300 / 2);
    db_close(copy);
    remove_db(path);
    /* One that was cut off is begun anew. */
    assert_int_equal(close(open(part, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
    assert_int_equal(db_backup(reader, path), 0);
    remove_db(path);
    snprintf(path, sizeof(path), "%s/none/copy.db", d->dir);
    assert_int_equal(db_backup(reader, path), -ENOENT);
    db_close(reader);
}

/* ---- damage ---- */

static void fill(struct db *db)
{
    char name[64];

    assert_int_equal(db_begin(db), 0);
    for (int64_t i = 1; i <= 1500; i++) {
        snprintf(name, sizeof(name), "a name of some length, number %d", (int)i);
        assert_int_equal(
            db_run(db, "INSERT INTO t (id, name, n) VALUES ($1, $2, $1)", "it", i, name), 1);
        assert_int_equal(db_run(db, "INSERT INTO child (t_id) VALUES ($1)", "i", i), 1);
    }
    assert_int_equal(db_commit(db), 0);
    assert_int_equal(db_checkpoint(db, true), 0);
}

static void copy_file(const char *from, const char *to)
{
    char bytes[4096];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t n;

    assert_true(in >= 0 && out >= 0);
    while ((n = read(in, bytes, sizeof(bytes))) > 0)
        assert_int_equal(write(out, bytes, (size_t)n), n);
    close(in);
    close(out);
}

/* What every use of a damaged file may say; nothing else, and no crash. */
static bool honest(int r)
{
    return r >= 0 || r == -EUCLEAN || r == -EPROTO || r == -EINVAL || r == -EEXIST || r == -ENOLINK;
}

static int read_all(struct db *db)
{
    static const char *const queries[] = {"SELECT COUNT(*), SUM(n), MAX(length(name)) FROM t",
                                          "SELECT COUNT(*) FROM t JOIN child ON child.t_id = t.id",
                                          "SELECT COUNT(*) FROM t WHERE name LIKE 'a%'"};
    int worst = 0;

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        struct stmt *s;
        int r = db_query(db, &s, queries[i], "");

        while (r >= 0 && (r = stmt_step(s)) == 1)
            ;
        stmt_reset(s);
        assert_true(honest(r));
        if (r < 0)
            worst = r;
    }
    return worst;
}

static int use_damaged(const char *path, bool *ret_found)
{
    struct db *db;
    int r = db_open(path, DB_WRITER, &db);

    *ret_found = false;
    if (r < 0) {
        assert_true(r == -EUCLEAN);
        *ret_found = true;
        return r;
    }
    r = db_check(db, true);
    assert_true(r == 0 || r == -EUCLEAN);
    *ret_found = r == -EUCLEAN;
    if (read_all(db) < 0)
        assert_true(*ret_found); /* what a query trips over the check sees */
    r = db_run(db, "INSERT INTO t (name, n) VALUES ('new', 1)", "");
    assert_true(honest(r));
    db_close(db);
    return 0;
}

static void test_damage(void **state)
{
    enum { PAGE = 4096 };
    struct desk *d = *state;
    char path[128];
    uint8_t bytes[64];
    struct stat st;
    int found_all = 0, pages = 0;

    fill(d->db);
    snprintf(path, sizeof(path), "%s/bad.db", d->dir);
    assert_int_equal(stat(d->path, &st), 0);
    for (off_t page = 0; page * PAGE < st.st_size; page += page == 0 ? 1 : 3) {
        bool found;
        int fd;

        copy_file(d->path, path);
        fd = open(path, O_RDWR | O_CLOEXEC);
        /* The head of the page, where what it is and where its cells are is written. */
        assert_int_equal(pread(fd, bytes, sizeof(bytes), page * PAGE), sizeof(bytes));
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] ^= 0xff;
        assert_int_equal(pwrite(fd, bytes, sizeof(bytes), page * PAGE), sizeof(bytes));
        close(fd);
        use_damaged(path, &found);
        found_all += found;
        pages++;
        remove_db(path);
    }
    assert_true(pages > 5);
    assert_int_equal(found_all, pages);
    /* Cut off in the middle, and no database at all. */
    copy_file(d->path, path);
    assert_int_equal(truncate(path, st.st_size / PAGE / 2 * PAGE), 0);
    {
        bool found;

        use_damaged(path, &found);
        assert_true(found);
        remove_db(path);
        copy_file("/proc/self/exe", path);
        assert_int_equal(use_damaged(path, &found), -EUCLEAN);
    }
    remove_db(path);
}

/* A copy of what is damaged is no backup: it is read through before it gets its name. */
static void test_no_backup_of_damage(void **state)
{
    struct desk *d = *state;
    char bad[128], copy[128], part[160];
    uint8_t bytes[64] = {0};
    struct db *reader = NULL;
    struct stat st;
    int fd;

    fill(d->db);
    snprintf(bad, sizeof(bad), "%s/bad.db", d->dir);
    snprintf(copy, sizeof(copy), "%s/copy.db", d->dir);
    snprintf(part, sizeof(part), "%s.part", copy);
    copy_file(d->path, bad);
    assert_int_equal(stat(bad, &st), 0);
    fd = open(bad, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(fd, bytes, sizeof(bytes), st.st_size / 4096 / 2 * 4096), sizeof(bytes));
    close(fd);
    assert_int_equal(db_open(bad, DB_WRITER, &reader), 0);
    assert_int_equal(db_backup(reader, copy), -EUCLEAN);
    assert_int_equal(access(copy, F_OK), -1);
    assert_int_equal(access(part, F_OK), -1); /* nor is half of one left lying */
    db_close(reader);
    remove_db(bad);
}

/* A row whose parent is gone is damage too. */
static void test_check_sees_orphans(void **state)
{
    struct desk *d = *state;

    assert_int_equal(db_check(d->db, false), 0);
    assert_int_equal(
        db_script(d->db, "PRAGMA foreign_keys = OFF; INSERT INTO child (t_id) VALUES (99)"), 0);
    assert_int_equal(db_check(d->db, false), -EUCLEAN);
    assert_int_equal(db_check(d->db, true), -EUCLEAN);
}

/* ---- migrations ---- */

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
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_settings),
        CASE(test_open_refusals),
        CASE(test_errors),
        CASE(test_no_way_out_of_the_file),
        CASE(test_busy),
        CASE(test_parameters_by_number),
        CASE(test_statement_cache),
        CASE(test_returning),
        CASE(test_transactions),
        CASE(test_savepoints),
        CASE(test_checkpoint),
        CASE(test_backup),
        CASE(test_damage),
        CASE(test_no_backup_of_damage),
        CASE(test_check_sees_orphans),
        cmocka_unit_test_setup_teardown(test_migrate, setup_empty, teardown),
        cmocka_unit_test_setup_teardown(test_migration_is_whole_or_nothing, setup_empty, teardown),
        cmocka_unit_test_setup_teardown(test_a_table_is_made_anew, setup_empty, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* store_fixture.h - a database of its own with three small tables, for the tests of the store. */
#ifndef ANCHANG_TESTS_STORE_FIXTURE_H
#define ANCHANG_TESTS_STORE_FIXTURE_H

#include "fixture.h"

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

static inline int setup(void **state)
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

static inline void remove_db(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".part"};
    char each[128];

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(each, sizeof(each), "%s%s", path, ends[i]);
        unlink(each);
    }
}

static inline int teardown(void **state)
{
    struct desk *d = *state;

    d->db = db_close(d->db);
    remove_db(d->path);
    assert_int_equal(rmdir(d->dir), 0);
    free(d);
    return 0;
}

static inline int64_t one(struct db *db, const char *sql)
{
    int64_t value = -1;

    assert_true(db_get(db, &value, sql, "") >= 0);
    return value;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif

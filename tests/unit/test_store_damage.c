/* test_store_damage.c - the store: backups, and files that are damaged. */
#include "store_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_backup),
        CASE(test_damage),
        CASE(test_no_backup_of_damage),
        CASE(test_check_sees_orphans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

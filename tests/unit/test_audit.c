/* test_audit.c - whoever edits the log is found out (PA-07); what it can and cannot see. */
#include "fixture.h"

#include <sodium.h>
#include <sqlite3.h>

#include "db/audit.h"

enum { ROWS = 5 };

static int setup(void **state)
{
    static const uint8_t key[AUDIT_KEY_SIZE] = {42};
    struct fixture *f;

    assert_true(sodium_init() >= 0);
    audit_set_key(key);
    assert_int_equal(fixture_setup(state), 0);
    f = *state;
    for (int64_t i = 1; i <= ROWS; i++) {
        struct trail trail = {0};
        const int64_t before = i, after = i * 10;

        trail_int(&trail, "price", &before, &after);
        assert_int_equal(
            FIXTURE_DO(f, tx,
                       audit_add(tx, "unit.price", "unit", i, i == 2 ? f->project : 0, &trail)),
            0);
    }
    return 0;
}

/* ---- the engine itself refuses ---- */

static void test_triggers(void **state)
{
    static const char *const attempts[] = {
        "UPDATE audit SET detail = 'x' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 5",
        "DELETE FROM audit",
        "REPLACE INTO audit SELECT * FROM audit WHERE seq = 2",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 5",
        "INSERT INTO audit SELECT seq + 2, hash, prev_hash, at_ms, boot_ms, actor_kind, actor_id, "
        "actor, action, object, project_id, detail FROM audit WHERE seq = 5",
        "INSERT INTO audit SELECT seq + 1, prev_hash, prev_hash, at_ms, boot_ms, actor_kind, "
        "actor_id, actor, action, object, project_id, detail FROM audit WHERE seq = 5",
    };
    struct fixture *f = *state;
    struct audit_report report;

    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
        assert_true(db_script(f->db, attempts[i]) < 0);
    assert_int_equal(audit_verify(f->db, &report), 0);
    assert_true(report.ok);
    assert_int_equal(report.rows, ROWS);
}

/* ---- and whoever goes around it is seen ---- */

static void sql(sqlite3 *db, const char *text)
{
    char *error = NULL;
    int r = sqlite3_exec(db, text, NULL, NULL, &error);

    if (r != SQLITE_OK)
        fail_msg("%s: %s", text, error);
}

/* A copy of the database without the triggers, changed by @edit, and what the check says of it. */
static struct audit_report tampered(struct fixture *f, const char *edit)
{
    struct audit_report report;
    struct db *db = NULL;
    sqlite3 *raw = NULL;
    char path[128];

    snprintf(path, sizeof(path), "%s/copy.db", f->dir);
    assert_int_equal(db_backup(f->db, path), 0);
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    sql(raw, "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_chain;"
             "PRAGMA ignore_check_constraints = 1;");
    sql(raw, edit);
    sqlite3_close(raw);
    assert_int_equal(db_open(path, DB_WRITER, &db), 0);
    assert_int_equal(audit_verify(db, &report), 0);
    db_close(db);
    unlink(path);
    return report;
}

static void test_every_column(void **state)
{
    static const char *const edits[] = {
        "UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 3",
        "UPDATE audit SET boot_ms = boot_ms + 1 WHERE seq = 3",
        "UPDATE audit SET actor_kind = 1 WHERE seq = 3",
        "UPDATE audit SET actor_id = 2 WHERE seq = 3",
        "UPDATE audit SET actor = 'Tester' WHERE seq = 3",
        "UPDATE audit SET action = 'unit.pricf' WHERE seq = 3",
        "UPDATE audit SET object = 'unit:4' WHERE seq = 3",
        "UPDATE audit SET project_id = 1 WHERE seq = 3",
        "UPDATE audit SET detail = replace(detail, '30', '31') WHERE seq = 3",
        "UPDATE audit SET detail = detail || ' ' WHERE seq = 3",
        /* A text moved over the edge of its column hashes to something else. */
        "UPDATE audit SET actor = 'teste', action = 'runit.price' WHERE seq = 3",
        "UPDATE audit SET hash = randomblob(32) WHERE seq = 3",
        "UPDATE audit SET prev_hash = randomblob(32) WHERE seq = 3",
    };
    struct fixture *f = *state;
    struct audit_report report;

    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        report = tampered(f, edits[i]);
        if (report.ok || report.first_bad != 3)
            fail_msg("%s: ok %d, first bad %lld", edits[i], report.ok, (long long)report.first_bad);
        assert_non_null(report.reason);
    }
}

static void test_rows_gone_or_moved(void **state)
{
    struct fixture *f = *state;
    struct audit_report report = tampered(f, "DELETE FROM audit WHERE seq = 2");

    assert_false(report.ok);
    assert_int_equal(report.first_bad, 3);
    assert_string_equal(report.reason, "gap");
    report = tampered(f, "DELETE FROM audit WHERE seq = 2;"
                         "UPDATE audit SET seq = 2 WHERE seq = 3;"
                         "UPDATE audit SET seq = 3 WHERE seq = 4;"
                         "UPDATE audit SET seq = 4 WHERE seq = 5;");
    assert_int_equal(report.first_bad, 2);
    assert_string_equal(report.reason, "link");
    report = tampered(f, "UPDATE audit SET seq = 0 WHERE seq = 1");
    assert_int_equal(report.first_bad, 0); /* the row that should be 1 says 0 */
    assert_false(report.ok);
}

/* The end of the chain can be cut off without a trace inside it: that is what the head is for,
 * which a person writes down or a second machine keeps. */
static void test_tail(void **state)
{
    struct fixture *f = *state;
    struct audit_report whole, cut;

    assert_int_equal(audit_verify(f->db, &whole), 0);
    cut = tampered(f, "DELETE FROM audit WHERE seq = 5");
    assert_true(cut.ok);
    assert_int_equal(cut.rows, ROWS - 1);
    assert_memory_not_equal(cut.head, whole.head, AUDIT_HASH_SIZE);
}

/* Without the key nobody makes a chain that holds, not even from the start. */
static void test_another_key(void **state)
{
    static const uint8_t other[AUDIT_KEY_SIZE] = {43};
    struct fixture *f = *state;
    struct audit_report report;

    audit_set_key(other);
    assert_int_equal(audit_verify(f->db, &report), 0);
    assert_false(report.ok);
    assert_int_equal(report.first_bad, 1);
}

/* ---- reading ---- */

struct read {
    int n;
    int64_t seqs[ROWS + 1];
    char detail[256];
};

static int read_row(void *arg, const struct audit_row *row)
{
    struct read *read = arg;

    read->seqs[read->n++] = row->seq;
    snprintf(read->detail, sizeof(read->detail), "%s", row->detail);
    return 0;
}

static void test_list(void **state)
{
    struct fixture *f = *state;
    struct audit_filter filter = {.limit = 3};
    struct read read = {0};

    assert_int_equal(FIXTURE_DO(f, tx, audit_list(tx, &filter, read_row, &read)), 0);
    assert_int_equal(read.n, 3);
    assert_int_equal(read.seqs[0], 5);
    filter.before_seq = 3;
    read.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, audit_list(tx, &filter, read_row, &read)), 0);
    assert_int_equal(read.n, 2);
    assert_int_equal(read.seqs[0], 2);
    filter = (struct audit_filter){.object = "unit:4", .limit = 10};
    read.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, audit_list(tx, &filter, read_row, &read)), 0);
    assert_int_equal(read.n, 1);
    assert_int_equal(read.seqs[0], 4);
    filter = (struct audit_filter){.actor = "nobody", .limit = 10};
    read.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, audit_list(tx, &filter, read_row, &read)), 0);
    assert_int_equal(read.n, 0);
    /* From a moment on, its own millisecond with it, until another, without. */
    filter = (struct audit_filter){.from_ms = FIXTURE_NOW, .limit = 10};
    read.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, audit_list(tx, &filter, read_row, &read)), 0);
    assert_true(read.n > 0);
    filter.to_ms = filter.from_ms;
    read.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, audit_list(tx, &filter, read_row, &read)), 0);
    assert_int_equal(read.n, 0);
    /* Row 2 is of a project the outsider has no part in. */
    f->as = &f->outsider;
    filter = (struct audit_filter){.limit = 10};
    read.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, audit_list(tx, &filter, read_row, &read)), 0);
    assert_int_equal(read.n, ROWS - 1);
}

static void test_trail(void **state)
{
    struct trail trail = {0};
    struct trail_field field;
    const char *cursor;

    (void)state;
    trail_text(&trail, "same", "a", "a");
    assert_true(trail_empty(&trail));
    trail_text(&trail, "name", "a\x1f\x1e", "-");
    trail_text(&trail, "note", NULL, "");
    cursor = trail.text;
    assert_true(trail_next(&cursor, &field));
    assert_int_equal(field.n_field, 4);
    assert_memory_equal(field.before, "a??", 3); /* a separator cannot be smuggled in */
    assert_int_equal(field.n_after, 1);
    assert_memory_equal(field.after, "-", 1);
    assert_true(trail_next(&cursor, &field));
    assert_null(field.before);
    assert_non_null(field.after);
    assert_int_equal(field.n_after, 0);
    assert_false(trail_next(&cursor, &field));
    trail_clear(&trail);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_triggers),    T(test_every_column), T(test_rows_gone_or_moved),   T(test_tail),
        T(test_another_key), T(test_list),         cmocka_unit_test(test_trail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

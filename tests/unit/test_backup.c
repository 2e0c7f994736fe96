/* test_backup.c - the note that a copy was made (PA-13). */
#include "fixture.h"

#include "db/audit.h"
#include "db/backup.h"

static int note_and_fail(struct tx *tx)
{
    return backup_note(tx, "/backup/lost.db", 1) < 0 ? -EIO : -ECANCELED;
}

static void test_the_newest_counts(void **state)
{
    struct fixture *f = *state;
    struct audit_report report;
    int64_t ms = -1;

    assert_int_equal(backup_last(f->db, &ms), 0);
    assert_int_equal(ms, -1);
    assert_int_equal(FIXTURE_DO(f, tx, backup_note(tx, "/backup/1.db", 4096)), 0);
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, backup_note(tx, "/backup/2.db", 8192)), 0);
    assert_int_equal(backup_last(f->db, &ms), 1);
    assert_int_equal(ms, f->now_ms);
    /* What was not committed was not made, and other rows of the log are none. */
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, note_and_fail(tx)), -ECANCELED);
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[0]), 0);
    assert_int_equal(backup_last(f->db, &ms), 1);
    assert_int_equal(ms, f->now_ms - FIXTURE_DAY);
    assert_int_equal(fixture_count(f,
                                   "SELECT COUNT(*) FROM audit WHERE action = 'backup' AND "
                                   "actor = 'tester' AND detail LIKE 'file%=/backup/2.db%8192%'"),
                     1);
    assert_int_equal(audit_verify(f->db, &report), 0);
    assert_true(report.ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_newest_counts, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

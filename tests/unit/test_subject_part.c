/* test_subject_part.c - what is kept of a person is in one table: of every table of the schema that
 * hangs on a customer there is a part, and each part can be copied and erased. */
#include "question_fixture.h"

#include "db/subject.h"

static bool has_part(const char *table)
{
    for (const struct subject_part *p = subject_parts; p->table; p++)
        if (strcmp(p->table, table) == 0)
            return true;
    return false;
}

/* A new table that names a customer, or what is his alone, is given to him when he asks and is
 * thought of when he is erased. */
static void test_whole(void **state)
{
    struct fixture *f = *state;
    size_t n = 0;
    struct stmt *s;
    int r = db_query(f->db, &s,
                     "SELECT DISTINCT m.name FROM sqlite_master m JOIN pragma_foreign_key_list("
                     "m.name) k WHERE m.type = 'table' AND k.\"table\" IN ('customer', "
                     "'ownership', 'member', 'queue_ticket', 'answer_sheet', 'collision', "
                     "'terms', 'deal', 'deal_document', 'deal_node', 'deal_change', "
                     "'voucher')",
                     "");

    assert_int_equal(r, 0);
    while ((r = stmt_step(s)) == 1) {
        if (!has_part(stmt_text(s, 0)))
            fail_msg("%s has no part in subject_part.def", stmt_text(s, 0));
        n++;
    }
    assert_int_equal(r, 0);
    assert_true(n > 30);
}

static int count(void *arg, const struct subject_value *value)
{
    assert_non_null(value->table);
    assert_non_null(value->name);
    ++*(int *)arg;
    return 0;
}

static void test_copied_and_erased(void **state)
{
    struct fixture *f = *state;
    const int64_t id = set_customer(f, "13812341236");
    int n = 0;

    assert_int_equal(FIXTURE_DO(f, tx, subject_copy(tx, id, count, &n)), 0);
    assert_true(n > 5);
    assert_int_equal(FIXTURE_DO(f, tx, subject_restrict(tx, id, "asked")), 0);
    assert_int_equal(FIXTURE_DO(f, tx, subject_erase(tx, id, "asked")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, subject_copy(tx, 9999, count, &n)), NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_copied_and_erased, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

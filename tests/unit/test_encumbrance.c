/* test_encumbrance.c - mortgages, seizures and locks (PM-22, T29, SC-05). */
#include "fixture.h"

#include "db/encumbrance.h"

static int set(struct fixture *f, const char *kind, bool sellable, int64_t *ret_id)
{
    const struct encumbrance_new e = {f->units[0], kind, "court 1", sellable};

    return FIXTURE_DO(f, tx, encumbrance_set(tx, &e, ret_id));
}

static int64_t patches(struct fixture *f)
{
    return fixture_count(f, "SELECT COUNT(*) FROM publication_patch");
}

static void test_seizure_blocks_and_shows_at_once(void **state)
{
    struct fixture *f = *state;
    int64_t id, unit;

    fixture_release(f);
    fixture_publish(f);
    assert_int_equal(set(f, "seizure", false, &id), 0);
    assert_true(fixture_changed(f, CHANGE_UNIT, f->units[0]));
    assert_true(fixture_changed(f, CHANGE_PUBLIC_UNIT, f->units[0]));
    assert_int_equal(patches(f), 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM publication_patch WHERE state = 'N'"),
                     1);
    assert_int_equal(fixture_version(f, f->units[0]), 3);
    assert_int_equal(fixture_count(f,
                                   "SELECT COUNT(*) FROM unit_history WHERE axis = 'encumbrance' "
                                   "AND event = 'encumber' AND to_state = 'S' AND document = "
                                   "'court 1' AND unit_version = 3"),
                     1);
    assert_refused(f, fixture_act(f, TRANSITION_LOCK, f->units[0]), UNITS_REFUSED);
    assert_int_equal(f->fault.items[0].code, FAULT_G4_ENCUMBRANCE);
    /* Cleared: a gain, which waits. */
    assert_refused(f, FIXTURE_DO(f, tx, encumbrance_clear(tx, id, "", &unit)), DOCUMENT_NEEDED);
    assert_int_equal(FIXTURE_DO(f, tx, encumbrance_clear(tx, id, "court 2", &unit)), 0);
    assert_int_equal(unit, f->units[0]);
    assert_int_equal(patches(f), 1);
    assert_false(fixture_changed(f, CHANGE_PUBLIC_UNIT, f->units[0]));
    assert_refused(f, FIXTURE_DO(f, tx, encumbrance_clear(tx, id, "court 2", &unit)),
                   ENCUMBRANCE_CLEARED);
    assert_int_equal(fixture_act(f, TRANSITION_LOCK, f->units[0]), 0);
}

/* T29: set shows at once, on a unit that is held or was never released too: a hold reads as if the
 * unit came back, and both show its price. When the hold ends it still reads not for sale. */
static void test_seized_while_held(void **state)
{
    struct fixture *f = *state;
    int64_t id;

    fixture_release(f);
    fixture_publish(f);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM publication_patch WHERE state = 'X'"),
                     1);
    assert_int_equal(set(f, "seizure", false, &id), 0);
    assert_true(fixture_changed(f, CHANGE_PUBLIC_UNIT, f->units[0]));
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM publication_patch WHERE state = 'N'"),
                     1);
    assert_int_equal(fixture_act(f, TRANSITION_UNHOLD, f->units[0]), 0);
    assert_int_equal(patches(f), 2);
}

static void test_mortgage_with_consent(void **state)
{
    struct fixture *f = *state;
    int64_t id, unit;

    fixture_release(f);
    fixture_publish(f);
    assert_int_equal(set(f, "mortgage", true, &id), 0);
    assert_int_equal(patches(f), 0);
    assert_int_equal(fixture_act(f, TRANSITION_LOCK, f->units[0]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_UNLOCK, f->units[0]), 0);
    assert_int_equal(set(f, "mortgage", false, &id), 0); /* a second one, without consent */
    assert_refused(f, fixture_act(f, TRANSITION_LOCK, f->units[0]), UNITS_REFUSED);
    assert_int_equal(FIXTURE_DO(f, tx, encumbrance_clear(tx, id, "paid", &unit)), 0);
    assert_int_equal(fixture_act(f, TRANSITION_LOCK, f->units[0]), 0);
}

static void test_two_seizures(void **state)
{
    struct fixture *f = *state;
    int64_t first, second, unit;

    assert_int_equal(set(f, "seizure", false, &first), 0);
    assert_int_equal(set(f, "seizure", false, &second), 0);
    assert_int_equal(FIXTURE_DO(f, tx, encumbrance_clear(tx, first, "x", &unit)), 0);
    assert_refused(f, fixture_act(f, TRANSITION_RELEASE, f->units[0]), UNITS_REFUSED);
    assert_int_equal(FIXTURE_DO(f, tx, encumbrance_clear(tx, second, "x", &unit)), 0);
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[0]), 0);
}

static void test_refusals(void **state)
{
    struct fixture *f = *state;
    struct encumbrance_new e = {f->units[0], "seizure", "", false};
    int64_t id, unit;

    assert_refused(f, FIXTURE_DO(f, tx, encumbrance_set(tx, &e, &id)), DOCUMENT_NEEDED);
    assert_refused(f, set(f, "seizure", true, &id), FIELD_CHOICE);
    assert_refused(f, set(f, "grudge", false, &id), FIELD_CHOICE);
    assert_refused(f, FIXTURE_DO(f, tx, encumbrance_clear(tx, 99, "x", &unit)), NOT_FOUND);
    assert_int_equal(set(f, "auto_lock", false, &id), 0);
    f->as = &f->outsider;
    assert_refused(f, set(f, "auto_lock", false, &id), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, encumbrance_clear(tx, id, "x", &unit)), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM encumbrance"), 1);
    assert_true(db_run(f->db, "DELETE FROM encumbrance", "") < 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_seizure_blocks_and_shows_at_once), CASE(test_seized_while_held),
        CASE(test_mortgage_with_consent), CASE(test_two_seizures), CASE(test_refusals)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

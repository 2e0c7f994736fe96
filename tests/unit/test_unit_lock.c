/* test_unit_lock.c - pick locks: for minutes, by one, prolonged and given up by that one, at
 * most three (SC-20; FC 25.4 T10, T11). */
#include "deal_fixture.h"

#include "db/unit_lock.h"

static int lock(struct fixture *f, size_t unit, int64_t version, int64_t customer,
                int64_t *ret_until)
{
    const struct unit_lock lock = {f->units[unit], version, customer};

    return FIXTURE_DO(f, tx, unit_lock(tx, &lock, ret_until));
}

static int renew(struct fixture *f, size_t unit, int64_t *ret_until)
{
    return FIXTURE_DO(f, tx, unit_lock_renew(tx, f->units[unit], ret_until));
}

static int release(struct fixture *f, size_t unit)
{
    return FIXTURE_DO(f, tx, unit_lock_release(tx, f->units[unit]));
}

static void test_life(void **state)
{
    struct fixture *f = *state;
    int64_t until = 0, next = 0, p = patches(f);

    assert_int_equal(lock(f, 0, fixture_version(f, f->units[0]), 0, &until), 0);
    assert_int_equal(until, f->now_ms + 10 * FIXTURE_MINUTE);
    assert_int_equal(fixture_state(f, f->units[0]), 'K');
    assert_int_equal(patches(f), p + 1); /* shown as being chosen */
    assert_refused(f, lock(f, 0, 0, 0, &until), TRANSITION);
    f->now_ms = until - 1;
    assert_int_equal(expire(f, &next), 0);
    f->now_ms = until;
    assert_int_equal(expire(f, &next), 1);
    assert_int_equal(fixture_state(f, f->units[0]), 'A');
    assert_int_equal(patches(f), p + 2); /* and back, without a publication */
    deal_verify(f);
}

static void test_renewed_and_released_by_its_holder(void **state)
{
    struct fixture *f = *state;
    struct actor other = f->actor;
    int64_t until = 0, begin = f->now_ms, v;

    assert_int_equal(db_script(f->db, "UPDATE project SET lock_minutes = 20"), 0);
    assert_int_equal(lock(f, 0, 0, 0, &until), 0);
    v = fixture_version(f, f->units[0]);
    f->now_ms += 5 * FIXTURE_MINUTE;
    assert_int_equal(renew(f, 0, &until), 0);
    assert_int_equal(until, begin + 25 * FIXTURE_MINUTE);
    assert_int_equal(fixture_version(f, f->units[0]), v); /* what was read still holds */
    assert_true(fixture_changed(f, CHANGE_UNIT, f->units[0]));
    f->now_ms = begin + 15 * FIXTURE_MINUTE;
    assert_int_equal(renew(f, 0, &until), 0);
    assert_int_equal(until, begin + 30 * FIXTURE_MINUTE); /* not for ever */
    assert_refused(f, renew(f, 0, &until), LOCK_LONGEST);
    other.id = 2;
    other.rights &= ~RIGHT_BIT(RIGHT_UNIT_HOLD);
    f->as = &other;
    assert_refused(f, renew(f, 0, &until), LOCK_NOT_OWN);
    assert_refused(f, release(f, 0), LOCK_NOT_OWN);
    other.rights |= RIGHT_BIT(RIGHT_UNIT_HOLD); /* the controller clears up */
    assert_int_equal(release(f, 0), 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'A');
    f->as = &f->actor;
    assert_refused(f, release(f, 0), LOCK_NOT_OWN);
    assert_refused(f, renew(f, 0, &until), LOCK_NOT_OWN);
    /* One that is over and that the clock has not come to yet is over. */
    assert_int_equal(lock(f, 1, 0, 0, &until), 0);
    f->now_ms = until;
    assert_refused(f, renew(f, 1, &until), LOCK_NOT_OWN);
}

static void test_three_at_once(void **state)
{
    struct fixture *f = *state;
    struct actor other = f->actor;
    int64_t until = 0;

    for (size_t i = 0; i < UNIT_LOCKS_MOST; i++)
        assert_int_equal(lock(f, i, 0, deal_buyers[0], &until), 0);
    assert_refused(f, lock(f, 3, 0, 0, &until), LIMIT_REACHED);
    other.id = 2;
    f->as = &other;
    assert_refused(f, lock(f, 3, 0, deal_buyers[0], &until), LIMIT_REACHED); /* the customer's */
    assert_int_equal(lock(f, 3, 0, 0, &until), 0);
    f->as = &f->actor;
    assert_int_equal(release(f, 0), 0);
    assert_int_equal(lock(f, 4, 0, 0, &until), 0);
}

static void test_of_a_terminal(void **state)
{
    struct fixture *f = *state;
    struct actor terminal = {.kind = ACTOR_TERMINAL, .id = 1, .name = "k", .all_projects = true};
    struct actor second = {.kind = ACTOR_TERMINAL, .id = 2, .name = "l", .all_projects = true};
    int64_t until = 0;

    assert_int_equal(db_script(f->db, "INSERT INTO terminal (id, kind, name, created_ms) VALUES "
                                      "(1, 'kiosk', 'k', 1), (2, 'kiosk', 'l', 1)"),
                     0);
    f->as = &terminal;
    assert_int_equal(lock(f, 0, 0, 0, &until), 0);
    f->as = &second;
    assert_refused(f, release(f, 0), LOCK_NOT_OWN);
    f->as = &terminal;
    assert_int_equal(release(f, 0), 0);
    f->as = &f->outsider;
    assert_refused(f, lock(f, 0, 0, 0, &until), NOT_FOUND);
}

#define DEAL_TEST(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEAL_TEST(test_life),
        DEAL_TEST(test_renewed_and_released_by_its_holder),
        DEAL_TEST(test_three_at_once),
        DEAL_TEST(test_of_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

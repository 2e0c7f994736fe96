/* test_deal_due.c - the terms of deals: an unpaid booking ends by itself, everything else is
 * told once and stays (FC 25.4 T13, 25.6 I7; SF-06, SF-15, SF-29; RS P7). */
#include "deal_fixture.h"

static int64_t due_of(struct fixture *f, int64_t deal)
{
    return fixture_of(f, "SELECT due_ms FROM deal WHERE id = $1", deal);
}

static int64_t todos(struct fixture *f, const char *kind)
{
    int64_t n = 0;

    assert_true(db_get(f->db, &n,
                       "SELECT COUNT(*) FROM todo WHERE kind = $1 AND done_ms IS NULL AND "
                       "user_id = 1",
                       "t", kind) >= 0);
    return n;
}

static void test_unpaid_booking_ends(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'B', f->units[0], 0), next = 0, p = patches(f);

    f->now_ms = due_of(f, deal) - 1;
    assert_int_equal(deals_due(f, &next), 0);
    assert_int_equal(next, f->now_ms + 1); /* to the second */
    assert_int_equal(fixture_state(f, f->units[0]), 'B');
    f->now_ms++;
    assert_int_equal(deals_due(f, &next), 1);
    assert_int_equal(next, 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'A');
    assert_int_equal(patches(f), p); /* a gain waits for the next publication */
    assert_true(fixture_changed(f, CHANGE_DEAL, deal));
    assert_true(fixture_changed(f, CHANGE_UNIT, f->units[0]));
    assert_int_equal(
        fixture_of(f, "SELECT COUNT(*) FROM deal WHERE id = $1 AND outcome = 'expired'", deal), 1);
    assert_int_equal(todos(f, "booking.overdue"), 0);
    assert_int_equal(deals_due(f, &next), 0);
    deal_verify(f);
    deal_new(f, 'S', f->units[0], 1); /* and may be had by the next */
}

/* I7: what was paid is never freed, wherever the clock goes; it is told once. */
static void test_paid_is_told_once(void **state)
{
    static const char *const kinds[] = {"booking.overdue", "signing.overdue", "filing.overdue"};
    struct fixture *f = *state;
    int64_t deals[3], next = 0;

    for (size_t i = 0; i < 3; i++) {
        deals[i] = deal_new(f, "BSC"[i], f -> units[i], i);
        if (i == 0)
            assert_int_equal(deal_pay(f, deals[i], 100), 0);
    }
    f->now_ms += 100 * FIXTURE_DAY;
    assert_int_equal(deals_due(f, &next), 3);
    assert_int_equal(next, 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fixture_state(f, f->units[i]), "BSC"[i]);
        assert_int_equal(todos(f, kinds[i]), 1);
    }
    assert_int_equal(deals_due(f, &next), 0);
    f->now_ms -= 200 * FIXTURE_DAY; /* stepped back, and forth */
    assert_int_equal(deals_due(f, &next), 0);
    f->now_ms += 300 * FIXTURE_DAY;
    assert_int_equal(deals_due(f, &next), 0);
    assert_int_equal(todos(f, "booking.overdue"), 1);
    f->now_ms -= 200 * FIXTURE_DAY;
    deal_verify(f);
    /* Handled when the deal goes on, and only the one it is about. */
    assert_int_equal(deal_pay(f, deals[0], DEPOSIT), 0);
    assert_int_equal(
        deal_goes(f, deals[0], 'S', terms_make(f, f->units[0], deal_buyers[0], true, 0), 0, NULL),
        0);
    assert_int_equal(todos(f, "booking.overdue"), 0);
    assert_int_equal(todos(f, "signing.overdue"), 1);
    assert_int_equal(deal_filed(f, deals[2], "BA-1"), 0);
    assert_int_equal(todos(f, "filing.overdue"), 0);
    /* The next term runs anew. */
    assert_true(due_of(f, deals[0]) > f->now_ms);
    f->now_ms = due_of(f, deals[0]);
    assert_int_equal(deals_due(f, &next), 1);
    assert_int_equal(todos(f, "signing.overdue"), 2);
}

/* Money that came back is money that was there: a person decides. */
static void test_paid_back_is_still_told(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'B', f->units[0], 0), next = 0, back = 0;

    assert_int_equal(deal_pay(f, deal, 100), 0);
    assert_int_equal(deal_pay_back(f, deal, &back), 0);
    f->now_ms += 100 * FIXTURE_DAY;
    assert_int_equal(deals_due(f, &next), 1);
    assert_int_equal(fixture_state(f, f->units[0]), 'B');
}

static void test_under_change_it_is_told(void **state)
{
    struct fixture *f = *state;
    int64_t next = 0;

    deal_new(f, 'B', f->units[0], 0);
    assert_int_equal(db_script(f->db, "UPDATE unit SET change_kind = 'plan'"), 0);
    f->now_ms += 100 * FIXTURE_DAY;
    assert_int_equal(deals_due(f, &next), 1);
    assert_int_equal(fixture_state(f, f->units[0]), 'B');
    assert_int_equal(todos(f, "booking.overdue"), 1);
}

/* More than one round of the clock may do: the next comes at once. */
static void test_many_at_once(void **state)
{
    struct fixture *f = *state;
    int64_t next = 0;

    for (size_t i = 0; i < FIXTURE_UNITS; i++)
        deal_new(f, 'B', f->units[i], i % BUYERS);
    f->now_ms += 100 * FIXTURE_DAY;
    assert_int_equal(deals_due(f, &next), FIXTURE_UNITS);
    for (size_t i = 0; i < FIXTURE_UNITS; i++)
        assert_int_equal(fixture_state(f, f->units[i]), 'A');
    deal_verify(f);
}

#define DEAL_TEST(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEAL_TEST(test_unpaid_booking_ends),
        DEAL_TEST(test_paid_is_told_once),
        DEAL_TEST(test_paid_back_is_still_told),
        DEAL_TEST(test_under_change_it_is_told),
        DEAL_TEST(test_many_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

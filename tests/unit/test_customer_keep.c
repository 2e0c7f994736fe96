/* test_customer_keep.c - what must be kept of a customer, so that he is not deleted (CU-19). */
#include "deal_fixture.h"

#include "db/queue.h"
#include "db/terms.h"

static int drop(struct fixture *f, size_t buyer)
{
    return FIXTURE_DO(f, tx, customer_delete(tx, deal_buyers[buyer], 1, "重复"));
}

/* Kept, for that reason and no other. */
#define assert_kept(f, buyer, why)                                                                 \
    do {                                                                                           \
        assert_refused(f, drop(f, buyer), CUSTOMER_KEPT);                                          \
        assert_int_equal((f)->fault.n_items, 1);                                                   \
        assert_int_equal((f)->fault.items[0].code, FAULT_##why);                                   \
    } while (0)

static void test_a_buyer(void **state)
{
    struct fixture *f = *state;
    struct deal_open open = deal_asked(f, 'B', f->units[0], 0);
    int64_t booked;

    open.n_buyers = 2;
    open.buyers[0].share_bp = 6000;
    open.buyers[1] = (struct deal_buyer){deal_buyers[1], 4000};
    booked = deal_of(f, &open);
    assert_kept(f, 0, KEPT_DEAL);
    assert_kept(f, 1, KEPT_DEAL);
    /* A booking that came to nothing binds nobody. */
    f->now_ms += 10 * FIXTURE_DAY;
    assert_int_equal(deals_due(f, &(int64_t){0}), 1);
    assert_int_equal(
        fixture_of(f, "SELECT COUNT(*) FROM deal WHERE id = $1 AND closed_ms > 0", booked), 1);
    assert_int_equal(drop(f, 1), 0);
}

static void test_papers_and_money_stay(void **state)
{
    struct fixture *f = *state;
    const int64_t signed_ = deal_new(f, 'S', f->units[0], 0);
    const int64_t paid = deal_new(f, 'B', f->units[1], 1);

    assert_int_equal(deal_pay(f, paid, DEPOSIT), 0);
    assert_true(db_run(f->db,
                       "UPDATE deal SET outcome = 'cancelled', closed_ms = 2 WHERE id IN ($1, $2)",
                       "ii", signed_, paid) == 2);
    assert_kept(f, 0, KEPT_DEAL);
    assert_kept(f, 1, KEPT_DEAL);
}

static void test_a_number_that_waits(void **state)
{
    struct fixture *f = *state;
    const struct ticket_new ticket = {.project_id = f->project, .customer_id = deal_buyers[0]};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, ticket_create(tx, &ticket, &id)), 0);
    assert_kept(f, 0, KEPT_TICKET);
    assert_int_equal(FIXTURE_DO(f, tx, ticket_cancel(tx, id, 1, "不买了")), 0);
    assert_int_equal(drop(f, 0), 0);
}

static void test_terms(void **state)
{
    struct fixture *f = *state;

    terms_make(f, f->units[0], deal_buyers[0], true, 0);
    assert_kept(f, 0, KEPT_TERMS);
    f->now_ms += 4 * FIXTURE_DAY;
    assert_true(FIXTURE_DO(f, tx, terms_expire_due(tx, &(int64_t){0})) > 0);
    assert_int_equal(drop(f, 0), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_a_buyer),
        CASE(test_papers_and_money_stay),
        CASE(test_a_number_that_waits),
        CASE(test_terms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

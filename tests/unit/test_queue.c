/* test_queue.c - places in the queue: counted, never given again, one for the same thing (SF-04; FC
 * 25.4 T8, T9). */
#include "deal_fixture.h"

#include "db/queue.h"

static int take(struct fixture *f, size_t buyer, int64_t unit, int64_t *ret_id)
{
    const struct ticket_new ticket = {
        .project_id = f->project, .customer_id = deal_buyers[buyer], .unit_id = unit};

    return FIXTURE_DO(f, tx, ticket_create(tx, &ticket, ret_id));
}

static int give_back(struct fixture *f, int64_t id)
{
    int64_t v = fixture_of(f, "SELECT version FROM queue_ticket WHERE id = $1", id);

    return FIXTURE_DO(f, tx, ticket_cancel(tx, id, v, "gone"));
}

static int64_t number_of(struct fixture *f, int64_t id)
{
    return fixture_of(f, "SELECT number FROM queue_ticket WHERE id = $1", id);
}

static int64_t queue_of(struct fixture *f, size_t i)
{
    return fixture_of(f, "SELECT queue_count FROM unit WHERE id = $1", f->units[i]);
}

static void test_numbers(void **state)
{
    struct fixture *f = *state;
    int64_t ids[4], again = 0, h;

    for (size_t i = 0; i < 3; i++) {
        h = fixture_count(f, "SELECT COUNT(*) FROM unit_history WHERE axis = 'queue'");
        assert_int_equal(take(f, i, f->units[0], &ids[i]), 0);
        assert_int_equal(number_of(f, ids[i]), (int64_t)i + 1);
        assert_int_equal(queue_of(f, 0), (int64_t)i + 1);
        assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_history WHERE axis = 'queue'"),
                         h + 1);
        assert_true(fixture_changed(f, CHANGE_UNIT, f->units[0]));
    }
    assert_int_equal(fixture_state(f, f->units[0]), 'A'); /* nobody's yet */
    assert_int_equal(take(f, 3, 0, &ids[3]), 0);          /* for no unit yet */
    assert_refused(f, take(f, 3, 0, &again), TICKET_EXISTS);
    assert_refused(f, take(f, 0, f->units[0], &again), TICKET_EXISTS);
    assert_int_equal(give_back(f, ids[1]), 0);
    assert_int_equal(queue_of(f, 0), 2);
    assert_refused(f, give_back(f, ids[1]), TICKET_ENDED);
    assert_int_equal(take(f, 1, f->units[0], &again), 0);
    assert_int_equal(number_of(f, again), 5); /* 2 is not given again */
    deal_verify(f);
}

static void test_what_refuses(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0, without;
    struct ticket_new ticket = {.project_id = f->project, .unit_id = f->units[0]};
    struct actor other = f->actor;

    without = buyer_make(f, 50, NULL);
    ticket.customer_id = without;
    assert_refused(f, FIXTURE_DO(f, tx, ticket_create(tx, &ticket, &id)), G7_IDENTITY);
    ticket.unit_id = 0;
    assert_refused(f, FIXTURE_DO(f, tx, ticket_create(tx, &ticket, &id)), IDENTITY_NEEDED);
    deal_new(f, 'B', f->units[1], 0);
    assert_refused(f, take(f, 1, f->units[1], &id), TRANSITION); /* T8: only of U, A, R */
    assert_int_equal(take(f, 1, f->units[0], &id), 0);
    f->as = &f->outsider;
    assert_refused(f, take(f, 2, f->units[0], &id), NOT_FOUND);
    assert_refused(f, give_back(f, id), NOT_FOUND);
    other.id = 2;
    other.rights &= ~RIGHT_BIT(RIGHT_DEAL_ALL);
    f->as = &other;
    assert_refused(f, give_back(f, id), NOT_FOUND); /* somebody else's */
    f->as = &f->actor;
    assert_refused(f, FIXTURE_DO(f, tx, ticket_cancel(tx, id, 1, "")), REASON_NEEDED);
    assert_refused(f, FIXTURE_DO(f, tx, ticket_cancel(tx, id, 9, "r")), VERSION_CHANGED);
}

/* A number stays good while others hold the unit; T9 is possible from there. */
static void test_given_back_while_taken(void **state)
{
    struct fixture *f = *state;
    int64_t first = 0, second = 0;

    assert_int_equal(take(f, 0, f->units[0], &first), 0);
    assert_int_equal(take(f, 1, f->units[0], &second), 0);
    deal_new(f, 'S', f->units[0], 2);
    assert_int_equal(give_back(f, first), 0);
    assert_int_equal(queue_of(f, 0), 1);
    assert_int_equal(fixture_state(f, f->units[0]), 'S');
    deal_verify(f);
}

struct seen {
    size_t n;
    int64_t numbers[8];
    char customer[32], unit[64];
};

static int see(void *arg, const struct ticket_row *row)
{
    struct seen *seen = arg;

    seen->numbers[seen->n++] = row->number;
    snprintf(seen->customer, sizeof(seen->customer), "%s", row->customer);
    snprintf(seen->unit, sizeof(seen->unit), "%s", row->unit);
    return 0;
}

static void test_list(void **state)
{
    struct fixture *f = *state;
    struct ticket_filter filter = {.project_id = f->project, .limit = 2};
    struct actor consultant = f->actor;
    struct seen seen = {.n = 0};
    int64_t id = 0;

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(take(f, i, f->units[0], &id), 0);
    consultant.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    f->as = &consultant;
    assert_int_equal(FIXTURE_DO(f, tx, ticket_list(tx, &filter, see, &seen)), 0);
    assert_int_equal(seen.n, 2);
    assert_int_equal(seen.numbers[1], 2);
    assert_string_equal(seen.customer, "王**");
    assert_string_equal(seen.unit, "1-1-101");
    filter.after_number = 2;
    assert_int_equal(FIXTURE_DO(f, tx, ticket_list(tx, &filter, see, &seen)), 0);
    assert_int_equal(seen.numbers[2], 3);
    filter = (struct ticket_filter){
        .project_id = f->project, .customer_id = deal_buyers[1], .state = "waiting", .limit = 9};
    seen.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, ticket_list(tx, &filter, see, &seen)), 0);
    assert_int_equal(seen.n, 1);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, ticket_list(tx, &filter, see, &seen)), NOT_FOUND);
}

#define DEAL_TEST(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEAL_TEST(test_numbers),
        DEAL_TEST(test_what_refuses),
        DEAL_TEST(test_given_back_while_taken),
        DEAL_TEST(test_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

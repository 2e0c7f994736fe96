/* test_bank.c - where money goes, and who has which receipt book (FI-07, FI-08, FI-14). */
#include "deal_fixture.h"

#include "db/bank.h"
#include "db/clock.h"
#include "db/receipt_book.h"

#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)

/* ---- where money goes ---- */

static int64_t account_make(struct fixture *f, const char *number)
{
    const struct bank_account_new account = {.project_id = f->project,
                                             .bank_id = fixture_count(f, "SELECT id FROM bank"),
                                             .kind = "general",
                                             .holder = "某公司",
                                             .number = number};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, bank_account_create(tx, &account, &id)), 0);
    return id;
}

static int account_of(struct fixture *f, enum fund fund, int64_t *ret)
{
    const struct account_ask ask = {f->project, f->building, 0, fund};

    return FIXTURE_DO(f, tx, account_for(tx, &ask, ret));
}

/* A building with an account of its own has no other, also when that one is disabled. */
static void test_own_account(void **state)
{
    struct fixture *f = *state;
    const int64_t own = account_make(f, "1"), all = account_make(f, "2");
    const struct account_rule rules[] = {{"other", 0, all}, {"other", f->building, own}};
    int64_t got = 0;

    assert_int_equal(FIXTURE_DO(f, tx, account_rules_set(tx, f->project, 0, rules, 2)), 0);
    assert_int_equal(account_of(f, FUND_OTHER, &got), 0);
    assert_int_equal(got, own);
    assert_int_equal(FIXTURE_DO(f, tx, bank_account_disable(tx, own, 1, true)), 0);
    assert_refused(f, account_of(f, FUND_OTHER, &got), ACCOUNT_NONE);
    assert_refused(f, FIXTURE_DO(f, tx, account_rules_set(tx, f->project, 1, rules, 2)),
                   ACCOUNT_DISABLED);
    assert_int_equal(FIXTURE_DO(f, tx, account_rules_set(tx, f->project, 1, rules, 1)), 0);
    assert_int_equal(account_of(f, FUND_OTHER, &got), 0);
    assert_int_equal(got, all);
}

static void test_rules_are_of_a_version(void **state)
{
    struct fixture *f = *state;
    const struct account_rule rule = {"other", 0, account_make(f, "1")};
    int64_t version = 9;

    assert_int_equal(FIXTURE_DO(f, tx, account_rules_version(tx, f->project, &version)), 0);
    assert_int_equal(version, 0);
    assert_int_equal(FIXTURE_DO(f, tx, account_rules_set(tx, f->project, 0, &rule, 1)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, account_rules_set(tx, f->project, 0, &rule, 1)),
                   VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, account_rules_set(tx, f->project, 1, NULL, 0)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, account_rules_set(tx, f->project, 1, &rule, 1)),
                   VERSION_CHANGED); /* there is none, and that is another one */
    assert_int_equal(FIXTURE_DO(f, tx, account_rules_version(tx, f->project, &version)), 0);
    assert_int_equal(version, 2);
}

static void test_a_number_is_read_out_with_spaces(void **state)
{
    struct fixture *f = *state;
    const struct bank_account_new again = {.project_id = f->project,
                                           .bank_id = fixture_count(f, "SELECT id FROM bank"),
                                           .kind = "general",
                                           .holder = "某公司",
                                           .number = "6200 0000 1"};
    int64_t id;

    account_make(f, "620000001");
    assert_refused(f, FIXTURE_DO(f, tx, bank_account_create(tx, &again, &id)), NAME_TAKEN);
}

/* ---- books ---- */

static int64_t book_make(struct fixture *f)
{
    const struct receipt_book_new book = {.project_id = f->project,
                                          .kind = "receipt",
                                          .source = "preprinted",
                                          .prefix = "K",
                                          .first_no = 1,
                                          .last_no = 5};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_create(tx, &book, &id)), 0);
    return id;
}

static int book_overdue(void *arg, const struct receipt_book_row *row)
{
    *(bool *)arg = row->overdue;
    return 0;
}

static bool overdue(struct fixture *f, int64_t book)
{
    bool is = false;

    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_each(tx, f->project, book, book_overdue, &is)),
                     0);
    return is;
}

/* Whoever keeps the books hands one out, to who may take money, and takes it back of him. */
static void test_handed_out_and_taken_back(void **state)
{
    struct fixture *f = *state;
    const int64_t book = book_make(f);
    struct actor second = f->actor;
    struct receipt_key key;

    assert_refused(f, FIXTURE_DO(f, tx, receipt_book_hand_out(tx, book, 1, 99)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_book_hand_out(tx, book, 1, 2)), BOOK_HOLDER);
    assert_int_equal(db_script(f->db,
                               "INSERT INTO post (id, name, all_projects, created_ms) VALUES (50, "
                               "'till', 1, 1);"
                               "INSERT INTO post_right VALUES (50, 'money.take');"
                               "INSERT INTO user_post VALUES (2, 50);"),
                     0);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_book_hand_out(tx, book, 7, 2)), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_hand_out(tx, book, 1, 2)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_book_hand_out(tx, book, 2, 2)), BOOK_STATE);
    assert_refused(f, FIXTURE_DO(f, tx, receipt_spoil(tx, book, "spoilt", "歪了", &key)),
                   BOOK_OTHERS);
    second.id = 2;
    f->as = &second;
    assert_int_equal(FIXTURE_DO(f, tx, receipt_spoil(tx, book, "spoilt", "歪了", &key)), 0);
    f->as = &f->actor;
    f->now_ms += 31 * DAY_MS;
    assert_false(overdue(f, book));
    f->now_ms++;
    assert_true(overdue(f, book));
    assert_refused(f, FIXTURE_DO(f, tx, receipt_book_step(tx, book, 2, BOOK_RETURN)), BOOK_OTHERS);
    assert_int_equal(FIXTURE_DO(f, tx, receipt_book_step(tx, book, 2, BOOK_TAKE_BACK)), 0);
    assert_false(overdue(f, book));
    deal_verify(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_own_account),
        CASE(test_rules_are_of_a_version),
        CASE(test_a_number_is_read_out_with_spaces),
        CASE(test_handed_out_and_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_deal_change_terms.c - other buyers, other terms, other days of a deal, under approval
 * (ST-05, ST-06, ST-08 to ST-10, ST-14 to ST-17; FC 27.3). */
#include "change_fixture.h"

/* ---- buyers ---- */

static bool class_is(struct fixture *f, size_t buyer, const char *class)
{
    int64_t n = 0;

    assert_true(db_get(f->db, &n, "SELECT COUNT(*) FROM customer WHERE id = $1 AND class = $2",
                       "it", deal_buyers[buyer], class) >= 0);
    return n == 1;
}

static void test_renamed(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_RENAME, deal, 0);
    int64_t id = 0;

    ask.exception = NULL;
    assert_refused(f, change_ask(f, &ask, &id), RENAME_FORBIDDEN);
    ask.exception = "friend";
    assert_refused(f, change_ask(f, &ask, &id), FIELDS_WRONG);
    assert_string_equal(f->fault.items[0].field, "exception");
    ask.exception = "inheritance";
    assert_true(class_is(f, 0, "subscribed") && class_is(f, 4, "potential"));
    change_approve(f, change_asked(f, &ask));
    assert_true(class_is(f, 0, "potential") && class_is(f, 4, "subscribed")); /* CU-03 */
    assert_int_equal(fixture_of(f, "SELECT customer_id FROM deal WHERE id = $1", deal),
                     deal_buyers[4]);
    assert_int_equal(fixture_of(f,
                                "SELECT customer_id FROM claim WHERE deal_id = $1 AND ended_ms IS "
                                "NULL",
                                deal),
                     deal_buyers[4]);
    deal_verify(f);
    ask.version = deal_version(f, deal);
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_NOTHING);
    /* Before the subscription, and of what is no home, anybody may be. */
    assert_int_equal(
        db_run(f->db, "UPDATE unit SET class = 'shop' WHERE id = $1", "i", f->units[0]), 1);
    ask.exception = NULL;
    ask.buyers[0].customer_id = deal_buyers[3];
    change_approve(f, change_asked(f, &ask));
    ask = change_of(f, DEAL_CHANGE_RENAME, change_deal(f, 'B', f->units[1], 1), 0);
    ask.exception = NULL;
    change_approve(f, change_asked(f, &ask));
    deal_verify(f);
}

static void test_joint_buyers(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_PARTIES, deal, 0);
    int64_t id = 0;

    ask.buyers[1].share_bp = 4001;
    assert_refused(f, change_ask(f, &ask, &id), BUYER_SHARES);
    ask.buyers[1].share_bp = 4000;
    ask.buyers[0].customer_id = deal_buyers[3];
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_MAIN_BUYER);
    ask.buyers[0].customer_id = deal_buyers[0];
    assert_int_equal(db_run(f->db, "UPDATE customer_secret SET ended_ms = 1 WHERE customer_id = $1",
                            "i", deal_buyers[5]),
                     2);
    assert_refused(f, change_ask(f, &ask, &id), IDENTITY_NEEDED);
    ask.buyers[1].customer_id = deal_buyers[2];
    change_approve(f, change_asked(f, &ask));
    deal_verify(f); /* their shares are the whole */
    ask.version = deal_version(f, deal);
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_NOTHING);
    /* Away again: nobody is new, so that no exception is needed. */
    ask.exception = NULL;
    ask.n_buyers = 1;
    ask.buyers[0].share_bp = 10000;
    change_approve(f, change_asked(f, &ask));
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM deal_party WHERE deal_id = $1", deal), 4);
}

/* ---- terms ---- */

/* Each kind changes its own and nothing else (WF-10). */
static void test_terms_of_another_kind(void **state)
{
    static const enum deal_change_kind kinds[] = {DEAL_CHANGE_PLAN, DEAL_CHANGE_DISCOUNT,
                                                  DEAL_CHANGE_PRICE, DEAL_CHANGE_LOAN,
                                                  DEAL_CHANGE_DEPOSIT};
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    int64_t id = 0;

    for (size_t i = 0; i < 5; i++) {
        struct deal_change_ask ask = change_of(f, kinds[i], deal, 0);

        for (size_t k = 0; k < 5; k++) {
            ask.kind = kinds[k];
            if (k == i || (kinds[i] == DEAL_CHANGE_LOAN && kinds[k] == DEAL_CHANGE_DEPOSIT))
                continue; /* a smaller loan is a larger first payment */
            assert_refused(f, change_ask(f, &ask, &id), CHANGE_TERMS_KIND);
        }
    }
    deal_verify(f);
}

static void test_terms_must_be_for_it(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    const int64_t other = change_deal(f, 'S', f->units[1], 1);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_PLAN, deal, 0);
    int64_t id = 0;

    ask.terms_id = change_terms(f, (struct change_new){.deal = other, .plan = change_plan});
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_TERMS_OTHERS);
    ask.terms_id =
        terms_make(f, f->units[0], deal_buyers[0], true, 100); /* granted, for nobody's */
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_TERMS_OTHERS);
    ask.terms_id = change_terms(
        f, (struct change_new){.deal = deal, .unit = f->units[2], .plan = change_plan});
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_TERMS_OTHERS); /* that is an exchange */
    ask.terms_id = change_terms(f, (struct change_new){.deal = deal, .planless = true});
    assert_refused(f, change_ask(f, &ask, &id), DEAL_PLAN_NEEDED);
    assert_true(db_run(f->db, "UPDATE unit SET filed_total_fen = $1", "i", FIXTURE_TOTAL) > 0);
    ask = change_of(f, DEAL_CHANGE_PRICE, deal, 0);
    assert_refused(f, change_ask(f, &ask, &id), PRICE_ABOVE_FILED);
    /* Those of a change that came to nothing are gone with it. */
    ask = change_of(f, DEAL_CHANGE_PLAN, deal, 0);
    assert_int_equal(change_decide(f, change_asked(f, &ask), APPROVAL_REJECTED), 0);
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_TERMS_OTHERS);
    /* They wait for the change, and nothing else takes them. */
    ask = change_of(f, DEAL_CHANGE_PLAN, deal, 0);
    assert_refused(f, deal_goes(f, deal, 'C', ask.terms_id, 0, "HT-9"), TERMS_NOT_GRANTED);
}

/* The schedule is another, the days of what happened are known, and what came in is allocated to
 * it, the oldest first (ST-08). */
static void test_schedule_again(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'C', f->units[0], 0);
    char today[DAY_TEXT];
    int64_t owed = 0;
    struct deal_change_ask ask;

    assert_int_equal(deal_pay(f, deal, DEPOSIT + 100), 0);
    ask = change_of(f, DEAL_CHANGE_DISCOUNT, deal, 0);
    f->now_ms += 10 * FIXTURE_DAY;
    change_approve(f, change_asked(f, &ask));
    day_of(f->now_ms, today);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, today, &owed)), 0);
    assert_int_equal(owed, 33333300 - 100); /* due a week after the contract, and not after today */
    assert_int_equal(fixture_of(f, "SELECT discount_bp FROM approval ORDER BY id DESC LIMIT $1", 1),
                     91);
    deal_verify(f);
}

/* A smaller loan is made up in a line of its own, by a day that was approved with it (FC 27.3). */
static void test_smaller_loan(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'F', f->units[0], 0);
    char today[DAY_TEXT];
    int64_t owed = 0;
    struct deal_change_ask ask;

    assert_int_equal(deal_pay(f, deal, DEPOSIT + 33333300), 0);
    f->now_ms += 20 * FIXTURE_DAY;
    ask = change_of(f, DEAL_CHANGE_LOAN, deal, 0);
    ask.days = 7;
    change_approve(f, change_asked(f, &ask));
    day_of(f->now_ms, today);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, today, &owed)), 0);
    assert_int_equal(owed, 0);
    assert_int_equal(day_add(today, 7, today), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, today, &owed)), 0);
    assert_int_equal(owed, 10000000);
    assert_int_equal(fixture_of(f,
                                "SELECT COUNT(*) FROM receivable WHERE deal_id = $1 AND fund = "
                                "'down_payment' AND ended_ms IS NULL",
                                deal),
                     2);
    deal_verify(f);
}

/* ---- days and lines ---- */

static void test_signing_postponed(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'S', f->units[0], 0);
    const int64_t due = fixture_of(f, "SELECT due_ms FROM deal WHERE id = $1", deal);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_POSTPONE_SIGNING, deal, 0);
    int64_t id = 0, next = 0;

    f->now_ms = due;
    assert_int_equal(deals_due(f, &next), 1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM todo WHERE kind = 'signing.overdue' "
                                      "AND done_ms IS NULL"),
                     1);
    change_approve(f, change_asked(f, &ask));
    assert_int_equal(fixture_of(f, "SELECT due_ms FROM deal WHERE id = $1", deal),
                     due + 5 * FIXTURE_DAY);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM todo WHERE kind = 'signing.overdue' "
                                      "AND done_ms IS NULL"),
                     0);
    assert_int_equal(deals_due(f, &next), 0);
    assert_int_equal(next, due + 5 * FIXTURE_DAY); /* the timer that runs now */
    ask.version = deal_version(f, deal);
    ask.days = 26; /* 30 in all */
    assert_refused(f, change_ask(f, &ask, &id), POSTPONE_LIMIT);
    ask.days = 25;
    change_approve(f, change_asked(f, &ask));
    ask.version = deal_version(f, deal);
    assert_true(db_run(f->db, "UPDATE project SET postpone_days = 365", "") > 0);
    assert_refused(f, change_ask(f, &ask, &id), POSTPONE_LIMIT); /* twice */
    assert_true(db_run(f->db, "UPDATE project SET postpone_times = 20", "") > 0);
    f->now_ms += 100 * FIXTURE_DAY;
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_PAST);
    deal_verify(f);
}

static void test_payment_postponed(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'C', f->units[0], 0);
    struct deal_change_ask ask;
    char day[DAY_TEXT];
    int64_t id = 0, owed = 0;

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    f->now_ms += 8 * FIXTURE_DAY; /* the first payment is overdue by a day */
    ask = change_of(f, DEAL_CHANGE_POSTPONE_PAYMENT, deal, 0);
    ask.days = 1;
    day_of(f->now_ms, day);
    change_approve(f, change_asked(f, &ask));
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, day, &owed)), 0);
    assert_int_equal(owed, 33333300); /* due today */
    ask = change_of(f, DEAL_CHANGE_POSTPONE_PAYMENT, deal, 0);
    change_approve(f, change_asked(f, &ask));
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, day, &owed)), 0);
    assert_int_equal(owed, 0);
    ask.version = deal_version(f, deal);
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_LINE); /* that line is no more */
    ask.receivable_id = fixture_of(f,
                                   "SELECT id FROM receivable WHERE deal_id = $1 AND fund = "
                                   "'bank_loan' AND ended_ms IS NULL",
                                   deal);
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_LINE); /* it has no day yet */
    ask.receivable_id = fixture_of(f,
                                   "SELECT id FROM receivable WHERE deal_id = $1 AND fund = "
                                   "'deposit' AND ended_ms IS NULL",
                                   deal);
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_LINE); /* it is paid */
    deal_verify(f);
}

static void test_waived(void **state)
{
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'C', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_WAIVE, deal, 0);
    char day[DAY_TEXT];
    int64_t id = 0, owed = 0;

    f->now_ms += 8 * FIXTURE_DAY;
    day_of(f->now_ms, day);
    change_approve(f, change_asked(f, &ask));
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, day, &owed)), 0);
    assert_int_equal(owed, DEPOSIT);
    assert_refused(f, change_ask(f, &ask, &id), CHANGE_LINE);
    deal_verify(f);
}

/* Other terms do not undo what was approved for a line that stays what it is: not the waiver of the
 * first payment, not the other day of the deposit. */
static void test_waived_and_postponed_stay(void **state)
{
    static const char line_of[] = "SELECT id FROM receivable WHERE deal_id = $1 AND fund = "
                                  "'deposit' AND ended_ms IS NULL";
    struct fixture *f = *state;
    const int64_t deal = change_deal(f, 'C', f->units[0], 0);
    struct deal_change_ask ask = change_of(f, DEAL_CHANGE_WAIVE, deal, 0);
    char today[DAY_TEXT];
    int64_t owed = 0;

    f->now_ms += FIXTURE_DAY;
    change_approve(f, change_asked(f, &ask));
    ask = change_of(f, DEAL_CHANGE_POSTPONE_PAYMENT, deal, 0);
    ask.receivable_id = fixture_of(f, line_of, deal);
    ask.days = 90;
    change_approve(f, change_asked(f, &ask));
    ask = change_of(f, DEAL_CHANGE_DISCOUNT, deal, 0);
    change_approve(f, change_asked(f, &ask));
    f->now_ms += 60 * FIXTURE_DAY;
    day_of(f->now_ms, today);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, today, &owed)), 0);
    assert_int_equal(owed, 0);
    assert_int_equal(day_add(today, 30, today), 0);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, today, &owed)), 0);
    assert_int_equal(owed, DEPOSIT);
    /* The deposit is another sum now: nobody has postponed that. */
    ask = change_of(f, DEAL_CHANGE_DEPOSIT, deal, 0);
    ask.terms_id = change_terms(f, (struct change_new){.deal = deal,
                                                       .discount = true,
                                                       .total_fen = FIXTURE_TOTAL - 1000000,
                                                       .deposit_fen = DEPOSIT + 1000000,
                                                       .down_fen = 33333300 - 1000000});
    change_approve(f, change_asked(f, &ask));
    day_of(f->now_ms, today);
    assert_int_equal(FIXTURE_DO(f, tx, receivable_owed(tx, deal, today, &owed)), 0);
    assert_int_equal(owed, DEPOSIT + 33333300);
    deal_verify(f);
}

#define CHANGE_TEST(name) cmocka_unit_test_setup_teardown(name, change_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHANGE_TEST(test_renamed),
        CHANGE_TEST(test_joint_buyers),
        CHANGE_TEST(test_terms_of_another_kind),
        CHANGE_TEST(test_terms_must_be_for_it),
        CHANGE_TEST(test_schedule_again),
        CHANGE_TEST(test_smaller_loan),
        CHANGE_TEST(test_signing_postponed),
        CHANGE_TEST(test_payment_postponed),
        CHANGE_TEST(test_waived),
        CHANGE_TEST(test_waived_and_postponed_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_loan.c - estimates against an independent reference of 113 bits, and by hand (PR-15,
 * PR-16, V8).
 *
 * The reference computes P q^n (q - 1) / (q^n - 1) in quadruple precision: its error on these
 * amounts is below 1e-15 fen, so a result may differ from it by half a fen and no more.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "db/loan.h"
#include "db/money.h"

#if defined(__SIZEOF_FLOAT128__)
__extension__ typedef __float128 quad;
#else
typedef long double quad;
#endif

/* A small generator of our own, so that every run tests the same inputs. */
static uint64_t seed = 42;
static int64_t pick(int64_t low, int64_t high)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return low + (int64_t)((seed >> 11) % (uint64_t)(high - low + 1));
}

static quad annuity_reference(int64_t loan, int64_t rate, int64_t months)
{
    quad monthly = (quad)rate / 12000000, power = 1;

    for (int64_t i = 0; i < months; i++)
        power *= 1 + monthly;
    return (quad)loan * monthly * power / (power - 1);
}

static void test_annuity_is_exact(void **state)
{
    (void)state;
    for (int i = 0; i < 10000; i++) {
        int64_t loan = i % 10 == 0 ? pick(1, 1000) : pick(100, MONEY_MAX_FEN);
        int64_t rate = pick(1, LOAN_RATE_MAX), months = pick(1, 30) * 12;
        int64_t got = loan_annuity(loan, rate, months);
        quad exact = annuity_reference(loan, rate, months);

        if (!((quad)got > exact - (quad)0.5 - (quad)1e-12 &&
              (quad)got <= exact + (quad)0.5 + (quad)1e-12))
            fail_msg("loan %lld rate %lld months %lld: %lld", (long long)loan, (long long)rate,
                     (long long)months, (long long)got);
    }
}

static void test_known_values(void **state)
{
    (void)state;
    /* 1,000,000 yuan, 3.5 %, 30 years: 4,490.45; 20 years: 5,799.60; one month: all and its
     * interest. */
    assert_int_equal(loan_annuity(100000000, 35000, 360), 449045);
    assert_int_equal(loan_annuity(100000000, 35000, 240), 579960);
    assert_int_equal(loan_annuity(100000000, 36000, 1), 100300000);
    assert_int_equal(loan_annuity(100, 0, 12), 8); /* 8.33 */
    assert_int_equal(loan_annuity(6, 0, 12), 1);   /* 0.5, half up */
    /* A tie: 1 fen at 12 % over one month is 1.01; 50 fen at 12 %: 50.5 exactly, up. */
    assert_int_equal(loan_annuity(50, 120000, 1), 51);
    assert_int_equal(loan_annuity(49, 120000, 1), 49);
}

static struct loan_terms terms(void)
{
    return (struct loan_terms){.total_fen = 106045400,
                               .down_bp = 3000,
                               .loan_unit_fen = 1000000,
                               .commercial_rate_ppm = 35000,
                               .fund_rate_ppm = 26000,
                               .fund_cap_fen = 30000000,
                               .years = 30};
}

static void test_first_payment(void **state)
{
    struct loan_terms t = terms();
    struct loan_estimate e;

    (void)state; /* V8 */
    assert_int_equal(loan_estimate(&t, &e), 0);
    assert_int_equal(e.loan_fen, 74000000);
    assert_int_equal(e.down_fen, 32045400);
    t.loan_unit_fen = 100000;
    assert_int_equal(loan_estimate(&t, &e), 0);
    assert_int_equal(e.loan_fen, 74200000);
    assert_int_equal(e.down_fen, 31845400);
    t.down_bp = 10000;
    assert_int_equal(loan_estimate(&t, &e), 0);
    assert_int_equal(e.loan_fen, 0);
    assert_int_equal(e.n_parts, 0);
    assert_int_equal(e.down_fen, t.total_fen);
}

static void test_kinds(void **state)
{
    struct loan_terms t = terms();
    struct loan_estimate e;

    (void)state;
    t.kind = LOAN_COMBINED;
    assert_int_equal(loan_estimate(&t, &e), 0);
    assert_int_equal(e.n_parts, 2);
    assert_int_equal(e.parts[0].kind, LOAN_COMMERCIAL);
    assert_int_equal(e.parts[0].loan_fen, 44000000);
    assert_int_equal(e.parts[1].loan_fen, 30000000);
    assert_int_equal(e.parts[1].rate_ppm, 26000);
    assert_int_equal(e.first_month_fen, e.parts[0].first_month_fen + e.parts[1].first_month_fen);
    assert_int_equal(e.interest_fen, e.parts[0].interest_fen + e.parts[1].interest_fen);
    t.kind = LOAN_FUND; /* the cap makes the first payment larger */
    t.fund_cap_fen = 30500000;
    assert_int_equal(loan_estimate(&t, &e), 0);
    assert_int_equal(e.loan_fen, 30000000);
    assert_int_equal(e.down_fen, 76045400);
    t.fund_cap_fen = 0;
    assert_int_equal(loan_estimate(&t, &e), 0);
    assert_int_equal(e.loan_fen, 0);
    t.kind = LOAN_COMBINED;
    assert_int_equal(loan_estimate(&t, &e), 0);
    assert_int_equal(e.n_parts, 1);
    assert_int_equal(e.parts[0].loan_fen, 74000000);
}

static void test_equal_principal(void **state)
{
    struct loan_terms t = {.total_fen = 100000000,
                           .loan_unit_fen = 100,
                           .years = 30,
                           .commercial_rate_ppm = 35000,
                           .method = LOAN_PRINCIPAL};
    struct loan_estimate e;
    int64_t balance = 100000000, interest = 0;

    (void)state;
    assert_int_equal(loan_estimate(&t, &e), 0);
    assert_int_equal(e.first_month_fen, 277778 + 291667);
    for (int i = 1; i <= 360; i++) {
        interest += (balance * 35000 * 2 + 12000000) / 24000000;
        balance -= i < 360 ? 277778 : balance;
    }
    assert_int_equal(e.interest_fen, interest);
    /* The last one pays back what is left: 100,000,000 - 359 x 277,778 = 277,698. */
    assert_int_equal(e.last_month_fen, 277698 + 810);
}

/* Whatever the terms: what is paid back is the loan, to the fen. */
static void test_schedules_close(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) {
        struct loan_terms t = {.total_fen = pick(10000, MONEY_MAX_FEN),
                               .down_bp = pick(0, 9000),
                               .loan_unit_fen = 100,
                               .years = pick(1, 30),
                               .commercial_rate_ppm = pick(0, LOAN_RATE_MAX),
                               .method = (enum loan_method)(i % 2)};
        struct loan_estimate e;
        int64_t months = t.years * 12, paid;

        assert_int_equal(loan_estimate(&t, &e), 0);
        assert_int_equal(e.down_fen + e.loan_fen, t.total_fen);
        assert_true(e.last_month_fen > 0);
        if (t.method != LOAN_ANNUITY)
            continue;
        paid = e.first_month_fen * (months - 1) + e.last_month_fen;
        assert_int_equal(paid, e.loan_fen + e.interest_fen);
        /* The last differs from the others by less than a fen for each month. */
        assert_in_range(e.last_month_fen - e.first_month_fen + 100 * months * 20, 0,
                        200 * months * 20);
    }
}

/* 540 fen in 360 parts of 1.5, paid as 2: after 270 months nothing is owed, and nothing is paid. */
static void test_paid_back_early(void **state)
{
    struct loan_terms t = {
        .total_fen = 540, .loan_unit_fen = 1, .years = 30, .method = LOAN_PRINCIPAL};
    struct loan_estimate e;

    (void)state;
    assert_int_equal(loan_estimate(&t, &e), 0);
    assert_int_equal(e.loan_fen, 540);
    assert_int_equal(e.first_month_fen, 2);
    assert_int_equal(e.last_month_fen, 0);
    assert_int_equal(e.interest_fen, 0);
}

static void test_ranges(void **state)
{
    struct loan_terms t = terms();
    struct loan_estimate e;

    (void)state;
    t.years = 30;
    t.down_bp = 10000;
    t.commercial_rate_ppm = t.fund_rate_ppm = LOAN_RATE_MAX;
    assert_int_equal(loan_estimate(&t, &e), 0);
    assert_int_equal(e.loan_fen, 0);
    t = terms();
    t.years = 0;
    assert_int_equal(loan_estimate(&t, &e), -ERANGE);
    t = terms();
    t.down_bp = 10001;
    assert_int_equal(loan_estimate(&t, &e), -ERANGE);
    t = terms();
    t.fund_rate_ppm = LOAN_RATE_MAX + 1;
    assert_int_equal(loan_estimate(&t, &e), -ERANGE);
    t = terms();
    t.fund_cap_fen = -1;
    assert_int_equal(loan_estimate(&t, &e), -ERANGE);
    t = terms();
    t.total_fen = MONEY_MAX_FEN + 1;
    assert_int_equal(loan_estimate(&t, &e), -ERANGE);
    t = terms();
    t.loan_unit_fen = 0;
    assert_int_equal(loan_estimate(&t, &e), -ERANGE);
    t = terms();
    t.years = 31;
    assert_int_equal(loan_estimate(&t, &e), -ERANGE);
    t = terms();
    t.down_bp = -1;
    assert_int_equal(loan_estimate(&t, &e), -ERANGE);
    t = terms();
    t.total_fen = 0;
    assert_int_equal(loan_estimate(&t, &e), -ERANGE);
    t = terms();
    t.commercial_rate_ppm = LOAN_RATE_MAX + 1;
    assert_int_equal(loan_estimate(&t, &e), -ERANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_annuity_is_exact), cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_first_payment),    cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_equal_principal),  cmocka_unit_test(test_schedules_close),
        cmocka_unit_test(test_paid_back_early),  cmocka_unit_test(test_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

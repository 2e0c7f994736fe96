/* test_money.c - the money rules: vectors V1-V8 of FC 27.2, and every rounding mode and precision
 * against a reference that knows only decimal digits (PM-09). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "db/money.h"

#define YUAN 100

/* ---- the reference: numbers as decimal digits, rounding by looking at what is cut off ---- */

enum { DIGITS = 48 };

struct digits {
    int d[DIGITS]; /* d[0]: the last digit */
};

static struct digits digits_of(int64_t value)
{
    struct digits x = {{0}};

    for (int i = 0; value > 0; i++, value /= 10)
        x.d[i] = (int)(value % 10);
    return x;
}

static struct digits digits_multiply(struct digits a, struct digits b)
{
    struct digits x = {{0}};

    for (int i = 0; i < DIGITS / 2; i++)
        for (int j = 0; j < DIGITS / 2; j++)
            x.d[i + j] += a.d[i] * b.d[j];
    for (int i = 0; i + 1 < DIGITS; i++) {
        x.d[i + 1] += x.d[i] / 10;
        x.d[i] %= 10;
    }
    return x;
}

static void digits_increment(struct digits *x, int at)
{
    for (; ++x->d[at] == 10; at++)
        x->d[at] = 0;
}

/* Makes the last @n digits zero, by the mode. */
static void digits_round(struct digits *x, int n, enum round_mode mode)
{
    int first = n > 0 ? x->d[n - 1] : 0, any = 0;

    for (int i = 0; i < n; i++) {
        any |= x->d[i];
        x->d[i] = 0;
    }
    if ((mode == ROUND_HALF_UP && first >= 5) || (mode == ROUND_UP && any))
        digits_increment(x, n);
}

static int64_t digits_value(struct digits x, int from)
{
    int64_t value = 0;

    for (int i = DIGITS - 1; i >= from; i--)
        value = value * 10 + x.d[i];
    return value;
}

static int64_t reference_total(int64_t price, int64_t area, int zeros, enum round_mode mode)
{
    struct digits x = digits_multiply(digits_of(price), digits_of(area));
    int64_t unit = 1, fen;

    digits_round(&x, 2, ROUND_HALF_UP); /* 0.01 m2 times fen is 0.01 fen */
    fen = digits_value(x, 2);
    for (int i = 0; i < zeros; i++)
        unit *= 10;
    if (fen < unit)
        return fen;
    x = digits_of(fen);
    digits_round(&x, zeros, mode);
    return digits_value(x, 0);
}

static uint64_t seed = 7;
static int64_t pick(int64_t low, int64_t high)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return low + (int64_t)((seed >> 11) % (uint64_t)(high - low + 1));
}

static void test_random_totals(void **state)
{
    static const enum round_mode modes[] = {ROUND_HALF_UP, ROUND_TRUNCATE, ROUND_UP};

    (void)state;
    for (int i = 0; i < 10000; i++) {
        int64_t price = i % 3 ? pick(1, 20000000) : pick(1, 1000);
        int64_t area = i % 5 ? pick(1, 100000) : pick(1, 1000000), unit = 1;

        for (int zeros = 0; zeros <= 7; zeros++, unit *= 10)
            for (int m = 0; m < 3; m++) {
                int64_t got = money_total(price, area, unit, modes[m]);
                int64_t want = reference_total(price, area, zeros, modes[m]);

                if (got != want)
                    fail_msg("%lld x %lld to %lld mode %d: %lld, not %lld", (long long)price,
                             (long long)area, (long long)unit, m, (long long)got, (long long)want);
            }
    }
}

/* ---- the vectors ---- */

static void check_total(int64_t price, int64_t area, int64_t exact, int64_t half, int64_t down,
                        int64_t up)
{
    assert_int_equal(money_total(price, area, 1, ROUND_HALF_UP), exact);
    assert_int_equal(money_total(price, area, YUAN, ROUND_HALF_UP), half * YUAN);
    assert_int_equal(money_total(price, area, YUAN, ROUND_TRUNCATE), down * YUAN);
    assert_int_equal(money_total(price, area, YUAN, ROUND_UP), up * YUAN);
}

static void test_totals(void **state)
{
    (void)state;
    check_total(1234567, 8937, 110333253, 1103333, 1103332, 1103333);  /* V1 */
    check_total(1888800, 14333, 270721704, 2707217, 2707217, 2707218); /* V2 */
    check_total(654321, 6542, 42805680, 428057, 428056, 428057);       /* V3 */
}

/* Step by step, and the last once to the project's precision. */
static int64_t chain(const struct discount_step *steps, size_t n, int64_t unit_fen)
{
    int64_t fen = 110333300;

    for (size_t i = 0; i < n; i++)
        fen = money_discount_step(110333300, fen, &steps[i]);
    return money_precision(fen, unit_fen, ROUND_HALF_UP);
}

static void test_discounts(void **state)
{
    const struct discount_step v4[] = {
        {DISCOUNT_PERCENT, 9800}, {DISCOUNT_PERCENT, 9900}, {DISCOUNT_AMOUNT, 1000000}};
    const struct discount_step v5[] = {
        {DISCOUNT_AMOUNT, 1000000}, {DISCOUNT_PERCENT, 9800}, {DISCOUNT_PERCENT, 9900}};
    const struct discount_step v6[] = {
        {DISCOUNT_POINTS, 200}, {DISCOUNT_POINTS, 100}, {DISCOUNT_AMOUNT, 1000000}};

    (void)state;
    assert_int_equal(chain(v4, 1, 1), 108126634);
    assert_int_equal(chain(v4, 2, 1), 107045368);
    assert_int_equal(chain(v4, 3, 1), 106045368);
    assert_int_equal(chain(v4, 3, YUAN), 106045400);
    assert_int_equal(chain(v5, 3, YUAN), 106075200);
    assert_int_equal(chain(v6, 3, YUAN), 106023300);
}

static void test_derived(void **state)
{
    (void)state;
    assert_int_equal(money_unit_price(106045400, 8937), 1186588); /* V7 */
    assert_int_equal(money_total(1186588, 8937, 1, ROUND_HALF_UP), 106045370);
    assert_int_equal(money_loan(106045400, 3000, 1000000), 74000000); /* V8 */
    assert_int_equal(money_loan(106045400, 3000, 100000), 74200000);
}

static void test_signs_and_limits(void **state)
{
    (void)state;
    assert_int_equal(money_round(5, 10, 1, ROUND_HALF_UP), 1);
    assert_int_equal(money_round(-5, 10, 1, ROUND_HALF_UP), -1); /* half away from zero */
    assert_int_equal(money_round(-4, 10, 1, ROUND_HALF_UP), 0);
    assert_int_equal(money_round(-1, 10, 1, ROUND_UP), -1);
    assert_int_equal(money_round(-9, 10, 1, ROUND_TRUNCATE), 0);
    /* The precision is skipped below its unit. */
    assert_int_equal(money_precision(9999, 10000, ROUND_UP), 9999);
    assert_int_equal(money_precision(10001, 10000, ROUND_UP), 20000);
    assert_int_equal(money_precision(0, 100, ROUND_UP), 0);
    assert_int_equal(money_precision(-150, 100, ROUND_HALF_UP), -200);
    assert_int_equal(money_precision(-99, 100, ROUND_UP), -99);
    assert_int_equal(money_precision(-100, 100, ROUND_TRUNCATE), -100);
    /* FC 27.1: 10,000 m2 at a million yuan. */
    assert_int_equal(money_total(100000000, 1000000, 100, ROUND_HALF_UP), MONEY_MAX_FEN);
    assert_int_equal(money_loan(MONEY_MAX_FEN, 0, 100), MONEY_MAX_FEN);
}

static void text_is(int64_t fen, bool short_form, const char *wanted)
{
    char text[MONEY_TEXT];

    money_text(fen, short_form, text, sizeof(text));
    assert_string_equal(text, wanted);
}

static void test_text(void **state)
{
    (void)state;
    text_is(0, false, "0.00");
    text_is(5, false, "0.05");
    text_is(123456789, false, "1,234,567.89");
    text_is(100000000, true, "1,000,000");
    text_is(-150, false, "-1.50");
    text_is(-5, false, "-0.05");
    text_is(-12345600, true, "-123,456");
    text_is(INT64_MIN, false, "-92,233,720,368,547,758.08");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_discounts),
        cmocka_unit_test(test_derived),
        cmocka_unit_test(test_signs_and_limits),
        cmocka_unit_test(test_random_totals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

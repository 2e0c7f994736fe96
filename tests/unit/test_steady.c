/* test_steady.c - the time that ends holds does not jump ahead with the wall clock (RS F20). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/steady.h"

static const struct steady start = {.wall_ms = 1000000000, .boot_ms = 5000};
#define HOUR INT64_C(3600000)

static void test_in_step(void **state)
{
    (void)state;
    assert_int_equal(steady_now(&start, 1000000000 + HOUR, 5000 + HOUR), 1000000000 + HOUR);
    /* What a time server trims is believed. */
    assert_int_equal(steady_now(&start, 1000000000 + HOUR + 2000, 5000 + HOUR),
                     1000000000 + HOUR + 2000);
}

static void test_set_forward(void **state)
{
    const int64_t years = INT64_C(10) * 365 * 24 * HOUR;

    (void)state;
    assert_int_equal(steady_now(&start, 1000000000 + HOUR + years, 5000 + HOUR),
                     1000000000 + HOUR + STEADY_TOLERANCE_MS);
    assert_int_equal(steady_step(&start, 1000000000 + HOUR + years, 5000 + HOUR), years);
}

static void test_set_back(void **state)
{
    (void)state;
    assert_int_equal(steady_now(&start, 1000000000 - HOUR, 5000 + HOUR), 1000000000 - HOUR);
    assert_int_equal(steady_step(&start, 1000000000 - HOUR, 5000 + HOUR), -2 * HOUR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_step),
        cmocka_unit_test(test_set_forward),
        cmocka_unit_test(test_set_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

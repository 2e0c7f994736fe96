/* test_rate.c - the rate limit (daemon/http/limit.h): tokens, and whose place is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "daemon/http/limit.h"

static void test_limit(void **state)
{
    struct limit *l = NULL;
    unsigned taken = 0;

    (void)state;
    assert_int_equal(limit_create(0, 1, &l), -EINVAL);
    assert_int_equal(limit_create(60, 5, &l), 0);
    for (int i = 0; i < 20; i++)
        taken += limit_take(l, "a", 1, 1000) == 0;
    assert_int_equal(taken, 5);
    assert_int_equal(limit_take(l, "a", 1, 1000), 1);
    assert_int_equal(limit_take(l, "b", 1, 1000), 0); /* others are not touched */
    assert_int_equal(limit_take(l, "a", 1, 1999) > 0, 1);
    assert_int_equal(limit_take(l, "a", 1, 2000), 0); /* one a second comes back */
    assert_true(limit_take(l, "a", 1, 2000) > 0);
    for (int i = 0, n = 0; i < 20; i++) {
        n += limit_take(l, "a", 1, 100000000) == 0;
        assert_true(n <= 5);
    }
    /* What was not used up is not saved beyond the burst. */
    assert_int_equal(limit_take(l, "c", 1, 0), 0);
    taken = 0;
    for (int i = 0; i < 20; i++)
        taken += limit_take(l, "c", 1, 100000000) == 0;
    assert_int_equal(taken, 5);
    limit_free(l);
    assert_int_equal(limit_create(5, 5, &l), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(limit_take(l, "a", 1, 0), 0);
    assert_int_equal(limit_take(l, "a", 1, 0), 12); /* 5 a minute */
    /* Ten thousand addresses fit in the memory there is. */
    for (int i = 0; i < 10000; i++)
        assert_int_equal(limit_take(l, &i, sizeof(i), 10), 0);
    limit_free(l);
}

/* Who asks on and on is not forgotten for a flood of others: the longest silent one goes. */
static void test_limit_keeps_the_busy(void **state)
{
    struct limit *l = NULL;

    (void)state;
    assert_int_equal(limit_create(1, 2, &l), 0);
    assert_int_equal(limit_take(l, "a", 1, 0), 0);
    assert_int_equal(limit_take(l, "a", 1, 0), 0);
    for (int i = 1; i <= 20000; i++) {
        assert_int_equal(limit_take(l, &i, sizeof(i), i), 0);
        assert_true(limit_take(l, "a", 1, i) > 0);
    }
    limit_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_limit_keeps_the_busy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_swipe.c - the cards read at terminals: whose, for how long, and how often one may ask. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/swipe.h"
#include "db/terminal.h"

static struct swipes *made(bool limited)
{
    struct swipes *s = NULL;

    assert_int_equal(swipes_create(limited, &s), 0);
    return s;
}

static void test_last_one(void **state)
{
    struct swipes *s = made(true);
    char one[SWIPE_ID_TEXT], two[SWIPE_ID_TEXT], code[CARD_TEXT];

    (void)state;
    assert_int_equal(swipe_put(s, swipe_terminal(1), "n:1", 1000, one), 0);
    assert_int_equal(swipe_put(s, swipe_terminal(2), "n:2", 1000, two), 0);
    assert_int_equal(swipe_find(s, swipe_terminal(1), one, 1000, code), 0);
    assert_string_equal(code, "n:1");
    assert_int_equal(swipe_find(s, swipe_terminal(1), two, 1000, code),
                     -ENOENT); /* somebody else's */
    assert_int_equal(swipe_find(s, swipe_terminal(1), one, 1000 + SWIPE_LIFE_MS, code), -ENOENT);
    assert_int_equal(swipe_put(s, swipe_terminal(1), "n:3", 2000, two), 0);
    assert_int_equal(swipe_find(s, swipe_terminal(1), one, 2000, code),
                     -ENOENT); /* not the last one any more */
    swipe_drop(s, swipe_terminal(1), one);
    assert_int_equal(swipe_find(s, swipe_terminal(1), two, 2000, code), 0);
    swipe_drop(s, swipe_terminal(1), two);
    assert_int_equal(swipe_find(s, swipe_terminal(1), two, 2000, code), -ENOENT);
    swipes_free(s);
}

static void test_full(void **state)
{
    struct swipes *s = made(false);
    char id[SWIPE_ID_TEXT];

    (void)state;
    for (int64_t t = 1; t <= TERMINAL_MAX + SWIPE_USERS_MAX; t++)
        assert_int_equal(swipe_put(s, swipe_terminal(t), "n:1", 1000, id), 0);
    assert_int_equal(swipe_put(s, swipe_user(1), "n:1", 1000, id), -ENOSPC);
    assert_int_equal(swipe_put(s, swipe_user(1), "n:1", 1000 + SWIPE_LIFE_MS, id), 0);
    swipes_free(s);
}

/* A terminal's number is no user's, and nobody's is nobody's. */
static void test_whose(void **state)
{
    struct swipes *s = made(false);
    char machine[SWIPE_ID_TEXT], person[SWIPE_ID_TEXT], code[CARD_TEXT];

    (void)state;
    assert_int_equal(swipe_put(s, swipe_terminal(1), "n:1", 1000, machine), 0);
    assert_int_equal(swipe_put(s, swipe_user(1), "n:2", 1000, person), 0);
    assert_int_equal(swipe_find(s, swipe_user(1), machine, 1000, code), -ENOENT);
    assert_int_equal(swipe_find(s, swipe_terminal(1), person, 1000, code), -ENOENT);
    assert_int_equal(swipe_find(s, swipe_user(2), person, 1000, code), -ENOENT);
    assert_int_equal(swipe_find(s, swipe_user(0), "", 1000, code), -ENOENT);
    assert_int_equal(swipe_find(s, swipe_user(1), person, 1000, code), 0);
    assert_string_equal(code, "n:2");
    assert_int_equal(swipe_find(s, swipe_terminal(1), machine, 1000, code), 0);
    assert_string_equal(code, "n:1");
    swipes_free(s);
}

/* Each terminal has its own measure, and cards and PINs one apart from the other. */
static void test_slowed(void **state)
{
    struct swipes *s = made(true), *free_one = made(false);
    unsigned wait;

    (void)state;
    for (int i = 0; i < SWIPE_PINS_PER_MINUTE; i++)
        assert_int_equal(swipe_pin(s, 1, 1000), 0);
    wait = swipe_pin(s, 1, 1000);
    assert_in_range(wait, 1, 60 / SWIPE_PINS_PER_MINUTE);
    assert_int_equal(swipe_pin(s, 2, 1000), 0);
    assert_int_equal(swipe_look(s, 1, 1000), 0);
    assert_int_equal(swipe_pin(s, 1, 1000 + (int64_t)wait * 1000), 0);
    for (int i = 1; i < SWIPE_LOOKS_PER_MINUTE; i++)
        assert_int_equal(swipe_look(s, 1, 1000), 0);
    assert_in_range(swipe_look(s, 1, 1000), 1, 60);
    assert_int_equal(swipe_look(s, 2, 1000), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(swipe_pin(free_one, 1, 1000) + swipe_look(free_one, 1, 1000), 0);
    swipes_free(s);
    swipes_free(free_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_last_one),
        cmocka_unit_test(test_whose),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_slowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_site_time.c - days of the site's zone: midnights, ends of days, dates that are none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/site_time.h"
#include "db/day.h"

#define HOUR INT64_C(3600000)

static int64_t end_of(const char *date)
{
    int64_t ms = -1;

    assert_int_equal(day_end_ms(date, &ms), 0);
    return ms;
}

static const char *text_of(int64_t ms)
{
    static char text[32];

    site_time_text(ms, text, sizeof(text));
    return text;
}

static void test_shanghai(void **state)
{
    char date[DAY_TEXT];

    (void)state;
    assert_int_equal(site_time_init("Asia/Shanghai"), 0);
    /* 2026-11-21 00:00 there is 16:00 UTC the day before. */
    assert_int_equal(end_of("2026-11-20"), INT64_C(1795190400000));
    assert_int_equal(day_midnight_ms(INT64_C(1795190400000)), INT64_C(1795190400000));
    assert_int_equal(day_midnight_ms(INT64_C(1795190399999)), INT64_C(1795104000000));
    assert_int_equal(day_midnight_ms(INT64_C(1795276799999)), INT64_C(1795190400000));
    assert_string_equal(text_of(INT64_C(1795190400000)), "2026-11-21 00:00");
    day_of(INT64_C(1795190399999), date);
    assert_string_equal(date, "2026-11-20");
    assert_int_equal(end_of("2026-12-31") - end_of("2026-12-30"), 24 * HOUR);
    assert_int_equal(end_of("2028-02-29") - end_of("2028-02-28"), 24 * HOUR);
}

static void test_no_dates(void **state)
{
    static const char *const bad[] = {
        "",           "2026-02-30",  "2026-02-29",  "2026-13-01",  "2026-00-10",
        "2026-01-00", "2026-01-32",  "2026-1-01",   "2026-01-1",   "26-01-01",
        "2026/01/01", "2026-01-01 ", " 2026-01-01", "2026- 1-01",  "2026-01- 1",
        "+026-01-01", "2026-+1-01",  "2026-01-+1",  "2026-01-01T", "x026-01-01",
        "2026-01-0x", "-026-01-01",  "20260-1-01",  "2026-01-011",
    };
    int64_t ms = 77;

    (void)state;
    assert_int_equal(site_time_init("Asia/Shanghai"), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (day_end_ms(bad[i], &ms) != -EINVAL)
            fail_msg("\"%s\" is taken for a date", bad[i]);
    assert_int_equal(ms, 77);
}

/* Days of 23 and 25 hours, and one that begins at one o'clock: its midnight is not there. */
static void test_summer_time(void **state)
{
    int64_t start;

    (void)state;
    assert_int_equal(site_time_init("Europe/Berlin"), 0);
    assert_int_equal(end_of("2026-03-29") - end_of("2026-03-28"), 23 * HOUR);
    assert_int_equal(end_of("2026-10-25") - end_of("2026-10-24"), 25 * HOUR);
    start = end_of("2026-03-28");
    for (int64_t h = 0; h < 23; h++)
        assert_int_equal(day_midnight_ms(start + h * HOUR), start);
    assert_int_equal(day_midnight_ms(start + 23 * HOUR), start + 23 * HOUR);
    assert_int_equal(site_time_init("Africa/Cairo"), 0); /* forward at midnight, 2026-04-24 */
    start = end_of("2026-04-23");
    assert_string_equal(text_of(start), "2026-04-24 01:00");
    assert_string_equal(text_of(start - 1), "2026-04-23 23:59");
    assert_int_equal(end_of("2026-04-24") - start, 23 * HOUR);
    for (int64_t h = 0; h < 23; h++)
        assert_int_equal(day_midnight_ms(start + h * HOUR), start);
    assert_int_equal(day_midnight_ms(start - 1), start - 24 * HOUR);
}

/* What stands between days is arithmetic: every day of four hundred years, one after the other. */
static void test_arithmetic(void **state)
{
    char day[DAY_TEXT] = "1999-12-31", next[DAY_TEXT];
    int64_t between = 0;
    int weekday;

    (void)state;
    assert_int_equal(day_add("2026-11-21", 0, next), 0);
    assert_string_equal(next, "2026-11-21");
    assert_int_equal(day_add("2026-11-21", -326, next), 0);
    assert_string_equal(next, "2025-12-30");
    assert_int_equal(day_weekday("2026-11-27"), 5);
    weekday = day_weekday(day);
    for (int64_t n = 1; n <= 146097; n++) {
        assert_int_equal(day_add(day, 1, next), 0);
        assert_true(strcmp(day, next) < 0);
        weekday = weekday % 7 + 1;
        assert_int_equal(day_weekday(next), weekday);
        assert_int_equal(day_between("1999-12-31", next, &between), 0);
        assert_int_equal(between, n);
        memcpy(day, next, sizeof(day));
    }
    assert_string_equal(day, "2399-12-31");
    assert_int_equal(day_between("2026-11-21", "2026-11-20", &between), 0);
    assert_int_equal(between, -1);
    assert_int_equal(day_add("1900-01-01", -1, next), -EINVAL);
    assert_int_equal(day_add("9999-12-31", 1, next), -EINVAL);
    assert_int_equal(day_add("2026-02-29", 1, next), -EINVAL);
    assert_int_equal(day_add("2026-01-01", INT64_MAX, next), -EINVAL);
    assert_int_equal(day_between("2026-01-01", "x", &between), -EINVAL);
    assert_int_equal(day_weekday(""), -EINVAL);
}

static void test_zones(void **state)
{
    (void)state;
    assert_int_equal(site_time_init("UTC"), 0);
    assert_int_equal(day_midnight_ms(0), 0);
    assert_int_equal(site_time_init("Nowhere/Land"), -EINVAL);
    assert_int_equal(site_time_init("../../etc/passwd"), -EINVAL);
    assert_int_equal(site_time_init("/etc/localtime"), -EINVAL);
    assert_int_equal(site_time_init(""), -EINVAL);
    assert_int_equal(site_time_init("Asia"), -EINVAL); /* a folder */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shanghai), cmocka_unit_test(test_no_dates),
        cmocka_unit_test(test_summer_time), cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_zones)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* day.c - see day.h. */
#include "db/day.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 9999 };

static void local(int64_t ms, struct tm *ret_tm)
{
    time_t seconds = (time_t)(ms / 1000);

    localtime_r(&seconds, ret_tm);
}

void day_of(int64_t ms, char ret_day[DAY_TEXT])
{
    struct tm tm;

    local(ms, &tm);
    strftime(ret_day, DAY_TEXT, "%Y-%m-%d", &tm);
}

void day_clock(int64_t ms, char ret_text[DAY_CLOCK_TEXT])
{
    struct tm tm;

    local(ms, &tm);
    strftime(ret_text, DAY_CLOCK_TEXT, "%Y-%m-%d %H:%M", &tm);
}

int64_t day_midnight_ms(int64_t ms)
{
    struct tm tm;

    local(ms, &tm);
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    return (int64_t)mktime(&tm) * 1000;
}

/* @n digits; -1 when there is anything else. */
static int digits(const char *text, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static int day_read(const char *day, int *ret_year, int *ret_month, int *ret_day)
{
    int y, m, d;

    if (strlen(day) != DAY_TEXT - 1 || day[4] != '-' || day[7] != '-')
        return -EINVAL;
    y = digits(day, 4);
    m = digits(day + 5, 2);
    d = digits(day + 8, 2);
    if (y < YEAR_MIN || m < 1 || m > 12 || d < 1 || d > month_days(y, m))
        return -EINVAL;
    *ret_year = y;
    *ret_month = m;
    *ret_day = d;
    return 0;
}

int day_end_ms(const char *day, int64_t *ret_ms)
{
    struct tm tm = {.tm_isdst = -1};
    int y, m, d, r = day_read(day, &y, &m, &d);

    if (r < 0)
        return r;
    tm.tm_year = y - 1900;
    tm.tm_mon = m - 1;
    tm.tm_mday = d + 1;
    *ret_ms = (int64_t)mktime(&tm) * 1000;
    return 0;
}

/* Days since the first of March of the year 0, when a leap day is the last of its year: so months
 * have fixed places. */
static int64_t day_number(int y, int m, int d)
{
    int64_t year = m > 2 ? y : y - 1;
    int64_t month = m > 2 ? m - 3 : m + 9;

    return year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + d - 1;
}

static void number_day(int64_t n, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t century = (4 * n + 3) / 146097, in_century = n - century * 146097 / 4;
    int64_t year = (4 * in_century + 3) / 1461, in_year = in_century - 1461 * year / 4;
    int64_t month = (5 * in_year + 2) / 153;

    *ret_day = (int)(in_year - (153 * month + 2) / 5 + 1);
    *ret_month = (int)(month < 10 ? month + 3 : month - 9);
    *ret_year = (int)(century * 100 + year + (month < 10 ? 0 : 1));
}

int day_add(const char *day, int64_t days, char ret_day[DAY_TEXT])
{
    int y, m, d, r = day_read(day, &y, &m, &d);
    char text[40];

    if (r < 0)
        return r;
    if (days < -INT64_C(4000000) || days > INT64_C(4000000))
        return -EINVAL;
    days += day_number(y, m, d);
    if (days < day_number(YEAR_MIN, 1, 1) || days > day_number(YEAR_MAX, 12, 31))
        return -EINVAL;
    number_day(days, &y, &m, &d);
    snprintf(text, sizeof(text), "%04d-%02d-%02d", y, m, d);
    memcpy(ret_day, text, DAY_TEXT - 1);
    ret_day[DAY_TEXT - 1] = '\0';
    return 0;
}

int day_between(const char *from, const char *to, int64_t *ret_days)
{
    int y, m, d, y2, m2, d2, r = day_read(from, &y, &m, &d);

    if (r == 0)
        r = day_read(to, &y2, &m2, &d2);
    if (r < 0)
        return r;
    *ret_days = day_number(y2, m2, d2) - day_number(y, m, d);
    return 0;
}

int day_weekday(const char *day)
{
    int y, m, d, r = day_read(day, &y, &m, &d);

    /* The first of March of the year 0 was a Wednesday. */
    return r < 0 ? r : (int)((day_number(y, m, d) + 2) % 7 + 1);
}

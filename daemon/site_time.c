/* site_time.c - see site_time.h. */
#include "daemon/site_time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int site_time_init(const char *zone)
{
    char path[256];
    struct stat info;

    if (strstr(zone, "..") || zone[0] == '/')
        return -EINVAL;
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zone);
    if (strcmp(zone, "UTC") != 0 && (stat(path, &info) < 0 || !S_ISREG(info.st_mode)))
        return -EINVAL; /* a folder would be taken for UTC */
    if (setenv("TZ", zone, 1) < 0)
        return -errno;
    tzset();
    return 0;
}

static void local(int64_t ms, struct tm *ret_tm)
{
    time_t seconds = (time_t)(ms / 1000);

    localtime_r(&seconds, ret_tm);
}

int64_t site_midnight_ms(int64_t ms)
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

int site_day_end_ms(const char *date, int64_t *ret_ms)
{
    struct tm tm = {.tm_isdst = -1}, back;

    if (strlen(date) != 10 || date[4] != '-' || date[7] != '-')
        return -EINVAL;
    tm.tm_year = digits(date, 4) - 1900;
    tm.tm_mon = digits(date + 5, 2) - 1;
    tm.tm_mday = digits(date + 8, 2);
    if (tm.tm_year < 0 || tm.tm_mon < 0 || tm.tm_mday < 1)
        return -EINVAL;
    back = tm;
    /* A day that mktime() moves (30 February) is none. */
    if (mktime(&back) == (time_t)-1 || back.tm_mday != tm.tm_mday || back.tm_mon != tm.tm_mon)
        return -EINVAL;
    tm.tm_mday += 1;
    *ret_ms = (int64_t)mktime(&tm) * 1000;
    return 0;
}

void site_time_text(int64_t ms, char *out, size_t size)
{
    struct tm tm;

    local(ms, &tm);
    strftime(out, size, "%Y-%m-%d %H:%M", &tm);
}

void site_date_text(int64_t ms, char *out, size_t size)
{
    struct tm tm;

    local(ms, &tm);
    strftime(out, size, "%Y-%m-%d", &tm);
}

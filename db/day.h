/* day.h - days of the calendar, "2026-11-21": what a date means is of the site's zone, which is the
 * process's (site_time_init()); what stands between two days is arithmetic.
 *
 * Days sort as texts do. Thread: any.
 */
#ifndef ANCHANG_DB_DAY_H
#define ANCHANG_DB_DAY_H

#include <stdint.h>

enum { DAY_TEXT = 11, DAY_CLOCK_TEXT = 17 };

/* The day that @ms falls on. */
void day_of(int64_t ms, char ret_day[DAY_TEXT]);
/* "2026-11-21 09:30" */
void day_clock(int64_t ms, char ret_text[DAY_CLOCK_TEXT]);
/* The last midnight of the site not after @ms. */
int64_t day_midnight_ms(int64_t ms);
/* The end of @day, i.e. the next midnight. -EINVAL when it is no day. */
int day_end_ms(const char *day, int64_t *ret_ms);

/* @days (which may be below 0) after @day, -EINVAL when it is none or the year leaves 1900 to 9999.
 * @ret_day may be @day. */
int day_add(const char *day, int64_t days, char ret_day[DAY_TEXT]);
/* From @from to @to: below 0 when that is before it. -EINVAL. */
int day_between(const char *from, const char *to, int64_t *ret_days);
/* 1 Monday to 7 Sunday; -EINVAL. */
int day_weekday(const char *day);

#endif

/* site_time.h - the site's time zone: days, dates and the end of a day, for people and papers.
 *
 * Stored times are UTC; only what a person reads or a date means is of the zone. Thread: any, after
 * site_time_init().
 */
#ifndef ANCHANG_SITE_TIME_H
#define ANCHANG_SITE_TIME_H

#include <stddef.h>
#include <stdint.h>

/* Sets the zone of the process, before threads start. -EINVAL when the system does not know it. */
int site_time_init(const char *zone);

/* The last midnight of the site not after @ms. */
int64_t site_midnight_ms(int64_t ms);
/* The end of the day @date ("2026-11-21"), i.e. the next midnight. -EINVAL when it is no date. */
int site_day_end_ms(const char *date, int64_t *ret_ms);
/* "2026-11-21 14:05" or "2026-11-21". */
void site_time_text(int64_t ms, char *out, size_t size);
void site_date_text(int64_t ms, char *out, size_t size);

#endif

/* site_time.h - the site's time zone, for people and papers; its days are db/day.h.
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

/* "2026-11-21 14:05". */
void site_time_text(int64_t ms, char *out, size_t size);

#endif

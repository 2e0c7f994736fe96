/* workday.h - the working days of the enterprise: Monday to Friday, but for the days that were
 * entered as something else (DP-06).
 *
 * Days are of the zone of the process, which is the site's. Thread: changes on the writer's; reads
 * on any with a reader.
 */
#ifndef ANCHANG_DB_WORKDAY_H
#define ANCHANG_DB_WORKDAY_H

#include "db/tx.h"

enum { WORKDAY_MAX = 2000 }; /* of days entered */

/* The same time of day, @n working days after the day of @ms. A day that does not work ends no
 * period. -ELOOP: no working day for years. */
int workday_add(struct db *db, int64_t ms, int64_t n, int64_t *ret_ms);

/* @works 1 or 0: it does, or does not, whatever its weekday; -1: as its weekday. LIMIT_REACHED. */
int workday_set(struct tx *tx, const char *day, int works);
/* Those entered from @from to @to, both among them, in their order. */
int workday_scan(struct db *db, const char *from, const char *to,
                 int (*each)(void *arg, const char *day, bool works), void *arg);

#endif

/* clock.h - the clocks. Thread: any. */
#ifndef ANCHANG_DB_CLOCK_H
#define ANCHANG_DB_CLOCK_H

#include <stdint.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS) /* twenty-four hours; a day of the calendar is day.h's */

int64_t clock_wall_ms(void); /* UTC since 1970 */
int64_t clock_boot_ms(void); /* since boot, suspend included; never stepped */
int64_t clock_boot_us(void); /* the same in microseconds */

#endif

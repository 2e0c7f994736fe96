/* clock.h - the clocks. Thread: any. */
#ifndef ANCHANG_DB_CLOCK_H
#define ANCHANG_DB_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void); /* UTC since 1970 */
int64_t clock_boot_ms(void); /* since boot, suspend included; never stepped */
int64_t clock_boot_us(void); /* the same in microseconds */

#endif

/* steady.h - the time that ends holds and permits: the wall clock, but never jumping ahead (RS
 * F20).
 *
 * A clock that is set forward must not free what somebody was promised until then. So the time
 * since the start is counted on the clock that is never stepped, and the wall clock is believed
 * only up to five minutes ahead of that. A clock set back is believed: it only makes things last
 * longer. A box that started with a wrong clock keeps its holds until anchangd is started again
 * with a right one. readyz and the system page tell of either (PA-17).
 *
 * Milliseconds. Thread: any; pure, but for the struct its caller owns.
 */
#ifndef ANCHANG_STEADY_H
#define ANCHANG_STEADY_H

#include <stdint.h>

#define STEADY_TOLERANCE_MS INT64_C(300000)

struct steady {
    int64_t wall_ms, boot_ms; /* at the start */
};

/* What time it is for a promise, given both clocks now. */
int64_t steady_now(const struct steady *start, int64_t wall_ms, int64_t boot_ms);
/* How far the wall clock was set since the start: positive forward. */
int64_t steady_step(const struct steady *start, int64_t wall_ms, int64_t boot_ms);

#endif

/* steady.c - see steady.h. */
#include "daemon/steady.h"

int64_t steady_step(const struct steady *start, int64_t wall_ms, int64_t boot_ms)
{
    return (wall_ms - start->wall_ms) - (boot_ms - start->boot_ms);
}

int64_t steady_now(const struct steady *start, int64_t wall_ms, int64_t boot_ms)
{
    int64_t step = steady_step(start, wall_ms, boot_ms);

    return step > STEADY_TOLERANCE_MS ? wall_ms - step + STEADY_TOLERANCE_MS : wall_ms;
}

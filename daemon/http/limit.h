/* limit.h - token buckets: how often somebody may ask.
 *
 * A fixed table: a new key takes the place of the one idle longest in its row, so memory is bounded
 * and whoever floods with many addresses only resets his own neighbours. Thread: any.
 */
#ifndef ANCHANG_HTTP_LIMIT_H
#define ANCHANG_HTTP_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limit;

/* @per_minute tokens come back a minute, at most @burst are kept. */
int limit_create(unsigned per_minute, unsigned burst, struct limit **ret_limit);
struct limit *limit_free(struct limit *l);

/* Takes one token of @key. 0, or the seconds until there is one again (at least 1). */
unsigned limit_take(struct limit *l, const void *key, size_t n, int64_t now_ms);

#endif

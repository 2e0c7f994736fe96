/* metrics.h - what the HTTP side counts, as Prometheus text. Thread: any; relaxed counters. */
#ifndef ANCHANG_HTTP_METRICS_H
#define ANCHANG_HTTP_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "daemon/http/buf.h"

/* Why a connection or request was turned away before a handler saw it. */
enum reject {
    REJECT_GUARD,
    REJECT_HOST,
    REJECT_ORIGIN,
    REJECT_RATE,
    REJECT_LOGIN_RATE,
    REJECT_TOTAL,    /* connections at the listener's cap */
    REJECT_ADDRESS,  /* connections at the address's cap */
    REJECT_DEADLINE, /* cut by the reaper */
    REJECT_STREAMS,
    REJECT_SLOW, /* slow queue full */
    REJECT_COUNT
};

enum { METRICS_BUCKETS = 12 };

enum { METRICS_SHARES = 16 };

struct metrics {
    /* What every request counts: each worker has a share of its own, for two workers that count in
     * the same cache line wait for each other. */
    struct metrics_share {
        atomic_ullong by_class[6]; /* [2]: 2xx, ... */
        atomic_ullong latency[METRICS_BUCKETS + 1];
        atomic_ullong latency_us_sum;
        char apart[64]; /* a cache line, wherever the next one begins */
    } shares[METRICS_SHARES];
    atomic_ullong rejected[REJECT_COUNT];
    atomic_ullong accepted;
    atomic_llong connections; /* open now */
    atomic_llong waiting;     /* requests with the writer or the slow threads now */
};

void metrics_request(struct metrics *m, int status, int64_t us);
void metrics_reject(struct metrics *m, enum reject why);
void metrics_write(const struct metrics *m, struct buf *out);

#endif

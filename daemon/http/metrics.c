/* metrics.c - see metrics.h. */
#include "daemon/http/metrics.h"

/* Upper bounds of the buckets, in microseconds. */
static const int64_t bounds[METRICS_BUCKETS] = {
    100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 500000, 2000000,
};

static const char *const reject_names[REJECT_COUNT] = {
    [REJECT_GUARD] = "guard",
    [REJECT_HOST] = "host",
    [REJECT_ORIGIN] = "origin",
    [REJECT_RATE] = "rate",
    [REJECT_LOGIN_RATE] = "login_rate",
    [REJECT_TOTAL] = "connections",
    [REJECT_ADDRESS] = "address_connections",
    [REJECT_DEADLINE] = "deadline",
    [REJECT_STREAMS] = "streams",
    [REJECT_SLOW] = "slow",
};

static void add(atomic_ullong *counter, unsigned long long n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static unsigned long long get(const atomic_ullong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* The calling thread's; threads beyond the number of shares double up. */
static struct metrics_share *own_share(struct metrics *m)
{
    static atomic_uint threads;
    static _Thread_local unsigned own; /* 1 + index; 0: none yet */

    if (own == 0)
        own = 1 + atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) % METRICS_SHARES;
    return &m->shares[own - 1];
}

void metrics_request(struct metrics *m, int status, int64_t us)
{
    struct metrics_share *s = own_share(m);
    int bucket = 0;

    if (status >= 100 && status < 600)
        add(&s->by_class[status / 100], 1);
    while (bucket < METRICS_BUCKETS && us > bounds[bucket])
        bucket++;
    add(&s->latency[bucket], 1);
    add(&s->latency_us_sum, us > 0 ? (unsigned long long)us : 0);
}

static struct metrics_share shares_sum(const struct metrics *m)
{
    struct metrics_share sum = {0};

    for (int i = 0; i < METRICS_SHARES; i++) {
        const struct metrics_share *s = &m->shares[i];

        for (int k = 0; k < 6; k++)
            add(&sum.by_class[k], get(&s->by_class[k]));
        for (int k = 0; k <= METRICS_BUCKETS; k++)
            add(&sum.latency[k], get(&s->latency[k]));
        add(&sum.latency_us_sum, get(&s->latency_us_sum));
    }
    return sum;
}

void metrics_reject(struct metrics *m, enum reject why)
{
    add(&m->rejected[why], 1);
}

void metrics_write(const struct metrics *m, struct buf *out)
{
    const struct metrics_share all = shares_sum(m);
    unsigned long long sum = 0;

    buf_puts(out, "# TYPE anchang_http_requests_total counter\n");
    for (int i = 1; i < 6; i++)
        buf_printf(out, "anchang_http_requests_total{class=\"%dxx\"} %llu\n", i,
                   get(&all.by_class[i]));
    buf_puts(out, "# TYPE anchang_http_request_seconds histogram\n");
    for (int i = 0; i < METRICS_BUCKETS; i++) {
        sum += get(&all.latency[i]);
        buf_printf(out, "anchang_http_request_seconds_bucket{le=\"%lld.%06lld\"} %llu\n",
                   (long long)(bounds[i] / 1000000), (long long)(bounds[i] % 1000000), sum);
    }
    sum += get(&all.latency[METRICS_BUCKETS]);
    buf_printf(out, "anchang_http_request_seconds_bucket{le=\"+Inf\"} %llu\n", sum);
    buf_printf(out, "anchang_http_request_seconds_sum %llu.%06llu\n",
               get(&all.latency_us_sum) / 1000000, get(&all.latency_us_sum) % 1000000);
    buf_printf(out, "anchang_http_request_seconds_count %llu\n", sum);
    buf_puts(out, "# TYPE anchang_http_rejected_total counter\n");
    for (int i = 0; i < REJECT_COUNT; i++)
        buf_printf(out, "anchang_http_rejected_total{reason=\"%s\"} %llu\n", reject_names[i],
                   get(&m->rejected[i]));
    buf_puts(out, "# TYPE anchang_http_connections_total counter\n");
    buf_printf(out, "anchang_http_connections_total %llu\n", get(&m->accepted));
    buf_puts(out, "# TYPE anchang_http_connections gauge\n");
    buf_printf(out, "anchang_http_connections %lld\n",
               (long long)atomic_load_explicit(&m->connections, memory_order_relaxed));
    buf_puts(out, "# TYPE anchang_http_waiting gauge\n");
    buf_printf(out, "anchang_http_waiting %lld\n",
               (long long)atomic_load_explicit(&m->waiting, memory_order_relaxed));
}

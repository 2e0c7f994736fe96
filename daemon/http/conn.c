/* conn.c - connections: caps at the door, total deadlines, the reaper (RS D5, F31, F32).
 *
 * libmicrohttpd's own time-out counts inactivity only (and costs each request locks and clocks),
 * and at its connection limit it stops accepting, so that good clients hang. Here it has none,
 * and its limit is never reached: what is too much is closed at once; and every phase of a request
 * has a total deadline, at which the reaper shuts the socket down. The library then sees the end of
 * it and cleans up. A stream has no such end: the kernel ends it when its bytes are not taken
 * (TCP_USER_TIMEOUT, http.c).
 *
 * The reaper also finds those who hung up together with their last bytes: the library (0.9.75, edge
 * triggered) stops reading after a short read and does not see the end behind it.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "daemon/http/request.h"
#include "db/clock.h"

enum { REAPER_MS = 200, SWEEP_MS = 30000 };

static bool address_of(const struct sockaddr *sa, uint8_t out[16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    memset(out, 0, 16);
    if (sa && sa->sa_family == AF_INET) {
        memcpy(out, mapped, sizeof(mapped));
        memcpy(out + 12, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
        return out[12] == 127;
    }
    if (sa && sa->sa_family == AF_INET6) {
        memcpy(out, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
        if (!memcmp(out, mapped, sizeof(mapped)))
            return out[12] == 127;
        return IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)(const void *)out);
    }
    return false;
}

/* Whether one more of @address may come in. Under conns_lock. */
static bool admit(struct listener *l, const uint8_t address[16], bool loopback)
{
    const struct http_limits *limits = &l->http->limits;
    unsigned n = 0, cap = loopback ? limits->per_address_loopback : limits->per_address;

    if (l->n_conns >= l->cap) {
        metrics_reject(&l->http->metrics, REJECT_TOTAL);
        return false;
    }
    for (const struct conn *c = l->http->conns; c; c = c->next)
        n += memcmp(c->address, address, 16) == 0;
    if (n >= cap) {
        metrics_reject(&l->http->metrics, REJECT_ADDRESS);
        return false;
    }
    return true;
}

enum MHD_Result conn_policy(void *cls, const struct sockaddr *peer, socklen_t size)
{
    struct listener *l = cls;
    uint8_t address[16];
    bool loopback = address_of(peer, address), ok;

    (void)size;
    if (atomic_load(&l->http->stopping))
        return MHD_NO;
    pthread_mutex_lock(&l->http->conns_lock);
    ok = admit(l, address, loopback);
    pthread_mutex_unlock(&l->http->conns_lock);
    return ok ? MHD_YES : MHD_NO;
}

static void conn_started(struct listener *l, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info;
    struct http *http = l->http;
    struct conn *c = calloc(1, sizeof(*c));
    const struct sockaddr *sa;
    int fd;

    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    fd = info ? info->connect_fd : -1;
    if (!c) {
        shutdown(fd, SHUT_RDWR);
        return;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    sa = info ? info->client_addr : NULL;
    c->listener = l;
    c->fd = fd;
    c->request.conn = c;
    c->request.connection = connection;
    c->request.upload_fd = -1;
    c->loopback = address_of(sa, c->address);
    if (sa && sa->sa_family == AF_INET)
        inet_ntop(AF_INET, c->address + 12, c->ip, sizeof(c->ip));
    else
        inet_ntop(AF_INET6, c->address, c->ip, sizeof(c->ip));
    conn_deadline(c, clock_boot_ms(), http->limits.head_ms);
    conn_await(c, true);
    *context = c;
    pthread_mutex_lock(&http->conns_lock);
    /* Again: several workers accept at once, and only here is it counted. */
    c->counted = admit(l, c->address, c->loopback);
    if (c->counted) {
        l->n_conns++;
        c->next = http->conns;
        if (c->next)
            c->next->prev = c;
        http->conns = c;
    }
    pthread_mutex_unlock(&http->conns_lock);
    if (!c->counted) {
        shutdown(fd, SHUT_RDWR);
        return;
    }
    atomic_fetch_add_explicit(&http->metrics.accepted, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&http->metrics.connections, 1, memory_order_relaxed);
}

/* Called before the library closes the descriptor: after this the reaper does not know it. */
static void conn_closed(struct listener *l, struct conn *c)
{
    struct http *http = l->http;

    if (!c)
        return;
    if (c->counted) {
        pthread_mutex_lock(&http->conns_lock);
        if (c->prev)
            c->prev->next = c->next;
        else
            http->conns = c->next;
        if (c->next)
            c->next->prev = c->prev;
        l->n_conns--;
        pthread_mutex_unlock(&http->conns_lock);
        atomic_fetch_sub_explicit(&http->metrics.connections, 1, memory_order_relaxed);
    }
    sodium_memzero(c->known, sizeof(c->known));
    free(c);
}

void conn_notify(void *cls, struct MHD_Connection *connection, void **context,
                 enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        conn_started(cls, connection, context);
    } else {
        conn_closed(cls, *context);
        *context = NULL;
    }
}

struct conn *conn_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

void conn_deadline(struct conn *c, int64_t now_ms, unsigned ms)
{
    atomic_store_explicit(&c->deadline_ms, ms ? now_ms + ms : 0, memory_order_relaxed);
}

void conn_await(struct conn *c, bool more)
{
    atomic_store_explicit(&c->awaiting, more, memory_order_relaxed);
}

/* At two looks in a row: what came before the end may be with the worker at the first. */
static bool gone(struct conn *c)
{
    bool before = c->hung_up;
    char byte;

    c->hung_up = atomic_load_explicit(&c->awaiting, memory_order_relaxed) &&
                 recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    return before && c->hung_up;
}

static void reap(struct http *http, int64_t now_ms)
{
    pthread_mutex_lock(&http->conns_lock);
    for (struct conn *c = http->conns; c; c = c->next) {
        int64_t deadline = atomic_load_explicit(&c->deadline_ms, memory_order_relaxed);

        if (gone(c)) {
            shutdown(c->fd, SHUT_RDWR);
            continue;
        }
        if (deadline == 0 || now_ms < deadline)
            continue;
        /* Once is enough, and a later phase may set a new one. */
        if (!atomic_compare_exchange_strong(&c->deadline_ms, &deadline, 0))
            continue;
        shutdown(c->fd, SHUT_RDWR);
        metrics_reject(&http->metrics, REJECT_DEADLINE);
    }
    pthread_mutex_unlock(&http->conns_lock);
}

static void *reaper_main(void *arg)
{
    struct http *http = arg;
    int64_t swept_ms = clock_boot_ms();

    while (!atomic_load(&http->stopping)) {
        int64_t now_ms = clock_boot_ms();
        struct timespec until;

        reap(http, now_ms);
        if (now_ms - swept_ms >= SWEEP_MS) {
            session_expire(http->options.sessions, now_ms);
            swept_ms = now_ms;
        }
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += REAPER_MS * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        pthread_mutex_lock(&http->conns_lock);
        if (!atomic_load(&http->stopping))
            pthread_cond_timedwait(&http->reaper_wake, &http->conns_lock, &until);
        pthread_mutex_unlock(&http->conns_lock);
    }
    return NULL;
}

int reaper_start(struct http *http)
{
    int r = pthread_create(&http->reaper, NULL, reaper_main, http);

    http->have_reaper = r == 0;
    return -r;
}

void reaper_stop(struct http *http)
{
    if (!http->have_reaper)
        return;
    pthread_mutex_lock(&http->conns_lock);
    pthread_cond_broadcast(&http->reaper_wake);
    pthread_mutex_unlock(&http->conns_lock);
    pthread_join(http->reaper, NULL);
    http->have_reaper = false;
}

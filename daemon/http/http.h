/* http.h - the HTTP server: from the socket to a route's handler and back.
 *
 * Per listener one libmicrohttpd daemon with an epoll thread pool. A request passes, in this order:
 * connection caps, guard (guard.h), route (router.h), identity (session.h), rate (limit.h), right,
 * body, then its handler (call.h), on the worker, the writer or a slow thread. While another thread
 * has it, its connection is suspended and cannot go away, whatever the client does.
 *
 * Thread: http_start() and http_stop() from the main thread. The log callback from any thread.
 */
#ifndef ANCHANG_HTTP_HTTP_H
#define ANCHANG_HTTP_HTTP_H

#include "daemon/http/buf.h"
#include "daemon/http/call.h"
#include "daemon/http/feed.h"
#include "daemon/http/session.h"
#include "db/writer.h"

enum { HTTP_LISTENERS_MAX = 4 };

struct http_listener {
    const char *name;                 /* for logs and metrics: "staff", "kiosk" */
    const char *address;              /* numeric: "127.0.0.1", "::1", "192.168.10.5" */
    unsigned port;                    /* 0: any free one, see http_port() */
    const char *cert_file, *key_file; /* PEM; both NULL: plain, allowed on loopback only */
    unsigned connections;             /* cap of this listener; 0: 512 */
    unsigned workers;                 /* threads; 0: 2 */
};

/* 0 in a field means its default. Times in ms. */
struct http_limits {
    unsigned per_address;          /* connections of one address: 32 */
    unsigned per_address_loopback; /* 128 */
    unsigned head_ms;              /* request head complete: 5,000 */
    unsigned request_ms;           /* request complete: 15,000 */
    unsigned upload_ms;            /* the same for uploads: 120,000 */
    unsigned response_ms;          /* answer taken: 30,000; of a stream, what was last sent */
    unsigned idle_ms;              /* between requests: 60,000 */
    unsigned rate_per_second;      /* of a session, terminal or address: 50 */
    unsigned rate_burst;           /* 200 */
    unsigned login_per_minute;     /* of an address: 5 */
    bool no_rate;                  /* for benchmarks */
};

/* Strings and tables live as long as the server. */
struct http_options {
    struct http_listener listeners[HTTP_LISTENERS_MAX];
    size_t n_listeners;
    const char *const *hosts;   /* NULL-ended names the pages are reached by; "localhost" and each
                                 listener's address are always among them */
    const struct route *routes; /* daemon/api passes its table `routes` */
    struct writer *writer;
    const char *db_path;          /* for the workers' readers */
    struct app *app;              /* handed to handlers */
    const struct seal_ring *seal; /* what their reads open with */
    uint8_t request_secret[32];   /* what hashes of requests are keyed with (idempotency.h) */
    struct sessions *sessions;    /* borrowed; outlives the server */
    struct feed *feed;            /* borrowed; NULL: no streams */
    const char *assets_dir;       /* NULL: no pages */
    const char *upload_dir;       /* ours: what is left there is removed; NULL: no uploads */
    struct http_limits limits;
    /* One line: an access record (JSON) at LOG_INFO, trouble at LOG_WARNING or LOG_ERR (syslog). */
    void (*log)(void *arg, int priority, const char *line);
    void *log_arg;
};

struct http;

/* -EINVAL: unsound options or routes, -EADDRINUSE, -EACCES, -ENOENT, -ENOMEM. The log names the
 * route, listener, file or folder it is about. */
int http_start(const struct http_options *options, struct http **ret_http);
/* Stops accepting, ends streams, waits for what the writer and the slow threads still have (so both
 * must be alive), closes. */
struct http *http_stop(struct http *http);

/* The port listener @index is bound to. */
unsigned http_port(const struct http *http, size_t index);

/* Appends counters and histograms as Prometheus text. */
void http_metrics_write(const struct http *http, struct buf *out);

#endif

/* request.h - one request on its way through, and the connection it came by: http.c's own.
 *
 * A connection holds one request at a time (libmicrohttpd serves pipelined ones after another), so
 * the request lives inside the connection's context and costs no allocation of its own.
 *
 * Thread: all of it belongs to the connection's worker, except while state is REQUEST_WAITING: then
 * it belongs to the writer or a slow thread, and the connection is suspended. `deadline_ms` is read
 * by the reaper.
 */
#ifndef ANCHANG_HTTP_REQUEST_H
#define ANCHANG_HTTP_REQUEST_H

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/http/assets.h"
#include "daemon/http/guard.h"
#include "daemon/http/http.h"
#include "daemon/http/idempotency.h"
#include "daemon/http/limit.h"
#include "daemon/http/metrics.h"
#include "daemon/http/router.h"
#include "daemon/http/session.h"
#include "daemon/http/slow.h"

enum request_state {
    REQUEST_HEAD,    /* the request line is in */
    REQUEST_BODY,    /* the head was accepted; body bytes follow */
    REQUEST_WAITING, /* suspended: the writer or a slow thread has it */
    REQUEST_ANSWERED,
};

enum { REQUEST_BODY_DEFAULT = 64 * 1024, REQUEST_DRAIN_MAX = 256 * 1024 };

struct conn;

struct request {
    struct conn *conn;
    struct MHD_Connection *connection;
    enum request_state state;
    bool close;        /* after the answer */
    bool logged_off;   /* a session cookie was there but is no longer good */
    bool revoked;      /* a terminal cookie likewise */
    bool bulk;         /* served from memory: not worth an access record */
    bool replayed;     /* the stored answer to an idempotency key */
    int refused;       /* -EREFUSED or another errno to answer when the body is through; 0: none */
    int result;        /* of the handler */
    char trouble[128]; /* what the database said, for the log */
    int status;        /* answered */
    const char *method;
    char allow[64];
    const char *redirect;
    struct http_prepared *asset; /* borrowed */
    int64_t started_us;          /* clock_boot_us() at its first line */
    int64_t now_ms;              /* clock_boot_ms() at the end of its head */
    size_t n_discarded;

    char *body; /* owned */
    size_t n_body, body_room, body_max;
    int upload_fd; /* -1: none */
    char upload_path[320];

    struct guard_seen seen;
    struct router_match match;
    size_t n_query;
    struct fault fault;
    struct call call;
    struct writer_job job;
    struct slow_job slow;
    struct idempotency idempotency;
    struct identity id;

    /* What follows is not cleared between requests. */
    const char *raw_uri; /* where the parser has it */
    size_t n_uri;        /* as sent; may be more than uri holds */
    char uri[GUARD_URL_MAX + 2];
    char query_text[GUARD_URL_MAX + 2];
    char params_text[GUARD_URL_MAX + 2];
    struct guard_param query[GUARD_QUERY_MAX];
};

struct listener {
    struct http *http;
    const char *name;
    struct MHD_Daemon *daemon;
    struct guard_config guard;
    bool tls;
    unsigned port, cap;
    unsigned n_conns; /* under http->conns_lock */
};

struct conn {
    struct listener *listener;
    int fd;
    bool loopback;
    bool counted;        /* not turned away at the door */
    uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
    char ip[INET6_ADDRSTRLEN];
    _Atomic int64_t deadline_ms; /* clock_boot_ms(); 0: none */
    atomic_bool awaiting;        /* more input, for a request that is not complete or not begun */
    bool hung_up;                /* the reaper's: at its last look nothing more could come */
    struct conn *prev, *next;    /* under http->conns_lock */
    /* The last request's cookies and their hashes, by session_kind: the next brings the same. */
    struct {
        char token[SESSION_TOKEN_TEXT];
        uint8_t hash[SESSION_HASH];
    } known[2];
    struct request request;
};

struct http {
    struct http_options options;
    struct http_limits limits;
    struct listener listeners[HTTP_LISTENERS_MAX];
    size_t n_listeners;
    struct router *router;
    struct assets *assets;
    struct slow *slow;
    struct limit *rate, *login_rate;
    struct metrics metrics;
    pthread_key_t reader_key; /* each worker's struct db */
    bool have_key;

    pthread_mutex_t conns_lock;
    struct conn *conns;
    pthread_t reaper;
    bool have_reaper;
    pthread_cond_t reaper_wake;

    atomic_bool stopping;
    pthread_mutex_t wait_lock;
    pthread_cond_t wait_done;
    size_t waiting; /* under wait_lock: requests another thread has */
};

/* ---- conn.c ---- */

enum MHD_Result conn_policy(void *cls, const struct sockaddr *peer, socklen_t size);
void conn_notify(void *cls, struct MHD_Connection *connection, void **context,
                 enum MHD_ConnectionNotificationCode code);
struct conn *conn_of(struct MHD_Connection *connection);
/* @ms from @now_ms (clock_boot_ms()); @ms 0: none. */
void conn_deadline(struct conn *c, int64_t now_ms, unsigned ms);
void conn_await(struct conn *c, bool more);
int reaper_start(struct http *http);
void reaper_stop(struct http *http);

/* ---- request.c ---- */

void *request_line(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result request_handler(void *cls, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *n_data, void **req_cls);
void request_completed(void *cls, struct MHD_Connection *connection, void **req_cls,
                       enum MHD_RequestTerminationCode code);

/* ---- dispatch.c ---- */

/* The body is complete: runs the handler, here or elsewhere, and answers. */
enum MHD_Result request_dispatch(struct request *rq);
/* Back from another thread. */
enum MHD_Result request_resumed(struct request *rq);

/* ---- reply.c ---- */

/* Answers with what the handler left in call.reply, or with the problem of @result. */
enum MHD_Result request_reply(struct request *rq, int result);
enum MHD_Result request_send_prepared(struct request *rq, struct http_prepared *prepared);
/* As request_reply() for what never reached a handler; the connection closes after it. */
enum MHD_Result request_refuse_close(struct request *rq);
void request_log_access(struct request *rq, int64_t us); /* @us: how long it took */
void http_log(struct http *http, int priority, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- upload.c ---- */

/* Removes from @dir what a life that ended in the middle of an upload left there. */
void upload_sweep(const char *dir);
int upload_begin(struct request *rq);
int upload_data(struct request *rq, const char *data, size_t n);
int upload_end(struct request *rq); /* the file is complete */
void upload_discard(struct request *rq);

#endif

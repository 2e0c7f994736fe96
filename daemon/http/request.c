/* request.c - a request from its first line to its complete body: guard, route, identity, rate,
 * right, body. What comes then is in dispatch.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/problem.h"
#include "daemon/http/request.h"
#include "db/clock.h"

/* ---- the request line ---- */

/* Gives back what a request owned; the connection may carry another. */
static void request_reset(struct request *rq)
{
    struct conn *conn = rq->conn;
    struct MHD_Connection *connection = rq->connection;

    upload_discard(rq);
    free(rq->body);
    free(rq->call.prepared);
    json_decref(rq->call.body);
    json_decref(rq->call.reply.body);
    free(rq->call.reply.bytes);
    http_prepared_unref(rq->call.reply.prepared);
    fault_clear(&rq->fault);
    memset(rq, 0, offsetof(struct request, raw_uri));
    rq->conn = conn;
    rq->connection = connection;
    rq->upload_fd = -1;
}

void *request_line(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct conn *c = conn_of(connection);
    struct request *rq;
    size_t kept;

    (void)cls;
    if (!c)
        return NULL;
    rq = &c->request;
    if (!uri)
        uri = "";
    rq->started_us = clock_boot_us();
    rq->state = REQUEST_HEAD;
    rq->raw_uri = uri;
    /* Copied: the library takes the query apart in place. */
    rq->n_uri = strlen(uri);
    kept = rq->n_uri < sizeof(rq->uri) - 1 ? rq->n_uri : sizeof(rq->uri) - 1;
    memcpy(rq->uri, uri, kept);
    rq->uri[kept] = '\0';
    conn_deadline(c, rq->started_us / 1000, c->listener->http->limits.head_ms);
    return rq;
}

/* ---- the head ---- */

struct head {
    struct guard_header headers[GUARD_HEADERS_MAX + 1];
    size_t n;
};

static enum MHD_Result head_add(void *cls, enum MHD_ValueKind kind, const char *name, size_t n_name,
                                const char *value, size_t n_value)
{
    struct head *h = cls;

    (void)kind;
    if (h->n == GUARD_HEADERS_MAX + 1)
        return MHD_NO;
    if (!value)
        value = "", n_value = 0;
    h->headers[h->n++] = (struct guard_header){name, value, n_name, n_value};
    return MHD_YES;
}

static void count_refusal(struct request *rq)
{
    struct metrics *m = &rq->conn->listener->http->metrics;

    metrics_reject(m, rq->fault.code == FAULT_HOST     ? REJECT_HOST
                      : rq->fault.code == FAULT_ORIGIN ? REJECT_ORIGIN
                                                       : REJECT_GUARD);
}

static int pass_guard(struct request *rq, const char *url, const char *method, const char *version)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    struct head h;
    struct guard_request g;
    int r;

    h.n = 0;
    MHD_get_connection_values_n(rq->connection, MHD_HEADER_KIND, head_add, &h);
    g = (struct guard_request){method, version, rq->uri, rq->n_uri, h.headers, h.n};
    r = guard_check(&rq->conn->listener->guard, &g, &rq->seen, &rq->fault);
    if (r == 0 &&
        (url != rq->raw_uri || !guard_raw_ok(&g, rq->raw_uri, info ? info->header_size : 0)))
        r = fault_set(&rq->fault, FAULT_REQUEST_MALFORMED, "reason", "head", NULL);
    if (r < 0)
        count_refusal(rq);
    return r;
}

/* ---- who ---- */

/* Whose session the cookie of @kind names: 0; -ENOENT: it is over, -ENODATA: no such cookie. */
static int session_of(struct request *rq, enum session_kind kind, struct identity *ret_id)
{
    struct sessions *s = rq->conn->listener->http->options.sessions;
    const char *name = session_cookie_name(kind, rq->conn->listener->tls);
    char token[SESSION_TOKEN_TEXT];
    uint8_t hash[SESSION_HASH];

    if (session_cookie_read(rq->seen.cookie, name, token, sizeof(token)) < 0)
        return -ENODATA;
    if (!token[0] || strcmp(token, rq->conn->known[kind].token) != 0) {
        if (session_token_hash(token, hash) < 0)
            return -ENOENT;
        memcpy(rq->conn->known[kind].token, token, sizeof(token));
        memcpy(rq->conn->known[kind].hash, hash, sizeof(hash));
    }
    return session_find_hash(s, rq->conn->known[kind].hash, rq->now_ms, ret_id);
}

static void identify(struct request *rq)
{
    struct identity terminal, user;
    int r;

    if (!rq->seen.cookie)
        return;
    r = session_of(rq, SESSION_TERMINAL, &terminal);
    if (r == 0 && terminal.actor.kind == ACTOR_TERMINAL)
        rq->id = terminal;
    else if (r != -ENODATA)
        rq->revoked = true;
    r = session_of(rq, SESSION_USER, &user);
    if (r == 0 && user.actor.kind == ACTOR_USER) {
        /* A person at a paired terminal: his rights, that terminal. */
        user.terminal_id = rq->id.terminal_id;
        user.terminal_project_id = rq->id.terminal_project_id;
        user.actor.rights |= rq->id.actor.rights & RIGHT_BIT(RIGHT_TERMINAL_SELF);
        rq->id = user;
    } else if (r != -ENODATA) {
        rq->logged_off = true;
    }
}

static int check_right(struct request *rq)
{
    const struct route *route = rq->match.route;
    const struct actor *actor = &rq->id.actor;

    if (route->right == RIGHT_NONE)
        return 0;
    if (actor->kind == ACTOR_NOBODY) {
        if (rq->logged_off)
            return fault_set(&rq->fault, FAULT_SESSION_EXPIRED, NULL);
        if (rq->revoked)
            return fault_set(&rq->fault, FAULT_TERMINAL_REVOKED, NULL);
        return fault_set(&rq->fault, FAULT_LOGIN_NEEDED, NULL);
    }
    /* Until then only what concerns the own session: whoami, change of password, log-out. */
    if (rq->id.must_change_password && route->right != RIGHT_SELF)
        return fault_set(&rq->fault, FAULT_PASSWORD_CHANGE_NEEDED, NULL);
    if (route->right != RIGHT_SELF && !actor_has(actor, route->right))
        return fault_set(&rq->fault, FAULT_DENIED, "right",
                         lang_of_header(rq->seen.language) == LANG_EN ? rights[route->right].en
                                                                      : rights[route->right].zh,
                         NULL);
    return 0;
}

/* ---- how often ---- */

static int refuse_rate(struct request *rq, unsigned seconds, enum reject why)
{
    char text[16];

    metrics_reject(&rq->conn->listener->http->metrics, why);
    rq->call.reply.retry_after = seconds;
    snprintf(text, sizeof(text), "%u", seconds);
    return fault_set(&rq->fault, FAULT_RATE, "seconds", text, NULL);
}

static int check_rate(struct request *rq)
{
    struct http *http = rq->conn->listener->http;
    bool known = rq->id.actor.kind != ACTOR_NOBODY;
    unsigned wait;

    if (http->limits.no_rate)
        return 0;
    if (rq->match.route->flags & ROUTE_LOGIN) {
        wait =
            limit_take(http->login_rate, rq->conn->address, sizeof(rq->conn->address), rq->now_ms);
        if (wait)
            return refuse_rate(rq, wait, REJECT_LOGIN_RATE);
    }
    wait = limit_take(http->rate, known ? rq->id.session : rq->conn->address,
                      known ? sizeof(rq->id.session) : sizeof(rq->conn->address), rq->now_ms);
    return wait ? refuse_rate(rq, wait, REJECT_RATE) : 0;
}

/* ---- what it brings ---- */

static bool has_body(const struct request *rq)
{
    return rq->seen.chunked || rq->seen.content_length > 0;
}

static int refuse_large(struct request *rq)
{
    char text[32];

    snprintf(text, sizeof(text), "%zu KiB", rq->body_max / 1024);
    return fault_set(&rq->fault, FAULT_REQUEST_TOO_LARGE, "limit", text, NULL);
}

static int check_body(struct request *rq)
{
    const struct route *route = rq->match.route;
    const char *want =
        (route->flags & ROUTE_UPLOAD) ? "application/octet-stream" : "application/json";

    rq->body_max = route->body_max ? route->body_max : REQUEST_BODY_DEFAULT;
    if (!rq->seen.write)
        return 0;
    if (!has_body(rq)) {
        if (route->flags & ROUTE_NO_BODY_OK || !strcmp(rq->method, "DELETE"))
            return 0;
        if (!(route->flags & ROUTE_UPLOAD))
            return guard_content_type(rq->seen.content_type, want)
                       ? fault_set(&rq->fault, FAULT_JSON, "offset", "0", "reason", "empty", NULL)
                       : fault_set(&rq->fault, FAULT_CONTENT_TYPE, "expected", want, NULL);
    }
    if (!guard_content_type(rq->seen.content_type, want))
        return fault_set(&rq->fault, FAULT_CONTENT_TYPE, "expected", want, NULL);
    if (rq->seen.content_length > (int64_t)rq->body_max)
        return refuse_large(rq);
    return (route->flags & ROUTE_UPLOAD) ? upload_begin(rq) : 0;
}

static int find_route(struct request *rq)
{
    struct http *http = rq->conn->listener->http;
    int r = router_find(http->router, rq->method, rq->uri, rq->seen.n_path, &rq->match, rq->allow,
                        sizeof(rq->allow));
    char path[GUARD_URL_MAX + 1];

    if (r == 0)
        return 0;
    if (r == -EPERM)
        return fault_set(&rq->fault, FAULT_METHOD, "method", rq->method, NULL);
    memcpy(path, rq->uri, rq->seen.n_path);
    path[rq->seen.n_path] = '\0';
    if (http->assets && !rq->seen.write) {
        rq->asset = assets_find(http->assets, path);
        rq->redirect = rq->asset ? NULL : assets_redirect(http->assets, path);
        if (rq->asset || rq->redirect)
            return 0;
    }
    return fault_set(&rq->fault, FAULT_ROUTE_UNKNOWN, NULL);
}

static int read_query(struct request *rq)
{
    size_t n = rq->n_uri - rq->seen.n_path;

    if (n <= 1)
        return 0;
    memcpy(rq->query_text, rq->uri + rq->seen.n_path + 1, n); /* with the NUL */
    return guard_query(rq->query_text, rq->query, &rq->n_query, &rq->fault);
}

static int admit(struct request *rq)
{
    int r = find_route(rq);

    if (r < 0 || !rq->match.route)
        return r;
    identify(rq);
    r = check_rate(rq);
    if (r == 0)
        r = check_right(rq);
    if (r == 0)
        r = read_query(rq);
    if (r == 0)
        r = check_body(rq);
    return r;
}

static enum MHD_Result request_head(struct request *rq, const char *url, const char *method,
                                    const char *version)
{
    const struct http_limits *limits = &rq->conn->listener->http->limits;

    rq->call.lang = LANG_ZH;
    rq->call.tx.fault = &rq->fault;
    rq->id.actor.kind = ACTOR_NOBODY;
    rq->now_ms = clock_boot_ms();
    if (pass_guard(rq, url, method, version) < 0)
        return request_refuse_close(rq);
    rq->method = method;
    rq->call.lang = lang_of_header(rq->seen.language);
    rq->refused = admit(rq);
    rq->state = REQUEST_BODY;
    if (rq->refused < 0 && (rq->seen.chunked || rq->seen.content_length > REQUEST_DRAIN_MAX))
        return request_refuse_close(rq); /* not worth reading its body */
    conn_deadline(rq->conn, rq->now_ms,
                  rq->match.route && (rq->match.route->flags & ROUTE_UPLOAD) ? limits->upload_ms
                                                                             : limits->request_ms);
    return MHD_YES;
}

/* ---- the body ---- */

static int body_add(struct request *rq, const char *data, size_t n)
{
    if (rq->body_room - rq->n_body < n) {
        size_t room = rq->body_room ? rq->body_room * 2 : 4096;
        char *body;

        if (rq->seen.content_length > 0)
            room = (size_t)rq->seen.content_length;
        while (room < rq->n_body + n)
            room *= 2;
        body = realloc(rq->body, room);
        if (!body)
            return -ENOMEM;
        rq->body = body;
        rq->body_room = room;
    }
    memcpy(rq->body + rq->n_body, data, n);
    rq->n_body += n;
    return 0;
}

/* Takes or throws away. An answer cannot be given in the middle, so what comes after a refusal is
 * read up to a bound and then the connection is cut. */
static enum MHD_Result request_data(struct request *rq, const char *data, size_t n)
{
    if (!rq->refused && n > rq->body_max - rq->n_body)
        rq->refused = refuse_large(rq);
    if (!rq->refused && rq->upload_fd >= 0) {
        rq->refused = upload_data(rq, data, n);
        rq->n_body += rq->refused ? 0 : n;
    } else if (!rq->refused) {
        rq->refused = body_add(rq, data, n);
    }
    if (rq->refused) {
        rq->n_discarded += n;
        if (rq->n_discarded > 4 * REQUEST_DRAIN_MAX)
            return MHD_NO;
    }
    return MHD_YES;
}

enum MHD_Result request_handler(void *cls, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *n_data, void **req_cls)
{
    struct request *rq = *req_cls;

    (void)cls;
    (void)connection;
    if (!rq)
        return MHD_NO;
    switch (rq->state) {
    case REQUEST_HEAD:
        return request_head(rq, url, method, version);
    case REQUEST_BODY:
        if (*n_data > 0) {
            size_t n = *n_data;

            *n_data = 0;
            return request_data(rq, data, n);
        }
        conn_await(rq->conn, false);
        return request_dispatch(rq);
    case REQUEST_WAITING:
        return request_resumed(rq);
    case REQUEST_ANSWERED:
        break;
    }
    return MHD_NO;
}

void request_completed(void *cls, struct MHD_Connection *connection, void **req_cls,
                       enum MHD_RequestTerminationCode code)
{
    struct request *rq = *req_cls;
    struct http *http;
    int64_t now_us;

    (void)cls;
    (void)connection;
    (void)code;
    if (!rq)
        return;
    http = rq->conn->listener->http;
    now_us = clock_boot_us();
    if (rq->status > 0) {
        metrics_request(&http->metrics, rq->status, now_us - rq->started_us);
        request_log_access(rq, now_us - rq->started_us);
    }
    request_reset(rq);
    conn_deadline(rq->conn, now_us / 1000, http->limits.idle_ms);
    conn_await(rq->conn, true);
    *req_cls = NULL;
}

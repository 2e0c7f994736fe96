/* http_fixture.h - a server with one route of every kind, for the tests of daemon/http. */
#ifndef ANCHANG_TEST_HTTP_FIXTURE_H
#define ANCHANG_TEST_HTTP_FIXTURE_H

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/http/http.h"
#include "daemon/http/response.h"
#include "db/clock.h"
#include "http_server.h"

#define H           "Host: x:80\r\n"
#define BYTES(text) text, sizeof(text) - 1
#define W           "X-Anchang: 1\r\n"
#define JSON_W      W "Content-Type: application/json\r\n"

static struct server server;
static atomic_int served; /* handlers that ran */
static struct http_prepared *shared;

/* ---- routes ---- */

static int do_echo(struct call *call)
{
    const char *q = call_query(call, "q");

    atomic_fetch_add(&served, 1);
    call->reply.body = json_object();
    json_object_set_new(call->reply.body, "q", q ? json_string(q) : json_null());
    json_object_set_new(call->reply.body, "p",
                        call->param[0] ? json_string(call->param[0]) : json_null());
    snprintf(call->reply.etag, sizeof(call->reply.etag), "\"v1\"");
    return 0;
}

static int do_raw(struct call *call)
{
    atomic_fetch_add(&served, 1);
    call_reply_prepared(call, http_prepared_ref(shared));
    return 0;
}

static int do_count(struct call *call)
{
    int64_t n = 0;
    int r = db_get(call->tx.db, &n, "SELECT count(*) FROM note", "");

    if (r < 0)
        return r;
    call->reply.body = json_object();
    json_object_set_new(call->reply.body, "n", json_integer(n));
    return 0;
}

/* Held by tests that want the client to be gone before the answer. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static int do_note(struct call *call)
{
    const char *text = NULL;
    int64_t id = 0;
    struct body b;
    int r;

    atomic_fetch_add(&served, 1);
    body_begin(&b, call);
    body_text(&b, "text", BODY_REQUIRED, 1, 20, &text);
    r = body_end(&b);
    if (r < 0)
        return r;
    r = db_get(call->tx.db, &id, "INSERT INTO note(text) VALUES ($1) RETURNING id", "t", text);
    if (r < 0)
        return r;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    call->reply.status = 201;
    call->reply.body = json_object();
    snprintf(call->reply.etag, sizeof(call->reply.etag), "\"n1\"");
    json_object_set_new(call->reply.body, "id", json_integer(id));
    return 0;
}

static int do_keep_and_refuse(struct call *call)
{
    int r = db_run(call->tx.db, "INSERT INTO note(text) VALUES ('kept')", "");

    if (r < 0)
        return r;
    fault_set(call->tx.fault, FAULT_LOGIN_WRONG, NULL);
    return 0;
}

/* There is no memory for one part of its answer, which it does not look at. */
static int do_short(struct call *call)
{
    volatile size_t lots = SIZE_MAX / 4;
    int r = db_run(call->tx.db, "INSERT INTO note(text) VALUES ('short')", "");

    call->reply.body = json_object();
    json_object_set_new(call->reply.body, "part", json_stringn_nocheck("x", lots));
    json_object_set_new(call->reply.body, "other", json_integer(1));
    return r < 0 ? r : 0;
}

static int do_short_read(struct call *call)
{
    volatile size_t lots = SIZE_MAX / 4;

    call->reply.body = json_object();
    json_object_set_new(call->reply.body, "part", json_stringn_nocheck("x", lots));
    return 0;
}

static int do_fail(struct call *call)
{
    int64_t which = 0;

    call_query_int(call, "errno", 1, 200, 5, &which);
    return (int)-which;
}

static int do_who(struct call *call)
{
    call->reply.body = json_object();
    json_object_set_new(call->reply.body, "id", json_integer(call->id->actor.id));
    json_object_set_new(call->reply.body, "terminal", json_integer(call->id->terminal_id));
    return 0;
}

static int do_upload(struct call *call)
{
    struct stat st;

    call->reply.body = json_object();
    if (stat(call->upload_path, &st) < 0 || st.st_size != call->upload_size)
        return -EIO;
    json_object_set_new(call->reply.body, "size", json_integer(call->upload_size));
    return 0;
}

static int prepare_hash(struct call *call)
{
    int64_t n = 0;

    if (!call->tx.db || db_get(call->tx.db, &n, "SELECT count(*) FROM note", "") < 0)
        return -EIO;
    call->prepared = malloc(sizeof(n));
    if (!call->prepared)
        return -ENOMEM;
    memcpy(call->prepared, &n, sizeof(n));
    return 0;
}

static int do_login(struct call *call)
{
    call->reply.body = json_object();
    json_object_set_new(call->reply.body, "was", json_integer(*(int64_t *)call->prepared));
    return db_run(call->tx.db, "INSERT INTO note(text) VALUES ('login')", "") < 0 ? -EIO : 0;
}

static int do_slow_read(struct call *call)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return do_count(call);
}

static int do_slow_raw(struct call *call)
{
    if (call->tx.db)
        return -EINVAL;
    return do_upload(call);
}

static int do_download(struct call *call)
{
    call->reply.bytes = strdup("a,b\r\n");
    call->reply.n_bytes = 5;
    call->reply.content_type = "text/csv; charset=utf-8";
    snprintf(call->reply.disposition, sizeof(call->reply.disposition),
             "attachment; filename=\"a.csv\"");
    return 0;
}

static int do_bad_header(struct call *call)
{
    snprintf(call->reply.location, sizeof(call->reply.location), "/a\r\nSet-Cookie: evil=1");
    return 0;
}

static const struct route table[] = {
    {"GET", "/api/echo", RIGHT_NONE, 0, do_echo, 0, NULL},
    {"GET", "/api/echo/{p}", RIGHT_NONE, 0, do_echo, 0, NULL},
    {"GET", "/", RIGHT_NONE, ROUTE_RAW, do_raw, 0, NULL},
    {"POST", "/", RIGHT_NONE, ROUTE_WRITE, do_note, 0, NULL},
    {"GET", "/api/raw", RIGHT_NONE, ROUTE_RAW, do_raw, 0, NULL},
    {"GET", "/api/count", RIGHT_NONE, 0, do_count, 0, NULL},
    {"POST", "/api/notes", RIGHT_NONE, ROUTE_WRITE | ROUTE_IDEMPOTENT, do_note, 1024, NULL},
    {"POST", "/api/secrets", RIGHT_NONE, ROUTE_WRITE | ROUTE_IDEMPOTENT | ROUTE_SECRET, do_note, 0,
     NULL},
    {"POST", "/api/plain-notes", RIGHT_NONE, ROUTE_WRITE, do_note, 1024, NULL},
    {"GET", "/api/short", RIGHT_NONE, 0, do_short_read, 0, NULL},
    {"POST", "/api/short", RIGHT_NONE, ROUTE_WRITE | ROUTE_NO_BODY_OK, do_short, 0, NULL},
    {"POST", "/api/short-key", RIGHT_NONE, ROUTE_WRITE | ROUTE_NO_BODY_OK | ROUTE_IDEMPOTENT,
     do_short, 0, NULL},
    {"POST", "/api/kept", RIGHT_NONE, ROUTE_WRITE | ROUTE_NO_BODY_OK, do_keep_and_refuse, 0, NULL},
    {"GET", "/api/fail", RIGHT_NONE, 0, do_fail, 0, NULL},
    {"GET", "/api/who", RIGHT_SELF, 0, do_who, 0, NULL},
    {"GET", "/api/users", RIGHT_USER_EDIT, 0, do_who, 0, NULL},
    {"POST", "/api/files", RIGHT_NONE, ROUTE_UPLOAD | ROUTE_WRITE, do_upload, 300000, NULL},
    {"POST", "/api/login", RIGHT_NONE, ROUTE_WRITE | ROUTE_SLOW | ROUTE_LOGIN | ROUTE_NO_BODY_OK,
     do_login, 0, prepare_hash},
    {"GET", "/api/pdf", RIGHT_NONE, ROUTE_SLOW, do_slow_read, 0, NULL},
    {"POST", "/api/sheets", RIGHT_NONE, ROUTE_UPLOAD | ROUTE_SLOW | ROUTE_RAW, do_slow_raw, 300000,
     NULL},
    {"GET", "/api/csv", RIGHT_NONE, 0, do_download, 0, NULL},
    {"GET", "/api/bad-header", RIGHT_NONE, 0, do_bad_header, 0, NULL},
    {0},
};

static const char schema[] =
    "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE idempotency(scope TEXT NOT NULL, key TEXT NOT NULL, request_hash BLOB NOT NULL,"
    " status INTEGER NOT NULL, body BLOB NOT NULL, created_ms INTEGER NOT NULL,"
    " PRIMARY KEY(scope, key)) STRICT;";

static int64_t notes(void)
{
    struct answer a = client_ask(server.port, "GET", "/api/count", "", NULL);
    int64_t n = strtoll(a.body + strcspn(a.body, "0123456789"), NULL, 10);

    assert_int_equal(a.status, 200);
    free(a.text);
    return n;
}

/* "plain text" as gzip packs it. */
#define PACKED_TEXT                                                                                \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\xc8\x49\xcc\xcc\x53\x28\x49\xad\x28\x01\x00"     \
    "\xb8\x0f\x0b\x44\x0a\x00\x00\x00"

static int start_with(const struct http_limits *limits)
{
    struct http_options o = {.routes = table};
    struct http_prepare p = {.bytes = PACKED_TEXT,
                             .n = sizeof(PACKED_TEXT) - 1,
                             .content_type = "text/plain",
                             .etag = "\"c1\"",
                             .packed = true,
                             .cache_control = "no-cache"};

    o.limits = *limits;
    memset(&server, 0, sizeof(server));
    atomic_store(&served, 0);
    if (http_response_prepare(&p, &shared) < 0)
        return -1;
    return server_start(&server, &o, schema);
}

static inline int setup(void **state)
{
    struct http_limits limits = {.no_rate = true};

    (void)state;
    return start_with(&limits);
}

static inline int setup_quick(void **state)
{
    struct http_limits limits = {.no_rate = true,
                                 .head_ms = 600,
                                 .request_ms = 900,
                                 .response_ms = 900,
                                 .idle_ms = 600,
                                 .per_address_loopback = 400};

    (void)state;
    return start_with(&limits);
}

static inline int setup_capped(void **state)
{
    struct http_limits limits = {
        .per_address_loopback = 5, .rate_per_second = 1, .rate_burst = 10, .login_per_minute = 3};

    (void)state;
    return start_with(&limits);
}

static int teardown(void **state)
{
    (void)state;
    server_stop(&server);
    shared = http_prepared_unref(shared);
    return 0;
}

#endif

/* test_http.c - the whole way of a request, over real sockets: odd bytes, slow and rude clients, the
 * writer, idempotency, uploads, rights, what is logged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/http/http.h"
#include "daemon/http/response.h"
#include "db/clock.h"
#include "http_server.h"

#define W "X-Anchang: 1\r\n"
#define JSON_W W "Content-Type: application/json\r\n"

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
    {"POST", "/api/plain-notes", RIGHT_NONE, ROUTE_WRITE, do_note, 1024, NULL},
    {"POST", "/api/kept", RIGHT_NONE, ROUTE_WRITE | ROUTE_NO_BODY_OK, do_keep_and_refuse, 0, NULL},
    {"GET", "/api/fail", RIGHT_NONE, 0, do_fail, 0, NULL},
    {"GET", "/api/who", RIGHT_SELF, 0, do_who, 0, NULL},
    {"GET", "/api/users", RIGHT_USER_EDIT, 0, do_who, 0, NULL},
    {"POST", "/api/files", RIGHT_NONE, ROUTE_UPLOAD | ROUTE_WRITE, do_upload, 300000, NULL},
    {"POST", "/api/login", RIGHT_NONE, ROUTE_WRITE | ROUTE_SLOW | ROUTE_LOGIN | ROUTE_NO_BODY_OK,
     do_login, 0, prepare_hash},
    {"GET", "/api/pdf", RIGHT_NONE, ROUTE_SLOW, do_slow_read, 0, NULL},
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

static int start_with(const struct http_limits *limits)
{
    struct http_options o = {.routes = table};
    struct http_prepare p = {.bytes = "packed", .n = 6, .plain = "plain text", .n_plain = 10,
                             .content_type = "text/plain", .etag = "\"c1\"", .encoding = "gzip",
                             .cache_control = "no-cache"};

    o.limits = *limits;
    memset(&server, 0, sizeof(server));
    atomic_store(&served, 0);
    if (http_response_prepare(&p, &shared) < 0)
        return -1;
    return server_start(&server, &o, schema);
}

static int setup(void **state)
{
    struct http_limits limits = {.no_rate = true};

    (void)state;
    return start_with(&limits);
}

static int setup_quick(void **state)
{
    struct http_limits limits = {.no_rate = true, .head_ms = 600, .request_ms = 900,
                                 .response_ms = 900, .idle_ms = 600, .per_address_loopback = 400};

    (void)state;
    return start_with(&limits);
}

static int setup_capped(void **state)
{
    struct http_limits limits = {.per_address_loopback = 5, .rate_per_second = 1, .rate_burst = 10,
                                 .login_per_minute = 3};

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

/* ---- odd bytes ---- */

#define H "Host: x:80\r\n"
#define BYTES(text) text, sizeof(text) - 1

/* What each odd head gets: a refusal and the end of the connection, never a second answer, and no
 * handler runs (but for the first rows, which are right). */
static void test_raw_table(void **state)
{
    static char url[70100], big[70100], many[60000];
    const struct {
        const char *name, *text;
        size_t n;
        int status; /* -1: the library's own refusal (4xx, 5xx), or just the end */
        int served;
    } rows[] = {
        {"ok", BYTES("GET / HTTP/1.1\r\n" H "\r\n"), 200, 1},
        {"ok tight", BYTES("GET / HTTP/1.1\r\nHost:x:80\r\nX:\r\n\r\n"), 200, 1},
        {"no Host", BYTES("GET / HTTP/1.1\r\n\r\n"), 400, 0},
        {"two Hosts", BYTES("GET / HTTP/1.1\r\n" H "Host: b\r\n\r\n"), 400, 0},
        {"same Host twice", BYTES("GET / HTTP/1.1\r\n" H H "\r\n"), 400, 0},
        {"foreign Host", BYTES("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 421, 0},
        {"CL+TE", BYTES("POST / HTTP/1.1\r\n" H JSON_W "Content-Length: 5\r\nTransfer-Encoding: "
                        "chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n"), 400, 0},
        {"two CL", BYTES("POST / HTTP/1.1\r\n" H JSON_W "Content-Length: 3\r\nContent-Length: 5\r\n"
                         "\r\nabcde"), 400, 0},
        {"CL +3", BYTES("POST / HTTP/1.1\r\n" H JSON_W "Content-Length: +3\r\n\r\nabc"), -1, 0},
        {"CL -1", BYTES("POST / HTTP/1.1\r\n" H JSON_W "Content-Length: -1\r\n\r\nabc"), -1, 0},
        {"CL huge", BYTES("POST / HTTP/1.1\r\n" H JSON_W
                          "Content-Length: 99999999999999999999999\r\n\r\nabc"), -1, 0},
        {"CL large", BYTES("POST / HTTP/1.1\r\n" H JSON_W
                           "Content-Length: 999999999\r\n\r\nabc"), 413, 0},
        {"NUL in header", BYTES("GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n"), 400, 0},
        {"NUL balanced", BYTES("GET / HTTP/1.1\r\n" H "X:a\0b\r\nY:\r\n\r\n"), 400, 0},
        {"NUL in name", BYTES("GET / HTTP/1.1\r\n" H "X\0Y: a\r\n\r\n"), 400, 0},
        {"NUL in URL", BYTES("GET /a\0b HTTP/1.1\r\n" H "\r\n"), 400, 0},
        {"NUL after /", BYTES("GET /\0b HTTP/1.1\r\n" H "\r\n"), 400, 0},
        {"NUL in query", BYTES("GET /?a\0b HTTP/1.1\r\n" H "\r\n"), 400, 0},
        {"NUL in version", BYTES("GET / HTTP/1.1\0\r\n" H "\r\n"), -1, 0},
        {"NUL in method", BYTES("GE\0T / HTTP/1.1\r\n" H "\r\n"), -1, 0},
        {"%00", BYTES("GET /a%00b HTTP/1.1\r\n" H "\r\n"), 400, 0},
        {"../", BYTES("GET /../../etc/passwd HTTP/1.1\r\n" H "\r\n"), 400, 0},
        {"%2e%2e", BYTES("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" H "\r\n"), 400, 0},
        {"bare LF", BYTES("GET / HTTP/1.1\nHost: x:80\nX: lf\n\n"), 400, 0},
        {"one bare LF", BYTES("GET / HTTP/1.1\r\n" H "X: lf\nY: b\r\n\r\n"), 400, 0},
        {"bare LF balanced", BYTES("GET / HTTP/1.1\r\n" H "X:  lf\nY: b\r\n\r\n"), 400, 0},
        {"bare LF at the end", BYTES("GET / HTTP/1.1\r\n" H "\n"), 400, 0},
        {"bare CR", BYTES("GET / HTTP/1.1\r\n" H "X: a\rY: b\r\n\r\n"), 400, 0},
        {"space before colon", BYTES("GET / HTTP/1.1\r\nHost : x:80\r\n\r\n"), 400, 0},
        {"obs-fold", BYTES("GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n"), 400, 0},
        {"obs-fold first", BYTES("GET / HTTP/1.1\r\n X: a\r\n" H "\r\n"), 400, 0},
        {"no colon", BYTES("GET / HTTP/1.1\r\n" H "nonsense\r\n\r\n"), 400, 0},
        {"empty name", BYTES("GET / HTTP/1.1\r\n" H ": a\r\n\r\n"), 400, 0},
        {"TE xchunked", BYTES("POST / HTTP/1.1\r\n" H JSON_W "Transfer-Encoding: xchunked\r\n\r\n"
                              "0\r\n\r\n"), 400, 0},
        {"huge chunk size", BYTES("POST / HTTP/1.1\r\n" H JSON_W "Transfer-Encoding: chunked\r\n\r\n"
                                  "FFFFFFFFFFFFFFFFF\r\n"), -1, 0},
        {"bad chunk size", BYTES("POST / HTTP/1.1\r\n" H JSON_W "Transfer-Encoding: chunked\r\n\r\n"
                                 "zz\r\n"), -1, 0},
        {"body on GET", BYTES("GET / HTTP/1.1\r\n" H "Content-Length: 27\r\n\r\n"
                              "GET / HTTP/1.1\r\n" H "\r\n"), 400, 0},
        {"long method", BYTES("GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG / HTTP/1.1\r\n" H "\r\n"),
         405, 0},
        {"CONNECT", BYTES("CONNECT x:80 HTTP/1.1\r\n" H "\r\n"), 405, 0},
        {"TRACE", BYTES("TRACE / HTTP/1.1\r\n" H "\r\n"), 405, 0},
        {"70k URL", url, sizeof(url), 414, 0},
        {"70k header", big, sizeof(big), 431, 0},
        {"3000 headers", many, 0, -1, 0},
        {"absolute-form", BYTES("GET http://evil.example/x HTTP/1.1\r\n" H "\r\n"), 400, 0},
        {"two spaces", BYTES("GET  / HTTP/1.1\r\n" H "\r\n"), 400, 0},
        {"space in URL", BYTES("GET /a b HTTP/1.1\r\n" H "\r\n"), -1, 0},
        {"no version", BYTES("GET /\r\n" H "\r\n"), -1, 0},
        {"HTTP/1.0", BYTES("GET / HTTP/1.0\r\n" H "\r\n"), 400, 0},
        {"HTTP/2.0", BYTES("GET / HTTP/2.0\r\n" H "\r\n"), -1, 0},
        {"HTTP/0.9", BYTES("GET / HTTP/0.9\r\n\r\n"), -1, 0},
        {"TLS hello", BYTES("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"), -1, 0},
        {"h2 preface", BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), -1, 0},
        {"upgrade", BYTES("GET / HTTP/1.1\r\n" H "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
         200, 1},
        {"smuggled by close", BYTES("GET /api/echo HTTP/1.1\r\nHost: y\r\n\r\nGET / HTTP/1.1\r\n" H
                                    "\r\n"), 421, 0},
    };

    (void)state;
    memset(url, 'a', sizeof(url));
    memcpy(url, "GET /", 5);
    memcpy(url + sizeof(url) - 27, " HTTP/1.1\r\nHost: x:80\r\n\r\n\r\n", 27);
    memset(big, 'a', sizeof(big));
    memcpy(big, "GET / HTTP/1.1\r\n" H "X: ", 31);
    memcpy(big + sizeof(big) - 4, "\r\n\r\n", 4);
    for (size_t i = 0, at = 0; i < 3000; i++)
        at += (size_t)snprintf(many + at, sizeof(many) - at, "%sh%zu: v\r\n",
                               i ? "" : "GET / HTTP/1.1\r\n" H, i);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n = rows[i].n ? rows[i].n : strlen(rows[i].text);
        struct answer a;

        atomic_store(&served, 0);
        a = client_raw(server.port, rows[i].text, n, rows[i].served ? 150 : 3000);
        if (rows[i].status >= 0 ? a.status != rows[i].status : a.status != 0 && a.status < 400)
            fail_msg("%s: status %d\n%s", rows[i].name, a.status, a.text ? a.text : "");
        /* For a bad Content-Length the library sends the head of its refusal twice. */
        if (a.answers > (rows[i].status < 0 ? 2u : 1u) || atomic_load(&served) != rows[i].served)
            fail_msg("%s: %zu answers, %d served\n%s", rows[i].name, a.answers,
                     atomic_load(&served), a.text ? a.text : "");
        if (!rows[i].served && !a.closed && a.status != 413)
            fail_msg("%s: left open", rows[i].name);
        free(a.text);
    }
    assert_int_equal(notes(), 0);
}

/* ---- the plain way ---- */

static void test_read(void **state)
{
    struct answer a;

    (void)state;
    a = client_ask(server.port, "GET", "/api/echo/a.b-c?q=%E4%B8%AD+1", "", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "{\"q\":\"中 1\",\"p\":\"a.b-c\"}");
    assert_string_equal(client_header(&a, "Content-Type"), "application/json");
    assert_string_equal(client_header(&a, "Cache-Control"), "no-store");
    assert_string_equal(client_header(&a, "ETag"), "\"v1\"");
    assert_non_null(client_header(&a, "Date"));
    free(a.text);
    a = client_ask(server.port, "GET", "/api/echo", "If-None-Match: \"v1\"\r\n", NULL);
    assert_int_equal(a.status, 304);
    assert_int_equal(a.n_body, 0);
    free(a.text);
    a = client_ask(server.port, "GET", "/api/echo?q=%zz", "", NULL);
    assert_int_equal(a.status, 400);
    free(a.text);
    a = client_ask(server.port, "GET", "/api/nothing", "", NULL);
    assert_int_equal(a.status, 404);
    free(a.text);
    a = client_ask(server.port, "DELETE", "/api/echo", W, NULL);
    assert_int_equal(a.status, 405);
    assert_string_equal(client_header(&a, "Allow"), "GET, HEAD");
    free(a.text);
    a = client_ask(server.port, "GET", "/api/csv", "", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "a,b\r\n");
    assert_string_equal(client_header(&a, "Content-Type"), "text/csv; charset=utf-8");
    assert_non_null(strstr(client_header(&a, "Content-Security-Policy"), "sandbox"));
    free(a.text);
    /* A header cannot be smuggled into an answer. */
    a = client_ask(server.port, "GET", "/api/bad-header", "", NULL);
    assert_null(a.text ? strstr(a.text, "evil") : NULL);
    free(a.text);
}

static void test_head_and_keep_alive(void **state)
{
    int fd = client_connect(server.port);
    struct answer a = {0};

    (void)state;
    client_say(fd, "HEAD /api/csv HTTP/1.1\r\n" H "\r\n");
    while (client_more(fd, &a, 200) > 0)
        ;
    client_parse(&a);
    assert_int_equal(a.status, 200);
    assert_string_equal(client_header(&a, "Content-Length"), "5");
    assert_int_equal(a.n_body, 0);
    assert_false(a.closed);
    free(a.text);
    /* Refusals that are no danger keep the connection, and pipelined requests are answered in turn. */
    client_say(fd, "GET /api/nothing HTTP/1.1\r\n" H "\r\nGET /api/echo HTTP/1.1\r\n" H "\r\n");
    a = (struct answer){0};
    while (client_more(fd, &a, 200) > 0)
        ;
    client_parse(&a);
    assert_int_equal(a.answers, 2);
    assert_false(a.closed);
    assert_non_null(strstr(a.text, "HTTP/1.1 404"));
    assert_non_null(strstr(a.text, "HTTP/1.1 200"));
    free(a.text);
    close(fd);
}

static void test_security_headers(void **state)
{
    static const char *const paths[] = {"/api/echo", "/api/nothing", "/api/raw", "/api/who",
                                        "/api/fail?errno=5"};
    static const char *const names[] = {"Content-Security-Policy",    "X-Content-Type-Options",
                                        "Cross-Origin-Resource-Policy", "Referrer-Policy",
                                        "Cross-Origin-Opener-Policy", "Permissions-Policy",
                                        "X-Frame-Options",            "Cache-Control"};

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct answer a = client_ask(server.port, "GET", paths[i], "", NULL);

        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
            if (!client_header(&a, names[k]))
                fail_msg("%s has no %s", paths[i], names[k]);
        assert_null(client_header(&a, "Access-Control-Allow-Origin"));
        free(a.text);
    }
    struct answer a = client_raw(server.port, BYTES("GET / HTTP/1.1\r\nHost: y\r\n\r\n"), 1000);
    assert_non_null(client_header(&a, "Content-Security-Policy"));
    assert_string_equal(client_header(&a, "Content-Type"), "application/problem+json");
    assert_string_equal(client_header(&a, "Connection"), "close");
    free(a.text);
}

static void test_prepared(void **state)
{
    struct answer a = client_ask(server.port, "GET", "/api/raw", "Accept-Encoding: gzip, br\r\n", NULL);

    (void)state;
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "packed");
    assert_string_equal(client_header(&a, "Content-Encoding"), "gzip");
    assert_string_equal(client_header(&a, "Vary"), "Accept-Encoding");
    free(a.text);
    a = client_ask(server.port, "GET", "/api/raw", "", NULL);
    assert_string_equal(a.body, "plain text");
    assert_null(client_header(&a, "Content-Encoding"));
    free(a.text);
    a = client_ask(server.port, "GET", "/api/raw", "Accept-Encoding: gzip;q=0\r\n", NULL);
    assert_string_equal(a.body, "plain text");
    free(a.text);
    a = client_ask(server.port, "GET", "/api/raw",
                   "Accept-Encoding: gzip\r\nIf-None-Match: \"c1\"\r\n", NULL);
    assert_int_equal(a.status, 304);
    assert_string_equal(client_header(&a, "ETag"), "\"c1\"");
    free(a.text);
}

static void test_problems(void **state)
{
    struct answer a = client_ask(server.port, "GET", "/api/fail?errno=5", "", NULL);
    char *log, *id;

    (void)state;
    assert_int_equal(a.status, 500);
    assert_non_null(strstr(a.body, "\"code\":\"internal\""));
    /* The id that is shown is the id that is logged; the cause is only logged. */
    id = strstr(a.body, "编号 ");
    assert_non_null(id);
    id += strlen("编号 ");
    id[12] = '\0';
    log = server_logged(&server);
    assert_non_null(strstr(log, id));
    assert_non_null(strstr(log, "Input/output error"));
    free(log);
    free(a.text);
    a = client_ask(server.port, "GET", "/api/fail?errno=28", "Accept-Language: en\r\n", NULL);
    assert_int_equal(a.status, 507);
    assert_non_null(strstr(a.body, "The disk is full"));
    free(a.text);
    a = client_ask(server.port, "GET", "/api/fail?errno=16", "", NULL);
    assert_int_equal(a.status, 503);
    assert_string_equal(client_header(&a, "Retry-After"), "1");
    free(a.text);
}

/* ---- bodies and writing ---- */

static void test_write(void **state)
{
    static const struct {
        const char *headers, *body;
        int status;
        const char *code;
    } rows[] = {
        {JSON_W, "{\"text\":\"a\"}", 201, ""},
        {"Content-Type: application/json\r\n", "{\"text\":\"a\"}", 403, "request.origin"},
        {JSON_W "Origin: http://evil.example\r\n", "{\"text\":\"a\"}", 403, "request.origin"},
        {JSON_W "Sec-Fetch-Site: cross-site\r\n", "{\"text\":\"a\"}", 403, "request.origin"},
        {JSON_W "Origin: http://x:80\r\nSec-Fetch-Site: same-origin\r\n", "{\"text\":\"a\"}", 201, ""},
        {W "Content-Type: text/plain\r\n", "{\"text\":\"a\"}", 415, "request.content-type"},
        {W, "{\"text\":\"a\"}", 415, "request.content-type"},
        {JSON_W, "", 400, "json.malformed"},
        {JSON_W, "{\"text\":\"a\",\"text\":\"b\"}", 400, "json.malformed"},
        {JSON_W, "{\"text\":\"\\ud800\"}", 400, "json.malformed"},
        {JSON_W, "{\"text\":\"\xff\"}", 400, "json.malformed"},
        {JSON_W, "{\"text\":1,\"more\":2}", 422, "fields.wrong"},
        {JSON_W, "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 400, "json.depth"},
        {JSON_W, NULL, 400, "json.malformed"},
        {W, NULL, 415, "request.content-type"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a = client_ask(server.port, "POST", "/api/plain-notes", rows[i].headers,
                                     rows[i].body);
        char code[64];

        snprintf(code, sizeof(code), "\"code\":\"%s\"", rows[i].code);
        if (a.status != rows[i].status || (rows[i].code[0] && !strstr(a.body, code)))
            fail_msg("row %zu: %d %s", i, a.status, a.body);
        free(a.text);
    }
    assert_int_equal(notes(), 2);
}

static void test_body_too_large(void **state)
{
    static char body[3000], text[4096];
    struct answer a;
    int n;

    (void)state;
    memset(body, 'a', sizeof(body) - 1);
    a = client_ask(server.port, "POST", "/api/plain-notes", JSON_W, body);
    assert_int_equal(a.status, 413);
    assert_non_null(strstr(a.body, "1 KiB"));
    free(a.text);
    /* Chunked has no length to see before: it is noticed on the way. */
    n = snprintf(text, sizeof(text), "POST /api/plain-notes HTTP/1.1\r\n" H JSON_W
                                     "Transfer-Encoding: chunked\r\n\r\n400\r\n%.1024s\r\n"
                                     "5\r\naaaaa\r\n0\r\n\r\n", body);
    a = client_raw(server.port, text, (size_t)n, 300);
    assert_int_equal(a.status, 413);
    free(a.text);
    /* A chunked body that fits is taken. */
    a = client_raw(server.port, BYTES("POST /api/plain-notes HTTP/1.1\r\n" H JSON_W
                                      "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"tex\r\n"
                                      "8\r\nt\":\"abc\"\r\n1\r\n}\r\n0\r\n\r\n"), 300);
    assert_int_equal(a.status, 201);
    free(a.text);
    assert_int_equal(notes(), 1);
}

static void test_kept_though_refused(void **state)
{
    struct answer a = client_ask(server.port, "POST", "/api/kept", W, NULL);

    (void)state;
    assert_int_equal(a.status, 401);
    assert_non_null(strstr(a.body, "login.wrong"));
    free(a.text);
    assert_int_equal(notes(), 1);
}

static void test_idempotency(void **state)
{
    const char *key = JSON_W "Idempotency-Key: key-0001\r\n";
    struct answer first, again, other;

    (void)state;
    first = client_ask(server.port, "POST", "/api/notes", JSON_W, "{\"text\":\"a\"}");
    assert_int_equal(first.status, 400);
    assert_non_null(strstr(first.body, "idempotency.missing"));
    free(first.text);
    /* What is refused does not use the key up. */
    first = client_ask(server.port, "POST", "/api/notes", key, "{\"text\":\"\"}");
    assert_int_equal(first.status, 422);
    free(first.text);
    first = client_ask(server.port, "POST", "/api/notes", key, "{\"text\":\"a\"}");
    assert_int_equal(first.status, 201);
    assert_null(client_header(&first, "Idempotency-Replayed"));
    again = client_ask(server.port, "POST", "/api/notes", key, "{\"text\":\"a\"}");
    assert_int_equal(again.status, 201);
    assert_string_equal(client_header(&again, "Idempotency-Replayed"), "true");
    assert_string_equal(first.body, again.body);
    assert_string_equal(client_header(&again, "Content-Type"), "application/json");
    other = client_ask(server.port, "POST", "/api/notes", key, "{\"text\":\"b\"}");
    assert_int_equal(other.status, 409);
    free(other.text);
    other = client_ask(server.port, "POST", "/api/notes?x=1", key, "{\"text\":\"a\"}");
    assert_int_equal(other.status, 409);
    free(other.text);
    assert_int_equal(notes(), 1);
    free(first.text);
    free(again.text);
    /* Another user's key of the same name is his own. */
    struct identity id = {.actor = {.kind = ACTOR_USER, .id = 5}};
    char cookie[128], headers[512];
    server_login(&server, &id, clock_boot_ms(), cookie, sizeof(cookie));
    snprintf(headers, sizeof(headers), "%s%s", key, cookie);
    other = client_ask(server.port, "POST", "/api/notes", headers, "{\"text\":\"b\"}");
    assert_int_equal(other.status, 201);
    free(other.text);
    assert_int_equal(notes(), 2);
}

static void *send_same(void *arg)
{
    struct answer a = client_ask(server.port, "POST", "/api/notes",
                                 JSON_W "Idempotency-Key: same-for-all\r\n", "{\"text\":\"z\"}");
    char *body = a.status == 201 ? strdup(a.body) : NULL;

    (void)arg;
    free(a.text);
    return body;
}

static void test_idempotency_at_once(void **state)
{
    enum { N = 16 };
    pthread_t t[N];
    char *bodies[N];

    (void)state;
    for (int i = 0; i < N; i++)
        assert_int_equal(pthread_create(&t[i], NULL, send_same, NULL), 0);
    for (int i = 0; i < N; i++)
        pthread_join(t[i], (void **)&bodies[i]);
    for (int i = 0; i < N; i++) {
        assert_non_null(bodies[i]);
        assert_string_equal(bodies[i], bodies[0]);
    }
    for (int i = 0; i < N; i++)
        free(bodies[i]);
    assert_int_equal(notes(), 1);
}

static bool wait_served(int want, int ms)
{
    for (int64_t until = client_now_ms() + ms; client_now_ms() < until; poll(NULL, 0, 2))
        if (atomic_load(&served) >= want)
            return true;
    return false;
}

/* The client is gone after the effect and before the answer: the retry gets the answer. */
static void test_client_vanishes(void **state)
{
    const char *text = "POST /api/notes HTTP/1.1\r\n" H JSON_W "Idempotency-Key: vanished-1\r\n"
                       "Content-Length: 12\r\n\r\n{\"text\":\"v\"}";
    struct answer a;
    struct linger cut = {.l_onoff = 1};
    int fd;

    (void)state;
    for (int how = 0; how < 2; how++) {
        fd = client_connect(server.port);
        pthread_mutex_lock(&gate);
        client_say(fd, text);
        assert_true(how || wait_served(1, 5000));
        if (how)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &cut, sizeof(cut));
        close(fd); /* once with FIN, once with RST, while the writer has the request */
        pthread_mutex_unlock(&gate);
    }
    a = client_ask(server.port, "POST", "/api/notes", JSON_W "Idempotency-Key: vanished-1\r\n",
                   "{\"text\":\"v\"}");
    assert_int_equal(a.status, 201);
    assert_string_equal(client_header(&a, "Idempotency-Replayed"), "true");
    free(a.text);
    assert_int_equal(notes(), 1);
}

/* Cut at every byte of a request: no effect without the whole of it, no harm. */
static void test_cut_at_each_byte(void **state)
{
    const char *text = "POST /api/plain-notes HTTP/1.1\r\n" H JSON_W
                       "Content-Length: 12\r\n\r\n{\"text\":\"v\"}";
    size_t n = strlen(text);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        int fd = client_connect(server.port);

        client_send(fd, text, i);
        close(fd);
    }
    assert_int_equal(notes(), 0);
}

/* ---- slow work ---- */

static void test_slow_routes(void **state)
{
    struct answer a = client_ask(server.port, "POST", "/api/login", W, NULL);

    (void)state;
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "{\"was\":0}");
    free(a.text);
    assert_int_equal(notes(), 1);
}

/* Two at once, a bounded queue, the rest refused; others are served meanwhile. */
static void test_slow_bound(void **state)
{
    enum { N = 40 };
    int fd[N], ok = 0, busy = 0;

    (void)state;
    pthread_mutex_lock(&gate);
    for (int i = 0; i < N; i++) {
        fd[i] = client_connect(server.port);
        client_say(fd[i], "GET /api/pdf HTTP/1.1\r\n" H "\r\n");
    }
    /* At least N - 2 - 32 are refused while the two are held. */
    for (int i = 0, left = N - 34; i < N && left > 0; i = (i + 1) % N) {
        struct answer a = {0};

        if (fd[i] < 0 || client_more(fd[i], &a, 20) <= 0) {
            free(a.text);
            continue;
        }
        client_parse(&a);
        assert_int_equal(a.status, 503);
        assert_string_equal(client_header(&a, "Retry-After"), "2");
        free(a.text);
        close(fd[i]);
        fd[i] = -1;
        busy++;
        left--;
    }
    assert_int_equal(notes(), 0); /* readers are free */
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < N; i++) {
        struct answer a;

        if (fd[i] < 0)
            continue;
        a = client_read(fd[i], 5000);
        ok += a.status == 200;
        busy += a.status == 503; /* before a thread had taken its first */
        free(a.text);
        close(fd[i]);
    }
    assert_int_equal(ok + busy, N);
    assert_in_range(ok, 32, 34);
}

/* ---- uploads ---- */

static void test_upload(void **state)
{
    static char file[300002];
    struct answer a;
    int before = server_count_dir(server.dir);

    (void)state;
    memset(file, 'f', sizeof(file) - 1);
    file[250000] = '\0';
    a = client_ask(server.port, "POST", "/api/files",
                   W "Content-Type: application/octet-stream\r\n", file);
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "{\"size\":250000}");
    free(a.text);
    a = client_ask(server.port, "POST", "/api/files", JSON_W, file);
    assert_int_equal(a.status, 415);
    free(a.text);
    file[250000] = 'f';
    a = client_ask(server.port, "POST", "/api/files",
                   W "Content-Type: application/octet-stream\r\n", file);
    assert_int_equal(a.status, 413);
    free(a.text);
    /* Cut in the middle. */
    int fd = client_connect(server.port);
    client_say(fd, "POST /api/files HTTP/1.1\r\n" H W "Content-Type: application/octet-stream\r\n"
                   "Content-Length: 1000\r\n\r\nabc");
    close(fd);
    assert_int_equal(notes(), 0);
    for (int64_t until = client_now_ms() + 3000;
         server_count_dir(server.dir) != before && client_now_ms() < until;)
        poll(NULL, 0, 5);
    assert_int_equal(server_count_dir(server.dir), before); /* nothing is left lying */
}

/* ---- who ---- */

static void test_rights(void **state)
{
    struct identity user = {.actor = {.kind = ACTOR_USER, .id = 7}};
    struct identity terminal = {.actor = {.kind = ACTOR_TERMINAL, .id = 3}, .terminal_id = 3};
    char cookie[128], both[300], kiosk[128];
    struct answer a;

    (void)state;
    a = client_ask(server.port, "GET", "/api/who", "", NULL);
    assert_int_equal(a.status, 401);
    assert_non_null(strstr(a.body, "login.needed"));
    free(a.text);
    server_login(&server, &user, clock_boot_ms(), cookie, sizeof(cookie));
    server_login(&server, &terminal, clock_boot_ms(), kiosk, sizeof(kiosk));
    a = client_ask(server.port, "GET", "/api/who", cookie, NULL);
    assert_string_equal(a.body, "{\"id\":7,\"terminal\":0}");
    free(a.text);
    a = client_ask(server.port, "GET", "/api/who", kiosk, NULL);
    assert_string_equal(a.body, "{\"id\":3,\"terminal\":3}");
    free(a.text);
    /* One Cookie line, as browsers send it: the person, at that terminal. */
    snprintf(both, sizeof(both), "%.*s; %s", (int)strlen(kiosk) - 2, kiosk, cookie + 8);
    a = client_ask(server.port, "GET", "/api/who", both, NULL);
    assert_string_equal(a.body, "{\"id\":7,\"terminal\":3}");
    free(a.text);
    /* A terminal's token is no user's. */
    snprintf(both, sizeof(both), "Cookie: anchang_session=%s", strchr(kiosk, '=') + 1);
    a = client_ask(server.port, "GET", "/api/who", both, NULL);
    assert_int_equal(a.status, 401);
    assert_non_null(strstr(a.body, "session.expired"));
    free(a.text);
    a = client_ask(server.port, "GET", "/api/users", cookie, NULL);
    assert_int_equal(a.status, 403);
    assert_non_null(strstr(a.body, "right.denied"));
    free(a.text);
    session_end_user(server.sessions, 7, NULL);
    a = client_ask(server.port, "GET", "/api/who", cookie, NULL);
    assert_int_equal(a.status, 401);
    assert_non_null(strstr(a.body, "session.expired"));
    free(a.text);
    session_end_terminal(server.sessions, 3);
    a = client_ask(server.port, "GET", "/api/who", kiosk, NULL);
    assert_non_null(strstr(a.body, "terminal.revoked"));
    free(a.text);
    user.must_change_password = true;
    user.actor.rights = ~(right_set)0;
    server_login(&server, &user, clock_boot_ms(), cookie, sizeof(cookie));
    a = client_ask(server.port, "GET", "/api/users", cookie, NULL);
    assert_int_equal(a.status, 403);
    assert_non_null(strstr(a.body, "password.change-needed"));
    free(a.text);
    a = client_ask(server.port, "GET", "/api/who", cookie, NULL);
    assert_int_equal(a.status, 200);
    free(a.text);
}

static void test_log_tells_no_secrets(void **state)
{
    struct identity user = {.actor = {.kind = ACTOR_USER, .id = 7}};
    char cookie[128], *log;

    (void)state;
    server_login(&server, &user, clock_boot_ms(), cookie, sizeof(cookie));
    free(client_ask(server.port, "GET", "/api/who?phone=13800001111", cookie, NULL).text);
    free(client_ask(server.port, "GET", "/api/echo/canary99", "", NULL).text);
    free(client_ask(server.port, "GET", "/u/canary98", "", NULL).text);
    free(client_ask(server.port, "POST", "/api/plain-notes", JSON_W, "{\"text\":\"canary97\"}").text);
    free(client_ask(server.port, "GET", "/\"canary96", "", NULL).text);
    /* A record is written once the answer is away, which may be after the client has it. */
    for (int64_t until = client_now_ms() + 3000;; poll(NULL, 0, 5)) {
        size_t lines = 0;

        log = server_logged(&server);
        for (const char *p = log; (p = strstr(p, "\"event\":\"http\"")); p++)
            lines++;
        if (lines >= 5 || client_now_ms() > until)
            break;
        free(log);
    }
    assert_non_null(strstr(log, "\"path\":\"/api/who\""));
    assert_non_null(strstr(log, "\"path\":\"/api/echo/{p}\""));
    assert_non_null(strstr(log, "\"actor\":\"u:7\""));
    assert_null(strstr(log, "canary"));
    assert_null(strstr(log, "13800001111"));
    assert_null(strstr(log, strchr(cookie, '=') + 1));
    free(log);
}

/* ---- slow, many and rude clients ---- */

static void test_drip(void **state)
{
    enum { N = 60 };
    static const char *const starts[] = {
        "", "GET /", "GET / HTTP/1.1\r\nHost: x:80\r\nX: ",
        "POST /api/plain-notes HTTP/1.1\r\n" H JSON_W "Content-Length: 900\r\n\r\n{",
        "POST /api/plain-notes HTTP/1.1\r\n" H JSON_W "Transfer-Encoding: chunked\r\n\r\n300\r\n{",
    };
    int fd[N], open = N;
    int64_t start = client_now_ms(), worst = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        fd[i] = client_connect(server.port);
        client_say(fd[i], starts[i % 5]);
    }
    /* A byte each now and then keeps off any time-out of inactivity, and must not help. */
    while (open > 0 && client_now_ms() - start < 8000) {
        int64_t asked = client_now_ms();
        struct answer good = client_ask(server.port, "GET", "/api/echo", "", NULL);

        assert_int_equal(good.status, 200);
        free(good.text);
        if (client_now_ms() - asked > worst)
            worst = client_now_ms() - asked;
        for (int i = 0; i < N; i++) {
            struct answer a = {0};

            if (fd[i] < 0)
                continue;
            if ((i % 5 && !client_say(fd[i], "a")) || client_more(fd[i], &a, 0) == 0) {
                close(fd[i]);
                fd[i] = -1;
                open--;
            }
            free(a.text);
        }
        poll(NULL, 0, 20);
    }
    assert_int_equal(open, 0);
    assert_in_range(client_now_ms() - start, 500, 3000); /* 900 ms and what the machine adds */
    assert_true(worst < 500);
}

/* Takes a long answer one byte at a time: cut too. */
static void test_slow_reader(void **state)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), small = 2048;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server.port)};
    struct http_prepared *old = shared;
    int64_t start = client_now_ms();
    struct http_prepare p = {.content_type = "text/plain"};
    char *bytes = calloc(1, 32 << 20);
    char c;

    (void)state;
    p.bytes = bytes;
    p.n = 32 << 20;
    assert_int_equal(http_response_prepare(&p, &shared), 0);
    free(bytes);
    http_prepared_unref(old);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    client_say(fd, "GET /api/raw HTTP/1.1\r\n" H "\r\n");
    while (recv(fd, &c, 1, 0) == 1 && client_now_ms() - start < 700)
        poll(NULL, 0, 10);
    /* The rest that is under way comes, then the end: not all 32 MiB. */
    size_t got = 0;
    char *sink = malloc(65536);
    for (ssize_t k; (k = recv(fd, sink, 65536, 0)) > 0 && client_now_ms() - start < 8000; got += (size_t)k)
        poll(NULL, 0, 5);
    assert_true(got < (32u << 20) / 2);
    free(sink);
    close(fd);
}

static void test_address_cap(void **state)
{
    int fd[12], in = 0;

    (void)state;
    for (int i = 0; i < 12; i++) {
        struct answer a = {0};

        fd[i] = client_connect_from(server.port, "127.0.0.1");
        client_say(fd[i], "GET /api/raw HTTP/1.1\r\n" H "\r\n");
        if (client_more(fd[i], &a, 2000) > 0)
            in++;
        free(a.text);
    }
    assert_int_equal(in, 5);
    /* Others are not kept out by it. */
    int other = client_connect_from(server.port, "127.0.0.9");
    client_say(other, "GET /api/echo HTTP/1.1\r\n" H "\r\n");
    struct answer a = client_read(other, 3000);
    assert_int_equal(a.status, 200);
    free(a.text);
    close(other);
    for (int i = 0; i < 12; i++)
        close(fd[i]);
}

static void test_rate(void **state)
{
    struct answer a = {0};
    int fd = client_connect(server.port), limited = 0;

    (void)state;
    for (int i = 0; i < 20; i++) {
        client_say(fd, "GET /api/echo HTTP/1.1\r\n" H "\r\n");
        a = client_read(fd, 3000);
        if (a.status == 429) {
            assert_non_null(client_header(&a, "Retry-After"));
            assert_non_null(strstr(a.body, "request.rate"));
            limited++;
        }
        free(a.text);
    }
    close(fd);
    assert_in_range(limited, 8, 10);
    /* Log-ins have a bucket of their own, of another address here. */
    limited = 0;
    for (int i = 0; i < 5; i++) {
        fd = client_connect_from(server.port, "127.0.0.7");
        client_say(fd, "POST /api/login HTTP/1.1\r\n" H W "Content-Length: 0\r\n\r\n");
        a = client_read(fd, 3000);
        limited += a.status == 429;
        free(a.text);
        close(fd);
    }
    assert_int_equal(limited, 2);
}

static void be_rude(int n)
{
    struct linger cut = {.l_onoff = 1};

    for (int i = 0; i < n; i++) {
        int fd = client_connect(server.port);

        if (fd < 0)
            continue;
        if (i % 4 == 1)
            client_say(fd, "GET /api/echo HTTP/1.1\r\nHo");
        else if (i % 4 == 2)
            client_say(fd, "POST /api/plain-notes HTTP/1.1\r\n" H JSON_W
                           "Content-Length: 12\r\n\r\n{\"te");
        else if (i % 4 == 3)
            client_say(fd, "GET /api/pdf HTTP/1.1\r\n" H "\r\n");
        if (i % 2)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &cut, sizeof(cut));
        close(fd);
    }
}

static int fds_settle(int want)
{
    int n = 0;

    for (int64_t until = client_now_ms() + 5000; client_now_ms() < until; poll(NULL, 0, 20))
        if ((n = server_count_dir("/proc/self/fd")) <= want)
            break;
    return n;
}

/* A thousand who connect and misbehave leave nothing behind. */
static void test_rude(void **state)
{
    const int readers = 3 * 4; /* at most: what the threads' own database connections hold open */
    int fds, threads, settled;

    (void)state;
    fds = server_count_dir("/proc/self/fd");
    threads = server_count_dir("/proc/self/task");
    for (int round = 0; round < 2; round++) {
        be_rude(1000);
        settled = fds_settle(fds + readers);
        assert_in_range(settled, 1, fds + readers);
        assert_int_equal(server_count_dir("/proc/self/task"), threads);
    }
    assert_int_equal(notes(), 0);
}

/* ---- starting and stopping ---- */

static void test_start_refuses(void **state)
{
    static const struct route bad[] = {
        {"GET", "/a", RIGHT_SELF, 0, do_echo, 0, NULL},
        {"GET", "/a", RIGHT_SELF, 0, do_echo, 0, NULL},
        {0},
    };
    struct server s = {0};
    struct http_options o = {.routes = table};

    (void)state;
    o.listeners[0] = (struct http_listener){.name = "lan", .address = "0.0.0.0"};
    o.n_listeners = 1;
    assert_int_equal(server_start(&s, &o, schema), -EINVAL); /* plain beyond loopback */
    server_stop(&s);
    memset(&s, 0, sizeof(s));
    memset(&o, 0, sizeof(o));
    o.routes = bad;
    assert_int_equal(server_start(&s, &o, schema), -EINVAL);
    server_stop(&s);
    memset(&s, 0, sizeof(s));
    o.routes = table;
    o.listeners[0] = (struct http_listener){.name = "a", .address = "localhost"};
    o.n_listeners = 1;
    assert_int_equal(server_start(&s, &o, schema), -EINVAL); /* names are not looked up */
    server_stop(&s);
}

static void *keep_writing(void *arg)
{
    atomic_bool *stop = arg;

    while (!atomic_load(stop))
        free(client_ask(server.port, "POST", "/api/plain-notes", JSON_W, "{\"text\":\"s\"}").text);
    return NULL;
}

/* Stopped under load: nothing hangs, nothing is used after it is gone. */
static void test_stop_under_load(void **state)
{
    atomic_bool stop = false;
    pthread_t t[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, keep_writing, &stop), 0);
    while (notes() < 20)
        ;
    server.http = http_stop(server.http);
    atomic_store(&stop, true);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
}

static void test_metrics(void **state)
{
    struct buf b = {0};

    (void)state;
    free(client_ask(server.port, "GET", "/api/echo", "", NULL).text);
    free(client_ask(server.port, "GET", "/api/who", "", NULL).text);
    free(client_raw(server.port, BYTES("GET / HTTP/1.1\r\nHost: y\r\n\r\n"), 1000).text);
    /* A request is counted once its answer is away, which may be after the client has it. */
    for (int64_t until = client_now_ms() + 3000; client_now_ms() < until; poll(NULL, 0, 2)) {
        buf_free(&b);
        http_metrics_write(server.http, &b);
        if (strstr(buf_text(&b), "class=\"2xx\"} 1\n") && strstr(b.data, "class=\"4xx\"} 2\n"))
            break;
    }
    assert_non_null(buf_text(&b));
    assert_non_null(strstr(b.data, "anchang_http_rejected_total{reason=\"host\"} 1\n"));
    assert_null(strstr(b.data, "anchang_http_requests_total{class=\"2xx\"} 0\n"));
    assert_non_null(strstr(b.data, "anchang_http_request_seconds_bucket{le=\"+Inf\"} "));
    buf_free(&b);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_raw_table),
        T(test_read),
        T(test_head_and_keep_alive),
        T(test_security_headers),
        T(test_prepared),
        T(test_problems),
        T(test_write),
        T(test_body_too_large),
        T(test_kept_though_refused),
        T(test_idempotency),
        T(test_idempotency_at_once),
        T(test_client_vanishes),
        T(test_cut_at_each_byte),
        T(test_slow_routes),
        T(test_slow_bound),
        T(test_upload),
        T(test_rights),
        T(test_log_tells_no_secrets),
        cmocka_unit_test_setup_teardown(test_drip, setup_quick, teardown),
        cmocka_unit_test_setup_teardown(test_slow_reader, setup_quick, teardown),
        cmocka_unit_test_setup_teardown(test_address_cap, setup_capped, teardown),
        cmocka_unit_test_setup_teardown(test_rate, setup_capped, teardown),
        T(test_rude),
        cmocka_unit_test(test_start_refuses),
        T(test_stop_under_load),
        T(test_metrics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

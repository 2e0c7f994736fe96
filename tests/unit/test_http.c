/* test_http.c - the way of a request over real sockets: answers, bodies, the writer, idempotency,
 * slow work, uploads, rights, records, start and stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "daemon/http/http.h"
#include "http_fixture.h"

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
    /* Refusals that are no danger keep the connection, and pipelined requests are answered in turn.
     */
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
    static const char *const names[] = {"Content-Security-Policy",
                                        "X-Content-Type-Options",
                                        "Cross-Origin-Resource-Policy",
                                        "Referrer-Policy",
                                        "Cross-Origin-Opener-Policy",
                                        "Permissions-Policy",
                                        "X-Frame-Options",
                                        "Cache-Control"};

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
    static const char *const refusing[] = {"Accept-Encoding: gzip;q=0\r\n",
                                           "Accept-Encoding: gzip;q=0.000, br\r\n",
                                           "Accept-Encoding: br, gzip ;q=0.0\r\n"};
    static const char *const taking[] = {"Accept-Encoding: gzip;q=0.5\r\n",
                                         "Accept-Encoding: br;q=0, gzip;q=0.001\r\n",
                                         "Accept-Encoding: GZIP\r\n"};
    struct answer a =
        client_ask(server.port, "GET", "/api/raw", "Accept-Encoding: gzip, br\r\n", NULL);

    (void)state;
    assert_int_equal(a.status, 200);
    assert_int_equal(a.n_body, sizeof(PACKED_TEXT) - 1);
    assert_memory_equal(a.body, PACKED_TEXT, a.n_body);
    assert_string_equal(client_header(&a, "Content-Encoding"), "gzip");
    assert_string_equal(client_header(&a, "Vary"), "Accept-Encoding");
    free(a.text);
    a = client_ask(server.port, "GET", "/api/raw", "", NULL);
    assert_string_equal(a.body, "plain text");
    assert_null(client_header(&a, "Content-Encoding"));
    free(a.text);
    for (size_t i = 0; i < sizeof(refusing) / sizeof(refusing[0]); i++) {
        a = client_ask(server.port, "GET", "/api/raw", refusing[i], NULL);
        assert_string_equal(a.body, "plain text");
        free(a.text);
    }
    for (size_t i = 0; i < sizeof(taking) / sizeof(taking[0]); i++) {
        a = client_ask(server.port, "GET", "/api/raw", taking[i], NULL);
        assert_string_equal(client_header(&a, "Content-Encoding"), "gzip");
        free(a.text);
    }
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
        /* What was written is told, whatever the client has kept. */
        {JSON_W "If-None-Match: \"n1\"\r\n", "{\"text\":\"a\"}", 201, ""},
        {"Content-Type: application/json\r\n", "{\"text\":\"a\"}", 403, "request.origin"},
        {JSON_W "Origin: http://evil.example\r\n", "{\"text\":\"a\"}", 403, "request.origin"},
        {JSON_W "Sec-Fetch-Site: cross-site\r\n", "{\"text\":\"a\"}", 403, "request.origin"},
        {JSON_W "Origin: http://x:80\r\nSec-Fetch-Site: same-origin\r\n", "{\"text\":\"a\"}", 201,
         ""},
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
        struct answer a =
            client_ask(server.port, "POST", "/api/plain-notes", rows[i].headers, rows[i].body);
        char code[64];

        snprintf(code, sizeof(code), "\"code\":\"%s\"", rows[i].code);
        if (a.status != rows[i].status || (rows[i].code[0] && !strstr(a.body, code)))
            fail_msg("row %zu: %d %s", i, a.status, a.body);
        free(a.text);
    }
    assert_int_equal(notes(), 3);
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
    /* To the byte: blanks before the end of an object count. */
    for (int more = 0; more < 2; more++) {
        snprintf(text, sizeof(text), "{\"text\":\"a\"%*s}", 1024 - 12 + more, "");
        assert_int_equal(strlen(text), 1024 + more);
        a = client_ask(server.port, "POST", "/api/plain-notes", JSON_W, text);
        assert_int_equal(a.status, more ? 413 : 201);
        free(a.text);
    }
    /* Chunked has no length to see before: it is noticed on the way. */
    n = snprintf(text, sizeof(text),
                 "POST /api/plain-notes HTTP/1.1\r\n" H JSON_W
                 "Transfer-Encoding: chunked\r\n\r\n400\r\n%.1024s\r\n"
                 "5\r\naaaaa\r\n0\r\n\r\n",
                 body);
    a = client_raw(server.port, text, (size_t)n, 300);
    assert_int_equal(a.status, 413);
    free(a.text);
    /* A chunked body that fits is taken. */
    a = client_raw(server.port,
                   BYTES("POST /api/plain-notes HTTP/1.1\r\n" H JSON_W
                         "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"tex\r\n"
                         "8\r\nt\":\"abc\"\r\n1\r\n}\r\n0\r\n\r\n"),
                   300);
    assert_int_equal(a.status, 201);
    free(a.text);
    assert_int_equal(notes(), 2);
}

/* What comes after a refusal is read for politeness, and not for ever. */
static void test_body_without_end(void **state)
{
    static char chunk[65536 + 16];
    int fd = client_connect(server.port), n = snprintf(chunk, sizeof(chunk), "10000\r\n");
    bool cut = false;

    (void)state;
    memset(chunk + n, 'a', 65536);
    memcpy(chunk + n + 65536, "\r\n", 2);
    client_say(fd,
               "POST /api/plain-notes HTTP/1.1\r\n" H JSON_W "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 1024 && !cut; i++) /* 64 MiB, if it lets us */
        cut = !client_send(fd, chunk, (size_t)n + 65538);
    close(fd);
    assert_true(cut);
    assert_int_equal(notes(), 0);
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
    id.actor.id = 6;
    server_login(&server, &id, clock_boot_ms(), cookie, sizeof(cookie));
    snprintf(headers, sizeof(headers), "%s%s", key, cookie);
    other = client_ask(server.port, "POST", "/api/notes", headers, "{\"text\":\"c\"}");
    assert_int_equal(other.status, 201);
    free(other.text);
    assert_int_equal(notes(), 3);
}

static void test_idempotency_keys(void **state)
{
    static const char at_most[] =
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd";
    static const struct {
        const char *key;
        int length, status;
    } rows[] = {{"1234567", 7, 400},
                {"12345678", 8, 201},
                {at_most, 64, 201},
                {at_most, 65, 400},
                {"1234567 8", 9, 400},
                {"12345678/", 9, 400},
                {"\xe4\xb8\xad"
                 "12345",
                 8, 400}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char headers[256];
        struct answer a;

        snprintf(headers, sizeof(headers), JSON_W "Idempotency-Key: %s%s\r\n", rows[i].key,
                 rows[i].length > 64 ? "e" : "");
        a = client_ask(server.port, "POST", "/api/notes", headers, "{\"text\":\"a\"}");
        if (a.status != rows[i].status)
            fail_msg("key %zu: %d", i, a.status);
        free(a.text);
    }
    assert_int_equal(notes(), 2);
}

/* A secret is given once: the key still keeps a retry from its effect, the answer is not kept. */
static void test_idempotency_secret(void **state)
{
    const char *key = JSON_W "Idempotency-Key: key-0001\r\n";
    struct answer a = client_ask(server.port, "POST", "/api/secrets", key, "{\"text\":\"a\"}");
    int64_t kept = -1;
    struct db *db;

    (void)state;
    assert_int_equal(a.status, 201);
    assert_non_null(strstr(a.body, "\"id\":1"));
    free(a.text);
    a = client_ask(server.port, "POST", "/api/secrets", key, "{\"text\":\"a\"}");
    assert_int_equal(a.status, 409);
    assert_non_null(strstr(a.body, "idempotency.secret"));
    free(a.text);
    a = client_ask(server.port, "POST", "/api/secrets", key, "{\"text\":\"b\"}");
    assert_int_equal(a.status, 409);
    assert_non_null(strstr(a.body, "idempotency.mismatch"));
    free(a.text);
    assert_int_equal(notes(), 1);
    assert_int_equal(db_open(server.db_path, DB_READER, &db), 0);
    assert_int_equal(db_get(db, &kept, "SELECT sum(length(body)) FROM idempotency", ""), 1);
    db_close(db);
    assert_int_equal(kept, 0);
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
    a = client_ask(server.port, "POST", "/api/sheets",
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
    /* And a user's is no terminal's. */
    snprintf(both, sizeof(both), "Cookie: anchang_terminal=%s", strchr(cookie, '=') + 1);
    a = client_ask(server.port, "GET", "/api/who", both, NULL);
    assert_int_equal(a.status, 401);
    assert_non_null(strstr(a.body, "terminal.revoked"));
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
    free(client_ask(server.port, "POST", "/api/plain-notes", JSON_W, "{\"text\":\"canary97\"}")
             .text);
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

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

/* Whoever has the address of a link has the link. */
static void test_log_hides_links(void **state)
{
    char pages[] = "/tmp/anchang-www-XXXXXX", file[64], *log;
    struct http_options o = {.routes = table, .assets_dir = pages};
    struct server s = {0};
    struct answer a;

    (void)state;
    assert_non_null(mkdtemp(pages));
    snprintf(file, sizeof(file), "%s/unit.html", pages);
    write_file(file, "unit");
    assert_int_equal(server_start(&s, &o, schema), 0);
    a = client_ask(s.port, "GET", "/u/canary95", "", NULL);
    assert_int_equal(a.status, 200);
    free(a.text);
    free(client_ask(s.port, "GET", "/api/echo", "", NULL).text);
    for (int64_t until = client_now_ms() + 3000;; poll(NULL, 0, 5)) {
        log = server_logged(&s);
        if (strstr(log, "\"path\":\"/api/echo\"") || client_now_ms() > until)
            break;
        free(log);
    }
    assert_non_null(strstr(log, "\"path\":\"/api/echo\""));
    assert_null(strstr(log, "canary"));
    free(log);
    server_stop(&s);
    unlink(file);
    rmdir(pages);
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

/* What could not be had is named: a missing folder of pages is no trouble with the port. */
static void test_start_says_why(void **state)
{
    const struct {
        struct http_listener listener;
        const char *assets_dir;
        int result;
        const char *said;
    } rows[] = {
        {{.name = "a", .address = "127.0.0.1"},
         "/nonexistent/pages",
         -ENOENT,
         "/nonexistent/pages"},
        {{.name = "a", .address = "127.0.0.1", .port = server.port},
         NULL,
         -EADDRINUSE,
         "listen on"},
        {{.name = "a", .address = "127.0.0.1", .cert_file = "/dev/null/c", .key_file = "/k"},
         NULL,
         -ENOTDIR,
         "/dev/null/c"},
        {{.name = "a", .address = "127.0.0.1", .cert_file = server.log_path, .key_file = "/k.pem"},
         NULL,
         -ENOENT,
         "/k.pem"},
    };

    (void)state;
    dprintf(server.log_fd, "no certificate\n");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_options o = {.routes = table, .assets_dir = rows[i].assets_dir};
        struct server s = {0};
        char *said;

        o.listeners[0] = rows[i].listener;
        o.n_listeners = 1;
        assert_int_equal(server_start(&s, &o, schema), rows[i].result);
        said = server_logged(&s);
        if (!strstr(said, rows[i].said))
            fail_msg("row %zu: %s", i, said);
        free(said);
        server_stop(&s);
    }
}

/* A throw-away certificate for localhost, good for a hundred years. */
static const char cert_pem[] = "-----BEGIN CERTIFICATE-----\n"
                               "MIIBfzCCASWgAwIBAgIURHhHqIvCmLFkYhkvLucJzl51KoowCgYIKoZIzj0EAwIw\n"
                               "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIxNDM0NFoYDzIxMjYxMDI4\n"
                               "MjE0MzQ0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
                               "PQMBBwNCAATxQm7a/793Hagvxgz0kHhXtewC5oFXZYJHKIlAT8U+fZoKKeq0gnEz\n"
                               "H/uwzhHz999Drvprz14HuFo2UDhdLWJto1MwUTAdBgNVHQ4EFgQUp41yKz8LotA0\n"
                               "TfWllbZrrsks7REwHwYDVR0jBBgwFoAUp41yKz8LotA0TfWllbZrrsks7REwDwYD\n"
                               "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAa+KOIBCtLPrN542EkANHq\n"
                               "Ez+vB/ft3ZEIz5g1eoxciAIhAIl0AXQAZBgCtcIfaFMKhyplKLac3FUA75iO/FfA\n"
                               "8+Yv\n"
                               "-----END CERTIFICATE-----\n";
/* house: allow secret - made for this test, of no use elsewhere */
static const char key_pem[] = "-----BEGIN EC PRIVATE KEY-----\n"
                              "MHcCAQEEIJxgKam67/j9gXjWE701Sjh/cjbL1OQsHyYPkroX5OaaoAoGCCqGSM49\n"
                              "AwEHoUQDQgAE8UJu2v+/dx2oL8YM9JB4V7XsAuaBV2WCRyiJQE/FPn2aCinqtIJx\n"
                              "Mx/7sM4R8/ffQ676a89eB7haNlA4XS1ibQ==\n"
                              "-----END EC PRIVATE KEY-----\n";

static void test_tls_listener(void **state)
{
    struct server s = {0};
    struct http_options o = {.routes = table};
    char cert[64] = "/tmp/anchang-cert-XXXXXX", key[64] = "/tmp/anchang-key-XXXXXX";
    struct answer a;

    (void)state;
    close(mkostemp(cert, O_CLOEXEC));
    close(mkostemp(key, O_CLOEXEC));
    write_file(cert, cert_pem);
    o.listeners[0] = (struct http_listener){
        .name = "lan", .address = "0.0.0.0", .cert_file = cert, .key_file = "/nonexistent"};
    o.n_listeners = 1;
    assert_int_equal(server_start(&s, &o, schema), -ENOENT);
    server_stop(&s);
    memset(&s, 0, sizeof(s));
    write_file(key, "nonsense");
    o.listeners[0].key_file = key;
    assert_true(server_start(&s, &o, schema) < 0);
    server_stop(&s);
    memset(&s, 0, sizeof(s));
    write_file(key, key_pem);
    assert_int_equal(server_start(&s, &o, schema), 0);
    /* Whoever speaks plainly to it hears nothing. */
    atomic_store(&served, 0);
    a = client_raw(s.port, BYTES("GET /api/echo HTTP/1.1\r\n" H "\r\n"), 3000);
    assert_int_equal(a.status, 0);
    assert_true(a.closed);
    assert_int_equal(atomic_load(&served), 0);
    free(a.text);
    server_stop(&s);
    unlink(cert);
    unlink(key);
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

struct knocking {
    atomic_uint port; /* 0: nobody is there */
    atomic_bool stop;
    atomic_int answered, written, halves;
};

/* Comes, asks thrice on one connection, goes, as fast as it can; one in three requests writes. */
static void *keep_knocking(void *arg)
{
    static const char *const asks[] = {
        "GET /api/raw HTTP/1.1\r\n" H "\r\n", "GET /api/count HTTP/1.1\r\n" H "\r\n",
        "POST /api/plain-notes HTTP/1.1\r\n" H JSON_W "Content-Length: 12\r\n\r\n{\"text\":\"s\"}"};
    struct knocking *k = arg;

    while (!atomic_load(&k->stop)) {
        int fd = client_connect(atomic_load(&k->port));

        for (int i = 0; fd >= 0 && i < 3; i++) {
            struct answer a = {0};

            if (client_say(fd, asks[i]))
                a = client_read(fd, 10000);
            if (a.status == 200 || a.status == 201)
                atomic_fetch_add(i == 2 ? &k->written : &k->answered, 1);
            else if (a.n > 0 && a.status != 503)
                atomic_fetch_add(&k->halves, 1);
            free(a.text);
            if (a.closed || a.status == 0)
                break;
        }
        if (fd >= 0)
            close(fd);
    }
    return NULL;
}

/* Started and stopped again and again while clients come, ask and go. Each stop is clean: the
 * process lives, what is on its way is answered whole or cut before its first byte, and what was
 * said to be written is. (MHD_quiesce_daemon() fails too rarely to be found here: it is banned.) */
static void test_start_and_stop_under_connections(void **state)
{
    enum { CLIENTS = 4, MS = 3000 };
    struct http_options o = {.routes = table,
                             .listeners = {{.name = "test", .address = "127.0.0.1", .workers = 4}},
                             .n_listeners = 1,
                             .hosts = (const char *const[]){"x:80", NULL},
                             .writer = server.writer,
                             .db_path = server.db_path,
                             .sessions = server.sessions,
                             .upload_dir = server.dir,
                             .limits = {.no_rate = true},
                             .log = server_log,
                             .log_arg = &server};
    struct knocking k = {.port = server.port};
    int64_t start = client_now_ms();
    pthread_t t[CLIENTS];
    int rounds = 0;

    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, keep_knocking, &k), 0);
    for (; client_now_ms() - start < MS; rounds++) {
        poll(NULL, 0, rounds % 8);
        server.http = http_stop(server.http);
        assert_int_equal(client_connect(atomic_load(&k.port)), -1);
        assert_int_equal(http_start(&o, &server.http), 0);
        atomic_store(&k.port, http_port(server.http, 0));
    }
    atomic_store(&k.stop, true);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(t[i], NULL);
    server.port = http_port(server.http, 0);
    assert_true(rounds > 20);
    assert_true(atomic_load(&k.answered) > rounds && atomic_load(&k.written) > 0);
    assert_int_equal(atomic_load(&k.halves), 0);
    assert_true(notes() >= atomic_load(&k.written));
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
        T(test_read),
        T(test_head_and_keep_alive),
        T(test_security_headers),
        T(test_prepared),
        T(test_problems),
        T(test_write),
        T(test_body_too_large),
        T(test_body_without_end),
        T(test_kept_though_refused),
        T(test_idempotency),
        T(test_idempotency_secret),
        T(test_idempotency_keys),
        T(test_idempotency_at_once),
        T(test_client_vanishes),
        T(test_slow_routes),
        T(test_slow_bound),
        T(test_upload),
        T(test_rights),
        T(test_log_tells_no_secrets),
        cmocka_unit_test(test_log_hides_links),
        cmocka_unit_test(test_start_refuses),
        T(test_start_says_why),
        cmocka_unit_test(test_tls_listener),
        T(test_stop_under_load),
        T(test_start_and_stop_under_connections),
        T(test_metrics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

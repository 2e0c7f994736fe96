/* test_http_write.c - what is sent to the server over real sockets: bodies, the writer,
 * idempotency, slow work, uploads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "daemon/http/http.h"
#include "http_fixture.h"

/* That a request for more than there is fails, as it does without a sanitizer. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* ---- bodies and writing ---- */

/* An answer that a part is missing of for want of memory is none, and nothing was done. */
static void test_memory_short(void **state)
{
    static const char *const rows[][3] = {
        {"GET", "/api/short", ""},
        {"POST", "/api/short", W},
        {"POST", "/api/short-key", W "Idempotency-Key: memory-1\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer a = client_ask(server.port, rows[i][0], rows[i][1], rows[i][2], NULL);

        if (a.status != 500 || !strstr(a.body, "\"code\":\"internal\""))
            fail_msg("row %zu: %d %s", i, a.status, a.body);
        free(a.text);
    }
    assert_int_equal(notes(), 0);
}

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

static bool wait_served(int want)
{
    for (int64_t until = client_now_ms() + PATIENCE_MS; client_now_ms() < until; poll(NULL, 0, 2))
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
        assert_true(how || wait_served(1));
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
        a = client_read(fd[i]);
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
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_memory_short),
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

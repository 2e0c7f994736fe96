/* test_http_rude.c - what must not harm: odd bytes, cut requests, slow, many and rude clients. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "daemon/http/guard.h"
#include "daemon/http/http.h"
#include "daemon/self_check.h"
#include "http_fixture.h"

/* ---- odd bytes ---- */

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
        {"CL+TE",
         BYTES("POST / HTTP/1.1\r\n" H JSON_W "Content-Length: 5\r\nTransfer-Encoding: "
               "chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n"),
         400, 0},
        {"two CL",
         BYTES("POST / HTTP/1.1\r\n" H JSON_W "Content-Length: 3\r\nContent-Length: 5\r\n"
               "\r\nabcde"),
         400, 0},
        {"CL +3", BYTES("POST / HTTP/1.1\r\n" H JSON_W "Content-Length: +3\r\n\r\nabc"), -1, 0},
        {"CL -1", BYTES("POST / HTTP/1.1\r\n" H JSON_W "Content-Length: -1\r\n\r\nabc"), -1, 0},
        {"CL huge",
         BYTES("POST / HTTP/1.1\r\n" H JSON_W "Content-Length: 99999999999999999999999\r\n\r\nabc"),
         -1, 0},
        {"CL large", BYTES("POST / HTTP/1.1\r\n" H JSON_W "Content-Length: 999999999\r\n\r\nabc"),
         413, 0},
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
        {"TE xchunked",
         BYTES("POST / HTTP/1.1\r\n" H JSON_W "Transfer-Encoding: xchunked\r\n\r\n"
               "0\r\n\r\n"),
         400, 0},
        {"huge chunk size",
         BYTES("POST / HTTP/1.1\r\n" H JSON_W "Transfer-Encoding: chunked\r\n\r\n"
               "FFFFFFFFFFFFFFFFF\r\n"),
         -1, 0},
        {"bad chunk size",
         BYTES("POST / HTTP/1.1\r\n" H JSON_W "Transfer-Encoding: chunked\r\n\r\n"
               "zz\r\n"),
         -1, 0},
        {"body on GET",
         BYTES("GET / HTTP/1.1\r\n" H "Content-Length: 27\r\n\r\n"
               "GET / HTTP/1.1\r\n" H "\r\n"),
         400, 0},
        {"long method",
         BYTES("GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG / HTTP/1.1\r\n" H "\r\n"), 405, 0},
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
        {"upgrade",
         BYTES("GET / HTTP/1.1\r\n" H "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), 200, 1},
        {"smuggled by close",
         BYTES("GET /api/echo HTTP/1.1\r\nHost: y\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n"), 421, 0},
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

/* The longest head the guard lets through finds room in a connection's pool, with its answer. */
static void test_longest_head(void **state)
{
    static char text[GUARD_URL_MAX + GUARD_HEADER_BYTES + 1024];
    size_t at, value = (GUARD_HEADER_BYTES - 8) / (GUARD_HEADERS_MAX - 1) - 4;
    int fd = client_connect(server.port);

    (void)state;
    at = (size_t)snprintf(text, sizeof(text), "GET /api/echo?q=%0*d HTTP/1.1\r\n" H,
                          GUARD_URL_MAX - 12, 0);
    for (int i = 1; i < GUARD_HEADERS_MAX; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "X-%02d: %0*d\r\n", i, (int)value, 0);
    memcpy(text + at, "\r\n", 3);
    for (int i = 0; i < 3; i++) {
        struct answer a;

        client_say(fd, text);
        a = client_read(fd);
        assert_int_equal(a.status, 200);
        free(a.text);
    }
    close(fd);
}

/* Cut at every byte of a request: no effect without the whole of it, no harm. */
static void test_cut_at_each_byte(void **state)
{
    const char *text =
        "POST /api/plain-notes HTTP/1.1\r\n" H JSON_W "Content-Length: 12\r\n\r\n{\"text\":\"v\"}";
    size_t n = strlen(text);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        int fd = client_connect(server.port);

        client_send(fd, text, i);
        close(fd);
    }
    assert_int_equal(notes(), 0);
}

/* ---- slow, many and rude clients ---- */

static void test_drip(void **state)
{
    enum { N = 60 };
    static const char *const starts[] = {
        "",
        "GET /",
        "GET / HTTP/1.1\r\nHost: x:80\r\nX: ",
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
    for (ssize_t k; (k = recv(fd, sink, 65536, 0)) > 0 && client_now_ms() - start < 8000;
         got += (size_t)k)
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
        if (client_more(fd[i], &a, PATIENCE_MS) > 0)
            in++;
        free(a.text);
    }
    assert_int_equal(in, 5);
    /* Others are not kept out by it. */
    int other = client_connect_from(server.port, "127.0.0.9");
    client_say(other, "GET /api/echo HTTP/1.1\r\n" H "\r\n");
    struct answer a = client_read(other);
    assert_int_equal(a.status, 200);
    free(a.text);
    close(other);
    /* The watchdog's question is turned away too, and takes that for life. */
    assert_true(self_check("127.0.0.1", server.port, PATIENCE_MS));
    for (int i = 0; i < 12; i++)
        close(fd[i]);
}

/* What listens and never answers is what it is there to find. */
static void test_self_check(void **state)
{
    struct sockaddr_in own = {.sin_family = AF_INET};
    socklen_t n = sizeof(own);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_true(self_check("127.0.0.1", server.port, PATIENCE_MS));
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &n), 0);
    assert_false(self_check("127.0.0.1", ntohs(own.sin_port), 300)); /* nobody there */
    assert_int_equal(listen(fd, 5), 0);
    assert_false(self_check("127.0.0.1", ntohs(own.sin_port), 300)); /* stuck */
    close(fd);
}

static void test_rate(void **state)
{
    struct answer a = {0};
    int fd = client_connect(server.port), limited = 0;

    (void)state;
    for (int i = 0; i < 20; i++) {
        client_say(fd, "GET /api/echo HTTP/1.1\r\n" H "\r\n");
        a = client_read(fd);
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
        a = client_read(fd);
        limited += a.status == 429;
        free(a.text);
        close(fd);
    }
    assert_int_equal(limited, 2);
    /* Who is known has a bucket of his own: a colleague behind the same address, and whoever floods
     * from there, do not use it up. */
    for (int who = 1; who <= 2; who++) {
        const struct identity id = {.actor = {.kind = ACTOR_USER, .id = who}};
        char cookie[128];

        server_login(&server, &id, clock_boot_ms(), cookie, sizeof(cookie));
        limited = 0;
        for (int i = 0; i < 20; i++) {
            a = client_ask(server.port, "GET", "/api/echo", cookie, NULL);
            limited += a.status == 429;
            free(a.text);
        }
        assert_in_range(limited, 8, 10);
    }
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

    for (int64_t until = client_now_ms() + 4000; client_now_ms() < until; poll(NULL, 0, 20))
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

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_raw_table),
        T(test_longest_head),
        T(test_cut_at_each_byte),
        cmocka_unit_test_setup_teardown(test_drip, setup_quick, teardown),
        cmocka_unit_test_setup_teardown(test_slow_reader, setup_quick, teardown),
        cmocka_unit_test_setup_teardown(test_address_cap, setup_capped, teardown),
        T(test_self_check),
        cmocka_unit_test_setup_teardown(test_rate, setup_capped, teardown),
        T(test_rude),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

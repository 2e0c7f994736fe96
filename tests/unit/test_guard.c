/* test_guard.c - the gate every request passes, its query, and which text is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/http/guard.h"
#include "daemon/http/text.h"

#define LONG16 "aaaaaaaaaaaaaaaa"
#define LONG256                                                                                    \
    LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16     \
        LONG16 LONG16 LONG16
#define HOST "Host: kiosk:8080\n"
#define OWN  "Origin: http://kiosk:8080\nSec-Fetch-Site: same-origin\nX-Anchang: 1\n"

/* @headers are "Name: value\n" lines. Returns the fault's reason or code; "" when it passed. */
static const char *judge(const char *method, const char *uri, const char *version,
                         const char *headers, struct guard_seen *seen)
{
    static char text[4096], reason[128];
    struct guard_config config = {0};
    struct guard_header list[80];
    struct fault f = {0};
    size_t n = 0;
    int r;

    assert_int_equal(guard_config_add(&config, "Kiosk", 8080), 0);
    assert_int_equal(guard_config_add(&config, "::1", 8080), 0);
    snprintf(text, sizeof(text), "%s", headers);
    for (char *p = text; *p;) {
        char *colon = strchr(p, ':'), *end = strchr(p, '\n');

        *colon = *end = '\0';
        list[n++] = (struct guard_header){p, colon + 2, (size_t)(colon - p), strlen(colon + 2)};
        p = end + 1;
    }
    struct guard_request rq = {method, version, uri, strlen(uri), list, n};
    r = guard_check(&config, &rq, seen, &f);
    if (r == 0)
        reason[0] = '\0';
    else
        snprintf(reason, sizeof(reason), "%s",
                 f.code == FAULT_REQUEST_MALFORMED ? f.args[0].value : fault_code_text(f.code));
    assert_int_equal(r, reason[0] ? -EREFUSED : 0);
    fault_clear(&f);
    guard_config_clear(&config);
    return reason;
}

static void test_guard_table(void **state)
{
    static const struct {
        const char *method, *uri, *version, *headers, *verdict;
    } table[] = {
        {"GET", "/", "HTTP/1.1", HOST, ""},
        {"GET", "/", "HTTP/1.1", "host: KIOSK:8080\n", ""},
        {"GET", "/", "HTTP/1.1", "Host: [::1]:8080\n", ""},
        {"HEAD", "/api/v1/chart?a=%E4%B8%AD&b=2", "HTTP/1.1", HOST, ""},
        {"GET", "/", "HTTP/1.1", "", "host"},
        {"GET", "/", "HTTP/1.1", HOST HOST, "header-twice"},
        {"GET", "/", "HTTP/1.1", "Host: kiosk\n", "request.host"},
        {"GET", "/", "HTTP/1.1", "Host: kiosk:8081\n", "request.host"},
        {"GET", "/", "HTTP/1.1", "Host: kiosk.:8080\n", "request.host"},
        {"GET", "/", "HTTP/1.1", "Host: evil.example:8080\n", "request.host"},
        {"GET", "/", "HTTP/1.0", HOST, "version"},
        {"GET", "/", "HTTP/2.0", HOST, "version"},
        {"TRACE", "/", "HTTP/1.1", HOST, "method.not-allowed"},
        {"OPTIONS", "*", "HTTP/1.1", HOST, "method.not-allowed"},
        {"get", "/", "HTTP/1.1", HOST, "method.not-allowed"},
        {"GET", "http://kiosk:8080/", "HTTP/1.1", HOST, "url-form"},
        {"GET", "", "HTTP/1.1", HOST, "url-form"},
        {"GET", "/a/../b", "HTTP/1.1", HOST, "url-path"},
        {"GET", "/a/./b", "HTTP/1.1", HOST, "url-path"},
        {"GET", "/a//b", "HTTP/1.1", HOST, "url-path"},
        {"GET", "/%2e%2e/etc", "HTTP/1.1", HOST, "url-char"},
        {"GET", "/a%00b", "HTTP/1.1", HOST, "url-char"},
        {"GET", "/a\\b", "HTTP/1.1", HOST, "url-char"},
        {"GET", "/a;b", "HTTP/1.1", HOST, "url-char"},
        {"GET", "/a?b=<x>", "HTTP/1.1", HOST, "query-char"},
        {"GET", "/a?b?c", "HTTP/1.1", HOST, "query-char"},
        {"GET", "/" LONG256 LONG256 LONG256 LONG256, "HTTP/1.1", HOST, "request.uri-too-long"},
        {"GET", "/", "HTTP/1.1",
         HOST "X-A: a\x01"
              "b\n",
         "header-value"},
        {"GET", "/", "HTTP/1.1", HOST "X-A: a\x7f\n", "header-value"},
        {"GET", "/", "HTTP/1.1", HOST "X-A: a\tb\n", ""},
        {"GET", "/", "HTTP/1.1", HOST "X A: b\n", "header-name"},
        {"GET", "/", "HTTP/1.1", HOST "X-A: b \n", "header-blank"},
        {"GET", "/", "HTTP/1.1", HOST "Content-Length: 3\n", "body"},
        {"GET", "/", "HTTP/1.1", HOST "Transfer-Encoding: chunked\n", "body"},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Content-Length: 3\n", ""},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Transfer-Encoding: chunked\n", ""},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Content-Length: 3\nTransfer-Encoding: chunked\n",
         "length-and-chunked"},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Content-Length: 3\nContent-Length: 3\n",
         "header-twice"},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Transfer-Encoding: xchunked\n", "transfer-encoding"},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Transfer-Encoding: gzip, chunked\n",
         "transfer-encoding"},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Content-Length: +3\n", "content-length"},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Content-Length: -1\n", "content-length"},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Content-Length: 0x3\n", "content-length"},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Content-Length: 9999999999999999999\n",
         "content-length"},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Content-Length: \n", "content-length"},
        {"POST", "/a", "HTTP/1.1", HOST OWN "Expect: 200-ok\n", "expect"},
    };
    struct guard_seen seen;

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const char *verdict =
            judge(table[i].method, table[i].uri, table[i].version, table[i].headers, &seen);

        if (strcmp(verdict, table[i].verdict) != 0)
            fail_msg("row %zu %s %s: %s, not %s", i, table[i].method, table[i].uri, verdict,
                     table[i].verdict);
    }
}

/* What means something here comes once; what does not may come as often as it likes. */
static void test_guard_once(void **state)
{
    static const struct {
        const char *name, *value;
        bool once;
    } table[] = {
        {"Cookie", "a=b", true},
        {"ACCEPT-ENCODING", "gzip", true},
        {"Accept-Language", "en", true},
        {"If-None-Match", "*", true},
        {"Sec-Fetch-Site", "none", true},
        {"Origin", "http://kiosk:8080", true},
        {"Content-Type", "text/plain", true},
        {"Content-Length", "0", true},
        {"If-Match", "*", true},
        {"Last-Event-ID", "e-1", true},
        {"Idempotency-Key", "12345678", true},
        {"X-Anchang", "1", true},
        {"Expect", "100-continue", true},
        {"Cookis", "a=b", false},
        {"Accept", "a/b", false},
        {"Sec-Fetch-Mode", "cors", false},
    };
    struct guard_seen seen;
    char headers[512];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const char *verdict;

        snprintf(headers, sizeof(headers), HOST "%s: %s\n", table[i].name, table[i].value);
        verdict = judge("GET", "/", "HTTP/1.1", headers, &seen);
        if (verdict[0])
            fail_msg("one %s: %s", table[i].name, verdict);
        snprintf(headers, sizeof(headers), HOST "%s: %s\n%s: %s\n", table[i].name, table[i].value,
                 table[i].name, table[i].value);
        verdict = judge("GET", "/", "HTTP/1.1", headers, &seen);
        if (strcmp(verdict, table[i].once ? "header-twice" : "") != 0)
            fail_msg("two of %s: %s", table[i].name, verdict);
    }
    /* Each goes where it belongs. */
    judge("POST", "/api/a", "HTTP/1.1",
          HOST OWN "Cookie: c\nAccept-Encoding: ae\nAccept-Language: al\nIf-None-Match: inm\n"
                   "If-Match: im\nContent-Type: ct\nLast-Event-ID: lei\nIdempotency-Key: ik\n",
          &seen);
    assert_string_equal(seen.host, "kiosk:8080");
    assert_string_equal(seen.origin, "http://kiosk:8080");
    assert_string_equal(seen.fetch_site, "same-origin");
    assert_string_equal(seen.cookie, "c");
    assert_string_equal(seen.accept_encoding, "ae");
    assert_string_equal(seen.language, "al");
    assert_string_equal(seen.if_none_match, "inm");
    assert_string_equal(seen.if_match, "im");
    assert_string_equal(seen.content_type, "ct");
    assert_string_equal(seen.last_event_id, "lei");
    assert_string_equal(seen.idempotency_key, "ik");
    assert_true(seen.anchang);
}

static void test_guard_origin(void **state)
{
    static const struct {
        const char *method, *uri, *headers;
        bool pass;
    } table[] = {
        /* a browser's own page */
        {"POST", "/api/a", OWN, true},
        {"DELETE", "/api/a", OWN, true},
        /* a program */
        {"POST", "/api/a", "X-Anchang: 1\n", true},
        {"POST", "/api/a", "", false},
        {"POST", "/api/a", "X-Anchang: 2\n", false},
        {"POST", "/api/a", "Origin: http://kiosk:8080\n", false},
        /* other sites, and this machine's other ports */
        {"POST", "/api/a", "X-Anchang: 1\nOrigin: http://evil.example\n", false},
        {"POST", "/api/a", "X-Anchang: 1\nOrigin: https://kiosk:8080\n", false},
        {"POST", "/api/a", "X-Anchang: 1\nOrigin: http://kiosk:3000\n", false},
        {"POST", "/api/a", "X-Anchang: 1\nOrigin: http://kiosk:80801\n", false},
        {"POST", "/api/a", "X-Anchang: 1\nOrigin: null\n", false},
        {"POST", "/api/a", "X-Anchang: 1\nSec-Fetch-Site: cross-site\n", false},
        {"POST", "/api/a", "X-Anchang: 1\nSec-Fetch-Site: same-site\n", false},
        {"POST", "/api/a", "X-Anchang: 1\nSec-Fetch-Site: none\n", false},
        {"GET", "/api/a", "", true},
        {"GET", "/api/a", "Sec-Fetch-Site: none\n", true},
        {"GET", "/api/a", "Sec-Fetch-Site: same-site\n", false},
        {"GET", "/api/a", "Sec-Fetch-Site: cross-site\n", false},
        {"GET", "/api/a", "Origin: http://evil.example\n", false},
        /* a page may be come to from anywhere: a scanned code, a link */
        {"GET", "/u/abc", "Sec-Fetch-Site: cross-site\n", true},
    };
    struct guard_seen seen;
    char headers[512];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const char *verdict;

        snprintf(headers, sizeof(headers), "%s%s", HOST, table[i].headers);
        verdict = judge(table[i].method, table[i].uri, "HTTP/1.1", headers, &seen);
        if (strcmp(verdict, table[i].pass ? "" : "request.origin") != 0)
            fail_msg("row %zu %s %s", i, table[i].method, table[i].headers);
    }
}

/* The scheme is the listener's: behind TLS a page that came in the clear is another site. */
static void test_guard_origin_of_tls(void **state)
{
    struct guard_config config = {.tls = true};
    struct guard_seen seen = {.host = "kiosk:8443", .write = true, .anchang = true};
    struct fault f = {0};

    (void)state;
    seen.origin = "https://kiosk:8443";
    assert_int_equal(guard_check_origin(&config, &seen, true, &f), 0);
    seen.origin = "http://kiosk:8443";
    assert_int_equal(guard_check_origin(&config, &seen, true, &f), -EREFUSED);
    fault_clear(&f);
}

static void test_guard_url_bound(void **state)
{
    char uri[GUARD_URL_MAX + 2];
    struct guard_seen seen;

    (void)state;
    memset(uri, 'a', sizeof(uri));
    uri[0] = '/';
    uri[GUARD_URL_MAX + 1] = '\0';
    assert_string_equal(judge("GET", uri, "HTTP/1.1", HOST, &seen), "request.uri-too-long");
    uri[GUARD_URL_MAX] = '\0';
    assert_string_equal(judge("GET", uri, "HTTP/1.1", HOST, &seen), "");
}

/* Each byte at each place of a value: only a tab is let through of what is no text. */
static void test_guard_value_bytes(void **state)
{
    struct guard_config config = {0};
    struct guard_seen seen;
    struct fault f = {0};
    char value[28];

    (void)state;
    assert_int_equal(guard_config_add(&config, "a", 1), 0);
    for (size_t n = 1; n < sizeof(value); n++)
        for (size_t at = 0; at < n; at++)
            for (int c = 0; c < 256; c++) {
                struct guard_header list[] = {{"Host", "a:1", 4, 3}, {"X-B", value, 3, n}};
                struct guard_request rq = {"GET", "HTTP/1.1", "/", 1, list, 2};
                bool blank_end = at == n - 1 && (c == ' ' || c == '\t');
                bool good = (c >= 0x20 || c == '\t') && c != 0x7f && !blank_end;

                memset(value, n % 2 ? 'v' : 0xe4, n);
                value[n] = '\0';
                value[at] = (char)c;
                if ((guard_check(&config, &rq, &seen, &f) == 0) != good)
                    fail_msg("byte %02x at %zu of %zu", (unsigned)c, at, n);
            }
    fault_clear(&f);
    guard_config_clear(&config);
}

static void test_guard_header_bounds(void **state)
{
    struct guard_config config = {0};
    struct guard_header list[80];
    struct guard_seen seen;
    struct fault f = {0};
    static char value[9000];

    (void)state;
    assert_int_equal(guard_config_add(&config, "a", 1), 0);
    for (size_t i = 0; i < 80; i++)
        list[i] = (struct guard_header){"X-B", "v", 3, 1};
    list[0] = (struct guard_header){"Host", "a:1", 4, 3};
    struct guard_request rq = {"GET", "HTTP/1.1", "/", 1, list, 64};
    assert_int_equal(guard_check(&config, &rq, &seen, &f), 0);
    rq.n_headers = 65;
    assert_int_equal(guard_check(&config, &rq, &seen, &f), -EREFUSED);
    rq.n_headers = 2;
    memset(value, 'v', 8200);
    list[1] = (struct guard_header){"X-B", value, 3, 8200};
    assert_int_equal(guard_check(&config, &rq, &seen, &f), -EREFUSED);
    list[1].n_value = 8000; /* text goes on behind what was said: cut at a NUL */
    assert_int_equal(guard_check(&config, &rq, &seen, &f), -EREFUSED);
    fault_clear(&f);
    guard_config_clear(&config);
}

/* Cuts a head the way the parser does and describes it. */
static bool raw_ok(char *head, size_t n_head, const char *names_at[], const char *values_at[],
                   size_t n_headers)
{
    struct guard_header h[4];
    const struct guard_request rq = {head, head + 7, head + 4, strlen(head + 4), h, n_headers};

    for (size_t i = 0; i < n_headers; i++)
        h[i] = (struct guard_header){names_at[i], values_at[i], strlen(names_at[i]),
                                     strlen(values_at[i])};
    return guard_raw_ok(&rq, head + 4, n_head);
}

static void test_guard_raw(void **state)
{
    /* NUL where the parser cut: blank, blank, CR, LF, colon. */
    char good[] = "GET\0/x\0HTTP/1.1\0\0Host\0 a\0\0B\0c\0\0\0";
    char bare_lf[] = "GET\0/x\0HTTP/1.1\0Host\0 a\0\0B\0c\0\0\0";
    char nul_value[] = "GET\0/x\0HTTP/1.1\0\0Host\0 a\0z\0\0B\0c\0\0\0";
    char nul_uri[] = "GET\0/\0xHTTP/1.1\0\0Host\0 a\0\0B\0c\0\0\0";
    char lf_end[] = "GET\0/x\0HTTP/1.1\0\0Host\0 a\0\0B\0c\0\0";

    (void)state;
    assert_true(raw_ok(good, sizeof(good), (const char *[]){good + 17, good + 26},
                       (const char *[]){good + 23, good + 28}, 2));
    assert_false(raw_ok(bare_lf, sizeof(bare_lf), (const char *[]){bare_lf + 16, bare_lf + 25},
                        (const char *[]){bare_lf + 22, bare_lf + 27}, 2));
    assert_false(raw_ok(nul_value, sizeof(nul_value),
                        (const char *[]){nul_value + 17, nul_value + 28},
                        (const char *[]){nul_value + 23, nul_value + 30}, 2));
    assert_false(raw_ok(nul_uri, sizeof(nul_uri), (const char *[]){nul_uri + 17, nul_uri + 26},
                        (const char *[]){nul_uri + 23, nul_uri + 28}, 2));
    assert_false(raw_ok(lf_end, sizeof(lf_end), (const char *[]){lf_end + 17, lf_end + 26},
                        (const char *[]){lf_end + 23, lf_end + 28}, 2));
}

static void test_query(void **state)
{
    struct guard_param params[GUARD_QUERY_MAX];
    struct fault f = {0};
    size_t n = 0;
    char good[] = "a=%E4%B8%AD+b&&c&d=%2F";
    static const char *const bad[] = {"a=%",   "a=%4",        "a=%zz",  "a=%00",
                                      "a=%ff", "a=%C0%AF",    "a=%0a",  "a=1&a=2",
                                      "%20=1", "a=%E2%80%AE", "a%00b=1"};

    (void)state;
    assert_int_equal(guard_query(good, params, &n, &f), 0);
    assert_int_equal(n, 3);
    assert_string_equal(params[0].value, "中 b");
    assert_string_equal(params[1].name, "c");
    assert_string_equal(params[1].value, "");
    assert_string_equal(params[2].value, "/");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[32];

        snprintf(text, sizeof(text), "%s", bad[i]);
        if (guard_query(text, params, &n, &f) != -EREFUSED)
            fail_msg("query %s passed", bad[i]);
    }
    fault_clear(&f);
}

/* RS F35: the same text in two forms is one; also where its one form is the longest it can be. */
static void test_query_form(void **state)
{
    struct guard_param params[GUARD_QUERY_MAX];
    struct fault f = {0};
    size_t n = 0;
    char query[] = "a=Jose%CC%81.png&b=Jos%C3%A9.png&c=%F0%9D%85%A0&d=1";

    (void)state;
    assert_int_equal(guard_query(query, params, &n, &f), 0);
    assert_int_equal(n, 4);
    assert_string_equal(params[0].value, "Jos\xc3\xa9.png");
    assert_string_equal(params[1].value, params[0].value);
    assert_string_equal(params[2].value, "\xf0\x9d\x85\x98\xf0\x9d\x85\xa5\xf0\x9d\x85\xae");
    assert_string_equal(params[3].value, "1");
}

/* As many parameters as there is room for, and not one more. */
static void test_query_count(void **state)
{
    struct guard_param params[GUARD_QUERY_MAX + 1];
    struct fault f = {0};

    (void)state;
    for (int count = GUARD_QUERY_MAX; count <= GUARD_QUERY_MAX + 1; count++) {
        char text[(GUARD_QUERY_MAX + 1) * 8] = "";
        size_t n = 0, used = 0;

        for (int i = 0; i < count; i++)
            used += (size_t)snprintf(text + used, sizeof(text) - used, "p%d=%d&", i, i);
        if (count == GUARD_QUERY_MAX) {
            assert_int_equal(guard_query(text, params, &n, &f), 0);
            assert_int_equal(n, GUARD_QUERY_MAX);
        } else {
            assert_int_equal(guard_query(text, params, &n, &f), -EREFUSED);
            assert_string_equal(f.args[0].value, "query-count");
        }
    }
    fault_clear(&f);
}

static void test_hosts_bound(void **state)
{
    struct guard_config config = {0};
    char name[16];

    (void)state;
    for (int i = 0; i < GUARD_HOSTS_MAX; i++) {
        snprintf(name, sizeof(name), "h%d", i);
        assert_int_equal(guard_config_add(&config, name, 8080), 0);
    }
    assert_int_equal(guard_config_add(&config, "h0", 8080), 0); /* there already */
    assert_int_equal(guard_config_add(&config, "one-more", 8080), -E2BIG);
    assert_int_equal(config.n_hosts, GUARD_HOSTS_MAX);
    guard_config_clear(&config);
}

static void test_content_type(void **state)
{
    (void)state;
    assert_true(guard_content_type("application/json", "application/json"));
    assert_true(guard_content_type("application/json; charset=UTF-8", "application/json"));
    assert_false(guard_content_type("application/json; charset=gbk", "application/json"));
    assert_false(guard_content_type("application/jsonx", "application/json"));
    assert_false(guard_content_type("text/plain", "application/json"));
    assert_false(guard_content_type(NULL, "application/json"));
    assert_false(
        guard_content_type("application/octet-stream; charset=utf-8", "application/octet-stream"));
}

/* ---- text ---- */

static void test_text(void **state)
{
    size_t n = 0;
    static const char *const bad[] = {"a\nb",         "\x7f",         "\xc2\x85",
                                      "\xe2\x80\xae", "\xe2\x80\x8b", "\xef\xbb\xbf",
                                      "\xc0\x80",     "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                      "\xe4\xb8",     "\xff",         "\xef\xbf\xbf"};

    (void)state;
    assert_true(text_allowed("1幢2单元 301 é😀", strlen("1幢2单元 301 é😀"), &n));
    assert_int_equal(n, 12);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (text_allowed(bad[i], strlen(bad[i]), NULL))
            fail_msg("text %zu passed", i);
    assert_false(text_allowed("a\0b", 3, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guard_table),
        cmocka_unit_test(test_guard_once),
        cmocka_unit_test(test_guard_origin),
        cmocka_unit_test(test_guard_value_bytes),
        cmocka_unit_test(test_guard_header_bounds),
        cmocka_unit_test(test_guard_raw),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_guard_origin_of_tls),
        cmocka_unit_test(test_guard_url_bound),
        cmocka_unit_test(test_query_form),
        cmocka_unit_test(test_query_count),
        cmocka_unit_test(test_hosts_bound),
        cmocka_unit_test(test_content_type),
        cmocka_unit_test(test_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

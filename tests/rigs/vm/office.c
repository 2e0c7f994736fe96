/* office.c - see office.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/rigs/vm/office.h"
#include "tests/unit/http_client.h"

enum { PORT = 8080, HEAD = 1024, LINE = 1024 };
#define PASSWORD "anchang-demo"

struct stream {
    int fd;
    struct answer got;
    /* Of got.text: the events that are not given yet; behind them, from raw on, further chunks. */
    size_t at, end, raw;
};

int64_t now_ms(void)
{
    return client_now_ms();
}

/* ---- requests ---- */

static int request_send(const struct page *page, const char *method, const char *path,
                        const char *body)
{
    static unsigned key;
    char head[HEAD];
    int fd = client_connect(PORT);
    int n = snprintf(head, sizeof(head),
                     "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Anchang: 1\r\n"
                     "Idempotency-Key: rig-%08u\r\n%s%s%s",
                     method, path, PORT, key++, page->cookies[0] ? "Cookie: " : "", page->cookies,
                     page->cookies[0] ? "\r\n" : "");

    assert_true(fd >= 0 && n < HEAD);
    if (body)
        snprintf(head + n, sizeof(head) - (size_t)n,
                 "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    assert_true(client_say(fd, head) && client_say(fd, "\r\n") && (!body || client_say(fd, body)));
    return fd;
}

/* One of the name is replaced, as in a browser. */
static void cookie_drop(struct page *page, const char *set)
{
    const size_t name = strcspn(set, "=") + 1;
    char *old = page->cookies;

    while (*old && strncmp(old, set, name) != 0) {
        old += strcspn(old, ";");
        old += strspn(old, "; ");
    }
    if (*old) {
        const char *next = old + strcspn(old, ";");

        next += strspn(next, "; ");
        memmove(old, next, strlen(next) + 1);
    }
    for (size_t n = strlen(page->cookies); n > 0 && strchr("; ", page->cookies[n - 1]); n--)
        page->cookies[n - 1] = '\0';
}

static void cookie_keep(struct page *page, const struct answer *answer)
{
    const char *set = client_header(answer, "Set-Cookie");
    size_t n;

    assert_non_null(set);
    cookie_drop(page, set);
    n = strlen(page->cookies);
    snprintf(page->cookies + n, sizeof(page->cookies) - n, "%s%.*s", n ? "; " : "",
             (int)strcspn(set, ";"), set);
}

/* @ret_page NULL: no cookie is expected. */
static json_t *ask(const struct page *page, const char *method, const char *path, json_t *body,
                   struct page *ret_page)
{
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    int fd = request_send(page, method, path, text);
    struct answer answer = client_read(fd);
    json_t *said;

    if (answer.status / 100 != 2)
        fail_msg("%s %s: %s", method, path, answer.text ? answer.text : "no answer");
    if (ret_page)
        cookie_keep(ret_page, &answer);
    said = json_loadb(answer.body, answer.n_body, 0, NULL);
    close(fd);
    free(answer.text);
    free(text);
    json_decref(body);
    return said;
}

json_t *page_ask(const struct page *page, const char *method, const char *path, json_t *body)
{
    return ask(page, method, path, body, NULL);
}

void page_log_in(struct page *page, const char *login)
{
    json_decref(ask(page, "POST", "/api/v1/session",
                    json_pack("{s:s, s:s}", "login", login, "password", PASSWORD), page));
}

int64_t page_pair(struct page *page, const struct page *by, const char *kind, const char *name)
{
    json_t *pairing = page_ask(by, "POST", "/api/v1/terminals/pairings",
                               json_pack("{s:s, s:s}", "kind", kind, "name", name));
    json_t *session = ask(page, "POST", "/api/v1/terminal/pair",
                          json_pack("{s:O}", "code", json_object_get(pairing, "code")), page);
    json_int_t id = 0;

    assert_int_equal(json_unpack(session, "{s:{s:I}}", "terminal", "id", &id), 0);
    json_decref(pairing);
    json_decref(session);
    return id;
}

/* ---- streams ---- */

struct stream *stream_open(const struct page *page, const char *path)
{
    int64_t until = now_ms() + PATIENCE_MS;
    struct stream *stream = calloc(1, sizeof(*stream));
    const char *head = NULL;

    assert_non_null(stream);
    stream->fd = request_send(page, "GET", path, NULL);
    while (!head && now_ms() < until && client_more(stream->fd, &stream->got, PATIENCE_MS) > 0)
        head = strstr(stream->got.text, "\r\n\r\n");
    if (!head || strncmp(stream->got.text + strlen("HTTP/1.1"), " 200", 4) != 0)
        fail_msg("%s: %s", path, stream->got.text ? stream->got.text : "no answer");
    stream->at = stream->end = stream->raw = (size_t)(head + 4 - stream->got.text);
    return stream;
}

/* Takes whole chunks out of their wrapping: length, line end, bytes, line end. */
static void chunks_unwrap(struct stream *stream)
{
    char *text = stream->got.text, *bytes;

    while ((bytes = memmem(text + stream->raw, stream->got.n - stream->raw, "\r\n", 2))) {
        size_t n = strtoul(text + stream->raw, NULL, 16);

        bytes += 2;
        if (bytes + n + 2 > text + stream->got.n)
            return;
        memmove(text + stream->end, bytes, n);
        stream->end += n;
        stream->raw = (size_t)(bytes + n + 2 - text);
    }
}

/* The next whole event that is there. false: none is. */
static bool event_take(struct stream *stream, char name[LINE], char data[LINE])
{
    const char *from = stream->got.text + stream->at;
    const char *end = memmem(from, stream->end - stream->at, "\n\n", 2);

    if (!end)
        return false;
    name[0] = data[0] = '\0';
    for (const char *line = from; line < end; line += strcspn(line, "\n") + 1) {
        int n = (int)strcspn(line, "\n");

        if (strncmp(line, "event: ", 7) == 0)
            snprintf(name, LINE, "%.*s", n - 7, line + 7);
        else if (strncmp(line, "data: ", 6) == 0)
            snprintf(data, LINE, "%.*s", n - 6, line + 6);
    }
    stream->at += (size_t)(end + 2 - from);
    return true;
}

json_t *stream_next(struct stream *stream, const char *event, int ms)
{
    int64_t until = now_ms() + ms;
    char name[LINE], data[LINE];

    for (;;) {
        int64_t left = until - now_ms();

        chunks_unwrap(stream);
        while (event_take(stream, name, data))
            if (strcmp(name, event) == 0)
                return json_loads(data, 0, NULL);
        if (client_more(stream->fd, &stream->got, left > 0 ? (int)left : 0) <= 0)
            return NULL;
    }
}

struct stream *stream_close(struct stream *stream)
{
    if (stream) {
        close(stream->fd);
        free(stream->got.text);
        free(stream);
    }
    return NULL;
}

/* http_client.h - a raw HTTP client for tests: says exactly the bytes it is given. */
#ifndef ANCHANG_TEST_HTTP_CLIENT_H
#define ANCHANG_TEST_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "patience.h"

struct answer {
    int status;  /* 0: none came */
    bool closed; /* the server ended the connection after it */
    char *text;  /* all that came; owned */
    size_t n, room;
    const char *body; /* into text */
    size_t n_body;
    size_t answers; /* status lines in text */
};

static inline int64_t client_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* From @from ("127.0.0.2"; NULL: any). -1 when refused. */
static inline int client_connect_from(unsigned port, const char *from)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (from) {
        struct sockaddr_in own = {.sin_family = AF_INET};

        inet_pton(AF_INET, from, &own.sin_addr);
        if (bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0) {
            close(fd);
            return -1;
        }
    }
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static inline int client_connect(unsigned port)
{
    return client_connect_from(port, NULL);
}

static inline bool client_send(int fd, const void *data, size_t n)
{
    const char *p = data;

    while (n > 0) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

        if (k <= 0)
            return false;
        p += k;
        n -= (size_t)k;
    }
    return true;
}

static inline bool client_say(int fd, const char *text)
{
    return client_send(fd, text, strlen(text));
}

/* Reads more into @a within @ms. 1: got some, 0: closed, -1: nothing came. */
static inline int client_more(int fd, struct answer *a, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t k;

    if (poll(&p, 1, ms) <= 0)
        return -1;
    if (a->room < a->n + 65536 + 1) {
        a->room = 2 * a->n + 65536 + 1; /* double, or long streams are copied with every piece */
        a->text = realloc(a->text, a->room);
    }
    k = recv(fd, a->text + a->n, 65536, 0);
    if (k <= 0) {
        a->text[a->n] = '\0';
        a->closed = true;
        return 0;
    }
    a->n += (size_t)k;
    a->text[a->n] = '\0';
    return 1;
}

static inline void client_parse(struct answer *a)
{
    const char *end, *p;

    a->status =
        a->text && !strncmp(a->text, "HTTP/1.1 ", 9) ? (int)strtol(a->text + 9, NULL, 10) : 0;
    end = a->text ? strstr(a->text, "\r\n\r\n") : NULL;
    a->body = end ? end + 4 : "";
    a->n_body = end ? a->n - (size_t)(a->body - a->text) : 0;
    a->answers = 0;
    for (p = a->text; p && (p = memmem(p, a->n - (size_t)(p - a->text), "HTTP/1.1 ", 9)); p += 9)
        a->answers += p[9] >= '1' && p[9] <= '5' && p[12] == ' ';
}

/* One header's value in a static buffer, or NULL. */
static inline const char *client_header(const struct answer *a, const char *name)
{
    static _Thread_local char value[1024];
    size_t n = strlen(name);

    for (const char *p = strstr(a->text, "\r\n"); p && p + 2 < a->body - 2;
         p = strstr(p + 2, "\r\n"))
        if (!strncasecmp(p + 2, name, n) && p[2 + n] == ':') {
            size_t k = strcspn(p + 2 + n + 2, "\r");

            snprintf(value, sizeof(value), "%.*s", (int)k, p + 2 + n + 2);
            return value;
        }
    return NULL;
}

/* Reads one whole answer (by its Content-Length) off a connection that stays open. */
static inline struct answer client_read(int fd)
{
    struct answer a = {0};
    int64_t until = client_now_ms() + PATIENCE_MS;

    for (;;) {
        const char *length;
        int64_t left = until - client_now_ms();

        client_parse(&a);
        if (a.status && a.body[0 - (a.body != a.text)] == '\n' && strstr(a.text, "\r\n\r\n")) {
            length = client_header(&a, "Content-Length");
            if (a.status == 204 || a.status == 304 ||
                (length && a.n_body >= strtoul(length, NULL, 10)))
                break;
        }
        if (left <= 0 || client_more(fd, &a, (int)left) <= 0)
            break;
    }
    client_parse(&a);
    return a;
}

/* Reads all that comes, until the server closes or, when something came, nothing more for @ms. */
static inline struct answer client_rest(int fd, int ms)
{
    struct answer a = {0};

    while (client_more(fd, &a, a.n > 0 ? ms : PATIENCE_MS) > 0)
        ;
    client_parse(&a);
    return a;
}

/* Sends, then reads the rest. */
static inline struct answer client_raw(unsigned port, const void *data, size_t n, int ms)
{
    struct answer a = {0};
    int fd = client_connect(port);

    if (fd < 0)
        return a;
    client_send(fd, data, n);
    a = client_rest(fd, ms);
    close(fd);
    return a;
}

/* One request on its own connection; @headers end in CRLF each. */
static inline struct answer client_ask(unsigned port, const char *method, const char *path,
                                       const char *headers, const char *body)
{
    struct answer a = {0};
    int fd = client_connect(port);
    char *text = NULL;
    int n = asprintf(&text, "%s %s HTTP/1.1\r\nHost: x:80\r\n%s", method, path, headers);

    if (fd >= 0 && n > 0) {
        client_send(fd, text, (size_t)n);
        if (body) {
            char length[64];

            snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(body));
            client_say(fd, length);
        }
        client_say(fd, "\r\n");
        if (body)
            client_say(fd, body);
        a = client_read(fd);
    }
    free(text);
    if (fd >= 0)
        close(fd);
    return a;
}

#endif

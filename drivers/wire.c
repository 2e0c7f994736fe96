/* wire.c - see wire.h. */
#include "drivers/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "drivers/parse.h"

enum { RAW_PORT = 9100, BAUD = 9600, BAUD_MOST = 4000000 };

/* ---- targets ---- */

static int where_take(const char *text, size_t n, struct wire_target *t)
{
    if (n == 0 || n >= sizeof(t->where))
        return -EINVAL;
    memcpy(t->where, text, n);
    t->where[n] = '\0';
    return 0;
}

static int usb_parse(const char *text, struct wire_target *t)
{
    if (parse_hex16(&text, &t->vid) < 0 || *text++ != ':' || parse_hex16(&text, &t->pid) < 0)
        return -EINVAL;
    if (!*text)
        return 0;
    return *text == ':' ? where_take(text + 1, strlen(text + 1), t) : -EINVAL;
}

/* The number behind the last colon, if that is all there is behind it. */
static size_t tail_number(const char *text, unsigned max, unsigned *ret_value)
{
    const char *colon = strrchr(text, ':'), *at = colon ? colon + 1 : "";

    return parse_number(&at, max, ret_value) == 0 && !*at ? (size_t)(colon - text) : strlen(text);
}

static int tcp_parse(const char *text, struct wire_target *t)
{
    unsigned port = RAW_PORT;
    size_t n;

    if (*text == '[') {
        n = strcspn(++text, "]");
        if (text[n] != ']' ||
            (text[n + 1] && (text[n + 1] != ':' || tail_number(text + n + 1, UINT16_MAX, &port))))
            return -EINVAL;
    } else {
        n = tail_number(text, UINT16_MAX, &port);
        if (memchr(text, ':', n))
            return -EINVAL;
    }
    t->port = (uint16_t)port;
    return port ? where_take(text, n, t) : -EINVAL;
}

static int tty_parse(const char *text, struct wire_target *t)
{
    const size_t n = tail_number(text, BAUD_MOST, &t->line.baud);

    return *text == '/' && t->line.baud ? where_take(text, n, t) : -EINVAL;
}

int wire_target_parse(const char *text, struct wire_target *ret_target)
{
    static const struct {
        const char *begin;
        const struct wire_ops *ops;
        int (*parse)(const char *text, struct wire_target *t);
    } kinds[] = {{"usb:", &wire_usb, usb_parse},
                 {"tcp:", &wire_tcp, tcp_parse},
                 {"serial:", &wire_tty, tty_parse}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const size_t n = strlen(kinds[i].begin);
        struct wire_target t = {
            .ops = kinds[i].ops,
            .line = {.baud = BAUD, .data_bits = 8, .stop_bits = 1, .parity = 'n'}};

        if (strncmp(text, kinds[i].begin, n) == 0) {
            if (kinds[i].parse(text + n, &t) < 0)
                return -EINVAL;
            *ret_target = t;
            return 0;
        }
    }
    return -EINVAL;
}

/* ---- wires ---- */

int wire_open(const struct wire_target *target, struct wire **ret_wire)
{
    return target->ops->open(target, ret_wire);
}

int wire_write(struct wire *w, const uint8_t *bytes, size_t n, int ms, size_t *ret_done)
{
    *ret_done = 0;
    return w->ops->write(w, bytes, n, ms, ret_done);
}

int wire_read(struct wire *w, uint8_t *bytes, size_t size, int ms)
{
    return w->ops->read(w, bytes, size, ms);
}

int wire_port_status(struct wire *w, uint8_t *ret_status)
{
    return w->ops->port_status ? w->ops->port_status(w, ret_status) : -ENOTSUP;
}

struct wire *wire_close(struct wire *w)
{
    if (w)
        w->ops->close(w);
    return NULL;
}

int64_t wire_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- descriptors ---- */

/* > 0: it can be done now, or never again; 0: not in time. */
static int ready(int fd, short events, int64_t until)
{
    struct pollfd wait = {.fd = fd, .events = events};
    int r;

    do {
        const int64_t left = until - wire_now_ms();

        r = poll(&wait, 1, left > 0 ? (int)left : 0);
    } while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : r;
}

/* Of a socket without a signal when it is cut. */
static ssize_t piece_write(int fd, const uint8_t *bytes, size_t n)
{
    const ssize_t done = send(fd, bytes, n, MSG_NOSIGNAL);

    return done < 0 && errno == ENOTSOCK ? write(fd, bytes, n) : done;
}

int wire_fd_write(struct wire *w, const uint8_t *bytes, size_t n, int ms, size_t *ret_done)
{
    const int fd = ((const struct wire_fd *)w)->fd;
    const int64_t until = wire_now_ms() + ms;

    while (n > 0) {
        const int r = ready(fd, POLLOUT, until);
        ssize_t done;

        if (r <= 0)
            return r < 0 ? r : -ETIMEDOUT;
        done = piece_write(fd, bytes, n);
        if (done < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
            *ret_done += (size_t)done;
        }
    }
    return 0;
}

int wire_fd_read(struct wire *w, uint8_t *bytes, size_t size, int ms)
{
    const int fd = ((const struct wire_fd *)w)->fd;
    const int r = ready(fd, POLLIN, wire_now_ms() + ms);
    ssize_t n;

    if (r <= 0)
        return r;
    n = read(fd, bytes, size);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    return n == 0 ? -ENODEV : (int)n; /* readable, and nothing to read: it was hung up */
}

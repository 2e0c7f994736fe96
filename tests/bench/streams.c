/* streams.c - bench_streams: how long until the last of many event streams knows of one change.
 *
 * Standard input says what to do, one `key value` a line: port, project, session (the cookie of
 * somebody who may hold units), version (of the units), until (UTC ms of the holds), stream (an
 * owner's token, one line a stream), unit (an id, one line a change).
 *
 * Opens the streams, then holds the units one after the other. The time of a change runs from the
 * first byte of its request to the moment the last stream has its event. Beside it, in the same
 * loop, one round trip of the same number of bytes over a loopback connection of our own. Prints
 * {"changes":n,"last_us":[…],"trip_us":[…]}, both sorted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { STREAMS_MAX = 256, UNITS_MAX = 5000, TEXT = 256, BUFFER = 65536, PATIENCE_MS = 5000 };

struct stream {
    int fd;
    size_t n;
    char text[BUFFER]; /* what was read and not yet looked at */
    bool told;
};

struct bench {
    unsigned port;
    int64_t project, version, until, units[UNITS_MAX];
    char session[TEXT], owners[STREAMS_MAX][TEXT];
    size_t n_streams, n_units;
    struct stream streams[STREAMS_MAX];
    int control;
    size_t n_event; /* bytes of the last event */
    int64_t last_us[UNITS_MAX], trip_us[UNITS_MAX];
};

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_streams: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- sockets ---- */

static int loopback_connect(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
        fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    return fd;
}

static void send_all(int fd, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t done = send(fd, data, n, MSG_NOSIGNAL);

        if (done <= 0)
            fail("send");
        data += done;
        n -= (size_t)done;
    }
}

static void receive_all(int fd, char *data, size_t n)
{
    while (n > 0) {
        ssize_t got = recv(fd, data, n, 0);

        if (got <= 0)
            fail("receive");
        data += got;
        n -= (size_t)got;
    }
}

/* Both ends of one connection over the loopback interface. */
static void trip_open(int ret_fds[2])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) < 0 || listen(fd, 1) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) < 0)
        fail("listen");
    ret_fds[0] = loopback_connect(ntohs(at.sin_port));
    ret_fds[1] = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    if (ret_fds[1] < 0)
        fail("accept");
    setsockopt(ret_fds[1], IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    close(fd);
}

static int64_t trip(const int fds[2], size_t n_there, size_t n_back)
{
    static char bytes[BUFFER];
    int64_t start = now_us();

    send_all(fds[0], bytes, n_there);
    receive_all(fds[1], bytes, n_there);
    send_all(fds[1], bytes, n_back);
    receive_all(fds[0], bytes, n_back);
    return now_us() - start;
}

/* ---- input ---- */

static void line_take(struct bench *b, const char *key, const char *value)
{
    if (strcmp(key, "port") == 0)
        b->port = (unsigned)strtoul(value, NULL, 10);
    else if (strcmp(key, "project") == 0)
        b->project = strtoll(value, NULL, 10);
    else if (strcmp(key, "version") == 0)
        b->version = strtoll(value, NULL, 10);
    else if (strcmp(key, "until") == 0)
        b->until = strtoll(value, NULL, 10);
    else if (strcmp(key, "session") == 0)
        snprintf(b->session, sizeof(b->session), "%s", value);
    else if (strcmp(key, "stream") == 0 && b->n_streams < STREAMS_MAX)
        snprintf(b->owners[b->n_streams++], TEXT, "%s", value);
    else if (strcmp(key, "unit") == 0 && b->n_units < UNITS_MAX)
        b->units[b->n_units++] = strtoll(value, NULL, 10);
}

static void input_read(struct bench *b)
{
    char line[2 * TEXT];

    while (fgets(line, sizeof(line), stdin)) {
        char *value = strchr(line, ' ');

        line[strcspn(line, "\n")] = '\0';
        if (!value)
            continue;
        *value++ = '\0';
        line_take(b, line, value);
    }
}

static void answer_read(struct bench *b)
{
    static char text[BUFFER];
    size_t n = 0, need = 0;

    while (need == 0 || n < need) {
        ssize_t got = recv(b->control, text + n, sizeof(text) - 1 - n, 0);
        char *end, *length;

        if (got <= 0)
            fail("answer");
        n += (size_t)got;
        text[n] = '\0';
        end = strstr(text, "\r\n\r\n");
        length = strcasestr(text, "Content-Length:");
        if (end && length)
            need = (size_t)(end - text) + 4 + strtoul(length + 15, NULL, 10);
    }
    if (strncmp(text, "HTTP/1.1 200", 12) != 0) {
        fprintf(stderr, "bench_streams: %s\n", text);
        exit(1);
    }
}

/* ---- streams ---- */

static void stream_open(struct bench *b, size_t index)
{
    struct stream *s = &b->streams[index];
    char request[1024];
    int n = snprintf(request, sizeof(request),
                     "GET /api/v1/public/events?project=%" PRId64 " HTTP/1.1\r\n"
                     "Host: 127.0.0.1:%u\r\nCookie: anchang_terminal=%s\r\n\r\n",
                     b->project, b->port, b->owners[index]);

    s->fd = loopback_connect(b->port);
    send_all(s->fd, request, (size_t)n);
}

/* Reads what is there; notes whether it contains the change of the unit. */
static void stream_read(struct bench *b, struct stream *s, const char *mark)
{
    ssize_t got = recv(s->fd, s->text + s->n, sizeof(s->text) - 1 - s->n, MSG_DONTWAIT);
    char *at;

    if (got == 0 || (got < 0 && errno != EAGAIN))
        fail("a stream ended");
    if (got < 0)
        return;
    s->n += (size_t)got;
    s->text[s->n] = '\0';
    at = strstr(s->text, mark);
    if (at && strstr(at, "\n\n")) {
        s->told = true;
        b->n_event = s->n;
        s->n = 0;
    } else if (s->n > sizeof(s->text) / 2) { /* heartbeats: keep the tail */
        memmove(s->text, s->text + s->n - 4096, 4096);
        s->n = 4096;
    }
}

/* Waits until every stream has @mark. */
static void streams_wait(struct bench *b, const char *mark)
{
    struct pollfd fds[STREAMS_MAX];
    int64_t deadline = now_us() + PATIENCE_MS * 1000;
    size_t waiting = b->n_streams;

    for (size_t i = 0; i < b->n_streams; i++)
        b->streams[i].told = false;
    while (waiting > 0) {
        nfds_t n = 0;

        waiting = 0;
        for (size_t i = 0; i < b->n_streams; i++) {
            struct stream *s = &b->streams[i];

            if (!s->told)
                stream_read(b, s, mark);
            if (s->told)
                continue;
            waiting++;
            fds[n++] = (struct pollfd){.fd = s->fd, .events = POLLIN};
        }
        if (waiting == 0)
            break;
        if (now_us() > deadline) {
            if (b->control > 0)
                answer_read(b); /* a refusal says why */
            errno = ETIMEDOUT;
            fail(mark);
        }
        poll(fds, n, 100);
    }
}

/* ---- a change ---- */

static size_t request_make(const struct bench *b, int64_t unit, char *out, size_t size)
{
    char body[256];
    int n_body =
        snprintf(body, sizeof(body),
                 "{\"units\":[{\"id\":%" PRId64 ",\"version\":%" PRId64 "}],\"reason\":\"bench\","
                 "\"until_ms\":%" PRId64 "}",
                 unit, b->version, b->until);
    int n = snprintf(out, size,
                     "POST /api/v1/projects/%" PRId64 "/units/hold HTTP/1.1\r\n"
                     "Host: 127.0.0.1:%u\r\nCookie: %s\r\nX-Anchang: 1\r\n"
                     "Content-Type: application/json\r\nContent-Length: %d\r\n"
                     "Idempotency-Key: bench-%d-%" PRId64 "\r\n\r\n%s",
                     b->project, b->port, b->session, n_body, (int)getpid(), unit, body);

    return (size_t)n;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void list_print(const char *name, int64_t *values, size_t n)
{
    qsort(values, n, sizeof(*values), compare);
    printf(",\"%s\":[", name);
    for (size_t i = 0; i < n; i++)
        printf("%s%" PRId64, i ? "," : "", values[i]);
    printf("]");
}

int main(void)
{
    static struct bench b;
    int fds[2];

    input_read(&b);
    trip_open(fds);
    for (size_t i = 0; i < b.n_streams; i++)
        stream_open(&b, i);
    streams_wait(&b, "event: heartbeat"); /* the first one comes at once */
    b.control = loopback_connect(b.port);
    for (size_t i = 0; i < b.n_units; i++) {
        char request[1024], mark[64];
        size_t n = request_make(&b, b.units[i], request, sizeof(request));
        int64_t start = now_us();

        snprintf(mark, sizeof(mark), "[%" PRId64 ",\"", b.units[i]);
        send_all(b.control, request, n);
        streams_wait(&b, mark);
        b.last_us[i] = now_us() - start;
        answer_read(&b);
        b.trip_us[i] = trip(fds, n, b.n_event);
    }
    printf("{\"changes\":%zu", b.n_units);
    list_print("last_us", b.last_us, b.n_units);
    list_print("trip_us", b.trip_us, b.n_units);
    puts("}");
    return 0;
}

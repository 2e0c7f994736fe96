/* feed.c - see feed.h.
 *
 * One lock guards the ring, the streams and their positions. A stream is a suspended connection:
 * `waiting` says so, and only under the lock does it become suspended or get resumed, so each
 * suspension meets exactly one resumption. libmicrohttpd never calls us holding its own locks, so
 * taking those inside ours is safe.
 */
#include "daemon/http/feed.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/http/call.h"
#include "daemon/http/response.h"
#include "daemon/http/session.h"
#include "db/clock.h"

enum { EPOCH_MAX = 24, EVENT_NAME_MAX = 40, TICK_MS = 1000, BLOCK = 8192 };

struct event {
    unsigned refs; /* under the feed's lock */
    uint64_t channel;
    size_t n;
    char text[];
};

struct feed_stream {
    struct feed *feed;
    struct feed_stream *prev, *next;
    uint64_t channels[CALL_CHANNELS_MAX];
    size_t n_channels;
    uint64_t position;     /* all events up to it were sent or are not ours */
    struct event *current; /* being sent, from offset on */
    size_t offset;
    uint64_t beat; /* the last heartbeat sent */
    bool waiting;  /* suspended */
    bool ended;    /* session over, client gone or shutdown */
    bool lost;     /* must be told to start over */
    bool tied;     /* to a session */
    uint8_t owner[32], session[32];
    uint32_t revision; /* of the session */
    struct MHD_Connection *connection;
    int fd;
};

struct feed {
    pthread_mutex_t lock;
    pthread_cond_t stop;
    pthread_t thread;
    bool have_thread, closing;
    char epoch[EPOCH_MAX + 1];
    struct sessions *sessions;
    size_t events_max, bytes_max, streams_max, per_owner;
    int64_t beat_ms;
    struct event **ring; /* number % events_max */
    uint64_t last;       /* number of the newest; 0: none yet */
    size_t n, bytes;     /* in the ring */
    uint64_t beat;
    int64_t checked_ms; /* boot clock */
    struct feed_stream *streams;
    size_t n_streams;
    uint64_t resets;
};

/* ---- events ---- */

static void event_unref(struct event *e)
{
    if (e && --e->refs == 0)
        free(e);
}

static struct event *event_new(size_t n)
{
    struct event *e = malloc(sizeof(*e) + n + 1);

    if (e)
        *e = (struct event){.refs = 1, .n = 0};
    return e;
}

static void event_add(struct event *e, const char *text, size_t n)
{
    memcpy(e->text + e->n, text, n);
    e->n += n;
}

static bool name_ok(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz.-");

    return n > 0 && n <= EVENT_NAME_MAX && name[n] == '\0';
}

/* The text of one event: a line break in the data starts another data line, so that it cannot end
 * the event or forge a field. */
static struct event *event_make(const struct feed *f, uint64_t number, const char *name,
                                const char *data, size_t n)
{
    char head[128];
    int n_head = snprintf(head, sizeof(head), "id: %s-%llu\nevent: %s\n", f->epoch,
                          (unsigned long long)number, name);
    size_t lines = 1;
    struct event *e;

    for (size_t i = 0; i < n; i++)
        lines += data[i] == '\n' || data[i] == '\r';
    e = event_new((size_t)n_head + n + lines * 7 + 2);
    if (!e)
        return NULL;
    event_add(e, head, (size_t)n_head);
    for (size_t from = 0; from <= n;) {
        size_t to = from;

        while (to < n && data[to] != '\n' && data[to] != '\r')
            to++;
        event_add(e, "data: ", 6);
        event_add(e, data + from, to - from);
        event_add(e, "\n", 1);
        from = to + 1;
    }
    event_add(e, "\n", 1);
    return e;
}

/* ---- the ring ---- */

static uint64_t oldest(const struct feed *f)
{
    return f->last - f->n + 1;
}

static void ring_drop(struct feed *f)
{
    struct event **slot = &f->ring[oldest(f) % f->events_max];

    f->bytes -= (*slot)->n;
    f->n--;
    event_unref(*slot);
    *slot = NULL;
}

static bool listens(const struct feed_stream *s, uint64_t channel)
{
    for (size_t i = 0; i < s->n_channels; i++)
        if (s->channels[i] == channel)
            return true;
    return false;
}

static void wake(struct feed_stream *s)
{
    if (!s->waiting)
        return;
    s->waiting = false;
    MHD_resume_connection(s->connection);
}

/* @e is the newest. When there is no room for it (NULL) there is a hole that nobody gets over: the
 * ring begins anew behind it, and who listens is told to read all again. */
static void ring_add(struct feed *f, struct event *e)
{
    while (f->n > 0 && (!e || f->n >= f->events_max || f->bytes + e->n > f->bytes_max))
        ring_drop(f);
    f->last++;
    if (!e)
        return;
    f->ring[f->last % f->events_max] = e;
    f->n++;
    f->bytes += e->n;
}

int feed_post(struct feed *f, uint64_t channel, const char *name, const char *data, size_t n)
{
    const bool fits = n <= f->bytes_max / 4;
    struct event *e;

    if (!name_ok(name))
        return -EINVAL;
    pthread_mutex_lock(&f->lock);
    e = fits ? event_make(f, f->last + 1, name, data, n) : NULL;
    if (e)
        e->channel = channel;
    ring_add(f, e);
    for (struct feed_stream *s = f->streams; s; s = s->next) {
        if (listens(s, channel))
            wake(s);
        else if (s->position == f->last - 1)
            s->position = f->last; /* who took all of its own is not behind */
    }
    pthread_mutex_unlock(&f->lock);
    return e ? 0 : fits ? -ENOMEM : -EMSGSIZE;
}

void feed_checked(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    f->checked_ms = clock_boot_ms();
    pthread_mutex_unlock(&f->lock);
}

void feed_position(struct feed *f, char ret_id[FEED_ID_TEXT])
{
    pthread_mutex_lock(&f->lock);
    snprintf(ret_id, FEED_ID_TEXT, "%s-%llu", f->epoch, (unsigned long long)f->last);
    pthread_mutex_unlock(&f->lock);
}

/* ---- what a stream sends next ---- */

static struct event *beat_make(struct feed *f, const struct feed_stream *s)
{
    char data[160];
    int n = snprintf(data, sizeof(data), "{\"now_ms\":%lld,\"age_ms\":%lld,\"last\":\"%s-%llu\"}",
                     (long long)clock_wall_ms(), (long long)(clock_boot_ms() - f->checked_ms),
                     f->epoch, (unsigned long long)f->last);

    return event_make(f, s->position, "heartbeat", data, (size_t)n);
}

/* The next thing to send, with a reference; NULL when there is nothing now. */
static struct event *next_event(struct feed *f, struct feed_stream *s)
{
    if (s->lost || s->position + 1 < oldest(f)) {
        struct event *e = event_make(f, f->last, "reset", "{}", 2);

        if (!e)
            return NULL; /* at the next beat */
        s->lost = false;
        s->position = f->last;
        f->resets++;
        return e;
    }
    while (s->position < f->last) {
        struct event *e = f->ring[++s->position % f->events_max];

        if (listens(s, e->channel)) {
            e->refs++;
            return e;
        }
    }
    if (s->beat != f->beat) {
        s->beat = f->beat;
        return beat_make(f, s);
    }
    return NULL;
}

static ssize_t stream_read(void *cls, uint64_t at, char *out, size_t room)
{
    struct feed_stream *s = cls;
    struct feed *f = s->feed;
    ssize_t result;
    size_t filled = 0;

    (void)at;
    pthread_mutex_lock(&f->lock);
    while (filled < room) {
        size_t n;

        if (!s->current) {
            s->offset = 0;
            s->current = s->ended || f->closing ? NULL : next_event(f, s);
        }
        if (!s->current)
            break;
        n = s->current->n - s->offset;
        if (n > room - filled)
            n = room - filled;
        memcpy(out + filled, s->current->text + s->offset, n);
        filled += n;
        s->offset += n;
        if (s->offset == s->current->n) {
            event_unref(s->current);
            s->current = NULL;
        }
    }
    result = (ssize_t)filled;
    if (filled == 0 && (s->ended || f->closing)) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else if (filled == 0) {
        s->waiting = true;
        MHD_suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&f->lock);
    return result;
}

static void stream_free(void *cls)
{
    struct feed_stream *s = cls;
    struct feed *f = s->feed;

    pthread_mutex_lock(&f->lock);
    if (s->prev)
        s->prev->next = s->next;
    else
        f->streams = s->next;
    if (s->next)
        s->next->prev = s->prev;
    f->n_streams--;
    event_unref(s->current);
    pthread_mutex_unlock(&f->lock);
    free(s);
}

/* ---- opening ---- */

/* Sets the position from "<epoch>-<n>"; what is not ours or lies ahead means starting over. */
static void stream_place(struct feed *f, struct feed_stream *s, const char *after)
{
    size_t n = strlen(f->epoch);
    uint64_t number = 0;

    s->position = f->last;
    if (!after || !after[0])
        return;
    s->lost = true;
    if (strncmp(after, f->epoch, n) != 0 || after[n] != '-' || !after[n + 1] || strlen(after) > 44)
        return;
    for (const char *p = after + n + 1; *p; p++) {
        if (*p < '0' || *p > '9')
            return;
        number = number * 10 + (uint64_t)(*p - '0');
    }
    if (number > f->last)
        return;
    s->lost = false;
    s->position = number;
}

static struct MHD_Response *stream_response(struct feed_stream *s)
{
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, stream_read, s, stream_free);

    if (!r)
        return NULL;
    if (MHD_add_response_header(r, "Content-Type", "text/event-stream") != MHD_YES ||
        MHD_add_response_header(r, "Cache-Control", "no-store") != MHD_YES ||
        MHD_add_response_header(r, "X-Accel-Buffering", "no") != MHD_YES ||
        response_secure(r, PAGE_DATA) < 0) {
        MHD_destroy_response(r);
        return NULL;
    }
    return r;
}

static int stream_admit(struct feed *f, struct feed_stream *s)
{
    size_t same = 0;

    if (f->closing)
        return -ESHUTDOWN;
    for (const struct feed_stream *o = f->streams; o; o = o->next)
        same += !o->ended && memcmp(o->owner, s->owner, sizeof(s->owner)) == 0;
    if (f->n_streams >= f->streams_max || same >= f->per_owner)
        return -EUSERS;
    s->next = f->streams;
    if (s->next)
        s->next->prev = s;
    f->streams = s;
    f->n_streams++;
    return 0;
}

int feed_open(struct feed *f, const uint64_t *channels, size_t n_channels, const char *after,
              const uint8_t owner[32], const struct identity *id, struct MHD_Connection *connection,
              int fd, struct MHD_Response **ret_response)
{
    struct MHD_Response *response;
    struct feed_stream *s;
    int r;

    if (n_channels == 0 || n_channels > CALL_CHANNELS_MAX)
        return -EINVAL;
    s = calloc(1, sizeof(*s));
    if (!s)
        return -ENOMEM;
    s->feed = f;
    memcpy(s->channels, channels, n_channels * sizeof(*channels));
    s->n_channels = n_channels;
    memcpy(s->owner, owner, sizeof(s->owner));
    s->tied = id != NULL;
    if (id) {
        memcpy(s->session, id->session, sizeof(s->session));
        s->revision = id->revision;
    }
    s->connection = connection;
    s->fd = fd;
    pthread_mutex_lock(&f->lock);
    r = stream_admit(f, s);
    if (r == 0) {
        s->beat = f->beat - 1; /* one at once: the page sees the link is up */
        stream_place(f, s, after);
    }
    pthread_mutex_unlock(&f->lock);
    if (r < 0) {
        free(s);
        return r;
    }
    response = stream_response(s);
    if (!response) {
        /* The library calls stream_free() only for a response it has made. */
        stream_free(s);
        return -ENOMEM;
    }
    *ret_response = response;
    return 0;
}

/* ---- the beat ---- */

/* A suspended connection is not watched by the library: who has hung up is found here. */
static void end_hung_up(struct feed *f)
{
    for (struct feed_stream *s = f->streams; s; s = s->next) {
        struct pollfd p = {.fd = s->fd, .events = POLLRDHUP};

        if (s->waiting && poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR))) {
            s->ended = true;
            wake(s);
        }
    }
}

static void beat_all(struct feed *f)
{
    int64_t now_ms = clock_boot_ms();

    f->beat++;
    for (struct feed_stream *s = f->streams; s; s = s->next) {
        if (s->tied && f->sessions && !session_stands(f->sessions, s->session, s->revision, now_ms))
            s->ended = true;
        wake(s);
    }
}

static void *beat_main(void *arg)
{
    struct feed *f = arg;
    int64_t next_ms = clock_boot_ms() + f->beat_ms;
    int64_t tick_ms = f->beat_ms < TICK_MS ? f->beat_ms : TICK_MS;

    pthread_mutex_lock(&f->lock);
    while (!f->closing) {
        struct timespec until;

        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += tick_ms / 1000;
        until.tv_nsec += tick_ms % 1000 * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&f->stop, &f->lock, &until);
        if (f->closing)
            break;
        end_hung_up(f);
        if (clock_boot_ms() >= next_ms) {
            beat_all(f);
            next_ms = clock_boot_ms() + f->beat_ms;
        }
    }
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

/* ---- life ---- */

int feed_create(const struct feed_options *o, struct feed **ret_feed)
{
    size_t n = o->epoch ? strlen(o->epoch) : 0;
    pthread_condattr_t monotonic;
    struct feed *f;

    if (n == 0 || n > EPOCH_MAX ||
        strspn(o->epoch, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != n)
        return -EINVAL;
    f = calloc(1, sizeof(*f));
    if (!f)
        return -ENOMEM;
    memcpy(f->epoch, o->epoch, n + 1);
    f->sessions = o->sessions;
    f->checked_ms = clock_boot_ms();
    f->events_max = o->events_max ? o->events_max : FEED_EVENTS_MAX;
    f->bytes_max = o->bytes_max ? o->bytes_max : FEED_BYTES_MAX;
    f->streams_max = o->streams_max ? o->streams_max : FEED_STREAMS_MAX;
    f->per_owner = o->per_owner ? o->per_owner : FEED_PER_OWNER;
    f->beat_ms = o->beat_ms ? o->beat_ms : FEED_BEAT_MS;
    pthread_mutex_init(&f->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&f->stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
    f->ring = calloc(f->events_max, sizeof(*f->ring));
    f->have_thread = f->ring && pthread_create(&f->thread, NULL, beat_main, f) == 0;
    if (!f->have_thread) {
        feed_free(f);
        return -ENOMEM;
    }
    *ret_feed = f;
    return 0;
}

void feed_shutdown(struct feed *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->lock);
    f->closing = true;
    for (struct feed_stream *s = f->streams; s; s = s->next)
        wake(s);
    pthread_cond_broadcast(&f->stop);
    pthread_mutex_unlock(&f->lock);
    if (f->have_thread)
        pthread_join(f->thread, NULL);
    f->have_thread = false;
}

struct feed *feed_free(struct feed *f)
{
    if (!f)
        return NULL;
    feed_shutdown(f);
    while (f->n > 0)
        ring_drop(f);
    pthread_cond_destroy(&f->stop);
    pthread_mutex_destroy(&f->lock);
    free(f->ring);
    free(f);
    return NULL;
}

void feed_get_stats(struct feed *f, struct feed_stats *ret_stats)
{
    pthread_mutex_lock(&f->lock);
    *ret_stats = (struct feed_stats){.posted = f->last,
                                     .resets = f->resets,
                                     .streams = f->n_streams,
                                     .events = f->n,
                                     .bytes = f->bytes};
    pthread_mutex_unlock(&f->lock);
}

/* feed.h - the event feed: numbered events in a bounded ring, sent to open streams.
 *
 * An event is written once as server-sent-event text and shared by every stream. A stream has a
 * position in the ring; when it falls out (slow reader, long absence) or its Last-Event-ID is of
 * another epoch, it gets `event: reset` and the page loads its snapshot again. Every 5 s each
 * stream gets `event: heartbeat` with the server's time, the current number and how long ago the
 * database last answered: by it the page shows the link, and grows stale when the daemon lives but
 * can no longer know what is true (DV-07). A stream whose session has ended, or may see something
 * else than when it was opened, is closed at the next beat.
 *
 * Thread: any. feed_post() never blocks on a reader.
 */
#ifndef ANCHANG_HTTP_FEED_H
#define ANCHANG_HTTP_FEED_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct feed;
struct feed_stream;
struct identity;
struct sessions;

enum feed_kind {
    FEED_PUBLIC = 1,   /* id: project; what a kiosk may see */
    FEED_INTERNAL = 2, /* id: project; what all staff may see: that something changed, and where */
    FEED_TERMINAL = 3, /* id: terminal; cards and commands for that page alone */
    FEED_STAFF = 4,    /* id: project, 0 for all; calls for help and alerts */
    FEED_USER = 5,     /* id: user; what is his alone: to-dos, requests, a reader he borrowed */
    FEED_UNITS = 6,    /* id: project; units as they are, for who sees all of it */
    FEED_PART = 7,     /* id: project; the same changes by building, for who sees a part of it */
    FEED_DEVICES = 8,  /* id: 0; that a device is other than before */
    FEED_DEALS = 9,    /* id: project; that a deal is, for who sees all deals of all of it */
    FEED_PRINT = 11, /* id: project, that a print job is other than before; 0: that a printer is */
    FEED_DEALS_PART = 10, /* id: building; the same for who sees all deals of a part */
};

static inline uint64_t feed_channel(enum feed_kind kind, int64_t id)
{
    return (uint64_t)kind << 56 | ((uint64_t)id & 0x00ffffffffffffffULL);
}

enum {
    FEED_EVENTS_MAX = 4096,
    FEED_BYTES_MAX = 4 * 1024 * 1024,
    FEED_STREAMS_MAX = 256,
    FEED_PER_OWNER = 8,
    FEED_BEAT_MS = 5000,
    FEED_ID_TEXT = 48,
};

struct feed_options {
    const char *epoch;         /* [A-Za-z0-9] up to 24, another at each start of the daemon */
    struct sessions *sessions; /* may be NULL: streams are not tied to sessions */
    unsigned events_max, streams_max, per_owner, beat_ms; /* 0: the values above */
    size_t bytes_max;
};

/* Starts the beat thread. */
int feed_create(const struct feed_options *options, struct feed **ret_feed);
/* Ends every stream; new ones get -ESHUTDOWN. To be called before the HTTP server stops. */
void feed_shutdown(struct feed *f);
/* After the last stream is gone. */
struct feed *feed_free(struct feed *f);

/* Appends an event called @name ([a-z.-]) with @data (UTF-8, usually JSON; line breaks are kept as
 * the format demands) and wakes who listens. -EMSGSIZE above a quarter of the ring, -ENOMEM: the
 * event is lost, and who would have heard it, or has not heard all before it, is told to start
 * over. */
int feed_post(struct feed *f, uint64_t channel, const char *name, const char *data, size_t n);

/* The database answered just now. Until the first time, since feed_create(). */
void feed_checked(struct feed *f);

/* The id of the last event, "<epoch>-<n>": a snapshot states it, a stream continues after it. */
void feed_position(struct feed *f, char ret_id[FEED_ID_TEXT]);

/* Opens a stream for http.c: @owner is what the per-owner cap counts by; @id (NULL: nobody is
 * known) ends it with its session, and with any change of what its session may see. @after: a
 * Last-Event-ID or NULL for "from now". -EUSERS: the caps are reached, -ESHUTDOWN, -ENOMEM. The
 * response owns the stream. */
int feed_open(struct feed *f, const uint64_t *channels, size_t n_channels, const char *after,
              const uint8_t owner[32], const struct identity *id, struct MHD_Connection *connection,
              int fd, struct MHD_Response **ret_response);

struct feed_stats {
    uint64_t posted, resets;
    size_t streams, events, bytes;
};
void feed_get_stats(struct feed *f, struct feed_stats *ret_stats);

#endif

/* http_stream.h - the client of an event stream, for tests: what has come of it, and waiting for
 * more. */
#ifndef ANCHANG_TEST_HTTP_STREAM_H
#define ANCHANG_TEST_HTTP_STREAM_H

#include "http_client.h"

struct stream {
    int fd;
    struct answer a;
    char *text;     /* head and events, without the framing of chunks; owned */
    size_t n, room; /* bytes of text, and of its place */
    size_t raw;     /* bytes of a.text worked off */
    size_t at;      /* looked through up to here */
    size_t chunk;   /* bytes left of the chunk */
    bool head, end; /* the head is through; the last chunk came */
};

/* Moves what has come from a.text to text. */
static inline void stream_decode(struct stream *s)
{
    if (s->room < s->n + s->a.n - s->raw + 1) {
        s->room = 2 * (s->n + s->a.n - s->raw) + 1;
        s->text = realloc(s->text, s->room);
    }
    if (!s->head) {
        const char *p = s->a.text ? strstr(s->a.text, "\r\n\r\n") : NULL;

        if (p) {
            s->n = s->raw = (size_t)(p - s->a.text) + 4;
            memcpy(s->text, s->a.text, s->n);
            s->head = true;
        }
    }
    while (s->head && s->raw < s->a.n && !s->end) {
        if (s->chunk > 0) {
            size_t n = s->a.n - s->raw < s->chunk ? s->a.n - s->raw : s->chunk;

            memcpy(s->text + s->n, s->a.text + s->raw, n);
            s->n += n;
            s->raw += n;
            s->chunk -= n;
        } else {
            const char *line = s->a.text + s->raw, *end;

            if (!strncmp(line, "\r\n", 2))
                line += 2;
            end = strstr(line, "\r\n");
            if (!end)
                break;
            s->chunk = strtoul(line, NULL, 16);
            s->end = s->chunk == 0;
            s->raw = (size_t)(end + 2 - s->a.text);
        }
    }
    s->text[s->n] = '\0';
}

/* Waits until @text has come after what was looked through; false when it does not. */
static inline bool stream_until(struct stream *s, const char *text)
{
    size_t from = s->at, n = strlen(text);

    for (int64_t until = client_now_ms() + PATIENCE_MS;;) {
        const char *p;

        stream_decode(s);
        p = strstr(s->text + from, text);
        if (p) {
            s->at = (size_t)(p - s->text) + n;
            return true;
        }
        if (s->n > from + n)
            from = s->n - n; /* what has been looked through needs no second look */
        if (s->a.closed || s->end || client_now_ms() >= until)
            return false;
        client_more(s->fd, &s->a, (int)(until - client_now_ms()));
    }
}

static inline bool stream_ends(struct stream *s)
{
    stream_until(s, "no such text");
    return s->end || s->a.closed;
}

static inline void stream_close(struct stream *s)
{
    close(s->fd);
    free(s->a.text);
    free(s->text);
}

#endif

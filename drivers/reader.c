/* reader.c - see reader.h. */
#include "drivers/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/reader_setup.h"

struct reader {
    const struct driver *driver;
    struct reader_setup setup;
    struct reader_counts counts;
    int64_t last_ms; /* when bytes came last */
    bool deaf;       /* after an endless frame, until the device was silent */
    size_t n, seen;
    uint8_t bytes[FRAME_MAX];
};

int reader_new(const struct model *model, const struct device_facts *facts,
               struct reader **ret_reader)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    int r = 0;

    if (!reader)
        return -ENOMEM;
    reader->driver = model->driver;
    reader->setup.form = model->form;
    if (reader->driver->setup)
        r = reader->driver->setup(model, facts, &reader->setup);
    if (r < 0) {
        free(reader);
        return r;
    }
    *ret_reader = reader;
    return 0;
}

struct reader *reader_free(struct reader *reader)
{
    if (reader) {
        explicit_bzero(reader->bytes, sizeof(reader->bytes));
        free(reader);
    }
    return NULL;
}

const struct reader_counts *reader_counts(const struct reader *reader)
{
    return &reader->counts;
}

static void drop(struct reader *reader)
{
    reader->counts.dropped++;
    reader->counts.skipped += reader->n;
    explicit_bzero(reader->bytes, reader->n);
    reader->n = reader->seen = 0;
}

static void frame_read(struct reader *reader, const uint8_t *frame, size_t n,
                       const struct reader_events *events, void *arg)
{
    struct card_read card;
    int r = reader->driver->decode(&reader->setup, frame, n, &card);

    if (r == -EAGAIN)
        return;
    if (r == 0)
        reader->counts.cards++;
    else if (r == -EPERM)
        reader->counts.refused++;
    else
        reader->counts.bad++;
    events->read(arg, r, r == 0 ? &card : NULL);
}

/* All that the gathered bytes give; what is left begins a frame. */
static void scan(struct reader *reader, const struct reader_events *events, void *arg)
{
    enum scan_result result = SCAN_SKIP;
    size_t at = 0, n;

    while (at < reader->n) {
        result = reader->driver->scan(&reader->setup, reader->bytes + at, reader->n - at,
                                      reader->seen, &n);
        if (result == SCAN_MORE) {
            reader->seen = reader->n - at;
            break;
        }
        if (result == SCAN_FRAME)
            frame_read(reader, reader->bytes + at, n, events, arg);
        else
            reader->counts.skipped += n;
        at += n;
        reader->seen = 0;
    }
    if (at > 0) {
        memmove(reader->bytes, reader->bytes + at, reader->n - at);
        explicit_bzero(reader->bytes + reader->n - at, at);
        reader->n -= at;
    }
}

void reader_feed(struct reader *reader, int64_t now_ms, const uint8_t *bytes, size_t n,
                 const struct reader_events *events, void *arg)
{
    reader_expire(reader, now_ms);
    reader->last_ms = now_ms;
    while (n > 0 && !reader->deaf) {
        size_t taken = FRAME_MAX - reader->n < n ? FRAME_MAX - reader->n : n;

        memcpy(reader->bytes + reader->n, bytes, taken);
        reader->n += taken;
        bytes += taken;
        n -= taken;
        scan(reader, events, arg);
        if (reader->n == FRAME_MAX) {
            drop(reader);
            reader->deaf = true;
        }
    }
    reader->counts.skipped += n;
}

int64_t reader_expire(struct reader *reader, int64_t now_ms)
{
    int64_t left = reader->last_ms + reader->driver->gap_ms - now_ms;

    if (reader->n == 0 && !reader->deaf)
        return -1;
    if (left > 0)
        return left;
    if (reader->n > 0)
        drop(reader);
    reader->deaf = false;
    return -1;
}

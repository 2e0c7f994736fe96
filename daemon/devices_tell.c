/* devices_tell.c - what the device page, and the page of a terminal, hear of how readers are. See
 * devices_impl.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "daemon/devices_impl.h"
#include "daemon/http/feed.h"

void pages_tell(struct devices *d, int64_t id)
{
    char data[64];
    int n = snprintf(data, sizeof(data), "{\"id\":%" PRId64 "}", id);
    int r =
        feed_post(d->options.app->feed, feed_channel(FEED_DEVICES, 0), "device", data, (size_t)n);

    if (r < 0)
        devices_log(d, LOG_ERR, "the device pages could not be told: %s", strerror(-r));
}

void entry_tell(struct entry *e)
{
    pages_tell(e->owner, e->row.id);
}

/* ---- what the page of a terminal is told of its readers ---- */

/* Under the lock. */
static const char *reader_text(const struct devices *d, int64_t terminal_id)
{
    const char *text = "none";

    for (size_t i = 0; i < DEVICES_MAX && strcmp(text, "ready") != 0; i++) {
        const struct entry *e = &d->entries[i];

        if (e->used && e->row.id && e->row.terminal_id == terminal_id)
            text = is_up(e->state) ? "ready" : "away";
    }
    return text;
}

/* Under the lock, so that what is told last is what is. */
static void reader_post(struct devices *d, int64_t terminal_id, const char *text)
{
    char data[40];
    int n = snprintf(data, sizeof(data), "{\"state\":\"%s\"}", text);
    int r = feed_post(d->options.app->feed, feed_channel(FEED_TERMINAL, terminal_id), "reader",
                      data, (size_t)n);

    if (r < 0)
        devices_log(d, LOG_ERR, "a page could not be told of its reader: %s", strerror(-r));
}

/* Under the lock: whom a reader is bound to and who has not been told of one yet. */
static void listeners_find(struct devices *d)
{
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        const struct entry *e = &d->entries[i];
        size_t k = 0;

        if (!e->used || !e->row.terminal_id)
            continue;
        while (k < d->n_listeners && d->listeners[k].terminal_id != e->row.terminal_id)
            k++;
        if (k == d->n_listeners && k < DEVICES_MAX)
            d->listeners[d->n_listeners++] =
                (struct listener){.terminal_id = e->row.terminal_id, .told = "none"};
    }
}

void readers_tell(struct devices *d)
{
    pthread_mutex_lock(&d->lock);
    listeners_find(d);
    for (size_t i = d->n_listeners; i-- > 0;) {
        struct listener *l = &d->listeners[i];
        const char *text = reader_text(d, l->terminal_id);

        if (strcmp(text, l->told) != 0)
            reader_post(d, l->terminal_id, text);
        l->told = text;
        if (strcmp(text, "none") == 0)
            *l = d->listeners[--d->n_listeners];
    }
    pthread_mutex_unlock(&d->lock);
}

void devices_reader_tell(struct devices *d, int64_t terminal_id)
{
    pthread_mutex_lock(&d->lock);
    reader_post(d, terminal_id, reader_text(d, terminal_id));
    pthread_mutex_unlock(&d->lock);
}

/* bus_pcsc.c - readers of PC/SC: what its thread (bus_pcsc_watch.h) saw, told on the loop. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "drivers/bus_pcsc_watch.h"
#include "drivers/port_impl.h"

struct pcsc_port {
    struct port_core core;
    struct pcsc_bus *bus;
    struct pcsc_reader *reader; /* NULL: it has left */
    uint64_t wish;
    bool paused, gone;
    struct pcsc_port *next, **at;
};

struct pcsc_reader {
    struct device_id id;
    struct pcsc_port *port;
    struct pcsc_reader *next;
};

struct pcsc_bus {
    struct bus_core core;
    struct pcsc_watch *watch;
    sd_event_source *words;
    struct pcsc_reader *readers;
    struct pcsc_port *ports;
    uint64_t last_wish;
};

/* ---- what the thread tells ---- */

static struct pcsc_reader **reader_find(struct pcsc_bus *bus, const char *name)
{
    struct pcsc_reader **at = &bus->readers;

    while (*at && strcmp((*at)->id.path, name) != 0)
        at = &(*at)->next;
    return at;
}

static void port_gone(struct pcsc_port *p, int error)
{
    if (p->gone)
        return;
    p->gone = true;
    p->core.events->gone(p->core.arg, error);
}

static void reader_arrived(struct pcsc_bus *bus, const char *name)
{
    struct pcsc_reader *reader = calloc(1, sizeof(*reader));

    if (!reader)
        return;
    reader->id.bus = bus_pcsc.name;
    snprintf(reader->id.path, sizeof(reader->id.path), "%s", name);
    port_text(name, reader->id.product);
    reader->next = bus->readers;
    bus->readers = reader;
    bus->core.events->arrived(bus->core.arg, &reader->id);
}

static void reader_left(struct pcsc_bus *bus, const char *name)
{
    struct pcsc_reader **at = reader_find(bus, name), *reader = *at;

    if (!reader)
        return;
    *at = reader->next;
    if (reader->port) {
        (void)pcsc_watch_want(bus->watch, name, 0);
        reader->port->reader = NULL;
        port_gone(reader->port, -ENODEV);
    }
    bus->core.events->left(bus->core.arg, &reader->id);
    free(reader);
}

static struct pcsc_port *port_of(struct pcsc_bus *bus, uint64_t wish)
{
    for (struct pcsc_port *p = bus->ports; p; p = p->next)
        if (p->wish == wish && !p->gone && !p->paused)
            return p;
    return NULL;
}

static void word_hear(struct pcsc_bus *bus, const struct pcsc_word *word)
{
    struct pcsc_port *p;

    switch (word->kind) {
    case PCSC_STATE:
        bus_state(&bus->core, word->error);
        break;
    case PCSC_ARRIVED:
        reader_arrived(bus, word->reader);
        break;
    case PCSC_LEFT:
        reader_left(bus, word->reader);
        break;
    case PCSC_DATA:
        p = port_of(bus, word->wish);
        if (p)
            p->core.events->data(p->core.arg, word->bytes, word->n);
        break;
    case PCSC_FAILED:
        p = port_of(bus, word->wish);
        if (p)
            port_gone(p, word->error);
        break;
    }
}

static int on_work(sd_event_source *source, void *arg)
{
    struct pcsc_bus *bus = arg;
    struct pcsc_word word;

    (void)source;
    while (pcsc_watch_take(bus->watch, &word)) {
        word_hear(bus, &word);
        explicit_bzero(&word, sizeof(word));
    }
    return 0;
}

static int on_words(sd_event_source *source, int fd, uint32_t events, void *arg)
{
    (void)fd, (void)events;
    return on_work(source, arg);
}

/* ---- ports ---- */

static int pcsc_open(struct bus *base, const struct device_id *id, const struct line_settings *line,
                     const struct port_events *events, void *arg, struct port **ret_port)
{
    struct pcsc_bus *bus = (struct pcsc_bus *)base;
    struct pcsc_reader *reader = *reader_find(bus, id->path);
    struct pcsc_port *p;
    int r;

    (void)line;
    if (!reader || reader->port)
        return reader ? -EBUSY : -ENODEV;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    port_core_init(&p->core, &bus_pcsc, events, arg);
    r = port_ready_soon(&p->core, bus->core.loop);
    if (r == 0)
        r = pcsc_watch_want(bus->watch, id->path, bus->last_wish + 1);
    if (r < 0) {
        port_core_free(&p->core);
        free(p);
        return r;
    }
    p->wish = ++bus->last_wish;
    p->bus = bus;
    p->reader = reader;
    p->next = bus->ports;
    p->at = &bus->ports;
    if (p->next)
        p->next->at = &p->next;
    bus->ports = p;
    reader->port = p;
    *ret_port = &p->core.port;
    return 0;
}

/* Reading again is a new wish, so that a card which stayed is read. */
static void pcsc_pause(struct port *port, bool paused)
{
    struct pcsc_port *p = (struct pcsc_port *)port;

    if (p->paused == paused || !p->reader)
        return;
    p->paused = paused;
    if (!paused)
        p->wish = ++p->bus->last_wish;
    (void)pcsc_watch_want(p->bus->watch, p->reader->id.path, paused ? 0 : p->wish);
}

static struct port *pcsc_close(struct port *port)
{
    struct pcsc_port *p = (struct pcsc_port *)port;

    if (!p)
        return NULL;
    if (p->reader) {
        (void)pcsc_watch_want(p->bus->watch, p->reader->id.path, 0);
        p->reader->port = NULL;
    }
    *p->at = p->next;
    if (p->next)
        p->next->at = p->at;
    port_core_free(&p->core);
    free(p);
    return NULL;
}

/* ---- the bus ---- */

static struct bus *pcsc_stop(struct bus *base)
{
    struct pcsc_bus *bus = (struct pcsc_bus *)base;

    if (!bus)
        return NULL;
    for (struct pcsc_port *p = bus->ports, *next; p; p = next) {
        next = p->next;
        pcsc_close(&p->core.port);
    }
    sd_event_source_disable_unref(bus->words);
    pcsc_watch_stop(bus->watch);
    while (bus->readers) {
        struct pcsc_reader *reader = bus->readers;

        bus->readers = reader->next;
        free(reader);
    }
    bus_core_free(&bus->core);
    free(bus);
    return NULL;
}

static int pcsc_start(sd_event *loop, const char *const *paths, const struct bus_events *events,
                      void *arg, struct bus **ret_bus)
{
    struct pcsc_bus *bus = calloc(1, sizeof(*bus));
    int r;

    (void)paths;
    if (!bus)
        return -ENOMEM;
    r = bus_core_init(&bus->core, &bus_pcsc, loop, events, arg, on_work);
    if (r == 0)
        r = pcsc_watch_start(&bus->watch);
    if (r == 0)
        r = sd_event_add_io(loop, &bus->words, pcsc_watch_fd(bus->watch), EPOLLIN, on_words, bus);
    if (r < 0) {
        pcsc_stop(&bus->core.bus);
        return r;
    }
    *ret_bus = &bus->core.bus;
    return 0;
}

const struct bus_ops bus_pcsc = {
    .name = "pcsc",
    .start = pcsc_start,
    .stop = pcsc_stop,
    .open = pcsc_open,
    .pause = pcsc_pause,
    .close = pcsc_close,
};

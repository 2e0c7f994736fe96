/* bus_replay.c - captures (capture.h) as devices: each plays what was recorded, in its time, once
 * it is open.
 *
 * For tests, of codecs through the real daemon. What went wrong in the capture goes wrong here: a
 * port whose device hung up is gone, and the device leaves; when the capture goes on behind that,
 * it arrives again and goes on where it was.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/capture.h"
#include "drivers/port_impl.h"

enum { ERROR_MAX = 400 };

/* A device, and its port while it is open. */
struct replay_port {
    struct port_core core;
    struct replay_bus *bus;
    struct device_id id;
    struct capture *capture;
    size_t next;            /* event to be played */
    uint64_t begin;         /* us on the monotonic clock at which the capture's time was 0 */
    sd_event_source *timer; /* set while it is open */
    bool told, hung_up;
};

struct replay_bus {
    struct bus_core core;
    struct replay_port *ports;
    size_t n_ports;
};

/* ---- devices ---- */

static int on_work(sd_event_source *source, void *arg)
{
    struct replay_bus *bus = arg;

    (void)source;
    bus_state(&bus->core, 0);
    for (size_t i = 0; i < bus->n_ports; i++) {
        struct replay_port *p = &bus->ports[i];

        if (p->told && p->hung_up) {
            p->told = false;
            bus->core.events->left(bus->core.arg, &p->id);
        }
        if (!p->told && (!p->hung_up || p->next < p->capture->n_events)) {
            p->told = true;
            p->hung_up = false;
            bus->core.events->arrived(bus->core.arg, &p->id);
        }
    }
    return 0;
}

static int device_make(struct replay_bus *bus, struct replay_port *p, const char *path)
{
    char error[ERROR_MAX];
    int r;

    if (strlen(path) >= sizeof(p->id.path))
        return -ENAMETOOLONG;
    r = capture_read(path, &p->capture, error, sizeof(error));
    if (r < 0)
        return r;
    p->bus = bus;
    p->id.bus = p->capture->bus;
    snprintf(p->id.path, sizeof(p->id.path), "%s", path);
    p->id.vid = p->capture->usb.vid;
    p->id.pid = p->capture->usb.pid;
    p->id.interface = p->capture->usb.interface;
    port_text(p->capture->device, p->id.product);
    p->core.facts = p->capture->facts;
    return 0;
}

/* ---- playing ---- */

/* The next event comes as long from now as it came after the one before it. */
static void go_on(struct replay_port *p)
{
    const struct capture_event *events = p->capture->events;
    uint64_t now = 0;

    if (p->next == p->capture->n_events)
        return;
    (void)sd_event_now(p->bus->core.loop, CLOCK_MONOTONIC, &now);
    p->begin = now - (p->next ? (uint64_t)events[p->next - 1].at_ms * 1000 : 0);
    (void)sd_event_source_set_time(p->timer, p->begin + (uint64_t)events[p->next].at_ms * 1000);
    (void)sd_event_source_set_enabled(p->timer, SD_EVENT_ONESHOT);
}

static int on_due(sd_event_source *source, uint64_t usec, void *arg)
{
    struct replay_port *p = arg;
    const struct capture_event *event = &p->capture->events[p->next++];

    (void)usec;
    if (event->kind == CAPTURE_ERROR) {
        p->hung_up = event->error == -ENODEV;
        bus_soon(&p->bus->core);
        p->core.events->gone(p->core.arg, event->error);
        return 0;
    }
    if (p->next < p->capture->n_events) {
        (void)sd_event_source_set_time(source, p->begin + (uint64_t)event[1].at_ms * 1000);
        (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    }
    if (event->kind == CAPTURE_IN)
        p->core.events->data(p->core.arg, p->capture->bytes + event->offset, event->n);
    return 0;
}

static void replay_pause(struct port *port, bool paused)
{
    struct replay_port *p = (struct replay_port *)port;

    if (paused)
        (void)sd_event_source_set_enabled(p->timer, SD_EVENT_OFF);
    else
        go_on(p);
}

static struct port *replay_close(struct port *port)
{
    struct replay_port *p = (struct replay_port *)port;

    if (p) {
        p->timer = sd_event_source_disable_unref(p->timer);
        port_core_free(&p->core);
    }
    return NULL;
}

static int replay_open(struct bus *base, const struct device_id *id,
                       const struct line_settings *line, const struct port_events *events,
                       void *arg, struct port **ret_port)
{
    struct replay_bus *bus = (struct replay_bus *)base;
    struct replay_port *p = NULL;
    int r;

    (void)line;
    for (size_t i = 0; i < bus->n_ports && !p; i++)
        if (!strcmp(bus->ports[i].id.path, id->path) && bus->ports[i].told)
            p = &bus->ports[i];
    if (!p || p->timer)
        return p ? -EBUSY : -ENODEV;
    port_core_init(&p->core, &bus_replay, events, arg);
    r = sd_event_add_time(bus->core.loop, &p->timer, CLOCK_MONOTONIC, 0, 1, on_due, p);
    if (r < 0)
        return r;
    (void)sd_event_source_set_enabled(p->timer, SD_EVENT_OFF);
    r = port_ready_soon(&p->core, bus->core.loop);
    if (r < 0) {
        replay_close(&p->core.port);
        return r;
    }
    go_on(p);
    *ret_port = &p->core.port;
    return 0;
}

/* ---- the bus ---- */

static struct bus *replay_stop(struct bus *base)
{
    struct replay_bus *bus = (struct replay_bus *)base;

    if (!bus)
        return NULL;
    for (size_t i = 0; i < bus->n_ports; i++) {
        replay_close(&bus->ports[i].core.port);
        capture_free(bus->ports[i].capture);
    }
    free(bus->ports);
    bus_core_free(&bus->core);
    free(bus);
    return NULL;
}

static int replay_start(sd_event *loop, const char *const *paths, const struct bus_events *events,
                        void *arg, struct bus **ret_bus)
{
    struct replay_bus *bus = calloc(1, sizeof(*bus));
    size_t n = 0;
    int r = bus ? 0 : -ENOMEM;

    while (paths && paths[n])
        n++;
    if (r == 0) {
        bus->ports = calloc(n + 1, sizeof(*bus->ports));
        r = bus->ports ? 0 : -ENOMEM;
    }
    for (; r == 0 && bus->n_ports < n; bus->n_ports++)
        r = device_make(bus, &bus->ports[bus->n_ports], paths[bus->n_ports]);
    if (r == 0)
        r = bus_core_init(&bus->core, &bus_replay, loop, events, arg, on_work);
    if (r < 0) {
        replay_stop((struct bus *)bus);
        return r;
    }
    *ret_bus = &bus->core.bus;
    return 0;
}

const struct bus_ops bus_replay = {
    .name = "replay",
    .start = replay_start,
    .stop = replay_stop,
    .open = replay_open,
    .pause = replay_pause,
    .close = replay_close,
};

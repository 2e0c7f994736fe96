/* bus_virtual.c - see bus_virtual.h: each name of the configuration is a reader that is there from
 * the start and never leaves. */
#include "drivers/bus_virtual.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/port_impl.h"

struct virtual_bus {
    struct bus_core core;
    struct virtual_port *ports; /* one for each reader */
    size_t n_ports;
};

/* A reader; its port is open while it has events. */
struct virtual_port {
    struct port_core core;
    struct device_id id;
    bool paused;
};

static int on_work(sd_event_source *source, void *arg)
{
    struct virtual_bus *v = arg;

    (void)source;
    bus_state(&v->core, 0);
    for (size_t i = 0; i < v->n_ports; i++)
        v->core.events->arrived(v->core.arg, &v->ports[i].id);
    return 0;
}

static int reader_init(struct virtual_port *p, const char *name)
{
    int n = snprintf(p->id.path, sizeof(p->id.path), "%s", name);

    p->id.bus = bus_virtual.name;
    port_text("Virtual reader", p->id.product);
    return n < (int)sizeof(p->id.path) ? 0 : -ENAMETOOLONG;
}

static struct bus *virtual_stop(struct bus *bus)
{
    struct virtual_bus *v = (struct virtual_bus *)bus;

    if (!v)
        return NULL;
    for (size_t i = 0; i < v->n_ports; i++)
        port_core_free(&v->ports[i].core);
    free(v->ports);
    bus_core_free(&v->core);
    free(v);
    return NULL;
}

static int virtual_start(sd_event *loop, const char *const *paths, const struct bus_events *events,
                         void *arg, struct bus **ret_bus)
{
    struct virtual_bus *v = calloc(1, sizeof(*v));
    size_t n = 0;
    int r = v ? 0 : -ENOMEM;

    while (paths && paths[n])
        n++;
    if (r == 0) {
        v->ports = calloc(n + 1, sizeof(*v->ports));
        r = v->ports ? 0 : -ENOMEM;
    }
    for (; r == 0 && v->n_ports < n; v->n_ports++)
        r = reader_init(&v->ports[v->n_ports], paths[v->n_ports]);
    if (r == 0)
        r = bus_core_init(&v->core, &bus_virtual, loop, events, arg, on_work);
    if (r < 0) {
        virtual_stop((struct bus *)v);
        return r;
    }
    *ret_bus = &v->core.bus;
    return 0;
}

static struct virtual_port *reader_find(struct bus *bus, const char *path)
{
    struct virtual_bus *v = (struct virtual_bus *)bus;

    for (size_t i = 0; i < v->n_ports; i++)
        if (!strcmp(v->ports[i].id.path, path))
            return &v->ports[i];
    return NULL;
}

static int virtual_open(struct bus *bus, const struct device_id *id,
                        const struct line_settings *line, const struct port_events *events,
                        void *arg, struct port **ret_port)
{
    struct virtual_bus *v = (struct virtual_bus *)bus;
    struct virtual_port *p = reader_find(bus, id->path);
    int r;

    (void)line;
    if (!p || p->core.events)
        return p ? -EBUSY : -ENODEV;
    r = port_ready_soon(&p->core, v->core.loop);
    if (r < 0)
        return r;
    port_core_init(&p->core, &bus_virtual, events, arg);
    p->paused = false;
    *ret_port = &p->core.port;
    return 0;
}

static void virtual_pause(struct port *port, bool paused)
{
    ((struct virtual_port *)port)->paused = paused;
}

static struct port *virtual_close(struct port *port)
{
    struct virtual_port *p = (struct virtual_port *)port;

    if (p) {
        port_core_free(&p->core);
        p->core.events = NULL;
    }
    return NULL;
}

int bus_virtual_push(struct bus *bus, const char *path, const uint8_t *bytes, size_t n)
{
    struct virtual_port *p = reader_find(bus, path);

    if (!p)
        return -ENODEV;
    if (!p->core.events || p->core.soon)
        return -ENOTCONN;
    if (p->paused)
        return -EBUSY;
    if (n > PORT_CHUNK_MAX)
        return -EMSGSIZE;
    p->core.events->data(p->core.arg, bytes, n);
    return 0;
}

const struct bus_ops bus_virtual = {
    .name = "virtual",
    .start = virtual_start,
    .stop = virtual_stop,
    .open = virtual_open,
    .pause = virtual_pause,
    .close = virtual_close,
};

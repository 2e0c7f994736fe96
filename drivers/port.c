/* port.c - see port_impl.h. */
#include <errno.h>
#include <string.h>

#include "drivers/port_impl.h"

int bus_core_init(struct bus_core *core, const struct bus_ops *ops, sd_event *loop,
                  const struct bus_events *events, void *arg, sd_event_handler_t work)
{
    int r = sd_event_add_defer(loop, &core->work, work, core); /* ONESHOT, and armed */

    if (r < 0)
        return r;
    core->bus.ops = ops;
    core->loop = sd_event_ref(loop);
    core->events = events;
    core->arg = arg;
    return 0;
}

void bus_soon(struct bus_core *core)
{
    (void)sd_event_source_set_enabled(core->work, SD_EVENT_ONESHOT);
}

void bus_core_free(struct bus_core *core)
{
    core->work = sd_event_source_disable_unref(core->work);
    core->loop = sd_event_unref(core->loop);
}

void port_core_init(struct port_core *core, const struct bus_ops *ops,
                    const struct port_events *events, void *arg)
{
    core->port.ops = ops;
    core->events = events;
    core->arg = arg;
}

static int on_soon(sd_event_source *source, void *arg)
{
    struct port_core *core = arg;

    (void)source;
    core->soon = sd_event_source_unref(core->soon);
    core->events->ready(core->arg, &core->facts);
    return 0;
}

int port_ready_soon(struct port_core *core, sd_event *loop)
{
    return sd_event_add_defer(loop, &core->soon, on_soon, core);
}

void port_core_free(struct port_core *core)
{
    core->soon = sd_event_source_disable_unref(core->soon);
}

void port_text(const char *said, char out[PORT_TEXT_MAX])
{
    size_t n = 0;

    while (*said == ' ')
        said++;
    for (; *said && n < PORT_TEXT_MAX - 1; said++)
        out[n++] = *said >= ' ' && *said <= '~' ? *said : '?';
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

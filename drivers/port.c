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
    core->state = 1;
    return 0;
}

void bus_soon(struct bus_core *core)
{
    (void)sd_event_source_set_enabled(core->work, SD_EVENT_ONESHOT);
}

void bus_state(struct bus_core *core, int error)
{
    if (core->state == error)
        return;
    core->state = error;
    core->events->state(core->arg, &core->bus, error);
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

/* Bytes of the character at @s, if it is whole, in its shortest form and no control character. */
static size_t character(const char *s)
{
    static const uint32_t least[] = {0, 0x20, 0xA0, 0x800, 0x10000};
    unsigned char first = (unsigned char)s[0];
    size_t n = first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    uint32_t code = n < 2 ? first : first & (0x7FU >> n);

    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)s[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | ((unsigned char)s[i] & 0x3F);
    }
    if (code < least[n] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) || code == 0x7F)
        return 0;
    return n;
}

void port_text(const char *said, char out[PORT_TEXT_MAX])
{
    size_t n = 0;

    while (*said == ' ')
        said++;
    while (*said && *said != '\n') {
        size_t bytes = character(said);

        if (n + (bytes ? bytes : 1) >= PORT_TEXT_MAX)
            break;
        memcpy(out + n, bytes ? said : "?", bytes ? bytes : 1);
        n += bytes ? bytes : 1;
        said += bytes ? bytes : 1;
    }
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

/* port_tty.c - reads one serial line, locked for us alone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "drivers/bus_tty.h"

struct tty_port {
    struct port_core core;
    char path[PORT_PATH_MAX];
    struct tty_line tty;
    sd_event_source *io; /* off once it is gone */
    struct tty_port *next, **at;
};

/* ---- reading ---- */

static void port_gone(struct tty_port *p, int error)
{
    (void)sd_event_source_set_enabled(p->io, SD_EVENT_OFF);
    p->core.events->gone(p->core.arg, error);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *arg)
{
    struct tty_port *p = arg;
    uint8_t bytes[PORT_CHUNK_MAX];
    int n = 0;

    (void)source, (void)fd;
    if (events & EPOLLIN)
        n = sp_nonblocking_read(p->tty.line, bytes, sizeof(bytes));
    /* Readable and nothing to read, an error, or a hang-up and no more to read: it is not there. */
    if (n <= 0) {
        port_gone(p, -ENODEV);
        return 0;
    }
    p->core.events->data(p->core.arg, bytes, (size_t)n);
    explicit_bzero(bytes, (size_t)n);
    return 0;
}

void tty_port_pause(struct port *port, bool paused)
{
    struct tty_port *p = (struct tty_port *)port;

    /* A hang-up is told even then. */
    (void)sd_event_source_set_io_events(p->io, paused ? 0 : EPOLLIN);
    if (!paused)
        (void)sp_flush(p->tty.line, SP_BUF_INPUT);
}

void tty_ports_lost(struct tty_port *ports, const char *path)
{
    for (struct tty_port *p = ports; p; p = p->next) {
        int enabled = SD_EVENT_OFF;

        (void)sd_event_source_get_enabled(p->io, &enabled);
        if (!strcmp(p->path, path) && enabled != SD_EVENT_OFF) {
            port_gone(p, -ENODEV);
            return;
        }
    }
}

/* ---- opening ---- */

int tty_port_open(struct tty_port **ports, sd_event *loop, const char *path,
                  const struct line_settings *line, const struct port_events *events, void *arg,
                  struct port **ret_port)
{
    struct tty_port *p = calloc(1, sizeof(*p));
    int r;

    if (!p)
        return -ENOMEM;
    port_core_init(&p->core, &bus_tty, events, arg);
    snprintf(p->path, sizeof(p->path), "%s", path);
    p->next = *ports;
    p->at = ports;
    if (p->next)
        p->next->at = &p->next;
    *ports = p;
    r = tty_line_take(&p->tty, p->path, SP_MODE_READ, line);
    if (r >= 0)
        r = sd_event_add_io(loop, &p->io, p->tty.fd, EPOLLIN, on_io, p);
    if (r >= 0)
        r = port_ready_soon(&p->core, loop);
    if (r < 0) {
        tty_port_close(&p->core.port);
        return r;
    }
    *ret_port = &p->core.port;
    return 0;
}

struct port *tty_port_close(struct port *port)
{
    struct tty_port *p = (struct tty_port *)port;

    if (!p)
        return NULL;
    *p->at = p->next;
    if (p->next)
        p->next->at = p->at;
    sd_event_source_disable_unref(p->io);
    tty_line_release(&p->tty);
    port_core_free(&p->core);
    free(p);
    return NULL;
}

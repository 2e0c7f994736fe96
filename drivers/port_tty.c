/* port_tty.c - reads one serial line, locked for us alone. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "drivers/bus_tty.h"

struct tty_port {
    struct port_core core;
    char path[PORT_PATH_MAX];
    int lock; /* a descriptor of our own, which holds the lock */
    int fd;   /* of the line, which owns it; -1 */
    struct sp_port *line;
    sd_event_source *io; /* off once it is gone */
    struct tty_port *next, **at;
};

static int sp_error(enum sp_return r)
{
    int saved = errno;

    switch (r) {
    case SP_OK:
        return 0;
    case SP_ERR_ARG:
        return -EINVAL;
    case SP_ERR_MEM:
        return -ENOMEM;
    case SP_ERR_SUPP:
        return -ENOTSUP;
    default:
        return saved == ENOENT || saved == ENXIO ? -ENODEV : saved ? -saved : -EIO;
    }
}

int tty_line_of(const char *path, struct sp_port **ret_line)
{
    char real[PATH_MAX];

    return realpath(path, real) ? sp_error(sp_get_port_by_name(real, ret_line)) : -ENODEV;
}

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
        n = sp_nonblocking_read(p->line, bytes, sizeof(bytes));
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
        (void)sp_flush(p->line, SP_BUF_INPUT);
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

/* Before the line's settings are touched: they may be another program's. The lock is for those who
 * ask for it, and for us; TIOCEXCL for those who do not. */
static int line_lock(struct tty_port *p)
{
    p->lock = open(p->path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (p->lock < 0)
        return errno == ENOENT || errno == ENXIO ? -ENODEV : -errno;
    if (flock(p->lock, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    return 0;
}

static int parity_of(char parity, enum sp_parity *ret_parity)
{
    switch (parity) {
    case 'n':
        *ret_parity = SP_PARITY_NONE;
        return 0;
    case 'e':
        *ret_parity = SP_PARITY_EVEN;
        return 0;
    case 'o':
        *ret_parity = SP_PARITY_ODD;
        return 0;
    default:
        return -EINVAL;
    }
}

static int line_set(const struct tty_port *p, const struct line_settings *line)
{
    struct sp_port_config *config = NULL;
    enum sp_parity parity;
    int r = parity_of(line->parity, &parity);

    if (line->baud == 0 || line->baud > INT_MAX) /* 0 would hang up */
        return -EINVAL;
    if (r == 0)
        r = sp_error(sp_new_config(&config));
    if (r < 0)
        return r;
    (void)sp_set_config_baudrate(config, (int)line->baud);
    (void)sp_set_config_bits(config, line->data_bits);
    (void)sp_set_config_stopbits(config, line->stop_bits);
    (void)sp_set_config_parity(config, parity);
    (void)sp_set_config_flowcontrol(config, SP_FLOWCONTROL_NONE);
    r = sp_error(sp_set_config(p->line, config));
    sp_free_config(config);
    return r;
}

static int line_open(struct tty_port *p, const struct line_settings *line)
{
    int r = tty_line_of(p->path, &p->line);

    if (r == 0)
        r = sp_error(sp_open(p->line, SP_MODE_READ));
    if (r == 0)
        r = sp_error(sp_get_port_handle(p->line, &p->fd));
    if (r == 0 && ioctl(p->fd, TIOCEXCL) < 0)
        r = -errno;
    if (r == 0)
        r = line_set(p, line);
    if (r == 0)
        r = sp_error(sp_flush(p->line, SP_BUF_INPUT)); /* what was sent before anyone listened */
    return r;
}

int tty_port_open(struct tty_port **ports, sd_event *loop, const char *path,
                  const struct line_settings *line, const struct port_events *events, void *arg,
                  struct port **ret_port)
{
    struct tty_port *p = calloc(1, sizeof(*p));
    int r;

    if (!p)
        return -ENOMEM;
    port_core_init(&p->core, &bus_tty, events, arg);
    p->fd = -1;
    snprintf(p->path, sizeof(p->path), "%s", path);
    p->next = *ports;
    p->at = ports;
    if (p->next)
        p->next->at = &p->next;
    *ports = p;
    r = line_lock(p);
    if (r == 0)
        r = line_open(p, line);
    if (r >= 0)
        r = sd_event_add_io(loop, &p->io, p->fd, EPOLLIN, on_io, p);
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
    if (p->fd >= 0)
        (void)ioctl(p->fd, TIOCNXCL); /* a line may outlive our descriptor */
    if (p->line) {
        (void)sp_close(p->line); /* refused when it was never opened */
        sp_free_port(p->line);
    }
    if (p->lock >= 0)
        close(p->lock);
    port_core_free(&p->core);
    free(p);
    return NULL;
}

/* wire_tty.c - a printer on a serial line, which is ours alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "drivers/port_tty_line.h"
#include "drivers/wire.h"

struct tty_wire {
    struct wire_fd base; /* first */
    struct tty_line line;
};

static void tty_close(struct wire *w)
{
    struct tty_wire *tty = (struct tty_wire *)w;

    tty_line_release(&tty->line);
    free(tty);
}

static int tty_open(const struct wire_target *target, struct wire **ret_wire)
{
    struct tty_wire *w = calloc(1, sizeof(*w));
    int r;

    if (!w)
        return -ENOMEM;
    w->base.wire.ops = &wire_tty;
    r = tty_line_take(&w->line, target->where, SP_MODE_READ_WRITE, &target->line);
    if (r == 0 && fcntl(w->line.fd, F_SETFL, O_NONBLOCK) < 0)
        r = -errno;
    if (r < 0) {
        tty_close(&w->base.wire);
        return r;
    }
    w->base.fd = w->line.fd;
    *ret_wire = &w->base.wire;
    return 0;
}

const struct wire_ops wire_tty = {.name = "serial",
                                  .open = tty_open,
                                  .write = wire_fd_write,
                                  .read = wire_fd_read,
                                  .close = tty_close};

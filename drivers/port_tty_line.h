/* port_tty_line.h - a serial line taken for us alone: locked, opened and set. Any thread. */
#ifndef ANCHANG_DRIVERS_PORT_TTY_LINE_H
#define ANCHANG_DRIVERS_PORT_TTY_LINE_H

#include <libserialport.h>

#include "drivers/device.h"

struct tty_line {
    int lock; /* a descriptor of our own, which holds the lock; -1 */
    int fd;   /* of the line, which owns it; -1 */
    struct sp_port *line;
};

/* The line that @path leads to, by way of links; the caller's to sp_free_port(). */
int tty_line_of(const char *path, struct sp_port **ret_line);

/* -ENODEV: it is not there; -EBUSY: another has it. Also after an error to be released. */
int tty_line_take(struct tty_line *line, const char *path, enum sp_mode mode,
                  const struct line_settings *settings);
void tty_line_release(struct tty_line *line);

#endif

/* bus_tty.h - the two halves of bus_tty: bus_tty.c watches paths, port_tty.c reads one line. Loop
 * thread. */
#ifndef ANCHANG_DRIVERS_BUS_TTY_H
#define ANCHANG_DRIVERS_BUS_TTY_H

#include "drivers/port_impl.h"
#include "drivers/port_tty_line.h"

struct tty_port;

/* The port is put into *ports, and taken out when it is closed. */
int tty_port_open(struct tty_port **ports, sd_event *loop, const char *path,
                  const struct line_settings *line, const struct port_events *events, void *arg,
                  struct port **ret_port);
void tty_port_pause(struct port *port, bool paused);
struct port *tty_port_close(struct port *port);
/* The port on @path, if any, is told that it is gone. */
void tty_ports_lost(struct tty_port *ports, const char *path);

#endif

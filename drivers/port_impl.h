/* port_impl.h - what buses and ports have in common, for the files bus_*.c alone.
 *
 * A bus begins with a bus_core, a port with a port_core. The rule that keeps them simple: a call of
 * the user is the last thing that a function does with a port, as the user may close it there.
 * Loop thread.
 */
#ifndef ANCHANG_DRIVERS_PORT_IMPL_H
#define ANCHANG_DRIVERS_PORT_IMPL_H

#include "drivers/port.h"

struct bus_core {
    struct bus bus; /* first */
    sd_event *loop;
    const struct bus_events *events;
    void *arg;
    sd_event_source *work;
    int state; /* that was told; 1: nothing yet */
};

/* @work is called from the loop after each bus_soon(), the first time without being asked; its
 * argument is @core. On failure there is nothing to free. */
int bus_core_init(struct bus_core *core, const struct bus_ops *ops, sd_event *loop,
                  const struct bus_events *events, void *arg, sd_event_handler_t work);
void bus_soon(struct bus_core *core);
/* Tells how the bus is, if that is news. */
void bus_state(struct bus_core *core, int error);
void bus_core_free(struct bus_core *core);

struct port_core {
    struct port port; /* first */
    const struct port_events *events;
    void *arg;
    sd_event_source *soon; /* set until ready() was told */
    struct device_facts facts;
};

void port_core_init(struct port_core *core, const struct bus_ops *ops,
                    const struct port_events *events, void *arg);
/* ready() from the loop, for a port that need not ask its device. */
int port_ready_soon(struct port_core *core, sd_event *loop);
void port_core_free(struct port_core *core);

/* The first line of what a device says of itself, for people: valid UTF-8 without control
 * characters, the rest as '?', without blanks at its ends. */
void port_text(const char *said, char out[PORT_TEXT_MAX]);

#endif

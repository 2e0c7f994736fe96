/* port.h - a bus finds devices, a port on one of them brings bytes: the table below the drivers.
 *
 * Everything here happens on the loop thread: a bus is started with the daemon's sd_event, says
 * what has come and gone, and opens ports; a port says what arrived, in chunks as they came (one
 * HID report; some serial bytes; one PC/SC event), until it says that it is gone. A bus that must
 * block (PC/SC) has a thread of its own inside and meets the loop by an eventfd. No I/O is done
 * inside a hot-plug callback of the system: it is queued for the loop (libusb#299).
 *
 * A PC/SC event is a byte N and N bytes: the card's answer to FF CA 00 00 00 with its status word;
 * N is 0 when the card has left. A port wipes its own buffer after each chunk: it may hold a bank
 * card.
 *
 * A bus owns its devices and ports; texts and structs given to callbacks live during the call.
 */
#ifndef ANCHANG_DRIVERS_PORT_H
#define ANCHANG_DRIVERS_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "drivers/device.h"

struct bus;
struct port;

/* All of these are told from the loop, never from inside start(), open() or another call. */
struct bus_events {
    /* A device arrives once until it left, however often the system says so. */
    void (*arrived)(void *arg, const struct device_id *id);
    /* Its port, if it was open, is told gone() besides, before or after. */
    void (*left)(void *arg, const struct device_id *id);
    /* The bus itself: 0 it works, -errno it does not (PC/SC: -EHOSTDOWN no service, -EACCES it
     * refuses us); told once after start() and at each change. */
    void (*state)(void *arg, const struct bus *bus, int error);
};

struct port_events {
    /* Once, and before any data: the device has said what it is. Asking it may take a while, in
     * which the loop goes on; one that does not answer is gone(-ETIMEDOUT), one that says nonsense
     * gone(-EPROTO). */
    void (*ready)(void *arg, const struct device_facts *facts);
    void (*data)(void *arg, const uint8_t *bytes, size_t n);
    /* Once, and the last: -ENODEV unplugged, -EIO and others. The port is still to be closed. */
    void (*gone)(void *arg, int error);
};

struct bus_ops {
    const char *name;
    /* @paths: devices that the configuration names, NULL-terminated: the lines of tty, the captures
     * of replay, the readers of virtual; usb and pcsc find theirs by themselves and ignore it. */
    int (*start)(sd_event *loop, const char *const *paths, const struct bus_events *events,
                 void *arg, struct bus **ret_bus);
    struct bus *(*stop)(struct bus *bus); /* closes what is open */

    /* Claims the device for us alone. -EACCES: present, but not ours to open: right after its
     * arrival that may be too early, so try at 50, 200 and 800 ms before you believe it; -EBUSY:
     * another program has it; -ENODEV: gone meanwhile; -EINVAL: @line cannot be set. */
    int (*open)(struct bus *bus, const struct device_id *id, const struct line_settings *line,
                const struct port_events *events, void *arg, struct port **ret_port);
    /* While paused nothing is read: the device is left to fill its own buffers, and what was on its
     * way is dropped. */
    void (*pause)(struct port *port, bool paused);
    struct port *(*close)(struct port *port); /* NULL-safe; also from inside its own callbacks */
};

struct bus {
    const struct bus_ops *ops;
};
struct port {
    const struct bus_ops *ops;
};

extern const struct bus_ops bus_usb, bus_tty, bus_pcsc, bus_replay, bus_virtual;

#endif

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

struct bus_events {
    /* May be told twice of the same device: the second changes nothing. */
    void (*arrived)(void *arg, const struct device_id *id);
    void (*left)(void *arg, const struct device_id *id);
    /* The bus itself: 0 it works, -errno it does not (no PC/SC service); told at each change. */
    void (*state)(void *arg, const struct bus *bus, int error);
};

struct port_events {
    void (*data)(void *arg, const uint8_t *bytes, size_t n);
    /* Once, and the last: -ENODEV unplugged, -EIO and others. The port is still to be closed. */
    void (*gone)(void *arg, int error);
};

struct bus_ops {
    const char *name;
    /* @arg_paths: devices that the configuration names (tty), NULL-terminated; others ignore it. */
    int (*start)(sd_event *loop, const char *const *paths, const struct bus_events *events,
                 void *arg, struct bus **ret_bus);
    struct bus *(*stop)(struct bus *bus); /* closes what is open */

    /* -EACCES: present, but not ours to open; -EBUSY: another program has it; -ENODEV: gone
     * meanwhile. Claims the device for us alone. */
    int (*open)(struct bus *bus, const struct device_id *id, const struct line_settings *line,
                const struct port_events *events, void *arg, struct port **ret_port);
    const struct device_facts *(*facts)(const struct port *port);
    /* While paused nothing is read: the device is left to fill its own buffers. */
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

/* bus_usb.h - the two halves of bus_usb: bus_usb.c finds interfaces, port_usb.c reads one.
 *
 * No code of ours runs inside libusb's own callbacks: what it tells is queued and dealt with when
 * the loop calls the bus's work. Loop thread.
 */
#ifndef ANCHANG_DRIVERS_BUS_USB_H
#define ANCHANG_DRIVERS_BUS_USB_H

#include <libusb.h>

#include "drivers/port_impl.h"

/* A HID interface that is there. */
struct usb_device {
    struct device_id id;
    libusb_device *device;
    uint8_t class, subclass, protocol;
    uint8_t endpoint;      /* interrupt IN; 0: it has none */
    uint16_t packet;       /* bytes, the most that the endpoint sends in one piece */
    uint16_t n_descriptor; /* bytes of its report descriptor, as it says; 0: nothing said */
    struct usb_device *next;
};

struct usb_shot; /* a transfer on its way */

struct usb_bus {
    struct bus_core core;
    libusb_context *context;
    libusb_hotplug_callback_handle hotplug;
    struct usb_watch *watches;
    struct usb_plug *plugs, **plugs_end; /* what came and went, not yet dealt with */
    struct usb_device *devices;
    struct usb_port *ports;
    struct usb_shot *landed, **landed_end; /* transfers that ended, not yet dealt with */
};

int usb_error(int libusb_code); /* -errno; 0 stays 0 */

int usb_port_open(struct usb_bus *bus, const struct usb_device *device,
                  const struct port_events *events, void *arg, struct port **ret_port);
void usb_port_pause(struct port *port, bool paused);
struct port *usb_port_close(struct port *port);
/* Tells what the transfers brought that have landed. */
void usb_ports_work(struct usb_bus *bus);
/* The port on @device, if any, is told that it is gone. */
void usb_port_lost(struct usb_bus *bus, const libusb_device *device);

#endif

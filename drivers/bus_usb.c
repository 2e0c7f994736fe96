/* bus_usb.c - USB through libusb: the interfaces of class HID come and go, each a device.
 *
 * Nothing is opened that open() was not asked for, so that an operator's keyboard is never touched:
 * what a device says of itself is read from the system's own notes (sysfs). libusb's descriptors
 * wait on the loop, and so do its timeouts, which it keeps in one of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/bus_usb.h"

enum { PORTS_DEEP = 7 }; /* hubs behind one another, at most */

struct usb_watch {
    int fd;
    sd_event_source *source;
    struct usb_watch *next;
};

struct usb_plug {
    libusb_device *device;
    bool in;
    struct usb_plug *next;
};

int usb_error(int libusb_code)
{
    switch (libusb_code) {
    case LIBUSB_ERROR_INVALID_PARAM:
        return -EINVAL;
    case LIBUSB_ERROR_ACCESS:
        return -EACCES;
    case LIBUSB_ERROR_NO_DEVICE:
    case LIBUSB_ERROR_NOT_FOUND:
        return -ENODEV;
    case LIBUSB_ERROR_BUSY:
        return -EBUSY;
    case LIBUSB_ERROR_TIMEOUT:
        return -ETIMEDOUT;
    case LIBUSB_ERROR_OVERFLOW:
        return -EOVERFLOW;
    case LIBUSB_ERROR_PIPE:
        return -EPIPE;
    case LIBUSB_ERROR_NO_MEM:
        return -ENOMEM;
    case LIBUSB_ERROR_NOT_SUPPORTED:
        return -ENOTSUP;
    default:
        return libusb_code < 0 ? -EIO : 0;
    }
}

/* ---- what a device says of itself ---- */

/* "1-1.2": the name that the kernel has for it, too. */
static int place_of(libusb_device *device, char *out, size_t size)
{
    uint8_t ports[PORTS_DEEP];
    int n_ports = libusb_get_port_numbers(device, ports, sizeof(ports));
    int n = snprintf(out, size, "%u", libusb_get_bus_number(device));

    if (n_ports <= 0)
        return -ENODEV; /* the computer's own hub */
    for (int i = 0; i < n_ports; i++)
        n += snprintf(out + n, size - (size_t)n, "%c%u", i ? '.' : '-', ports[i]);
    return 0;
}

static void sysfs_text(const char *place, const char *name, char out[PORT_TEXT_MAX])
{
    char path[PORT_PATH_MAX], text[PORT_TEXT_MAX] = "";
    ssize_t n = 0;
    int fd;

    snprintf(path, sizeof(path), "/sys/bus/usb/devices/%s/%s", place, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, sizeof(text) - 1);
        close(fd);
    }
    text[n > 0 ? n : 0] = '\0';
    port_text(text, out);
}

/* Of the HID descriptor that stands behind the interface's own (HID 1.11, 6.2.1). */
static uint16_t report_descriptor_size(const struct libusb_interface_descriptor *interface)
{
    const unsigned char *at = interface->extra;
    int left = interface->extra_length;

    while (left >= 2 && at[0] >= 2 && at[0] <= left) {
        if (at[1] == LIBUSB_DT_HID && at[0] >= 9 && at[6] == LIBUSB_DT_REPORT)
            return (uint16_t)(at[7] | at[8] << 8);
        left -= at[0];
        at += at[0];
    }
    return 0;
}

static void endpoint_of(const struct libusb_interface_descriptor *interface, struct usb_device *d)
{
    for (int i = 0; i < interface->bNumEndpoints && !d->endpoint; i++) {
        const struct libusb_endpoint_descriptor *e = &interface->endpoint[i];

        if ((e->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) == LIBUSB_TRANSFER_TYPE_INTERRUPT &&
            (e->bEndpointAddress & LIBUSB_ENDPOINT_DIR_MASK) == LIBUSB_ENDPOINT_IN) {
            d->endpoint = e->bEndpointAddress;
            d->packet = e->wMaxPacketSize & 0x7FF;
        }
    }
}

static struct usb_device *device_of(libusb_device *device, const char *place,
                                    const struct libusb_config_descriptor *configuration,
                                    const struct libusb_interface_descriptor *interface)
{
    struct libusb_device_descriptor said;
    struct usb_device *d = calloc(1, sizeof(*d));

    if (!d)
        return NULL;
    (void)libusb_get_device_descriptor(device, &said); /* never fails: it is kept */
    d->id.bus = bus_usb.name;
    snprintf(d->id.path, sizeof(d->id.path), "%s:%u.%u", place, configuration->bConfigurationValue,
             interface->bInterfaceNumber);
    d->id.vid = said.idVendor;
    d->id.pid = said.idProduct;
    d->id.interface = interface->bInterfaceNumber;
    sysfs_text(place, "serial", d->id.serial);
    sysfs_text(place, "product", d->id.product);
    d->device = libusb_ref_device(device);
    d->class = interface->bInterfaceClass;
    d->subclass = interface->bInterfaceSubClass;
    d->protocol = interface->bInterfaceProtocol;
    endpoint_of(interface, d);
    d->n_descriptor = report_descriptor_size(interface);
    if (d->n_descriptor > PORT_DESCRIPTOR_MAX)
        d->n_descriptor = 0;
    return d;
}

static struct usb_device *device_free(struct usb_device *d)
{
    libusb_unref_device(d->device);
    free(d);
    return NULL;
}

/* ---- coming and going ---- */

static struct usb_device *device_find(struct usb_bus *bus, const libusb_device *device)
{
    for (struct usb_device *d = bus->devices; d; d = d->next)
        if (d->device == device)
            return d;
    return NULL;
}

static void device_arrived(struct usb_bus *bus, struct usb_device *d)
{
    d->next = bus->devices;
    bus->devices = d;
    bus->core.events->arrived(bus->core.arg, &d->id);
}

static void plugged(struct usb_bus *bus, libusb_device *device)
{
    struct libusb_config_descriptor *configuration;
    char place[PORT_TEXT_MAX];

    /* libusb may tell the same arrival twice: once as listed, once as plugged. */
    if (device_find(bus, device) || place_of(device, place, sizeof(place)) < 0)
        return;
    /* The system may still be choosing, and nearly always takes the first. */
    if (libusb_get_active_config_descriptor(device, &configuration) < 0 &&
        libusb_get_config_descriptor(device, 0, &configuration) < 0)
        return;
    for (int i = 0; i < configuration->bNumInterfaces; i++) {
        const struct libusb_interface *interface = &configuration->interface[i];
        struct usb_device *d;

        if (interface->num_altsetting < 1 ||
            interface->altsetting[0].bInterfaceClass != LIBUSB_CLASS_HID)
            continue;
        d = device_of(device, place, configuration, &interface->altsetting[0]);
        if (d)
            device_arrived(bus, d);
    }
    libusb_free_config_descriptor(configuration);
}

static void unplugged(struct usb_bus *bus, const libusb_device *device)
{
    struct usb_device *d;

    usb_port_lost(bus, device);
    while ((d = device_find(bus, device))) {
        struct usb_device **at = &bus->devices;

        while (*at != d)
            at = &(*at)->next;
        *at = d->next;
        bus->core.events->left(bus->core.arg, &d->id);
        device_free(d);
    }
}

/* Whatever was known of @place, whose going was not told, or is told only later. */
static void place_taken(struct usb_bus *bus, libusb_device *device)
{
    char place[PORT_TEXT_MAX], other[PORT_TEXT_MAX];
    struct usb_device *d = bus->devices;

    if (place_of(device, place, sizeof(place)) < 0)
        return;
    while (d) {
        libusb_device *old = d->device;

        d = d->next;
        if (old != device && place_of(old, other, sizeof(other)) == 0 && !strcmp(place, other)) {
            unplugged(bus, old);
            d = bus->devices;
        }
    }
}

static int on_work(sd_event_source *source, void *arg)
{
    struct usb_bus *bus = arg;
    struct usb_plug *plug;

    (void)source;
    bus_state(&bus->core, 0);
    usb_ports_work(bus);
    while ((plug = bus->plugs)) {
        bus->plugs = plug->next;
        if (!bus->plugs)
            bus->plugs_end = &bus->plugs;
        if (plug->in) {
            place_taken(bus, plug->device);
            plugged(bus, plug->device);
        } else {
            unplugged(bus, plug->device);
        }
        libusb_unref_device(plug->device);
        free(plug);
    }
    return 0;
}

static int LIBUSB_CALL on_hotplug(libusb_context *context, libusb_device *device,
                                  libusb_hotplug_event event, void *arg)
{
    struct usb_bus *bus = arg;
    struct usb_plug *plug = calloc(1, sizeof(*plug));

    (void)context;
    if (!plug)
        return 0;
    plug->device = libusb_ref_device(device);
    plug->in = event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED;
    *bus->plugs_end = plug;
    bus->plugs_end = &plug->next;
    bus_soon(&bus->core);
    return 0;
}

/* ---- libusb on the loop ---- */

static int on_io(sd_event_source *source, int fd, uint32_t events, void *arg)
{
    struct usb_bus *bus = arg;

    (void)source, (void)fd, (void)events;
    (void)libusb_handle_events_timeout_completed(bus->context, &(struct timeval){0, 0}, NULL);
    return 0;
}

static void LIBUSB_CALL on_watch_added(int fd, short events, void *arg)
{
    struct usb_bus *bus = arg;
    struct usb_watch *w = calloc(1, sizeof(*w));

    if (!w)
        return;
    w->fd = fd;
    if (sd_event_add_io(bus->core.loop, &w->source, fd, (uint32_t)events, on_io, bus) < 0) {
        free(w);
        return;
    }
    w->next = bus->watches;
    bus->watches = w;
}

static void LIBUSB_CALL on_watch_removed(int fd, void *arg)
{
    struct usb_bus *bus = arg;

    for (struct usb_watch **at = &bus->watches; *at; at = &(*at)->next) {
        struct usb_watch *w = *at;

        if (w->fd == fd) {
            *at = w->next;
            sd_event_source_disable_unref(w->source);
            free(w);
            return;
        }
    }
}

static int watches_begin(struct usb_bus *bus)
{
    const struct libusb_pollfd **fds;

    if (!libusb_pollfds_handle_timeouts(bus->context))
        return -ENOTSUP; /* a libusb without timerfd: none of Linux */
    fds = libusb_get_pollfds(bus->context);
    if (!fds)
        return -ENOMEM;
    for (size_t i = 0; fds[i]; i++)
        on_watch_added(fds[i]->fd, fds[i]->events, bus);
    libusb_free_pollfds(fds);
    libusb_set_pollfd_notifiers(bus->context, on_watch_added, on_watch_removed, bus);
    return 0;
}

/* ---- the bus ---- */

static void plugs_drop(struct usb_bus *bus)
{
    while (bus->plugs) {
        struct usb_plug *plug = bus->plugs;

        bus->plugs = plug->next;
        libusb_unref_device(plug->device);
        free(plug);
    }
}

static struct bus *usb_stop(struct bus *base)
{
    struct usb_bus *bus = (struct usb_bus *)base;

    if (!bus)
        return NULL;
    while (bus->ports)
        usb_port_close((struct port *)bus->ports);
    if (bus->context)
        libusb_hotplug_deregister_callback(bus->context, bus->hotplug);
    plugs_drop(bus);
    while (bus->devices) {
        struct usb_device *d = bus->devices;

        bus->devices = d->next;
        device_free(d);
    }
    if (bus->context) {
        libusb_set_pollfd_notifiers(bus->context, NULL, NULL, NULL);
        while (bus->watches)
            on_watch_removed(bus->watches->fd, bus);
        libusb_exit(bus->context);
    }
    bus_core_free(&bus->core);
    free(bus);
    return NULL;
}

static int usb_start(sd_event *loop, const char *const *paths, const struct bus_events *events,
                     void *arg, struct bus **ret_bus)
{
    struct usb_bus *bus = calloc(1, sizeof(*bus));
    int r;

    (void)paths;
    if (!bus)
        return -ENOMEM;
    bus->plugs_end = &bus->plugs;
    bus->landed_end = &bus->landed;
    r = bus_core_init(&bus->core, &bus_usb, loop, events, arg, on_work);
    if (r == 0)
        r = usb_error(libusb_init(&bus->context));
    if (r == 0)
        r = watches_begin(bus);
    if (r == 0)
        r = usb_error(libusb_hotplug_register_callback(
            bus->context, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
            LIBUSB_HOTPLUG_ENUMERATE, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
            LIBUSB_HOTPLUG_MATCH_ANY, on_hotplug, bus, &bus->hotplug));
    if (r < 0) {
        usb_stop(&bus->core.bus);
        return r;
    }
    *ret_bus = &bus->core.bus;
    return 0;
}

static int usb_open(struct bus *base, const struct device_id *id, const struct line_settings *line,
                    const struct port_events *events, void *arg, struct port **ret_port)
{
    struct usb_bus *bus = (struct usb_bus *)base;

    (void)line;
    for (struct usb_device *d = bus->devices; d; d = d->next)
        if (!strcmp(d->id.path, id->path))
            return usb_port_open(bus, d, events, arg, ret_port);
    return -ENODEV;
}

const struct bus_ops bus_usb = {
    .name = "usb",
    .start = usb_start,
    .stop = usb_stop,
    .open = usb_open,
    .pause = usb_port_pause,
    .close = usb_port_close,
};

/* wire_usb.c - an interface of the class of printers (USB Printing 1.1): bulk out, most have bulk
 * in, and a status of one byte. The kernel's driver gives it up meanwhile and has it back after. */
#include <errno.h>
#include <libusb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drivers/bus_usb.h"
#include "drivers/wire.h"

enum {
    IPP = 4,             /* the protocol of printers that speak IPP there */
    GET_PORT_STATUS = 1, /* of the class */
    ASK_MS = 1000,
    PIECE = 4096, /* bytes of a transfer */
    PACKET_MOST = 512,
    AGAIN_US = 20000, /* of a printer that answers with nothing at once */
};

struct usb_wire {
    struct wire wire; /* first */
    libusb_context *context;
    libusb_device_handle *handle;
    uint8_t interface, setting, out, in; /* @in 0: it never says anything */
    bool claimed;
};

static void usb_close(struct wire *wire)
{
    struct usb_wire *w = (struct usb_wire *)wire;

    if (w->claimed)
        (void)libusb_release_interface(w->handle, w->interface); /* gone with it, if it is gone */
    if (w->handle)
        libusb_close(w->handle);
    if (w->context)
        libusb_exit(w->context);
    free(w);
}

/* ---- which one ---- */

static void endpoints_take(struct usb_wire *w, const struct libusb_interface_descriptor *setting)
{
    w->out = w->in = 0;
    for (int i = 0; i < setting->bNumEndpoints; i++) {
        const struct libusb_endpoint_descriptor *e = &setting->endpoint[i];

        if ((e->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) != LIBUSB_TRANSFER_TYPE_BULK)
            continue;
        if (e->bEndpointAddress & LIBUSB_ENDPOINT_IN)
            w->in = e->bEndpointAddress;
        else
            w->out = e->bEndpointAddress;
    }
}

/* The first setting that is of the class and speaks its own language; one with both ways, if there
 * is one. */
static bool setting_find(struct usb_wire *w, const struct libusb_config_descriptor *config)
{
    struct usb_wire found = {.out = 0};

    for (int i = 0; i < config->bNumInterfaces; i++)
        for (int j = 0; j < config->interface[i].num_altsetting; j++) {
            const struct libusb_interface_descriptor *s = &config->interface[i].altsetting[j];

            if (s->bInterfaceClass != LIBUSB_CLASS_PRINTER || s->bInterfaceProtocol == IPP)
                continue;
            endpoints_take(w, s);
            if (!w->out || (found.out && (found.in || !w->in)))
                continue;
            found.out = w->out;
            found.in = w->in;
            found.interface = s->bInterfaceNumber;
            found.setting = s->bAlternateSetting;
        }
    w->out = found.out;
    w->in = found.in;
    w->interface = found.interface;
    w->setting = found.setting;
    return w->out != 0;
}

static bool is_target(struct usb_wire *w, libusb_device *device, const struct wire_target *target)
{
    struct libusb_device_descriptor d;
    struct libusb_config_descriptor *config;
    bool found;

    if (libusb_get_device_descriptor(device, &d) < 0 || d.idVendor != target->vid ||
        d.idProduct != target->pid || libusb_get_active_config_descriptor(device, &config) < 0)
        return false;
    found = setting_find(w, config);
    libusb_free_config_descriptor(config);
    return found;
}

static int serial_check(struct usb_wire *w, libusb_device *device, const char *serial)
{
    struct libusb_device_descriptor d;
    unsigned char said[PORT_TEXT_MAX];

    if (!serial[0])
        return 0;
    if (libusb_get_device_descriptor(device, &d) < 0 || !d.iSerialNumber ||
        libusb_get_string_descriptor_ascii(w->handle, d.iSerialNumber, said, sizeof(said)) < 0)
        return -ENODEV;
    return strcmp((const char *)said, serial) == 0 ? 0 : -ENODEV;
}

static int device_take(struct usb_wire *w, libusb_device *device, const struct wire_target *target)
{
    int r = usb_error(libusb_open(device, &w->handle));

    if (r == 0)
        r = serial_check(w, device, target->where);
    if (r == 0) {
        (void)libusb_set_auto_detach_kernel_driver(w->handle, 1);
        r = usb_error(libusb_claim_interface(w->handle, w->interface));
        w->claimed = r == 0;
    }
    if (r == 0 && w->setting)
        r = usb_error(libusb_set_interface_alt_setting(w->handle, w->interface, w->setting));
    if (r == 0)
        return 0;
    if (w->claimed)
        (void)libusb_release_interface(w->handle, w->interface);
    if (w->handle)
        libusb_close(w->handle);
    w->handle = NULL;
    w->claimed = false;
    return r;
}

static int device_find(struct usb_wire *w, const struct wire_target *target)
{
    libusb_device **devices;
    const ssize_t n = libusb_get_device_list(w->context, &devices);
    int r = n < 0 ? usb_error((int)n) : -ENODEV;

    for (ssize_t i = 0; r < 0 && i < n; i++)
        if (is_target(w, devices[i], target)) {
            const int taken = device_take(w, devices[i], target);

            if (taken == 0 || r == -ENODEV) /* what is wrong with it says more than that none is */
                r = taken;
        }
    if (n >= 0)
        libusb_free_device_list(devices, 1);
    return r;
}

static int usb_open(const struct wire_target *target, struct wire **ret_wire)
{
    struct usb_wire *w = calloc(1, sizeof(*w));
    int r;

    if (!w)
        return -ENOMEM;
    w->wire.ops = &wire_usb;
    r = usb_error(libusb_init(&w->context));
    if (r == 0)
        r = device_find(w, target);
    if (r < 0) {
        usb_close(&w->wire);
        return r;
    }
    *ret_wire = &w->wire;
    return 0;
}

/* ---- bytes ---- */

static int usb_write(struct wire *wire, const uint8_t *bytes, size_t n, int ms, size_t *ret_done)
{
    struct usb_wire *w = (struct usb_wire *)wire;
    const int64_t until = wire_now_ms() + ms;
    int r = 0;

    while (r == 0 && n > 0) {
        const int64_t left = until - wire_now_ms();
        const size_t part = n < PIECE ? n : PIECE;
        int done = 0;

        if (left <= 0)
            return -ETIMEDOUT;
        /* The library wants bytes it could write to, and does not. */
        r = usb_error(libusb_bulk_transfer(w->handle, w->out, (unsigned char *)bytes, (int)part,
                                           &done, (unsigned)left));
        bytes += done;
        n -= (size_t)done;
        *ret_done += (size_t)done;
    }
    return r;
}

static int usb_read(struct wire *wire, uint8_t *bytes, size_t size, int ms)
{
    struct usb_wire *w = (struct usb_wire *)wire;
    const int64_t until = wire_now_ms() + ms;
    uint8_t packet[PACKET_MOST];
    int done = 0, r;

    if (!w->in)
        return 0;
    do {
        const int64_t left = until - wire_now_ms();

        r = usb_error(libusb_bulk_transfer(w->handle, w->in, packet, sizeof(packet), &done,
                                           left > 1 ? (unsigned)left : 1));
        if (r == 0 && done == 0)
            nanosleep(&(struct timespec){0, AGAIN_US * 1000L}, NULL);
    } while (r == 0 && done == 0 && wire_now_ms() < until);
    if (r < 0 && r != -ETIMEDOUT)
        return r;
    done = done < (int)size ? done : (int)size;
    memcpy(bytes, packet, (size_t)done);
    return done;
}

static int usb_port_status(struct wire *wire, uint8_t *ret_status)
{
    struct usb_wire *w = (struct usb_wire *)wire;
    uint8_t status;
    const int n = libusb_control_transfer(
        w->handle, LIBUSB_ENDPOINT_IN | LIBUSB_REQUEST_TYPE_CLASS | LIBUSB_RECIPIENT_INTERFACE,
        GET_PORT_STATUS, 0, (uint16_t)(w->interface << 8 | w->setting), &status, 1, ASK_MS);

    if (n < 0)
        return usb_error(n);
    if (n != 1)
        return -EPROTO;
    *ret_status = status;
    return 0;
}

const struct wire_ops wire_usb = {.name = "usb",
                                  .open = usb_open,
                                  .write = usb_write,
                                  .read = usb_read,
                                  .port_status = usb_port_status,
                                  .close = usb_close};

/* port_usb.c - reads one HID interface: asks for its report descriptor, then keeps a row of
 * interrupt transfers waiting, each for one report.
 *
 * A report that is longer than the endpoint's packet comes in pieces. A transfer ends with a short
 * piece or when it is full, and HID says (1.11, 8.4) that every report but the longest ends with a
 * short piece: so a transfer as long as the longest report is one report each time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/bus_usb.h"
#include "drivers/hid_report.h"

enum {
    ROW = 32,         /* reports for which there is room while the loop is busy elsewhere */
    ASK_MS = 1000,    /* for the descriptor */
    LAND_TRIES = 100, /* of LAND_US each, for transfers that were called back */
    LAND_US = 10000,
};

struct usb_shot {
    struct libusb_transfer *transfer;
    struct usb_port *port;
    bool flying;      /* libusb has it, or it has landed and was not dealt with */
    bool called_back; /* by us */
    struct usb_shot *next;
};

struct usb_port {
    struct port_core core;
    struct usb_bus *bus;
    libusb_device *device; /* for comparison alone */
    libusb_device_handle *handle;
    uint8_t interface, endpoint;
    uint16_t packet;
    size_t longest; /* bytes of a report */
    bool ready, paused, stalled;
    int error; /* why it is gone */
    bool gone; /* told */
    struct usb_shot ask, row[ROW];
    struct usb_port *next;
};

/* ---- transfers ---- */

static void LIBUSB_CALL on_landed(struct libusb_transfer *transfer)
{
    struct usb_shot *shot = transfer->user_data;
    struct usb_bus *bus = shot->port->bus;

    shot->next = NULL;
    *bus->landed_end = shot;
    bus->landed_end = &shot->next;
    bus_soon(&bus->core);
}

/* With room for @size bytes. */
static int shot_make(struct usb_shot *shot, struct usb_port *port, size_t size)
{
    shot->port = port;
    shot->transfer = libusb_alloc_transfer(0);
    if (!shot->transfer)
        return -ENOMEM;
    shot->transfer->flags = LIBUSB_TRANSFER_FREE_BUFFER;
    shot->transfer->buffer = calloc(1, size);
    return shot->transfer->buffer ? 0 : -ENOMEM;
}

static int shot_send(struct usb_shot *shot)
{
    int r = usb_error(libusb_submit_transfer(shot->transfer));

    shot->flying = r == 0;
    return r;
}

static void shot_call_back(struct usb_shot *shot)
{
    if (shot->flying && !shot->called_back) {
        shot->called_back = true;
        (void)libusb_cancel_transfer(shot->transfer); /* fails when it has landed: it is told so */
    }
}

/* It may have held a bank card. */
static void shot_wipe(struct usb_shot *shot)
{
    if (shot->transfer && shot->transfer->buffer)
        explicit_bzero(shot->transfer->buffer, (size_t)shot->transfer->length);
}

static void shot_free(struct usb_shot *shot)
{
    shot_wipe(shot);
    libusb_free_transfer(shot->transfer);
    shot->transfer = NULL;
}

static int status_error(const struct libusb_transfer *transfer)
{
    switch (transfer->status) {
    case LIBUSB_TRANSFER_COMPLETED:
        return 0;
    case LIBUSB_TRANSFER_TIMED_OUT:
        return -ETIMEDOUT;
    case LIBUSB_TRANSFER_STALL:
        return -EPIPE;
    case LIBUSB_TRANSFER_NO_DEVICE:
        return -ENODEV;
    case LIBUSB_TRANSFER_OVERFLOW:
        return -EOVERFLOW;
    default: /* an unplugged device may end so; cancelled, but not by us: the system slept */
        return -EIO;
    }
}

/* ---- the descriptor ---- */

static int ask_begin(struct usb_port *p, const struct usb_device *device)
{
    int r = shot_make(&p->ask, p, LIBUSB_CONTROL_SETUP_SIZE + PORT_DESCRIPTOR_MAX);

    if (r < 0)
        return r;
    libusb_fill_control_setup(
        p->ask.transfer->buffer,
        LIBUSB_ENDPOINT_IN | LIBUSB_REQUEST_TYPE_STANDARD | LIBUSB_RECIPIENT_INTERFACE,
        LIBUSB_REQUEST_GET_DESCRIPTOR, LIBUSB_DT_REPORT << 8, p->interface, device->n_descriptor);
    libusb_fill_control_transfer(p->ask.transfer, p->handle, p->ask.transfer->buffer, on_landed,
                                 &p->ask, ASK_MS);
    return shot_send(&p->ask);
}

static size_t longest_report(const struct hid_reports *reports)
{
    size_t most = 0;

    for (size_t i = 0; i < reports->n; i++)
        if (reports->report[i].bytes > most)
            most = reports->report[i].bytes;
    return most;
}

static int row_begin(struct usb_port *p)
{
    size_t size = (p->longest + p->packet - 1) / p->packet * p->packet;
    int r = 0;

    for (size_t i = 0; r == 0 && i < ROW; i++) {
        r = shot_make(&p->row[i], p, size);
        if (r < 0)
            break;
        libusb_fill_interrupt_transfer(p->row[i].transfer, p->handle, p->endpoint,
                                       p->row[i].transfer->buffer, (int)size, on_landed, &p->row[i],
                                       0);
        r = p->paused ? 0 : shot_send(&p->row[i]);
    }
    return r;
}

static int ask_end(struct usb_port *p)
{
    struct device_facts *facts = &p->core.facts;
    struct libusb_transfer *transfer = p->ask.transfer;
    int r = status_error(transfer);
    struct hid_map map;

    if (r == -EPIPE)
        return -EPROTO; /* it refuses to say what it is */
    if (r < 0)
        return r;
    facts->n_descriptor = (size_t)transfer->actual_length;
    memcpy(facts->descriptor, libusb_control_transfer_get_data(transfer), facts->n_descriptor);
    if (hid_map_read(facts->descriptor, facts->n_descriptor, &map) < 0)
        return -EPROTO;
    p->longest = longest_report(&map.reports);
    facts->report_size = p->longest;
    if (!p->longest || p->longest > PORT_CHUNK_MAX)
        return -EPROTO;
    return row_begin(p);
}

/* ---- what has landed ---- */

static void port_failed(struct usb_port *p, int error)
{
    if (p->error == 0)
        p->error = error;
    bus_soon(&p->bus->core);
}

static void ask_landed(struct usb_port *p)
{
    int r = ask_end(p);

    if (r < 0) {
        port_failed(p, r);
        return;
    }
    p->ready = true;
    p->core.events->ready(p->core.arg, &p->core.facts);
}

static void report_landed(struct usb_port *p, struct usb_shot *shot, bool called_back)
{
    uint8_t bytes[PORT_CHUNK_MAX];
    size_t n = (size_t)shot->transfer->actual_length;
    int r = status_error(shot->transfer);

    if (called_back) {
        n = 0; /* paused meanwhile, and perhaps no longer */
    } else if (r < 0) {
        p->stalled = r == -EPIPE;
        port_failed(p, r);
        return;
    }
    if (p->paused) {
        shot_wipe(shot);
        return;
    }
    n = n < sizeof(bytes) ? n : sizeof(bytes);
    memcpy(bytes, shot->transfer->buffer, n);
    shot_wipe(shot);
    r = shot_send(shot);
    if (r < 0)
        port_failed(p, r);
    if (n)
        p->core.events->data(p->core.arg, bytes, n);
    explicit_bzero(bytes, n);
}

static void shot_landed(struct usb_shot *shot)
{
    struct usb_port *p = shot->port;
    bool called_back = shot->called_back;

    shot->flying = shot->called_back = false;
    if (p->error)
        return;
    if (shot == &p->ask)
        ask_landed(p);
    else
        report_landed(p, shot, called_back);
}

static struct usb_port *next_failed(struct usb_bus *bus)
{
    for (struct usb_port *p = bus->ports; p; p = p->next)
        if (p->error && !p->gone)
            return p;
    return NULL;
}

void usb_ports_work(struct usb_bus *bus)
{
    struct usb_shot *shot;
    struct usb_port *p;

    while ((shot = bus->landed)) {
        bus->landed = shot->next;
        if (!bus->landed)
            bus->landed_end = &bus->landed;
        shot_landed(shot);
    }
    while ((p = next_failed(bus))) {
        p->gone = true;
        p->core.events->gone(p->core.arg, p->error);
    }
}

void usb_port_lost(struct usb_bus *bus, const libusb_device *device)
{
    for (struct usb_port *p = bus->ports; p; p = p->next)
        if (p->device == device && p->error == 0)
            p->error = -ENODEV;
    usb_ports_work(bus);
}

/* ---- opening and closing ---- */

/* From the kernel's driver for us, and not given back: between our closing and opening, and while
 * the daemon restarts, a swipe must not be typed into whatever has the focus. */
static int interface_take(struct usb_port *p)
{
    int r = libusb_detach_kernel_driver(p->handle, p->interface);

    if (r < 0 && r != LIBUSB_ERROR_NOT_FOUND)
        return usb_error(r);
    return usb_error(libusb_claim_interface(p->handle, p->interface));
}

int usb_port_open(struct usb_bus *bus, const struct usb_device *device,
                  const struct port_events *events, void *arg, struct port **ret_port)
{
    struct usb_port *p;
    int r;

    if (!device->endpoint || !device->packet || !device->n_descriptor)
        return -EPROTO;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    port_core_init(&p->core, &bus_usb, events, arg);
    p->core.facts.interface_class = device->class;
    p->core.facts.interface_subclass = device->subclass;
    p->core.facts.interface_protocol = device->protocol;
    p->bus = bus;
    p->device = device->device;
    p->interface = device->id.interface;
    p->endpoint = device->endpoint;
    p->packet = device->packet;
    p->next = bus->ports;
    bus->ports = p;
    r = usb_error(libusb_open(device->device, &p->handle));
    if (r == 0)
        r = interface_take(p);
    if (r == 0)
        r = ask_begin(p, device);
    if (r < 0) {
        usb_port_close(&p->core.port);
        return r;
    }
    *ret_port = &p->core.port;
    return 0;
}

void usb_port_pause(struct port *port, bool paused)
{
    struct usb_port *p = (struct usb_port *)port;

    if (p->paused == paused)
        return;
    p->paused = paused;
    for (size_t i = 0; p->ready && !p->error && i < ROW; i++) {
        if (paused)
            shot_call_back(&p->row[i]);
        else if (!p->row[i].flying && shot_send(&p->row[i]) < 0)
            port_failed(p, -EIO);
    }
}

static bool any_flying(const struct usb_port *p)
{
    for (size_t i = 0; i < ROW; i++)
        if (p->row[i].flying)
            return true;
    return p->ask.flying;
}

/* Takes the transfers of @p, which may not fly for longer than it lives, out of the landed ones. */
static void landed_forget(struct usb_bus *bus, const struct usb_port *p)
{
    struct usb_shot **at = &bus->landed;

    while (*at) {
        struct usb_shot *shot = *at;

        if (shot->port == p) {
            shot->flying = false;
            *at = shot->next;
        } else {
            at = &shot->next;
        }
    }
    bus->landed_end = at;
}

struct port *usb_port_close(struct port *port)
{
    struct usb_port *p = (struct usb_port *)port;
    struct usb_port **at;

    if (!p)
        return NULL;
    shot_call_back(&p->ask);
    for (size_t i = 0; i < ROW; i++)
        shot_call_back(&p->row[i]);
    landed_forget(p->bus, p);
    for (int i = 0; any_flying(p) && i < LAND_TRIES; i++) {
        libusb_handle_events_timeout_completed(p->bus->context, &(struct timeval){0, LAND_US},
                                               NULL);
        landed_forget(p->bus, p);
    }
    for (at = &p->bus->ports; *at != p; at = &(*at)->next)
        ;
    *at = p->next;
    if (any_flying(p))
        return NULL; /* libusb keeps what it was lent; so does this port, for ever */
    if (p->stalled)
        (void)libusb_clear_halt(p->handle, p->endpoint); /* or the next one finds it stalled */
    shot_free(&p->ask);
    for (size_t i = 0; i < ROW; i++)
        shot_free(&p->row[i]);
    if (p->handle)
        libusb_close(p->handle); /* releases the interface */
    port_core_free(&p->core);
    free(p);
    return NULL;
}

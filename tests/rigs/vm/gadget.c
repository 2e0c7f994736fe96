/* gadget.c - see gadget.h. */
#include "tests/rigs/vm/gadget.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/usb/ch9.h>
#include <linux/usb/functionfs.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "/sys/kernel/config/usb_gadget/"

enum {
    PATH = 192,
    HID_DT = 0x21,
    HID_DT_REPORT = 0x22,
    SET_IDLE = 0x210A,
    GET_REPORT = 0xA101,
    GET_DESCRIPTOR = 0x8106,
    FEATURE_BYTES = 24,
};

void must(int done, const char *what)
{
    if (!done) {
        printf("gadget: %s: %s\n", what, strerror(errno));
        exit(1);
    }
}

void file_write(const char *path, const void *bytes, size_t n)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    must(fd >= 0 && write(fd, bytes, n) == (ssize_t)n, path);
    close(fd);
}

void file_print(const char *path, const char *format, ...)
{
    char text[PATH];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    file_write(path, text, strlen(text));
}

/* ---- configfs ---- */

static const char *in(const char *name, const char *below)
{
    static char path[PATH];

    snprintf(path, sizeof(path), ROOT "%s/%s", name, below);
    return path;
}

static void folder(const char *name, const char *below)
{
    must(mkdir(in(name, below), 0755) == 0, in(name, below));
}

void gadget_make(const char *name, unsigned vid, unsigned pid, const char *serial)
{
    folder(name, "");
    file_print(in(name, "idVendor"), "0x%04x", vid);
    file_print(in(name, "idProduct"), "0x%04x", pid);
    folder(name, "strings/0x409");
    file_print(in(name, "strings/0x409/manufacturer"), "Anchang");
    file_print(in(name, "strings/0x409/product"), "Test %s", name);
    file_print(in(name, "strings/0x409/serialnumber"), "%s", serial);
    folder(name, "configs/c.1");
}

static void function_add(const char *name, const char *function)
{
    char from[PATH], to[PATH], below[64];

    snprintf(below, sizeof(below), "functions/%s", function);
    snprintf(from, sizeof(from), "%s", in(name, below));
    snprintf(below, sizeof(below), "configs/c.1/%s", function);
    snprintf(to, sizeof(to), "%s", in(name, below));
    must(symlink(from, to) == 0, to);
}

void gadget_hid(const char *name, unsigned subclass, unsigned protocol, unsigned report,
                const uint8_t *descriptor, size_t n_descriptor)
{
    folder(name, "functions/hid.0");
    file_print(in(name, "functions/hid.0/subclass"), "%u", subclass);
    file_print(in(name, "functions/hid.0/protocol"), "%u", protocol);
    file_print(in(name, "functions/hid.0/report_length"), "%u", report);
    file_write(in(name, "functions/hid.0/report_desc"), descriptor, n_descriptor);
    function_add(name, "hid.0");
}

void gadget_hid_drop(const char *name)
{
    must(unlink(in(name, "configs/c.1/hid.0")) == 0, in(name, "configs/c.1/hid.0"));
    must(rmdir(in(name, "functions/hid.0")) == 0, in(name, "functions/hid.0"));
}

void gadget_acm(const char *name)
{
    folder(name, "functions/acm.0");
    function_add(name, "acm.0");
}

void gadget_printer(const char *name)
{
    folder(name, "functions/printer.0");
    file_print(in(name, "functions/printer.0/pnp_string"), "MFG:Anchang;MDL:%s;CMD:ESC/POS;", name);
    function_add(name, "printer.0");
}

void gadget_plug(const char *name, unsigned port)
{
    file_print(in(name, "UDC"), "dummy_udc.%u", port);
}

void gadget_pull(const char *name)
{
    file_write(in(name, "UDC"), "\n", 1);
}

/* ---- a swiper, played through FunctionFS ---- */

struct hid_descriptor {
    uint8_t length, type;
    __le16 version;
    uint8_t country, count, report_type;
    __le16 report_length;
} __attribute__((packed));

struct function {
    struct usb_interface_descriptor interface;
    struct hid_descriptor hid;
    struct usb_endpoint_descriptor_no_audio endpoint;
} __attribute__((packed));

static struct {
    int control, reports;
    uint8_t descriptor[256];
    size_t n_descriptor;
    pthread_t thread;
} swiper;

static struct function function_of(unsigned packet, uint8_t interval)
{
    return (struct function){
        .interface = {.bLength = USB_DT_INTERFACE_SIZE,
                      .bDescriptorType = USB_DT_INTERFACE,
                      .bNumEndpoints = 1,
                      .bInterfaceClass = USB_CLASS_HID,
                      .iInterface = 1},
        .hid = {.length = sizeof(struct hid_descriptor),
                .type = HID_DT,
                .version = htole16(0x0111),
                .count = 1,
                .report_type = HID_DT_REPORT,
                .report_length = htole16((uint16_t)swiper.n_descriptor)},
        .endpoint = {.bLength = USB_DT_ENDPOINT_SIZE,
                     .bDescriptorType = USB_DT_ENDPOINT,
                     .bEndpointAddress = 1 | USB_DIR_IN,
                     .bmAttributes = USB_ENDPOINT_XFER_INT,
                     .wMaxPacketSize = htole16((uint16_t)packet),
                     .bInterval = interval},
    };
}

/* A request is answered in its own direction; in the other one it is refused (a stall). */
static void request(const struct usb_ctrlrequest *asked)
{
    static const uint8_t feature[FEATURE_BYTES];
    size_t room = le16toh(asked->wLength);
    ssize_t r;

    switch (asked->bRequestType << 8 | asked->bRequest) {
    case GET_DESCRIPTOR:
        r = write(swiper.control, swiper.descriptor,
                  room < swiper.n_descriptor ? room : swiper.n_descriptor);
        break;
    case GET_REPORT:
        r = write(swiper.control, feature, room < sizeof(feature) ? room : sizeof(feature));
        break;
    case SET_IDLE:
        r = read(swiper.control, NULL, 0);
        break;
    default:
        r = asked->bRequestType & USB_DIR_IN ? read(swiper.control, NULL, 0)
                                             : write(swiper.control, NULL, 0);
    }
    (void)r; /* the host may have gone meanwhile */
}

static void *swiper_main(void *arg)
{
    struct usb_functionfs_event event;

    (void)arg;
    for (;;) {
        ssize_t n = read(swiper.control, &event, sizeof(event));

        if (n == sizeof(event) && event.type == FUNCTIONFS_SETUP)
            request(&event.u.setup);
        /* EIDRM: the host has taken back what it asked, by going or by asking anew; EINTR: the
         * machine slept */
        must(n == sizeof(event) || errno == EIDRM || errno == EINTR, "swiper's events");
    }
    return NULL;
}

/* Without signals: SIGCHLD, say, would break its answers off, and FunctionFS then stalls them. */
static void swiper_begin(void)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    must(pthread_create(&swiper.thread, NULL, swiper_main, NULL) == 0, "thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void descriptors_write(unsigned packet)
{
    struct {
        struct usb_functionfs_descs_head_v2 head;
        __le32 full_count, high_count;
        struct function full, high;
    } __attribute__((packed)) all = {
        .head = {.magic = htole32(FUNCTIONFS_DESCRIPTORS_MAGIC_V2),
                 .length = htole32(sizeof(all)),
                 .flags = htole32(FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC)},
        .full_count = htole32(3),
        .high_count = htole32(3),
        .full = function_of(packet, 1),
        .high = function_of(packet, 4),
    };
    struct {
        struct usb_functionfs_strings_head head;
        __le16 language;
        char text[7];
    } __attribute__((packed)) strings = {
        .head = {.magic = htole32(FUNCTIONFS_STRINGS_MAGIC),
                 .length = htole32(sizeof(strings)),
                 .str_count = htole32(1),
                 .lang_count = htole32(1)},
        .language = htole16(0x0409),
        .text = "Swiper",
    };

    must(write(swiper.control, &all, sizeof(all)) == sizeof(all), "descriptors");
    must(write(swiper.control, &strings, sizeof(strings)) == sizeof(strings), "strings");
}

void gadget_swiper(const char *name, unsigned packet, const uint8_t *descriptor,
                   size_t n_descriptor)
{
    folder(name, "functions/ffs.swiper");
    must(mkdir("/run/swiper", 0700) == 0 &&
             mount("swiper", "/run/swiper", "functionfs", 0, NULL) == 0,
         "functionfs");
    memcpy(swiper.descriptor, descriptor, n_descriptor);
    swiper.n_descriptor = n_descriptor;
    swiper.control = open("/run/swiper/ep0", O_RDWR | O_CLOEXEC);
    must(swiper.control >= 0, "ep0");
    descriptors_write(packet);
    swiper.reports = open("/run/swiper/ep1", O_RDWR | O_CLOEXEC);
    must(swiper.reports >= 0, "ep1");
    swiper_begin();
    function_add(name, "ffs.swiper");
}

void gadget_swipe(const uint8_t *bytes, size_t n)
{
    must(write(swiper.reports, bytes, n) == (ssize_t)n, "swipe");
}

/* usb_mock.h - USB devices without a kernel: umockdev's test bed with our answers to usbfs.
 *
 * To be run under umockdev-wrapper. A device is a HID interface that can be plugged, unplugged,
 * taken, denied, made to fail; a report goes into the waiting transfers packet by packet, as a host
 * controller does it. Test thread; the answers come from umockdev's own.
 */
#ifndef ANCHANG_TESTS_USB_MOCK_H
#define ANCHANG_TESTS_USB_MOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct usb_mock;

struct usb_mock_says {
    const char *place; /* "1-1" */
    unsigned address;  /* of bus 1; a device that is plugged again has another */
    uint16_t vid, pid;
    uint8_t class;  /* of its interface: 3 HID */
    uint8_t packet; /* bytes, wMaxPacketSize */
    const uint8_t *descriptor;
    size_t n_descriptor;
};

enum usb_mock_answer { USB_ANSWERS, USB_SILENT, USB_REFUSES };

void usb_mock_bed(void); /* before anything */
void usb_mock_bed_free(void);

struct usb_mock *usb_mock_plug(const struct usb_mock_says *says);
/* Its transfers fail, and so does all else; the system's word of it comes with told(). */
void usb_mock_pull(struct usb_mock *mock);
void usb_mock_forget(struct usb_mock *mock);                   /* its place is free for another */
void usb_mock_told(struct usb_mock *mock, const char *action); /* "add", "remove" */
struct usb_mock *usb_mock_free(struct usb_mock *mock);

void usb_mock_deny(struct usb_mock *mock, bool denied);
void usb_mock_busy(struct usb_mock *mock, bool busy); /* another program has it */
void usb_mock_answer(struct usb_mock *mock, enum usb_mock_answer how);
/* One report, or the beginning of one. Bytes for which no transfer waits are lost and counted. */
void usb_mock_send(struct usb_mock *mock, const void *bytes, size_t n);
/* All waiting transfers end with this -errno. */
void usb_mock_fail(struct usb_mock *mock, int error);

bool usb_mock_has_kernel(struct usb_mock *mock);  /* is the kernel's driver on it? */
unsigned usb_mock_waiting(struct usb_mock *mock); /* transfers */
unsigned usb_mock_lost(struct usb_mock *mock);    /* reports */
unsigned usb_mock_opened(struct usb_mock *mock);  /* how often was it claimed, in all */

#endif

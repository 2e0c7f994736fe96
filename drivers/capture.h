/* capture.h - what a device sent, kept as text: the price of a driver, and its proof.
 *
 *     # Device: RDM6300 module on an FTDI cable
 *     # Model: rdm6300
 *     # Transport: tty 9600 8N1
 *     # Date: 2026-02-01
 *     # Made: by hand, from the published format      (or "# Recorded: by whom, with what")
 *     < 0 02 30 31 30 44 43
 *     < 12 32 33 34 35 36 03
 *     ! 5000 hangup
 *
 * "#" with a known key is the header, other "#" lines are remarks; "<" is what the device sent and
 * ">" what was sent to it, with the milliseconds since the beginning and the bytes of one piece;
 * "!" is what went wrong: "hangup", or the name of an error. Of a USB device also "# Usb-Id:
 * 0801:0002:0", "# Interface-Class: 3/0/0", "# Report-Size: 337" and "# Descriptor: 05 01 …", which
 * may go on in a second such line.
 *
 * A capture never holds a bank card's data: captures with tracks are made, not recorded.
 */
#ifndef ANCHANG_DRIVERS_CAPTURE_H
#define ANCHANG_DRIVERS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/device.h"
#include "drivers/model.h"

enum {
    CAPTURE_FILE_MAX = 1024 * 1024,
    CAPTURE_TIME_MAX = 24 * 60 * 60 * 1000,
};

enum capture_kind { CAPTURE_IN, CAPTURE_OUT, CAPTURE_ERROR };

struct capture_event {
    enum capture_kind kind;
    int64_t at_ms; /* since the beginning; never less than the one before */
    size_t offset; /* of its bytes in capture.bytes */
    size_t n;      /* 1 to PORT_CHUNK_MAX; 0 with CAPTURE_ERROR */
    int error;     /* with CAPTURE_ERROR: -errno; a hangup is -ENODEV */
};

struct capture {
    char device[PORT_TEXT_MAX];
    char model[MODEL_ID_MAX + 1];
    char bus[16];              /* "usb", "tty", "pcsc", "virtual" */
    bool made;                 /* not recorded from a device */
    struct line_settings line; /* of a tty */
    struct usb_id usb;         /* "# Usb-Id: 0801:0002:0"; 0: none */
    struct device_facts facts;
    struct capture_event *events;
    size_t n_events;
    uint8_t *bytes; /* of all events, in order */
    size_t n_bytes;
};

/* -EINVAL and @error "file:12: …": not understood; -E2BIG; -ENOMEM; others from reading. */
int capture_read(const char *path, struct capture **ret_capture, char *error, size_t error_size);
/* The same of a text in memory; @name stands in errors. */
int capture_parse(const char *name, const char *text, size_t n, struct capture **ret_capture,
                  char *error, size_t error_size);
struct capture *capture_free(struct capture *capture);

#endif

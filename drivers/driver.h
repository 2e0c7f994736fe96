/* driver.h - the table that is a driver: how one kind of reader says what it read.
 *
 * A driver file ends with one const table; all above it is static. scan() and decode() are pure:
 * bytes in, a card out, no clock, no log, no I/O, so that captures and fuzzers call what the daemon
 * calls. What lies below (USB, serial, PC/SC, a capture) is another table, in port.h, and a driver
 * never sees it. A model of a known kind is a text file (model.h), not a driver.
 */
#ifndef ANCHANG_DRIVERS_DRIVER_H
#define ANCHANG_DRIVERS_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#include "drivers/card.h"

struct device_facts; /* device.h */
struct model;        /* model.h */

/* Bytes of the longest frame any driver knows: all three tracks of a card, typed by a keyboard that
 * sends a report for each key and each shift going down and up. */
enum { FRAME_MAX = 8192 };

enum scan_result {
    SCAN_MORE,  /* nothing wrong so far, no frame yet */
    SCAN_FRAME, /* the first *ret_n bytes are a frame */
    SCAN_SKIP,  /* the first *ret_n bytes (>= 1) belong to no frame */
};

enum driver_maturity { DRIVER_EXPERIMENTAL, DRIVER_BETA, DRIVER_STABLE };

/* How to read one device: made once from its model and what the device says of itself, then only
 * read. Each driver knows its own member (reader_setup.h). */
struct reader_setup;

struct driver {
    const char *name; /* "hid-keyboard": what a model names */
    enum driver_maturity maturity;
    const char *bus;            /* of port.h: "usb", "tty", "pcsc", "virtual" */
    const char *const *options; /* keys that its models may have; NULL-terminated */
    unsigned gap_ms;            /* a frame that was begun is given up after this silence */

    /* Its own part of *setup, whose form is filled in. -ENODEV: the device is not what its
     * identifiers say (its descriptor lies or lacks what is needed). NULL: nothing to set up. */
    int (*setup)(const struct model *model, const struct device_facts *facts,
                 struct reader_setup *setup);
    /* @n bytes since the last frame, never more than FRAME_MAX. @seen of them were there when it
     * last said SCAN_MORE: the search for an end may begin there, and gives the same from 0. */
    enum scan_result (*scan)(const struct reader_setup *setup, const uint8_t *bytes, size_t n,
                             size_t seen, size_t *ret_n);
    /* -EBADMSG: a check does not hold; -EPERM: whole, but no member card (a bank card): the bytes
     * are to be wiped and nothing of them told; -EAGAIN: whole, and says nothing of a card (a key
     * going up, a card leaving). */
    int (*decode)(const struct reader_setup *setup, const uint8_t *frame, size_t n,
                  struct card_read *ret_card);
};

/* All drivers, NULL at the end (drivers.def). */
extern const struct driver *const drivers[];
/* NULL: there is none of that name. */
const struct driver *driver_find(const char *name);

#endif

/* device.h - what is known of a device before a byte of it is read: what identifies it, what it
 * says of itself, how its line is set. Buses fill these (port.h), drivers and models read them. */
#ifndef ANCHANG_DRIVERS_DEVICE_H
#define ANCHANG_DRIVERS_DEVICE_H

#include <stddef.h>
#include <stdint.h>

enum {
    PORT_PATH_MAX = 160,
    PORT_TEXT_MAX = 128,
    PORT_DESCRIPTOR_MAX = 1024,
    PORT_CHUNK_MAX = 1024, /* bytes of one data() call */
};

/* What identifies a device on its bus. Two devices are the same one when bus and path are. */
struct device_id {
    const char *bus;            /* name of its bus; replay: of the one the capture was taken on */
    char path[PORT_PATH_MAX];   /* usb "1-1.2:1.0" (bus-ports:configuration.interface); tty
                                   "/dev/serial/by-id/…"; pcsc and virtual the reader's name;
                                   replay the capture's file */
    uint16_t vid, pid;          /* 0: none (virtual, a reader of PC/SC) */
    uint8_t interface;          /* usb alone */
    char serial[PORT_TEXT_MAX]; /* "" unknown; what a device says: any bytes made printable */
    char product[PORT_TEXT_MAX];
};

/* What a driver may want to know of a device that is open. */
struct device_facts {
    uint8_t interface_class, interface_subclass, interface_protocol;
    size_t report_size;                      /* bytes of an input report; 0: none */
    uint8_t descriptor[PORT_DESCRIPTOR_MAX]; /* HID report descriptor */
    size_t n_descriptor;
};

/* How a serial line is set; other buses ignore it. */
struct line_settings {
    unsigned baud;
    uint8_t data_bits, stop_bits;
    char parity; /* 'n', 'e', 'o' */
};

#endif

/* wire.h - bytes to and from a printer, with a deadline on everything: what a receipt printer hangs
 * on. All calls block; nothing here knows what the bytes mean.
 *
 *   usb:04b8:0e15        an interface of the class of printers; with :SERIAL the one of that number
 *   tcp:192.168.1.20     port 9100, or tcp:192.168.1.20:9101, tcp:[fe80::1]:9100
 *   serial:/dev/serial/by-id/…    9600 8N1, or with :115200
 *
 * Thread: one at a time for a wire. Memory: wire_open() to wire_close().
 */
#ifndef ANCHANG_DRIVERS_WIRE_H
#define ANCHANG_DRIVERS_WIRE_H

#include "drivers/device.h"

struct wire_target {
    const struct wire_ops *ops;
    char where[PORT_PATH_MAX]; /* a host, a path, a serial number or "" */
    uint16_t vid, pid, port;
    struct line_settings line;
};

struct wire {
    const struct wire_ops *ops;
};

/* One kind of them. */
struct wire_ops {
    const char *name;
    int (*open)(const struct wire_target *target, struct wire **ret_wire);
    int (*write)(struct wire *w, const uint8_t *bytes, size_t n, int ms, size_t *ret_done);
    int (*read)(struct wire *w, uint8_t *bytes, size_t size, int ms);
    int (*port_status)(struct wire *w, uint8_t *ret_status); /* NULL: there is no such thing */
    void (*close)(struct wire *w);
};
extern const struct wire_ops wire_usb, wire_tcp, wire_tty;

/* -EINVAL: not one of these. */
int wire_target_parse(const char *text, struct wire_target *ret_target);

/* -ENODEV: it is not there; -EACCES, -EBUSY; others of the system. */
int wire_open(const struct wire_target *target, struct wire **ret_wire);
/* All of it, or an error when the time is up or the wire is cut; *@ret_done bytes are gone then,
 * and more may be. */
int wire_write(struct wire *w, const uint8_t *bytes, size_t n, int ms, size_t *ret_done);
/* What has come, at most @size bytes; 0: nothing within @ms; < 0: it is cut. */
int wire_read(struct wire *w, uint8_t *bytes, size_t size, int ms);
/* The three lines of old: without paper, selected, no error. -ENOTSUP: it has none. */
enum { WIRE_PAPER_OUT = 0x20, WIRE_SELECTED = 0x10, WIRE_NO_ERROR = 0x08 };
int wire_port_status(struct wire *w, uint8_t *ret_status);
struct wire *wire_close(struct wire *w);

/* Since the machine was switched on. */
int64_t wire_now_ms(void);

/* ---- for those with a descriptor ---- */

struct wire_fd {
    struct wire wire; /* first */
    int fd;           /* does not block */
};
int wire_fd_write(struct wire *w, const uint8_t *bytes, size_t n, int ms, size_t *ret_done);
int wire_fd_read(struct wire *w, uint8_t *bytes, size_t size, int ms);

#endif

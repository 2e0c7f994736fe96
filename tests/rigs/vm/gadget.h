/* gadget.h - USB devices that are made inside the virtual machine: the kernel's dummy_hcd is a host
 * and a device controller in one, and configfs says what is plugged into it.
 *
 * All functions end the program when the system refuses. Thread: the test's.
 */
#ifndef ANCHANG_TESTS_GADGET_H
#define ANCHANG_TESTS_GADGET_H

#include <stddef.h>
#include <stdint.h>

void must(int done, const char *what);
void file_write(const char *path, const void *bytes, size_t n);
void file_print(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A device without functions, to be told which it has, and then to be plugged. */
void gadget_make(const char *name, unsigned vid, unsigned pid, const char *serial);
/* A HID interface of one report; its end is /dev/hidg0, 1, 2 or 3, the first that is free. */
void gadget_hid(const char *name, unsigned subclass, unsigned protocol, unsigned report,
                const uint8_t *descriptor, size_t n_descriptor);
/* A serial line; its end is /dev/ttyGS0. */
void gadget_acm(const char *name);
/* A printer, class and both ways; its end is /dev/g_printer0. */
void gadget_printer(const char *name);
/* One whose function a program plays (FunctionFS): a HID interface with packets of @packet bytes,
 * which answers for its feature report and sends what gadget_swipe() gives. */
void gadget_swiper(const char *name, unsigned packet, const uint8_t *descriptor,
                   size_t n_descriptor);
void gadget_swipe(const uint8_t *bytes, size_t n);

/* @port: 0… of dummy_hcd. */
void gadget_plug(const char *name, unsigned port);
void gadget_pull(const char *name);
/* One that is pulled, with a HID interface: that is free again. */
void gadget_hid_drop(const char *name);

#endif

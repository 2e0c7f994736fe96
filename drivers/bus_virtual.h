/* bus_virtual.h - the reader without hardware: who feeds it.
 *
 * For demonstrations and tests. Its devices are named on the bus "virtual" and nowhere pass for
 * hardware. Loop thread.
 */
#ifndef ANCHANG_DRIVERS_BUS_VIRTUAL_H
#define ANCHANG_DRIVERS_BUS_VIRTUAL_H

#include "drivers/port.h"

/* As if the reader @path of @bus (of bus_virtual) had sent @n bytes; its port has them on return.
 * -ENODEV: no such reader; -ENOTCONN: nobody has opened it; -EBUSY: it is paused; -EMSGSIZE: more
 * than PORT_CHUNK_MAX. */
int bus_virtual_push(struct bus *bus, const char *path, const uint8_t *bytes, size_t n);

#endif

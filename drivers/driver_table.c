/* driver_table.c - the table of all drivers, made of drivers.def. */
#include <string.h>

#include "drivers/driver.h"

#define DRIVER(name) extern const struct driver driver_##name;
#include "drivers/drivers.def"
#undef DRIVER

#define DRIVER(name) &driver_##name,
const struct driver *const drivers[] = {
#include "drivers/drivers.def"
    NULL,
};
#undef DRIVER

const struct driver *driver_find(const char *name)
{
    for (size_t i = 0; drivers[i]; i++)
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}

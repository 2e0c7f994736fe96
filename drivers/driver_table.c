/* driver_table.c - all drivers. A new one is a line in each of the two lists. */
#include <string.h>

#include "drivers/driver.h"

extern const struct driver driver_hid_keyboard, driver_hid_msr, driver_stx_ascii, driver_length_bcc,
    driver_wiegand_text, driver_pcsc, driver_virtual;

const struct driver *const drivers[] = {
    &driver_hid_keyboard, &driver_hid_msr, &driver_stx_ascii, &driver_length_bcc,
    &driver_wiegand_text, &driver_pcsc,    &driver_virtual,   NULL,
};

const struct driver *driver_find(const char *name)
{
    for (size_t i = 0; drivers[i]; i++)
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}

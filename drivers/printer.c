/* printer.c - see printer.h. */
#include "drivers/printer.h"

#include <string.h>

const struct printer_driver *printer_driver_find(const char *name)
{
    static const struct printer_driver *const drivers[] = {&printer_file, &printer_cups,
                                                           &printer_escpos};

    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}

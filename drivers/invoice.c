/* invoice.c - the table of invoice.h. */
#include "drivers/invoice.h"

#include <stddef.h>
#include <string.h>

extern const struct invoice_driver invoice_stub;

const struct invoice_driver *const invoice_drivers[] = {&invoice_stub, NULL};

const struct invoice_driver *invoice_driver_find(const char *name)
{
    for (size_t i = 0; invoice_drivers[i]; i++)
        if (strcmp(invoice_drivers[i]->name, name) == 0)
            return invoice_drivers[i];
    return NULL;
}

/* disclosure.h - rows of the lists that belong to the disclosure, as JSON. Thread: any. */
#ifndef ANCHANG_API_DISCLOSURE_H
#define ANCHANG_API_DISCLOSURE_H

#include <jansson.h>

#include "db/discount.h"
#include "db/fee.h"

/* For fee_each(): @arg is the array. */
int fee_add(void *arg, const struct fee_row *row);
/* For discount_each(): @arg is one of these. */
struct discount_adding {
    struct tx *tx;
    json_t *items;
};
int discount_add(void *arg, const struct discount_row *row);

#endif

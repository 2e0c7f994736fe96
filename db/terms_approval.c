/* terms_approval.c - terms beyond their maker's limits (PR-05, PR-13). */
#include "db/terms_make.h"

int terms_approval(struct tx *tx, const struct terms_ask *ask, struct terms_row *t,
                   const uint8_t hash[APPROVAL_HASH_SIZE])
{
    (void)ask;
    (void)hash;
    return fault_set(tx->fault, FAULT_G8_DISCOUNT, "unit", t->unit, NULL);
}

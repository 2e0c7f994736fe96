/* settlement_impl.h - what the files of settlements share: settlement.c (settled, reversed),
 * settlement_read.c. Thread: as of settlement.h. */
#ifndef ANCHANG_DB_SETTLEMENT_IMPL_H
#define ANCHANG_DB_SETTLEMENT_IMPL_H

#include "db/settlement.h"

/* A contract as it is to be settled, with what it is made of. */
struct contract_now {
    int64_t terms_id, measurement_id;
    struct settlement_row row;
};
/* One in scope, for its changes too; texts live during the call of @each. -ENOENT when it has no
 * contract. */
int contract_now_read(struct tx *tx, int64_t deal_id,
                      int (*each)(void *arg, const struct contract_now *now), void *arg);

#endif

/* customer_keep.h - why a customer cannot be deleted or erased yet (CU-19, CU-35): what hangs on
 * him that must be kept. Every table that binds a customer adds its line here.
 *
 * Thread: any with a reader.
 */
#ifndef ANCHANG_DB_CUSTOMER_KEEP_H
#define ANCHANG_DB_CUSTOMER_KEEP_H

#include "db/tx.h"

/* 0, or CUSTOMER_KEPT with an item for each reason. */
int customer_kept(struct tx *tx, int64_t customer_id);

#endif

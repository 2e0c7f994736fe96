/* confirmation.h - the sales controller's word, before a subscription, that the unit on the
 * chart is the one and free for this customer (SF-35).
 *
 * It is of the unit as it was read, holds for the project's minutes, and for one deal. Who gives
 * it does not sell on it.
 *
 * Thread: changes on the writer's; reads on any with a reader. */
#ifndef ANCHANG_DB_CONFIRMATION_H
#define ANCHANG_DB_CONFIRMATION_H

#include "db/tx.h"

struct confirmation_new {
    int64_t unit_id, unit_version, customer_id;
};
/* UNIT_MOVED when the unit is not as it was read; NOT_FOUND. */
int confirmation_create(struct tx *tx, const struct confirmation_new *confirmation, int64_t *ret_id,
                        int64_t *ret_until_ms);

/* Whether @id holds for them, at the unit's @unit_version: CONFIRMATION_NEEDED (id 0),
 * CONFIRMATION_STALE, SELF_APPROVAL. */
int confirmation_check(struct tx *tx, int64_t id, int64_t unit_id, int64_t unit_version,
                       int64_t customer_id);
int confirmation_use(struct tx *tx, int64_t id, int64_t deal_id);

#endif

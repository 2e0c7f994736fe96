/* terms_use.c - granted terms taken by a deal. See terms.h. */
#include "db/terms.h"

int terms_use(struct tx *tx, int64_t id, int64_t unit_id, int64_t customer_id, int64_t deal_id)
{
    int64_t valid = 0;
    int r = db_get(tx->db, &valid,
                   "SELECT valid_until_ms FROM terms WHERE id = $1 AND unit_id = $2 AND "
                   "customer_id = $3 AND state = 'granted'",
                   "iii", id, unit_id, customer_id);

    if (r < 0)
        return r;
    if (r == 0)
        return fault_set(tx->fault, FAULT_TERMS_NOT_GRANTED, NULL);
    if (valid <= tx->now_ms)
        return fault_set(tx->fault, FAULT_TERMS_EXPIRED, NULL);
    r = db_run(tx->db,
               "UPDATE terms SET state = 'used', deal_id = $2, version = version + 1 WHERE id = $1",
               "ii", id, deal_id);
    return r < 0 ? r : 0;
}

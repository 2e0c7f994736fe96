/* refund.h - money goes back (FI-27), by a voucher and never by taking a receipt away.
 *
 * Thread: the writer's. */
#ifndef ANCHANG_DB_REFUND_H
#define ANCHANG_DB_REFUND_H

#include "db/tx.h"

/* What a change of a deal gives back, when finance has paid it: by transfer, fund by fund, from the
 * account where money of the fund goes. ACCOUNT_NONE. */
struct refund {
    int64_t deal_id, change_id, project_id, building_id;
    int64_t amount_fen;
    const char *note;
};
int refund_pay(struct tx *tx, const struct refund *refund);

#endif

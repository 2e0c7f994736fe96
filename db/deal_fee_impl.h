/* deal_fee_impl.h - what the files of agency fees of deals share: deal_fee.c (chosen, worked out,
 * carried on) and deal_fee_read.c. */
#ifndef ANCHANG_DB_DEAL_FEE_IMPL_H
#define ANCHANG_DB_DEAL_FEE_IMPL_H

#include "db/deal_fee.h"

/* What a deal's fees are worked out from. */
struct deal_fee_base {
    int64_t price_fen;
    int64_t area;   /* gross, 0.01 m2, as it is measured now; 0: none */
    unsigned class; /* of its unit, as a set */
};
int deal_fee_base_read(struct tx *tx, int64_t deal_id, struct deal_fee_base *ret);
/* Whether it is collected here, for such a unit. */
bool deal_fee_fits(const struct deal_fee_base *of, const struct fee_row *fee);
/* fee_sum() of what its formula goes by, @ret_base. */
int deal_fee_sum(const struct deal_fee_base *of, const struct fee_row *fee, int64_t *ret_base,
                 int64_t *ret_fen);

#endif

/* refund_impl.h - what the files of refunds share: refund.c (asked for, approved), refund_pay.c
 * (paid, or not after all), refund_account.c (the payee's account), refund_read.c.
 *
 * Thread: the writer's. */
#ifndef ANCHANG_DB_REFUND_IMPL_H
#define ANCHANG_DB_REFUND_IMPL_H

#include "db/audit.h"
#include "db/refund.h"

/* One that is neither paid nor ended. */
#define REFUND_OPEN "IN ('asked', 'approved')"

/* One as it stands. */
struct refund_now {
    int64_t id, version, project_id, building_id, unit_id, deal_id, customer_id, user_id;
    int64_t total_fen;
    char state[16];
};
/* NOT_FOUND when there is none; looks at no scope. */
int refund_now_read(struct tx *tx, int64_t id, struct refund_now *ret);
enum refund_step { REFUND_ASKED, REFUND_ENDED, REFUND_LOOKED };
/* One row of the log, about the deal or the customer, and the news of it. Takes @trail over. */
int refund_log(struct tx *tx, const struct refund_now *refund, enum refund_step step,
               struct trail *trail);

/* "": none. REFUND_ACCOUNT when it is no number. Seals it as that of @id. */
int refund_account_set(struct tx *tx, int64_t id, const char *bank, const char *typed);
/* "" when there is none. */
int refund_account_open(struct tx *tx, int64_t id, char ret_account[REFUND_ACCOUNT_MAX + 1]);

/* How much of what @customer_id paid for the deal, or for those it was exchanged for, can still go
 * back to him: of its own money, or of its agency fees. */
int refund_payer_free(struct tx *tx, int64_t deal_id, int64_t customer_id, bool fees,
                      int64_t *ret_fen);

#endif

/* refund_impl.h - what the files of refunds share: refund.c (asked for, approved), refund_change.c
 * (of a change), refund_pay.c (paid, or not after all), refund_back.c (a payment taken back),
 * refund_payer.c (who paid), refund_account.c (the payee's account), refund_read.c.
 *
 * Thread: the writer's. */
#ifndef ANCHANG_DB_REFUND_IMPL_H
#define ANCHANG_DB_REFUND_IMPL_H

#include "db/audit.h"
#include "db/refund.h"

/* One that is neither paid nor ended. */
#define REFUND_OPEN "IN ('asked', 'approved')"
/* Money that is a lender's (fund.def). */
#define REFUND_LOAN_FUNDS "IN ('bank_loan', 'fund_loan')"

/* One as it stands. */
struct refund_now {
    int64_t id, version, project_id, building_id, unit_id, deal_id, customer_id, user_id;
    int64_t change_id, approval_id; /* 0: none */
    int64_t total_fen;
    char state[16];
};
/* NOT_FOUND when there is none; looks at no scope. */
int refund_now_read(struct tx *tx, int64_t id, struct refund_now *ret);
/* The same where the actor handles the money: VERSION_CHANGED, REFUND_STATE unless it is @state. */
int refund_need(struct tx *tx, int64_t id, int64_t version, const char *state,
                struct refund_now *ret);
/* It waits for finance, by that approval. */
int refund_approve(struct tx *tx, const struct refund_now *now, int64_t approval_id);
int refund_tell(struct tx *tx, const struct refund_now *now);
/* All that will be done, as it is stored. */
int refund_hash(struct tx *tx, const struct refund_now *now, uint8_t ret_hash[APPROVAL_HASH_SIZE]);

enum refund_step {
    REFUND_ASKED,
    REFUND_ENDED,
    REFUND_LOOKED,
    REFUND_DUE,
    REFUND_BACK,
    REFUND_GIVEN,
    REFUND_STEPS
};
/* One row of the log, about the deal or the customer, and the news of it. Takes @trail over. */
int refund_log(struct tx *tx, const struct refund_now *refund, enum refund_step step,
               struct trail *trail);

/* "": none. REFUND_ACCOUNT when it is no number. Seals it as that of @id; @user_id: who gave it to
 * one that a change made, else 0. */
int refund_account_set(struct tx *tx, int64_t id, const char *bank, const char *typed,
                       int64_t user_id);
/* The account with its secret into @hash: who has the hash and not the key finds no account by
 * trying them all. */
int refund_account_hash(struct tx *tx, int64_t id, struct approval_hash *hash);
/* "" when there is none. */
int refund_account_open(struct tx *tx, int64_t id, char ret_account[REFUND_ACCOUNT_MAX + 1]);

enum { REFUND_PAYERS_MAX = 40 };

/* What somebody paid for a deal, or for those it was exchanged for, and can still get back. */
struct refund_paid_in {
    int64_t customer_id;                    /* 0: a lender */
    char lender[REFUND_LENDER_MAX * 4 + 1]; /* "" and a loan's fund: not known */
    enum fund fund; /* of a lender; FUND_AGENCY_FEE: agency fees; FUND_COUNT: anything else */
    int64_t fen;    /* above 0 */
};
struct refund_payers {
    struct refund_paid_in of[REFUND_PAYERS_MAX];
    size_t n;
};
int refund_payers_read(struct tx *tx, int64_t deal_id, struct refund_payers *ret);
/* REFUND_LENDER when a loan came from nobody knows where. */
int refund_lender_named(struct tx *tx, const struct refund_payers *payers);

#endif

/* deal_fee.h - the agency fees that the buyer of a deal chose (FI-09, FI-10): how much is owed of
 * each, by the fee's formula from the deal's own price and area, and what became of its money.
 *
 * An agency fee is always the buyer's free choice (fee.h): so nothing is owed of it until somebody
 * writes that choice down, and what is owed then is worked out once. Its money is on an account of
 * its own (ledger.h). It is no money of the deal: no price, schedule, arrears, interest or revenue
 * has anything of it. What was collected and neither paid over nor given back is its balance.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), VERSION_CHANGED, negative errno.
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_DEAL_FEE_H
#define ANCHANG_DB_DEAL_FEE_H

#include "db/contact.h"
#include "db/fee.h"
#include "db/ledger.h"

/* Each of @fee_ids, or none. FEE_UNFIT, FEE_STAGE, FEE_SUM, FEE_CHOSEN, DEAL_CLOSED. */
int deal_fee_choose(struct tx *tx, int64_t deal_id, const int64_t *fee_ids, size_t n);
/* Worked out anew, by the formula and the deal as they are now. @ret_deal_id: whose it is. */
int deal_fee_renew(struct tx *tx, int64_t id, int64_t version, int64_t *ret_deal_id);
/* The buyer does not want it after all: REASON_NEEDED, FEE_MONEY. */
int deal_fee_end(struct tx *tx, int64_t id, int64_t version, const char *reason,
                 int64_t *ret_deal_id);

/* Where the money of a fee goes. */
struct deal_fee_sums {
    int64_t collected_fen; /* what came in and was not taken back */
    int64_t paid_over_fen; /* to the payee */
    int64_t refunded_fen;  /* to who paid */
    int64_t moved_fen;     /* to the deal it was exchanged for; below 0: from there */
    int64_t asked_fen;     /* of the balance: what is asked back */
    int64_t balance_fen;   /* what is there */
};
struct deal_fee_row {
    int64_t id, version, project_id, deal_id, fee_id, at_ms;
    int64_t customer_id;  /* 0: the actor does not see him */
    const char *customer; /* as name_shown() has it */
    const char *fee, *payee, *unit, *user;
    enum fee_formula formula;
    int64_t rate, base, amount_fen;
    int64_t owed_fen; /* still to come; 0 of what ended */
    bool ended;       /* it, or the deal */
    struct deal_fee_sums sums;
};
/* Of a deal that is seen, those that stand or have moved money. Texts live during the call. */
int deal_fee_each(struct tx *tx, int64_t deal_id,
                  int (*each)(void *arg, const struct deal_fee_row *row), void *arg);
/* What the buyer may still choose: the fees that are collected for such a unit. @fen 0: it comes to
 * no sum. */
int deal_fee_choices(struct tx *tx, int64_t deal_id,
                     int (*each)(void *arg, const struct fee_row *fee, int64_t fen), void *arg);

/* Those of the deals that the actor sees, of one fee or of all, by id. */
enum deal_fee_which { DEAL_FEE_ALL, DEAL_FEE_OWED, DEAL_FEE_HELD }; /* held: with a balance */
struct deal_fee_filter {
    int64_t project_id, fee_id; /* fee 0: any */
    enum deal_fee_which which;
    int64_t after_id;
    int limit;
};
int deal_fee_list(struct tx *tx, const struct deal_fee_filter *filter,
                  int (*each)(void *arg, const struct deal_fee_row *row), void *arg);

/* The sums of each fee of a project that is collected or was chosen, for who sees it whole. */
struct fee_sums {
    int64_t fee_id, deals, owed_fen;
    const char *fee, *payee;
    struct deal_fee_sums sums;
};
int deal_fee_totals(struct tx *tx, int64_t project_id,
                    int (*each)(void *arg, const struct fee_sums *row), void *arg);

/* ---- for the modules of db/ that move money ---- */

/* The fee @fee_id that stands in the deal, and how much of it is still to come. PAY_FEE. */
int deal_fee_room(struct tx *tx, int64_t deal_id, int64_t fee_id, int64_t *ret_id,
                  int64_t *ret_fen);
/* The one that there is, living or not. PAY_FEE. */
int deal_fee_find(struct tx *tx, int64_t deal_id, int64_t fee_id, int64_t *ret_id);
/* Whether there is money of one of its fees. */
int deal_fee_has_money(struct tx *tx, int64_t deal_id, bool *ret_has);
/* From the deal of @as, a voucher to be, to the one it was exchanged for: what fits its unit,
 * worked out for it, and the money that is there of each, by *@voucher_id (0: made with the first
 * of it). */
int deal_fee_carry(struct tx *tx, int64_t to_deal_id, const struct voucher *as,
                   int64_t *voucher_id);

#endif

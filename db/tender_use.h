/* tender_use.h - how the money of one voucher is paid, in or out (FI-05, FI-33): what each tender
 * must carry, its number that counts once for an account, and the entries that it makes.
 *
 * For the modules of db/ that move money. Thread: the writer's.
 */
#ifndef ANCHANG_DB_TENDER_USE_H
#define ANCHANG_DB_TENDER_USE_H

#include "db/tender.h"
#include "db/tx.h"

enum { PAYMENT_TENDERS_MAX = 8 };

struct payment_tender {
    const char *tender;
    int64_t amount_fen; /* above 0 */
    int64_t account_id; /* where it is said to go, or to come from; 0: as the rule has it */
    int64_t bank_id;    /* the other side's; 0: none */
    const char *reference, *device, *batch, *card; /* card: the last four digits; NULL: none */
    const char *escrow; /* of the bank's line of what comes in (escrow.h); NULL: not known yet */
};

struct tender_use {
    const struct payment_tender *given;
    size_t n;
    int64_t project_id, account_id; /* account: the one that it all goes to, or comes from */
    bool out;
    enum tender kinds[PAYMENT_TENDERS_MAX]; /* found by the check */
};
/* PAY_REFERENCE, PAY_UNUSED, PAY_OUT (what goes out goes by cash, transfer or cheque),
 * ACCOUNT_WRONG, BANK_DISABLED, NOT_FOUND, and PAY_SUM when they do not add up to @total_fen. */
int tender_use_check(struct tx *tx, struct tender_use *use, int64_t total_fen);
/* Whether some of it is cash, after the check. */
bool tender_use_cash(const struct tender_use *use);

/* What it is for: an account of the ledger, and how much. */
struct tender_line {
    int64_t account_id, fen;
};
/* The tenders of the voucher, their slips, and its entries: lines are paid by the tenders one after
 * the other, for both add up to the same. SLIP_USED. */
int tender_use_write(struct tx *tx, const struct tender_use *use, int64_t voucher_id,
                     const struct tender_line *lines, size_t n);

#endif

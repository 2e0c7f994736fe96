/* deal_change.h - special transactions (FC 7, ST): request, approval, execution and its effects.
 *
 * Nothing of a deal changes before approval; the unit shows that a change is under way. At most one
 * is asked for per deal. What is executed, in one transaction with the last approval: the deal, the
 * unit or units, terms and schedule, parties, money lines, documents, the chart, and a task for
 * finance. The change is archived when finance is through (WF-11).
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_DEAL_CHANGE_H
#define ANCHANG_DB_DEAL_CHANGE_H

#include "db/approval.h"
#include "db/deal.h"

enum deal_change_kind {
#define DEAL_CHANGE(symbol, code, stages, zh, en, needs) DEAL_CHANGE_##symbol,
#include "db/deal_change.def"
#undef DEAL_CHANGE
    DEAL_CHANGE_COUNT
};

enum deal_change_need {
    CHANGE_TERMS = 1,
    CHANGE_BUYERS = 2,
    CHANGE_DAYS = 4,
    CHANGE_LINE = 8,
    CHANGE_FAULT = 16,
    CHANGE_DOCUMENT = 32,
    CHANGE_EXCEPTION = 64,
    CHANGE_MONEY = 128, /* refund and forfeit add up to what was received */
};

struct deal_change_ask {
    enum deal_change_kind kind;
    int64_t deal_id, version;
    const char *reason;
    const char *fault_side; /* "buyer", "seller", "none" */
    const char *exception;  /* a rename's listed exception */
    const char *document;   /* proof: of the filing's end, the court, ... */
    int64_t terms_id;       /* pending or granted ones, made for this deal */
    struct deal_buyer buyers[DEAL_PARTIES_MAX];
    size_t n_buyers;
    int64_t days;
    int64_t receivable_id;
    int64_t refund_fen, forfeit_fen, penalty_fen;
    const char *media[10];
    size_t n_media;
    int64_t resubmits_id; /* of approvals */
};

/* Asks for it. CHANGE_RUNNING, CHANGE_STAGE (not in this stage), CHANGE_NEEDS with the field,
 * RENAME_FORBIDDEN (a home after subscription without a listed exception), FILING_STANDS (G15),
 * POSTPONE_LIMIT, CHANGE_MONEY_SUM, and those of approval_request(). */
int deal_change_ask(struct tx *tx, const struct deal_change_ask *ask, int64_t *ret_id);
/* The approval's end (approval.def). */
int deal_change_end(struct tx *tx, int64_t change_id, const uint8_t hash[APPROVAL_HASH_SIZE],
                    enum approval_outcome outcome);
/* Finance is through with it. */
int deal_change_archive(struct tx *tx, int64_t change_id, int64_t version, const char *result);

#endif

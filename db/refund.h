/* refund.h - money goes back (FI-27, FI-17), by a voucher and never by taking a receipt away.
 *
 * It is asked for, of a deal or of what is held of a customer, fund by fund and up to what is
 * there; it goes to who paid it and to nobody else; when it is approved, finance has to pay it out.
 * What is asked back stays where it lies until then, and nothing else is done with it (ledger.h).
 * Who pays it needs the number of the payee's account: it is sealed, and given in clear to him
 * alone.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), negative errno. Thread: changes on the
 * writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_REFUND_H
#define ANCHANG_DB_REFUND_H

#include "db/approval.h"
#include "db/contact.h"
#include "db/fund.h"
#include "db/ledger.h"
#include "db/tender_use.h"

enum {
    REFUND_LINES_MAX = 8,
    REFUND_REASON_MAX = 400, /* characters, as the next ones */
    REFUND_BANK_MAX = 80,
    REFUND_ACCOUNT_MAX = 34,
    REFUND_RESULT_MAX = 200,
    REFUNDS_MAX = 200, /* of a customer */
};

struct refund_line {
    const char *fund;
    int64_t amount_fen; /* above 0 */
};
struct refund_ask {
    int64_t deal_id;                 /* 0: of what is held in */
    int64_t project_id, customer_id; /* a project of a customer; of a deal: who gets it */
    struct refund_line lines[REFUND_LINES_MAX];
    int64_t fees[REFUND_LINES_MAX]; /* of each line: which agency fee; 0 of other money */
    size_t n_lines;
    const char *reason;
    const char *bank, *account; /* his; NULL: none, it is to be cash or a cheque */
    const struct approval_values *values;
    int64_t resubmits_id;
};
/* Agency fees can go back of a deal that has ended too. PAY_FEE, REFUND_BEYOND, REFUND_PAYEE,
 * REFUND_FUND (a loan goes back to the bank), REFUND_ACCOUNT, ACCOUNT_MIXED, ACCOUNT_NONE,
 * CHANGE_RUNNING, DEAL_CLOSED, REASON_NEEDED, LIMIT_REACHED, and those of approval_request(). */
int refund_request(struct tx *tx, const struct refund_ask *ask, int64_t *ret_id);

/* The approval's end (approval.def): approved, it waits for finance. APPROVAL_CONTENT_CHANGED. */
approval_end_function refund_end;

struct refund_payout {
    int64_t id, version;
    struct payment_tender tenders[PAYMENT_TENDERS_MAX];
    size_t n_tenders;
};
/* It is paid: REFUND_STATE, VERSION_CHANGED, REFUND_NO_ACCOUNT, SHIFT_NEEDED for cash, and those of
 * tender_use.h. */
int refund_pay(struct tx *tx, const struct refund_payout *payout);
/* It was approved and is not paid after all: the money is free again. */
int refund_cancel(struct tx *tx, int64_t id, int64_t version, const char *reason);

/* REFUND_RUNNING while one of the deal is neither paid nor ended: for the modules of db/. */
int refund_none_open(struct tx *tx, int64_t deal_id);

/* What a change of a deal gives back, when finance has paid it: by transfer, fund by fund, from the
 * account where money of the fund goes. ACCOUNT_NONE. */
struct change_refund {
    int64_t deal_id, change_id, project_id, building_id;
    int64_t amount_fen;
    const char *note;
};
int refund_of_change(struct tx *tx, const struct change_refund *refund);

/* ---- reading ---- */

struct refund_row {
    int64_t id, version, project_id, total_fen;
    int64_t deal_id, approval_id, user_id, asked_ms, ended_ms; /* 0: none */
    int64_t customer_id;                                       /* 0: the actor does not see him */
    const char *customer;                                      /* as name_shown() has it */
    const char *unit;                                          /* NULL: of no deal */
    const char *reason, *bank, *state, *user, *ended_by, *result;
    const char *account;    /* "****1234"; NULL: none */
    int64_t voucher_number; /* 0: not paid */
};
/* Those that the actor sees, newest first: of deals that he sees, of customers that he sees, and
 * with finance.handle all of his projects. */
struct refund_filter {
    int64_t project_id, deal_id, customer_id; /* 0: any */
    const char *state;                        /* NULL: any */
    int64_t before_id;                        /* 0: from the newest */
    int limit;
};
int refund_list(struct tx *tx, const struct refund_filter *filter,
                int (*each)(void *arg, const struct refund_row *row), void *arg);
/* One: also for who may read its request. */
int refund_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct refund_row *row),
               void *arg);
/* Of one that was read: what it is of, and how it was paid. */
int refund_line_each(struct tx *tx, int64_t id,
                     int (*each)(void *arg, const struct money_line *line), void *arg);
int refund_tender_each(struct tx *tx, int64_t id,
                       int (*each)(void *arg, const struct payment_tender *tender), void *arg);

/* What could be asked back: of a deal that is seen, or of a customer. Fund by fund, never 0. */
int refund_free_of_deal(struct tx *tx, int64_t deal_id,
                        int (*each)(void *arg, const struct money_line *line), void *arg);
int refund_free_of_customer(struct tx *tx, int64_t project_id, int64_t customer_id,
                            int (*each)(void *arg, const struct money_line *line), void *arg);
/* Who paid for a deal that is seen, and how much of it can go back to him. */
struct refund_payer {
    int64_t customer_id; /* 0: the actor does not see him */
    const char *customer;
    int64_t free_fen, fees_free_fen; /* of the house's money, and of agency fees */
};
int refund_payer_each(struct tx *tx, int64_t deal_id,
                      int (*each)(void *arg, const struct refund_payer *payer), void *arg);

/* ---- the payee's account ---- */

struct refund_clear {
    char name[REFUND_BANK_MAX * 4 + 1], bank[REFUND_BANK_MAX * 4 + 1];
    char account[REFUND_ACCOUNT_MAX + 1]; /* "": none */
};
/* For who has finance.handle where it is, and an audit row each time. The caller wipes it. */
int refund_clear(struct tx *tx, int64_t id, struct refund_clear *ret_clear);

/* For the site, as customer_key_missing() and customer_reseal(). */
int refund_key_missing(struct db *db, const struct seal_ring *ring, int64_t *ret_key_id);
int refund_reseal(struct db *db, const struct seal_ring *ring);

#endif

/* refund.h - money goes back (FI-27, FI-17), by a voucher and never by taking a receipt away.
 *
 * It is asked for, of a deal or of what is held of a customer, fund by fund and up to what is
 * there; it goes to who paid it and to nobody else; when it is approved, finance has to pay it out.
 * What is asked back stays where it lies until then, and nothing else is done with it (ledger.h).
 * Who pays it needs the number of the payee's account: it is sealed, and given in clear to him
 * alone. All of it is what was approved: another account is another request.
 *
 * Who paid is who the vouchers name. A change of name leaves them as they are, so what the old
 * buyer paid goes back to him and not to the new one, who could have it by taking over a deal and
 * ending it; it is the new buyer's when its receipts were swapped for some in his name (FC 27.6),
 * which is how a change of name carries money over. A loan goes back to the bank that sent it.
 *
 * What a change of a deal gives back is due when the change is carried out, approved with it. The
 * money stays on the ended deal until it is paid, which is all that such a deal may have (I6).
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
    REFUND_LENDER_MAX = 60,
    REFUNDS_MAX = 200, /* of a customer */
};

struct refund_line {
    const char *fund;
    int64_t amount_fen; /* above 0 */
};
struct refund_ask {
    int64_t deal_id;                 /* 0: of what is held in */
    int64_t project_id, customer_id; /* a project of a customer; of a deal: who gets it */
    const char *lender;              /* of a loan, who gets it; NULL: the only one there is */
    struct refund_line lines[REFUND_LINES_MAX];
    int64_t fees[REFUND_LINES_MAX]; /* of each line: which agency fee; 0 of other money */
    size_t n_lines;
    const char *reason;
    const char *bank, *account; /* his; NULL: none, it is to be cash or a cheque */
    const struct approval_values *values;
    int64_t resubmits_id;
};
/* REFUND_BEYOND, REFUND_PAYEE, REFUND_LENDER (which bank sent it), REFUND_FUND (a fund twice, a
 * loan together with other money), PAY_FEE, REFUND_ACCOUNT, ACCOUNT_MIXED, ACCOUNT_NONE,
 * INVOICE_STANDS, INVOICE_WAITS, CHANGE_RUNNING, DEAL_CLOSED (agency fees can go back of a deal
 * that has ended too), REASON_NEEDED, LIMIT_REACHED, and those of approval_request(). */
int refund_request(struct tx *tx, const struct refund_ask *ask, int64_t *ret_id);

/* The approval's end (approval.def): approved, it waits for finance. APPROVAL_CONTENT_CHANGED. */
approval_end_function refund_end;

struct refund_payout {
    int64_t id, version;
    struct payment_tender tenders[PAYMENT_TENDERS_MAX];
    size_t n_tenders;
    int64_t terminal_id; /* where it is paid, whose printer takes its paper; 0: none */
};
/* It is paid, of the actor's open shift when he has one: REFUND_STATE, VERSION_CHANGED,
 * APPROVAL_CONTENT_CHANGED, INVOICE_STANDS, INVOICE_WAITS, REFUND_NO_ACCOUNT, REFUND_GAVE_ACCOUNT
 * (of a change: who gave the account does not pay to it), SHIFT_NEEDED for cash, CLOCK_BACK, and
 * those of tender_use.h. */
int refund_pay(struct tx *tx, const struct refund_payout *payout);
/* It was approved and is not paid after all: the money is free again. Not one of a change:
 * REFUND_OF_CHANGE. */
int refund_cancel(struct tx *tx, int64_t id, int64_t version, const char *reason);
/* The payment came back, or went wrong: it is reversed, and the refund is to be paid again. On its
 * day by who paid it, else with money.reverse; into the actor's shift. REFUND_STATE,
 * VERSION_CHANGED, REASON_NEEDED, SHIFT_NEEDED. */
int refund_reverse(struct tx *tx, int64_t id, int64_t version, const char *reason);
/* Where one of a change goes, which was asked for without an account; anew when that was wrong.
 * REFUND_STATE, VERSION_CHANGED, REFUND_ACCOUNT. */
int refund_account_give(struct tx *tx, int64_t id, int64_t version, const char *bank,
                        const char *account);

/* REFUND_RUNNING while one of the deal is neither paid nor ended: for the modules of db/. */
int refund_none_open(struct tx *tx, int64_t deal_id);

/* What is left of a deal that a change ended is to be paid back: a refund for each payer and
 * account, approved by the change's approval. ACCOUNT_NONE, REFUND_LENDER. */
struct change_refund {
    int64_t deal_id, change_id, approval_id, project_id, building_id, unit_id;
    int64_t customer_id, user_id; /* the main buyer; who asked for the change */
    const char *reason;
};
int refund_of_change(struct tx *tx, const struct change_refund *of);
/* CHANGE_UNPAID while one of the change is not paid. */
int refund_of_change_paid(struct tx *tx, int64_t change_id);
/* Before that: whether it is known who lent what there is. REFUND_LENDER. */
int refund_lenders_known(struct tx *tx, int64_t deal_id);

/* ---- reading ---- */

struct refund_row {
    int64_t id, version, project_id, total_fen;
    int64_t deal_id, change_id, approval_id, user_id, asked_ms, ended_ms; /* 0: none */
    int64_t customer_id;  /* 0: the actor does not see him */
    const char *customer; /* as name_shown() has it */
    const char *lender;   /* of a loan: who gets it; "" the customer */
    const char *unit;     /* NULL: of no deal */
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

/* Payments of it that were taken back, oldest first. */
struct refund_back {
    int64_t voucher_number, by_number, at_ms;
    const char *actor, *reason;
};
int refund_back_each(struct tx *tx, int64_t id,
                     int (*each)(void *arg, const struct refund_back *back), void *arg);

/* What could be asked back: of a deal that is seen, or of a customer. Fund by fund, never 0. */
int refund_free_of_deal(struct tx *tx, int64_t deal_id,
                        int (*each)(void *arg, const struct money_line *line), void *arg);
int refund_free_of_customer(struct tx *tx, int64_t project_id, int64_t customer_id,
                            int (*each)(void *arg, const struct money_line *line), void *arg);
/* Who paid for a deal that is seen, and how much of it can go back to him. */
struct refund_payer {
    int64_t customer_id;             /* 0: the actor does not see him, or a lender */
    const char *customer, *lender;   /* lender: NULL, or who lent */
    const char *fund;                /* what the lender sent it for */
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

/* invoice.h - requests for invoices (开票申请) and what became of them (IV-01 to IV-05, FI-30;
 * UP 4.5). The tax platform issues; nothing here makes a number or prints an invoice.
 *
 * A request is of money that came in for one deal: receipts, or what was carried to it from earnest
 * money or another home, and of no more than they brought and is still there. It goes to the
 * platform by an export that a person enters there, or by a channel (daemon/invoice_channel.h); its
 * number comes back by the platform's list, by hand, or by the channel. While it holds (see
 * invoice_state.def) its money neither goes back nor is asked for again, and its deal neither ends
 * nor changes hands: the red letter comes first. One that is red or void is the end of it; another
 * request may be of the same money then, and the money's story shows both.
 *
 * Errors besides those named: NOT_FOUND (also out of scope), VERSION_CHANGED, negative errno.
 * Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_INVOICE_H
#define ANCHANG_DB_INVOICE_H

#include "db/invoice_config.h"
#include "db/receipt.h"

enum invoice_state {
#define INVOICE_STATE(symbol, code, zh, en, holds) INVOICE_##symbol,
#include "db/invoice_state.def"
    INVOICE_STATES
};
enum invoice_by {
    INVOICE_BY_NOBODY,
    INVOICE_BY_MACHINE = 1,
    INVOICE_BY_PERSON = 2,
    INVOICE_BY_EITHER = 3
};
extern const struct invoice_state_word {
    const char *code, *zh, *en;
    bool holds;
} invoice_states[INVOICE_STATES];
/* Their codes, ended by NULL, for reading words. */
extern const char *const invoice_state_codes[INVOICE_STATES + 1];
/* Who may lead a request from one to the other. */
enum invoice_by invoice_step_by(enum invoice_state from, enum invoice_state to);
/* SQL: the invoice @i holds. */
#define INVOICE_HOLDS(i) i ".state NOT IN ('void', 'red')"

enum {
    INVOICE_PARTS_MAX = 20,
    INVOICE_NUMBER = 20, /* digits */
    INVOICE_REASON_MAX = 200,
    INVOICE_REQUEST_TEXT = 24,
    INVOICE_NAME_MAX = 100, /* characters, as the next ones */
    INVOICE_ADDRESS_MAX = 100,
    INVOICE_BANK_MAX = 80,
    INVOICE_TAX_MAX = 20,
    INVOICE_ACCOUNT_MAX = 34,
    INVOICE_PROFILES_MAX = 20, /* of a customer */
    INVOICE_BATCH_MAX = 500,
    INVOICE_ROWS_MAX = 500, /* of a list that comes in */
    INVOICE_TEXT_MAX = 100, /* characters that a register is looked through for */
};

/* "KP000012": how people and sheets call a request. */
void invoice_request_text(int64_t id, char ret_text[INVOICE_REQUEST_TEXT]);

/* ---- on whose name ---- */

struct invoice_profile {
    int64_t deal_id, customer_id;         /* of a deal that is seen, one of its buyers */
    const char *kind, *name;              /* "person", "company" */
    const char *tax_no;                   /* of a person: of his document; NULL: none */
    const char *address, *bank, *account; /* NULL: none */
};
/* INVOICE_BUYER, INVOICE_TAX_NO, INVOICE_ACCOUNT, LIMIT_REACHED. */
int invoice_profile_add(struct tx *tx, const struct invoice_profile *profile, int64_t *ret_id);
/* It is offered no more. INVOICE_BUYER, INVOICE_PROFILE_ENDED. */
int invoice_profile_end(struct tx *tx, int64_t deal_id, int64_t id);
struct invoice_profile_row {
    int64_t id, customer_id; /* customer 0: the actor does not see him */
    const char *kind, *name; /* name: as name_shown() has it */
    const char *tax_no;      /* "****1234"; NULL: none */
    const char *address, *bank, *account;
};
/* Of a deal's buyers, those in use. */
int invoice_profile_each(struct tx *tx, int64_t deal_id,
                         int (*each)(void *arg, const struct invoice_profile_row *row), void *arg);

/* All of it, in clear: for who writes down himself what was given out (a list), and a channel. */
struct invoice_clear {
    char name[INVOICE_NAME_MAX * 4 + 1], tax_no[INVOICE_TAX_MAX + 1];
    char account[INVOICE_ACCOUNT_MAX + 1];
    char address[INVOICE_ADDRESS_MAX * 4 + 1], bank[INVOICE_BANK_MAX * 4 + 1];
};
int invoice_clear_read(struct tx *tx, int64_t profile_id, struct invoice_clear *ret_clear);

/* ---- what of ---- */

/* Money that an invoice can be of. */
struct invoice_source {
    int64_t voucher_id, voucher_number, book_id, no;
    int64_t carried_fen, asked_fen;   /* it brought; that holding requests of this kind are of it */
    char number[RECEIPT_NUMBER_TEXT]; /* of the receipt; "": carried over without one */
    const char *kind, *day, *funds;   /* funds: their codes, with commas between them */
};
/* Of a deal that is seen, oldest first; what was taken back is left out. */
int invoice_source_each(struct tx *tx, int64_t deal_id, const char *kind,
                        int (*each)(void *arg, const struct invoice_source *source), void *arg);
struct invoice_sums {
    int64_t received_fen; /* what an invoice can be of, less what went back */
    int64_t asked_back_fen;
    int64_t invoiced_fen; /* of the kind that is of most: requests that hold */
};
int invoice_deal_sums(struct tx *tx, int64_t deal_id, struct invoice_sums *ret_sums);

/* ---- asked for ---- */

struct invoice_part {
    int64_t voucher_id, amount_fen; /* amount 0: all that is left of it */
};
/* What the invoice of a finished home also says (IV-04). */
struct invoice_property {
    const char *filing_no, *land_tax_no, *title_no, *area_unit; /* NULL: none */
    bool cross_city;
};
struct invoice_ask {
    int64_t deal_id, profile_id;
    const char *kind; /* of invoice_kinds */
    struct invoice_part parts[INVOICE_PARTS_MAX];
    size_t n_parts;
    struct invoice_property property;
};
/* INVOICE_BUYER, INVOICE_PROFILE_ENDED, INVOICE_ITEM, INVOICE_SOURCE, INVOICE_BEYOND,
 * INVOICE_BEYOND_DEAL, CHANGE_RUNNING. */
int invoice_request(struct tx *tx, const struct invoice_ask *ask, int64_t *ret_id);

/* ---- by a person: INVOICE_STEP when it is not in a state for it ---- */

struct invoice_key {
    int64_t id, version;
};
/* It was not issued, and is not to be. REASON_NEEDED. */
int invoice_void(struct tx *tx, const struct invoice_key *key, const char *reason);
/* The platform does not take it, with its words: REASON_NEEDED. Once more. */
int invoice_refuse(struct tx *tx, const struct invoice_key *key, const char *words);
int invoice_retry(struct tx *tx, const struct invoice_key *key);
/* The platform issued it. INVOICE_NUMBER, INVOICE_NUMBER_USED, INVOICE_DAY. */
int invoice_issue(struct tx *tx, const struct invoice_key *key, const char *number,
                  const char *day);
/* It is to be taken back by one in red (IV-05), or not after all: REASON_NEEDED. It is: as
 * invoice_issue(). */
int invoice_red_want(struct tx *tx, const struct invoice_key *key, const char *reason);
int invoice_red_drop(struct tx *tx, const struct invoice_key *key, const char *reason);
int invoice_red(struct tx *tx, const struct invoice_key *key, const char *number, const char *day);

/* Requests that wait, and reversals, go out as one list: of the project, or those of @ids alone.
 * INVOICE_NOTHING, INVOICE_STEP, LIMIT_REACHED. */
int invoice_export(struct tx *tx, int64_t project_id, const int64_t *ids, size_t n,
                   int64_t *ret_batch_id);

/* The buyer has the invoice, its receipts are taken back (FI-30): none of them counts any more.
 * @lost: one of them is, with a reason. INVOICE_PAPERS, INVOICE_PARTLY, REASON_NEEDED. */
struct invoice_swap {
    struct invoice_key key;
    bool lost;
    const char *reason;
};
int invoice_swap(struct tx *tx, const struct invoice_swap *swap);

/* ---- the platform's list ---- */

struct invoice_result {
    int64_t row; /* in the sheet */
    const char *request, *number, *day;
    int64_t amount_fen;          /* below 0: the one in red */
    const char *buyer, *refused; /* "": not said; refused: why there is no number */
};
struct invoice_taken {
    int64_t issued, red, refused, known; /* known: was recorded before */
};
/* 0, or IMPORT_ROWS_WRONG with an item for each fault. */
int invoice_results_check(struct tx *tx, int64_t project_id, const struct invoice_result *rows,
                          size_t n, struct invoice_taken *ret_taken);
/* All of them, or with IMPORT_ROWS_WRONG none. */
int invoice_results_take(struct tx *tx, int64_t project_id, const struct invoice_result *rows,
                         size_t n, struct invoice_taken *ret_taken);

/* ---- by a channel ---- */

/* The oldest request behind @after_id that waits (@sent: that was sent, and nobody knows more).
 * 0: none. */
int invoice_next(struct tx *tx, bool sent, int64_t after_id, int64_t *ret_id);
/* -ESTALE: it is in another state than one that leads there. */
int invoice_step(struct tx *tx, int64_t id, enum invoice_state to, const char *detail);
/* As a channel says. -ESTALE, and the refusals of invoice_issue(). */
int invoice_step_issued(struct tx *tx, int64_t id, const char *number, const char *day);

/* ---- for the modules of db/ that move money and deals ---- */

/* INVOICE_STANDS, INVOICE_WAITS: what holds is of more than is left of the deal when @fen more of
 * what invoices are of is asked back. */
int invoice_money_free(struct tx *tx, int64_t deal_id, int64_t fen);
/* ... is of that voucher; is of the deal. */
int invoice_none_of(struct tx *tx, int64_t voucher_id);
int invoice_none_of_deal(struct tx *tx, int64_t deal_id);
/* INVOICE_PAPER: an invoice that was not reversed is in the place of the leaf. */
int invoice_none_for(struct tx *tx, const struct receipt_key *key);

/* ---- read ---- */

struct invoice_row {
    int64_t id, version, project_id, deal_id, profile_id, customer_id, amount_fen;
    int64_t made_ms, state_ms,
        over_fen;     /* over: its deal has so much more invoiced than received */
    int64_t batch_id; /* the last export with it; 0: none */
    enum invoice_state state;
    bool paper;       /* its receipts are taken back */
    bool batch_red;   /* in the batch that is asked for, it is to be reversed */
    const char *name; /* what a channel knows it by */
    const char *request, *kind, *buyer, *buyer_kind, *tax_no; /* buyer: as name_shown() has it */
    const char *item, *code, *rate, *unit, *remark, *detail, *actor;
    const char *number, *day, *red_number, *red_day; /* NULL: none */
};
struct invoice_filter {
    int64_t project_id, deal_id, invoice_id, batch_id; /* 0: any */
    const char *state, *text;                          /* NULL: any */
    const char *from, *to; /* days that it was issued on, or reversed; NULL: any */
    int64_t before_id;     /* 0: from the newest */
    int limit;
};
/* Of deals that are seen, newest first; a batch in its order. */
int invoice_list(struct tx *tx, const struct invoice_filter *filter,
                 int (*each)(void *arg, const struct invoice_row *row), void *arg);
struct invoice_total {
    int64_t n, fen;
};
/* Of all that the filter takes, whatever page. */
int invoice_totals(struct tx *tx, const struct invoice_filter *filter,
                   struct invoice_total ret[INVOICE_STATES]);

/* The money of one, with the receipt's paper of now, and every invoice of that money. */
struct invoice_part_row {
    struct invoice_source source;
    int64_t amount_fen;
    const char *leaf; /* of leaf_states; NULL: it has no paper */
};
int invoice_part_each(struct tx *tx, int64_t invoice_id,
                      int (*each)(void *arg, const struct invoice_part_row *part), void *arg);
struct invoice_link {
    int64_t voucher_id, invoice_id, amount_fen;
    enum invoice_state state;
    const char *request, *number, *red_number;
};
int invoice_chain_each(struct tx *tx, int64_t invoice_id,
                       int (*each)(void *arg, const struct invoice_link *link), void *arg);
/* Those that hold of a receipt's money, and the last one that does not: for lists of receipts. */
int invoice_of_voucher(struct tx *tx, int64_t voucher_id,
                       int (*each)(void *arg, const struct invoice_link *link), void *arg);
struct invoice_event {
    int64_t at_ms;
    enum invoice_state state;
    const char *actor, *detail;
};
int invoice_event_each(struct tx *tx, int64_t invoice_id,
                       int (*each)(void *arg, const struct invoice_event *event), void *arg);
struct invoice_property_row {
    const char *filing_no, *address, *land_tax_no, *title_no, *area_unit;
    const char *co_buyers; /* the other buyers of then, as name_shown() has them */
    int64_t area;          /* 0.01 m2 */
    bool cross_city;
};
/* None of an advance payment: @each is not called. */
int invoice_property_read(struct tx *tx, int64_t invoice_id,
                          int (*each)(void *arg, const struct invoice_property_row *row),
                          void *arg);
struct invoice_batch {
    int64_t id, at_ms, n, n_red;
    const char *actor;
};
int invoice_batch_each(struct tx *tx, int64_t project_id,
                       int (*each)(void *arg, const struct invoice_batch *batch), void *arg);
int invoice_batch_project(struct tx *tx, int64_t batch_id, int64_t *ret_project_id);

/* ---- keys (seal.h) ---- */

int invoice_key_missing(struct db *db, const struct seal_ring *ring, int64_t *ret_key_id);
int invoice_reseal(struct db *db, const struct seal_ring *ring);

#endif

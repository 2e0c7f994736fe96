/* deal_change.h - special transactions (FC 7, ST): request, approval, execution and its effects.
 *
 * Nothing of a deal changes before approval; the unit shows that a change is under way. At most one
 * is asked for per deal. What is executed, in one transaction with the last approval: the deal, the
 * unit or units, terms and schedule, parties, money lines, documents, the chart, and a task for
 * finance. The change is archived when finance is through (WF-11).
 *
 * What was asked for is looked at again when it is executed: the world may have moved on.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_DEAL_CHANGE_H
#define ANCHANG_DB_DEAL_CHANGE_H

#include "db/approval.h"
#include "db/deal.h"

enum deal_change_kind {
#define DEAL_CHANGE(symbol, ...) DEAL_CHANGE_##symbol,
#include "db/deal_change.def"
#undef DEAL_CHANGE
    DEAL_CHANGE_COUNT
};

enum deal_change_need {
    CHANGE_TERMS = 1,         /* terms made for it, which it grants (terms_ask.for_change) */
    CHANGE_BUYERS = 2,        /* all of them, the first is the main one */
    CHANGE_DAYS = 4,          /* how many more */
    CHANGE_LINE = 8,          /* which due line */
    CHANGE_FAULT = 16,        /* whose fault it is */
    CHANGE_DOCUMENT = 32,     /* its proof */
    CHANGE_DOCUMENT_C = 64,   /* of a contract: the number on the new one */
    CHANGE_DOCUMENT_D = 128,  /* after handover: a judgment or an agreement (T27) */
    CHANGE_EXCEPTION = 256,   /* may name one of rename_exception.def */
    CHANGE_MONEY = 512,       /* refund and forfeit add up to what was received */
    CHANGE_PENALTY = 1024,    /* may have one */
    CHANGE_MAKE_UP = 2048,    /* may say in how many days a smaller loan is made up */
    CHANGE_UNFILED = 4096,    /* not while the filing stands (G15) */
    CHANGE_UNINVOICED = 8192, /* not while an invoice of its money stands (G17, IV-05) */
};

struct deal_change_info {
    const char *code, *stages, *zh, *en, *mark;
    unsigned needs;
    enum approval_subject subject;
};
extern const struct deal_change_info deal_changes[DEAL_CHANGE_COUNT];
/* The one of that code; NULL: none. */
const struct deal_change_info *deal_change_find(const char *code);

/* What @kind takes of a deal in @stage beside its reason and attachments, in the order in which a
 * form asks for it; returns how many. Names of struct deal_change_ask, as the API has them. */
enum { DEAL_CHANGE_FIELDS = 10 };
struct deal_change_field {
    const char *name;
    bool required;
};
size_t deal_change_fields(enum deal_change_kind kind, char stage,
                          struct deal_change_field ret[static DEAL_CHANGE_FIELDS]);

enum { DEAL_CHANGE_MEDIA_MAX = 10, DEAL_CHANGE_PAGE_MAX = 200 };

struct deal_change_ask {
    enum deal_change_kind kind;
    int64_t deal_id, version;
    const char *reason;
    const char *fault_side; /* "buyer", "seller", "none" */
    const char *exception;  /* of a rename; NULL: none */
    const char *document;   /* proof, or the number on the new contract; NULL: none */
    int64_t terms_id;       /* 0: none */
    struct deal_buyer buyers[DEAL_PARTIES_MAX];
    size_t n_buyers;
    int64_t days;
    int64_t receivable_id;
    int64_t refund_fen, forfeit_fen, penalty_fen; /* the buyer's penalty is kept of the refund */
    const char *media[DEAL_CHANGE_MEDIA_MAX];     /* attachments */
    size_t n_media;
    const struct approval_values *values; /* of approvals, */
    int64_t resubmits_id;                 /* and this */
};

/* Asks for it. CHANGE_STAGE (not in this stage), CHANGE_RUNNING, FILING_STANDS (G15), FIELDS_WRONG
 * with each field that is missing or not of this kind, REASON_NEEDED; by kind CHANGE_MONEY_SUM,
 * CHANGE_KEPT (more than the buyer paid himself), REFUND_LENDER,
 * CHANGE_NOT_NOTICED (T16), CHANGE_TERMS_OTHERS, CHANGE_TERMS_KIND (they change something else),
 * PRICE_ABOVE_FILED, CHANGE_TARGET (the unit exchanged for is not free), RENAME_FORBIDDEN (somebody
 * new for a home after subscription, without an exception), CHANGE_MAIN_BUYER, CHANGE_NOTHING,
 * BUYER_..., IDENTITY_NEEDED, POSTPONE_LIMIT, CHANGE_PAST, CHANGE_LINE; and those of
 * approval_request(). */
int deal_change_ask(struct tx *tx, const struct deal_change_ask *ask, int64_t *ret_id);

/* The approval's end (approval.def). Approved: CHANGE_MOVED when the deal stands otherwise than it
 * did, APPROVAL_CONTENT_CHANGED, the refusals of asking, and those of the unit, the terms and the
 * documents. */
approval_end_function deal_change_end;

/* ---- before and after ---- */

/* The terms of a change, in words. */
struct deal_change_terms {
    const char *unit; /* building-stair-room */
    int64_t unit_id, list_fen, total_fen, deposit_fen, loan_fen, loan_years;
    const char *plan, *bank; /* "" none */
};
/* What it changes: the deal as it was when it was asked for, and what becomes of it. */
struct deal_change_effect {
    struct deal_change_terms was, now; /* now.unit_id 0: its terms stay */
    int64_t received_fen;
    int64_t was_due_ms, due_ms; /* of a postponed signing; 0: no other */
    const char *fund;           /* of a due line; "" none */
    int64_t line_fen;
    const char *was_due_date, *due_date; /* of that line; "" none */
};
/* What would come of @ask now: the refusals of deal_change_ask() but REASON_NEEDED and those of the
 * approval; nothing is written. */
int deal_change_preview(struct tx *tx, const struct deal_change_ask *ask,
                        int (*each)(void *arg, const struct deal_change_effect *effect), void *arg);

/* Finance is through with it: what is to be paid back was, each as a refund (refund.h).
 * CHANGE_STATE (not executed, or archived), CHANGE_UNPAID, CHANGE_TODO_OPEN, VERSION_CHANGED,
 * REASON_NEEDED without a result. */
int deal_change_archive(struct tx *tx, int64_t change_id, int64_t version, const char *result);

/* ---- reading ---- */

struct deal_change_row {
    int64_t id, version, project_id, number, deal_id, unit_id;
    const char *kind, *state, *stage, *unit;
    const char *reason, *fault_side, *exception, *document; /* "" none */
    int64_t terms_id, was_terms_id, days, receivable_id;    /* 0: none */
    int64_t refund_fen, forfeit_fen, penalty_fen;
    int64_t approval_id, user_id, asked_ms, executed_ms, archived_ms, new_deal_id; /* 0: none */
    const char *user, *archived_by, *result;
};
struct deal_change_filter {
    int64_t project_id, deal_id, before_id; /* 0: any */
    const char *kind, *state;               /* NULL: any */
    int archived;                           /* 1 finance is through with it, 0 not; -1: any */
    int limit;
};
/* Those of the deals that the actor sees, newest first; NOT_FOUND for a project out of scope. */
int deal_change_list(struct tx *tx, const struct deal_change_filter *filter,
                     int (*each)(void *arg, const struct deal_change_row *row), void *arg);
/* One: for who may see its deal, or its request for approval; else NOT_FOUND. */
int deal_change_get(struct tx *tx, int64_t change_id,
                    int (*each)(void *arg, const struct deal_change_row *row), void *arg);
/* Of one that was read: the buyers asked for, masked as in deal_row, its effect and attachments. */
int deal_change_buyer_each(struct tx *tx, int64_t change_id,
                           int (*each)(void *arg, const struct deal_party_row *row), void *arg);
int deal_change_effect_each(struct tx *tx, const struct deal_change_row *row,
                            int (*each)(void *arg, const struct deal_change_effect *effect),
                            void *arg);
int deal_change_media_each(struct tx *tx, int64_t change_id,
                           int (*each)(void *arg, const char *media_id), void *arg);

#endif

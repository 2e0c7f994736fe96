/* deal.h - one deal per unit, from the booking to the title (FC SF, 25.3-25.6).
 *
 * A deal holds its unit by a claim like any other holder; every step is a transition of the table
 * (state.h) with all its guards, in one transaction with the deal, its document, its schedule, its
 * process, the audit row and the loss that the public hears of. A next document is made from the
 * one before: parties, terms and money go on by reference, nothing is typed again (SF-10). What
 * changes a deal in any other way is a change under approval (deal_change.h).
 *
 * Scope: a deal out of the actor's projects, buildings or, without deal.all, of somebody else, is
 * NOT_FOUND. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_DEAL_H
#define ANCHANG_DB_DEAL_H

#include "db/tx.h"

enum { DEAL_PARTIES_MAX = 10, DEAL_PAGE_MAX = 200 };

struct deal_buyer {
    int64_t customer_id;
    int64_t share_bp; /* all together 10000 */
};

/* ---- steps forward ---- */

/* A new deal on a unit: a booking, a subscription, or a contract where the project lets one sign
 * directly. From A, or from the actor's or the buyer's own K or R. */
struct deal_open {
    char stage; /* 'B', 'S', 'C' */
    int64_t unit_id;
    int64_t unit_version;                       /* as read (G11) */
    int64_t terms_id;                           /* granted ones, of this unit and the first buyer */
    struct deal_buyer buyers[DEAL_PARTIES_MAX]; /* the first is the main one */
    size_t n_buyers;
    int64_t ticket_id;       /* the queue number it comes from; 0: none */
    int64_t confirmation_id; /* of the controller (SF-35), where the project wants one; 0: none */
    const char *document;    /* the paper's own number; needed for 'C' */
    const char *document_again; /* the main buyer's identity number, typed a second time (SF-30) */
    int64_t user_id;            /* the consultant; 0: the actor */
    const char *shown;          /* for 'C': what was shown before it, codes of showing.def separated
                                   by a space; NULL: none now (SF-34) */
    bool picking;   /* an opening day's pick (opening.h), which may take what is kept for picking,
                       and knows whose deal it will be */
    int64_t due_ms; /* when a booking ends; 0: by the project's days */
};
/* Refuses as unit_step() does (TRANSITION with the state it has now, UNIT_MOVED with what happened
 * since, the guards' own codes); with those of terms_use(), ticket_use() and confirmation_check();
 * BUYER_SHARES, BUYER_TWICE, IDENTITY_MISMATCH, DEAL_PLAN_NEEDED, DEAL_SIGN_DIRECT,
 * DEAL_DOCUMENT_TAKEN. Of two at once one wins; the other hears the state it has now. */
int deal_open(struct tx *tx, const struct deal_open *open, int64_t *ret_deal_id);

/* The next document of a live deal: B to S or C, S to C. Terms: 0 keeps those it stands on when
 * they have a schedule. */
struct deal_advance {
    int64_t deal_id, version;
    char stage; /* 'S', 'C' */
    int64_t terms_id;
    int64_t confirmation_id;
    const char *document;
    const char *document_again;
    const char *shown; /* as of a new deal */
};
int deal_advance(struct tx *tx, const struct deal_advance *to);

/* Filing at the authority (SF-15); the number and the day are needed. Refused until the contract's
 * review is ticked whole and its countersigns are done (contract.h). */
int deal_file(struct tx *tx, int64_t deal_id, int64_t version, const char *number,
              const char *date);
/* The authority gave it up (T19, G15). */
int deal_unfile(struct tx *tx, int64_t deal_id, int64_t version, const char *document);
/* Handover (T25): DEAL_OWES when lines that are due are neither received nor waived. */
int deal_deliver(struct tx *tx, int64_t deal_id, int64_t version, const char *document);
/* The title certificate (T26). */
int deal_title(struct tx *tx, int64_t deal_id, int64_t version, const char *document);
/* Takes back the last step, made by mistake the same day (T28, ST-21): no money, no change, not
 * published since (DEAL_VOID_...). The unit, the deal and what is due stand as before it; what it
 * came from, a lock or a place in the queue, is back. */
int deal_void(struct tx *tx, int64_t deal_id, int64_t version, const char *reason);

/* ---- reading ---- */

struct deal_row {
    int64_t id, version, project_id, building_id, unit_id, customer_id, user_id, terms_id;
    const char *unit;     /* building-stair-room as people say it */
    const char *customer; /* masked unless the actor has customer.clear */
    const char *user;     /* the consultant's name */
    char stage;
    const char *outcome;
    const char *document_kind; /* of the live or last document */
    int64_t document_number;
    const char *document;
    int64_t list_fen, total_fen, received_fen; /* received: for the house, as total is */
    int64_t due_now_fen; /* of whichever fund: due until today, not received */
    const char *plan_name, *plan_kind;
    int64_t opened_ms, due_ms, closed_ms; /* 0: none */
    const char *change_kind;              /* in flight; "" none */
    int64_t from_deal_id, to_deal_id;     /* exchanges; 0: none */
};

struct deal_filter {
    int64_t project_id, building_id, unit_id, customer_id, user_id; /* 0: any */
    const char *stages;                                             /* letters; NULL: any */
    int live;                                                       /* 1 live, 0 closed, -1 any */
    bool overdue;                                                   /* its term has passed */
    bool owing; /* something is due and not received */
    bool changing;
    int64_t from_ms, to_ms; /* opened; 0: open */
    const char *paper;      /* the number of one of its papers, ours or its own; NULL: any */
    const char *today;      /* 'YYYY-MM-DD' of the site, for due_now */
    int64_t before_id;
    int limit;
};
/* Newest first. */
int deal_list(struct tx *tx, const struct deal_filter *filter,
              int (*each)(void *arg, const struct deal_row *row), void *arg);
/* What all that @filter lets through come to, and the @filter->limit of them whose terms end next,
 * the first to end first. @each: as above. */
struct deal_figures {
    int64_t n, total_fen, due_now_fen;
    int64_t overdue; /* whose term has passed */
};
int deal_figures(struct tx *tx, const struct deal_filter *filter, struct deal_figures *ret,
                 int (*each)(void *arg, const struct deal_row *row), void *arg);
int deal_get(struct tx *tx, int64_t deal_id, const char *today,
             int (*each)(void *arg, const struct deal_row *row), void *arg);

/* Of one deal, for who has read it: each buyer there was, by place and time; each paper, and each
 * stage it held its unit in, oldest first. */
struct deal_party_row {
    int64_t customer_id, ordinal, share_bp, since_ms, ended_ms; /* 0: still */
    const char *customer;                                       /* masked, as in deal_row */
};
int deal_party_each(struct tx *tx, int64_t deal_id,
                    int (*each)(void *arg, const struct deal_party_row *row), void *arg);
struct deal_document_row {
    int64_t id, number, previous_id, terms_id, made_ms, ended_ms; /* 0: none */
    const char *kind, *document, *state;
    const char *user; /* who made it */
};
int deal_document_each(struct tx *tx, int64_t deal_id,
                       int (*each)(void *arg, const struct deal_document_row *row), void *arg);
struct deal_stage_row {
    char stage;
    const char *document, *document_date; /* date NULL: none */
    const char *user;
    int64_t since_ms, ended_ms; /* 0: still */
};
int deal_stage_each(struct tx *tx, int64_t deal_id,
                    int (*each)(void *arg, const struct deal_stage_row *row), void *arg);

/* What the actor may do next with a deal, or with a unit that has none (SF-01): one call for
 * each allowed step, with the guards that still stand in its way. Codes are those of the API's
 * routes. */
struct deal_change_field;
struct deal_next {
    const char *step;   /* "lock", "book", "subscribe", "sign", "file", "deliver", ..., "change" */
    const char *change; /* of "change": its kind, "exchange"; else "" */
    const char *zh, *en;
    const struct deal_change_field *fields; /* of "change": what its form asks for */
    size_t n_fields;
    uint32_t failing; /* guard_set: 0 it can be done now, as far as the unit and the deal say */
};
int deal_next_steps(struct tx *tx, int64_t unit_id,
                    int (*each)(void *arg, const struct deal_next *next), void *arg);

/* ---- timers ---- */

/* What passed its term: an unpaid booking ends (T13); a paid one, a subscription or a contract
 * is told about and becomes a task, never free by itself (I7). Returns how many; the time of the
 * next is put into *ret_next_ms (0: none). */
int deal_expire_due(struct tx *tx, int64_t *ret_next_ms);

#endif

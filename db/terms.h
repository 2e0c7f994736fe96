/* terms.h - the terms of a sale: what a buyer pays for a unit, how it came about, and when it is
 * due (PR-03 to PR-13, PR-17, PM-11, FI-03; FC 27.2, 27.3).
 *
 * Terms are computed by one function, shown as a quote or stored. Stored ones are frozen: the price
 * version, each discount with its result, the schedule whose sum is the total. Within the actor's
 * limits and not below the floor they may be used at once; beyond, they wait for approval, and
 * approval is of exactly these. A deal uses terms once; a change of terms is new terms.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_TERMS_H
#define ANCHANG_DB_TERMS_H

#include "db/flow.h"

enum {
    TERMS_DISCOUNTS_MAX = 12, /* that are picked */
    TERMS_STEPS_MAX = 24,     /* with those that a plan brings */
    TERMS_LINES_MAX = 60,
    TERMS_VALID_DAYS = 3,  /* of granted ones, from the day they were granted */
    TERMS_ASKED_DAYS = 30, /* of those that wait for approval, or are part of a change of a deal */
    TERMS_PAGE_MAX = 200,
};

struct approval_values;

struct terms_pick {
    int64_t discount_id;
    int64_t value; /* of a manager's discount: how much of it; else 0 */
};

struct terms_ask {
    int64_t unit_id;
    int64_t unit_version; /* as read; 0: not checked. UNIT_CHANGED with what is different (G11) */
    int64_t customer_id;
    int64_t plan_id;                              /* 0: none yet (a booking) */
    struct terms_pick picks[TERMS_DISCOUNTS_MAX]; /* a plan's own come by themselves */
    size_t n_picks;
    int64_t deposit_fen;             /* -1: the plan's */
    int64_t loan_fen, fund_loan_fen; /* -1: the most the plan and the project allow */
    int64_t loan_years;
    const char *bank;   /* NULL: none yet */
    int64_t deal_id;    /* for the deal that has the unit, or exchanges into it; 0: none */
    bool for_change;    /* of that deal (deal_change.h), whose approval grants them: none of their
                             own is asked for */
    int64_t price_fen;  /* of a change of the price: the new list price; 0: as it is */
    const char *reason; /* for the approver, when one is needed; NULL: none */
    const struct approval_values *values; /* as of approval_ask */
    int64_t resubmits_id; /* the request for others that these come in the place of; 0: none */
};

struct terms_step {
    int64_t discount_id;
    const char *name, *method;
    int64_t value, result_fen;
};

struct terms_line {
    const char *fund; /* code of fund.def */
    int64_t amount_fen;
    bool loan;
    const char *due; /* "date", "subscribed", "signed", "filed", "node", "bank" */
    int64_t due_days;
    const char *due_date, *due_node; /* NULL or "": none */
    const char *node_name;           /* what people call it; "" none */
};

struct terms_attached {
    int64_t unit_id, price_fen;
    const char *unit; /* as people say it */
    bool merged;      /* in the total; else apart from it */
};

struct terms_row {
    int64_t id, version, project_id, unit_id, customer_id; /* id 0: a quote, nothing is stored */
    const char *state;
    const char *unit;                      /* as people say it */
    int64_t unit_price_id, publication_id; /* publication 0: the price is not shown to the public */
    const char *price_basis;
    int64_t area, list_fen, total_fen, unit_price_fen; /* the last one is derived, for the eye */
    int64_t attached_fen; /* of list_fen and total_fen: what is attached and merged (FC 27.5) */
    int64_t discount_bp, limit_bp; /* off the list price; how far the actor may go */
    int64_t plan_id;               /* 0: none */
    const char *plan_name, *plan_kind;
    int64_t deposit_fen, loan_fen, fund_loan_fen, loan_years;
    int64_t loan_most_fen, fund_most_fen; /* of a quote: the most there may be */
    int64_t monthly_fen;                  /* of a quote: equal instalments, estimated (PR-16) */
    const char *bank, *member_level;
    const char *beyond; /* "", or what approval is asked for: "limit", "floor", "limit floor" */
    int64_t approval_id, valid_until_ms, user_id, made_ms, for_deal_id, deal_id;
    bool for_change;
    const char *user; /* the name of who made them */
    const struct terms_step *steps;
    size_t n_steps;
    const struct terms_line *lines;
    size_t n_lines;
    const struct terms_attached *attached; /* what goes with the unit (attachment.h) */
    size_t n_attached;
};

/* What the terms would be; nothing is stored. Lives during the call of @each. Refusals name the
 * field: PRICE_EXPIRED (PR-04), UNIT_NOT_PRICED, PRICE_ABOVE_FILED, DISCOUNT_NOT_USABLE with why
 * (not on the public list, not its time, not its room or class, quota gone, identity or level
 * missing, more than it may be, another of its kind), PLAN_UNKNOWN, LOAN_TOO_MUCH,
 * DEPOSIT_TOO_MUCH. */
int terms_quote(struct tx *tx, const struct terms_ask *ask,
                int (*each)(void *arg, const struct terms_row *row), void *arg);
/* Who would approve @quote, by step, the way its request will go; none when it needs no approval of
 * its own, or when no flow is there for it. */
int terms_approver_each(struct tx *tx, const struct terms_row *quote,
                        int (*each)(void *arg, const struct flow_node *node), void *arg);
/* Stores them: 'granted', or 'pending' with a request for approval. Refuses as terms_quote() and as
 * approval_request() do. */
int terms_create(struct tx *tx, const struct terms_ask *ask, int64_t *ret_id);

/* One; NOT_FOUND out of scope. */
int terms_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct terms_row *row),
              void *arg);
/* Those of a unit or a customer that may still come to something, newest first. */
struct terms_filter {
    int64_t project_id, unit_id, customer_id; /* 0: any */
    const char *state;                        /* NULL: any but those that came to nothing */
    int64_t before_id;
    int limit; /* at most TERMS_PAGE_MAX */
};
int terms_list(struct tx *tx, const struct terms_filter *filter,
               int (*each)(void *arg, const struct terms_row *row), void *arg);

/* Gives up granted ones that nobody needs: TERMS_NOT_GRANTED, VERSION_CHANGED. */
int terms_drop(struct tx *tx, int64_t id, int64_t version);

/* Takes granted terms for a deal, in the transaction that makes or changes it: TERMS_NOT_GRANTED,
 * TERMS_EXPIRED, TERMS_OTHERS (not this unit, buyer or deal), TERMS_PRICE_CHANGED (the unit has
 * another price version now and they are not of a live deal), ATTACHMENT_CHANGED (what goes with it
 * is other than they say, likewise). */
int terms_use(struct tx *tx, int64_t id, int64_t unit_id, int64_t customer_id, int64_t deal_id);
/* A change of a deal is asked for with them, and ends: approved they are granted, else refused. */
int terms_change_asked(struct tx *tx, int64_t id, int64_t approval_id);
int terms_change_ended(struct tx *tx, int64_t id, bool approved);
/* Ends what nobody used in time; for the timer. How many; the time of the next is put into
 * *ret_next_ms (0: none). */
int terms_expire_due(struct tx *tx, int64_t *ret_next_ms);

#endif

/* deal_change_impl.h - what the files of the special transactions share: deal_change.c (asking and
 * ending), deal_change_check.c (whether it may), deal_change_effect.c (what it changes),
 * deal_change_do.c, deal_change_money.c and deal_exchange.c (what is done).
 *
 * Thread: the writer's. */
#ifndef ANCHANG_DB_DEAL_CHANGE_IMPL_H
#define ANCHANG_DB_DEAL_CHANGE_IMPL_H

#include "db/deal_change.h"
#include "db/deal_write.h"

enum {
    CHANGE_REASON_TEXT = 1000 * 4 + 1,
    CHANGE_WORD_TEXT = 16,
    CHANGE_MEDIA_TEXT = 65,
    CHANGE_TITLE_TEXT = APPROVAL_TITLE_MAX * 4 + 1,
};

/* The terms of a change, as far as they are compared. */
struct change_terms {
    int64_t id, unit_id, plan_id, list_fen, total_fen, deposit_fen, loan_fen, fund_loan_fen, years;
    int64_t attached_fen; /* of list_fen and total_fen */
    char bank[60 * 4 + 1];
};

/* A change as it was asked for, and the deal as it stands. */
struct changing {
    struct tx *tx;
    const struct deal_change_info *info;
    enum deal_change_kind kind;
    struct deal_now deal;

    int64_t id, version, number, user_id, approval_id;
    char stage;           /* the deal's, and */
    int64_t was_terms_id; /* its terms, when it was asked for */
    char reason[CHANGE_REASON_TEXT], document[DEAL_DOCUMENT_TEXT];
    char fault_side[CHANGE_WORD_TEXT], exception[CHANGE_WORD_TEXT];
    int64_t terms_id, days, receivable_id, refund_fen, forfeit_fen, penalty_fen;
    struct deal_buyer buyers[DEAL_PARTIES_MAX];
    size_t n_buyers;
    char media[DEAL_CHANGE_MEDIA_MAX][CHANGE_MEDIA_TEXT];
    size_t n_media;

    /* Found by the check. */
    struct change_terms was, new;
    int64_t received_fen;
    int64_t due_ms;                  /* POSTPONE_SIGNING: the new one */
    char due_date[16];               /* POSTPONE_PAYMENT: the new one */
    int64_t amount_fen, discount_bp; /* what the route goes by */
    char title[CHANGE_TITLE_TEXT];   /* the same in every language */
};

/* A term so many days later. */
int change_due_after(int64_t due_ms, int64_t days, int64_t *ret_ms);

/* Whether it may be done to the deal as it stands; fills in what it found. */
int change_check(struct changing *c);

/* What a change is of, as far as its effect goes. */
struct change_of {
    enum deal_change_kind kind;
    int64_t deal_id, was_terms_id, terms_id, receivable_id, days; /* 0: none */
    int64_t at_ms;                                                /* when it is asked for */
};
int change_effect(struct tx *tx, const struct change_of *of,
                  int (*each)(void *arg, const struct deal_change_effect *effect), void *arg);

/* Does it: everything but the change's own row. @ret_new_deal_id: of an exchange; else 0. */
int change_do(struct changing *c, int64_t *ret_new_deal_id);
int change_exchange(struct changing *c, int64_t *ret_new_deal_id);

/* The deal ends as @outcome, and its unit is free again: by a cancel, a rescission, a forfeit. */
int change_end_deal(struct changing *c);
/* What the deal has and no lender sent: what can be kept of it. */
int change_own_money(struct changing *c, int64_t *ret_fen);
/* What was received of the deal goes to @to_id, fund by fund, and its agency fees with it, by one
 * voucher. */
int change_money_move(struct changing *c, int64_t to_id);
/* A unit that comes back, and what came back with it, is priced anew before it is sold (G13). */
int change_price_review(struct changing *c, int64_t unit_id);

#endif

/* schedule.h - what is due: a payment plan's lines made into money (FI-03, PM-11, FC 27.3).
 *
 * The lines add up to the total and each is more than nothing. A loan is rounded down to the loan
 * unit and never goes over what the least down payment leaves; what a cap or the rounding takes
 * from it the line that absorbs has: the one that says 'rest', else the last that is no loan (V8,
 * V9). The deposit is the first of the house money: the lines after it are less by it, in order.
 *
 * Money is fen, shares 0.0001. Pure functions, any thread.
 */
#ifndef ANCHANG_DB_SCHEDULE_H
#define ANCHANG_DB_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "db/fund.h"

enum { SCHEDULE_RULES_MAX = 40, SCHEDULE_LINES_MAX = SCHEDULE_RULES_MAX + 1 };

enum share { SHARE_PERCENT, SHARE_AMOUNT, SHARE_REST };

struct schedule_rule {
    enum fund fund; /* of class house or loan */
    enum share share;
    int64_t value; /* 0.0001 of the total; fen; 0 of the rest */
};

enum schedule_error {
    SCHEDULE_OK,
    SCHEDULE_MISFIT,  /* the fixed amounts are more than the total leaves */
    SCHEDULE_DEPOSIT, /* more than all the house money */
    SCHEDULE_LOAN, /* more than the plan, the down payment or the cap leaves; most in the answer */
    SCHEDULE_UNIT, /* a loan that is no multiple of the unit */
};

struct schedule_ask {
    int64_t total_fen; /* 1..MONEY_MAX_FEN */
    const struct schedule_rule *rules;
    size_t n_rules;
    int64_t deposit_fen;             /* -1: the plan's */
    int64_t loan_fen, fund_loan_fen; /* -1: the most there may be */
    int64_t down_bp;                 /* the least that is no loan */
    int64_t loan_unit_fen, fund_cap_fen;
    int64_t unit_fen; /* a percentage is rounded to it */
};

struct schedule_line {
    enum fund fund;
    int64_t amount_fen;
    size_t rule; /* where its due rule stands; SCHEDULE_RULES_MAX: a deposit the plan has not */
};

struct schedule {
    int64_t deposit_fen, loan_fen, fund_loan_fen;
    int64_t loan_most_fen, fund_most_fen; /* with the other one as it is */
    struct schedule_line lines[SCHEDULE_LINES_MAX];
    size_t n_lines;
};

/* The rules must be a plan's that payment_plan_check() lets pass. Of an error only the most is
 * set. */
enum schedule_error schedule_make(const struct schedule_ask *ask, struct schedule *ret_schedule);

#endif

/* loan.h - the estimate of first payment, loan and instalments (PR-15, PR-16). An estimate for
 * talking, not an offer of a bank.
 *
 * Money is fen, shares 0.0001, rates ppm per year. The monthly rate is the yearly one divided by
 * 12. The equal instalment is computed as an exact fraction of whole numbers and rounded once,
 * half up to the fen; nothing is lost on the way, so any reference of enough digits agrees to the
 * fen. Interest of a month is the balance times the monthly rate, half up to the fen; the last
 * instalment absorbs what the roundings left.
 *
 * Pure functions, any thread.
 */
#ifndef ANCHANG_DB_LOAN_H
#define ANCHANG_DB_LOAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum loan_kind { LOAN_COMMERCIAL, LOAN_FUND, LOAN_COMBINED };
enum loan_method { LOAN_ANNUITY, LOAN_PRINCIPAL }; /* 等额本息, 等额本金 */

/* Their codes, ended by NULL; stored: add, never rename. */
extern const char *const loan_kinds[], *const loan_methods[];

enum { LOAN_YEARS_MAX = 30 };
#define LOAN_RATE_MAX INT64_C(240000)

/* What a buyer chooses of what is offered. */
struct loan_choice {
    int64_t down_bp; /* 0..10000 of the price */
    int64_t years;   /* 1..LOAN_YEARS_MAX */
    enum loan_kind kind;
    enum loan_method method;
};

struct loan_terms {
    int64_t total_fen;     /* 1..MONEY_MAX_FEN */
    int64_t down_bp;       /* 0..10000 of the total */
    int64_t loan_unit_fen; /* the loan is floored to it (V8) */
    int64_t commercial_rate_ppm, fund_rate_ppm;
    int64_t fund_cap_fen; /* the most the provident fund lends; 0: it lends nothing here */
    int64_t years;        /* 1..LOAN_YEARS_MAX */
    enum loan_kind kind;
    enum loan_method method;
};

struct loan_part {
    enum loan_kind kind; /* LOAN_COMMERCIAL or LOAN_FUND */
    int64_t loan_fen, rate_ppm;
    int64_t first_month_fen, last_month_fen, interest_fen;
};

struct loan_estimate {
    int64_t down_fen; /* the total less the loan: it absorbs what was floored or capped */
    int64_t loan_fen;
    int64_t first_month_fen, last_month_fen, interest_fen; /* of all parts */
    struct loan_part parts[2]; /* commercial before fund; none of 0 fen */
    size_t n_parts;
};

/* -ERANGE when a term is out of its range. */
int loan_estimate(const struct loan_terms *terms, struct loan_estimate *ret_estimate);

/* The equal instalment of @loan_fen over @months (1..360), half up to the fen; exact. */
int64_t loan_annuity(int64_t loan_fen, int64_t rate_ppm, int64_t months);

#endif

/* schedule.c - see schedule.h. */
#include "db/schedule.h"

#include <stdbool.h>

#include "db/money.h"

static bool is_loan(const struct schedule_rule *rule)
{
    return funds[rule->fund].class == FUND_CLASS_LOAN;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t floored(int64_t fen, int64_t unit_fen)
{
    return fen > 0 ? money_round(fen, 1, unit_fen, ROUND_TRUNCATE) : 0;
}

/* What a line that is no deposit and no rest comes to, before anything is floored or absorbed. */
static int64_t nominal(const struct schedule_ask *ask, const struct schedule_rule *rule)
{
    switch (rule->share) {
    case SHARE_PERCENT:
        return is_loan(rule)
                   ? money_round((__int128)ask->total_fen * rule->value, 10000, 1, ROUND_TRUNCATE)
                   : money_round((__int128)ask->total_fen * rule->value, 10000, ask->unit_fen,
                                 ROUND_HALF_UP);
    case SHARE_AMOUNT:
        return rule->fund == FUND_DEPOSIT ? 0 : rule->value;
    case SHARE_REST:
        break;
    }
    return 0;
}

/* The loan lines' targets by the plan. A loan that is the rest is what the others leave. */
static void loan_targets(const struct schedule_ask *ask, int64_t *ret_bank, int64_t *ret_fund)
{
    int64_t bank = 0, fund = 0, left = ask->total_fen;

    for (size_t i = 0; i < ask->n_rules; i++)
        left -= nominal(ask, &ask->rules[i]);
    for (size_t i = 0; i < ask->n_rules; i++) {
        const struct schedule_rule *rule = &ask->rules[i];
        int64_t fen = rule->share == SHARE_REST ? left : nominal(ask, rule);

        if (rule->fund == FUND_BANK_LOAN)
            bank = fen;
        if (rule->fund == FUND_FUND_LOAN)
            fund = fen;
    }
    *ret_bank = bank > 0 ? bank : 0;
    *ret_fund = fund > 0 ? fund : 0;
}

static bool has_fund(const struct schedule_ask *ask, enum fund fund)
{
    for (size_t i = 0; i < ask->n_rules; i++)
        if (ask->rules[i].fund == fund)
            return true;
    return false;
}

/* What the fund does not lend the bank may, of one sum that the down payment bounds. */
static enum schedule_error loans_make(const struct schedule_ask *ask, struct schedule *s)
{
    const int64_t unit = ask->loan_unit_fen;
    int64_t bank, fund, sum;

    loan_targets(ask, &bank, &fund);
    sum = floored(least(bank + fund, money_loan(ask->total_fen, ask->down_bp, unit)), unit);
    fund = floored(least(fund, ask->fund_cap_fen), unit);
    s->fund_most_fen = least(fund, sum - (ask->loan_fen > 0 ? least(ask->loan_fen, sum) : 0));
    s->fund_loan_fen = ask->fund_loan_fen < 0 ? s->fund_most_fen : ask->fund_loan_fen;
    s->loan_most_fen = has_fund(ask, FUND_BANK_LOAN) ? sum - least(s->fund_loan_fen, sum) : 0;
    s->loan_fen = ask->loan_fen < 0 ? s->loan_most_fen : ask->loan_fen;
    if (s->fund_loan_fen > s->fund_most_fen || s->loan_fen > s->loan_most_fen)
        return SCHEDULE_LOAN;
    return s->loan_fen % unit || s->fund_loan_fen % unit ? SCHEDULE_UNIT : SCHEDULE_OK;
}

/* The one that says rest, else the last that is neither a loan nor the deposit. */
static size_t absorber(const struct schedule_ask *ask)
{
    size_t at = 0;

    for (size_t i = 0; i < ask->n_rules; i++) {
        const struct schedule_rule *rule = &ask->rules[i];

        if (is_loan(rule) || rule->fund == FUND_DEPOSIT)
            continue;
        at = i;
        if (rule->share == SHARE_REST)
            break;
    }
    return at;
}

/* Amounts by rule, the deposit's aside. */
static enum schedule_error amounts_make(const struct schedule_ask *ask, const struct schedule *s,
                                        int64_t amounts[SCHEDULE_RULES_MAX])
{
    const size_t rest = absorber(ask);
    int64_t left = ask->total_fen;

    if (s->loan_fen + s->fund_loan_fen >= ask->total_fen)
        return SCHEDULE_MISFIT;
    for (size_t i = 0; i < ask->n_rules; i++) {
        const struct schedule_rule *rule = &ask->rules[i];

        amounts[i] = rule->fund == FUND_BANK_LOAN   ? s->loan_fen
                     : rule->fund == FUND_FUND_LOAN ? s->fund_loan_fen
                     : rule->fund == FUND_DEPOSIT   ? 0
                     : i == rest                    ? 0
                                                    : nominal(ask, rule);
        left -= amounts[i];
    }
    amounts[rest] = left;
    return left < 0 ? SCHEDULE_MISFIT : SCHEDULE_OK;
}

/* Takes the deposit out of the house money, from the first line on. */
static enum schedule_error deposit_take(const struct schedule_ask *ask, int64_t deposit,
                                        int64_t amounts[SCHEDULE_RULES_MAX])
{
    int64_t left = deposit;

    for (size_t i = 0; i < ask->n_rules && left > 0; i++) {
        int64_t part = is_loan(&ask->rules[i]) ? 0 : least(left, amounts[i]);

        amounts[i] -= part;
        left -= part;
    }
    return left > 0 ? SCHEDULE_DEPOSIT : SCHEDULE_OK;
}

static void line_add(struct schedule *s, enum fund fund, int64_t amount, size_t rule)
{
    if (amount > 0)
        s->lines[s->n_lines++] = (struct schedule_line){fund, amount, rule};
}

enum schedule_error schedule_make(const struct schedule_ask *ask, struct schedule *ret_schedule)
{
    int64_t amounts[SCHEDULE_RULES_MAX];
    struct schedule s = {0};
    enum schedule_error error = loans_make(ask, &s);

    if (ask->deposit_fen >= 0)
        s.deposit_fen = ask->deposit_fen;
    else
        for (size_t i = 0; i < ask->n_rules; i++)
            if (ask->rules[i].fund == FUND_DEPOSIT)
                s.deposit_fen = ask->rules[i].value;
    if (error == SCHEDULE_OK)
        error = amounts_make(ask, &s, amounts);
    if (error == SCHEDULE_OK)
        error = deposit_take(ask, s.deposit_fen, amounts);
    if (error == SCHEDULE_OK && !has_fund(ask, FUND_DEPOSIT))
        line_add(&s, FUND_DEPOSIT, s.deposit_fen, SCHEDULE_RULES_MAX);
    for (size_t i = 0; error == SCHEDULE_OK && i < ask->n_rules; i++)
        line_add(&s, ask->rules[i].fund,
                 ask->rules[i].fund == FUND_DEPOSIT ? s.deposit_fen : amounts[i], i);
    *ret_schedule = s;
    return error;
}

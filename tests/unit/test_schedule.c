/* test_schedule.c - schedules: V8 and V9 of FC 27.2, the plans of FC 27.3, and for any input that
 * the lines add up to the total (FI-03). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "db/money.h"
#include "db/payment_plan.h"
#include "db/schedule.h"

#define V7_TOTAL INT64_C(106045400)
#define YUAN     100

static struct schedule_ask ask_of(const struct schedule_rule *rules, size_t n)
{
    return (struct schedule_ask){.total_fen = V7_TOTAL,
                                 .rules = rules,
                                 .n_rules = n,
                                 .deposit_fen = -1,
                                 .loan_fen = -1,
                                 .fund_loan_fen = -1,
                                 .down_bp = 3000,
                                 .loan_unit_fen = 1000000,
                                 .fund_cap_fen = 50000000,
                                 .unit_fen = YUAN};
}

static void check_lines(const struct schedule *s, const int64_t *amounts, size_t n)
{
    assert_int_equal(s->n_lines, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(s->lines[i].amount_fen, amounts[i]);
}

static void test_v9_split(void **state)
{
    const struct schedule_rule rules[] = {{FUND_HOUSE_MONEY, SHARE_PERCENT, 3000},
                                          {FUND_HOUSE_MONEY, SHARE_PERCENT, 3000},
                                          {FUND_HOUSE_MONEY, SHARE_PERCENT, 4000}};
    struct schedule_ask ask = ask_of(rules, 3);
    struct schedule s;

    (void)state;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){31813600, 31813600, 42418200}, 3);
    ask.deposit_fen = 2000000; /* the first of the house money */
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){2000000, 29813600, 31813600, 42418200}, 4);
    assert_int_equal(s.lines[0].fund, FUND_DEPOSIT);
    assert_int_equal(s.lines[0].rule, SCHEDULE_RULES_MAX);
    ask.deposit_fen = 31813600 + 100; /* the first line is gone, the second is less */
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){31813700, 31813500, 42418200}, 3);
    ask.deposit_fen = V7_TOTAL + 1;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_DEPOSIT);
}

static void test_v8_mortgage(void **state)
{
    const struct schedule_rule rules[] = {{FUND_DEPOSIT, SHARE_AMOUNT, 5000000},
                                          {FUND_DOWN_PAYMENT, SHARE_PERCENT, 3000},
                                          {FUND_BANK_LOAN, SHARE_PERCENT, 7000}};
    struct schedule_ask ask = ask_of(rules, 3);
    struct schedule s;

    (void)state;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){5000000, 27045400, 74000000},
                3); /* 320,454 with the deposit */
    assert_int_equal(s.loan_fen, 74000000);
    ask.loan_unit_fen = 100000;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){5000000, 26845400, 74200000}, 3);
    ask.loan_fen = 74300000;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_LOAN);
    assert_int_equal(s.loan_most_fen, 74200000);
    ask.loan_fen = 70050000;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_UNIT);
    ask.loan_fen = 70000000; /* less than the most: the down payment is more */
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){5000000, 31045400, 70000000}, 3);
    ask.loan_fen = 0;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){5000000, 101045400}, 2);
    ask.loan_fen = -1;
    ask.down_bp = 5000; /* the project asks for more than the plan does */
    ask.loan_unit_fen = 1000000;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    assert_int_equal(s.loan_fen, 53000000);
}

/* The fund lends up to its cap, the bank what is left of one sum. */
static void test_combined(void **state)
{
    const struct schedule_rule rules[] = {{FUND_DOWN_PAYMENT, SHARE_REST, 0},
                                          {FUND_FUND_LOAN, SHARE_PERCENT, 5000},
                                          {FUND_BANK_LOAN, SHARE_PERCENT, 2000}};
    const struct schedule_rule alone[] = {{FUND_DOWN_PAYMENT, SHARE_PERCENT, 3000},
                                          {FUND_FUND_LOAN, SHARE_REST, 0}};
    struct schedule_ask ask = ask_of(rules, 3);
    struct schedule s;

    (void)state;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){32045400, 50000000, 24000000}, 3);
    ask.fund_loan_fen = 30000000;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){32045400, 30000000, 44000000}, 3);
    ask.fund_loan_fen = 51000000;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_LOAN);
    assert_int_equal(s.fund_most_fen, 50000000);
    ask = ask_of(alone, 2); /* what the cap takes, the down payment has */
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){56045400, 50000000}, 2);
    ask.fund_cap_fen = 0;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){106045400}, 1);
}

static void test_fixed_amounts(void **state)
{
    const struct schedule_rule rules[] = {{FUND_DEPOSIT, SHARE_AMOUNT, 5000000},
                                          {FUND_HOUSE_MONEY, SHARE_AMOUNT, 100000000},
                                          {FUND_HOUSE_MONEY, SHARE_REST, 0}};
    struct schedule_ask ask = ask_of(rules, 3);
    struct schedule s;

    (void)state;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_OK);
    check_lines(&s, (const int64_t[]){5000000, 95000000, 6045400}, 3);
    ask.total_fen = 100000000 - 1;
    assert_int_equal(schedule_make(&ask, &s), SCHEDULE_MISFIT);
}

/* ---- any input ---- */

static uint64_t seed = 20261127;
static int64_t pick(int64_t low, int64_t high)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return low + (int64_t)((seed >> 11) % (uint64_t)(high - low + 1));
}

/* A plan that payment_plan_check() lets pass; its kind is "other". */
static size_t random_rules(struct schedule_rule rules[SCHEDULE_RULES_MAX])
{
    const bool rest = pick(0, 1), bank = pick(0, 2) == 0, fund = pick(0, 3) == 0;
    size_t house = (size_t)pick(1, 12), n = 0, rest_at = (size_t)pick(0, (int64_t)house - 1);
    int64_t left = 10000;

    if (pick(0, 1))
        rules[n++] = (struct schedule_rule){FUND_DEPOSIT, SHARE_AMOUNT, pick(1, 20000000)};
    if (bank)
        rules[n++] = (struct schedule_rule){FUND_BANK_LOAN, SHARE_PERCENT, pick(1, 4000)};
    if (fund)
        rules[n++] = (struct schedule_rule){FUND_FUND_LOAN, SHARE_PERCENT, pick(1, 4000)};
    for (size_t i = 0; i < n; i++)
        left -= rules[i].share == SHARE_PERCENT ? rules[i].value : 0;
    for (size_t i = 0; i < house; i++) {
        const bool last = i + 1 == house;
        int64_t most = (left - 1) / (int64_t)(house - i);

        if (rest && i == rest_at)
            rules[n] = (struct schedule_rule){FUND_HOUSE_MONEY, SHARE_REST, 0};
        else if (rest && pick(0, 3) == 0)
            rules[n] = (struct schedule_rule){FUND_HOUSE_MONEY, SHARE_AMOUNT, pick(1, 5000000)};
        else
            rules[n] = (struct schedule_rule){FUND_HOUSE_MONEY, SHARE_PERCENT,
                                              last && !rest ? left : pick(1, most > 1 ? most : 1)};
        left -= rules[n].share == SHARE_PERCENT ? rules[n].value : 0;
        n++;
    }
    return n;
}

static void check_whole(const struct schedule_ask *ask, const struct schedule *s, int round)
{
    int64_t sum = 0, loans = 0, deposit = 0;

    for (size_t i = 0; i < s->n_lines; i++) {
        const bool loan = funds[s->lines[i].fund].class == FUND_CLASS_LOAN;

        if (s->lines[i].amount_fen <= 0 ||
            (loan && s->lines[i].amount_fen % ask->loan_unit_fen != 0))
            fail_msg("round %d: line %zu is %lld", round, i, (long long)s->lines[i].amount_fen);
        sum += s->lines[i].amount_fen;
        loans += loan ? s->lines[i].amount_fen : 0;
        deposit += s->lines[i].fund == FUND_DEPOSIT ? s->lines[i].amount_fen : 0;
    }
    if (sum != ask->total_fen || loans != s->loan_fen + s->fund_loan_fen ||
        deposit != s->deposit_fen)
        fail_msg("round %d: %lld of %lld, loans %lld", round, (long long)sum,
                 (long long)ask->total_fen, (long long)loans);
    if (loans > money_loan(ask->total_fen, ask->down_bp, ask->loan_unit_fen) ||
        s->fund_loan_fen > ask->fund_cap_fen || loans >= ask->total_fen)
        fail_msg("round %d: loans %lld are too much", round, (long long)loans);
}

static void test_any(void **state)
{
    struct schedule_rule rules[SCHEDULE_RULES_MAX];
    int made = 0;

    (void)state;
    for (int round = 0; round < 1000000; round++) {
        struct schedule_ask ask = {.rules = rules, .n_rules = random_rules(rules)};
        struct schedule s;

        ask.total_fen = round % 4 ? pick(1000000, 1000000000) : pick(1, MONEY_MAX_FEN);
        ask.deposit_fen = pick(0, 2) ? -1 : pick(0, 10000000);
        ask.down_bp = pick(0, 5000);
        ask.loan_unit_fen = pick(0, 1) ? 1000000 : pick(100, 10000000);
        ask.fund_cap_fen = pick(0, 1) ? pick(0, 150000000) : 0;
        ask.loan_fen = pick(0, 2) ? -1 : pick(0, 50) * ask.loan_unit_fen;
        ask.fund_loan_fen = pick(0, 2) ? -1 : pick(0, 50) * ask.loan_unit_fen;
        ask.unit_fen = pick(0, 1) ? 1 : 100;
        if (schedule_make(&ask, &s) != SCHEDULE_OK)
            continue;
        check_whole(&ask, &s, round);
        made++;
    }
    assert_true(made > 500000); /* most inputs make one */
}

/* ---- what makes a plan (PM-11) ---- */

static struct payment_plan_line line(enum fund fund, enum share share, int64_t value)
{
    return (struct payment_plan_line){fund, share, value, "signed", 0, NULL, "", NULL};
}

static enum fault_code first_wrong(const char *kind, const struct payment_plan_line *lines,
                                   size_t n)
{
    struct fault f = {0};
    enum fault_code code = FAULT_COUNT;

    if (payment_plan_check(&f, kind, lines, n) < 0) {
        assert_int_equal(f.code, FAULT_FIELDS_WRONG);
        code = f.items[0].code;
    }
    fault_clear(&f);
    return code;
}

static void test_plan_check(void **state)
{
    struct payment_plan_line two[] = {line(FUND_HOUSE_MONEY, SHARE_PERCENT, 3000),
                                      line(FUND_HOUSE_MONEY, SHARE_PERCENT, 7000)};
    struct payment_plan_line loan[] = {line(FUND_DOWN_PAYMENT, SHARE_PERCENT, 3000),
                                       line(FUND_BANK_LOAN, SHARE_PERCENT, 7000)};

    (void)state;
    assert_int_equal(first_wrong("instalments", two, 2), FAULT_COUNT);
    assert_int_equal(first_wrong("instalments", two, 1), FAULT_PLAN_PERCENT);
    assert_int_equal(first_wrong("commercial", two, 2), FAULT_PLAN_LOAN);
    assert_int_equal(first_wrong("commercial", loan, 2), FAULT_COUNT);
    assert_int_equal(first_wrong("one_off", loan, 2), FAULT_PLAN_LOAN);
    assert_int_equal(first_wrong("combined", loan, 2), FAULT_PLAN_LOAN);
    two[1].value = 7001;
    assert_int_equal(first_wrong("instalments", two, 2), FAULT_PLAN_PERCENT);
    two[1] = line(FUND_HOUSE_MONEY, SHARE_REST, 0);
    assert_int_equal(first_wrong("instalments", two, 2), FAULT_COUNT);
    two[0] = line(FUND_HOUSE_MONEY, SHARE_REST, 0);
    assert_int_equal(first_wrong("instalments", two, 2), FAULT_PLAN_REST);
    two[0] = line(FUND_LATE_FEE, SHARE_PERCENT, 3000);
    assert_int_equal(first_wrong("instalments", two, 2), FAULT_PLAN_FUND);
    two[0] = line(FUND_AREA_CREDIT, SHARE_PERCENT, 3000); /* nobody pays that in */
    assert_int_equal(first_wrong("instalments", two, 2), FAULT_PLAN_FUND);
    two[0] = line(FUND_DEPOSIT, SHARE_PERCENT, 3000);
    assert_int_equal(first_wrong("instalments", two, 2), FAULT_PLAN_SHARE);
    two[0] = line(FUND_DEPOSIT, SHARE_AMOUNT, 0);
    assert_int_equal(first_wrong("instalments", two, 2), FAULT_PLAN_VALUE);
    two[0] = line(FUND_DEPOSIT, SHARE_AMOUNT, 100);
    assert_int_equal(first_wrong("instalments", two, 2), FAULT_COUNT);
    two[0].due = "date";
    assert_int_equal(first_wrong("instalments", two, 2), FAULT_PLAN_DUE);
    two[1] = line(FUND_BANK_LOAN, SHARE_REST, 0);
    two[0].due = "signed";
    assert_int_equal(first_wrong("other", two, 2), FAULT_PLAN_HOUSE);
}

static void test_funds(void **state)
{
    (void)state;
    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        assert_int_equal(fund_find(funds[fund].code), fund);
    assert_int_equal(fund_find("none"), FUND_COUNT);
    assert_int_equal(fund_find(NULL), FUND_COUNT);
    assert_true(funds[FUND_HOUSE_MONEY].supervised && !funds[FUND_EARNEST].supervised);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v9_split), cmocka_unit_test(test_v8_mortgage),
        cmocka_unit_test(test_combined), cmocka_unit_test(test_fixed_amounts),
        cmocka_unit_test(test_any),      cmocka_unit_test(test_plan_check),
        cmocka_unit_test(test_funds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* loan.c - see loan.h.
 *
 * The equal instalment is P q^n (q - 1) / (q^n - 1) with q = 1 + a / b, a = the yearly rate in
 * ppm and b = 12 million. Times b^n above and below, all is whole:
 *     P a (a + b)^n / (b ((a + b)^n - b^n))
 * With n = 360 these numbers have some 8,700 bits: a few hundred machine words, and that is all the
 * arithmetic there is.
 */
#include "db/loan.h"

#include <errno.h>
#include <string.h>

#include "db/money.h"

#define RATE_BASE INT64_C(12000000)

const char *const loan_kinds[] = {"commercial", "fund", "combined", NULL};
const char *const loan_methods[] = {"annuity", "principal", NULL};

/* ---- large whole numbers: little-endian words ---- */

enum { BIG_WORDS = 300 }; /* 9,600 bits: 360 times 24 bits, and the amount */

struct big {
    uint32_t word[BIG_WORDS];
    size_t n; /* words in use */
};

static void big_set(struct big *x, uint64_t value)
{
    memset(x, 0, sizeof(*x));
    for (; value; value >>= 32)
        x->word[x->n++] = (uint32_t)value;
}

static void big_multiply(struct big *x, uint32_t factor)
{
    uint64_t carry = 0;

    for (size_t i = 0; i < x->n; i++) {
        carry += (uint64_t)x->word[i] * factor;
        x->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry && x->n < BIG_WORDS)
        x->word[x->n++] = (uint32_t)carry;
    while (x->n > 0 && x->word[x->n - 1] == 0)
        x->n--;
}

/* @x - @y, of which @x is not the smaller. */
static void big_subtract(struct big *x, const struct big *y)
{
    int64_t borrow = 0;

    for (size_t i = 0; i < x->n; i++) {
        int64_t word = (int64_t)x->word[i] - (i < y->n ? y->word[i] : 0) + borrow;

        x->word[i] = (uint32_t)word;
        borrow = word < 0 ? -1 : 0;
    }
    while (x->n > 0 && x->word[x->n - 1] == 0)
        x->n--;
}

static int big_compare(const struct big *x, const struct big *y)
{
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    for (size_t i = x->n; i > 0; i--)
        if (x->word[i - 1] != y->word[i - 1])
            return x->word[i - 1] < y->word[i - 1] ? -1 : 1;
    return 0;
}

/* @x times a number below 2^62. */
static void big_multiply_long(struct big *x, uint64_t factor)
{
    struct big high = *x;
    uint64_t carry = 0;

    big_multiply(x, (uint32_t)factor);
    big_multiply(&high, (uint32_t)(factor >> 32));
    if (high.n == 0)
        return;
    for (size_t i = 0; i < high.n || carry; i++) {
        if (i + 1 >= BIG_WORDS)
            return;
        carry += (uint64_t)x->word[i + 1] + (i < high.n ? high.word[i] : 0);
        x->word[i + 1] = (uint32_t)carry;
        carry >>= 32;
        if (i + 2 > x->n)
            x->n = i + 2;
    }
    while (x->n > 0 && x->word[x->n - 1] == 0)
        x->n--;
}

int64_t loan_annuity(int64_t loan_fen, int64_t rate_ppm, int64_t months)
{
    struct big above, power, below;
    int64_t low = 0, high = loan_fen * 2 + 1;

    if (rate_ppm == 0)
        return money_round(loan_fen, months, 1, ROUND_HALF_UP);
    big_set(&above, 1);
    big_set(&power, 1);
    for (int64_t i = 0; i < months; i++) {
        big_multiply(&above, (uint32_t)(RATE_BASE + rate_ppm));
        big_multiply(&power, (uint32_t)RATE_BASE);
    }
    below = above;
    big_subtract(&below, &power);
    big_multiply(&below, (uint32_t)RATE_BASE);
    big_multiply_long(&above, (uint64_t)loan_fen);
    big_multiply(&above, (uint32_t)rate_ppm);
    big_multiply(&above, 2);
    /* Half up: the greatest x with (2x - 1) below <= 2 above. */
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        struct big product = below;

        big_multiply_long(&product, (uint64_t)(2 * middle - 1));
        if (big_compare(&product, &above) <= 0)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* ---- schedules ---- */

static int64_t month_interest(int64_t balance, int64_t rate_ppm)
{
    return money_round((__int128)balance * rate_ppm, RATE_BASE, 1, ROUND_HALF_UP);
}

/* @instalment: what is paid each month (annuity), or what is paid back each month (principal). */
static void part_run(struct loan_part *part, int64_t months, enum loan_method method)
{
    const int64_t instalment = method == LOAN_ANNUITY
                                   ? loan_annuity(part->loan_fen, part->rate_ppm, months)
                                   : money_round(part->loan_fen, months, 1, ROUND_HALF_UP);
    int64_t balance = part->loan_fen;

    for (int64_t i = 1; i <= months; i++) {
        int64_t interest = month_interest(balance, part->rate_ppm);
        int64_t back = method == LOAN_ANNUITY ? instalment - interest : instalment;

        if (i == months || back > balance)
            back = balance;
        if (i == 1)
            part->first_month_fen = back + interest;
        if (i == months)
            part->last_month_fen = back + interest;
        part->interest_fen += interest;
        balance -= back;
    }
}

static void part_add(struct loan_estimate *e, const struct loan_terms *t, enum loan_kind kind,
                     int64_t fen)
{
    struct loan_part *part = &e->parts[e->n_parts];

    if (fen <= 0)
        return;
    e->n_parts++;
    part->kind = kind;
    part->loan_fen = fen;
    part->rate_ppm = kind == LOAN_FUND ? t->fund_rate_ppm : t->commercial_rate_ppm;
    part_run(part, t->years * 12, t->method);
    e->loan_fen += fen;
    e->first_month_fen += part->first_month_fen;
    e->last_month_fen += part->last_month_fen;
    e->interest_fen += part->interest_fen;
}

static bool terms_in_range(const struct loan_terms *t)
{
    return t->total_fen >= 1 && t->total_fen <= MONEY_MAX_FEN && t->down_bp >= 0 &&
           t->down_bp <= 10000 && t->loan_unit_fen >= 1 && t->loan_unit_fen <= MONEY_MAX_FEN &&
           t->commercial_rate_ppm >= 0 && t->commercial_rate_ppm <= LOAN_RATE_MAX &&
           t->fund_rate_ppm >= 0 && t->fund_rate_ppm <= LOAN_RATE_MAX && t->fund_cap_fen >= 0 &&
           t->years >= 1 && t->years <= LOAN_YEARS_MAX;
}

int loan_estimate(const struct loan_terms *t, struct loan_estimate *ret_estimate)
{
    struct loan_estimate e = {0};
    int64_t loan, fund = 0;

    if (!terms_in_range(t))
        return -ERANGE;
    loan = money_loan(t->total_fen, t->down_bp, t->loan_unit_fen);
    if (t->kind != LOAN_COMMERCIAL) {
        int64_t cap = money_round(t->fund_cap_fen, 1, t->loan_unit_fen, ROUND_TRUNCATE);

        fund = loan < cap ? loan : cap;
    }
    if (t->kind != LOAN_FUND)
        part_add(&e, t, LOAN_COMMERCIAL, loan - fund);
    part_add(&e, t, LOAN_FUND, fund);
    e.down_fen = t->total_fen - e.loan_fen;
    *ret_estimate = e;
    return 0;
}

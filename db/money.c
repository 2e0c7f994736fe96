/* money.c - see money.h. */
#include "db/money.h"

#include <inttypes.h>
#include <stdio.h>

int64_t money_round(__int128 numerator, int64_t denominator, int64_t unit, enum round_mode mode)
{
    __int128 step = (__int128)denominator * unit;
    __int128 magnitude = numerator < 0 ? -numerator : numerator;
    __int128 whole = magnitude / step, rest = magnitude % step;
    int64_t rounded;

    if ((mode == ROUND_HALF_UP && rest * 2 >= step) || (mode == ROUND_UP && rest > 0))
        whole++;
    rounded = (int64_t)(whole * unit);
    return numerator < 0 ? -rounded : rounded;
}

int64_t money_precision(int64_t fen, int64_t unit_fen, enum round_mode mode)
{
    if (unit_fen <= 1 || (fen < unit_fen && fen > -unit_fen))
        return fen;
    return money_round(fen, 1, unit_fen, mode);
}

int64_t money_total(int64_t unit_price_fen, int64_t area, int64_t unit_fen, enum round_mode mode)
{
    int64_t fen = money_round((__int128)unit_price_fen * area, 100, 1, ROUND_HALF_UP);

    return money_precision(fen, unit_fen, mode);
}

int64_t money_unit_price(int64_t total_fen, int64_t area)
{
    return money_round((__int128)total_fen * 100, area, 1, ROUND_HALF_UP);
}

int64_t money_discount_step(int64_t list_fen, int64_t fen, const struct discount_step *step)
{
    switch (step->kind) {
    case DISCOUNT_PERCENT:
        return money_round((__int128)fen * step->value, 10000, 1, ROUND_HALF_UP);
    case DISCOUNT_POINTS:
        return fen - money_round((__int128)list_fen * step->value, 10000, 1, ROUND_HALF_UP);
    case DISCOUNT_AMOUNT:
        break;
    }
    return fen - step->value;
}

int64_t money_loan(int64_t total_fen, int64_t down_bp, int64_t loan_unit_fen)
{
    return money_round((__int128)total_fen * (10000 - down_bp), 10000, loan_unit_fen,
                       ROUND_TRUNCATE);
}

void money_text(int64_t fen, bool short_form, char *out, size_t size)
{
    const uint64_t amount = fen < 0 ? -(uint64_t)fen : (uint64_t)fen;
    char digits[24], grouped[MONEY_TEXT];
    size_t used = 0;
    int n = snprintf(digits, sizeof(digits), "%" PRIu64, amount / 100);

    if (fen < 0)
        grouped[used++] = '-';
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            grouped[used++] = ',';
        grouped[used++] = digits[i];
    }
    grouped[used] = '\0';
    if (short_form && amount % 100 == 0)
        snprintf(out, size, "%s", grouped);
    else
        snprintf(out, size, "%s.%02u", grouped, (unsigned)(amount % 100));
}

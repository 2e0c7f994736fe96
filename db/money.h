/* money.h - the money rules (FC 27): one rounding function and what is built on it.
 *
 * Money is int64_t fen, area int64_t 0.01 m2, percent int64_t 0.0001. Pure functions, any thread.
 */
#ifndef ANCHANG_DB_MONEY_H
#define ANCHANG_DB_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum round_mode { ROUND_HALF_UP, ROUND_TRUNCATE, ROUND_UP };

/* Upper bounds that keep every product inside 128 bits and every sum inside 64. */
#define MONEY_MAX_FEN INT64_C(1000000000000) /* ten thousand million yuan */
#define AREA_MAX      INT64_C(100000000)     /* one square kilometre */

/* @numerator / @denominator (> 0), rounded to a multiple of @unit (> 0). Both signs; half away from
 * zero, up away from zero. Every rounding of the product goes through here. */
int64_t money_round(__int128 numerator, int64_t denominator, int64_t unit, enum round_mode mode);

/* A list total: unit price (fen per m2) times area, to fen half-up, then to the project's
 * precision; the precision is skipped when the amount is below it. (FC 27.2, V1-V3) */
int64_t money_total(int64_t unit_price_fen, int64_t area, int64_t unit_fen, enum round_mode mode);
/* The project's precision alone. */
int64_t money_precision(int64_t fen, int64_t unit_fen, enum round_mode mode);
/* The unit price shown for a total: half-up to 0.01 yuan; never multiplied back. (V7) */
int64_t money_unit_price(int64_t total_fen, int64_t area);

/* One step of a discount chain; each result is rounded to fen, the last once to precision with
 * money_precision(). (V4-V6) */
enum discount_kind { DISCOUNT_PERCENT, DISCOUNT_POINTS, DISCOUNT_AMOUNT };
struct discount_step {
    enum discount_kind kind;
    int64_t value; /* PERCENT: 9800 keeps 98 %; POINTS: 200 takes 2 % of the list; AMOUNT: fen */
};
/* What is left of @fen, which @list_fen was before the first step. */
int64_t money_discount_step(int64_t list_fen, int64_t fen, const struct discount_step *step);

/* The loan of @total when the first payment is @down_bp of it, floored to @loan_unit_fen; the first
 * payment absorbs the rest. (V8) */
int64_t money_loan(int64_t total_fen, int64_t down_bp, int64_t loan_unit_fen);

enum { MONEY_TEXT = 48 };
/* 123456789 -> "1,234,567.89"; without the cents of a round amount when @short_form. */
void money_text(int64_t fen, bool short_form, char *out, size_t size);

#endif

/* late_fee.c - see late_fee.h. */
#include "db/late_fee.h"

#include <errno.h>
#include <string.h>

#include "db/money.h"

enum { RATE_UNIT = 100000 };

/* @left_fen for the days from @from to @to, of which none counts until the day it was due. */
static int span_add(const char *due, const char *from, const char *to, int64_t left_fen,
                    __int128 *fen_days)
{
    const char *begin = strcmp(from, due) < 0 ? due : from;
    int64_t days = 0;
    int r = day_between(begin, to, &days);

    if (r == 0 && days > 0)
        *fen_days += (__int128)left_fen * days;
    return r;
}

int late_fee(const struct late_instalment *of, const char *day, int64_t *ret_fen)
{
    const char *from = of->due;
    int64_t left = of->amount_fen;
    __int128 fen_days = 0;
    int r = 0;

    if (left < 1 || left > MONEY_MAX_FEN || of->rate < 0 || of->rate > LATE_FEE_RATE_MAX)
        return -ERANGE;
    for (size_t i = 0; r == 0 && left > 0 && i < of->n_payments; i++) {
        const struct late_payment *p = &of->payments[i];

        if (strcmp(p->day, day) > 0)
            break; /* it has not come in yet */
        if (p->amount_fen < 1 || (i > 0 && strcmp(p->day, of->payments[i - 1].day) < 0))
            return -EINVAL;
        r = span_add(of->due, from, p->day, left, &fen_days);
        left -= p->amount_fen < left ? p->amount_fen : left;
        from = p->day;
    }
    if (r == 0)
        r = span_add(of->due, from, day, left, &fen_days);
    if (r < 0)
        return r;
    if (fen_days * of->rate / RATE_UNIT > MONEY_MAX_FEN)
        return -ERANGE;
    *ret_fen = money_round(fen_days * of->rate, RATE_UNIT, 1, ROUND_HALF_UP);
    return 0;
}

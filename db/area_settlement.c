/* area_settlement.c - see area_settlement.h. */
#include "db/area_settlement.h"

#include <errno.h>

#include "db/money.h"

enum { INSIDE_PARTS = 3, PARTS = 100, AREA_UNIT = 100 };

/* Of hundredths of areas, so that three parts of one are never rounded themselves. */
static int64_t worth(int64_t hundredths, int64_t unit_price_fen)
{
    return money_round((__int128)hundredths * unit_price_fen, PARTS * AREA_UNIT, 1, ROUND_HALF_UP);
}

/* Twice what is beyond is twice the amount: each is rounded by itself. */
static int64_t settled(int64_t contract_area, int64_t difference, int64_t unit_price_fen)
{
    const int64_t inside = INSIDE_PARTS * contract_area, all = PARTS * difference;

    if (all > inside) /* larger: no further */
        return worth(inside, unit_price_fen);
    if (all < -inside) /* smaller: beyond it twice */
        return -worth(inside, unit_price_fen) - 2 * worth(-all - inside, unit_price_fen);
    return worth(all, unit_price_fen);
}

int area_settle(int64_t contract_area, int64_t measured_area, int64_t unit_price_fen,
                struct area_settlement *ret)
{
    const int64_t difference = measured_area - contract_area;
    int64_t fen;

    if (contract_area < 1 || contract_area > AREA_MAX || measured_area < 1 ||
        measured_area > AREA_MAX || unit_price_fen < 0 || unit_price_fen > MONEY_MAX_FEN)
        return -ERANGE;
    fen = settled(contract_area, difference, unit_price_fen);
    if (fen > MONEY_MAX_FEN || fen < -MONEY_MAX_FEN)
        return -ERANGE;
    *ret = (struct area_settlement){
        .amount_fen = fen,
        .may_cancel =
            PARTS * (difference < 0 ? -difference : difference) > INSIDE_PARTS * contract_area,
    };
    return 0;
}

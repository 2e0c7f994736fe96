/* area_settlement.h - what a measured area that is not the contract's comes to (面积补差; Measures for
 * the Sale of Commodity Housing 20; FC 27.4).
 *
 * Up to three parts in a hundred the difference is settled at the contract's price. Beyond, a
 * larger home costs three parts more and no further; of a smaller one the seller returns three
 * parts once and what is beyond twice. Beyond either way the buyer may cancel instead. For
 * contracts priced by area alone: by unit nothing is settled, a changed design is agreed anew.
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DB_AREA_SETTLEMENT_H
#define ANCHANG_DB_AREA_SETTLEMENT_H

#include <stdbool.h>
#include <stdint.h>

struct area_settlement {
    int64_t amount_fen; /* the buyer pays; below 0: the seller returns */
    bool may_cancel;
};
/* @contract_area and @measured_area in 0.01 m2 (1 to AREA_MAX), of the area that the price is of;
 * @unit_price_fen: of the contract, per m2 (0 to MONEY_MAX_FEN). -ERANGE, also when the result is
 * beyond MONEY_MAX_FEN. */
int area_settle(int64_t contract_area, int64_t measured_area, int64_t unit_price_fen,
                struct area_settlement *ret);

#endif

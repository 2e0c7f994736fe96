/* demo_offers.h - what a price of the demo may come to: plans, discounts, and how much who
 * may give. */
#ifndef ANCHANG_DEMO_OFFERS_H
#define ANCHANG_DEMO_OFFERS_H

#include "db/tx.h"

int demo_offers_make(struct tx *tx, int64_t project_id);

#endif

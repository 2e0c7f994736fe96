/* demo_deals.h - the business that lies behind the demonstration, for demo.c.
 */
#ifndef ANCHANG_DEMO_DEALS_H
#define ANCHANG_DEMO_DEALS_H

#include <stddef.h>
#include <stdint.h>

#include "db/tx.h"

enum { DEMO_SELLERS = 2, DEMO_SERVICES = 2, DEMO_DAYS_MAX = 365 };

struct demo_people {
    int64_t manager, group, control, cashier, sellers[DEMO_SELLERS], services[DEMO_SERVICES];
};

/* So many days until @until_ms, each with its customers, visits, follow-ups, sales and decisions:
 * the transactions of an office, at the times of those days, always the same. What the rules
 * refuse is not done, as in life. */
int demo_deals_make(struct tx *tx, int64_t project_id, const struct demo_people *people,
                    int64_t days, int64_t until_ms);

#endif

/* demo_life.h - what demo_deals.c and demo_sale.c share: who buys what, and how far each sale is.
 */
#ifndef ANCHANG_DEMO_LIFE_H
#define ANCHANG_DEMO_LIFE_H

#include <stdbool.h>

#include "daemon/demo_deals.h"
#include "db/clock.h"
#include "db/contact.h"
#include "db/shift.h"

enum { PEOPLE_MAX = 2000, SALES_MAX = 1000, UNITS_MAX = 1000, PLANS_MAX = 8 };

struct buyer {
    int64_t id;
    size_t seller;
    char document[CONTACT_TEXT];
};

struct sale {
    const struct buyer *buyer;
    int64_t unit_id, terms_id, deal_id, due_ms;
    unsigned fate; /* 0 to 99: what becomes of it */
    int step, tries;
};

struct plan {
    int64_t id;
    bool lends; /* some of it */
};

struct life {
    struct tx *tx;
    int64_t project_id, midnight_ms, day, days;
    struct actor manager, group, control, cashier, sellers[DEMO_SELLERS], services[DEMO_SERVICES];
    unsigned seed;
    struct plan plans[PLANS_MAX];
    int64_t manager_discount;
    size_t n_plans, n_units, next_unit, n_buyers, n_sales;
    int64_t units[UNITS_MAX];
    int64_t book_id, shift_id, slips, taken[TENDER_COUNT]; /* of the cashier's shift */
    struct buyer buyers[PEOPLE_MAX];
    struct sale sales[SALES_MAX];
};

/* Below @below; the same sequence on every machine. */
unsigned life_draw(struct life *life, unsigned below);
/* Somebody at work, so many minutes after the doors opened. */
struct tx life_at(const struct life *life, const struct actor *who, int64_t minutes);
/* Does @act, or nothing of it when a rule refuses: 1, 0, or an error. */
typedef int act_function(struct life *life, struct tx *tx, void *arg);
int life_try(struct life *life, struct tx *tx, act_function *act, void *arg);

/* Whether there is something left to do. */
bool sale_open(const struct life *life, const struct sale *sale);
/* Does what is next of it, so many minutes after the doors opened. */
int sale_go(struct life *life, struct sale *sale, int64_t minutes);

#endif

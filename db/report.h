/* report.h - the stock report: what is available, held, booked, sold (RP-10).
 *
 * Each unit is in exactly one column:
 *     available    A without a queue           booked        B, S
 *     queued_only  A or U with a queue         sold          C, F, D, T
 *     held         K, R, X                     not_for_sale  N
 *     unreleased   U without a queue
 * so that they add up to all units. Thread: any, with a reader.
 */
#ifndef ANCHANG_DB_REPORT_H
#define ANCHANG_DB_REPORT_H

#include "db/tx.h"

enum stock_by { STOCK_BY_CLASS, STOCK_BY_BUILDING, STOCK_BY_LAYOUT };

struct stock_group {
    const char *key;  /* class code, or id; "" for units without a layout, and for the total */
    const char *name; /* of building or layout; "" where the key says it all */
    int64_t units, available, held, queued_only, booked, sold, not_for_sale, unreleased;
    int64_t available_fen; /* list prices of available and queued_only */
    int64_t sold_fen;      /* deal prices, list prices where there is none */
    int64_t gross_area;    /* 0.01 m2 of the stage of the sale type */
};

struct stock_total {
    struct stock_group group;
    int64_t permit_units; /* the sum of units_named of the permits that are not revoked */
    /* Every such permit covers as many units as it names, and every unit that is or was offered
     * (all but unreleased and not for sale) is covered by one of them. */
    bool balanced;
};

/* Of the buildings in scope; the permits are those of the project. Groups in the order of their
 * noun; texts live during the call. */
int report_stock(struct tx *tx, int64_t project_id, enum stock_by by,
                 int (*each)(void *arg, const struct stock_group *group), void *arg,
                 struct stock_total *ret_total);

#endif

/* late_fee.h - what is owed for paying one instalment late (滞纳金; model contract 8; FC 27.5).
 *
 * So much a day of what was due and not paid, for the days of the calendar after the day it was
 * due; what comes in meanwhile lessens what counts from that day on. Rounded once per instalment,
 * half up. The rate is the contract's: there is none by default.
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DB_LATE_FEE_H
#define ANCHANG_DB_LATE_FEE_H

#include <stddef.h>
#include <stdint.h>

#include "db/day.h"

enum { LATE_FEE_RATE_MAX = 10000 }; /* a tenth a day */

struct late_payment {
    char day[DAY_TEXT];
    int64_t amount_fen; /* above 0 */
};
struct late_instalment {
    const char *due;                     /* its day, which is free */
    int64_t amount_fen;                  /* above 0 */
    int64_t rate;                        /* a day, in 0.00001 (万分之 0.1): 10 is 万分之一 */
    const struct late_payment *payments; /* of this instalment, in the order of days */
    size_t n_payments;
};
/* Until @day. -EINVAL for what is no day, is out of order or below 1; -ERANGE. */
int late_fee(const struct late_instalment *of, const char *day, int64_t *ret_fen);

#endif

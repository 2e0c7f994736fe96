/* tender.h - what money is for and how it is paid, in a body and in an answer.
 *
 * Thread: the handler's. */
#ifndef ANCHANG_API_TENDER_H
#define ANCHANG_API_TENDER_H

#include "daemon/http/call.h"
#include "db/ledger.h"
#include "db/tender_use.h"

extern const char *const fund_codes[]; /* NULL-ended */

/* The array "tenders", at least one. */
void body_tenders(struct body *b, struct payment_tender given[PAYMENT_TENDERS_MAX], size_t *ret_n);
/* One more in the array @arg. */
int tender_add(void *arg, const struct payment_tender *tender);
int money_line_add(void *arg, const struct money_line *line);

#endif

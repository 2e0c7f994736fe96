/* loan_offer.h - what may be reckoned for a unit of the public chart: what its class is lent, and
 * the terms that its project published (PR-15, PR-16).
 *
 * Thread: any.
 */
#ifndef ANCHANG_CHART_LOAN_OFFER_H
#define ANCHANG_CHART_LOAN_OFFER_H

#include "daemon/chart/snapshot.h"
#include "db/loan.h"

/* NOT_FOUND: @u shows no price in @state. LOAN_NONE: nobody lends for its class. */
int loan_offer_need(struct fault *fault, const struct snapshot *s, const struct published_unit *u,
                    char state);
/* The least first payment and the longest term, which are what is taken when nothing is chosen; @u
 * as loan_offer_need() wants it. */
struct loan_choice loan_offer_choice(const struct snapshot *s, const struct published_unit *u);
/* What kinds there are for it, of loan_kinds in their order. */
const char *const *loan_offer_kinds(const struct published_unit *u);
struct loan_terms loan_offer_terms(const struct snapshot *s, const struct published_unit *u,
                                   char state, const struct loan_choice *choice);

#endif

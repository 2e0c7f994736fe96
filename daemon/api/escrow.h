/* escrow.h - the filter of the list of parts, for the list and for the one that goes out.
 *
 * Thread: any.
 */
#ifndef ANCHANG_API_ESCROW_H
#define ANCHANG_API_ESCROW_H

#include "daemon/http/call.h"

struct escrow_filter;
/* Of the address: project, state, account, days, amount. */
int escrow_filter_read(struct call *call, struct escrow_filter *ret_filter);

#endif

/* settlement.h - the filter of the list of settlements, for its handlers. Thread: any. */
#ifndef ANCHANG_API_SETTLEMENT_H
#define ANCHANG_API_SETTLEMENT_H

#include "daemon/http/call.h"

struct settlement_filter;
/* Of the address: what is asked for. */
int settlement_filter_read(struct call *call, struct settlement_filter *ret_filter);

#endif

/* arrears.h - the filter of the list of arrears, for the handlers of the list. Thread: any. */
#ifndef ANCHANG_API_ARREARS_H
#define ANCHANG_API_ARREARS_H

#include "daemon/http/call.h"
#include "db/day.h"

struct arrears_filter;
/* Of the address: what is asked for, as of today, which is written to @today. */
int arrears_filter_read(struct call *call, char today[DAY_TEXT], struct arrears_filter *ret_filter);

#endif

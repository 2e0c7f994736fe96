/* unit.h - the Unit object, for the handlers that answer with one. Thread: any. */
#ifndef ANCHANG_API_UNIT_H
#define ANCHANG_API_UNIT_H

#include "daemon/http/call.h"

/* The unit as it is now as the reply; NOT_FOUND out of scope. @status 200 or 201. */
int reply_unit(struct call *call, int64_t unit_id, int status);

#endif

/* public.h - parts of the public API that several handlers share. Thread: any. */
#ifndef ANCHANG_API_PUBLIC_H
#define ANCHANG_API_PUBLIC_H

#include "daemon/chart/charts.h"
#include "daemon/http/call.h"
#include "db/loan.h"
#include "db/money.h"

/* The unit of path parameter 0 in a live publication in scope, its snapshot (one reference for the
 * caller) and its public letter; NOT_FOUND otherwise. */
int public_unit_of_call(struct call *call, struct snapshot **ret_snapshot,
                        const struct published_unit **ret_unit, char *ret_state);
/* Appends the object PublicUnit: every mandated item of FC 26.2. */
void public_unit_write(struct snapshot *s, const struct published_unit *u, char state,
                       struct buf *out);
/* Hands @out to the reply as JSON, or returns its error. */
int reply_buf(struct call *call, struct buf *out);

#endif

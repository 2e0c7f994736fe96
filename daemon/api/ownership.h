/* ownership.h - what the handlers of customers, their owners and the pool share.
 *
 * Thread: any.
 */
#ifndef ANCHANG_API_OWNERSHIP_H
#define ANCHANG_API_OWNERSHIP_H

#include "daemon/http/call.h"
#include "db/duplicate.h"
#include "db/ownership.h"

/* "customer_ids": at least one; malloc'ed for the caller. */
void body_customers(struct body *b, int64_t **ret_ids, size_t *ret_n);
/* {"count": n}: how many were done. */
int reply_count(struct call *call, size_t n);

/* What comes with a new customer: whose it becomes. */
struct entry_in {
    int64_t project_id; /* 0: not said */
    enum own_state state;
    bool accept_duplicate;
};
/* "project_id", "own_state", "accept_duplicate", all optional. */
void body_entry(struct body *b, struct entry_in *in);
/* Before the customer is made: the project, into @in, and its duplicate keys (DP-01). */
int entry_check(struct call *call, struct entry_in *in, const struct customer_new *customer);
/* And whose it is, once it is made; without a project nobody's. */
int entry_begin(struct call *call, const struct entry_in *in, int64_t customer_id);

#endif

/* pool_apply.h - customers of the public pool (公海): who asks for one and who decides (DP-09 to
 * DP-12), given out by a manager (DP-13), taken by the first who grabs (DP-14).
 *
 * One application of a customer is open; another is queued behind it or refused, as the project is
 * set, and becomes the open one when that is decided against. Who applied never decides.
 *
 * In scope, else NOT_FOUND. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_POOL_APPLY_H
#define ANCHANG_DB_POOL_APPLY_H

#include "db/contact.h"
#include "db/ownership.h"

enum {
    POOL_PAGE_MAX = 100,
    POOL_REASON_MAX = 200,
    POOL_QUEUE_MAX = 20, /* applications that wait for one customer */
};

struct pool_row {
    int64_t customer_id, since_ms, touched_ms;
    char name[CONTACT_NAME_TEXT];
    int64_t applications; /* open and queued */
    bool applied;         /* the actor's is among them */
    const char *reason;   /* why it is in the pool */
    const char *from;     /* whose it was; NULL: nobody's yet */
};
/* Of a project, those with ids above @after_id, in their order. */
int pool_scan(struct tx *tx, int64_t project_id, int64_t after_id, int limit,
              int (*each)(void *arg, const struct pool_row *row), void *arg);

/* The actor applies. POOL_APPLIED (also the own one, or when others may not queue), OWNER_TAKEN: it
 * is not in the pool; LIMIT_REACHED. */
int pool_apply(struct tx *tx, int64_t project_id, int64_t customer_id, const char *reason,
               int64_t *ret_id);
/* The own one. NOT_FOUND, APPLICATION_STATE. */
int pool_withdraw(struct tx *tx, int64_t application_id);
/* Ownership and protection begin now (DP-11). APPLICATION_STATE (a queued one waits),
 * SELF_APPROVAL, OWNER_UNFIT. */
int pool_approve(struct tx *tx, int64_t application_id, const char *note);
int pool_refuse(struct tx *tx, int64_t application_id, const char *note);
/* Back to the pool (DP-12). APPLICATION_USED: something was done with the customer since. */
int pool_revoke(struct tx *tx, int64_t application_id, const char *note);

struct application_row {
    int64_t id, customer_id, applied_ms, decided_ms; /* decided 0: not yet */
    char name[CONTACT_NAME_TEXT];
    const char *applicant, *reason, *state, *decided_by, *note; /* decided_by NULL: nobody yet */
    bool own;
};
/* Of a project, oldest first: those that wait (@waiting) or all; only the actor's own without
 * customer.allocate (DP-10). */
int pool_application_scan(struct tx *tx, int64_t project_id, bool waiting, int64_t after_id,
                          int limit, int (*each)(void *arg, const struct application_row *row),
                          void *arg);

/* The first takes it; OWNER_TAKEN for the others. POOL_QUOTA: of the day that began at
 * @day_start_ms. */
int pool_grab(struct tx *tx, int64_t project_id, int64_t customer_id, int64_t day_start_ms);
/* All or none, in turn to the people given. OWNER_CHANGED names one that is in no pool. A customer
 * without an ownership in the project is given out likewise. */
int pool_allocate(struct tx *tx, int64_t project_id, const int64_t *customers, size_t n,
                  const int64_t *users, size_t n_users);
/* Given up into the pool, by the owner or with customer.allocate. All or none. */
int pool_release(struct tx *tx, int64_t project_id, const int64_t *customers, size_t n,
                 const char *note);

/* ---- for ownership.c ---- */

/* The customer left the pool: what waits for it is void. */
int pool_applications_void(struct tx *tx, int64_t customer_id, int64_t project_id);
/* What somebody who leaves applied for is void, and the next of the queue is open. */
int pool_applications_leave(struct tx *tx, int64_t user_id);

#endif

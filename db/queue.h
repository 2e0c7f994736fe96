/* queue.h - places in a project's queue, for a unit or for none yet (SF-04; FC 25.4 T8, T9).
 *
 * A number is counted and never given again, also when it was given back. A customer has at most
 * one for the same thing. No money hangs on it before a permit: a number takes none at all yet.
 *
 * Thread: changes on the writer's; reads on any with a reader. */
#ifndef ANCHANG_DB_QUEUE_H
#define ANCHANG_DB_QUEUE_H

#include "db/tx.h"

enum { QUEUE_PAGE_MAX = 200 };

struct ticket_new {
    int64_t project_id, customer_id;
    int64_t unit_id; /* 0: for none yet */
    int64_t user_id; /* the consultant; 0: the actor */
};
/* QUEUE's guards (G7: the customer is known by a document), TICKET_EXISTS, NOT_FOUND. */
int ticket_create(struct tx *tx, const struct ticket_new *ticket, int64_t *ret_id);
/* Gives it back: TICKET_ENDED, VERSION_CHANGED; NOT_FOUND also of somebody else without
 * deal.all. */
int ticket_cancel(struct tx *tx, int64_t ticket_id, int64_t version, const char *reason);

/* For a deal of @customer_id on @unit_id: TICKET_ENDED, TICKET_OTHERS, NOT_FOUND. */
int ticket_use(struct tx *tx, int64_t ticket_id, int64_t customer_id, int64_t unit_id);
/* The deal was taken back (T28): it waits again. */
int ticket_unuse(struct tx *tx, int64_t ticket_id);

struct ticket_row {
    int64_t id, version, project_id, number, customer_id, unit_id, user_id; /* unit 0: none */
    const char *customer; /* masked unless the actor has customer.clear */
    const char *unit;     /* "" none */
    const char *user;     /* the consultant's name */
    const char *state;    /* "waiting", "used", "cancelled" */
    const char *reason;
    int64_t made_ms, ended_ms; /* 0: it waits */
};
struct ticket_filter {
    int64_t project_id, unit_id, customer_id; /* 0: any unit, any customer */
    const char *state;                        /* NULL: any */
    int64_t after_number;
    int limit;
};
/* One; NOT_FOUND out of scope. */
int ticket_get(struct tx *tx, int64_t ticket_id,
               int (*each)(void *arg, const struct ticket_row *row), void *arg);
/* In the order of their numbers. */
int ticket_list(struct tx *tx, const struct ticket_filter *filter,
                int (*each)(void *arg, const struct ticket_row *row), void *arg);

#endif

/* ownership.h - whose a customer is: in each project one state at a time, and every change of it a
 * line that stays (DP-05, DP-06, DP-08, DP-16).
 *
 * States are reported (报备), marketing (营销), on-site (案场), each with an owner and a protection
 * period that counts from the last valid follow-up, and pool (公海), which is nobody's. When the
 * owner changes, the shares he gave end, and what others applied for is void; what is due with the
 * customer stays due and is the new owner's (CU-20).
 *
 * Functions here check neither rights nor scope, but where it is said: their callers do. Times are
 * UTC ms. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_OWNERSHIP_H
#define ANCHANG_DB_OWNERSHIP_H

#include "db/customer_rule.h"
#include "db/tx.h"

enum { OWNERSHIP_NOTE_MAX = 200, OWNERSHIP_BATCH_MAX = 200 };

enum own_state { OWN_REPORTED, OWN_MARKETING, OWN_ONSITE, OWN_POOL };
/* As in the database and the API, in that order and ended by NULL. */
extern const char *const own_states[];

struct ownership {
    int64_t customer_id, project_id, owner_id; /* 0: the pool's */
    enum own_state state;
    int64_t since_ms, touched_ms;
    int64_t protected_until_ms, pool_due_ms, next_ms; /* 0: none */
};
/* 1, or 0 when there is none. */
int ownership_find(struct tx *tx, int64_t customer_id, int64_t project_id, struct ownership *ret);

/* The project that a new customer is of. @project_id 0: the one project of the actor's scope; when
 * there is not one alone, 0 for who sees all customers and PROJECT_NEEDED for others. NOT_FOUND. */
int ownership_project(struct tx *tx, int64_t project_id, int64_t *ret_project_id);
/* The first ownership of a customer in a project. @state is for an owner, who is the actor, unless
 * @owner_id names somebody: who has customer.all leaves the customer to the pool. OWNER_TAKEN:
 * there is one. OWNER_UNFIT, NOT_FOUND. */
int ownership_begin(struct tx *tx, int64_t customer_id, int64_t project_id, enum own_state state,
                    int64_t owner_id);

struct own_move {
    enum own_state state;
    int64_t owner_id;   /* 0 with OWN_POOL, and only then */
    const char *reason; /* of the table's list */
    const char *note;   /* NULL: none */
};
/* From @was, as it was read, to @move. OWNER_CHANGED: it is not as it was read. The line's id. */
int ownership_move(struct tx *tx, const struct ownership *was, const struct own_move *move,
                   int64_t *ret_line_id);

/* A valid follow-up of @at_ms: the period counts from it; @next_ms 0: nothing was promised. */
int ownership_touch(struct tx *tx, const struct ownership *own, int64_t at_ms, int64_t next_ms);

/* The end of a period of @state that counts from @from_ms. */
int ownership_protect(struct tx *tx, const struct customer_rule *rule, enum own_state state,
                      int64_t from_ms, int64_t *ret_until_ms);
/* All of a project anew, for @idle_days (0: never to the pool). */
int ownership_reckon(struct tx *tx, int64_t project_id, int64_t idle_days);

/* Those whose time is over, into the pool; when the next is (0: none). What was done. Run again, it
 * does nothing (DP-08). */
int ownership_run(struct tx *tx, int64_t *ret_next_ms);

/* Whether @user_id can own customers of the project: enabled, has follow.edit and sees it.
 * OWNER_UNFIT. */
int ownership_need_fit(struct tx *tx, int64_t project_id, int64_t user_id);

/* Somebody leaves (CU-22): his customers go to @heir_id, or the pool (0); his applications and the
 * shares he was given end. How many customers. @count alone: how many he has. */
int ownership_leave(struct tx *tx, int64_t user_id, int64_t heir_id);
int ownership_count(struct tx *tx, int64_t user_id, int64_t *ret_count);

/* Moves many customers of a project between people (CU-20), all or none. In scope, whole project.
 * NOT_FOUND, OWNER_UNFIT, OWNER_CHANGED: it is in the pool, or his already. */
int ownership_dispatch(struct tx *tx, int64_t project_id, const int64_t *customers, size_t n,
                       int64_t user_id, const char *note);
/* The state of one's own customer, or of any with customer.all: a reported one has come. */
int ownership_state_set(struct tx *tx, int64_t customer_id, int64_t project_id,
                        enum own_state state, const char *note);

struct ownership_line {
    int64_t id, project_id, at_ms, protected_until_ms; /* 0: none */
    const char *project, *from_state, *to_state;       /* from NULL: the first */
    const char *from_owner, *to_owner;                 /* names; NULL: nobody */
    const char *reason, *note, *actor;
};
/* Of a customer that is the actor's to see, in projects in scope, newest first. */
int ownership_history(struct tx *tx, int64_t customer_id,
                      int (*each)(void *arg, const struct ownership_line *line), void *arg);
/* Whose it was at @at_ms: 1 and the owner (0: the pool's), 0: nobody knew the customer. */
int ownership_at(struct tx *tx, int64_t customer_id, int64_t project_id, int64_t at_ms,
                 enum own_state *ret_state, int64_t *ret_owner_id);

struct ownership_row {
    struct ownership own;
    const char *project, *owner; /* names; owner NULL: the pool's */
    bool yours;                  /* the actor may work with it */
};
/* Where a customer is, now; for who sees the customer, in projects in scope. */
int ownership_scan(struct tx *tx, int64_t customer_id,
                   int (*each)(void *arg, const struct ownership_row *row), void *arg);

/* Who can own customers of the project, and how many he has; by name. */
int ownership_people(struct tx *tx, int64_t project_id,
                     int (*each)(void *arg, int64_t user_id, const char *name, int64_t customers),
                     void *arg);

#endif

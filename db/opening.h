/* opening.h - opening day: everybody picks in turn (SF-31; FC 25.3 G18).
 *
 * Queue numbers become groups; their order is that of the numbers, or drawn by lot from a seed that
 * anybody can check. While it runs its buildings are taken by picking alone. Who came is called in
 * batches; a pick is a booking of the list price with a slip, and ends by itself at the minute it
 * should have been paid (deal_expire_due()).
 *
 * Errors besides those named: NOT_FOUND (also out of scope), SCOPE_PARTIAL, VERSION_CHANGED,
 * negative errno. Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_OPENING_H
#define ANCHANG_DB_OPENING_H

#include "db/tx.h"

enum { OPENING_BUILDINGS_MAX = 64, OPENING_GROUPS_MAX = 10000, OPENING_PAGE_MAX = 200 };

struct opening_row {
    int64_t id, version, project_id;
    const char *name, *day, *state; /* "planned", "running", "closed" */
    const char *order_by;           /* "number", "lottery" */
    const char *lottery_seed;       /* "" unless drawn */
    int64_t batch_size, pick_minutes, pay_minutes, picks_most;
    int64_t groups, arrived, called, done, passed, left; /* counts of groups, all and by state */
    int64_t picks, ended; /* of deals that live, and of those that have ended */
    int64_t batch;        /* the last called */
};

struct opening_plan {
    int64_t id, version; /* of one to be changed; id 0: a new one */
    int64_t project_id;
    const char *name, *day, *order_by;
    int64_t batch_size, pick_minutes, pay_minutes, picks_most;
    const int64_t *buildings;
    size_t n_buildings;
};
/* Planned ones alone are changed: OPENING_STATE. NAME_TAKEN, LIMIT_REACHED. */
int opening_save(struct tx *tx, const struct opening_plan *plan, int64_t *ret_id);

/* Every number that waits becomes a group. How many are new. OPENING_STATE once it is closed,
 * LIMIT_REACHED. */
int opening_groups_take(struct tx *tx, int64_t id, int *ret_n);
/* Makes the order and begins; @seed: of a lottery, at least 8 characters, drawn before witnesses:
 * SEED_NEEDED. OPENING_EMPTY without groups, OPENING_RUNNING when the project has another. */
int opening_start(struct tx *tx, int64_t id, int64_t version, const char *seed);
/* Its buildings are sold in the usual way again. */
int opening_close(struct tx *tx, int64_t id, int64_t version);

/* At the door; again is no error. GROUP_STATE once it left; TICKET_ENDED when its number was given
 * back or went into another deal. */
int opening_arrive(struct tx *tx, int64_t group_id);
/* Calls the next batch of those who came. How many, 0 when nobody waits. */
int opening_call(struct tx *tx, int64_t id, int64_t version, int *ret_n);
/* A group that was called and is not there, or does not want to: behind everybody with @again, else
 * out of it. GROUP_STATE. */
int opening_pass(struct tx *tx, int64_t group_id, int64_t version, bool again);

struct opening_pick {
    int64_t group_id;
    int64_t unit_id, unit_version; /* as read */
    int64_t user_id;               /* the consultant; 0: whose number it is */
    int64_t terminal_id;           /* where the slip is printed; 0: no terminal */
};
struct opening_slip {
    int64_t deal_id, slip, pay_by_ms;
};
/* Takes the unit for the group's customer at its list price, in one transaction: terms, booking,
 * slip and its paper. GROUP_STATE when it was not called, PICKS_MOST, OPENING_BUILDING, and those
 * of terms_create() and deal_open(). */
int opening_pick(struct tx *tx, const struct opening_pick *pick, struct opening_slip *ret_slip);

/* What stands on a confirm slip, whatever was agreed later, and what became of the pick. */
struct opening_slip_row {
    int64_t slip, group_id, number, deal_id, unit_id;
    int64_t area; /* 0.01 m2, of the price; 0: priced by the unit */
    int64_t total_fen, at_ms, pay_by_ms;
    const char *unit;     /* building-stair-room as people say it */
    const char *customer; /* masked unless the actor has customer.clear */
    const char *user;     /* the consultant's name */
    const char *state;    /* "waiting" for its money, "paid", "expired" unpaid, "ended" otherwise */
};
struct opening_slip_filter {
    int64_t opening_id, slip, group_id; /* slip, group 0: any */
    int64_t before_slip;                /* 0: from the newest */
    int limit;
};
/* Newest first. */
int opening_slip_list(struct tx *tx, const struct opening_slip_filter *filter,
                      int (*each)(void *arg, const struct opening_slip_row *row), void *arg);

int opening_project(struct tx *tx, int64_t id, int64_t *ret_project_id);
/* The newest day first; @id 0: all of the project. */
int opening_list(struct tx *tx, int64_t project_id, int64_t id,
                 int (*each)(void *arg, const struct opening_row *row), void *arg);
int opening_building_each(struct tx *tx, int64_t id, int (*each)(void *arg, int64_t building_id),
                          void *arg);
struct opening_group_row {
    int64_t id, version, ticket_id, ticket_number, customer_id, place, batch;
    int64_t picks;        /* of deals that live */
    const char *customer; /* masked unless the actor has customer.clear */
    const char *state;    /* "expected", "arrived", "called", "done", "passed", "left" */
    int64_t arrived_ms, called_ms, ended_ms;
};
struct opening_group_filter {
    int64_t opening_id, group_id, batch, number; /* of the queue; group, batch, number 0: any */
    const char *state;                           /* NULL: any */
    int64_t after_place, after_id;
    int limit;
};
/* The opening of a group. */
int opening_group_opening(struct tx *tx, int64_t group_id, int64_t *ret_opening_id);
/* In the order of calling; before the start by their numbers. */
int opening_group_list(struct tx *tx, const struct opening_group_filter *filter,
                       int (*each)(void *arg, const struct opening_group_row *row), void *arg);

#endif

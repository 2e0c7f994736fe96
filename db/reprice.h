/* reprice.h - re-pricing plans (PR-03): what the list prices, or the floor prices, of many units
 * will be, approved as a list and carried out at its time.
 *
 * A price that the public has seen changes in no other way (WF-10). A plan is the list of its units
 * with the price of each before and after: what is approved is that list, by its hash. Units that
 * are sold, locked, reserved or held, and those whose price would pass the filed one, are skipped
 * and listed, when the plan is made and again when it is carried out; so is a unit whose price has
 * changed in between. The public chart shows a new price with its next publication.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_REPRICE_H
#define ANCHANG_DB_REPRICE_H

#include "db/approval.h"

enum { REPRICE_TITLE_MAX = 60, REPRICE_REASON_MAX = 1000, REPRICE_FILTER_TEXT = 400 };

/* Which units, and how their price changes. */
struct reprice_how {
    int64_t project_id;
    int64_t unit_id, building_id, layout_id; /* 0: any */
    bool floors;                             /* whether the two below bind */
    int64_t floor_from, floor_to;            /* floor numbers (property.h), both included */
    const char *class;                       /* NULL: any */
    const char *states;                      /* letters; NULL: any */
    const char *target;                      /* "list", "floor" */
    const char *method;                      /* "percent", "amount", "replace" */
    const char *per;                         /* "total", "area": of amount and replace */
    int64_t value;                           /* percent: 0.0001, below 0 it falls; else fen */
};

struct reprice_unit {
    int64_t unit_id;
    const char *path;         /* building-stair-room, as people say it */
    int64_t from_fen, to_fen; /* 0: none */
    const char *outcome;      /* "planned", "changed", "skipped" */
    const char *reason;       /* of a skipped one: "sold", "locked", "reserved", "held", "changing",
                               * "no-price", "no-area", "same", "range", "above-filed",
                               * "above-list", "price-changed", or the code of what refused it */
};
/* What a plan would be, in the order of unit_scan(). FIELD_RANGE (the value), NOT_FOUND, and of
 * floor prices DENIED without price.floor. */
int reprice_preview(struct tx *tx, const struct reprice_how *how,
                    int (*each)(void *arg, const struct reprice_unit *unit), void *arg);

struct reprice_ask {
    struct reprice_how how;
    const char *title, *reason;
    int64_t effective_ms; /* 0: with its approval */
    const struct approval_values *values;
    int64_t resubmits_id; /* of approvals */
};
/* Makes the plan and asks for its approval: REPRICE_NOTHING, REPRICE_PAST (the time), and those of
 * approval_request(). */
int reprice_create(struct tx *tx, const struct reprice_ask *ask, int64_t *ret_id);
/* The approval's end (approval.def): what is approved is carried out at once, or at its time. */
approval_end_function reprice_end;
/* Takes back one that is approved and waits for its time: REPRICE_STATE, REASON_NEEDED. */
int reprice_cancel(struct tx *tx, int64_t id, int64_t version, const char *reason);
/* Carries out what is approved and whose time has come; for the timer. How many; the time of the
 * next is put into *ret_next_ms (0: none). */
int reprice_execute_due(struct tx *tx, int64_t *ret_next_ms);

struct reprice_row {
    int64_t id, version, project_id, value, effective_ms, approval_id, made_ms, executed_ms;
    const char *title, *target, *method, *per, *filter, *reason, *state, *user;
    int64_t planned, changed, skipped; /* units */
    int64_t from_fen, to_fen;          /* sums of those planned or changed */
};
/* Newest first; of floor prices with price.floor alone. */
int reprice_list(struct tx *tx, int64_t project_id, int64_t before_id, int limit,
                 int (*each)(void *arg, const struct reprice_row *row), void *arg);
/* One of a project that is seen whole, as its approvers see it; else NOT_FOUND, SCOPE_PARTIAL, or
 * of floor prices DENIED. */
int reprice_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct reprice_row *row),
                void *arg);
/* Its units by id, after @after_unit_id; the caller has read the plan. */
int reprice_unit_list(struct tx *tx, int64_t id, int64_t after_unit_id, int limit,
                      int (*each)(void *arg, const struct reprice_unit *unit), void *arg);

#endif

/* measurement.h - units as they were measured when they were built (FI-26): what the report of the
 * survey says, who registered it and when.
 *
 * What was registered stays; the last one counts and is the area of the unit's record from then on.
 * No contract changes by it: what it comes to is settled (settlement.h).
 *
 * Errors: NOT_FOUND (also out of scope), negative errno. Thread: changes on the writer's; reads on
 * any with a reader.
 */
#ifndef ANCHANG_DB_MEASUREMENT_H
#define ANCHANG_DB_MEASUREMENT_H

#include "db/tx.h"

enum { MEASUREMENTS_MAX = 2000 /* at once */, MEASUREMENT_SOURCE_MAX = 80 /* characters */ };

struct measurement_new {
    int64_t unit_id;
    int64_t gross, inner; /* 0.01 m2, above 0 */
};
/* All of them or none: MEASURED_WRONG with an item for each that is wrong (MEASURED_INNER,
 * MEASURED_TWICE), by its place in @list from 1. @source: the report. */
int measurement_register(struct tx *tx, int64_t project_id, const char *source,
                         const struct measurement_new *list, size_t n);

struct measurement_row {
    int64_t id, unit_id, gross, inner, at_ms;
    const char *source, *user;
};
/* Of a unit in scope, newest first. */
int measurement_each(struct tx *tx, int64_t unit_id,
                     int (*each)(void *arg, const struct measurement_row *row), void *arg);

/* The unit of the project that is called so: its building, its stair ("" when the building has one
 * alone, or the rooms say it) and its room. 0: there is none, or more than one. */
int measurement_unit(struct tx *tx, int64_t project_id, const char *building, const char *stair,
                     const char *room, int64_t *ret_unit_id);

#endif

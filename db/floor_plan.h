/* floor_plan.h - the plan of a floor as an image with its units on it: parking, storage, shops,
 * which no grid of floors and lines shows where they are (SC-19).
 *
 * An image of the project's files, and a place for each unit that is on it, in 0.1 % of the image,
 * so that another resolution of it moves nothing. For the office; the public chart has no plan.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_FLOOR_PLAN_H
#define ANCHANG_DB_FLOOR_PLAN_H

#include "db/tx.h"

enum { FLOOR_PLAN_PLACES_MAX = 2000, FLOOR_PLAN_SCALE = 1000 };

struct floor_place {
    int64_t unit_id, x, y; /* 0 to FLOOR_PLAN_SCALE, from the left and from the top */
};
struct floor_plan_new {
    int64_t building_id, floor_id;
    int64_t version;      /* as read; 0: there was none */
    const char *media_id; /* NULL: the floor has no plan any more, nor places */
    const struct floor_place *places;
    size_t n_places;
};
/* Image and places of a floor, whole. VERSION_CHANGED, MEDIA_UNKNOWN, PLAN_IMAGE (a PDF is none),
 * PLAN_UNIT (a unit of another floor, or one twice), NOT_FOUND. */
int floor_plan_set(struct tx *tx, const struct floor_plan_new *plan);

struct floor_plan_row {
    int64_t floor_id, ordinal, version; /* version 0: no plan */
    const char *label, *media_id;       /* media NULL: no plan */
};
/* The floors of a building that have units, from the top. */
int floor_plan_each(struct tx *tx, int64_t building_id,
                    int (*each)(void *arg, const struct floor_plan_row *row), void *arg);
struct floor_place_row {
    int64_t unit_id, floor_id, x, y;
};
int floor_place_each(struct tx *tx, int64_t building_id,
                     int (*each)(void *arg, const struct floor_place_row *row), void *arg);

#endif

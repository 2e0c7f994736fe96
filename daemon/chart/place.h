/* place.h - the grid of one building: which floors, stairs and lines its units stand in.
 *
 * From units in physical order to the indexes a chart row carries; used for the public chart and
 * the internal one. Memory: place_free(). Thread: one at a time.
 */
#ifndef ANCHANG_CHART_PLACE_H
#define ANCHANG_CHART_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/http/buf.h"

struct place_unit {
    int64_t stair_id, floor_ordinal;
    const char *stair, *floor, *line;
    int floor_index, stair_index, line_index; /* filled in by place_make() */
};

struct place {
    struct place_floor {
        int64_t ordinal;
        const char *label;
    } * floors; /* from the lowest up */
    struct place_stair {
        int64_t id;
        const char *name;
        const char **lines;
        size_t n_lines;
    } * stairs; /* in the order they come */
    size_t n_floors, n_stairs;
};

/* @units of one building, stair by stair. Texts are borrowed. -ENOMEM. */
int place_make(struct place_unit *units, size_t n, struct place *ret_place);
void place_free(struct place *place);
/* Appends "floors":[…],"stairs":[…]. */
void place_write(const struct place *place, struct buf *out);

#endif

/* generate.h - making the units of a building from a numbering pattern (PM-04).
 *
 * A pattern is text with {floor}, {level}, {stair} and {room}; :02 after a name pads a number with
 * zeros ("{floor}{room:02}" makes 101, "{stair}-{floor:02}{room:02}" makes A-0101). {level} is the
 * floor as car parks write it: B1 where {floor} is -1. Rooms count from first_room on each floor of
 * each stair. Floors and stairs that are missing are made.
 *
 * What a request leaves open is numbered as the project numbered that class last, or else as its
 * row in unit_class.def says (PM-12): so a second run of the same request finds what the first
 * made.
 *
 * Thread: the writer's; a preview also works on a reader.
 */
#ifndef ANCHANG_DB_GENERATE_H
#define ANCHANG_DB_GENERATE_H

#include "db/property.h"
#include "db/tx.h"

enum {
    GENERATE_MAX = 20000, /* units in one go */
    GENERATE_SAMPLE = 24,
    GENERATE_ROOM = 164,    /* bytes of a room number or of a stair's name: 40 characters */
    GENERATE_PATTERN = 244, /* bytes: 60 characters */
};

struct generate {
    int64_t building_id;
    const char *class;            /* of unit_class.def */
    int64_t floor_from, floor_to; /* floor numbers; there is no 0 */
    const int64_t *skip;          /* floor numbers that do not exist */
    size_t n_skip;
    const char *const *stairs; /* none: those of the building, or the one without a name where the
                                * class is numbered by the floor or the building has none */
    size_t n_stairs;
    int64_t rooms_per_floor, first_room;
    const char *pattern; /* NULL: as above */
    bool preview;        /* counts and shows, changes nothing */
};

enum pattern_from { PATTERN_REQUEST, PATTERN_PROJECT, PATTERN_CLASS };

struct generate_result {
    int64_t created, existing; /* created: would be, in a preview */
    int64_t skipped;           /* units not made because their floor number is skipped */
    char sample[GENERATE_SAMPLE][GENERATE_ROOM]; /* the first and the last room numbers */
    size_t n_sample;
    char pattern[GENERATE_PATTERN]; /* that it was numbered by, and who said so */
    enum pattern_from pattern_from;
    char stairs[STAIRS_MAX][GENERATE_ROOM]; /* that have the units */
    size_t n_stairs;
};

/* One transaction: all or none, one history row per unit (T1). Refuses GENERATE_PATTERN (unknown
 * name, no room in it, too long), UNITS_LIMIT, FIELD_RANGE, FLOOR_SKIPPED, NOT_FOUND. */
int generate_units(struct tx *tx, const struct generate *g, struct generate_result *ret_result);

#endif

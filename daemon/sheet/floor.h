/* floor.h - floor labels as people write them: "33", "33F", "第33层", "B1", "负一层", "地下室2层",
 * "半地下室1层", "3A", "23-24", "夹层".
 *
 * Thread: any. No memory is held.
 */
#ifndef ANCHANG_SHEET_FLOOR_H
#define ANCHANG_SHEET_FLOOR_H

#include <stdbool.h>
#include <stddef.h>

enum floor_kind {
    FLOOR_UNKNOWN,  /* "夹层", "屋面": a label, no number */
    FLOOR_PLAIN,    /* numbered, above or below the ground */
    FLOOR_SEMI,     /* semi-basement: counts down from -1, and is no basement */
    FLOOR_LETTERED, /* "3A" where a building has no floor 4: ordinal 4; "12B": 14 */
};

struct floor_label {
    enum floor_kind kind;
    int first; /* ordinal: 1 the first above ground, -1 the first below; 0 when unknown */
    int span;  /* how many floors: 2 for "23-24"; 0 when unknown */
    bool bare; /* nothing but a number: 33, -1 */
};

/* Floors out of -20 to 200 are unknown, so is a span past 10. */
void floor_parse(const char *text, size_t len, struct floor_label *ret);

/* The floor a room number seems to be on: "A户型32F" is 32, "2108" is 21, "711" is 7. Only a
 * proposal. Returns false when it tells nothing. */
bool floor_from_room(const char *text, size_t len, int *ret_floor);

#endif

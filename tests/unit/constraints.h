/* constraints.h - what an area of the schema brings to test_constraints.c.
 *
 * A header constraints_AREA.h defines AREA_seed, AREA_refused and AREA_covered, and
 * test_constraints.c lists it once. Seeds are run in the order of that list; rows of an earlier
 * area may be referred to. Each statement of AREA_refused is refused by the whole schema; what
 * stands before its last semicolon prepares. */
#ifndef TESTS_CONSTRAINTS_H
#define TESTS_CONSTRAINTS_H

#include <stddef.h>

/* A constraint that stands behind another, which is asked first: both are left out. @constraint is
 * as the test prints it, @first begins the other's name. The last row is of NULLs. */
struct covered {
    const char *constraint, *first;
};

struct area {
    const char *seed;
    const char *const *refused;
    size_t n_refused;
    const struct covered *covered;
};

/* Hashes of 32 bytes. */
#define ZERO "zeroblob(32)"
#define ONE  "x'0101010101010101010101010101010101010101010101010101010101010101'"
#define TWO  "x'0202020202020202020202020202020202020202020202020202020202020202'"

#define CONSTRAINTS(name)                                                                          \
    {                                                                                              \
        name##_seed, name##_refused, sizeof(name##_refused) / sizeof(name##_refused[0]),           \
            name##_covered                                                                         \
    }

#endif

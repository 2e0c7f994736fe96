/* right.h - rights, and the built-in roles that bundle them (PA-03, PA-04).
 *
 * right.def and role.def are the one place of both. A route names one right; default is deny.
 */
#ifndef ANCHANG_DB_RIGHT_H
#define ANCHANG_DB_RIGHT_H

#include <stdint.h>

#include "db/fault.h"

enum right {
#define RIGHT(symbol, code, zh, en) RIGHT_##symbol,
#include "db/right.def"
#undef RIGHT
    RIGHT_COUNT
};

__extension__ typedef unsigned __int128 right_set; /* bit n: enum right n */
enum { RIGHTS_MAX = 128 };                         /* that a set has room for */
_Static_assert((int)RIGHT_COUNT <= (int)RIGHTS_MAX, "right_set is full");
#define RIGHT_BIT(r) ((right_set)1 << (r))

struct right_info {
    const char *code; /* stable, in the API and the database */
    const char *zh, *en;
};
extern const struct right_info rights[RIGHT_COUNT];

struct role_info {
    const char *code;
    const char *zh, *en;
    right_set rights;
};
extern const struct role_info roles[];
extern const int roles_count;

/* The name of a post in @lang. A built-in one is stored under its Chinese name, which nobody else's
 * may be and which cannot be changed; any other has the one name that people gave it. */
const char *post_name_in(const char *name, enum lang lang);

/* The right of that code, or -ENOENT. */
int right_by_code(const char *code);

#endif

/* layout.h - the layout library of a project (PM-10): rooms, halls, baths, a floor plan.
 *
 * A layout edited once changes on all its units; the public sees it with the next publication.
 * Errors: NAME_TAKEN, VERSION_CHANGED, LAYOUT_IN_USE, MEDIA_UNKNOWN, LIMIT_REACHED, NOT_FOUND (also
 * out of scope), negative errno. Thread: changes on the writer's, reads on any.
 */
#ifndef ANCHANG_DB_LAYOUT_H
#define ANCHANG_DB_LAYOUT_H

#include "db/tx.h"

enum { LAYOUT_MAX = 2000 }; /* of a project */

struct layout_new {
    int64_t project_id;
    const char *name;
    int64_t rooms, halls, baths; /* 0..20 */
    const char *description;     /* NULL: "" */
    const char *media_id;        /* NULL: none */
};
int layout_create(struct tx *tx, const struct layout_new *layout, int64_t *ret_id);

struct layout_change {
    int64_t id, version;
    const char *name;            /* NULL: leave */
    int64_t rooms, halls, baths; /* -1: leave */
    const char *description;     /* NULL: leave */
    const char *media_id;        /* NULL: leave; "": none */
};
int layout_update(struct tx *tx, const struct layout_change *change);
int layout_delete(struct tx *tx, int64_t id);

struct layout_row {
    int64_t id, version, project_id, rooms, halls, baths, units;
    int64_t gross_min, gross_max; /* 0.01 m2 of the stage of the sale type; 0: unknown */
    const char *name, *description;
    const char *media_id; /* NULL: none */
};
/* By name; @layout_id 0: all of the project. Texts live during the call. */
int layout_each(struct tx *tx, int64_t project_id, int64_t layout_id,
                int (*each)(void *arg, const struct layout_row *row), void *arg);
int layout_project(struct tx *tx, int64_t layout_id, int64_t *ret_project_id);

#endif

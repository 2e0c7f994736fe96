/* property.h - the property tree below a project: phases and areas, buildings, stairs, floors
 * (PM-01 to PM-03).
 *
 * A floor's label is what people say ("3A", "-2", "15"); its ordinal is the physical position:
 * ground is 1, basements are negative, there is no 0, and the floors of a building that skips
 * numbers stay contiguous. A disabled area or building leaves the public chart with the next
 * publication, not before: nothing here touches the live one.
 *
 * Errors besides those named: NOT_FOUND (also for what is out of the actor's scope),
 * VERSION_CHANGED, NAME_TAKEN, LIMIT_REACHED, negative errno of the store. Thread: changes on the
 * writer's, reads on any.
 */
#ifndef ANCHANG_DB_PROPERTY_H
#define ANCHANG_DB_PROPERTY_H

#include "db/audit.h"
#include "db/tx.h"

enum {
    AREA_NODES_MAX = 500, /* phases and areas of a project */
    BUILDING_MAX = 2000,  /* of a project */
    FLOOR_MIN = -20,
    FLOOR_MAX = 200,
    STAIRS_MAX = 50,
    FLOOR_SKIP_MAX = 100,
    FLOOR_HEIGHT_MIN = 1000, /* mm */
    FLOOR_HEIGHT_MAX = 30000,
};

/* ---- get or create: for the importer and the generator; running twice adds nothing ---- */

/* @area_id 0: right below the project. @name may be "" (a project of one building). A new one comes
 * after the others. */
int building_ensure(struct tx *tx, int64_t project_id, int64_t area_id, const char *name,
                    int64_t *ret_id);
/* Stairs and floors have no trail of their own: what is added is noted in @trail, which the caller
 * writes as a row of the building's.
 *
 * @name "" where a building has no stair-units. */
int stair_ensure(struct tx *tx, int64_t building_id, const char *name, struct trail *trail,
                 int64_t *ret_id);
/* The floor with @label, or a new one at @ordinal (0: unknown, on top). A number's place among the
 * other numbers counts for more than @ordinal: "4" goes between "3" and "5" and what is above moves
 * up when there is no room. */
int floor_ensure(struct tx *tx, int64_t building_id, const char *label, int64_t ordinal,
                 struct trail *trail, int64_t *ret_id);

/* The ordinal of floor number @number (not 0) when the numbers in @skip do not exist. */
int64_t floor_ordinal(int64_t number, const int64_t *skip, size_t n_skip);
bool floor_skipped(int64_t number, const int64_t *skip, size_t n_skip);
/* Checks a range of floor numbers: order, limits, and FLOOR_SKIPPED when an end of it is
 * skipped. */
int floor_range_check(struct tx *tx, int64_t from, int64_t to, const int64_t *skip, size_t n_skip);

/* ---- by hand ---- */

struct node {
    int64_t id, version, project_id;
};

/* @kind "phase" or "area"; @parent_id 0: right below the project. NODE_PARENT when it does not
 * fit. */
struct area_new {
    int64_t project_id, parent_id;
    const char *kind, *name;
    int64_t ordinal; /* -1: after the others */
};
int area_create(struct tx *tx, const struct area_new *area, struct node *ret_node);

struct building_new {
    int64_t project_id, area_id;
    const char *name;
    int64_t ordinal;           /* -1: after the others */
    const char *const *stairs; /* names from left to right */
    size_t n_stairs;
    int64_t floor_from, floor_to; /* both 0: none yet; the number 0 is never a floor */
    const int64_t *skip;          /* numbers that do not exist, e.g. 4, 13, 14 */
    size_t n_skip;
    int64_t floor_height_mm; /* of its units that have none of their own; 0: none */
};
int building_create(struct tx *tx, const struct building_new *building, struct node *ret_node);

struct node_change {
    int64_t id, version;
    const char *name;        /* NULL: leave */
    int64_t ordinal;         /* -1: leave */
    int enabled;             /* -1: leave */
    int64_t parent_id;       /* -1: leave; 0: right below the project; of a building: its area */
    int64_t floor_height_mm; /* of a building; 0: leave; -1: none */
};
/* Moving a node with units below it is NODE_BLOCKED with an item per unit (at most
 * FAULT_ITEMS_MAX). */
int area_update(struct tx *tx, const struct node_change *change, struct node *ret_node);
int building_update(struct tx *tx, const struct node_change *change, struct node *ret_node);

/* NODE_BLOCKED with an item for each thing below: areas and buildings, or units. An empty building
 * goes with its stairs and floors. */
int area_delete(struct tx *tx, int64_t area_id);
int building_delete(struct tx *tx, int64_t building_id);

/* The project of a building in scope. */
int building_project(struct tx *tx, int64_t building_id, int64_t *ret_project_id);

/* ---- reading: texts live during the call; in physical order; of a project that is seen in part
 * the buildings in scope and what is in them ---- */

struct area_row {
    int64_t id, version, parent_id, ordinal, units;
    const char *kind, *name;
    bool enabled;
};
struct building_row {
    int64_t id, version, area_id, ordinal, units;
    const char *name;
    bool enabled;
    int64_t floor_height_mm; /* 0: none */
};
struct stair_row {
    int64_t id, building_id, ordinal, units;
    const char *name;
};
struct floor_row {
    int64_t id, building_id, ordinal, units;
    const char *label;
};
int area_each(struct tx *tx, int64_t project_id, int (*each)(void *arg, const struct area_row *row),
              void *arg);
int building_each(struct tx *tx, int64_t project_id,
                  int (*each)(void *arg, const struct building_row *row), void *arg);
/* Of the whole project, by building; stairs from left to right, floors from the top. */
int stair_each(struct tx *tx, int64_t project_id,
               int (*each)(void *arg, const struct stair_row *row), void *arg);
int floor_each(struct tx *tx, int64_t project_id,
               int (*each)(void *arg, const struct floor_row *row), void *arg);

#endif

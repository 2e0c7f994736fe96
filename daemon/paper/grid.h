/* grid.h - one building as a table: floors from the top down, lines from left to right, each unit
 * in one cell and no cell with two.
 *
 * Two units that share floor and line (a list that numbers them so) stand in columns side by side:
 * a picture that hides one of them would be wrong. A unit of several floors covers the cells above
 * it.
 *
 * Thread: any. Memory: grid_free(). Texts are borrowed from the content.
 */
#ifndef ANCHANG_PAPER_GRID_H
#define ANCHANG_PAPER_GRID_H

#include "daemon/chart/place.h"
#include "db/content.h"

#define GRID_EMPTY   SIZE_MAX       /* no unit */
#define GRID_COVERED (SIZE_MAX - 1) /* of the unit that reaches up from below */

struct grid {
    struct place place;
    struct place_unit *units;
    size_t first, n_units; /* of the content */
    struct grid_column {
        size_t stair, line; /* of the place */
        size_t part;        /* 0, or more for columns side by side */
    } * columns;
    size_t n_columns, n_rows;
    size_t *cells; /* [row * n_columns + column]: index of the content's unit, or one of the above;
                        a unit of several floors is in the topmost row it reaches */
    uint8_t *heights; /* rows that the unit of the cell covers */
};

/* The building whose units are [@first, @first + @n) of @content. -ENOMEM. */
int grid_make(const struct content *content, size_t first, size_t n, struct grid *ret_grid);
void grid_free(struct grid *grid);

static inline size_t grid_cell(const struct grid *g, size_t row, size_t column)
{
    return g->cells[row * g->n_columns + column];
}

/* The floor of a row, the top one first. */
static inline const struct place_floor *grid_floor(const struct grid *g, size_t row)
{
    return &g->place.floors[g->n_rows - 1 - row];
}

/* Whether any stair has a name. */
bool grid_has_stairs(const struct grid *grid);

#endif

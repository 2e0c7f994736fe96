/* grid.c - see grid.h. */
#include "daemon/paper/grid.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int places_make(const struct content *c, struct grid *g)
{
    g->units = calloc(g->n_units + 1, sizeof(*g->units));
    if (!g->units)
        return -ENOMEM;
    for (size_t i = 0; i < g->n_units; i++) {
        const struct published_unit *u = &c->units[g->first + i];

        g->units[i] = (struct place_unit){.stair_id = u->stair_id,
                                          .floor_ordinal = u->floor_ordinal,
                                          .stair = u->stair,
                                          .floor = u->floor,
                                          .line = u->line};
    }
    return place_make(g->units, g->n_units, &g->place);
}

static bool same_place(const struct place_unit *a, const struct place_unit *b)
{
    return a->stair_index == b->stair_index && a->floor_index == b->floor_index &&
           a->line_index == b->line_index;
}

/* How many earlier units stand where unit @i does; in physical order they are right before it. */
static size_t part_of(const struct grid *g, size_t i)
{
    size_t part = 0;

    while (i > part && same_place(&g->units[i - part - 1], &g->units[i]))
        part++;
    return part;
}

/* parts: how many columns each line of each stair needs, and where its first one is. */
static int columns_make(struct grid *g, size_t *offsets, size_t *starts)
{
    size_t lines = 0, *parts;

    for (size_t s = 0; s < g->place.n_stairs; s++) {
        offsets[s] = lines;
        lines += g->place.stairs[s].n_lines;
    }
    parts = calloc(lines + 1, sizeof(*parts));
    if (!parts)
        return -ENOMEM;
    for (size_t i = 0; i < g->n_units; i++) {
        size_t at = offsets[g->units[i].stair_index] + (size_t)g->units[i].line_index;
        size_t part = part_of(g, i) + 1;

        if (part > parts[at])
            parts[at] = part;
    }
    for (size_t at = 0; at < lines; at++) {
        starts[at] = g->n_columns;
        g->n_columns += parts[at];
    }
    g->columns = calloc(g->n_columns + 1, sizeof(*g->columns));
    for (size_t s = 0; g->columns && s < g->place.n_stairs; s++)
        for (size_t l = 0; l < g->place.stairs[s].n_lines; l++)
            for (size_t k = 0; k < parts[offsets[s] + l]; k++)
                g->columns[starts[offsets[s] + l] + k] = (struct grid_column){s, l, k};
    free(parts);
    return g->columns ? 0 : -ENOMEM;
}

/* Lets the unit in (@row, @column) reach up over the floors it has, as far as nothing is in its
 * way. */
static void reach_up(struct grid *g, const struct content *c, size_t row, size_t column)
{
    size_t unit = grid_cell(g, row, column), top = row;
    const struct published_unit *u = &c->units[unit];
    int64_t last = u->floor_ordinal + u->span - 1;

    if (u->floor_ordinal < 0 && last >= 0) /* there is no floor 0 */
        last++;
    while (u->span > 1 && top > 0 && grid_floor(g, top - 1)->ordinal <= last &&
           grid_cell(g, top - 1, column) == GRID_EMPTY && row - top < UINT8_MAX - 1)
        top--;
    for (size_t i = top; i <= row; i++)
        g->cells[i * g->n_columns + column] = GRID_COVERED;
    g->cells[top * g->n_columns + column] = unit;
    g->heights[top * g->n_columns + column] = (uint8_t)(row - top + 1);
}

static int cells_make(struct grid *g, const struct content *c, const size_t *offsets,
                      const size_t *starts)
{
    size_t n = g->n_rows * g->n_columns;

    g->cells = malloc((n + 1) * sizeof(*g->cells));
    g->heights = calloc(n + 1, sizeof(*g->heights));
    if (!g->cells || !g->heights)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        g->cells[i] = GRID_EMPTY;
    for (size_t i = 0; i < g->n_units; i++) {
        const struct place_unit *u = &g->units[i];
        size_t column = starts[offsets[u->stair_index] + (size_t)u->line_index] + part_of(g, i);
        size_t row = g->n_rows - 1 - (size_t)u->floor_index;

        g->cells[row * g->n_columns + column] = g->first + i;
    }
    /* From the top down: what reaches up finds the rows above settled. */
    for (size_t row = 0; row < g->n_rows; row++)
        for (size_t column = 0; column < g->n_columns; column++)
            if (grid_cell(g, row, column) < GRID_COVERED)
                reach_up(g, c, row, column);
    return 0;
}

int grid_make(const struct content *c, size_t first, size_t n, struct grid *ret_grid)
{
    struct grid g = {.first = first, .n_units = n};
    size_t *offsets = NULL, *starts = NULL;
    int r = places_make(c, &g);

    if (r == 0) {
        g.n_rows = g.place.n_floors;
        offsets = calloc(g.place.n_stairs + 1, sizeof(*offsets));
        starts = calloc(n + 1, sizeof(*starts));
        r = offsets && starts ? columns_make(&g, offsets, starts) : -ENOMEM;
    }
    if (r == 0)
        r = cells_make(&g, c, offsets, starts);
    free(offsets);
    free(starts);
    if (r < 0) {
        grid_free(&g);
        return r;
    }
    *ret_grid = g;
    return 0;
}

void grid_free(struct grid *g)
{
    place_free(&g->place);
    free(g->units);
    free(g->columns);
    free(g->cells);
    free(g->heights);
    memset(g, 0, sizeof(*g));
}

bool grid_has_stairs(const struct grid *g)
{
    for (size_t i = 0; i < g->place.n_stairs; i++)
        if (g->place.stairs[i].name[0])
            return true;
    return false;
}

/* grid.c - see grid.h. */
#include "daemon/sheet/grid.h"

#include "daemon/sheet/matrix.h"
#include "daemon/sheet/sheet_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void trim(struct sheet_cell *cell)
{
    while (cell->len > 0 && strchr(" \t\r\n", cell->text[cell->len - 1]))
        cell->len--;
    while (cell->len > 0 && strchr(" \t\r\n", cell->text[0])) {
        cell->text++;
        cell->len--;
    }
}

/* One allocation per row: the cells, then their texts. */
static int row_copy(const struct sheet_row *row, struct grid_row *ret, size_t *total)
{
    size_t bytes = 0;
    char *text;

    for (size_t i = 0; i < row->n_cells; i++)
        bytes += row->cells[i].len;
    *total += bytes;
    ret->cells = malloc(row->n_cells * sizeof(*ret->cells) + bytes + 1);
    if (!ret->cells)
        return -ENOMEM;
    ret->n = row->n_cells;
    text = (char *)(ret->cells + row->n_cells);
    for (size_t i = 0; i < row->n_cells; i++) {
        struct sheet_cell *cell = &ret->cells[i];

        *cell = row->cells[i];
        if (cell->len > 0)
            memcpy(text, cell->text, cell->len);
        cell->text = text;
        text += cell->len;
        trim(cell);
    }
    return 0;
}

int grid_read(struct sheet *s, size_t index, struct fault *f, struct grid *ret)
{
    struct grid g = {.n_rows = 0};
    struct sheet_row row;
    size_t total = 0;
    int r;

    g.rows = calloc(MATRIX_ROWS_MAX, sizeof(*g.rows));
    if (!g.rows)
        return -ENOMEM;
    r = sheet_select(s, index, f);
    while (r >= 0 && (r = sheet_next_row(s, f, &row)) > 0) {
        if (row.number > MATRIX_ROWS_MAX || total > MATRIX_TEXT_MAX) {
            r = sheet_limit(f, LIMIT_MATRIX);
            break;
        }
        g.n_rows = row.number;
        r = row_copy(&row, &g.rows[row.number - 1], &total);
    }
    if (r < 0) {
        grid_done(&g);
        return r;
    }
    *ret = g;
    return 0;
}

void grid_done(struct grid *g)
{
    for (int64_t i = 0; g->rows && i < MATRIX_ROWS_MAX; i++)
        free(g->rows[i].cells);
    free(g->rows);
    memset(g, 0, sizeof(*g));
}

struct sheet_cell grid_cell(const struct grid *g, int64_t row, int col)
{
    if (row < 1 || row > g->n_rows || col < 0 || (size_t)col >= g->rows[row - 1].n)
        return (struct sheet_cell){.text = ""};
    return g->rows[row - 1].cells[col];
}

struct sheet_cell grid_own(const struct grid *g, int64_t row, int col)
{
    struct sheet_cell cell = grid_cell(g, row, col);

    if (cell.kind == SHEET_CELL_MERGED)
        cell = (struct sheet_cell){.text = ""};
    return cell;
}

struct sheet_cell grid_sub(const struct grid *g, const struct matrix_block *b, int64_t row,
                           size_t sub, int col)
{
    struct sheet_cell cell;
    const char *end;

    if (!b->in_cell)
        return grid_own(g, row + (int64_t)sub, col);
    cell = grid_own(g, row, col);
    for (size_t i = 0; i < sub && cell.len > 0; i++) {
        size_t skip;

        end = memchr(cell.text, '\n', cell.len);
        skip = end ? (size_t)(end + 1 - cell.text) : cell.len;

        cell.text += skip;
        cell.len -= skip;
    }
    /* What follows the last line that the layout knows stays with it: nothing is lost unseen. */
    end = cell.len > 0 && sub + 1 < b->n_sub ? memchr(cell.text, '\n', cell.len) : NULL;
    if (end)
        cell.len = (size_t)(end - cell.text);
    trim(&cell);
    return cell;
}

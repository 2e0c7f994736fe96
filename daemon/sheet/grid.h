/* grid.h - a whole sheet in memory, for readers that must look up and down: matrix sheets. */
#ifndef ANCHANG_SHEET_GRID_H
#define ANCHANG_SHEET_GRID_H

#include "daemon/sheet/matrix.h"
#include "daemon/sheet/sheet.h"

struct grid_row {
    struct sheet_cell *cells; /* owned, with their texts behind them; trimmed */
    size_t n;
};

struct grid {
    struct grid_row *rows; /* owned; rows[0] is row 1 */
    int64_t n_rows;
};

/* Reads sheet @index. FAULT_SHEET_LIMIT past MATRIX_ROWS_MAX rows or MATRIX_TEXT_MAX bytes. */
int grid_read(struct sheet *s, size_t index, struct fault *f, struct grid *ret);
void grid_done(struct grid *g);

/* The cell at 1-based @row, 0-based @col; an empty one outside. */
struct sheet_cell grid_cell(const struct grid *g, int64_t row, int col);
/* The same, with cells that a merge covers, and are not its first, empty. */
struct sheet_cell grid_own(const struct grid *g, int64_t row, int col);
/* Part @sub of the unit of block @b whose floor begins at @row: a cell further down, or a line of
 * the one cell. */
struct sheet_cell grid_sub(const struct grid *g, const struct matrix_block *b, int64_t row,
                           size_t sub, int col);

#endif

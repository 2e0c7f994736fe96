/* matrix.h - the floor x room sheet that sales offices keep by hand.
 *
 *        |      | 1单元      |            |       a building's name somewhere above (or the sheet's)
 *        |      | 01   | 02  | 01   | 02  |       stair row, line row
 *        | 33F  | 3301 | ... |      |     |       each floor: one row, or several sub-rows, each
 *        |      | 89.5 | ... |      |     |       with one meaning: room, area, price, status ...
 *
 * How a sheet is to be read is said by a struct matrix_layout, which the user confirms.
 * matrix_detect() only proposes one.
 * Thread: one per struct. Memory: matrix_close() frees all; a row lives until the next call.
 */
#ifndef ANCHANG_SHEET_MATRIX_H
#define ANCHANG_SHEET_MATRIX_H

#include "daemon/sheet/import.h"
#include "daemon/sheet/mapping.h"
#include "daemon/sheet/sheet.h"

enum {
    MATRIX_ROWS_MAX = 5000,     /* rows of a sheet with a matrix */
    MATRIX_TEXT_MAX = 32 << 20, /* bytes of text in it */
    MATRIX_BLOCKS_MAX = 64,
    MATRIX_SUBS_MAX = 8,
};

/* Where a unit's room number comes from. */
enum matrix_room {
    MATRIX_ROOM_CELL, /* a sub-row holds it */
    MATRIX_ROOM_LINE, /* the floor's number and the line label: 33F and 02 make 3302 */
};

enum matrix_building {
    MATRIX_BUILDING_TEXT,  /* struct matrix_block.building */
    MATRIX_BUILDING_CELL,  /* the cell at building_row, building_col */
    MATRIX_BUILDING_SHEET, /* the name of the sheet */
};

/* One matrix. Rows are 1-based as the spreadsheet shows them, columns 0-based. */
struct matrix_block {
    size_t sheet;
    int64_t line_row;  /* holds 01 02 03 ... */
    int64_t stair_row; /* holds 1单元 2单元 ...; 0: none */
    int64_t first_row, last_row;
    int floor_col;
    int first_col, last_col; /* of the units */
    int sub_col;             /* labels of the sub-rows, not read; -1: none */
    bool in_cell;            /* the sub-rows are lines within one cell, a floor is one row */
    size_t n_sub;            /* rows of each floor, or lines of each cell */
    enum unit_field sub[MATRIX_SUBS_MAX]; /* FIELD_NONE: not read */
    unsigned power10[MATRIX_SUBS_MAX];    /* 4 for a sub-row of money in 万元 */
    enum matrix_room room;
    enum matrix_building building_source;
    int64_t building_row;
    int building_col;
    char building[64]; /* matrix_detect() puts the short form here: "6栋" of a long title, or the
                        * name of the sheet */
};

struct matrix_layout {
    struct matrix_block blocks[MATRIX_BLOCKS_MAX];
    size_t n;
};

/* Proposes the blocks of sheet @index, added to @layout (start with a zeroed one). Returns how many
 * were found, or an error. A list with a heading of known fields is not taken for a matrix. */
int matrix_detect(struct sheet *s, size_t index, struct fault *f, struct matrix_layout *layout);

struct matrix;

/* Reads the sheets that @layout names into memory. FAULT_IMPORT_MAPPING when the layout does not
 * fit ("block 1", or "row 17" when a floor has more rows than the layout says), also when a block
 * has a field in 万元 that another has in yuan: there is one mapping for all; FAULT_SHEET_LIMIT.
 * @layout is copied. */
int matrix_open(struct sheet *s, const struct matrix_layout *layout, struct fault *f,
                struct matrix **ret);
struct matrix *matrix_close(struct matrix *m);

/* The next unit that has any text, as a row whose cells are in the order of enum unit_field; its
 * number is the sheet's row of its floor. Returns 1, 0 at the end, or an error. */
int matrix_next(struct matrix *m, struct fault *f, struct sheet_row *ret);

/* The line label and the column of the unit last returned, to show where it comes from. */
const char *matrix_line(const struct matrix *m, int *ret_col);
void matrix_rewind(struct matrix *m);

/* The mapping for such rows: each field in its own column, those that @layout gives. */
void matrix_mapping(const struct matrix_layout *layout, struct mapping *ret);

/* For import_scan_rows(). */
struct row_source matrix_source(struct matrix *m);

#endif

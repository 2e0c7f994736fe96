/* matrix.c - reads a matrix sheet under a confirmed layout; see matrix.h. */
#include "daemon/sheet/matrix.h"

#include "daemon/sheet/floor.h"
#include "daemon/sheet/grid.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct matrix {
    struct matrix_layout layout;
    struct grid grids[SHEET_SHEETS_MAX]; /* those the layout names */
    char names[SHEET_SHEETS_MAX][SHEET_NAME_MAX + 1];

    size_t block;
    int64_t row; /* of the floor being read */
    int col;
    struct sheet_cell cells[FIELD_COUNT];
    char room[64], line[64];
    int line_col;
};

static int misfit(struct fault *f, const char *what, int64_t number)
{
    char reason[48];

    snprintf(reason, sizeof(reason), "%s %" PRId64, what, number);
    return fault_set(f, FAULT_IMPORT_MAPPING, "reason", reason, NULL);
}

/* Whether block @i has each of its fields in the unit of money that the blocks before it have. */
static bool powers_agree(const struct matrix_layout *layout, size_t i)
{
    const struct matrix_block *b = &layout->blocks[i];

    for (size_t k = 0; k < i; k++)
        for (size_t n = 0; n < layout->blocks[k].n_sub; n++)
            for (size_t s = 0; s < b->n_sub; s++)
                if (b->sub[s] != FIELD_NONE && b->sub[s] == layout->blocks[k].sub[n] &&
                    b->power10[s] != layout->blocks[k].power10[n])
                    return false;
    return true;
}

static bool block_ok(const struct matrix_layout *layout, size_t i)
{
    const struct matrix_block *b = &layout->blocks[i];
    bool has_room = b->room == MATRIX_ROOM_LINE;

    if (b->sheet >= SHEET_SHEETS_MAX || b->n_sub < 1 || b->n_sub > MATRIX_SUBS_MAX)
        return false;
    if (b->first_row < 1 || b->last_row < b->first_row || b->last_row > MATRIX_ROWS_MAX ||
        b->line_row < 1 || b->stair_row < 0)
        return false;
    if (b->first_col < 0 || b->last_col < b->first_col || b->last_col >= SHEET_COLUMNS_MAX ||
        b->floor_col < 0 || b->floor_col >= SHEET_COLUMNS_MAX)
        return false;
    for (size_t k = 0; k < b->n_sub; k++) {
        if (b->sub[k] > FIELD_NONE || b->sub[k] == FIELD_FLOOR || b->sub[k] == FIELD_BUILDING ||
            b->sub[k] == FIELD_STAIR)
            return false;
        has_room = has_room || b->sub[k] == FIELD_ROOM;
    }
    return has_room && powers_agree(layout, i);
}

/* The row of the floor that @row belongs to: the last one up with a label of its own. */
static bool starts_floor(const struct matrix *m, const struct matrix_block *b, int64_t row)
{
    return grid_own(&m->grids[b->sheet], row, b->floor_col).len > 0;
}

static size_t rows_per_floor(const struct matrix_block *b)
{
    return b->in_cell ? 1 : b->n_sub;
}

/* Nothing in the block may fall outside the sub-rows: it would be left out unseen. */
static int block_check(const struct matrix *m, const struct matrix_block *b, struct fault *f)
{
    size_t rows = rows_per_floor(b), sub = rows;

    for (int64_t row = b->first_row; row <= b->last_row; row++) {
        sub = starts_floor(m, b, row) ? 0 : sub + 1;
        if (sub < rows)
            continue;
        for (int col = b->first_col; col <= b->last_col; col++)
            if (grid_own(&m->grids[b->sheet], row, col).len > 0)
                return misfit(f, "row", row);
    }
    return 0;
}

int matrix_open(struct sheet *s, const struct matrix_layout *layout, struct fault *f,
                struct matrix **ret)
{
    struct matrix *m;
    int r = 0;

    if (layout->n == 0 || layout->n > MATRIX_BLOCKS_MAX)
        return misfit(f, "block", 0);
    for (size_t i = 0; i < layout->n; i++)
        if (!block_ok(layout, i) || !sheet_name(s, layout->blocks[i].sheet, NULL))
            return misfit(f, "block", (int64_t)i + 1);
    m = calloc(1, sizeof(*m));
    if (!m)
        return -ENOMEM;
    m->layout = *layout;
    for (size_t i = 0; i < layout->n && r == 0; i++) {
        size_t sheet = layout->blocks[i].sheet;

        if (!m->grids[sheet].rows) {
            r = grid_read(s, sheet, f, &m->grids[sheet]);
            snprintf(m->names[sheet], sizeof(m->names[sheet]), "%s", sheet_name(s, sheet, NULL));
        }
        if (r == 0)
            r = block_check(m, &layout->blocks[i], f);
    }
    if (r < 0) {
        matrix_close(m);
        return r;
    }
    matrix_rewind(m);
    *ret = m;
    return 0;
}

struct matrix *matrix_close(struct matrix *m)
{
    if (!m)
        return NULL;
    for (size_t i = 0; i < SHEET_SHEETS_MAX; i++)
        grid_done(&m->grids[i]);
    free(m);
    return NULL;
}

static void block_start(struct matrix *m)
{
    if (m->block < m->layout.n) {
        m->row = m->layout.blocks[m->block].first_row;
        m->col = m->layout.blocks[m->block].first_col;
    }
}

void matrix_rewind(struct matrix *m)
{
    m->block = 0;
    block_start(m);
}

/* A label that stands once for several columns, merged or not: the nearest to the left. */
static struct sheet_cell label_left(const struct grid *g, const struct matrix_block *b, int64_t row,
                                    int col)
{
    for (; row > 0 && col >= b->first_col; col--) {
        struct sheet_cell cell = grid_cell(g, row, col);

        if (cell.len > 0)
            return cell;
    }
    return (struct sheet_cell){.text = ""};
}

/* Puts what block @b has for the floor at m->row and column m->col into the fields. */
static bool fields_take(struct matrix *m, const struct matrix_block *b)
{
    const struct grid *g = &m->grids[b->sheet];
    const int64_t row = m->row;
    bool any = false;

    for (size_t k = 0; k < b->n_sub; k++) {
        struct sheet_cell cell;

        if (k > 0 && !b->in_cell &&
            (row + (int64_t)k > b->last_row || starts_floor(m, b, row + (int64_t)k)))
            break;
        cell = grid_sub(g, b, row, k, m->col);
        if (cell.len == 0 && cell.kind != SHEET_CELL_FORMULA_EMPTY)
            continue;
        any = true;
        if (b->sub[k] != FIELD_NONE && m->cells[b->sub[k]].len == 0)
            m->cells[b->sub[k]] = cell;
    }
    return any;
}

static struct sheet_cell text_cell(const char *text)
{
    return (struct sheet_cell){.text = text, .len = strlen(text), .kind = SHEET_CELL_TEXT};
}

static void building_take(struct matrix *m, const struct matrix_block *b)
{
    switch (b->building_source) {
    case MATRIX_BUILDING_CELL:
        m->cells[FIELD_BUILDING] = grid_cell(&m->grids[b->sheet], b->building_row, b->building_col);
        break;
    case MATRIX_BUILDING_SHEET:
        m->cells[FIELD_BUILDING] = text_cell(m->names[b->sheet]);
        break;
    case MATRIX_BUILDING_TEXT:
        m->cells[FIELD_BUILDING] = text_cell(b->building);
        break;
    }
}

/* "33F" and "2" make "3302"; a floor without a number keeps its label: "夹层" and "02". */
static void room_make(struct matrix *m, struct sheet_cell floor, struct sheet_cell line)
{
    struct floor_label label;
    bool one_digit = line.len == 1 && line.text[0] >= '0' && line.text[0] <= '9';
    int floor_len = floor.len < 24 ? (int)floor.len : 24,
        line_len = line.len < 24 ? (int)line.len : 24;

    floor_parse(floor.text, floor.len, &label);
    if (label.kind == FLOOR_PLAIN && label.span == 1)
        snprintf(m->room, sizeof(m->room), "%d%s%.*s", label.first, one_digit ? "0" : "", line_len,
                 line.text);
    else
        snprintf(m->room, sizeof(m->room), "%.*s-%.*s", floor_len, floor.text, line_len, line.text);
    m->cells[FIELD_ROOM] = text_cell(m->room);
}

/* The unit at m->row, m->col. Returns whether there is one. */
static bool unit_take(struct matrix *m)
{
    const struct matrix_block *b = &m->layout.blocks[m->block];
    const struct grid *g = &m->grids[b->sheet];
    struct sheet_cell floor = grid_cell(g, m->row, b->floor_col);
    struct sheet_cell line = grid_cell(g, b->line_row, m->col);
    struct sheet_cell stair = label_left(g, b, b->stair_row, m->col);

    for (size_t i = 0; i < FIELD_COUNT; i++)
        m->cells[i] = (struct sheet_cell){.text = ""};
    if (!fields_take(m, b))
        return false;
    m->cells[FIELD_FLOOR] = floor;
    m->cells[FIELD_STAIR] = stair;
    building_take(m, b);
    if (b->room == MATRIX_ROOM_LINE)
        room_make(m, floor, line);
    snprintf(m->line, sizeof(m->line), "%.*s", line.len < 60 ? (int)line.len : 60, line.text);
    m->line_col = m->col;
    return true;
}

/* To the next cell of the block, or the next block. */
static void advance(struct matrix *m)
{
    const struct matrix_block *b = &m->layout.blocks[m->block];

    if (++m->col <= b->last_col)
        return;
    m->col = b->first_col;
    do
        m->row++;
    while (m->row <= b->last_row && !starts_floor(m, b, m->row));
    if (m->row > b->last_row) {
        m->block++;
        block_start(m);
    }
}

int matrix_next(struct matrix *m, struct fault *f, struct sheet_row *ret)
{
    (void)f;
    while (m->block < m->layout.n) {
        int64_t row = m->row;
        bool found = starts_floor(m, &m->layout.blocks[m->block], row) && unit_take(m);

        advance(m);
        if (found) {
            *ret = (struct sheet_row){.number = row, .cells = m->cells, .n_cells = FIELD_COUNT};
            return 1;
        }
    }
    return 0;
}

const char *matrix_line(const struct matrix *m, int *ret_col)
{
    *ret_col = m->line_col;
    return m->line;
}

void matrix_mapping(const struct matrix_layout *layout, struct mapping *ret)
{
    static const enum unit_field always[] = {FIELD_BUILDING, FIELD_STAIR, FIELD_FLOOR, FIELD_ROOM};

    mapping_init(ret);
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
        ret->columns[always[i]].column = (int)always[i];
    for (size_t i = 0; i < layout->n; i++)
        for (size_t k = 0; k < layout->blocks[i].n_sub; k++) {
            enum unit_field field = layout->blocks[i].sub[k];

            if (field < FIELD_NONE)
                ret->columns[field] = (struct mapping_column){
                    .column = (int)field, .power10 = layout->blocks[i].power10[k]};
        }
}

static int source_next(void *ctx, struct fault *f, struct sheet_row *ret)
{
    return matrix_next(ctx, f, ret);
}

struct row_source matrix_source(struct matrix *m)
{
    return (struct row_source){.next = source_next, .ctx = m};
}

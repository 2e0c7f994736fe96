/* matrix_detect.c - proposes how a matrix sheet is to be read; see matrix.h.
 *
 * A column of floor labels that only go down (or only up) makes a block; the rows above it name
 * its lines and stairs, the cells to its right say by their look what the sub-rows mean.
 */
#include "daemon/sheet/decimal.h"
#include "daemon/sheet/floor.h"
#include "daemon/sheet/grid.h"
#include "daemon/sheet/matrix.h"
#include "daemon/sheet/sheet_impl.h"
#include "daemon/sheet/words.h"

#include <errno.h>
#include <string.h>

enum { FLOORS_MIN = 3, LINES_ABOVE = 4, TITLES_ABOVE = 8 };

static bool floor_at(const struct grid *g, int64_t row, int col, int *ret)
{
    struct sheet_cell cell = grid_own(g, row, col);
    struct floor_label label;

    if (cell.len == 0 || cell.len > 32)
        return false;
    floor_parse(cell.text, cell.len, &label);
    *ret = label.first;
    return label.kind == FLOOR_PLAIN || label.kind == FLOOR_LETTERED;
}

/* The floors from @row down in @col. Returns how many; *@ret_step is the usual distance. */
static int floor_run(const struct grid *g, int64_t row, int col, int64_t *ret_last, int *ret_step)
{
    int steps[MATRIX_SUBS_MAX + 1] = {0}, floors = 0, floor, before = 0, direction = 0;
    int64_t last = row;

    for (int64_t at = row; at <= g->n_rows && at - last <= MATRIX_SUBS_MAX; at++) {
        struct sheet_cell cell = grid_own(g, at, col);

        if (cell.len == 0)
            continue;
        if (!floor_at(g, at, col, &floor)) {
            if (floors == 0 || cell.len > 24)
                break;
            last = at; /* 夹层, 避难层: a floor all the same, if more follow */
            continue;
        }
        if (floors > 0 && (floor == before || (direction && (floor > before) != (direction > 0))))
            break;
        if (floors > 0) {
            direction = floor > before ? 1 : -1;
            steps[at - last]++;
        }
        floors++;
        before = floor;
        last = at;
        *ret_last = at;
    }
    *ret_step = 1;
    for (int i = 1; i <= MATRIX_SUBS_MAX; i++)
        if (steps[i] > steps[*ret_step])
            *ret_step = i;
    return floors;
}

static int filled_right(const struct grid *g, int64_t row, int col)
{
    int n = 0;

    for (int i = col + 1; i < SHEET_COLUMNS_MAX; i++)
        n += grid_cell(g, row, i).len > 0;
    return n;
}

/* A heading of fields above the labels: a list, which mapping.h reads. */
static bool is_list(const struct grid *g, int64_t row)
{
    int known = 0;
    unsigned power10;

    for (int i = 0; i < SHEET_COLUMNS_MAX; i++) {
        struct sheet_cell cell = grid_own(g, row, i);

        known += cell.len > 0 && words_header(cell.text, cell.len, &power10) != FIELD_NONE;
    }
    return known >= 3;
}

static bool has_word(struct sheet_cell cell, const char *const *words)
{
    for (; *words; words++)
        if (cell.len > 0 && memmem(cell.text, cell.len, *words, strlen(*words)))
            return true;
    return false;
}

/* What the cells of one sub-row look like. */
static enum unit_field meaning_of(const struct grid *g, const struct matrix_block *b, size_t sub)
{
    static const enum unit_field by_size[] = {FIELD_GROSS, FIELD_UNIT_PRICE, FIELD_TOTAL};
    int room = 0, status = 0, size[3] = {0}, seen = 0, floor, of_room;
    int64_t value;
    bool rounded;

    for (int64_t row = b->first_row; row <= b->last_row; row++) {
        if (!floor_at(g, row, b->floor_col, &floor))
            continue;
        for (int col = b->first_col; col <= b->last_col; col++) {
            struct sheet_cell cell = grid_sub(g, b, row, sub, col);

            if (cell.len == 0)
                continue;
            seen++;
            if (words_status(cell.text, cell.len))
                status++;
            else if (floor_from_room(cell.text, cell.len, &of_room) && of_room == floor)
                room++;
            else if (decimal_parse(cell.text, cell.len, DECIMAL_MONEY, 0, &value, &rounded) == 1)
                size[value < 100000 ? 0 : value < 30000000 ? 1 : 2]++;
            else if (decimal_parse(cell.text, cell.len, DECIMAL_AREA, 0, &value, &rounded) == 1)
                size[0]++;
        }
    }
    if (status * 2 > seen)
        return FIELD_STATUS;
    if (room * 2 > seen)
        return FIELD_ROOM;
    for (int i = 0; i < 3; i++)
        if (size[i] * 2 > seen)
            return by_size[i];
    return FIELD_NONE;
}

/* A column beside the floors that says "房号, 面积, 单价 ..." for each sub-row. */
static bool sub_labels(const struct grid *g, struct matrix_block *b)
{
    int known = 0;
    unsigned power10;

    for (size_t k = 0; k < b->n_sub; k++) {
        struct sheet_cell cell = grid_own(g, b->first_row + (int64_t)k, b->first_col);

        power10 = 0;
        b->sub[k] = cell.len ? words_header(cell.text, cell.len, &power10) : FIELD_NONE;
        b->power10[k] = power10;
        known += b->sub[k] != FIELD_NONE;
    }
    if (known == 0 || (size_t)known * 2 < b->n_sub)
        return false;
    b->sub_col = b->first_col++;
    return true;
}

/* Where a floor is one row, and most cells hold several lines, those are the sub-rows. */
static void look_in_cells(const struct grid *g, struct matrix_block *b)
{
    size_t lines_max = 1, several = 0, seen = 0;

    for (int64_t row = b->first_row; row <= b->last_row; row++)
        for (int col = b->first_col; col <= b->last_col; col++) {
            struct sheet_cell cell = grid_own(g, row, col);
            size_t lines = cell.len > 0;

            for (size_t i = 0; i < cell.len; i++)
                lines += cell.text[i] == '\n';
            seen += cell.len > 0;
            several += lines > 1;
            if (lines > lines_max)
                lines_max = lines;
        }
    b->in_cell = several * 2 > seen && lines_max <= MATRIX_SUBS_MAX;
    if (b->in_cell)
        b->n_sub = lines_max;
}

static void meanings(const struct grid *g, struct matrix_block *b)
{
    bool taken[FIELD_COUNT + 1] = {false};
    bool has_room = false;

    b->sub_col = -1;
    if (b->n_sub == 1)
        look_in_cells(g, b);
    if (b->in_cell || !sub_labels(g, b))
        for (size_t k = 0; k < b->n_sub; k++)
            b->sub[k] = meaning_of(g, b, k);
    for (size_t k = 0; k < b->n_sub; k++) {
        if (b->sub[k] == FIELD_FLOOR || b->sub[k] == FIELD_BUILDING || b->sub[k] == FIELD_STAIR ||
            taken[b->sub[k]])
            b->sub[k] = FIELD_NONE;
        taken[b->sub[k]] = b->sub[k] != FIELD_NONE;
        has_room = has_room || b->sub[k] == FIELD_ROOM;
    }
    b->room = has_room ? MATRIX_ROOM_CELL : MATRIX_ROOM_LINE;
}

static bool is_numeral(const char *p)
{
    static const char numerals[] = "一二三四五六七八九十号";

    for (size_t i = 0; i + 3 < sizeof(numerals); i += 3)
        if (memcmp(p, numerals + i, 3) == 0)
            return true;
    return false;
}

/* The name of the building in a title: "6栋" of "云山府6栋销控表", else the title. */
static void short_name(struct sheet_cell title, const char *const *words, char *out, size_t size)
{
    const char *at = NULL, *from;
    size_t word = 0;

    for (; *words && !at; words++) {
        at = memmem(title.text, title.len, *words, strlen(*words));
        word = strlen(*words);
    }
    for (from = at; from && from > title.text;) {
        const char *before = from - 1;

        if ((*before >= '0' && *before <= '9') || (*before >= 'A' && *before <= 'Z') ||
            *before == '#' || *before == '-') {
            from = before;
        } else if (from - title.text >= 3 && is_numeral(from - 3)) {
            from -= 3;
        } else {
            break;
        }
    }
    if (from && from < at)
        text_copy(out, size, from, (size_t)(at - from) + word);
    else
        text_copy(out, size, title.text, title.len);
}

/* A building's name in @row, from column @from to @to. */
static bool title_at(const struct grid *g, int64_t row, int from, int to, struct matrix_block *b)
{
    static const char *const buildings[] = {"栋", "幢", "楼", "座", NULL};

    for (int col = from; col <= to; col++)
        if (has_word(grid_own(g, row, col), buildings)) {
            b->building_source = MATRIX_BUILDING_CELL;
            b->building_row = row;
            b->building_col = col;
            short_name(grid_own(g, row, col), buildings, b->building, sizeof(b->building));
            return true;
        }
    return false;
}

/* The lines, stairs and building above a run of floors. Returns false when there are no lines. */
static bool headings(const struct grid *g, struct matrix_block *b)
{
    static const char *const stairs[] = {"单元", "座", "梯", NULL};
    static const char *const houses[] = {"栋", "幢", "楼", NULL};
    int64_t row = b->first_row - 1, top;

    while (row > 0 && b->first_row - row <= LINES_ABOVE && filled_right(g, row, b->floor_col) < 1)
        row--;
    if (row <= 0 || b->first_row - row > LINES_ABOVE || is_list(g, row))
        return false;
    b->line_row = row;
    b->first_col = b->floor_col + 1;
    b->last_col = b->floor_col;
    if (grid_cell(g, row, b->first_col).len == 0) /* as above a column of labels of the sub-rows */
        b->last_col++;
    while (b->last_col + 1 < SHEET_COLUMNS_MAX && grid_cell(g, row, b->last_col + 1).len > 0)
        b->last_col++;
    if (b->last_col < b->first_col)
        return false;
    for (top = row - 1; top > 0 && row - top <= 2; top--)
        for (int col = b->first_col; col <= b->last_col && b->stair_row == 0; col++)
            if (has_word(grid_own(g, top, col), stairs) && !has_word(grid_own(g, top, col), houses))
                b->stair_row = top;
    b->building_source = MATRIX_BUILDING_SHEET;
    for (top = row - 1; top > 0 && row - top <= TITLES_ABOVE; top--)
        if (top != b->stair_row && (title_at(g, top, b->floor_col, b->last_col, b) ||
                                    title_at(g, top, 0, b->floor_col - 1, b)))
            break;
    return true;
}

static bool is_inside(const struct matrix_layout *layout, size_t from, int64_t row, int col)
{
    for (size_t i = from; i < layout->n; i++) {
        const struct matrix_block *b = &layout->blocks[i];

        if (row >= b->line_row && row <= b->last_row && col >= b->floor_col && col <= b->last_col)
            return true;
    }
    return false;
}

/* *@ret_last is the last row of the labels found: no use to begin again among them. */
static bool propose(const struct grid *g, size_t sheet, int64_t row, int col,
                    struct matrix_block *ret, int64_t *ret_last)
{
    struct matrix_block b = {.sheet = sheet, .floor_col = col, .first_row = row};
    int step, floor;

    *ret_last = row;
    if (!floor_at(g, row, col, &floor) || floor_run(g, row, col, ret_last, &step) < FLOORS_MIN)
        return false;
    b.n_sub = (size_t)step;
    b.last_row = *ret_last + step - 1;
    if (b.last_row > MATRIX_ROWS_MAX || !headings(g, &b))
        return false;
    meanings(g, &b);
    if (b.last_col < b.first_col || grid_cell(g, b.line_row, b.first_col).len == 0)
        return false;
    *ret = b;
    return true;
}

int matrix_detect(struct sheet *s, size_t index, struct fault *f, struct matrix_layout *layout)
{
    int64_t tried[SHEET_COLUMNS_MAX] = {0}; /* the last row looked at in each column */
    const char *name = sheet_name(s, index, NULL);
    size_t from = layout->n;
    struct grid g;
    int r;

    r = grid_read(s, index, f, &g);
    if (r < 0)
        return r;
    for (int64_t row = 2; row <= g.n_rows && layout->n < MATRIX_BLOCKS_MAX; row++)
        for (int col = 0; col < SHEET_COLUMNS_MAX - 1 && layout->n < MATRIX_BLOCKS_MAX; col++)
            if (row > tried[col] && grid_own(&g, row, col).len > 0 &&
                !is_inside(layout, from, row, col) &&
                propose(&g, index, row, col, &layout->blocks[layout->n], &tried[col])) {
                struct matrix_block *b = &layout->blocks[layout->n++];

                if (b->building_source == MATRIX_BUILDING_SHEET)
                    text_copy(b->building, sizeof(b->building), name, strlen(name));
            }
    grid_done(&g);
    return (int)(layout->n - from);
}

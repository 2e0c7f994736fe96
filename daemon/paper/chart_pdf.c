/* chart_pdf.c - the sales-control chart as A3 pages: each building a wall of cells, floors from
 * the top.
 *
 * A building that does not fit is cut into blocks of columns and of floors, even in size and along
 * its stairs where that is possible; each block repeats its heads. Low blocks share a page.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/paper/facts.h"
#include "daemon/paper/frame.h"
#include "daemon/paper/grid.h"
#include "daemon/paper/page.h"
#include "db/money.h"

/* mm */
static const double sheet_width = 420, sheet_height = 297;
static const double legend_height = 8, label_width = 13, gutter = 4, block_gap = 6;
static const double stair_head = 6, line_head = 8;
static const double cell_width_min = 17, cell_width_max = 52;
static const double cell_height_min = 9, cell_height_max = 24;

struct block {
    size_t column, columns, row, rows;
};

struct building {
    struct grid grid;
    char name[160];
    struct block *blocks;
    size_t n_blocks;
    double cell_width, cell_height, head;
    bool stairs;
};

struct chart {
    struct paper *paper;
    struct page page;
    struct frame frame;
    char title[320], permits[512];
    double y; /* of the next block */
    bool dry; /* only counts pages */
};

static double body_top(void)
{
    return FRAME_TOP + legend_height;
}

static double body_bottom(void)
{
    return sheet_height - FRAME_FOOT - FRAME_SIGN;
}

/* ---- cutting ---- */

static double columns_width(const struct grid *g, size_t first, size_t n, double cell)
{
    double w = label_width;

    for (size_t i = first; i < first + n; i++)
        w += cell + (i > first && g->columns[i].stair != g->columns[i - 1].stair ? gutter : 0);
    return w;
}

/* How many columns from @first on make the next block: whole stairs as long as they fit; a stair
 * wider than a page in even parts. */
static size_t columns_take(const struct grid *g, size_t first)
{
    const double room = sheet_width - 2 * FRAME_MARGIN;
    const size_t most = (size_t)((room - label_width) / cell_width_min);
    size_t n = 0;

    while (first + n < g->n_columns) {
        size_t stair = g->columns[first + n].stair, width = 0;

        while (first + n + width < g->n_columns && g->columns[first + n + width].stair == stair)
            width++;
        if (n == 0 && columns_width(g, first, width, cell_width_min) > room) {
            size_t parts = (width + most - 1) / most;

            return (width + parts - 1) / parts;
        }
        if (columns_width(g, first, n + width, cell_width_min) > room)
            break;
        n += width;
    }
    return n;
}

/* The rows between the first and the last that have a unit in these columns: a stair that ends on
 * floor 18 beside one of 33 does not print 15 empty floors on a page of its own. */
static void rows_used(const struct grid *g, size_t first, size_t n, size_t *ret_row,
                      size_t *ret_rows)
{
    size_t top = g->n_rows, bottom = 0;

    for (size_t row = 0; row < g->n_rows; row++)
        for (size_t i = first; i < first + n; i++)
            if (grid_cell(g, row, i) != GRID_EMPTY) {
                top = row < top ? row : top;
                bottom = row + 1;
                break;
            }
    *ret_row = top;
    *ret_rows = bottom > top ? bottom - top : 0;
}

/* The floors of some columns in blocks as even as can be. Returns the rows of the highest one. */
static size_t rows_cut(struct building *b, size_t column, size_t columns)
{
    const double room = body_bottom() - body_top() - b->head;
    const size_t most = (size_t)(room / cell_height_min);
    size_t row, rows, parts, each;

    rows_used(&b->grid, column, columns, &row, &rows);
    if (rows == 0)
        return 0;
    parts = (rows + most - 1) / most;
    each = (rows + parts - 1) / parts;
    for (size_t at = 0; at < rows; at += each)
        b->blocks[b->n_blocks++] =
            (struct block){column, columns, row + at, at + each > rows ? rows - at : each};
    return each;
}

/* As high as the page lets it; lower when that lets blocks share a page; never upright. */
static double cell_height_of(const struct building *b, size_t rows)
{
    const double room = body_bottom() - body_top();
    double h = (room - b->head) / (double)rows;

    for (size_t k = b->n_blocks; k > 1; k--) {
        double shared =
            (room - (double)k * b->head - (double)(k - 1) * block_gap) / ((double)k * (double)rows);

        if (shared >= cell_height_min) {
            h = shared;
            break;
        }
    }
    if (h > cell_height_max)
        h = cell_height_max;
    return h > b->cell_width * 0.62 ? b->cell_width * 0.62 : h;
}

static int blocks_make(struct building *b)
{
    const struct grid *g = &b->grid;
    size_t highest = 1;

    /* A block has a column at least, and all but the last of a column more than 8 rows. */
    b->blocks = calloc(g->n_columns * (g->n_rows / 8 + 2) + 1, sizeof(*b->blocks));
    if (!b->blocks)
        return -ENOMEM;
    b->cell_width = cell_width_max;
    for (size_t column = 0; column < g->n_columns;) {
        size_t columns = columns_take(g, column), rows = rows_cut(b, column, columns);
        double fixed = columns_width(g, column, columns, 0);
        double w = (sheet_width - 2 * FRAME_MARGIN - fixed) / (double)columns;

        if (w < b->cell_width)
            b->cell_width = w;
        if (rows > highest)
            highest = rows;
        column += columns;
    }
    b->cell_height = cell_height_of(b, highest);
    return 0;
}

static int building_make(struct paper *p, size_t first, size_t n, struct building *ret_building)
{
    struct building b = {0};
    int r = grid_make(p->content, first, n, &b.grid);

    if (r < 0)
        return r;
    paper_building(p, p->content->units[first].building, b.name, sizeof(b.name));
    b.stairs = grid_has_stairs(&b.grid);
    b.head = line_head + (b.stairs ? stair_head : 0);
    r = blocks_make(&b);
    if (r < 0)
        grid_free(&b.grid);
    else
        *ret_building = b;
    return r;
}

static void building_free(struct building *b)
{
    grid_free(&b->grid);
    free(b->blocks);
}

/* ---- drawing ---- */

/* The layout that all units of a column share, or "". */
static const char *column_layout(struct paper *p, const struct grid *g, size_t column)
{
    int64_t layout = 0;

    for (size_t row = 0; row < g->n_rows; row++) {
        size_t unit = grid_cell(g, row, column);

        if (unit >= GRID_COVERED)
            continue;
        if (layout && layout != p->content->units[unit].layout_id)
            return "";
        layout = p->content->units[unit].layout_id;
    }
    return paper_layout(p, layout);
}

static double column_x(const struct building *b, const struct block *k, size_t column)
{
    return FRAME_MARGIN +
           columns_width(&b->grid, k->column, column - k->column + 1, b->cell_width) -
           b->cell_width;
}

static void draw_stairs(struct chart *c, const struct building *b, const struct block *k, double y)
{
    static const struct page_style style = {9, true, PAGE_CENTER, INK};
    const struct grid *g = &b->grid;

    for (size_t i = k->column; i < k->column + k->columns;) {
        size_t n = 1;
        struct page_box box;
        char name[160];

        while (i + n < k->column + k->columns && g->columns[i + n].stair == g->columns[i].stair)
            n++;
        box = (struct page_box){column_x(b, k, i), y, b->cell_width * (double)n, stair_head};
        page_rect(&c->page, &box, "#E9EDF0", PAGE_PLAIN, INK_QUIET);
        paper_stair(c->paper, g->place.stairs[g->columns[i].stair].name, name, sizeof(name));
        page_text(&c->page, &style, box.x + 1, y + 4.2, box.w - 2, name);
        i += n;
    }
}

static void draw_lines(struct chart *c, const struct building *b, const struct block *k, double y)
{
    static const struct page_style line_style = {8.5, true, PAGE_CENTER, INK};
    static const struct page_style layout_style = {6.5, false, PAGE_CENTER, INK_QUIET};
    const struct grid *g = &b->grid;

    for (size_t i = k->column; i < k->column + k->columns; i++) {
        const struct page_box box = {column_x(b, k, i), y, b->cell_width, line_head};
        const char *line = g->place.stairs[g->columns[i].stair].lines[g->columns[i].line];
        const char *layout = column_layout(c->paper, g, i);

        page_rect(&c->page, &box, "#F5F7F9", PAGE_PLAIN, INK_QUIET);
        page_text(&c->page, &line_style, box.x + 0.8, y + (layout[0] ? 3.7 : 5.2), box.w - 1.6,
                  line);
        page_text(&c->page, &layout_style, box.x + 0.8, y + 6.8, box.w - 1.6, layout);
    }
}

/* How a cell is set: three lines, or two where it is broad and low. */
struct setting {
    double scale, pitch, pad, first; /* first: the first baseline from the upper edge */
    bool broad;
};

static struct setting setting_of(const struct building *b, double height)
{
    const double w = b->cell_width, h = b->cell_height;
    const bool broad = w > 30 && w / h > 2.4;
    double fit_w = w / (broad ? 28 : cell_width_min), fit_h = h / (broad ? 6.6 : cell_height_min);
    double scale = fit_w < fit_h ? fit_w : fit_h, k = scale < 1.8 ? scale : 1.8;
    struct setting s = {
        .scale = k, .pitch = (broad ? 3.0 : 2.72) * k, .pad = 0.9 * k, .broad = broad};

    s.first = (height - (broad ? 2 : 3) * s.pitch) / 2 + (broad ? 2.5 : 2.4) * k;
    return s;
}

/* Room and state on the first line; false when the state's word has to stand on the second. */
static bool draw_room(struct chart *c, const struct published_unit *u, const char *state,
                      const char *ink, const struct setting *k, const struct page_box *box)
{
    const struct page_style room = {8 * k->scale, true, PAGE_LEFT, ink};
    const struct page_style word = {6 * k->scale, false, PAGE_RIGHT, ink};
    const double w = box->w - 2 * k->pad, gap = 0.8, least = 0.87, y = box->y + k->first;
    double room_w = page_text_width(&c->page, &room, u->room);
    double word_w = page_text_width(&c->page, &word, state);
    bool beside = room_w * least + gap + word_w * least <= w;

    if (beside && room_w + gap + word_w > w)
        word_w *= least;
    page_text(&c->page, &room, box->x + k->pad, y, beside ? w - gap - word_w : w, u->room);
    if (beside)
        page_text(&c->page, &word, box->x + box->w - k->pad - word_w, y, word_w, state);
    return beside;
}

static void draw_unit(struct chart *c, const struct building *b, const struct page_box *box,
                      size_t unit)
{
    const struct published_unit *u = &c->paper->content->units[unit];
    const struct state_info *info = state_info(c->paper->states[unit]);
    const char *state = paper_state_word(c->paper, c->paper->states[unit]);
    const struct setting k = setting_of(b, box->h);
    const struct page_style line = {6.6 * k.scale, false, PAGE_LEFT, info->authority.ink};
    const struct page_style right = {6.6 * k.scale, false, PAGE_RIGHT, info->authority.ink};
    const struct page_style word = {6 * k.scale, false, PAGE_RIGHT, info->authority.ink};
    const double w = box->w - 2 * k.pad, x = box->x + k.pad, y = box->y + k.first + k.pitch;
    const double middle = k.broad ? w * 0.53 : w;
    int64_t total = paper_total(c->paper, unit);
    char area[32], money[48];
    double used;

    page_rect(&c->page, box, info->authority.fill, page_pattern_of(info->authority.pattern), INK);
    if (total == 0)
        total = paper_deal(c->paper, unit);
    paper_area(u->gross, area, sizeof(area));
    money_text(total, true, money, sizeof(money));
    used = page_text(&c->page, &line, x, y, middle * 0.6, area);
    if (!draw_room(c, u, state, info->authority.ink, &k, box))
        page_text(&c->page, &word, x + used + 0.8, y, middle - used - 0.8, state);
    if (total > 0 && k.broad)
        page_text(&c->page, &right, x + middle, y, w - middle, money);
    else if (total > 0)
        page_text(&c->page, &line, x, y + k.pitch, w, money);
}

/* The rest of a unit whose upper part, with its words, is in the block above. */
static void draw_rest(struct chart *c, const struct building *b, const struct block *k,
                      size_t column, double y)
{
    const struct grid *g = &b->grid;
    size_t top = k->row, rows;
    const struct state_info *info;
    struct page_box box;

    while (top > 0 && grid_cell(g, top, column) == GRID_COVERED)
        top--;
    info = state_info(c->paper->states[grid_cell(g, top, column)]);
    rows = top + g->heights[top * g->n_columns + column] - k->row;
    box = (struct page_box){column_x(b, k, column), y, b->cell_width,
                            b->cell_height * (double)(rows < k->rows ? rows : k->rows)};
    page_rect(&c->page, &box, info->authority.fill, page_pattern_of(info->authority.pattern), INK);
}

static void draw_cells(struct chart *c, const struct building *b, const struct block *k, double y)
{
    const struct grid *g = &b->grid;

    for (size_t row = k->row; row < k->row + k->rows; row++)
        for (size_t column = k->column; column < k->column + k->columns; column++) {
            size_t unit = grid_cell(g, row, column);
            size_t high = g->heights[row * g->n_columns + column];
            struct page_box box = {column_x(b, k, column),
                                   y + (double)(row - k->row) * b->cell_height, b->cell_width, 0};

            if (unit == GRID_EMPTY) {
                box.h = b->cell_height;
                page_rect(&c->page, &box, NULL, PAGE_PLAIN, INK_LINE);
            }
            if (unit == GRID_COVERED && row == k->row)
                draw_rest(c, b, k, column, y);
            if (unit >= GRID_COVERED)
                continue;
            if (row + high > k->row + k->rows)
                high = k->row + k->rows - row;
            box.h = b->cell_height * (double)high;
            draw_unit(c, b, &box, unit);
        }
}

static void draw_floors(struct chart *c, const struct building *b, const struct block *k, double y)
{
    static const struct page_style style = {8.5, true, PAGE_CENTER, INK};

    for (size_t row = k->row; row < k->row + k->rows; row++) {
        const struct page_box box = {FRAME_MARGIN, y + (double)(row - k->row) * b->cell_height,
                                     label_width - 1.5, b->cell_height};

        page_rect(&c->page, &box, "#F5F7F9", PAGE_PLAIN, INK_QUIET);
        page_text_box(&c->page, &style, &(struct page_box){box.x + 0.6, box.y, box.w - 1.2, box.h},
                      grid_floor(&b->grid, row)->label);
    }
}

static void draw_block(struct chart *c, const struct building *b, const struct block *k, double y)
{
    static const struct page_style style = {7.5, false, PAGE_CENTER, INK_QUIET};
    const struct page_box corner = {FRAME_MARGIN, y, label_width - 1.5, b->head};

    page_rect(&c->page, &corner, "#F5F7F9", PAGE_PLAIN, INK_QUIET);
    page_text_box(&c->page, &style, &corner, paper_word(c->paper, T_FLOOR_HEAD));
    if (b->stairs)
        draw_stairs(c, b, k, y);
    draw_lines(c, b, k, y + b->head - line_head);
    draw_floors(c, b, k, y + b->head);
    draw_cells(c, b, k, y + b->head);
}

/* ---- pages ---- */

/* The permits of this building's own units; those of the project when they name none. */
static void permits_make(struct chart *c, const struct grid *g)
{
    const struct published_unit *units = c->paper->content->units;
    const char *seen[32];
    size_t n = 0, used = 0;

    for (size_t i = g->first; i < g->first + g->n_units && n < 32; i++) {
        size_t k = 0;

        while (k < n && strcmp(seen[k], units[i].permit) != 0)
            k++;
        if (k == n && units[i].permit[0])
            seen[n++] = units[i].permit;
    }
    c->permits[0] = '\0';
    for (size_t k = 0; k < n && used < sizeof(c->permits) - 8; k++) {
        used += (size_t)snprintf(c->permits + used, sizeof(c->permits) - used, "%s",
                                 k == 0                      ? ""
                                 : c->paper->lang == LANG_EN ? ", "
                                                             : "、");
        paper_clip(seen[k], c->permits + used, sizeof(c->permits) - used);
        used += strlen(c->permits + used);
    }
    c->frame.permits = n ? c->permits : c->paper->permits;
}

static void page_begin(struct chart *c, const struct building *b)
{
    c->y = body_top();
    c->frame.page++;
    if (c->dry)
        return;
    if (c->frame.page > 1)
        page_end(&c->page);
    frame_draw(&c->page, c->paper, &c->frame);
    frame_legend(&c->page, c->paper, b->grid.first, b->grid.n_units, FRAME_TOP + 3.5,
                 paper_word(c->paper, T_CELL_HELP));
    frame_signatures(&c->page, c->paper);
}

static void building_draw(struct chart *c, const struct building *b)
{
    snprintf(c->title, sizeof(c->title), "%s · %s", b->name, paper_word(c->paper, T_CHART));
    c->frame.title = c->title;
    permits_make(c, &b->grid);
    for (size_t i = 0; i < b->n_blocks; i++) {
        const struct block *k = &b->blocks[i];
        double height = b->head + (double)k->rows * b->cell_height;

        if (i == 0 || c->y + height > body_bottom() + 0.01)
            page_begin(c, b);
        if (!c->dry)
            draw_block(c, b, k, c->y);
        c->y += height + block_gap;
    }
}

static int buildings_draw(struct chart *c)
{
    struct paper *p = c->paper;

    c->frame.page = 0;
    for (size_t first = 0; first < p->content->n_units;) {
        size_t n = paper_building_units(p, first);
        struct building b;
        int r = building_make(p, first, n, &b);

        if (r < 0)
            return r;
        building_draw(c, &b);
        building_free(&b);
        first += n;
    }
    return 0;
}

int paper_chart_pdf(struct paper *p, char **ret_bytes, size_t *ret_n)
{
    struct chart c = {.paper = p, .dry = true};
    char title[320], *bytes = NULL;
    int r = buildings_draw(&c), closed;
    size_t n = 0;

    if (r < 0)
        return r;
    c.frame.pages = c.frame.page;
    c.dry = false;
    snprintf(title, sizeof(title), "%s · %s", p->name, paper_word(p, T_CHART));
    r = page_open(&c.page, sheet_width, sheet_height, title, p->id);
    page_made_at(&c.page, p->head.data_ms); /* the same snapshot gives the same bytes */
    if (c.frame.pages == 0) {               /* a draft without units still says what it is */
        c.frame = (struct frame){title, p->permits, 1, 1};
        frame_draw(&c.page, p, &c.frame);
    } else if (r == 0) {
        r = buildings_draw(&c);
    }
    page_end(&c.page);
    closed = page_close(&c.page, &bytes, &n);
    if (r < 0 || closed < 0) {
        free(bytes);
        return r < 0 ? r : closed;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
}

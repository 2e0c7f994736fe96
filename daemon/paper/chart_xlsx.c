/* chart_xlsx.c - the sales-control chart as a workbook that looks like the picture: a summary,
 * then one sheet a building with merged heads, coloured cells and panes that stay.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/paper/book.h"
#include "daemon/paper/facts.h"
#include "daemon/paper/grid.h"
#include "db/money.h"
#include "db/unit_class.h"

enum { COLUMNS_A_PAGE = 24, ROWS_A_SHEET = 1000000, COLUMNS_A_SHEET = 16000 };

static const double cell_width = 13.5, label_width = 7, gutter_width = 1.5; /* characters */
static const double cell_height = 45, head_height = 18;                     /* points */

struct formats {
    lxw_format *title, *facts, *head, *line, *floor, *label, *number, *total, *states[128];
};

struct workbook {
    struct paper *paper;
    struct book book;
    struct formats formats;
};

/* ---- formats ---- */

static lxw_format *boxed(struct book *b, bool bold, double size, const char *fill)
{
    lxw_format *f = book_format(b, bold, size);

    if (!f)
        return NULL;
    format_set_border(f, LXW_BORDER_THIN);
    format_set_border_color(f, 0x4A5865);
    format_set_align(f, LXW_ALIGN_CENTER);
    format_set_text_wrap(f);
    if (fill)
        format_set_bg_color(f, book_color(fill));
    return f;
}

static lxw_format *state_format(struct book *b, const struct state_info *info)
{
    lxw_format *f = boxed(b, false, 9, NULL);

    if (!f)
        return NULL;
    format_set_font_color(f, book_color(info->authority.ink));
    if (strcmp(info->authority.pattern, "hatch") == 0) {
        format_set_pattern(f, LXW_PATTERN_LIGHT_UP);
        format_set_bg_color(f, book_color(info->authority.fill));
        format_set_fg_color(f, 0xBFC5CB);
    } else {
        format_set_bg_color(f, book_color(info->authority.fill));
    }
    if (strcmp(info->authority.pattern, "outline") == 0)
        format_set_border(f, LXW_BORDER_DASHED);
    return f;
}

static void formats_make(struct workbook *w)
{
    struct formats *f = &w->formats;
    struct book *b = &w->book;

    f->title = book_format(b, true, 16);
    f->facts = book_format(b, false, 9);
    f->head = boxed(b, true, 10, "#E9EDF0");
    f->line = boxed(b, true, 9, "#F5F7F9");
    f->floor = boxed(b, true, 10, "#F5F7F9");
    f->label = boxed(b, false, 10, NULL);
    f->number = boxed(b, false, 10, NULL);
    f->total = boxed(b, true, 10, "#F5F7F9");
    for (size_t i = 0; i < sale_states_count; i++)
        f->states[(unsigned char)sale_states[i].letter] = state_format(b, &sale_states[i]);
}

/* ---- one building ---- */

/* A grid column's place in the sheet: after the floors, with a gutter between stairs. */
static lxw_col_t sheet_column(const struct grid *g, size_t column)
{
    return (lxw_col_t)(1 + column + g->columns[column].stair);
}

static void unit_text(struct workbook *w, size_t unit, char *out, size_t size)
{
    const struct published_unit *u = &w->paper->content->units[unit];
    int64_t total = paper_total(w->paper, unit);
    char area[32], money[48] = "", room[128];

    if (total == 0)
        total = paper_deal(w->paper, unit);
    if (total > 0)
        money_text(total, true, money, sizeof(money));
    paper_area(u->gross, area, sizeof(area));
    paper_clip(u->room, room, sizeof(room));
    snprintf(out, size, "%s %s%s%s%s%s%s", room, paper_state_word(w->paper, w->paper->states[unit]),
             area[0] ? "\n" : "", area, area[0] ? " m²" : "", money[0] ? "\n" : "", money);
}

static void building_head(struct workbook *w, lxw_worksheet *s, const struct grid *g,
                          const char *name, lxw_col_t last)
{
    const struct paper *p = w->paper;
    char text[640], legend[640];
    size_t used = 0;

    snprintf(text, sizeof(text), "%s · %s · %s", p->name, name, paper_word(p, T_CHART));
    book_text(&w->book, s, (struct book_range){0, 0, 0, last}, text, w->formats.title);
    worksheet_set_row(s, 0, 28, NULL);
    book_facts(p, text, sizeof(text));
    book_text(&w->book, s, (struct book_range){1, 0, 1, last}, text, w->formats.facts);
    paper_count(p, T_UNITS, g->n_units, 0, legend, sizeof(legend));
    used = strlen(legend);
    for (size_t i = 0; i < sale_states_count; i++) {
        size_t n = paper_count_state(p, g->first, g->n_units, sale_states[i].letter);

        if (n > 0 && used < sizeof(legend) - 64)
            used += (size_t)snprintf(legend + used, sizeof(legend) - used, "    %s %zu",
                                     paper_state_word(p, sale_states[i].letter), n);
    }
    book_text(&w->book, s, (struct book_range){2, 0, 2, last}, legend, w->formats.facts);
}

/* The heads of stairs and lines; returns the row of the first floor. */
static lxw_row_t column_heads(struct workbook *w, lxw_worksheet *s, const struct grid *g)
{
    const bool stairs = grid_has_stairs(g);
    const lxw_row_t row = 3, line_row = stairs ? 4 : 3;
    char name[160];

    book_text(&w->book, s, (struct book_range){row, 0, line_row, 0},
              paper_word(w->paper, T_FLOOR_HEAD), w->formats.head);
    worksheet_set_column(s, 0, 0, label_width, NULL);
    for (size_t i = 0; i < g->n_columns;) {
        const struct place_stair *stair = &g->place.stairs[g->columns[i].stair];
        size_t n = 1;

        while (i + n < g->n_columns && g->columns[i + n].stair == g->columns[i].stair)
            n++;
        paper_stair(w->paper, stair->name, name, sizeof(name));
        if (stairs)
            book_text(&w->book, s,
                      (struct book_range){row, sheet_column(g, i), row, sheet_column(g, i + n - 1)},
                      name, w->formats.head);
        for (size_t k = i; k < i + n; k++)
            book_text(
                &w->book, s,
                (struct book_range){line_row, sheet_column(g, k), line_row, sheet_column(g, k)},
                stair->lines[g->columns[k].line], w->formats.line);
        worksheet_set_column(s, sheet_column(g, i), sheet_column(g, i + n - 1), cell_width, NULL);
        if (i + n < g->n_columns)
            worksheet_set_column(s, (lxw_col_t)(sheet_column(g, i + n - 1) + 1),
                                 (lxw_col_t)(sheet_column(g, i + n - 1) + 1), gutter_width, NULL);
        i += n;
    }
    for (lxw_row_t i = row; i <= line_row; i++)
        worksheet_set_row(s, i, head_height, NULL);
    return line_row + 1;
}

static void building_cells(struct workbook *w, lxw_worksheet *s, const struct grid *g,
                           lxw_row_t top)
{
    char text[512];

    for (size_t row = 0; row < g->n_rows; row++) {
        lxw_row_t at = top + (lxw_row_t)row;

        worksheet_set_row(s, at, cell_height, NULL);
        book_text(&w->book, s, (struct book_range){at, 0, at, 0}, grid_floor(g, row)->label,
                  w->formats.floor);
        for (size_t column = 0; column < g->n_columns; column++) {
            size_t unit = grid_cell(g, row, column);
            lxw_col_t c = sheet_column(g, column);

            if (unit >= GRID_COVERED)
                continue;
            unit_text(w, unit, text, sizeof(text));
            book_text(
                &w->book, s,
                (struct book_range){at, c, at + g->heights[row * g->n_columns + column] - 1, c},
                text, w->formats.states[(unsigned char)w->paper->states[unit]]);
        }
    }
}

static int building_write(struct workbook *w, size_t first, size_t n)
{
    lxw_worksheet *s;
    lxw_row_t top;
    lxw_col_t last;
    struct grid g;
    char name[160];
    int r = grid_make(w->paper->content, first, n, &g);

    if (r < 0)
        return r;
    paper_building(w->paper, w->paper->content->units[first].building, name, sizeof(name));
    if (g.n_rows > ROWS_A_SHEET || g.n_columns + g.place.n_stairs > COLUMNS_A_SHEET) {
        grid_free(&g);
        return -E2BIG;
    }
    s = book_sheet(&w->book, name, true);
    if (!s) {
        grid_free(&g);
        return w->book.error;
    }
    last = sheet_column(&g, g.n_columns - 1);
    building_head(w, s, &g, name, last < 8 ? 8 : last);
    top = column_heads(w, s, &g);
    building_cells(w, s, &g, top);
    worksheet_freeze_panes(s, top, 1);
    worksheet_repeat_rows(s, 0, top - 1);
    worksheet_repeat_columns(s, 0, 0);
    worksheet_print_area(s, 0, 0, top + (lxw_row_t)g.n_rows - 1, last < 8 ? 8 : last);
    worksheet_fit_to_pages(s, (uint16_t)(1 + g.n_columns / COLUMNS_A_PAGE), 0);
    worksheet_gridlines(s, LXW_HIDE_ALL_GRIDLINES);
    worksheet_set_zoom(s, 85);
    grid_free(&g);
    return 0;
}

/* ---- the summary ---- */

static void count_put(struct workbook *w, lxw_worksheet *s, lxw_row_t row, lxw_col_t column,
                      size_t n, lxw_format *format)
{
    lxw_error error = n > 0 ? worksheet_write_number(s, row, column, (double)n, format)
                            : worksheet_write_blank(s, row, column, format);

    if (error != LXW_NO_ERROR && w->book.error == 0)
        w->book.error = -EIO;
}

/* One row: a name, then the counts of every public state, then all. */
static void summary_row(struct workbook *w, lxw_worksheet *s, lxw_row_t row, const char *name,
                        size_t first, size_t n, lxw_format *format)
{
    lxw_col_t column = 1;

    book_text(&w->book, s, (struct book_range){row, 0, row, 0}, name, format);
    for (size_t i = 0; i < sale_states_count; i++)
        if (sale_states[i].letter == sale_states[i].public_letter)
            count_put(w, s, row, column++,
                      paper_count_state(w->paper, first, n, sale_states[i].letter), format);
    count_put(w, s, row, column, n, format);
}

static lxw_row_t summary_table(struct workbook *w, lxw_worksheet *s, lxw_row_t row)
{
    const struct content *c = w->paper->content;
    lxw_col_t column = 1;
    char name[160];

    book_text(&w->book, s, (struct book_range){row, 0, row, 0}, paper_word(w->paper, T_H_BUILDING),
              w->formats.head);
    for (size_t i = 0; i < sale_states_count; i++) {
        const char letter = sale_states[i].letter;

        if (letter != sale_states[i].public_letter)
            continue;
        book_text(&w->book, s, (struct book_range){row, column, row, column},
                  paper_state_word(w->paper, letter), w->formats.states[(unsigned char)letter]);
        column++;
    }
    book_text(&w->book, s, (struct book_range){row, column, row, column},
              paper_word(w->paper, T_TOTAL), w->formats.head);
    worksheet_set_row(s, row++, 24, NULL);
    for (size_t first = 0; first < c->n_units;) {
        size_t n = paper_building_units(w->paper, first);

        paper_building(w->paper, c->units[first].building, name, sizeof(name));
        summary_row(w, s, row++, name, first, n, w->formats.label);
        first += n;
    }
    summary_row(w, s, row++, paper_word(w->paper, T_TOTAL), 0, c->n_units, w->formats.total);
    return row;
}

static int summary_write(struct workbook *w)
{
    const struct paper *p = w->paper;
    const enum paper_text labels[] = {T_PUBLICATION, T_APPROVED, T_SNAPSHOT,       T_DATA_TIME,
                                      T_PERMITS,     T_PHONE,    T_COMPLAINT_PHONE};
    const char *const values[] = {p->version, p->approved, p->head.hash,      p->data_time,
                                  p->permits, p->phone,    p->complaint_phone};
    lxw_worksheet *s = book_sheet(&w->book, paper_word(p, T_SUMMARY), true);
    lxw_row_t row = 1;
    char text[320];

    if (!s)
        return w->book.error;
    snprintf(text, sizeof(text), "%s · %s", p->name, paper_word(p, T_CHART));
    for (size_t i = 0; i < p->n_marks; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), " 【%s】", p->marks[i]);
    book_text(&w->book, s, (struct book_range){0, 0, 0, 10}, text, w->formats.title);
    worksheet_set_row(s, 0, 28, NULL);
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++, row++) {
        book_text(&w->book, s, (struct book_range){row, 0, row, 0}, paper_word(p, labels[i]),
                  w->formats.facts);
        book_text(&w->book, s, (struct book_range){row, 1, row, 10}, values[i][0] ? values[i] : "—",
                  w->formats.facts);
    }
    worksheet_set_column(s, 0, 0, 20, NULL);
    worksheet_set_column(s, 1, 12, 12, NULL);
    row = summary_table(w, s, row + 1);
    book_text(&w->book, s, (struct book_range){row + 1, 0, row + 1, 10}, paper_word(p, T_CELL_HELP),
              w->formats.facts);
    worksheet_gridlines(s, LXW_HIDE_ALL_GRIDLINES);
    return 0;
}

int paper_chart_xlsx(struct paper *p, char **ret_bytes, size_t *ret_n)
{
    struct workbook w = {.paper = p};
    char title[320], *bytes = NULL;
    size_t n = 0;
    int r, closed;

    snprintf(title, sizeof(title), "%s · %s", p->name, paper_word(p, T_CHART));
    r = book_open(p, title, &w.book);
    if (r < 0)
        return r;
    formats_make(&w);
    r = w.book.error ? w.book.error : summary_write(&w);
    for (size_t first = 0; r == 0 && first < p->content->n_units;) {
        size_t units = paper_building_units(p, first);

        r = building_write(&w, first, units);
        first += units;
    }
    closed = book_close(&w.book, &bytes, &n);
    if (r < 0 || closed < 0) {
        free(bytes);
        return r < 0 ? r : closed;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
}

/* prices_pdf.c - the price list as A4 pages: a table by building, then notes, fees and discounts.
 *
 * First the list is laid out as lines with their heights, so that the number of pages is known;
 * then it is drawn.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/paper/facts.h"
#include "daemon/paper/frame.h"
#include "daemon/paper/page.h"
#include "db/money.h"

/* mm */
static const double sheet_width = 297, sheet_height = 210;
static const double head_height = 10, row_height = 5.6, group_height = 7.5, sum_height = 6.5;
static const double pad = 1.4, heading_height = 10, label_width = 62, note_gap = 0.8;

enum column_id {
    COLUMN_FLOOR,
    COLUMN_ROOM,
    COLUMN_CLASS,
    COLUMN_LAYOUT,
    COLUMN_HEIGHT,
    COLUMN_GROSS,
    COLUMN_INNER,
    COLUMN_SHARED,
    COLUMN_STAGE,
    COLUMN_STATE,
    COLUMN_PRICE,
    COLUMN_TOTAL,
    COLUMN_PERMIT,
    COLUMN_COUNT
};

/* Their widths add up to the width of the sheet without its margins: 273 mm. */
static const struct column {
    double width;
    enum page_align align;
    enum paper_text head;
} columns[COLUMN_COUNT] = {
    [COLUMN_FLOOR] = {13, PAGE_LEFT, T_H_FLOOR},
    [COLUMN_ROOM] = {22, PAGE_LEFT, T_H_ROOM},
    [COLUMN_CLASS] = {15, PAGE_LEFT, T_H_CLASS},
    [COLUMN_LAYOUT] = {21, PAGE_LEFT, T_H_LAYOUT},
    [COLUMN_HEIGHT] = {15, PAGE_RIGHT, T_H_HEIGHT},
    [COLUMN_GROSS] = {20, PAGE_RIGHT, T_H_GROSS},
    [COLUMN_INNER] = {20, PAGE_RIGHT, T_H_INNER},
    [COLUMN_SHARED] = {22, PAGE_RIGHT, T_H_SHARED},
    [COLUMN_STAGE] = {15, PAGE_LEFT, T_H_STAGE},
    [COLUMN_STATE] = {24, PAGE_LEFT, T_H_STATE},
    [COLUMN_PRICE] = {22, PAGE_RIGHT, T_H_PRICE_GROSS},
    [COLUMN_TOTAL] = {28, PAGE_RIGHT, T_H_TOTAL},
    [COLUMN_PERMIT] = {36, PAGE_LEFT, T_H_PERMIT},
};

enum line_kind { LINE_GROUP, LINE_UNIT, LINE_SUM, LINE_HEADING, LINE_NOTE };

struct line {
    enum line_kind kind;
    size_t first, n;    /* units; of a sum the building's */
    char *label, *text; /* of notes; owned */
    double height;
};

struct list {
    struct paper *paper;
    struct page page;
    struct frame frame;
    struct line *lines;
    size_t n_lines, room;
    double y;
    bool dry;
};

/* ---- laying out ---- */

static int line_add(struct list *l, const struct line *line)
{
    if (l->n_lines == l->room) {
        size_t room = l->room ? l->room * 2 : 1024;
        struct line *grown = realloc(l->lines, room * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        l->lines = grown;
        l->room = room;
    }
    l->lines[l->n_lines++] = *line;
    return 0;
}

static int units_lay(struct list *l)
{
    const struct content *c = l->paper->content;
    int r = 0;

    for (size_t first = 0; r == 0 && first < c->n_units;) {
        size_t n = paper_building_units(l->paper, first);

        for (size_t i = first; r == 0 && i < first + n; i++) {
            if (i == first || c->units[i].stair_id != c->units[i - 1].stair_id)
                r = line_add(l, &(struct line){LINE_GROUP, i, 1, NULL, NULL, group_height});
            if (r == 0)
                r = line_add(l, &(struct line){LINE_UNIT, i, 1, NULL, NULL, row_height});
        }
        if (r == 0)
            r = line_add(l, &(struct line){LINE_SUM, first, n, NULL, NULL, sum_height});
        first += n;
    }
    return r;
}

static const struct page_style note_style = {8, false, PAGE_LEFT, INK};
static const struct page_style note_label = {8, true, PAGE_LEFT, INK};

/* How wide the label of a note stands: a number is narrow, a name has a column. */
static double note_indent(const char *label)
{
    return !label[0] ? 0 : strlen(label) <= 3 ? 6 : label_width;
}

static double note_draw(struct list *l, const char *label, const char *text, double y, bool draw)
{
    const double w = sheet_width - 2 * FRAME_MARGIN, indent = note_indent(label);
    double a = page_paragraph(&l->page, &note_label, FRAME_MARGIN, y, indent - 3, label, draw);
    double b =
        page_paragraph(&l->page, &note_style, FRAME_MARGIN + indent, y, w - indent, text, draw);

    return a > b ? a : b;
}

static int note_lay(void *arg, const struct paper_note_line *note)
{
    struct list *l = arg;
    struct line line = {note->heading ? LINE_HEADING : LINE_NOTE,
                        0,
                        0,
                        strdup(note->label),
                        strdup(note->text),
                        heading_height};
    int r = line.label && line.text ? 0 : -ENOMEM;

    if (r == 0 && !note->heading)
        line.height = note_draw(l, note->label, note->text, 0, false) + note_gap;
    if (r == 0)
        r = line_add(l, &line);
    if (r < 0) {
        free(line.label);
        free(line.text);
    }
    return r;
}

/* ---- drawing ---- */

static enum paper_text head_of(const struct list *l, size_t column)
{
    if (column != COLUMN_PRICE)
        return columns[column].head;
    return strcmp(l->paper->basis, "gross") == 0   ? T_H_PRICE_GROSS
           : strcmp(l->paper->basis, "inner") == 0 ? T_H_PRICE_INNER
                                                   : T_H_PRICE_UNIT;
}

/* "建筑面积（m²）": the unit on a line of its own. */
static void draw_heading(struct list *l, const char *text, enum page_align align, double x,
                         double y, double w)
{
    const struct page_style name_style = {7.5, true, align, INK};
    const struct page_style unit_style = {6.5, false, align, INK_QUIET};
    const char *bracket = strstr(text, "（");
    char name[96];

    if (!bracket)
        bracket = strstr(text, " (");
    if (!bracket) {
        page_text_box(&l->page, &name_style,
                      &(struct page_box){x + pad, y, w - 2 * pad, head_height}, text);
        return;
    }
    paper_clip(text, name,
               (size_t)(bracket - text) < sizeof(name) ? (size_t)(bracket - text) + 1
                                                       : sizeof(name));
    page_text(&l->page, &name_style, x + pad, y + 4.4, w - 2 * pad, name);
    page_text(&l->page, &unit_style, x + pad, y + 7.8, w - 2 * pad, bracket + (*bracket == ' '));
}

static void draw_head(struct list *l, double y)
{
    const struct page_box band = {FRAME_MARGIN, y, sheet_width - 2 * FRAME_MARGIN, head_height};
    double x = FRAME_MARGIN;

    page_rect(&l->page, &band, "#E9EDF0", PAGE_PLAIN, NULL);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        draw_heading(l, paper_word(l->paper, head_of(l, i)), columns[i].align, x, y,
                     columns[i].width);
        x += columns[i].width;
    }
    page_line(&l->page, FRAME_MARGIN, y + head_height, sheet_width - FRAME_MARGIN, y + head_height,
              0.8, INK);
}

static void cell(struct list *l, double y, enum column_id column, const char *text, bool bold)
{
    const struct page_style style = {8, bold, columns[column].align, INK};
    double x = FRAME_MARGIN;

    for (size_t i = 0; i < column; i++)
        x += columns[i].width;
    page_text_box(&l->page, &style,
                  &(struct page_box){x + pad, y, columns[column].width - 2 * pad, row_height},
                  text);
}

static void draw_state(struct list *l, double y, char state)
{
    double x = FRAME_MARGIN;

    for (size_t i = 0; i < COLUMN_STATE; i++)
        x += columns[i].width;
    frame_swatch(&l->page, state, &(struct page_box){x + pad, y + 1.4, 3, 2.8});
    page_text_box(
        &l->page, &(struct page_style){8, false, PAGE_LEFT, INK},
        &(struct page_box){x + pad + 4, y, columns[COLUMN_STATE].width - 4 - 2 * pad, row_height},
        paper_state_word(l->paper, state));
}

static void draw_prices(struct list *l, double y, size_t index)
{
    const struct published_unit *u = &l->paper->content->units[index];
    int64_t total = paper_total(l->paper, index), price;
    char text[64];

    if (total == 0)
        total = paper_deal(l->paper, index);
    price = snapshot_unit_price(l->paper->snapshot, u, total);
    if (price > 0)
        money_text(price, false, text, sizeof(text));
    cell(l, y, COLUMN_PRICE, price > 0 ? text : "—", false);
    if (total > 0)
        money_text(total, false, text, sizeof(text));
    cell(l, y, COLUMN_TOTAL, total > 0 ? text : "—", true);
}

static void draw_unit(struct list *l, double y, size_t index)
{
    const struct published_unit *u = &l->paper->content->units[index];
    char text[32];

    cell(l, y, COLUMN_FLOOR, u->floor, false);
    cell(l, y, COLUMN_ROOM, u->room, true);
    cell(l, y, COLUMN_CLASS, paper_class_word(l->paper, u), false);
    cell(l, y, COLUMN_LAYOUT, paper_layout(l->paper, u->layout_id), false);
    paper_area(u->floor_height_mm / 10, text, sizeof(text));
    cell(l, y, COLUMN_HEIGHT, text, false);
    paper_area(u->gross, text, sizeof(text));
    cell(l, y, COLUMN_GROSS, text, false);
    paper_area(u->inner, text, sizeof(text));
    cell(l, y, COLUMN_INNER, text, false);
    paper_area(u->inner > 0 ? u->shared : 0, text, sizeof(text));
    cell(l, y, COLUMN_SHARED, text, false);
    cell(l, y, COLUMN_STAGE, paper_stage_word(l->paper, u), false);
    draw_state(l, y, l->paper->states[index]);
    draw_prices(l, y, index);
    cell(l, y, COLUMN_PERMIT, u->permit, false);
    page_line(&l->page, FRAME_MARGIN, y + row_height, sheet_width - FRAME_MARGIN, y + row_height,
              0.3, INK_LINE);
}

static void group_name(const struct list *l, size_t index, char *out, size_t size)
{
    const struct published_unit *u = &l->paper->content->units[index];
    char building[160], stair[160];

    paper_building(l->paper, u->building, building, sizeof(building));
    paper_stair(l->paper, u->stair, stair, sizeof(stair));
    snprintf(out, size, "%s%s%s", building, stair[0] ? " · " : "", stair);
}

static void draw_group(struct list *l, double y, size_t index)
{
    char name[330];

    group_name(l, index, name, sizeof(name));
    page_text(&l->page, &(struct page_style){9.5, true, PAGE_LEFT, INK}, FRAME_MARGIN + pad,
              y + 5.3, sheet_width - 2 * FRAME_MARGIN - 2, name);
    page_line(&l->page, FRAME_MARGIN, y + group_height, sheet_width - FRAME_MARGIN,
              y + group_height, 0.5, INK_QUIET);
}

static void draw_sum(struct list *l, double y, const struct line *line)
{
    const struct page_box band = {FRAME_MARGIN, y + 0.4, sheet_width - 2 * FRAME_MARGIN,
                                  sum_height - 0.8};
    int64_t gross = 0, inner = 0, shared = 0, total = 0;
    char name[160], sum[330], text[330], counts[96];

    for (size_t i = line->first; i < line->first + line->n; i++) {
        const struct published_unit *u = &l->paper->content->units[i];

        gross += u->gross;
        inner += u->inner;
        shared += u->inner > 0 ? u->shared : 0;
        total += paper_total(l->paper, i) ? paper_total(l->paper, i) : paper_deal(l->paper, i);
    }
    page_rect(&l->page, &band, "#F5F7F9", PAGE_PLAIN, NULL);
    paper_building(l->paper, l->paper->content->units[line->first].building, name, sizeof(name));
    paper_name(l->paper, T_SUBTOTAL, name, sum, sizeof(sum));
    paper_count(l->paper, T_SUBTOTAL_SOLD, line->n,
                paper_count_state(l->paper, line->first, line->n, 'A'), counts, sizeof(counts));
    snprintf(text, sizeof(text), "%.180s  %s", sum, counts);
    page_text(&l->page, &(struct page_style){8, true, PAGE_LEFT, INK}, FRAME_MARGIN + pad, y + 4.2,
              86, text);
    paper_area(gross, text, sizeof(text));
    cell(l, y + 0.4, COLUMN_GROSS, text, true);
    paper_area(inner, text, sizeof(text));
    cell(l, y + 0.4, COLUMN_INNER, text, true);
    paper_area(shared, text, sizeof(text));
    cell(l, y + 0.4, COLUMN_SHARED, text, true);
    if (total > 0) {
        money_text(total, false, text, sizeof(text));
        cell(l, y + 0.4, COLUMN_TOTAL, text, true);
    }
}

static void draw_line(struct list *l, const struct line *line)
{
    switch (line->kind) {
    case LINE_GROUP:
        draw_group(l, l->y, line->first);
        break;
    case LINE_UNIT:
        draw_unit(l, l->y, line->first);
        break;
    case LINE_SUM:
        draw_sum(l, l->y, line);
        break;
    case LINE_HEADING:
        page_text(&l->page, &(struct page_style){10.5, true, PAGE_LEFT, INK}, FRAME_MARGIN,
                  l->y + 7, sheet_width - 2 * FRAME_MARGIN, line->text);
        break;
    case LINE_NOTE:
        note_draw(l, line->label, line->text, l->y, true);
        break;
    }
}

/* ---- pages ---- */

static bool is_note(const struct line *line)
{
    return line->kind == LINE_HEADING || line->kind == LINE_NOTE;
}

static void page_begin(struct list *l, size_t at)
{
    const struct line *line = &l->lines[at];
    const bool table = !is_note(line);

    l->y = FRAME_TOP;
    l->frame.page++;
    if (!l->dry) {
        if (l->frame.page > 1)
            page_end(&l->page);
        frame_draw(&l->page, l->paper, &l->frame);
        if (table)
            draw_head(l, l->y);
    }
    if (!table)
        return;
    l->y += head_height;
    if (line->kind == LINE_UNIT) { /* whose table goes on */
        if (!l->dry)
            draw_group(l, l->y, line->first);
        l->y += group_height;
    }
}

static void lines_draw(struct list *l)
{
    const double bottom = sheet_height - FRAME_FOOT;

    l->frame.page = 0;
    for (size_t i = 0; i < l->n_lines; i++) {
        const struct line *line = &l->lines[i];
        /* A heading is not left alone at the foot of a page. */
        bool leads = (line->kind == LINE_GROUP || line->kind == LINE_HEADING) && i + 1 < l->n_lines;
        double need = line->height + (leads ? l->lines[i + 1].height : 0);

        if (i == 0 || l->y + need > bottom || (is_note(line) && !is_note(&l->lines[i - 1])))
            page_begin(l, i);
        if (!l->dry)
            draw_line(l, line);
        l->y += line->height;
    }
}

static void lines_free(struct list *l)
{
    for (size_t i = 0; i < l->n_lines; i++) {
        free(l->lines[i].label);
        free(l->lines[i].text);
    }
    free(l->lines);
}

int paper_prices_pdf(struct paper *p, char **ret_bytes, size_t *ret_n)
{
    struct list l = {.paper = p, .dry = true};
    char title[320], *bytes = NULL;
    size_t n = 0;
    int r, closed;

    snprintf(title, sizeof(title), "%s · %s", p->name, paper_word(p, T_PRICES));
    l.frame = (struct frame){paper_word(p, T_PRICES), p->permits, 0, 0};
    r = page_open(&l.page, sheet_width, sheet_height, title, p->id);
    page_made_at(&l.page, p->head.data_ms); /* the same snapshot gives the same bytes */
    if (r == 0)
        r = units_lay(&l);
    if (r == 0)
        r = paper_notes(p, note_lay, &l);
    if (r == 0) {
        lines_draw(&l);
        l.frame.pages = l.frame.page;
        l.dry = false;
        lines_draw(&l);
    }
    page_end(&l.page);
    lines_free(&l);
    closed = page_close(&l.page, &bytes, &n);
    if (r < 0 || closed < 0) {
        free(bytes);
        return r < 0 ? r : closed;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
}

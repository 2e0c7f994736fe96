/* prices_xlsx.c - the price list as a workbook that goes through the importer again unchanged
 * (IN-09).
 *
 * The headings are words that daemon/sheet/words.c knows, names are texts, amounts are numbers. The
 * letter of the state stands in a column of its own before the word for people: "已售" alone does not
 * say whether a unit is signed, filed or handed over. Notes are on a second sheet, so that nothing
 * but units stands below the heading.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/paper/book.h"
#include "daemon/paper/facts.h"

enum column_id {
    COLUMN_BUILDING,
    COLUMN_STAIR,
    COLUMN_FLOOR,
    COLUMN_ROOM,
    COLUMN_CLASS,
    COLUMN_LAYOUT,
    COLUMN_ORIENTATION,
    COLUMN_HEIGHT,
    COLUMN_GROSS,
    COLUMN_INNER,
    COLUMN_SHARED,
    COLUMN_STAGE,
    COLUMN_STATE_CODE,
    COLUMN_STATE,
    COLUMN_PRICE,
    COLUMN_TOTAL,
    COLUMN_DEAL,
    COLUMN_PERMIT,
    COLUMN_NOTE,
    COLUMN_COUNT
};

static const struct {
    enum paper_text head;
    double width; /* characters */
} columns[COLUMN_COUNT] = {
    {T_H_BUILDING, 12},  {T_H_STAIR, 10},  {T_H_FLOOR, 7},        {T_H_ROOM, 11},
    {T_H_CLASS, 9},      {T_H_LAYOUT, 12}, {T_H_ORIENTATION, 8},  {T_H_HEIGHT, 10},
    {T_H_GROSS, 12},     {T_H_INNER, 12},  {T_H_SHARED, 14},      {T_H_STAGE, 9},
    {T_H_STATE_CODE, 8}, {T_H_STATE, 13},  {T_H_PRICE_GROSS, 14}, {T_H_TOTAL, 17},
    {T_H_DEAL, 17},      {T_H_PERMIT, 28}, {T_H_NOTE, 20},
};
enum { HEAD_ROW = 2 };

struct workbook {
    struct paper *paper;
    struct book book;
    lxw_format *title, *facts, *head, *text, *center, *area, *money, *states[128];
    lxw_worksheet *sheet;
    lxw_row_t row;
};

static lxw_format *lined(struct book *b, bool bold)
{
    lxw_format *f = book_format(b, bold, 10);

    if (f) {
        format_set_bottom(f, LXW_BORDER_HAIR);
        format_set_bottom_color(f, 0x4A5865);
    }
    return f;
}

static void formats_make(struct workbook *w)
{
    struct book *b = &w->book;

    w->title = book_format(b, true, 16);
    w->facts = book_format(b, false, 9);
    w->head = book_format(b, true, 10);
    w->text = lined(b, false);
    w->center = lined(b, false);
    w->area = lined(b, false);
    w->money = lined(b, false);
    if (b->error)
        return;
    format_set_text_wrap(w->facts);
    format_set_text_wrap(w->head);
    format_set_align(w->head, LXW_ALIGN_CENTER);
    format_set_bg_color(w->head, 0xE9EDF0);
    format_set_bottom(w->head, LXW_BORDER_MEDIUM);
    format_set_align(w->center, LXW_ALIGN_CENTER);
    format_set_num_format(w->area, "#,##0.00");
    format_set_num_format(w->money, "#,##0.00");
    for (size_t i = 0; i < sale_states_count; i++) {
        lxw_format *f = lined(b, false);

        if (!f)
            return;
        format_set_bg_color(f, book_color(sale_states[i].authority.fill));
        format_set_font_color(f, book_color(sale_states[i].authority.ink));
        format_set_align(f, LXW_ALIGN_CENTER);
        w->states[(unsigned char)sale_states[i].letter] = f;
    }
}

static enum paper_text head_of(const struct paper *p, size_t column)
{
    if (column != COLUMN_PRICE)
        return columns[column].head;
    return strcmp(p->basis, "gross") == 0   ? T_H_PRICE_GROSS
           : strcmp(p->basis, "inner") == 0 ? T_H_PRICE_INNER
                                            : T_H_PRICE_UNIT;
}

static void head_write(struct workbook *w)
{
    char text[640];

    snprintf(text, sizeof(text), "%s · %s", w->paper->name, paper_word(w->paper, T_PRICES));
    for (size_t i = 0; i < w->paper->n_marks; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), " 【%s】", w->paper->marks[i]);
    book_text(&w->book, w->sheet, (struct book_range){0, 0, 0, COLUMN_COUNT - 1}, text, w->title);
    worksheet_set_row(w->sheet, 0, 28, NULL);
    book_facts(w->paper, text, sizeof(text));
    book_text(&w->book, w->sheet, (struct book_range){1, 0, 1, COLUMN_COUNT - 1}, text, w->facts);
    for (int column = 0; column < COLUMN_COUNT; column++) {
        const lxw_col_t i = (lxw_col_t)column;

        book_text(&w->book, w->sheet, (struct book_range){HEAD_ROW, i, HEAD_ROW, i},
                  paper_word(w->paper, head_of(w->paper, i)), w->head);
        worksheet_set_column(w->sheet, i, i, columns[i].width, NULL);
    }
    worksheet_set_row(w->sheet, HEAD_ROW, 32, NULL);
}

static void put(struct workbook *w, enum column_id column, const char *text, lxw_format *format)
{
    const lxw_col_t c = (lxw_col_t)column;

    book_text(&w->book, w->sheet, (struct book_range){w->row, c, w->row, c}, text, format);
}

static void number(struct workbook *w, enum column_id column, int64_t value, lxw_format *format)
{
    book_number(&w->book, w->sheet, w->row, (lxw_col_t)column, value, format);
}

static void unit_write(struct workbook *w, size_t index)
{
    const struct published_unit *u = &w->paper->content->units[index];
    const char state = w->paper->states[index], code[2] = {state, '\0'};
    int64_t total = paper_total(w->paper, index), deal = paper_deal(w->paper, index);
    char note[512];

    put(w, COLUMN_BUILDING, u->building, w->text);
    put(w, COLUMN_STAIR, u->stair, w->text);
    put(w, COLUMN_FLOOR, u->floor, w->text);
    put(w, COLUMN_ROOM, u->room, w->text);
    put(w, COLUMN_CLASS, paper_class_word(w->paper, u), w->text);
    put(w, COLUMN_LAYOUT, paper_layout(w->paper, u->layout_id), w->text);
    put(w, COLUMN_ORIENTATION, u->orientation, w->text);
    number(w, COLUMN_HEIGHT, u->floor_height_mm / 10, w->area);
    number(w, COLUMN_GROSS, u->gross, w->area);
    number(w, COLUMN_INNER, u->inner, w->area);
    number(w, COLUMN_SHARED, u->inner > 0 ? u->shared : 0, w->area);
    put(w, COLUMN_STAGE, paper_stage_word(w->paper, u), w->center);
    put(w, COLUMN_STATE_CODE, code, w->center);
    put(w, COLUMN_STATE, paper_state_word(w->paper, state), w->states[(unsigned char)state]);
    number(w, COLUMN_PRICE, snapshot_unit_price(w->paper->snapshot, u, total), w->money);
    number(w, COLUMN_TOTAL, total, w->money);
    number(w, COLUMN_DEAL, deal, w->money);
    put(w, COLUMN_PERMIT, u->permit, w->text);
    paper_note(w->paper, index, note, sizeof(note));
    put(w, COLUMN_NOTE, note, w->text);
    w->row++;
}

static void list_write(struct workbook *w)
{
    const size_t n = w->paper->content->n_units;
    char range[48];

    w->sheet = book_sheet(&w->book, paper_word(w->paper, T_PRICES), false);
    if (!w->sheet)
        return;
    head_write(w);
    w->row = HEAD_ROW + 1;
    for (size_t i = 0; i < n; i++)
        unit_write(w, i);
    worksheet_autofilter(w->sheet, HEAD_ROW, 0, w->row - 1, COLUMN_COUNT - 1);
    worksheet_freeze_panes(w->sheet, HEAD_ROW + 1, COLUMN_ROOM + 1);
    worksheet_repeat_rows(w->sheet, 0, HEAD_ROW);
    /* Floors and rooms are names: no green corners for "0101". */
    snprintf(range, sizeof(range), "A%d:G%u", HEAD_ROW + 2, (unsigned)w->row + 1);
    worksheet_ignore_errors(w->sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, range);
    if (strcmp(w->paper->basis, "unit") == 0)
        worksheet_set_column_opt(w->sheet, COLUMN_PRICE, COLUMN_PRICE, columns[COLUMN_PRICE].width,
                                 NULL, &(lxw_row_col_options){.hidden = LXW_TRUE});
    if (!w->paper->show_deal)
        worksheet_set_column_opt(w->sheet, COLUMN_DEAL, COLUMN_DEAL, columns[COLUMN_DEAL].width,
                                 NULL, &(lxw_row_col_options){.hidden = LXW_TRUE});
}

static int note_write(void *arg, const struct paper_note_line *line)
{
    struct workbook *w = arg;

    if (line->heading) {
        w->row++;
        book_text(&w->book, w->sheet, (struct book_range){w->row, 0, w->row, 1}, line->text,
                  w->head);
    } else {
        book_text(&w->book, w->sheet, (struct book_range){w->row, 0, w->row, 0}, line->label,
                  w->facts);
        book_text(&w->book, w->sheet, (struct book_range){w->row, 1, w->row, 1}, line->text,
                  w->facts);
    }
    w->row++;
    return w->book.error;
}

static int notes_write(struct workbook *w)
{
    w->sheet = book_sheet(&w->book, paper_word(w->paper, T_NOTES), false);
    if (!w->sheet)
        return w->book.error;
    worksheet_set_column(w->sheet, 0, 0, 34, NULL);
    worksheet_set_column(w->sheet, 1, 1, 110, NULL);
    worksheet_gridlines(w->sheet, LXW_HIDE_ALL_GRIDLINES);
    w->row = 0;
    return paper_notes(w->paper, note_write, w);
}

int paper_prices_xlsx(struct paper *p, char **ret_bytes, size_t *ret_n)
{
    struct workbook w = {.paper = p};
    char title[320], *bytes = NULL;
    size_t n = 0;
    int r, closed;

    snprintf(title, sizeof(title), "%s · %s", p->name, paper_word(p, T_PRICES));
    r = book_open(p, title, &w.book);
    if (r < 0)
        return r;
    formats_make(&w);
    if (w.book.error == 0)
        list_write(&w);
    r = w.book.error ? w.book.error : notes_write(&w);
    closed = book_close(&w.book, &bytes, &n);
    if (r < 0 || closed < 0) {
        free(bytes);
        return r < 0 ? r : closed;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
}

/* layout.c - see layout.h. */
#include "daemon/paper/layout.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/paper/layout_fill.h"
#include "daemon/paper/page.h"
#include "db/paper_layout.h"

enum { PAGES_MAX = 500 };

struct drawing {
    const struct layout_print *print;
    struct layout_fill fill;
    struct page page;
    size_t page_no, pages; /* of a copy, from 0 */
    double squeeze;        /* of a row's height and type, at most 1 */
    double row_y;          /* where the row begins; else 0 */
};

/* ---- items ---- */

static double number(const json_t *item, const char *key, double otherwise)
{
    const json_t *value = json_object_get(item, key);

    return json_is_number(value) ? json_number_value(value) : otherwise;
}

static struct page_style style_of(const struct drawing *d, const json_t *item)
{
    const char *align = json_string_value(json_object_get(item, "align"));
    const char *ink = json_string_value(json_object_get(item, "ink"));
    const struct page_style style = {.size = number(item, "size", 9) * d->squeeze,
                                     .bold = json_is_true(json_object_get(item, "bold")),
                                     .align = align && strcmp(align, "right") == 0    ? PAGE_RIGHT
                                              : align && strcmp(align, "center") == 0 ? PAGE_CENTER
                                                                                      : PAGE_LEFT,
                                     .ink = ink && strlen(ink) == 7 && ink[0] == '#' ? ink : INK};

    return style;
}

static int text_draw(struct drawing *d, const json_t *item, const char *text)
{
    const struct page_style style = style_of(d, item);
    char filled[LAYOUT_TEXT];
    int r = layout_text(&d->fill, text, filled);

    if (r == 0)
        page_text(&d->page, &style, number(item, "x", 0),
                  number(item, "y", 0) * d->squeeze + d->row_y, number(item, "w", 0), filled);
    return r;
}

static int box_draw(struct drawing *d, const json_t *item, const char *text)
{
    const struct page_style style = style_of(d, item);
    const struct page_box box = {number(item, "x", 0), number(item, "y", 0) + d->row_y,
                                 number(item, "w", 0), number(item, "h", 0)};
    char filled[LAYOUT_TEXT];
    int r = layout_text(&d->fill, text, filled);

    if (r == 0)
        page_text_box(&d->page, &style, &box, filled);
    return r;
}

static int paragraph_draw(struct drawing *d, const json_t *item, const char *text)
{
    const struct page_style style = style_of(d, item);
    char filled[LAYOUT_TEXT];
    int r = layout_text(&d->fill, text, filled);

    if (r == 0)
        page_paragraph(&d->page, &style, number(item, "x", 0), number(item, "y", 0) + d->row_y,
                       number(item, "w", 0), filled, true);
    return r;
}

static int qr_draw(struct drawing *d, const json_t *item, const char *text)
{
    char filled[LAYOUT_TEXT];
    int r = layout_text(&d->fill, text, filled);

    if (r == 0)
        r = page_qr(&d->page, number(item, "x", 0), number(item, "y", 0) + d->row_y,
                    number(item, "size", 20), filled);
    return r == -E2BIG ? layout_wrong(&d->fill, "a text is too long for a code", text) : r;
}

/* The four numbers of a line or a frame. */
static int four(struct drawing *d, const json_t *array, double out[4])
{
    if (json_array_size(array) != 4)
        return layout_wrong(&d->fill, "four numbers are needed", "line, frame");
    for (size_t i = 0; i < 4; i++)
        out[i] = json_number_value(json_array_get(array, i));
    return 0;
}

static int line_draw(struct drawing *d, const json_t *item, const json_t *array, bool frame)
{
    const char *ink = style_of(d, item).ink;
    const double w = number(item, "width", 0.4);
    double at[4];
    int r = four(d, array, at);

    if (r < 0)
        return r;
    at[1] += d->row_y;
    if (!frame) {
        page_line(&d->page, at[0], at[1], at[2], at[3] + d->row_y, w, ink);
        return 0;
    }
    page_line(&d->page, at[0], at[1], at[0] + at[2], at[1], w, ink);
    page_line(&d->page, at[0], at[1] + at[3], at[0] + at[2], at[1] + at[3], w, ink);
    page_line(&d->page, at[0], at[1], at[0], at[1] + at[3], w, ink);
    page_line(&d->page, at[0] + at[2], at[1], at[0] + at[2], at[1] + at[3], w, ink);
    return 0;
}

static int items_draw(struct drawing *d, const json_t *items, bool inner);

static int table_check(struct drawing *d, const char *name, double row)
{
    if (!sheet_table(d->print->sheet, name))
        return layout_wrong(&d->fill, "there is no table of that name", name);
    return row > 0 ? 0 : layout_wrong(&d->fill, "a row has no height", name);
}

/* The rows of a table from @first to before @end, each @row mm, from @y down. */
static int table_draw(struct drawing *d, const json_t *item, size_t first, size_t end, double y,
                      double row)
{
    int r = 0;

    for (size_t i = first; r == 0 && i < end; i++) {
        d->fill.row = i;
        d->squeeze = row / number(item, "row", 7);
        d->row_y = y + row * (double)(i - first);
        r = items_draw(d, json_object_get(item, "items"), true);
    }
    d->fill.row = 0;
    d->squeeze = 1;
    d->row_y = 0;
    return r;
}

static int rows_draw(struct drawing *d, const json_t *item, const char *name)
{
    const size_t n = sheet_rows(d->print->sheet, name);
    const double room = number(item, "h", 0), wanted = number(item, "row", 7);
    const double row = n && wanted * (double)n > room ? room / (double)n : wanted;
    int r = table_check(d, name, wanted);

    return r < 0 ? r : table_draw(d, item, 0, n, number(item, "y", 0), row);
}

/* ---- over pages ---- */

struct flow {
    double row, y, again;
    size_t n, first, more; /* rows: of the table, on its first page, on each after it */
};

static int flow_read(struct drawing *d, const json_t *item, const char *name, struct flow *ret)
{
    const double bottom = number(item, "bottom", 0);
    struct flow f = {.row = number(item, "row", 7), .y = number(item, "y", 0)};
    int r = table_check(d, name, f.row);

    f.again = number(item, "again", f.y);
    if (r == 0 && (bottom < f.y + f.row || bottom < f.again + f.row))
        r = layout_wrong(&d->fill, "a flow has no room for a row", name);
    if (r < 0)
        return r;
    f.n = sheet_rows(d->print->sheet, name);
    f.first = (size_t)((bottom - f.y) / f.row);
    f.more = (size_t)((bottom - f.again) / f.row);
    *ret = f;
    return 0;
}

/* The first row that is on page @page. */
static size_t flow_at(const struct flow *f, size_t page)
{
    const size_t at = page ? f->first + (page - 1) * f->more : 0;

    return at < f->n ? at : f->n;
}

static int flow_draw(struct drawing *d, const json_t *item, const char *name)
{
    struct flow f;
    int r = flow_read(d, item, name, &f);

    return r < 0 ? r
                 : table_draw(d, item, flow_at(&f, d->page_no), flow_at(&f, d->page_no + 1),
                              d->page_no ? f.again : f.y, f.row);
}

/* As many pages as the longest of the flows takes. */
static int pages_count(struct drawing *d, const json_t *items)
{
    const json_t *item;
    size_t i;

    d->pages = 1;
    json_array_foreach(items, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "flow"));
        struct flow f;
        int r = name ? flow_read(d, item, name, &f) : 0;

        if (r < 0)
            return r;
        while (name && d->pages < PAGES_MAX && flow_at(&f, d->pages) < f.n)
            d->pages++;
        if (name && flow_at(&f, d->pages) < f.n)
            return layout_wrong(&d->fill, "it has too many pages", name);
    }
    return 0;
}

/* Whether @item is on this page. */
static int here(struct drawing *d, const json_t *item, bool *ret)
{
    const char *on = json_string_value(json_object_get(item, "on"));

    *ret = !on || (strcmp(on, "first") == 0 ? d->page_no == 0 : d->page_no + 1 == d->pages);
    return !on || strcmp(on, "first") == 0 || strcmp(on, "last") == 0
               ? 0
               : layout_wrong(&d->fill, "a page is first or last", on);
}

/* Whether @item is drawn: here, and what it needs has a value. */
static int wanted(struct drawing *d, const json_t *item, bool *ret)
{
    const bool form = json_is_true(json_object_get(item, "form"));
    int r = here(d, item, ret);

    if (r == 0 && form && !d->print->form)
        *ret = false;
    if (r == 0)
        r = layout_wants(&d->fill, item);
    *ret = *ret && r == 1;
    return r < 0 ? r : 0;
}

/* What an item is: the member that says it, and whether one may be in a row. */
static const struct item_kind {
    const char *name;
    bool in_row;
    int (*draw)(struct drawing *d, const json_t *item, const char *text);
} item_kinds[] = {
    {"text", true, text_draw}, {"box", false, box_draw},   {"paragraph", false, paragraph_draw},
    {"qr", false, qr_draw},    {"rows", false, rows_draw}, {"flow", false, flow_draw},
};

static int item_draw(struct drawing *d, const json_t *item, bool inner)
{
    const json_t *line = json_object_get(item, "line"), *frame = json_object_get(item, "frame");
    bool drawn = false;
    int r = wanted(d, item, &drawn);

    if (r < 0 || !drawn)
        return r;
    for (size_t i = 0; i < sizeof(item_kinds) / sizeof(item_kinds[0]); i++) {
        const char *text = json_string_value(json_object_get(item, item_kinds[i].name));

        if (text && (item_kinds[i].in_row || !inner))
            return item_kinds[i].draw(d, item, text);
    }
    if (line || frame)
        return line_draw(d, item, line ? line : frame, !line);
    return layout_wrong(&d->fill, "an item is of no known kind", inner ? "rows" : "items");
}

static int items_draw(struct drawing *d, const json_t *items, bool inner)
{
    const json_t *item;
    size_t i;
    int r = 0;

    json_array_foreach(items, i, item)
    {
        r = item_draw(d, item, inner);
        if (r < 0)
            break;
    }
    return r;
}

/* ---- the paper ---- */

/* The pages of one copy. */
static int copy_draw(struct drawing *d, const json_t *items)
{
    int r = 0;

    for (d->page_no = 0; r == 0 && d->page_no < d->pages; d->page_no++) {
        char page[24];

        snprintf(page, sizeof(page), "%zu", d->page_no + 1);
        d->fill.page = page;
        if (d->page_no)
            page_end(&d->page);
        r = items_draw(d, items, false);
        d->fill.page = "";
    }
    return r;
}

static int pages_draw(struct drawing *d, const json_t *root)
{
    const json_t *copies = json_object_get(root, "copies"), *items = json_object_get(root, "items");
    const size_t n = json_array_size(copies) ? json_array_size(copies) : 1;
    char pages[24];
    int r = pages_count(d, items);

    snprintf(pages, sizeof(pages), "%zu", d->pages);
    d->fill.pages = pages;
    for (size_t i = 0; r == 0 && i < n; i++) {
        const char *copy = json_string_value(json_array_get(copies, i));

        d->fill.copy = copy ? copy : "";
        if (i)
            page_end(&d->page);
        r = copy_draw(d, items);
    }
    d->fill.pages = "";
    return r;
}

int layout_draw(const struct layout_print *print, char **ret_bytes, size_t *ret_n,
                char error[LAYOUT_ERROR_TEXT])
{
    struct drawing d = {
        .print = print,
        .fill = {.sheet = print->sheet, .copy = "", .page = "", .pages = "", .error = error},
        .squeeze = 1};
    json_error_t where;
    json_t *root = json_loads(print->json, 0, &where);
    char *bytes = NULL;
    size_t n = 0;
    double w, h;
    int r, closed;

    error[0] = '\0';
    if (!root) {
        snprintf(error, LAYOUT_ERROR_TEXT, "line %d: %s", where.line, where.text);
        return -EBADMSG;
    }
    w = number(root, "width", 0);
    h = number(root, "height", 0);
    if (w < 20 || w > 1000 || h < 20 || h > 1000) {
        json_decref(root);
        return layout_wrong(&d.fill, "the sheet has no size", "width, height");
    }
    r = print->picture ? page_open_picture(&d.page, w, h)
                       : page_open(&d.page, w, h, print->title, print->subject);
    page_made_at(&d.page, print->made_ms);
    if (r == 0)
        r = pages_draw(&d, root);
    closed = page_close(&d.page, &bytes, &n);
    json_decref(root);
    if (r == 0 && closed == 0) {
        *ret_bytes = bytes;
        *ret_n = n;
        return 0;
    }
    free(bytes);
    return r < 0 ? r : closed;
}

/* ---- those of the program ---- */

/* Adds one; the texts of @root live as long as it. */
static int file_seed(struct tx *tx, const struct layout_file *file, const json_t *root)
{
    const struct paper_layout_program program = {
        .code = file->name,
        .kind = json_string_value(json_object_get(root, "kind")),
        .name = json_string_value(json_object_get(root, "name")),
        .body = file->json};

    return program.kind && program.name ? paper_layout_seed(tx, &program) : -EBADMSG;
}

/* Those that are the first of their kind, or the others. */
static int files_seed(struct tx *tx, bool first)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < layout_files_count; i++) {
        json_t *root = json_loads(layout_files[i].json, 0, NULL);

        if (json_is_true(json_object_get(root, "first")) == first)
            r = file_seed(tx, &layout_files[i], root);
        json_decref(root);
    }
    return r;
}

int layouts_seed(struct tx *tx)
{
    int r = files_seed(tx, true);

    return r < 0 ? r : files_seed(tx, false);
}

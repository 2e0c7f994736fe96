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

struct drawing {
    const struct layout_print *print;
    struct layout_fill fill;
    struct page page;
    double squeeze; /* of a row's height and type, at most 1 */
    double row_y;   /* where the row begins; else 0 */
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

static int rows_draw(struct drawing *d, const json_t *item, const char *name)
{
    const size_t n = sheet_rows(d->print->sheet, name);
    const double room = number(item, "h", 0), wanted = number(item, "row", 7);
    const double row = n && wanted * (double)n > room ? room / (double)n : wanted;
    int r = sheet_table(d->print->sheet, name)
                ? 0
                : layout_wrong(&d->fill, "there is no table of that name", name);

    for (size_t i = 0; r == 0 && i < n; i++) {
        d->fill.row = i;
        d->squeeze = row / wanted;
        d->row_y = number(item, "y", 0) + row * (double)i;
        r = items_draw(d, json_object_get(item, "items"), true);
    }
    d->fill.row = 0;
    d->squeeze = 1;
    d->row_y = 0;
    return r;
}

static int item_draw(struct drawing *d, const json_t *item, bool inner)
{
    const char *text = json_string_value(json_object_get(item, "text"));
    const char *box = json_string_value(json_object_get(item, "box"));
    const char *rows = json_string_value(json_object_get(item, "rows"));
    const json_t *line = json_object_get(item, "line"), *frame = json_object_get(item, "frame");
    int r;

    if (json_is_true(json_object_get(item, "form")) && !d->print->form)
        return 0;
    r = layout_wants(&d->fill, item);
    if (r <= 0)
        return r;
    if (text)
        return text_draw(d, item, text);
    if (box && !inner)
        return box_draw(d, item, box);
    if (line)
        return line_draw(d, item, line, false);
    if (frame)
        return line_draw(d, item, frame, true);
    if (rows && !inner)
        return rows_draw(d, item, rows);
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

static int pages_draw(struct drawing *d, const json_t *root)
{
    const json_t *copies = json_object_get(root, "copies");
    const size_t n = json_array_size(copies) ? json_array_size(copies) : 1;
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        const char *copy = json_string_value(json_array_get(copies, i));

        d->fill.copy = copy ? copy : "";
        r = items_draw(d, json_object_get(root, "items"), false);
        if (r == 0 && i + 1 < n)
            page_end(&d->page);
    }
    return r;
}

int layout_draw(const struct layout_print *print, char **ret_bytes, size_t *ret_n,
                char error[LAYOUT_ERROR_TEXT])
{
    struct drawing d = {
        .print = print, .fill = {.sheet = print->sheet, .copy = "", .error = error}, .squeeze = 1};
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

int layouts_seed(struct tx *tx)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < layout_files_count; i++) {
        json_t *root = json_loads(layout_files[i].json, 0, NULL);

        r = file_seed(tx, &layout_files[i], root);
        json_decref(root);
    }
    return r;
}

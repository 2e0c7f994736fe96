/* layout_roll.c - see layout_roll.h. */
#include "daemon/paper/layout_roll.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/paper/layout_fill.h"
#include "drivers/roll.h"

struct rolling {
    struct layout_fill fill;
    struct roll_writer w;
    bool first; /* of the copies */
};

/* ---- cells ---- */

static int align_of(const struct rolling *r, const json_t *item, enum roll_align *ret_align)
{
    const char *align = json_string_value(json_object_get(item, "align"));

    *ret_align = ROLL_LEFT;
    if (!align || strcmp(align, "left") == 0)
        return 0;
    if (strcmp(align, "center") == 0)
        *ret_align = ROLL_CENTER;
    else if (strcmp(align, "right") == 0)
        *ret_align = ROLL_RIGHT;
    else
        return layout_wrong(&r->fill, "align is left, center or right", align);
    return 0;
}

/* @item: {"text": …} or the text alone. */
static int cell_of(const struct rolling *r, const json_t *item, struct roll_cell *cell,
                   char text[LAYOUT_TEXT])
{
    const json_t *said = json_is_string(item) ? item : json_object_get(item, "text");
    const json_t *width = json_object_get(item, "width");
    int e;

    if (!json_is_string(said))
        return layout_wrong(&r->fill, "a cell has no text", "cells");
    if (width && (!json_is_integer(width) || json_integer_value(width) < 1 ||
                  json_integer_value(width) > ROLL_COLUMNS_MAX))
        return layout_wrong(&r->fill, "a width is a number of columns", "cells");
    e = align_of(r, item, &cell->align);
    if (e == 0)
        e = layout_text(&r->fill, json_string_value(said), text);
    cell->width = (unsigned)json_integer_value(width);
    cell->fit = json_is_true(json_object_get(item, "fit"));
    cell->text = text;
    return e;
}

static int cells_add(struct rolling *r, const json_t *item, const json_t *cells)
{
    struct roll_line line = {.kind = ROLL_LINE,
                             .bold = json_is_true(json_object_get(item, "bold")),
                             .big = json_is_true(json_object_get(item, "big")),
                             .n_cells = json_array_size(cells)};
    char(*texts)[LAYOUT_TEXT];
    int e = 0;

    if (line.n_cells < 1 || line.n_cells > ROLL_CELLS_MAX)
        return layout_wrong(&r->fill, "a line has no cells, or too many", "cells");
    texts = malloc(line.n_cells * sizeof(*texts));
    if (!texts)
        return -ENOMEM;
    for (size_t i = 0; e == 0 && i < line.n_cells; i++)
        e = cell_of(r, json_array_get(cells, i), &line.cells[i], texts[i]);
    if (e == 0)
        roll_add(&r->w, &line);
    free(texts);
    return e;
}

/* The left one gives way to the right one. */
static int pair_add(struct rolling *r, const json_t *item, const json_t *pair)
{
    json_t *cells;
    int e;

    if (json_array_size(pair) != 2 || !json_is_string(json_array_get(pair, 0)) ||
        !json_is_string(json_array_get(pair, 1)))
        return layout_wrong(&r->fill, "a pair is two texts", "pair");
    cells = json_pack("[O, {s:O, s:s, s:b}]", json_array_get(pair, 0), "text",
                      json_array_get(pair, 1), "align", "right", "fit", 1);
    e = cells ? cells_add(r, item, cells) : -ENOMEM;
    json_decref(cells);
    return e;
}

/* ---- lines ---- */

static int lines_add(struct rolling *r, const json_t *lines, bool inner);

static int rows_add(struct rolling *r, const json_t *item, const char *name)
{
    const size_t n = sheet_rows(r->fill.sheet, name);
    int e = 0;

    if (!sheet_table(r->fill.sheet, name))
        return layout_wrong(&r->fill, "there is no table of that name", name);
    for (size_t i = 0; e == 0 && i < n; i++) {
        r->fill.row = i;
        e = lines_add(r, json_object_get(item, "lines"), true);
    }
    r->fill.row = 0;
    return e;
}

static int qr_add(struct rolling *r, const char *text)
{
    char filled[LAYOUT_TEXT];
    const struct roll_line line = {.kind = ROLL_QR, .cells = {{.text = filled}}, .n_cells = 1};
    int e = layout_text(&r->fill, text, filled);

    if (e == 0 && (!filled[0] || strlen(filled) > ROLL_QR_MAX))
        return layout_wrong(&r->fill, "a code says nothing, or too much", "qr");
    if (e == 0)
        roll_add(&r->w, &line);
    return e;
}

static void plain_add(struct rolling *r, enum roll_kind kind, unsigned feed)
{
    const struct roll_line line = {.kind = kind, .feed = feed};

    roll_add(&r->w, &line);
}

static int feed_add(struct rolling *r, const json_t *feed)
{
    const json_int_t n = json_integer_value(feed);

    if (n < 1 || n > ROLL_FEED_MAX)
        return layout_wrong(&r->fill, "so many lines are not fed", "feed");
    plain_add(r, ROLL_FEED, (unsigned)n);
    return 0;
}

static int line_add(struct rolling *r, const json_t *item, bool inner)
{
    const json_t *cells = json_object_get(item, "cells"), *pair = json_object_get(item, "pair");
    const json_t *feed = json_object_get(item, "feed");
    const char *rows = json_string_value(json_object_get(item, "rows"));
    const char *qr = json_string_value(json_object_get(item, "qr"));
    const int wanted = layout_wants(&r->fill, item);

    if (wanted <= 0)
        return wanted;
    if (cells)
        return cells_add(r, item, cells);
    if (pair)
        return pair_add(r, item, pair);
    if (rows && !inner)
        return rows_add(r, item, rows);
    if (qr)
        return qr_add(r, qr);
    if (feed)
        return feed_add(r, feed);
    if (json_is_true(json_object_get(item, "rule"))) {
        plain_add(r, ROLL_RULE, 0);
    } else if (json_is_true(json_object_get(item, "drawer"))) {
        if (r->first)
            plain_add(r, ROLL_DRAWER, 0);
    } else if (json_object_get(item, "text")) {
        json_t *alone = json_pack("[O]", item);
        int e = alone ? cells_add(r, item, alone) : -ENOMEM;

        json_decref(alone);
        return e;
    } else {
        return layout_wrong(&r->fill, "a line is of no known kind", inner ? "rows" : "lines");
    }
    return 0;
}

static int lines_add(struct rolling *r, const json_t *lines, bool inner)
{
    const json_t *item;
    size_t i;
    int e = 0;

    json_array_foreach(lines, i, item)
    {
        e = line_add(r, item, inner);
        if (e < 0)
            break;
    }
    return e;
}

/* ---- the paper ---- */

static int copies_add(struct rolling *r, const json_t *root)
{
    const json_t *copies = json_object_get(root, "copies");
    const size_t n = json_array_size(copies) ? json_array_size(copies) : 1;
    int e = 0;

    for (size_t i = 0; e == 0 && i < n; i++) {
        const char *copy = json_string_value(json_array_get(copies, i));

        r->fill.copy = copy ? copy : "";
        r->first = i == 0;
        e = lines_add(r, json_object_get(root, "lines"), false);
        plain_add(r, ROLL_CUT, 0);
    }
    return e;
}

bool layout_is_roll(const char *json)
{
    json_t *root = json_loads(json, 0, NULL);
    const bool roll = json_object_get(root, "roll");

    json_decref(root);
    return roll;
}

int layout_roll(const struct layout_print *print, char **ret_roll, size_t *ret_n,
                char error[LAYOUT_ERROR_TEXT])
{
    struct rolling r = {
        .fill = {.sheet = print->sheet, .copy = "", .page = "", .pages = "", .error = error}};
    json_error_t where;
    json_t *root = json_loads(print->json, 0, &where);
    json_int_t columns = json_integer_value(json_object_get(root, "roll"));
    char *roll = NULL;
    size_t n = 0;
    int e, ended;

    error[0] = '\0';
    if (!root) {
        snprintf(error, LAYOUT_ERROR_TEXT, "line %d: %s", where.line, where.text);
        return -EBADMSG;
    }
    if (columns < ROLL_COLUMNS_MIN || columns > ROLL_COLUMNS_MAX) {
        json_decref(root);
        return layout_wrong(&r.fill, "a roll has 24 to 64 columns", "roll");
    }
    roll_begin(&r.w, (unsigned)columns);
    e = copies_add(&r, root);
    ended = roll_end(&r.w, &roll, &n);
    json_decref(root);
    if (e == 0 && ended == 0) {
        *ret_roll = roll;
        *ret_n = n;
        return 0;
    }
    free(roll);
    return e < 0 ? e : ended;
}

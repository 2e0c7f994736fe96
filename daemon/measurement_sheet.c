/* measurement_sheet.c - see measurement_sheet.h. */
#include "daemon/measurement_sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/http/text.h"
#include "daemon/nfc.h"
#include "daemon/sheet/decimal.h"
#include "daemon/sheet/sheet.h"
#include "db/money.h"

enum { WORDS_MAX = 5, HEAD_ROWS = 10, TEXT_CHARS = 40 };

static const struct {
    const char *words[WORDS_MAX]; /* the Chinese and the English one first */
    const char *field;            /* as a refusal calls it */
} columns[MEASUREMENT_COLUMNS] = {
    [MEASUREMENT_BUILDING] = {{"楼栋", "Building", "幢号", "栋号", "楼号"}, "building"},
    [MEASUREMENT_STAIR] = {{"单元", "Stair", "单元号"}, "stair"},
    [MEASUREMENT_ROOM] = {{"房号", "Room", "室号", "户号"}, "room"},
    [MEASUREMENT_GROSS] = {{"实测建筑面积", "Gross area", "建筑面积", "建筑面积（㎡）", "实测建面"},
                           "gross_area"},
    [MEASUREMENT_INNER] = {{"实测套内面积", "Inner area", "套内面积", "套内建筑面积", "实测套内"},
                           "inner_area"},
};

const char *measurement_column_head(enum measurement_column column, enum lang lang)
{
    return columns[column].words[lang == LANG_EN];
}

/* ---- texts ---- */

/* What stands in @cell, trimmed and in the one form of texts. 1; 0: no such text. */
static int cell_text(struct measurement_sheet *s, const struct sheet_cell *cell,
                     const char **ret_text)
{
    const char *text = cell->text;
    size_t n = cell->len, chars = 0;
    char *made;

    text_trim(&text, &n);
    if (!text_allowed(text, n, &chars) || cell->kind == SHEET_CELL_ERROR ||
        cell->kind == SHEET_CELL_FORMULA_EMPTY || chars > TEXT_CHARS)
        return 0;
    made = nfc_of(text, n);
    if (!made)
        made = strndup(text, n);
    *ret_text = made ? pool_text(&s->texts, made) : NULL;
    free(made);
    return *ret_text ? 1 : -ENOMEM;
}

/* ---- the heading ---- */

static bool is_head(int column, const char *text)
{
    for (size_t i = 0; i < WORDS_MAX && columns[column].words[i]; i++)
        if (strcasecmp(columns[column].words[i], text) == 0)
            return true;
    return false;
}

static int head_read(struct measurement_sheet *s, const struct sheet_row *row,
                     int at[MEASUREMENT_COLUMNS])
{
    for (int c = 0; c < MEASUREMENT_COLUMNS; c++)
        at[c] = -1;
    for (size_t i = 0; i < row->n_cells; i++) {
        const char *text = "";
        int r = cell_text(s, &row->cells[i], &text);

        if (r < 0)
            return r;
        for (int c = 0; c < MEASUREMENT_COLUMNS; c++)
            if (at[c] < 0 && is_head(c, text))
                at[c] = (int)i;
    }
    return at[MEASUREMENT_BUILDING] >= 0 && at[MEASUREMENT_ROOM] >= 0 &&
           at[MEASUREMENT_GROSS] >= 0 && at[MEASUREMENT_INNER] >= 0;
}

/* ---- the rows ---- */

static void cell_wrong(struct fault *f, enum fault_code code, int64_t row, int column,
                       const char *value)
{
    fault_item(f, code, row, columns[column].field, "field_zh", columns[column].words[0], "field",
               columns[column].words[1], "value", value, NULL);
}

/* The cells of a row; 0 when one of them is wrong. */
static int cells_read(struct measurement_sheet *s, const struct sheet_row *row,
                      const int at[MEASUREMENT_COLUMNS], struct fault *f,
                      const char *texts[MEASUREMENT_COLUMNS])
{
    int good = 1;

    for (int c = 0; c < MEASUREMENT_COLUMNS; c++) {
        int r = 1;

        texts[c] = "";
        if (at[c] >= 0 && (size_t)at[c] < row->n_cells)
            r = cell_text(s, &row->cells[at[c]], &texts[c]);
        if (r < 0)
            return r;
        if (r == 0 || (c != MEASUREMENT_STAIR && !texts[c][0])) {
            cell_wrong(f, r ? FAULT_ROW_CELL_EMPTY : FAULT_ROW_TEXT, row->number, c, "");
            good = 0;
        }
    }
    return good;
}

static bool area_read(struct fault *f, int64_t row, int column, const char *text, int64_t *ret_area)
{
    bool rounded = false;
    int r = decimal_parse(text, strlen(text), DECIMAL_AREA, 0, ret_area, &rounded);

    if (r == 1 && !rounded && *ret_area > 0 && *ret_area <= AREA_MAX)
        return true;
    cell_wrong(f,
               r == 1 && rounded        ? FAULT_ROW_ROUNDED
               : r == 1 || r == -ERANGE ? FAULT_ROW_NUMBER_RANGE
                                        : FAULT_ROW_NUMBER,
               row, column, text);
    return false;
}

static int row_take(struct measurement_sheet *s, const struct sheet_row *row,
                    const int at[MEASUREMENT_COLUMNS], struct fault *f)
{
    const char *texts[MEASUREMENT_COLUMNS];
    int64_t gross = 0, inner = 0;
    int r = cells_read(s, row, at, f, texts);

    if (r <= 0 || !area_read(f, row->number, MEASUREMENT_GROSS, texts[MEASUREMENT_GROSS], &gross) ||
        !area_read(f, row->number, MEASUREMENT_INNER, texts[MEASUREMENT_INNER], &inner))
        return r < 0 ? r : 0;
    s->rows[s->n].row = row->number;
    s->rows[s->n].gross = gross;
    s->rows[s->n].inner = inner;
    s->rows[s->n].building = texts[MEASUREMENT_BUILDING];
    s->rows[s->n].stair = texts[MEASUREMENT_STAIR];
    s->rows[s->n++].room = texts[MEASUREMENT_ROOM];
    return 0;
}

static int rows_read(struct measurement_sheet *s, struct sheet *sheet, struct fault *f)
{
    int at[MEASUREMENT_COLUMNS], r = 0, heads = 0;
    struct sheet_row row;
    bool headed = false;
    char most[16];

    snprintf(most, sizeof(most), "%d", MEASUREMENTS_MAX);
    while (r >= 0 && (r = sheet_next_row(sheet, f, &row)) == 1) {
        if (headed) {
            if (s->seen++ == MEASUREMENTS_MAX)
                return fault_set(f, FAULT_SHEET_LIMIT, "limit", most, "what_zh", "行", "what",
                                 "rows", NULL);
            r = row_take(s, &row, at, f);
        } else if (heads++ < HEAD_ROWS) {
            r = head_read(s, &row, at);
            headed = r == 1;
        }
    }
    if (r >= 0 && !headed)
        return fault_set(
            f, FAULT_IMPORT_MAPPING, "reason",
            "楼栋 / 房号 / 实测建筑面积 / 实测套内面积 (Building / Room / Gross area / "
            "Inner area)",
            NULL);
    return r < 0 ? r : 0;
}

int measurement_sheet_read(const char *path, const char *file_name, struct fault *f,
                           struct measurement_sheet **ret_sheet)
{
    struct measurement_sheet *s = calloc(1, sizeof(*s));
    struct sheet *sheet = NULL;
    int r = s ? sheet_open(path, file_name, f, &sheet) : -ENOMEM;

    if (r == 0)
        r = rows_read(s, sheet, f);
    sheet_close(sheet);
    *ret_sheet = r < 0 ? measurement_sheet_free(s) : s;
    return r;
}

struct measurement_sheet *measurement_sheet_free(struct measurement_sheet *s)
{
    if (s)
        pool_free(&s->texts);
    free(s);
    return NULL;
}

/* bank_sheet.c - see bank_sheet.h. */
#include "daemon/bank_sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/http/text.h"
#include "daemon/nfc.h"
#include "daemon/sheet/decimal.h"
#include "daemon/sheet/sheet.h"
#include "db/day.h"
#include "db/money.h"

enum { HEAD_ROWS = 10, REASON_TEXT = 400 };

void bank_cell_wrong(struct bank_sheet *s, enum fault_code code, int64_t row, int column,
                     const char *value)
{
    const struct bank_column *c = &s->columns[column];

    fault_item(s->fault, code, row, c->field, "field_zh", c->words[0], "field", c->words[1],
               "value", value, NULL);
    s->wrong = true;
}

bool bank_cell_amount(struct bank_sheet *s, int64_t row, int column, const char *text,
                      int64_t *ret_fen)
{
    bool rounded = false;
    int r = decimal_parse(text, strlen(text), DECIMAL_MONEY, 0, ret_fen, &rounded);

    if (r == 1 && !rounded && *ret_fen > 0 && *ret_fen <= MONEY_MAX_FEN)
        return true;
    bank_cell_wrong(s,
                    r == 1 && rounded        ? FAULT_ROW_ROUNDED
                    : r == 1 || r == -ERANGE ? FAULT_ROW_NUMBER_RANGE
                                             : FAULT_ROW_NUMBER,
                    row, column, text);
    return false;
}

/* At most so many digits, and what stands between them and the next ones; NULL: no digits. */
static const char *part_read(const char *p, int digits, int *ret)
{
    static const char *const between[] = {"-", "/", ".", "年", "月", "日"};
    const char *begun = p;

    *ret = 0;
    for (; *p >= '0' && *p <= '9' && p - begun < digits; p++)
        *ret = *ret * 10 + (*p - '0');
    if (p == begun)
        return NULL;
    for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++)
        if (strncmp(p, between[i], strlen(between[i])) == 0)
            return p + strlen(between[i]);
    return p;
}

const char *bank_cell_day(struct bank_sheet *s, int64_t row, int column, const char *text)
{
    int year = 0, month = 0, date = 0;
    const char *p = part_read(text, 4, &year);
    char day[DAY_TEXT];

    if (p)
        p = part_read(p, 2, &month);
    if (p)
        p = part_read(p, 2, &date);
    if (p && (!*p || *p == ' ' || *p == 'T') && year >= 2000) {
        snprintf(day, sizeof(day), "%04d-%02d-%02d", year % 10000, month % 100, date % 100);
        if (day_add(day, 0, day) == 0)
            return pool_text(s->texts, day);
    }
    bank_cell_wrong(s, FAULT_ROW_VALUE_UNKNOWN, row, column, text);
    return NULL;
}

/* ---- texts ---- */

/* What stands in @cell, trimmed and in the one form of texts. 1, 0: no such text; *ret_long: it is
 * too long. */
static int cell_text(struct bank_sheet *s, const struct sheet_cell *cell, size_t most,
                     const char **ret_text, bool *ret_long)
{
    const char *text = cell->text;
    size_t n = cell->len, chars = 0;
    char *made;

    text_trim(&text, &n);
    *ret_long = false;
    if (!text_allowed(text, n, &chars) || cell->kind == SHEET_CELL_ERROR ||
        cell->kind == SHEET_CELL_FORMULA_EMPTY)
        return 0;
    *ret_long = chars > most;
    if (*ret_long)
        return 0;
    made = nfc_of(text, n);
    if (!made)
        made = strndup(text, n);
    *ret_text = made ? pool_text(s->texts, made) : NULL;
    free(made);
    return *ret_text ? 1 : -ENOMEM;
}

/* ---- the heading ---- */

static bool is_head(const struct bank_column *column, const char *text)
{
    for (size_t i = 0; i < BANK_WORDS_MAX && column->words[i]; i++)
        if (strcasecmp(column->words[i], text) == 0)
            return true;
    return false;
}

static int head_read(struct bank_sheet *s, const struct sheet_row *row, int at[BANK_COLUMNS_MAX])
{
    int whole = 1;

    for (int c = 0; c < s->n_columns; c++)
        at[c] = -1;
    for (size_t i = 0; i < row->n_cells; i++) {
        const char *text = "";
        bool too_long;
        int r = cell_text(s, &row->cells[i], SHEET_CELL_MAX, &text, &too_long);

        if (r < 0)
            return r;
        for (int c = 0; c < s->n_columns; c++)
            if (at[c] < 0 && is_head(&s->columns[c], text))
                at[c] = (int)i;
    }
    for (int c = 0; c < s->n_columns; c++)
        whole &= at[c] >= 0 || s->columns[c].optional;
    return whole;
}

static int head_missing(struct bank_sheet *s)
{
    char reason[REASON_TEXT] = "";
    size_t used = 0;

    for (int lang = 0; lang < 2; lang++) {
        const char *gap = lang ? " (" : "";

        for (int c = 0; c < s->n_columns && used < sizeof(reason); c++) {
            if (s->columns[c].optional)
                continue;
            used += (size_t)snprintf(reason + used, sizeof(reason) - used, "%s%s", gap,
                                     s->columns[c].words[lang]);
            gap = " / ";
        }
    }
    if (used < sizeof(reason))
        snprintf(reason + used, sizeof(reason) - used, ")");
    return fault_set(s->fault, FAULT_IMPORT_MAPPING, "reason", reason, NULL);
}

/* ---- the rows ---- */

static int row_read(struct bank_sheet *s, const struct sheet_row *row,
                    const int at[BANK_COLUMNS_MAX])
{
    const char *cells[BANK_COLUMNS_MAX];
    bool good = true;

    for (int c = 0; c < s->n_columns; c++) {
        bool too_long = false;
        int r = 1;

        cells[c] = "";
        if (at[c] >= 0 && (size_t)at[c] < row->n_cells)
            r = cell_text(s, &row->cells[at[c]], s->columns[c].chars, &cells[c], &too_long);
        if (r < 0)
            return r;
        if (r == 0 || (!s->columns[c].optional && !cells[c][0])) {
            bank_cell_wrong(s,
                            r          ? FAULT_ROW_CELL_EMPTY
                            : too_long ? FAULT_ROW_TEXT_LONG
                                       : FAULT_ROW_TEXT,
                            row->number, c, "");
            good = false;
        }
    }
    if (good)
        s->row(s->arg, row->number, cells);
    return 0;
}

static int rows_read(struct bank_sheet *s, struct sheet *sheet)
{
    int at[BANK_COLUMNS_MAX], r = 0, seen = 0;
    struct sheet_row row;
    bool headed = false;
    char most[16];

    snprintf(most, sizeof(most), "%d", s->rows_max);
    while (r >= 0 && (r = sheet_next_row(sheet, s->fault, &row)) == 1) {
        if (headed) {
            if (s->seen++ == s->rows_max)
                return fault_set(s->fault, FAULT_SHEET_LIMIT, "limit", most, "what_zh", "行",
                                 "what", "rows", NULL);
            r = row_read(s, &row, at);
        } else if (seen++ < HEAD_ROWS) {
            r = head_read(s, &row, at);
            headed = r == 1;
        }
    }
    return r < 0 || headed ? r : head_missing(s);
}

int bank_sheet_read(struct bank_sheet *s, const char *path, const char *file_name)
{
    struct sheet *sheet = NULL;
    int r = sheet_open(path, file_name, s->fault, &sheet);

    if (r == 0)
        r = rows_read(s, sheet);
    sheet_close(sheet);
    return r < 0 ? r : 0;
}

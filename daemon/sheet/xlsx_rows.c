/* xlsx_rows.c - the rows of one sheet, one at a time: the parser pauses at the end of each. */
#include "daemon/sheet/decimal.h"
#include "daemon/sheet/xlsx_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* The code of "_xHHHH_" at @p, or -1. Only control characters are ever written so, and "_". */
static int escape_code(const char *p, size_t left)
{
    int code = 0;

    if (left < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(p[i]);

        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code > 0 && code < 0x80 ? code : -1;
}

size_t xlsx_unescape(char *text, size_t len)
{
    size_t used = 0;

    if (!memchr(text, '_', len))
        return len;
    for (size_t i = 0; i < len; i++) {
        int code = escape_code(text + i, len - i);

        if (code >= 0) {
            text[used++] = (char)code;
            i += 6;
        } else {
            text[used++] = text[i];
        }
    }
    return used;
}

static int row_start(struct xlsx *x, const char **attrs)
{
    const char *text = part_attr(attrs, "r");
    int64_t number = x->row + 1;

    if (text) {
        char *end;

        errno = 0;
        number = strtoll(text, &end, 10);
        if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || number <= x->row)
            return sheet_damaged(x->part.fault, "row");
    }
    x->row = number;
    x->in_row = true;
    x->n_cells = 0;
    x->next_col = 0;
    x->arena_used = 0;
    return 0;
}

static char cell_type(const char *text)
{
    if (!text || strcmp(text, "n") == 0)
        return 'n';
    if (strcmp(text, "inlineStr") == 0)
        return 'i';
    if (strcmp(text, "s") == 0 || strcmp(text, "b") == 0 || strcmp(text, "e") == 0 ||
        strcmp(text, "d") == 0)
        return text[0];
    return 't'; /* "str", the text of a formula */
}

/* Whether the format numbered @text shows a date. */
static bool style_dated(const struct xlsx *x, const char *text)
{
    size_t index = 0;

    for (const char *p = text; p && *p; p++) {
        if (*p < '0' || *p > '9' || p - text > 6)
            return false;
        index = index * 10 + (size_t)(*p - '0');
    }
    return text && index < x->n_styles && x->is_date[index];
}

static int cell_start(struct xlsx *x, const char **attrs)
{
    const char *ref = part_attr(attrs, "r");
    int64_t col = x->next_col, row = 0;

    if (ref && (xlsx_ref_parse(ref, strlen(ref), &col, &row) < 0 || (row != 0 && row != x->row)))
        return sheet_damaged(x->part.fault, "c");
    if (col < x->next_col)
        return sheet_damaged(x->part.fault, "c");
    x->next_col = col + 1;
    x->col = (size_t)col;
    x->type = cell_type(part_attr(attrs, "t"));
    x->dated = x->type == 'n' && style_dated(x, part_attr(attrs, "s"));
    x->in_cell = true;
    x->has_formula = x->has_value = false;
    x->value_len = 0;
    return 0;
}

static int rows_start(void *user, const char *name, const char **attrs)
{
    struct xlsx *x = user;

    if (strcmp(name, "sheetData") == 0) {
        x->in_data = true;
    } else if (x->in_data && !x->in_row && strcmp(name, "row") == 0) {
        return row_start(x, attrs);
    } else if (x->in_row && !x->in_cell && strcmp(name, "c") == 0) {
        return cell_start(x, attrs);
    } else if (x->in_cell) {
        if (strcmp(name, "v") == 0) {
            x->in_value = x->type != 'i';
        } else if (strcmp(name, "is") == 0) {
            x->in_inline = x->type == 'i';
        } else if (strcmp(name, "t") == 0) {
            x->in_value = x->in_inline && !x->in_phonetic;
        } else if (strcmp(name, "rPh") == 0) {
            x->in_phonetic = true;
        } else if (strcmp(name, "f") == 0) {
            x->has_formula = true;
        }
    }
    return 0;
}

static int rows_text(void *user, const char *text, size_t len)
{
    struct xlsx *x = user;

    if (!x->in_value)
        return 0;
    if (x->value_len + len > SHEET_CELL_MAX)
        return sheet_limit(x->part.fault, LIMIT_CELL);
    memcpy(x->value + x->value_len, text, len);
    x->value_len += len;
    return 0;
}

static int shared_string(struct xlsx *x, struct sheet_cell *cell)
{
    const struct shared_strings *s = &x->strings;
    size_t index = 0;

    if (x->value_len == 0 || x->value_len > 7)
        return sheet_damaged(x->part.fault, "sharedStrings");
    for (size_t i = 0; i < x->value_len; i++) {
        if (x->value[i] < '0' || x->value[i] > '9')
            return sheet_damaged(x->part.fault, "sharedStrings");
        index = index * 10 + (size_t)(x->value[i] - '0');
    }
    if (index >= s->n)
        return sheet_damaged(x->part.fault, "sharedStrings");
    if (s->refs[index].len > SHEET_CELL_MAX)
        return sheet_limit(x->part.fault, LIMIT_CELL);
    cell->text = s->refs[index].len > 0 ? s->bytes + s->refs[index].at : "";
    cell->len = s->refs[index].len;
    cell->kind = cell->len > 0 ? SHEET_CELL_TEXT : SHEET_CELL_EMPTY;
    return 0;
}

/* "2026-05-01", alone or before a time of day. */
static bool iso_date(const char *text, size_t len)
{
    static const char form[] = "0000-00-00";

    for (size_t i = 0; i < XLSX_DATE_LEN; i++)
        if (i >= len || (form[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9'))
            return false;
    return len == XLSX_DATE_LEN || text[XLSX_DATE_LEN] == 'T';
}

/* Gives the cell x->value, made plain, in memory that lasts as long as the row. */
static int own_value(struct xlsx *x, struct sheet_cell *cell)
{
    char *out = x->arena + x->arena_used, date[XLSX_DATE_LEN + 1];
    int n = -EINVAL;

    if (x->type == 'b') {
        bool yes = x->value_len == 1 && x->value[0] == '1';

        cell->text = yes ? "TRUE" : "FALSE";
        cell->len = yes ? 4 : 5;
        cell->kind = SHEET_CELL_BOOL;
        return 0;
    }
    if (x->type == 'n')
        n = decimal_plain(x->value, x->value_len, out, SHEET_CELL_MAX);
    if (n >= 0 && x->dated && xlsx_date(out, (size_t)n, x->date1904, date)) {
        memcpy(out, date, XLSX_DATE_LEN);
        cell->len = XLSX_DATE_LEN;
        cell->kind = SHEET_CELL_DATE;
    } else if (n >= 0) {
        cell->len = (size_t)n;
        cell->kind = SHEET_CELL_NUMBER;
    } else if (x->type == 'd' && iso_date(x->value, x->value_len)) {
        memcpy(out, x->value, XLSX_DATE_LEN);
        cell->len = XLSX_DATE_LEN;
        cell->kind = SHEET_CELL_DATE;
    } else {
        cell->len =
            x->type == 'n' || x->type == 'e' ? x->value_len : xlsx_unescape(x->value, x->value_len);
        memcpy(out, x->value, cell->len);
        cell->kind = x->type == 'e' ? SHEET_CELL_ERROR : SHEET_CELL_TEXT;
    }
    cell->text = out;
    x->arena_used += cell->len;
    return 0;
}

/* A formula whose result is the empty text has a <v> that is empty: that is a value. */
static int cell_end(struct xlsx *x)
{
    struct sheet_cell cell = {.text = ""};
    int r = 0;

    x->in_cell = x->in_inline = x->in_phonetic = false;
    if (x->value_len == 0 && x->has_formula && !(x->has_value && x->type == 't'))
        cell.kind = SHEET_CELL_FORMULA_EMPTY;
    else if (x->value_len == 0)
        return 0;
    if (x->col >= SHEET_COLUMNS_MAX)
        return sheet_limit(x->part.fault, LIMIT_COLUMNS);
    if (cell.kind == SHEET_CELL_EMPTY)
        r = x->type == 's' ? shared_string(x, &cell) : own_value(x, &cell);
    if (r < 0 || cell.kind == SHEET_CELL_EMPTY)
        return r;
    while (x->n_cells < x->col)
        x->cells[x->n_cells++] = (struct sheet_cell){.text = ""};
    x->cells[x->n_cells++] = cell;
    return 0;
}

static int row_end(struct xlsx *x)
{
    x->in_row = false;
    if (x->n_cells == 0)
        return 0;
    if (x->row > SHEET_ROWS_MAX)
        return sheet_limit(x->part.fault, LIMIT_ROWS);
    part_pause(&x->part);
    return 0;
}

static int rows_end(void *user, const char *name)
{
    struct xlsx *x = user;

    if (x->in_cell && (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)) {
        x->has_value = true;
        x->in_value = false;
    } else if (x->in_cell && strcmp(name, "rPh") == 0) {
        x->in_phonetic = false;
    } else if (x->in_cell && strcmp(name, "c") == 0) {
        x->in_value = false;
        return cell_end(x);
    } else if (x->in_row && strcmp(name, "row") == 0) {
        return row_end(x);
    } else if (strcmp(name, "sheetData") == 0) {
        x->in_data = false;
    }
    return 0;
}

int xlsx_rows_open(struct xlsx *x, size_t index, struct fault *f)
{
    static const struct part_handlers handlers = {rows_start, rows_end, rows_text};
    int r;

    x->part = (struct part){.handlers = &handlers, .user = x, .total = &x->total};
    x->total = x->shared_total;
    x->row = 0;
    x->in_data = x->in_row = x->in_cell = x->in_value = x->in_inline = x->in_phonetic = false;
    r = xlsx_part_open(x, &x->part, x->sheets[index].path, f);
    return r == -ENOENT ? sheet_damaged(f, x->sheets[index].path) : r;
}

void xlsx_rows_close(struct xlsx *x)
{
    part_close(&x->part);
    xlsx_merges_free(x);
}

uint64_t xlsx_unpacked(const struct xlsx *x)
{
    return x->total - x->shared_total;
}

int xlsx_next(struct xlsx *x, struct fault *f, struct sheet_row *ret)
{
    int r;

    if (!x->part.parser)
        return -EINVAL;
    r = part_run(&x->part, f);
    if (r <= 0)
        return r;
    r = xlsx_merges_apply(x, f);
    if (r < 0)
        return r;
    ret->number = x->row;
    ret->cells = x->cells;
    ret->n_cells = x->n_cells;
    return 1;
}

/* csv.c - RFC 4180 rows out of UTF-8 text, without a copy.
 *
 * A field is a slice of the text; only a quoted field with doubled quotes is rewritten, into a
 * scratch buffer of one row. A quote opens a field only as its first character; elsewhere it is
 * a character like any other. Line ends are LF, CRLF or CR. Excel's first line "sep=;" is obeyed.
 */
#include "daemon/sheet/sheet_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SNIFF_ROWS = 20 };

/* Counts, for each row at the head, how often each candidate stands outside quotes. The one that
 * splits the most rows into as many fields as the first wins, then the one that splits more. */
static char sniff_delimiter(const char *text, size_t len)
{
    static const char candidates[] = {',', '\t', ';'};
    size_t counts[3][SNIFF_ROWS] = {{0}}, rows = 0, best_score = 0, best = 0;
    bool quoted = false;

    for (size_t i = 0; i < len && rows < SNIFF_ROWS; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        for (size_t k = 0; k < 3; k++)
            if (text[i] == candidates[k])
                counts[k][rows]++;
        if (text[i] == '\n' || (text[i] == '\r' && !(i + 1 < len && text[i + 1] == '\n')) ||
            i + 1 == len)
            rows++;
    }
    for (size_t k = 0; k < 3; k++) {
        size_t score = 0;

        for (size_t i = 0; i < rows; i++)
            if (counts[k][i] > 0)
                score += 1 + (counts[k][i] == counts[k][0] ? 2 : 0);
        score = score * 1000 + (counts[k][0] < 999 ? counts[k][0] : 999);
        if (score > best_score) {
            best_score = score;
            best = k;
        }
    }
    return candidates[best];
}

void csv_init(struct csv *c, const char *text, size_t len)
{
    memset(c, 0, sizeof(*c));
    c->text = text;
    c->len = len;
    if (len >= 6 && strncasecmp(text, "sep=", 4) == 0 && strchr(",;\t", text[4]) &&
        (text[5] == '\n' || text[5] == '\r')) {
        c->delimiter = text[4];
        c->start = text[5] == '\r' && len > 6 && text[6] == '\n' ? 7 : 6;
        c->start_row = 1;
    } else {
        c->delimiter = sniff_delimiter(text, len);
    }
    c->special[(unsigned char)c->delimiter] = true;
    c->special['\n'] = c->special['\r'] = true;
    csv_rewind(c);
}

void csv_rewind(struct csv *c)
{
    c->pos = c->start;
    c->row = c->start_row;
}

void csv_done(struct csv *c)
{
    free(c->scratch);
    c->scratch = NULL;
}

/* Copies a quoted field with its doubled quotes made single. All stored fields of a row fit:
 * there are at most SHEET_COLUMNS_MAX of at most SHEET_CELL_MAX bytes. */
static int unescape(struct csv *c, const char *text, size_t len, struct sheet_cell *ret)
{
    char *out;
    size_t used = 0;

    if (!c->scratch)
        c->scratch = malloc((size_t)SHEET_COLUMNS_MAX * SHEET_CELL_MAX);
    if (!c->scratch)
        return -ENOMEM;
    out = c->scratch + c->scratch_used;
    for (size_t i = 0; i < len; i++) {
        out[used++] = text[i];
        if (text[i] == '"')
            i++;
    }
    c->scratch_used += used;
    ret->text = out;
    ret->len = used;
    return 0;
}

/* The quoted field at c->pos. */
static int field_quoted(struct csv *c, struct fault *f, bool keep, struct sheet_cell *ret)
{
    const char *start = c->text + c->pos + 1, *end = c->text + c->len, *p = start;
    size_t doubled = 0, raw;

    for (;;) {
        p = memchr(p, '"', (size_t)(end - p));
        if (!p)
            return sheet_fault_row(f, FAULT_SHEET_QUOTE, c->row);
        if (p + 1 == end || p[1] != '"')
            break;
        doubled++;
        p += 2;
    }
    raw = (size_t)(p - start);
    c->pos = (size_t)(p + 1 - c->text);
    if (c->pos < c->len && !c->special[(unsigned char)c->text[c->pos]])
        return sheet_fault_row(f, FAULT_SHEET_QUOTE, c->row);
    if (raw - doubled > SHEET_CELL_MAX)
        return sheet_limit(f, LIMIT_CELL);
    ret->text = start;
    ret->len = raw;
    if (doubled > 0 && keep)
        return unescape(c, start, raw, ret);
    return 0;
}

static int field_plain(struct csv *c, struct fault *f, struct sheet_cell *ret)
{
    const char *start = c->text + c->pos, *end = c->text + c->len, *p = start;

    while (p < end && !c->special[(unsigned char)*p])
        p++;
    c->pos = (size_t)(p - c->text);
    if (p - start > SHEET_CELL_MAX)
        return sheet_limit(f, LIMIT_CELL);
    ret->text = start;
    ret->len = (size_t)(p - start);
    return 0;
}

static bool is_blank(const struct sheet_cell *cell)
{
    for (size_t i = 0; i < cell->len; i++)
        if (cell->text[i] != ' ' && cell->text[i] != '\t')
            return false;
    return true;
}

/* Past the end of the record at c->pos. */
static void skip_line_end(struct csv *c)
{
    if (c->pos < c->len && c->text[c->pos] == '\r')
        c->pos += c->pos + 1 < c->len && c->text[c->pos + 1] == '\n' ? 2 : 1;
    else if (c->pos < c->len)
        c->pos++;
}

/* One record, also a blank one. *@ret_cells counts up to the last cell that has text. */
static int record(struct csv *c, struct fault *f, struct sheet_cell *cells, size_t *ret_cells)
{
    size_t used = 0;

    c->scratch_used = 0;
    for (size_t i = 0;; i++) {
        struct sheet_cell cell = {.text = ""};
        bool keep = i < SHEET_COLUMNS_MAX;
        int r;

        if (c->pos < c->len && c->text[c->pos] == '"')
            r = field_quoted(c, f, keep, &cell);
        else
            r = field_plain(c, f, &cell);
        if (r < 0)
            return r;
        if (!is_blank(&cell)) {
            if (!keep)
                return sheet_limit(f, LIMIT_COLUMNS);
            cell.kind = SHEET_CELL_TEXT;
            used = i + 1;
        }
        if (keep)
            cells[i] = cell;
        if (c->pos >= c->len || c->text[c->pos] != c->delimiter)
            break;
        c->pos++;
    }
    skip_line_end(c);
    *ret_cells = used;
    return 0;
}

int csv_next(struct csv *c, struct fault *f, struct sheet_cell *cells, struct sheet_row *ret)
{
    while (c->pos < c->len) {
        size_t used = 0;
        int r;

        c->row++;
        r = record(c, f, cells, &used);
        if (r < 0)
            return r;
        if (used == 0)
            continue;
        if (c->row > SHEET_ROWS_MAX)
            return sheet_limit(f, LIMIT_ROWS);
        ret->number = c->row;
        ret->cells = cells;
        ret->n_cells = used;
        return 1;
    }
    return 0;
}

/* xlsx_impl.h - the workbook behind xlsx.c (archive, list of sheets), xlsx_strings.c (shared
 * strings), xlsx_styles.c (which cells show a date), xlsx_rows.c (rows) and xlsx_merge.c (merged
 * ranges). */
#ifndef ANCHANG_SHEET_XLSX_IMPL_H
#define ANCHANG_SHEET_XLSX_IMPL_H

#include "daemon/sheet/xlsx_part.h"

struct shared_strings {
    char *bytes; /* owned */
    size_t used, room;
    struct string_ref {
        uint32_t at, len; /* len past SHEET_CELL_MAX: cut, refused when a cell wants it */
    } * refs;             /* owned */
    size_t n, n_room;
};

struct merge {
    uint32_t row, last_row; /* 1-based */
    uint16_t col, last_col; /* 0-based; columns past the limit are cut off */
    char *text;             /* owned, once its first row was read */
    size_t len;
};

struct workbook_sheet {
    char *name, *path, *id; /* owned; @id names the path in the relations */
    bool hidden;
};

struct xlsx {
    zip_t *zip; /* or bare XML: */
    struct xlsx_xml xml;
    size_t file_len;
    struct workbook_sheet sheets[SHEET_SHEETS_MAX];
    size_t n_sheets;
    char *workbook_path; /* owned */
    bool date1904;       /* serial numbers count from 1904, not from 1900 */
    struct shared_strings strings;
    bool *is_date; /* owned: by cell format, whether a number shows as a date */
    size_t n_styles;
    bool shared_read;      /* strings and styles */
    uint64_t shared_total; /* bytes unpacked for them */

    struct part part;     /* the sheet being read */
    uint64_t total;       /* bytes unpacked for it and the strings */
    struct merge *merges; /* owned, sorted by first row */
    size_t n_merges, next_merge;
    size_t active[SHEET_COLUMNS_MAX]; /* merges that cover the current row */
    size_t n_active;

    /* the row being read */
    int64_t row;
    bool in_data, in_row;
    size_t n_cells;
    struct sheet_cell cells[SHEET_COLUMNS_MAX];
    char *arena; /* texts of the row */
    size_t arena_used;

    /* the cell being read */
    bool in_cell, in_value, in_inline, in_phonetic, has_formula, has_value;
    char type;  /* n number, s shared, i inline, t text of a formula, d ISO date, b, e */
    bool dated; /* of a number: its format shows a date */
    size_t col;
    int64_t next_col;
    char value[SHEET_CELL_MAX + 1];
    size_t value_len;
};

/* Opens @name of the archive, or the bare XML that stands for it. */
int xlsx_part_open(struct xlsx *x, struct part *p, const char *name, struct fault *f);

int xlsx_strings_read(struct xlsx *x, struct fault *f);
void xlsx_strings_free(struct shared_strings *s);

/* Finds out which cell formats show a date. */
int xlsx_styles_read(struct xlsx *x, struct fault *f);
/* The day of the serial number @text (a plain decimal) as "2026-05-01"; false when it is none: the
 * 29 February 1900 that never was, before 1900, after 9999. */
enum { XLSX_DATE_LEN = 10 };
bool xlsx_date(const char *text, size_t len, bool date1904, char ret[XLSX_DATE_LEN + 1]);

/* Decodes _x000D_ escapes in place. Returns the new length. */
size_t xlsx_unescape(char *text, size_t len);

int xlsx_rows_open(struct xlsx *x, size_t index, struct fault *f);
void xlsx_rows_close(struct xlsx *x);

/* ---- xlsx_merge.c ---- */
/* "B12" gives column 1 and row 12; the row may be missing (0). -EINVAL when it is neither. */
int xlsx_ref_parse(const char *text, size_t len, int64_t *ret_col, int64_t *ret_row);
int xlsx_merges_read(struct xlsx *x, size_t index, struct fault *f);
void xlsx_merges_free(struct xlsx *x);
/* Fills the covered cells of the row just read. */
int xlsx_merges_apply(struct xlsx *x, struct fault *f);

#endif

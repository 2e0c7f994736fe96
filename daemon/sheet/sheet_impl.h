/* sheet_impl.h - what the readers behind sheet.h share. Included by this folder and its fuzzers. */
#ifndef ANCHANG_SHEET_SHEET_IMPL_H
#define ANCHANG_SHEET_SHEET_IMPL_H

#include "daemon/sheet/sheet.h"

enum sheet_limit {
    LIMIT_FILE,
    LIMIT_ROWS,
    LIMIT_ROWS_ALL,
    LIMIT_INFLATED_ALL,
    LIMIT_COLUMNS,
    LIMIT_CELL,
    LIMIT_SHEETS,
    LIMIT_INFLATED,
    LIMIT_RATIO,
    LIMIT_STRINGS,
    LIMIT_STRINGS_BYTES,
    LIMIT_DEPTH,
    LIMIT_TOKEN,
    LIMIT_MERGES,
    LIMIT_PARTS,
    LIMIT_STYLES,
    LIMIT_MATRIX,
};

/* Sets FAULT_SHEET_LIMIT. Returns -EREFUSED. */
int sheet_limit(struct fault *f, enum sheet_limit limit);
/* Sets FAULT_SHEET_DAMAGED. @reason is a neutral word: a part's name, "zip", "xml". */
int sheet_damaged(struct fault *f, const char *reason);
/* Sets @code with the argument "row". */
int sheet_fault_row(struct fault *f, enum fault_code code, int64_t row);

/* ---- encoding.c ---- */
/* Finds out how @data is encoded and makes it UTF-8 without a BOM. *@ret_text points into @data, or
 * is a new buffer when *@ret_owned (free it). */
int encoding_decode(const unsigned char *data, size_t len, struct fault *f,
                    enum sheet_encoding *ret_encoding, const char **ret_text, size_t *ret_len,
                    bool *ret_owned);
/* Bytes of the valid UTF-8 character at @p (1 to 4; no surrogates, nothing overlong), 0 if none. */
size_t utf8_step(const unsigned char *p, size_t left);
/* How many of the @len bytes at @p are valid UTF-8 from the start. */
size_t utf8_valid(const unsigned char *p, size_t len);
/* Copies text into @size bytes with a NUL at the end, cut at a character boundary. */
void text_copy(char *out, size_t size, const char *text, size_t len);

/* ---- csv.c ---- */
struct csv {
    const char *text; /* borrowed, UTF-8 */
    size_t len;
    size_t start; /* where row 1 begins: after a "sep=" line */
    int64_t start_row;
    size_t pos;
    int64_t row; /* the row last read */
    char delimiter;
    bool special[256]; /* ends an unquoted field */
    char *scratch;     /* fields with doubled quotes, of one row */
    size_t scratch_used;
};

void csv_init(struct csv *c, const char *text, size_t len);
void csv_rewind(struct csv *c);
void csv_done(struct csv *c);
int csv_next(struct csv *c, struct fault *f, struct sheet_cell *cells, struct sheet_row *ret);

/* ---- xlsx.c, xlsx_part.c, xlsx_rows.c ---- */
struct xlsx;

/* A workbook of one sheet as bare XML, for tests and fuzzers; all borrowed, NULL where there is
 * none. */
struct xlsx_xml {
    const char *strings, *styles, *rows;
    size_t strings_len, styles_len, rows_len;
    bool date1904;
};

/* @data stays with the caller and must outlive the workbook. */
int xlsx_open(const unsigned char *data, size_t len, struct fault *f, struct xlsx **ret);
int xlsx_open_xml(const struct xlsx_xml *xml, struct fault *f, struct xlsx **ret);
struct xlsx *xlsx_close(struct xlsx *x);
size_t xlsx_sheets(const struct xlsx *x);
const char *xlsx_name(const struct xlsx *x, size_t index, bool *ret_hidden);
int xlsx_select(struct xlsx *x, size_t index, struct fault *f);
int xlsx_next(struct xlsx *x, struct fault *f, struct sheet_row *ret);
/* Bytes of XML unpacked for the rows read so far of the sheet that is selected. */
uint64_t xlsx_unpacked(const struct xlsx *x);

#endif

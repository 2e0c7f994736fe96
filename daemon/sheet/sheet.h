/* sheet.h - a price-list file as a stream of rows of text cells.
 *
 * Reads CSV (comma, semicolon or TAB) in UTF-8, UTF-16 or GB18030 and XLSX. What the file is gets
 * found out from its bytes, never from its name; what was found is reported in struct sheet_info.
 * Everything in the file is hostile until proven otherwise: each limit below is checked before
 * memory is spent, and XML with a DOCTYPE is refused outright.
 *
 * Knows nothing of SQL, HTTP, JSON. Thread: any; a struct sheet belongs to one thread.
 * Memory: a row's cells point into the sheet and live until the next call on it.
 */
#ifndef ANCHANG_SHEET_SHEET_H
#define ANCHANG_SHEET_SHEET_H

#include "db/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Hard limits. Past one: FAULT_SHEET_LIMIT with what and how much. */
enum {
    SHEET_FILE_MAX = 32 << 20,          /* bytes of the file */
    SHEET_ROWS_MAX = 200000,            /* rows of a sheet */
    SHEET_ROWS_ALL_MAX = 400000,        /* rows of all sheets that are looked at together */
    SHEET_COLUMNS_MAX = 256,            /* columns with content */
    SHEET_CELL_MAX = 4096,              /* bytes of UTF-8 in one cell */
    SHEET_SHEETS_MAX = 64,              /* sheets of a workbook */
    SHEET_INFLATED_MAX = 256 << 20,     /* bytes of XML unpacked for one sheet and its strings */
    SHEET_INFLATED_ALL_MAX = 512 << 20, /* the same of all sheets looked at together */
    SHEET_RATIO_MAX = 200,              /* unpacked bytes per packed byte, past SHEET_RATIO_FREE */
    SHEET_RATIO_FREE = 4 << 20,
    SHEET_STRINGS_MAX = 500000,     /* shared strings */
    SHEET_STRINGS_BYTES = 64 << 20, /* bytes of all shared strings */
    SHEET_DEPTH_MAX = 64,           /* nested XML elements */
    SHEET_TOKEN_MAX = 1 << 20,      /* bytes of one XML tag */
    SHEET_MERGES_MAX = 20000,       /* merged ranges */
    SHEET_PARTS_MAX = 4096,         /* entries of the zip */
    SHEET_STYLES_MAX = 65536,       /* cell formats of a workbook */
    SHEET_NAME_MAX = 255,           /* bytes of a file name */
};

enum sheet_format { SHEET_CSV, SHEET_XLSX };

enum sheet_encoding {
    SHEET_UTF8,
    SHEET_UTF8_BOM,
    SHEET_UTF16LE,
    SHEET_UTF16BE,
    SHEET_GB18030,
};

enum sheet_cell_kind {
    SHEET_CELL_EMPTY,
    SHEET_CELL_TEXT,
    SHEET_CELL_NUMBER, /* XLSX number as a plain decimal: see decimal_plain() */
    SHEET_CELL_DATE,   /* XLSX number shown as a date: "2026-05-01", its time of day left out */
    SHEET_CELL_BOOL,   /* "TRUE" or "FALSE" */
    SHEET_CELL_ERROR,  /* "#REF!" and its like */
    SHEET_CELL_FORMULA_EMPTY, /* a formula whose value the file does not hold; text is "" */
    SHEET_CELL_MERGED,        /* covered by a merged range; text is the one of its top left cell */
};

struct sheet_cell {
    const char *text; /* UTF-8, not ended by NUL */
    size_t len;
    enum sheet_cell_kind kind;
};

struct sheet_row {
    int64_t number; /* 1-based, as a spreadsheet program shows it */
    const struct sheet_cell *cells;
    size_t n_cells;
};

struct sheet_info {
    enum sheet_format format;
    enum sheet_encoding encoding; /* of the CSV; SHEET_UTF8 for XLSX */
    char delimiter;               /* of the CSV; 0 for XLSX */
    size_t n_sheets;              /* 1 for CSV */
};

struct sheet;

/* Opens @path, which need not be named like what it is. @file_name is the name the user gave, only
 * checked (FAULT_SHEET_NAME), may be NULL. Stands before the first row of the first visible sheet.
 * Refuses with FAULT_SHEET_EMPTY, _OLD_XLS, _PASSWORD, _FORMAT, _ENCODING, _DAMAGED, _LIMIT.
 * Release with sheet_close(). */
int sheet_open(const char *path, const char *file_name, struct fault *f, struct sheet **ret);

/* The same from @len bytes at @data, which are copied. */
int sheet_open_memory(const void *data, size_t len, const char *file_name, struct fault *f,
                      struct sheet **ret);

struct sheet *sheet_close(struct sheet *s);

void sheet_info(const struct sheet *s, struct sheet_info *ret);
const char *sheet_encoding_name(enum sheet_encoding encoding);

/* The name of sheet @index, "" for CSV; @ret_hidden may be NULL. NULL when there is none. */
const char *sheet_name(const struct sheet *s, size_t index, bool *ret_hidden);
size_t sheet_current(const struct sheet *s);

/* Goes before the first row of sheet @index (also to read the current one again). */
int sheet_select(struct sheet *s, size_t index, struct fault *f);

/* The number of the last row of each sheet, 0 of an empty one: reads them all through, and leaves
 * none selected. Refuses as the rows do, and past SHEET_ROWS_ALL_MAX rows, which leaves a longest
 * list its room beside another, or SHEET_INFLATED_ALL_MAX bytes. */
int sheet_last_rows(struct sheet *s, struct fault *f, int64_t ret_rows[SHEET_SHEETS_MAX]);

/* The next row that is not blank. Returns 1 with a row, 0 at the end, or an error, after which only
 * sheet_select() and sheet_close() make sense. Trailing empty cells are left off. */
int sheet_next_row(struct sheet *s, struct fault *f, struct sheet_row *ret);

#endif

/* bank_sheet.h - a list that a bank sends, XLSX or CSV, read row by row: what its columns are
 * called, and its cells as texts. For the lists that mean something (advice_sheet.h,
 * escrow_sheet.h).
 *
 * The heading is the first of the first rows that names every column that is needed; other columns
 * are left alone. What is wrong in a cell is an item of the fault, by row, and its row is left out.
 *
 * Thread: any.
 */
#ifndef ANCHANG_BANK_SHEET_H
#define ANCHANG_BANK_SHEET_H

#include "db/fault.h"
#include "db/pool.h"

enum { BANK_COLUMNS_MAX = 6, BANK_WORDS_MAX = 6 };

struct bank_column {
    const char *words[BANK_WORDS_MAX]; /* the Chinese and the English one first */
    const char *field;                 /* as a refusal calls it */
    size_t chars;                      /* at most */
    bool optional;                     /* the column, and what stands in it */
};

struct bank_sheet {
    const struct bank_column *columns;
    int n_columns, rows_max;
    /* The cells of a row, trimmed, "" where there is nothing; they live as long as the texts. */
    void (*row)(void *arg, int64_t number, const char *const *cells);
    void *arg;
    struct fault *fault;
    struct pool *texts;
    int64_t seen; /* rows there were, those with a fault too */
    bool wrong;   /* some cell is, and named */
};

/* SHEET_*, IMPORT_MAPPING (no heading), SHEET_LIMIT (rows). */
int bank_sheet_read(struct bank_sheet *sheet, const char *path, const char *file_name);

/* For @row: a cell that cannot be. */
void bank_cell_wrong(struct bank_sheet *sheet, enum fault_code code, int64_t row, int column,
                     const char *value);
/* A day, written with -, /, . or 年月日 or with nothing between, with a time behind it: in the one
 * form of days; or it was named as wrong, and NULL. */
const char *bank_cell_day(struct bank_sheet *sheet, int64_t row, int column, const char *text);
/* An amount with no more than two decimals, above 0; or it was named as wrong. */
bool bank_cell_amount(struct bank_sheet *sheet, int64_t row, int column, const char *text,
                      int64_t *ret_fen);

#endif

/* advice_sheet.h - a bank's advice of loans released, XLSX or CSV, read into rows for
 * db/mortgage_arrival.h; and the headings it is known by.
 *
 * The heading is the first of the first rows that names a contract, an amount and a reference;
 * other columns are left alone. What is wrong in a cell is an item of the fault, by row, and its
 * row is left out. An amount has no more than two decimals.
 *
 * Thread: any. Memory: advice_sheet_free().
 */
#ifndef ANCHANG_ADVICE_SHEET_H
#define ANCHANG_ADVICE_SHEET_H

#include "db/mortgage_arrival.h"
#include "db/pool.h"

enum advice_column {
    ADVICE_CONTRACT,
    ADVICE_AMOUNT,
    ADVICE_REFERENCE,
    ADVICE_KIND,
    ADVICE_COLUMNS,
};
/* What stands above the column in a list that we make. */
const char *advice_column_head(enum advice_column column, enum lang lang);

struct advice_sheet {
    struct advice_row rows[ADVICE_ROWS_MAX];
    size_t n;
    int64_t seen; /* rows there were, those with a fault too */
    struct pool texts;
    bool wrong; /* some cell is, and named */
};

/* SHEET_*, IMPORT_MAPPING (no heading), SHEET_LIMIT (rows). On the heap; NULL with an error. */
int advice_sheet_read(const char *path, const char *file_name, struct fault *f,
                      struct advice_sheet **ret_sheet);
struct advice_sheet *advice_sheet_free(struct advice_sheet *sheet);

#endif

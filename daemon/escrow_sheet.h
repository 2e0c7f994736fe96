/* escrow_sheet.h - a bank's list of what it put to a supervised account, read into rows for
 * db/escrow.h; and the headings it is known by. See bank_sheet.h.
 *
 * Thread: any. Memory: escrow_sheet_free().
 */
#ifndef ANCHANG_ESCROW_SHEET_H
#define ANCHANG_ESCROW_SHEET_H

#include "db/escrow.h"
#include "db/pool.h"

enum escrow_column {
    ESCROW_DAY,
    ESCROW_AMOUNT,
    ESCROW_REFERENCE,
    ESCROW_RECEIPT,
    ESCROW_COLUMNS,
};
const char *escrow_column_head(enum escrow_column column, enum lang lang);

struct escrow_sheet {
    struct escrow_row rows[ESCROW_ROWS_MAX];
    size_t n;
    int64_t seen; /* rows there were, those with a fault too */
    struct pool texts;
    bool wrong; /* some cell is, and named */
};

/* As advice_sheet_read(). */
int escrow_sheet_read(const char *path, const char *file_name, struct fault *f,
                      struct escrow_sheet **ret_sheet);
struct escrow_sheet *escrow_sheet_free(struct escrow_sheet *sheet);

#endif

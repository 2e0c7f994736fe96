/* customer_sheet.h - a list of customers as people keep it, XLSX or CSV, read into rows for
 * db/customer_import.h; and the headings it is known by.
 *
 * The heading is the first of the first rows that names a name and a phone; other columns are left
 * alone. A cell that is too long or holds what no text may is an item of the fault, by row, and its
 * row is left out.
 *
 * Thread: any. Memory: customer_sheet_free().
 */
#ifndef ANCHANG_CUSTOMER_SHEET_H
#define ANCHANG_CUSTOMER_SHEET_H

#include "db/customer_import.h"

enum customer_column {
    CUSTOMER_COLUMN_NAME,
    CUSTOMER_COLUMN_KIND,
    CUSTOMER_COLUMN_PHONE,
    CUSTOMER_COLUMN_PHONE2,
    CUSTOMER_COLUMN_DOCUMENT_KIND,
    CUSTOMER_COLUMN_DOCUMENT,
    CUSTOMER_COLUMN_SOURCE,
    CUSTOMER_COLUMN_NOTICE,
    CUSTOMER_COLUMNS,
};
/* What stands above the column in a list that we make. */
const char *customer_column_head(enum customer_column column, enum lang lang);
/* "个人", "Person"; of a kind of document likewise. The first of them is what a list that we make
 * says, and all are understood. */
const char *customer_kind_word(const char *kind, enum lang lang);
const char *customer_document_word(enum contact_kind kind, enum lang lang);

struct customer_sheet {
    struct customer_import_row *rows;
    size_t n, room;
    struct text_block *texts; /* what the rows point into */
    bool wrong;               /* some cell is, and named */
};

/* SHEET_*, IMPORT_MAPPING (no heading), SHEET_LIMIT (rows). */
int customer_sheet_read(const char *path, const char *file_name, struct fault *f,
                        struct customer_sheet *ret_sheet);
void customer_sheet_free(struct customer_sheet *sheet);

#endif

/* customer_import.h - a list of customers into the database: all of it or none, in the caller's
 * transaction.
 *
 * The caller has read the cells and looked at their lengths (daemon/customer_sheet.h). Here every
 * row is held against the others and against what is recorded, all faults are named by row, and
 * only a list without any is stored.
 *
 * Thread: the check on any with a reader, the import on the writer's.
 */
#ifndef ANCHANG_DB_CUSTOMER_IMPORT_H
#define ANCHANG_DB_CUSTOMER_IMPORT_H

#include "db/customer.h"

enum { CUSTOMER_IMPORT_MAX = 20000 /* rows */, CUSTOMER_IMPORT_PHONES = 2 };

/* A row as it was typed; "" where a cell is empty. */
struct customer_import_row {
    int64_t row;      /* in the sheet */
    const char *kind; /* "person", "company" */
    const char *name, *phones[CUSTOMER_IMPORT_PHONES];
    const char *document_kind, *document; /* a code of contact.h */
    const char *source;                   /* by its name or code */
    const char *notice;
};

/* 0, or IMPORT_ROWS_WRONG with an item for each fault: a number that is none, one that another row
 * or another customer has, no source, no notice. */
int customer_import_check(struct tx *tx, const struct customer_import_row *rows, size_t n);
/* The same, and then all of them. */
int customer_import(struct tx *tx, const struct customer_import_row *rows, size_t n);

#endif

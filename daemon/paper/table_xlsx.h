/* table_xlsx.h - a plain list as a workbook: a heading and rows of texts, for lists that go out and
 * templates of lists that come in. Every cell is a text, so nothing in it is ever a formula.
 *
 * Memory: table_open() to table_close(). Thread: one at a time.
 */
#ifndef ANCHANG_PAPER_TABLE_XLSX_H
#define ANCHANG_PAPER_TABLE_XLSX_H

#include <stddef.h>

struct table_column {
    const char *head;
    int width; /* characters */
};
struct table;

/* @name: of the sheet. @work_dir: where the file is made, and gone after. */
int table_open(const char *work_dir, const char *name, const struct table_column *columns,
               size_t n_columns, struct table **ret_table);
/* A text for each column; copied. */
void table_row(struct table *table, const char *const *cells);
/* The bytes (malloc) go to the caller when nothing failed. Frees @table in any case. */
int table_close(struct table *table, char **ret_bytes, size_t *ret_n);
#define TABLE_CONTENT_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#endif

/* table_csv.h - a plain list as CSV: UTF-8 with its mark, every cell between quotes, so that other
 * programs read it as it is. A text that a spreadsheet would take for a formula has an apostrophe
 * before it.
 *
 * Memory: csv_open() to csv_close(). Thread: one at a time.
 */
#ifndef ANCHANG_PAPER_TABLE_CSV_H
#define ANCHANG_PAPER_TABLE_CSV_H

#include <stddef.h>

struct csv;
int csv_open(struct csv **ret_csv);
void csv_row(struct csv *csv, const char *const *cells, size_t n);
/* The bytes (malloc) go to the caller when nothing failed. Frees @csv in any case. */
int csv_close(struct csv *csv, char **ret_bytes, size_t *ret_n);
#define CSV_CONTENT_TYPE "text/csv; charset=utf-8"

#endif

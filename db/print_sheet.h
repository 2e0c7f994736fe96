/* print_sheet.h - everything that stands on a paper, read at once for its kind.
 *
 * Amounts, numbers and ways of paying are of rows that never change; names are those of now, so
 * that papers are made right after what they are of, and their bytes are what is kept.
 *
 * Thread: any with a reader.
 */
#ifndef ANCHANG_DB_PRINT_SHEET_H
#define ANCHANG_DB_PRINT_SHEET_H

#include "db/sheet.h"

/* One for each kind (print_kind.def): fills the sheet, whose errors it leaves there. Those that are
 * read from the public chart are of daemon/paper. NOT_FOUND: what it is of says nothing; negative
 * errno. */
typedef int print_sheet_read(struct tx *tx, const struct paper_row *paper, struct sheet *sheet);
#define PRINT_KIND(symbol, code, zh, en, read, make, many, subject, sheet) print_sheet_read sheet;
#include "db/print_kind.def"
#undef PRINT_KIND

#endif

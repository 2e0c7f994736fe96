/* print_sheet.h - everything that stands on a paper, read at once for its kind.
 *
 * Amounts, numbers and ways of paying are of rows that never change; names are those of now, so
 * that papers are made right after what they are of, and their bytes are what is kept.
 *
 * Thread: any with a reader.
 */
#ifndef ANCHANG_DB_PRINT_SHEET_H
#define ANCHANG_DB_PRINT_SHEET_H

#include "db/ledger.h"
#include "db/sheet.h"
#include "db/tender_use.h"

/* One for each kind (print_kind.def): fills the sheet, whose errors it leaves there. Those that are
 * read from the public chart are of daemon/paper. NOT_FOUND: what it is of says nothing; negative
 * errno. */
typedef int print_sheet_read(struct tx *tx, const struct paper_row *paper, struct sheet *sheet);
#define PRINT_KIND(symbol, code, zh, en, read, make, many, subject, sheet) print_sheet_read sheet;
#include "db/print_kind.def"
#undef PRINT_KIND

/* For these readers: a row of "line" or "tender", of @sheet, as a walk gives them. */
int sheet_line_add(void *sheet, const struct money_line *line);
int sheet_tender_add(void *sheet, const struct payment_tender *tender);
/* "total" and "capitals". -ERANGE. */
int sheet_total(struct sheet *sheet, int64_t fen);
/* The columns of the one row of @sql for $1 = @id as the texts of @names, which end with NULL. */
int sheet_read(struct tx *tx, struct sheet *sheet, const char *sql, int64_t id,
               const char *const *names);

#endif

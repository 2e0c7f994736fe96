/* print_sheet.c - see print_sheet.h. */
#include "db/print_sheet.h"

#include <errno.h>

int print_sheet(struct tx *tx, const struct paper_row *paper, struct sheet **ret_sheet)
{
    static print_sheet_read *const readers[PRINT_KINDS] = {
#define PRINT_KIND(symbol, code, zh, en, read, make, many, subject, sheet)                         \
    [PRINT_KIND_##symbol] = sheet,
#include "db/print_kind.def"
#undef PRINT_KIND
    };
    struct sheet *sheet = sheet_new(paper->kind);
    int r = sheet ? readers[paper->kind](tx, paper, sheet) : -ENOMEM;

    if (r == 0)
        r = sheet_error(sheet);
    if (r < 0)
        sheet = sheet_free(sheet);
    *ret_sheet = sheet;
    return r;
}

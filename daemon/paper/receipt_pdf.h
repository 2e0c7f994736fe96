/* receipt_pdf.h - a receipt as the bytes that are kept, shown and printed (FI-13, IV-06).
 * Thread: one at a time. */
#ifndef ANCHANG_PAPER_RECEIPT_PDF_H
#define ANCHANG_PAPER_RECEIPT_PDF_H

#include "daemon/paper/layout.h"
#include "db/receipt_sheet.h"

struct receipt_print {
    const struct receipt_sheet *sheet;
    const char *layout; /* JSON; NULL: the one of the program */
    int64_t made_ms;    /* UTC */
    bool demo;
};
/* As layout_pdf(). The same sheet gives the same bytes. */
int receipt_pdf(const struct receipt_print *print, char **ret_bytes, size_t *ret_n,
                char error[LAYOUT_ERROR_TEXT]);

#endif

/* pdf_mark.h - a line of text on every page of a PDF that was made by page.h, or all of it moved a
 * little, behind its own bytes.
 *
 * A copy is the kept original, byte for byte, and after it what says that it is a copy: an
 * incremental update (ISO 32000-1, 7.5.6) that puts one more content stream on each page. The text
 * is drawn as outlines, so that no font is added, and can be read by machines as ActualText.
 *
 * Thread: one at a time.
 */
#ifndef ANCHANG_PAPER_PDF_MARK_H
#define ANCHANG_PAPER_PDF_MARK_H

#include <stddef.h>

struct pdf_over {
    const char *text; /* NULL: no mark */
    double dx, dy;    /* mm to the right and down: everything is moved, for a printer that is off */
};
/* *@ret_bytes is malloc'ed. -EBADMSG: not a PDF as page.h makes them; -ENOMEM. */
int pdf_mark(const char *bytes, size_t n, const struct pdf_over *over, char **ret_bytes,
             size_t *ret_n);

#endif

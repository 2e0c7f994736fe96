/* layout_fill.h - what all layouts have in common, sheets and rolls: the texts of a layout with the
 * values in the places of their names, and "if". Thread: one at a time. */
#ifndef ANCHANG_PAPER_LAYOUT_FILL_H
#define ANCHANG_PAPER_LAYOUT_FILL_H

#include <jansson.h>

#include "daemon/paper/layout.h"

enum { LAYOUT_TEXT = 4096 };

struct layout_fill {
    const struct sheet *sheet;
    const char *copy;         /* the name of the copy */
    const char *page, *pages; /* its number and how many there are, from 1 */
    size_t row;               /* of the table whose rows are being said */
    char *error;              /* LAYOUT_ERROR_TEXT */
};

/* -EBADMSG, told. */
int layout_wrong(const struct layout_fill *f, const char *what, const char *where);
/* @text with the values in the place of {name}. */
int layout_text(const struct layout_fill *f, const char *text, char out[LAYOUT_TEXT]);
/* Whether @item is wanted: 1, or 0 when the value that it is there for is empty. */
int layout_wants(const struct layout_fill *f, const json_t *item);

#endif

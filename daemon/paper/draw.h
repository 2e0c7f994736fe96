/* draw.h - a paper of any kind as the bytes that are kept, shown and printed.
 *
 * Thread: one at a time.
 */
#ifndef ANCHANG_PAPER_DRAW_H
#define ANCHANG_PAPER_DRAW_H

#include "daemon/paper/layout.h"
#include "db/print.h"

struct drawn {
    char *bytes; /* malloc'ed */
    size_t n;
    int64_t layout_ordinal; /* 0: of a kind without layouts */
    char error[LAYOUT_ERROR_TEXT];
};
/* NOT_FOUND: what it is of says nothing. -EBADMSG: its layout is wrong, ret_drawn->error says
 * where. */
int paper_draw(struct tx *tx, const struct paper_row *paper, bool demo, struct drawn *ret_drawn);

/* How @layout, a text that may be wrong, looks with the samples of @kind; the form is drawn too. As
 * paper_draw(). */
int paper_draw_sample(enum print_kind kind, const char *layout, struct drawn *ret_drawn);

#endif

/* draw.h - a paper of any kind as the bytes that are kept, shown and printed.
 *
 * Thread: one at a time.
 */
#ifndef ANCHANG_PAPER_DRAW_H
#define ANCHANG_PAPER_DRAW_H

#include "daemon/paper/layout.h"
#include "db/print.h"

struct drawn {
    char *bytes; /* PDF; malloc'ed */
    size_t n;
    char *roll; /* NULL: its layout is of a sheet; malloc'ed (drivers/roll.h) */
    size_t n_roll;
    int64_t layout_ordinal; /* 0: of a kind without layouts */
    char error[LAYOUT_ERROR_TEXT];
};
void drawn_free(struct drawn *drawn); /* its bytes; it may be drawn again */
/* NOT_FOUND: what it is of says nothing. -EBADMSG: its layout is wrong, ret_drawn->error says
 * where. */
int paper_draw(struct tx *tx, const struct paper_row *paper, bool demo, struct drawn *ret_drawn);

/* By a layout of either kind, of a sheet or of a roll. As layout_draw(). */
int drawn_make(const struct layout_print *print, struct drawn *ret_drawn);

/* How @layout, a text that may be wrong, looks with the samples of @kind, as a PDF or its first
 * page as a picture (SVG); the form is drawn too. As paper_draw(). */
int paper_draw_sample(enum print_kind kind, const char *layout, bool picture,
                      struct drawn *ret_drawn);

#endif

/* frame.h - what stands on every PDF page around its picture or table: whose, which, when, by whom.
 *
 * Thread: one at a time.
 */
#ifndef ANCHANG_PAPER_FRAME_H
#define ANCHANG_PAPER_FRAME_H

#include "daemon/paper/facts.h"
#include "daemon/paper/page.h"

#define FRAME_MARGIN 12.0 /* mm */
#define FRAME_TOP    29.0 /* where the body begins */
#define FRAME_FOOT   17.0 /* from the bottom edge: where the body must end */
#define FRAME_SIGN   14.0 /* above that, for the signatures */

struct frame {
    const char *title;   /* "1栋 · 销控表" */
    const char *permits; /* numbers */
    size_t page, pages;  /* 1-based */
};

void frame_draw(struct page *g, const struct paper *p, const struct frame *f);
/* The boxes for signatures and dates; their room is FRAME_SIGN above the foot. */
void frame_signatures(struct page *g, const struct paper *p);
/* Swatch, word and count of each state that [@first, @first + @n) has, in one line at @baseline. */
void frame_legend(struct page *g, const struct paper *p, size_t first, size_t n, double baseline,
                  const char *help);
/* A sample of a state's colour. */
void frame_swatch(struct page *g, char state, const struct page_box *box);

#endif

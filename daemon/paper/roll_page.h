/* roll_page.h - a roll as a page as wide as its paper and as long as it is: the record of what a
 * printer of rolls is sent, line for line. Thread: one at a time. */
#ifndef ANCHANG_PAPER_ROLL_PAGE_H
#define ANCHANG_PAPER_ROLL_PAGE_H

#include "daemon/paper/layout.h"

/* @print: title, subject, time, and whether it is a picture. *@ret_bytes is malloc'ed. -EBADMSG: no
 * roll; -ENOMEM. */
int roll_draw(const char *roll, size_t n, const struct layout_print *print, char **ret_bytes,
              size_t *ret_n);

#endif

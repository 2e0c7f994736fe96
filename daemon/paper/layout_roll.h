/* layout_roll.h - a layout of a roll is data too: lines from the top down, and no places.
 *
 *   {"kind": "receipt", "name": "…", "roll": 48, "copies": ["…"], "lines": [LINE, …]}
 *
 * "roll" is how many columns the paper has, 48 or 32; of several copies each is cut off. A line is
 * one of
 *
 *   {"text": "{title}", "align": "center", "big": true}
 *   {"pair": ["合计", "￥{total}"]}                        the one left, the other right
 *   {"cells": [{"text": "{tender.name}", "width": 10}, {"text": "{tender.reference}"},
 *              {"text": "{tender.amount}", "align": "right", "fit": true}]}
 *   {"rows": "line", "lines": [LINE, …]}                   once for each row
 *   {"rule": true}   {"qr": "{number}"}   {"feed": 2}
 *   {"drawer": true}                                       with the first copy alone
 *
 * with "bold", "big" and "if" as in layout.h, whose values it fills in. What fits where is said in
 * drivers/roll.h. The same roll is kept, drawn as the record, and sent to printers of rolls.
 *
 * Thread: one at a time.
 */
#ifndef ANCHANG_PAPER_LAYOUT_ROLL_H
#define ANCHANG_PAPER_LAYOUT_ROLL_H

#include "daemon/paper/layout.h"

/* Whether @json is one of a roll. */
bool layout_is_roll(const char *json);
/* *@ret_roll is malloc'ed. -EBADMSG, -ENOMEM as layout_pdf(); -EMSGSIZE: it is too long. */
int layout_roll(const struct layout_print *print, char **ret_roll, size_t *ret_n,
                char error[LAYOUT_ERROR_TEXT]);

#endif

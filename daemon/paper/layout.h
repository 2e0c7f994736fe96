/* layout.h - a layout is data: a JSON file that says what stands where on a paper (IV-06, SF-26).
 *
 *   {"kind": "receipt", "name": "…", "width": 210, "height": 148, "copies": ["…"],
 *    "items": [ITEM, …]}
 *
 * Kind and name are for the first start, of a layout of the program; "first": true of the one that
 * a kind has where nothing else is said. Lengths are mm from the top
 * left, sizes of type points. An item is one of
 *
 *   {"text": "交款人：{payer}", "x": 12, "y": 30, "w": 90, "size": 10}   on the baseline y
 *   {"box": "{note}", "x": 12, "y": 60, "w": 90, "h": 12, "size": 9}     on up to two lines
 *   {"line": [12, 40, 198, 40], "width": 0.5}
 *   {"frame": [12, 40, 186, 60], "width": 0.5}
 *   {"rows": "line", "y": 48, "h": 42, "row": 7, "items": [TEXT, …]}     more than fit: closer
 *   {"flow": "line", "y": 48, "again": 30, "bottom": 270, "row": 7, "items": [TEXT, …]}
 *                  more than fit go on on the next page, there from "again" on (else from y)
 *   {"paragraph": "{text}", "x": 12, "y": 60, "w": 90, "size": 9}   as many lines as it takes
 *   {"qr": "{code}", "x": 170, "y": 10, "size": 20}
 *
 * with "bold", "align" ("left", "center", "right"), "ink" ("#RRGGBB") for texts, and "form": true
 * for what a pre-printed form has already. {name} is a value; {line.name} one of a row; {copy} the
 * name of the copy, {page} and {pages} where we are in it. An item with "if": "name" is left out
 * where that value is empty; one with "on": "first" or "last" is on that page alone, all others are
 * on every page.
 *
 * Thread: one at a time.
 */
#ifndef ANCHANG_PAPER_LAYOUT_H
#define ANCHANG_PAPER_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/sheet.h"

enum { LAYOUT_ERROR_TEXT = 240, LAYOUT_MAX = 256 * 1024 /* bytes */ };

struct layout_print {
    const char *json;
    const struct sheet *sheet; /* what is filled in */
    bool form;                 /* what a pre-printed form has is drawn too */
    int64_t made_ms;           /* UTC; stands in the file, so that it is the same each time */
    const char *title, *subject;
};

/* *@ret_bytes is malloc'ed. -EBADMSG: the layout is wrong, and @error says where; -ENOMEM. */
int layout_pdf(const struct layout_print *print, char **ret_bytes, size_t *ret_n,
               char error[LAYOUT_ERROR_TEXT]);

/* The layouts of the program, into the database. -EBADMSG: one has no kind or no name. */
int layouts_seed(struct tx *tx);
extern const struct layout_file {
    const char *name, *json;
} layout_files[];
extern const size_t layout_files_count;

#endif

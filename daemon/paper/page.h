/* page.h - a PDF of pages to draw on: lengths in mm from the top left, type sizes in points.
 *
 * Every text is set by pango in paper_font and made to fit: smaller first, then on two lines where
 * there is room, then with an ellipsis; so nothing ever runs into its neighbour. An error stays
 * and is returned by page_close().
 *
 * Thread: one at a time. Memory: page_open() to page_close().
 */
#ifndef ANCHANG_PAPER_PAGE_H
#define ANCHANG_PAPER_PAGE_H

#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/http/buf.h"
#include "daemon/paper/glyphs.h"

#define INK       "#14202B"
#define INK_QUIET "#4A5865"
#define INK_LINE  "#D9DEE3"

struct page {
    double width, height; /* mm */
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoLayout *layout;
    PangoFontDescription *fonts[2]; /* regular, bold */
    struct glyphs glyphs;
    struct buf out;
    bool picture; /* SVG, of the first page */
};

enum page_align { PAGE_LEFT, PAGE_CENTER, PAGE_RIGHT };

struct page_style {
    double size; /* pt */
    bool bold;
    enum page_align align;
    const char *ink; /* "#RRGGBB" */
};

struct page_box {
    double x, y, w, h;
};

int page_open(struct page *page, double width, double height, const char *title,
              const char *subject);
/* The first page alone, as SVG for a screen: the same drawing. */
int page_open_picture(struct page *page, double width, double height);
/* When it was made, UTC ms, instead of now: the same drawing is the same bytes then. */
void page_made_at(struct page *page, int64_t ms);
void page_end(struct page *page); /* begins the next one with what is drawn after it */
int page_close(struct page *page, char **ret_bytes, size_t *ret_n);

/* One line on @baseline within @w; returns the width it took. */
double page_text(struct page *page, const struct page_style *style, double x, double baseline,
                 double w, const char *text);
/* In the middle of a box, on up to two lines. */
void page_text_box(struct page *page, const struct page_style *style, const struct page_box *box,
                   const char *text);
/* A paragraph from @y down; returns its height. Only measures when @draw is false. */
double page_paragraph(struct page *page, const struct page_style *style, double x, double y,
                      double w, const char *text, bool draw);
double page_text_width(struct page *page, const struct page_style *style, const char *text);

/* @line of page->layout, its baseline from the current point on. */
void page_line_show(struct page *page, PangoLayoutLine *line);

enum page_pattern { PAGE_PLAIN, PAGE_HATCH, PAGE_OUTLINE };
/* @fill NULL: none; @line NULL: none. */
void page_rect(struct page *page, const struct page_box *box, const char *fill,
               enum page_pattern pattern, const char *line);
enum page_pattern page_pattern_of(const char *name);
/* @w in points. */
void page_line(struct page *page, double x1, double y1, double x2, double y2, double w,
               const char *ink);

/* A QR code that fills the square with its quiet zone. -E2BIG: the text is too long for one. */
int page_qr(struct page *page, double x, double y, double size, const char *text);

#endif

/* glyphs.h - lines of text in a PDF, each glyph by its outline.
 *
 * cairo 1.16 makes subsets of CFF fonts, such as Noto Sans CJK, in which a glyph can be empty: it
 * misreads some of their subroutines, and 如 is left out of a PDF that has it in its text. So the
 * fonts of a PDF are made here: Type 3, whose glyphs are the outlines that FreeType reads, with
 * the same glyph numbers and the same text behind them for who copies or searches it.
 *
 * Memory: zeroed to glyphs_free(). Thread: one at a time.
 */
#ifndef ANCHANG_PAPER_GLYPHS_H
#define ANCHANG_PAPER_GLYPHS_H

#include <pango/pangocairo.h>

enum { GLYPHS_FONTS_MAX = 16 };

struct glyphs {
    struct glyphs_font {
        cairo_font_face_t *face, *outlined; /* the font's own; made of it */
    } fonts[GLYPHS_FONTS_MAX];
    size_t n_fonts;
};

/* @line from the current point of @cr to the right; @text is its layout's. */
void glyphs_show_line(struct glyphs *g, cairo_t *cr, PangoLayoutLine *line, const char *text);
void glyphs_free(struct glyphs *g);

#endif

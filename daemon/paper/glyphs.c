/* glyphs.c - see glyphs.h. */
#include "daemon/paper/glyphs.h"

#include <stdbool.h>

/* ---- fonts of outlines ---- */

static const cairo_user_data_key_t face_key;

static cairo_status_t outline_draw(cairo_scaled_font_t *font, unsigned long glyph, cairo_t *cr,
                                   cairo_text_extents_t *extents)
{
    cairo_font_face_t *face =
        cairo_font_face_get_user_data(cairo_scaled_font_get_font_face(font), &face_key);
    cairo_font_options_t *options = cairo_font_options_create();
    const cairo_glyph_t at = {.index = glyph};

    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
    cairo_set_font_face(cr, face);
    cairo_set_font_size(cr, 1);
    cairo_glyph_extents(cr, &at, 1, extents);
    cairo_glyph_path(cr, &at, 1);
    cairo_fill(cr);
    return cairo_status(cr);
}

static void face_unref(void *face)
{
    cairo_font_face_destroy(face);
}

/* NULL: no room or no memory. */
static cairo_font_face_t *outlined_face(struct glyphs *g, cairo_font_face_t *face)
{
    cairo_font_face_t *outlined;

    for (size_t i = 0; i < g->n_fonts; i++)
        if (g->fonts[i].face == face)
            return g->fonts[i].outlined;
    if (g->n_fonts == GLYPHS_FONTS_MAX)
        return NULL;
    outlined = cairo_user_font_face_create();
    cairo_user_font_face_set_render_glyph_func(outlined, outline_draw);
    if (cairo_font_face_set_user_data(outlined, &face_key, cairo_font_face_reference(face),
                                      face_unref) != CAIRO_STATUS_SUCCESS) {
        cairo_font_face_destroy(face);
        cairo_font_face_destroy(outlined);
        return NULL;
    }
    g->fonts[g->n_fonts++] = (struct glyphs_font){face, outlined};
    return outlined;
}

void glyphs_free(struct glyphs *g)
{
    for (size_t i = 0; i < g->n_fonts; i++)
        cairo_font_face_destroy(g->fonts[i].outlined);
    g->n_fonts = 0;
}

/* ---- runs ---- */

struct run {
    cairo_glyph_t *glyphs;
    cairo_text_cluster_t *clusters;
    int n, n_clusters;
};

/* Whether all of it is in the font and goes from left to right. */
static bool run_plain(const PangoGlyphItem *item)
{
    for (int i = 0; i < item->glyphs->num_glyphs; i++)
        if (item->glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG)
            return false;
    return item->item->analysis.level % 2 == 0;
}

/* The glyphs of @item from @x on, and which bytes of its text each of them says. */
static void run_take(const PangoGlyphItem *item, double x, double y, struct run *run)
{
    const PangoGlyphString *string = item->glyphs;

    for (int i = 0; i < string->num_glyphs; i++) {
        const PangoGlyphInfo *info = &string->glyphs[i];
        const int begins = string->log_clusters[i];
        const bool same = i > 0 && string->log_clusters[i - 1] == begins;

        if (!same) {
            int end = item->item->length;

            for (int k = i + 1; k < string->num_glyphs; k++)
                if (string->log_clusters[k] != begins) {
                    end = string->log_clusters[k];
                    break;
                }
            run->clusters[run->n_clusters++] =
                (cairo_text_cluster_t){.num_bytes = end - begins, .num_glyphs = 0};
        }
        if (info->glyph != PANGO_GLYPH_EMPTY) {
            run->glyphs[run->n++] =
                (cairo_glyph_t){.index = info->glyph,
                                .x = x + (double)info->geometry.x_offset / PANGO_SCALE,
                                .y = y + (double)info->geometry.y_offset / PANGO_SCALE};
            run->clusters[run->n_clusters - 1].num_glyphs++;
        }
        x += (double)info->geometry.width / PANGO_SCALE;
    }
}

static bool run_show(struct glyphs *g, cairo_t *cr, const PangoGlyphItem *item, const char *text,
                     double x, double y)
{
    cairo_scaled_font_t *font =
        pango_cairo_font_get_scaled_font((PangoCairoFont *)item->item->analysis.font);
    cairo_font_face_t *face = font ? outlined_face(g, cairo_scaled_font_get_font_face(font)) : NULL;
    struct run run = {.glyphs = cairo_glyph_allocate(item->glyphs->num_glyphs),
                      .clusters = cairo_text_cluster_allocate(item->glyphs->num_glyphs)};
    const bool made = face && run.glyphs && run.clusters && run_plain(item);
    cairo_matrix_t size;

    if (made) {
        run_take(item, x, y, &run);
        cairo_scaled_font_get_font_matrix(font, &size);
        cairo_set_font_face(cr, face);
        cairo_set_font_matrix(cr, &size);
        cairo_show_text_glyphs(cr, text + item->item->offset, item->item->length, run.glyphs, run.n,
                               run.clusters, run.n_clusters, 0);
    }
    cairo_glyph_free(run.glyphs);
    cairo_text_cluster_free(run.clusters);
    return made;
}

void glyphs_show_line(struct glyphs *g, cairo_t *cr, PangoLayoutLine *line, const char *text)
{
    double x, y;

    cairo_get_current_point(cr, &x, &y);
    for (const GSList *at = line->runs; at; at = at->next) {
        PangoGlyphItem *item = at->data;

        if (!run_show(g, cr, item, text, x, y)) {
            cairo_move_to(cr, x, y);
            pango_cairo_show_glyph_item(cr, text, item);
        }
        x += (double)pango_glyph_string_get_width(item->glyphs) / PANGO_SCALE;
    }
}

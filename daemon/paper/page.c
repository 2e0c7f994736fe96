/* page.c - see page.h. */
#include "daemon/paper/page.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/paper/paper.h"
#include "daemon/qr.h"

#define MM(x) ((x)*72.0 / 25.4)

static const double shrink_most = 0.72; /* smaller than this is not read on paper */

static cairo_status_t page_write(void *arg, const unsigned char *data, unsigned n)
{
    struct page *p = arg;

    return buf_add(&p->out, data, n) == 0 ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* The tools of a page on p->surface. */
static int tools_make(struct page *p)
{
    PangoContext *context;
    PangoAttrList *attributes;
    cairo_font_options_t *options;

    p->cr = cairo_create(p->surface);
    p->layout = pango_cairo_create_layout(p->cr);
    context = pango_layout_get_context(p->layout);
    options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string("zh-CN"));
    pango_layout_set_single_paragraph_mode(p->layout, TRUE);
    /* Figures that stand in columns. No ligatures: one would pull a whole table of the font in. */
    attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum=1, liga=0"));
    pango_layout_set_attributes(p->layout, attributes);
    pango_attr_list_unref(attributes);
    for (int i = 0; i < 2; i++) {
        p->fonts[i] = pango_font_description_from_string(paper_font);
        pango_font_description_set_weight(p->fonts[i], i ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    }
    return cairo_status(p->cr) == CAIRO_STATUS_SUCCESS ? 0 : -ENOMEM;
}

int page_open(struct page *p, double width, double height, const char *title, const char *subject)
{
    *p = (struct page){.width = width, .height = height};
    p->surface = cairo_pdf_surface_create_for_stream(page_write, p, MM(width), MM(height));
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_SUBJECT, subject);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATOR, "Anchang");
    return tools_make(p);
}

int page_open_picture(struct page *p, double width, double height)
{
    *p = (struct page){.width = width, .height = height, .picture = true};
    p->surface = cairo_svg_surface_create_for_stream(page_write, p, MM(width), MM(height));
    return tools_make(p);
}

void page_made_at(struct page *p, int64_t ms)
{
    const time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};
    char text[32];

    if (p->picture)
        return;
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, text);
}

void page_end(struct page *p)
{
    if (!p->picture) {
        cairo_show_page(p->cr);
        return;
    }
    cairo_rectangle(p->cr, 0, 0, 0, 0);
    cairo_clip(p->cr); /* what follows is of pages that are not in it */
}

int page_close(struct page *p, char **ret_bytes, size_t *ret_n)
{
    cairo_status_t status;
    int r;

    cairo_surface_finish(p->surface);
    status = cairo_status(p->cr);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(p->surface);
    r = p->out.error ? p->out.error : status == CAIRO_STATUS_SUCCESS ? 0 : -ENOMEM;
    for (int i = 0; i < 2; i++)
        pango_font_description_free(p->fonts[i]);
    glyphs_free(&p->glyphs);
    g_object_unref(p->layout);
    cairo_destroy(p->cr);
    cairo_surface_destroy(p->surface);
    if (r < 0) {
        buf_free(&p->out);
        return r;
    }
    *ret_bytes = p->out.data;
    *ret_n = p->out.n;
    return 0;
}

/* ---- ink ---- */

static double hex_pair(const char *text)
{
    char pair[3] = {text[0], text[1], '\0'};

    return (double)strtol(pair, NULL, 16) / 255.0;
}

static void ink_set(struct page *p, const char *ink)
{
    cairo_set_source_rgb(p->cr, hex_pair(ink + 1), hex_pair(ink + 3), hex_pair(ink + 5));
}

void page_line(struct page *p, double x1, double y1, double x2, double y2, double w,
               const char *ink)
{
    ink_set(p, ink);
    cairo_set_line_width(p->cr, w);
    cairo_move_to(p->cr, MM(x1), MM(y1));
    cairo_line_to(p->cr, MM(x2), MM(y2));
    cairo_stroke(p->cr);
}

enum page_pattern page_pattern_of(const char *name)
{
    return strcmp(name, "hatch") == 0     ? PAGE_HATCH
           : strcmp(name, "outline") == 0 ? PAGE_OUTLINE
                                          : PAGE_PLAIN;
}

/* Diagonals in white: the words on them stay readable, and a grey copy still shows them. */
static void hatch(struct page *p, const struct page_box *b)
{
    const double step = 2.2;

    cairo_save(p->cr);
    cairo_rectangle(p->cr, MM(b->x), MM(b->y), MM(b->w), MM(b->h));
    cairo_clip(p->cr);
    cairo_set_source_rgb(p->cr, 1, 1, 1);
    cairo_set_line_width(p->cr, 1.6);
    for (int i = 1; i * step < b->w + b->h; i++) {
        const double at = i * step;

        cairo_move_to(p->cr, MM(b->x + at), MM(b->y));
        cairo_line_to(p->cr, MM(b->x + at - b->h), MM(b->y + b->h));
    }
    cairo_stroke(p->cr);
    cairo_restore(p->cr);
}

void page_rect(struct page *p, const struct page_box *b, const char *fill,
               enum page_pattern pattern, const char *line)
{
    if (fill) {
        ink_set(p, fill);
        cairo_rectangle(p->cr, MM(b->x), MM(b->y), MM(b->w), MM(b->h));
        cairo_fill(p->cr);
    }
    if (pattern == PAGE_HATCH)
        hatch(p, b);
    if (pattern == PAGE_OUTLINE) {
        const double in = 0.5;

        ink_set(p, "#FFFFFF");
        cairo_set_line_width(p->cr, 1.4);
        cairo_rectangle(p->cr, MM(b->x + in), MM(b->y + in), MM(b->w - 2 * in), MM(b->h - 2 * in));
        cairo_stroke(p->cr);
    }
    if (line) {
        ink_set(p, line);
        cairo_set_line_width(p->cr, 0.4);
        cairo_rectangle(p->cr, MM(b->x), MM(b->y), MM(b->w), MM(b->h));
        cairo_stroke(p->cr);
    }
}

struct square {
    cairo_t *cr;
    double x, y, size;
};

static void qr_run(void *arg, int side, int x, int y, int n)
{
    const struct square *s = arg;
    const double module = MM(s->size) / side;

    cairo_rectangle(s->cr, MM(s->x) + x * module, MM(s->y) + y * module, n * module, module);
}

int page_qr(struct page *p, double x, double y, double size, const char *text)
{
    struct square square = {p->cr, x, y, size};
    int r = text[0] ? qr_runs(text, qr_run, &square) : 0;

    ink_set(p, "#000000");
    cairo_fill(p->cr);
    return r;
}

/* ---- text ---- */

void page_line_show(struct page *p, PangoLayoutLine *line)
{
    if (p->picture)
        pango_cairo_show_layout_line(p->cr, line);
    else
        glyphs_show_line(&p->glyphs, p->cr, line, pango_layout_get_text(p->layout));
}

static void layout_set(struct page *p, const struct page_style *s, double scale, const char *text)
{
    PangoFontDescription *font = p->fonts[s->bold];

    pango_font_description_set_absolute_size(font, s->size * scale * PANGO_SCALE);
    pango_layout_set_font_description(p->layout, font);
    if (text)
        pango_layout_set_text(p->layout, text, -1);
}

static double layout_width(struct page *p)
{
    int w, h;

    pango_layout_get_size(p->layout, &w, &h);
    return (double)w / PANGO_SCALE;
}

static void layout_free_width(struct page *p)
{
    pango_layout_set_width(p->layout, -1);
    pango_layout_set_height(p->layout, -1);
    pango_layout_set_ellipsize(p->layout, PANGO_ELLIPSIZE_NONE);
    pango_layout_set_alignment(p->layout, PANGO_ALIGN_LEFT);
}

double page_text_width(struct page *p, const struct page_style *s, const char *text)
{
    layout_free_width(p);
    layout_set(p, s, 1, text);
    return layout_width(p) * 25.4 / 72.0;
}

/* Sets @text for one line within @w points; returns its width. */
static double line_fit(struct page *p, const struct page_style *s, double w, const char *text)
{
    double width;

    layout_free_width(p);
    layout_set(p, s, 1, text);
    width = layout_width(p);
    if (width <= w)
        return width;
    if (width * shrink_most <= w) {
        layout_set(p, s, w / width * 0.995, NULL);
        return layout_width(p);
    }
    layout_set(p, s, shrink_most, NULL);
    pango_layout_set_ellipsize(p->layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_width(p->layout, (int)(w * PANGO_SCALE));
    return layout_width(p);
}

double page_text(struct page *p, const struct page_style *s, double x, double baseline, double w,
                 const char *text)
{
    double width, left = MM(x);

    if (!text[0] || w <= 0)
        return 0;
    width = line_fit(p, s, MM(w), text);
    if (s->align == PAGE_RIGHT)
        left += MM(w) - width;
    else if (s->align == PAGE_CENTER)
        left += (MM(w) - width) / 2;
    ink_set(p, s->ink);
    cairo_move_to(p->cr, left, MM(baseline));
    page_line_show(p, pango_layout_get_line_readonly(p->layout, 0));
    return width * 25.4 / 72.0;
}

static PangoAlignment alignment(enum page_align align)
{
    return align == PAGE_RIGHT    ? PANGO_ALIGN_RIGHT
           : align == PAGE_CENTER ? PANGO_ALIGN_CENTER
                                  : PANGO_ALIGN_LEFT;
}

/* Draws the layout's lines, @pitch points apart, from the first baseline down. */
static void lines_show(struct page *p, const struct page_style *s, double x, double baseline,
                       double w, double pitch)
{
    int n = pango_layout_get_line_count(p->layout);

    ink_set(p, s->ink);
    for (int i = 0; i < n; i++) {
        PangoLayoutLine *line = pango_layout_get_line_readonly(p->layout, i);
        PangoRectangle logical;
        double left = x, width;

        pango_layout_line_get_extents(line, NULL, &logical);
        width = (double)logical.width / PANGO_SCALE;
        if (s->align == PAGE_RIGHT)
            left += w - width;
        else if (s->align == PAGE_CENTER)
            left += (w - width) / 2;
        cairo_move_to(p->cr, left, baseline + i * pitch);
        page_line_show(p, line);
    }
}

void page_text_box(struct page *p, const struct page_style *s, const struct page_box *b,
                   const char *text)
{
    const double scale = 0.8, pitch = s->size * scale * 1.18, w = MM(b->w);
    double middle = MM(b->y + b->h / 2), total;
    int n;

    if (!text[0])
        return;
    layout_free_width(p);
    layout_set(p, s, 1, text);
    if (layout_width(p) * shrink_most <= w || 2 * pitch > MM(b->h)) {
        double baseline = b->y + b->h / 2 + s->size * 0.35 * 25.4 / 72.0;

        page_text(p, s, b->x, baseline, b->w, text);
        return;
    }
    layout_set(p, s, scale, NULL);
    pango_layout_set_width(p->layout, (int)(w * PANGO_SCALE));
    pango_layout_set_wrap(p->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(p->layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_height(p->layout, -2);
    pango_layout_set_alignment(p->layout, alignment(s->align));
    n = pango_layout_get_line_count(p->layout);
    total = (n - 1) * pitch;
    lines_show(p, s, MM(b->x), middle - total / 2 + s->size * scale * 0.35, w, pitch);
}

double page_paragraph(struct page *p, const struct page_style *s, double x, double y, double w,
                      const char *text, bool draw)
{
    const double pitch = s->size * 1.5;
    int n;

    if (!text[0])
        return 0;
    layout_free_width(p);
    pango_layout_set_single_paragraph_mode(p->layout, FALSE);
    layout_set(p, s, 1, text);
    pango_layout_set_width(p->layout, (int)(MM(w) * PANGO_SCALE));
    pango_layout_set_wrap(p->layout, PANGO_WRAP_WORD_CHAR);
    n = pango_layout_get_line_count(p->layout);
    if (draw)
        lines_show(p, s, MM(x), MM(y) + pitch * 0.72, MM(w), pitch);
    pango_layout_set_single_paragraph_mode(p->layout, TRUE);
    return n * pitch * 25.4 / 72.0;
}

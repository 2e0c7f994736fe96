/* roll_page.c - see roll_page.h. */
#include "daemon/paper/roll_page.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/paper/page.h"
#include "drivers/escpos_draw.h"

static const double dot = 0.125, side = 4, cut_room = 4; /* mm */
static const double column = ESCPOS_COLUMN_DOTS * 0.125, glyph = ESCPOS_LINE_DOTS * 0.125;

struct rolling {
    struct page page;
    PangoFontDescription *fonts[2]; /* regular, bold */
    unsigned columns;
    double y;  /* mm from the top, of what comes next */
    bool draw; /* else it is only measured */
    /* Of the line that is being drawn. */
    double scale;
};

/* ---- lines ---- */

static void character_draw(void *arg, const char *character, unsigned at, unsigned columns)
{
    struct rolling *r = arg;
    const double points = 72 / 25.4;
    PangoRectangle box;

    pango_layout_set_text(r->page.layout, character, -1);
    pango_layout_get_extents(r->page.layout, NULL, &box);
    cairo_move_to(r->page.cr,
                  (side + column * r->scale * at) * points +
                      (column * r->scale * columns * points - (double)box.width / PANGO_SCALE) / 2,
                  r->y * points +
                      (glyph * r->scale * points - (double)box.height / PANGO_SCALE) / 2 +
                      (double)pango_layout_get_baseline(r->page.layout) / PANGO_SCALE);
    page_line_show(&r->page, pango_layout_get_line_readonly(r->page.layout, 0));
}

static void line_draw(struct rolling *r, const struct roll_laid *line)
{
    PangoFontDescription *font = r->fonts[line->bold];

    r->scale = line->big ? 2 : 1;
    pango_font_description_set_absolute_size(font, glyph * r->scale * 72 / 25.4 * PANGO_SCALE);
    pango_layout_set_font_description(r->page.layout, font);
    cairo_set_source_rgb(r->page.cr, 0, 0, 0);
    roll_characters(line->text, character_draw, r);
}

static int qr_draw(struct rolling *r, const char *text)
{
    struct escpos_picture p = {0};
    int e = escpos_draw.qr(NULL, text, r->columns * ESCPOS_COLUMN_DOTS, &p);

    for (unsigned y = 0; e == 0 && r->draw && y < p.height; y++)
        for (unsigned x = 0; x < p.row * 8; x++)
            if (p.bits[(size_t)y * p.row + x / 8] & (0x80 >> x % 8)) {
                const struct page_box box = {side + dot * x, r->y + dot * y, dot, dot};

                page_rect(&r->page, &box, "#000000", PAGE_PLAIN, NULL);
            }
    if (e == 0)
        r->y += dot * p.height;
    free(p.bits);
    return e == -E2BIG ? -EBADMSG : e;
}

static int laid(void *arg, const struct roll_laid *line)
{
    const double step = dot * (ESCPOS_LINE_DOTS + ESCPOS_GAP_DOTS);
    struct rolling *r = arg;

    switch (line->kind) {
    case ROLL_LINE:
        if (r->draw)
            line_draw(r, line);
        r->y += line->big ? step + glyph : step;
        return 0;
    case ROLL_QR:
        return qr_draw(r, line->text);
    case ROLL_FEED:
        r->y += step * line->feed;
        return 0;
    case ROLL_CUT:
        if (r->draw)
            page_line(&r->page, 0, r->y + cut_room / 2, side / 2, r->y + cut_room / 2, 0.4,
                      INK_QUIET);
        r->y += cut_room;
        return 0;
    default: /* a drawer leaves nothing on paper */
        return 0;
    }
}

/* ---- the page ---- */

static int columns_take(void *arg, const struct roll_line *line)
{
    (void)arg, (void)line;
    return 0;
}

static int page_draw(struct rolling *r, const char *roll, size_t n,
                     const struct layout_print *print)
{
    const double height = r->y + side;
    int e =
        page_open(&r->page, 2 * side + column * r->columns, height, print->title, print->subject);

    page_made_at(&r->page, print->made_ms);
    for (int i = 0; i < 2; i++) {
        r->fonts[i] = pango_font_description_from_string(roll_font);
        pango_font_description_set_weight(r->fonts[i], i ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    }
    r->draw = true;
    r->y = side;
    if (e == 0)
        e = roll_lay(roll, n, 0, laid, r);
    for (int i = 0; i < 2; i++)
        pango_font_description_free(r->fonts[i]);
    return e;
}

int roll_draw(const char *roll, size_t n, const struct layout_print *print, char **ret_bytes,
              size_t *ret_n)
{
    struct rolling r = {.y = side};
    char *bytes = NULL;
    size_t size = 0;
    int e = roll_read(roll, n, &r.columns, columns_take, NULL), closed;

    if (e == 0)
        e = roll_lay(roll, n, 0, laid, &r);
    if (e < 0)
        return e;
    e = page_draw(&r, roll, n, print);
    closed = page_close(&r.page, &bytes, &size);
    if (e == 0 && closed == 0) {
        *ret_bytes = bytes;
        *ret_n = size;
        return 0;
    }
    free(bytes);
    return e < 0 ? e : closed;
}

/* escpos_draw.c - see escpos_draw.h. */
#include "drivers/escpos_draw.h"

#include <errno.h>
#include <pango/pangocairo.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUIET = 4,       /* modules around a QR code */
    MODULE_MOST = 8, /* dots a module; more is no easier to read */
    MODULE_LEAST = 2
};

const char roll_font[] = "Noto Sans Mono CJK SC";

static int picture_make(unsigned dots, unsigned height, struct escpos_picture *ret_picture)
{
    *ret_picture = (struct escpos_picture){.row = (dots + 7) / 8, .height = height};
    ret_picture->bits = calloc(ret_picture->row, height);
    return ret_picture->bits ? 0 : -ENOMEM;
}

static void dot(struct escpos_picture *p, unsigned x, unsigned y)
{
    p->bits[(size_t)y * p->row + x / 8] |= (uint8_t)(0x80 >> x % 8);
}

/* ---- lines ---- */

struct drawing {
    cairo_t *cr;
    PangoLayout *layout;
};

static void character_draw(void *arg, const char *character, unsigned column, unsigned columns)
{
    const struct drawing *d = arg;
    const double room = columns * ESCPOS_COLUMN_DOTS;
    PangoRectangle box;

    pango_layout_set_text(d->layout, character, -1);
    pango_layout_get_pixel_extents(d->layout, NULL, &box);
    cairo_move_to(d->cr, column * ESCPOS_COLUMN_DOTS + (room - box.width) / 2.0,
                  (ESCPOS_LINE_DOTS - box.height) / 2.0);
    pango_cairo_show_layout(d->cr, d->layout);
}

static void text_draw(cairo_surface_t *surface, const struct roll_laid *line)
{
    cairo_t *cr = cairo_create(surface);
    struct drawing d = {cr, pango_cairo_create_layout(cr)};
    PangoFontDescription *font = pango_font_description_from_string(roll_font);

    pango_font_description_set_absolute_size(font, ESCPOS_LINE_DOTS * PANGO_SCALE);
    if (line->bold)
        pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(d.layout, font);
    if (line->big)
        cairo_scale(cr, 2, 2);
    roll_characters(line->text, character_draw, &d);
    pango_font_description_free(font);
    g_object_unref(d.layout);
    cairo_destroy(cr);
}

static void dots_take(cairo_surface_t *surface, struct escpos_picture *p)
{
    const uint8_t *grey = cairo_image_surface_get_data(surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    const unsigned width = (unsigned)cairo_image_surface_get_width(surface);

    for (unsigned y = 0; y < p->height; y++)
        for (unsigned x = 0; x < width; x++)
            if (grey[y * stride + x] > 127)
                dot(p, x, y);
}

static int line_draw(void *arg, const struct roll_laid *line, unsigned dots,
                     struct escpos_picture *ret_picture)
{
    const unsigned height = ESCPOS_LINE_DOTS * (line->big ? 2 : 1) + ESCPOS_GAP_DOTS;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, (int)dots, (int)height);
    int r;

    (void)arg;
    text_draw(surface, line);
    cairo_surface_flush(surface);
    r = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS
            ? picture_make(dots, height, ret_picture)
            : -ENOMEM;
    if (r == 0)
        dots_take(surface, ret_picture);
    cairo_surface_destroy(surface);
    return r;
}

/* ---- QR codes ---- */

static void code_draw(const QRcode *code, unsigned module, unsigned left, struct escpos_picture *p)
{
    const unsigned width = (unsigned)code->width;

    for (unsigned y = 0; y < width * module; y++)
        for (unsigned x = 0; x < width * module; x++)
            if (code->data[y / module * width + x / module] & 1)
                dot(p, left + x, QUIET * module + y);
}

static int qr_draw(void *arg, const char *text, unsigned dots, struct escpos_picture *ret_picture)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    unsigned side, module;
    int r;

    (void)arg;
    if (!code)
        return errno == ERANGE ? -E2BIG : -ENOMEM;
    side = (unsigned)code->width + 2 * QUIET;
    module = dots / side < MODULE_MOST ? dots / side : MODULE_MOST;
    r = module < MODULE_LEAST ? -E2BIG : picture_make(dots, side * module, ret_picture);
    if (r == 0)
        code_draw(code, module, (dots - (unsigned)code->width * module) / 2, ret_picture);
    QRcode_free(code);
    return r;
}

const struct escpos_draw escpos_draw = {line_draw, qr_draw, NULL};

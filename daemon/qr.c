/* qr.c - see qr.h. */
#include "daemon/qr.h"

#include <errno.h>
#include <png.h>
#include <qrencode.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { QUIET = 4 };

static int encode(const char *text, QRcode **ret_code)
{
    *ret_code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (*ret_code)
        return 0;
    return errno == ERANGE ? -E2BIG : -ENOMEM;
}

static int dark(const QRcode *code, int x, int y)
{
    return x >= 0 && y >= 0 && x < code->width && y < code->width &&
           (code->data[y * code->width + x] & 1);
}

int qr_runs(const char *text, void (*each)(void *arg, int side, int x, int y, int n), void *arg)
{
    QRcode *code;
    int r = encode(text, &code);

    if (r < 0)
        return r;
    for (int y = 0; y < code->width; y++)
        for (int x = 0, run; x < code->width; x += run ? run : 1) {
            for (run = 0; dark(code, x + run, y); run++)
                ;
            if (run)
                each(arg, code->width + 2 * QUIET, x + QUIET, y + QUIET, run);
        }
    QRcode_free(code);
    return 0;
}

struct svg {
    struct buf *out;
    bool begun;
};

static void svg_run(void *arg, int side, int x, int y, int n)
{
    struct svg *svg = arg;

    if (!svg->begun)
        buf_printf(svg->out,
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                   "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
                   "<path fill=\"#000\" d=\"",
                   side, side, side, side);
    svg->begun = true;
    buf_printf(svg->out, "M%d %dh%dv1h-%dz", x, y, n, n);
}

int qr_svg(const char *text, struct buf *out)
{
    struct svg svg = {.out = out};
    int r = qr_runs(text, svg_run, &svg);

    if (r < 0)
        return r;
    buf_puts(out, "\"/></svg>");
    return out->error;
}

static void png_to_buf(png_structp png, png_bytep data, png_size_t n)
{
    buf_add(png_get_io_ptr(png), data, n);
}

static void png_no_flush(png_structp png)
{
    (void)png;
}

/* libpng leaves by longjmp on an error; everything it may cut off is the caller's. */
static int png_write(const QRcode *code, int module_px, png_bytep row, struct buf *out)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    int side = (code->width + 2 * QUIET) * module_px;

    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return -ENOMEM;
    }
    png_set_write_fn(png, out, png_to_buf, png_no_flush);
    png_set_IHDR(png, info, (png_uint_32)side, (png_uint_32)side, 8, PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++)
            row[x] = dark(code, x / module_px - QUIET, y / module_px - QUIET) ? 0 : 255;
        png_write_row(png, row);
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return out->error;
}

int qr_png(const char *text, int module_px, struct buf *out)
{
    QRcode *code;
    png_bytep row;
    int r = encode(text, &code);

    if (r < 0)
        return r;
    row = malloc((size_t)(code->width + 2 * QUIET) * (size_t)module_px);
    r = row ? png_write(code, module_px, row, out) : -ENOMEM;
    free(row);
    QRcode_free(code);
    return r;
}

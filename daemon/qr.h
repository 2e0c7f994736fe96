/* qr.h - QR codes as runs of dark modules, as SVG and as PNG (DV-05): level M, quiet zone of four
 * modules. Pure, any thread. */
#ifndef ANCHANG_QR_H
#define ANCHANG_QR_H

#include "daemon/http/buf.h"

/* Append the picture of @text; @module_px: pixels a module (PNG). -E2BIG: the text is too long
 * for a code, -ENOMEM. */
int qr_svg(const char *text, struct buf *out);
int qr_png(const char *text, int module_px, struct buf *out);
/* Each run of @n dark modules from (x, y) on, of @side by @side with the quiet zone. */
int qr_runs(const char *text, void (*each)(void *arg, int side, int x, int y, int n), void *arg);

#endif

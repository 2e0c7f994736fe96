/* escpos_draw.h - pictures of what a receipt printer's font does not have, by pango, and QR codes.
 * Thread: one at a time. */
#ifndef ANCHANG_DRIVERS_ESCPOS_DRAW_H
#define ANCHANG_DRIVERS_ESCPOS_DRAW_H

#include "drivers/escpos.h"

/* Half as wide for ASCII as for everything else, as rolls count. */
extern const char roll_font[];

extern const struct escpos_draw escpos_draw;

#endif

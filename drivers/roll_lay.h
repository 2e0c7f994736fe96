/* roll_lay.h - a roll as the lines that stand on the paper, the same for a printer, for a picture
 * and for a page.
 *
 * ASCII takes one column and everything else two, as the fonts of Chinese printers have it; marks
 * that stand on the character before them take none. ￥ stands for ¥, which those fonts lack.
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DRIVERS_ROLL_LAY_H
#define ANCHANG_DRIVERS_ROLL_LAY_H

#include <stdint.h>

#include "drivers/roll.h"

struct roll_laid {
    enum roll_kind kind;
    bool bold, big;
    /* Of a line: with the blanks that put it in its place, and none behind it; of a QR code: what
     * it says. */
    const char *text;
    unsigned feed;
};

/* Of a character that stands after another one. */
unsigned roll_width(uint32_t code);
/* Of a text in columns. */
unsigned roll_text_width(const char *text);

/* Each character with the marks that stand on it, in its columns. */
void roll_characters(const char *text,
                     void (*each)(void *arg, const char *character, unsigned column,
                                  unsigned columns),
                     void *arg);

/* Each line from the top down. @columns 0: as many as it was made for. As roll_read(). */
int roll_lay(const char *bytes, size_t n, unsigned columns,
             int (*each)(void *arg, const struct roll_laid *line), void *arg);

#endif

/* roll.h - what a printer of rolls prints: lines from the top down, and no page. (UP 4.1)
 *
 * A roll is kept as text, one line each, in UTF-8; the first says how many columns it was made for:
 *
 *   roll 1 48
 *   line bold big center<TAB>收款收据
 *   line left right:fit<TAB>合计<TAB>￥1,234.00
 *   rule
 *   qr<TAB>https://…
 *   feed 2
 *   drawer
 *   cut
 *
 * A line has cells beside each other: where a cell's text stands in it (left, center, right), and
 * how wide it is: in columns (left:20), as wide as its text (fit), or what the others leave. Cells
 * are one column apart. Nothing is ever cut: a text goes on below itself, one that stands right is
 * never broken, and cells that have no room beside each other stand below each other.
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DRIVERS_ROLL_H
#define ANCHANG_DRIVERS_ROLL_H

#include <stdbool.h>
#include <stddef.h>

enum {
    ROLL_COLUMNS_MIN = 24,
    ROLL_COLUMNS_MAX = 64,
    ROLL_CELLS_MAX = 6,
    ROLL_FEED_MAX = 20,
    ROLL_QR_MAX = 400,     /* bytes */
    ROLL_MAX = 256 * 1024, /* bytes of one, as it is kept */
};

enum roll_kind { ROLL_LINE, ROLL_RULE, ROLL_QR, ROLL_FEED, ROLL_DRAWER, ROLL_CUT };
enum roll_align { ROLL_LEFT, ROLL_CENTER, ROLL_RIGHT };

struct roll_cell {
    enum roll_align align;
    unsigned width; /* columns; 0: what the others leave */
    bool fit;       /* as wide as its text */
    const char *text;
};

struct roll_line {
    enum roll_kind kind;
    bool bold, big; /* twice as wide and twice as high */
    struct roll_cell cells[ROLL_CELLS_MAX];
    size_t n_cells; /* of a line: at least 1; of a QR code: 1, its text */
    unsigned feed;  /* lines */
};

/* ---- making one ---- */

struct roll_writer {
    char *bytes;
    size_t n, room;
    int error; /* stays: -ENOMEM, -EMSGSIZE */
};

void roll_begin(struct roll_writer *w, unsigned columns);
/* What is no character of a line becomes a blank. */
void roll_add(struct roll_writer *w, const struct roll_line *line);
/* *@ret_bytes is malloc'ed. The first error of all since roll_begin(). */
int roll_end(struct roll_writer *w, char **ret_bytes, size_t *ret_n);

/* ---- reading one ---- */

/* Each line in turn, until @each returns < 0, which is returned. *@ret_columns is set before the
 * first. -EBADMSG: no roll; -ENOMEM. */
int roll_read(const char *bytes, size_t n, unsigned *ret_columns,
              int (*each)(void *arg, const struct roll_line *line), void *arg);

/* A copy of @bytes that says @text before all else, and opens no drawer: it is one, and not the
 * paper itself. As roll_read(). */
int roll_mark(const char *bytes, size_t n, const char *text, char **ret_bytes, size_t *ret_n);

#endif

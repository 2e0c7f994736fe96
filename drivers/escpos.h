/* escpos.h - the language of receipt printers, as far as a roll needs it: what is sent, and what
 * they answer. (UP 4.1, DA 6.2)
 *
 * The Chinese font of a printer has the characters of a set, and each of two bytes. A line with any
 * other character is drawn and sent as a picture, so that a rare name is never a blank.
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DRIVERS_ESCPOS_H
#define ANCHANG_DRIVERS_ESCPOS_H

#include <stdint.h>

#include "drivers/roll_lay.h"

enum {
    ESCPOS_COLUMN_DOTS = 12,
    ESCPOS_LINE_DOTS = 24, /* a character's height */
    ESCPOS_GAP_DOTS = 6,   /* below a line */
    ESCPOS_ID = 4          /* bytes */
};

/* What a printer can, beyond what all can. */
struct escpos_profile {
    unsigned columns; /* 48: paper of 80 mm; 32: of 58 mm */
    enum escpos_charset { ESCPOS_GB2312, ESCPOS_GBK, ESCPOS_GB18030 } charset; /* of its font */
    bool qr;     /* it draws QR codes itself */
    bool cutter; /* else the paper is fed to where it is torn off */
    enum escpos_end {
        ESCPOS_END_NONE,   /* it never answers anything */
        ESCPOS_END_SENSOR, /* GS r: the state of its sensor, asked for behind all else */
        ESCPOS_END_ID      /* GS ( H: gives back the number of a job when it is out */
    } end;
};

/* One bit a dot, the first on the left is the highest; rows of @row bytes. */
struct escpos_picture {
    unsigned row, height;
    uint8_t *bits; /* malloc'ed */
};

/* Draws what the printer cannot. < 0 ends the encoding. */
struct escpos_draw {
    /* @line of a roll, @dots wide. */
    int (*line)(void *arg, const struct roll_laid *line, unsigned dots,
                struct escpos_picture *ret_picture);
    /* A QR code in the middle of @dots. */
    int (*qr)(void *arg, const char *text, unsigned dots, struct escpos_picture *ret_picture);
    void *arg;
};

/* A whole job. *@ret_bytes is malloc'ed. As roll_read(). */
int escpos_encode(const char *roll, size_t n, const struct escpos_profile *profile,
                  const struct escpos_draw *draw, uint8_t **ret_bytes, size_t *ret_n);

/* The two bytes of a character; 0: such a font has none. */
unsigned escpos_code(enum escpos_charset charset, uint32_t character);

/* ---- questions and answers ---- */

enum { ESCPOS_ASK_MAX = 16 };
/* The question behind a job that is answered when all before it is out; 0: there is none. */
size_t escpos_ask_end(const struct escpos_profile *profile, const char id[ESCPOS_ID],
                      uint8_t ret_bytes[ESCPOS_ASK_MAX]);
/* The one that is answered at once, also when it stands still; @which 1: itself, 2: why it stands
 * still, 3: its errors, 4: its paper. */
size_t escpos_ask_now(unsigned which, uint8_t ret_bytes[ESCPOS_ASK_MAX]);
/* Forget what was sent and did not come out; of those that know ESCPOS_END_ID. */
size_t escpos_ask_forget(uint8_t ret_bytes[ESCPOS_ASK_MAX]);

/* Takes answers out of what comes, byte by byte. */
struct escpos_ear {
    uint8_t held[8];
    size_t n;
};
enum escpos_heard {
    ESCPOS_NOTHING, /* yet, or noise */
    ESCPOS_NOW,     /* to escpos_ask_now(): *ret_byte */
    ESCPOS_SENSOR,  /* the sensor's, behind a job */
    ESCPOS_ID_BACK  /* the id stands in the ear's held[2…] */
};
enum escpos_heard escpos_hear(struct escpos_ear *ear, uint8_t byte, uint8_t *ret_byte);

/* What the four answers say; IPP's words, each once. */
struct escpos_state {
    bool offline; /* prints nothing now */
    bool cover, paper_out, paper_low, error;
};
void escpos_state_take(struct escpos_state *state, unsigned which, uint8_t byte);

#endif

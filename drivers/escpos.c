/* escpos.c - see escpos.h. */
#include "drivers/escpos.h"

#include <errno.h>
#include <glib.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/parse.h"

enum { BAND_ROWS = 128 }; /* of one command; long ones stall some printers */

/* The commands, by their names in the book of ESC/POS. */
#define SAY(e, ...) say(e, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
enum { DLE = 0x10, EOT = 0x04, DC4 = 0x14, ESC = 0x1B, FS = 0x1C, GS = 0x1D, LF = 0x0A };

struct encoding {
    const struct escpos_profile *profile;
    const struct escpos_draw *draw;
    uint8_t *bytes;
    size_t n, room;
    bool bold, big; /* as it is set now */
};

static int say(struct encoding *e, const uint8_t *bytes, size_t n)
{
    if (e->n + n > e->room) {
        const size_t room = (e->n + n) * 2;
        uint8_t *grown = realloc(e->bytes, room);

        if (!grown)
            return -ENOMEM;
        e->bytes = grown;
        e->room = room;
    }
    memcpy(e->bytes + e->n, bytes, n);
    e->n += n;
    return 0;
}

/* ---- characters ---- */

struct range {
    uint16_t from, to; /* the second bytes of all rows between the first bytes */
};

static bool inside(unsigned code, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (code >= ranges[i].from && code <= ranges[i].to)
            return true;
    return false;
}

/* GB 2312 in its rows: marks, letters, then the characters. */
static bool in_gb2312(unsigned code)
{
    static const struct range rows[] = {
        {0xA1A1, 0xA1FE}, {0xA2B1, 0xA2E2}, {0xA2E5, 0xA2EE}, {0xA2F1, 0xA2FC}, {0xA3A1, 0xA3FE},
        {0xA4A1, 0xA4F3}, {0xA5A1, 0xA5F6}, {0xA6A1, 0xA6B8}, {0xA6C1, 0xA6D8}, {0xA7A1, 0xA7C1},
        {0xA7D1, 0xA7F1}, {0xA8A1, 0xA8BA}, {0xA8C5, 0xA8E9}, {0xA9A4, 0xA9EF}};

    if ((code & 0xFF) < 0xA1 || (code & 0xFF) == 0xFF)
        return false;
    return inside(code, rows, sizeof(rows) / sizeof(rows[0])) ||
           (code >= 0xB0A1 && code <= 0xF7FE && !(code >= 0xD7FA && code <= 0xD7FE));
}

/* GB 18030 gave two bytes to some that GBK has not, and GBK leaves rows to its users. */
static bool in_gbk(unsigned code)
{
    static const struct range not [] = {{0xA2AB, 0xA2B0}, {0xA2E3, 0xA2E4}, {0xA2EF, 0xA2F0},
                                        {0xA2FD, 0xA2FE}, {0xA6D9, 0xA6DF}, {0xA6EC, 0xA6ED},
                                        {0xA6F3, 0xA6F3}, {0xA6F6, 0xA6FE}, {0xA8BC, 0xA8BC},
                                        {0xA8BF, 0xA8BF}, {0xA989, 0xA995}, {0xFE50, 0xFEFE}};
    const unsigned high = code >> 8, low = code & 0xFF;

    if (inside(code, not, sizeof(not ) / sizeof(not [0])))
        return false;
    if (low >= 0xA1) /* the users' rows */
        return !(high >= 0xAA && high <= 0xAF) && high < 0xF8;
    return !(high >= 0xA1 && high <= 0xA7);
}

unsigned escpos_code(enum escpos_charset charset, uint32_t character)
{
    char text[8] = "", bytes[8], *from = text, *to = bytes;
    size_t n = (size_t)g_unichar_to_utf8(character, text), room = sizeof(bytes);
    iconv_t table = iconv_open("GB18030", "UTF-8");
    unsigned code = 0;

    if (table == (iconv_t)-1)
        return 0; /* a system without it prints pictures */
    if (iconv(table, &from, &n, &to, &room) != (size_t)-1 && to - bytes == 2)
        code = (unsigned)(uint8_t)bytes[0] << 8 | (uint8_t)bytes[1];
    iconv_close(table);
    if (code && ((charset == ESCPOS_GB2312 && !in_gb2312(code)) ||
                 (charset == ESCPOS_GBK && !in_gbk(code))))
        return 0;
    return code;
}

/* Whether all of @text stands in the printer's font; appended to @e when it does. */
static int text_say(struct encoding *e, const char *text)
{
    const size_t before = e->n;
    uint32_t c;
    int r = 0;

    while (r == 0 && parse_character(&text, &c) == 0) {
        const unsigned code = c < 0x80 ? 0 : escpos_code(e->profile->charset, c);

        if (c < 0x80) {
            r = SAY(e, (uint8_t)c);
        } else if (code) {
            r = SAY(e, (uint8_t)(code >> 8), (uint8_t)code);
        } else {
            e->n = before;
            return -ENOENT;
        }
    }
    return r;
}

/* ---- lines ---- */

static int bold_set(struct encoding *e, bool bold)
{
    if (e->bold == bold)
        return 0;
    e->bold = bold;
    return SAY(e, ESC, 'E', bold);
}

/* Of both fonts: printers differ in which command is for which, and the last one counts. */
static int big_set(struct encoding *e, bool big)
{
    if (e->big == big)
        return 0;
    e->big = big;
    return SAY(e, GS, '!', big ? 0x11 : 0, FS, '!', big ? 0x0C : 0);
}

static unsigned dots_of(const struct encoding *e)
{
    return e->profile->columns * ESCPOS_COLUMN_DOTS;
}

/* The Chinese mode is off meanwhile: some printers read two bytes of a picture as a character. */
static int picture_say(struct encoding *e, const struct escpos_picture *p)
{
    int r = SAY(e, FS, '.');

    for (unsigned y = 0; r == 0 && y < p->height; y += BAND_ROWS) {
        const unsigned rows = p->height - y < BAND_ROWS ? p->height - y : BAND_ROWS;

        r = SAY(e, GS, 'v', '0', 0, (uint8_t)p->row, (uint8_t)(p->row >> 8), (uint8_t)rows,
                (uint8_t)(rows >> 8));
        if (r == 0)
            r = say(e, p->bits + (size_t)y * p->row, (size_t)rows * p->row);
    }
    return r < 0 ? r : SAY(e, FS, '&');
}

static int line_picture(struct encoding *e, const struct roll_laid *line)
{
    struct escpos_picture picture = {0};
    int r = e->draw->line(e->draw->arg, line, dots_of(e), &picture);

    if (r == 0)
        r = picture_say(e, &picture);
    free(picture.bits);
    return r;
}

static int line_encode(struct encoding *e, const struct roll_laid *line)
{
    const bool empty = !line->text[0];
    const size_t before = e->n;
    const bool bold = e->bold, big = e->big;
    int r = empty ? 0 : bold_set(e, line->bold);

    if (r == 0 && !empty)
        r = big_set(e, line->big);
    if (r == 0)
        r = text_say(e, line->text);
    if (r == 0)
        r = SAY(e, LF);
    if (r != -ENOENT)
        return r;
    e->n = before; /* none of it */
    e->bold = bold;
    e->big = big;
    return line_picture(e, line);
}

/* Model 2, level M, in the middle. */
static int qr_native(struct encoding *e, const char *text)
{
    const size_t n = strlen(text) + 3;
    int r = SAY(e, ESC, 'a', 1, GS, '(', 'k', 4, 0, '1', 'A', '2', 0, GS, '(', 'k', 3, 0, '1', 'C',
                6, GS, '(', 'k', 3, 0, '1', 'E', '1');

    if (r == 0)
        r = SAY(e, GS, '(', 'k', (uint8_t)n, (uint8_t)(n >> 8), '1', 'P', '0');
    if (r == 0)
        r = say(e, (const uint8_t *)text, n - 3);
    return r < 0 ? r : SAY(e, GS, '(', 'k', 3, 0, '1', 'Q', '0', LF, ESC, 'a', 0);
}

static int qr_encode(struct encoding *e, const char *text)
{
    struct escpos_picture picture = {0};
    int r;

    if (e->profile->qr)
        return qr_native(e, text);
    r = e->draw->qr(e->draw->arg, text, dots_of(e), &picture);
    if (r == 0)
        r = picture_say(e, &picture);
    free(picture.bits);
    return r;
}

static int cut_encode(struct encoding *e)
{
    if (e->profile->cutter)
        return SAY(e, GS, 'V', 'B', 0); /* fed to the knife, all but one point */
    return SAY(e, ESC, 'd', 5);
}

static int encode(void *arg, const struct roll_laid *line)
{
    struct encoding *e = arg;

    switch (line->kind) {
    case ROLL_LINE:
        return line_encode(e, line);
    case ROLL_QR:
        return qr_encode(e, line->text);
    case ROLL_FEED:
        return SAY(e, ESC, 'd', (uint8_t)line->feed);
    case ROLL_DRAWER:
        return SAY(e, ESC, 'p', 0, 25, 250); /* 50 ms, then half a second of rest */
    case ROLL_CUT:
        return cut_encode(e);
    default:
        return -EBADMSG;
    }
}

int escpos_encode(const char *roll, size_t n, const struct escpos_profile *profile,
                  const struct escpos_draw *draw, uint8_t **ret_bytes, size_t *ret_n)
{
    struct encoding e = {.profile = profile, .draw = draw};
    int r = SAY(&e, ESC, '@', FS, '&'); /* as after switching on; Chinese */

    if (r == 0)
        r = roll_lay(roll, n, profile->columns, encode, &e);
    if (r < 0) {
        free(e.bytes);
        return r;
    }
    *ret_bytes = e.bytes;
    *ret_n = e.n;
    return 0;
}

/* ---- questions and answers ---- */

static size_t asked(uint8_t ret_bytes[ESCPOS_ASK_MAX], const uint8_t *bytes, size_t n)
{
    memcpy(ret_bytes, bytes, n);
    return n;
}

size_t escpos_ask_end(const struct escpos_profile *profile, const char id[ESCPOS_ID],
                      uint8_t ret_bytes[ESCPOS_ASK_MAX])
{
    const uint8_t number[] = {GS, '(', 'H', 6, 0, '0', '0'}, sensor[] = {GS, 'r', 1};

    if (profile->end == ESCPOS_END_SENSOR)
        return asked(ret_bytes, sensor, sizeof(sensor));
    if (profile->end == ESCPOS_END_NONE)
        return 0;
    memcpy(ret_bytes + asked(ret_bytes, number, sizeof(number)), id, ESCPOS_ID);
    return sizeof(number) + ESCPOS_ID;
}

size_t escpos_ask_now(unsigned which, uint8_t ret_bytes[ESCPOS_ASK_MAX])
{
    const uint8_t bytes[] = {DLE, EOT, (uint8_t)which};

    return asked(ret_bytes, bytes, sizeof(bytes));
}

size_t escpos_ask_forget(uint8_t ret_bytes[ESCPOS_ASK_MAX])
{
    const uint8_t bytes[] = {DLE, DC4, 8, 1, 3, 20, 1, 6, 2, 8};

    return asked(ret_bytes, bytes, sizeof(bytes));
}

/* An answer of "GS ( H" begins with these two and ends with a NUL; the others are one byte, of
 * which the fixed bits differ. */
enum { HEAD_1 = 0x37, HEAD_2 = 0x22, ID_BYTES = 2 + ESCPOS_ID + 1 };

enum escpos_heard escpos_hear(struct escpos_ear *ear, uint8_t byte, uint8_t *ret_byte)
{
    if (ear->n == ID_BYTES)
        ear->n = 0;
    if (ear->n == 1 && byte != HEAD_2)
        ear->n = 0;
    if (ear->n > 0 || byte == HEAD_1) {
        ear->held[ear->n++] = byte;
        return ear->n == ID_BYTES ? ESCPOS_ID_BACK : ESCPOS_NOTHING;
    }
    *ret_byte = byte;
    if ((byte & 0x93) == 0x12)
        return ESCPOS_NOW;
    return (byte & 0x90) == 0 ? ESCPOS_SENSOR : ESCPOS_NOTHING;
}

void escpos_state_take(struct escpos_state *state, unsigned which, uint8_t byte)
{
    switch (which) {
    case 1:
        state->offline = byte & 0x08;
        break;
    case 2:
        state->cover = byte & 0x04;
        state->paper_out = byte & 0x20;
        state->error = byte & 0x40;
        break;
    case 3: /* its knife; what nobody can mend; what mends itself */
        state->error = state->error || (byte & 0x28);
        break;
    default:
        state->paper_low = byte & 0x0C;
        state->paper_out = state->paper_out || (byte & 0x60);
        break;
    }
}

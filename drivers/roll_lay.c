/* roll_lay.c - see roll_lay.h. */
#include "drivers/roll_lay.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/parse.h"

enum { NARROW = 8 }; /* columns: with less than these a text stands below instead of beside */

/* What may not begin a line, and what may not end one. */
static const char no_begin[] = "，。、；：！？）》】」』”’…—～·％%,.;:!?)]}";
static const char no_end[] = "（《【「『“‘￥([{";

struct cell {
    const char *text; /* what of it is not laid yet */
    unsigned width;   /* columns */
    enum roll_align align;
};

struct laying {
    unsigned columns; /* asked for; 0: those of the roll */
    unsigned made_for;
    int (*each)(void *arg, const struct roll_laid *line);
    void *arg;
    char *out; /* the line that is being laid */
    size_t n, room;
};

/* ---- columns ---- */

unsigned roll_width(uint32_t code)
{
    if (code < 0x80)
        return 1;
    return g_unichar_iszerowidth(code) ? 0 : 2;
}

unsigned roll_text_width(const char *text)
{
    unsigned width = 0;
    uint32_t code;

    while (parse_character(&text, &code) == 0)
        width += roll_width(code);
    return width;
}

void roll_characters(const char *text,
                     void (*each)(void *arg, const char *character, unsigned column,
                                  unsigned columns),
                     void *arg)
{
    unsigned column = 0;

    while (*text) {
        const char *from = text, *end;
        char character[64];
        uint32_t code;
        unsigned columns;

        if (parse_character(&text, &code) < 0)
            return;
        columns = roll_width(code);
        for (end = text; parse_character(&text, &code) == 0 && roll_width(code) == 0; end = text)
            ;
        text = end;
        if ((size_t)(end - from) < sizeof(character)) { /* else it is no text of this world */
            memcpy(character, from, (size_t)(end - from));
            character[end - from] = '\0';
            each(arg, character, column, columns);
        }
        column += columns;
    }
}

static bool among(const char *characters, uint32_t code)
{
    uint32_t c;

    while (parse_character(&characters, &c) == 0)
        if (c == code)
            return true;
    return false;
}

/* Whether a line may end before @next when @last stands there: at blanks, and beside a wide
 * character; never inside of a word or a number, nor before what closes or behind what opens. */
static bool may_break(uint32_t last, uint32_t next)
{
    if (next == ' ')
        return true;
    if (among(no_begin, next) || among(no_end, last) || roll_width(next) == 0)
        return false;
    return last == ' ' || roll_width(last) == 2 || roll_width(next) == 2;
}

/* Bytes of @text that go into a line of @width columns, and what follows it in the next one. A
 * word that is longer than the line is broken where the line ends. */
static size_t piece(const char *text, unsigned width, const char **ret_next)
{
    const char *at = text, *good = NULL, *end;
    unsigned used = 0;
    uint32_t last = 0, code;

    for (;;) {
        const char *from = at;

        if (parse_character(&at, &code) < 0) {
            *ret_next = from;
            return (size_t)(from - text);
        }
        if (last && may_break(last, code))
            good = from;
        used += roll_width(code);
        if (used > width && code != ' ') {
            end = good ? good : from > text ? from : at;
            break;
        }
        last = code;
    }
    *ret_next = end + strspn(end, " ");
    while (end > text && end[-1] == ' ')
        end--;
    return (size_t)(end - text);
}

/* ---- a line that is being laid ---- */

static int put(struct laying *l, const char *bytes, size_t n)
{
    if (l->n + n + 1 > l->room) {
        const size_t room = (l->n + n + 1) * 2;
        char *grown = realloc(l->out, room);

        if (!grown)
            return -ENOMEM;
        l->out = grown;
        l->room = room;
    }
    memcpy(l->out + l->n, bytes, n);
    l->n += n;
    l->out[l->n] = '\0';
    return 0;
}

static int put_blanks(struct laying *l, unsigned n)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < n; i++)
        r = put(l, " ", 1);
    return r;
}

/* ￥ for ¥. */
static int put_text(struct laying *l, const char *text, size_t n)
{
    static const char yen[] = "\xC2\xA5", wide_yen[] = "￥";
    int r = 0;

    while (r == 0 && n > 0) {
        const char *found = memmem(text, n, yen, sizeof(yen) - 1);
        const size_t before = found ? (size_t)(found - text) : n;

        r = put(l, text, before);
        if (r == 0 && found)
            r = put(l, wide_yen, sizeof(wide_yen) - 1);
        text += before + (found ? sizeof(yen) - 1 : 0);
        n -= before + (found ? sizeof(yen) - 1 : 0);
    }
    return r;
}

static unsigned piece_width(const char *text, size_t n)
{
    const char *end = text + n;
    unsigned width = 0;
    uint32_t code;

    while (text < end && parse_character(&text, &code) == 0)
        width += roll_width(code);
    return width;
}

/* The next piece of @cell, in its place; after the last one only blanks. */
static int cell_put(struct laying *l, struct cell *cell, bool last)
{
    const char *next;
    const size_t n = piece(cell->text, cell->width, &next);
    const unsigned used = piece_width(cell->text, n);
    const unsigned left = used < cell->width ? cell->width - used : 0;
    const unsigned before = cell->align == ROLL_RIGHT    ? left
                            : cell->align == ROLL_CENTER ? left / 2
                                                         : 0;
    int r = put_blanks(l, before);

    if (r == 0)
        r = put_text(l, cell->text, n);
    if (r == 0 && !last)
        r = put_blanks(l, left - before + 1);
    cell->text = next;
    return r;
}

static int line_say(struct laying *l, const struct roll_line *line)
{
    struct roll_laid laid = {.kind = ROLL_LINE, .bold = line->bold, .big = line->big};
    int r = put(l, "", 0);

    while (l->n > 0 && l->out[l->n - 1] == ' ')
        l->out[--l->n] = '\0';
    laid.text = l->out;
    if (r == 0)
        r = l->each(l->arg, &laid);
    l->n = 0;
    return r;
}

/* Lines until all texts of the cells have been said; at least one. */
static int cells_say(struct laying *l, const struct roll_line *line, struct cell *cells, size_t n)
{
    bool more = true;
    int r = 0;

    while (r >= 0 && more) {
        more = false;
        for (size_t i = 0; r >= 0 && i < n; i++) {
            r = cell_put(l, &cells[i], i + 1 == n);
            more = more || *cells[i].text;
        }
        if (r >= 0)
            r = line_say(l, line);
    }
    return r;
}

/* ---- how wide the cells are ---- */

/* Whether they have room beside each other; then each has its width. One that stands right takes
 * what its text needs, for it is an amount. */
static bool widths_find(const struct roll_line *line, unsigned columns, struct cell *cells)
{
    unsigned taken = (unsigned)line->n_cells - 1, open = 0;

    for (size_t i = 0; i < line->n_cells; i++) {
        const struct roll_cell *from = &line->cells[i];
        const unsigned natural = roll_text_width(from->text);
        const bool given = from->fit || from->width;

        cells[i] = (struct cell){from->text, from->fit ? natural : from->width, from->align};
        if (from->align == ROLL_RIGHT && given && natural > cells[i].width)
            cells[i].width = natural;
        taken += cells[i].width;
        open += !given;
    }
    if (taken > columns || (open && (columns - taken) / open < NARROW && line->n_cells > 1))
        return false;
    for (size_t i = 0, left = open; i < line->n_cells; i++)
        if (!line->cells[i].fit && !line->cells[i].width) {
            cells[i].width = (columns - taken) / (unsigned)left;
            taken += cells[i].width;
            left--;
        }
    for (size_t i = 0; i < line->n_cells; i++) /* an amount is never broken */
        if (cells[i].align == ROLL_RIGHT && line->n_cells > 1 &&
            roll_text_width(cells[i].text) > cells[i].width)
            return false;
    return true;
}

static int line_lay(struct laying *l, const struct roll_line *line, unsigned columns)
{
    struct cell cells[ROLL_CELLS_MAX];
    int r = 0;

    if (line->big)
        columns /= 2;
    if (widths_find(line, columns, cells))
        return cells_say(l, line, cells, line->n_cells);
    for (size_t i = 0; r >= 0 && i < line->n_cells; i++) {
        struct cell alone = {line->cells[i].text, columns, line->cells[i].align};

        if (*alone.text)
            r = cells_say(l, line, &alone, 1);
    }
    return r;
}

static int rule_lay(struct laying *l, unsigned columns)
{
    static const struct roll_line plain = {.kind = ROLL_LINE};
    int r = 0;

    for (unsigned i = 0; r == 0 && i < columns; i++)
        r = put(l, "-", 1);
    return r < 0 ? r : line_say(l, &plain);
}

static int lay(void *arg, const struct roll_line *line)
{
    struct laying *l = arg;
    const unsigned columns = l->columns ? l->columns : l->made_for;
    const struct roll_laid laid = {
        .kind = line->kind, .text = line->n_cells ? line->cells[0].text : "", .feed = line->feed};

    switch (line->kind) {
    case ROLL_LINE:
        return line_lay(l, line, columns);
    case ROLL_RULE:
        return rule_lay(l, columns);
    default:
        return l->each(l->arg, &laid);
    }
}

int roll_lay(const char *bytes, size_t n, unsigned columns,
             int (*each)(void *arg, const struct roll_laid *line), void *arg)
{
    struct laying l = {.columns = columns, .each = each, .arg = arg};
    int r = roll_read(bytes, n, &l.made_for, lay, &l);

    free(l.out);
    return r;
}

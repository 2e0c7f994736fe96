/* Any bytes as a roll: refused, or laid within its columns, marked, and turned into the language of
 * a printer; what is read and written again reads the same. */
#include <stdlib.h>
#include <string.h>

#include "drivers/escpos_draw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int written(void *arg, const struct roll_line *line)
{
    roll_add(arg, line);
    return 0;
}

static int within(void *arg, const struct roll_laid *line)
{
    const unsigned *columns = arg;

    /* A cell of one column may hold a character of two. */
    if (line->kind == ROLL_LINE &&
        roll_text_width(line->text) * (line->big ? 2 : 1) > *columns + ROLL_CELLS_MAX * 2)
        abort();
    return 0;
}

static char *again(const char *bytes, size_t n, unsigned columns, size_t *ret_n)
{
    struct roll_writer w;
    char *copy;

    roll_begin(&w, columns);
    if (roll_read(bytes, n, &columns, written, &w) < 0 || roll_end(&w, &copy, ret_n) < 0)
        abort();
    return copy;
}

static int no_picture(void *arg, const struct roll_laid *line, unsigned dots,
                      struct escpos_picture *ret_picture)
{
    (void)arg, (void)line, (void)dots;
    *ret_picture = (struct escpos_picture){0};
    return 0;
}

static int no_code(void *arg, const char *text, unsigned dots, struct escpos_picture *ret_picture)
{
    (void)arg, (void)text, (void)dots;
    *ret_picture = (struct escpos_picture){0};
    return 0;
}

static int count(void *arg, const struct roll_line *line)
{
    (void)arg, (void)line;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct escpos_draw nothing = {no_picture, no_code, NULL};
    const struct escpos_profile profile = {.columns = 32, .charset = ESCPOS_GBK};
    const char *bytes = (const char *)data;
    char *once, *twice, *marked;
    size_t n_once, n_twice, n_marked, n_sent;
    unsigned columns;
    uint8_t *sent;

    if (roll_read(bytes, size, &columns, count, NULL) < 0)
        return 0;
    if (roll_lay(bytes, size, 0, within, &columns) < 0)
        abort();
    if (escpos_encode(bytes, size, &profile, &nothing, &sent, &n_sent) < 0)
        abort();
    free(sent);
    once = again(bytes, size, columns, &n_once);
    twice = again(once, n_once, columns, &n_twice);
    if (n_once != n_twice || memcmp(once, twice, n_once) != 0)
        abort();
    if (roll_mark(once, n_once, "补打", &marked, &n_marked) == 0)
        free(marked);
    free(once);
    free(twice);
    return 0;
}

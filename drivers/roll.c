/* roll.c - see roll.h. */
#include "drivers/roll.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/parse.h"

static const char *const kinds[] = {"line", "rule", "qr", "feed", "drawer", "cut"};
static const char *const aligns[] = {"left", "center", "right"};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), ALIGNS = sizeof(aligns) / sizeof(aligns[0]) };

/* Whether *text begins with one that can stand in a cell; then it is past it. */
static bool character(const char **text)
{
    const char *at = *text;
    uint32_t c;

    if (parse_character(&at, &c) < 0 || c < 0x20 || (c >= 0x7F && c < 0xA0))
        return false;
    *text = at;
    return true;
}

/* ---- making one ---- */

static char *space(struct roll_writer *w, size_t n)
{
    if (w->error)
        return NULL;
    if (w->n + n > ROLL_MAX) {
        w->error = -EMSGSIZE;
        return NULL;
    }
    if (w->n + n > w->room) {
        const size_t room = (w->n + n) * 2;
        char *grown = realloc(w->bytes, room);

        if (!grown) {
            w->error = -ENOMEM;
            return NULL;
        }
        w->bytes = grown;
        w->room = room;
    }
    return w->bytes + w->n;
}

static void put(struct roll_writer *w, const char *text)
{
    const size_t n = strlen(text);
    char *to = space(w, n);

    if (to) {
        memcpy(to, text, n);
        w->n += n;
    }
}

__attribute__((format(printf, 2, 3))) static void say(struct roll_writer *w, const char *format,
                                                      ...)
{
    char text[64];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    put(w, text);
}

/* Blanks for what would end a cell or a line, and for bytes that are no text. */
static void put_cell(struct roll_writer *w, const char *text)
{
    put(w, "\t");
    while (*text) {
        const char *from = text;
        const bool good = character(&text);
        const size_t n = good ? (size_t)(text - from) : 1;
        char *to = space(w, n);

        if (!to)
            return;
        memcpy(to, good ? from : " ", n);
        w->n += n;
        text = from + n;
    }
}

void roll_begin(struct roll_writer *w, unsigned columns)
{
    *w = (struct roll_writer){0};
    say(w, "roll 1 %u\n", columns);
}

void roll_add(struct roll_writer *w, const struct roll_line *line)
{
    put(w, kinds[line->kind]);
    if (line->kind == ROLL_FEED)
        say(w, " %u", line->feed);
    if (line->kind == ROLL_LINE) {
        put(w, line->bold ? " bold" : "");
        put(w, line->big ? " big" : "");
        for (size_t i = 0; i < line->n_cells; i++) {
            const struct roll_cell *cell = &line->cells[i];

            say(w, " %s", aligns[cell->align]);
            if (cell->fit)
                put(w, ":fit");
            else if (cell->width)
                say(w, ":%u", cell->width);
        }
    }
    for (size_t i = 0; i < line->n_cells; i++)
        put_cell(w, line->cells[i].text);
    put(w, "\n");
}

int roll_end(struct roll_writer *w, char **ret_bytes, size_t *ret_n)
{
    if (w->error) {
        free(w->bytes);
        return w->error;
    }
    *ret_bytes = w->bytes;
    *ret_n = w->n;
    return 0;
}

/* ---- reading one ---- */

/* The next word of *text, up to a blank or the end; NULL: there is none. */
static const char *word(char **text)
{
    char *start = *text, *end;

    if (!*start)
        return NULL;
    end = start + strcspn(start, " ");
    *text = end + (*end != '\0');
    *end = '\0';
    return start;
}

static int word_of(const char *text, size_t n, const char *const words[], int count)
{
    for (int i = 0; i < count; i++)
        if (text && strlen(words[i]) == n && strncmp(words[i], text, n) == 0)
            return i;
    return -EBADMSG;
}

static int number_of(const char *text, unsigned max, unsigned *ret_value)
{
    return text && parse_number(&text, max, ret_value) == 0 && !*text ? 0 : -EBADMSG;
}

static int cell_of(const char *text, struct roll_cell *cell)
{
    const size_t n = strcspn(text, ":");
    const int align = word_of(text, n, aligns, ALIGNS);

    if (align < 0)
        return -EBADMSG;
    *cell = (struct roll_cell){.align = (enum roll_align)align};
    if (!text[n])
        return 0;
    if (strcmp(text + n, ":fit") == 0) {
        cell->fit = true;
        return 0;
    }
    return number_of(text + n + 1, ROLL_COLUMNS_MAX, &cell->width) == 0 && cell->width ? 0
                                                                                       : -EBADMSG;
}

/* What a line says of itself before its first tab. */
static int head_read(char *head, struct roll_line *line)
{
    const char *w = word(&head);
    const int kind = w ? word_of(w, strlen(w), kinds, KINDS) : -EBADMSG;
    int r = 0;

    if (kind < 0)
        return -EBADMSG;
    line->kind = (enum roll_kind)kind;
    if (line->kind == ROLL_FEED)
        return number_of(word(&head), ROLL_FEED_MAX, &line->feed) == 0 && !*head ? 0 : -EBADMSG;
    if (line->kind == ROLL_QR)
        line->n_cells = 1;
    if (line->kind != ROLL_LINE)
        return *head ? -EBADMSG : 0;
    while (r == 0 && (w = word(&head))) {
        if (strcmp(w, "bold") == 0)
            line->bold = true;
        else if (strcmp(w, "big") == 0)
            line->big = true;
        else if (line->n_cells == ROLL_CELLS_MAX)
            r = -EBADMSG;
        else
            r = cell_of(w, &line->cells[line->n_cells++]);
    }
    return r == 0 && line->n_cells ? 0 : -EBADMSG;
}

static int cell_take(const char **text, struct roll_cell *cell)
{
    const char *at = *text;

    if (*at != '\t')
        return -EBADMSG;
    cell->text = ++at;
    while (*at && *at != '\t')
        if (!character(&at))
            return -EBADMSG;
    *text = at;
    return 0;
}

/* Ends each cell where the next one begins, now that all were seen. */
static void cells_end(struct roll_line *line)
{
    for (size_t i = 0; i < line->n_cells; i++) {
        char *end = (char *)line->cells[i].text + strcspn(line->cells[i].text, "\t");

        *end = '\0';
    }
}

static int line_read(const char *text, struct roll_line *line)
{
    char head[128];
    const size_t n = strcspn(text, "\t");
    int r;

    if (n >= sizeof(head))
        return -EBADMSG;
    memcpy(head, text, n);
    head[n] = '\0';
    *line = (struct roll_line){0};
    r = head_read(head, line);
    text += n;
    for (size_t i = 0; r == 0 && i < line->n_cells; i++)
        r = cell_take(&text, &line->cells[i]);
    if (r < 0 || *text)
        return -EBADMSG;
    cells_end(line);
    if (line->kind == ROLL_QR &&
        (!line->cells[0].text[0] || strlen(line->cells[0].text) > ROLL_QR_MAX))
        return -EBADMSG;
    return 0;
}

static int first_read(char *text, unsigned *ret_columns)
{
    static const char head[] = "roll 1 ";
    unsigned columns;

    if (strncmp(text, head, sizeof(head) - 1) != 0 ||
        number_of(text + sizeof(head) - 1, ROLL_COLUMNS_MAX, &columns) < 0 ||
        columns < ROLL_COLUMNS_MIN)
        return -EBADMSG;
    *ret_columns = columns;
    return 0;
}

static int lines_read(char *text, unsigned *ret_columns,
                      int (*each)(void *arg, const struct roll_line *line), void *arg)
{
    bool first = true;
    int r = 0;

    while (r >= 0 && *text) {
        char *end = strchr(text, '\n');
        struct roll_line line;

        if (!end)
            return -EBADMSG;
        *end = '\0';
        r = first ? first_read(text, ret_columns) : line_read(text, &line);
        if (r == 0 && !first)
            r = each(arg, &line);
        first = false;
        text = end + 1;
    }
    return first ? -EBADMSG : r < 0 ? r : 0;
}

int roll_read(const char *bytes, size_t n, unsigned *ret_columns,
              int (*each)(void *arg, const struct roll_line *line), void *arg)
{
    char *text;
    int r;

    if (n > ROLL_MAX || memchr(bytes, '\0', n))
        return -EBADMSG;
    text = malloc(n + 1);
    if (!text)
        return -ENOMEM;
    memcpy(text, bytes, n);
    text[n] = '\0';
    r = lines_read(text, ret_columns, each, arg);
    free(text);
    return r;
}

/* ---- a copy ---- */

struct marking {
    struct roll_writer w;
    unsigned columns;
    const char *text; /* NULL: it stands there already */
};

static void mark_add(struct marking *m)
{
    const struct roll_line said = {.kind = ROLL_LINE,
                                   .bold = true,
                                   .cells = {{.align = ROLL_CENTER, .text = m->text}},
                                   .n_cells = 1};
    const struct roll_line rule = {.kind = ROLL_RULE};

    roll_begin(&m->w, m->columns);
    roll_add(&m->w, &said);
    roll_add(&m->w, &rule);
    m->text = NULL;
}

static int marked(void *arg, const struct roll_line *line)
{
    struct marking *m = arg;

    if (m->text)
        mark_add(m);
    if (line->kind != ROLL_DRAWER)
        roll_add(&m->w, line);
    return m->w.error;
}

int roll_mark(const char *bytes, size_t n, const char *text, char **ret_bytes, size_t *ret_n)
{
    struct marking m = {.text = text};
    int r = roll_read(bytes, n, &m.columns, marked, &m);

    if (r == 0 && m.text)
        mark_add(&m); /* of a roll without a line */
    if (r < 0) {
        free(m.w.bytes);
        return r;
    }
    return roll_end(&m.w, ret_bytes, ret_n);
}

/* sheet_fixture.h - lists as text, for the tests of daemon/sheet: every row as "number:cell|cell",
 * or the code of the refusal. And a file of one's own, for what is written first.
 */
#ifndef ANCHANG_TESTS_SHEET_FIXTURE_H
#define ANCHANG_TESTS_SHEET_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/sheet/sheet.h"
#include "daemon/sheet/sheet_impl.h"

static char path[64];

static inline int make_path(void **state)
{
    int fd;

    (void)state;
    snprintf(path, sizeof(path), "/tmp/anchang-sheet-XXXXXX");
    fd = mkostemp(path, O_CLOEXEC);
    return fd < 0 ? -1 : close(fd);
}

static inline int drop_path(void **state)
{
    (void)state;
    return unlink(path);
}

/* snprintf() at the end of @text; what does not fit is cut. */
static inline void __attribute__((format(printf, 2, 3)))
add(char (*text)[1 << 16], const char *format, ...)
{
    size_t used = strlen(*text);
    va_list ap;

    va_start(ap, format);
    vsnprintf(*text + used, sizeof(*text) - used, format, ap);
    va_end(ap);
}

static inline void add_row(char (*text)[1 << 16], const struct sheet_row *row)
{
    add(text, "%lld:", (long long)row->number);
    for (size_t i = 0; i < row->n_cells; i++)
        add(text, "%s%.*s%s", i ? "|" : "", (int)row->cells[i].len, row->cells[i].text,
            row->cells[i].kind == SHEET_CELL_FORMULA_EMPTY ? "(f)"
            : row->cells[i].kind == SHEET_CELL_ERROR       ? "(e)"
                                                           : "");
    add(text, "\n");
}

/* All rows as "number:cell|cell" lines; or the code of the refusal. */
static inline char *dump(struct sheet *s, struct fault *f)
{
    static char text[1 << 16];
    struct sheet_row row;
    int r;

    text[0] = '\0';
    while ((r = sheet_next_row(s, f, &row)) > 0)
        if (row.number < 1000)
            add_row(&text, &row);
    if (r < 0)
        snprintf(text, sizeof(text), "%s", f->set ? fault_code_text(f->code) : "errno");
    return text;
}

static inline char *dump_bytes(const void *data, size_t len)
{
    static char text[1 << 16];
    struct sheet *s = NULL;
    struct fault f = {0};

    if (sheet_open_memory(data, len, "list.csv", &f, &s) == 0)
        snprintf(text, sizeof(text), "%s", dump(s, &f));
    else
        snprintf(text, sizeof(text), "%s", f.set ? fault_code_text(f.code) : "errno");
    if (f.set && f.n_args > 0 && strcmp(f.args[0].name, "row") == 0)
        snprintf(text + strlen(text), 32, " row %s", f.args[0].value);
    fault_clear(&f);
    sheet_close(s);
    return text;
}

static inline char *filled(size_t len, char c)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, c, len);
    text[len] = '\0';
    return text;
}

#endif

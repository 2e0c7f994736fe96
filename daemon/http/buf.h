/* buf.h - a growable run of bytes with a bound.
 *
 * Once something did not fit or memory ran out, `error` stays set and later additions do nothing: a
 * writer checks once, at the end. Thread: one at a time.
 */
#ifndef ANCHANG_HTTP_BUF_H
#define ANCHANG_HTTP_BUF_H

#include <stddef.h>

struct buf {
    char *data; /* not NUL-terminated unless buf_text() is asked */
    size_t n, room;
    size_t max; /* bytes; 0: no bound */
    int error;  /* 0, -ENOMEM or -EMSGSIZE */
};

void buf_free(struct buf *b); /* leaves it empty and usable; keeps max */
int buf_add(struct buf *b, const void *data, size_t n);
/* Room for @n bytes after the last one, for the caller to fill and to count in b->n; NULL after an
 * error. */
char *buf_space(struct buf *b, size_t n);
int buf_puts(struct buf *b, const char *text);
int buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The bytes as a string, owned by @b; NULL after an error. */
const char *buf_text(struct buf *b);

#endif

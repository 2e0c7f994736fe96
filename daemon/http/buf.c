/* buf.c - see buf.h. */
#include "daemon/http/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *b)
{
    size_t max = b->max;

    free(b->data);
    *b = (struct buf){.max = max};
}

/* Room for @n more bytes and a NUL. */
static int buf_grow(struct buf *b, size_t n)
{
    size_t room = b->room ? b->room : 256;
    char *data;

    if (b->error)
        return b->error;
    if (n > SIZE_MAX / 4 - b->n || (b->max && b->n + n > b->max))
        return b->error = -EMSGSIZE;
    if (b->n + n < b->room)
        return 0;
    while (room <= b->n + n)
        room *= 2;
    data = realloc(b->data, room);
    if (!data)
        return b->error = -ENOMEM;
    b->data = data;
    b->room = room;
    return 0;
}

char *buf_space(struct buf *b, size_t n)
{
    return buf_grow(b, n) < 0 ? NULL : b->data + b->n;
}

int buf_add(struct buf *b, const void *data, size_t n)
{
    int r = buf_grow(b, n);

    if (r < 0)
        return r;
    if (n > 0)
        memcpy(b->data + b->n, data, n);
    b->n += n;
    return 0;
}

int buf_puts(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

int buf_printf(struct buf *b, const char *format, ...)
{
    va_list ap;
    int n, r;

    va_start(ap, format);
    n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    if (n < 0)
        return b->error = -EINVAL;
    r = buf_grow(b, (size_t)n);
    if (r < 0)
        return r;
    va_start(ap, format);
    vsnprintf(b->data + b->n, (size_t)n + 1, format, ap);
    va_end(ap);
    b->n += (size_t)n;
    return 0;
}

const char *buf_text(struct buf *b)
{
    if (buf_grow(b, 0) < 0)
        return NULL;
    b->data[b->n] = '\0';
    return b->data;
}

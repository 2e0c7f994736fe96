/* json_write.c - see json_write.h. */
#include "daemon/chart/json_write.h"

#include <stdio.h>

void json_put_text(struct buf *b, const char *text)
{
    const char *run = text ? text : "";

    buf_add(b, "\"", 1);
    for (const char *p = run;; p++) {
        unsigned char c = (unsigned char)*p;
        char escape[8];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        if (p > run)
            buf_add(b, run, (size_t)(p - run));
        if (c == '\0')
            break;
        run = p + 1;
        if (c >= 0x20)
            buf_add(b, (char[]){'\\', (char)c}, 2);
        else
            buf_add(b, escape, (size_t)snprintf(escape, sizeof(escape), "\\u%04x", c));
    }
    buf_add(b, "\"", 1);
}

void json_put_int(struct buf *b, int64_t value)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        digits[--at] = '-';
    buf_add(b, digits + at, sizeof(digits) - at);
}

void json_put_or_null(struct buf *b, int64_t value)
{
    if (value)
        json_put_int(b, value);
    else
        buf_add(b, "null", 4);
}

void json_key(struct buf *b, const char *name, int first)
{
    if (!first)
        buf_add(b, ",", 1);
    json_put_text(b, name);
    buf_add(b, ":", 1);
}

void json_member_text(struct buf *b, const char *name, const char *text)
{
    json_key(b, name, 0);
    json_put_text(b, text);
}

void json_member_int(struct buf *b, const char *name, int64_t value)
{
    json_key(b, name, 0);
    json_put_int(b, value);
}

void json_member_or_null(struct buf *b, const char *name, int64_t value)
{
    json_key(b, name, 0);
    json_put_or_null(b, value);
}

void json_member_bool(struct buf *b, const char *name, int value)
{
    json_key(b, name, 0);
    buf_puts(b, value ? "true" : "false");
}

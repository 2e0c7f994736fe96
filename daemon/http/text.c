/* text.c - see text.h. */
#include "daemon/http/text.h"

#include <string.h>

int32_t utf8_next(const char **p, const char *end)
{
    const unsigned char *s = (const unsigned char *)*p;
    size_t left = (size_t)(end - *p), n;
    int32_t c, least;

    if (left == 0)
        return -1;
    if (s[0] < 0x80) {
        *p += 1;
        return s[0];
    }
    if (s[0] >= 0xc2 && s[0] <= 0xdf) {
        n = 2, c = s[0] & 0x1f, least = 0x80;
    } else if ((s[0] & 0xf0) == 0xe0) {
        n = 3, c = s[0] & 0x0f, least = 0x800;
    } else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        n = 4, c = s[0] & 0x07, least = 0x10000;
    } else {
        return -1;
    }
    if (left < n)
        return -1;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return -1;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return -1;
    *p += n;
    return c;
}

bool text_char_allowed(int32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        return false;
    if (c == 0x061c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e))
        return false;
    if ((c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb))
        return false;
    if ((c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe)
        return false;
    return true;
}

bool text_allowed(const char *text, size_t n, size_t *ret_chars)
{
    const char *p = text, *end = text + n;
    size_t chars = 0;

    while (p < end) {
        int32_t c = utf8_next(&p, end);

        if (c < 0 || !text_char_allowed(c))
            return false;
        chars++;
    }
    if (ret_chars)
        *ret_chars = chars;
    return true;
}

void text_trim(const char **text, size_t *n)
{
    for (;;) {
        if (*n >= 1 && **text == ' ')
            *text += 1, *n -= 1;
        else if (*n >= 3 && !memcmp(*text, "\xe3\x80\x80", 3))
            *text += 3, *n -= 3;
        else
            break;
    }
    for (;;) {
        if (*n >= 1 && (*text)[*n - 1] == ' ')
            *n -= 1;
        else if (*n >= 3 && !memcmp(*text + *n - 3, "\xe3\x80\x80", 3))
            *n -= 3;
        else
            break;
    }
}

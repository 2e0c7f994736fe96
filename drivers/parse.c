/* parse.c - see parse.h. */
#include "drivers/parse.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

int parse_character(const char **text, uint32_t *ret_code)
{
    const gunichar code = **text ? g_utf8_get_char_validated(*text, -1) : (gunichar)-1;

    if (code > 0x10FFFF) /* what it says of bytes that are none */
        return -EINVAL;
    *text = g_utf8_next_char(*text);
    *ret_code = code;
    return 0;
}

int parse_number(const char **text, unsigned max, unsigned *ret_value)
{
    const char *p = *text;
    uint64_t value = 0;

    if (*p < '0' || *p > '9')
        return -EINVAL;
    for (; *p >= '0' && *p <= '9'; p++) {
        value = value * 10 + (uint64_t)(*p - '0');
        if (value > max)
            return -EINVAL;
    }
    *text = p;
    *ret_value = (unsigned)value;
    return 0;
}

int parse_hex16(const char **text, uint16_t *ret_value)
{
    unsigned value = 0;

    for (size_t i = 0; i < 4; i++) {
        int digit = hex_digit((*text)[i]);

        if (digit < 0)
            return -EINVAL;
        value = value << 4 | (unsigned)digit;
    }
    *text += 4;
    *ret_value = (uint16_t)value;
    return 0;
}

int parse_usb_id(const char **text, struct usb_id *ret_id)
{
    const char *p = *text;
    struct usb_id id;
    unsigned interface;

    if (parse_hex16(&p, &id.vid) < 0 || *p++ != ':' || parse_hex16(&p, &id.pid) < 0 ||
        *p++ != ':' || parse_number(&p, UINT8_MAX, &interface) < 0)
        return -EINVAL;
    id.interface = (uint8_t)interface;
    *text = p;
    *ret_id = id;
    return 0;
}

int parse_line_bits(const char **text, struct line_settings *line)
{
    static const char letters[] = "NEO";
    const char *p = *text, *parity;

    if (p[0] < '7' || p[0] > '8' || p[1] == '\0' || p[2] < '1' || p[2] > '2')
        return -EINVAL;
    parity = strchr(letters, p[1]);
    if (!parity)
        return -EINVAL;
    line->data_bits = (uint8_t)(p[0] - '0');
    line->parity = "neo"[parity - letters];
    line->stop_bits = (uint8_t)(p[2] - '0');
    *text = p + 3;
    return 0;
}

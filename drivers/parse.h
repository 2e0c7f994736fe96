/* parse.h - pieces of text that more than one file here reads: numbers, identifiers, line settings.
 *
 * Each takes what it understands from the front of *text and moves it on; -EINVAL leaves all as it
 * was. Pure, any thread.
 */
#ifndef ANCHANG_DRIVERS_PARSE_H
#define ANCHANG_DRIVERS_PARSE_H

#include "drivers/device.h"

/* A USB interface of one product. */
struct usb_id {
    uint16_t vid, pid;
    uint8_t interface;
};

/* The value of a hex digit of either case, or -1. */
int hex_digit(int c);
/* One character of UTF-8. At the end of the text: -EINVAL. */
int parse_character(const char **text, uint32_t *ret_code);
/* Four hex digits. */
int parse_hex16(const char **text, uint16_t *ret_value);
/* Decimal digits, as many as there are. */
int parse_number(const char **text, unsigned max, unsigned *ret_value);
/* "0801:0002:0": vendor and product hex, interface decimal. */
int parse_usb_id(const char **text, struct usb_id *ret_id);
/* "8N1" into the line's bits; its baud stays. */
int parse_line_bits(const char **text, struct line_settings *line);

#endif

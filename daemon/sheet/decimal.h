/* decimal.h - exact numbers out of text. No floating point: what is printed is what is read.
 *
 * Thread: any. No memory is held.
 */
#ifndef ANCHANG_SHEET_DECIMAL_H
#define ANCHANG_SHEET_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes the number of an XLSX <v> ("1.2345E4", "78.090000000000003") a plain decimal ("12345",
 * "78.09"). A spreadsheet keeps binary doubles and shows 15 significant digits; digits past the
 * 15th are its noise, so they are rounded half up, in decimal. Writes at most @size bytes, not
 * ended by NUL. Returns the length, or -EINVAL when @text is not a number or does not fit. */
int decimal_plain(const char *text, size_t len, char *out, size_t size);

enum decimal_kind {
    DECIMAL_AREA,  /* 0.01 m2; may carry a square metre sign */
    DECIMAL_MONEY, /* fen; may carry a currency sign, 元, 万, 亿 or "per square metre" */
    DECIMAL_PLAIN, /* hundredths; nothing around it but 米 or m */
};

/* Reads "1,234.50", "￥１２３．４５元", "120.5万", "89.30㎡" as hundredths. @power10 multiplies by
 * ten to its power, for a column headed 万元 (4). Digits past the second decimal are rounded half
 * up; *@ret_rounded says whether that lost anything.
 * Returns 1 with a number, 0 when there is none (blank, "-", "/", "无"), -EINVAL when the text is
 * not a number (thousands separators not in threes, an exponent, other words), -ERANGE beyond
 * 15 digits. */
int decimal_parse(const char *text, size_t len, enum decimal_kind kind, unsigned power10,
                  int64_t *ret, bool *ret_rounded);

#endif

/* text.h - which text is taken from outside: UTF-8 without anything that hides or moves other text.
 */
#ifndef ANCHANG_HTTP_TEXT_H
#define ANCHANG_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The next code point of [*p, end), moving *p behind it; -1 when it is not valid UTF-8 (overlong,
 * surrogate, above U+10FFFF, cut). */
int32_t utf8_next(const char **p, const char *end);

/* Not a control character, bidi control, zero-width mark, line or paragraph separator,
 * noncharacter. */
bool text_char_allowed(int32_t c);

/* Whether all of it is valid and allowed; its length in characters in *ret_chars (may be NULL). */
bool text_allowed(const char *text, size_t n, size_t *ret_chars);

/* Moves both ends past ASCII blanks and ideographic spaces. */
void text_trim(const char **text, size_t *n);

#endif

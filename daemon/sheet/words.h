/* words.h - what the words of price lists usually mean. All of it is only ever proposed.
 *
 * Thread: any; constant tables.
 */
#ifndef ANCHANG_SHEET_WORDS_H
#define ANCHANG_SHEET_WORDS_H

#include "daemon/sheet/unit_row.h"

/* Writes @text folded for comparison: full-width forms as ASCII, all white space left out, dashes
 * as "-", letters small, the quote that guards a formula in exports dropped. Stops before a
 * character that does not fit in @size. Not ended by NUL. Returns the length; @out may not be
 * @text. */
size_t words_fold(const char *text, size_t len, char *out, size_t size);

/* Whether the folded @text stands for "no value": "-", "/", "无" and their like. */
bool words_is_nothing(const char *text, size_t len);

/* The field a column heading means, FIELD_NONE when it is not known. *@ret_power10 is 4 for
 * amounts in 万元, else 0. */
enum unit_field words_header(const char *text, size_t len, unsigned *ret_power10);

/* The sale state (FC 25.2) a status word means, 0 when it is not known. "已售" is not known on
 * purpose: it may be signed, filed or handed over. */
char words_status(const char *text, size_t len);

/* The code of a use: home apartment office shop parking storage villa; NULL when not known. */
const char *words_class(const char *text, size_t len);

/* The word in @text that says that this is no unit for sale (a shaft, a refuge floor, the roof),
 * NULL when there is none. */
const char *words_not_for_sale(const char *text, size_t len);

#endif

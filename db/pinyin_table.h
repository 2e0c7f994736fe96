/* pinyin_table.h - the table that cmake/make_pinyin.c writes at build time, for pinyin.c alone: of
 * each character of CJK and its extension A the number of its syllable, 0 when it has none. */
#ifndef ANCHANG_DB_PINYIN_TABLE_H
#define ANCHANG_DB_PINYIN_TABLE_H

enum { PINYIN_FIRST = 0x3400, PINYIN_END = 0xa000, PINYIN_SYLLABLE = 8 };

extern const unsigned short pinyin_plain[PINYIN_END - PINYIN_FIRST];
extern const unsigned short pinyin_surname[PINYIN_END - PINYIN_FIRST];
extern const char pinyin_syllables[][PINYIN_SYLLABLE];

#endif

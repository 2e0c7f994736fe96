/* pinyin.c - see pinyin.h. */
#include "db/pinyin.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "db/pinyin_table.h"

/* The code point at *@at, which moves behind it; the text is valid UTF-8. */
static uint32_t character_next(const char **at)
{
    const unsigned char *p = (const unsigned char *)*at;
    const size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));

    for (size_t i = 1; i < n && p[i]; i++)
        c = c << 6 | (p[i] & 0x3fu);
    for (size_t i = 0; i < n && **at; i++)
        (*at)++;
    return c;
}

static bool is_han(uint32_t c)
{
    return (c >= PINYIN_FIRST && c < PINYIN_END) || (c >= 0x20000 && c < 0x32000);
}

/* Of the other scripts: whatever is no sign of ASCII, and no blank or sign of Chinese typing. */
static bool is_letter(uint32_t c)
{
    if (c < 0x80)
        return isalnum((int)c) != 0;
    return !is_han(c) && c != 0xb7 && c != 0x30fb && !(c >= 0x2000 && c <= 0x206f) &&
           !(c >= 0x3000 && c <= 0x303f) && c != 0xff08 && c != 0xff09;
}

static const char *syllable_of(uint32_t c, bool surname)
{
    if (c < PINYIN_FIRST || c >= PINYIN_END)
        return "";
    return pinyin_syllables[(surname ? pinyin_surname : pinyin_plain)[c - PINYIN_FIRST]];
}

/* Appends the bytes from @from to @to, in small letters; what has no room is left off whole. */
static void append(char text[NAME_PART_TEXT], const char *from, const char *to)
{
    const size_t used = strlen(text), n = (size_t)(to - from);

    if (used + n >= NAME_PART_TEXT)
        return;
    for (size_t i = 0; i < n; i++)
        text[used + i] = (char)tolower((unsigned char)from[i]);
    text[used + n] = '\0';
}

size_t name_split(const char *name, struct name_part ret_parts[NAME_PARTS_MAX])
{
    bool run = false; /* the last part takes more letters */
    size_t n = 0;

    while (*name) {
        const char *from = name;
        const uint32_t c = character_next(&name);
        const bool han = is_han(c), letter = !han && is_letter(c);
        const char *syllable = "";

        if ((han || (letter && !run)) && n == NAME_PARTS_MAX)
            break;
        if (han || (letter && !run)) {
            ret_parts[n++] = (struct name_part){.text = ""};
            syllable = syllable_of(c, n == 1);
        }
        run = letter;
        if (!han && !letter)
            continue;
        append(ret_parts[n - 1].text, from, name);
        if (syllable[0])
            snprintf(ret_parts[n - 1].pinyin, NAME_PART_TEXT, "%s", syllable);
        else
            append(ret_parts[n - 1].pinyin, from, name);
    }
    return n;
}

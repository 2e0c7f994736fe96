/* pinyin.h - a name taken apart for search: as it is written, read aloud, and by its initials
 * (CU-17).
 *
 * Pure, any thread.
 */
#ifndef ANCHANG_DB_PINYIN_H
#define ANCHANG_DB_PINYIN_H

#include <stddef.h>

enum {
    NAME_PARTS_MAX = 20, /* of a longer name the beginning is found */
    NAME_PART_TEXT = 24,
};

/* A character of Chinese, or a run of other letters and digits, in small letters. */
struct name_part {
    char text[NAME_PART_TEXT];   /* as written */
    char pinyin[NAME_PART_TEXT]; /* "zhang"; ü is v; as written where there is no reading */
};

/* The parts of @name, at most NAME_PARTS_MAX; a run that is longer than its room is cut. Blanks and
 * signs are left out. The first character is read as a surname. */
size_t name_split(const char *name, struct name_part ret_parts[NAME_PARTS_MAX]);

#endif

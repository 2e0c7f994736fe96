/* text_file.h - a small text file, whole in memory. */
#ifndef ANCHANG_DRIVERS_TEXT_FILE_H
#define ANCHANG_DRIVERS_TEXT_FILE_H

#include <stddef.h>

/* *ret_text is the caller's to free() and ends with a NUL that *ret_n does not count. -EFBIG: more
 * than @max bytes; -EISDIR: no file; others from opening and reading. */
int text_file_read(const char *path, size_t max, char **ret_text, size_t *ret_n);

#endif

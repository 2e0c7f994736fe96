/* paper_store.h - the bytes of papers, kept for good in the papers folder under their SHA-256.
 *
 * A file is whole and on the disk before its row names it, is never changed, and is checked against
 * its name when it is read. Thread: any.
 */
#ifndef ANCHANG_PAPER_STORE_H
#define ANCHANG_PAPER_STORE_H

#include <stddef.h>
#include <stdint.h>

enum { PAPER_SHA = 32, PAPER_BYTES_MAX = 64 * 1024 * 1024 };

/* Keeps @bytes; what is there already is the same. Negative errno. */
int paper_store_put(const char *dir, const char *bytes, size_t n, uint8_t ret_sha[PAPER_SHA]);
/* *@ret_bytes is malloc'ed. -ENOENT; -EBADMSG: it is not what it was. */
int paper_store_get(const char *dir, const uint8_t sha[PAPER_SHA], char **ret_bytes, size_t *ret_n);

#endif

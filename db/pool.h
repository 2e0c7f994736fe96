/* pool.h - memory that is freed all at once: for content that is read whole and dropped whole.
 *
 * Thread: one at a time.
 */
#ifndef ANCHANG_DB_POOL_H
#define ANCHANG_DB_POOL_H

#include <stddef.h>

struct pool_block;
struct pool {
    struct pool_block *blocks;
    size_t bytes; /* handed out so far */
};

/* Zeroed, aligned for any object; NULL without memory. */
void *pool_alloc(struct pool *pool, size_t size);
/* A copy; NULL stays NULL, and NULL without memory. */
const char *pool_text(struct pool *pool, const char *text);
/* The same, but @last when that is the same text: runs of equal names cost nothing. */
const char *pool_text_again(struct pool *pool, const char *last, const char *text);
void pool_free(struct pool *pool);

#endif

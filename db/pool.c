/* pool.c - see pool.h. */
#include "db/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 64 * 1024, ALIGN = sizeof(max_align_t) };

struct pool_block {
    struct pool_block *next;
    size_t used, size;
    _Alignas(max_align_t) unsigned char data[];
};

void *pool_alloc(struct pool *pool, size_t size)
{
    size_t need = (size + ALIGN - 1) / ALIGN * ALIGN;
    struct pool_block *b = pool->blocks;

    if (!b || b->size - b->used < need) {
        size_t room = need > BLOCK_SIZE ? need : BLOCK_SIZE;

        b = malloc(sizeof(*b) + room);
        if (!b)
            return NULL;
        *b = (struct pool_block){.next = pool->blocks, .size = room};
        pool->blocks = b;
    }
    b->used += need;
    pool->bytes += need;
    return memset(b->data + b->used - need, 0, need);
}

const char *pool_text(struct pool *pool, const char *text)
{
    size_t n = text ? strlen(text) + 1 : 0;
    char *copy;

    if (!text)
        return NULL;
    if (n == 1)
        return "";
    copy = pool_alloc(pool, n);
    return copy ? memcpy(copy, text, n) : NULL;
}

const char *pool_text_again(struct pool *pool, const char *last, const char *text)
{
    return last && text && strcmp(last, text) == 0 ? last : pool_text(pool, text);
}

void pool_free(struct pool *pool)
{
    while (pool->blocks) {
        struct pool_block *next = pool->blocks->next;

        free(pool->blocks);
        pool->blocks = next;
    }
    pool->bytes = 0;
}

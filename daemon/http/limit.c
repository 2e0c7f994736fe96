/* limit.c - see limit.h. */
#include "daemon/http/limit.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS = 2048,
    WAYS = 4,
    TOKEN = 60000
}; /* a token in units that come back one a ms per 1/min */

struct bucket {
    uint64_t key;  /* 0: free */
    int64_t level; /* in 1/TOKEN of a token */
    int64_t at_ms;
};

struct limit {
    pthread_mutex_t lock;
    unsigned per_minute;
    int64_t full;
    uint8_t seed[crypto_shorthash_KEYBYTES]; /* so that nobody can aim at a row */
    struct bucket rows[ROWS][WAYS];
};

int limit_create(unsigned per_minute, unsigned burst, struct limit **ret_limit)
{
    struct limit *l;

    if (per_minute == 0 || burst == 0)
        return -EINVAL;
    l = calloc(1, sizeof(*l));
    if (!l)
        return -ENOMEM;
    pthread_mutex_init(&l->lock, NULL);
    l->per_minute = per_minute;
    l->full = (int64_t)burst * TOKEN;
    randombytes_buf(l->seed, sizeof(l->seed));
    *ret_limit = l;
    return 0;
}

struct limit *limit_free(struct limit *l)
{
    if (!l)
        return NULL;
    pthread_mutex_destroy(&l->lock);
    free(l);
    return NULL;
}

static struct bucket *bucket_of(struct limit *l, uint64_t key, int64_t now_ms)
{
    struct bucket *row = l->rows[key % ROWS], *oldest = &row[0];

    for (int i = 0; i < WAYS; i++) {
        if (row[i].key == key)
            return &row[i];
        if (row[i].key == 0 || row[i].at_ms < oldest->at_ms)
            oldest = &row[i];
        if (oldest->key == 0)
            break;
    }
    *oldest = (struct bucket){.key = key, .level = l->full, .at_ms = now_ms};
    return oldest;
}

unsigned limit_take(struct limit *l, const void *key, size_t n, int64_t now_ms)
{
    uint8_t hash[crypto_shorthash_BYTES];
    unsigned wait = 0;
    struct bucket *b;
    uint64_t id;

    crypto_shorthash(hash, key, n, l->seed);
    memcpy(&id, hash, sizeof(id));
    id |= 1ULL << 63; /* never the mark of a free one */
    pthread_mutex_lock(&l->lock);
    b = bucket_of(l, id, now_ms);
    if (now_ms > b->at_ms) {
        int64_t ms = now_ms - b->at_ms;

        /* Beyond this it is full anyway; keeps the product small. */
        if (ms > l->full / l->per_minute + 1)
            ms = l->full / l->per_minute + 1;
        b->level += ms * l->per_minute;
        if (b->level > l->full)
            b->level = l->full;
        b->at_ms = now_ms;
    }
    if (b->level >= TOKEN)
        b->level -= TOKEN;
    else
        wait =
            (unsigned)((TOKEN - b->level + l->per_minute * 1000LL - 1) / (l->per_minute * 1000LL));
    pthread_mutex_unlock(&l->lock);
    return wait;
}

/* strset.c - see strset.h. */
#include "daemon/sheet/strset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t fold128(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash(const struct strset *s, const char *text, size_t len)
{
    uint64_t h = s->key ^ len, word;

    for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
        memcpy(&word, text, sizeof(word));
        h = fold128(h ^ word, UINT64_C(0x9E3779B97F4A7C15) ^ s->key);
    }
    word = 0;
    if (len > 0)
        memcpy(&word, text, len);
    return fold128(h ^ word, UINT64_C(0xD6E8FEB86659FD93));
}

static int slots_grow(struct strset *s)
{
    size_t n_slots = s->n_slots ? s->n_slots * 2 : 64;
    uint32_t *slots = calloc(n_slots, sizeof(*slots));

    if (!slots)
        return -ENOMEM;
    if (s->key == 0 && getrandom(&s->key, sizeof(s->key), GRND_NONBLOCK) != sizeof(s->key))
        s->key = (uint64_t)time(NULL) * UINT64_C(0x9E3779B97F4A7C15);
    s->key |= 1;
    for (size_t i = 0; i < s->n; i++) {
        size_t at = hash(s, s->arena + s->entries[i].at, s->entries[i].len) & (n_slots - 1);

        while (slots[at] != 0)
            at = (at + 1) & (n_slots - 1);
        slots[at] = (uint32_t)i + 1;
    }
    free(s->slots);
    s->slots = slots;
    s->n_slots = n_slots;
    return 0;
}

static int entry_add(struct strset *s, const char *text, size_t len, int64_t row)
{
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        struct strset_entry *entries = realloc(s->entries, room * sizeof(*entries));

        if (!entries)
            return -ENOMEM;
        s->entries = entries;
        s->room = room;
    }
    if (s->arena_room - s->used < len + 1) {
        size_t room = s->arena_room ? s->arena_room * 2 : 4096;
        char *arena;

        while (room - s->used < len + 1)
            room *= 2;
        arena = realloc(s->arena, room);
        if (!arena)
            return -ENOMEM;
        s->arena = arena;
        s->arena_room = room;
    }
    if (len > 0)
        memcpy(s->arena + s->used, text, len);
    s->arena[s->used + len] = '\0';
    s->entries[s->n++] = (struct strset_entry){.at = s->used, .len = len, .row = row, .count = 1};
    s->used += len + 1;
    return 0;
}

int strset_put(struct strset *s, const char *text, size_t len, int64_t row, size_t max,
               const struct strset_entry **ret_entry)
{
    size_t at;
    int r;

    if (s->n * 2 >= s->n_slots && (r = slots_grow(s)) < 0)
        return r;
    for (at = hash(s, text, len) & (s->n_slots - 1); s->slots[at] != 0;
         at = (at + 1) & (s->n_slots - 1)) {
        struct strset_entry *entry = &s->entries[s->slots[at] - 1];

        if (entry->len == len && (len == 0 || memcmp(s->arena + entry->at, text, len) == 0)) {
            entry->count++;
            if (ret_entry)
                *ret_entry = entry;
            return 0;
        }
    }
    if (s->n >= max)
        return -ENOSPC;
    r = entry_add(s, text, len, row);
    if (r < 0)
        return r;
    s->slots[at] = (uint32_t)s->n;
    if (ret_entry)
        *ret_entry = &s->entries[s->n - 1];
    return 1;
}

const char *strset_text(const struct strset *s, size_t index)
{
    return s->arena + s->entries[index].at;
}

void strset_done(struct strset *s)
{
    free(s->entries);
    free(s->arena);
    free(s->slots);
    memset(s, 0, sizeof(*s));
}

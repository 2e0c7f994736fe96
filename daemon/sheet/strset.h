/* strset.h - a set of byte strings that remembers where each was first seen and how often.
 *
 * Open addressing over an arena; the hash is keyed, so that a hostile list cannot make it slow.
 * Thread: one. Memory: strset_done() frees it; a zeroed struct is an empty set.
 */
#ifndef ANCHANG_SHEET_STRSET_H
#define ANCHANG_SHEET_STRSET_H

#include <stddef.h>
#include <stdint.h>

struct strset_entry {
    size_t at, len; /* in the arena */
    int64_t row;    /* where it was first seen */
    int64_t count;  /* how often it was put */
};

struct strset {
    struct strset_entry *entries; /* owned, in the order of arrival */
    size_t n, room;
    char *arena; /* owned; each string is followed by NUL */
    size_t used, arena_room;
    uint32_t *slots; /* owned; index of an entry plus one */
    size_t n_slots;  /* a power of two */
    uint64_t key;
};

/* Counts @text. Returns 1 when it is new, 0 when it was there (then *@ret_entry is the first; valid
 * until the next put), -ENOMEM, or -ENOSPC when it is new and there are @max already. */
int strset_put(struct strset *s, const char *text, size_t len, int64_t row, size_t max,
               const struct strset_entry **ret_entry);
const char *strset_text(const struct strset *s, size_t index);
void strset_done(struct strset *s);

#endif

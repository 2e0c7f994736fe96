/* seal.h - personal data that must not be readable in a stolen database file (RS P9, CU-23).
 *
 * A value is sealed with XChaCha20-Poly1305 under a key that is not in the database, and found
 * through a keyed BLAKE2b hash of it: a phone number can be guessed, so a hash without a key would
 * show it. A sealed value is bound to its kind, its owner and its hash: moved to another row it
 * does not open. Its length is that of every other.
 *
 * A ring holds the site's keys in their order. The last one seals and makes hashes, all of them
 * open. A new key is added behind the others and the database sealed anew under it
 * (customer_reseal()), so that all hashes in it are of one key and duplicates are seen. A key has a
 * number taken from its bytes: a database tells which one it needs.
 *
 * The values themselves are nowhere else: not in the audit log, not in kept answers, not in logs.
 *
 * Thread: any; a ring is not changed once it is shared.
 */
#ifndef ANCHANG_DB_SEAL_H
#define ANCHANG_DB_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SEAL_KEY = 32,
    SEAL_KEYS_MAX = 16,
    SEAL_VALUE_MAX = 48, /* bytes, the NUL among them */
    SEAL_HASH = 32,
    SEAL_DATA = 24 + SEAL_VALUE_MAX + 16, /* nonce, value, tag */
};

struct seal_key {
    int64_t id;
    uint8_t seal[SEAL_KEY], find[SEAL_KEY], request[SEAL_KEY], mark[SEAL_KEY];
};

struct seal_ring {
    struct seal_key keys[SEAL_KEYS_MAX];
    size_t n;
};

/* A value as it lies in the database. */
struct sealed {
    int64_t key_id;
    uint8_t hash[SEAL_HASH];
    uint8_t data[SEAL_DATA];
};

/* Adds a key, which seals from now on. -E2BIG: the ring is full. -EEXIST: it is in it. */
int seal_ring_add(struct seal_ring *ring, const uint8_t key[SEAL_KEY]);
void seal_ring_clear(struct seal_ring *ring);
/* The number of the key that seals; 0 of an empty ring. */
int64_t seal_ring_id(const struct seal_ring *ring);
bool seal_ring_has(const struct seal_ring *ring, int64_t key_id);

/* A key for hashes of whole requests, which hold such values too; zeros of an empty ring. */
void seal_request_key(const struct seal_ring *ring, uint8_t ret_key[SEAL_KEY]);

/* What @value of that kind is found by. -ENOKEY: the ring is NULL or empty. */
int seal_hash(const struct seal_ring *ring, const char *kind, const char *value,
              uint8_t ret_hash[SEAL_HASH]);
/* Seals @value of @owner. -ENOKEY, or -EMSGSIZE when it is longer than any of its kind can be. */
int seal_value(const struct seal_ring *ring, const char *kind, int64_t owner, const char *value,
               struct sealed *ret_sealed);
/* Opens it. -ENOKEY: not a key of the ring; -EBADMSG: altered, or of another kind or owner. */
int seal_open(const struct seal_ring *ring, const char *kind, int64_t owner,
              const struct sealed *sealed, char ret_value[SEAL_VALUE_MAX]);

/* What proves that @text came from here: whoever has not the key can neither make nor check it. By
 * the last key with @older 0, by the one before it with 1, as what was marked stays so. -ENOKEY:
 * there is no such key. */
int seal_mark(const struct seal_ring *ring, size_t older, const char *text,
              uint8_t ret_mark[SEAL_HASH]);

#endif

/* seal.c - see seal.h. */
#include "db/seal.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, KIND_MAX = 24 };

_Static_assert((int)SEAL_KEY == (int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert((int)SEAL_KEY == (int)crypto_kdf_KEYBYTES, "key that others are made of");
_Static_assert((int)SEAL_DATA == (int)NONCE + (int)SEAL_VALUE_MAX +
                                     (int)crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "size of what is sealed");

/* What is made of a key: one for each use, none of which tells of another. */
enum use { USE_ID = 1, USE_SEAL, USE_FIND, USE_REQUEST, USE_MARK };

static void key_make(const uint8_t key[SEAL_KEY], enum use use, uint8_t *out, size_t size)
{
    crypto_kdf_derive_from_key(out, size, use, "anchang1", key);
}

int seal_ring_add(struct seal_ring *ring, const uint8_t key[SEAL_KEY])
{
    struct seal_key made;
    uint8_t id[crypto_kdf_BYTES_MIN];

    if (ring->n == SEAL_KEYS_MAX)
        return -E2BIG;
    key_make(key, USE_ID, id, sizeof(id));
    memcpy(&made.id, id, sizeof(made.id));
    made.id &= INT64_MAX;
    if (seal_ring_has(ring, made.id))
        return -EEXIST;
    key_make(key, USE_SEAL, made.seal, sizeof(made.seal));
    key_make(key, USE_FIND, made.find, sizeof(made.find));
    key_make(key, USE_REQUEST, made.request, sizeof(made.request));
    key_make(key, USE_MARK, made.mark, sizeof(made.mark));
    ring->keys[ring->n++] = made;
    sodium_memzero(&made, sizeof(made));
    return 0;
}

void seal_ring_clear(struct seal_ring *ring)
{
    sodium_memzero(ring, sizeof(*ring));
}

int64_t seal_ring_id(const struct seal_ring *ring)
{
    return ring->n ? ring->keys[ring->n - 1].id : 0;
}

void seal_request_key(const struct seal_ring *ring, uint8_t ret_key[SEAL_KEY])
{
    memset(ret_key, 0, SEAL_KEY);
    if (ring->n)
        memcpy(ret_key, ring->keys[ring->n - 1].request, SEAL_KEY);
}

static const struct seal_key *key_find(const struct seal_ring *ring, int64_t key_id)
{
    for (size_t i = 0; ring && i < ring->n; i++)
        if (ring->keys[i].id == key_id)
            return &ring->keys[i];
    return NULL;
}

bool seal_ring_has(const struct seal_ring *ring, int64_t key_id)
{
    return key_find(ring, key_id) != NULL;
}

int seal_hash(const struct seal_ring *ring, const char *kind, const char *value,
              uint8_t ret_hash[SEAL_HASH])
{
    crypto_generichash_state state;

    if (!ring || !ring->n)
        return -ENOKEY;
    crypto_generichash_init(&state, ring->keys[ring->n - 1].find, SEAL_KEY, SEAL_HASH);
    /* With its NUL, so that no end of the kind can pass as the start of the value. */
    crypto_generichash_update(&state, (const uint8_t *)kind, strlen(kind) + 1);
    crypto_generichash_update(&state, (const uint8_t *)value, strlen(value));
    crypto_generichash_final(&state, ret_hash, SEAL_HASH);
    return 0;
}

/* What a sealed value is bound to. */
struct binding {
    uint8_t bytes[KIND_MAX + 2 * sizeof(int64_t) + SEAL_HASH];
};

static struct binding binding_of(const char *kind, int64_t owner, const struct sealed *sealed)
{
    const int64_t numbers[2] = {owner, sealed->key_id};
    struct binding b = {.bytes = {0}};
    uint8_t *at = b.bytes + KIND_MAX;

    memcpy(b.bytes, kind, strnlen(kind, KIND_MAX));
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < sizeof(int64_t); k++)
            *at++ = (uint8_t)((uint64_t)numbers[i] >> (8 * k));
    memcpy(at, sealed->hash, SEAL_HASH);
    return b;
}

int seal_value(const struct seal_ring *ring, const char *kind, int64_t owner, const char *value,
               struct sealed *ret_sealed)
{
    char padded[SEAL_VALUE_MAX] = "";
    const size_t n = strlen(value);
    struct sealed sealed;
    struct binding b;
    int r = seal_hash(ring, kind, value, sealed.hash);

    if (r < 0)
        return r;
    if (n >= SEAL_VALUE_MAX)
        return -EMSGSIZE;
    memcpy(padded, value, n);
    sealed.key_id = seal_ring_id(ring);
    b = binding_of(kind, owner, &sealed);
    randombytes_buf(sealed.data, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data + NONCE, NULL, (const uint8_t *)padded,
                                               sizeof(padded), b.bytes, sizeof(b.bytes), NULL,
                                               sealed.data, ring->keys[ring->n - 1].seal);
    sodium_memzero(padded, sizeof(padded));
    *ret_sealed = sealed;
    return 0;
}

int seal_open(const struct seal_ring *ring, const char *kind, int64_t owner,
              const struct sealed *sealed, char ret_value[SEAL_VALUE_MAX])
{
    const struct seal_key *key = key_find(ring, sealed->key_id);
    const struct binding b = binding_of(kind, owner, sealed);
    char value[SEAL_VALUE_MAX];

    if (!key)
        return -ENOKEY;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)value, NULL, NULL,
                                                   sealed->data + NONCE, SEAL_DATA - NONCE, b.bytes,
                                                   sizeof(b.bytes), sealed->data, key->seal) != 0)
        return -EBADMSG;
    value[SEAL_VALUE_MAX - 1] = '\0';
    memcpy(ret_value, value, sizeof(value));
    sodium_memzero(value, sizeof(value));
    return 0;
}

int seal_mark(const struct seal_ring *ring, size_t older, const char *text,
              uint8_t ret_mark[SEAL_HASH])
{
    if (!ring || older >= ring->n)
        return -ENOKEY;
    crypto_generichash(ret_mark, SEAL_HASH, (const uint8_t *)text, strlen(text),
                       ring->keys[ring->n - 1 - older].mark, SEAL_KEY);
    return 0;
}

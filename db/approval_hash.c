/* approval_hash.c - what is approved, as 32 bytes. See approval.h. */
#include "db/approval.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(((struct approval_hash *)NULL)->state) >= sizeof(crypto_generichash_state),
               "an approval_hash holds libsodium's state");

static crypto_generichash_state *state_of(struct approval_hash *hash)
{
    return (crypto_generichash_state *)(void *)hash->state;
}

static void add(struct approval_hash *hash, const char *bytes, size_t n)
{
    crypto_generichash_update(state_of(hash), (const unsigned char *)bytes, n);
}

void approval_hash_begin(struct approval_hash *hash)
{
    crypto_generichash_init(state_of(hash), NULL, 0, APPROVAL_HASH_SIZE);
}

void approval_hash_text(struct approval_hash *hash, const char *name, const char *value)
{
    char length[32];

    add(hash, name, strlen(name));
    if (value)
        snprintf(length, sizeof(length), "=%zu:", strlen(value));
    add(hash, value ? length : "=-", value ? strlen(length) : 2);
    if (value)
        add(hash, value, strlen(value));
    add(hash, "\n", 1);
}

void approval_hash_int(struct approval_hash *hash, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, value);
    approval_hash_text(hash, name, text);
}

void approval_hash_end(struct approval_hash *hash, uint8_t ret_hash[APPROVAL_HASH_SIZE])
{
    crypto_generichash_final(state_of(hash), ret_hash, APPROVAL_HASH_SIZE);
}

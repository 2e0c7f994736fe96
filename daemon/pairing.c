/* pairing.c - see pairing.h. */
#include "daemon/pairing.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

enum { ATTEMPTS = 8 };

void pairing_code_hash(const uint8_t key[PAIRING_KEY_SIZE], const char code[PAIRING_CODE_TEXT],
                       uint8_t ret_hash[TERMINAL_HASH])
{
    static const char purpose[] = "anchang pairing code ";
    crypto_generichash_state state;

    crypto_generichash_init(&state, key, PAIRING_KEY_SIZE, TERMINAL_HASH);
    crypto_generichash_update(&state, (const uint8_t *)purpose, sizeof(purpose));
    crypto_generichash_update(&state, (const uint8_t *)code, PAIRING_DIGITS);
    crypto_generichash_final(&state, ret_hash, TERMINAL_HASH);
}

int pairing_make(struct tx *tx, const uint8_t key[PAIRING_KEY_SIZE], struct terminal_new *terminal,
                 char ret_code[PAIRING_CODE_TEXT], int64_t *ret_id, int64_t *ret_expires_ms)
{
    uint8_t hash[TERMINAL_HASH];
    int r = -EEXIST;

    terminal->code_hash = hash;
    for (int i = 0; r == -EEXIST && i < ATTEMPTS; i++) {
        snprintf(ret_code, PAIRING_CODE_TEXT, "%08u", (unsigned)randombytes_uniform(100000000));
        pairing_code_hash(key, ret_code, hash);
        r = terminal_create(tx, terminal, ret_id, ret_expires_ms);
    }
    terminal->code_hash = NULL;
    return r;
}

int pairing_code_read(const char *typed, char ret_code[PAIRING_CODE_TEXT])
{
    size_t n = 0;

    for (const char *p = typed; *p; p++) {
        if (*p == ' ' || *p == '-')
            continue;
        if (*p < '0' || *p > '9' || n == PAIRING_DIGITS)
            return -EINVAL;
        ret_code[n++] = *p;
    }
    ret_code[n] = '\0';
    return n == PAIRING_DIGITS ? 0 : -EINVAL;
}

/* link.c - see link.h. */
#include "daemon/link.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

enum { BODY = 1 + 8 + 8 + 4 + 4, MAC = 16, VERSION = 1 };
#define STEP_MS INT64_C(300000)

static void put(uint8_t *at, int64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)((uint64_t)value >> (8 * i));
}

static int64_t take(const uint8_t *at, int bytes)
{
    uint64_t value = 0;

    for (int i = bytes; i-- > 0;)
        value = value << 8 | at[i];
    return (int64_t)value;
}

/* From the signature, so that it cannot be chosen; without letters that are read as others. */
static void code_write(const uint8_t mac[MAC], char out[LINK_CODE_TEXT])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    for (int i = 0; i < 8; i++)
        out[i + (i > 3)] = letters[mac[i] & 31];
    out[4] = '-';
    out[9] = '\0';
}

void link_make(const uint8_t key[LINK_KEY_SIZE], const struct link *link,
               char ret_token[LINK_TOKEN_TEXT], char ret_code[LINK_CODE_TEXT])
{
    uint8_t bytes[BODY + MAC];

    bytes[0] = VERSION;
    put(bytes + 1, link->unit_id, 8);
    put(bytes + 9, link->publication_id, 8);
    put(bytes + 17, link->issued_ms / STEP_MS, 4);
    put(bytes + 21, link->expires_ms / STEP_MS, 4);
    crypto_generichash(bytes + BODY, MAC, bytes, BODY, key, LINK_KEY_SIZE);
    sodium_bin2base64(ret_token, LINK_TOKEN_TEXT, bytes, sizeof(bytes),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    code_write(bytes + BODY, ret_code);
}

int link_read(const uint8_t key[LINK_KEY_SIZE], const char *token, struct link *ret_link,
              char ret_code[LINK_CODE_TEXT])
{
    uint8_t bytes[BODY + MAC], mac[MAC];
    size_t n;

    if (sodium_base642bin(bytes, sizeof(bytes), token, strlen(token), NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        n != sizeof(bytes) || bytes[0] != VERSION)
        return -EINVAL;
    crypto_generichash(mac, MAC, bytes, BODY, key, LINK_KEY_SIZE);
    if (sodium_memcmp(mac, bytes + BODY, MAC) != 0)
        return -EINVAL;
    ret_link->unit_id = take(bytes + 1, 8);
    ret_link->publication_id = take(bytes + 9, 8);
    ret_link->issued_ms = take(bytes + 17, 4) * STEP_MS;
    ret_link->expires_ms = take(bytes + 21, 4) * STEP_MS;
    code_write(bytes + BODY, ret_code);
    return 0;
}

/* link.h - take-home links: a signed text that names one unit in one publication until a day
 * (SC-23).
 *
 * Nothing is stored when a link is made: the text carries unit, publication, time of issue, end,
 * and a keyed BLAKE2b of them under a key of the site. What is revoked is stored
 * (db/link_revocation.h). Pure functions, any thread.
 */
#ifndef ANCHANG_LINK_H
#define ANCHANG_LINK_H

#include <stddef.h>
#include <stdint.h>

enum { LINK_KEY_SIZE = 32, LINK_TOKEN_TEXT = 80, LINK_CODE_TEXT = 10 };

struct link {
    int64_t unit_id, publication_id;
    int64_t issued_ms,
        expires_ms; /* UTC; issued is rounded down to five minutes, so that a code shown
                                      twice is the same code */
};

/* The token (base64url) and its short code for reading aloud. */
void link_make(const uint8_t key[LINK_KEY_SIZE], const struct link *link,
               char ret_token[LINK_TOKEN_TEXT], char ret_code[LINK_CODE_TEXT]);
/* -EINVAL: not one of ours. Expiry is for the caller, who knows the time. */
int link_read(const uint8_t key[LINK_KEY_SIZE], const char *token, struct link *ret_link,
              char ret_code[LINK_CODE_TEXT]);

#endif

/* pairing.h - pairing codes: eight digits that make a machine a terminal, once, within ten minutes.
 *
 * Only a hash under a key that is not in the database is stored: eight digits without a key are
 * soon all tried. Thread: any; pairing_make() the writer's.
 */
#ifndef ANCHANG_PAIRING_H
#define ANCHANG_PAIRING_H

#include "db/terminal.h"

enum { PAIRING_DIGITS = 8, PAIRING_CODE_TEXT = PAIRING_DIGITS + 1, PAIRING_KEY_SIZE = 32 };

/* A terminal that waits for its machine; terminal_create()'s errors. @terminal's hash is filled
 * in. */
int pairing_make(struct tx *tx, const uint8_t key[PAIRING_KEY_SIZE], struct terminal_new *terminal,
                 char ret_code[PAIRING_CODE_TEXT], int64_t *ret_id, int64_t *ret_expires_ms);

/* The digits of what was typed: the blanks and dashes people read a code in groups by do not
 * matter. -EINVAL: not a code. */
int pairing_code_read(const char *typed, char ret_code[PAIRING_CODE_TEXT]);
void pairing_code_hash(const uint8_t key[PAIRING_KEY_SIZE], const char code[PAIRING_CODE_TEXT],
                       uint8_t ret_hash[TERMINAL_HASH]);

#endif

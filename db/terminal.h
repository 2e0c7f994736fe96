/* terminal.h - the site's own screens: kiosks, counters and wall screens, paired once by a code.
 *
 * Somebody with terminal.edit makes a pairing code (8 digits, ten minutes, one use); the machine
 * that types it in becomes the terminal and gets a token. Only hashes of both are stored, the
 * code's under a key that is not in the database, for eight digits are soon tried. A terminal's
 * rights come from its kind, never from a post. Revoked is for good: the machine is paired anew as
 * another terminal, so that what the first one did stays its own.
 *
 * Thread: changes on the writer's; reads on any with a reader.
 */
#ifndef ANCHANG_DB_TERMINAL_H
#define ANCHANG_DB_TERMINAL_H

#include "db/tx.h"

enum {
    TERMINAL_HASH = 32,
    TERMINAL_NAME_MAX = 40,
    TERMINAL_MAX = 200, /* paired or waiting to be */
    TERMINAL_CODE_MS = 10 * 60 * 1000,
};

struct terminal_row {
    int64_t id, project_id;        /* 0: all projects */
    int64_t paired_ms, revoked_ms; /* 0: not */
    int64_t code_expires_ms;       /* 0: no code outstanding */
    const char *kind;              /* "kiosk", "counter", "screen" */
    const char *name;
    const uint8_t *token_hash; /* TERMINAL_HASH bytes; NULL: not paired */
};
/* All in scope (@terminal_id 0) by id, or the one: NOT_FOUND. Never paired and out of time: left
 * out of a list. Texts live during the call. */
int terminal_scan(struct tx *tx, int64_t terminal_id,
                  int (*each)(void *arg, const struct terminal_row *row), void *arg);

/* Who acts when @row does: the rights of the role of its kind (a screen's are a kiosk's), and its
 * project. */
void terminal_actor(const struct terminal_row *row, struct actor *ret_actor);

struct terminal_new {
    const char *kind, *name;
    int64_t project_id; /* 0: all projects; needs an actor who sees all */
    const uint8_t *code_hash;
};
/* A terminal that waits for its machine. NOT_FOUND (project), LIMIT_REACHED; -EEXIST: the code
 * is in use, take another. */
int terminal_create(struct tx *tx, const struct terminal_new *terminal, int64_t *ret_id,
                    int64_t *ret_expires_ms);

/* The machine with the code of @code_hash becomes the terminal, known by @token_hash from now on.
 * PAIRING_CODE: no code like that, or no longer. @address is where it came from. */
int terminal_pair(struct tx *tx, const uint8_t *code_hash, const uint8_t *token_hash,
                  const char *address, int64_t *ret_id);
/* The audit row of a wrong code. */
int terminal_pair_failed(struct tx *tx, const char *address);

/* NOT_FOUND; twice is no error. Open calls of the terminal are closed with it. */
int terminal_revoke(struct tx *tx, int64_t terminal_id);

#endif

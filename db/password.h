/* password.h - passwords: the rule they must meet, and their memory-hard hashes (PA-01, RS T7).
 *
 * argon2id with 19 MiB and two passes, some 40 ms of a core. So never on the writer's thread, and
 * at most two at once: the daemon's slow threads see to both.
 *
 * Thread: any.
 */
#ifndef ANCHANG_DB_PASSWORD_H
#define ANCHANG_DB_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "db/fault.h"

enum {
    PASSWORD_MIN = 10,        /* characters */
    PASSWORD_MAX = 128,       /* characters, and the most that is ever hashed is 4 bytes of each */
    PASSWORD_HASH_TEXT = 128, /* a hash with its parameters and salt, and the NUL */
};

/* 0, or -EREFUSED with PASSWORD_WEAK: too short or long, the log-in name itself, one of the common
 * ones, or made of fewer than four different characters. Case does not make a difference. */
int password_check(struct fault *f, const char *login, const char *password);

/* -ENOMEM when the 19 MiB are not to be had. */
int password_hash(const char *password, char ret_hash[PASSWORD_HASH_TEXT]);

/* Whether @password is the one of @hash. @hash NULL (there is no such user) takes the same time and
 * is false. */
bool password_matches(const char *hash, const char *password);

/* Whether @hash was made with other parameters than today's and should be made again. */
bool password_hash_stale(const char *hash);

#endif

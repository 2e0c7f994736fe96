/* idempotency.h - the first answers to idempotency keys, kept in the transaction of their effect.
 */
#ifndef ANCHANG_DB_IDEMPOTENCY_H
#define ANCHANG_DB_IDEMPOTENCY_H

#include "db/tx.h"

enum { IDEMPOTENCY_HASH_SIZE = 32 };

struct idempotency_answer {
    uint8_t request_hash[IDEMPOTENCY_HASH_SIZE];
    int status;
    void *body; /* malloc; the caller's */
    size_t n_body;
};

/* 1 and the answer, 0 when the key is new. */
int idempotency_find(struct tx *tx, const char *scope, const char *key,
                     struct idempotency_answer *ret_answer);
/* -EEXIST when the key has an answer. */
int idempotency_save(struct tx *tx, const char *scope, const char *key,
                     const struct idempotency_answer *answer);
/* Drops answers older than @before_ms, at most @limit of them; for a timer. Returns how many. */
int idempotency_prune(struct tx *tx, int64_t before_ms, int64_t limit);

#endif

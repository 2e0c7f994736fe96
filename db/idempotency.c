/* idempotency.c - see idempotency.h. */
#include "db/idempotency.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int idempotency_find(struct tx *tx, const char *scope, const char *key,
                     struct idempotency_answer *ret_answer)
{
    struct idempotency_answer answer = {0};
    const void *hash, *body;
    struct stmt *s;
    size_t n_hash;
    int r;

    r = db_query(tx->db, &s,
                 "SELECT request_hash, status, body FROM idempotency WHERE scope = $1 AND key = $2",
                 "tt", scope, key);
    if (r < 0)
        return r;
    r = stmt_step(s);
    if (r <= 0)
        return r;
    hash = stmt_blob(s, 0, &n_hash);
    if (!hash || n_hash != sizeof(answer.request_hash)) {
        stmt_reset(s);
        return -EUCLEAN;
    }
    memcpy(answer.request_hash, hash, n_hash);
    answer.status = (int)stmt_int(s, 1);
    body = stmt_blob(s, 2, &answer.n_body);
    if (body && answer.n_body > 0) {
        answer.body = malloc(answer.n_body);
        if (answer.body)
            memcpy(answer.body, body, answer.n_body);
    }
    stmt_reset(s);
    if (answer.n_body > 0 && !answer.body)
        return -ENOMEM;
    *ret_answer = answer;
    return 1;
}

int idempotency_save(struct tx *tx, const char *scope, const char *key,
                     const struct idempotency_answer *answer)
{
    int r = db_run(tx->db,
                   "INSERT INTO idempotency(scope, key, request_hash, status, body, created_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6)",
                   "ttbibi", scope, key, (const void *)answer->request_hash,
                   sizeof(answer->request_hash), (int64_t)answer->status,
                   answer->n_body ? answer->body : (const void *)"", answer->n_body, tx->now_ms);

    return r < 0 ? r : 0;
}

int idempotency_prune(struct tx *tx, int64_t before_ms, int64_t limit)
{
    return db_run(
        tx->db,
        "DELETE FROM idempotency WHERE (scope, key) IN (SELECT scope, key FROM idempotency "
        "WHERE created_ms < $1 LIMIT $2)",
        "ii", before_ms, limit);
}

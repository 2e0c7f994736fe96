/* idempotency.h - a retry never doubles: the first answer to a key is kept with the effect.
 *
 * Inside the writer's savepoint, before the handler: an answer that is already there is sent again
 * byte for byte; the same key with another request is refused, with 409: design decision 5 says so,
 * against the 422 of RS F30. After the handler: its answer is
 * stored in the same transaction, so effect and answer commit together or not at all (RS P3, I15).
 * What was refused is not stored: a corrected retry may use the same key. Of a ROUTE_SECRET the
 * answer is not stored either, for no secret lies in the database and its backups: a retry is told
 * that its effect is there and its answer is gone.
 */
#ifndef ANCHANG_HTTP_IDEMPOTENCY_H
#define ANCHANG_HTTP_IDEMPOTENCY_H

#include "daemon/http/call.h"
#include "db/idempotency.h"

enum { IDEMPOTENCY_BODY_MAX = 1024 * 1024, IDEMPOTENCY_SCOPE = 256, IDEMPOTENCY_SECRET = 32 };

struct idempotency {
    char scope[IDEMPOTENCY_SCOPE]; /* "u:7:POST /api/v1/units/3/hold" */
    char key[65];
    uint8_t hash[IDEMPOTENCY_HASH_SIZE]; /* of method, path, query and body */
};

/* Who asks for what: everything a request is told apart by. */
struct idempotency_request {
    const struct actor *actor;
    const char *method, *uri;
    const void *body;
    size_t n_body;
    const uint8_t *secret; /* of IDEMPOTENCY_SECRET bytes: what the hash is keyed with */
};

/* Reads the key from the header value @key: IDEMPOTENCY_MISSING when absent or malformed. The hash
 * of a request lies in the database for days, and the body may hold a phone number: without a
 * secret that is not there, all phone numbers could be tried. */
int idempotency_init(struct idempotency *i, const char *key,
                     const struct idempotency_request *request, struct fault *f);

/* Runs @handler once per key: 1 when an earlier answer was put into call->reply as bytes, else what
 * the handler returned; a JSON answer has been turned into bytes then. */
int idempotency_run(struct idempotency *i, struct call *call, int (*handler)(struct call *call));

#endif

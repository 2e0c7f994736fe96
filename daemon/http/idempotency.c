/* idempotency.c - see idempotency.h. */
#include "daemon/http/idempotency.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool key_ok(const char *key)
{
    size_t n;

    if (!key)
        return false;
    n = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    return n >= 8 && n <= 64 && key[n] == '\0';
}

int idempotency_init(struct idempotency *i, const char *key,
                     const struct idempotency_request *request, struct fault *f)
{
    const char *method = request->method, *uri = request->uri, *query = strchrnul(uri, '?');
    const struct actor *actor = request->actor;
    char kind = actor->kind == ACTOR_USER ? 'u' : actor->kind == ACTOR_TERMINAL ? 't' : 'n';
    crypto_generichash_state state;
    int n;

    if (!key_ok(key))
        return fault_set(f, FAULT_IDEMPOTENCY_MISSING, NULL);
    memcpy(i->key, key, strlen(key) + 1);
    n = snprintf(i->scope, sizeof(i->scope), "%c:%lld:%s %.*s", kind, (long long)actor->id, method,
                 (int)(query - uri), uri);
    if (n < 0 || (size_t)n >= sizeof(i->scope))
        return fault_set(f, FAULT_URI_TOO_LONG, NULL);
    crypto_generichash_init(&state, request->secret, IDEMPOTENCY_SECRET, sizeof(i->hash));
    /* With its NUL, so that no end of one part can pass as the start of the next. */
    crypto_generichash_update(&state, (const uint8_t *)method, strlen(method) + 1);
    crypto_generichash_update(&state, (const uint8_t *)uri, strlen(uri) + 1);
    crypto_generichash_update(&state, request->body, request->n_body);
    crypto_generichash_final(&state, i->hash, sizeof(i->hash));
    return 0;
}

/* The answer as bytes: what is stored is what is sent. */
static int reply_to_bytes(struct reply *reply)
{
    if (reply->prepared || (reply->content_type && reply->bytes))
        return -ENOTSUP;
    if (reply->body) {
        reply->bytes = json_dumps(reply->body, JSON_COMPACT);
        if (!reply->bytes)
            return -ENOMEM;
        reply->n_bytes = strlen(reply->bytes);
        json_decref(reply->body);
        reply->body = NULL;
    }
    if (!reply->status)
        reply->status = reply->n_bytes ? 200 : 204;
    return reply->n_bytes > IDEMPOTENCY_BODY_MAX ? -EMSGSIZE : 0;
}

int idempotency_run(struct idempotency *i, struct call *call, int (*handler)(struct call *call))
{
    bool secret = call->route->flags & ROUTE_SECRET;
    struct idempotency_answer answer = {0};
    struct reply *reply = &call->reply;
    int r;

    r = idempotency_find(&call->tx, i->scope, i->key, &answer);
    if (r < 0)
        return r;
    if (r > 0) {
        if (sodium_memcmp(answer.request_hash, i->hash, sizeof(i->hash)) != 0) {
            free(answer.body);
            return fault_set(call->tx.fault, FAULT_IDEMPOTENCY_MISMATCH, NULL);
        }
        if (secret) {
            free(answer.body);
            return fault_set(call->tx.fault, FAULT_IDEMPOTENCY_SECRET, NULL);
        }
        reply->status = answer.status;
        reply->bytes = answer.body;
        reply->n_bytes = answer.n_body;
        return 1;
    }
    r = handler(call);
    if (r < 0 || call->tx.fault->set)
        return r;
    r = reply_to_bytes(reply);
    if (r < 0)
        return r;
    memcpy(answer.request_hash, i->hash, sizeof(i->hash));
    answer.status = reply->status;
    answer.body = secret ? NULL : reply->bytes;
    answer.n_body = secret ? 0 : reply->n_bytes;
    return idempotency_save(&call->tx, i->scope, i->key, &answer);
}

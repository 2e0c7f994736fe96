/* call.c - see call.h: parameters, cursors, and what a handler may ask of its request. */
#include "daemon/http/call.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "daemon/http/request.h"
#include "daemon/http/response.h"

/* A decimal integer and nothing else. */
static int integer_of(const char *text, int64_t *ret_value)
{
    bool minus = text[0] == '-';
    uint64_t n = 0;
    size_t i;

    for (i = minus; text[i]; i++) {
        if (text[i] < '0' || text[i] > '9' || i > 18)
            return -EINVAL;
        n = n * 10 + (uint64_t)(text[i] - '0');
    }
    if (i == minus)
        return -EINVAL;
    *ret_value = minus ? -(int64_t)n : (int64_t)n;
    return 0;
}

const char *call_query(struct call *call, const char *name)
{
    const struct request *rq = call->request;

    for (size_t i = 0; i < rq->n_query; i++)
        if (!strcmp(rq->query[i].name, name))
            return rq->query[i].value;
    return NULL;
}

int call_query_int(struct call *call, const char *name, int64_t min, int64_t max, int64_t fallback,
                   int64_t *ret_value)
{
    const char *text = call_query(call, name);
    char low[24], high[24];
    int64_t value;

    if (!text) {
        *ret_value = fallback;
        return 0;
    }
    if (integer_of(text, &value) < 0) {
        fault_item(call->tx.fault, FAULT_FIELD_TYPE, 0, name, "field", name, "expected", "integer",
                   NULL);
    } else if (value < min || value > max) {
        snprintf(low, sizeof(low), "%lld", (long long)min);
        snprintf(high, sizeof(high), "%lld", (long long)max);
        fault_item(call->tx.fault, FAULT_FIELD_RANGE, 0, name, "field", name, "min", low, "max",
                   high, NULL);
    } else {
        *ret_value = value;
        return 0;
    }
    return fault_fields_refused(call->tx.fault);
}

int call_query_choice(struct call *call, const char *name, const char *const *choices,
                      int *ret_index)
{
    const char *text = call_query(call, name);

    for (int i = 0; text && choices[i]; i++)
        if (strcmp(choices[i], text) == 0) {
            *ret_index = i;
            return 0;
        }
    if (!text)
        return 0;
    fault_item(call->tx.fault, FAULT_FIELD_CHOICE, 0, name, "field", name, NULL);
    return fault_fields_refused(call->tx.fault);
}

int call_query_word(struct call *call, const char *name, const char *const *choices,
                    const char **ret_word)
{
    int i = -1, r = call_query_choice(call, name, choices, &i);

    if (i >= 0)
        *ret_word = choices[i];
    return r;
}

int call_param_id(struct call *call, int index, int64_t *ret_id)
{
    int64_t id;

    if (index < 0 || index >= CALL_PARAMS_MAX || !call->param[index] ||
        integer_of(call->param[index], &id) < 0 || id <= 0)
        return fault_set(call->tx.fault, FAULT_NOT_FOUND, NULL);
    *ret_id = id;
    return 0;
}

int call_subscribe(struct call *call, uint64_t channel)
{
    if (call->n_channels == CALL_CHANNELS_MAX)
        return -E2BIG;
    call->channels[call->n_channels++] = channel;
    return 0;
}

void call_reply_prepared(struct call *call, struct http_prepared *prepared)
{
    http_prepared_unref(call->reply.prepared);
    call->reply.prepared = prepared;
}

/* ---- cursors ---- */

/* The key is another at each start: a cursor from before is refused, not misread. */
static uint8_t cursor_key[crypto_shorthash_KEYBYTES];
static pthread_once_t cursor_once = PTHREAD_ONCE_INIT;

static void cursor_key_make(void)
{
    crypto_shorthash_keygen(cursor_key);
}

enum { CURSOR_INTS = 4, CURSOR_BYTES = 8 * CURSOR_INTS + crypto_shorthash_BYTES };

static void cursor_mac(const struct call *call, const uint8_t *ints, size_t n,
                       uint8_t mac[crypto_shorthash_BYTES])
{
    const char *path = call->route->path;
    uint8_t text[512];
    size_t at = strlen(path) < 400 ? strlen(path) : 400;

    pthread_once(&cursor_once, cursor_key_make);
    memcpy(text, path, at);
    text[at++] = (uint8_t)n;
    memcpy(text + at, ints, 8 * n);
    crypto_shorthash(mac, text, at + 8 * n, cursor_key);
}

int cursor_read(struct call *call, int64_t *values, size_t n, bool *ret_present)
{
    const char *text = call_query(call, "cursor");
    uint8_t raw[CURSOR_BYTES], mac[crypto_shorthash_BYTES];
    size_t got = 0;

    *ret_present = false;
    if (!text || !text[0])
        return 0;
    if (n > CURSOR_INTS)
        return -EINVAL;
    if (sodium_base642bin(raw, sizeof(raw), text, strlen(text), NULL, &got, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        got != 8 * n + sizeof(mac))
        return fault_set(call->tx.fault, FAULT_CURSOR, NULL);
    cursor_mac(call, raw, n, mac);
    if (sodium_memcmp(mac, raw + 8 * n, sizeof(mac)) != 0)
        return fault_set(call->tx.fault, FAULT_CURSOR, NULL);
    memcpy(values, raw, 8 * n);
    *ret_present = true;
    return 0;
}

void cursor_write(struct call *call, const int64_t *values, size_t n, json_t *into)
{
    char text[sodium_base64_ENCODED_LEN(CURSOR_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    uint8_t raw[CURSOR_BYTES], mac[crypto_shorthash_BYTES];

    if (n > CURSOR_INTS)
        return;
    memcpy(raw, values, 8 * n);
    cursor_mac(call, raw, n, mac);
    memcpy(raw + 8 * n, mac, sizeof(mac));
    sodium_bin2base64(text, sizeof(text), raw, 8 * n + sizeof(mac),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    json_object_set_new(into, "next", json_string(text));
}

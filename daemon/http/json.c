/* json.c - see json.h. */
#include "daemon/http/json.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* Bytes up to the point where nesting exceeds JSON_DEPTH_MAX, or -1. Strings are skipped; malformed
 * text is the parser's to find. */
static ssize_t too_deep_at(const char *data, size_t n)
{
    size_t depth = 0;
    bool string = false;

    for (size_t i = 0; i < n; i++) {
        char c = data[i];

        if (string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                string = false;
        } else if (c == '"') {
            string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_BODY_DEPTH)
                return (ssize_t)i;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return -1;
}

static int json_refuse(struct fault *f, size_t offset, const char *reason)
{
    char text[24];

    snprintf(text, sizeof(text), "%zu", offset);
    return fault_set(f, FAULT_JSON, "offset", text, "reason", reason, NULL);
}

int json_body_parse(const char *data, size_t n, struct fault *f, json_t **ret_object)
{
    json_error_t error;
    const char *nul = n ? memchr(data, '\0', n) : NULL;
    json_t *value;

    if (nul)
        return json_refuse(f, (size_t)(nul - data), "NUL");
    if (too_deep_at(data, n) >= 0)
        return fault_set(f, FAULT_JSON_DEPTH, "limit", JSON_BODY_DEPTH_TEXT, NULL);
    value = json_loadb(data, n, JSON_REJECT_DUPLICATES, &error);
    if (!value)
        return json_refuse(f, error.position > 0 ? (size_t)error.position : 0, error.text);
    if (!json_is_object(value)) {
        json_decref(value);
        return json_refuse(f, 0, "object expected");
    }
    *ret_object = value;
    return 0;
}

/* ---- memory ---- */

static _Thread_local bool missed;

static void *watched_malloc(size_t n)
{
    void *p = malloc(n);

    missed |= p == NULL;
    return p;
}

static void watch(void)
{
    json_set_alloc_funcs(watched_malloc, free);
}

void json_memory_watch(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, watch);
}

void json_memory_begin(void)
{
    missed = false;
}

void json_memory_missed(void)
{
    missed = true;
}

int json_memory_end(int r)
{
    return missed && (r == 0 || r == -EREFUSED) ? -ENOMEM : r;
}

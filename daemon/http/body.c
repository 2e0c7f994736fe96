/* body.c - see call.h: reading of a JSON body, field by field. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/call.h"
#include "daemon/http/json.h"
#include "daemon/http/text.h"
#include "daemon/nfc.h"

/* ---- from bytes to an object ---- */

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

/* ---- fields ---- */

static const char *path_of(const struct body *b, const char *field, char *out, size_t size)
{
    if (b->prefix && b->prefix[0])
        snprintf(out, size, "%s/%s", b->prefix, field);
    else
        snprintf(out, size, "%s", field);
    return out;
}

static void tick(struct body *b, const char *field)
{
    if (b->n_seen < sizeof(b->seen) / sizeof(b->seen[0]))
        b->seen[b->n_seen++] = field;
}

/* The value to read, or NULL when there is nothing (more) to do. */
static json_t *field_of(struct body *b, const char *field, enum body_need need)
{
    json_t *value = json_object_get(b->object, field);
    char path[48];

    tick(b, field);
    if (value && !json_is_null(value))
        return value;
    if (need == BODY_REQUIRED)
        fault_item(b->call->tx.fault, FAULT_FIELD_MISSING, 0, path_of(b, field, path, sizeof(path)),
                   "field", field, NULL);
    return NULL;
}

static void wrong_type(struct body *b, const char *field, const char *expected)
{
    char path[48];

    fault_item(b->call->tx.fault, FAULT_FIELD_TYPE, 0, path_of(b, field, path, sizeof(path)),
               "field", field, "expected", expected, NULL);
}

static void wrong_range(struct body *b, enum fault_code code, const char *field, int64_t min,
                        int64_t max)
{
    char path[48], low[24], high[24];

    snprintf(low, sizeof(low), "%lld", (long long)min);
    snprintf(high, sizeof(high), "%lld", (long long)max);
    fault_item(b->call->tx.fault, code, 0, path_of(b, field, path, sizeof(path)), "field", field,
               "min", low, "max", high, NULL);
}

static void wrong(struct body *b, enum fault_code code, const char *field)
{
    char path[48];

    fault_item(b->call->tx.fault, code, 0, path_of(b, field, path, sizeof(path)), "field", field,
               NULL);
}

void body_begin(struct body *b, struct call *call)
{
    *b = (struct body){.call = call, .object = call->body, .prefix = ""};
}

bool body_has(const struct body *b, const char *field)
{
    return json_object_get(b->object, field) != NULL;
}

void body_int(struct body *b, const char *field, enum body_need need, int64_t min, int64_t max,
              int64_t *ret_value)
{
    json_t *value = field_of(b, field, need);

    if (!value)
        return;
    if (!json_is_integer(value))
        wrong_type(b, field, "integer");
    else if (json_integer_value(value) < min || json_integer_value(value) > max)
        wrong_range(b, FAULT_FIELD_RANGE, field, min, max);
    else
        *ret_value = json_integer_value(value);
}

void body_bool(struct body *b, const char *field, enum body_need need, bool *ret_value)
{
    json_t *value = field_of(b, field, need);

    if (!value)
        return;
    if (!json_is_boolean(value))
        wrong_type(b, field, "boolean");
    else
        *ret_value = json_is_true(value);
}

/* text_allowed() of each line. */
static bool lines_allowed(const char *text, size_t n, size_t *ret_chars)
{
    const char *end = text + n;
    size_t all = 0;

    for (;;) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t chars;

        if (!text_allowed(text, (size_t)((stop ? stop : end) - text), &chars))
            return false;
        all += chars + (stop != NULL);
        if (!stop)
            break;
        text = stop + 1;
    }
    *ret_chars = all;
    return true;
}

static void text_read(struct body *b, const char *field, enum body_need need, size_t min,
                      size_t max, bool (*allowed)(const char *, size_t, size_t *),
                      const char **ret_text)
{
    json_t *value = field_of(b, field, need), *kept;
    const char *text;
    size_t n, chars;
    char *made;

    if (!value)
        return;
    if (!json_is_string(value)) {
        wrong_type(b, field, "string");
        return;
    }
    text = json_string_value(value);
    n = json_string_length(value);
    text_trim(&text, &n);
    if (!allowed(text, n, &chars)) {
        wrong(b, FAULT_FIELD_TEXT, field);
        return;
    }
    made = nfc_of(text, n);
    if (made) {
        text = made;
        n = strlen(made);
        allowed(text, n, &chars);
    }
    if (chars < min || chars > max) {
        wrong_range(b, FAULT_FIELD_LENGTH, field, (int64_t)min, (int64_t)max);
        free(made);
        return;
    }
    if (!made && n == json_string_length(value)) {
        *ret_text = text;
        return;
    }
    /* What was made of it takes the place of the first, so that it lives as long as the body. */
    kept = json_stringn_nocheck(text, n);
    free(made);
    if (!kept || json_object_set_new_nocheck(b->object, field, kept) < 0)
        wrong(b, FAULT_FIELD_TEXT, field);
    else
        *ret_text = json_string_value(kept);
}

void body_text(struct body *b, const char *field, enum body_need need, size_t min, size_t max,
               const char **ret_text)
{
    text_read(b, field, need, min, max, text_allowed, ret_text);
}

void body_lines(struct body *b, const char *field, enum body_need need, size_t min, size_t max,
                const char **ret_text)
{
    text_read(b, field, need, min, max, lines_allowed, ret_text);
}

void body_choice(struct body *b, const char *field, enum body_need need, const char *const *choices,
                 int *ret_index)
{
    json_t *value = field_of(b, field, need);

    if (!value)
        return;
    if (!json_is_string(value)) {
        wrong_type(b, field, "string");
        return;
    }
    for (int i = 0; choices[i]; i++) {
        if (!strcmp(choices[i], json_string_value(value))) {
            *ret_index = i;
            return;
        }
    }
    wrong(b, FAULT_FIELD_CHOICE, field);
}

/* An array of at most @max, or NULL with the item noted. */
static json_t *array_of(struct body *b, const char *field, enum body_need need, size_t max)
{
    json_t *value = field_of(b, field, need);

    if (!value)
        return NULL;
    if (!json_is_array(value)) {
        wrong_type(b, field, "array");
        return NULL;
    }
    if (json_array_size(value) > max) {
        wrong_range(b, FAULT_FIELD_RANGE, field, 0, (int64_t)max);
        return NULL;
    }
    return value;
}

void body_ids(struct body *b, const char *field, enum body_need need, size_t max, int64_t **ret_ids,
              size_t *ret_n)
{
    json_t *array = array_of(b, field, need, max);
    int64_t *ids;
    size_t n;

    if (!array)
        return;
    n = json_array_size(array);
    if (n == 0 && need == BODY_REQUIRED) {
        wrong_range(b, FAULT_FIELD_RANGE, field, 1, (int64_t)max);
        return;
    }
    ids = calloc(n ? n : 1, sizeof(*ids));
    if (!ids) {
        wrong(b, FAULT_FIELD_TEXT, field);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        json_t *value = json_array_get(array, i);

        ids[i] = json_is_integer(value) ? json_integer_value(value) : 0;
        if (ids[i] <= 0) {
            wrong_type(b, field, "positive integers");
            free(ids);
            return;
        }
    }
    *ret_ids = ids;
    *ret_n = n;
}

void body_array(struct body *b, const char *field, enum body_need need, size_t max,
                json_t **ret_array)
{
    json_t *array = array_of(b, field, need, max);

    if (array)
        *ret_array = array;
}

void body_object(struct body *b, const char *field, enum body_need need, json_t **ret_object)
{
    json_t *value = field_of(b, field, need);

    if (!value)
        return;
    if (!json_is_object(value))
        wrong_type(b, field, "object");
    else
        *ret_object = value;
}

static bool was_seen(const struct body *b, const char *field)
{
    for (size_t i = 0; i < b->n_seen; i++)
        if (!strcmp(b->seen[i], field))
            return true;
    return false;
}

int body_end(struct body *b)
{
    struct fault *f = b->call->tx.fault;
    const char *field;
    json_t *value;

    json_object_foreach(b->object, field, value)
    {
        size_t n = 0;

        if (was_seen(b, field))
            continue;
        /* The name comes from outside too: it is shown only when it is plain. */
        if (!text_allowed(field, strlen(field), &n) || n > 40)
            fault_item(f, FAULT_FIELD_UNKNOWN, 0, NULL, "field", "?", NULL);
        else
            wrong(b, FAULT_FIELD_UNKNOWN, field);
    }
    return fault_fields_wrong(f);
}

/* Any bytes as a body: what is taken is an object, not too deep, of valid text, and reads back as
 * itself (RS F34, F35). */
#include "daemon/http/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(const json_t *value, int depth)
{
    json_t *child;
    const char *key;
    size_t i;

    if (depth > JSON_BODY_DEPTH)
        abort();
    if (json_is_string(value) && strlen(json_string_value(value)) != json_string_length(value))
        abort();
    json_array_foreach((json_t *)value, i, child) check_value(child, depth + 1);
    json_object_foreach((json_t *)value, key, child) check_value(child, depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *object = NULL, *again = NULL;
    struct fault f = {0};

    if (json_body_parse((const char *)data, size, &f, &object) == 0) {
        char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17));

        if (!text || !json_is_object(object) || f.set)
            abort();
        check_value(object, 0);
        if (json_body_parse(text, strlen(text), &f, &again) < 0 || !json_equal(object, again))
            abort();
        free(text);
    } else if (!f.set || object) {
        abort();
    }
    json_decref(object);
    json_decref(again);
    fault_clear(&f);
    return 0;
}

/* json.h - the one way a JSON body comes in (RS D6, F34, F35).
 */
#ifndef ANCHANG_HTTP_JSON_H
#define ANCHANG_HTTP_JSON_H

#include <jansson.h>

#include "db/fault.h"

enum { JSON_BODY_DEPTH = 32 };
#define JSON_BODY_DEPTH_TEXT "32"

/* Strict: UTF-8, no NUL, no duplicate keys, nothing after the end, not nested deeper than
 * JSON_BODY_DEPTH, an object at the top. -EREFUSED with @f set (JSON or JSON_DEPTH). */
int json_body_parse(const char *data, size_t n, struct fault *f, json_t **ret_object);

#endif

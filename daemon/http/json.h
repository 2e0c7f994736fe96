/* json.h - the one way a JSON body comes in (RS D6, F34, F35), and whether memory ran out while an
 * answer was made.
 *
 * An answer is made of hundreds of small parts; who makes it looks at none. That one was missing is
 * noted here by the thread, and the whole answer fails.
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

/* Jansson's memory is watched from here on. Before there are threads that use it. */
void json_memory_watch(void);
/* From here on the thread minds what is missing; the end gives @r, or -ENOMEM for a success or a
 * refusal that something was missing of. */
void json_memory_begin(void);
int json_memory_end(int r);
/* Some other memory of an answer or of reading a body is missing. */
void json_memory_missed(void);

#endif

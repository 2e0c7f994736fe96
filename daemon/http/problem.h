/* problem.h - a refusal as RFC 9457 problem+json, in the caller's language.
 */
#ifndef ANCHANG_HTTP_PROBLEM_H
#define ANCHANG_HTTP_PROBLEM_H

#include <jansson.h>

#include "db/fault.h"

/* What a handler returned, as a status and a body to send. @result: -EREFUSED with @f set, or any
 * other negative errno, which becomes `internal` with an id that is also written to @ret_id (empty
 * otherwise) for the log; -ENOSPC is disk.full, -EBUSY and -ETIMEDOUT are busy. Never fails:
 * without memory *ret_body is NULL. The caller owns the body. */
enum { PROBLEM_ID_TEXT = 16 };
int problem_make(int result, const struct fault *f, enum lang lang, json_t **ret_body,
                 char ret_id[PROBLEM_ID_TEXT]);

/* zh-CN unless the Accept-Language value (may be NULL) prefers English. */
enum lang lang_of_header(const char *accept_language);

#endif

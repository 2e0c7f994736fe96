/* json_write.h - JSON written straight into a buffer: for charts, which are too large to build as
 * objects first. Everything else uses jansson. Thread: one at a time per buffer.
 */
#ifndef ANCHANG_CHART_JSON_WRITE_H
#define ANCHANG_CHART_JSON_WRITE_H

#include <stdint.h>

#include "daemon/http/buf.h"

void json_put_text(struct buf *b, const char *text); /* quoted and escaped; NULL as "" */
void json_put_int(struct buf *b, int64_t value);
void json_put_or_null(struct buf *b, int64_t value); /* 0 as null */
/* "name":value, with a comma before it unless @first. */
void json_key(struct buf *b, const char *name, int first);
void json_member_text(struct buf *b, const char *name, const char *text);
void json_member_int(struct buf *b, const char *name, int64_t value);
void json_member_or_null(struct buf *b, const char *name, int64_t value);
void json_member_bool(struct buf *b, const char *name, int value);

#endif

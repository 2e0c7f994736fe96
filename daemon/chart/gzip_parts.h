/* gzip_parts.h - one gzip stream put together from parts that were compressed apart.
 *
 * A chart is a head, its buildings and a tail. When one unit changes only its building is
 * written and compressed again; the others' compressed bytes are copied. Each part is raw
 * deflate that refers to nothing before it and ends on a byte (Z_FULL_FLUSH); the checksum of
 * the whole is combined from the parts' (zlib's crc32_combine). Thread: any.
 */
#ifndef ANCHANG_CHART_GZIP_PARTS_H
#define ANCHANG_CHART_GZIP_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/http/buf.h"

struct gzip_part {
    struct buf bytes; /* raw deflate; owned */
    size_t n_plain;
    uint32_t crc;
};

/* Compresses @data; what @part held is dropped. -ENOMEM. */
int gzip_part_make(struct gzip_part *part, const void *data, size_t n);
void gzip_part_free(struct gzip_part *part);

/* Appends the whole stream of @parts to @out. out->error tells of trouble. */
void gzip_parts_join(struct buf *out, const struct gzip_part *const *parts, size_t n);

#endif

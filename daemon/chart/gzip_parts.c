/* gzip_parts.c - see gzip_parts.h. */
#include "daemon/chart/gzip_parts.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

enum { LEVEL = 6, RAW_DEFLATE = -15, MEMORY = 8 };

int gzip_part_make(struct gzip_part *part, const void *data, size_t n)
{
    z_stream z = {0};
    size_t bound;

    gzip_part_free(part);
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, RAW_DEFLATE, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return -ENOMEM;
    bound = deflateBound(&z, (uLong)n) + 16; /* and the flush's empty block */
    if (!buf_space(&part->bytes, bound)) {
        deflateEnd(&z);
        gzip_part_free(part);
        return -ENOMEM;
    }
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)part->bytes.data;
    z.avail_out = (uInt)bound;
    if (deflate(&z, Z_FULL_FLUSH) != Z_OK || z.avail_in != 0 || z.avail_out == 0) {
        deflateEnd(&z);
        gzip_part_free(part);
        return -EIO;
    }
    part->bytes.n = bound - z.avail_out;
    part->n_plain = n;
    part->crc = (uint32_t)crc32(0, data, (uInt)n);
    deflateEnd(&z);
    return 0;
}

void gzip_part_free(struct gzip_part *part)
{
    buf_free(&part->bytes);
    memset(part, 0, sizeof(*part));
}

static void put_le32(struct buf *out, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                              (uint8_t)(value >> 24)};

    buf_add(out, bytes, sizeof(bytes));
}

void gzip_parts_join(struct buf *out, const struct gzip_part *const *parts, size_t n)
{
    static const uint8_t head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    static const uint8_t end[2] = {0x03, 0x00}; /* an empty last block */
    uint64_t total = 0;
    uLong crc = 0;

    buf_add(out, head, sizeof(head));
    for (size_t i = 0; i < n; i++) {
        buf_add(out, parts[i]->bytes.data, parts[i]->bytes.n);
        crc =
            i == 0 ? parts[i]->crc : crc32_combine(crc, parts[i]->crc, (z_off_t)parts[i]->n_plain);
        total += parts[i]->n_plain;
    }
    buf_add(out, end, sizeof(end));
    put_le32(out, (uint32_t)crc);
    put_le32(out, (uint32_t)total);
}

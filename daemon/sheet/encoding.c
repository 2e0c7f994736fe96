/* encoding.c - finds out how a text file is encoded and makes it UTF-8.
 *
 * The rule, in this order:
 *  1. a byte order mark decides (UTF-8, UTF-16 LE, UTF-16 BE);
 *  2. zero bytes on one side of most pairs: UTF-16 without a mark;
 *  3. valid UTF-8 from end to end is UTF-8. Text that is valid both ways is UTF-8: a GB18030 list
 *     of any length hardly ever happens to be valid UTF-8, and plain ASCII is the same in both;
 *  4. not valid, but at least ten good multi-byte characters for each bad byte: UTF-8 that was
 *     damaged. It is refused, not read as GB18030, which would import nonsense;
 *  5. valid GB18030 (so also GBK and GB2312) from end to end;
 *  6. otherwise refused, naming the row of the first bad byte.
 */
#include "daemon/sheet/sheet_impl.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

size_t utf8_step(const unsigned char *p, size_t left)
{
    if (left == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        return left >= 2 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
    if ((p[0] & 0xF0) == 0xE0) {
        if (left < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80)
            return 0;
        if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F))
            return 0; /* overlong; surrogate */
        return 3;
    }
    if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        if (left < 4 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80)
            return 0;
        if ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
            return 0; /* overlong; past U+10FFFF */
        return 4;
    }
    return 0;
}

size_t utf8_valid(const unsigned char *p, size_t len)
{
    size_t i = 0;

    while (i < len) {
        size_t n;
        uint64_t word;

        if (len - i >= sizeof(word)) {
            memcpy(&word, p + i, sizeof(word));
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                i += sizeof(word);
                continue;
            }
        }
        n = utf8_step(p + i, len - i);
        if (n == 0)
            break;
        i += n;
    }
    return i;
}

void text_copy(char *out, size_t size, const char *text, size_t len)
{
    if (len >= size) {
        len = size - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
    }
    if (len > 0)
        memcpy(out, text, len);
    out[len] = '\0';
}

/* The row that the byte at @end is in: line ends outside quotes, for any ASCII superset. */
static int64_t row_at(const unsigned char *p, size_t end)
{
    int64_t row = 1;
    bool quoted = false;

    for (size_t i = 0; i < end; i++) {
        if (p[i] == '"')
            quoted = !quoted;
        else if (!quoted && (p[i] == '\n' || (p[i] == '\r' && p[i + 1] != '\n')))
            row++;
    }
    return row;
}

/* Rule 4. */
static bool is_damaged_utf8(const unsigned char *p, size_t len)
{
    size_t good = 0, bad = 0;

    for (size_t i = 0; i < len;) {
        size_t n = utf8_step(p + i, len - i);

        if (n == 0)
            bad++;
        else if (n > 1)
            good++;
        i += n ? n : 1;
    }
    return good >= 10 * bad;
}

/* Rule 2. Commas, digits and line ends make zero bytes all over a UTF-16 table, on one side. */
static bool looks_utf16(const unsigned char *p, size_t len, bool *ret_big)
{
    size_t zeros[2] = {0, 0}, n = len < 4096 ? len : 4096;

    if (len % 2 != 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (p[i] == 0)
            zeros[i % 2]++;
    *ret_big = zeros[0] > zeros[1];
    return zeros[*ret_big ? 0 : 1] * 32 >= n && zeros[*ret_big ? 1 : 0] == 0;
}

static size_t utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

static uint32_t utf16_unit(const unsigned char *p, bool big)
{
    return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static int decode_utf16(const unsigned char *p, size_t len, bool big, struct fault *f,
                        const char **ret_text, size_t *ret_len)
{
    char *out = malloc(len / 2 * 3 + 4);
    size_t used = 0;

    if (!out)
        return -ENOMEM;
    for (size_t i = 0; i < len; i += 2) {
        uint32_t c = len - i >= 2 ? utf16_unit(p + i, big) : 0xDC00;

        if (c >= 0xD800 && c <= 0xDBFF && len - i >= 4) {
            uint32_t low = utf16_unit(p + i + 2, big);

            if (low >= 0xDC00 && low <= 0xDFFF) {
                c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
                i += 2;
            }
        }
        if (c == 0 || (c >= 0xD800 && c <= 0xDFFF)) {
            int64_t row;

            out[used] = '\0';
            row = row_at((unsigned char *)out, used);
            free(out);
            return sheet_fault_row(f, FAULT_SHEET_ENCODING, row);
        }
        used += utf8_put(out + used, c);
    }
    out[used] = '\0';
    *ret_text = out;
    *ret_len = used;
    return 0;
}

static int decode_gb18030(const unsigned char *p, size_t len, struct fault *f,
                          const char **ret_text, size_t *ret_len)
{
    size_t room = len / 2 * 3 + 8, left = room - 1, in_left = len;
    char *in = (char *)p, *out = malloc(room), *end = out;
    iconv_t cd;
    int r = 0;

    if (!out)
        return -ENOMEM;
    cd = iconv_open("UTF-8", "GB18030");
    if (cd == (iconv_t)-1) {
        r = -errno;
    } else {
        if (iconv(cd, &in, &in_left, &end, &left) == (size_t)-1)
            r = sheet_fault_row(f, FAULT_SHEET_ENCODING, row_at(p, len - in_left));
        iconv_close(cd);
    }
    if (r < 0) {
        free(out);
        return r;
    }
    *end = '\0';
    *ret_text = out;
    *ret_len = (size_t)(end - out);
    return 0;
}

/* Control characters all over the head: a program, a picture, anything but a table. A stray one is
 * for the mapping to name by row. */
static bool is_binary(const unsigned char *p, size_t len)
{
    size_t controls = 0, n = len < 1024 ? len : 1024;

    for (size_t i = 0; i < n; i++)
        if (p[i] < 0x20 && p[i] != 0 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r')
            controls++;
    return controls > 0 && controls * 20 >= n;
}

static int decode_bytes(const unsigned char *p, size_t len, struct fault *f,
                        enum sheet_encoding *ret_encoding, const char **ret_text, size_t *ret_len,
                        bool *ret_owned)
{
    size_t valid;
    const unsigned char *nul;

    if (is_binary(p, len))
        return fault_set(f, FAULT_SHEET_FORMAT, NULL);
    nul = memchr(p, 0, len);
    if (nul)
        return sheet_fault_row(f, FAULT_SHEET_ENCODING, row_at(p, (size_t)(nul - p)));
    valid = utf8_valid(p, len);
    if (valid == len) {
        *ret_text = (const char *)p;
        *ret_len = len;
        *ret_owned = false;
        return 0;
    }
    if (*ret_encoding == SHEET_UTF8_BOM || is_damaged_utf8(p, len))
        return sheet_fault_row(f, FAULT_SHEET_ENCODING, row_at(p, valid));
    *ret_encoding = SHEET_GB18030;
    *ret_owned = true;
    return decode_gb18030(p, len, f, ret_text, ret_len);
}

int encoding_decode(const unsigned char *data, size_t len, struct fault *f,
                    enum sheet_encoding *ret_encoding, const char **ret_text, size_t *ret_len,
                    bool *ret_owned)
{
    enum sheet_encoding encoding = SHEET_UTF8;
    const char *text = NULL;
    size_t skip = 0, text_len = 0;
    bool owned = true, big = false;
    int r;

    if (len >= 2 && data[0] == 0xFF && data[1] == 0xFE) {
        encoding = SHEET_UTF16LE;
        skip = 2;
    } else if (len >= 2 && data[0] == 0xFE && data[1] == 0xFF) {
        encoding = SHEET_UTF16BE;
        skip = 2;
    } else if (len >= 3 && data[0] == 0xEF && data[1] == 0xBB && data[2] == 0xBF) {
        encoding = SHEET_UTF8_BOM;
        skip = 3;
    } else if (looks_utf16(data, len, &big)) {
        encoding = big ? SHEET_UTF16BE : SHEET_UTF16LE;
    }
    if (encoding == SHEET_UTF16LE || encoding == SHEET_UTF16BE)
        r = decode_utf16(data + skip, len - skip, encoding == SHEET_UTF16BE, f, &text, &text_len);
    else
        r = decode_bytes(data + skip, len - skip, f, &encoding, &text, &text_len, &owned);
    if (r < 0)
        return r;
    *ret_encoding = encoding;
    *ret_text = text;
    *ret_len = text_len;
    *ret_owned = owned;
    return 0;
}

/* text_line.c - see text_line.h. */
#include "drivers/text_line.h"

static bool line_end(uint8_t c)
{
    return c == '\r' || c == '\n';
}

static bool printable(uint8_t c)
{
    return c >= 0x20 && c < 0x7F;
}

/* Noise before a line is skipped; noise inside it stays, so that the line is refused as a whole and
 * its tail is never taken for a card. */
enum scan_result text_line_scan(const struct reader_setup *setup, const uint8_t *bytes, size_t n,
                                size_t seen, size_t *ret_n)
{
    size_t noise = 0;

    (void)setup;
    while (noise < n && !printable(bytes[noise]) && !line_end(bytes[noise]))
        noise++;
    if (noise > 0) {
        *ret_n = noise;
        return SCAN_SKIP;
    }
    for (size_t i = seen; i < n; i++) {
        if (line_end(bytes[i])) {
            *ret_n = i + 1;
            return SCAN_FRAME;
        }
    }
    return SCAN_MORE;
}

size_t text_line_length(const uint8_t *frame, size_t n)
{
    return n > 0 && line_end(frame[n - 1]) ? n - 1 : n;
}

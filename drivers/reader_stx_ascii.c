/* reader_stx_ascii.c - serial RFID modules of the RDM6300 kind:
 *
 *     STX  hex digits of the UID  two hex digits of its checksum  [CR] [LF]  ETX
 *
 * The checksum is the XOR of the UID's bytes. An RDM6300 sends five (EM4100), others four or seven.
 */
#include <errno.h>
#include <string.h>

#include "drivers/card_form.h"
#include "drivers/driver.h"
#include "drivers/parse.h"
#include "drivers/reader_setup.h"

enum {
    STX = 0x02,
    ETX = 0x03,
    DIGITS_MAX = 2 * (CARD_UID_MAX + 1), /* with the checksum */
};

static size_t digits(const uint8_t *bytes, size_t n)
{
    size_t i = 0;

    while (i < n && i <= DIGITS_MAX && hex_digit(bytes[i]) >= 0)
        i++;
    return i;
}

static enum scan_result stx_scan(const struct reader_setup *setup, const uint8_t *bytes, size_t n,
                                 size_t seen, size_t *ret_n)
{
    size_t end;

    (void)setup;
    (void)seen; /* a frame is short enough to be looked at again */
    if (bytes[0] != STX) {
        const uint8_t *stx = memchr(bytes, STX, n);

        *ret_n = stx ? (size_t)(stx - bytes) : n;
        return SCAN_SKIP;
    }
    end = 1 + digits(bytes + 1, n - 1);
    if (end < n && bytes[end] == '\r')
        end++;
    if (end < n && bytes[end] == '\n')
        end++;
    if (end == n)
        return SCAN_MORE;
    if (bytes[end] == ETX) {
        *ret_n = end + 1;
        return SCAN_FRAME;
    }
    *ret_n = end; /* another frame begins here, or noise that is skipped with the next call */
    return SCAN_SKIP;
}

static int stx_decode(const struct reader_setup *setup, const uint8_t *frame, size_t n,
                      struct card_read *ret_card)
{
    size_t count = digits(frame + 1, n - 1), bytes = count / 2;
    uint8_t uid[CARD_UID_MAX + 1] = {0}, sum = 0;

    if (count % 2 != 0 || bytes < CARD_UID_MIN + 1 || bytes > CARD_UID_MAX + 1)
        return -EBADMSG;
    for (size_t i = 0; i < bytes; i++) {
        uid[i] = (uint8_t)(hex_digit(frame[1 + 2 * i]) << 4 | hex_digit(frame[2 + 2 * i]));
        sum ^= uid[i];
    }
    if (sum != 0)
        return -EBADMSG;
    return card_form_uid(&setup->form, uid, bytes - 1, ret_card);
}

static const char *const options[] = {"uid-order", "uid-bytes", "baud", "line", NULL};

const struct driver driver_stx_ascii = {
    .name = "stx-ascii",
    .maturity = DRIVER_EXPERIMENTAL,
    .bus = "tty",
    .options = options,
    .gap_ms = 100,
    .scan = stx_scan,
    .decode = stx_decode,
};

/* reader_length_bcc.c - serial RFID modules that send binary frames of a stated length:
 *
 *     STX  LENGTH  TYPE  bytes of the UID  BCC  ETX
 *
 * LENGTH counts the whole frame, TYPE is the kind of card (1: 13.56 MHz, 2: 125 kHz), BCC the XOR
 * of all from LENGTH to the UID's last byte.
 */
#include <errno.h>
#include <string.h>

#include "drivers/card_form.h"
#include "drivers/driver.h"
#include "drivers/reader_setup.h"

enum {
    STX = 0x02,
    ETX = 0x03,
    AROUND = 5, /* bytes of a frame that are not of the UID */
    LENGTH_MIN = AROUND + CARD_UID_MIN,
    LENGTH_MAX = AROUND + CARD_UID_MAX,
};

/* 0: no frame begins here; more than @n: one may, and is not all there. */
static size_t frame_length(const uint8_t *bytes, size_t n)
{
    if (bytes[0] != STX)
        return 0;
    if (n < 2)
        return LENGTH_MIN;
    if (bytes[1] < LENGTH_MIN || bytes[1] > LENGTH_MAX)
        return 0;
    if (n >= bytes[1] && bytes[bytes[1] - 1] != ETX)
        return 0;
    return bytes[1];
}

static bool check_holds(const uint8_t *frame, size_t n)
{
    uint8_t sum = 0;

    for (size_t i = 1; i < n - 1; i++)
        sum ^= frame[i];
    return sum == 0;
}

/* A whole frame with a right check that begins inside one of @length that has none (yet) has
 * interrupted it. */
static size_t interruption(const uint8_t *bytes, size_t n, size_t length)
{
    for (size_t i = 1; i < n && i < length; i++) {
        size_t inner = frame_length(bytes + i, n - i);

        if (inner > 0 && inner <= n - i && check_holds(bytes + i, inner))
            return i;
    }
    return 0;
}

static size_t next_stx(const uint8_t *bytes, size_t n)
{
    size_t i = 1;

    while (i < n && bytes[i] != STX)
        i++;
    return i;
}

static enum scan_result bcc_scan(const struct reader_setup *setup, const uint8_t *bytes, size_t n,
                                 size_t seen, size_t *ret_n)
{
    size_t length = frame_length(bytes, n), skip;

    (void)setup;
    (void)seen; /* no more than LENGTH_MAX bytes ever wait */
    if (length == 0)
        skip = next_stx(bytes, n);
    else if (length <= n && check_holds(bytes, length))
        skip = 0;
    else
        skip = interruption(bytes, n, length);
    if (skip > 0) {
        *ret_n = skip;
        return SCAN_SKIP;
    }
    if (length > n)
        return SCAN_MORE;
    *ret_n = length;
    return SCAN_FRAME;
}

static int bcc_decode(const struct reader_setup *setup, const uint8_t *frame, size_t n,
                      struct card_read *ret_card)
{
    if (!check_holds(frame, n))
        return -EBADMSG;
    return card_form_uid(&setup->form, frame + 3, n - AROUND, ret_card);
}

static const char *const options[] = {"uid-order", "uid-bytes", "baud", "line", NULL};

const struct driver driver_length_bcc = {
    .name = "length-bcc",
    .maturity = DRIVER_EXPERIMENTAL,
    .bus = "tty",
    .options = options,
    .gap_ms = 100,
    .scan = bcc_scan,
    .decode = bcc_decode,
};

/* reader_pcsc.c - contactless readers behind PC/SC. The port sends one frame for each event
 * (port.h):
 *
 *     N  N bytes: the answer to FF CA 00 00 00 (PC/SC part 3, Get Data), status word included
 *     0  the card has left
 */
#include <errno.h>

#include "drivers/card_form.h"
#include "drivers/driver.h"
#include "drivers/reader_setup.h"

enum {
    STATUS_BYTES = 2,
    STATUS_DONE = 0x9000,
    STATUS_NO_SUCH_FUNCTION = 0x6A81, /* a card with contacts has no UID: a bank card, mostly */
    UID_SINGLE = 4,
    UID_RANDOM = 0x08, /* ISO 14443-3: made anew for each tap, as phones and passports do */
};

static enum scan_result pcsc_scan(const struct reader_setup *setup, const uint8_t *bytes, size_t n,
                                  size_t seen, size_t *ret_n)
{
    (void)setup;
    (void)seen;
    if (n < 1 + (size_t)bytes[0])
        return SCAN_MORE;
    *ret_n = 1 + (size_t)bytes[0];
    return SCAN_FRAME;
}

static int pcsc_decode(const struct reader_setup *setup, const uint8_t *frame, size_t n,
                       struct card_read *ret_card)
{
    const uint8_t *uid = frame + 1;
    size_t n_uid;
    unsigned status;

    if (n == 1)
        return -EAGAIN;
    if (n < 1 + STATUS_BYTES)
        return -EBADMSG;
    n_uid = n - 1 - STATUS_BYTES;
    status = (unsigned)frame[n - 2] << 8 | frame[n - 1];
    if (status == STATUS_NO_SUCH_FUNCTION)
        return -EPERM;
    if (status != STATUS_DONE)
        return -EBADMSG;
    if (n_uid == UID_SINGLE && uid[setup->form.reversed ? UID_SINGLE - 1 : 0] == UID_RANDOM)
        return -EPERM;
    return card_form_uid(&setup->form, uid, n_uid, ret_card);
}

static const char *const options[] = {"uid-order", "uid-bytes", NULL};

const struct driver driver_pcsc = {
    .name = "pcsc",
    .maturity = DRIVER_EXPERIMENTAL,
    .bus = "pcsc",
    .options = options,
    .gap_ms = 1000,
    .scan = pcsc_scan,
    .decode = pcsc_decode,
};

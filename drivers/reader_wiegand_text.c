/* reader_wiegand_text.c - serial readers, and Wiegand converters, that send a card as a line of
 * text: "012,34567", "0010231415", hex, or the bits themselves. Which, the model says
 * (card_form.h). */
#include <errno.h>

#include "drivers/card_form.h"
#include "drivers/driver.h"
#include "drivers/reader_setup.h"
#include "drivers/text_line.h"

static int wiegand_decode(const struct reader_setup *setup, const uint8_t *frame, size_t n,
                          struct card_read *ret_card)
{
    size_t length = text_line_length(frame, n);

    if (length == 0)
        return -EAGAIN; /* the LF of a CR LF */
    return card_form_text(&setup->form, (const char *)frame, length, ret_card);
}

static const char *const options[] = {"form",          "uid-order", "uid-bytes", "number-prefix",
                                      "number-length", "baud",      "line",      NULL};

const struct driver driver_wiegand_text = {
    .name = "wiegand-text",
    .maturity = DRIVER_EXPERIMENTAL,
    .bus = "tty",
    .options = options,
    .gap_ms = 100,
    .scan = text_line_scan,
    .decode = wiegand_decode,
};

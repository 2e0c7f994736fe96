/* reader_virtual.c - the reader of demonstrations and tests: a line is the code of a card
 * (card.h), or the tracks of a stripe with their check characters, so that it can misread, and meet
 * a bank card, as a real one does. */
#include <errno.h>
#include <string.h>

#include "drivers/card_form.h"
#include "drivers/driver.h"
#include "drivers/text_line.h"

static const struct card_form stripe = {.text = CARD_TEXT_TRACKS, .lrc = true};

static int virtual_decode(const struct reader_setup *setup, const uint8_t *frame, size_t n,
                          struct card_read *ret_card)
{
    char code[CARD_CODE_TEXT];
    size_t length = text_line_length(frame, n);

    (void)setup;
    if (length == 0)
        return -EAGAIN;
    if (frame[0] == '%' || frame[0] == ';')
        return card_form_text(&stripe, (const char *)frame, length, ret_card);
    if (length >= sizeof(code) || memchr(frame, '\0', length))
        return -EBADMSG;
    memcpy(code, frame, length);
    code[length] = '\0';
    return card_parse(code, ret_card) < 0 ? -EBADMSG : 0;
}

static const char *const options[] = {NULL};

const struct driver driver_virtual = {
    .name = "virtual",
    .maturity = DRIVER_STABLE,
    .bus = "virtual",
    .options = options,
    .gap_ms = 1000,
    .scan = text_line_scan,
    .decode = virtual_decode,
};

/* Any bytes on any driver: the first byte chooses one of the readers below, or the environment
 * does, FUZZ_DRIVER=stx-ascii; the second how the rest is cut into pieces. What scan and decode
 * promise (driver.h) is checked against them on the way; then a whole reader is fed and has to
 * agree. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/reader.h"
#include "drivers/reader_setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define HEAD "[model]\nname = F\ndriver = "
#define USB  "[match]\nusb = 1234:5678:0\n[options]\n"

static const char *const texts[] = {
    HEAD "hid-keyboard\n" USB "form = tracks\n",
    HEAD "hid-keyboard\n" USB "form = dec10\n",
    HEAD "hid-keyboard\n" USB "form = number\nnumber-length = 4-12\n",
    HEAD "hid-msr\n" USB "msr-layout = magtek\n",
    HEAD "hid-msr\n" USB "msr-layout = magtek\nlrc = yes\ntrack = 1\n",
    HEAD "hid-msr\n" USB,
    HEAD "stx-ascii\n[options]\nuid-order = reversed\n",
    HEAD "length-bcc\n[options]\nuid-bytes = 4\n",
    HEAD "wiegand-text\n[options]\nform = facility\n",
    HEAD "wiegand-text\n[options]\nform = bits\n",
    HEAD "wiegand-text\n[options]\nform = hex\n",
    HEAD "wiegand-text\n[options]\nform = number\nnumber-prefix = 88\n",
    HEAD "pcsc\n[match]\npcsc = *\n",
    HEAD "virtual\n",
};
enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

static struct model models[TEXTS];
static size_t n_models;

/* Numbered reports: track 2 with its length in one, two bytes of something else in the other. */
static const uint8_t numbered[] = {0x05, 0x8E, 0x09, 0x01, 0xA1, 0x01, 0x85, 0x02, 0x75, 0x08,
                                   0x95, 0x01, 0x09, 0x12, 0x81, 0x02, 0x95, 0x28, 0x09, 0x22,
                                   0x81, 0x02, 0x85, 0x01, 0x95, 0x02, 0x81, 0x02, 0xC0};

static struct device_facts facts_of(const struct model *model)
{
    struct device_facts facts = {.interface_class = 3, .interface_protocol = 1, .report_size = 8};

    if (strcmp(model->driver->name, "hid-msr") == 0) {
        facts.report_size = 0;
        facts.n_descriptor = sizeof(numbered);
        memcpy(facts.descriptor, numbered, sizeof(numbered));
    }
    return facts;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *only = getenv("FUZZ_DRIVER");
    char error[MODEL_ERROR_MAX];

    (void)argc;
    (void)argv;
    for (size_t i = 0; i < TEXTS; i++) {
        struct model *model = &models[n_models];

        if (model_parse("f.model", texts[i], strlen(texts[i]), model, error, sizeof(error)) < 0)
            abort();
        n_models += !only || strcmp(only, model->driver->name) == 0;
    }
    if (n_models == 0) {
        fprintf(stderr, "no driver %s\n", only);
        exit(2);
    }
    return 0;
}

static void check_card(const struct card_read *card)
{
    struct card_read again;
    char code[CARD_CODE_TEXT], masked[CARD_MASKED_TEXT];

    card_code(card, code);
    card_mask(card, masked);
    if (card_parse(code, &again) < 0 || !card_same(card, &again) || strlen(masked) > 8)
        abort();
}

/* Cards in @bytes by scan and decode alone; each answer is asked for twice, with and without a
 * memory. */
static uint64_t cards_in(const struct model *model, const struct reader_setup *setup,
                         const uint8_t *bytes, size_t n)
{
    uint64_t cards = 0;

    for (size_t at = 0; at < n;) {
        size_t left = n - at, taken = SIZE_MAX, again = SIZE_MAX, before = SIZE_MAX;
        enum scan_result r = model->driver->scan(setup, bytes + at, left, 0, &taken);
        struct card_read card;
        int d;

        /* The same with all but the last byte seen before, if that was not enough. */
        if (left > 1 && model->driver->scan(setup, bytes + at, left - 1, 0, &before) == SCAN_MORE &&
            (model->driver->scan(setup, bytes + at, left, left - 1, &again) != r || again != taken))
            abort();
        if (r == SCAN_MORE)
            break;
        if (taken < 1 || taken > left)
            abort();
        if (r == SCAN_FRAME) {
            d = model->driver->decode(setup, bytes + at, taken, &card);
            if (d != 0 && d != -EBADMSG && d != -EPERM && d != -EAGAIN)
                abort();
            if (d == 0)
                check_card(&card);
            cards += d == 0;
        }
        at += taken;
    }
    return cards;
}

static void card_seen(void *arg, int result, const struct card_read *card)
{
    uint64_t *cards = arg;

    if ((result == 0) != (card != NULL))
        abort();
    *cards += result == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct reader_events events = {card_seen};
    const struct model *model;
    struct device_facts facts;
    struct reader_setup setup = {0};
    struct reader *reader;
    uint64_t cards = 0;
    size_t piece;

    if (size < 2 ||
        size - 2 >= FRAME_MAX) /* shorter than what overflows: scan() sees all at once */
        return 0;
    model = &models[data[0] % n_models];
    piece = 1 + data[1];
    data += 2;
    size -= 2;
    facts = facts_of(model);
    setup.form = model->form;
    if (model->driver->setup && model->driver->setup(model, &facts, &setup) < 0)
        abort();
    if (reader_new(model, &facts, &reader) < 0)
        abort();
    for (size_t at = 0; at < size; at += piece)
        reader_feed(reader, 0, data + at, size - at < piece ? size - at : piece, &events, &cards);
    /* A driver that waits for more than one frame to judge may see more of them in one piece. */
    if (piece >= size && cards != cards_in(model, &setup, data, size))
        abort();
    cards_in(model, &setup, data, size);
    if (reader_counts(reader)->cards != cards || reader_counts(reader)->skipped > size)
        abort();
    reader_expire(reader, 1000000);
    if (reader_counts(reader)->skipped > size || reader_expire(reader, 1000000) != -1)
        abort();
    reader_free(reader);
    return 0;
}

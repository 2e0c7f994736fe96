/* reader_hid_keyboard.c - readers that type: a USB HID keyboard whose text, up to Enter, is a card.
 *
 * A frame is all reports up to the one in which Enter goes down. A report holds the keys that are
 * down, so a character is a key that was not down in the report before; one that stays down is not
 * typed again. Keys of a US layout, to which readers are set when they leave the factory. What no
 * reader types (arrows, Ctrl) spoils the text: a card is read whole or not at all.
 */
#include <errno.h>
#include <string.h>

#include "drivers/card_form.h"
#include "drivers/device.h"
#include "drivers/driver.h"
#include "drivers/reader_setup.h"

enum {
    PAGE_KEYBOARD = 0x07,
    KEY_ROLLOVER = 0x01, /* more keys are down than the report can hold */
    KEY_ERROR_LAST = 0x03,
    KEY_FIRST = 0x04,
    KEY_ENTER = 0x28,
    KEY_CAPS_LOCK = 0x39,
    KEY_PAD_ENTER = 0x58,
    KEY_LEFT_CTRL = 0xE0,
    SHIFTS = 0x22, /* of the modifier bits: left and right */
    TEXT_MAX = 256 /* three tracks with their sentinels are 232 */
};

/* From KEY_FIRST on; NUL: types nothing that a card could hold. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyz1234567890\0\0\0\0 -=[]\\#;'`,./";
static const char shifted[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()\0\0\0\0 _+{}|~:\"~<>?";
static const char pad[] = "/*-+\0001234567890."; /* from 0x54 on; its Enter is no character */
enum { PAD_FIRST = 0x54 };

static bool enter(uint8_t key)
{
    return key == KEY_ENTER || key == KEY_PAD_ENTER;
}

static char key_char(uint8_t key, bool shift, bool caps)
{
    char c;

    if (key >= PAD_FIRST && key < PAD_FIRST + sizeof(pad) - 1)
        return pad[key - PAD_FIRST];
    if (key < KEY_FIRST || key >= KEY_FIRST + sizeof(plain) - 1)
        return '\0';
    c = plain[key - KEY_FIRST];
    if (c >= 'a' && c <= 'z')
        return shift != caps ? shifted[key - KEY_FIRST] : c;
    return shift ? shifted[key - KEY_FIRST] : c;
}

/* ---- setting up ---- */

static const struct keyboard_layout boot_layout = {
    .reports = {.n = 1, .report = {{.id = 0, .bytes = 8}}},
    .modifiers = 0,
    .keys = 2,
    .n_keys = 6,
};

static int layout_from_map(const struct hid_map *map, struct keyboard_layout *ret_layout)
{
    const struct hid_field *modifiers = hid_map_find(map, PAGE_KEYBOARD, KEY_LEFT_CTRL);
    const struct hid_field *keys = hid_map_find(map, PAGE_KEYBOARD, KEY_ENTER);

    if (!modifiers || modifiers->array || modifiers->usage_min != KEY_LEFT_CTRL ||
        modifiers->bit_size != 1 || modifiers->count != 8 || modifiers->bit % 8 != 0)
        return -ENODEV;
    if (!keys || !keys->array || keys->usage_min > 1 || keys->bit_size != 8 || keys->bit % 8 != 0 ||
        keys->report_id != modifiers->report_id)
        return -ENODEV;
    *ret_layout = (struct keyboard_layout){
        .reports = map->reports,
        .report_id = keys->report_id,
        .modifiers = modifiers->bit / 8,
        .keys = keys->bit / 8,
        .n_keys = keys->count,
    };
    return 0;
}

static int keyboard_setup(const struct model *model, const struct device_facts *facts,
                          struct reader_setup *setup)
{
    struct hid_map map;

    (void)model;
    if (facts->n_descriptor == 0) { /* a boot keyboard's report is what the standard says */
        if (facts->interface_protocol != 1 ||
            facts->report_size != boot_layout.reports.report[0].bytes)
            return -ENODEV;
        setup->keyboard = boot_layout;
        return 0;
    }
    if (hid_map_read(facts->descriptor, facts->n_descriptor, &map) < 0)
        return -ENODEV;
    return layout_from_map(&map, &setup->keyboard);
}

/* ---- reports ---- */

/* @report is ours, not one of the device's others (a volume knob's, say). */
static bool ours(const struct keyboard_layout *layout, const uint8_t *report)
{
    return !layout->reports.numbered || report[0] == layout->report_id;
}

static bool holds(const struct keyboard_layout *layout, const uint8_t *report, uint8_t key)
{
    return memchr(report + layout->keys, key, layout->n_keys) != NULL;
}

/* Keys fill their places from the first on: a hole means that this is no report's beginning. */
static bool plausible(const struct keyboard_layout *layout, const uint8_t *report)
{
    const uint8_t *keys = report + layout->keys;
    size_t n = 0;

    if (!ours(layout, report))
        return true;
    while (n < layout->n_keys && keys[n] != 0)
        n++;
    for (; n < layout->n_keys; n++)
        if (keys[n] != 0)
            return false;
    return true;
}

/* Nothing is typed: keys went up, or the Enter of the frame before is still down. */
static bool idle(const struct keyboard_layout *layout, const uint8_t *report)
{
    if (!ours(layout, report))
        return true;
    for (size_t i = 0; i < layout->n_keys; i++)
        if (report[layout->keys + i] != 0 && !enter(report[layout->keys + i]))
            return false;
    return true;
}

static bool enter_pressed(const struct keyboard_layout *layout, const uint8_t *before,
                          const uint8_t *report)
{
    for (size_t i = 0; i < layout->n_keys; i++) {
        uint8_t key = report[layout->keys + i];

        if (enter(key) && !holds(layout, before, key))
            return true;
    }
    return false;
}

static enum scan_result keyboard_scan(const struct reader_setup *setup, const uint8_t *bytes,
                                      size_t n, size_t seen, size_t *ret_n)
{
    const struct keyboard_layout *layout = &setup->keyboard;
    const uint8_t *before = NULL;
    size_t at = 0, size = hid_report_bytes(&layout->reports, bytes[0]);

    if (size == 0 || (n >= size && !plausible(layout, bytes))) {
        *ret_n = 1;
        return SCAN_SKIP;
    }
    if (!layout->reports.numbered && seen >= size) { /* all of one size: on with the first unseen */
        at = seen - seen % size;
        before = bytes + at - size;
    }
    for (; at < n; at += size) {
        const uint8_t *report = bytes + at;

        size = hid_report_bytes(&layout->reports, report[0]);
        if (size == 0 || n - at < size)
            break;
        if (!before && idle(layout, report)) {
            *ret_n = size;
            return SCAN_FRAME;
        }
        if (!ours(layout, report))
            continue;
        if (before && enter_pressed(layout, before, report)) {
            *ret_n = at + size;
            return SCAN_FRAME;
        }
        before = report;
    }
    if (at < n && size == 0) { /* an identifier that the device does not have */
        *ret_n = at;
        return SCAN_SKIP;
    }
    return SCAN_MORE;
}

/* ---- text ---- */

struct typed {
    char text[TEXT_MAX];
    size_t n;
    bool caps, spoilt;
};

static void keys_typed(const struct keyboard_layout *layout, const uint8_t *before,
                       const uint8_t *report, struct typed *typed)
{
    uint8_t modifiers = report[layout->modifiers];

    for (size_t i = 0; i < layout->n_keys; i++) {
        uint8_t key = report[layout->keys + i];
        char c;

        if (key == 0 || enter(key) || (before && holds(layout, before, key)))
            continue;
        if (key == KEY_CAPS_LOCK) {
            typed->caps = !typed->caps;
            continue;
        }
        c = key <= KEY_ERROR_LAST ? '\0' : key_char(key, modifiers & SHIFTS, typed->caps);
        if (c == '\0' || (modifiers & ~SHIFTS) != 0 || typed->n == TEXT_MAX)
            typed->spoilt = true;
        else
            typed->text[typed->n++] = c;
    }
}

static int keyboard_decode(const struct reader_setup *setup, const uint8_t *frame, size_t n,
                           struct card_read *ret_card)
{
    const struct keyboard_layout *layout = &setup->keyboard;
    const uint8_t *before = NULL;
    struct typed typed = {.n = 0};
    size_t size;
    int r;

    for (size_t at = 0; at < n; at += size) {
        size = hid_report_bytes(&layout->reports, frame[at]);
        if (!ours(layout, frame + at))
            continue;
        typed.spoilt = typed.spoilt || !plausible(layout, frame + at);
        keys_typed(layout, before, frame + at, &typed);
        before = frame + at;
    }
    if (typed.spoilt)
        r = -EBADMSG;
    else if (typed.n == 0)
        r = -EAGAIN;
    else
        r = card_form_text(&setup->form, typed.text, typed.n, ret_card);
    explicit_bzero(&typed, sizeof(typed));
    return r;
}

static const char *const options[] = {"form", "uid-order",     "uid-bytes",     "track",
                                      "lrc",  "number-prefix", "number-length", NULL};

const struct driver driver_hid_keyboard = {
    .name = "hid-keyboard",
    .maturity = DRIVER_EXPERIMENTAL,
    .bus = "usb",
    .options = options,
    .gap_ms = 500,
    .setup = keyboard_setup,
    .scan = keyboard_scan,
    .decode = keyboard_decode,
};

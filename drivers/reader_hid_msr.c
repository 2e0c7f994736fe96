/* reader_hid_msr.c - USB HID readers of magnetic stripes: one report is one swipe.
 *
 * Where the tracks are comes from the report descriptor: usage page 0x8E ("Magnetic Stripe Reading
 * Device"), or MagTek's page 0xFF00, which has the same parts under other numbers. MagTek's report
 * of 337 bytes may also be named by the model, for devices whose descriptor does not
 * name its parts.
 */
#include <errno.h>
#include <string.h>

#include "drivers/device.h"
#include "drivers/driver.h"
#include "drivers/magstripe.h"
#include "drivers/model.h"
#include "drivers/reader_setup.h"

enum { PAGE_MSR = 0x8E, PAGE_MAGTEK = 0xFF00 };

/* Usages of track 1; those of 2 and 3 follow. 0: the page has none. */
static const struct msr_page {
    uint16_t page, state, length, data;
} pages[] = {
    {PAGE_MSR, 0, 0x11, 0x21},
    {PAGE_MAGTEK, 0x20, 0x28, 0x30},
};

enum {
    MAGTEK_TRACK = 110,
    MAGTEK_HEAD = 7, /* three states, three lengths, the kind of card */
    MAGTEK_BYTES = MAGTEK_HEAD + MAGSTRIPE_TRACKS * MAGTEK_TRACK,
    STATE_MISREAD = 1,
};

/* The places of states and lengths are kept + 1, for 0 is the first byte of MagTek's report. */
static size_t place(size_t byte)
{
    return byte + 1;
}

static uint8_t at(const uint8_t *report, size_t place)
{
    return report[place - 1];
}

/* ---- setting up ---- */

static void magtek_layout(struct msr_report_layout *layout)
{
    *layout = (struct msr_report_layout){
        .reports = {.n = 1, .report = {{.id = 0, .bytes = MAGTEK_BYTES}}}};
    for (size_t i = 0; i < MAGSTRIPE_TRACKS; i++)
        layout->tracks[i] = (struct msr_track_place){
            .data = MAGTEK_HEAD + i * MAGTEK_TRACK,
            .n_data = MAGTEK_TRACK,
            .length = place(MAGSTRIPE_TRACKS + i),
            .state = place(i),
        };
}

/* The byte of a one-byte field, as a place; 0: there is none. @first is the usage of track 1. */
static size_t byte_place(const struct hid_map *map, uint16_t page, uint16_t first, unsigned track,
                         uint8_t report_id)
{
    uint16_t usage = (uint16_t)(first + track);
    const struct hid_field *field = first ? hid_map_find(map, page, usage) : NULL;

    if (!field || field->array || field->report_id != report_id || field->bit_size != 8 ||
        field->bit % 8 != 0)
        return 0;
    return place(field->bit / 8 + usage - field->usage_min);
}

/* 1: found; 0: the page knows no such track. */
static int track_find(const struct hid_map *map, const struct msr_page *page, unsigned track,
                      struct msr_track_place *ret_place, uint8_t *ret_report_id)
{
    const struct hid_field *data = hid_map_find(map, page->page, (uint16_t)(page->data + track));

    if (!data || data->usage_min != data->usage_max)
        return 0;
    if (data->bit % 8 != 0 || data->bit_size % 8 != 0)
        return -ENODEV;
    *ret_report_id = data->report_id;
    *ret_place = (struct msr_track_place){
        .data = data->bit / 8,
        .n_data = data->bit_size / 8 * data->count,
        .length = byte_place(map, page->page, page->length, track, data->report_id),
        .state = byte_place(map, page->page, page->state, track, data->report_id),
    };
    return 1;
}

/* All tracks of one page in one report. */
static int page_find(const struct hid_map *map, const struct msr_page *page,
                     struct msr_report_layout *layout)
{
    int found = 0;

    for (unsigned track = 0; track < MAGSTRIPE_TRACKS; track++) {
        uint8_t report_id;
        int r = track_find(map, page, track, &layout->tracks[track], &report_id);

        if (r < 0 || (r > 0 && found > 0 && report_id != layout->report_id))
            return -ENODEV;
        if (r > 0)
            layout->report_id = report_id;
        found += r;
    }
    return found;
}

static int layout_from_map(const struct hid_map *map, struct msr_report_layout *ret_layout)
{
    for (size_t p = 0; p < sizeof(pages) / sizeof(pages[0]); p++) {
        struct msr_report_layout layout = {.reports = map->reports};
        int r = page_find(map, &pages[p], &layout);

        if (r < 0)
            return r;
        if (r > 0) {
            *ret_layout = layout;
            return 0;
        }
    }
    return -ENODEV;
}

static int msr_setup(const struct model *model, const struct device_facts *facts,
                     struct reader_setup *setup)
{
    struct hid_map map;

    if (model->msr == MSR_MAGTEK) {
        if (facts->report_size != 0 && facts->report_size != MAGTEK_BYTES)
            return -ENODEV;
        magtek_layout(&setup->msr);
        return 0;
    }
    if (hid_map_read(facts->descriptor, facts->n_descriptor, &map) < 0)
        return -ENODEV;
    return layout_from_map(&map, &setup->msr);
}

/* ---- reading ---- */

/* Could a swipe's report begin here? The bytes of its tracks are none of scan's business. */
static bool plausible(const struct msr_report_layout *layout, const uint8_t *report)
{
    for (size_t i = 0; i < MAGSTRIPE_TRACKS; i++) {
        const struct msr_track_place *track = &layout->tracks[i];

        if (track->length && at(report, track->length) > track->n_data)
            return false;
        if (track->state && at(report, track->state) > STATE_MISREAD)
            return false;
    }
    return true;
}

static enum scan_result msr_scan(const struct reader_setup *setup, const uint8_t *bytes, size_t n,
                                 size_t seen, size_t *ret_n)
{
    const struct msr_report_layout *layout = &setup->msr;
    size_t size = hid_report_bytes(&layout->reports, bytes[0]);

    (void)seen;
    if (size > 0 && n < size)
        return SCAN_MORE;
    if (size == 0 || ((!layout->reports.numbered || bytes[0] == layout->report_id) &&
                      !plausible(layout, bytes))) {
        *ret_n = 1;
        return SCAN_SKIP;
    }
    *ret_n = size;
    return SCAN_FRAME;
}

static int msr_decode(const struct reader_setup *setup, const uint8_t *frame, size_t n,
                      struct card_read *ret_card)
{
    const struct msr_report_layout *layout = &setup->msr;
    struct magstripe_track tracks[MAGSTRIPE_TRACKS];

    (void)n;
    if (layout->reports.numbered && frame[0] != layout->report_id)
        return -EAGAIN;
    for (size_t i = 0; i < MAGSTRIPE_TRACKS; i++) {
        const struct msr_track_place *track = &layout->tracks[i];
        const char *text = (const char *)frame + track->data;

        tracks[i] = (struct magstripe_track){
            .text = text,
            .n = track->n_data == 0 ? 0
                 : track->length    ? at(frame, track->length)
                                    : strnlen(text, track->n_data),
            .misread = track->state && (at(frame, track->state) & STATE_MISREAD),
        };
    }
    return magstripe_card(&setup->form, tracks, ret_card);
}

static const char *const options[] = {"msr-layout",    "track",         "lrc",
                                      "number-prefix", "number-length", NULL};

const struct driver driver_hid_msr = {
    .name = "hid-msr",
    .maturity = DRIVER_EXPERIMENTAL,
    .bus = "usb",
    .options = options,
    .gap_ms = 200,
    .setup = msr_setup,
    .scan = msr_scan,
    .decode = msr_decode,
};

/* Any bytes as a report descriptor: what is taken keeps its bounds, and a reader set up by it
 * may be fed with anything. */
#include <stdlib.h>
#include <string.h>

#include "drivers/hid_report.h"
#include "drivers/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_map(const struct hid_map *map)
{
    const struct hid_reports *reports = &map->reports;

    if (reports->n == 0 || reports->n > HID_REPORTS_MAX || map->n_fields > HID_FIELDS_MAX ||
        (!reports->numbered && reports->n != 1))
        abort();
    for (size_t i = 0; i < reports->n; i++)
        if (reports->report[i].bytes == 0 || reports->report[i].bytes > HID_REPORT_BYTES_MAX ||
            (reports->report[i].id != 0) != reports->numbered)
            abort();
    for (size_t i = 0; i < map->n_fields; i++) {
        const struct hid_field *f = &map->fields[i];
        size_t bytes = hid_report_bytes(reports, f->report_id);

        if (f->count == 0 || f->bit_size == 0 || f->usage_max < f->usage_min ||
            f->bit + f->bit_size * f->count > bytes * 8 || f->bit < (reports->numbered ? 8u : 0u))
            abort();
    }
}

static void ignore(void *arg, int result, const struct card_read *card)
{
    (void)arg;
    (void)result;
    (void)card;
}

static void feed(const char *text, const struct device_facts *facts)
{
    static const struct reader_events events = {ignore};
    struct model model;
    struct reader *reader;
    char error[MODEL_ERROR_MAX];

    if (model_parse("f.model", text, strlen(text), &model, error, sizeof(error)) < 0)
        abort();
    if (reader_new(&model, facts, &reader) < 0)
        return;
    for (int i = 0; i < 8; i++)
        reader_feed(reader, 0, facts->descriptor, facts->n_descriptor, &events, NULL);
    reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct device_facts facts = {.n_descriptor = size};
    struct hid_map map;

    if (size == 0 || size > PORT_DESCRIPTOR_MAX)
        return 0;
    memcpy(facts.descriptor, data, size);
    if (hid_map_read(data, size, &map) < 0)
        return 0;
    check_map(&map);
    feed("[model]\nname = F\ndriver = hid-keyboard\n[match]\nusb = 1234:5678:0\n", &facts);
    feed("[model]\nname = F\ndriver = hid-msr\n[match]\nusb = 1234:5678:0\n", &facts);
    return 0;
}

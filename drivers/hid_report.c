/* hid_report.c - see hid_report.h. One pass over the items; what they set is kept in `struct
 * state`. */
#include "drivers/hid_report.h"

#include <errno.h>
#include <string.h>

enum {
    USAGES_MAX = 64, /* between two main items */
    STACK_MAX = 8,   /* of Push */
    DEPTH_MAX = 32,  /* of collections */
    ELEMENTS_MAX = HID_REPORT_BYTES_MAX * 8,
    ELEMENT_BITS_MAX = 4096, /* some declare a whole track as one element */
};

enum item { /* type and tag, as they stand in an item's first byte */
            ITEM_INPUT = 0x80,
            ITEM_COLLECTION = 0xA0,
            ITEM_END_COLLECTION = 0xC0,
            ITEM_OUTPUT = 0x90,
            ITEM_FEATURE = 0xB0,
            ITEM_USAGE_PAGE = 0x04,
            ITEM_REPORT_SIZE = 0x74,
            ITEM_REPORT_ID = 0x84,
            ITEM_REPORT_COUNT = 0x94,
            ITEM_PUSH = 0xA4,
            ITEM_POP = 0xB4,
            ITEM_USAGE = 0x08,
            ITEM_USAGE_MIN = 0x18,
            ITEM_USAGE_MAX = 0x28,
            ITEM_LONG = 0xFE,
};

enum { INPUT_CONSTANT = 1, INPUT_VARIABLE = 2 };

struct globals {
    uint16_t page;
    uint32_t size, count;
    uint8_t id;
};

struct usages { /* one after another */
    uint16_t page, min, max;
};

struct state {
    struct globals now, stack[STACK_MAX];
    size_t n_stack, depth;
    struct usages usages[USAGES_MAX];
    size_t n_usages;
    bool range_open; /* a minimum waits for its maximum */
    size_t bits[HID_REPORTS_MAX];
    struct hid_map map;
};

static int report_of(struct state *s, size_t *ret_index)
{
    struct hid_reports *reports = &s->map.reports;

    for (size_t i = 0; i < reports->n; i++) {
        if (reports->report[i].id == s->now.id) {
            *ret_index = i;
            return 0;
        }
    }
    /* Numbered and unnumbered reports exclude each other. */
    if (reports->n > 0 && (reports->report[0].id == 0) != (s->now.id == 0))
        return -EINVAL;
    if (reports->n == HID_REPORTS_MAX)
        return -E2BIG;
    reports->numbered = s->now.id != 0;
    reports->report[reports->n].id = s->now.id;
    s->bits[reports->n] = reports->numbered ? 8 : 0;
    *ret_index = reports->n++;
    return 0;
}

static int field_add(struct state *s, bool array, struct usages usages, size_t bit, size_t count)
{
    if (s->map.n_fields == HID_FIELDS_MAX)
        return -E2BIG;
    s->map.fields[s->map.n_fields++] = (struct hid_field){
        .report_id = s->now.id,
        .array = array,
        .page = usages.page,
        .usage_min = usages.min,
        .usage_max = usages.max,
        .bit = bit,
        .bit_size = s->now.size,
        .count = count,
    };
    return 0;
}

/* Each element takes the next usage; the last one serves all that are left. */
static int variables_add(struct state *s, size_t bit)
{
    size_t left = s->now.count;

    for (size_t i = 0; i < s->n_usages && left > 0; i++) {
        struct usages usages = s->usages[i];
        size_t count = (size_t)(usages.max - usages.min) + 1;
        int r;

        if (count > left) {
            count = left;
            usages.max = (uint16_t)(usages.min + count - 1);
        }
        if (i + 1 == s->n_usages && usages.min == usages.max)
            count = left;
        r = field_add(s, false, usages, bit, count);
        if (r < 0)
            return r;
        bit += count * s->now.size;
        left -= count;
    }
    return 0;
}

/* An element holds any of the usages: from the least to the greatest of them. */
static int array_add(struct state *s, size_t bit)
{
    struct usages all = s->usages[0];

    for (size_t i = 1; i < s->n_usages; i++) {
        if (s->usages[i].min < all.min)
            all.min = s->usages[i].min;
        if (s->usages[i].max > all.max)
            all.max = s->usages[i].max;
    }
    return field_add(s, true, all, bit, s->now.count);
}

static int input_add(struct state *s, uint32_t flags)
{
    size_t total = (size_t)s->now.size * s->now.count, index, bit;
    int r;

    if (s->range_open)
        return -EINVAL;
    if (total == 0)
        return 0;
    r = report_of(s, &index);
    if (r < 0)
        return r;
    bit = s->bits[index];
    if (total > HID_REPORT_BYTES_MAX * 8 - bit)
        return -E2BIG;
    s->bits[index] += total;
    s->map.reports.report[index].bytes = (uint16_t)((s->bits[index] + 7) / 8);
    if ((flags & INPUT_CONSTANT) || s->n_usages == 0)
        return 0;
    if (flags & INPUT_VARIABLE)
        return variables_add(s, bit);
    return array_add(s, bit);
}

static int main_item(struct state *s, unsigned item, uint32_t value)
{
    int r = 0;

    switch (item) {
    case ITEM_INPUT:
        r = input_add(s, value);
        break;
    case ITEM_COLLECTION:
        r = ++s->depth > DEPTH_MAX ? -E2BIG : 0;
        break;
    case ITEM_END_COLLECTION:
        r = s->depth-- == 0 ? -EINVAL : 0;
        break;
    case ITEM_OUTPUT:
    case ITEM_FEATURE:
        break;
    default:
        return -EINVAL;
    }
    s->n_usages = 0;
    s->range_open = false;
    return r;
}

static int push_or_pop(struct state *s, bool push)
{
    if (push ? s->n_stack == STACK_MAX : s->n_stack == 0)
        return -EINVAL;
    if (push)
        s->stack[s->n_stack++] = s->now;
    else
        s->now = s->stack[--s->n_stack];
    return 0;
}

static int global_item(struct state *s, unsigned item, uint32_t value)
{
    switch (item) {
    case ITEM_USAGE_PAGE:
        if (value > UINT16_MAX)
            return -EINVAL;
        s->now.page = (uint16_t)value;
        return 0;
    case ITEM_REPORT_SIZE:
        s->now.size = value;
        return value > ELEMENT_BITS_MAX ? -E2BIG : 0;
    case ITEM_REPORT_COUNT:
        s->now.count = value;
        return value > ELEMENTS_MAX ? -E2BIG : 0;
    case ITEM_REPORT_ID:
        s->now.id = (uint8_t)value;
        return value == 0 || value > UINT8_MAX ? -EINVAL : 0;
    case ITEM_PUSH:
    case ITEM_POP:
        return push_or_pop(s, item == ITEM_PUSH);
    default:
        return 0; /* limits and units: nothing that a reader's codec needs */
    }
}

static int local_item(struct state *s, unsigned item, uint32_t value, bool extended)
{
    struct usages *u;

    if (item != ITEM_USAGE && item != ITEM_USAGE_MIN && item != ITEM_USAGE_MAX)
        return 0;
    if (item == ITEM_USAGE_MAX) {
        if (!s->range_open)
            return -EINVAL;
        u = &s->usages[s->n_usages - 1];
        if ((value & 0xFFFF) < u->min)
            return -EINVAL;
        u->max = (uint16_t)value;
        s->range_open = false;
        return 0;
    }
    if (s->range_open)
        return -EINVAL;
    if (s->n_usages == USAGES_MAX)
        return -E2BIG;
    u = &s->usages[s->n_usages++];
    u->page = extended ? (uint16_t)(value >> 16) : s->now.page;
    u->min = u->max = (uint16_t)value;
    s->range_open = item == ITEM_USAGE_MIN;
    return 0;
}

static int item_read(struct state *s, unsigned item, uint32_t value, bool extended)
{
    switch (item & 0x0C) {
    case 0x00:
        return main_item(s, item, value);
    case 0x04:
        return global_item(s, item, value);
    case 0x08:
        return local_item(s, item, value, extended);
    default:
        return -EINVAL;
    }
}

static int items_read(struct state *s, const uint8_t *bytes, size_t n)
{
    static const uint8_t sizes[4] = {0, 1, 2, 4};

    for (size_t at = 0; at < n;) {
        unsigned first = bytes[at++];
        size_t size = sizes[first & 3];
        uint32_t value = 0;
        int r;

        if (first == ITEM_LONG) {
            if (n - at < 2 || n - at - 2 < bytes[at])
                return -EINVAL;
            at += 2 + (size_t)bytes[at];
            continue;
        }
        if (n - at < size)
            return -EINVAL;
        for (size_t i = 0; i < size; i++)
            value |= (uint32_t)bytes[at + i] << 8 * i;
        at += size;
        r = item_read(s, first & 0xFC, value, size == 4);
        if (r < 0)
            return r;
    }
    return 0;
}

int hid_map_read(const uint8_t *descriptor, size_t n, struct hid_map *ret_map)
{
    struct state s = {0};
    int r = items_read(&s, descriptor, n);

    if (r < 0)
        return r;
    if (s.depth != 0 || s.map.reports.n == 0)
        return -EINVAL;
    *ret_map = s.map;
    return 0;
}

const struct hid_field *hid_map_find(const struct hid_map *map, uint16_t page, uint16_t usage)
{
    for (size_t i = 0; i < map->n_fields; i++) {
        const struct hid_field *field = &map->fields[i];

        if (field->page == page && usage >= field->usage_min && usage <= field->usage_max)
            return field;
    }
    return NULL;
}

size_t hid_report_bytes(const struct hid_reports *reports, uint8_t first)
{
    if (!reports->numbered)
        return reports->report[0].bytes;
    for (size_t i = 0; i < reports->n; i++)
        if (reports->report[i].id == first)
            return reports->report[i].bytes;
    return 0;
}

/* hid_report.h - what the report descriptor of a HID device says of its input reports (HID 1.11,
 * section 6.2.2). Output and feature reports are passed over.
 *
 * A descriptor is what a device claims, and devices lie: everything is bounded, and what is not
 * understood refuses the device. Pure, any thread.
 */
#ifndef ANCHANG_DRIVERS_HID_REPORT_H
#define ANCHANG_DRIVERS_HID_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HID_FIELDS_MAX = 64,
    HID_REPORTS_MAX = 16,
    HID_REPORT_BYTES_MAX = 4096,
};

/* The reports of one interface: how long each is, so that a row of them can be told apart. */
struct hid_reports {
    bool numbered; /* each begins with its identifier */
    size_t n;      /* 1 when not numbered */
    struct hid_report_size {
        uint8_t id;     /* 0 when not numbered */
        uint16_t bytes; /* the identifier included */
    } report[HID_REPORTS_MAX];
};

/* Neighbouring elements of one report that mean the same, or a run of usages one after another. */
struct hid_field {
    uint8_t report_id;
    bool array;    /* an element holds the usage, and does not stand for one */
    uint16_t page; /* of the usages */
    uint16_t usage_min, usage_max;
    size_t bit;      /* offset in the report, its identifier included */
    size_t bit_size; /* of one element */
    size_t count;    /* elements */
};

struct hid_map {
    struct hid_reports reports;
    struct hid_field fields[HID_FIELDS_MAX];
    size_t n_fields;
};

/* -EINVAL: no report descriptor, or one of a form that no device may have; -E2BIG: more than the
 * limits above. */
int hid_map_read(const uint8_t *descriptor, size_t n, struct hid_map *ret_map);
/* The first field that has this usage; NULL: none. */
const struct hid_field *hid_map_find(const struct hid_map *map, uint16_t page, uint16_t usage);
/* Bytes of the report that begins with @first; 0: there is none such. */
size_t hid_report_bytes(const struct hid_reports *reports, uint8_t first);

#endif

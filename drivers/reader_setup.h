/* reader_setup.h - how to read one device: its model's form of a card, and what its driver found in
 * what the device says of itself. Only drivers look inside. */
#ifndef ANCHANG_DRIVERS_READER_SETUP_H
#define ANCHANG_DRIVERS_READER_SETUP_H

#include "drivers/card_form.h"
#include "drivers/hid_report.h"

/* Where a keyboard's report has its keys. Bytes counted from the report's first, identifier
 * included. */
struct keyboard_layout {
    struct hid_reports reports;
    uint8_t report_id;
    size_t modifiers; /* of the byte with the eight modifier bits */
    size_t keys, n_keys;
};

/* Where a stripe reader's report has its tracks. */
struct msr_track_place {
    size_t data, n_data; /* n_data 0: the report has no such track */
    size_t length;       /* of the byte that says how much; 0: up to the first NUL */
    size_t state;        /* of the byte whose lowest bit says that it was misread; 0: none */
};

struct msr_report_layout {
    struct hid_reports reports;
    uint8_t report_id;
    struct msr_track_place tracks[3];
};

struct reader_setup {
    struct card_form form;
    union {
        struct keyboard_layout keyboard;
        struct msr_report_layout msr;
    };
};

#endif

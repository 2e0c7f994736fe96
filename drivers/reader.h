/* reader.h - one open reader: bytes go in as they come, cards come out.
 *
 * It gathers what arrived, lets its driver scan and decode, and counts. A frame that is begun and
 * not ended within the driver's gap_ms is dropped; one that exceeds FRAME_MAX too, and then nothing
 * is listened to until the device was silent for that long, so that the tail of an endless frame is
 * never taken for a card. Bytes are wiped as soon as they are read, whatever they were: of a bank
 * card nothing stays. The cost of a byte is bounded, whatever a device sends.
 *
 * Owned by whoever made it; one thread at a time. No clock and no I/O of its own.
 */
#ifndef ANCHANG_DRIVERS_READER_H
#define ANCHANG_DRIVERS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/card.h"
#include "drivers/driver.h"
#include "drivers/model.h"

/* Since the reader was made; for the device page. A frame that says nothing of a card (a key
 * going up) is in none of them. */
struct reader_counts {
    uint64_t cards;   /* whole frames that were cards of ours */
    uint64_t bad;     /* whose check did not hold */
    uint64_t refused; /* that were no member cards */
    uint64_t dropped; /* begun and never ended, or endless */
    uint64_t skipped; /* bytes that belonged to no frame, dropped ones included */
};

/* What came of a frame: 0 and the card, or NULL and -EBADMSG (a bad read: swipe again) or -EPERM
 * (no member card). A card lives during the call. The reader may not be fed or freed from
 * inside. */
struct reader_events {
    void (*read)(void *arg, int result, const struct card_read *card);
};

struct reader;

/* -ENODEV: the device is not what its identifiers say; -ENOMEM. */
int reader_new(const struct model *model, const struct device_facts *facts,
               struct reader **ret_reader);
struct reader *reader_free(struct reader *reader);

/* @now_ms: of a clock that never goes back. @n bytes that came in one piece. */
void reader_feed(struct reader *reader, int64_t now_ms, const uint8_t *bytes, size_t n,
                 const struct reader_events *events, void *arg);
/* Drops what was begun too long ago; returns the ms until that is due, or -1: nothing is begun. */
int64_t reader_expire(struct reader *reader, int64_t now_ms);
const struct reader_counts *reader_counts(const struct reader *reader);

#endif

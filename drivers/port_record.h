/* port_record.h - writes what a reader of one's own sends into a capture (capture.h).
 *
 * Off unless somebody switches it on for one device, who is to be warned: card numbers are kept in
 * the clear. Even then nothing is written but whole cards that the driver took for member cards.
 * What it refused (a bank card), misread or skipped (a bank card, badly swiped) is wiped, and a
 * remark stands for it. Not for want of trust in a driver: nothing it did not accept is a proof of
 * anything that a capture is for.
 *
 * Who reads the port feeds the recorder after the reader (reader.h). Owned by him; one thread.
 */
#ifndef ANCHANG_DRIVERS_PORT_RECORD_H
#define ANCHANG_DRIVERS_PORT_RECORD_H

#include "drivers/port.h"
#include "drivers/reader.h"

struct record;

/* A new file, for its owner alone. @by: when, by whom, with what; one line. @line: of a tty, or
 * NULL. @reader: what it made of all before is not in the file. -EEXIST: there is one already. */
int record_begin(const char *path, const char *by, const struct device_id *id,
                 const struct model *model, const struct line_settings *line,
                 const struct device_facts *facts, const struct reader *reader, int64_t now_ms,
                 struct record **ret_record);
/* The bytes of one data() and what @reader, which was fed with them, made of them. -errno: writing
 * failed, and nothing more is written. */
int record_fed(struct record *record, int64_t now_ms, const uint8_t *bytes, size_t n,
               struct reader *reader);
/* The port said gone(@error); or 0: somebody has switched it off. The record is freed. */
struct record *record_end(struct record *record, int64_t now_ms, int error);

#endif

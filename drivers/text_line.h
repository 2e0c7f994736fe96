/* text_line.h - readers that send a line of text: printable characters up to a CR or LF. */
#ifndef ANCHANG_DRIVERS_TEXT_LINE_H
#define ANCHANG_DRIVERS_TEXT_LINE_H

#include "drivers/driver.h"

/* What a driver's scan() is to such readers. A frame is a line with its end, or an end alone. */
enum scan_result text_line_scan(const struct reader_setup *setup, const uint8_t *bytes, size_t n,
                                size_t seen, size_t *ret_n);
/* Characters of such a frame without its end. They may hold anything but CR and LF. */
size_t text_line_length(const uint8_t *frame, size_t n);

#endif

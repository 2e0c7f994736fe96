/* hands.h - cards at the readers that gadget.h makes: what each device does when a card comes.
 *
 * All functions fail the running test when the device does not get rid of it within PATIENCE_MS.
 * Thread: the test's.
 */
#ifndef ANCHANG_TESTS_HANDS_H
#define ANCHANG_TESTS_HANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Types upon the keyboard that is /dev/hidg@n: digits, and '\n' for Enter. */
void keys_type(unsigned n, const char *text);
/* The keyboard types a tag's UID as ten digits; @enter false: it is not done yet. */
void tag_typed(unsigned n, uint32_t uid, bool enter);
/* A stripe with that number through the swiper. */
void stripe_swiped(const char *number);
/* Half of the same. */
void stripe_half(const char *number);
/* A tag's frame into the line, or the first @n bytes of it. */
enum { TAG_FRAME = 14 };
void tag_sent(const char *line, uint32_t uid, size_t n);

#endif

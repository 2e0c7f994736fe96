/* bus_pcsc_watch.h - the thread that waits for PC/SC, which knows no other way than to block.
 *
 * It tells what it sees in words, in order, through a queue and an eventfd that is readable while
 * there are any. It reads a card only in readers that somebody wants, connects to it shared and
 * leaves it as it was, so that no other program is locked out.
 *
 * All functions: the thread that started it.
 */
#ifndef ANCHANG_DRIVERS_BUS_PCSC_WATCH_H
#define ANCHANG_DRIVERS_BUS_PCSC_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/device.h"

enum { PCSC_CHUNK_MAX = 1 + 255 };

enum pcsc_kind {
    PCSC_STATE,   /* of the service: error */
    PCSC_ARRIVED, /* a reader */
    PCSC_LEFT,
    PCSC_DATA,   /* a card came or left, as port.h has it: bytes, for @wish */
    PCSC_FAILED, /* this reader may not be read: error, for @wish */
};

struct pcsc_word {
    enum pcsc_kind kind;
    int error;
    char reader[PORT_PATH_MAX];
    uint64_t wish;
    uint8_t bytes[PCSC_CHUNK_MAX];
    size_t n;
};

struct pcsc_watch;

int pcsc_watch_start(struct pcsc_watch **ret_watch);
/* Within a moment; a thread that a hung service holds is left to itself after two seconds. */
struct pcsc_watch *pcsc_watch_stop(struct pcsc_watch *watch);
/* Readable while there are words; the watch's own. */
int pcsc_watch_fd(const struct pcsc_watch *watch);
bool pcsc_watch_take(struct pcsc_watch *watch, struct pcsc_word *ret_word);
/* Cards in @reader are wanted under the number @wish, from 1 and never used before; the card that
 * is there, too. 0: no longer. -E2BIG: more readers than PC/SC has. */
int pcsc_watch_want(struct pcsc_watch *watch, const char *reader, uint64_t wish);

#endif

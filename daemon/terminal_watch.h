/* terminal_watch.h - the last sign of life of each terminal, and the count of wrong pairing codes.
 *
 * In memory only: a beat every ten seconds is not worth a write to the disk, and after a restart
 * each terminal is heard of again within one beat. Bounded: when the table is full the one not
 * heard of for longest makes room.
 *
 * Thread: any.
 */
#ifndef ANCHANG_TERMINAL_WATCH_H
#define ANCHANG_TERMINAL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TERMINALS_MAX = 256,
    TERMINAL_LIVE_MS = 30 * 1000, /* three beats */
    TERMINAL_LATE_MS = 120 * 1000,
    TERMINAL_TRIES_MAX = 30,       /* wrong pairing codes of all addresses together ... */
    TERMINAL_TRIES_MS = 60 * 1000, /* ... in this time */
};

struct terminals;

/* The last beat of a terminal. */
struct terminal_sign {
    int64_t seen_ms;       /* UTC; 0: never since the start */
    int64_t frame_ms;      /* how long the page's last frame took */
    int64_t chart_version; /* what it shows; 0: nothing */
    char screen[32];       /* "" unknown */
    char page_version[32];
};

int terminals_create(struct terminals **ret_terminals);
struct terminals *terminals_free(struct terminals *t);

/* Pages of another version than @version are asked to reload at their next beat. Until this was
 * called, or with "", none is. */
void terminals_set_page_version(struct terminals *t, const char *version);

/* A beat. Returns whether the page should reload. */
bool terminals_beat(struct terminals *t, int64_t terminal_id, const struct terminal_sign *sign);
/* False, and a sign of zeros, when it was never heard of. */
bool terminals_last(struct terminals *t, int64_t terminal_id, struct terminal_sign *ret_sign);

enum terminal_link { TERMINAL_LIVE, TERMINAL_LATE, TERMINAL_LOST, TERMINAL_NEVER };
enum terminal_link terminal_link_of(const struct terminal_sign *sign, int64_t now_ms);
const char *terminal_link_text(enum terminal_link link); /* "live", "late", "lost", "never" */

/* Whether another pairing code may be tried; 0, or the seconds to wait. */
unsigned terminals_try(struct terminals *t, int64_t now_ms);
/* A code was wrong. */
void terminals_tried_wrong(struct terminals *t, int64_t now_ms);

#endif

/* ghost.h - wrong log-ins under names nobody has, so that they lock just as real ones do.
 *
 * Were only real accounts locked, the sixth wrong password would tell which names exist (RS T7).
 * Bounded: when the table is full, the oldest makes room. Names are kept as keyed hashes. A restart
 * forgets them, and an account's own lock it does not: whoever can see restarts can learn this
 * much.
 *
 * Thread: any.
 */
#ifndef ANCHANG_GHOST_H
#define ANCHANG_GHOST_H

#include <stdint.h>

enum { GHOST_MAX = 1024 };

/* Until when @login is locked (UTC ms), 0 when it is not. */
int64_t ghost_locked_until(const char *login, int64_t now_ms);
/* One more wrong try; returns until when it is locked by it, 0 when it is not. */
int64_t ghost_failed(const char *login, int64_t now_ms);

#endif

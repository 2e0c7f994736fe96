/* swipe.h - the cards that were read, by names that tell nothing.
 *
 * A page learns of a swipe by an opaque id, never by the card's code (MB-16); what it asks for with
 * the id is looked up here. A swipe is a terminal's, or one user's who had borrowed the reader
 * (devices_lend()): one card each, good for two minutes, for that one alone; a restart forgets all.
 *
 * Who tries out cards or PINs at a terminal is slowed there, and nobody elsewhere with him: a
 * kiosk's wrong PINs are no reason why staff at the same address could not log in.
 *
 * Times are monotonic milliseconds. Thread: any.
 */
#ifndef ANCHANG_SWIPE_H
#define ANCHANG_SWIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "db/card.h"

enum {
    SWIPE_ID_TEXT = 23, /* 128 bits of base64url and the NUL */
    SWIPE_LIFE_MS = 2 * 60 * 1000,
    SWIPE_USERS_MAX = 200,       /* who have a card of their own at once */
    SWIPE_LOOKS_PER_MINUTE = 30, /* of a terminal, and so many at once; a wrong PIN is one more */
    SWIPE_PINS_PER_MINUTE = 10,
};

enum swipe_owner { SWIPE_TERMINAL = 1, SWIPE_USER };
/* Whose a swipe is. */
struct swipe_place {
    enum swipe_owner owner;
    int64_t id; /* 0: nobody's */
};
static inline struct swipe_place swipe_terminal(int64_t terminal_id)
{
    return (struct swipe_place){SWIPE_TERMINAL, terminal_id};
}
static inline struct swipe_place swipe_user(int64_t user_id)
{
    return (struct swipe_place){SWIPE_USER, user_id};
}

struct swipes;

/* @limited: terminals are slowed. */
int swipes_create(bool limited, struct swipes **ret_swipes);
struct swipes *swipes_free(struct swipes *s);

/* A card with @code (card.h) was read for @place: its id, instead of the last one's. -ENOSPC: more
 * terminals and users than there can be. */
int swipe_put(struct swipes *s, struct swipe_place place, const char *code, int64_t now_ms,
              char ret_id[SWIPE_ID_TEXT]);
/* -ENOENT: not the last one of that place, or too long ago. */
int swipe_find(struct swipes *s, struct swipe_place place, const char *id, int64_t now_ms,
               char ret_code[CARD_TEXT]);
/* Forgets it, if it is still the last one of the place: who swiped it has left. */
void swipe_drop(struct swipes *s, struct swipe_place place, const char *id);

/* Whether the terminal may ask about a card, or try a PIN: 0, and it counts, or the seconds until
 * it may. */
unsigned swipe_look(struct swipes *s, int64_t terminal_id, int64_t now_ms);
unsigned swipe_pin(struct swipes *s, int64_t terminal_id, int64_t now_ms);

#endif

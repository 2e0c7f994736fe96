/* swipe.c - see swipe.h. */
#include "daemon/swipe.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/limit.h"
#include "db/terminal.h"

enum { PLACES_MAX = TERMINAL_MAX + SWIPE_USERS_MAX };

struct swipe {
    struct swipe_place place; /* id 0: free */
    int64_t at_ms;
    char id[SWIPE_ID_TEXT], code[CARD_TEXT];
};

struct swipes {
    pthread_mutex_t lock;
    struct swipe last[PLACES_MAX];
    struct limit *looks, *pins; /* NULL: as often as anybody likes */
};

int swipes_create(bool limited, struct swipes **ret_swipes)
{
    struct swipes *s = calloc(1, sizeof(*s));
    int r = 0;

    if (!s)
        return -ENOMEM;
    pthread_mutex_init(&s->lock, NULL);
    if (limited)
        r = limit_create(SWIPE_LOOKS_PER_MINUTE, SWIPE_LOOKS_PER_MINUTE, &s->looks);
    if (r == 0 && limited)
        r = limit_create(SWIPE_PINS_PER_MINUTE, SWIPE_PINS_PER_MINUTE, &s->pins);
    if (r < 0)
        swipes_free(s);
    else
        *ret_swipes = s;
    return r;
}

struct swipes *swipes_free(struct swipes *s)
{
    if (!s)
        return NULL;
    limit_free(s->looks);
    limit_free(s->pins);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return NULL;
}

static bool is_of(const struct swipe *one, struct swipe_place place)
{
    return place.id && one->place.owner == place.owner && one->place.id == place.id;
}

/* The last one of the place, else a free one, else the one that has been of no use for longest;
 * NULL when all are of use. Under the lock. */
static struct swipe *slot_of(struct swipes *s, struct swipe_place place, int64_t now_ms)
{
    struct swipe *slot = NULL;

    for (size_t i = 0; i < PLACES_MAX; i++) {
        struct swipe *one = &s->last[i];
        const bool idle = !one->place.id || now_ms - one->at_ms >= SWIPE_LIFE_MS;

        if (is_of(one, place))
            return one;
        if (idle && (!slot || one->at_ms < slot->at_ms))
            slot = one;
    }
    return slot;
}

int swipe_put(struct swipes *s, struct swipe_place place, const char *code, int64_t now_ms,
              char ret_id[SWIPE_ID_TEXT])
{
    struct swipe *slot;
    uint8_t raw[16];

    randombytes_buf(raw, sizeof(raw));
    pthread_mutex_lock(&s->lock);
    slot = slot_of(s, place, now_ms);
    if (slot) {
        *slot = (struct swipe){.place = place, .at_ms = now_ms};
        snprintf(slot->code, sizeof(slot->code), "%s", code);
        sodium_bin2base64(slot->id, sizeof(slot->id), raw, sizeof(raw),
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        memcpy(ret_id, slot->id, SWIPE_ID_TEXT);
    }
    pthread_mutex_unlock(&s->lock);
    return slot ? 0 : -ENOSPC;
}

int swipe_find(struct swipes *s, struct swipe_place place, const char *id, int64_t now_ms,
               char ret_code[CARD_TEXT])
{
    int r = -ENOENT;

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < PLACES_MAX; i++) {
        const struct swipe *one = &s->last[i];

        if (is_of(one, place) && strcmp(one->id, id) == 0 && now_ms - one->at_ms < SWIPE_LIFE_MS) {
            memcpy(ret_code, one->code, CARD_TEXT);
            r = 0;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

void swipe_drop(struct swipes *s, struct swipe_place place, const char *id)
{
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < PLACES_MAX; i++)
        if (is_of(&s->last[i], place) && strcmp(s->last[i].id, id) == 0)
            sodium_memzero(&s->last[i], sizeof(s->last[i]));
    pthread_mutex_unlock(&s->lock);
}

unsigned swipe_look(struct swipes *s, int64_t terminal_id, int64_t now_ms)
{
    return s->looks ? limit_take(s->looks, &terminal_id, sizeof(terminal_id), now_ms) : 0;
}

unsigned swipe_pin(struct swipes *s, int64_t terminal_id, int64_t now_ms)
{
    return s->pins ? limit_take(s->pins, &terminal_id, sizeof(terminal_id), now_ms) : 0;
}

/* terminal_watch.c - see terminal_watch.h. */
#include "daemon/terminal_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct watched {
    int64_t id; /* 0: free */
    struct terminal_sign sign;
};

struct terminals {
    pthread_mutex_t lock;
    char page_version[32];
    int64_t tries_since_ms;
    unsigned tries;
    struct watched slot[TERMINALS_MAX];
};

int terminals_create(struct terminals **ret_terminals)
{
    struct terminals *t = calloc(1, sizeof(*t));

    if (!t)
        return -ENOMEM;
    pthread_mutex_init(&t->lock, NULL);
    *ret_terminals = t;
    return 0;
}

struct terminals *terminals_free(struct terminals *t)
{
    if (!t)
        return NULL;
    pthread_mutex_destroy(&t->lock);
    free(t);
    return NULL;
}

static void text_take(char *out, size_t size, const char *text)
{
    size_t n = strnlen(text, size - 1);

    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--; /* not half a character */
    memcpy(out, text, n);
    out[n] = '\0';
}

void terminals_set_page_version(struct terminals *t, const char *version)
{
    pthread_mutex_lock(&t->lock);
    text_take(t->page_version, sizeof(t->page_version), version);
    pthread_mutex_unlock(&t->lock);
}

/* The terminal's slot, else a free one, else the oldest. */
static struct watched *slot_of(struct terminals *t, int64_t id)
{
    struct watched *best = &t->slot[0];

    for (size_t i = 0; i < TERMINALS_MAX; i++) {
        struct watched *w = &t->slot[i];

        if (w->id == id)
            return w;
        if (best->id && (!w->id || w->sign.seen_ms < best->sign.seen_ms))
            best = w;
    }
    return best;
}

bool terminals_beat(struct terminals *t, int64_t terminal_id, const struct terminal_sign *sign)
{
    struct watched *w;
    bool reload;

    pthread_mutex_lock(&t->lock);
    w = slot_of(t, terminal_id);
    w->id = terminal_id;
    w->sign = *sign;
    w->sign.screen[sizeof(w->sign.screen) - 1] = '\0';
    w->sign.page_version[sizeof(w->sign.page_version) - 1] = '\0';
    reload = t->page_version[0] && sign->page_version[0] &&
             strcmp(w->sign.page_version, t->page_version) != 0;
    pthread_mutex_unlock(&t->lock);
    return reload;
}

bool terminals_last(struct terminals *t, int64_t terminal_id, struct terminal_sign *ret_sign)
{
    struct terminal_sign sign = {0};
    bool found = false;

    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < TERMINALS_MAX && !found; i++)
        if (t->slot[i].id == terminal_id) {
            sign = t->slot[i].sign;
            found = true;
        }
    pthread_mutex_unlock(&t->lock);
    *ret_sign = sign;
    return found;
}

enum terminal_link terminal_link_of(const struct terminal_sign *sign, int64_t now_ms)
{
    int64_t ago = now_ms - sign->seen_ms;

    if (sign->seen_ms == 0)
        return TERMINAL_NEVER;
    if (ago <= TERMINAL_LIVE_MS)
        return TERMINAL_LIVE;
    return ago <= TERMINAL_LATE_MS ? TERMINAL_LATE : TERMINAL_LOST;
}

const char *terminal_link_text(enum terminal_link link)
{
    static const char *const texts[] = {[TERMINAL_LIVE] = "live",
                                        [TERMINAL_LATE] = "late",
                                        [TERMINAL_LOST] = "lost",
                                        [TERMINAL_NEVER] = "never"};

    return texts[link];
}

unsigned terminals_try(struct terminals *t, int64_t now_ms)
{
    int64_t left;

    pthread_mutex_lock(&t->lock);
    if (now_ms - t->tries_since_ms >= TERMINAL_TRIES_MS || now_ms < t->tries_since_ms) {
        t->tries_since_ms = now_ms;
        t->tries = 0;
    }
    left = t->tries < TERMINAL_TRIES_MAX ? 0 : t->tries_since_ms + TERMINAL_TRIES_MS - now_ms;
    pthread_mutex_unlock(&t->lock);
    return (unsigned)((left + 999) / 1000);
}

void terminals_tried_wrong(struct terminals *t, int64_t now_ms)
{
    pthread_mutex_lock(&t->lock);
    if (t->tries == 0)
        t->tries_since_ms = now_ms;
    t->tries++;
    pthread_mutex_unlock(&t->lock);
}

/* ghost.c - see ghost.h. */
#include "daemon/api/ghost.h"

#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "db/user.h"

enum { NAME_HASH = 16 };

struct ghost {
    uint8_t name[NAME_HASH];
    int64_t failed, seen_ms, locked_until_ms; /* failed 0: free */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ghost ghosts[GHOST_MAX];
static uint8_t key[crypto_generichash_KEYBYTES];
static bool have_key;

/* Under the lock. */
static void name_hash(const char *login, uint8_t out[NAME_HASH])
{
    if (!have_key)
        randombytes_buf(key, sizeof(key));
    have_key = true;
    crypto_generichash(out, NAME_HASH, (const uint8_t *)login, strlen(login), key, sizeof(key));
}

static struct ghost *ghost_find(const uint8_t name[NAME_HASH])
{
    for (size_t i = 0; i < GHOST_MAX; i++)
        if (ghosts[i].failed && memcmp(ghosts[i].name, name, NAME_HASH) == 0)
            return &ghosts[i];
    return NULL;
}

static struct ghost *ghost_oldest(void)
{
    struct ghost *oldest = &ghosts[0];

    for (size_t i = 1; i < GHOST_MAX; i++)
        if (ghosts[i].seen_ms < oldest->seen_ms)
            oldest = &ghosts[i];
    return oldest;
}

int64_t ghost_locked_until(const char *login, int64_t now_ms)
{
    uint8_t name[NAME_HASH];
    const struct ghost *g;
    int64_t until;

    pthread_mutex_lock(&lock);
    name_hash(login, name);
    g = ghost_find(name);
    until = g && g->locked_until_ms > now_ms ? g->locked_until_ms : 0;
    pthread_mutex_unlock(&lock);
    return until;
}

int64_t ghost_failed(const char *login, int64_t now_ms)
{
    uint8_t name[NAME_HASH];
    int64_t until, held;
    struct ghost *g;

    pthread_mutex_lock(&lock);
    name_hash(login, name);
    g = ghost_find(name);
    if (!g) {
        g = ghost_oldest();
        *g = (struct ghost){.failed = 0};
        memcpy(g->name, name, NAME_HASH);
    }
    g->failed++;
    g->seen_ms = now_ms;
    held = user_lock_ms(g->failed);
    until = held ? now_ms + held : 0;
    if (held)
        g->locked_until_ms = until;
    pthread_mutex_unlock(&lock);
    return until;
}

/* session.c - see session.h.
 *
 * A table of fixed size with linear probing and deletion by shifting back: bounded, no allocation
 * after the start, one lock held for less than a microsecond. Identities are copied out, so nobody
 * holds a pointer into it.
 *
 * Comparing hashes of tokens needs no constant time: what can be learned by timing is a prefix of
 * the hash, not of the token.
 */
#include "daemon/http/session.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = SESSION_MAX * 2 }; /* a power of two */

struct pass {
    int64_t member_id; /* 0: none */
    int64_t made_ms, seen_ms;
};

struct entry {
    bool used;
    int64_t made_ms, seen_ms;
    struct identity id; /* its session field is the key */
    struct pass pass;
};

struct sessions {
    pthread_mutex_t lock;
    size_t n;
    struct entry slot[SLOTS];
};

int sessions_create(struct sessions **ret_sessions)
{
    struct sessions *s;

    if (sodium_init() < 0)
        return -EIO;
    s = calloc(1, sizeof(*s));
    if (!s)
        return -ENOMEM;
    pthread_mutex_init(&s->lock, NULL);
    *ret_sessions = s;
    return 0;
}

struct sessions *sessions_free(struct sessions *s)
{
    if (!s)
        return NULL;
    pthread_mutex_destroy(&s->lock);
    free(s);
    return NULL;
}

static size_t home_of(const uint8_t hash[SESSION_HASH])
{
    uint64_t h;

    memcpy(&h, hash, sizeof(h));
    return (size_t)(h & (SLOTS - 1));
}

static struct entry *lookup(struct sessions *s, const uint8_t hash[SESSION_HASH])
{
    for (size_t i = home_of(hash); s->slot[i].used; i = (i + 1) & (SLOTS - 1))
        if (memcmp(s->slot[i].id.session, hash, SESSION_HASH) == 0)
            return &s->slot[i];
    return NULL;
}

/* Frees the slot and moves back what had been pushed past it. */
static void drop(struct sessions *s, struct entry *e)
{
    size_t hole = (size_t)(e - s->slot), i = hole;

    for (;;) {
        size_t home;

        i = (i + 1) & (SLOTS - 1);
        if (!s->slot[i].used)
            break;
        home = home_of(s->slot[i].id.session);
        if (((i - home) & (SLOTS - 1)) >= ((i - hole) & (SLOTS - 1))) {
            s->slot[hole] = s->slot[i];
            hole = i;
        }
    }
    sodium_memzero(&s->slot[hole], sizeof(s->slot[hole]));
    s->n--;
}

static bool expired(const struct entry *e, int64_t now_ms)
{
    if (e->id.actor.kind != ACTOR_USER)
        return false;
    return now_ms - e->seen_ms >= SESSION_IDLE_MS || now_ms - e->made_ms >= SESSION_LIFE_MS;
}

/* Drops every entry @match names. After a drop the same slot is looked at again: another may have
 * moved into it. One that wrapped around may be seen twice, which is harmless. */
static size_t drop_all(struct sessions *s, bool (*match)(const struct entry *e, const void *arg),
                       const void *arg)
{
    size_t dropped = 0;

    for (size_t i = 0; i < SLOTS;) {
        if (s->slot[i].used && match(&s->slot[i], arg)) {
            drop(s, &s->slot[i]);
            dropped++;
        } else {
            i++;
        }
    }
    return dropped;
}

void session_token_make(char token[SESSION_TOKEN_TEXT], uint8_t hash[SESSION_HASH])
{
    uint8_t raw[32];

    randombytes_buf(raw, sizeof(raw));
    sodium_bin2base64(token, SESSION_TOKEN_TEXT, raw, sizeof(raw),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    crypto_generichash(hash, SESSION_HASH, raw, sizeof(raw), NULL, 0);
    sodium_memzero(raw, sizeof(raw));
}

int session_token_hash(const char *token, uint8_t ret_hash[SESSION_HASH])
{
    uint8_t raw[32];
    size_t n = 0;

    if (strlen(token) != SESSION_TOKEN_TEXT - 1 ||
        sodium_base642bin(raw, sizeof(raw), token, SESSION_TOKEN_TEXT - 1, NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        n != sizeof(raw))
        return -EINVAL;
    crypto_generichash(ret_hash, SESSION_HASH, raw, sizeof(raw), NULL, 0);
    sodium_memzero(raw, sizeof(raw));
    return 0;
}

static bool match_expired(const struct entry *e, const void *arg)
{
    return expired(e, *(const int64_t *)arg);
}

/* One user, or a script with his password, must not fill the table: above the cap his longest
 * unused session goes. */
static void make_room_for_user(struct sessions *s, int64_t user_id)
{
    struct entry *oldest = NULL;
    size_t n = 0;

    for (size_t i = 0; i < SLOTS; i++) {
        struct entry *e = &s->slot[i];

        if (!e->used || e->id.actor.kind != ACTOR_USER || e->id.actor.id != user_id)
            continue;
        n++;
        if (!oldest || e->seen_ms < oldest->seen_ms)
            oldest = e;
    }
    if (n >= SESSION_PER_USER)
        drop(s, oldest);
}

int session_put(struct sessions *s, const uint8_t hash[SESSION_HASH], const struct identity *id,
                int64_t now_ms)
{
    struct entry *old;
    size_t i;
    int r = 0;

    pthread_mutex_lock(&s->lock);
    old = lookup(s, hash);
    if (old)
        drop(s, old);
    if (id->actor.kind == ACTOR_USER)
        make_room_for_user(s, id->actor.id);
    if (s->n >= SESSION_MAX)
        drop_all(s, match_expired, &now_ms);
    if (s->n >= SESSION_MAX) {
        r = -ENOSPC;
    } else {
        for (i = home_of(hash); s->slot[i].used; i = (i + 1) & (SLOTS - 1))
            ;
        s->slot[i] = (struct entry){.used = true, .made_ms = now_ms, .seen_ms = now_ms, .id = *id};
        memcpy(s->slot[i].id.session, hash, SESSION_HASH);
        s->n++;
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

int session_create(struct sessions *s, const struct identity *id, int64_t now_ms,
                   char ret_token[SESSION_TOKEN_TEXT])
{
    char token[SESSION_TOKEN_TEXT];
    uint8_t hash[SESSION_HASH];
    int r;

    session_token_make(token, hash);
    r = session_put(s, hash, id, now_ms);
    if (r == 0)
        memcpy(ret_token, token, sizeof(token));
    sodium_memzero(token, sizeof(token));
    return r;
}

int session_find(struct sessions *s, const char *token, int64_t now_ms, struct identity *ret_id)
{
    uint8_t hash[SESSION_HASH];

    return session_token_hash(token, hash) < 0 ? -ENOENT
                                               : session_find_hash(s, hash, now_ms, ret_id);
}

int session_find_hash(struct sessions *s, const uint8_t hash[SESSION_HASH], int64_t now_ms,
                      struct identity *ret_id)
{
    struct entry *e;
    int r = -ENOENT;

    pthread_mutex_lock(&s->lock);
    e = lookup(s, hash);
    if (e && expired(e, now_ms)) {
        drop(s, e);
    } else if (e) {
        e->seen_ms = now_ms;
        *ret_id = e->id;
        r = 0;
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

bool session_stands(struct sessions *s, const uint8_t hash[SESSION_HASH], uint32_t revision,
                    int64_t now_ms)
{
    struct entry *e;
    bool stands;

    pthread_mutex_lock(&s->lock);
    e = lookup(s, hash);
    stands = e && !expired(e, now_ms) && e->id.revision == revision;
    pthread_mutex_unlock(&s->lock);
    return stands;
}

void session_end(struct sessions *s, const uint8_t hash[SESSION_HASH])
{
    struct entry *e;

    pthread_mutex_lock(&s->lock);
    e = lookup(s, hash);
    if (e)
        drop(s, e);
    pthread_mutex_unlock(&s->lock);
}

struct whose {
    enum actor_kind kind;
    int64_t id;
    const uint8_t *except;
};

static bool match_actor(const struct entry *e, const void *arg)
{
    const struct whose *w = arg;

    return e->id.actor.kind == w->kind && e->id.actor.id == w->id &&
           !(w->except && memcmp(e->id.session, w->except, SESSION_HASH) == 0);
}

static size_t end_all(struct sessions *s, const struct whose *w)
{
    size_t n;

    pthread_mutex_lock(&s->lock);
    n = drop_all(s, match_actor, w);
    pthread_mutex_unlock(&s->lock);
    return n;
}

size_t session_end_user(struct sessions *s, int64_t user_id, const uint8_t *except)
{
    return end_all(s, &(struct whose){ACTOR_USER, user_id, except});
}

size_t session_end_terminal(struct sessions *s, int64_t terminal_id)
{
    return end_all(s, &(struct whose){ACTOR_TERMINAL, terminal_id, NULL});
}

size_t session_update_user(struct sessions *s, int64_t user_id,
                           bool (*change)(void *arg, struct identity *id), void *arg)
{
    size_t n = 0;

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < SLOTS;) {
        struct entry *e = &s->slot[i];
        struct identity next;

        if (!e->used || e->id.actor.kind != ACTOR_USER || e->id.actor.id != user_id) {
            i++;
            continue;
        }
        n++;
        next = e->id;
        if (!change(arg, &next)) {
            drop(s, e); /* looks at the same slot again */
            continue;
        }
        memcpy(next.session, e->id.session, SESSION_HASH);
        next.revision = e->id.revision + 1;
        next.actor.kind = ACTOR_USER;
        next.actor.id = user_id;
        e->id = next;
        i++;
    }
    pthread_mutex_unlock(&s->lock);
    return n;
}

/* ---- a member's pass ---- */

int session_pass_give(struct sessions *s, const uint8_t hash[SESSION_HASH], int64_t member_id,
                      int64_t now_ms)
{
    struct entry *e;

    pthread_mutex_lock(&s->lock);
    e = lookup(s, hash);
    if (e)
        e->pass = (struct pass){.member_id = member_id, .made_ms = now_ms, .seen_ms = now_ms};
    pthread_mutex_unlock(&s->lock);
    return e ? 0 : -ENOENT;
}

int session_pass_find(struct sessions *s, const uint8_t hash[SESSION_HASH], int64_t now_ms,
                      int64_t *ret_member_id)
{
    struct entry *e;
    int r = -ENOENT;

    pthread_mutex_lock(&s->lock);
    e = lookup(s, hash);
    if (e && e->pass.member_id && now_ms - e->pass.seen_ms < PASS_IDLE_MS &&
        now_ms - e->pass.made_ms < PASS_LIFE_MS) {
        e->pass.seen_ms = now_ms;
        *ret_member_id = e->pass.member_id;
        r = 0;
    } else if (e) {
        e->pass = (struct pass){.member_id = 0};
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

void session_pass_end(struct sessions *s, const uint8_t hash[SESSION_HASH])
{
    struct entry *e;

    pthread_mutex_lock(&s->lock);
    e = lookup(s, hash);
    if (e)
        e->pass = (struct pass){.member_id = 0};
    pthread_mutex_unlock(&s->lock);
}

void session_pass_end_terminal(struct sessions *s, int64_t terminal_id)
{
    const struct whose whose = {ACTOR_TERMINAL, terminal_id, NULL};

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < SLOTS; i++)
        if (s->slot[i].used && match_actor(&s->slot[i], &whose))
            s->slot[i].pass = (struct pass){.member_id = 0};
    pthread_mutex_unlock(&s->lock);
}

size_t session_pass_end_member(struct sessions *s, int64_t member_id, int64_t *ret_terminals,
                               size_t max)
{
    size_t n = 0;

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < SLOTS; i++) {
        struct entry *e = &s->slot[i];

        if (!e->used || e->pass.member_id != member_id)
            continue;
        e->pass = (struct pass){.member_id = 0};
        if (n < max)
            ret_terminals[n++] = e->id.actor.id;
    }
    pthread_mutex_unlock(&s->lock);
    return n;
}

size_t session_expire(struct sessions *s, int64_t now_ms)
{
    size_t n;

    pthread_mutex_lock(&s->lock);
    n = drop_all(s, match_expired, &now_ms);
    pthread_mutex_unlock(&s->lock);
    return n;
}

void session_get_stats(struct sessions *s, struct session_stats *ret_stats)
{
    *ret_stats = (struct session_stats){0};
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < SLOTS; i++) {
        if (!s->slot[i].used)
            continue;
        if (s->slot[i].id.actor.kind == ACTOR_TERMINAL)
            ret_stats->terminals++;
        else
            ret_stats->users++;
    }
    pthread_mutex_unlock(&s->lock);
}

const char *session_cookie_name(enum session_kind kind, bool tls)
{
    if (kind == SESSION_TERMINAL)
        return tls ? "__Host-anchang_terminal" : "anchang_terminal";
    return tls ? "__Host-anchang_session" : "anchang_session";
}

void session_cookie(enum session_kind kind, bool tls, const char *token, char *out, size_t size)
{
    const char *age = "";

    if (!token)
        age = "; Max-Age=0";
    else if (kind == SESSION_TERMINAL)
        age = "; Max-Age=31536000";
    snprintf(out, size, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
             session_cookie_name(kind, tls), token ? token : "", tls ? "; Secure" : "", age);
}

int session_cookie_read(const char *header, const char *name, char *out, size_t size)
{
    size_t n_name = strlen(name);
    bool found = false;

    for (const char *p = header; *p;) {
        const char *end = strchrnul(p, ';');

        while (*p == ' ')
            p++;
        if ((size_t)(end - p) > n_name && !memcmp(p, name, n_name) && p[n_name] == '=') {
            size_t n = (size_t)(end - p) - n_name - 1;

            if (found || n >= size)
                return -EINVAL;
            memcpy(out, p + n_name + 1, n);
            out[n] = '\0';
            found = true;
        }
        p = *end ? end + 1 : end;
    }
    return found ? 0 : -ENOENT;
}

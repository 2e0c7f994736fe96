/* bus_pcsc_watch.c - see bus_pcsc_watch.h. */
#include "drivers/bus_pcsc_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

enum {
    READERS_MAX = 16, /* of PC/SC (PCSCLITE_MAX_READERS_CONTEXTS) */
    WORDS_MAX = 64,   /* the thread waits for room */
    WAIT_MS = 500,    /* for news; also how soon a new wish is seen */
    RETRY_MS = 1000,  /* the service is not there */
    TRIES = 8,        /* of a card that others disturb */
    STOP_S = 2,
    NAMES_MAX = READERS_MAX * (MAX_READERNAME + 1) + 1,
};

struct wish {
    char reader[PORT_PATH_MAX];
    uint64_t number; /* 0: none */
};

struct pcsc_watch {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int fd;
    unsigned users; /* the thread and the loop: the last one frees it */
    bool stop;
    struct wish wishes[READERS_MAX];
    struct pcsc_word words[WORDS_MAX];
    size_t first, n_words;
};

/* What the thread knows of a reader. */
struct seen {
    char name[PORT_PATH_MAX];
    DWORD state;   /* as PC/SC gave it last */
    bool present;  /* a card */
    uint64_t told; /* the wish for which the card that is there was read, or given up */
    int tries;
};

struct watcher {
    struct pcsc_watch *watch;
    SCARDCONTEXT context;
    struct seen readers[READERS_MAX];
    size_t n;
};

/* ---- words and wishes ---- */

static void deadline_in(unsigned ms, struct timespec *ret_at)
{
    clock_gettime(CLOCK_MONOTONIC, ret_at);
    ret_at->tv_nsec += (long)(ms % 1000) * 1000000;
    ret_at->tv_sec += ms / 1000 + ret_at->tv_nsec / 1000000000;
    ret_at->tv_nsec %= 1000000000;
}

static void say(struct pcsc_watch *watch, const struct pcsc_word *word)
{
    uint64_t one = 1;

    pthread_mutex_lock(&watch->lock);
    while (watch->n_words == WORDS_MAX && !watch->stop)
        pthread_cond_wait(&watch->changed, &watch->lock);
    if (!watch->stop) {
        watch->words[(watch->first + watch->n_words++) % WORDS_MAX] = *word;
        (void)!write(watch->fd, &one, sizeof(one)); /* cannot fail: it only counts */
    }
    pthread_mutex_unlock(&watch->lock);
}

static void say_reader(struct pcsc_watch *watch, enum pcsc_kind kind, const char *reader)
{
    struct pcsc_word word = {.kind = kind};

    snprintf(word.reader, sizeof(word.reader), "%s", reader);
    say(watch, &word);
}

static uint64_t wish_for(struct pcsc_watch *watch, const char *reader)
{
    uint64_t number = 0;

    pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < READERS_MAX; i++)
        if (watch->wishes[i].number && !strcmp(watch->wishes[i].reader, reader))
            number = watch->wishes[i].number;
    pthread_mutex_unlock(&watch->lock);
    return number;
}

static bool stopped(struct pcsc_watch *watch)
{
    bool stop;

    pthread_mutex_lock(&watch->lock);
    stop = watch->stop;
    pthread_mutex_unlock(&watch->lock);
    return stop;
}

static void rest(struct pcsc_watch *watch, unsigned ms)
{
    struct timespec until;
    int r = 0;

    deadline_in(ms, &until);
    pthread_mutex_lock(&watch->lock);
    while (!watch->stop && r != ETIMEDOUT)
        r = pthread_cond_timedwait(&watch->changed, &watch->lock, &until);
    pthread_mutex_unlock(&watch->lock);
}

/* ---- cards ---- */

static void tell(struct watcher *w, struct seen *reader, uint64_t wish, const uint8_t *bytes,
                 size_t n)
{
    struct pcsc_word word = {.kind = PCSC_DATA, .wish = wish, .n = 1 + n};

    snprintf(word.reader, sizeof(word.reader), "%s", reader->name);
    word.bytes[0] = (uint8_t)n;
    if (n)
        memcpy(word.bytes + 1, bytes, n);
    say(w->watch, &word);
    explicit_bzero(&word, sizeof(word));
}

static void forbidden(struct watcher *w, struct seen *reader, uint64_t wish)
{
    struct pcsc_word word = {.kind = PCSC_FAILED, .wish = wish, .error = -EACCES};

    snprintf(word.reader, sizeof(word.reader), "%s", reader->name);
    say(w->watch, &word);
}

static LONG card_ask(SCARDCONTEXT context, const char *reader, uint8_t *out, DWORD *n)
{
    static const uint8_t get_uid[] = {0xFF, 0xCA, 0, 0, 0};
    SCARDHANDLE card;
    DWORD protocol;
    LONG r = SCardConnect(context, reader, SCARD_SHARE_SHARED,
                          SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);

    if (r != SCARD_S_SUCCESS)
        return r;
    r = SCardTransmit(card, protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0, get_uid,
                      sizeof(get_uid), NULL, out, n);
    (void)SCardDisconnect(card, SCARD_LEAVE_CARD);
    return r;
}

static void card_read_for(struct watcher *w, struct seen *reader, uint64_t wish)
{
    static const uint8_t no_answer[] = {0x6F, 0x00};
    uint8_t answer[MAX_BUFFER_SIZE];
    DWORD n = sizeof(answer);

    switch (card_ask(w->context, reader->name, answer, &n)) {
    case SCARD_S_SUCCESS:
        reader->told = wish;
        if (n < PCSC_CHUNK_MAX)
            tell(w, reader, wish, answer, n);
        else
            tell(w, reader, wish, no_answer, sizeof(no_answer));
        break;
    case SCARD_W_SECURITY_VIOLATION:
        reader->told = wish;
        forbidden(w, reader, wish);
        break;
    case SCARD_E_NO_SMARTCARD:
    case SCARD_W_REMOVED_CARD:
        break; /* the next news will say so */
    case SCARD_E_SHARING_VIOLATION:
        break; /* another program has it for itself: when it lets go */
    default:
        if (++reader->tries < TRIES)
            break;
        reader->told = wish;
        tell(w, reader, wish, no_answer, sizeof(no_answer));
    }
    explicit_bzero(answer, sizeof(answer));
}

/* The upper half of a state counts cards that came and went, also between two looks. */
static void reader_look(struct watcher *w, struct seen *reader, DWORD state)
{
    bool present = state & SCARD_STATE_PRESENT;
    bool another = present && reader->present && state >> 16 != reader->state >> 16;
    uint64_t wish = wish_for(w->watch, reader->name);

    if (reader->present && (!present || another) && wish && wish == reader->told)
        tell(w, reader, wish, NULL, 0);
    if (!present || another)
        reader->told = 0;
    if (!present || another || !reader->present)
        reader->tries = 0;
    reader->present = present;
    reader->state = state;
    if (present && wish && wish != reader->told)
        card_read_for(w, reader, wish);
}

/* ---- readers ---- */

static bool listed(const char *names, const char *name)
{
    for (const char *s = names; *s; s += strlen(s) + 1)
        if (!strcmp(s, name))
            return true;
    return false;
}

static bool known(const struct watcher *w, const char *name)
{
    for (size_t i = 0; i < w->n; i++)
        if (!strcmp(w->readers[i].name, name))
            return true;
    return false;
}

/* @names: each with its NUL, one more at the end. */
static void readers_compare(struct watcher *w, const char *names)
{
    size_t kept = 0;

    for (size_t i = 0; i < w->n; i++) {
        if (listed(names, w->readers[i].name))
            w->readers[kept++] = w->readers[i];
        else
            say_reader(w->watch, PCSC_LEFT, w->readers[i].name);
    }
    w->n = kept;
    for (const char *s = names; *s && w->n < READERS_MAX; s += strlen(s) + 1) {
        if (known(w, s) || strlen(s) >= sizeof(w->readers[0].name))
            continue;
        w->readers[w->n] = (struct seen){.state = SCARD_STATE_UNAWARE};
        snprintf(w->readers[w->n].name, sizeof(w->readers[0].name), "%s", s);
        say_reader(w->watch, PCSC_ARRIVED, s);
        w->n++;
    }
}

static LONG readers_list(struct watcher *w)
{
    char names[NAMES_MAX];
    DWORD n = sizeof(names);
    LONG r = SCardListReaders(w->context, NULL, names, &n);

    if (r == SCARD_E_NO_READERS_AVAILABLE) {
        names[0] = '\0';
        r = SCARD_S_SUCCESS;
    }
    if (r == SCARD_S_SUCCESS)
        readers_compare(w, names);
    return r;
}

static LONG news_wait(struct watcher *w)
{
    SCARD_READERSTATE states[READERS_MAX + 1] = {0};
    LONG r;

    for (size_t i = 0; i < w->n; i++) {
        states[i].szReader = w->readers[i].name;
        states[i].dwCurrentState = w->readers[i].state;
    }
    states[w->n].szReader = "\\\\?PnP?\\Notification";
    r = SCardGetStatusChange(w->context, WAIT_MS, states, (DWORD)w->n + 1);
    if (r == SCARD_E_UNKNOWN_READER)
        return SCARD_S_SUCCESS; /* it has just left: the list will say so */
    if (r != SCARD_S_SUCCESS && r != SCARD_E_TIMEOUT)
        return r;
    for (size_t i = 0; i < w->n; i++)
        reader_look(w, &w->readers[i], states[i].dwEventState);
    return SCARD_S_SUCCESS;
}

/* ---- the thread ---- */

static void watch_leave(struct pcsc_watch *watch)
{
    unsigned left;

    pthread_mutex_lock(&watch->lock);
    left = --watch->users;
    pthread_mutex_unlock(&watch->lock);
    if (left)
        return;
    pthread_cond_destroy(&watch->changed);
    pthread_mutex_destroy(&watch->lock);
    explicit_bzero(watch->words, sizeof(watch->words));
    close(watch->fd);
    free(watch);
}

static int service_error(LONG r)
{
    switch (r) {
    case SCARD_S_SUCCESS:
        return 0;
    case SCARD_W_SECURITY_VIOLATION:
        return -EACCES;
    case SCARD_E_NO_MEMORY:
        return -ENOMEM;
    default: /* not there, stopped, or gone in the middle of a word */
        return -EHOSTDOWN;
    }
}

static void say_state(struct pcsc_watch *watch, int error)
{
    say(watch, &(struct pcsc_word){.kind = PCSC_STATE, .error = error});
}

static void *watch_main(void *arg)
{
    struct pcsc_watch *watch = arg;
    struct watcher w = {.watch = watch};

    while (!stopped(watch)) {
        LONG r = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &w.context);

        say_state(watch, service_error(r));
        if (r != SCARD_S_SUCCESS) {
            rest(watch, RETRY_MS);
            continue;
        }
        while (r == SCARD_S_SUCCESS && !stopped(watch)) {
            r = readers_list(&w);
            if (r == SCARD_S_SUCCESS)
                r = news_wait(&w);
        }
        readers_compare(&w, "");
        (void)SCardReleaseContext(w.context);
    }
    watch_leave(watch);
    return NULL;
}

/* ---- for the loop ---- */

int pcsc_watch_start(struct pcsc_watch **ret_watch)
{
    struct pcsc_watch *watch = calloc(1, sizeof(*watch));
    pthread_condattr_t monotonic;
    int r;

    if (!watch)
        return -ENOMEM;
    watch->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch->fd < 0) {
        r = -errno;
        free(watch);
        return r;
    }
    pthread_mutex_init(&watch->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    watch->users = 2;
    r = -pthread_create(&watch->thread, NULL, watch_main, watch);
    if (r < 0) {
        watch->users = 1;
        watch_leave(watch);
        return r;
    }
    *ret_watch = watch;
    return 0;
}

/* No SCardCancel(): it waits for the service's word itself, and one given just before the thread
 * begins to wait is lost. The thread looks up every WAIT_MS. */
struct pcsc_watch *pcsc_watch_stop(struct pcsc_watch *watch)
{
    struct timespec until;

    if (!watch)
        return NULL;
    pthread_mutex_lock(&watch->lock);
    watch->stop = true;
    pthread_cond_broadcast(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_S;
    if (pthread_timedjoin_np(watch->thread, NULL, &until) != 0)
        pthread_detach(watch->thread);
    watch_leave(watch);
    return NULL;
}

int pcsc_watch_fd(const struct pcsc_watch *watch)
{
    return watch->fd;
}

bool pcsc_watch_take(struct pcsc_watch *watch, struct pcsc_word *ret_word)
{
    uint64_t count;
    bool any;

    pthread_mutex_lock(&watch->lock);
    any = watch->n_words > 0;
    if (any) {
        *ret_word = watch->words[watch->first];
        explicit_bzero(&watch->words[watch->first], sizeof(watch->words[0]));
        watch->first = (watch->first + 1) % WORDS_MAX;
        watch->n_words--;
        pthread_cond_broadcast(&watch->changed);
    } else {
        (void)!read(watch->fd, &count, sizeof(count));
    }
    pthread_mutex_unlock(&watch->lock);
    return any;
}

int pcsc_watch_want(struct pcsc_watch *watch, const char *reader, uint64_t wish)
{
    struct wish *place = NULL;

    pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < READERS_MAX; i++)
        if (watch->wishes[i].number && !strcmp(watch->wishes[i].reader, reader))
            place = &watch->wishes[i];
    for (size_t i = 0; i < READERS_MAX && !place; i++)
        if (!watch->wishes[i].number)
            place = &watch->wishes[i];
    if (place) {
        snprintf(place->reader, sizeof(place->reader), "%s", reader);
        place->number = wish;
    }
    pthread_mutex_unlock(&watch->lock);
    return place ? 0 : -E2BIG;
}

/* devices_port.c - one open reader: its states, its bytes, its cards, and whom they are told. See
 * devices_impl.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "daemon/devices_impl.h"
#include "daemon/http/feed.h"
#include "db/clock.h"

enum {
    NOISE_MS = 1000,   /* in that time ... */
    NOISE_BYTES = 512, /* ... so many bytes of no frame are noise */
    TELL_MS = 700,     /* bad reads of one device are told of so often */
    LOG_FIRST = 10,    /* failures in a row that are logged, then ... */
    LOG_EVERY = 100,   /* ... one in so many */
};
static const unsigned backoff_s[] = {1, 2, 5, 15, 30};
/* A node's rights may be set only a moment after the device is there. */
static const unsigned denied_ms[] = {50, 200, 800, 5000};

/* ---- how it is ---- */

static const char *name_of(const struct entry *e)
{
    return e->row.name[0] ? e->row.name : e->model ? e->model->name : e->mark;
}

void state_set(struct entry *e, enum device_state state, enum device_trouble trouble, int error)
{
    struct devices *d = e->owner;

    if (e->state == state && e->trouble == trouble && e->error == -error)
        return;
    pthread_mutex_lock(&d->lock);
    if (is_up(state))
        e->down_since = 0;
    else if (!e->down_since)
        e->down_since = clock_boot_ms();
    if (e->state != state || e->trouble != trouble)
        e->since_ms = clock_wall_ms();
    e->state = state;
    e->trouble = trouble;
    e->error = -error;
    pthread_mutex_unlock(&d->lock);
    entry_tell(e);
    readers_tell(d);
}

/* Ten lines, then one in a hundred (NUT). */
static void note_failure(struct entry *e, const char *what)
{
    e->failures++;
    if (e->failures <= LOG_FIRST || e->failures % LOG_EVERY == 0)
        devices_log(e->owner, LOG_WARNING, "reader %s (%s %s): %s%s", name_of(e), e->bus_ops->name,
                    e->mark, what,
                    e->failures == LOG_FIRST ? "; from here on one line in a hundred" : "");
}

static void note_success(struct entry *e)
{
    if (e->failures)
        devices_log(e->owner, LOG_NOTICE, "reader %s (%s %s): re-established after %u failures",
                    name_of(e), e->bus_ops->name, e->mark, e->failures);
    e->failures = 0;
    pthread_mutex_lock(&e->owner->lock);
    e->attempt = 0;
    e->seen_ms = clock_wall_ms();
    pthread_mutex_unlock(&e->owner->lock);
}

/* ---- recording ---- */

int record_start(struct entry *e, const char *path, const char *by)
{
    const bool line = e->bus_ops == &bus_tty;
    const int64_t now = clock_boot_ms();
    int r;

    if (!e->reader)
        return -ENOTCONN;
    if (e->record)
        return -EALREADY;
    r = record_begin(path, by, &e->id, e->model, line ? &e->model->line : NULL, &e->facts,
                     e->reader, now, &e->record);
    if (r < 0)
        return r;
    e->record_until = now + DEVICE_RECORD_MS;
    devices_log(e->owner, LOG_WARNING,
                "what reader %s reads is recorded for ten minutes, card numbers in the clear: %s",
                name_of(e), path);
    return 0;
}

void record_stop(struct entry *e, const char *why)
{
    if (!e->record)
        return;
    e->record = record_end(e->record, clock_boot_ms(), 0);
    devices_log(e->owner, LOG_NOTICE, "reader %s is recorded no more: %s", name_of(e), why);
}

/* ---- what was read ---- */

static int post(struct entry *e, uint64_t channel, const char *name, const char *data)
{
    int r = feed_post(e->owner->options.app->feed, channel, name, data, strlen(data));

    if (r < 0)
        devices_log(e->owner, LOG_ERR, "a page could not be told of reader %s: %s", name_of(e),
                    strerror(-r));
    return r;
}

/* Made or played back, not read from hardware. */
bool entry_is_virtual(const struct entry *e)
{
    return e->bus_ops == &bus_virtual || e->bus_ops == &bus_replay;
}

/* To the one who tries it, with as much of the card as a log may have. */
static void test_tell(struct entry *e, int64_t user_id, const char *result,
                      const struct card_read *card)
{
    char masked[CARD_MASKED_TEXT] = "", data[160];

    if (card)
        card_mask(card, masked);
    snprintf(data, sizeof(data),
             "{\"device\":%" PRId64 ",\"result\":\"%s\",\"card\":\"%s\",\"medium\":\"%s\"}",
             e->row.id, result, masked,
             !card                      ? ""
             : card->medium == CARD_UID ? "uid"
                                        : "number");
    post(e, feed_channel(FEED_USER, user_id), "device-test", data);
}

/* The id by which @place hears of the card, "" of none. */
static int swipe_make(struct entry *e, struct swipe_place place, const struct card_read *card,
                      char ret_id[SWIPE_ID_TEXT])
{
    struct devices *d = e->owner;
    char code[CARD_CODE_TEXT];
    int r;

    ret_id[0] = '\0';
    if (!card)
        return 0;
    card_code(card, code);
    r = d->options.swiped(d->options.app, place, code, ret_id);
    explicit_bzero(code, sizeof(code));
    if (r < 0)
        devices_log(d, LOG_ERR, "a swipe at reader %s is lost: %s", name_of(e), strerror(-r));
    return r;
}

/* To the one who issues a card. */
static void card_tell(struct entry *e, int64_t user_id, const char *result,
                      const struct card_read *card)
{
    char id[SWIPE_ID_TEXT], masked[CARD_MASKED_TEXT] = "", data[192];

    if (swipe_make(e, swipe_user(user_id), card, id) < 0)
        return;
    if (card)
        card_mask(card, masked);
    snprintf(data, sizeof(data),
             "{\"device\":%" PRId64 ",\"result\":\"%s\",\"swipe\":\"%s\",\"shown\":\"%s\"}",
             e->row.id, result, id, masked);
    post(e, feed_channel(FEED_USER, user_id), "card", data);
}

static void swipe_tell(struct entry *e, const char *result, const struct card_read *card)
{
    char id[SWIPE_ID_TEXT], data[256];

    if (swipe_make(e, swipe_terminal(e->row.terminal_id), card, id) < 0)
        return;
    snprintf(data, sizeof(data),
             "{\"id\":\"%s\",\"result\":\"%s\",\"device\":%" PRId64
             ",\"virtual\":%s,\"at_ms\":%" PRId64 "}",
             id, result, e->row.id, entry_is_virtual(e) ? "true" : "false", clock_wall_ms());
    post(e, feed_channel(FEED_TERMINAL, e->row.terminal_id), "swipe", data);
}

/* A card that lies on the reader is seen again and again: that is one swipe (MB-04). */
static bool same_again(struct entry *e, const struct card_read *card, int64_t now)
{
    char code[CARD_CODE_TEXT];
    bool same;

    card_code(card, code);
    same = strcmp(code, e->last_code) == 0 && now - e->last_at < DEVICE_SAME_MS;
    memcpy(e->last_code, code, sizeof(code));
    e->last_at = now;
    return same;
}

/* To whom it is lent now; 0: nobody. One who borrowed it for a card has it with that. */
static int64_t lent_to(struct entry *e, bool card, int64_t now, enum device_loan *ret_loan)
{
    int64_t user_id;

    pthread_mutex_lock(&e->owner->lock);
    user_id = now < e->lent_until ? e->lent_user_id : 0;
    *ret_loan = e->loan;
    if (card) {
        e->card_ms = clock_wall_ms();
        if (e->loan == LOAN_CARD)
            e->lent_until = 0;
    }
    pthread_mutex_unlock(&e->owner->lock);
    return user_id;
}

static void on_read(void *arg, int result, const struct card_read *card)
{
    const char *word = result == 0 ? "card" : result == -EPERM ? "refused" : "bad";
    struct entry *e = arg;
    const int64_t now = clock_boot_ms();
    enum device_loan loan;
    int64_t user_id;

    if (card ? same_again(e, card, now) : e->told_at && now - e->told_at < TELL_MS)
        return;
    user_id = lent_to(e, card != NULL, now, &loan);
    if (!card)
        e->told_at = now;
    if (user_id && loan == LOAN_TEST)
        test_tell(e, user_id, word, card);
    else if (user_id)
        card_tell(e, user_id, word, card);
    else if (e->row.terminal_id)
        swipe_tell(e, word, card);
}

/* ---- bytes ---- */

static void pause_set(struct entry *e, bool paused)
{
    if (e->paused == paused)
        return;
    e->paused = paused;
    e->port->ops->pause(e->port, paused);
}

/* What floods is read in slices, so that neither the processor nor another reader notices. */
static void slice_count(struct entry *e, size_t n, int64_t now)
{
    if (now - e->slice_from >= DEVICE_SLICE_MS) {
        e->slice_from = now;
        e->slice_bytes = 0;
    }
    e->slice_bytes += n;
    if (e->slice_bytes >= DEVICE_SLICE_BYTES) {
        pause_set(e, true);
        devices_soon(e->owner);
    }
}

/* Degraded while it sends what is no frame, ready again after a second without. */
static void noise_watch(struct entry *e, int64_t now)
{
    const uint64_t skipped = reader_counts(e->reader)->skipped;

    if (skipped - e->noise_from >= NOISE_BYTES) {
        if (e->state == DEVICE_READY)
            note_failure(e, "sends what is no frame");
        state_set(e, DEVICE_DEGRADED, TROUBLE_NOISE, 0);
        e->silent_from = now;
        e->noise_from = skipped;
    } else if (now - e->silent_from >= NOISE_MS) {
        if (e->state == DEVICE_DEGRADED) {
            note_success(e);
            state_set(e, DEVICE_READY, TROUBLE_NONE, 0);
        }
        e->silent_from = now;
        e->noise_from = skipped;
    }
}

/* What was just read, into the capture that somebody has switched on. */
static void record_take(struct entry *e, const uint8_t *bytes, size_t n, int64_t now)
{
    int r = now < e->record_until ? record_fed(e->record, now, bytes, n, e->reader) : -ETIME;

    if (r < 0)
        record_stop(e, strerror(-r));
}

static void on_data(void *arg, const uint8_t *bytes, size_t n)
{
    static const struct reader_events events = {.read = on_read};
    struct entry *e = arg;
    const int64_t now = clock_boot_ms();

    reader_feed(e->reader, now, bytes, n, &events, e);
    if (e->record)
        record_take(e, bytes, n, now);
    pthread_mutex_lock(&e->owner->lock);
    e->counts = *reader_counts(e->reader);
    pthread_mutex_unlock(&e->owner->lock);
    noise_watch(e, now);
    slice_count(e, n, now);
    devices_soon(e->owner);
}

/* ---- opening and losing ---- */

void port_drop(struct entry *e)
{
    record_stop(e, "the reader was closed");
    if (e->port)
        e->port = e->port->ops->close(e->port);
    e->reader = reader_free(e->reader);
    e->paused = false;
}

static void try_later(struct entry *e, int error)
{
    const bool denied = error == -EACCES || error == -EPERM;
    const unsigned step = e->attempt;
    char what[96];
    int64_t wait;

    pthread_mutex_lock(&e->owner->lock);
    e->attempt++;
    pthread_mutex_unlock(&e->owner->lock);
    if (denied)
        wait = denied_ms[step < 3 ? step : 3];
    else
        wait = (int64_t)backoff_s[step < 4 ? step : 4] * 1000;
    e->try_at = clock_boot_ms() + wait;
    if (denied && step < 3)
        return; /* not yet a fact */
    snprintf(what, sizeof(what), "%s",
             denied ? "is there but may not be opened; is its udev rule installed, and was it "
                      "plugged in again since?"
                    : strerror(-error));
    note_failure(e, what);
    if (denied)
        state_set(e, DEVICE_DENIED, TROUBLE_RIGHTS, error);
    else
        state_set(e, DEVICE_BACKOFF, error == -EBUSY ? TROUBLE_BUSY : TROUBLE_IO, error);
}

/* Until it is plugged in again. */
static void unsupported_set(struct entry *e, enum device_trouble trouble, int error)
{
    note_failure(e, trouble == TROUBLE_LIES ? "is not what its identifiers say" : strerror(-error));
    state_set(e, DEVICE_UNSUPPORTED, trouble, error);
}

static void on_gone(void *arg, int error)
{
    struct entry *e = arg;

    port_drop(e);
    if (error == -EPROTO)
        unsupported_set(e, TROUBLE_LIES, error);
    else
        try_later(e, error); /* unless the bus says that it left */
    devices_soon(e->owner);
}

static void on_ready(void *arg, const struct device_facts *facts)
{
    struct entry *e = arg;
    const int64_t now = clock_boot_ms();
    int r = reader_new(e->model, facts, &e->reader);

    if (r < 0) {
        port_drop(e);
        unsupported_set(e, r == -ENODEV ? TROUBLE_LIES : TROUBLE_IO, r);
        return;
    }
    e->slice_from = e->silent_from = now;
    e->slice_bytes = 0;
    e->noise_from = 0;
    e->facts = *facts;
    note_success(e);
    state_set(e, DEVICE_READY, TROUBLE_NONE, 0);
}

void entry_open(struct entry *e, struct bus *bus)
{
    static const struct port_events events = {.ready = on_ready, .data = on_data, .gone = on_gone};
    int r = bus->ops->open(bus, &e->id, &e->model->line, &events, e, &e->port);

    e->try_at = 0;
    if (r < 0)
        try_later(e, r);
}

/* ---- what is due ---- */

int64_t port_due(struct entry *e, int64_t now)
{
    int64_t wait;

    if (!e->port || !e->reader)
        return -1;
    if (e->paused && now - e->slice_from >= DEVICE_SLICE_MS)
        pause_set(e, false);
    wait = e->paused ? e->slice_from + DEVICE_SLICE_MS - now : -1;
    wait = sooner(wait, reader_expire(e->reader, now));
    if (e->state == DEVICE_DEGRADED) {
        noise_watch(e, now);
        wait = sooner(wait, NOISE_MS);
    }
    return wait;
}

/* devices.c - see devices.h and devices_impl.h. */
#include "daemon/devices.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <syslog.h>
#include <unistd.h>

#include "daemon/devices_impl.h"
#include "daemon/http/feed.h"
#include "db/clock.h"
#include "drivers/bus_virtual.h"

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

static const struct bus_ops *const bus_table[] = {&bus_usb, &bus_tty, &bus_pcsc, &bus_virtual,
                                                  &bus_replay};

const char *device_state_text(enum device_state state)
{
    static const char *const texts[] = {"absent",  "opening", "ready",      "degraded",
                                        "backoff", "denied",  "unsupported"};

    return texts[state];
}

const char *device_trouble_text(enum device_trouble trouble)
{
    static const char *const texts[] = {"none",   "noise",    "busy", "io",
                                        "rights", "no-model", "lies"};

    return texts[trouble];
}

const struct bus_ops *devices_bus(const char *name)
{
    for (size_t i = 0; i < sizeof(bus_table) / sizeof(bus_table[0]); i++)
        if (strcmp(bus_table[i]->name, name) == 0)
            return bus_table[i];
    return NULL;
}

void devices_log(struct devices *d, int priority, const char *format, ...)
{
    char line[512];
    va_list ap;

    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    d->options.log(d->options.log_arg, priority, line);
}

/* ---- entries ---- */

struct entry *entry_new(struct devices *d)
{
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        struct entry *e = &d->entries[i];

        if (e->used)
            continue;
        *e = (struct entry){.owner = d,
                            .used = true,
                            .state = DEVICE_ABSENT,
                            .since_ms = clock_wall_ms(),
                            .down_since = clock_boot_ms()};
        return e;
    }
    return NULL;
}

void entry_drop(struct entry *e)
{
    e->used = false;
}

void entry_tell(struct entry *e)
{
    char data[64];
    int n = snprintf(data, sizeof(data), "{\"id\":%" PRId64 "}", e->row.id);
    int r = feed_post(e->owner->options.app->feed, feed_channel(FEED_DEVICES, 0), "device", data,
                      (size_t)n);

    if (r < 0)
        devices_log(e->owner, LOG_ERR, "the device pages could not be told: %s", strerror(-r));
}

static const char *name_of(const struct entry *e)
{
    return e->row.name[0] ? e->row.name : e->model ? e->model->name : e->mark;
}

static bool is_up(enum device_state state)
{
    return state == DEVICE_READY || state == DEVICE_DEGRADED;
}

static void state_set(struct entry *e, enum device_state state, enum device_trouble trouble,
                      int error)
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
    e->failures = e->attempt = 0;
}

/* ---- the clock ---- */

static void timer_set(struct devices *d, int64_t wait_ms)
{
    if (wait_ms < 0) {
        sd_event_source_set_enabled(d->timer, SD_EVENT_OFF);
        return;
    }
    sd_event_source_set_time_relative(d->timer, (uint64_t)wait_ms * 1000);
    sd_event_source_set_enabled(d->timer, SD_EVENT_ONESHOT);
}

/* The next tick comes at once and works out what is due. */
static void timer_kick(struct devices *d)
{
    timer_set(d, 0);
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
static bool is_virtual(const struct entry *e)
{
    return e->bus_ops == &bus_virtual || e->bus_ops == &bus_replay;
}

/* "Swipe now": to the one who asked, with as much of the card as a log may have. */
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

static void swipe_tell(struct entry *e, const char *result, const struct card_read *card)
{
    struct devices *d = e->owner;
    char code[CARD_CODE_TEXT], id[SWIPE_ID_TEXT] = "", data[256];
    int r = 0;

    if (card) {
        card_code(card, code);
        r = d->options.swiped(d->options.app, e->row.terminal_id, code, id);
        explicit_bzero(code, sizeof(code));
    }
    if (r < 0) {
        devices_log(d, LOG_ERR, "a swipe at reader %s is lost: %s", name_of(e), strerror(-r));
        return;
    }
    snprintf(data, sizeof(data),
             "{\"id\":\"%s\",\"result\":\"%s\",\"device\":%" PRId64
             ",\"virtual\":%s,\"at_ms\":%" PRId64 "}",
             id, result, e->row.id, is_virtual(e) ? "true" : "false", clock_wall_ms());
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

static void on_read(void *arg, int result, const struct card_read *card)
{
    const char *word = result == 0 ? "card" : result == -EPERM ? "refused" : "bad";
    struct entry *e = arg;
    const int64_t now = clock_boot_ms();

    int64_t test_user_id;

    if (card ? same_again(e, card, now) : e->told_at && now - e->told_at < TELL_MS)
        return;
    pthread_mutex_lock(&e->owner->lock);
    if (card)
        e->card_ms = clock_wall_ms();
    test_user_id = now < e->test_until ? e->test_user_id : 0;
    pthread_mutex_unlock(&e->owner->lock);
    if (!card)
        e->told_at = now;
    if (test_user_id)
        test_tell(e, test_user_id, word, card);
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
        timer_kick(e->owner);
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

static void on_data(void *arg, const uint8_t *bytes, size_t n)
{
    static const struct reader_events events = {.read = on_read};
    struct entry *e = arg;
    const int64_t now = clock_boot_ms();

    reader_feed(e->reader, now, bytes, n, &events, e);
    pthread_mutex_lock(&e->owner->lock);
    e->counts = *reader_counts(e->reader);
    pthread_mutex_unlock(&e->owner->lock);
    noise_watch(e, now);
    slice_count(e, n, now);
    timer_kick(e->owner);
}

/* ---- opening and losing ---- */

static void port_drop(struct entry *e)
{
    if (e->port)
        e->port = e->port->ops->close(e->port);
    e->reader = reader_free(e->reader);
    e->paused = false;
}

static void try_later(struct entry *e, int error)
{
    const bool denied = error == -EACCES || error == -EPERM;
    const unsigned step = e->attempt++;
    char what[96];
    int64_t wait;

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
    timer_kick(e->owner);
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
    pthread_mutex_lock(&e->owner->lock);
    e->seen_ms = clock_wall_ms();
    pthread_mutex_unlock(&e->owner->lock);
    note_success(e);
    state_set(e, DEVICE_READY, TROUBLE_NONE, 0);
}

static void entry_open(struct entry *e, struct bus *bus)
{
    static const struct port_events events = {.ready = on_ready, .data = on_data, .gone = on_gone};
    int r = bus->ops->open(bus, &e->id, &e->model->line, &events, e, &e->port);

    e->try_at = 0;
    if (r < 0)
        try_later(e, r);
}

/* ---- coming and going ---- */

static struct entry *entry_present(const struct bus_slot *slot, const struct device_id *id)
{
    struct devices *d = slot->owner;

    for (size_t i = 0; i < DEVICES_MAX; i++) {
        struct entry *e = &d->entries[i];

        if (e->used && e->present && e->bus_ops == slot->ops && strcmp(e->id.path, id->path) == 0)
            return e;
    }
    return NULL;
}

static struct entry *entry_marked(const struct bus_slot *slot, const char *mark)
{
    struct devices *d = slot->owner;

    for (size_t i = 0; i < DEVICES_MAX; i++) {
        struct entry *e = &d->entries[i];

        if (e->used && e->bus_ops == slot->ops && strcmp(e->mark, mark) == 0)
            return e;
    }
    return NULL;
}

/* What it is known by when it comes back: its serial number; one without, or with that of another
 * that is there too (cheap readers share one), by its port. */
static void mark_make(const struct bus_slot *slot, const struct device_id *id,
                      char out[DEVICE_MARK_MAX + 1])
{
    const struct entry *twin;

    if (slot->ops != &bus_usb) {
        snprintf(out, DEVICE_MARK_MAX + 1, "%s", id->path);
        return;
    }
    if (id->serial[0]) {
        snprintf(out, DEVICE_MARK_MAX + 1, "%04x:%04x:%u/%s", id->vid, id->pid, id->interface,
                 id->serial);
        twin = entry_marked(slot, out);
        if (!twin || !twin->present)
            return;
    }
    snprintf(out, DEVICE_MARK_MAX + 1, "%04x:%04x:%u@%s", id->vid, id->pid, id->interface,
             id->path);
}

/* What the configuration names comes with its model; what was found is matched. */
static const struct model *model_of(const struct bus_slot *slot, const struct device_id *id)
{
    const struct devices *d = slot->owner;
    const struct config *c = d->options.app->config;
    const struct config_readers *named = slot->ops == &bus_tty      ? &c->serial
                                         : slot->ops == &bus_replay ? &c->replay
                                                                    : NULL;

    for (size_t i = 0; named && i < named->n; i++)
        if (strcmp(named->items[i].path, id->path) == 0)
            return models_find(d->options.models, named->items[i].model);
    return named ? NULL : models_match(d->options.models, id);
}

static struct entry *entry_plug(const struct bus_slot *slot, const struct device_id *id)
{
    struct devices *d = slot->owner;
    char mark[DEVICE_MARK_MAX + 1];
    struct entry *e;

    mark_make(slot, id, mark);
    e = entry_marked(slot, mark);
    pthread_mutex_lock(&d->lock);
    if (!e)
        e = entry_new(d);
    if (e) {
        e->present = true;
        e->id = *id;
        e->bus_ops = slot->ops;
        e->id.bus = slot->ops->name; /* the bus's own text lives during the call alone */
        e->model = model_of(slot, id);
        e->seen_ms = clock_wall_ms();
        e->attempt = 0;
        memcpy(e->mark, mark, sizeof(mark));
    }
    pthread_mutex_unlock(&d->lock);
    return e;
}

static void on_arrived(void *arg, const struct device_id *id)
{
    struct bus_slot *slot = arg;
    struct entry *e;

    if (entry_present(slot, id))
        return;
    e = entry_plug(slot, id);
    if (!e) {
        devices_log(slot->owner, LOG_ERR, "%s %s is not taken: there are %d devices already",
                    slot->ops->name, id->path, DEVICES_MAX);
        return;
    }
    if (!e->model) {
        state_set(e, DEVICE_UNSUPPORTED, TROUBLE_NO_MODEL, 0);
        return;
    }
    state_set(e, DEVICE_OPENING, TROUBLE_NONE, 0);
    row_arrived(e);
    entry_open(e, slot->bus);
    timer_kick(slot->owner);
}

static void on_left(void *arg, const struct device_id *id)
{
    struct bus_slot *slot = arg;
    struct devices *d = slot->owner;
    struct entry *e = entry_present(slot, id);

    if (!e)
        return;
    port_drop(e);
    pthread_mutex_lock(&d->lock);
    e->present = false;
    e->try_at = 0;
    if (!e->row.id && !e->model)
        entry_drop(e);
    pthread_mutex_unlock(&d->lock);
    if (e->used)
        state_set(e, DEVICE_ABSENT, TROUBLE_NONE, 0);
    else
        entry_tell(e);
    timer_kick(d);
}

static void on_bus(void *arg, const struct bus *bus, int error)
{
    struct bus_slot *slot = arg;
    struct devices *d = slot->owner;

    (void)bus;
    if (slot->error == -error)
        return;
    if (error < 0)
        devices_log(d, LOG_WARNING, "readers on %s cannot be looked for: %s", slot->ops->name,
                    strerror(-error));
    else
        devices_log(d, LOG_NOTICE, "readers on %s are looked for again", slot->ops->name);
    pthread_mutex_lock(&d->lock);
    slot->error = -error;
    pthread_mutex_unlock(&d->lock);
    entry_tell(&d->entries[0]);
}

/* ---- what is due ---- */

static int64_t sooner(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

static struct bus *bus_of(const struct entry *e)
{
    for (size_t i = 0; i < e->owner->n_buses; i++)
        if (e->owner->buses[i].ops == e->bus_ops)
            return e->owner->buses[i].bus;
    return NULL;
}

static int64_t entry_due(struct entry *e, int64_t now)
{
    int64_t wait = -1;

    if (e->present && e->try_at && e->try_at <= now)
        entry_open(e, bus_of(e));
    if (e->present && e->try_at)
        wait = sooner(wait, e->try_at - now);
    if (!e->port || !e->reader)
        return wait;
    if (e->paused && now - e->slice_from >= DEVICE_SLICE_MS)
        pause_set(e, false);
    if (e->paused)
        wait = sooner(wait, e->slice_from + DEVICE_SLICE_MS - now);
    wait = sooner(wait, reader_expire(e->reader, now));
    if (e->state == DEVICE_DEGRADED) {
        noise_watch(e, now);
        wait = sooner(wait, NOISE_MS);
    }
    return wait;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
    struct devices *d = arg;
    const int64_t now = clock_boot_ms();
    int64_t wait = rows_watch(d, now);

    (void)source, (void)usec;
    for (size_t i = 0; i < DEVICES_MAX; i++)
        if (d->entries[i].used)
            wait = sooner(wait, entry_due(&d->entries[i], now));
    timer_set(d, wait < 0 ? -1 : wait + 1);
    return 0;
}

static int on_wake(sd_event_source *source, int fd, uint32_t events, void *arg)
{
    struct devices *d = arg;
    uint64_t count;
    int r;

    (void)source, (void)events;
    if (read(fd, &count, sizeof(count)) < 0)
        return 0; /* EAGAIN: taken already */
    r = rows_load(d);
    if (r < 0)
        devices_log(d, LOG_ERR, "the list of devices could not be read: %s", strerror(-r));
    for (size_t i = 0; r == 0 && i < DEVICES_MAX; i++)
        if (d->entries[i].used)
            entry_tell(&d->entries[i]);
    timer_kick(d);
    return 0;
}

/* ---- for other threads ---- */

void devices_changed(struct devices *d)
{
    const uint64_t one = 1;

    if (d && write(d->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
        devices_log(d, LOG_ERR, "the device manager could not be woken: %s", strerror(errno));
}

static void view_make(const struct entry *e, struct device_view *v)
{
    *v = (struct device_view){.id = e->row.id,
                              .version = e->row.version,
                              .terminal_id = e->row.terminal_id,
                              .bus = e->bus_ops->name,
                              .vid = e->present ? e->id.vid : 0,
                              .pid = e->present ? e->id.pid : 0,
                              .present = e->present,
                              .is_virtual = is_virtual(e),
                              .state = e->state,
                              .trouble = e->trouble,
                              .error = e->error,
                              .attempt = e->attempt,
                              .since_ms = e->since_ms,
                              .seen_ms = e->seen_ms,
                              .card_ms = e->card_ms};
    snprintf(v->mark, sizeof(v->mark), "%s", e->mark);
    snprintf(v->name, sizeof(v->name), "%s", e->row.name);
    if (e->present)
        snprintf(v->product, sizeof(v->product), "%s", e->id.product);
    if (e->model) {
        snprintf(v->model, sizeof(v->model), "%s", e->model->id);
        snprintf(v->model_name, sizeof(v->model_name), "%s", e->model->name);
        v->maturity = e->model->maturity;
    }
    v->counts = e->counts;
}

size_t devices_view(struct devices *d, struct device_view *out, size_t max)
{
    size_t n = 0;

    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < DEVICES_MAX && n < max; i++)
        if (d->entries[i].used)
            view_make(&d->entries[i], &out[n++]);
    pthread_mutex_unlock(&d->lock);
    return n;
}

size_t devices_buses(struct devices *d, struct bus_view out[BUSES_MAX])
{
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->n_buses; i++)
        out[i] = (struct bus_view){d->buses[i].ops->name, d->buses[i].error};
    pthread_mutex_unlock(&d->lock);
    return d->n_buses;
}

int devices_test(struct devices *d, int64_t device_id, int64_t user_id)
{
    int r = -ENOENT;

    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        struct entry *e = &d->entries[i];

        if (!e->used || e->row.id != device_id)
            continue;
        r = is_up(e->state) ? 0 : -ENODEV;
        if (r == 0) {
            e->test_user_id = user_id;
            e->test_until = clock_boot_ms() + DEVICE_TEST_MS;
        }
    }
    pthread_mutex_unlock(&d->lock);
    return r;
}

int devices_swipe(struct devices *d, const char *reader, const char *code)
{
    char line[CARD_CODE_TEXT + 1];
    struct card_read card;
    struct bus *bus = NULL;
    int n = snprintf(line, sizeof(line), "%s\n", code);

    for (size_t i = 0; i < d->n_buses; i++)
        if (d->buses[i].ops == &bus_virtual)
            bus = d->buses[i].bus;
    if (!bus)
        return -ENOENT;
    if (n >= (int)sizeof(line) || card_parse(code, &card) < 0)
        return -EINVAL;
    n = bus_virtual_push(bus, reader, (const uint8_t *)line, (size_t)n);
    return n == -ENODEV ? -ENOENT : n;
}

/* ---- start and stop ---- */

/* Every configured reader names a model, of a serial reader one that reads a serial line. */
static int named_check(const struct models *models, const struct config_readers *named,
                       const char *bus, char *error, size_t error_size)
{
    for (size_t i = 0; i < named->n; i++) {
        const struct model *model = models_find(models, named->items[i].model);

        if (model && (!bus || strcmp(model->driver->bus, bus) == 0))
            continue;
        snprintf(error, error_size, "[devices]: %s is no model of %s", named->items[i].model,
                 bus ? "a serial reader" : "a reader");
        return -EINVAL;
    }
    return 0;
}

int devices_models(const struct config *c, struct models **ret_models, char *error,
                   size_t error_size)
{
    const char *folders[] = {c->models_dir, "/etc/anchangd/models", NULL};
    struct models *models = NULL;
    int r = models_load(folders, &models, error, error_size);

    if (r == 0)
        r = named_check(models, &c->serial, bus_tty.name, error, error_size);
    if (r == 0)
        r = named_check(models, &c->replay, NULL, error, error_size);
    if (r < 0)
        models_free(models);
    else
        *ret_models = models;
    return r;
}

/* What a bus is told to look for. */
static void paths_of(const struct config *c, const struct bus_ops *ops,
                     const char *ret_paths[CONFIG_READERS_MAX + 1])
{
    const struct config_readers *named = ops == &bus_tty       ? &c->serial
                                         : ops == &bus_replay  ? &c->replay
                                         : ops == &bus_virtual ? &c->virtual
                                                               : NULL;
    size_t n = 0;

    for (; named && n < named->n; n++)
        ret_paths[n] = named->items[n].path;
    ret_paths[n] = NULL;
}

static int loop_join(struct devices *d)
{
    int r;

    d->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (d->wake_fd < 0)
        return -errno;
    r = sd_event_add_io(d->options.loop, &d->wake, d->wake_fd, EPOLLIN, on_wake, d);
    if (r >= 0)
        r = sd_event_add_time_relative(d->options.loop, &d->timer, CLOCK_BOOTTIME, 0, 0, on_timer,
                                       d);
    return r < 0 ? r : 0;
}

int devices_create(const struct devices_options *options, struct devices **ret_devices)
{
    struct devices *d = calloc(1, sizeof(*d));
    int r;

    if (!d)
        return -ENOMEM;
    d->options = *options;
    d->wake_fd = -1;
    pthread_mutex_init(&d->lock, NULL);
    r = db_open(options->app->db_path, DB_READER, &d->db);
    if (r == 0)
        r = rows_load(d);
    if (r == 0)
        r = loop_join(d);
    if (r < 0) {
        devices_stop(d);
        return r;
    }
    *ret_devices = d;
    return 0;
}

void devices_start(struct devices *d)
{
    static const struct bus_events events = {
        .arrived = on_arrived, .left = on_left, .state = on_bus};

    for (size_t i = 0; i < sizeof(bus_table) / sizeof(bus_table[0]); i++) {
        const char *paths[CONFIG_READERS_MAX + 1];
        struct bus_slot *slot = &d->buses[d->n_buses];
        int r;

        paths_of(d->options.app->config, bus_table[i], paths);
        if ((bus_table[i] == &bus_virtual || bus_table[i] == &bus_replay) && !paths[0])
            continue;
        *slot = (struct bus_slot){.owner = d, .ops = bus_table[i]};
        d->n_buses++;
        r = slot->ops->start(d->options.loop, paths, &events, slot, &slot->bus);
        if (r < 0)
            on_bus(slot, NULL, r);
    }
}

struct devices *devices_stop(struct devices *d)
{
    if (!d)
        return NULL;
    for (size_t i = 0; i < DEVICES_MAX; i++)
        if (d->entries[i].used)
            port_drop(&d->entries[i]);
    for (size_t i = 0; i < d->n_buses; i++)
        if (d->buses[i].bus)
            d->buses[i].bus = d->buses[i].ops->stop(d->buses[i].bus);
    sd_event_source_unref(d->timer);
    sd_event_source_unref(d->wake);
    if (d->wake_fd >= 0)
        close(d->wake_fd);
    db_close(d->db);
    pthread_mutex_destroy(&d->lock);
    free(d);
    return NULL;
}

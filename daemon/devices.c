/* devices.c - see devices.h and devices_impl.h. */
#include "daemon/devices.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "daemon/devices_impl.h"
#include "daemon/version.h"
#include "db/clock.h"
#include "drivers/bus_virtual.h"

/* A card's code, with a line end and the NUL. */
enum { SWIPE_LINE = CARD_CODE_TEXT + 1 };

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
void devices_soon(struct devices *d)
{
    timer_set(d, 0);
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
    devices_soon(slot->owner);
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
    if (!e->row.id) /* one whose row is on its way comes back with it, as absent */
        entry_drop(e);
    pthread_mutex_unlock(&d->lock);
    if (e->used)
        state_set(e, DEVICE_ABSENT, TROUBLE_NONE, 0);
    else
        entry_tell(e);
    devices_soon(d);
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
                    error == -EHOSTDOWN ? "its service does not run" : strerror(-error));
    else
        devices_log(d, LOG_NOTICE, "readers on %s are looked for again", slot->ops->name);
    pthread_mutex_lock(&d->lock);
    slot->error = -error;
    pthread_mutex_unlock(&d->lock);
    pages_tell(d, 0);
}

/* ---- what is due ---- */

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
        wait = e->try_at - now;
    return sooner(wait, port_due(e, now));
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
    readers_tell(d);
    devices_soon(d);
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
                              .is_virtual = entry_is_virtual(e),
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

bool devices_ready(struct devices *d, int64_t device_id)
{
    bool ready = false;

    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        const struct entry *e = &d->entries[i];

        if (e->used && e->row.id == device_id)
            ready = is_up(e->state);
    }
    pthread_mutex_unlock(&d->lock);
    return ready;
}

int devices_lend(struct devices *d, int64_t device_id, int64_t user_id, enum device_loan loan)
{
    const int64_t now = clock_boot_ms();
    int r = -ENOENT;

    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        struct entry *e = &d->entries[i];

        if (!e->used || e->row.id != device_id)
            continue;
        r = is_up(e->state) ? 0 : -ENODEV;
        if (r == 0 && now < e->lent_until && e->lent_user_id != user_id)
            r = -EBUSY;
        if (r == 0) {
            e->loan = loan;
            e->lent_user_id = user_id;
            e->lent_until = now + DEVICE_LENT_MS;
        }
    }
    pthread_mutex_unlock(&d->lock);
    return r;
}

void devices_lend_end(struct devices *d, int64_t device_id, int64_t user_id)
{
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        struct entry *e = &d->entries[i];

        if (e->used && e->row.id == device_id && e->lent_user_id == user_id)
            e->lent_until = 0;
    }
    pthread_mutex_unlock(&d->lock);
}

/* What a reader sends of a card that is not read well, or is none of ours. The bank card is as a
 * reader masks one: it has the format and no number. */
static const struct {
    const char *card, *line;
} swiped_wrong[] = {
    {"bad", ";88061?0\n"}, /* the check character is 3 */
    {"garbled", "n:88\x02\xff\n"},
    {"refused", ";****************=****000?0\n"},
};

static int swipe_line(const char *card, char out[SWIPE_LINE])
{
    struct card_read read;

    for (size_t i = 0; i < sizeof(swiped_wrong) / sizeof(swiped_wrong[0]); i++)
        if (strcmp(swiped_wrong[i].card, card) == 0)
            return snprintf(out, SWIPE_LINE, "%s", swiped_wrong[i].line);
    return card_parse(card, &read) < 0 ? -EINVAL : snprintf(out, SWIPE_LINE, "%s\n", card);
}

int devices_swipe(struct devices *d, const char *reader, const char *card)
{
    char line[SWIPE_LINE];
    struct bus *bus = NULL;
    int n;

    for (size_t i = 0; i < d->n_buses; i++)
        if (d->buses[i].ops == &bus_virtual)
            bus = d->buses[i].bus;
    if (!bus)
        return -ENOENT;
    n = swipe_line(card, line);
    if (n < 0)
        return n;
    n = bus_virtual_push(bus, reader, (const uint8_t *)line, (size_t)n);
    return n == -ENODEV ? -ENOENT : n;
}

static bool capture_named(const char *name)
{
    const size_t n = strlen(name);

    return n > 0 && n <= 60 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

int devices_record(struct devices *d, const char *reader, const char *capture,
                   char ret_path[DEVICE_RECORD_PATH])
{
    struct entry *e = NULL;

    for (size_t i = 0; i < DEVICES_MAX; i++)
        if (d->entries[i].used && strcmp(d->entries[i].row.name, reader) == 0)
            e = &d->entries[i];
    if (!e)
        return -ENOENT;
    if (!capture) {
        record_stop(e, "switched off");
        return 0;
    }
    if (!capture_named(capture))
        return -EINVAL;
    snprintf(ret_path, DEVICE_RECORD_PATH, "%s/captures", d->options.app->config->state_dir);
    if (mkdir(ret_path, 0700) < 0 && errno != EEXIST)
        return -errno;
    snprintf(ret_path, DEVICE_RECORD_PATH, "%s/captures/%s.cap", d->options.app->config->state_dir,
             capture);
    return record_start(e, ret_path, "recorded by anchangd " ANCHANG_VERSION);
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

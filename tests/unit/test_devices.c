/* test_devices.c - the device manager with the writer, the feed and other threads about: a reader
 * is registered, bound, heard and asked for. The readers are virtual; what buses do is in the rigs.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/devices_impl.h"
#include "daemon/http/feed.h"
#include "db/audit.h"
#include "db/clock.h"
#include "db/terminal.h"
#include "db/writer.h"
#include "drivers/port_impl.h"
#include "migrated.h"
#include "patience.h"

enum { HEARD_MAX = 64 };

struct office {
    char dir[64];
    struct config config;
    struct app app;
    struct models *models;
    sd_event *loop;
    int64_t terminal_id;
    struct {
        struct swipe_place place;
        char code[CARD_TEXT];
    } heard[HEARD_MAX];
    size_t n_heard;
    atomic_bool over;
};
static struct office office;

static int swiped(struct app *app, struct swipe_place place, const char *code,
                  char ret_id[SWIPE_ID_TEXT])
{
    (void)app;
    assert_true(office.n_heard < HEARD_MAX);
    office.heard[office.n_heard].place = place;
    snprintf(office.heard[office.n_heard++].code, CARD_TEXT, "%s", code);
    snprintf(ret_id, SWIPE_ID_TEXT, "swipe");
    return 0;
}

static void quiet(void *arg, int priority, const char *line)
{
    (void)arg, (void)priority, (void)line;
}

static void committed(void *arg, const struct change *changes, size_t n)
{
    (void)arg;
    for (size_t i = 0; i < n; i++)
        if (changes[i].kind == CHANGE_DEVICE)
            devices_changed(office.app.devices);
}

static void fatal(void *arg, int error)
{
    (void)arg;
    fail_msg("the writer died: %s", strerror(-error));
}

static int terminal_apply(struct tx *tx, void *arg)
{
    const uint8_t code[TERMINAL_HASH] = {1}, token[TERMINAL_HASH] = {2};
    const struct terminal_new t = {.kind = "counter", .name = "desk", .code_hash = code};
    int64_t *id = arg, expires;
    int r = terminal_create(tx, &t, id, &expires);

    return r < 0 ? r : terminal_pair(tx, code, token, "::1", id);
}

static int bind_apply(struct tx *tx, void *arg)
{
    const struct device_view *v = arg;
    const struct device_change change = {v->id, v->version, NULL, v->terminal_id};

    return device_update(tx, &change);
}

static int call_writer(int (*apply)(struct tx *tx, void *arg), void *arg)
{
    struct fault fault = {0};
    int r = writer_call(office.app.writer, &actor_system, apply, arg, &fault);

    fault_clear(&fault);
    return r;
}

static int setup(void **state)
{
    static const uint8_t key[AUDIT_KEY_SIZE] = {7};
    const struct feed_options feeding = {.epoch = "e"};
    const struct writer_options writing = {
        .path = office.app.db_path, .committed = committed, .fatal = fatal};
    struct devices_options options = {.app = &office.app, .swiped = swiped, .log = quiet};
    char error[MODEL_ERROR_MAX];

    (void)state;
    memset(&office, 0, sizeof(office));
    snprintf(office.dir, sizeof(office.dir), "/tmp/anchang-devices-XXXXXX");
    assert_non_null(mkdtemp(office.dir));
    snprintf(office.app.db_path, sizeof(office.app.db_path), "%s/anchang.db", office.dir);
    snprintf(office.config.models_dir, sizeof(office.config.models_dir), "drivers/models");
    for (int i = 0; i < 2; i++)
        snprintf(office.config.virtual.items[office.config.virtual.n++].path, 16, "reader %d", i);
    office.app.config = &office.config;
    audit_set_key(key);
    migrated_make(office.app.db_path);
    assert_int_equal(feed_create(&feeding, &office.app.feed), 0);
    assert_int_equal(writer_start(&writing, &office.app.writer), 0);
    assert_int_equal(call_writer(terminal_apply, &office.terminal_id), 0);
    assert_int_equal(devices_models(&office.config, &office.models, error, sizeof(error)), 0);
    assert_int_equal(sd_event_new(&office.loop), 0);
    options.loop = office.loop;
    options.models = office.models;
    assert_int_equal(devices_create(&options, &office.app.devices), 0);
    devices_start(office.app.devices);
    return 0;
}

static int teardown(void **state)
{
    static const char *const files[] = {"", "-wal", "-shm"};
    char path[600];

    (void)state;
    feed_shutdown(office.app.feed);
    writer_stop(office.app.writer);
    devices_stop(office.app.devices);
    feed_free(office.app.feed);
    models_free(office.models);
    sd_event_unref(office.loop);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", office.app.db_path, files[i]);
        unlink(path);
    }
    return rmdir(office.dir);
}

/* The reader of that mark, as the device page has it. */
static struct device_view view(const char *mark)
{
    static struct device_view views[DEVICES_MAX];
    size_t n = devices_view(office.app.devices, views, DEVICES_MAX);

    for (size_t i = 0; i < n; i++)
        if (strcmp(views[i].mark, mark) == 0)
            return views[i];
    return (struct device_view){.id = 0};
}

/* The loop goes on until @that holds. */
#define UNTIL(that)                                                                                \
    for (int64_t end = clock_boot_ms() + PATIENCE_MS; !(that);) {                                  \
        assert_true(clock_boot_ms() < end);                                                        \
        assert_true(sd_event_run(office.loop, 10000) >= 0);                                        \
    }

static void serve(const char *mark, int64_t terminal_id)
{
    struct device_view v = view(mark);

    v.terminal_id = terminal_id;
    assert_int_equal(call_writer(bind_apply, &v), 0);
    UNTIL(view(mark).terminal_id == terminal_id && view(mark).version == v.version + 1)
}

static void test_registered_bound_heard(void **state)
{
    (void)state;
    UNTIL(view("reader 0").id && view("reader 1").id)
    UNTIL(view("reader 0").state == DEVICE_READY)
    assert_true(view("reader 0").is_virtual);
    assert_int_equal(devices_swipe(office.app.devices, "reader 0", "n:88001"), 0);
    assert_int_equal(office.n_heard, 0); /* it serves nobody */
    serve("reader 0", office.terminal_id);
    assert_int_equal(devices_swipe(office.app.devices, "reader 0", "n:88002"), 0);
    assert_int_equal(devices_swipe(office.app.devices, "reader 0", "n:88002"), 0);
    assert_int_equal(devices_swipe(office.app.devices, "reader 0", "u:04A1B2C3"), 0);
    assert_int_equal(devices_swipe(office.app.devices, "reader 1", "u:04A1B2C3"), 0);
    assert_int_equal(office.n_heard, 2);
    assert_string_equal(office.heard[0].code, "n:88002");
    assert_string_equal(office.heard[1].code, "u:04A1B2C3");
    assert_int_equal(office.heard[1].place.owner, SWIPE_TERMINAL);
    assert_int_equal(office.heard[1].place.id, office.terminal_id);
    assert_int_equal(view("reader 0").counts.cards, 4);
    assert_true(view("reader 0").card_ms > 0);
}

static void test_what_is_refused(void **state)
{
    char path[DEVICE_RECORD_PATH];

    (void)state;
    UNTIL(view("reader 0").state == DEVICE_READY)
    assert_int_equal(devices_swipe(office.app.devices, "reader 9", "n:88001"), -ENOENT);
    assert_int_equal(devices_swipe(office.app.devices, "reader 0", "88001"), -EINVAL);
    assert_int_equal(devices_lend(office.app.devices, 99, 1, LOAN_TEST), -ENOENT);
    assert_int_equal(devices_record(office.app.devices, "nobody", "a", path), -ENOENT);
}

/* While it is tried from the device page no terminal hears of it. */
static void test_swipe_now(void **state)
{
    (void)state;
    UNTIL(view("reader 0").id)
    UNTIL(view("reader 0").state == DEVICE_READY)
    serve("reader 0", office.terminal_id);
    assert_int_equal(devices_lend(office.app.devices, view("reader 0").id, 5, LOAN_TEST), 0);
    assert_int_equal(devices_swipe(office.app.devices, "reader 0", "n:88003"), 0);
    assert_int_equal(office.n_heard, 0);
}

/* Who borrows a reader for a card has the next one, and only that; nobody else has it meanwhile. */
static void test_lent_for_a_card(void **state)
{
    struct devices *d;
    int64_t id;

    (void)state;
    UNTIL(view("reader 0").id)
    UNTIL(view("reader 0").state == DEVICE_READY)
    serve("reader 0", office.terminal_id);
    d = office.app.devices;
    id = view("reader 0").id;
    assert_int_equal(devices_lend(d, id, 5, LOAN_CARD), 0);
    assert_int_equal(devices_lend(d, id, 5, LOAN_CARD), 0);
    assert_int_equal(devices_lend(d, id, 6, LOAN_CARD), -EBUSY);
    assert_int_equal(devices_lend(d, id, 6, LOAN_TEST), -EBUSY);
    devices_lend_end(d, id, 6); /* it is not his */
    assert_int_equal(devices_swipe(d, "reader 0", "refused"), 0);
    assert_int_equal(office.n_heard, 0);
    assert_int_equal(devices_swipe(d, "reader 0", "n:88004"), 0);
    assert_int_equal(devices_swipe(d, "reader 0", "n:88004"), 0); /* it lies there */
    assert_int_equal(devices_swipe(d, "reader 0", "n:88005"), 0);
    assert_int_equal(office.n_heard, 2);
    assert_int_equal(office.heard[0].place.owner, SWIPE_USER);
    assert_int_equal(office.heard[0].place.id, 5);
    assert_string_equal(office.heard[0].code, "n:88004");
    assert_int_equal(office.heard[1].place.owner, SWIPE_TERMINAL);
    assert_int_equal(devices_lend(d, id, 6, LOAN_CARD), 0);
    devices_lend_end(d, id, 6);
    assert_int_equal(devices_swipe(d, "reader 0", "n:88006"), 0);
    assert_int_equal(office.heard[2].place.owner, SWIPE_TERMINAL);
}

static size_t n_views(void)
{
    static struct device_view views[DEVICES_MAX];

    return devices_view(office.app.devices, views, DEVICES_MAX);
}

/* As many as there may be. */
static int fill_apply(struct tx *tx, void *arg)
{
    char mark[24];
    int64_t id;
    int r = 0;

    for (int i = *(int *)arg; r == 0 && i < DEVICE_MAX; i++) {
        const struct device_new seen = {"usb", mark, "rdm6300", "full"};

        snprintf(mark, sizeof(mark), "full %d", i);
        r = device_seen(tx, &seen, &id);
        r = r < 0 ? r : 0;
    }
    return r;
}

static int nothing_apply(struct tx *tx, void *arg)
{
    (void)tx, (void)arg;
    return 0;
}

/* One that says another name at each plug gets no row once the registry is full: it is listed while
 * it is there, and leaves nothing behind. */
static void test_full_registry(void **state)
{
    struct device_id id = {.bus = "virtual"};
    struct bus_core *bus = NULL;
    int there = 2;

    (void)state;
    UNTIL(view("reader 0").id && view("reader 1").id)
    assert_int_equal(call_writer(fill_apply, &there), 0);
    UNTIL(n_views() == DEVICE_MAX)
    for (size_t i = 0; i < office.app.devices->n_buses; i++)
        if (office.app.devices->buses[i].ops == &bus_virtual)
            bus = (struct bus_core *)office.app.devices->buses[i].bus;
    assert_non_null(bus);
    for (int i = 0; i < DEVICES_MAX; i++) {
        snprintf(id.path, sizeof(id.path), "plug %d", i);
        bus->events->arrived(bus->arg, &id);
        assert_int_equal(call_writer(nothing_apply, NULL), 0); /* behind its own job */
        assert_true(view(id.path).present);
        assert_int_equal(view(id.path).id, 0);
        bus->events->left(bus->arg, &id);
        assert_int_equal(n_views(), DEVICE_MAX);
    }
}

static void *others(void *arg)
{
    struct bus_view buses[BUSES_MAX];

    (void)arg;
    while (!office.over) {
        static struct device_view views[DEVICES_MAX];
        size_t n = devices_view(office.app.devices, views, DEVICES_MAX);

        for (size_t i = 0; i < n; i++)
            devices_lend(office.app.devices, views[i].id, 5, LOAN_TEST);
        devices_buses(office.app.devices, buses);
        devices_changed(office.app.devices);
    }
    return NULL;
}

/* For ThreadSanitizer: what HTTP and the writer do beside the loop. */
static void test_other_threads(void **state)
{
    pthread_t thread;
    char code[16];

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, others, NULL), 0);
    UNTIL(view("reader 0").id)
    UNTIL(view("reader 0").state == DEVICE_READY)
    for (int i = 0; i < 200; i++) {
        snprintf(code, sizeof(code), "n:%05d", i);
        assert_int_equal(devices_swipe(office.app.devices, "reader 0", code), 0);
        assert_true(sd_event_run(office.loop, 100) >= 0);
    }
    office.over = true;
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(view("reader 0").counts.cards, 200);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_registered_bound_heard), CASE(test_what_is_refused), CASE(test_swipe_now),
        CASE(test_lent_for_a_card),        CASE(test_full_registry),   CASE(test_other_threads)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

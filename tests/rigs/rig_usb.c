/* rig_usb.c - bus_usb on mocked devices: what comes, goes, is taken, lies, is denied, floods.
 *
 * Under umockdev-wrapper, as nobody (root may open everything, so that DENIED could not be shown).
 */
#include "tests/unit/port_fixture.h"

#include <dlfcn.h>
#include <libusb.h>
#include <time.h>
#include <unistd.h>

#include "tests/rigs/usb_mock.h"

enum { NOBODY = 65534, ROW = 32, FLOOD = 20000 };

/* A keyboard of eight bytes, a stripe reader of 20, one that gives no report. */
static const uint8_t keyboard[] = {
    0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25,
    0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x03, 0x95, 0x06,
    0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0};
static const uint8_t stripe[] = {0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00, 0x26, 0xFF,
                                 0x00, 0x75, 0x08, 0x09, 0x30, 0x95, 0x14, 0x81, 0x02, 0xC0};
static const uint8_t nonsense[] = {0xFE, 0xFF, 0xFF, 0x81};

static struct desk desk;
static struct usb_mock *mocks[4];

static struct usb_mock_says wedge(const char *place, unsigned address)
{
    return (struct usb_mock_says){place, address, 0xFFFF, 0x0035, 3, 8, keyboard, sizeof(keyboard)};
}

static struct usb_mock_says swiper(const char *place, unsigned address)
{
    return (struct usb_mock_says){place, address, 0x0801, 0x0002, 3, 8, stripe, sizeof(stripe)};
}

/* ---- libusb, which may tell an arrival twice: as listed and as plugged ---- */

static libusb_hotplug_callback_fn told_to;

static int LIBUSB_CALL tell_twice(libusb_context *context, libusb_device *device,
                                  libusb_hotplug_event event, void *arg)
{
    told_to(context, device, event, arg);
    return told_to(context, device, event, arg);
}

int LIBUSB_CALL libusb_hotplug_register_callback(libusb_context *ctx, int events, int flags,
                                                 int vendor_id, int product_id, int dev_class,
                                                 libusb_hotplug_callback_fn cb_fn, void *user_data,
                                                 libusb_hotplug_callback_handle *callback_handle)
{
    __typeof__(&libusb_hotplug_register_callback) next =
        (__typeof__(next))dlsym(RTLD_NEXT, "libusb_hotplug_register_callback");

    told_to = cb_fn;
    return next(ctx, events, flags, vendor_id, product_id, dev_class, tell_twice, user_data,
                callback_handle);
}

static int setup(void **state)
{
    (void)state;
    usb_mock_bed();
    mocks[0] = usb_mock_plug(
        &(struct usb_mock_says){"1-1", 2, 0xFFFF, 0x0035, 3, 8, keyboard, sizeof(keyboard)});
    desk_start(&desk, &bus_usb, NULL);
    desk_wait(&desk, "state 0\narrived 1-1:1.0\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_stop(&desk);
    for (size_t i = 0; i < 4; i++)
        mocks[i] = usb_mock_free(mocks[i]);
    usb_mock_bed_free();
    return 0;
}

static struct usb_mock *plug(size_t i, struct usb_mock_says says)
{
    mocks[i] = usb_mock_plug(&says);
    return mocks[i];
}

static void pull(size_t i)
{
    usb_mock_pull(mocks[i]);
    usb_mock_told(mocks[i], "remove");
}

static void open_ready(const char *path)
{
    char line[PORT_PATH_MAX + 8];

    assert_int_equal(desk_open(&desk, path), 0);
    snprintf(line, sizeof(line), "ready %s\n", path);
    desk_wait(&desk, line);
}

/* ---- finding ---- */

static void test_found(void **state)
{
    (void)state;
    assert_string_equal(desk.last.bus, "usb");
    assert_int_equal(desk.last.vid, 0xFFFF);
    assert_int_equal(desk.last.pid, 0x0035);
    assert_string_equal(desk.last.serial, "K0053");
    assert_string_equal(desk.last.product, "Card reader");
    /* A printer is told of to nobody, and what is not asked for is not touched. */
    plug(1, (struct usb_mock_says){"1-2", 3, 0x04B8, 0x0E15, 7, 64, keyboard, sizeof(keyboard)});
    plug(2, swiper("1-3", 4));
    desk_wait(&desk, "arrived 1-3:1.0\n");
    assert_int_equal(desk_count(&desk, "1-2"), 0);
    assert_int_equal(usb_mock_opened(mocks[0]), 0);
    assert_true(usb_mock_has_kernel(mocks[0]));
    pull(0);
    desk_wait(&desk, "left 1-1:1.0\n");
}

static void test_told_twice(void **state)
{
    (void)state;
    plug(1, swiper("1-2", 3));
    desk_wait(&desk, "arrived 1-2:1.0\n");
    pull(0);
    desk_wait(&desk, "left 1-1:1.0\n");
    plug(2, swiper("1-3", 4));
    desk_wait(&desk, "arrived 1-3:1.0\n");
    assert_int_equal(desk_count(&desk, "arrived"), 3);
    assert_int_equal(desk_count(&desk, "left"), 1);
}

static void test_same_reader_twice(void **state)
{
    (void)state;
    plug(1, wedge("1-2", 3));
    desk_wait(&desk, "arrived 1-2:1.0\n");
    open_ready("1-1:1.0");
    open_ready("1-2:1.0");
    usb_mock_send(mocks[1], "\0\0\x1E\0\0\0\0\0", 8);
    desk_wait(&desk, "data 1-2:1.0 00001E0000000000\n");
    usb_mock_send(mocks[0], "\0\0\x1F\0\0\0\0\0", 8);
    desk_wait(&desk, "data 1-1:1.0 00001F0000000000\n");
}

static void test_another_port(void **state)
{
    (void)state;
    open_ready("1-1:1.0");
    pull(0);
    desk_wait(&desk, "gone 1-1:1.0 -19\n");
    desk_wait(&desk, "left 1-1:1.0\n");
    plug(1, wedge("1-2", 3));
    desk_wait(&desk, "arrived 1-2:1.0\n");
    open_ready("1-2:1.0");
    usb_mock_send(mocks[1], "\0\0\x1E\0\0\0\0\0", 8);
    desk_wait(&desk, "data 1-2:1.0 00001E0000000000\n");
}

/* The new one is there before the system has told that the old one went. */
static void test_quick_replug(void **state)
{
    (void)state;
    open_ready("1-1:1.0");
    usb_mock_pull(mocks[0]);
    usb_mock_forget(mocks[0]);
    plug(1, wedge("1-1", 3));
    desk_wait(&desk, "gone 1-1:1.0 -19\n");
    desk_wait(&desk, "left 1-1:1.0\n");
    desk_wait(&desk, "arrived 1-1:1.0\n");
    open_ready("1-1:1.0");
    usb_mock_send(mocks[1], "\0\0\x1E\0\0\0\0\0", 8);
    desk_wait(&desk, "data 1-1:1.0 00001E0000000000\n");
}

/* ---- opening ---- */

static void test_taken_from_kernel(void **state)
{
    (void)state;
    open_ready("1-1:1.0");
    assert_false(usb_mock_has_kernel(mocks[0]));
    desk_close(desk_port(&desk, "1-1:1.0"));
    assert_false(usb_mock_has_kernel(mocks[0])); /* no card is typed while nobody listens */
    open_ready("1-1:1.0");
    assert_int_equal(usb_mock_opened(mocks[0]), 2);
}

static void test_denied(void **state)
{
    (void)state;
    usb_mock_deny(mocks[0], true);
    assert_int_equal(desk_open(&desk, "1-1:1.0"), -EACCES);
    usb_mock_deny(mocks[0], false);
    open_ready("1-1:1.0");
}

static void test_busy(void **state)
{
    (void)state;
    usb_mock_busy(mocks[0], true);
    assert_int_equal(desk_open(&desk, "1-1:1.0"), -EBUSY);
    usb_mock_busy(mocks[0], false);
    open_ready("1-1:1.0");
    assert_int_equal(desk_open(&desk, "1-9:1.0"), -ENODEV);
}

static void test_lies(void **state)
{
    struct usb_mock_says says = wedge("1-2", 3);

    (void)state;
    says.descriptor = nonsense;
    says.n_descriptor = sizeof(nonsense);
    plug(1, says);
    says = wedge("1-3", 4);
    says.n_descriptor = 4000; /* more than any has */
    plug(2, says);
    desk_wait(&desk, "arrived 1-3:1.0\n");
    assert_int_equal(desk_open(&desk, "1-2:1.0"), 0);
    desk_wait(&desk, "gone 1-2:1.0 -71\n"); /* -EPROTO */
    assert_int_equal(desk_open(&desk, "1-3:1.0"), -EPROTO);
    usb_mock_answer(mocks[0], USB_REFUSES);
    assert_int_equal(desk_open(&desk, "1-1:1.0"), 0);
    desk_wait(&desk, "gone 1-1:1.0 -71\n");
    assert_int_equal(desk_count(&desk, "ready"), 0);
}

static void test_silent(void **state)
{
    (void)state;
    plug(1, wedge("1-2", 3));
    desk_wait(&desk, "arrived 1-2:1.0\n");
    open_ready("1-2:1.0");
    usb_mock_answer(mocks[0], USB_SILENT);
    assert_int_equal(desk_open(&desk, "1-1:1.0"), 0);
    usb_mock_send(mocks[1], "\0\0\x1E\0\0\0\0\0", 8); /* the other one reads meanwhile */
    desk_wait(&desk, "data 1-2:1.0 00001E0000000000\n");
    assert_int_equal(desk_count(&desk, "gone"), 0);
    desk_wait(&desk, "gone 1-1:1.0 -110\n"); /* -ETIMEDOUT */
}

/* ---- reading ---- */

static void test_split_report(void **state)
{
    static const uint8_t report[20] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};

    (void)state;
    plug(1, swiper("1-2", 3));
    desk_wait(&desk, "arrived 1-2:1.0\n");
    open_ready("1-2:1.0");
    assert_int_equal(desk_port(&desk, "1-2:1.0")->facts.report_size, 20);
    assert_int_equal(desk_port(&desk, "1-2:1.0")->facts.interface_class, 3);
    assert_memory_equal(desk_port(&desk, "1-2:1.0")->facts.descriptor, stripe, sizeof(stripe));
    usb_mock_send(mocks[1], report, 16);
    desk_rest(&desk, 30);
    assert_int_equal(desk_count(&desk, "data"), 0); /* not before it is whole */
    usb_mock_send(mocks[1], report + 16, 4);
    usb_mock_send(mocks[1], report, 20);
    desk_wait(&desk, "data 1-2:1.0 0102030405060708090A0B0C0D0E0F1011000000\n"
                     "data 1-2:1.0 0102030405060708090A0B0C0D0E0F1011000000\n");
}

static void test_mid_frame(void **state)
{
    (void)state;
    plug(1, swiper("1-2", 3));
    desk_wait(&desk, "arrived 1-2:1.0\n");
    open_ready("1-2:1.0");
    usb_mock_send(mocks[1], "12345678", 8);
    pull(1);
    desk_wait(&desk, "gone 1-2:1.0 -19\n");
    desk_wait(&desk, "left 1-2:1.0\n");
    usb_mock_forget(mocks[1]);
    plug(2, swiper("1-2", 4));
    desk_wait(&desk, "arrived 1-2:1.0\n");
    open_ready("1-2:1.0");
    usb_mock_send(mocks[2], "abcdefghijklmnopqrst", 20);
    desk_wait(&desk, "data 1-2:1.0 6162636465666768696A6B6C6D6E6F7071727374\n");
    assert_int_equal(desk_count(&desk, "data"), 1);
}

/* All keys of a card, and more, while the loop is busy elsewhere. */
static void test_burst(void **state)
{
    uint8_t key[8] = {0};

    (void)state;
    open_ready("1-1:1.0");
    for (int i = 1; i <= ROW; i++) {
        key[2] = (uint8_t)i;
        usb_mock_send(mocks[0], key, sizeof(key));
    }
    assert_int_equal(usb_mock_lost(mocks[0]), 0);
    desk_wait(&desk, "data 1-1:1.0 0000200000000000\n");
    assert_int_equal(desk_count(&desk, "data"), ROW);
}

/* Transfers that end with an error: gone, though it is still there. */
static void test_failed(void **state)
{
    static const struct {
        int error;
        const char *line;
    } rows[] = {
        {-EPROTO, "gone 1-1:1.0 -5\n"},
        {-EPIPE, "gone 1-1:1.0 -32\n"},
        {-EOVERFLOW, "gone 1-1:1.0 -75\n"},
        {-ESHUTDOWN, "gone 1-1:1.0 -19\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        open_ready("1-1:1.0");
        usb_mock_fail(mocks[0], rows[i].error);
        desk_wait(&desk, rows[i].line);
    }
    open_ready("1-1:1.0");
    assert_int_equal(desk_count(&desk, "left"), 0);
    assert_int_equal(desk_count(&desk, "gone"), sizeof(rows) / sizeof(rows[0]));
}

/* The system slept: all transfers came back empty, and reading goes on. */
static void test_resumed(void **state)
{
    (void)state;
    open_ready("1-1:1.0");
    usb_mock_fail(mocks[0], -ENOENT);
    while (usb_mock_waiting(mocks[0]) < ROW)
        desk_rest(&desk, 1);
    usb_mock_send(mocks[0], "\0\0\x1E\0\0\0\0\0", 8);
    desk_wait(&desk, "data 1-1:1.0 00001E0000000000\n");
}

static void test_close_inside(void **state)
{
    (void)state;
    open_ready("1-1:1.0");
    desk_port(&desk, "1-1:1.0")->close_on_data = true;
    usb_mock_send(mocks[0], "\0\0\x1E\0\0\0\0\0", 8);
    usb_mock_send(mocks[0], "\0\0\x1F\0\0\0\0\0", 8);
    desk_wait(&desk, "data 1-1:1.0 00001E0000000000\n");
    desk_rest(&desk, 30);
    assert_int_equal(desk_count(&desk, "data"), 1);
    assert_int_equal(usb_mock_waiting(mocks[0]), 0);
}

static int64_t cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void test_flood_paused(void **state)
{
    int64_t begin;

    (void)state;
    open_ready("1-1:1.0");
    desk_pause(&desk, "1-1:1.0", true);
    desk_rest(&desk, 30);
    assert_int_equal(usb_mock_waiting(mocks[0]), 0); /* nothing asks it for a report */
    for (int i = 0; i < FLOOD; i++)
        usb_mock_send(mocks[0], "garbage!", 8);
    assert_int_equal(usb_mock_lost(mocks[0]), FLOOD);
    begin = cpu_us();
    desk_rest(&desk, 200);
    assert_true(cpu_us() - begin < 10000); /* under 5 % of a core, our share of the test too */
    assert_int_equal(desk_count(&desk, "data"), 0);
    desk_pause(&desk, "1-1:1.0", false);
    usb_mock_send(mocks[0], "\0\0\x1E\0\0\0\0\0", 8);
    desk_wait(&desk, "data 1-1:1.0 00001E0000000000\n");
    assert_int_equal(usb_mock_waiting(mocks[0]), ROW);
}

/* Also when nothing is asked of it, so that nothing can fail. */
static void test_gone_while_paused(void **state)
{
    (void)state;
    open_ready("1-1:1.0");
    desk_pause(&desk, "1-1:1.0", true);
    desk_rest(&desk, 30);
    pull(0);
    desk_wait(&desk, "gone 1-1:1.0 -19\n");
    desk_wait(&desk, "left 1-1:1.0\n");
}

static void test_stop_with_all_open(void **state)
{
    (void)state;
    plug(1, swiper("1-2", 3));
    desk_wait(&desk, "arrived 1-2:1.0\n");
    open_ready("1-1:1.0");
    assert_int_equal(desk_open(&desk, "1-2:1.0"), 0); /* and has not answered yet */
    usb_mock_send(mocks[0], "\0\0\x1E\0\0\0\0\0", 8);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_found),
        CASE(test_told_twice),
        CASE(test_same_reader_twice),
        CASE(test_another_port),
        CASE(test_quick_replug),
        CASE(test_taken_from_kernel),
        CASE(test_denied),
        CASE(test_busy),
        CASE(test_lies),
        CASE(test_silent),
        CASE(test_split_report),
        CASE(test_mid_frame),
        CASE(test_burst),
        CASE(test_failed),
        CASE(test_resumed),
        CASE(test_close_inside),
        CASE(test_flood_paused),
        CASE(test_gone_while_paused),
        CASE(test_stop_with_all_open),
    };

    if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

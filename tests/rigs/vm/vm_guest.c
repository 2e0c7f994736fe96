/* vm_guest.c - inside the virtual machine: plugs and pulls readers, holds cards to them, and sees
 * what the installed daemon, under its own unit and by the rules of udev alone, makes of them.
 *
 *     vm_guest     as root, systemd being up
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/input.h>
#include <linux/usbdevice_fs.h>
#include <poll.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/rigs/vm/gadget.h"
#include "tests/rigs/vm/hands.h"
#include "tests/rigs/vm/office.h"
#include "tests/rigs/vm/paper.h"
#include "tests/rigs/vm/unit.h"

enum { TEXT = 256, CARDS = 2 };
/* Ports of dummy_hcd. */
enum {
    PORT_WEDGE,
    PORT_SWIPER,
    PORT_KEYBOARD,
    PORT_LINE,
    PORT_FREE,
    PORT_STRANGER,
    PORT_LIAR,
    PORT_PRINTER
};
/* Of /dev/hidg, in the order of making; there are four. */
enum { KEYS_WEDGE, KEYS_KEYBOARD, KEYS_STRANGER, KEYS_LIAR, KEYS_TWIN = KEYS_LIAR };

#define LIAR     "0801:0001:0/L0001"
#define BY_ID    "/dev/serial/by-id/"
#define INPUT_OF "/dev/input/by-id/usb-Anchang_Test_"

static const uint8_t keyboard[] = {
    0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25,
    0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x03, 0x95, 0x06,
    0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0};
/* A stripe reader: a report of 337 bytes, and a feature report of 24. */
static const uint8_t stripe[] = {0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00, 0x26,
                                 0xFF, 0x00, 0x75, 0x08, 0x09, 0x30, 0x96, 0x51, 0x01, 0x81,
                                 0x02, 0x09, 0x20, 0x95, 0x18, 0xB2, 0x02, 0x01, 0xC0};
/* Eight bytes of a maker's own. */
static const uint8_t nothing_known[] = {0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01,
                                        0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08,
                                        0x95, 0x08, 0x09, 0x02, 0x81, 0x02, 0xC0};

/* A reader, as the registry knows it, and the terminal whose page hears of its cards. */
struct known {
    const char *mark;
    struct place *place;
    int64_t id;
    unsigned swipes;
};
static struct place {
    struct page page;
    int64_t id;
    struct stream *stream;
} counter, kiosk;

static struct known wedge = {"ffff:0035:0/W0001", &counter, 0, 0},
                    swiper = {"0801:0002:0/M0001", &kiosk, 0, 0},
                    line = {BY_ID "usb-Anchang_Test_line_S0001-if00", &counter, 0, 0},
                    adapter = {BY_ID "usb-QEMU_QEMU_USB_SERIAL_FT0001-if00-port0", &kiosk, 0, 0},
                    stranger = {"1234:5678:0/X0001", &kiosk, 0, 0};

/* A tag is the same card at each reader of tags. */
static const uint32_t tags[CARDS] = {0x00BC614E, 0x00A1B2C3};
static const char *const stripes[CARDS] = {"8806123456", "8806123457"};
static int64_t tag_cards[CARDS], stripe_cards[CARDS];

static struct page control;
static struct stream *notices; /* of the device page */

/* ---- what the device page shows ---- */

/* Owned; NULL: it is not in the list. */
static json_t *device_get(const char *mark)
{
    json_t *list = page_ask(&control, "GET", "/api/v1/devices", NULL), *item, *found = NULL;
    size_t i;

    json_array_foreach(json_object_get(list, "items"), i,
                       item) if (strcmp(json_string_value(json_object_get(item, "mark")), mark) ==
                                 0) found = json_incref(item);
    json_decref(list);
    return found;
}

/* @want NULL: there is none. */
static bool word_is(const json_t *device, const char *key, const char *want)
{
    const char *word = json_string_value(json_object_get(device, key));

    return want ? word && strcmp(word, want) == 0 : !word;
}

/* Waits until it is so, as the page would: told of a change, it looks again. Owned. */
static json_t *expect(const char *mark, const char *state, const char *trouble)
{
    int64_t until = now_ms() + PATIENCE_MS;

    for (;;) {
        json_t *device = device_get(mark);

        if (device && word_is(device, "state", state) && word_is(device, "trouble", trouble))
            return device;
        if (now_ms() > until)
            fail_msg("%s is not %s: %s", mark, state, device ? json_dumps(device, 0) : "unknown");
        json_decref(device);
        json_decref(stream_next(notices, "device", 1000));
    }
}

static void expect_state(const char *mark, const char *state, const char *trouble)
{
    json_decref(expect(mark, state, trouble));
}

static void expect_ready(const struct known *reader)
{
    expect_state(reader->mark, "ready", NULL);
}

static void expect_absent(const struct known *reader)
{
    expect_state(reader->mark, "absent", NULL);
}

/* To its terminal, once it has its row. */
static void bind(struct known *reader)
{
    char path[TEXT];
    json_int_t version;

    do {
        json_t *device = expect(reader->mark, "ready", NULL);

        reader->id = json_integer_value(json_object_get(device, "id"));
        version = json_integer_value(json_object_get(device, "version"));
        json_decref(device);
    } while (!reader->id);
    snprintf(path, sizeof(path), "/api/v1/devices/%d", (int)reader->id);
    json_decref(page_ask(
        &control, "PATCH", path,
        json_pack("{s:I, s:I}", "version", version, "terminal_id", (json_int_t)reader->place->id)));
}

/* ---- cards ---- */

static int64_t card_issue(int customer, const char *form, const char *card)
{
    char path[TEXT], code[TEXT];
    json_int_t id = 0;
    json_t *issued;

    snprintf(code, sizeof(code), "%s:%s", form, card);
    snprintf(path, sizeof(path), "/api/v1/customers/%d/cards", customer);
    issued = page_ask(&counter.page, "POST", path,
                      json_pack("{s:s, s:s}", "code", code, "terms", "rig"));
    assert_int_equal(json_unpack(issued, "{s:I}", "id", &id), 0);
    json_decref(issued);
    return id;
}

/* The page of its terminal hears of this very card, from this very reader. */
static void expect_card(const struct known *reader, int64_t card)
{
    json_t *heard = stream_next(reader->place->stream, "swipe", PATIENCE_MS), *found;
    const char *id = json_string_value(json_object_get(heard, "id"));
    json_int_t got = 0;
    char path[TEXT];

    if (!heard || !word_is(heard, "result", "card"))
        fail_msg("%s: no card is heard of: %s", reader->mark, heard ? json_dumps(heard, 0) : "");
    assert_int_equal(json_integer_value(json_object_get(heard, "device")), reader->id);
    snprintf(path, sizeof(path), "/api/v1/cards/find?swipe=%s", id);
    found = page_ask(&reader->place->page, "GET", path, NULL);
    assert_int_equal(json_unpack(found, "{s:{s:I}}", "card", "id", &got), 0);
    assert_int_equal(got, card);
    json_decref(found);
    json_decref(heard);
}

/* Two cards take turns at each reader: one that comes again within two seconds is no new swipe. */
static size_t card_next(struct known *reader)
{
    return reader->swipes++ % CARDS;
}

static void typed(struct known *reader, unsigned keys)
{
    size_t i = card_next(reader);

    tag_typed(keys, tags[i], true);
    expect_card(reader, tag_cards[i]);
}

static void swiped(void)
{
    size_t i = card_next(&swiper);

    stripe_swiped(stripes[i]);
    expect_card(&swiper, stripe_cards[i]);
}

static void sent(struct known *reader, const char *node)
{
    size_t i = card_next(reader);

    tag_sent(node, tags[i], TAG_FRAME);
    expect_card(reader, tag_cards[i]);
}

#define LINE_END    "/dev/ttyGS0"
#define ADAPTER_END "/dev/ttyS1" /* QEMU leads it into its adapter */

static void read_wedge(void)
{
    typed(&wedge, KEYS_WEDGE);
}

static void read_line(void)
{
    sent(&line, LINE_END);
}

static void read_adapter(void)
{
    sent(&adapter, ADAPTER_END);
}

/* From @begin, when it was plugged in, until its next card has been heard of. How long that may
 * take is judged by the figure `replug` of the bench. */
static void replug_measure(const char *what, const struct known *reader, void (*read)(void),
                           int64_t begin)
{
    int ready;

    expect_ready(reader);
    ready = (int)(now_ms() - begin);
    read();
    printf("replug: %s: ready after %d ms, read after %d ms\n", what, ready,
           (int)(now_ms() - begin));
}

static void replug(const char *what, const struct known *reader, void (*read)(void),
                   const char *gadget, unsigned port)
{
    int64_t begin;

    gadget_pull(gadget);
    expect_absent(reader);
    begin = now_ms();
    gadget_plug(gadget, port);
    replug_measure(what, reader, read, begin);
}

/* ---- what the system makes of it ---- */

/* The kernel's name for the interface of a reader, "2-1:1.0". */
static void interface_of(unsigned port, char *out)
{
    char path[TEXT], text[16] = "";
    int fd;

    snprintf(path, sizeof(path), "/sys/devices/platform/dummy_hcd.%u/", port);
    for (unsigned bus = 1; bus < 32; bus++) {
        snprintf(path, sizeof(path), "/sys/devices/platform/dummy_hcd.%u/usb%u/busnum", port, bus);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        must(read(fd, text, sizeof(text) - 1) > 0, path);
        close(fd);
        snprintf(out, TEXT, "%lu-1:1.0", strtoul(text, NULL, 10));
        return;
    }
    fail_msg("no bus of port %u", port);
}

/* Which of the kernel's drivers has what is at the port; "" none. */
static const char *driver_of(unsigned port)
{
    static char link[TEXT];
    char interface[TEXT], path[2 * TEXT];
    ssize_t n;

    interface_of(port, interface);
    snprintf(path, sizeof(path), "/sys/bus/usb/devices/%s/driver", interface);
    n = readlink(path, link, sizeof(link) - 1);
    link[n > 0 ? n : 0] = '\0';
    return n > 0 ? basename(link) : "";
}

static void expect_input(const char *path)
{
    int64_t until = now_ms() + PATIENCE_MS;

    while (access(path, F_OK) < 0 && now_ms() < until)
        poll(NULL, 0, 50);
    assert_int_equal(access(path, F_OK), 0);
}

/* ---- tests, each upon the one before ---- */

static void test_start(void **state)
{
    struct passwd entry, *user = NULL;
    char text[1024];

    (void)state;
    gadget_plug("wedge", PORT_WEDGE);
    gadget_plug("swiper", PORT_SWIPER);
    gadget_plug("keyboard", PORT_KEYBOARD);
    gadget_plug("stranger", PORT_STRANGER);
    gadget_plug("liar", PORT_LIAR);
    gadget_plug("line", PORT_LINE);
    gadget_plug("printer", PORT_PRINTER);
    assert_int_equal(unit_do("start"), 0); /* that is, it said that it is ready */
    assert_int_equal(getpwnam_r("anchangd", &entry, text, sizeof(text), &user), 0);
    assert_non_null(user);
    assert_int_equal(unit_process_number("Uid"), user->pw_uid);
    assert_int_equal(unit_process_number("CapEff"), 0);
    assert_int_equal(unit_process_number("NoNewPrivs"), 1);
    assert_int_equal(unit_process_number("Seccomp"), 2);
}

static void test_states(void **state)
{
    (void)state;
    page_log_in(&control, "control");
    notices = stream_open(&control, "/api/v1/devices/events");
    expect_ready(&wedge);
    expect_ready(&swiper);
    expect_ready(&line);
    expect_ready(&adapter);
    expect_state(stranger.mark, "denied", "rights");
    expect_state(LIAR, "unsupported", "lies");
    expect_state("046d:c31c:0/K0001", "unsupported", "no-model");
    expect_state("Virtual PCD 00 00", "ready", NULL); /* pcscd's, of vpcd */
    assert_string_equal(driver_of(PORT_SWIPER), "usbfs");
    assert_string_equal(driver_of(PORT_STRANGER), "usbhid");
    assert_string_equal(driver_of(PORT_KEYBOARD), "usbhid");
    gadget_pull("liar");
    expect_state(LIAR, "absent", NULL);
    gadget_hid_drop("liar");
}

static void test_read(void **state)
{
    (void)state;
    counter.id = page_pair(&counter.page, &control, "counter", "rig");
    kiosk.id = page_pair(&kiosk.page, &control, "kiosk", "rig too");
    counter.stream = stream_open(&counter.page, "/api/v1/terminal/events");
    kiosk.stream = stream_open(&kiosk.page, "/api/v1/terminal/events");
    page_log_in(&counter.page, "cashier");
    page_log_in(&kiosk.page, "cashier");
    for (int i = 0; i < CARDS; i++) {
        char uid[16];

        snprintf(uid, sizeof(uid), "%08X", tags[i]);
        tag_cards[i] = card_issue(1 + i, "u", uid);
        stripe_cards[i] = card_issue(1 + i, "n", stripes[i]);
    }
    bind(&wedge);
    bind(&swiper);
    bind(&line);
    bind(&adapter);
    for (int i = 0; i < CARDS; i++) {
        read_wedge();
        swiped(); /* 43 packets, one report */
        read_line();
        read_adapter();
    }
}

/* The operator's keyboard, all the while, is the kernel's. */
static void test_keyboard(void **state)
{
    struct pollfd wait = {.events = POLLIN};
    struct input_event event = {0};

    (void)state;
    expect_input(INPUT_OF "keyboard_K0001-event-kbd");
    assert_int_equal(access(INPUT_OF "wedge_W0001-event-kbd", F_OK), -1);
    wait.fd = open(INPUT_OF "keyboard_K0001-event-kbd", O_RDONLY | O_CLOEXEC);
    assert_true(wait.fd >= 0);
    keys_type(KEYS_KEYBOARD, "7");
    while (event.type != EV_KEY && poll(&wait, 1, PATIENCE_MS) > 0)
        must(read(wait.fd, &event, sizeof(event)) == sizeof(event), "event");
    assert_int_equal(event.code, KEY_7);
    close(wait.fd);
}

static void test_rights(void **state)
{
    static const char *const commands[][4] = {
        {"cp", "/opt/vm/stranger.rules", "/etc/udev/rules.d/61-stranger.rules", NULL},
        {"udevadm", "control", "--reload", NULL},
        {"udevadm", "trigger", "--subsystem-match=usb", NULL},
        {"udevadm", "settle", NULL}, /* or what is plugged in next is waiting behind all that */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        assert_int_equal(command_run(commands[i], NULL, 0), 0);
    expect_ready(&stranger);
    assert_string_equal(driver_of(PORT_STRANGER), "usbfs");
    bind(&stranger);
    typed(&stranger, KEYS_STRANGER);
    read_wedge(); /* which heard of the same trigger */
}

static void test_replug_keys(void **state)
{
    (void)state;
    tag_typed(KEYS_WEDGE, tags[0], false);
    replug("keys, in mid-frame", &wedge, read_wedge, "wedge", PORT_WEDGE);
    replug("keys, once more", &wedge, read_wedge, "wedge", PORT_WEDGE);
    replug("keys, another port", &wedge, read_wedge, "wedge", PORT_FREE);
}

/* Two of one kind with one serial number, as cheap readers are. */
static void test_twin(void **state)
{
    struct known twin = {.place = &kiosk};
    char interface[TEXT], mark[TEXT];

    (void)state;
    gadget_make("twin", 0xFFFF, 0x0035, "W0001");
    gadget_hid("twin", 1, 1, 8, keyboard, sizeof(keyboard));
    gadget_plug("twin", PORT_WEDGE);
    interface_of(PORT_WEDGE, interface);
    snprintf(mark, sizeof(mark), "ffff:0035:0@%.*s:1.0", (int)strcspn(interface, ":"), interface);
    twin.mark = mark;
    bind(&twin);
    typed(&twin, KEYS_TWIN);
    read_wedge();
    gadget_pull("twin");
    expect_absent(&twin);
    read_wedge();
}

static void test_replug_stripe(void **state)
{
    (void)state;
    stripe_half(stripes[0]);
    replug("stripe, in mid-report", &swiper, swiped, "swiper", PORT_SWIPER);
}

static void test_replug_line(void **state)
{
    (void)state;
    tag_sent(LINE_END, tags[0], TAG_FRAME / 2);
    replug("serial, in mid-frame", &line, read_line, "line", PORT_LINE);
}

/* The kernel lets go of it, as if it were pulled, and takes it again. */
static void test_replug_adapter(void **state)
{
    int64_t begin;

    (void)state;
    tag_sent(ADAPTER_END, tags[0], TAG_FRAME / 2);
    file_print("/sys/bus/usb/devices/1-1/authorized", "0");
    expect_absent(&adapter);
    begin = now_ms();
    file_print("/sys/bus/usb/devices/1-1/authorized", "1");
    replug_measure("adapter, in mid-frame", &adapter, read_adapter, begin);
}

/* What waking does to a device whose power was off: it is reset, and the kernel's driver takes it
 * back. */
static void device_reset(unsigned port)
{
    char interface[TEXT], path[2 * TEXT], text[16] = "";
    unsigned numbers[2];
    int fd;

    interface_of(port, interface);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "/sys/bus/usb/devices/%.*s/%s", (int)strcspn(interface, ":"),
                 interface, i ? "devnum" : "busnum");
        fd = open(path, O_RDONLY | O_CLOEXEC);
        must(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, path);
        close(fd);
        numbers[i] = (unsigned)strtoul(text, NULL, 10);
    }
    snprintf(path, sizeof(path), "/dev/bus/usb/%03u/%03u", numbers[0], numbers[1]);
    fd = open(path, O_RDWR | O_CLOEXEC);
    must(fd >= 0 && ioctl(fd, USBDEVFS_RESET, 0) == 0, path);
    close(fd);
}

/* Since when it is ready, UTC ms. */
static int64_t ready_since(const struct known *reader)
{
    json_t *device = expect(reader->mark, "ready", NULL);
    int64_t since = json_integer_value(json_object_get(device, "since_ms"));

    json_decref(device);
    return since;
}

/* It was taken again since. */
static void expect_ready_after(const struct known *reader, int64_t before)
{
    const int64_t until = now_ms() + PATIENCE_MS;

    while (ready_since(reader) == before && now_ms() < until)
        json_decref(stream_next(notices, "device", 1000));
    assert_true(ready_since(reader) > before);
}

static void reset(const struct known *reader, unsigned port)
{
    const int64_t before = ready_since(reader);

    device_reset(port);
    expect_ready_after(reader, before);
}

static void test_reset(void **state)
{
    (void)state;
    reset(&wedge, PORT_FREE);
    read_wedge();
    reset(&swiper, PORT_SWIPER);
    swiped();
}

/* The kernel's own driver has it until the daemon does, and has it back. */
static void test_printer(void **state)
{
    (void)state;
    assert_string_equal(driver_of(PORT_PRINTER), "usblp");
    paper_begin();
    paper_seen_by_the_daemon("printer", PORT_PRINTER);
    assert_string_equal(driver_of(PORT_PRINTER), "usblp");
    paper_printed();
    paper_pulled("printer", PORT_PRINTER);
    assert_string_equal(driver_of(PORT_PRINTER), "usblp");
    paper_end();
    gadget_pull("printer");
}

/* It was watched and fed all this while, and nothing had to start it again. */
static void test_watchdog(void **state)
{
    int64_t until = now_ms() + PATIENCE_MS;

    (void)state;
    while (unit_number("WatchdogTimestampMonotonic") <=
               unit_number("ActiveEnterTimestampMonotonic") &&
           now_ms() < until)
        poll(NULL, 0, 500);
    assert_true(unit_number("WatchdogTimestampMonotonic") >
                unit_number("ActiveEnterTimestampMonotonic"));
    assert_int_equal(unit_number("NRestarts"), 0);
}

/* Everything is there again: readers, rows, terminals; only who was logged in is not. */
static void test_killed(void **state)
{
    int64_t until = now_ms() + PATIENCE_MS;

    (void)state;
    unit_kill();
    while (unit_number("NRestarts") == 0 && now_ms() < until)
        poll(NULL, 0, 100);
    assert_int_equal(unit_do("start"), 0); /* waits for the one that is under way */
    assert_int_equal(unit_number("NRestarts"), 1);
    stream_close(notices);
    counter.stream = stream_close(counter.stream);
    control = (struct page){""};
    page_log_in(&control, "control");
    notices = stream_open(&control, "/api/v1/devices/events");
    expect_ready(&wedge);
    expect_ready(&line);
    assert_string_equal(driver_of(PORT_FREE), "usbfs");
}

static void test_stop(void **state)
{
    (void)state;
    assert_int_equal(unit_do("stop"), 0);
    assert_int_equal(unit_number("ExecMainStatus"), 0);
    assert_true(unit_succeeded());
    assert_string_equal(driver_of(PORT_FREE), ""); /* no card is typed while nobody listens */
}

/* All devices of the machine sleep, as by closing a lid, and wake five seconds later; the kernel
 * keeps to itself only what comes after them, the processors and the firmware. The last of all, for
 * the root comes through a device that does not wake: nothing is opened from it any more. */
static void test_sleep(void **state)
{
    int64_t wedge_since, swiper_since;

    (void)state;
    assert_int_equal(unit_do("start"), 0);
    control = (struct page){""};
    page_log_in(&control, "control");
    page_log_in(&counter.page, "cashier");
    page_log_in(&kiosk.page, "cashier");
    notices = stream_open(&control, "/api/v1/devices/events");
    counter.stream = stream_open(&counter.page, "/api/v1/terminal/events");
    kiosk.stream = stream_open(&kiosk.page, "/api/v1/terminal/events");
    wedge_since = ready_since(&wedge);
    swiper_since = ready_since(&swiper);
    unit_files_read();
    assert_int_equal(mlockall(MCL_CURRENT | MCL_FUTURE), 0);
    file_print("/sys/power/pm_test", "devices");
    file_print("/sys/power/state", "mem");
    expect_ready_after(&wedge, wedge_since);
    read_wedge();
    expect_ready_after(&swiper, swiper_since);
    swiped();
    expect_ready(&line);
    read_line();
}

static void gadgets_make(void)
{
    gadget_make("wedge", 0xFFFF, 0x0035, "W0001");
    gadget_hid("wedge", 1, 1, 8, keyboard, sizeof(keyboard));
    gadget_make("keyboard", 0x046D, 0xC31C, "K0001");
    gadget_hid("keyboard", 1, 1, 8, keyboard, sizeof(keyboard));
    gadget_make("stranger", 0x1234, 0x5678, "X0001");
    gadget_hid("stranger", 1, 1, 8, keyboard, sizeof(keyboard));
    gadget_make("liar", 0x0801, 0x0001, "L0001"); /* a keyboard, by these numbers */
    gadget_hid("liar", 0, 0, 8, nothing_known, sizeof(nothing_known));
    gadget_make("swiper", 0x0801, 0x0002, "M0001");
    gadget_swiper("swiper", 8, stripe, sizeof(stripe));
    gadget_make("printer", PRINTER_VID, PRINTER_PID, "P0001");
    gadget_printer("printer");
    gadget_make("line", 0x1A86, 0x55D4, "S0001");
    gadget_acm("line");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start),       cmocka_unit_test(test_states),
        cmocka_unit_test(test_read),        cmocka_unit_test(test_keyboard),
        cmocka_unit_test(test_rights),      cmocka_unit_test(test_replug_keys),
        cmocka_unit_test(test_twin),        cmocka_unit_test(test_replug_stripe),
        cmocka_unit_test(test_replug_line), cmocka_unit_test(test_replug_adapter),
        cmocka_unit_test(test_reset),       cmocka_unit_test(test_printer),
        cmocka_unit_test(test_watchdog),    cmocka_unit_test(test_killed),
        cmocka_unit_test(test_stop),        cmocka_unit_test(test_sleep),
    };
    int failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    gadgets_make();
    for (size_t i = 0; failed == 0 && i < sizeof(tests) / sizeof(tests[0]); i++) {
        const struct CMUnitTest one[] = {tests[i]};

        failed = cmocka_run_group_tests_name(one[0].name, one, NULL, NULL);
    }
    if (failed == 0) { /* after its sleep no program can end in this machine: it closes files */
        printf("vm: exit 0\n");
        file_print("/proc/sysrq-trigger", "o");
        pause();
    }
    return failed;
}

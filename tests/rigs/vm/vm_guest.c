/* vm_guest.c - inside the virtual machine: plugs and pulls USB devices, and sees what a reader that
 * runs as nobody, by the rules of udev alone, makes of them.
 *
 *     vm_guest FOLDER-OF-PROGRAMS     as root, with udevd running and configfs mounted
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <linux/usbdevice_fs.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tests/rigs/vm/gadget.h"

enum { NOBODY = 65534, PATIENCE_MS = 20000, LOG = 1 << 16, TEXT = 256, SWIPE = 337 };
enum { PORT_WEDGE, PORT_SWIPER, PORT_KEYBOARD, PORT_LINE, PORT_FREE, PORT_STRANGER };

#define ACM  "/dev/serial/by-id/usb-Anchang_Test_line_S0001-if00"
#define FTDI "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_FT0001-if00-port0"

static const uint8_t keyboard[] = {
    0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25,
    0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x03, 0x95, 0x06,
    0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0};
/* A stripe reader: a report of 337 bytes, and a feature report of 24. */
static const uint8_t stripe[] = {0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00, 0x26,
                                 0xFF, 0x00, 0x75, 0x08, 0x09, 0x30, 0x96, 0x51, 0x01, 0x81,
                                 0x02, 0x09, 0x20, 0x95, 0x18, 0xB2, 0x02, 0x01, 0xC0};

static struct {
    pid_t pid;
    int in, out;
    size_t n, mark;
    char log[LOG];
} reader;

static const char *programs;
static char wedge[TEXT], swiper[TEXT];

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the reader ---- */

static gid_t group_id(const char *name)
{
    struct group entry, *found = NULL;
    char text[1024];

    must(getgrnam_r(name, &entry, text, sizeof(text), &found) == 0 && found, name);
    return entry.gr_gid;
}

static void reader_run(const char *path)
{
    gid_t groups[] = {group_id("anchangd"), group_id("dialout")};

    must(setgroups(2, groups) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0, "nobody");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl(path, path, "ffff:0035", "0801:0002", "1234:5678", ACM, FTDI, (char *)NULL);
    _exit(127);
}

static void reader_start(void)
{
    char path[TEXT];
    int in[2], out[2];

    snprintf(path, sizeof(path), "%s/vm_reader", programs);
    must(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0, "pipe");
    reader.n = reader.mark = 0;
    reader.pid = fork();
    if (reader.pid == 0) {
        if (dup3(in[0], 0, 0) < 0 || dup3(out[1], 1, 0) < 0)
            _exit(127);
        reader_run(path);
    }
    close(in[0]);
    close(out[1]);
    reader.in = in[1];
    reader.out = out[0];
}

static int reader_end(void)
{
    int status;

    close(reader.in);
    waitpid(reader.pid, &status, 0);
    close(reader.out);
    return status;
}

/* Its first line, after those that were waited for before, that begins with @what and has @rest in
 * it; puts its second word into @ret_path, when that is wanted. */
static bool line_find(const char *what, const char *rest, char *ret_path)
{
    char *line = reader.log + reader.mark, *end;

    for (; (end = strchr(line, '\n')); line = end + 1) {
        const char *found;
        size_t n = strlen(what);

        *end = '\0';
        found = strncmp(line, what, n) == 0 && line[n] == ' ' ? strstr(line + n, rest) : NULL;
        if (found && ret_path)
            snprintf(ret_path, TEXT, "%.*s", (int)strcspn(line + n + 1, " "), line + n + 1);
        *end = '\n';
        if (found) {
            reader.mark = (size_t)(end + 1 - reader.log);
            return true;
        }
    }
    return false;
}

/* Whether it said anything before @until. */
static bool lines_read(int64_t until)
{
    struct pollfd wait = {.fd = reader.out, .events = POLLIN};
    int64_t left = until - now_ms();
    ssize_t n = 0;

    if (poll(&wait, 1, left > 0 ? (int)left : 0) > 0)
        n = read(reader.out, reader.log + reader.n, LOG - reader.n - 1);
    if (n <= 0)
        return false;
    reader.n += (size_t)n;
    reader.log[reader.n] = '\0';
    return true;
}

static void expect_path(const char *what, const char *rest, char *ret_path)
{
    int64_t until = now_ms() + PATIENCE_MS;

    while (!line_find(what, rest, ret_path))
        if (!lines_read(until))
            fail_msg("no \"%s … %s\" in:\n%s", what, rest, reader.log + reader.mark);
}

static void expect(const char *what, const char *rest)
{
    expect_path(what, rest, NULL);
}

/* ---- what the devices do ---- */

static int node_open(const char *path)
{
    int64_t until = now_ms() + PATIENCE_MS;
    int fd;

    while ((fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) < 0 && now_ms() < until)
        poll(NULL, 0, 20);
    must(fd >= 0, path);
    return fd;
}

/* Waits until the one before was fetched. */
static void report_send(int fd, const uint8_t report[8])
{
    int64_t until = now_ms() + PATIENCE_MS;

    while (write(fd, report, 8) != 8) {
        if (errno != EAGAIN || now_ms() > until) {
            while (lines_read(now_ms()))
                ;
            fail_msg("no key is fetched: %s\n%s", strerror(errno), reader.log + reader.mark);
        }
        poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 100);
    }
}

/* A key goes down and up. */
static void type(unsigned key)
{
    uint8_t report[8] = {0, 0, (uint8_t)key};
    int fd = node_open("/dev/hidg0");

    report_send(fd, report);
    report[2] = 0;
    report_send(fd, report);
    close(fd);
}

static void typed(unsigned key)
{
    char bytes[TEXT + 32];

    type(key);
    snprintf(bytes, sizeof(bytes), "%s 0000%02X0000000000", wedge, key);
    expect("data", bytes);
    snprintf(bytes, sizeof(bytes), "%s 0000000000000000", wedge);
    expect("data", bytes);
}

static void swiped(uint8_t first)
{
    uint8_t report[SWIPE];
    char text[TEXT + 2 * SWIPE + 1];
    int n = snprintf(text, sizeof(text), "%s ", swiper);

    for (size_t i = 0; i < SWIPE; i++) {
        report[i] = (uint8_t)(first + i);
        n += snprintf(text + n, sizeof(text) - (size_t)n, "%02X", report[i]);
    }
    gadget_swipe(report, SWIPE);
    expect("data", text);
}

/* Which of the kernel's drivers has the interface; "" none. */
static void driver_of(const char *interface, char *out)
{
    char path[TEXT + 64], link[TEXT] = "";

    snprintf(path, sizeof(path), "/sys/bus/usb/devices/%s/driver", interface);
    if (readlink(path, link, sizeof(link) - 1) < 0)
        link[0] = '\0';
    snprintf(out, TEXT, "%s", link[0] ? basename(link) : "");
}

static void line_raw(int fd)
{
    struct termios t;

    must(tcgetattr(fd, &t) == 0, "line");
    cfmakeraw(&t);
    must(tcsetattr(fd, TCSANOW, &t) == 0, "line");
}

/* ---- tests, each upon the one before ---- */

static void test_found(void **state)
{
    char driver[TEXT], stranger[TEXT];

    (void)state;
    gadget_plug("wedge", PORT_WEDGE);
    gadget_plug("swiper", PORT_SWIPER);
    gadget_plug("keyboard", PORT_KEYBOARD);
    gadget_plug("stranger", PORT_STRANGER);
    reader_start();
    expect("state", "usb 0");
    /* In whatever order they come. */
    reader.mark = 0;
    expect_path("arrived", "ffff:0035 W0001", wedge);
    reader.mark = 0;
    expect_path("arrived", "0801:0002 M0001", swiper);
    reader.mark = 0;
    expect("ready", wedge);
    reader.mark = 0;
    expect("ready", swiper);
    reader.mark = 0;
    expect_path("failed", "-13", stranger); /* no rule gives it to us */
    driver_of(wedge, driver);
    assert_string_equal(driver, "usbfs");
    driver_of(swiper, driver);
    assert_string_equal(driver, "usbfs");
    driver_of(stranger, driver);
    assert_string_equal(driver, "usbhid");
    reader.mark = 0;
    expect("failed", "-13");
    gadget_pull("stranger");
    expect("left", stranger);
}

static void test_read(void **state)
{
    (void)state;
    typed(0x1E);
    swiped(1); /* 43 packets, one report */
    swiped(7);
    typed(0x28);
}

/* The operator's keyboard, all the while, is the kernel's. */
static void test_keyboard(void **state)
{
    char link[TEXT];
    int64_t until = now_ms() + PATIENCE_MS;

    (void)state;
    while (access("/dev/input/by-id/usb-Anchang_Test_keyboard_K0001-event-kbd", F_OK) < 0 &&
           now_ms() < until)
        poll(NULL, 0, 50);
    assert_true(readlink("/dev/input/by-id/usb-Anchang_Test_keyboard_K0001-event-kbd", link,
                         sizeof(link)) > 0);
    assert_int_equal(access("/dev/input/by-id/usb-Anchang_Test_wedge_W0001-event-kbd", F_OK), -1);
}

static void test_replug(void **state)
{
    int64_t begin;

    (void)state;
    gadget_pull("wedge");
    expect("gone", wedge);
    expect("left", wedge);
    begin = now_ms();
    gadget_plug("wedge", PORT_FREE); /* another port, another bus */
    expect_path("arrived", "ffff:0035", wedge);
    expect("ready", wedge);
    printf("replug: ready after %d ms", (int)(now_ms() - begin));
    typed(0x1F);
    printf(", read after %d ms\n", (int)(now_ms() - begin));
    assert_true(now_ms() - begin < 3000);
}

static void test_mid_frame(void **state)
{
    static const uint8_t part[96];

    (void)state;
    gadget_swipe(part, sizeof(part)); /* whole packets, and the report goes on */
    gadget_pull("swiper");
    expect("gone", swiper);
    expect("left", swiper);
    gadget_plug("swiper", PORT_SWIPER);
    expect("ready", swiper);
    swiped(3);
    assert_null(strstr(reader.log, "000000000000000000000000"));
}

static void test_serial(void **state)
{
    int fd;

    (void)state;
    gadget_plug("line", PORT_LINE);
    expect("arrived", ACM " 1a86:55d4 S0001");
    expect("ready", ACM);
    fd = node_open("/dev/ttyGS0");
    line_raw(fd);
    must(write(fd,
               "\x02"
               "0A\x03",
               4) == 4,
         "line");
    expect("data", ACM " 02304103");
    close(fd);
    gadget_pull("line");
    expect("gone", ACM);
    expect("left", ACM);
    gadget_plug("line", PORT_LINE);
    expect("ready", ACM);
    fd = node_open("/dev/ttyGS0");
    line_raw(fd);
    must(write(fd, "B", 1) == 1, "line");
    expect("data", ACM " 42");
    close(fd);
}

/* QEMU's adapter; what goes into the machine's second serial line comes out of it. */
static void test_ftdi(void **state)
{
    int fd = node_open("/dev/ttyS1");

    (void)state;
    line_raw(fd);
    reader.mark = 0;
    expect("ready", FTDI);
    must(write(fd,
               "\x02"
               "0A\x03",
               4) == 4,
         "line");
    expect("data", FTDI " 02304103");
    /* The kernel lets go of it, as if it were pulled, and takes it again. */
    file_print("/sys/bus/usb/devices/1-1/authorized", "0");
    expect("gone", FTDI);
    expect("left", FTDI);
    file_print("/sys/bus/usb/devices/1-1/authorized", "1");
    expect("ready", FTDI);
    must(write(fd, "B", 1) == 1, "line");
    expect("data", FTDI " 42");
    close(fd);
}

/* What waking does to a device whose power was off: it is reset, and the kernel's driver takes it
 * back. (The machine itself cannot sleep: its root would not wake.) */
static void device_reset(const char *interface)
{
    char path[TEXT + 64], text[16] = "";
    unsigned numbers[2];
    int fd;

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

static void test_reset(void **state)
{
    (void)state;
    device_reset(wedge);
    expect("gone", wedge);
    expect("ready", wedge);
    typed(0x20);
    device_reset(swiper);
    expect("gone", swiper);
    expect("ready", swiper);
    swiped(9);
}

static void test_end(void **state)
{
    char driver[TEXT];

    (void)state;
    assert_int_equal(reader_end(), 0);
    driver_of(wedge, driver);
    assert_string_equal(driver, ""); /* no card is typed while nobody listens */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),     cmocka_unit_test(test_read),
        cmocka_unit_test(test_keyboard),  cmocka_unit_test(test_replug),
        cmocka_unit_test(test_mid_frame), cmocka_unit_test(test_serial),
        cmocka_unit_test(test_ftdi),      cmocka_unit_test(test_reset),
        cmocka_unit_test(test_end),
    };

    must(argc == 2, "vm_guest FOLDER");
    programs = argv[1];
    setvbuf(stdout, NULL, _IOLBF, 0);
    gadget_make("wedge", 0xFFFF, 0x0035, "W0001");
    gadget_hid("wedge", 1, 1, 8, keyboard, sizeof(keyboard));
    gadget_make("swiper", 0x0801, 0x0002, "M0001");
    gadget_swiper("swiper", 8, stripe, sizeof(stripe));
    gadget_make("keyboard", 0x046D, 0xC31C, "K0001");
    gadget_hid("keyboard", 1, 1, 8, keyboard, sizeof(keyboard));
    gadget_make("stranger", 0x1234, 0x5678, "X0001");
    gadget_hid("stranger", 1, 1, 8, keyboard, sizeof(keyboard));
    gadget_make("line", 0x1A86, 0x55D4, "S0001");
    gadget_acm("line");
    return cmocka_run_group_tests(tests, NULL, NULL);
}

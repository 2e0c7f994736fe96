/* hands.c - see hands.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tests/rigs/vm/gadget.h"
#include "tests/rigs/vm/hands.h"
#include "tests/rigs/vm/office.h"

enum {
    REPORT = 8,
    KEY_1 = 0x1E,
    KEY_0 = 0x27,
    KEY_ENTER = 0x28,
    /* a report of the swiper: states, lengths, the kind of card, then the tracks */
    STRIPE = 337,
    STRIPE_PACKETS_HALF = 160,
    TRACK_2_LENGTH = 4,
    TRACK_2 = 117,
};

static int node_open(const char *path)
{
    int64_t until = now_ms() + PATIENCE_MS;
    int fd;

    while ((fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) < 0 && now_ms() < until)
        poll(NULL, 0, 20);
    must(fd >= 0, path);
    return fd;
}

/* ---- keyboards ---- */

/* Waits until the one before was fetched. */
static void report_send(int fd, const uint8_t report[REPORT])
{
    int64_t until = now_ms() + PATIENCE_MS;

    while (write(fd, report, REPORT) != REPORT) {
        if (errno != EAGAIN || now_ms() > until)
            fail_msg("no key is fetched: %s", strerror(errno));
        poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 100);
    }
}

static uint8_t key_of(char c)
{
    return c == '\n' ? KEY_ENTER : c == '0' ? KEY_0 : (uint8_t)(KEY_1 + c - '1');
}

void keys_type(unsigned n, const char *text)
{
    char path[32];
    int fd;

    snprintf(path, sizeof(path), "/dev/hidg%u", n);
    fd = node_open(path);
    for (; *text; text++) {
        uint8_t report[REPORT] = {0, 0, key_of(*text)};

        report_send(fd, report);
        report[2] = 0;
        report_send(fd, report);
    }
    close(fd);
}

void tag_typed(unsigned n, uint32_t uid, bool enter)
{
    char text[16];

    snprintf(text, sizeof(text), "%010u%s", uid, enter ? "\n" : "");
    keys_type(n, text);
}

/* ---- stripes ---- */

static void stripe_report(const char *number, uint8_t report[STRIPE])
{
    int n;

    memset(report, 0, STRIPE);
    n = snprintf((char *)report + TRACK_2, STRIPE - TRACK_2, ";%s?", number);
    report[TRACK_2_LENGTH] = (uint8_t)n;
}

void stripe_swiped(const char *number)
{
    uint8_t report[STRIPE];

    stripe_report(number, report);
    gadget_swipe(report, STRIPE);
}

void stripe_half(const char *number)
{
    uint8_t report[STRIPE];

    stripe_report(number, report);
    gadget_swipe(report, STRIPE_PACKETS_HALF); /* whole packets, and the report goes on */
}

/* ---- lines ---- */

static int line_open(const char *path)
{
    int fd = node_open(path);
    struct termios t;

    must(tcgetattr(fd, &t) == 0, path);
    cfmakeraw(&t);
    must(tcsetattr(fd, TCSANOW, &t) == 0, path);
    return fd;
}

void tag_sent(const char *line, uint32_t uid, size_t n)
{
    static const uint8_t maker = 0x05;
    uint8_t check = maker;
    char frame[TAG_FRAME + 1];
    int fd = line_open(line);

    for (int i = 0; i < 4; i++)
        check ^= (uint8_t)(uid >> 8 * i);
    snprintf(frame, sizeof(frame), "\x02%02X%08X%02X\x03", maker, uid, check);
    must(write(fd, frame, n) == (ssize_t)n, line);
    must(tcdrain(fd) == 0, line);
    close(fd);
}

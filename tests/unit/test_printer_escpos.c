/* test_printer_escpos.c - the driver of receipt printers against one of software, over TCP: what
 * comes out, and that what it says of a job is true whatever the printer does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "drivers/printer.h"
#include "drivers/wire.h"
#include "escpos_sim.h"
#include "paper_leaks.h"
#include "patience.h"

#define ROLL                                                                                       \
    "roll 1 48\ndrawer\nline big center\t收款收据\nline left right:fit\t张三\t￥1,234.00\ncut\n"
#define PAPER                                                                                      \
    "[drawer]\n        收款收据\n张三                                  ￥1,234.00\n[cut]\n"

static struct desk {
    int listening;
    unsigned port;
    struct printer *printer;
    int jobs;
} desk;

static const struct printer_driver *const d = &printer_escpos;

static int port_listen(unsigned port)
{
    const struct sockaddr_in at = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int on = 1;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static int begin(void **state)
{
    struct sockaddr_in at;
    socklen_t n = sizeof(at);

    (void)state;
    memset(&desk, 0, sizeof(desk));
    desk.listening = port_listen(0);
    assert_int_equal(getsockname(desk.listening, (struct sockaddr *)&at, &n), 0);
    desk.port = ntohs(at.sin_port);
    sim_start(desk.listening, -1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (desk.printer)
        d->close(desk.printer);
    sim_stop();
    close(desk.listening);
    return 0;
}

static void open_with(const char *options)
{
    char target[128];

    snprintf(target, sizeof(target), "tcp:127.0.0.1:%u%s", desk.port, options);
    assert_int_equal(d->open(target, &desk.printer), 0);
}

static struct printer_status status(void)
{
    struct printer_status s;

    d->status(desk.printer, &s);
    return s;
}

static void expect_status(enum printer_health health, const char *reason)
{
    const struct printer_status s = status();

    assert_string_equal(s.n_reasons ? s.reasons[0] : "", reason);
    assert_int_equal(s.health, health);
}

/* Sends a roll under a name of its own, which *ret_name is. */
static int send_roll(const char *roll, const char **ret_name)
{
    static char name[32];
    char why[PRINTER_WHY_TEXT];
    const struct printer_job job = {.name = name, .title = "A1", .bytes = roll, .n = strlen(roll)};

    snprintf(name, sizeof(name), "anchang-%d", desk.jobs++);
    *ret_name = name;
    return d->send(desk.printer, &job, why);
}

/* What became of it, once it is no more on. */
static int word_at_last(const char *name)
{
    const int64_t until = wire_now_ms() + PATIENCE_MS;
    char why[PRINTER_WHY_TEXT];
    int word;

    while ((word = d->ask(desk.printer, name, why)) == PRINTER_JOB_ON && wire_now_ms() < until)
        ;
    return word;
}

static void expect_printed(void)
{
    const char *name;

    assert_int_equal(send_roll(ROLL, &name), 0);
    assert_int_equal(word_at_last(name), PRINTER_JOB_PRINTED);
    assert_string_equal(sim_paper(), PAPER);
}

/* ---- tests ---- */

static void test_targets(void **state)
{
    static const char *const good[] = {
        "tcp:10.0.0.5",
        "tcp:till.local:9101",
        "tcp:[::1]",
        "tcp:[fe80::1]:9100",
        "usb:04b8:0e15",
        "usb:04B8:0E15:J1:2",
        "serial:/dev/ttyS0",
        "serial:/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0",
        "serial:/dev/ttyS0:115200 columns=32  charset=gb2312 end=id "};
    static const char *const bad[] = {"",
                                      "tcp:",
                                      "tcp::9100",
                                      "tcp:a:0",
                                      "tcp:a:70000",
                                      "tcp:[::1",
                                      "tcp:[::1]x",
                                      "tcp:::1",
                                      "usb:",
                                      "usb:04b8",
                                      "usb:04b8:0e1",
                                      "usb:04b8:0e15:",
                                      "serial:ttyS0",
                                      "serial:/dev/ttyS0:0",
                                      "lpt:1",
                                      "tcp:a columns",
                                      "tcp:a columns=3",
                                      "tcp:a columns=48x",
                                      "tcp:a charset=utf8",
                                      "tcp:a qr=maybe",
                                      "tcp:a end=",
                                      "tcp:a colour=yes"};
    struct printer *p;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(d->open(good[i], &p), 0);
        d->close(p);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(d->open(bad[i], &p), -EINVAL);
}

static void test_printed(void **state)
{
    (void)state;
    open_with("");
    expect_status(PRINTER_IDLE, "");
    expect_printed();
    expect_printed();
    expect_status(PRINTER_IDLE, "");
}

static void test_printed_by_id(void **state)
{
    const char *name;

    (void)state;
    open_with(" end=id qr=yes cutter=no");
    expect_status(PRINTER_IDLE, "");
    assert_int_equal(send_roll("roll 1 48\nqr\thttps://a\nline left\t𠮷\ncut\n", &name), 0);
    assert_int_equal(word_at_last(name), PRINTER_JOB_PRINTED);
    assert_string_equal(sim_paper(), "[qr https://a]\n[picture 576x30]\n[feed 5]\n");
}

/* One that never answers is given what there is, and no more is known. */
static void test_never_answers(void **state)
{
    const char *name;

    (void)state;
    sim.silent = true;
    open_with(" end=none");
    expect_status(PRINTER_UNKNOWN, "");
    assert_int_equal(send_roll(ROLL, &name), 0);
    assert_int_equal(word_at_last(name), PRINTER_JOB_DONE);
}

/* What keeps it from printing is said, and nothing is sent. */
static void test_not_now(void **state)
{
    const char *name;

    (void)state;
    open_with("");
    sim.empty = true;
    expect_status(PRINTER_STOPPED, "media-empty");
    assert_int_equal(send_roll(ROLL, &name), -ECANCELED);
    sim.empty = false;
    sim.cover = true;
    expect_status(PRINTER_STOPPED, "cover-open");
    assert_int_equal(send_roll(ROLL, &name), -ECANCELED);
    sim.cover = false;
    sim.low = true;
    expect_status(PRINTER_IDLE, "media-low");
    sim.silent = true;
    expect_status(PRINTER_GONE, "timed-out");
    assert_int_equal(send_roll(ROLL, &name), -ECANCELED);
    sim.silent = false;
    expect_printed(); /* and nothing else before it */
}

static void test_no_printer(void **state)
{
    const char *name;

    (void)state;
    sim_stop();
    close(desk.listening);
    open_with("");
    expect_status(PRINTER_GONE, "offline");
    assert_int_equal(send_roll(ROLL, &name), -ECANCELED);
    desk.listening = port_listen(desk.port);
    sim_start(desk.listening, -1);
    expect_printed();
}

/* The paper ends in the middle: it waits with what it has, and goes on when there is paper. */
static void test_paper_ends(void **state)
{
    const char *name;
    char why[PRINTER_WHY_TEXT];

    (void)state;
    open_with("");
    expect_status(PRINTER_IDLE, "");
    sim.empty_after = 1;
    assert_int_equal(send_roll(ROLL, &name), 0);
    while (!sim.empty)
        poll(NULL, 0, 1);
    expect_status(PRINTER_STOPPED, "media-empty");
    assert_int_equal(d->ask(desk.printer, name, why), PRINTER_JOB_ON);
    sim.empty = false;
    assert_int_equal(word_at_last(name), PRINTER_JOB_PRINTED);
    assert_string_equal(sim_paper(), PAPER);
}

/* Its cable is pulled in the middle: nobody knows. Another job is not taken for it. */
static void test_dies(void **state)
{
    const char *name;
    char why[PRINTER_WHY_TEXT], first[32];

    (void)state;
    open_with("");
    expect_status(PRINTER_IDLE, "");
    sim.dies_after = (int)sim.n_held + 20;
    assert_int_equal(send_roll(ROLL, &name), 0);
    assert_int_equal(word_at_last(name), PRINTER_JOB_BROKEN);
    snprintf(first, sizeof(first), "%s", name);
    (void)sim_paper();
    expect_printed();
    assert_int_equal(d->ask(desk.printer, first, why), PRINTER_JOB_BROKEN);
    assert_int_equal(d->ask(desk.printer, "anchang-other", why), PRINTER_JOB_GONE);
}

/* It takes the job and never says that it is out. */
static void test_no_end(void **state)
{
    const char *name;

    (void)state;
    open_with("");
    expect_status(PRINTER_IDLE, "");
    sim.no_end = true;
    assert_int_equal(send_roll(ROLL, &name), 0);
    expect_status(PRINTER_BUSY, "");
    assert_int_equal(word_at_last(name), PRINTER_JOB_BROKEN);
    /* Nothing is given to one that does not answer what it should. */
    expect_status(PRINTER_GONE, "timed-out");
    assert_int_equal(send_roll(ROLL, &name), -ECANCELED);
    sim.no_end = false;
    (void)sim_paper();
    expect_printed();
}

/* One job at a time, however slow it is. */
static void test_slow(void **state)
{
    char first[32];
    const char *name;

    (void)state;
    open_with("");
    expect_status(PRINTER_IDLE, "");
    sim.line_ms = 200;
    assert_int_equal(send_roll(ROLL, &name), 0);
    snprintf(first, sizeof(first), "%s", name);
    assert_int_equal(send_roll(ROLL, &name), -ECANCELED);
    assert_int_equal(word_at_last(first), PRINTER_JOB_PRINTED);
    assert_string_equal(sim_paper(), PAPER);
}

/* Taken back while it has no paper: what it had is forgotten, where it can be. */
static void test_taken_back(void **state)
{
    const char *name;

    (void)state;
    open_with(" end=id");
    expect_status(PRINTER_IDLE, "");
    sim.empty_after = 1;
    assert_int_equal(send_roll(ROLL, &name), 0);
    while (!sim.empty)
        poll(NULL, 0, 1);
    assert_int_equal(d->cancel(desk.printer, name), 0);
    assert_int_equal(word_at_last(name), PRINTER_JOB_BROKEN);
    assert_int_equal(d->cancel(desk.printer, name), -ENOENT);
    assert_string_equal(sim_paper(), "[drawer]\n        收款收据\n");
    expect_status(PRINTER_STOPPED, "media-empty"); /* by then it has heard of that */
    sim.empty = false;
    expect_status(PRINTER_IDLE, "");
    expect_printed();
}

static void test_no_roll(void **state)
{
    const char *name;

    (void)state;
    open_with("");
    assert_int_equal(send_roll("%PDF-1.5", &name), -ECANCELED);
    expect_printed();
}

int main(void)
{
#define OVER_TCP(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets), OVER_TCP(test_printed),
        OVER_TCP(test_printed_by_id),   OVER_TCP(test_never_answers),
        OVER_TCP(test_not_now),         OVER_TCP(test_no_printer),
        OVER_TCP(test_paper_ends),      OVER_TCP(test_dies),
        OVER_TCP(test_no_end),          OVER_TCP(test_slow),
        OVER_TCP(test_taken_back),      OVER_TCP(test_no_roll),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* rig_escpos.c - a receipt printer on a serial line, which is a pseudo-terminal that the shim
 * passes off as one: it prints, is pulled and put back, and answers too late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>

#include "drivers/printer.h"
#include "drivers/wire.h"
#include "tests/unit/escpos_sim.h"
#include "tests/unit/patience.h"

#define LINES "line left\ta\nline left\tb\nline left\tc\nline left\td\nline left\te\n"
#define ROLL  "roll 1 48\nline left\t收款收据\n" LINES LINES "cut\n"
#define PAPER "收款收据\na\nb\nc\nd\ne\na\nb\nc\nd\ne\n[cut]\n"

static char folder[64], path[96];
static struct printer *printer;
static int master = -1;

static const struct printer_driver *const d = &printer_escpos;

static void line_plug(void)
{
    char slave[64];

    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    assert_int_equal(ptsname_r(master, slave, sizeof(slave)), 0);
    assert_int_equal(symlink(slave, path), 0);
    sim_start(-1, master);
}

static void line_pull(void)
{
    sim_stop();
    close(master);
    unlink(path);
}

static int setup(void **state)
{
    char target[128];

    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/anchang-roll-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/printer", folder);
    snprintf(target, sizeof(target), "serial:%s:115200", path);
    line_plug();
    assert_int_equal(d->open(target, &printer), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    d->close(printer);
    line_pull();
    return rmdir(folder);
}

static void expect_status(enum printer_health health, const char *reason)
{
    struct printer_status s;

    d->status(printer, &s);
    assert_string_equal(s.n_reasons ? s.reasons[0] : "", reason);
    assert_int_equal(s.health, health);
}

static int send_roll(const char *name)
{
    const struct printer_job job = {name, "A1", ROLL, strlen(ROLL)};
    char why[PRINTER_WHY_TEXT];

    return d->send(printer, &job, why);
}

static int word_at_last(const char *name)
{
    const int64_t until = wire_now_ms() + PATIENCE_MS;
    char why[PRINTER_WHY_TEXT];
    int word;

    while ((word = d->ask(printer, name, why)) == PRINTER_JOB_ON && wire_now_ms() < until)
        ;
    return word;
}

static void test_printed(void **state)
{
    (void)state;
    expect_status(PRINTER_IDLE, "");
    assert_int_equal(send_roll("a"), 0);
    assert_int_equal(word_at_last("a"), PRINTER_JOB_PRINTED);
    assert_string_equal(sim_paper(), PAPER);
}

static void test_pulled(void **state)
{
    (void)state;
    expect_status(PRINTER_IDLE, "");
    sim.empty_after = 1;
    assert_int_equal(send_roll("a"), 0);
    line_pull();
    assert_int_equal(word_at_last("a"), PRINTER_JOB_BROKEN);
    expect_status(PRINTER_GONE, "offline");
    assert_int_equal(send_roll("b"), -ECANCELED);
    line_plug();
    expect_status(PRINTER_IDLE, "");
    assert_int_equal(send_roll("c"), 0);
    assert_int_equal(word_at_last("c"), PRINTER_JOB_PRINTED);
    assert_string_equal(sim_paper(), PAPER);
}

/* A job that was given up is answered after all: no later one is taken for printed by that. */
static void test_late_answer(void **state)
{
    (void)state;
    expect_status(PRINTER_IDLE, "");
    sim.empty_after = 1;
    assert_int_equal(send_roll("a"), 0);
    while (!sim.empty)
        poll(NULL, 0, 1);
    assert_int_equal(d->cancel(printer, "a"), 0);
    sim.line_ms = 200;
    sim.empty = false; /* it goes on with what it has, and answers for it */
    while (send_roll("b") == -ECANCELED)
        ;
    assert_int_equal(word_at_last("b"), PRINTER_JOB_PRINTED);
    assert_string_equal(sim_paper(), PAPER PAPER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_printed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pulled, setup, teardown),
        cmocka_unit_test_setup_teardown(test_late_answer, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* paper.c - see paper.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/rigs/vm/paper.h"

#include <fcntl.h>

#include "drivers/printer.h"
#include "tests/rigs/vm/gadget.h"
#include "tests/rigs/vm/office.h"
#include "tests/unit/escpos_sim.h"

#define TARGET "usb:04b8:0e15:P0001"
#define ROLL   "roll 1 48\nline left\t收款收据\nline left\tb\ncut\n"
#define PAPER  "收款收据\nb\n[cut]\n"

static struct printer *printer;
static int end = -1;

void paper_begin(void)
{
    const int64_t until = now_ms() + PATIENCE_MS;

    while ((end = open("/dev/g_printer0", O_RDWR | O_CLOEXEC)) < 0 && now_ms() < until)
        poll(NULL, 0, 20);
    must(end >= 0, "/dev/g_printer0");
    sim_start(-1, end);
}

void paper_end(void)
{
    sim_stop();
    close(end);
}

/* Its end is closed first: what is open of a gadget that has gone breaks the kernel when it is
 * closed (6.1, f_printer). */
static void pull(const char *gadget)
{
    paper_end();
    gadget_pull(gadget);
}

static void plug(const char *gadget, unsigned port)
{
    gadget_plug(gadget, port);
    paper_begin();
}

/* ---- as the daemon sees it ---- */

static void expect_health(const struct page *admin, int id, const char *health)
{
    const int64_t until = now_ms() + PATIENCE_MS;
    char said[32] = "";

    while (strcmp(said, health) != 0) {
        json_t *list = page_ask(admin, "GET", "/api/v1/printers", NULL), *item;
        size_t i;

        json_array_foreach(json_object_get(list, "items"), i, item)
        {
            if (json_integer_value(json_object_get(item, "id")) == id)
                snprintf(said, sizeof(said), "%s",
                         json_string_value(json_object_get(item, "health")));
        }
        json_decref(list);
        if (now_ms() > until)
            fail_msg("the printer is %s, not %s", said, health);
        poll(NULL, 0, 100);
    }
}

void paper_seen_by_the_daemon(const char *gadget, unsigned port)
{
    struct page admin = {""};
    char path[64];
    json_t *made;
    int id;

    page_log_in(&admin, "admin");
    made =
        page_ask(&admin, "POST", "/api/v1/printers",
                 json_pack("{s:s, s:s, s:s}", "name", "rig", "driver", "escpos", "target", TARGET));
    id = (int)json_integer_value(json_object_get(made, "id"));
    json_decref(made);
    expect_health(&admin, id, "idle");
    pull(gadget);
    expect_health(&admin, id, "gone");
    plug(gadget, port);
    expect_health(&admin, id, "idle");
    snprintf(path, sizeof(path), "/api/v1/printers/%d/retire", id);
    json_decref(page_ask(&admin, "POST", path, json_pack("{s:i}", "version", 1)));
    /* It lets go of it once it has heard of that. */
    while (printer_escpos.open(TARGET, &printer) == 0) {
        struct printer_status now;

        printer_escpos.status(printer, &now);
        printer_escpos.close(printer);
        if (now.health == PRINTER_IDLE)
            break;
        poll(NULL, 0, 100);
    }
}

/* ---- its driver ---- */

static void expect_status(enum printer_health health)
{
    const int64_t until = now_ms() + PATIENCE_MS;
    struct printer_status now;

    do
        printer_escpos.status(printer, &now);
    while (now.health != health && now_ms() < until);
    assert_int_equal(now.health, health);
}

static void send_roll(const char *name)
{
    const struct printer_job job = {name, "A1", ROLL, strlen(ROLL)};
    char why[PRINTER_WHY_TEXT];

    assert_int_equal(printer_escpos.send(printer, &job, why), 0);
}

static void expect_word(const char *name, enum printer_word word)
{
    const int64_t until = now_ms() + PATIENCE_MS;
    char why[PRINTER_WHY_TEXT];
    int said;

    do
        said = printer_escpos.ask(printer, name, why);
    while (said == PRINTER_JOB_ON && now_ms() < until);
    assert_int_equal(said, word);
}

void paper_printed(void)
{
    (void)sim_paper();
    assert_int_equal(printer_escpos.open(TARGET, &printer), 0);
    expect_status(PRINTER_IDLE);
    send_roll("first");
    expect_word("first", PRINTER_JOB_PRINTED);
    assert_string_equal(sim_paper(), PAPER);
    sim.empty = true;
    expect_status(PRINTER_STOPPED);
    sim.empty = false;
    expect_status(PRINTER_IDLE);
}

/* In the middle of a job: nobody knows. Put back, it prints the next one. */
void paper_pulled(const char *gadget, unsigned port)
{
    sim.empty_after = 1;
    sim.lines = 0;
    send_roll("pulled");
    while (!sim.empty)
        poll(NULL, 0, 5);
    pull(gadget);
    expect_word("pulled", PRINTER_JOB_BROKEN);
    expect_status(PRINTER_GONE);
    plug(gadget, port);
    expect_status(PRINTER_IDLE);
    send_roll("next");
    expect_word("next", PRINTER_JOB_PRINTED);
    assert_string_equal(sim_paper(), PAPER);
    printer_escpos.close(printer);
}

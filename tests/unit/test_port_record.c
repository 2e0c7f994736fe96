/* test_port_record.c - what is written of what a reader sent: whole member cards, and nothing of
 * any other. */
#include "reader_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/capture.h"
#include "drivers/port_record.h"

#define STRIPE                                                                                     \
    "[model]\nname = Test\ndriver = hid-keyboard\n[match]\nusb = 0801:0001:0\n[options]\n"         \
    "form = tracks\ntrack = any\n"
#define SERIAL "[model]\nname = Test\ndriver = stx-ascii\n[options]\nbaud = 9600\nline = 8N1\n"
#define CARD                                                                                       \
    "\x02"                                                                                         \
    "0500A1B2C3D5\x03"
#define CARD_LINE " 02 30 35 30 30 41 31 42 32 43 33 44 35 03\n"

static char path[64];
static struct record *record;
static struct reader *reader;
static struct model model;

static void begin(const char *text, const char *bus)
{
    static const struct device_facts facts = {
        .interface_class = 3, .interface_subclass = 1, .interface_protocol = 1, .report_size = 8};
    static const struct device_facts none;
    const struct device_facts *its = strcmp(bus, "usb") == 0 ? &facts : &none;
    struct device_id id = {.bus = bus, .vid = 0x0801, .pid = 1, .product = "Desk reader"};

    snprintf(path, sizeof(path), "/tmp/anchang-record-%d.cap", (int)getpid());
    unlink(path);
    model = model_of(text);
    assert_int_equal(reader_new(&model, its, &reader), 0);
    assert_int_equal(record_begin(path, "2026-11-27, by a test", &id, &model,
                                  strcmp(bus, "tty") == 0 ? &model.line : NULL, its, reader, 1000,
                                  &record),
                     0);
}

static void end(int error)
{
    record = record_end(record, 9000, error);
    reader = reader_free(reader);
}

static void feed(int64_t at_ms, const void *bytes, size_t n)
{
    struct said said = {.n = 0};

    reader_feed(reader, at_ms, bytes, n, &said_events, &said);
    assert_int_equal(record_fed(record, at_ms, bytes, n, reader), 0);
}

static const char *written(void)
{
    static char text[65536];
    FILE *f = fopen(path, "re");

    assert_non_null(f);
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void test_card(void **state)
{
    struct capture *capture = NULL;
    char error[MODEL_ERROR_MAX];
    struct stat st;

    (void)state;
    begin(SERIAL, "tty");
    feed(1010, CARD, 6);
    assert_null(strstr(written(), "<")); /* not before it is known to be a card */
    feed(1020, &CARD[6], sizeof(CARD) - 1 - 6);
    feed(3000, CARD, sizeof(CARD) - 1);
    end(-ENODEV);
    assert_int_equal(capture_read(path, &capture, error, sizeof(error)), 0);
    assert_string_equal(capture->device, "Desk reader");
    assert_string_equal(capture->model, "test");
    assert_int_equal(capture->line.baud, 9600);
    assert_int_equal(capture->n_events, 4);
    assert_int_equal(capture->events[0].at_ms, 10);
    assert_int_equal(capture->events[1].at_ms, 20);
    assert_int_equal(capture->events[2].n, sizeof(CARD) - 1);
    assert_memory_equal(capture->bytes, CARD, sizeof(CARD) - 1);
    assert_int_equal(capture->events[3].error, -ENODEV);
    capture_free(capture);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    unlink(path);
}

/* What is noise to the driver may be half a bank card. */
static void test_noise(void **state)
{
    (void)state;
    begin(SERIAL, "tty");
    feed(1000, ";4111111111111111=2512?", 23);
    feed(1010,
         "4111\x02"
         "05004111111111\x03",
         20);
    feed(2000,
         "\x02"
         "0500A1B2C3D6\x03",
         14); /* its check does not hold */
    feed(3000, "4111", 4);
    feed(3000, CARD, sizeof(CARD) - 1);
    feed(4000,
         CARD "\x02"
              "4111",
         sizeof(CARD) - 1 + 5); /* and the beginning of another */
    feed(9000, CARD, sizeof(CARD) - 1);
    end(0);
    assert_null(strstr(written(), "34 31 31 31"));
    assert_non_null(strstr(written(), "< 2000" CARD_LINE));
    assert_non_null(strstr(written(), "# left out"));
    assert_null(strstr(written(), "!"));
    unlink(path);
}

static void type(const char *text, int64_t at_ms)
{
    uint8_t reports[16 * 80];

    for (; *text; text++) {
        size_t n = key_reports(*text, reports);

        for (size_t i = 0; i < n; i += 8)
            feed(at_ms, reports + i, 8);
    }
}

static size_t pieces(void)
{
    size_t n = 0;

    for (const char *s = written(); (s = strstr(s, "\n< ")); s += 3)
        n++;
    return n;
}

static void test_bank_card(void **state)
{
    struct capture *capture = NULL;
    char error[MODEL_ERROR_MAX];

    (void)state;
    begin(STRIPE, "usb");
    type("%B4111111111111111^ZHANG/SAN^2512101?;4111111111111111=2512101?\n", 2000);
    assert_int_equal(pieces(), 0);
    type(";860012345678?\n", 4000);
    end(-EPERM);
    assert_true(pieces() > 0);
    assert_int_equal(capture_read(path, &capture, error, sizeof(error)), 0);
    assert_int_equal(capture->usb.vid, 0x0801);
    assert_int_equal(capture->facts.report_size, 8);
    for (size_t i = 0; i < capture->n_events && capture->events[i].at_ms < 3000; i++)
        for (size_t k = 0; k < capture->events[i].n; k++)
            assert_int_equal(capture->bytes[capture->events[i].offset + k], 0); /* Enter goes up */
    capture_free(capture);
    unlink(path);
}

/* What was misread before it was switched on is not held against the first card. */
static void test_begun_late(void **state)
{
    const struct device_facts none = {.report_size = 0};
    const struct device_id id = {.bus = "tty"};

    (void)state;
    begin(SERIAL, "tty");
    record = record_end(record, 1000, 0);
    unlink(path);
    reader_feed(reader, 1000, (const uint8_t *)"noise", 5, &said_events, &(struct said){.n = 0});
    assert_int_equal(
        record_begin(path, "x", &id, &model, &model.line, &none, reader, 2000, &record), 0);
    feed(3000, CARD, sizeof(CARD) - 1);
    end(0);
    assert_non_null(strstr(written(), CARD_LINE));
    assert_null(strstr(written(), "left out"));
    unlink(path);
}

static void test_header(void **state)
{
    struct device_facts facts = {.interface_class = 3, .report_size = 337, .n_descriptor = 20};
    struct device_id id = {.bus = "usb", .vid = 0x0801, .pid = 2, .interface = 1};
    struct capture *capture = NULL;
    char error[MODEL_ERROR_MAX];

    (void)state;
    for (size_t i = 0; i < facts.n_descriptor; i++)
        facts.descriptor[i] = (uint8_t)(i * 13);
    begin(SERIAL, "tty");
    assert_int_equal(
        record_begin(path, "x", &id, &model, NULL, &facts, reader, 0, &(struct record *){0}),
        -EEXIST);
    record = record_end(record, 0, 0);
    unlink(path);
    assert_int_equal(record_begin(path, "x", &id, &model, NULL, &facts, reader, 0, &record), 0);
    end(0);
    assert_int_equal(capture_read(path, &capture, error, sizeof(error)), 0);
    assert_string_equal(capture->device, "Test"); /* the model's name, as it said none */
    assert_string_equal(capture->bus, "usb");
    assert_int_equal(capture->usb.interface, 1);
    assert_int_equal(capture->facts.report_size, 337);
    assert_int_equal(capture->facts.n_descriptor, 20);
    assert_memory_equal(capture->facts.descriptor, facts.descriptor, 20);
    capture_free(capture);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_card),      cmocka_unit_test(test_noise),
        cmocka_unit_test(test_bank_card), cmocka_unit_test(test_begun_late),
        cmocka_unit_test(test_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

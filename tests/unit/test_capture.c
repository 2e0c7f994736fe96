/* test_capture.c - the text of captures: read whole, or refused with file and line. */
#include "reader_fixture.h"

#include "drivers/capture.h"

#define HEAD "# Device: a\n# Model: b\n# Transport: usb\n"

static char error[MODEL_ERROR_MAX];

static struct capture *capture_of(const char *text)
{
    struct capture *c = NULL;

    if (capture_parse("x.cap", text, strlen(text), &c, error, sizeof(error)) < 0)
        fail_msg("%s", error);
    return c;
}

static void test_whole(void **state)
{
    struct capture *c =
        capture_of("# Device: a reader\n# Model: rdm6300\n# Transport: tty 19200 7E2\n"
                   "# Usb-Id: 0801:000A:3\n# Interface-Class: 3/1/2\n"
                   "# Report-Size: 337\n# Descriptor: 05 01\n# Descriptor: C0\n"
                   "# Made: by hand\n# a remark\n\n"
                   "> 0 01\n< 5 02 3031\n< 5 03\n! 7 EIO\n! 8 hangup");

    (void)state;
    assert_string_equal(c->device, "a reader");
    assert_string_equal(c->model, "rdm6300");
    assert_string_equal(c->bus, "tty");
    assert_int_equal(c->line.baud, 19200);
    assert_int_equal(c->line.data_bits, 7);
    assert_int_equal(c->line.parity, 'e');
    assert_int_equal(c->line.stop_bits, 2);
    assert_int_equal(c->usb.pid, 0x000A);
    assert_int_equal(c->usb.interface, 3);
    assert_int_equal(c->facts.interface_protocol, 2);
    assert_int_equal(c->facts.report_size, 337);
    assert_int_equal(c->facts.n_descriptor, 3);
    assert_int_equal(c->facts.descriptor[2], 0xC0);
    assert_true(c->made);
    assert_int_equal(c->n_events, 5);
    assert_int_equal(c->events[0].kind, CAPTURE_OUT);
    assert_int_equal(c->events[1].kind, CAPTURE_IN);
    assert_int_equal(c->events[1].at_ms, 5);
    assert_int_equal(c->events[1].n, 3);
    assert_memory_equal(c->bytes + c->events[1].offset, "\x02\x30\x31", 3);
    assert_memory_equal(c->bytes + c->events[2].offset, "\x03", 1);
    assert_int_equal(c->events[3].error, -EIO);
    assert_int_equal(c->events[4].error, -ENODEV);
    assert_null(capture_free(c));
    assert_null(capture_free(NULL));
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *where;
    } rows[] = {
        {"", "x.cap: lacks"},
        {"# Device: a\n# Model: b\n", "x.cap: lacks"},
        {HEAD "02 03\n", "x.cap:4: "},
        {HEAD "<\n", "x.cap:4: "},
        {HEAD "< 0\n", "x.cap:4: "},
        {HEAD "< 0 \n", "x.cap:4: "},
        {HEAD "< 0 0\n", "x.cap:4: "},
        {HEAD "< 0 0G\n", "x.cap:4: "},
        {HEAD "< x 00\n", "x.cap:4: "},
        {HEAD "< -1 00\n", "x.cap:4: "},
        {HEAD "< 99999999999 00\n", "x.cap:4: "},
        {HEAD "< 5 00\n< 4 00\n", "x.cap:5: "}, /* time does not go back */
        {HEAD "! 0 EWHAT\n", "x.cap:4: "},
        {"# Transport: tty\n", "x.cap:1: "},
        {"# Transport: tty 9600\n", "x.cap:1: "},
        {"# Transport: tty 9600 8X1\n", "x.cap:1: "},
        {"# Transport: usb 9600 8N1\n", "x.cap:1: "},
        {"# Transport: lan\n", "x.cap:1: "},
        {"# Usb-Id: 0801:1\n", "x.cap:1: "},
        {"# Descriptor: 0\n", "x.cap:1: "},
        {"# Report-Size: 70000\n", "x.cap:1: "},
        {"# Interface-Class: 3/1\n", "x.cap:1: "},
        {"# Made:\n", "x.cap:1: "},
    };
    struct capture *c = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (capture_parse("x.cap", rows[i].text, strlen(rows[i].text), &c, error, sizeof(error)) !=
            -EINVAL)
            fail_msg("taken: %s", rows[i].text);
        if (strncmp(error, rows[i].where, strlen(rows[i].where)) != 0)
            fail_msg("%s\ngives: %s", rows[i].text, error);
        assert_null(c);
    }
    assert_int_equal(capture_parse("x.cap", "#\0", 2, &c, error, sizeof(error)), -EINVAL);
    assert_int_equal(capture_read("/nonexistent.cap", &c, error, sizeof(error)), -ENOENT);
    assert_non_null(strstr(error, "/nonexistent.cap"));
}

/* A piece holds PORT_CHUNK_MAX bytes and no more. */
static void test_longest(void **state)
{
    static char text[sizeof(HEAD) + 8 + 3 * (PORT_CHUNK_MAX + 1)];
    struct capture *c = NULL;
    size_t n = (size_t)snprintf(text, sizeof(text), HEAD "< 0");

    (void)state;
    for (size_t i = 0; i < PORT_CHUNK_MAX; i++, n += 3)
        memcpy(text + n, " aa", 4);
    c = capture_of(text);
    assert_int_equal(c->events[0].n, PORT_CHUNK_MAX);
    capture_free(c);
    memcpy(text + n, " aa", 4);
    assert_int_equal(capture_parse("x.cap", text, strlen(text), &c, error, sizeof(error)), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole), cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_longest)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

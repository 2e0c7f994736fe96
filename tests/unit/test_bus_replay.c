/* test_bus_replay.c - captures played as devices: in their time, with what went wrong, many at
 * once; and what port_text() makes of what devices say. */
#include "port_fixture.h"

#include <unistd.h>

#include "drivers/port_impl.h"

static struct desk desk;
static char folder[64], paths[3][96];
static const char *const all[] = {paths[0], paths[1], paths[2], NULL};

static const char *const texts[] = {
    "# Device: RDM6300\n# Model: rdm6300\n# Transport: tty 9600 8N1\n"
    "< 0 02 30\n< 40 31 03\n! 60 hangup\n< 100 02 39\n",
    "# Device: Wedge\n# Model: wedge\n# Transport: usb\n# Usb-Id: ffff:0035:1\n"
    "# Report-Size: 8\n# Descriptor: 05 01\n< 10 01 02\n> 11 FF\n< 12 03 04\n! 30 EIO\n",
    "# Device: Third\n# Model: third\n# Transport: tty 19200 8E1\n< 20 AA\n< 20 BB\n! 20 hangup\n",
};

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/anchang-replay-XXXXXX");
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < 3; i++) {
        FILE *f;

        snprintf(paths[i], sizeof(paths[i]), "%s/%zu.cap", folder, i);
        f = fopen(paths[i], "we");
        assert_non_null(f);
        assert_true(fputs(texts[i], f) >= 0);
        fclose(f);
    }
    desk_start(&desk, &bus_replay, all);
    desk_wait(&desk, "arrived ");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_stop(&desk);
    for (size_t i = 0; i < 3; i++)
        unlink(paths[i]);
    return rmdir(folder);
}

static void wait_for(const char *what, size_t i, const char *rest)
{
    char line[256];

    snprintf(line, sizeof(line), "%s %s%s\n", what, paths[i], rest);
    desk_wait(&desk, line);
}

static void test_played(void **state)
{
    (void)state;
    assert_int_equal(desk_open(&desk, paths[1]), 0);
    assert_int_equal(desk_open(&desk, paths[1]), -EBUSY);
    wait_for("ready", 1, "");
    assert_int_equal(desk_port(&desk, paths[1])->facts.report_size, 8);
    assert_int_equal(desk_port(&desk, paths[1])->facts.n_descriptor, 2);
    wait_for("data", 1, " 0102");
    wait_for("data", 1, " 0304");
    wait_for("gone", 1, " -5");
    assert_int_equal(desk_count(&desk, "left"), 0);
    assert_int_equal(desk_count(&desk, "data"), 2); /* what was sent to it is not what it sent */
}

static void test_hangup(void **state)
{
    (void)state;
    assert_int_equal(desk_open(&desk, paths[0]), 0);
    wait_for("data", 0, " 0230");
    wait_for("data", 0, " 3103");
    wait_for("gone", 0, " -19");
    wait_for("left", 0, "");
    wait_for("arrived", 0, "");
    assert_int_equal(desk_open(&desk, paths[0]), 0);
    wait_for("data", 0, " 0239");
    assert_int_equal(desk_open(&desk, paths[2]), 0);
    wait_for("data", 2, " AA");
    wait_for("data", 2, " BB");
    wait_for("left", 2, "");
    assert_int_equal(desk_open(&desk, paths[2]), -ENODEV); /* its capture ends there */
}

static void test_paused(void **state)
{
    (void)state;
    assert_int_equal(desk_open(&desk, paths[1]), 0);
    assert_int_equal(desk_open(&desk, paths[2]), 0);
    wait_for("ready", 1, "");
    desk_pause(&desk, paths[1], true);
    wait_for("gone", 2, " -19");
    desk_rest(&desk, 30);
    assert_int_equal(desk_count(&desk, " 0102"), 0);
    desk_pause(&desk, paths[1], false);
    wait_for("data", 1, " 0102");
}

static void test_not_understood(void **state)
{
    const char *const bad[] = {"/nowhere.cap", NULL};
    static const struct bus_events none;
    struct bus *bus = NULL;

    (void)state;
    assert_int_equal(bus_replay.start(desk.loop, bad, &none, NULL, &bus), -ENOENT);
    assert_null(bus);
}

static void test_text(void **state)
{
    static const struct {
        const char *said, *shown;
    } rows[] = {
        {"", ""},
        {"  ACR122U\n", "ACR122U"},
        {"刷卡器 2", "刷卡器 2"},
        {"a\tb\x7F\x01", "a?b??"},
        {"\xC0\x80\xED\xA0\x80\xFF", "??????"}, /* NUL and a surrogate, badly written */
        {"\xE5\x88", "??"},                     /* cut */
        {"\xC2\x85 x", "?? x"},                 /* a control character of two bytes */
        {"\xF4\x90\x80\x80", "????"},           /* behind the last character */
    };
    char long_one[400], out[PORT_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        port_text(rows[i].said, out);
        assert_string_equal(out, rows[i].shown);
    }
    for (size_t i = 0; i < 399; i++)
        long_one[i] = "卡"[i % 3];
    long_one[399] = '\0';
    port_text(long_one, out);
    assert_int_equal(strlen(out), 126); /* no character is cut */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_played, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hangup, setup, teardown),
        cmocka_unit_test_setup_teardown(test_paused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_understood, setup, teardown),
        cmocka_unit_test(test_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

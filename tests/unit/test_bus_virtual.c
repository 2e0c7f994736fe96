/* test_bus_virtual.c - readers that are fed by hand: told apart, opened once, paused, closed from
 * inside their own callback. */
#include "port_fixture.h"

#include "drivers/bus_virtual.h"

static struct desk desk;
static const uint8_t card[] = {0x04, 0xA1};

static int setup(void **state)
{
    static const char *const names[] = {"counter", "kiosk", NULL};

    (void)state;
    desk_start(&desk, &bus_virtual, names);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_stop(&desk);
    return 0;
}

static int push(const char *name)
{
    return bus_virtual_push(desk.bus, name, card, sizeof(card));
}

static void test_swipe(void **state)
{
    (void)state;
    desk_wait(&desk, "state 0\narrived counter\narrived kiosk\n");
    assert_string_equal(desk.last.bus, "virtual");
    assert_int_equal(push("counter"), -ENOTCONN);
    assert_int_equal(desk_open(&desk, "counter"), 0);
    assert_int_equal(push("counter"), -ENOTCONN); /* it has not said that it is ready */
    desk_wait(&desk, "ready counter\n");
    assert_int_equal(push("counter"), 0);
    assert_int_equal(push("kiosk"), -ENOTCONN);
    assert_int_equal(push("office"), -ENODEV);
    assert_string_equal(desk.log + desk.mark, "data counter 04A1\n");
}

static void test_open(void **state)
{
    (void)state;
    assert_int_equal(desk_open(&desk, "office"), -ENODEV);
    assert_int_equal(desk_open(&desk, "kiosk"), 0);
    assert_int_equal(desk_open(&desk, "kiosk"), -EBUSY);
    desk_close(desk_port(&desk, "kiosk"));
    assert_int_equal(desk_open(&desk, "kiosk"), 0);
    desk_wait(&desk, "ready kiosk\n");
    assert_int_equal(desk_count(&desk, "ready"), 1); /* the closed one said nothing any more */
}

static void test_pause(void **state)
{
    (void)state;
    assert_int_equal(desk_open(&desk, "kiosk"), 0);
    desk_wait(&desk, "ready kiosk\n");
    desk_pause(&desk, "kiosk", true);
    assert_int_equal(push("kiosk"), -EBUSY);
    desk_pause(&desk, "kiosk", false);
    assert_int_equal(push("kiosk"), 0);
    assert_int_equal(desk_count(&desk, "data"), 1);
}

static void test_close_inside(void **state)
{
    (void)state;
    assert_int_equal(desk_open(&desk, "kiosk"), 0);
    desk_wait(&desk, "ready kiosk\n");
    desk_port(&desk, "kiosk")->close_on_data = true;
    assert_int_equal(push("kiosk"), 0);
    assert_int_equal(push("kiosk"), -ENOTCONN);
}

static void test_limits(void **state)
{
    static const uint8_t big[PORT_CHUNK_MAX + 1];
    static char name[PORT_PATH_MAX + 1];
    const char *const names[] = {name, NULL};
    static const struct bus_events none;
    struct bus *bus = NULL;

    (void)state;
    assert_int_equal(desk_open(&desk, "kiosk"), 0);
    desk_wait(&desk, "ready kiosk\n");
    assert_int_equal(bus_virtual_push(desk.bus, "kiosk", big, sizeof(big)), -EMSGSIZE);
    memset(name, 'x', PORT_PATH_MAX);
    assert_int_equal(bus_virtual.start(desk.loop, names, &none, NULL, &bus), -ENAMETOOLONG);
    assert_null(bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_swipe, setup, teardown),
        cmocka_unit_test_setup_teardown(test_open, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pause, setup, teardown),
        cmocka_unit_test_setup_teardown(test_close_inside, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

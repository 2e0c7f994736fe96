/* test_hid_report.c - report descriptors: those of the standard, and those of devices that lie. */
#include "reader_fixture.h"

#include "drivers/hid_report.h"

/* HID 1.11, appendix B.1: the boot keyboard. */
static const uint8_t keyboard[] = {
    0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01,
    0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x01, 0x95, 0x05, 0x75, 0x01,
    0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91, 0x02, 0x95, 0x01, 0x75, 0x03, 0x91, 0x01, 0x95, 0x06,
    0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0};

/* Two numbered reports, a usage with its own page, a repeated usage, Push and Pop. */
static const uint8_t numbered[] = {
    0x05, 0x8E, 0x09, 0x01, 0xA1, 0x01,       /* stripe reader */
    0x85, 0x02, 0x75, 0x08, 0x95, 0x01,       /* report 2, bytes */
    0x09, 0x12, 0x81, 0x02,                   /* length of track 2 */
    0x95, 0x28, 0x09, 0x22, 0x81, 0x02,       /* its 40 bytes */
    0xA4, 0x85, 0x01, 0x95, 0x03,             /* report 1 */
    0x0B, 0x05, 0x00, 0x00, 0xFF,             /* FF00:0005 */
    0x0B, 0x09, 0x00, 0x00, 0xFF, 0x81, 0x02, /* FF00:0009, for the rest */
    0xB4, 0xFE, 0x02, 0x77, 0xAA, 0xBB,       /* back; a long item */
    0x95, 0x02, 0x81, 0x01, 0xC0};            /* two bytes of padding in report 2 */

static void test_keyboard(void **state)
{
    struct hid_map map;
    const struct hid_field *field;

    (void)state;
    assert_int_equal(hid_map_read(keyboard, sizeof(keyboard), &map), 0);
    assert_false(map.reports.numbered);
    assert_int_equal(map.reports.n, 1);
    assert_int_equal(hid_report_bytes(&map.reports, 0x55), 8);
    assert_int_equal(map.n_fields, 2);
    field = hid_map_find(&map, 0x07, 0xE1);
    assert_non_null(field);
    assert_false(field->array);
    assert_int_equal(field->bit, 0);
    assert_int_equal(field->bit_size, 1);
    assert_int_equal(field->count, 8);
    field = hid_map_find(&map, 0x07, 0x28);
    assert_non_null(field);
    assert_true(field->array);
    assert_int_equal(field->bit, 16);
    assert_int_equal(field->bit_size, 8);
    assert_int_equal(field->count, 6);
    assert_null(hid_map_find(&map, 0x08, 1)); /* the lamps are output */
}

static void test_numbered(void **state)
{
    struct hid_map map;
    const struct hid_field *field;

    (void)state;
    assert_int_equal(hid_map_read(numbered, sizeof(numbered), &map), 0);
    assert_true(map.reports.numbered);
    assert_int_equal(hid_report_bytes(&map.reports, 2), 1 + 1 + 40 + 2);
    assert_int_equal(hid_report_bytes(&map.reports, 1), 1 + 3);
    assert_int_equal(hid_report_bytes(&map.reports, 3), 0);
    field = hid_map_find(&map, 0x8E, 0x22);
    assert_non_null(field);
    assert_int_equal(field->report_id, 2);
    assert_int_equal(field->bit, 16);
    assert_int_equal(field->count, 40);
    field = hid_map_find(&map, 0xFF00, 0x09);
    assert_non_null(field);
    assert_int_equal(field->report_id, 1);
    assert_int_equal(field->bit, 16);
    assert_int_equal(field->count, 2);
}

/* An array's usages in whatever order: found by a fuzzer, which saw a greatest below the least. */
static void test_array(void **state)
{
    static const uint8_t bytes[] = {0x05, 0x07, 0x09, 0x20, 0x09, 0x05, 0x75, 8, 0x95, 2, 0x81, 0};
    struct hid_map map;
    const struct hid_field *field;

    (void)state;
    assert_int_equal(hid_map_read(bytes, sizeof(bytes), &map), 0);
    field = hid_map_find(&map, 0x07, 0x10);
    assert_non_null(field);
    assert_int_equal(field->usage_min, 0x05);
    assert_int_equal(field->usage_max, 0x20);
}

/* Cut anywhere it is refused, not believed in part: a collection stays open, or an item is not
 * whole. */
static void test_cut(void **state)
{
    struct hid_map map;

    (void)state;
    for (size_t n = 0; n < sizeof(keyboard); n++)
        assert_int_equal(hid_map_read(keyboard, n, &map), -EINVAL);
    for (size_t n = 0; n < sizeof(numbered); n++)
        assert_int_equal(hid_map_read(numbered, n, &map), -EINVAL);
}

static void test_lies(void **state)
{
    static const struct {
        const char *legend;
        uint8_t bytes[16];
        size_t n;
        int error;
    } rows[] = {
        {"nothing", {0}, 0, -EINVAL},
        {"output alone", {0x75, 8, 0x95, 1, 0x91, 2}, 6, -EINVAL},
        {"a collection's end alone", {0x75, 8, 0x95, 1, 0x81, 2, 0xC0}, 7, -EINVAL},
        {"report 0", {0x85, 0, 0x75, 8, 0x95, 1, 0x81, 2}, 8, -EINVAL},
        {"numbered after unnumbered", {0x75, 8, 0x95, 1, 0x81, 2, 0x85, 1, 0x81, 2}, 10, -EINVAL},
        {"four billion bits", {0x77, 0xFF, 0xFF, 0xFF, 0xFF, 0x95, 1, 0x81, 2}, 9, -E2BIG},
        {"four billion elements", {0x75, 8, 0x97, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 2}, 9, -E2BIG},
        {"more than a report", {0x75, 8, 0x96, 0x01, 0x10, 0x81, 2}, 7, -E2BIG},
        {"Pop of nothing", {0xB4}, 1, -EINVAL},
        {"a maximum alone", {0x29, 5}, 2, -EINVAL},
        {"a maximum below its minimum", {0x19, 5, 0x29, 4}, 4, -EINVAL},
        {"a minimum alone", {0x19, 5, 0x75, 8, 0x95, 1, 0x81, 2}, 8, -EINVAL},
        {"a reserved type", {0x0C}, 1, -EINVAL},
        {"a long item too long", {0xFE, 9, 0}, 3, -EINVAL},
        {"nine Pushes", {0xA4, 0xA4, 0xA4, 0xA4, 0xA4, 0xA4, 0xA4, 0xA4, 0xA4}, 9, -EINVAL},
    };
    struct hid_map map;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (hid_map_read(rows[i].bytes, rows[i].n, &map) != rows[i].error)
            fail_msg("%s", rows[i].legend);
}

/* What a driver makes of a descriptor that is none of its kind. */
static int setup_of(const char *driver, const uint8_t *descriptor, size_t n)
{
    char text[200];
    struct device_facts facts = {.n_descriptor = n};
    struct model model;
    struct reader *reader;
    int r;

    snprintf(text, sizeof(text), "[model]\nname = X\ndriver = %s\n[match]\nusb = 1234:5678:0\n",
             driver);
    model = model_of(text);
    memcpy(facts.descriptor, descriptor, n);
    r = reader_new(&model, &facts, &reader);
    if (r == 0)
        reader_free(reader);
    return r;
}

static void test_device_lies(void **state)
{
    (void)state;
    assert_int_equal(setup_of("hid-keyboard", keyboard, sizeof(keyboard)), 0);
    assert_int_equal(setup_of("hid-msr", numbered, sizeof(numbered)), 0);
    assert_int_equal(setup_of("hid-keyboard", numbered, sizeof(numbered)), -ENODEV);
    assert_int_equal(setup_of("hid-msr", keyboard, sizeof(keyboard)), -ENODEV);
    assert_int_equal(setup_of("hid-keyboard", keyboard, 10), -ENODEV);
    assert_int_equal(setup_of("hid-keyboard", keyboard, 0), -ENODEV); /* nor a boot keyboard */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keyboard), cmocka_unit_test(test_numbered),
        cmocka_unit_test(test_array),    cmocka_unit_test(test_cut),
        cmocka_unit_test(test_lies),     cmocka_unit_test(test_device_lies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

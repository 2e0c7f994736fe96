/* test_mapping.c - from cells to a unit: numbers, floors, words, which column is what. */
#include "daemon/sheet/decimal.h"
#include "daemon/sheet/floor.h"
#include "daemon/sheet/mapping.h"
#include "daemon/sheet/words.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- numbers ---- */

static int64_t parsed(const char *text, enum decimal_kind kind, unsigned power10)
{
    int64_t value = -1;
    bool rounded;

    if (decimal_parse(text, strlen(text), kind, power10, &value, &rounded) != 1)
        return -999;
    return value;
}

static void test_decimal_parse(void **state)
{
    static const struct {
        const char *text;
        enum decimal_kind kind;
        unsigned power10;
        int64_t value; /* -999: refused or nothing */
    } cases[] = {
        {"78.09", DECIMAL_AREA, 0, 7809},
        {"33651.99", DECIMAL_MONEY, 0, 3365199},
        {"1,234,567.5", DECIMAL_MONEY, 0, 123456750},
        {"¥1,234", DECIMAL_MONEY, 0, 123400},
        {"￥１２３．４５元", DECIMAL_MONEY, 0, 12345},
        {"120.5万", DECIMAL_MONEY, 0, 120500000},
        {"120.5万元", DECIMAL_MONEY, 0, 120500000},
        {"120.5", DECIMAL_MONEY, 4, 120500000},
        {"120万", DECIMAL_MONEY, 4, 120000000}, /* the cell says it again: not twice */
        {"1.2亿", DECIMAL_MONEY, 0, INT64_C(12000000000)},
        {"33652元/㎡", DECIMAL_MONEY, 0, 3365200},
        {"33652 元/m²", DECIMAL_MONEY, 0, 3365200},
        {"RMB 5", DECIMAL_MONEY, 0, 500},
        {"89.30㎡", DECIMAL_AREA, 0, 8930},
        {" 89.3 平方米", DECIMAL_AREA, 0, 8930},
        {"3.15米", DECIMAL_PLAIN, 0, 315},
        {".5", DECIMAL_AREA, 0, 50},
        {"00012.30", DECIMAL_AREA, 0, 1230},
        {"0.005", DECIMAL_AREA, 0, 1},
        {"0.0049999999999999999999999999999999999", DECIMAL_AREA, 0, 0},
        {"99.995", DECIMAL_AREA, 0, 10000},
        {"-3", DECIMAL_AREA, 0, -300},
        {"1,23", DECIMAL_MONEY, 0, -999},
        {"1234,567", DECIMAL_MONEY, 0, -999},
        {"1,234,56", DECIMAL_MONEY, 0, -999},
        {"1.2.3", DECIMAL_MONEY, 0, -999},
        {"1.2E4", DECIMAL_MONEY, 0, -999}, /* a CSV that shows so has lost digits */
        {"0x10", DECIMAL_AREA, 0, -999},
        {"约89", DECIMAL_AREA, 0, -999},
        {"89元", DECIMAL_AREA, 0, -999},
        {"", DECIMAL_AREA, 0, -999},
        {"-", DECIMAL_AREA, 0, -999},
        {"无", DECIMAL_AREA, 0, -999},
        {"99999999999999999999", DECIMAL_MONEY, 0, -999},
        /* seventeen digits with the hundredths, and not one more */
        {"999999999999999.99", DECIMAL_MONEY, 0, INT64_C(99999999999999999)},
        {"1000000000000000", DECIMAL_MONEY, 0, -999},
    };
    int64_t value;
    bool rounded = false;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (parsed(cases[i].text, cases[i].kind, cases[i].power10) != cases[i].value)
            fail_msg("“%s” gave %lld", cases[i].text,
                     (long long)parsed(cases[i].text, cases[i].kind, cases[i].power10));
    assert_int_equal(decimal_parse("1.230", 5, DECIMAL_AREA, 0, &value, &rounded), 1);
    assert_false(rounded); /* nothing but a zero was lost */
    assert_int_equal(decimal_parse("1.235", 5, DECIMAL_AREA, 0, &value, &rounded), 1);
    assert_true(rounded);
    assert_int_equal(value, 124);
    assert_int_equal(decimal_parse("", 0, DECIMAL_AREA, 0, &value, &rounded), 0);
    assert_int_equal(decimal_parse(" ", 1, DECIMAL_AREA, 0, &value, &rounded), 0);
    assert_int_equal(decimal_parse("-", 1, DECIMAL_AREA, 0, &value, &rounded), 0);
    assert_int_equal(decimal_parse(".", 1, DECIMAL_AREA, 0, &value, &rounded), -EINVAL);
    assert_int_equal(decimal_parse("元", 3, DECIMAL_MONEY, 0, &value, &rounded), -EINVAL);
    assert_int_equal(decimal_parse("x", 1, DECIMAL_AREA, 0, &value, &rounded), -EINVAL);
    assert_int_equal(decimal_parse("9999999999999999999", 19, DECIMAL_MONEY, 0, &value, &rounded),
                     -ERANGE);
}

/* ---- floors ---- */

static void test_floor_parse(void **state)
{
    static const struct {
        const char *text;
        enum floor_kind kind;
        int first, span;
    } cases[] = {
        {"33", FLOOR_PLAIN, 33, 1},           {"33F", FLOOR_PLAIN, 33, 1},
        {"３３层", FLOOR_PLAIN, 33, 1},       {"第33层", FLOOR_PLAIN, 33, 1},
        {"F33", FLOOR_PLAIN, 33, 1},          {"L3", FLOOR_PLAIN, 3, 1},
        {"-1", FLOOR_PLAIN, -1, 1},           {"-1F", FLOOR_PLAIN, -1, 1},
        {"－2层", FLOOR_PLAIN, -2, 1},        {"B1", FLOOR_PLAIN, -1, 1},
        {"负一层", FLOOR_PLAIN, -1, 1},       {"地下2层", FLOOR_PLAIN, -2, 1},
        {"地下室一层", FLOOR_PLAIN, -1, 1},   {"首层", FLOOR_PLAIN, 1, 1},
        {"二十三层", FLOOR_PLAIN, 23, 1},     {"十层", FLOOR_PLAIN, 10, 1},
        {"十二", FLOOR_PLAIN, 12, 1},         {"'-1", FLOOR_PLAIN, -1, 1},
        {"半地下室3层", FLOOR_SEMI, -3, 1},   {"半地下", FLOOR_SEMI, -1, 1},
        {"3A", FLOOR_LETTERED, 4, 1},         {"13A层", FLOOR_LETTERED, 14, 1},
        {"12A", FLOOR_LETTERED, 13, 1},       {"12B", FLOOR_LETTERED, 14, 1},
        {"23-24", FLOOR_PLAIN, 23, 2},        {"23F～24F", FLOOR_PLAIN, 23, 2},
        {"-1-1", FLOOR_PLAIN, -1, 2},         {"1至3层", FLOOR_PLAIN, 1, 3},
        {"夹层", FLOOR_UNKNOWN, 0, 0},        {"屋面", FLOOR_UNKNOWN, 0, 0},
        {"25/33", FLOOR_UNKNOWN, 0, 0},       {"24-23", FLOOR_UNKNOWN, 0, 0},
        {"1-30", FLOOR_UNKNOWN, 0, 0},        {"0", FLOOR_UNKNOWN, 0, 0},
        {"5A", FLOOR_UNKNOWN, 0, 0},          {"999", FLOOR_UNKNOWN, 0, 0},
        {"99999999999", FLOOR_UNKNOWN, 0, 0}, {"", FLOOR_UNKNOWN, 0, 0},
    };
    struct floor_label label;
    int floor = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        floor_parse(cases[i].text, strlen(cases[i].text), &label);
        if (label.kind != cases[i].kind || label.first != cases[i].first ||
            label.span != cases[i].span)
            fail_msg("“%s”: kind %d first %d span %d", cases[i].text, (int)label.kind, label.first,
                     label.span);
    }
    floor_parse("-12", 3, &label);
    assert_true(label.bare);
    floor_parse("12F", 3, &label);
    assert_false(label.bare);
    assert_true(floor_from_room("A户型32F", strlen("A户型32F"), &floor));
    assert_int_equal(floor, 32);
    assert_true(floor_from_room("2108", 4, &floor));
    assert_int_equal(floor, 21);
    assert_true(floor_from_room("711", 3, &floor));
    assert_int_equal(floor, 7);
    assert_true(floor_from_room("1203A", 5, &floor));
    assert_int_equal(floor, 12);
    assert_false(floor_from_room("31", 2, &floor));
    assert_false(floor_from_room("2A", 2, &floor));
    assert_false(floor_from_room("N001", 4, &floor));
}

/* ---- words ---- */

static enum unit_field header(const char *text)
{
    unsigned power10;

    return words_header(text, strlen(text), &power10);
}

static void test_words(void **state)
{
    unsigned power10;

    (void)state;
    assert_int_equal(header("楼 栋"), FIELD_BUILDING);
    assert_int_equal(header("预测建筑面积（㎡）"), FIELD_GROSS);
    assert_int_equal(header("*套内面积(m2)："), FIELD_INNER);
    assert_int_equal(header("unit_price_cny_per_m2"), FIELD_UNIT_PRICE);
    assert_int_equal(header("单价(元/㎡)"), FIELD_UNIT_PRICE);
    assert_int_equal(header("单价元"), FIELD_UNIT_PRICE);
    assert_int_equal(header("备案总价（元）"), FIELD_FILED_TOTAL);
    assert_int_equal(header("status_source_text"), FIELD_STATUS);
    assert_int_equal(header("Room No."), FIELD_ROOM);
    assert_int_equal(header("电话"), FIELD_NONE);
    assert_int_equal(words_header("总价（万元）", strlen("总价（万元）"), &power10), FIELD_TOTAL);
    assert_int_equal(power10, 4);
    assert_int_equal(words_header("建筑面积", strlen("建筑面积"), &power10), FIELD_GROSS);
    assert_int_equal(power10, 0);
    assert_int_equal(words_status("已签预售合同", strlen("已签预售合同")), 'C');
    assert_int_equal(words_status(" 在 售 ", strlen(" 在 售 ")), 'A');
    assert_int_equal(words_status("已售", strlen("已售")), 0); /* says too little */
    assert_int_equal(words_status("", 0), 0);
    assert_string_equal(words_class("商务公寓", strlen("商务公寓")), "apartment");
    assert_null(words_class("其他", strlen("其他")));
    assert_non_null(words_not_for_sale("1#管井", strlen("1#管井")));
    assert_non_null(words_not_for_sale("15层避难层", strlen("15层避难层")));
    assert_null(words_not_for_sale("2108", 4));
    for (size_t i = 0; i < FIELD_COUNT; i++)
        assert_int_equal(unit_field_of(unit_field_name((enum unit_field)i)), i);
    assert_int_equal(unit_field_of("nothing"), FIELD_NONE);
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        assert_int_equal(problem_of(problem_name((enum row_problem_class)i)), i);
}

/* ---- rows ---- */

/* "3-1" that a spreadsheet took for the third of January. */
static void test_room_that_became_a_date(void **state)
{
    const struct sheet_cell cells[] = {{.text = "2", .len = 1, .kind = SHEET_CELL_NUMBER},
                                       {.text = "2026-03-01", .len = 10, .kind = SHEET_CELL_DATE},
                                       {.text = "2026-05-01", .len = 10, .kind = SHEET_CELL_DATE}};
    const struct sheet_row row = {.number = 7, .cells = cells, .n_cells = 3};
    struct row_problems problems;
    struct mapping m;
    struct unit_row u;

    (void)state;
    mapping_init(&m);
    m.columns[FIELD_FLOOR].column = 0;
    m.columns[FIELD_ROOM].column = 1;
    m.columns[FIELD_GROSS].column = 2;
    mapping_row(&m, &row, &(struct mapping_unknown){0}, &u, &problems);
    assert_string_equal(u.room, "2026-03-01");
    assert_int_equal(problems.items[0].class, PROBLEM_DATE);
    assert_int_equal(problems.items[0].field, FIELD_ROOM);
    assert_int_equal(problems.items[1].class, PROBLEM_NUMBER); /* no area of 46143 m2 */
    assert_string_equal(problems.items[1].value, "2026-05-01");
    assert_int_equal(u.gross, UNIT_NONE);
}

static void test_mapping_check(void **state)
{
    struct fault f = {0};
    struct mapping m;

    (void)state;
    mapping_init(&m);
    assert_int_equal(mapping_check(&m, &f), -EREFUSED); /* no room */
    assert_int_equal(f.code, FAULT_IMPORT_MAPPING);
    m.columns[FIELD_ROOM].column = 3;
    assert_int_equal(mapping_check(&m, &f), 0);
    m.columns[FIELD_FLOOR].column = 3; /* one column, two fields */
    assert_int_equal(mapping_check(&m, &f), -EREFUSED);
    m.columns[FIELD_FLOOR].column = 256;
    assert_int_equal(mapping_check(&m, &f), -EREFUSED);
    m.columns[FIELD_FLOOR].column = -1;
    m.default_state = 'Z';
    assert_int_equal(mapping_check(&m, &f), -EREFUSED);
    assert_int_equal(mapping_set_status(&m, "在售", 'Z', &f), -EREFUSED);
    assert_int_equal(mapping_set_status(&m, "在售", 'A', &f), 0);
    assert_int_equal(mapping_set_status(&m, " 在 售", 'X', &f), 0); /* the same word */
    assert_int_equal(m.status.n, 1);
    assert_string_equal(m.status.words[0].code, "X");
    assert_int_equal(mapping_set_status(&m, "在售", '\0', &f), 0);
    assert_int_equal(m.status.n, 0);
    fault_clear(&f);
}

static void test_price_product(void **state)
{
    (void)state; /* FC 27.2 V1-V3 */
    assert_int_equal(price_product(8937, 1234567), 110333253);
    assert_int_equal(price_product(14333, 1888800), 270721704);
    assert_int_equal(price_product(6542, 654321), 42805680);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_parse), cmocka_unit_test(test_floor_parse),
        cmocka_unit_test(test_words),         cmocka_unit_test(test_room_that_became_a_date),
        cmocka_unit_test(test_mapping_check), cmocka_unit_test(test_price_product),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

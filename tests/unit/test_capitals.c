/* test_capitals.c - amounts in capitals: the known ones, the rules of the annex, and back again. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "db/capitals.h"
#include "db/money.h"
#include "fixture.h"

static const char *of(int64_t fen)
{
    static char text[CAPITALS_TEXT];

    assert_int_equal(capitals_write(fen, text), 0);
    return text;
}

static void test_known(void **state)
{
    static const struct {
        int64_t fen;
        const char *text;
    } known[] = {
        {0, "零元整"},
        {5, "伍分"},
        {50, "伍角整"},
        {1000, "壹拾元整"},
        {1010, "壹拾元壹角整"},
        {101, "壹元零壹分"},
        {100500, "壹仟零伍元整"},
        {10010000, "壹拾万零壹佰元整"},
        {2001000000, "贰仟零壹万元整"},
        {12345678901, "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分"},
        {68000032, "陆拾捌万元叁角贰分"},
        {2000000, "贰万元整"},
        {1000100, "壹万零壹元整"},
        {10001000000, "壹亿零壹万元整"},
        {1640902, "壹万陆仟肆佰零玖元零贰分"},
        {32504, "叁佰贰拾伍元零肆分"},
        {140950, "壹仟肆佰零玖元伍角整"},
        {600714, "陆仟零柒元壹角肆分"},
        {168032, "壹仟陆佰捌拾元叁角贰分"},
        {10700053, "壹拾万柒仟元伍角叁分"},
        {100000001, "壹佰万元零壹分"},
        {10000100000, "壹亿零壹仟元整"},
        {MONEY_MAX_FEN, "壹佰亿元整"},
    };
    char text[CAPITALS_TEXT] = "x";

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        assert_string_equal(of(known[i].fen), known[i].text);
    assert_int_equal(capitals_write(-1, text), -ERANGE);
    assert_int_equal(capitals_write(MONEY_MAX_FEN + 1, text), -ERANGE);
    assert_string_equal(text, "x");
}

/* Reads capitals as a clerk does: a digit waits for its place, a place name ends it. */
static int64_t read_back(const char *text)
{
    static const char *const digits[] = {"零", "壹", "贰", "叁", "肆",
                                         "伍", "陆", "柒", "捌", "玖"};
    static const struct {
        const char *name;
        int64_t worth;
    } places[] = {{"拾", 10}, {"佰", 100}, {"仟", 1000}};
    int64_t fen = 0, yuan = 0, group = 0, digit = 0;

    for (; *text; text += 3) { /* each of these signs is three bytes long */
        bool known = false;

        for (int64_t d = 0; d < 10; d++)
            if (strncmp(text, digits[d], 3) == 0) {
                digit = d;
                known = true;
            }
        for (size_t i = 0; i < 3; i++)
            if (strncmp(text, places[i].name, 3) == 0) {
                group += digit * places[i].worth;
                digit = 0;
                known = true;
            }
        if (strncmp(text, "亿", 3) == 0 || strncmp(text, "万", 3) == 0) {
            yuan += (group + digit) * (strncmp(text, "亿", 3) == 0 ? 100000000 : 10000);
            group = digit = 0;
        } else if (strncmp(text, "元", 3) == 0) {
            fen = (yuan + group + digit) * 100;
            group = digit = 0;
        } else if (strncmp(text, "角", 3) == 0) {
            fen += digit * 10;
            digit = 0;
        } else if (strncmp(text, "分", 3) == 0) {
            fen += digit;
            digit = 0;
        } else if (strncmp(text, "整", 3) != 0 && !known) {
            fail_msg("what is \"%s\"?", text);
        }
    }
    return fen;
}

enum { AMOUNTS = 1000000 };

/* A million amounts of all sizes read back to what they were; no two zeros, none at a group's
 * end. */
static void test_back_again(void **state)
{
    uint64_t seed = 0x9e3779b97f4a7c15u;

    (void)state;
    for (int i = fixture_rounds(AMOUNTS, AMOUNTS); i > 0; i--) {
        int64_t fen;
        const char *text;

        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        fen = (int64_t)(seed % (uint64_t)(MONEY_MAX_FEN + 1));
        for (int cut = (int)(seed >> 60); cut > 0; cut--) /* small ones, and ones full of zeros */
            fen = seed & 1 ? fen / 10 : fen / 100 * 100;
        text = of(fen);
        if (read_back(text) != fen || (fen > 0 && strstr(text, "零零")) ||
            strstr(text, "零元整元") || (fen > 0 && strstr(text, "零元")) || strstr(text, "零万") ||
            strstr(text, "零亿"))
            fail_msg("%lld: %s", (long long)fen, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_back_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

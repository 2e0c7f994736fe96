/* test_escpos.c - what a receipt printer is sent for a roll, byte by byte, and what its answers
 * mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/escpos_draw.h"
#include "paper_leaks.h"

#define BEGIN "\x1B@\x1C&"

/* Instead of a picture its text, so that what is drawn is seen. */
static int line_told(void *arg, const struct roll_laid *line, unsigned dots,
                     struct escpos_picture *ret_picture)
{
    const size_t n = strlen(line->text);

    (void)arg;
    assert_true(dots == 576 || dots == 384);
    *ret_picture = (struct escpos_picture){.row = (unsigned)n, .height = 1};
    ret_picture->bits = malloc(n);
    memcpy(ret_picture->bits, line->text, n);
    return 0;
}

static int code_told(void *arg, const char *text, unsigned dots, struct escpos_picture *ret_picture)
{
    const struct roll_laid line = {.text = text};

    return line_told(arg, &line, dots, ret_picture);
}

static const struct escpos_draw told = {line_told, code_told, NULL};
static const struct escpos_profile plain = {
    .columns = 48, .charset = ESCPOS_GBK, .cutter = true, .end = ESCPOS_END_SENSOR};

static void expect_bytes(const struct escpos_profile *profile, const char *lines,
                         const char *expected, size_t n_expected)
{
    char roll[1024];
    uint8_t *bytes;
    size_t n;

    snprintf(roll, sizeof(roll), "roll 1 48\n%s\n", lines);
    assert_int_equal(escpos_encode(roll, strlen(roll), profile, &told, &bytes, &n), 0);
    assert_int_equal(n, n_expected);
    assert_memory_equal(bytes, expected, n);
    free(bytes);
}
#define SENT(profile, lines, expected) expect_bytes(profile, lines, expected, sizeof(expected) - 1)

static void test_bytes(void **state)
{
    struct escpos_profile other = plain;

    (void)state;
    SENT(&plain, "line left\tabc", BEGIN "abc\n");
    SENT(&plain, "line left\t收据", BEGIN "\xCA\xD5\xBE\xDD\n");
    SENT(&plain, "line left\t¥1",
         BEGIN "\xA3\xA4"
               "1\n");
    SENT(&plain, "line bold left\ta\nline left\tb",
         BEGIN "\x1B"
               "E\x01"
               "a\n\x1B"
               "E\0b\n");
    SENT(&plain, "line big left\ta\nline left\t\nline left\tb",
         BEGIN "\x1D!\x11\x1C!\x0C"
               "a\n\n\x1D!\0\x1C!\0b\n");
    SENT(&plain, "feed 3\ndrawer\ncut",
         BEGIN "\x1B"
               "d\x03\x1Bp\0\x19\xFA\x1DVB\0");
    /* A rare character makes its line a picture, and the lines beside it none. */
    SENT(&plain, "line left\ta\nline left\t𠮷b\nline left\tc",
         BEGIN "a\n\x1C.\x1Dv0\0\x05\0\x01\0𠮷b\x1C&c\n");
    SENT(&plain, "qr\tab",
         BEGIN "\x1C.\x1Dv0\0\x02\0\x01\0"
               "ab\x1C&");
    other.qr = true;
    other.cutter = false;
    SENT(&other, "qr\tab\ncut",
         BEGIN "\x1B"
               "a\x01\x1D(k\x04\0"
               "1A2\0\x1D(k\x03\0"
               "1C\x06\x1D(k\x03\0"
               "1E1\x1D(k\x05\0"
               "1P0ab\x1D(k\x03\0"
               "1Q0\n\x1B"
               "a\0\x1B"
               "d\x05");
}

/* Which character is in which font. */
static void test_fonts(void **state)
{
    static const struct {
        uint32_t character;
        unsigned gb2312, gbk, gb18030;
    } rows[] = {{U'啊', 0xB0A1, 0xB0A1, 0xB0A1},
                {U'￥', 0xA3A4, 0xA3A4, 0xA3A4},
                {U'№', 0xA1ED, 0xA1ED, 0xA1ED},
                {U'①', 0xA2D9, 0xA2D9, 0xA2D9},
                {U'镕', 0, 0xE946, 0xE946},
                {U'喆', 0, 0x86B4, 0x86B4},
                {U'ⅰ', 0, 0xA2A1, 0xA2A1},
                {U'龘', 0, 0xFD93, 0xFD93},
                {U'€', 0, 0, 0xA2E3},
                {U'𠮷', 0, 0, 0},
                {U'㐂', 0, 0, 0},
                {U'¥', 0, 0, 0},
                {U'é', 0xA8A6, 0xA8A6, 0xA8A6},
                {0x0301, 0, 0, 0},
                {U'\u1E3F', 0, 0, 0xA8BC},
                {0xE000, 0, 0, 0xAAA1}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(escpos_code(ESCPOS_GB2312, rows[i].character), rows[i].gb2312);
        assert_int_equal(escpos_code(ESCPOS_GBK, rows[i].character), rows[i].gbk);
        assert_int_equal(escpos_code(ESCPOS_GB18030, rows[i].character), rows[i].gb18030);
    }
}

/* Two bytes each for all that GB 2312 has: 682 marks and letters, 6,763 characters. */
static void test_whole_font(void **state)
{
    unsigned marks = 0, characters = 0;

    (void)state;
    for (uint32_t c = 0x80; c < 0xFFFF; c++) {
        const unsigned code = escpos_code(ESCPOS_GB2312, c);

        marks += code >= 0xA1A1 && code < 0xB0A1;
        characters += code >= 0xB0A1;
    }
    assert_int_equal(marks, 682);
    assert_int_equal(characters, 6763);
}

static unsigned ink(const struct escpos_picture *p)
{
    unsigned n = 0;

    for (size_t i = 0; i < (size_t)p->row * p->height; i++)
        n += (unsigned)__builtin_popcount(p->bits[i]);
    return n;
}

/* A picture has ink where its characters are, and none elsewhere. */
static void test_pictures(void **state)
{
    const struct roll_laid line = {.kind = ROLL_LINE, .text = "  𠮷"},
                           big = {.kind = ROLL_LINE, .text = "𠮷", .big = true, .bold = true};
    struct escpos_picture p;
    unsigned left = 0;

    (void)state;
    assert_int_equal(escpos_draw.line(NULL, &line, 576, &p), 0);
    assert_int_equal(p.row, 72);
    assert_int_equal(p.height, ESCPOS_LINE_DOTS + ESCPOS_GAP_DOTS);
    for (unsigned y = 0; y < p.height; y++)
        for (unsigned x = 0; x < p.row; x++) {
            left += x < 3 ? p.bits[y * p.row + x] : 0;
            assert_true(x < 6 || !p.bits[y * p.row + x]);
        }
    assert_int_equal(left, 0); /* two blanks are 24 dots */
    assert_true(ink(&p) > 60);
    free(p.bits);
    assert_int_equal(escpos_draw.line(NULL, &big, 384, &p), 0);
    assert_int_equal(p.height, 2 * ESCPOS_LINE_DOTS + ESCPOS_GAP_DOTS);
    assert_true(ink(&p) > 300);
    free(p.bits);
    assert_int_equal(escpos_draw.qr(NULL, "https://example.org/r/A000012", 576, &p), 0);
    assert_int_equal(p.row, 72);
    assert_true(ink(&p) > 5000);
    free(p.bits);
}

/* A receipt of forty tenders is not slow. */
static void test_whole_roll(void **state)
{
    char *roll = malloc(ROLL_MAX);
    size_t n = (size_t)snprintf(roll, ROLL_MAX, "roll 1 48\n"), n_bytes;
    uint8_t *bytes;

    (void)state;
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(roll + n, ROLL_MAX - n,
                              "line left left right:fit\t刷卡\tPOS%08d\t999,999,999,999.99\n", i);
    assert_int_equal(escpos_encode(roll, n, &plain, &escpos_draw, &bytes, &n_bytes), 0);
    assert_true(n_bytes > 40 * 40 && n_bytes < 40 * 60);
    free(bytes);
    free(roll);
    assert_int_equal(escpos_encode("no", 2, &plain, &escpos_draw, &bytes, &n_bytes), -EBADMSG);
}

/* ---- answers ---- */

static void test_questions(void **state)
{
    const struct escpos_profile id = {.end = ESCPOS_END_ID}, none = {.end = ESCPOS_END_NONE};
    uint8_t bytes[ESCPOS_ASK_MAX];

    (void)state;
    assert_int_equal(escpos_ask_end(&id, "0042", bytes), 11);
    assert_memory_equal(bytes,
                        "\x1D(H\x06\0"
                        "000042",
                        11);
    assert_int_equal(escpos_ask_end(&plain, "0042", bytes), 3);
    assert_memory_equal(bytes, "\x1Dr\x01", 3);
    assert_int_equal(escpos_ask_end(&none, "0042", bytes), 0);
    assert_int_equal(escpos_ask_now(4, bytes), 3);
    assert_memory_equal(bytes, "\x10\x04\x04", 3);
}

static void test_hearing(void **state)
{
    static const uint8_t said[] = "\x12\xFF\x00\x37\x22"
                                  "0042\0\x1A\x37\x12\x37\x22"
                                  "0043\0";
    static const enum escpos_heard expected[] = {
        ESCPOS_NOW,     ESCPOS_NOTHING, ESCPOS_SENSOR,  ESCPOS_NOTHING, ESCPOS_NOTHING,
        ESCPOS_NOTHING, ESCPOS_NOTHING, ESCPOS_NOTHING, ESCPOS_NOTHING, ESCPOS_ID_BACK,
        ESCPOS_NOW,     ESCPOS_NOTHING, ESCPOS_NOW,     ESCPOS_NOTHING, ESCPOS_NOTHING,
        ESCPOS_NOTHING, ESCPOS_NOTHING, ESCPOS_NOTHING, ESCPOS_NOTHING, ESCPOS_ID_BACK};
    struct escpos_ear ear = {.n = 0};
    uint8_t byte;

    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_int_equal(escpos_hear(&ear, said[i], &byte), expected[i]);
        if (expected[i] == ESCPOS_ID_BACK)
            assert_memory_equal(ear.held + 2, i < 10 ? "0042" : "0043", 4);
    }
}

static void test_states(void **state)
{
    static const struct {
        uint8_t answers[4];
        struct escpos_state expected;
    } rows[] = {
        {{0x16, 0x12, 0x12, 0x12}, {.offline = false}},
        {{0x1A, 0x16, 0x12, 0x12}, {.offline = true, .cover = true}},
        {{0x1A, 0x32, 0x12, 0x12}, {.offline = true, .paper_out = true}},
        {{0x1A, 0x12, 0x12, 0x72}, {.offline = true, .paper_out = true}},
        {{0x12, 0x12, 0x12, 0x1E}, {.paper_low = true}},
        {{0x1A, 0x52, 0x1A, 0x12}, {.offline = true, .error = true}},
        {{0x1A, 0x12, 0x32, 0x12}, {.offline = true, .error = true}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct escpos_state now = {.offline = false};

        for (unsigned which = 1; which <= 4; which++)
            escpos_state_take(&now, which, rows[i].answers[which - 1]);
        assert_memory_equal(&now, &rows[i].expected, sizeof(now));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),      cmocka_unit_test(test_fonts),
        cmocka_unit_test(test_whole_font), cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_whole_roll), cmocka_unit_test(test_questions),
        cmocka_unit_test(test_hearing),    cmocka_unit_test(test_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

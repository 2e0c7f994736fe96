/* test_roll.c - a roll is kept as it was made, and laid so that nothing of it is ever lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/roll_lay.h"

enum { PAPER = 16384 };

struct paper {
    char text[PAPER];
    size_t n;
    unsigned columns; /* none is wider */
};

static int came_out(void *arg, const struct roll_laid *line)
{
    static const char *const words[] = {"", "", "[qr]", "[feed]", "[drawer]", "[cut]"};
    struct paper *paper = arg;

    if (line->kind == ROLL_LINE)
        assert_true(roll_text_width(line->text) * (line->big ? 2 : 1) <= paper->columns);
    paper->n += (size_t)snprintf(paper->text + paper->n, PAPER - paper->n, "%s%s%s\n",
                                 line->bold  ? "*"
                                 : line->big ? "#"
                                             : "",
                                 words[line->kind], line->text);
    assert_true(paper->n < PAPER);
    return 0;
}

static const char *laid(const char *roll, unsigned columns)
{
    static struct paper paper;

    paper.n = 0;
    paper.columns = columns;
    assert_int_equal(roll_lay(roll, strlen(roll), columns, came_out, &paper), 0);
    return paper.text;
}

/* ---- laying ---- */

static void test_lines(void **state)
{
    static const struct {
        unsigned columns;
        const char *line, *paper;
    } rows[] = {
        {32, "line left\tabc", "abc\n"},
        {32, "line left\t", "\n"},
        {32, "line right\t12.00", "                           12.00\n"},
        {32, "line center\t收据", "              收据\n"},
        {32, "line big center\t收据", "#      收据\n"},
        {32, "line bold left\t收据", "*收据\n"},
        {32, "rule", "--------------------------------\n"},
        {32, "line left right:fit\t合计\t￥1,234.00", "合计                  ￥1,234.00\n"},
        /* the yen sign of the keyboard is not in the fonts */
        {32, "line right\t¥1.00", "                          ￥1.00\n"},
        /* a long name goes on below itself, and never into the amount */
        {32, "line left right:fit\t地下室及车位使用权转让费用\t1.00",
         "地下室及车位使用权转让费用  1.00\n"},
        {32, "line left right:fit\t地下室及车位使用权的转让费用\t10.00",
         "地下室及车位使用权的转让费 10.00\n用\n"},
        /* twelve digits */
        {32, "line left right:12\t首付款\t9,999,999,999.99", "首付款          9,999,999,999.99\n"},
        {48, "line left right:12\t首付款\t9,999,999,999.99",
         "首付款                          9,999,999,999.99\n"},
        /* no room beside each other: below */
        {32, "line left right:fit\t名称\t123456789012345678901234567",
         "名称\n     123456789012345678901234567\n"},
        {32, "line left left:10 right:12\t刷卡\tPOS-00012345678901234\t1,000,000.00",
         "刷卡     POS-000123 1,000,000.00\n         4567890123\n         4\n"},
        /* words and numbers stay whole, marks do not begin a line */
        {24, "line left\tthe quick brown fox jumps over", "the quick brown fox\njumps over\n"},
        {24, "line left\t一二三四五六七八九十甲乙。丙", "一二三四五六七八九十甲\n乙。丙\n"},
        {24, "line left\t一二三四五六七八九十（12345）", "一二三四五六七八九十\n（12345）\n"},
        {24, "line left\t账号 6222021234567890123456789012",
         "账号\n622202123456789012345678\n9012\n"},
        /* a mark on a character takes no room */
        {24, "line right\te\xCC\x81.", "                      e\xCC\x81.\n"},
        {24, "qr\thttps://a", "[qr]https://a\n"},
        {24, "feed 3", "[feed]\n"},
        {24, "drawer", "[drawer]\n"},
        {24, "cut", "[cut]\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char roll[512];

        snprintf(roll, sizeof(roll), "roll 1 48\n%s\n", rows[i].line);
        assert_string_equal(laid(roll, rows[i].columns), rows[i].paper);
    }
}

/* Whatever the widths, each character of each cell comes out, in its order. */
static void test_nothing_lost(void **state)
{
    static const char roll[] =
        "roll 1 48\nline left:10 center right:9\t长长的名称（含税）及其他 name 2026\t备注 abc，def\t"
        "1,234,567,890.12\n";
    static const char left[] = "长长的名称（含税）及其他name2026";

    (void)state;
    for (unsigned columns = ROLL_COLUMNS_MIN; columns <= ROLL_COLUMNS_MAX; columns++) {
        const char *paper = laid(roll, columns), *at = left;

        assert_non_null(strstr(paper, "1,234,567,890.12"));
        for (const char *p = paper; *p && *at; p++)
            at += *p == *at;
        assert_string_equal(at, "");
    }
}

/* ---- keeping ---- */

static void test_kept_as_it_was_made(void **state)
{
    const struct roll_line lines[] = {
        {.kind = ROLL_LINE,
         .bold = true,
         .big = true,
         .cells = {{.align = ROLL_CENTER, .text = "收款\t收据\n"}},
         .n_cells = 1},
        {.kind = ROLL_LINE,
         .cells = {{.text = "a\xFF"},
                   {.align = ROLL_RIGHT, .fit = true, .text = ""},
                   {.align = ROLL_RIGHT, .width = 12, .text = "1.00"}},
         .n_cells = 3},
        {.kind = ROLL_RULE},
        {.kind = ROLL_QR, .cells = {{.text = "https://x/y"}}, .n_cells = 1},
        {.kind = ROLL_FEED, .feed = 2},
        {.kind = ROLL_DRAWER},
        {.kind = ROLL_CUT},
    };
    struct roll_writer w;
    char *bytes;
    size_t n;

    (void)state;
    roll_begin(&w, 32);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        roll_add(&w, &lines[i]);
    assert_int_equal(roll_end(&w, &bytes, &n), 0);
    bytes = realloc(bytes, n + 1);
    bytes[n] = '\0';
    assert_string_equal(bytes, "roll 1 32\n"
                               "line bold big center\t收款 收据 \n"
                               "line left right:fit right:12\ta \t\t1.00\n"
                               "rule\nqr\thttps://x/y\nfeed 2\ndrawer\ncut\n");
    free(bytes);
}

static int ignore(void *arg, const struct roll_line *line)
{
    (void)arg, (void)line;
    return 0;
}

static void test_no_roll(void **state)
{
    static const char *const rolls[] = {
        "",
        "\n",
        "roll 1 48",
        "roll 2 48\n",
        "roll 1 8\n",
        "roll 1 99\n",
        "roll 1 48x\n",
        "roll 1 48\nrule",
        "roll 1 48\nnothing\n",
        "roll 1 48\nline\ta\n",
        "roll 1 48\nline left\n",
        "roll 1 48\nline left\ta\tb\n",
        "roll 1 48\nline left:0\ta\n",
        "roll 1 48\nline left:65\ta\n",
        "roll 1 48\nline up\ta\n",
        "roll 1 48\nfeed\n",
        "roll 1 48\nfeed 21\n",
        "roll 1 48\nrule x\n",
        "roll 1 48\nqr\t\n",
        "roll 1 48\nqr\n",
        "roll 1 48\nline left\ta\xC3\n",
        "roll 1 48\nline left\ta\x7F\n",
        "roll 1 48\nline left\t\xED\xA0\x80\n",
        "roll 1 48\nline left left left left left left left\t1\t2\t3\t4\t5\t6\t7\n"};
    unsigned columns;

    (void)state;
    for (size_t i = 0; i < sizeof(rolls) / sizeof(rolls[0]); i++)
        assert_int_equal(roll_read(rolls[i], strlen(rolls[i]), &columns, ignore, NULL), -EBADMSG);
    assert_int_equal(roll_read("roll 1 48\n\0\n", 12, &columns, ignore, NULL), -EBADMSG);
    assert_int_equal(roll_read("roll 1 48\n", 10, &columns, ignore, NULL), 0);
    assert_int_equal(columns, 48);
}

static void test_too_long(void **state)
{
    const struct roll_line line = {.kind = ROLL_RULE};
    struct roll_writer w;
    char *bytes;
    size_t n;

    (void)state;
    roll_begin(&w, 48);
    for (int i = 0; i < ROLL_MAX / 4; i++)
        roll_add(&w, &line);
    assert_int_equal(roll_end(&w, &bytes, &n), -EMSGSIZE);
}

/* A copy says so before all else, and money stays where it is. */
static void test_copy(void **state)
{
    static const char roll[] = "roll 1 48\ndrawer\nline left\t收据\ncut\n";
    char *bytes;
    size_t n;

    (void)state;
    assert_int_equal(roll_mark(roll, strlen(roll), "补打第 1 次", &bytes, &n), 0);
    assert_int_equal(
        n, strlen("roll 1 48\nline bold center\t补打第 1 次\nrule\nline left\t收据\ncut\n"));
    assert_memory_equal(
        bytes, "roll 1 48\nline bold center\t补打第 1 次\nrule\nline left\t收据\ncut\n", n);
    free(bytes);
    assert_int_equal(roll_mark("no", 2, "x", &bytes, &n), -EBADMSG);
    assert_int_equal(roll_mark("roll 1 48\nline left\ta\nno\n", 25, "x", &bytes, &n), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_nothing_lost),
        cmocka_unit_test(test_kept_as_it_was_made),
        cmocka_unit_test(test_no_roll),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_layout.c - papers by their layouts: all of it is there, the same each time, long and rare
 * names stay in their places, a wrong layout is named (FI-13, IV-06, SF-26). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/paper/draw.h"
#include "daemon/paper/paper.h"
#include "daemon/paper/pdf_mark.h"
#include "paper_leaks.h"
#include "pdf_picture.h"
#include "pdf_text.h"

static const char *file(const char *name)
{
    for (size_t i = 0; i < layout_files_count; i++)
        if (strcmp(layout_files[i].name, name) == 0)
            return layout_files[i].json;
    fail_msg("there is no layout %s", name);
    return NULL;
}

/* A receipt with names that few fonts have. */
static struct sheet *sheet_usual(void)
{
    struct sheet *sheet = sheet_sample(PRINT_KIND_RECEIPT);

    assert_non_null(sheet);
    sheet_text(sheet, "payer", "张𠮷龘、古丽·阿依");
    assert_int_equal(sheet_error(sheet), 0);
    return sheet;
}

static struct drawn draw_by(const char *json, const struct sheet *sheet, bool form)
{
    const struct layout_print print = {
        .json = json, .sheet = sheet, .form = form, .title = "A000012", .subject = "收款收据"};
    struct drawn made;
    const int r = drawn_make(&print, &made);

    assert_true(r == 0 || r == -EBADMSG);
    assert_true((r == 0) == (made.bytes != NULL));
    return made;
}

static struct drawn draw(const struct sheet *sheet)
{
    return draw_by(file("receipt_a5"), sheet, true);
}

/* ANCHANG_KEEP=folder keeps what is made, to be looked at. */
static void keep(const struct drawn *made, const char *name)
{
    const char *folder = getenv("ANCHANG_KEEP");
    char path[300];
    FILE *to;

    if (!folder)
        return;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    to = fopen(path, "wbe");
    assert_non_null(to);
    assert_int_equal(fwrite(made->bytes, 1, made->n, to), made->n);
    assert_int_equal(fclose(to), 0);
}

/* In place. How wide a gap is, and whether it is one, is a guess of who reads a PDF. */
static char *gapless(char *text)
{
    char *to = text;

    for (const char *c = text; *c; c++)
        if (*c != ' ')
            *to++ = *c;
    *to = '\0';
    return text;
}

/* What is missing of the words on it, gaps aside; a text that a long one was cut from is looked for
 * by its begin. */
static void words_are_there(const struct drawn *made, const struct sheet *sheet,
                            enum print_kind kind)
{
    char *text = pdf_text(made->bytes, made->n);

    if (text)
        gapless(text);
    for (size_t i = 0; text && i < sheet_field_count; i++) {
        const struct sheet_field *f = &sheet_fields[i];
        const size_t rows = f->kind == (int)kind ? 1 : 0;

        for (size_t row = 0; row < rows; row++) {
            char *value = gapless(strdup(sheet_value(sheet, f->name, row)));

            if (!strstr(text, value))
                fail_msg("%s is not on the paper:\n%s", value, text);
            free(value);
        }
    }
    free(text);
}

static void test_all_of_it(void **state)
{
    static const char *const words[] = {"第一联", "第三联", "本收据不作为发票", "张𠮷龘",
                                        "古丽·阿依"};
    struct sheet *sheet = sheet_usual();
    struct drawn made = draw(sheet);
    char *text;

    (void)state;
    assert_non_null(made.bytes);
    keep(&made, "receipt.pdf");
    words_are_there(&made, sheet, PRINT_KIND_RECEIPT);
    text = pdf_text(made.bytes, made.n);
    for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++)
        if (!strstr(text, words[i]))
            fail_msg("%s is not on the paper:\n%s", words[i], text);
    assert_true(!text || !strstr(text, "演示"));
    free(text);
    free(made.bytes);
    sheet_text(sheet, "demo", "演示");
    made = draw(sheet);
    text = pdf_text(made.bytes, made.n);
    assert_true(!text || strstr(text, "演示"));
    free(text);
    free(made.bytes);
    sheet_free(sheet);
}

static int kind_of(const char *json)
{
    for (int kind = 0; kind < PRINT_KINDS; kind++) {
        char words[60];

        snprintf(words, sizeof(words), "\"kind\": \"%s\"", print_kinds[kind].code);
        if (strstr(json, words))
            return kind;
    }
    fail_msg("a layout has no kind");
    return 0;
}

/* Each layout of the program, with samples of its kind: with its form and on a form. */
static void test_those_of_the_program(void **state)
{
    (void)state;
    for (size_t i = 0; i < layout_files_count; i++) {
        const int kind = kind_of(layout_files[i].json);
        struct sheet *sheet = sheet_sample((enum print_kind)kind);
        struct drawn whole = draw_by(layout_files[i].json, sheet, true);
        struct drawn plain = draw_by(layout_files[i].json, sheet, false);
        char name[80];

        if (!whole.bytes)
            fail_msg("%s: %s", layout_files[i].name, whole.error);
        snprintf(name, sizeof(name), "%s.pdf", layout_files[i].name);
        keep(&whole, name);
        snprintf(name, sizeof(name), "%s_plain.pdf", layout_files[i].name);
        keep(&plain, name);
        words_are_there(&plain, sheet, (enum print_kind)kind);
        drawn_free(&whole);
        drawn_free(&plain);
        sheet_free(sheet);
    }
}

/* Continuous paper has holes: nothing is printed there, 12.7 mm at each side. */
static void test_holes_stay_free(void **state)
{
    enum { DPI = 100, HOLES = 50 /* pixels */ };
    struct sheet *sheet = sheet_sample(PRINT_KIND_RECEIPT);
    struct drawn made;
    struct picture p;

    (void)state;
    sheet_text(sheet, "demo", "演示");
    made = draw_by(file("receipt_241"), sheet, true);
    assert_non_null(made.bytes);
    if (picture_of(made.bytes, made.n, DPI, &p)) {
        assert_int_equal(p.w, 949); /* 241 mm */
        assert_int_equal(p.h, 550); /* 139.7 mm: half a sheet of 11 inches */
        for (int y = 0; y < p.h; y++)
            for (int x = 0; x < p.w; x++)
                if ((x < HOLES || x >= p.w - HOLES) && p.grey[y * p.w + x] != 255)
                    fail_msg("there is ink at %d, %d", x, y);
        free(p.grey);
    }
    free(made.bytes);
    sheet_free(sheet);
}

static void test_the_same_each_time(void **state)
{
    static const char *const names[] = {"receipt_a5", "receipt_roll_80mm"};
    struct sheet *sheet = sheet_usual();
    struct drawn one[2], two[2];

    (void)state;
    for (int i = 0; i < 2; i++)
        one[i] = draw_by(file(names[i]), sheet, true);
    sleep(1); /* a time of its own would show */
    for (int i = 0; i < 2; i++) {
        two[i] = draw_by(file(names[i]), sheet, true);
        assert_int_equal(one[i].n, two[i].n);
        assert_memory_equal(one[i].bytes, two[i].bytes, one[i].n);
        drawn_free(&one[i]);
        drawn_free(&two[i]);
    }
    sheet_free(sheet);
}

static void test_the_most_of_everything(void **state)
{
    struct sheet *sheet = sheet_sample(PRINT_KIND_RECEIPT);
    struct drawn made;
    char text[80];

    (void)state;
    for (int i = 0; i < 37; i++) {
        snprintf(text, sizeof(text), "住宅专项维修资金及其他第%d项", i + 1);
        sheet_row(sheet, "line");
        sheet_text(sheet, "line.name", text);
        sheet_money(sheet, "line.amount", INT64_C(123456789012));
        snprintf(text, sizeof(text), "2026112812345678901234567890%d", i);
        sheet_row(sheet, "tender");
        sheet_text(sheet, "tender.name", "转账");
        sheet_text(sheet, "tender.reference", text);
        sheet_money(sheet, "tender.amount", INT64_C(123456789012));
    }
    sheet_text(
        sheet, "payer",
        "浙江省杭州市余杭区云栖小镇数字产业投资发展有限公司、阿卜杜热西提·阿卜杜拉·买买提明、欧阳娜娜");
    sheet_text(
        sheet, "note",
        "第一笔为定金转首付，第二笔为客户母亲代付，付款人与买受人关系证明已收，原件存于财务部档案柜第三层");
    sheet_text(sheet, "capitals", "玖拾捌亿柒仟陆佰伍拾肆万叁仟贰佰壹拾元壹角贰分");
    sheet_money(sheet, "total", INT64_C(987654321012));
    sheet_text(sheet, "demo", "演示");
    assert_int_equal(sheet_error(sheet), 0);
    made = draw(sheet);
    assert_non_null(made.bytes);
    keep(&made, "receipt_most.pdf");
    free(made.bytes);
    made = draw_by(file("receipt_roll_80mm"), sheet, true);
    assert_non_null(made.bytes);
    keep(&made, "receipt_roll_most.pdf");
    drawn_free(&made);
    sheet_free(sheet);
}

/* A sheet takes no name that its kind does not have. */
static void test_names_of_a_sheet(void **state)
{
    struct sheet *sheet = sheet_new(PRINT_KIND_RECEIPT);

    (void)state;
    assert_string_equal(sheet_value(sheet, "payer", 0), "");
    assert_string_equal(sheet_value(sheet, "line.name", 5), "");
    assert_null(sheet_value(sheet, "nobody", 0));
    sheet_money(sheet, "total", -150);
    assert_string_equal(sheet_value(sheet, "total", 0), "-1.50");
    sheet_day(sheet, "date", "2026-11-08");
    assert_string_equal(sheet_value(sheet, "date", 0), "2026 年 11 月 08 日");
    assert_int_equal(sheet_error(sheet), 0);
    sheet_text(sheet, "line.name", "before a row"); /* there is none yet */
    assert_int_equal(sheet_error(sheet), -EPROTO);
    sheet_free(sheet);
    sheet = sheet_new(PRINT_KIND_RECEIPT);
    sheet_text(sheet, "nobody", "");
    assert_int_equal(sheet_error(sheet), -EPROTO);
    sheet_free(sheet);
}

/* What is sent to a printer of rolls: what its layout says, in its order; the drawer with cash
 * alone, and with the first copy. */
static void test_a_roll(void **state)
{
    static const char json[] =
        "{\"roll\": 32, \"copies\": [\"存根\", \"客户\"], \"lines\": ["
        "{\"drawer\": true, \"if\": \"cash\"},"
        "{\"text\": \"{title} {copy}\", \"align\": \"center\", \"big\": true},"
        "{\"rows\": \"line\", \"lines\": [{\"pair\": [\"{line.name}\", \"{line.amount}\"]}]},"
        "{\"cells\": [{\"text\": \"{payer}\", \"width\": 10, \"bold\": true}, \"{unit}\"], "
        "\"bold\": true}, {\"rule\": true}, {\"qr\": \"{number}\"}, {\"feed\": 2},"
        "{\"text\": \"{note}\", \"if\": \"note\"}]}";
#define COPY(name)                                                                                 \
    "line big center\t收款收据 " name "\n"                                                         \
    "line left right:fit\t首期款\t480,000.00\n"                                                 \
    "line left right:fit\t公共维修资金\t12,460.00\n"                                         \
    "line left right:fit\t产权代办费\t300.00\n"                                               \
    "line bold left:10 left\t张𠮷龘、古丽·阿依\t1栋2单元1203\n"                       \
    "rule\nqr\tA000012\nfeed 2\ncut\n"
    static const char roll[] = "roll 1 32\ndrawer\n" COPY("存根") COPY("客户");
    struct sheet *sheet = sheet_usual();
    struct drawn made;

    (void)state;
    sheet_text(sheet, "note", "");
    made = draw_by(json, sheet, true);
    keep(&made, "roll_32.pdf");
    assert_int_equal(made.n_roll, sizeof(roll) - 1);
    assert_memory_equal(made.roll, roll, made.n_roll);
    drawn_free(&made);
    sheet_text(sheet, "cash", "");
    made = draw_by(json, sheet, true);
    assert_null(memmem(made.roll, made.n_roll, "drawer", 6));
    drawn_free(&made);
    sheet_free(sheet);
}

/* A copy is the original and then what marks it. */
static void test_a_copy_is_the_original_with_a_mark(void **state)
{
    static const char words[] = "补打第 1 次　2026-11-28 22:14　王芳";
    const struct pdf_over over = {.text = words}, moved = {.dx = 2.5, .dy = -1};
    struct sheet *sheet = sheet_usual();
    struct drawn made = draw(sheet), copy = {.bytes = NULL};
    char *text;

    (void)state;
    assert_int_equal(pdf_mark(made.bytes, made.n, &over, &copy.bytes, &copy.n), 0);
    keep(&copy, "receipt_copy.pdf");
    assert_true(copy.n > made.n && copy.n < made.n + 200000);
    assert_memory_equal(copy.bytes, made.bytes, made.n);
    /* 补打 as UTF-16, for who reads the marked text. */
    assert_non_null(memmem(copy.bytes, copy.n, "<FEFF88656253", 13));
    text = pdf_text(copy.bytes, copy.n);
    if (text) {
        assert_non_null(strstr(text, "收款收据"));
        assert_non_null(strstr(text, "第三联"));
    }
    free(text);
    free(copy.bytes);
    /* Moved: 2.5 mm are 7.087 points, up is positive there. */
    assert_int_equal(pdf_mark(made.bytes, made.n, &moved, &copy.bytes, &copy.n), 0);
    keep(&copy, "receipt_moved.pdf");
    assert_memory_equal(copy.bytes, made.bytes, made.n);
    assert_non_null(memmem(copy.bytes, copy.n, "q 1 0 0 1 7.087 2.835 cm", 24));
    free(copy.bytes);
    copy.bytes = NULL;
    assert_int_equal(pdf_mark("%PDF-1.5 nothing", 16, &over, &copy.bytes, &copy.n), -EBADMSG);
    free(made.bytes);
    sheet_free(sheet);
}

/* A file so small that streams stand in its last kilobytes can be marked too. */
static void test_a_small_one_is_marked(void **state)
{
    static const struct pdf_over over = {.text = "补打"};
    struct sheet *sheet = sheet_usual();
    struct drawn made = draw_by("{\"width\": 80, \"height\": 60, \"items\": [{\"text\": "
                                "\"{number}\", \"x\": 5, \"y\": 10, \"w\": 70}]}",
                                sheet, true);
    struct drawn copy;

    (void)state;
    assert_int_equal(pdf_mark(made.bytes, made.n, &over, &copy.bytes, &copy.n), 0);
    free(copy.bytes);
    free(made.bytes);
    sheet_free(sheet);
}

/* The end of a small original is a stream, with NULs in it. */
static void test_a_copy_of_what_ends_in_a_stream(void **state)
{
    static const char between[] = "%\0\n";
    const struct pdf_over over = {.text = "补打第 1 次"};
    struct sheet *sheet = sheet_usual();
    struct drawn made = draw(sheet), copy = {.bytes = NULL};
    const size_t add = sizeof(between) - 1;
    char *bytes = malloc(made.n + add);
    const char *trailer = memmem(made.bytes, made.n, "trailer", 7);
    size_t at;

    (void)state;
    assert_non_null(bytes);
    assert_non_null(trailer);
    at = (size_t)(trailer - made.bytes);
    memcpy(bytes, made.bytes, at);
    memcpy(bytes + at, between, add);
    memcpy(bytes + at + add, trailer, made.n - at);
    assert_int_equal(pdf_mark(bytes, made.n + add, &over, &copy.bytes, &copy.n), 0);
    free(copy.bytes);
    free(bytes);
    free(made.bytes);
    sheet_free(sheet);
}

#define ROLL(line) "{\"roll\": 48, \"lines\": [" line "]}"

/* ---- more than a receipt needs ---- */

static size_t count(const char *text, const char *word)
{
    size_t n = 0;

    for (; (text = strstr(text, word)) != NULL; text++)
        n++;
    return n;
}

/* A list of 2,000 rows: each is there once, in order, and each page has its head and its number. */
static void test_a_table_flows_over_pages(void **state)
{
    static const char json[] =
        "{\"width\": 210, \"height\": 297, \"items\": ["
        "{\"text\": \"head {page} of {pages}.\", \"x\": 10, \"y\": 10, \"w\": 90},"
        "{\"text\": \"only first\", \"on\": \"first\", \"x\": 10, \"y\": 20, \"w\": 90},"
        "{\"text\": \"only last\", \"on\": \"last\", \"x\": 10, \"y\": 290, \"w\": 90},"
        "{\"flow\": \"line\", \"y\": 40, \"again\": 20, \"bottom\": 280, \"row\": 6, \"items\": ["
        "{\"text\": \"{line.name}.\", \"x\": 10, \"y\": 4, \"w\": 60},"
        "{\"text\": \"{line.amount}\", \"x\": 80, \"y\": 4, \"w\": 40, \"align\": \"right\"}]}]}";
    struct sheet *sheet = sheet_new(PRINT_KIND_RECEIPT);
    struct drawn made;
    char *text, name[40];
    const char *at;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof(name), "row %d", i);
        sheet_row(sheet, "line");
        sheet_text(sheet, "line.name", name);
        sheet_money(sheet, "line.amount", i);
    }
    made = draw_by(json, sheet, true);
    assert_non_null(made.bytes);
    keep(&made, "flow.pdf");
    text = pdf_text(made.bytes, made.n);
    at = text;
    for (int i = 0; at && i < 2000; i++) {
        snprintf(name, sizeof(name), "row %d.", i);
        at = strstr(at, name);
        if (!at || count(at, name) != 1)
            fail_msg("%s is not once and in its place", name);
    }
    /* 40 on the first page, 43 on each other. */
    for (int i = 0; text && i < 47; i++) {
        snprintf(name, sizeof(name), "head %d of 47.", i + 1);
        assert_int_equal(count(text, name), 1);
    }
    assert_true(!text || (count(text, "\f") == 47 && count(text, "only first") == 1));
    assert_true(!text || (count(text, "only last") == 1 && strstr(text, "only last") > at));
    free(text);
    free(made.bytes);
    sheet_free(sheet);
    /* Without rows it is one page. */
    sheet = sheet_new(PRINT_KIND_RECEIPT);
    made = draw_by(json, sheet, true);
    text = pdf_text(made.bytes, made.n);
    assert_true(!text || (strstr(text, "head 1 of 1.") && strstr(text, "only last")));
    free(text);
    free(made.bytes);
    sheet_free(sheet);
}

static void test_codes_and_paragraphs(void **state)
{
    static const char json[] =
        "{\"width\": 210, \"height\": 148, \"items\": ["
        "{\"qr\": \"No.{number}/{total}\", \"x\": 170, \"y\": 10, \"size\": 22},"
        "{\"paragraph\": \"{note}\", \"x\": 10, \"y\": 20, \"w\": 60, \"size\": 10},"
        "{\"text\": \"below\", \"x\": 10, \"y\": 140, \"w\": 60}]}";
    struct sheet *sheet = sheet_usual();
    char *text, *codes;
    struct drawn made;

    (void)state;
    for (int i = 0; i < 12; i++)
        sheet_join(sheet, "note", "", "一二三四五六七八九十甲乙丙丁。");
    sheet_join(sheet, "note", "", "完");
    made = draw_by(json, sheet, true);
    assert_non_null(made.bytes);
    keep(&made, "codes.pdf");
    text = pdf_text(made.bytes, made.n);
    assert_true(!text || (strstr(text, "完") && strstr(text, "below") > strstr(text, "完")));
    free(text);
    codes = pdf_codes(made.bytes, made.n);
    if (codes)
        assert_string_equal(codes, "No.A000012/492,760.00\n");
    free(codes);
    free(made.bytes);
    sheet_free(sheet);
}

/* Every character that is said is seen: cairo's own subsets of this font leave 如 out. */
static void test_every_character_has_ink(void **state)
{
    enum { DPI = 127, CELL = 25 /* pixels of 5 mm */ };
    static const char *const characters[] = {"现", "函", "告", "如", "下", "王", "意", "𠮷", "龘"};
    const size_t n = sizeof(characters) / sizeof(characters[0]);
    struct sheet *sheet = sheet_new(PRINT_KIND_RECEIPT);
    char json[2000] = "{\"width\": 80, \"height\": 20, \"items\": [", *to = json + strlen(json);
    struct picture p;
    struct drawn made;

    (void)state;
    for (size_t i = 0; i < n; i++)
        to += snprintf(to, (size_t)(json + sizeof(json) - to),
                       "%s{\"text\": \"%s\", \"x\": %zu, \"y\": 9, \"w\": 5, \"size\": 12}",
                       i ? "," : "", characters[i], 5 + 5 * i);
    snprintf(to, (size_t)(json + sizeof(json) - to), "]}");
    made = draw_by(json, sheet, true);
    assert_non_null(made.bytes);
    keep(&made, "characters.pdf");
    if (picture_of(made.bytes, made.n, DPI, &p)) {
        for (size_t i = 0; i < n; i++) {
            size_t ink = 0;

            for (int y = 0; y < p.h; y++)
                for (int x = 0; x < CELL; x++)
                    ink += p.grey[y * p.w + (int)(i + 1) * CELL + x] < 128;
            if (ink < 10)
                fail_msg("%s is not on the paper", characters[i]);
        }
        free(p.grey);
    }
    drawn_free(&made);
    sheet_free(sheet);
}

static void test_a_wrong_layout_is_named(void **state)
{
    static const struct {
        const char *json, *error;
    } wrong[] = {
        {"{", "line 1"},
        {"{\"items\": []}", "no size"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"text\": \"{nobody}\"}]}", "nobody"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"circle\": 1}]}", "no known kind"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"line\": [1, 2]}]}", "four numbers"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"rows\": \"debts\"}]}", "debts"},
        {"{\"roll\": 8, \"lines\": []}", "24 to 64"},
        {ROLL("{\"text\": \"{nobody}\"}"), "nobody"},
        {ROLL("{\"text\": \"a\", \"if\": \"nobody\"}"), "nobody"},
        {ROLL("{\"text\": \"a\", \"align\": \"up\"}"), "up"},
        {ROLL("{\"text\": 1}"), "no text"},
        {ROLL("{\"cells\": []}"), "no cells"},
        {ROLL("{\"cells\": [{\"text\": \"a\", \"width\": 0}]}"), "number of columns"},
        {ROLL("{\"pair\": [\"a\"]}"), "two texts"},
        {ROLL("{\"feed\": 21}"), "not fed"},
        {ROLL("{\"qr\": \"{remark}\"}"), "a code says nothing"},
        {ROLL("{\"rows\": \"debts\"}"), "debts"},
        {ROLL("{\"rows\": \"line\", \"lines\": [{\"rows\": \"line\"}]}"), "no known kind"},
        {ROLL("{\"circle\": 1}"), "no known kind"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"flow\": \"debts\"}]}", "debts"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"flow\": \"line\", \"y\": 9, "
         "\"bottom\": 12}]}",
         "no room"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"flow\": \"line\", \"row\": 0}]}",
         "no height"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"rows\": \"line\", \"row\": -1}]}",
         "no height"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"text\": \"a\", \"on\": \"odd\"}]}",
         "first or last"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"rows\": \"line\", \"items\": "
         "[{\"qr\": \"1\"}]}]}",
         "no known kind"},
        {"{\"width\": 210, \"height\": 148, \"items\": [{\"qr\": \"{note}\"}]}",
         "too long for a code"},
    };
    struct sheet *sheet = sheet_usual();
    char long_one[3001];

    (void)state;
    sheet_text(sheet, "remark", "");
    memset(long_one, 'a', sizeof(long_one) - 1);
    long_one[sizeof(long_one) - 1] = '\0';
    sheet_text(sheet, "note", long_one);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const struct drawn made = draw_by(wrong[i].json, sheet, true);

        assert_null(made.bytes);
        assert_non_null(strstr(made.error, wrong[i].error));
    }
    sheet_free(sheet);
}

static int fonts_free(void **state)
{
    (void)state;
    paper_fonts_free();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_of_it),
                                       cmocka_unit_test(test_those_of_the_program),
                                       cmocka_unit_test(test_holes_stay_free),
                                       cmocka_unit_test(test_names_of_a_sheet),
                                       cmocka_unit_test(test_a_roll),
                                       cmocka_unit_test(test_the_same_each_time),
                                       cmocka_unit_test(test_the_most_of_everything),
                                       cmocka_unit_test(test_a_copy_is_the_original_with_a_mark),
                                       cmocka_unit_test(test_a_small_one_is_marked),
                                       cmocka_unit_test(test_a_copy_of_what_ends_in_a_stream),
                                       cmocka_unit_test(test_a_table_flows_over_pages),
                                       cmocka_unit_test(test_codes_and_paragraphs),
                                       cmocka_unit_test(test_every_character_has_ink),
                                       cmocka_unit_test(test_a_wrong_layout_is_named)};

    return cmocka_run_group_tests(tests, NULL, fonts_free);
}

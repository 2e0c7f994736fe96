/* test_receipt_pdf.c - the paper of a receipt: all of it is there, the same each time, long and
 * rare names stay in their places, a wrong layout is named (FI-13, IV-06). */
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

#include "daemon/paper/paper.h"
#include "daemon/paper/pdf_mark.h"
#include "daemon/paper/receipt_pdf.h"
#include "paper_leaks.h"
#include "pdf_text.h"

struct made {
    char *bytes;
    size_t n;
    char error[LAYOUT_ERROR_TEXT];
};

static struct receipt_sheet sheet_usual(void)
{
    return (struct receipt_sheet){
        .number = "A000012",
        .day = "2026-11-28",
        .capitals = "伍万元整",
        .project = "云栖雅苑",
        .unit = "1-2-1203",
        .payer = "张𠮷龘、古丽·阿依",
        .holder = "杭州云栖置业有限公司",
        .bank = "中国建设银行杭州分行",
        .account = "3300 1616 7890 5301 2345",
        .cashier = "王芳",
        .note = "认购定金",
        .total_fen = 5000000,
        .lines = {{"定金", 5000000}},
        .n_lines = 1,
        .tenders = {{"现金", "", 1000000}, {"刷卡", "881203991", 4000000}},
        .n_tenders = 2};
}

static struct made draw(const struct receipt_sheet *sheet, const char *layout, bool demo)
{
    const struct receipt_print print = {.sheet = sheet, .layout = layout, .demo = demo};
    struct made made = {.bytes = NULL};
    const int r = receipt_pdf(&print, &made.bytes, &made.n, made.error);

    assert_true(r == 0 || r == -EBADMSG);
    assert_true((r == 0) == (made.bytes != NULL));
    return made;
}

/* ANCHANG_KEEP=folder keeps what is made, to be looked at. */
static void keep(const struct made *made, const char *name)
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

static void test_all_of_it(void **state)
{
    static const char *const words[] = {"收款收据",  "A000012",   "2026 年 11 月 28 日",
                                        "云栖雅苑",  "1-2-1203",  "张𠮷龘",
                                        "古丽·阿依", "伍万元整",  "50,000.00",
                                        "10,000.00", "40,000.00", "881203991",
                                        "王芳",      "认购定金",  "杭州云栖置业有限公司",
                                        "第一联",    "第三联",    "本收据不作为发票"};
    const struct receipt_sheet sheet = sheet_usual();
    struct made made = draw(&sheet, NULL, false);
    char *text;

    (void)state;
    assert_non_null(made.bytes);
    keep(&made, "receipt.pdf");
    text = pdf_text(made.bytes, made.n);
    for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++)
        if (!strstr(text, words[i]))
            fail_msg("%s is not on the paper:\n%s", words[i], text);
    assert_true(!text || !strstr(text, "演示"));
    free(text);
    free(made.bytes);
    made = draw(&sheet, NULL, true);
    text = pdf_text(made.bytes, made.n);
    assert_true(!text || strstr(text, "演示"));
    free(text);
    free(made.bytes);
}

static void test_the_same_each_time(void **state)
{
    const struct receipt_sheet sheet = sheet_usual();
    struct made one = draw(&sheet, NULL, false), two;

    (void)state;
    sleep(1); /* a time of its own would show */
    two = draw(&sheet, NULL, false);
    assert_int_equal(one.n, two.n);
    assert_memory_equal(one.bytes, two.bytes, one.n);
    free(one.bytes);
    free(two.bytes);
}

static void test_the_most_of_everything(void **state)
{
    struct receipt_sheet sheet = sheet_usual();
    struct made made;

    (void)state;
    sheet.n_lines = PAYMENT_LINES_MAX;
    sheet.n_tenders = PAYMENT_TENDERS_MAX;
    for (size_t i = 0; i < PAYMENT_LINES_MAX; i++) {
        snprintf(sheet.lines[i].name, sizeof(sheet.lines[i].name), "住宅专项维修资金及其他第%zu项",
                 i + 1);
        sheet.lines[i].fen = INT64_C(123456789012);
        snprintf(sheet.tenders[i].name, sizeof(sheet.tenders[i].name), "转账");
        snprintf(sheet.tenders[i].reference, sizeof(sheet.tenders[i].reference),
                 "2026112812345678901234567890%zu", i);
        sheet.tenders[i].fen = INT64_C(123456789012);
    }
    snprintf(
        sheet.payer, sizeof(sheet.payer), "%s",
        "浙江省杭州市余杭区云栖小镇数字产业投资发展有限公司、阿卜杜热西提·阿卜杜拉·买买提明、欧阳娜娜");
    snprintf(
        sheet.note, sizeof(sheet.note), "%s",
        "第一笔为定金转首付，第二笔为客户母亲代付，付款人与买受人关系证明已收，原件存于财务部档案柜第三层");
    snprintf(sheet.capitals, sizeof(sheet.capitals), "%s",
             "玖仟捌佰柒拾陆万伍仟肆佰叁拾贰元壹角整");
    snprintf(sheet.swaps, sizeof(sheet.swaps), "A000009");
    sheet.total_fen = INT64_C(987654321012);
    sheet.agency = true;
    made = draw(&sheet, NULL, true);
    assert_non_null(made.bytes);
    keep(&made, "receipt_most.pdf");
    free(made.bytes);
}

/* A copy is the original and then what marks it. */
static void test_a_copy_is_the_original_with_a_mark(void **state)
{
    static const char words[] = "补打第 1 次　2026-11-28 22:14　王芳";
    const struct receipt_sheet sheet = sheet_usual();
    struct made made = draw(&sheet, NULL, false), copy = {.bytes = NULL};
    char *text;

    (void)state;
    assert_int_equal(pdf_mark(made.bytes, made.n, words, &copy.bytes, &copy.n), 0);
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
    assert_int_equal(pdf_mark("%PDF-1.5 nothing", 16, words, &copy.bytes, &copy.n), -EBADMSG);
    free(copy.bytes);
    free(made.bytes);
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
    };
    const struct receipt_sheet sheet = sheet_usual();

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const struct made made = draw(&sheet, wrong[i].json, false);

        assert_null(made.bytes);
        assert_non_null(strstr(made.error, wrong[i].error));
    }
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
                                       cmocka_unit_test(test_the_same_each_time),
                                       cmocka_unit_test(test_the_most_of_everything),
                                       cmocka_unit_test(test_a_copy_is_the_original_with_a_mark),
                                       cmocka_unit_test(test_a_wrong_layout_is_named)};

    return cmocka_run_group_tests(tests, NULL, fonts_free);
}

/* paper.c - bench_paper N: draws an A5 receipt N times, and prints what each took, in microseconds
 * of the processor. The first, which finds the fonts, is drawn before. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/paper/receipt_pdf.h"

static int drawn(const struct receipt_print *print, long *ret_us)
{
    char error[LAYOUT_ERROR_TEXT], *bytes;
    struct timespec from, to;
    size_t n;
    int r;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    r = receipt_pdf(print, &bytes, &n, error);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    if (r < 0)
        return r;
    free(bytes);
    *ret_us = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
    return 0;
}

int main(int argc, char **argv)
{
    static struct receipt_sheet sheet = {
        .number = "A000012",
        .day = "2026-11-28",
        .capitals = "伍万元整",
        .project = "云栖雅苑",
        .unit = "1-2-1203",
        .payer = "张一鸣、李静",
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
    const struct receipt_print print = {.sheet = &sheet};
    const long times = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    long us;

    if (times <= 0 || drawn(&print, &us) < 0)
        return 2;
    for (long i = 0; i < times; i++) {
        snprintf(sheet.number, sizeof(sheet.number), "A%06ld", i % 1000000);
        if (drawn(&print, &us) < 0)
            return 1;
        printf("%ld\n", us);
    }
    return 0;
}

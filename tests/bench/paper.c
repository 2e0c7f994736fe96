/* paper.c - bench_paper N: draws an A5 receipt N times, and prints what each took, in microseconds
 * of the processor. The first, which finds the fonts, is drawn before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/paper/layout.h"

static int drawn(const struct layout_print *print, long *ret_us)
{
    char error[LAYOUT_ERROR_TEXT], *bytes;
    struct timespec from, to;
    size_t n;
    int r;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    r = layout_draw(print, &bytes, &n, error);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    if (r < 0)
        return r;
    free(bytes);
    *ret_us = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
    return 0;
}

int main(int argc, char **argv)
{
    struct sheet *sheet = sheet_sample(PRINT_KIND_RECEIPT);
    struct layout_print print = {
        .sheet = sheet, .form = true, .title = "A000012", .subject = "收款收据"};
    const long times = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    char number[16];
    long us;
    int r = 0;

    for (size_t i = 0; i < layout_files_count; i++)
        if (strcmp(layout_files[i].name, "receipt_a5") == 0)
            print.json = layout_files[i].json;
    if (times <= 0 || !sheet || !print.json || drawn(&print, &us) < 0)
        return 2;
    for (long i = 0; r == 0 && i < times; i++) {
        snprintf(number, sizeof(number), "A%06ld", i % 1000000);
        sheet_text(sheet, "number", number);
        r = drawn(&print, &us);
        if (r == 0)
            printf("%ld\n", us);
    }
    sheet_free(sheet);
    return r == 0 ? 0 : 1;
}

/* Real price lists, where they are: each row exactly once, totals to the fen; CSV and XLSX. */
#include "daemon/sheet/import.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <xlsxwriter.h>

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

struct expected {
    const char *file;
    int64_t rows, gross, inner, total;
    int64_t floor_missing, class_unknown, total_differs;
};

/* Sums taken from the files by other means. */
static const struct expected lists[] = {
    {"02_shenzhen_huaide_plaza.csv", 1195, INT64_C(16787813), INT64_C(13079795),
     INT64_C(452866256500), 0, 0, 0},
    {"04_shenzhen_longping_ziyuan.csv", 460, INT64_C(3782969), INT64_C(2919836),
     INT64_C(208366150738), 0, 0, 4},
    {"05_shenzhen_jialin_yuexiyuan.csv", 521, INT64_C(3141549), INT64_C(2313417),
     INT64_C(157573830508), 0, 0, 0},
    {"91_shenzhen_2018_real_status_16projects.csv", 10737, INT64_C(108150555), INT64_C(82384907),
     INT64_C(4722293639339), 33, 1230, 4},
};

static int count_row(void *ctx, const struct unit_row *row)
{
    int64_t *n = ctx;

    assert_true(row->state != 0);
    assert_true(row->total > 0 && row->gross > 0);
    (*n)++;
    return 0;
}

/* The list again as a workbook, its numbers as the binary doubles a spreadsheet keeps. */
static void scan_as_workbook(struct sheet *s, const struct mapping *m,
                             const struct import_decisions *d, const struct expected *e)
{
    struct import_report report;
    struct sheet_row row;
    struct sheet *book_sheet = NULL;
    char path[] = "/tmp/anchang-list-XXXXXX";
    int fd = mkostemp(path, O_CLOEXEC);
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *ws = workbook_add_worksheet(book, NULL);
    int64_t start;

    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(sheet_select(s, 0, NULL), 0);
    while (sheet_next_row(s, NULL, &row) > 0)
        for (size_t i = 0; i < row.n_cells; i++) {
            char text[256];

            snprintf(text, sizeof(text), "%.*s", (int)row.cells[i].len, row.cells[i].text);
            if (i >= 8 && i <= 11 && row.number > 1)
                worksheet_write_number(ws, (lxw_row_t)row.number - 1, (lxw_col_t)i,
                                       strtod(text, NULL), NULL);
            else if (text[0])
                worksheet_write_string(ws, (lxw_row_t)row.number - 1, (lxw_col_t)i, text, NULL);
        }
    assert_int_equal(workbook_close(book), 0);
    start = now_us();
    assert_int_equal(sheet_open(path, "list.xlsx", NULL, &book_sheet), 0);
    unlink(path);
    assert_int_equal(import_scan(book_sheet, m, d, NULL, NULL, NULL, &report), 0);
    print_message("  as XLSX in %lld us\n", (long long)(now_us() - start));
    assert_int_equal(report.accepted.rows, e->rows);
    assert_int_equal(report.accepted.gross, e->gross);
    assert_int_equal(report.accepted.inner, e->inner);
    assert_int_equal(report.accepted.total, e->total);
    import_report_done(&report);
    sheet_close(book_sheet);
}

static void scan_list(const char *path, const struct expected *e)
{
    struct import_decisions d = {.floor = "裙楼", .class_code = "home"};
    struct import_report report;
    struct mapping m;
    struct sheet *s = NULL;
    int64_t start, n = 0;

    assert_int_equal(sheet_open(path, e->file, NULL, &s), 0);
    assert_int_equal(mapping_detect(s, NULL, &m), 13);
    assert_int_equal(import_scan(s, &m, &d, NULL, NULL, NULL, &report), 0);
    import_suggest_words(&report, &m);
    import_report_done(&report);
    start = now_us();
    assert_int_equal(import_scan(s, &m, &d, NULL, NULL, NULL, &report), 0);
    print_message("%s: %lld rows in %lld us\n", e->file, (long long)report.read.rows,
                  (long long)(now_us() - start));
    assert_int_equal(report.read.rows, e->rows);
    assert_int_equal(report.classes[PROBLEM_FLOOR_MISSING].count, e->floor_missing);
    assert_int_equal(report.classes[PROBLEM_CLASS_UNKNOWN].count, e->class_unknown);
    assert_int_equal(report.classes[PROBLEM_TOTAL_DIFFERS].count, e->total_differs);
    import_report_done(&report);

    d.action[PROBLEM_FLOOR_MISSING] = d.action[PROBLEM_CLASS_UNKNOWN] = IMPORT_ACCEPT;
    d.action[PROBLEM_TOTAL_DIFFERS] = IMPORT_ACCEPT;
    assert_int_equal(import_scan(s, &m, &d, count_row, &n, NULL, &report), 0);
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        if (report.classes[i].count > 0)
            print_message("  %s: %lld\n", problem_name((enum row_problem_class)i),
                          (long long)report.classes[i].count);
    assert_int_equal(report.n_refused + report.n_skipped, 0);
    assert_int_equal(n, e->rows);
    assert_int_equal(report.keys.n, (size_t)e->rows); /* each exactly once */
    assert_int_equal(report.accepted.gross, e->gross);
    assert_int_equal(report.accepted.inner, e->inner);
    assert_int_equal(report.accepted.total, e->total);
    import_report_done(&report);
    scan_as_workbook(s, &m, &d, e);
    sheet_close(s);
}

static void test_real_lists(void **state)
{
    const char *shared = getenv("ANCHANG_SHARED");
    char path[512];

    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        snprintf(path, sizeof(path), "%s/data/%s", shared ? shared : "../shared", lists[i].file);
        if (access(path, R_OK) < 0) {
            print_message("skipped: no %s\n", path);
            skip();
        }
        scan_list(path, &lists[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_real_lists)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

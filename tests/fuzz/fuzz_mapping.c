/* A list all the way to units: proposed mapping, the usual words, everything accepted that can be;
 * then as a matrix. What comes out must keep its promises. */
#include "daemon/sheet/import.h"
#include "daemon/sheet/matrix.h"
#include "daemon/sheet/sheet_impl.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    size_t len = strlen(text);

    if (utf8_valid((const unsigned char *)text, len) != len)
        abort();
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            abort();
}

static void check_amount(int64_t value, int64_t max)
{
    if (value != UNIT_NONE && (value < 0 || value > max))
        abort();
}

static int check_row(void *ctx, const struct unit_row *u)
{
    int64_t *n = ctx;

    (*n)++;
    check_text(u->project);
    check_text(u->building);
    check_text(u->stair);
    check_text(u->floor);
    check_text(u->room);
    check_text(u->layout);
    check_text(u->orientation);
    check_text(u->reason);
    check_amount(u->gross, MAPPING_AREA_MAX);
    check_amount(u->inner, MAPPING_AREA_MAX);
    check_amount(u->shared, MAPPING_AREA_MAX);
    check_amount(u->unit_price, MAPPING_UNIT_PRICE_MAX);
    check_amount(u->total, MAPPING_TOTAL_MAX);
    check_amount(u->filed_total, MAPPING_TOTAL_MAX);
    if (u->room[0] == '\0' || u->state == '\0' || !strchr("UAKRXBSCFDTN", u->state))
        abort();
    return 0;
}

static void check_report(const struct import_report *report, int64_t n)
{
    if (report->accepted.rows != n ||
        report->accepted.rows + report->n_skipped + report->n_refused != report->read.rows ||
        (report->n_refused > 0) != (report->undecided > 0))
        abort();
}

static void scan_list(struct sheet *s, const struct import_decisions *d, struct fault *f)
{
    static struct mapping m;
    struct import_report report;
    int64_t n = 0;

    if (mapping_detect(s, f, &m) < 0)
        return;
    if (m.columns[FIELD_ROOM].column < 0) { /* any columns do */
        for (int i = 0; i < FIELD_COUNT; i++)
            m.columns[i].column = i;
        m.header_row = 0;
    }
    if (import_scan(s, &m, d, NULL, NULL, f, &report) < 0)
        return;
    import_suggest_words(&report, &m);
    import_refusal(&report, f);
    import_report_done(&report);
    if (import_scan(s, &m, d, check_row, &n, f, &report) < 0)
        return;
    check_report(&report, n);
    import_report_done(&report);
}

static void scan_matrix(struct sheet *s, const struct import_decisions *d, struct fault *f)
{
    static struct matrix_layout layout;
    static struct mapping m;
    struct import_report report;
    struct matrix *matrix = NULL;
    struct row_source source;
    int64_t n = 0;

    layout.n = 0;
    if (matrix_detect(s, 0, f, &layout) <= 0 || matrix_open(s, &layout, f, &matrix) < 0)
        return;
    matrix_mapping(&layout, &m);
    source = matrix_source(matrix);
    if (import_scan_rows(&source, &m, d, check_row, &n, f, &report) == 0) {
        check_report(&report, n);
        import_report_done(&report);
    }
    matrix_close(matrix);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct import_decisions d = {.floor = "1F", .state = 'U', .class_code = "home"};
    struct fault f = {0};
    struct sheet *s = NULL;

    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        d.action[i] = i % 7 == 6 ? IMPORT_SKIP : IMPORT_ACCEPT;
    if (sheet_open_memory(data, size, NULL, &f, &s) == 0) {
        scan_list(s, &d, &f);
        scan_matrix(s, &d, &f);
    }
    sheet_close(s);
    fault_clear(&f);
    return 0;
}

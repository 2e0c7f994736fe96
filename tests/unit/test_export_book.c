/* The chart and the price list as XLSX: each unit once, never a formula, and imported again
 * unchanged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zip.h>

#include "daemon/paper/paper.h"
#include "daemon/sheet/import.h"
#include "daemon/site_time.h"
#include "db/import.h"
#include "db/unit_class.h"
#include "export_fixture.h"

/* ---- XLSX ---- */

static struct sheet *book_open_again(const struct file *f)
{
    struct sheet *s = NULL;

    assert_int_equal(sheet_open_memory(f->bytes, f->n, "export.xlsx", NULL, &s), 0);
    return s;
}

/* A part of the archive as text. */
static char *book_part(const struct file *f, const char *name)
{
    zip_source_t *source = zip_source_buffer_create(f->bytes, f->n, 0, NULL);
    zip_t *z = zip_open_from_source(source, ZIP_RDONLY, NULL);
    struct zip_stat st;
    zip_file_t *part;
    char *text;

    assert_non_null(z);
    assert_int_equal(zip_stat(z, name, 0, &st), 0);
    text = calloc(1, st.size + 1);
    part = zip_fopen(z, name, 0);
    assert_non_null(part);
    assert_int_equal(zip_fread(part, text, st.size), (zip_int64_t)st.size);
    zip_fclose(part);
    zip_close(z);
    return text;
}

struct reading {
    const struct content *content;
    char project[8];
    size_t n;
};

static int64_t known(int64_t value)
{
    return value > 0 ? value : UNIT_NONE;
}

static int row_check(void *ctx, const struct unit_row *row)
{
    struct reading *r = ctx;
    const struct published_unit *u = &r->content->units[r->n];

    assert_true(r->n < r->content->n_units);
    assert_string_equal(row->building, u->building);
    assert_string_equal(row->stair, u->stair);
    assert_string_equal(row->floor, u->floor);
    assert_int_equal(row->floor_first, u->floor_ordinal);
    assert_string_equal(row->room, u->room);
    assert_string_equal(row->class_code, u->class);
    assert_string_equal(row->orientation, u->orientation);
    assert_int_equal(row->gross, known(u->gross));
    assert_int_equal(row->inner, known(u->inner));
    assert_int_equal(row->shared, known(u->shared));
    assert_int_equal(row->total, known(u->total_fen));
    assert_int_equal(row->floor_height, known(u->floor_height_mm / 10));
    assert_int_equal(row->state, u->state);
    r->n++;
    return 0;
}

/* With nothing but the mapping that the importer itself proposes; a price is missing only where
 * none may be shown. */
static void check_again(const struct file *f, const struct content *c)
{
    struct import_decisions d = {.action = {[PROBLEM_PRICE_MISSING] = IMPORT_ACCEPT}};
    struct reading reading = {.content = c};
    struct import_report report;
    struct sheet *s = book_open_again(f);
    struct mapping m;

    assert_true(mapping_detect(s, NULL, &m) >= 13);
    assert_int_equal(import_scan(s, &m, &d, NULL, NULL, NULL, &report), 0);
    import_suggest_words(&report, &m);
    import_report_done(&report);
    assert_int_equal(import_scan(s, &m, &d, row_check, &reading, NULL, &report), 0);
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        if (report.classes[i].refusing)
            print_message("  refused: %s\n", problem_name((enum row_problem_class)i));
    assert_int_equal(report.n_refused + report.n_skipped, 0);
    assert_int_equal(reading.n, c->n_units);
    import_report_done(&report);
    sheet_close(s);
}

static void test_prices_again(void **state)
{
    static const char *const bases[] = {"gross", "inner", "unit"};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (enum lang lang = LANG_ZH; lang <= LANG_EN; lang++) {
            struct content *c = content_small(true);
            struct snapshot *s;
            struct file f;

            c->items[0].value =
                pool_text(&c->pool, i == 0   ? c->items[0].value
                                    : i == 1 ? "1\x1fX\x1f\x1f\x1f\x1f\x1f\x1f\x1finner\x1f"
                                               "0"
                                             : "1\x1fX\x1f\x1f\x1f\x1f\x1f\x1f\x1funit\x1f"
                                               "0");
            s = snapshot_make(c, false, true);
            f = make(PAPER_PRICES_XLSX, s, lang, bases[i]);
            check_again(&f, c);
            free(f.bytes);
            snapshot_unref(s);
        }
}

/* Text that looks like a formula is a string of the file, never an <f>. */
static void test_no_formula(void **state)
{
    static const enum paper_kind kinds[] = {PAPER_CHART_XLSX, PAPER_PRICES_XLSX};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct snapshot *s = snapshot_make(content_small(false), false, false);
        struct file f = make(kinds[i], s, LANG_ZH, "formula");
        char *strings = book_part(&f, "xl/sharedStrings.xml");
        size_t sheets = kinds[i] == PAPER_CHART_XLSX ? 3 : 2;
        char name[64];

        assert_non_null(strstr(strings, "=1+1"));
        for (size_t k = 1; k <= sheets; k++) {
            char *part;

            snprintf(name, sizeof(name), "xl/worksheets/sheet%zu.xml", k);
            part = book_part(&f, name);
            assert_null(strstr(part, "<f>"));
            assert_non_null(strstr(part, ID)); /* in the header of every page */
            assert_non_null(strstr(part, "&amp;P / &amp;N"));
            free(part);
        }
        free(strings);
        strings = book_part(&f, "docProps/custom.xml");
        assert_non_null(strstr(strings, HASH));
        free(strings);
        free(f.bytes);
        snapshot_unref(s);
    }
}

static void test_chart_book(void **state)
{
    struct snapshot *s = snapshot_make(content_small(false), false, true);
    const struct content *c = snapshot_content(s);
    struct file f = make(PAPER_CHART_XLSX, s, LANG_ZH, "small");
    struct sheet *book = book_open_again(&f);
    size_t *seen = calloc(c->n_units, sizeof(*seen));
    struct sheet_info info;
    struct sheet_row row;

    (void)state;
    sheet_info(book, &info);
    assert_int_equal(info.n_sheets, 3);
    assert_string_equal(sheet_name(book, 1, NULL), "1栋");
    for (size_t k = 1; k < 3; k++) {
        assert_int_equal(sheet_select(book, k, NULL), 0);
        while (sheet_next_row(book, NULL, &row) > 0)
            for (size_t i = 0; i < row.n_cells; i++)
                for (size_t u = 0; u < c->n_units; u++) {
                    size_t n = strlen(c->units[u].room);

                    if (row.cells[i].kind == SHEET_CELL_TEXT && row.cells[i].len > n &&
                        memcmp(row.cells[i].text, c->units[u].room, n) == 0 &&
                        row.cells[i].text[n] == ' ')
                        seen[u]++;
                }
    }
    for (size_t u = 0; u < c->n_units; u++)
        if (seen[u] != 1)
            fail_msg("unit %s is on the sheets %zu times", c->units[u].room, seen[u]);
    free(seen);
    sheet_close(book);
    free(f.bytes);
    snapshot_unref(s);
}

struct loading {
    struct content *content;
    char buildings[64][64], stairs[256][130];
    int64_t n_buildings, n_stairs;
};

static int64_t number_of(char *names, size_t size, int64_t *n, const char *name)
{
    for (int64_t i = 0; i < *n; i++)
        if (strcmp(names + (size_t)i * size, name) == 0)
            return i + 1;
    snprintf(names + (size_t)*n * size, size, "%s", name);
    return ++*n;
}

static int row_load(void *ctx, const struct unit_row *row)
{
    struct loading *l = ctx;
    char stair[130], line[64];
    int64_t b, s;
    struct published_unit *u;

    snprintf(stair, sizeof(stair), "%s|%s", row->building, row->stair);
    b = number_of(l->buildings[0], sizeof(l->buildings[0]), &l->n_buildings, row->building);
    s = number_of(l->stairs[0], sizeof(l->stairs[0]), &l->n_stairs, stair);
    import_line(row->room, row->floor, line, sizeof(line));
    u = unit_add(l->content, b, s, row->floor_first, row->room, line,
                 state_info(row->state)->public_letter);
    u->building = pool_text(&l->content->pool, row->building);
    u->stair = pool_text(&l->content->pool, row->stair);
    u->floor = pool_text(&l->content->pool, row->floor);
    u->class = unit_class_info(row->class_code)->code;
    u->orientation = pool_text(&l->content->pool, row->orientation);
    u->layout_id = u->floor_height_mm = 0;
    u->gross = row->gross;
    u->inner = row->inner;
    u->shared = row->gross - row->inner;
    u->total_fen = state_info(u->state)->priced ? row->total : 0;
    return 0;
}

/* Physical order, as db/content.c makes it. */
static int compare_units(const void *a, const void *b)
{
    const struct published_unit *x = a, *y = b;

    if (x->stair_id != y->stair_id)
        return x->stair_id < y->stair_id ? -1 : 1;
    if (x->floor_ordinal != y->floor_ordinal)
        return x->floor_ordinal > y->floor_ordinal ? -1 : 1;
    if (strlen(x->line) != strlen(y->line))
        return strlen(x->line) < strlen(y->line) ? -1 : 1;
    return strcmp(x->line, y->line) ? strcmp(x->line, y->line) : strcmp(x->room, y->room);
}

static void check_list(const char *path, const char *name)
{
    struct import_decisions d = {.action = {[PROBLEM_TOTAL_DIFFERS] = IMPORT_ACCEPT}};
    struct loading *l = calloc(1, sizeof(*l));
    struct import_report report;
    struct sheet *list = NULL;
    struct snapshot *s;
    struct mapping m;
    struct file f;

    l->content = content_new();
    items_make(l->content, name, "gross", false);
    assert_int_equal(sheet_open(path, name, NULL, &list), 0);
    assert_true(mapping_detect(list, NULL, &m) > 0);
    assert_int_equal(import_scan(list, &m, &d, NULL, NULL, NULL, &report), 0);
    import_suggest_words(&report, &m);
    import_report_done(&report);
    assert_int_equal(import_scan(list, &m, &d, row_load, l, NULL, &report), 0);
    assert_int_equal(report.n_refused, 0);
    import_report_done(&report);
    sheet_close(list);
    qsort(l->content->units, l->content->n_units, sizeof(*l->content->units), compare_units);
    s = snapshot_make(l->content, false, true);
    free(make(PAPER_CHART_PDF, s, LANG_ZH, name).bytes);
    free(make(PAPER_CHART_PDF, s, LANG_EN, name).bytes);
    free(make(PAPER_CHART_XLSX, s, LANG_ZH, name).bytes);
    free(make(PAPER_PRICES_PDF, s, LANG_ZH, name).bytes);
    f = make(PAPER_PRICES_XLSX, s, LANG_ZH, name);
    if (strcmp(name, "04") != 0) /* its two wrong totals are refused again, as they should be */
        check_again(&f, l->content);
    free(f.bytes);
    snapshot_unref(s);
    free(l);
}

static void test_real_lists(void **state)
{
    static const char *const names[][2] = {{"02_shenzhen_huaide_plaza.csv", "02"},
                                           {"04_shenzhen_longping_ziyuan.csv", "04"},
                                           {"05_shenzhen_jialin_yuexiyuan.csv", "05"}};
    const char *shared = getenv("ANCHANG_SHARED");
    char path[512];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/data/%s", shared ? shared : "../shared", names[i][0]);
        if (access(path, R_OK) < 0) {
            print_message("skipped: no %s\n", path);
            skip();
        }
        check_list(path, names[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prices_again),
        cmocka_unit_test(test_no_formula),
        cmocka_unit_test(test_chart_book),
        cmocka_unit_test(test_real_lists),
    };
    int failed;

    site_time_init("Asia/Shanghai");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    paper_fonts_free();
    return failed;
}

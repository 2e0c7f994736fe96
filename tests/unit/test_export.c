/* The chart and the price list as PDF: complete, marked on every page, in two languages, in time.
 * */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "daemon/paper/paper.h"
#include "daemon/site_time.h"
#include "export_fixture.h"
#include "pdf_text.h"

static size_t count_of(const char *text, const char *word)
{
    size_t n = 0;

    for (const char *at = strstr(text, word); at; at = strstr(at + strlen(word), word))
        n++;
    return n;
}

/* The word standing alone: "1-1-101" is not in "11-1-101". */
static size_t count_alone(const char *text, const char *word)
{
    static const char part[] = "0123456789-";
    size_t n = 0, len = strlen(word);

    for (const char *at = strstr(text, word); at; at = strstr(at + len, word))
        n += (at == text || !strchr(part, at[-1])) && (!at[len] || !strchr(part, at[len]));
    return n;
}

static void check_pages(const char *text, const char *const *each)
{
    size_t pages = count_of(text, "\f"), n = 0;
    char *copy = strdup(text), *page = copy;

    assert_true(pages > 0);
    for (char *end = strchr(page, '\f'); end; page = end + 1, end = strchr(page, '\f')) {
        *end = '\0';
        n++;
        for (const char *const *word = each; *word; word++)
            if (!strstr(page, *word))
                fail_msg("page %zu lacks \"%s\"", n, *word);
    }
    free(copy);
}

static void check_units_once(const char *text, const struct content *c)
{
    for (size_t i = 0; i < c->n_units; i++)
        if (strlen(c->units[i].room) < 12 && count_alone(text, c->units[i].room) != 1)
            fail_msg("unit %s is there %zu times", c->units[i].room,
                     count_alone(text, c->units[i].room));
}

/* ---- PDF ---- */

static void test_font_missing(void **state)
{
    char dir[] = "/tmp/anchang-font-XXXXXX", path[64];
    int status, fd;
    pid_t pid;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/fonts.conf", dir);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    dprintf(fd, "<?xml version=\"1.0\"?><fontconfig><dir>%s</dir></fontconfig>\n", dir);
    close(fd);
    pid = fork(); /* before this process has read the system's fonts */
    assert_true(pid >= 0);
    if (pid == 0) {
        /* house: allow banned - a child of one thread, about to end */
        setenv("FONTCONFIG_FILE", path, 1);
        _exit(paper_check_fonts() == -ENOENT ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    unlink(path);
    rmdir(dir);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(paper_check_fonts(), 0);
    assert_string_equal(paper_font, "Noto Sans CJK SC");
}

static void check_pdf(enum paper_kind kind, enum lang lang, const char *const *each)
{
    struct snapshot *s = snapshot_make(content_small(false), false, true);
    struct file f = make(kind, s, lang, "small");
    char *text = pdf_text(f.bytes, f.n);

    assert_memory_equal(f.bytes, "%PDF", 4);
    if (text) {
        check_pages(text, each);
        check_units_once(text, snapshot_content(s));
        free(text);
    }
    free(f.bytes);
    snapshot_unref(s);
}

static void test_pdf(void **state)
{
    static const char *const zh[] = {
        ID,  "公示版本", "项目销售经理", "12315", "演示", "滨江花园", "江房许字（2026）第001号",
        NULL};
    static const char *const en[] = {
        ID, "No. 3", "project sales manager", "Riverside Garden", "12315", "DEMO", "Page", NULL};

    (void)state;
    check_pdf(PAPER_CHART_PDF, LANG_ZH, zh);
    check_pdf(PAPER_CHART_PDF, LANG_EN, en);
    check_pdf(PAPER_PRICES_PDF, LANG_ZH, zh);
    check_pdf(PAPER_PRICES_PDF, LANG_EN, en);
}

static void test_words_of_prices(void **state)
{
    const char *stair;
    struct snapshot *s = snapshot_make(content_small(true), false, false);
    struct file f = make(PAPER_PRICES_PDF, s, LANG_ZH, "deals");
    char *text = pdf_text(f.bytes, f.n);

    (void)state;
    if (text) {
        assert_non_null(strstr(text, "购房人自愿选择"));
        assert_non_null(strstr(text, "7 日内付清"));
        assert_non_null(
            strstr(text, "999,999.00")); /* the deal's price, where the project shows it */
        assert_non_null(strstr(text, "1,103,333.51"));
        /* A heading for each stair, also where it begins in the middle of a page. */
        stair = strstr(text, "2单元");
        assert_non_null(stair);
        assert_true(stair < strchr(text, '\f'));
        assert_null(strstr(text, "演示"));
        free(text);
    }
    free(f.bytes);
    f = make(PAPER_PRICES_PDF, s, LANG_EN, "deals");
    text = pdf_text(f.bytes, f.n);
    if (text) {
        assert_non_null(strstr(text, "free choice"));
        assert_non_null(strstr(text, "Signed"));
        free(text);
    }
    free(f.bytes);
    snapshot_unref(s);
}

/* Every page of a draft says so, and nobody has approved it; a loss shows in the snapshot's id. */
static void test_draft_and_loss(void **state)
{
    static const char *const each[] = {"草稿", ID, NULL};
    struct snapshot *s = snapshot_make(content_small(false), true, false);
    const struct published_unit *u;
    struct file f;
    char *text, before;

    (void)state;
    f = make(PAPER_CHART_PDF, s, LANG_ZH, "draft");
    text = pdf_text(f.bytes, f.n);
    if (text) {
        check_pages(text, each);
        assert_null(strstr(text, "项目销售经理"));
        free(text);
    }
    free(f.bytes);
    snapshot_unref(s);
    s = snapshot_make(content_small(false), false, false);
    u = snapshot_unit(s, 38, &before); /* the duplex */
    assert_string_equal(u->room, "D-201");
    assert_int_equal(before, 'A');
    assert_int_equal(snapshot_patch(s, 5, 38, 'F', INT64_C(1780000120000)), 0);
    f = make(PAPER_PRICES_PDF, s, LANG_ZH, "loss");
    text = pdf_text(f.bytes, f.n);
    if (text) {
        const char *row = strstr(text, "D-201");
        const char *end = row ? strchr(row, '\n') : NULL;

        assert_non_null(strstr(text, ID "-5"));
        assert_non_null(end);
        assert_non_null(memmem(row, (size_t)(end - row), "已备案", strlen("已备案")));
        assert_null(memmem(row, (size_t)(end - row), "1,103,333", strlen("1,103,333")));
        free(text);
    }
    free(f.bytes);
    snapshot_unref(s);
}

/* Until when the prices hold is on every page (PR-15). */
static void test_valid_until(void **state)
{
    static const char *const each[] = {"价格有效至 2026-06-2", NULL};
    struct content *c = content_small(false);
    struct snapshot *s;
    char value[512], *text;
    struct file f;

    (void)state;
    snprintf(value, sizeof(value), "%s\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f%d",
             c->items[0].value, 30);
    c->items[0].value = pool_text(&c->pool, value);
    s = snapshot_make(c, false, false);
    f = make(PAPER_PRICES_PDF, s, LANG_ZH, "valid");
    text = pdf_text(f.bytes, f.n);
    if (text) {
        check_pages(text, each);
        free(text);
    }
    free(f.bytes);
    snapshot_unref(s);
}

static void check_tall_or_wide(const char *name, int stairs, int floors, int lines)
{
    static const char *const each[] = {ID, "12315", NULL};
    struct content *c = content_new();
    struct snapshot *s;
    struct file f;
    char *text;

    items_make(c, "一座很高也很宽的楼", "gross", false);
    building_add(c, 1, stairs, floors, lines);
    s = snapshot_make(c, false, false);
    f = make(PAPER_CHART_PDF, s, LANG_ZH, name);
    text = pdf_text(f.bytes, f.n);
    if (text) {
        check_pages(text, each);
        check_units_once(text, c);
        free(text);
    }
    free(f.bytes);
    free(make(PAPER_CHART_XLSX, s, LANG_ZH, name).bytes);
    snapshot_unref(s);
}

static void test_split(void **state)
{
    (void)state;
    check_tall_or_wide("tall", 1, 66, 4);
    check_tall_or_wide("wide", 5, 8, 9);
    check_tall_or_wide("flat", 1, 1, 120);
}

static void test_file_names(void **state)
{
    struct content *c = content_small(false);
    struct paper_request request = {.lang = LANG_ZH};
    char name[192];

    (void)state;
    request.snapshot = snapshot_make(c, false, false);
    paper_file_name(PAPER_CHART_PDF, &request, name, sizeof(name));
    assert_string_equal(name, "江城·滨江花园-销控表-v3.pdf");
    request.lang = LANG_EN;
    paper_file_name(PAPER_PRICES_XLSX, &request, name, sizeof(name));
    assert_string_equal(name, "Riverside Garden-Price list-v3.xlsx");
    snapshot_unref(request.snapshot);
}

/* ---- large and real ---- */

static void test_large(void **state)
{
    static const int buildings[] = {5, 25};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct content *c = content_new();
        struct snapshot *s;
        char name[32];

        items_make(c, "大盘", "gross", false);
        for (int b = 1; b <= buildings[i]; b++)
            building_add(c, b, 2, 25, 8);
        snprintf(name, sizeof(name), "units-%zu", c->n_units);
        s = snapshot_make(c, false, false);
        for (int kind = PAPER_CHART_XLSX; kind <= PAPER_PRICES_PDF; kind++)
            free(make((enum paper_kind)kind, s, LANG_ZH, name).bytes);
        snapshot_unref(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_font_missing), /* first: see there */
        cmocka_unit_test(test_pdf),
        cmocka_unit_test(test_words_of_prices),
        cmocka_unit_test(test_draft_and_loss),
        cmocka_unit_test(test_valid_until),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_large),
    };
    int failed;

    site_time_init("Asia/Shanghai");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    paper_fonts_free();
    return failed;
}

/* The chart and the price list as PDF and XLSX: complete, marked, readable again, never a formula.
 * */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zip.h>

#include "daemon/paper/paper.h"
#include "daemon/sheet/import.h"
#include "daemon/site_time.h"
#include "db/content.h"
#include "db/import.h"
#include "db/state.h"
#include "db/unit_class.h"

extern char **environ;

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID   "0123456789ab"

/* ---- a project in memory ---- */

static struct content *content_new(void)
{
    struct content *c = calloc(1, sizeof(*c));

    assert_non_null(c);
    c->project_id = 1;
    c->publication_id = 7;
    return c;
}

static void item_add(struct content *c, const char *section, const char *key, const char *name,
                     const char *value)
{
    c->items = realloc(c->items, (c->n_items + 1) * sizeof(*c->items));
    assert_non_null(c->items);
    c->items[c->n_items++] = (struct published_item){
        section, pool_text(&c->pool, key), pool_text(&c->pool, name), pool_text(&c->pool, value)};
}

/* Fields 1 name, 2 name_en, 4 address, 5 developer, 6 phone, 8 basis, 9 show_deal_price. */
static void items_make(struct content *c, const char *name, const char *basis, bool deals)
{
    char value[512];

    snprintf(value, sizeof(value),
             "1\x1f%s\x1fRiverside Garden\x1f\x1f滨江路 1 号\x1f江城置业有限公司\x1f"
             "0755-12345678\x1fpresale\x1f%s\x1f%d",
             name, basis, deals);
    item_add(c, "project", "1", name, value);
    item_add(c, "layout", "1", "A1",
             "1\x1f"
             "3\x1f"
             "2\x1f"
             "2\x1f\x1f");
    item_add(c, "layout", "2", "B2 三房两厅",
             "2\x1f"
             "3\x1f"
             "2\x1f"
             "1\x1f\x1f");
    item_add(c, "permit", "1", "江房许字（2026）第001号",
             "1\x1fpresale\x1f"
             "2026-01-02\x1f\x1f"
             "1栋、2栋");
    item_add(c, "disclosure", "P17", "P17",
             "\x1f\x1f\x1f"
             "12315");
    item_add(c, "disclosure", "P7", "P7",
             "\x1f\x1f\x1f"
             "2.5");
    item_add(c, "fee", "1", "代办产权证",
             "1\x1f"
             "agency\x1f"
             "300 元/套\x1f双方约定\x1f某代办公司\x1f"
             "1");
    item_add(c, "fee", "2", "前期物业服务费",
             "2\x1fproperty\x1f"
             "3.2 元/m²·月\x1f物价备案\x1f某物业公司\x1f"
             "0");
    item_add(c, "discount", "1", "一次性付款优惠",
             "1\x1f签约之日起 7 日内付清全部房款\x1f总价 98 折\x1f"
             "2026-03-01\x1f");
}

static struct published_unit *unit_add(struct content *c, int64_t building, int64_t stair,
                                       int64_t floor, const char *room, const char *line,
                                       char state)
{
    const struct state_info *info = state_info(state);
    struct published_unit *u;
    char text[32];

    if ((c->n_units & (c->n_units - 1)) == 0) {
        size_t most = c->n_units ? c->n_units * 2 : 1;

        c->units = realloc(c->units, most * sizeof(*c->units));
        assert_non_null(c->units);
    }
    u = &c->units[c->n_units++];
    *u = (struct published_unit){.unit_id = (int64_t)c->n_units,
                                 .building_id = building,
                                 .stair_id = building * 100 + stair,
                                 .floor_id = floor,
                                 .floor_ordinal = floor,
                                 .span = 1,
                                 .state = state,
                                 .layout_id = 1,
                                 .floor_height_mm = 2950,
                                 .gross = 8937,
                                 .inner = 7200,
                                 .shared = 1737,
                                 .total_fen = info->priced ? INT64_C(110333351) : 0};
    snprintf(text, sizeof(text), "%" PRId64, building);
    u->building = pool_text(&c->pool, text);
    snprintf(text, sizeof(text), "%" PRId64, stair);
    u->stair = pool_text(&c->pool, text);
    snprintf(text, sizeof(text), "%" PRId64, floor);
    u->floor = pool_text(&c->pool, text);
    u->room = pool_text(&c->pool, room);
    u->line = pool_text(&c->pool, line);
    u->class = "home";
    u->orientation = "南";
    u->area_stage = "premeasured";
    u->permit = "江房许字（2026）第001号";
    u->hidden_reason = u->vr_url = u->note = u->media = "";
    return u;
}

/* A building of @floors x @lines, rooms "<building>-<floor><line>", floors from the top. */
static void building_add(struct content *c, int64_t id, int stairs, int floors, int lines)
{
    static const char letters[] = "AXBSCFDUNKAAAA";
    char room[32], line[16];

    for (int s = 1; s <= stairs; s++)
        for (int f = floors; f >= 1; f--)
            for (int l = 1; l <= lines; l++) {
                snprintf(room, sizeof(room), "%" PRId64 "-%d-%d%02d", id, s, f, l);
                snprintf(line, sizeof(line), "%02d", l);
                unit_add(c, id, s, f, room, line,
                         letters[(size_t)(f * 5 + l * 3 + s) % (sizeof(letters) - 1)]);
            }
}

static struct snapshot *snapshot_make(struct content *c, bool draft, bool demo)
{
    struct snapshot_head head = {.publication_id = draft ? 0 : 7,
                                 .number = draft ? 0 : 3,
                                 .approved_ms = INT64_C(1780000000000),
                                 .approver_role = "项目销售经理",
                                 .hash = HASH,
                                 .data_ms = INT64_C(1780000060000),
                                 .demo = demo};
    struct snapshot *s = NULL;

    assert_int_equal(snapshot_create(c, &head, &s), 0);
    return s;
}

/* Two buildings, one of them with a duplex and with two units on one place. */
static struct content *content_small(bool deals)
{
    struct content *c = content_new();
    struct published_unit *u;

    items_make(c, "江城·滨江花园", "gross", deals);
    building_add(c, 1, 2, 6, 3);
    unit_add(c, 2, 1, 3, "T-301", "02", 'A');
    u = unit_add(c, 2, 1, 2, "D-201", "01", 'A');
    u->span = 2;
    u = unit_add(c, 2, 1, 2, "S-1", "02", 'C');
    u->deal_total_fen = deals ? INT64_C(99999900) : 0;
    unit_add(c, 2, 1, 2, "S-2", "02", 'A');
    u = unit_add(c, 2, 1, 1, "=1+1", "01", 'A');
    u->note = "@SUM(A1)";
    u->orientation = "-南";
    u = unit_add(c, 2, 1, 1, "+x", "02", 'N');
    u->hidden_reason = "facility";
    u->class = "shop";
    unit_add(c, 2, 1, -1, "-1-001", "03", 'A')->class = "parking";
    unit_add(c, 2, 1, -1, "一个非常长的房号用来试排版的", "04", 'A');
    return c;
}

/* ---- making and keeping ---- */

struct file {
    char *bytes;
    size_t n;
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ANCHANG_KEEP names a folder for those who want to look at the papers. */
static void keep(const char *name, const struct file *f)
{
    const char *dir = getenv("ANCHANG_KEEP");
    char path[512];
    int fd;

    if (!dir)
        return;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, f->bytes, f->n), (ssize_t)f->n);
    close(fd);
}

static struct file make(enum paper_kind kind, struct snapshot *s, enum lang lang, const char *name)
{
    const struct paper_request request = {.snapshot = s, .lang = lang};
    struct file f = {0};
    int64_t start = now_ms();
    char full[128];

    assert_int_equal(paper_make(kind, &request, &f.bytes, &f.n), 0);
    assert_true(f.n > 0);
    snprintf(full, sizeof(full), "%s-%d-%s.%s", name, kind, lang == LANG_EN ? "en" : "zh",
             kind == PAPER_CHART_PDF || kind == PAPER_PRICES_PDF ? "pdf" : "xlsx");
    print_message("%s: %zu bytes in %" PRId64 " ms\n", full, f.n, now_ms() - start);
    keep(full, &f);
    return f;
}

/* The text of a PDF, pages ended by a form feed; NULL when there is no pdftotext here. */
static char *pdf_text(const struct file *f)
{
    char in[] = "/tmp/anchang-pdf-XXXXXX", out[] = "/tmp/anchang-txt-XXXXXX";
    char *argv[] = {(char[]){"pdftotext"}, (char[]){"-layout"}, in, out, NULL};
    int fd = mkostemp(in, O_CLOEXEC), text_fd = mkostemp(out, O_CLOEXEC), status = 0;
    char *text = NULL;
    off_t n;
    pid_t pid;

    assert_true(fd >= 0 && text_fd >= 0);
    assert_int_equal(write(fd, f->bytes, f->n), (ssize_t)f->n);
    if (posix_spawnp(&pid, "pdftotext", NULL, NULL, argv, environ) == 0 &&
        waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        int made = open(out, O_RDONLY | O_CLOEXEC);

        n = lseek(made, 0, SEEK_END);
        text = calloc(1, (size_t)n + 1);
        assert_non_null(text);
        assert_int_equal(pread(made, text, (size_t)n, 0), n);
        close(made);
    }
    close(fd);
    close(text_fd);
    unlink(in);
    unlink(out);
    if (!text)
        print_message("no pdftotext: the PDF's text is not looked at\n");
    return text;
}

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
    char *text = pdf_text(&f);

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
    static const char *const en[] = {ID,     "No. 3", "Riverside Garden", "12315", "DEMO",
                                     "Page", NULL};

    (void)state;
    check_pdf(PAPER_CHART_PDF, LANG_ZH, zh);
    check_pdf(PAPER_CHART_PDF, LANG_EN, en);
    check_pdf(PAPER_PRICES_PDF, LANG_ZH, zh);
    check_pdf(PAPER_PRICES_PDF, LANG_EN, en);
}

static void test_words_of_prices(void **state)
{
    struct snapshot *s = snapshot_make(content_small(true), false, false);
    struct file f = make(PAPER_PRICES_PDF, s, LANG_ZH, "deals");
    char *text = pdf_text(&f);

    (void)state;
    if (text) {
        assert_non_null(strstr(text, "购房人自愿选择"));
        assert_non_null(strstr(text, "7 日内付清"));
        assert_non_null(
            strstr(text, "999,999.00")); /* the deal's price, where the project shows it */
        assert_non_null(strstr(text, "1,103,333.51"));
        assert_null(strstr(text, "演示"));
        free(text);
    }
    free(f.bytes);
    f = make(PAPER_PRICES_PDF, s, LANG_EN, "deals");
    text = pdf_text(&f);
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
    text = pdf_text(&f);
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
    text = pdf_text(&f);
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
    text = pdf_text(&f);
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
        cmocka_unit_test(test_font_missing), /* first: see there */
        cmocka_unit_test(test_pdf),
        cmocka_unit_test(test_words_of_prices),
        cmocka_unit_test(test_draft_and_loss),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_prices_again),
        cmocka_unit_test(test_no_formula),
        cmocka_unit_test(test_chart_book),
        cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_real_lists),
    };

    site_time_init("Asia/Shanghai");
    return cmocka_run_group_tests(tests, NULL, NULL);
}

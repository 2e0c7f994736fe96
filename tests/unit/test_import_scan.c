/* test_import_scan.c - a whole list: what would be imported, what is wrong, what is decided. */
#include "daemon/sheet/import.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER "项目,楼栋,单元,楼层,房号,用途,建筑面积,套内面积,分摊面积,单价,总价,状态,成交价\n"

struct collected {
    struct unit_row rows[32];
    size_t n;
};

static int collect(void *ctx, const struct unit_row *row)
{
    struct collected *c = ctx;

    assert_true(c->n < 32);
    c->rows[c->n++] = *row;
    return 0;
}

/* Scans HEADER and @body with the proposed mapping and the usual words. */
static void scan(const char *body, const struct import_decisions *d, struct mapping *ret_mapping,
                 struct collected *ret_rows, struct import_report *ret_report)
{
    struct import_decisions none = {0};
    struct sheet *s = NULL;
    char text[8192];

    snprintf(text, sizeof(text), "%s%s", HEADER, body);
    assert_int_equal(sheet_open_memory(text, strlen(text), "a.csv", NULL, &s), 0);
    if (ret_mapping->header_row == 0) {
        assert_int_equal(mapping_detect(s, NULL, ret_mapping), 13);
        assert_int_equal(import_scan(s, ret_mapping, &none, NULL, NULL, NULL, ret_report), 0);
        import_suggest_words(ret_report, ret_mapping);
        import_report_done(ret_report);
    }
    ret_rows->n = 0;
    assert_int_equal(
        import_scan(s, ret_mapping, d ? d : &none, collect, ret_rows, NULL, ret_report), 0);
    sheet_close(s);
}

static void test_row_good(void **state)
{
    struct mapping m = {0};
    struct collected rows;
    struct import_report report;

    (void)state;
    scan("云山府, 1栋 ,F座三单元,21F,2108,住宅,100.00,78.50,21.50,\"¥33,652.00\",3365200,在售\n"
         "云山府,1栋,,半地下室1层,2A,商铺,50,,,,120.5万,已备案\n"
         "云山府,,,23-24,<script>alert(1)</script>,住宅,80,60,20,10000,,预留\n",
         NULL, &m, &rows, &report);
    assert_int_equal(report.n_refused, 0);
    assert_int_equal(rows.n, 3);
    assert_string_equal(rows.rows[0].building, "1栋");
    assert_string_equal(rows.rows[0].stair, "F座三单元");
    assert_string_equal(rows.rows[0].floor, "21F");
    assert_int_equal(rows.rows[0].floor_first, 21);
    assert_int_equal(rows.rows[0].gross, 10000);
    assert_int_equal(rows.rows[0].shared, 2150);
    assert_int_equal(rows.rows[0].unit_price, 3365200);
    assert_int_equal(rows.rows[0].total, 336520000);
    assert_int_equal(rows.rows[0].state, 'A');
    assert_string_equal(rows.rows[0].class_code, "home");
    assert_int_equal(rows.rows[0].row, 2);
    assert_int_equal(rows.rows[1].total, 120500000);
    assert_int_equal(rows.rows[1].unit_price, UNIT_NONE);
    assert_int_equal(rows.rows[1].floor_first, -1);
    assert_int_equal(rows.rows[1].state, 'F');
    assert_string_equal(rows.rows[2].room, "<script>alert(1)</script>");
    assert_int_equal(rows.rows[2].floor_span, 2);
    assert_int_equal(rows.rows[2].total, 80000000);
    assert_int_equal(rows.rows[2].flags, UNIT_TOTAL_DERIVED);
    assert_int_equal(report.accepted.total, 336520000 + 120500000 + 80000000);
    assert_int_equal(report.accepted.gross, 23000);
    assert_int_equal(report.by_state['A'], 1);
    assert_int_equal(report.buildings.n, 2);
    import_report_done(&report);
}

static const struct {
    const char *row;
    enum row_problem_class class;
} wrong[] = {
    {"P,1,,2,,住宅,100,,,100,10000,在售\n", PROBLEM_ROOM_MISSING},
    {"P,1,,,12,住宅,100,,,100,10000,在售\n", PROBLEM_FLOOR_MISSING},
    {"P,1,,,201,住宅,100,,,100,10000,在售\n", PROBLEM_FLOOR_FROM_ROOM},
    {"P,1,,夹层,201,住宅,100,,,100,10000,在售\n", PROBLEM_FLOOR_UNKNOWN},
    {"P,1,,2,201,住宅,100,,,约100,10000,在售\n", PROBLEM_NUMBER},
    {"P,1,,2,201,住宅,100,,,-100,10000,在售\n", PROBLEM_NUMBER_RANGE},
    {"P,1,,2,201,住宅,100,,,99999999999,10000,在售\n", PROBLEM_NUMBER_RANGE},
    {"P,1,,2,201,住宅,100.001,,,100,10000,在售\n", PROBLEM_ROUNDED},
    {"P,1,,2,201,住宅,100,,,100,10000,已售\n", PROBLEM_STATUS_UNKNOWN},
    {"P,1,,2,201,住宅,100,,,100,10000,\n", PROBLEM_STATUS_UNKNOWN},
    {"P,1,,2,201,祠堂,100,,,100,10000,在售\n", PROBLEM_CLASS_UNKNOWN},
    {"P,1,,2,201,住宅,100,,,,,在售\n", PROBLEM_PRICE_MISSING},
    {"P,1,,2,201,住宅,100,,,0.00,0,在售\n", PROBLEM_PRICE_MISSING},
    {"P,1,,2,201,住宅,,,,100,10000,在售\n", PROBLEM_AREA_MISSING},
    {"P,1,,2,201,住宅,100,101,,100,10000,在售\n", PROBLEM_AREA_ORDER},
    {"P,1,,2,201,住宅,100,80,20.01,100,10000,在售\n", PROBLEM_AREA_SUM},
    {"P,1,,2,201,住宅,100,,,100,10011,在售\n", PROBLEM_TOTAL_DIFFERS},
    {"P,1,,2,201,住宅,100,,,100,10000,在售,9900\n", PROBLEM_DEAL_UNSOLD},
    {"P,1,,2,管道井,,,,,,,\n", PROBLEM_NOT_FOR_SALE},
    {"P,1,,2,\"2\x01"
     "01\",住宅,100,,,100,10000,在售\n",
     PROBLEM_TEXT},
    {"P,1,,2,\"2\xE2\x80\xAE"
     "01\",住宅,100,,,100,10000,在售\n",
     PROBLEM_TEXT},
    {"P,1,,2,012345678901234567890123456789012345678901234567890,住宅,100,,,100,10000,在售\n",
     PROBLEM_TEXT_LONG},
};

/* A row left out for one thing refuses nothing by another. */
static void test_skip_wins(void **state)
{
    struct import_decisions d = {0};
    struct mapping m = {0};
    struct collected rows;
    struct import_report report;
    struct fault f = {0};

    (void)state;
    d.action[PROBLEM_PRICE_MISSING] = IMPORT_SKIP;
    scan("P,1,,夹层,201,住宅,100,,,,,在售\n", &d, &m, &rows, &report);
    assert_int_equal(report.n_skipped, 1);
    assert_int_equal(report.n_refused, 0);
    assert_int_equal(report.undecided, 0);
    assert_int_equal(report.classes[PROBLEM_FLOOR_UNKNOWN].count, 1);
    assert_int_equal(import_refusal(&report, &f), 0);
    import_report_done(&report);
}

/* Each is refused, and nothing else is said; skipped it is left out; accepted it is there. */
static void test_row_problems(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct import_decisions d = {.floor = "9", .class_code = "home"};
        struct mapping m = {0};
        struct collected rows;
        struct import_report report;
        struct fault f = {0};

        scan(wrong[i].row, NULL, &m, &rows, &report);
        for (size_t k = 0; k < PROBLEM_COUNT; k++)
            if (report.classes[k].count != (k == wrong[i].class))
                fail_msg("row %zu: %s counted %lld", i, problem_name((enum row_problem_class)k),
                         (long long)report.classes[k].count);
        assert_int_equal(rows.n, 0);
        assert_int_equal(report.n_refused, 1);
        assert_int_equal(report.undecided, 1);
        assert_int_equal(report.classes[wrong[i].class].samples[0].row, 2);
        assert_int_equal(import_refusal(&report, &f), -EREFUSED);
        assert_int_equal(f.code, FAULT_IMPORT_UNDECIDED);
        assert_int_equal(f.n_items, 1);
        assert_memory_equal(fault_code_text(f.items[0].code), "row.", 4);
        assert_string_equal(fault_code_text(f.items[0].code) + 4, problem_name(wrong[i].class));
        assert_int_equal(f.items[0].row, 2);
        fault_clear(&f);
        import_report_done(&report);

        d.action[wrong[i].class] = IMPORT_SKIP;
        scan(wrong[i].row, &d, &m, &rows, &report);
        assert_int_equal(report.n_skipped, 1);
        assert_int_equal(report.n_refused, 0);
        import_report_done(&report);

        d.action[wrong[i].class] = IMPORT_ACCEPT;
        scan(wrong[i].row, &d, &m, &rows, &report);
        assert_int_equal(rows.n, problem_may_accept(wrong[i].class) ? 1 : 0);
        assert_int_equal(report.n_refused, problem_may_accept(wrong[i].class) ? 0 : 1);
        import_report_done(&report);
    }
}

/* What the list has is in the sentence, and the column by its name. */
static void test_problem_sentences(void **state)
{
    static const struct {
        const char *row, *zh, *en;
    } cases[] = {
        {"P,1,,,201,住宅,100,,,100,10000,在售\n", "没有楼层；房号 201 像是 2 层",
         "no floor; room 201 looks like floor 2"},
        {"P,1,,2,201,住宅,100,,,约100,10000,在售\n", "“单价”不是数字：约100",
         "“unit price” is not a number: 约100"},
        {"P,1,,2,201,住宅,100,,,100,10011,在售\n", "总价 10011.00 与面积×单价 10000.00 不符",
         "total 10011.00 is not area × unit price 10000.00"},
        {"P,1,,2,201,住宅,100.001,,,100,10000,在售\n", "“建筑面积”超过两位小数：100.001",
         "“gross area” has more than two decimals: 100.001"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mapping m = {0};
        struct collected rows;
        struct import_report report;
        struct fault f = {0};
        char text[256];

        scan(cases[i].row, NULL, &m, &rows, &report);
        assert_int_equal(import_refusal(&report, &f), -EREFUSED);
        fault_render(f.items[0].code, f.items[0].args, f.items[0].n_args, LANG_ZH, text,
                     sizeof(text));
        assert_string_equal(text, cases[i].zh);
        fault_render(f.items[0].code, f.items[0].args, f.items[0].n_args, LANG_EN, text,
                     sizeof(text));
        assert_string_equal(text, cases[i].en);
        fault_clear(&f);
        import_report_done(&report);
    }
}

static void accept_one(const char *row, enum row_problem_class class, struct unit_row *ret)
{
    struct import_decisions d = {.floor = "9F", .state = 'X', .class_code = "shop"};
    struct mapping m = {0};
    struct collected rows;
    struct import_report report;

    d.action[class] = IMPORT_ACCEPT;
    scan(row, &d, &m, &rows, &report);
    assert_int_equal(rows.n, 1);
    *ret = rows.rows[0];
    import_report_done(&report);
}

static void test_row_accepted(void **state)
{
    struct unit_row u;

    (void)state;
    accept_one("P,1,,,12,住宅,100,,,100,10000,在售\n", PROBLEM_FLOOR_MISSING, &u);
    assert_string_equal(u.floor, "9F");
    assert_int_equal(u.floor_first, 9);
    accept_one("P,1,,,A户型32F,住宅,100,,,100,10000,在售\n", PROBLEM_FLOOR_FROM_ROOM, &u);
    assert_string_equal(u.floor, "32");
    assert_int_equal(u.floor_first, 32);
    assert_int_equal(u.flags, UNIT_FLOOR_FROM_ROOM);
    accept_one("P,1,,夹层,12,住宅,100,,,100,10000,在售\n", PROBLEM_FLOOR_UNKNOWN, &u);
    assert_string_equal(u.floor, "夹层");
    assert_int_equal(u.floor_span, 0);
    accept_one("P,1,,2,201,住宅,100,,,,,在售\n", PROBLEM_PRICE_MISSING, &u);
    assert_int_equal(u.state, 'U'); /* not for sale without a price */
    assert_int_equal(u.total, UNIT_NONE);
    accept_one("P,1,,2,201,住宅,100,,,100,10011,在售\n", PROBLEM_TOTAL_DIFFERS, &u);
    assert_int_equal(u.total, 1001100); /* the total of the list is the authority */
    accept_one("P,1,,2,201,住宅,100,,,100,10000,已售\n", PROBLEM_STATUS_UNKNOWN, &u);
    assert_int_equal(u.state, 'X');
    assert_string_equal(u.status_word, "已售");
    accept_one("P,1,,2,201,祠堂,100,,,100,10000,在售\n", PROBLEM_CLASS_UNKNOWN, &u);
    assert_string_equal(u.class_code, "shop");
    accept_one("P,1,,2,201,住宅,100,,,100,10000,在售,9900\n", PROBLEM_DEAL_UNSOLD, &u);
    assert_int_equal(u.deal_total, UNIT_NONE);
    accept_one("P,1,,2,管道井,,,,,,,\n", PROBLEM_NOT_FOR_SALE, &u);
    assert_int_equal(u.state, 'N');
    assert_string_equal(u.reason, "管道井");
    accept_one("P,1,,2,\"2\x01"
               "01\",住宅,100,,,100,10000,在售\n",
               PROBLEM_TEXT, &u);
    assert_string_equal(u.room, "201");
    accept_one("P,1,,2,201,住宅,100.005,,,,10000,在售\n", PROBLEM_ROUNDED, &u);
    assert_int_equal(u.gross, 10001);
}

/* Each bound from the side on which nothing is wrong yet. */
static void test_rows_at_the_bounds(void **state)
{
    static const struct {
        const char *row;
        int class; /* the only one that is counted; -1: none */
    } rows[] = {
        /* a total may differ by one yuan, or by a thousandth of it */
        {"P,1,,2,201,住宅,5,,,100,501,在售\n", -1},
        {"P,1,,2,201,住宅,5,,,100,501.01,在售\n", PROBLEM_TOTAL_DIFFERS},
        {"P,1,,2,201,住宅,100,,,100,10010.01,在售\n", -1},
        {"P,1,,2,201,住宅,100,,,100,10010.02,在售\n", PROBLEM_TOTAL_DIFFERS},
        /* a parking space is sold by the piece: nothing is worked out of a price per m2 (PM-12) */
        {"P,1,,2,201,车位,12,,,5000,120000,在售\n", -1},
        {"P,1,,2,201,车位,12,,,5000,,在售\n", PROBLEM_PRICE_MISSING},
        /* nor is an area asked for; one that is there must be right */
        {"P,1,,2,201,车位,,,,,120000,在售\n", -1},
        {"P,1,,2,201,储藏室,,,,,120000,在售\n", -1},
        {"P,1,,2,201,商铺,,,,,120000,在售\n", PROBLEM_AREA_MISSING},
        {"P,1,,2,201,车位,12,13,,,120000,在售\n", PROBLEM_AREA_ORDER},
        {"P,1,,2,201,住宅,100,100,,100,10000,在售\n", -1}, /* all of it is inner area */
        /* what a class owes is not asked before it is known which */
        {"P,1,,2,201,祠堂,,,,,120000,在售\n", PROBLEM_CLASS_UNKNOWN},
        {"P,1,,2,201,祠堂,12,,,5000,120000,在售\n", PROBLEM_CLASS_UNKNOWN},
        {"P,1,,2,201,祠堂,12,,,5000,,在售\n", PROBLEM_CLASS_UNKNOWN},
        /* next to nothing is not nothing: it is said that it was rounded away */
        {"P,1,,2,201,住宅,100,,,0.001,10000,在售\n", PROBLEM_ROUNDED},
        {"P,1,,2,201,住宅,1000000,,,100000,,在售\n", -1}, /* the largest total */
        {"P,1,,2,201,住宅,1000000,,,100000.01,,在售\n", PROBLEM_NUMBER_RANGE},
        {"P,1,,2,201,住宅,1000000.01,,,1,1000000.01,在售\n", PROBLEM_NUMBER_RANGE},
        {"P,1,,2,201,住宅,100,,,,,不可售\n", -1}, /* what is not for sale needs no price */
        {"P,1,,2,\"2\xC2\x85"
         "01\",住宅,100,,,100,10000,在售\n",
         PROBLEM_TEXT}, /* a control character of two bytes */
        {"P,1,,2,\"2\xE2\x80\xA8"
         "01\",住宅,100,,,100,10000,在售\n",
         PROBLEM_TEXT}, /* a line separator */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mapping m = {0};
        struct collected taken;
        struct import_report report;

        scan(rows[i].row, NULL, &m, &taken, &report);
        for (int k = 0; k < PROBLEM_COUNT; k++)
            if ((report.classes[k].count > 0) != (k == rows[i].class) &&
                !(k == PROBLEM_AREA_MISSING && rows[i].class == PROBLEM_NUMBER_RANGE))
                fail_msg("row %zu: %s counted %lld", i, problem_name((enum row_problem_class)k),
                         (long long)report.classes[k].count);
        import_report_done(&report);
    }
}

/* A row is judged by what its words were decided to mean (PM-12). */
static void test_judged_after_the_decision(void **state)
{
    static const struct {
        const char *row, *class_code;
        char state;
        int refuses; /* the class of problem; -1: none */
    } rows[] = {
        {"P,1,,2,201,祠堂,,,,,120000,在售\n", "parking", 0, -1},
        {"P,1,,2,201,祠堂,12,,,5000,120000,在售\n", "parking", 0, -1},
        {"P,1,,2,201,祠堂,12,,,5000,,在售\n", "parking", 0, PROBLEM_PRICE_MISSING},
        {"P,1,,2,201,祠堂,,,,,120000,在售\n", "shop", 0, PROBLEM_AREA_MISSING},
        {"P,1,,2,201,祠堂,12,,,5000,120000,在售\n", "shop", 0, PROBLEM_TOTAL_DIFFERS},
        {"P,1,,2,201,祠堂,,,,,120000,在售\n", "", 0, PROBLEM_AREA_MISSING},
        {"P,1,,2,201,住宅,100,,,,,样板\n", "", 'N', -1},
        {"P,1,,2,201,住宅,100,,,,,样板\n", "", 'U', PROBLEM_PRICE_MISSING},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct import_decisions d = {.state = rows[i].state};
        struct mapping m = {0};
        struct collected taken;
        struct import_report report;

        snprintf(d.class_code, sizeof(d.class_code), "%s", rows[i].class_code);
        d.action[PROBLEM_CLASS_UNKNOWN] = d.action[PROBLEM_STATUS_UNKNOWN] = IMPORT_ACCEPT;
        scan(rows[i].row, &d, &m, &taken, &report);
        for (int k = 0; k < PROBLEM_COUNT; k++)
            if ((report.classes[k].refusing > 0) != (k == rows[i].refuses))
                fail_msg("row %zu: %s refuses %lld", i, problem_name((enum row_problem_class)k),
                         (long long)report.classes[k].refusing);
        assert_int_equal(taken.n, rows[i].refuses < 0);
        import_report_done(&report);
    }
}

/* The guard that our own exports put before what looks like a formula is taken off again. */
static void test_formula_guard(void **state)
{
    static const char *const rooms[] = {"=201", "+201", "-201", "@201"};

    (void)state;
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        struct mapping m = {0};
        struct collected taken;
        struct import_report report;
        char row[128];

        snprintf(row, sizeof(row), "P,1,,2,'%s,住宅,100,,,100,10000,在售\n", rooms[i]);
        scan(row, NULL, &m, &taken, &report);
        assert_int_equal(taken.n, 1);
        assert_string_equal(taken.rows[0].room, rooms[i]);
        import_report_done(&report);
    }
}

/* A row that is left out is nobody's first. */
static void test_skipped_is_no_duplicate(void **state)
{
    struct import_decisions d = {0};
    struct mapping m = {0};
    struct collected rows;
    struct import_report report;

    (void)state;
    d.action[PROBLEM_PRICE_MISSING] = IMPORT_SKIP;
    scan("P,1,,2,201,住宅,100,,,,,在售\nP,1,,2,201,住宅,100,,,100,10000,在售\n", &d, &m, &rows,
         &report);
    assert_int_equal(report.classes[PROBLEM_DUPLICATE].count, 0);
    assert_int_equal(report.n_skipped, 1);
    assert_int_equal(rows.n, 1);
    assert_int_equal(rows.rows[0].row, 3);
    import_report_done(&report);
}

/* "They are all on a floor", without saying which, is no decision. */
static void test_floor_must_be_named(void **state)
{
    static const char text[] = "房号,建筑面积,总价\n甲,100,10000\n";
    struct import_decisions d = {0};
    struct import_report report;
    struct sheet *s = NULL;
    struct fault f = {0};
    struct mapping m;

    (void)state;
    assert_int_equal(sheet_open_memory(text, sizeof(text) - 1, "a.csv", NULL, &s), 0);
    assert_int_equal(mapping_detect(s, NULL, &m), 3);
    d.action[PROBLEM_FLOOR_MISSING] = IMPORT_ACCEPT;
    assert_int_equal(import_scan(s, &m, &d, NULL, NULL, &f, &report), -EREFUSED);
    assert_int_equal(f.code, FAULT_IMPORT_MAPPING);
    assert_string_equal(f.args[0].value, "floor");
    fault_clear(&f);
    sheet_close(s);
}

static void test_duplicates(void **state)
{
    struct import_decisions d = {0};
    struct mapping m = {0};
    struct collected rows;
    struct import_report report;

    (void)state;
    scan("P,1,,2,201,住宅,100,,,100,10000,在售\n"
         "P,1,,2层,２０１,住宅,100,,,100,10000,在售\n" /* the same, written otherwise */
         "P,1,甲,2,201,住宅,100,,,100,10000,在售\n"
         "P,1,,3,201,住宅,100,,,100,10000,在售\n"
         "P,1,,-2,201,住宅,100,,,100,10000,在售\n"
         "P,1,,半地下2层,201,住宅,100,,,100,10000,在售\n",
         &d, &m, &rows, &report);
    assert_int_equal(rows.n, 5);
    assert_int_equal(report.n_refused, 1);
    assert_int_equal(report.classes[PROBLEM_DUPLICATE].count, 1);
    assert_int_equal(report.classes[PROBLEM_DUPLICATE].samples[0].row, 3);
    assert_int_equal(report.classes[PROBLEM_DUPLICATE].samples[0].problem.other, 2);
    import_report_done(&report);
    d.action[PROBLEM_DUPLICATE] = IMPORT_SKIP;
    scan("P,1,,2,201,住宅,100,,,100,10000,在售\nP,1,,2,201,住宅,100,,,100,10000,在售\n", &d, &m,
         &rows, &report);
    assert_int_equal(rows.n, 1);
    assert_int_equal(report.n_skipped, 1);
    import_report_done(&report);
    /* One name in two forms of Unicode (RS F35). */
    scan("P,1,,2,Caf\xc3\xa9,住宅,100,,,100,10000,在售\n"
         "P,1,,2,Cafe\xcc\x81,住宅,100,,,100,10000,在售\n",
         &d, &m, &rows, &report);
    assert_int_equal(rows.n, 1);
    assert_int_equal(report.classes[PROBLEM_DUPLICATE].count, 1);
    assert_string_equal(rows.rows[0].room, "Caf\xc3\xa9");
    import_report_done(&report);
}

static void test_other_project(void **state)
{
    struct import_decisions d = {0};
    struct mapping m = {0};
    struct collected rows;
    struct import_report report;
    const char *body = "甲园,1,,2,201,住宅,100,,,100,10000,在售\n乙园,,,,,,x,,,,,\n";

    (void)state;
    scan(body, &d, &m, &rows, &report);
    assert_int_equal(report.projects.n, 2);
    import_report_done(&report);
    snprintf(m.projects[0], sizeof(m.projects[0]), "甲园");
    m.n_projects = 1;
    scan(body, &d, &m, &rows, &report);
    assert_int_equal(report.n_refused, 1); /* and that is all there is to say about it */
    assert_int_equal(report.classes[PROBLEM_PROJECT].count, 1);
    assert_int_equal(report.undecided, 1);
    import_report_done(&report);
    d.action[PROBLEM_PROJECT] = IMPORT_SKIP;
    scan(body, &d, &m, &rows, &report);
    assert_int_equal(report.n_refused, 0);
    assert_int_equal(rows.n, 1);
    assert_int_equal(report.status_words.n, 1); /* words of other projects are nobody's matter */
    import_report_done(&report);
}

/* A heading below a title, columns in 万元, no status. */
static void test_other_lists(void **state)
{
    static const char text[] = "某某花园价目表,,,\n,,,\n室号;,,\n";
    static const char list[] = "云山府一期销售价目表\t\t\t\t\n"
                               "幢号\t室号\t所在层\t建筑面积（㎡）\t总价（万元）\n"
                               "3\t301\t3\t89.5\t268.5\n"
                               "3\t302\t3\t90\t270\n";
    struct import_decisions d = {0};
    struct import_report report;
    struct collected rows = {.n = 0};
    struct sheet *s = NULL;
    struct mapping m;

    (void)state;
    assert_int_equal(sheet_open_memory(text, sizeof(text) - 1, "b.csv", NULL, &s), 0);
    assert_int_equal(mapping_detect(s, NULL, &m), 0);
    s = sheet_close(s);
    assert_int_equal(sheet_open_memory(list, sizeof(list) - 1, "b.tsv", NULL, &s), 0);
    assert_int_equal(mapping_detect(s, NULL, &m), 5);
    assert_int_equal(m.header_row, 2);
    m.default_state = 'U';
    snprintf(m.default_class, sizeof(m.default_class), "home");
    assert_int_equal(import_scan(s, &m, &d, collect, &rows, NULL, &report), 0);
    assert_int_equal(rows.n, 2);
    assert_int_equal(rows.rows[0].total, 268500000);
    assert_int_equal(rows.rows[0].state, 'U');
    assert_string_equal(rows.rows[0].class_code, "home");
    import_report_done(&report);
    sheet_close(s);
}

static int stop_at_three(void *ctx, const struct unit_row *row)
{
    int *n = ctx;

    (void)row;
    return ++*n == 3 ? -EIO : 0;
}

/* An error of the callback ends the scan; 200,000 rows stay linear. */
static void test_scale(void **state)
{
    struct import_decisions d = {0};
    struct import_report report;
    struct mapping m;
    struct sheet *s = NULL;
    size_t room = 8 << 20, used = 0;
    char *text = malloc(room);
    int n = 0;

    (void)state;
    assert_non_null(text);
    used += (size_t)snprintf(text, room, "楼层,房号,面积,总价\n");
    for (int i = 1; i < SHEET_ROWS_MAX; i++)
        used += (size_t)snprintf(text + used, room - used, "%d,R%d,100,1000000\n", i % 100 + 1, i);
    assert_int_equal(sheet_open_memory(text, used, NULL, NULL, &s), 0);
    assert_int_equal(mapping_detect(s, NULL, &m), 4);
    assert_int_equal(import_scan(s, &m, &d, NULL, NULL, NULL, &report), 0);
    assert_int_equal(report.accepted.rows, SHEET_ROWS_MAX - 1);
    assert_int_equal(report.accepted.total, (SHEET_ROWS_MAX - 1) * INT64_C(100000000));
    import_report_done(&report);
    assert_int_equal(import_scan(s, &m, &d, stop_at_three, &n, NULL, &report), -EIO);
    assert_int_equal(n, 3);
    sheet_close(s);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row_good),
        cmocka_unit_test(test_skip_wins),
        cmocka_unit_test(test_row_problems),
        cmocka_unit_test(test_problem_sentences),
        cmocka_unit_test(test_row_accepted),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_other_project),
        cmocka_unit_test(test_other_lists),
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_rows_at_the_bounds),
        cmocka_unit_test(test_judged_after_the_decision),
        cmocka_unit_test(test_formula_guard),
        cmocka_unit_test(test_skipped_is_no_duplicate),
        cmocka_unit_test(test_floor_must_be_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

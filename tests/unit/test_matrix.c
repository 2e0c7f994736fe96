/* The floor x room sheet: what is proposed, and that each unit comes out once with its values. */
#include "daemon/sheet/matrix.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <xlsxwriter.h>

static char path[64];

static int make_path(void **state)
{
    int fd;

    (void)state;
    snprintf(path, sizeof(path), "/tmp/anchang-matrix-XXXXXX");
    fd = mkostemp(path, O_CLOEXEC);
    return fd < 0 ? -1 : close(fd);
}

static int drop_path(void **state)
{
    (void)state;
    return unlink(path);
}

static struct sheet *open_book(lxw_workbook *book)
{
    struct sheet *s = NULL;

    assert_int_equal(workbook_close(book), 0);
    assert_int_equal(sheet_open(path, "销控表.xlsx", NULL, &s), 0);
    return s;
}

static struct sheet *open_text(const char *text)
{
    struct sheet *s = NULL;

    assert_int_equal(sheet_open_memory(text, strlen(text), "m.csv", NULL, &s), 0);
    return s;
}

/* "building|stair|floor|room|gross|price|total|status" of the next unit, "" at the end. */
static const char *next(struct matrix *m)
{
    static const enum unit_field fields[] = {FIELD_BUILDING, FIELD_STAIR, FIELD_FLOOR,
                                             FIELD_ROOM,     FIELD_GROSS, FIELD_UNIT_PRICE,
                                             FIELD_TOTAL,    FIELD_STATUS};
    static char text[512];
    struct sheet_row row;
    size_t used = 0;

    text[0] = '\0';
    if (matrix_next(m, NULL, &row) != 1)
        return text;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%.*s", i ? "|" : "",
                                 (int)row.cells[fields[i]].len, row.cells[fields[i]].text);
    return text;
}

/* Title merged, stairs merged, floors merged over three sub-rows. */
static struct sheet *full_sheet(void)
{
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *ws = workbook_add_worksheet(book, "1栋");
    static const char *const lines[] = {"01", "02", "01", "02"};

    worksheet_merge_range(ws, 0, 0, 0, 4, "云山府 6栋 销控表", NULL);
    worksheet_write_string(ws, 2, 0, "楼层", NULL);
    worksheet_merge_range(ws, 1, 1, 1, 2, "1单元", NULL);
    worksheet_merge_range(ws, 1, 3, 1, 4, "2单元", NULL);
    for (int i = 0; i < 4; i++)
        worksheet_write_string(ws, 2, (lxw_col_t)(i + 1), lines[i], NULL);
    for (int k = 0; k < 4; k++) { /* floors 4 to 1 */
        lxw_row_t row = (lxw_row_t)(3 + 3 * k);
        char text[16];

        snprintf(text, sizeof(text), "%dF", 4 - k);
        worksheet_merge_range(ws, row, 0, row + 2, 0, text, NULL);
        for (int i = 0; i < 4; i++) {
            lxw_col_t col = (lxw_col_t)(i + 1);

            if (k == 3 && i == 3)
                continue; /* no unit here */
            worksheet_write_number(ws, row, col, (4 - k) * 100 + i + 1, NULL);
            worksheet_write_number(ws, row + 1, col, 89.37 + i, NULL);
            worksheet_write_string(ws, row + 2, col, i == 0 ? "已认购" : "待售", NULL);
        }
    }
    return open_book(book);
}

static void test_detect(void **state)
{
    struct sheet *s = full_sheet();
    struct matrix_layout layout = {.n = 0};
    const struct matrix_block *b = &layout.blocks[0];

    (void)state;
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 1);
    assert_int_equal(layout.n, 1);
    assert_int_equal(b->line_row, 3);
    assert_int_equal(b->stair_row, 2);
    assert_int_equal(b->first_row, 4);
    assert_int_equal(b->last_row, 15);
    assert_int_equal(b->floor_col, 0);
    assert_int_equal(b->first_col, 1);
    assert_int_equal(b->last_col, 4);
    assert_int_equal(b->n_sub, 3);
    assert_int_equal(b->sub[0], FIELD_ROOM);
    assert_int_equal(b->sub[1], FIELD_GROSS);
    assert_int_equal(b->sub[2], FIELD_STATUS);
    assert_int_equal(b->room, MATRIX_ROOM_CELL);
    assert_int_equal(b->building_source, MATRIX_BUILDING_CELL);
    assert_int_equal(b->building_row, 1);
    sheet_close(s);
}

static void test_read(void **state)
{
    struct sheet *s = full_sheet();
    struct matrix_layout layout = {.n = 0};
    struct matrix *m = NULL;
    int n = 1, col;

    (void)state;
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 1);
    layout.blocks[0].building_source = MATRIX_BUILDING_SHEET;
    assert_int_equal(matrix_open(s, &layout, NULL, &m), 0);
    sheet_close(s); /* the matrix has its own memory */
    assert_string_equal(next(m), "1栋|1单元|4F|401|89.37|||已认购");
    assert_string_equal(next(m), "1栋|1单元|4F|402|90.37|||待售");
    assert_string_equal(matrix_line(m, &col), "02");
    assert_int_equal(col, 2);
    assert_string_equal(next(m), "1栋|2单元|4F|403|91.37|||待售");
    while (next(m)[0])
        n++;
    assert_int_equal(n, 4 * 4 - 1 - 3 + 1);
    matrix_rewind(m);
    assert_string_equal(next(m), "1栋|1单元|4F|401|89.37|||已认购");
    matrix_close(m);
}

/* Through the import: the same decisions and checks as a list. */
static void test_import(void **state)
{
    struct sheet *s = full_sheet();
    struct matrix_layout layout = {.n = 0};
    struct import_decisions d = {0};
    struct import_report report;
    struct row_source source;
    struct mapping mapping;
    struct matrix *m = NULL;

    (void)state;
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 1);
    assert_int_equal(matrix_open(s, &layout, NULL, &m), 0);
    matrix_mapping(&layout, &mapping);
    snprintf(mapping.default_class, sizeof(mapping.default_class), "home");
    source = matrix_source(m);
    assert_int_equal(import_scan_rows(&source, &mapping, &d, NULL, NULL, NULL, &report), 0);
    import_suggest_words(&report, &mapping);
    import_report_done(&report);
    matrix_rewind(m);
    d.action[PROBLEM_PRICE_MISSING] = IMPORT_ACCEPT;
    assert_int_equal(import_scan_rows(&source, &mapping, &d, NULL, NULL, NULL, &report), 0);
    assert_int_equal(report.accepted.rows, 15);
    assert_int_equal(report.n_refused, 0);
    assert_int_equal(report.keys.n, 15);
    assert_int_equal(report.by_state['S'], 4);
    assert_int_equal(report.by_state['U'], 11); /* for sale, but no price: not released */
    assert_int_equal(report.accepted.gross, 4 * (8937 + 9037 + 9137 + 9237) - 9237);
    import_report_done(&report);
    matrix_close(m);
    sheet_close(s);
}

/* Rooms made of floor and line; a floor without number; minus floors; a shaft in a cell. */
static void test_rooms_from_lines(void **state)
{
    struct sheet *s = open_text("2号楼,,\n层,01,2\n3层,待售,已签约\n2层,待售,待售\n夹层,待售,\n"
                                "1层,待售,待售\n-1层,待售,\n");
    struct matrix_layout layout = {.n = 0};
    struct matrix *m = NULL;

    (void)state;
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 1);
    assert_int_equal(layout.blocks[0].n_sub, 1);
    assert_int_equal(layout.blocks[0].sub[0], FIELD_STATUS);
    assert_int_equal(layout.blocks[0].room, MATRIX_ROOM_LINE);
    assert_int_equal(matrix_open(s, &layout, NULL, &m), 0);
    assert_string_equal(next(m), "2号楼||3层|301||||待售");
    assert_string_equal(next(m), "2号楼||3层|302||||已签约");
    assert_string_equal(next(m), "2号楼||2层|201||||待售");
    assert_string_equal(next(m), "2号楼||2层|202||||待售");
    assert_string_equal(next(m), "2号楼||夹层|夹层-01||||待售");
    assert_string_equal(next(m), "2号楼||1层|101||||待售");
    assert_string_equal(next(m), "2号楼||1层|102||||待售");
    assert_string_equal(next(m), "2号楼||-1层|-101||||待售");
    assert_string_equal(next(m), "");
    matrix_close(m);
    sheet_close(s);
}

/* Two blocks side by side and one below, each with its own name. */
static void test_blocks(void **state)
{
    struct sheet *s = open_text("1栋,,,,2栋,,\n层,01,02,,层,01,02\n3,301,302,,3,301,302\n"
                                "2,201,202,,2,201,202\n1,101,102,,1,101,102\n,,,,,,\n3栋,,,,,,\n"
                                "层,01,,,,,\n3,301,,,,,\n2,201,,,,,\n1,101,,,,,\n");
    struct matrix_layout layout = {.n = 0};
    struct matrix *m = NULL;
    int n = 0;

    (void)state;
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 3);
    assert_int_equal(layout.blocks[1].building_col, 4);
    assert_int_equal(layout.blocks[2].building_row, 7);
    assert_int_equal(matrix_open(s, &layout, NULL, &m), 0);
    assert_string_equal(next(m), "1栋||3|301||||");
    for (const char *text = next(m); text[0]; text = next(m)) {
        const char *building = n < 5 ? "1栋|" : n < 11 ? "2栋|" : "3栋|";

        assert_memory_equal(text, building, strlen(building));
        n++;
    }
    assert_int_equal(n, 14);
    matrix_close(m);
    sheet_close(s);
}

/* Nothing above says which building it is: the sheet's name does. A title is cut between
 * characters. */
static void test_building_names(void **state)
{
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *bare = workbook_add_worksheet(book, "12#东");
    lxw_worksheet *titled = workbook_add_worksheet(book, "b");
    struct matrix_layout layout = {.n = 0};
    struct sheet *s;

    (void)state;
    worksheet_write_string(titled, 0, 0,
                           "a云山府住宅小区二期工程高层住宅楼宇销售控制一览表（内部资料）", NULL);
    for (int i = 0; i < 2; i++) {
        lxw_worksheet *ws = i ? titled : bare;

        worksheet_write_string(ws, 1, 0, "楼层", NULL);
        worksheet_write_string(ws, 1, 1, "01", NULL);
        for (lxw_row_t k = 0; k < 3; k++) {
            worksheet_write_number(ws, k + 2, 0, 3 - k, NULL);
            worksheet_write_number(ws, k + 2, 1, (3.0 - k) * 100 + 1, NULL);
        }
    }
    s = open_book(book);
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 1);
    assert_int_equal(matrix_detect(s, 1, NULL, &layout), 1);
    assert_string_equal(layout.blocks[0].building, "12#东");
    assert_string_equal(layout.blocks[1].building, "a云山府住宅小区二期工程高层住宅楼宇销售控");
    sheet_close(s);
}

/* One mapping serves all blocks: a price in 万元 in one of them alone would be misread. */
static void test_units_of_money_agree(void **state)
{
    struct sheet *s = open_text("1栋,,,,2栋,,\n层,项,01,,层,项,01\n3,房号,301,,3,房号,301\n"
                                ",总价（万元）,120,,,总价（元）,1200000\n2,房号,201,,2,房号,201\n"
                                ",总价（万元）,120,,,总价（元）,1200000\n1,房号,101,,1,房号,101\n"
                                ",总价（万元）,120,,,总价（元）,1200000\n");
    struct matrix_layout layout = {.n = 0};
    struct matrix *m = NULL;
    struct fault f = {0};

    (void)state;
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 2);
    assert_int_equal(layout.blocks[0].power10[1], 4);
    assert_int_equal(layout.blocks[1].power10[1], 0);
    assert_int_equal(matrix_open(s, &layout, &f, &m), -EREFUSED);
    assert_string_equal(f.args[0].value, "block 2");
    layout.blocks[1].power10[1] = 4;
    assert_int_equal(matrix_open(s, &layout, &f, &m), 0);
    matrix_close(m);
    fault_clear(&f);
    sheet_close(s);
}

/* Nothing stands above the labels of the sub-rows; a gap of any other kind is no matrix. */
static void test_bare_sub_labels(void **state)
{
    struct sheet *s =
        open_text("5栋,,,\n层,,01,02\n3,房号,301,302\n,面积,89.5,90\n2,房号,201,202\n,"
                  "面积,89.5,90\n1,房号,101,102\n,面积,89.5,90\n");
    struct matrix_layout layout = {.n = 0};

    (void)state;
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 1);
    assert_int_equal(layout.blocks[0].sub_col, 1);
    assert_int_equal(layout.blocks[0].first_col, 2);
    assert_int_equal(layout.blocks[0].last_col, 3);
    assert_int_equal(layout.blocks[0].sub[1], FIELD_GROSS);
    sheet_close(s);
    layout.n = 0;
    s = open_text("5栋,,,\n层,,01,02\n3,,301,302\n2,,201,202\n1,,101,102\n");
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 0);
    sheet_close(s);
}

/* Labels of the sub-rows beside the floors. */
static void test_sub_labels(void **state)
{
    struct sheet *s = open_text("层,,01,02\n3,房号,301,302\n,面积,89,90\n,总价,100万,101万\n"
                                "2,房号,201,202\n,面积,89,90\n,总价,100万,101万\n"
                                "1,房号,101,\n,面积,89,\n,总价,100万,\n");
    struct matrix_layout layout = {.n = 0};
    struct matrix *m = NULL;

    (void)state;
    layout.n = 1; /* the line row has a gap above the labels: described by hand */
    layout.blocks[0] = (struct matrix_block){.line_row = 1,
                                             .first_row = 2,
                                             .last_row = 10,
                                             .first_col = 2,
                                             .last_col = 3,
                                             .sub_col = 1,
                                             .n_sub = 3,
                                             .sub = {FIELD_ROOM, FIELD_GROSS, FIELD_TOTAL}};
    assert_int_equal(matrix_open(s, &layout, NULL, &m), 0);
    assert_string_equal(next(m), "||3|301|89||100万|");
    assert_string_equal(next(m), "||3|302|90||101万|");
    matrix_close(m);
    sheet_close(s);
    s = open_text("楼层,项,01,02\n3,房号,301,302\n,面积,89,90\n2,房号,201,202\n,面积,89,90\n"
                  "1,房号,101,102\n,面积,89,90\n");
    layout.n = 0;
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 1);
    assert_int_equal(layout.blocks[0].sub_col, 1);
    assert_int_equal(layout.blocks[0].first_col, 2);
    assert_int_equal(layout.blocks[0].sub[1], FIELD_GROSS);
    sheet_close(s);
}

/* Room, area and state as lines of one cell. */
static void test_lines_in_cells(void **state)
{
    struct sheet *s =
        open_text("云山府 十二号楼 一览,,\n层,01,02\n3,\"301\n89.5㎡\n待售\",\"302\n90\n"
                  "认购\"\n2,\"201\n89.5\n待售\",202\n1,\"101\n\n待售\",\"102\n"
                  "90\n待售\nextra\"\n");
    struct matrix_layout layout = {.n = 0};
    struct matrix *m = NULL;

    (void)state;
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 1);
    assert_true(layout.blocks[0].in_cell);
    assert_int_equal(layout.blocks[0].n_sub, 4);
    assert_int_equal(layout.blocks[0].sub[0], FIELD_ROOM);
    assert_int_equal(layout.blocks[0].sub[1], FIELD_GROSS);
    assert_int_equal(layout.blocks[0].sub[2], FIELD_STATUS);
    assert_int_equal(layout.blocks[0].sub[3], FIELD_NONE);
    assert_string_equal(layout.blocks[0].building, "十二号楼");
    layout.blocks[0].building_source = MATRIX_BUILDING_TEXT;
    layout.blocks[0].n_sub = 3;
    assert_int_equal(matrix_open(s, &layout, NULL, &m), 0);
    assert_string_equal(next(m), "十二号楼||3|301|89.5㎡|||待售");
    assert_string_equal(next(m), "十二号楼||3|302|90|||认购");
    assert_string_equal(next(m), "十二号楼||2|201|89.5|||待售");
    assert_string_equal(next(m), "十二号楼||2|202||||");
    assert_string_equal(next(m), "十二号楼||1|101||||待售");
    /* More lines than the layout knows: they make the state unknown, which is asked about. */
    assert_string_equal(next(m), "十二号楼||1|102|90|||待售\nextra");
    assert_string_equal(next(m), "");
    matrix_close(m);
    sheet_close(s);
}

static void test_refused(void **state)
{
    struct sheet *s = open_text("层,01\n3,301\n2,201\n,extra\n1,101\n");
    struct matrix_layout layout = {.n = 1};
    struct matrix *m = NULL;
    struct fault f = {0};

    (void)state;
    layout.blocks[0] = (struct matrix_block){.line_row = 1,
                                             .first_row = 2,
                                             .last_row = 5,
                                             .first_col = 1,
                                             .last_col = 1,
                                             .sub_col = -1,
                                             .n_sub = 1,
                                             .sub = {FIELD_ROOM}};
    assert_int_equal(matrix_open(s, &layout, &f, &m), -EREFUSED);
    assert_int_equal(f.code, FAULT_IMPORT_MAPPING);
    assert_string_equal(f.args[0].value, "row 4"); /* it would be lost unseen */
    layout.blocks[0].n_sub = 0;
    assert_int_equal(matrix_open(s, &layout, &f, &m), -EREFUSED);
    layout.blocks[0].n_sub = 2;
    layout.blocks[0].sub[1] = FIELD_NONE;
    assert_int_equal(matrix_open(s, &layout, &f, &m), 0);
    m = matrix_close(m);
    fault_clear(&f);
    sheet_close(s);
}

/* A floor with fewer rows than the others ends where the next one begins. */
static void test_a_short_floor(void **state)
{
    struct sheet *s = open_text("层,01\n3,301\n,89\n2,201\n1,101\n,88\n");
    struct matrix_layout layout = {.n = 1};
    struct matrix *m = NULL;
    struct fault f = {0};

    (void)state;
    layout.blocks[0] = (struct matrix_block){.line_row = 1,
                                             .first_row = 2,
                                             .last_row = 6,
                                             .first_col = 1,
                                             .last_col = 1,
                                             .sub_col = -1,
                                             .n_sub = 2,
                                             .sub = {FIELD_ROOM, FIELD_GROSS}};
    assert_int_equal(matrix_open(s, &layout, &f, &m), 0);
    assert_non_null(strstr(next(m), "3|301|89"));
    assert_string_not_equal(next(m), "");
    assert_non_null(strstr(next(m), "1|101|88"));
    matrix_close(m);
    assert_int_equal(matrix_open(s, &layout, &f, &m), 0);
    next(m);
    assert_null(strstr(next(m), "101")); /* the room below is not this one's area */
    matrix_close(m);
    sheet_close(s);
}

/* A list is no matrix, however its numbers run. */
static void test_lists_are_not_proposed(void **state)
{
    struct sheet *s = open_text("序号,楼栋,楼层,房号,面积\n1,1栋,3,301,89\n2,1栋,2,201,89\n"
                                "3,1栋,1,101,89\n");
    struct matrix_layout layout = {.n = 0};

    (void)state;
    assert_int_equal(matrix_detect(s, 0, NULL, &layout), 0);
    sheet_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detect),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_import),
        cmocka_unit_test(test_rooms_from_lines),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_a_short_floor),
        cmocka_unit_test(test_building_names),
        cmocka_unit_test(test_bare_sub_labels),
        cmocka_unit_test(test_units_of_money_agree),
        cmocka_unit_test(test_sub_labels),
        cmocka_unit_test(test_lines_in_cells),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_lists_are_not_proposed),
    };

    return cmocka_run_group_tests(tests, make_path, drop_path);
}

/* test_xlsx.c - workbooks into rows: made by a library, by hand, damaged, and too large. */
#include "sheet_fixture.h"

#include <xlsxwriter.h>
#include <zip.h>

#include "daemon/sheet/decimal.h"

/* ---- decimals of XLSX ---- */

static void test_decimal_plain(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"33652", "33652"},
        {"1.2345E4", "12345"},
        {"78.090000000000003", "78.09"},
        {"0.1", "0.1"},
        {"1E-3", "0.001"},
        {"-5.50", "-5.5"},
        {"1e15", "1000000000000000"},
        {"0", "0"},
        {"-0", "0"},
        {"0.30000000000000004", "0.3"},
        {"99999999999999.99", "100000000000000"},
        {"4606622.0000000009", "4606622"},
        {".5", "0.5"},
        {"00012", "12"},
        {"1.5E+2", "150"},
    };
    static const char *const bad[] = {"", "-", "1e", "1e99", "abc", "1.2.3", "1e+", "0x1", "NaN"};
    char out[128];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int n = decimal_plain(cases[i].in, strlen(cases[i].in), out, sizeof(out) - 1);

        assert_true(n > 0);
        out[n] = '\0';
        assert_string_equal(out, cases[i].out);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_true(decimal_plain(bad[i], strlen(bad[i]), out, sizeof(out)) < 0);
}

/* ---- XLSX as written by a library ---- */

static unsigned char *slurp(size_t *ret_len)
{
    FILE *file = fopen(path, "rbe");
    unsigned char *data = malloc(SHEET_FILE_MAX);

    assert_non_null(file);
    assert_non_null(data);
    *ret_len = fread(data, 1, SHEET_FILE_MAX, file);
    fclose(file);
    return data;
}

static void write_book(void)
{
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *ws = workbook_add_worksheet(book, "价目表");
    lxw_worksheet *second = workbook_add_worksheet(book, "隐藏");
    lxw_format *day = workbook_add_format(book);
    lxw_datetime opened = {.year = 2026, .month = 5, .day = 1};

    worksheet_hide(second);
    worksheet_write_string(second, 0, 0, "x", NULL);
    worksheet_write_string(ws, 0, 0, "楼栋", NULL);
    worksheet_write_string(ws, 0, 1, "单价", NULL);
    worksheet_merge_range(ws, 1, 0, 3, 0, "1栋", NULL);
    worksheet_write_number(ws, 1, 1, 33651.99, NULL);
    worksheet_write_number(ws, 2, 1, 0.1 + 0.2, NULL);
    worksheet_write_boolean(ws, 3, 1, 1, NULL);
    worksheet_write_formula_num(ws, 5, 1, "=B2*2", NULL, 67303.98);
    worksheet_write_string(ws, 6, 3, "<script>&\"", NULL);
    format_set_num_format(day, "yyyy\\-mm\\-dd");
    worksheet_write_datetime(ws, 7, 0, &opened, day);
    assert_int_equal(workbook_close(book), 0);
}

static void test_xlsx(void **state)
{
    struct sheet_info info;
    struct sheet *s = NULL;
    struct sheet_row row;
    struct fault f = {0};
    bool hidden;

    (void)state;
    write_book();
    assert_int_equal(sheet_open(path, "价目.xlsx", &f, &s), 0);
    sheet_info(s, &info);
    assert_int_equal(info.format, SHEET_XLSX);
    assert_int_equal(info.n_sheets, 2);
    assert_string_equal(sheet_name(s, 0, &hidden), "价目表");
    assert_false(hidden);
    assert_string_equal(sheet_name(s, 1, &hidden), "隐藏");
    assert_true(hidden);
    assert_null(sheet_name(s, 2, NULL));
    assert_string_equal(dump(s, &f), "1:楼栋|单价\n2:1栋|33651.99\n3:1栋|0.3\n4:1栋|TRUE\n"
                                     "6:|67303.98\n7:|||<script>&\"\n8:2026-05-01\n");
    assert_int_equal(sheet_select(s, 0, &f), 0);
    assert_int_equal(sheet_next_row(s, &f, &row), 1);
    assert_int_equal(sheet_next_row(s, &f, &row), 1);
    assert_int_equal(row.cells[0].kind, SHEET_CELL_TEXT);
    assert_int_equal(row.cells[1].kind, SHEET_CELL_NUMBER);
    assert_int_equal(sheet_next_row(s, &f, &row), 1);
    assert_int_equal(row.cells[0].kind, SHEET_CELL_MERGED);
    assert_int_equal(sheet_select(s, 1, &f), 0);
    assert_string_equal(dump(s, &f), "1:x\n");
    sheet_close(s);
}

/* Cut short anywhere, or with one byte changed: refused or read, never worse. */
static void test_xlsx_damaged(void **state)
{
    size_t len, opened = 0;
    unsigned char *data;

    (void)state;
    write_book();
    data = slurp(&len);
    for (size_t n = 4; n < len; n += 97)
        assert_string_equal(dump_bytes(data, n), "sheet.damaged");
    for (size_t n = 0; n < len; n += 97) {
        data[n] ^= 0x55;
        opened += dump_bytes(data, len)[1] == ':';
        data[n] ^= 0x55;
    }
    assert_true(opened > 0);
    assert_memory_equal(dump_bytes(data, len), "1:", 2);
    free(data);
}

/* ---- XLSX made by hand ---- */

#define ROOT "<worksheet xmlns=\"urn:x\"><sheetData>"
#define TAIL "</sheetData></worksheet>"

static char *dump_book(const struct xlsx_xml *xml)
{
    static char text[1 << 16];
    struct fault f = {0};
    struct xlsx *x = NULL;
    struct sheet_row row;
    int r;

    text[0] = '\0';
    r = xlsx_open_xml(xml, &f, &x);
    while (r >= 0 && (r = xlsx_next(x, &f, &row)) > 0)
        add_row(&text, &row);
    if (r < 0)
        snprintf(text, sizeof(text), "%s", f.set ? fault_code_text(f.code) : "errno");
    fault_clear(&f);
    xlsx_close(x);
    return text;
}

static char *dump_xml(const char *strings, const char *rows)
{
    return dump_book(&(struct xlsx_xml){.strings = strings,
                                        .strings_len = strings ? strlen(strings) : 0,
                                        .rows = rows,
                                        .rows_len = strlen(rows)});
}

static char *dump_dated(const char *styles, bool date1904, const char *rows)
{
    return dump_book(&(struct xlsx_xml){.styles = styles,
                                        .styles_len = strlen(styles),
                                        .rows = rows,
                                        .rows_len = strlen(rows),
                                        .date1904 = date1904});
}

static void test_xlsx_cells(void **state)
{
    static const char strings[] =
        "<sst><si><t>在售</t></si><si><r><t>a</t></r><r><t>b</t></r>"
        "<rPh><t>HINT</t></rPh></si><si><t>x_x000A_y_x0zz1_</t></si></sst>";

    (void)state;
    assert_string_equal(dump_xml(strings, ROOT
                                 "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"C2\" t=\"s\">"
                                 "<v>1</v></c></row><row><c t=\"s\"><v>2</v></c></row>" TAIL),
                        "2:在售||ab\n3:x\ny_x0zz1_\n");
    assert_string_equal(
        dump_xml(NULL,
                 ROOT "<row r=\"1\"><c t=\"inlineStr\"><is><t>in</t></is></c>"
                      "<c t=\"str\"><f>A1</f><v>text</v></c><c t=\"b\"><v>0</v></c>"
                      "<c t=\"e\"><v>#REF!</v></c><c><f>A1*2</f></c><c><f>1</f><v>1.50</v></c>"
                      "<c t=\"str\"><f>X</f><v></v></c><c><v>7</v></c></row>" TAIL),
        "1:in|text|FALSE|#REF!(e)|(f)|1.5||7\n");
    /* With a prefix, and blank rows in between. */
    assert_string_equal(dump_xml(NULL, "<x:worksheet xmlns:x=\"u\"><x:sheetData><x:row r=\"9\"/>"
                                       "<x:row r=\"10\"><x:c><x:v>1</x:v></x:c></x:row>"
                                       "</x:sheetData></x:worksheet>"),
                        "10:1\n");
}

/* The only xf that counts is the second: those of <cellStyleXfs> are of named styles. */
#define STYLES(formats, number)                                                                    \
    "<styleSheet><numFmts>" formats "</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>" \
    "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"" number "\"/></cellXfs></styleSheet>"
#define FORMAT(code) STYLES("<numFmt numFmtId=\"164\" formatCode=\"" code "\"/>", "164")
#define DAY(value)   ROOT "<row><c s=\"1\"><v>" value "</v></c></row>" TAIL

static void test_xlsx_dates(void **state)
{
    static const struct {
        const char *value, *from1900, *from1904;
    } days[] = {
        {"45413", "1:2024-05-01\n", "1:2028-05-02\n"},
        {"45413.99999", "1:2024-05-01\n", "1:2028-05-02\n"}, /* a time of day is left out */
        {"43951", "1:2020-04-30\n", "1:2024-05-01\n"},
        {"1", "1:1900-01-01\n", "1:1904-01-02\n"},
        {"59", "1:1900-02-28\n", "1:1904-02-29\n"},
        {"60", "1:60\n", "1:1904-03-01\n"}, /* 29 February 1900 never was */
        {"61", "1:1900-03-01\n", "1:1904-03-02\n"},
        {"0", "1:0\n", "1:1904-01-01\n"},
        {"0.5", "1:0.5\n", "1:1904-01-01\n"},
        {"-1", "1:-1\n", "1:-1\n"},
        {"2957003", "1:9995-12-30\n", "1:9999-12-31\n"},
        {"2958465", "1:9999-12-31\n", "1:2958465\n"},
        {"2958466", "1:2958466\n", "1:2958466\n"},
        {"123456789012345", "1:123456789012345\n", "1:123456789012345\n"},
        {"1E+29", "1:100000000000000000000000000000\n", "1:100000000000000000000000000000\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        char rows[256];

        snprintf(rows, sizeof(rows), DAY("%s"), days[i].value);
        assert_string_equal(dump_dated(STYLES("", "14"), false, rows), days[i].from1900);
        assert_string_equal(dump_dated(STYLES("", "14"), true, rows), days[i].from1904);
    }
    /* As text of ISO 8601; and a number without a format, with another, with one that is not. */
    assert_string_equal(dump_dated(STYLES("", "14"), false,
                                   ROOT
                                   "<row><c t=\"d\"><v>2024-05-01T08:30:00</v></c>"
                                   "<c t=\"d\"><v>2024-05-01</v></c><c t=\"d\"><v>08:30</v></c>"
                                   "<c><v>45413</v></c><c s=\"0\"><v>45413</v></c>"
                                   "<c s=\"2\"><v>45413</v></c><c s=\"x\"><v>45413</v></c>"
                                   "<c s=\"18446744073709551617\"><v>45413</v></c></row>" TAIL),
                        "1:2024-05-01|2024-05-01|08:30|45413|45413|45413|45413|45413\n");
}

static void test_xlsx_date_formats(void **state)
{
    static const char *const dates[] = {
        FORMAT("yyyy\\-mm\\-dd;@"),
        FORMAT("yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"),
        FORMAT("YYYY/MM/DD HH:MM:SS"),
        FORMAT("[$-804]m&quot;月&quot;"),
        FORMAT("[Red]d"),
        FORMAT("[$-404]e/m/d"),
        STYLES("", "22"),
        STYLES("", "31"), /* 2024年5月1日 in a Chinese office */
        STYLES("", "58"),
    };
    static const char *const others[] = {
        FORMAT("0.00"),
        FORMAT("#,##0.00_);[Red]\\(#,##0.00\\)"),
        FORMAT("0.00E+00"),
        FORMAT("General"),
        FORMAT("[DBNum1][$-804]General"),
        FORMAT("&quot;yyyy-mm-dd&quot;0"),
        FORMAT("0\\d"),
        FORMAT("h:mm:ss"),
        FORMAT("[h]:mm"),
        FORMAT("0;yyyy"),
        FORMAT("&quot;"),
        FORMAT("\\"),
        STYLES("", "2"),
        STYLES("", "18"),
        STYLES("", "49"),
        STYLES("", "-14"),
        STYLES("", "14x"),
        STYLES("", "65550"),                                        /* 14 past 65536 */
        STYLES("<numFmt numFmtId=\"14\" formatCode=\"0\"/>", "14"), /* spelled out otherwise */
        "<styleSheet/>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
        if (strcmp(dump_dated(dates[i], false, DAY("45413")), "1:2024-05-01\n") != 0)
            fail_msg("no date: %s", dates[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(dump_dated(others[i], false, DAY("45413")), "1:45413\n") != 0)
            fail_msg("a date: %s", others[i]);
    assert_string_equal(dump_dated("<styleSheet><cellXfs>", false, DAY("1")), "sheet.damaged");
}

static void test_xlsx_styles_limit(void **state)
{
    size_t room = 64 + 6 * (SHEET_STYLES_MAX + 1), used = 0;
    char *text = malloc(room);

    (void)state;
    assert_non_null(text);
    used += (size_t)snprintf(text, room, "<s><cellXfs>");
    for (int i = 0; i < SHEET_STYLES_MAX; i++)
        used += (size_t)snprintf(text + used, room - used, "<xf/>");
    snprintf(text + used, room - used, "</cellXfs></s>");
    assert_string_equal(dump_dated(text, false, DAY("1")), "1:1\n");
    snprintf(text + used, room - used, "<xf/></cellXfs></s>");
    assert_string_equal(dump_dated(text, false, DAY("1")), "sheet.limit");
    free(text);
}

static void test_xlsx_merges(void **state)
{
    (void)state;
    assert_string_equal(
        dump_xml(NULL, "<w><sheetData><row><c><v>1</v></c></row><row><c r=\"C2\"><v>2</v></c></row>"
                       "</sheetData><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells></w>"),
        "1:1|1\n2:1|1|2\n");
    assert_string_equal(/* they overlap */
                        dump_xml(NULL,
                                 "<w><sheetData><row><c><v>1</v></c></row></sheetData><mergeCells>"
                                 "<mergeCell ref=\"A1:B2\"/><mergeCell ref=\"B1:C2\"/></mergeCells>"
                                 "</w>"),
                        "sheet.damaged");
    assert_string_equal(dump_xml(NULL, "<w><mergeCell ref=\"A0:B2\"/></w>"), "sheet.damaged");
    assert_string_equal(dump_xml(NULL, "<w><mergeCell/></w>"), "sheet.damaged");
}

static void test_xlsx_bad(void **state)
{
    static const char *const damaged[] = {
        ROOT "<row r=\"2\"><c><v>1</v></c></row><row r=\"1\"><c><v>1</v></c></row>" TAIL,
        ROOT "<row r=\"0\"/>" TAIL,
        ROOT "<row r=\"x\"/>" TAIL,
        ROOT "<row r=\"99999999999999999999\"/>" TAIL,
        ROOT "<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>" TAIL,
        ROOT "<row r=\"1\"><c r=\"A2\"><v>1</v></c></row>" TAIL,
        ROOT "<row r=\"1\"><c r=\"1\"><v>1</v></c></row>" TAIL,
        ROOT "<row><c t=\"s\"><v>0</v></c></row>" TAIL,
        ROOT "<row><c t=\"s\"><v>-1</v></c></row>" TAIL,
        ROOT "<row><c>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]>" ROOT "<row><c t=\"str\"><v>&b;</v></c></row>" TAIL,
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">" ROOT TAIL,
        "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><w>&b;</w>",
        "<w>&undefined;</w>",
        "<?xml version=\"1.0\" encoding=\"x-none\"?><w/>",
        "not xml",
        "",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++)
        if (strcmp(dump_xml(NULL, damaged[i]), "sheet.damaged") != 0)
            fail_msg("%s: %s", damaged[i], dump_xml(NULL, damaged[i]));
}

static void test_xlsx_limits(void **state)
{
    size_t room = 4 << 20, used = 0;
    char *text = malloc(room), *cell;

    (void)state;
    assert_non_null(text);
    for (int i = 0; i <= SHEET_DEPTH_MAX; i++)
        used += (size_t)snprintf(text + used, room - used, "<a>");
    assert_string_equal(dump_xml(NULL, text), "sheet.limit");
    /* Column 256 is the last. */
    assert_int_equal(strlen(dump_xml(NULL, ROOT "<row><c r=\"IV1\"><v>1</v></c></row>" TAIL)),
                     2 + 255 + 1 + 1);
    assert_string_equal(dump_xml(NULL, ROOT "<row><c r=\"IW1\"><v>1</v></c></row>" TAIL),
                        "sheet.limit");
    assert_string_equal(dump_xml(NULL, ROOT "<row><c r=\"IW1\"/></row>" TAIL), "");
    assert_string_equal(dump_xml(NULL, ROOT "<row r=\"200001\"><c><v>1</v></c></row>" TAIL),
                        "sheet.limit");
    assert_string_equal(dump_xml(NULL, ROOT "<row r=\"1048576\"><c/></row>" TAIL), "");
    cell = filled(SHEET_CELL_MAX + 1, 'a');
    snprintf(text, room, ROOT "<row><c t=\"str\"><v>%s</v></c></row>" TAIL, cell);
    assert_string_equal(dump_xml(NULL, text), "sheet.limit");
    /* A long note elsewhere in the workbook is no matter until a cell here shows it. */
    snprintf(text, room, "<sst><si><t>ok</t></si><si><t>%s</t></si></sst>", cell);
    assert_string_equal(dump_xml(text, ROOT "<row><c t=\"s\"><v>0</v></c></row>" TAIL), "1:ok\n");
    assert_string_equal(dump_xml(text, ROOT "<row><c t=\"s\"><v>1</v></c></row>" TAIL),
                        "sheet.limit");
    free(cell);
    cell = filled(SHEET_TOKEN_MAX + (128 << 10), 'a'); /* one endless attribute */
    snprintf(text, room, "<w a=\"%s\"/>", cell);
    assert_string_equal(dump_xml(NULL, text), "sheet.limit");
    free(cell);
    free(text);
}

/* ---- archives made by hand ---- */

#define RELS_TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

static void add_part(zip_t *zip, const char *name, const char *text, size_t len)
{
    zip_source_t *source = zip_source_buffer(zip, text, len, 0);

    assert_true(zip_file_add(zip, name, source, 0) >= 0);
}

/* A workbook whose one sheet is said to be at @target and is stored as @name. */
static char *dump_archive(const char *target, const char *name, const char *xml, size_t len)
{
    static const char workbook[] =
        "<workbook xmlns:r=\"u\"><sheets><sheet name=\"S\" sheetId=\"1\" "
        "r:id=\"rId1\"/></sheets></workbook>";
    char rels[512];
    unsigned char *data;
    size_t size;
    char *text;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

    assert_non_null(zip);
    snprintf(rels, sizeof(rels),
             "<Relationships><Relationship Id=\"rId1\" Type=\"" RELS_TYPE
             "/worksheet\" Target=\"%s\"/></Relationships>",
             target);
    add_part(zip, "xl/workbook.xml", workbook, sizeof(workbook) - 1);
    add_part(zip, "xl/_rels/workbook.xml.rels", rels, strlen(rels));
    add_part(zip, name, xml, len);
    assert_int_equal(zip_close(zip), 0);
    data = slurp(&size);
    text = dump_bytes(data, size);
    free(data);
    return text;
}

static void test_archive_paths(void **state)
{
    static const char xml[] = ROOT "<row><c><v>1</v></c></row>" TAIL;
    static const char doc[] = "<document/>";
    zip_t *zip;
    unsigned char *data;
    size_t len;

    (void)state;
    assert_string_equal(
        dump_archive("worksheets/s.xml", "xl/worksheets/s.xml", xml, sizeof(xml) - 1), "1:1\n");
    assert_string_equal(
        dump_archive("/xl/worksheets/s.xml", "xl/worksheets/s.xml", xml, sizeof(xml) - 1), "1:1\n");
    assert_string_equal(dump_archive("../xl/./a/../s.xml", "xl/S.XML", xml, sizeof(xml) - 1),
                        "1:1\n");
    assert_string_equal(dump_archive("../../etc/passwd", "xl/s.xml", xml, sizeof(xml) - 1),
                        "sheet.damaged");
    assert_string_equal(dump_archive("../other/s.xml", "other/s.xml", xml, sizeof(xml) - 1),
                        "sheet.damaged");
    assert_string_equal(dump_archive("gone.xml", "xl/s.xml", xml, sizeof(xml) - 1),
                        "sheet.damaged");
    zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    assert_non_null(zip);
    add_part(zip, "word/document.xml", doc, sizeof(doc) - 1);
    assert_int_equal(zip_close(zip), 0);
    data = slurp(&len);
    assert_string_equal(dump_bytes(data, len), "sheet.format");
    free(data);
}

/* A zip bomb: 64 MiB of blanks pack into 64 KiB. And one whose stated sizes lie. */
static void test_zip_bomb(void **state)
{
    size_t len = 64 << 20, size, changed = 0;
    char *xml = filled(len, ' ');
    unsigned char *data;

    (void)state;
    memcpy(xml, ROOT, sizeof(ROOT) - 1);
    assert_string_equal(dump_archive("s.xml", "xl/s.xml", xml, len), "sheet.limit");
    data = slurp(&size);
    for (size_t i = 0; i + 46 < size; i++)
        if (memcmp(data + i, "PK\1\2", 4) == 0) { /* its directory says: 16 bytes each */
            memcpy(data + i + 24, "\x10\0\0\0", 4);
            changed++;
        }
    assert_int_equal(changed, 3);
    assert_true(strcmp(dump_bytes(data, size), "sheet.limit") == 0 ||
                strcmp(dump_bytes(data, size), "sheet.damaged") == 0);
    free(data);
    free(xml);
}

static void test_too_many_sheets(void **state)
{
    lxw_workbook *book = workbook_new(path);
    unsigned char *data;
    size_t len;

    (void)state;
    for (int i = 0; i <= SHEET_SHEETS_MAX; i++)
        workbook_add_worksheet(book, NULL);
    assert_int_equal(workbook_close(book), 0);
    data = slurp(&len);
    assert_string_equal(dump_bytes(data, len), "sheet.limit");
    free(data);
}

/* A list of the longest that is allowed has room beside another; a third is too much. */
static void test_rows_of_all_sheets(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        lxw_workbook *book = workbook_new(path);
        int64_t rows[SHEET_SHEETS_MAX] = {-1, -1, -1, -1};
        struct fault f = {.set = false};
        struct sheet *s = NULL;

        for (int k = 0; k < 2 + over; k++) {
            lxw_worksheet *ws = workbook_add_worksheet(book, NULL);

            for (int i = 0; i < (k < 2 ? SHEET_ROWS_MAX : 1); i++)
                worksheet_write_number(ws, (lxw_row_t)i, 0, i, NULL);
        }
        assert_int_equal(workbook_close(book), LXW_NO_ERROR);
        assert_int_equal(sheet_open(path, NULL, &f, &s), 0);
        assert_int_equal(sheet_last_rows(s, &f, rows), over ? -EREFUSED : 0);
        if (over) {
            assert_int_equal(f.code, FAULT_SHEET_LIMIT);
            assert_string_equal(f.args[0].value, "rows in all sheets");
            assert_int_equal(rows[0], -1);
        } else {
            assert_int_equal(rows[0], SHEET_ROWS_MAX);
            assert_int_equal(rows[1], SHEET_ROWS_MAX);
            assert_int_equal(rows[2], 0);
        }
        fault_clear(&f);
        sheet_close(s);
    }
}

/* A part of @len bytes that says next to nothing and packs just within SHEET_RATIO_MAX. */
static char *sparse_sheet(size_t len)
{
    static const char head[] = ROOT "<row><c><v>1</v></c></row>", tail[] = TAIL;
    char *xml = filled(len, ' ');
    uint64_t noise = 88172645463325252u;

    memcpy(xml, head, sizeof(head) - 1);
    for (size_t i = 0; i < len / SHEET_RATIO_MAX * 2; i++) {
        noise = noise * 6364136223846793005u + 1442695040888963407u;
        xml[sizeof(head) + i] = (char)('a' + (noise >> 60));
    }
    memcpy(xml + len - sizeof(tail) + 1, tail, sizeof(tail) - 1);
    return xml;
}

/* Sheets that are one and the same part: little in the archive, much to unpack. */
static void test_bytes_of_all_sheets(void **state)
{
    enum { PART = 16 << 20, FIT = SHEET_INFLATED_ALL_MAX / PART };
    char *xml = sparse_sheet(PART);

    (void)state;
    for (int n = FIT; n <= FIT + 1; n++) {
        char workbook[8192] = "<workbook xmlns:r=\"u\"><sheets>", rels[16384] = "<Relationships>";
        size_t w = strlen(workbook), l = strlen(rels);
        int64_t rows[SHEET_SHEETS_MAX] = {0};
        struct fault f = {.set = false};
        struct sheet *s = NULL;
        zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

        assert_non_null(zip);
        for (int i = 1; i <= n; i++) {
            w += (size_t)snprintf(workbook + w, sizeof(workbook) - w,
                                  "<sheet name=\"S%d\" sheetId=\"%d\" r:id=\"r%d\"/>", i, i, i);
            l += (size_t)snprintf(
                rels + l, sizeof(rels) - l,
                "<Relationship Id=\"r%d\" Type=\"" RELS_TYPE "/worksheet\" Target=\"s.xml\"/>", i);
        }
        w += (size_t)snprintf(workbook + w, sizeof(workbook) - w, "</sheets></workbook>");
        l += (size_t)snprintf(rels + l, sizeof(rels) - l, "</Relationships>");
        add_part(zip, "xl/workbook.xml", workbook, w);
        add_part(zip, "xl/_rels/workbook.xml.rels", rels, l);
        add_part(zip, "xl/s.xml", xml, PART);
        assert_int_equal(zip_close(zip), 0);
        assert_int_equal(sheet_open(path, NULL, &f, &s), 0);
        assert_int_equal(sheet_last_rows(s, &f, rows), n > FIT ? -EREFUSED : 0);
        if (n > FIT) {
            assert_int_equal(f.code, FAULT_SHEET_LIMIT);
            assert_string_equal(f.args[0].value, "MiB unpacked in all sheets");
        } else {
            assert_int_equal(rows[n - 1], 1);
        }
        fault_clear(&f);
        sheet_close(s);
    }
    free(xml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_plain),
        cmocka_unit_test(test_xlsx),
        cmocka_unit_test(test_xlsx_damaged),
        cmocka_unit_test(test_xlsx_dates),
        cmocka_unit_test(test_xlsx_date_formats),
        cmocka_unit_test(test_xlsx_styles_limit),
        cmocka_unit_test(test_xlsx_cells),
        cmocka_unit_test(test_xlsx_merges),
        cmocka_unit_test(test_xlsx_bad),
        cmocka_unit_test(test_xlsx_limits),
        cmocka_unit_test(test_archive_paths),
        cmocka_unit_test(test_zip_bomb),
        cmocka_unit_test(test_too_many_sheets),
        cmocka_unit_test(test_rows_of_all_sheets),
        cmocka_unit_test(test_bytes_of_all_sheets),
    };

    return cmocka_run_group_tests(tests, make_path, drop_path);
}

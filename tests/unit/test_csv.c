/* test_csv.c - text into rows: encodings, quotes, what must be refused; the names of lists. */
#include "sheet_fixture.h"

#include <errno.h>

#define assert_text(bytes, expected)                                                               \
    assert_string_equal(dump_bytes(bytes, sizeof(bytes) - 1), expected)

static void test_csv_forms(void **state)
{
    (void)state;
    assert_text("a,b\n1,2\n", "1:a|b\n2:1|2\n");
    assert_text("a,b\r\n1,2\r\n", "1:a|b\n2:1|2\n");
    assert_text("a,b\r1,2", "1:a|b\n2:1|2\n");
    assert_text("a;b\n1;2,5\n", "1:a|b\n2:1|2,5\n");
    assert_text("a\tb\n1\t2\n", "1:a|b\n2:1|2\n");
    assert_text("sep=;\na;b,c\n", "2:a|b,c\n");
    assert_text("only\n", "1:only\n");
    assert_text("a,b\n\n,\n \n1,2\n", "1:a|b\n5:1|2\n");
    assert_text("a,,\n,,c\n", "1:a\n2:||c\n");
    assert_text("\"a,b\",\"c \"\"q\"\" d\"\n\"x\ny\",2\n", "1:a,b|c \"q\" d\n2:x\ny|2\n");
    assert_text("a\"b,c\n", "1:a\"b|c\n");
    assert_text("\"\",x\n", "1:|x\n");
    assert_text("a,<script>alert(1)</script>\n", "1:a|<script>alert(1)</script>\n");
    assert_text("a,=1+1\n", "1:a|=1+1\n");
    /* What stands in quotes is no delimiter. */
    assert_text("\"a;b;c;d\",1\n\"e;f;g;h\",2\n", "1:a;b;c;d|1\n2:e;f;g;h|2\n");
}

static void test_csv_refused(void **state)
{
    (void)state;
    assert_text("", "sheet.empty");
    assert_text("\xEF\xBB\xBF", "sheet.empty");
    assert_text("a,b\n\"open,2\n", "sheet.quote row 2");
    assert_text("a,b\n\"x\"y,2\n", "sheet.quote row 2");
    assert_text("a,b\n1,\0002\n", "sheet.encoding row 2");
    assert_text("%PDF-1.4 ...", "sheet.format");
    assert_text("\xEF\xBB\xBF  <html><table>", "sheet.format");
    assert_text("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 rest", "sheet.xls");
    assert_text(
        "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1..E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0",
        "sheet.password");
    assert_text("\x01\x02\x03\x04\x05\x06\x07\x08", "sheet.format");
}

static void test_csv_encodings(void **state)
{
    static const char gb[] =
        "\xC2\xA5\xB6\xB0,\xB7\xBF\xBA\xC5\n1,\xD4\xDA\xCA\xDB\n"; /* 楼栋,房号 */
    static const char le[] = "\xFF\xFE\x0B\x67,\0\x31\0\n\0";      /* 朋? no: 朋 */
    static const char be_bare[] = "\0a\0,\0b\0\n\x68\x0B\0,\0"
                                  "1\0\n";
    static const char le_bare[] = "a\0,\0b\0\n\0\x0B\x68,\0"
                                  "1\0\n\0";
    static const char le_emoji[] = "\xFF\xFE\x3D\xD8\x00\xDE,\0"
                                   "1\0\n\0";
    struct sheet_info info;
    struct sheet *s = NULL;

    (void)state;
    assert_text("\xEF\xBB\xBF\xE6\xA0\x8B,b\n", "1:栋|b\n");
    assert_text(gb, "1:楼栋|房号\n2:1|在售\n");
    assert_text(le, "1:\xE6\x9C\x8B|1\n");
    assert_text(be_bare, "1:a|b\n2:栋|1\n");
    assert_text(le_bare, "1:a|b\n2:栋|1\n");
    assert_text(le_emoji, "1:😀|1\n");
    assert_text("\xFF\xFE\x3D\xD8,\0\n\0", "sheet.encoding row 1"); /* half a pair */
    assert_text("\xFF\xFE,\0\n", "sheet.encoding row 1");           /* half a unit */
    /* Good UTF-8 but for one byte: damaged, never read as GB18030. */
    assert_text("项目名称,楼栋号码\n玉兰花园,在\xFF售房\n", "sheet.encoding row 2");
    /* The same where every byte of it would do as GB18030. */
    assert_text("\xE7项目名称楼栋号码玉兰花园在售房,x\n", "sheet.encoding row 1");
    /* A mark is believed: what is not UTF-8 behind it is not looked for elsewhere. */
    assert_text("\xEF\xBB\xBF\xC2\xA5\xB6\xB0,b\n", "sheet.encoding row 1");
    /* Neither. */
    assert_text("\xC2\xA5\xB6\xB0,b\n\xC2\xA5\xB6\xB0,\xFF\xFF\n", "sheet.encoding row 2");
    /* Overlong and surrogate forms are no UTF-8. */
    assert_int_equal(utf8_step((const unsigned char *)"\xC0\x80", 2), 0);
    assert_int_equal(utf8_step((const unsigned char *)"\xE0\x9F\xBF", 3), 0);
    assert_int_equal(utf8_step((const unsigned char *)"\xE0\xA0\x80", 3), 3);
    assert_int_equal(utf8_step((const unsigned char *)"\xF0\x8F\xBF\xBF", 4), 0);
    assert_int_equal(utf8_step((const unsigned char *)"\xED\xA0\x80", 3), 0);
    assert_int_equal(utf8_step((const unsigned char *)"\xF4\x90\x80\x80", 4), 0);
    assert_int_equal(sheet_open_memory(gb, sizeof(gb) - 1, NULL, NULL, &s), 0);
    sheet_info(s, &info);
    assert_int_equal(info.encoding, SHEET_GB18030);
    assert_int_equal(info.format, SHEET_CSV);
    assert_int_equal(info.delimiter, ',');
    assert_string_equal(sheet_encoding_name(info.encoding), "GB18030");
    sheet_close(s);
}

static void test_csv_limits(void **state)
{
    char *text = filled(SHEET_FILE_MAX + 1, 'a');
    struct sheet *s = NULL;
    struct fault f = {0};
    FILE *file;

    (void)state;
    assert_string_equal(dump_bytes(text, SHEET_FILE_MAX + 1), "sheet.limit");
    assert_string_equal(dump_bytes(text, SHEET_CELL_MAX + 1), "sheet.limit");
    assert_memory_equal(dump_bytes(text, SHEET_CELL_MAX), "1:aaa", 5);
    /* Doubled quotes count once: a cell is as long as what it says. */
    memset(text, '"', 2 * SHEET_CELL_MAX + 4);
    assert_int_equal(strlen(dump_bytes(text, 2 * SHEET_CELL_MAX + 2)), 2 + SHEET_CELL_MAX + 1);
    assert_string_equal(dump_bytes(text, 2 * SHEET_CELL_MAX + 4), "sheet.limit");
    memset(text, ',', 300);
    text[300] = '\n';
    assert_string_equal(dump_bytes(text, 301), "");
    text[255] = 'x'; /* ends 255 empty fields: column 256 */
    assert_int_equal(strlen(dump_bytes(text, 301)), 2 + 255 + 1 + 1);
    text[255] = ',';
    text[256] = 'x';
    assert_string_equal(dump_bytes(text, 301), "sheet.limit");
    for (size_t i = 0; i < SHEET_ROWS_MAX * 2; i += 2)
        memcpy(text + i, "1\n", 2);
    assert_string_equal(dump_bytes(text, (SHEET_ROWS_MAX + 1) * 2), "sheet.limit");
    file = fopen(path, "wbe");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), INT64_C(100) << 20), 0);
    fclose(file);
    assert_int_equal(sheet_open(path, "big.csv", &f, &s), -EREFUSED);
    assert_int_equal(f.code, FAULT_SHEET_LIMIT);
    assert_string_equal(f.args[2].value, "32");
    fault_clear(&f);
    assert_int_equal(sheet_open("/tmp", "dir.csv", &f, &s), -EREFUSED);
    assert_int_equal(f.code, FAULT_SHEET_FORMAT);
    fault_clear(&f);
    assert_int_equal(sheet_open("/nonexistent/x", "x.csv", &f, &s), -ENOENT);
    free(text);
}

static void test_names(void **state)
{
    static const char *const bad[] = {"", "a\nb.csv", "../x.csv", "a\\b", "\xFF.csv", "..", "\x7F"};
    struct sheet *s = NULL;
    struct fault f = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(sheet_open_memory("a", 1, bad[i], &f, &s), -EREFUSED);
        assert_int_equal(f.code, FAULT_SHEET_NAME);
        fault_clear(&f);
    }
    assert_int_equal(sheet_open_memory("a", 1, "价目表 (最终版).csv", &f, &s), 0);
    sheet_close(s);
}

static void test_rewind(void **state)
{
    static const char text[] = "a,\"b\"\"c\"\n1,2\n";
    struct sheet *s = NULL;
    struct fault f = {0};

    (void)state;
    assert_int_equal(sheet_open_memory(text, sizeof(text) - 1, NULL, &f, &s), 0);
    assert_string_equal(dump(s, &f), "1:a|b\"c\n2:1|2\n");
    assert_string_equal(dump(s, &f), "");
    assert_int_equal(sheet_select(s, 0, &f), 0);
    assert_string_equal(dump(s, &f), "1:a|b\"c\n2:1|2\n");
    assert_int_equal(sheet_select(s, 1, &f), -EREFUSED);
    fault_clear(&f);
    sheet_close(s);
}

static void test_csv_truncated(void **state)
{
    char *text = malloc(40000);
    size_t used = 0;

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < 800; i++)
        used += (size_t)snprintf(text + used, 40000 - used, "云山府,1栋,\"%d\",在售\n", i);
    for (size_t n = 1; n < used; n += 97)
        assert_non_null(dump_bytes(text, n));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_forms),     cmocka_unit_test(test_csv_refused),
        cmocka_unit_test(test_csv_encodings), cmocka_unit_test(test_csv_limits),
        cmocka_unit_test(test_csv_truncated), cmocka_unit_test(test_names),
        cmocka_unit_test(test_rewind),
    };

    return cmocka_run_group_tests(tests, make_path, drop_path);
}

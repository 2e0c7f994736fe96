/* sheet.c - opens a file and tells CSV from XLSX; see sheet.h. */
#include "daemon/sheet/sheet.h"

#include "daemon/sheet/matrix.h"
#include "daemon/sheet/sheet_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct sheet {
    struct sheet_info info;
    size_t current;
    unsigned char *data; /* the file */
    const char *text;    /* CSV: the file as UTF-8 */
    bool text_owned;
    struct csv csv;
    struct xlsx *xlsx;
    struct sheet_cell cells[SHEET_COLUMNS_MAX];
};

/* The nouns of a limit in both languages travel as arguments: only the sentence is in fault.def. */
static const struct {
    const char *en, *zh;
    int limit;
} limits[] = {
    [LIMIT_FILE] = {"MiB per file", "MiB（文件大小）", SHEET_FILE_MAX >> 20},
    [LIMIT_ROWS] = {"rows", "行", SHEET_ROWS_MAX},
    [LIMIT_ROWS_ALL] = {"rows in all sheets", "行（全部工作表合计）", SHEET_ROWS_ALL_MAX},
    [LIMIT_INFLATED_ALL] = {"MiB unpacked in all sheets", "MiB（全部工作表解压后合计）",
                            SHEET_INFLATED_ALL_MAX >> 20},
    [LIMIT_COLUMNS] = {"columns", "列", SHEET_COLUMNS_MAX},
    [LIMIT_CELL] = {"bytes per cell", "字节（单元格文字）", SHEET_CELL_MAX},
    [LIMIT_SHEETS] = {"sheets", "个工作表", SHEET_SHEETS_MAX},
    [LIMIT_INFLATED] = {"MiB unpacked", "MiB（解压后）", SHEET_INFLATED_MAX >> 20},
    [LIMIT_RATIO] = {"times compressed", "倍压缩率", SHEET_RATIO_MAX},
    [LIMIT_STRINGS] = {"shared strings", "个共享字符串", SHEET_STRINGS_MAX},
    [LIMIT_STRINGS_BYTES] = {"MiB of shared strings", "MiB（共享字符串）",
                             SHEET_STRINGS_BYTES >> 20},
    [LIMIT_DEPTH] = {"nested XML elements", "层 XML 嵌套", SHEET_DEPTH_MAX},
    [LIMIT_TOKEN] = {"bytes per XML tag", "字节（XML 标记）", SHEET_TOKEN_MAX},
    [LIMIT_MERGES] = {"merged ranges", "个合并区域", SHEET_MERGES_MAX},
    [LIMIT_MATRIX] = {"rows of a matrix", "行（矩阵表）", MATRIX_ROWS_MAX},
    [LIMIT_PARTS] = {"parts in the archive", "个压缩包条目", SHEET_PARTS_MAX},
    [LIMIT_STYLES] = {"cell formats", "个单元格格式", SHEET_STYLES_MAX},
};

int sheet_limit(struct fault *f, enum sheet_limit limit)
{
    char number[24];

    snprintf(number, sizeof(number), "%d", limits[limit].limit);
    return fault_set(f, FAULT_SHEET_LIMIT, "what", limits[limit].en, "what_zh", limits[limit].zh,
                     "limit", number, NULL);
}

int sheet_damaged(struct fault *f, const char *reason)
{
    return fault_set(f, FAULT_SHEET_DAMAGED, "reason", reason, NULL);
}

int sheet_fault_row(struct fault *f, enum fault_code code, int64_t row)
{
    char number[24];

    snprintf(number, sizeof(number), "%" PRId64, row);
    return fault_set(f, code, "row", number, NULL);
}

static bool file_name_ok(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len > SHEET_NAME_MAX || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7F || name[i] == '/' || name[i] == '\\')
            return false;
    return utf8_valid((const unsigned char *)name, len) == len;
}

static bool starts_with(const unsigned char *data, size_t len, const char *magic, size_t n)
{
    return len >= n && memcmp(data, magic, n) == 0;
}

/* A compound file is an old XLS, or a new workbook under a password: its stream then is named
 * EncryptedPackage, in UTF-16. */
static int refuse_compound(const unsigned char *data, size_t len, struct fault *f)
{
    static const char package[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";

    if (memmem(data, len, package, sizeof(package) - 1))
        return fault_set(f, FAULT_SHEET_PASSWORD, NULL);
    return fault_set(f, FAULT_SHEET_OLD_XLS, NULL);
}

/* Files people really send instead of a table. An ".xls" of a web system is often an HTML page. */
static bool is_foreign(const unsigned char *data, size_t len)
{
    static const struct {
        const char *magic;
        size_t n;
    } known[] = {{"%PDF", 4},
                 {"\x89PNG", 4},
                 {"\xFF\xD8\xFF", 3},
                 {"GIF8", 4},
                 {"\x1F\x8B", 2},
                 {"Rar!", 4},
                 {"7z\xBC\xAF", 4},
                 {"{\\rtf", 5},
                 {"<html", 5},
                 {"<HTML", 5},
                 {"<!DOCTYPE", 9},
                 {"<!doctype", 9},
                 {"<table", 6},
                 {"<?xml", 5},
                 {"\x7F"
                  "ELF",
                  4},
                 {"SQLite format 3", 15}};
    size_t i = starts_with(data, len, "\xEF\xBB\xBF", 3) ? 3 : 0;

    while (i < len && (data[i] == ' ' || data[i] == '\r' || data[i] == '\n' || data[i] == '\t'))
        i++;
    for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
        if (starts_with(data + i, len - i, known[k].magic, known[k].n))
            return true;
    return false;
}

static int open_csv(struct sheet *s, size_t len, struct fault *f)
{
    size_t text_len;
    int r;

    if (is_foreign(s->data, len))
        return fault_set(f, FAULT_SHEET_FORMAT, NULL);
    r = encoding_decode(s->data, len, f, &s->info.encoding, &s->text, &text_len, &s->text_owned);
    if (r < 0)
        return r;
    if (text_len == 0)
        return fault_set(f, FAULT_SHEET_EMPTY, NULL);
    csv_init(&s->csv, s->text, text_len);
    s->info.format = SHEET_CSV;
    s->info.delimiter = s->csv.delimiter;
    s->info.n_sheets = 1;
    return 0;
}

static int open_xlsx(struct sheet *s, size_t len, struct fault *f)
{
    bool hidden;
    int r;

    r = xlsx_open(s->data, len, f, &s->xlsx);
    if (r < 0)
        return r;
    s->info.format = SHEET_XLSX;
    s->info.n_sheets = xlsx_sheets(s->xlsx);
    for (size_t i = 0; i < s->info.n_sheets; i++)
        if (xlsx_name(s->xlsx, i, &hidden) && !hidden)
            return sheet_select(s, i, f);
    return sheet_select(s, 0, f);
}

/* What can be said before anything is read. */
static int check_head(const unsigned char *data, size_t len, const char *file_name, struct fault *f)
{
    if (file_name && !file_name_ok(file_name))
        return fault_set(f, FAULT_SHEET_NAME, NULL);
    if (len == 0)
        return fault_set(f, FAULT_SHEET_EMPTY, NULL);
    if (starts_with(data, len, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8))
        return refuse_compound(data, len, f);
    return 0;
}

/* Takes @data over, also when it fails. */
static int open_data(unsigned char *data, size_t len, const char *file_name, struct fault *f,
                     struct sheet **ret)
{
    struct sheet *s;
    int r;

    s = calloc(1, sizeof(*s));
    if (!s) {
        free(data);
        return -ENOMEM;
    }
    s->data = data;
    data[len] = '\0';
    r = check_head(data, len, file_name, f);
    if (r == 0)
        r = starts_with(data, len, "PK\3\4", 4) || starts_with(data, len, "PK\5\6", 4)
                ? open_xlsx(s, len, f)
                : open_csv(s, len, f);
    if (r < 0) {
        sheet_close(s);
        return r;
    }
    *ret = s;
    return 0;
}

static int read_all(int fd, unsigned char *data, size_t len)
{
    for (size_t got = 0; got < len;) {
        ssize_t n = read(fd, data + got, len - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return -EIO; /* shrank while it was read */
        got += (size_t)n;
    }
    return 0;
}

int sheet_open(const char *path, const char *file_name, struct fault *f, struct sheet **ret)
{
    unsigned char *data = NULL;
    struct stat st;
    int fd, r = 0;

    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        r = -errno;
    else if (!S_ISREG(st.st_mode))
        r = fault_set(f, FAULT_SHEET_FORMAT, NULL);
    else if (st.st_size > SHEET_FILE_MAX)
        r = sheet_limit(f, LIMIT_FILE);
    else if (!(data = malloc((size_t)st.st_size + 1)))
        r = -ENOMEM;
    else
        r = read_all(fd, data, (size_t)st.st_size);
    close(fd);
    if (r < 0 || !data) {
        free(data);
        return r;
    }
    return open_data(data, (size_t)st.st_size, file_name, f, ret);
}

int sheet_open_memory(const void *data, size_t len, const char *file_name, struct fault *f,
                      struct sheet **ret)
{
    unsigned char *copy;

    if (len > SHEET_FILE_MAX)
        return sheet_limit(f, LIMIT_FILE);
    copy = malloc(len + 1);
    if (!copy)
        return -ENOMEM;
    if (len > 0)
        memcpy(copy, data, len);
    return open_data(copy, len, file_name, f, ret);
}

struct sheet *sheet_close(struct sheet *s)
{
    if (!s)
        return NULL;
    xlsx_close(s->xlsx);
    csv_done(&s->csv);
    if (s->text_owned)
        free((char *)s->text);
    free(s->data);
    free(s);
    return NULL;
}

void sheet_info(const struct sheet *s, struct sheet_info *ret)
{
    *ret = s->info;
}

const char *sheet_encoding_name(enum sheet_encoding encoding)
{
    static const char *const names[] = {"UTF-8", "UTF-8 BOM", "UTF-16LE", "UTF-16BE", "GB18030"};

    return names[encoding];
}

const char *sheet_name(const struct sheet *s, size_t index, bool *ret_hidden)
{
    if (index >= s->info.n_sheets)
        return NULL;
    if (s->xlsx)
        return xlsx_name(s->xlsx, index, ret_hidden);
    if (ret_hidden)
        *ret_hidden = false;
    return "";
}

size_t sheet_current(const struct sheet *s)
{
    return s->current;
}

int sheet_select(struct sheet *s, size_t index, struct fault *f)
{
    if (index >= s->info.n_sheets)
        return fault_set(f, FAULT_NOT_FOUND, NULL);
    s->current = index;
    if (s->xlsx)
        return xlsx_select(s->xlsx, index, f);
    csv_rewind(&s->csv);
    return 0;
}

int sheet_next_row(struct sheet *s, struct fault *f, struct sheet_row *ret)
{
    return s->xlsx ? xlsx_next(s->xlsx, f, ret) : csv_next(&s->csv, f, s->cells, ret);
}

int sheet_last_rows(struct sheet *s, struct fault *f, int64_t ret_rows[SHEET_SHEETS_MAX])
{
    int64_t last[SHEET_SHEETS_MAX] = {0}, seen = 0;
    uint64_t unpacked = 0; /* of the sheets before */
    int r = 0;

    for (size_t i = 0; r == 0 && i < s->info.n_sheets; i++) {
        struct sheet_row row;

        r = sheet_select(s, i, f);
        while (r >= 0 && (r = sheet_next_row(s, f, &row)) == 1) {
            last[i] = row.number;
            if (++seen > SHEET_ROWS_ALL_MAX)
                return sheet_limit(f, LIMIT_ROWS_ALL);
        }
        unpacked += s->xlsx ? xlsx_unpacked(s->xlsx) : 0; /* itself under SHEET_INFLATED_MAX */
        if (r == 0 && unpacked > SHEET_INFLATED_ALL_MAX)
            return sheet_limit(f, LIMIT_INFLATED_ALL);
    }
    if (r < 0)
        return r;
    memcpy(ret_rows, last, sizeof(last));
    return 0;
}

/* book.c - see book.h. */
#include "daemon/paper/book.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SHEET_NAME_CHARS = 31,
    PAPER_A3 = 8,
    PAPER_A4 = 9,
    MARGIN_NAME_BYTES =
        90, /* of a name in a header, whose parts may have 255 characters together */
};

static void failed(struct book *b, lxw_error error)
{
    if (error != LXW_NO_ERROR && b->error == 0)
        b->error = error == LXW_ERROR_MEMORY_MALLOC_FAILED ? -ENOMEM : -EIO;
}

int book_open_plain(const char *work_dir, struct book *ret_book)
{
    struct book b = {.paper = NULL};
    lxw_workbook_options options = {.tmpdir = (char *)(uintptr_t)work_dir};

    if ((size_t)snprintf(b.path, sizeof(b.path), "%s/paper-XXXXXX", work_dir) >= sizeof(b.path))
        return -ENAMETOOLONG;
    b.fd = mkostemp(b.path, O_CLOEXEC);
    if (b.fd < 0)
        return -errno;
    b.workbook = workbook_new_opt(b.path, &options);
    if (!b.workbook) {
        close(b.fd);
        unlink(b.path);
        return -ENOMEM;
    }
    *ret_book = b;
    return 0;
}

int book_open(const struct paper *p, const char *title, struct book *ret_book)
{
    lxw_doc_properties properties = {.title = (char *)(uintptr_t)title,
                                     .company =
                                         (char *)(uintptr_t)snapshot_project_field(p->snapshot, 5)};
    char subject[256];
    struct book b;
    int r = book_open_plain(p->work_dir, &b);

    if (r < 0)
        return r;
    b.paper = p;
    snprintf(subject, sizeof(subject), "%s %s", p->version, p->id);
    properties.subject = subject;
    failed(&b, workbook_set_properties(b.workbook, &properties));
    failed(&b, workbook_set_custom_property_string(b.workbook, "snapshot", p->id));
    failed(&b, workbook_set_custom_property_string(b.workbook, "hash", p->head.hash));
    *ret_book = b;
    return 0;
}

static int file_read(int fd, char **ret_bytes, size_t *ret_n)
{
    struct stat st;
    char *bytes;
    size_t n = 0;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_size == 0)
        return -EIO;
    bytes = malloc((size_t)st.st_size);
    if (!bytes)
        return -ENOMEM;
    while (n < (size_t)st.st_size) {
        ssize_t got = pread(fd, bytes + n, (size_t)st.st_size - n, (off_t)n);

        if (got <= 0) {
            int r = got < 0 ? -errno : -EIO;

            free(bytes);
            return r;
        }
        n += (size_t)got;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
}

int book_close(struct book *b, char **ret_bytes, size_t *ret_n)
{
    int r;

    failed(b, workbook_close(b->workbook));
    r = b->error ? b->error : file_read(b->fd, ret_bytes, ret_n);
    close(b->fd);
    unlink(b->path);
    return r;
}

/* ---- sheets ---- */

/* Excel takes 31 characters, none of []:*?/\ and no quote at either end. */
static void name_legal(const char *name, size_t most, char *out, size_t size)
{
    size_t used = 0, chars = 0;

    for (const char *c = name; *c && chars < most && used + 5 < size; chars++) {
        size_t n = 1;

        while (((unsigned char)c[n] & 0xC0) == 0x80)
            n++;
        if (strchr("[]:*?/\\'", *c))
            out[used++] = '_';
        else
            for (size_t i = 0; i < n; i++)
                out[used++] = c[i];
        c += n;
    }
    out[used] = '\0';
}

static lxw_worksheet *sheet_named(struct book *b, const char *name)
{
    char legal[160], unique[192];

    name_legal(name[0] ? name : "-", SHEET_NAME_CHARS, legal, sizeof(legal));
    if (workbook_validate_sheet_name(b->workbook, legal) == LXW_NO_ERROR)
        return workbook_add_worksheet(b->workbook, legal);
    name_legal(name, SHEET_NAME_CHARS - 6, legal, sizeof(legal));
    snprintf(unique, sizeof(unique), "%s~%u", legal, b->sheets + 1);
    return workbook_add_worksheet(b->workbook, unique);
}

/* In a header "&" begins a code. */
static void header_text(const char *text, char *out, size_t size)
{
    char clipped[MARGIN_NAME_BYTES + 1];
    size_t used = 0;

    paper_clip(text, clipped, sizeof(clipped));
    for (const char *c = clipped; *c && used + 2 < size; c++) {
        if (*c == '&')
            out[used++] = '&';
        out[used++] = *c;
    }
    out[used] = '\0';
}

static void margins_make(struct book *b, lxw_worksheet *sheet, const char *name)
{
    const struct paper *p = b->paper;
    char project[200], part[200], complaint[200], text[700], mark[96] = "";

    header_text(p->name, project, sizeof(project));
    header_text(name, part, sizeof(part));
    header_text(p->complaint_phone, complaint, sizeof(complaint));
    for (size_t i = 0; i < p->n_marks; i++)
        snprintf(mark + strlen(mark), sizeof(mark) - strlen(mark), "%s%s", i ? " · " : "",
                 p->marks[i]);
    snprintf(text, sizeof(text), "&L%s · %s&C&\"-,Bold\"%s&R%s · %s", project, part, mark,
             p->version, p->id);
    failed(b, worksheet_set_header(sheet, text));
    snprintf(text, sizeof(text), "&L%s %s&C%s %s&R%s", paper_word(p, T_COMPLAINT_PHONE), complaint,
             paper_word(p, T_DATA_TIME), p->data_time, paper_word(p, T_PAGE_XLSX));
    failed(b, worksheet_set_footer(sheet, text));
}

lxw_worksheet *book_sheet_plain(struct book *b, const char *name)
{
    lxw_worksheet *sheet = sheet_named(b, name);

    if (!sheet) {
        failed(b, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return NULL;
    }
    b->sheets++;
    return sheet;
}

lxw_worksheet *book_sheet(struct book *b, const char *name, bool a3)
{
    lxw_worksheet *sheet = book_sheet_plain(b, name);

    if (!sheet)
        return NULL;
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, a3 ? PAPER_A3 : PAPER_A4);
    worksheet_set_margins(sheet, 0.4, 0.4, 0.75, 0.7);
    worksheet_fit_to_pages(sheet, 1, 0);
    margins_make(b, sheet, name);
    return sheet;
}

lxw_format *book_format(struct book *b, bool bold, double size)
{
    lxw_format *format = workbook_add_format(b->workbook);

    if (!format) {
        failed(b, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return NULL;
    }
    format_set_font_name(format, paper_font);
    format_set_font_size(format, size);
    format_set_font_color(format, 0x14202B);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    if (bold)
        format_set_bold(format);
    return format;
}

void book_text(struct book *b, lxw_worksheet *sheet, struct book_range at, const char *text,
               lxw_format *format)
{
    if (at.row != at.last_row || at.column != at.last_column)
        failed(b, worksheet_merge_range(sheet, at.row, at.column, at.last_row, at.last_column, text,
                                        format));
    else if (text[0])
        failed(b, worksheet_write_string(sheet, at.row, at.column, text, format));
    else
        failed(b, worksheet_write_blank(sheet, at.row, at.column, format));
}

void book_number(struct book *b, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                 int64_t hundredths, lxw_format *format)
{
    /* A cell of XLSX is a binary double; with two decimals below 10^13 it reads back exactly. */
    if (hundredths > 0)
        failed(b, worksheet_write_number(sheet, row, column, (double)hundredths / 100.0, format));
    else
        failed(b, worksheet_write_blank(sheet, row, column, format));
}

lxw_color_t book_color(const char *hex)
{
    long value = strtol(hex + 1, NULL, 16);

    /* The library takes 0 as "not set". */
    return value == 0 ? LXW_COLOR_BLACK : (lxw_color_t)value;
}

void book_facts(const struct paper *p, char *out, size_t size)
{
    const char *gap = "    ";

    snprintf(out, size, "%s: %s%s%s: %s%s%s: %s%s%s: %s", paper_word(p, T_PUBLICATION), p->version,
             gap, paper_word(p, T_APPROVED), p->approved[0] ? p->approved : "—", gap,
             paper_word(p, T_SNAPSHOT), p->id, gap, paper_word(p, T_DATA_TIME), p->data_time);
    if (p->valid[0])
        snprintf(out + strlen(out), size - strlen(out), "%s%s: %s", gap, paper_word(p, T_VALID),
                 p->valid);
}

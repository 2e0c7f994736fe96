/* book.h - an XLSX file in the making: libxlsxwriter writes to a temporary file, which is read
 * back.
 *
 * Every text is written as a string, so nothing that begins with = + - @ is ever a formula. The
 * names of sheets are made legal and different. Memory: book_open() to book_close(). Thread: one
 * at a time.
 */
#ifndef ANCHANG_PAPER_BOOK_H
#define ANCHANG_PAPER_BOOK_H

#include <xlsxwriter.h>

#include "daemon/paper/facts.h"

struct book {
    const struct paper *paper; /* NULL: of no publication */
    lxw_workbook *workbook;
    char path[512];
    int fd, error;
    unsigned sheets;
};

struct book_range {
    lxw_row_t row;
    lxw_col_t column;
    lxw_row_t last_row;
    lxw_col_t last_column;
};

int book_open(const struct paper *paper, const char *title, struct book *ret_book);
/* One that is of no publication. */
int book_open_plain(const char *work_dir, struct book *ret_book);
/* Writes the file in any case; its bytes go to the caller when nothing failed. */
int book_close(struct book *book, char **ret_bytes, size_t *ret_n);

/* A new sheet for A3 or A4 landscape with its header and footer, or NULL (the error stays). */
lxw_worksheet *book_sheet(struct book *book, const char *name, bool a3);
/* The same without paper, header and footer. */
lxw_worksheet *book_sheet_plain(struct book *book, const char *name);
lxw_format *book_format(struct book *book, bool bold, double size);
/* One cell or a merged range with a text. */
void book_text(struct book *b, lxw_worksheet *sheet, struct book_range at, const char *text,
               lxw_format *format);
/* Hundredths as a number; 0 stays empty. */
void book_number(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                 int64_t hundredths, lxw_format *format);
/* "#33CC00" */
lxw_color_t book_color(const char *hex);
/* The facts of the publication as one line. */
void book_facts(const struct paper *paper, char *out, size_t size);

#endif

/* table_xlsx.c - see table_xlsx.h. */
#include "daemon/paper/table_xlsx.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "daemon/paper/book.h"

struct table {
    struct book book;
    lxw_worksheet *sheet;
    lxw_format *text;
    lxw_row_t rows;
    size_t n_columns;
};

int table_open(const char *work_dir, const char *name, const struct table_column *columns,
               size_t n_columns, struct table **ret_table)
{
    struct table *t = calloc(1, sizeof(*t));
    lxw_format *head;
    int r = t ? book_open_plain(work_dir, &t->book) : -ENOMEM;

    if (r < 0) {
        free(t);
        return r;
    }
    t->n_columns = n_columns;
    t->sheet = book_sheet_plain(&t->book, name);
    head = book_format(&t->book, true, 10);
    t->text = book_format(&t->book, false, 10);
    if (!t->book.error) {
        format_set_bg_color(head, 0xE9EDF0);
        format_set_bottom(head, LXW_BORDER_MEDIUM);
        format_set_num_format(t->text, "@"); /* 0138 stays 0138 when somebody types it */
        worksheet_freeze_panes(t->sheet, 1, 0);
    }
    for (size_t i = 0; !t->book.error && i < n_columns; i++) {
        const lxw_col_t c = (lxw_col_t)i;

        worksheet_set_column(t->sheet, c, c, columns[i].width, t->text);
        book_text(&t->book, t->sheet, (struct book_range){0, c, 0, c}, columns[i].head, head);
    }
    t->rows = 1;
    *ret_table = t;
    return 0;
}

void table_row(struct table *t, const char *const *cells)
{
    for (size_t i = 0; !t->book.error && i < t->n_columns; i++) {
        const lxw_col_t c = (lxw_col_t)i;

        if (cells[i][0])
            book_text(&t->book, t->sheet, (struct book_range){t->rows, c, t->rows, c}, cells[i],
                      t->text);
    }
    t->rows++;
}

int table_close(struct table *t, char **ret_bytes, size_t *ret_n)
{
    int r = book_close(&t->book, ret_bytes, ret_n);

    free(t);
    return r;
}

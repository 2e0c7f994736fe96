/* list_export.h - lists that go out as workbooks: at most so many rows, each written down before it
 * is sent; and the templates of lists that come in. A new list makes its rows with table_xlsx.h and
 * ends with list_export_reply(). Thread: the slow ones. */
#ifndef ANCHANG_API_LIST_EXPORT_H
#define ANCHANG_API_LIST_EXPORT_H

#include "daemon/http/call.h"
#include "daemon/paper/table_xlsx.h"

enum { LIST_EXPORT_ROWS_MAX = 20000 };

/* More rows than go out: LIMIT_REACHED. */
int list_export_too_many(struct call *call);

struct list_head {
    const char *zh, *en;
    int width; /* characters */
};
/* A workbook that begins with @heads, in the language of the query. @zh, @en: what the list is
 * called. */
int list_sheet_open(struct call *call, const char *zh, const char *en,
                    const struct list_head *heads, size_t n, enum lang *ret_lang,
                    struct table **ret_table);
/* The same of a list that is read with @reads: who exports it may read it. */
int list_export_open(struct call *call, enum right reads, const char *zh, const char *en,
                     const struct list_head *heads, size_t n, enum lang *ret_lang,
                     struct table **ret_table);

/* An empty list with the @heads that are read when it comes in, for the project of the address. */
struct list_template {
    const char *title, *title_en; /* of the sheet */
    const char *file, *file_en;
    const struct list_head *heads;
    size_t n;
};
int list_template(struct call *call, const struct list_template *template);

struct list_export {
    const char *name;   /* of the file, with its ending */
    const char *action; /* in the log, as ... */
    const char *object; /* ... of this kind of thing */
    int64_t project_id; /* 0: none */
    int64_t rows;
    bool clear; /* with names and numbers in clear */
};
/* Whether "clear" is asked for, which takes customer.clear. */
int list_export_clear(struct call *call, bool *ret_clear);
/* @bytes (malloc, taken over) are written down, then sent. */
int list_export_send(struct call *call, const char *content_type, char *bytes, size_t n,
                     const struct list_export *done);
/* Ends @table in any case. @r: how the rows went; an error is returned. Made first, written down
 * second, sent third. */
int list_export_reply(struct call *call, struct table *table, int r,
                      const struct list_export *done);

#endif

/* list_export.c - see list_export.h. */
#include "daemon/api/list_export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/record.h"
#include "daemon/app.h"
#include "db/audit.h"
#include "db/writer.h"

enum { LIST_COLUMNS_MAX = 32 };

int list_export_too_many(struct call *call)
{
    char text[24];

    snprintf(text, sizeof(text), "%d", LIST_EXPORT_ROWS_MAX);
    return fault_set(call->tx.fault, FAULT_LIMIT_REACHED, "limit", text, NULL);
}

int list_export_clear(struct call *call, bool *ret_clear)
{
    int64_t clear = 0;
    int r = call_query_int(call, "clear", 0, 1, 0, &clear);

    if (r == 0 && clear)
        r = tx_need_right(&call->tx, RIGHT_CUSTOMER_CLEAR);
    if (r == 0)
        *ret_clear = clear == 1;
    return r;
}

int list_sheet_open(struct call *call, const char *zh, const char *en,
                    const struct list_head *heads, size_t n, enum lang *ret_lang,
                    struct table **ret_table)
{
    struct table_column columns[LIST_COLUMNS_MAX];
    int r = n > LIST_COLUMNS_MAX ? -E2BIG : call_query_lang(call, ret_lang);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        columns[i] =
            (struct table_column){*ret_lang == LANG_EN ? heads[i].en : heads[i].zh, heads[i].width};
    return table_open(call->app->upload_dir, *ret_lang == LANG_EN ? en : zh, columns, n, ret_table);
}

int list_template(struct call *call, const struct list_template *template)
{
    struct table *table;
    char *bytes = NULL;
    size_t n = 0;
    int64_t project_id;
    enum lang lang;
    int r = call_param_id(call, 0, &project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, project_id);
    if (r == 0)
        r = list_sheet_open(call, template->title, template->title_en, template->heads, template->n,
                            &lang, &table);
    if (r == 0)
        r = table_close(table, &bytes, &n);
    if (r == 0)
        reply_download(call, lang == LANG_EN ? template->file_en : template->file,
                       TABLE_CONTENT_TYPE, bytes, n);
    return r;
}

int list_export_open(struct call *call, enum right reads, const char *zh, const char *en,
                     const struct list_head *heads, size_t n, enum lang *ret_lang,
                     struct table **ret_table)
{
    int r = tx_need_right(&call->tx, reads);

    return r < 0 ? r : list_sheet_open(call, zh, en, heads, n, ret_lang, ret_table);
}

static int write_down(struct tx *tx, void *arg)
{
    const struct list_export *done = arg;
    const int64_t clear = done->clear;
    struct trail trail = {0};

    trail_int(&trail, "rows", NULL, &done->rows);
    trail_int(&trail, "clear", NULL, &clear);
    return audit_add(tx, done->action, done->object, 0, done->project_id, &trail);
}

int list_export_send(struct call *call, const char *content_type, char *bytes, size_t n,
                     const struct list_export *done)
{
    struct list_export note = *done;
    int r = writer_call(call->app->writer, call->tx.actor, write_down, &note, call->tx.fault);

    if (r < 0) {
        free(bytes);
        return r;
    }
    reply_download(call, done->name, content_type, bytes, n);
    return 0;
}

int list_export_reply(struct call *call, struct table *table, int r, const struct list_export *done)
{
    char *bytes = NULL;
    size_t n = 0;
    int closed = table_close(table, &bytes, &n);

    if (r == 0)
        r = closed;
    if (r == 0)
        return list_export_send(call, TABLE_CONTENT_TYPE, bytes, n, done);
    free(bytes);
    return r;
}

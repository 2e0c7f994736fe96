/* list_export.c - see list_export.h. */
#include "daemon/api/list_export.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/record.h"
#include "daemon/app.h"
#include "db/audit.h"
#include "db/writer.h"

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

static int write_down(struct tx *tx, void *arg)
{
    const struct list_export *done = arg;
    const int64_t clear = done->clear;
    struct trail trail = {0};

    trail_int(&trail, "rows", NULL, &done->rows);
    trail_int(&trail, "clear", NULL, &clear);
    return audit_add(tx, done->action, done->object, 0, done->project_id, &trail);
}

int list_export_reply(struct call *call, struct table *table, int r, const struct list_export *done)
{
    struct list_export note = *done;
    char *bytes = NULL;
    size_t n = 0;
    int closed = table_close(table, &bytes, &n);

    if (r == 0)
        r = closed;
    if (r == 0)
        r = writer_call(call->app->writer, call->tx.actor, write_down, &note, call->tx.fault);
    if (r < 0) {
        free(bytes);
        return r;
    }
    reply_download(call, done->name, TABLE_CONTENT_TYPE, bytes, n);
    return 0;
}

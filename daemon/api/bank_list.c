/* bank_list.c - see bank_list.h. */
#include "daemon/api/bank_list.h"

#include <errno.h>

#include "daemon/api/api.h"
#include "daemon/api/record.h"
#include "daemon/app.h"

int bank_list_upload(struct call *call, int64_t *ret_project_id, struct stored_import *ret_stored)
{
    const char *name = call_query(call, "name");
    int r = call_param_id(call, 0, ret_project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, *ret_project_id);
    if (r == 0)
        r = !name || !name[0] ? -EINVAL
                              : import_store_add(call->app->import_dir, call->upload_path, name,
                                                 call->tx.actor->id, 0, ret_stored);
    if (r == -EINVAL)
        return fault_set(call->tx.fault, FAULT_SHEET_NAME, NULL);
    if (r == 0)
        call->upload_path = NULL; /* taken */
    return r;
}

int bank_list_looked(struct call *call, const struct stored_import *st, int r)
{
    if (r < 0)
        import_store_drop(call->app->import_dir, st->id);
    call->reply.status = r == 0 ? 201 : 0;
    return r;
}

int bank_list_find(struct call *call, int64_t *ret_project_id, struct stored_import *ret_stored)
{
    int r = call_param_id(call, 0, ret_project_id);

    if (r == 0)
        r = tx_need_project(&call->tx, *ret_project_id);
    if (r == 0)
        r = import_store_find(call->app->import_dir, call->param[1], call->tx.actor->id,
                              ret_stored);
    if (r == 0 && ret_stored->project_id != 0) /* a price list */
        r = -ENOENT;
    return r == -ENOENT ? fault_set(call->tx.fault, FAULT_IMPORT_GONE, NULL) : r;
}

int bank_list_discard(struct call *call)
{
    struct stored_import st;
    int64_t project_id;
    int r = bank_list_find(call, &project_id, &st);

    if (r == 0)
        import_store_drop(call->app->import_dir, st.id);
    return r;
}

int bank_list_template(struct call *call, const struct bank_list_template *template)
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

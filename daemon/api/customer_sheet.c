/* customer_sheet.c - customers as lists: a template, a list that comes in (all or none), a list
 * that goes out, masked but for those with customer.clear, and written down. */
#include "daemon/customer_sheet.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/customer.h"
#include "daemon/api/list_export.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/import_store.h"
#include "daemon/site_time.h"

enum { COLUMNS = 11, CELL = 256 };

/* ---- the template ---- */

int api_customer_template(struct call *call)
{
    struct table_column columns[CUSTOMER_COLUMNS];
    struct table *table;
    char *bytes = NULL;
    size_t n = 0;
    enum lang lang;
    int r = call_query_lang(call, &lang);

    if (r < 0)
        return r;
    for (int i = 0; i < CUSTOMER_COLUMNS; i++)
        columns[i] = (struct table_column){customer_column_head((enum customer_column)i, lang), 18};
    r = table_open(call->app->upload_dir, lang == LANG_EN ? "Customers" : "客户", columns,
                   CUSTOMER_COLUMNS, &table);
    if (r == 0)
        r = table_close(table, &bytes, &n);
    if (r == 0)
        reply_download(call, lang == LANG_EN ? "customers-template.xlsx" : "客户导入模板.xlsx",
                       TABLE_CONTENT_TYPE, bytes, n);
    return r;
}

/* ---- coming in ---- */

static int stored_find(struct call *call, struct stored_import *ret_stored)
{
    int r =
        import_store_find(call->app->import_dir, call->param[0], call->tx.actor->id, ret_stored);

    if (r == 0 && ret_stored->project_id != 0) /* a price list */
        r = -ENOENT;
    return r == -ENOENT ? fault_set(call->tx.fault, FAULT_IMPORT_GONE, NULL) : r;
}

static int wrong_refuse(struct fault *f)
{
    char text[24];

    snprintf(text, sizeof(text), "%zu", f->total_items);
    return fault_set(f, FAULT_IMPORT_ROWS_WRONG, "count", text, NULL);
}

static json_t *problems_json(const struct fault *f, enum lang lang)
{
    json_t *problems = json_array();
    char text[512];

    for (size_t i = 0; i < f->n_items; i++) {
        const struct fault_item *item = &f->items[i];

        fault_render(item->code, item->args, item->n_args, lang, text, sizeof(text));
        json_array_append_new(
            problems, json_pack("{s:I, s:s, s:s, s:s}", "row", (json_int_t)item->row, "field",
                                item->field, "code", fault_code_text(item->code), "detail", text));
    }
    return problems;
}

/* Reads the stored file through and holds it against what is recorded: what is wrong is the answer
 * here, not a refusal. */
static int reply_look(struct call *call, const struct stored_import *st)
{
    struct customer_sheet sheet = {.rows = NULL};
    struct fault *f = call->tx.fault;
    int r = customer_sheet_read(st->path, st->name, f, &sheet);

    if (r < 0)
        return r;
    r = customer_import_check(&call->tx, sheet.rows, sheet.n);
    if (r == 0 || r == -EREFUSED) {
        call->reply.body =
            json_pack("{s:s, s:s, s:I, s:o, s:I}", "id", st->id, "name", st->name, "rows",
                      (json_int_t)sheet.n, "problems", problems_json(f, call->lang),
                      "problems_total", (json_int_t)f->total_items);
        fault_clear(f);
        r = call->reply.body ? 0 : -ENOMEM;
    }
    customer_sheet_free(&sheet);
    return r;
}

int api_customer_import_upload(struct call *call)
{
    const char *name = call_query(call, "name");
    struct stored_import st;
    int r = !name || !name[0] ? -EINVAL
                              : import_store_add(call->app->import_dir, call->upload_path, name,
                                                 call->tx.actor->id, 0, &st);

    if (r == -EINVAL)
        r = fault_set(call->tx.fault, FAULT_SHEET_NAME, NULL);
    if (r < 0)
        return r;
    call->upload_path = NULL; /* taken */
    r = reply_look(call, &st);
    if (r < 0)
        import_store_drop(call->app->import_dir, st.id);
    call->reply.status = r == 0 ? 201 : 0;
    return r;
}

int api_customer_import_discard(struct call *call)
{
    struct stored_import st;
    int r = stored_find(call, &st);

    if (r == 0)
        import_store_drop(call->app->import_dir, st.id);
    return r;
}

int api_customer_import_commit(struct call *call)
{
    struct customer_sheet sheet = {.rows = NULL};
    struct stored_import st;
    struct body b;
    int r = stored_find(call, &st);

    body_begin(&b, call);
    if (r == 0)
        r = body_end(&b);
    if (r == 0)
        r = customer_sheet_read(st.path, st.name, call->tx.fault, &sheet);
    if (r < 0)
        return r;
    r = sheet.wrong ? customer_import_check(&call->tx, sheet.rows, sheet.n)
                    : customer_import(&call->tx, sheet.rows, sheet.n);
    if (r == 0 && sheet.wrong)
        r = wrong_refuse(call->tx.fault);
    if (r == 0)
        call->reply.body = json_pack("{s:I}", "customers", (json_int_t)sheet.n);
    customer_sheet_free(&sheet);
    return r < 0 ? r : call->reply.body ? 0 : -ENOMEM;
}

/* ---- going out ---- */

static const struct {
    const char *zh, *en;
    int width;
} heads[COLUMNS] = {
    {"编号", "No.", 9},
    {"姓名", "Name", 16},
    {"类别", "Kind", 10},
    {"阶段", "Stage", 10},
    {"电话", "Phone", 26},
    {"证件类别", "Document kind", 16},
    {"证件号码", "Document no.", 22},
    {"来源", "Source", 14},
    {"会员", "Member", 8},
    {"最近来访", "Last visit", 18},
    {"登记于", "Recorded", 18},
};

static const struct {
    const char *code, *zh, *en;
} classes[] = {
    {"potential", "潜在", "Potential"},   {"intending", "意向", "Intending"},
    {"subscribed", "认购", "Subscribed"}, {"signed", "签约", "Signed"},
    {"owner", "业主", "Owner"},           {"resident", "住户", "Resident"},
};

struct exporting {
    struct call *call;
    struct table *table;
    enum lang lang;
    bool clear;
    int64_t n, last;
    size_t page;
};

static const char *class_word(const char *code, enum lang lang)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strcmp(classes[i].code, code) == 0)
            return lang == LANG_EN ? classes[i].en : classes[i].zh;
    return code;
}

/* Name and numbers, masked or in clear. */
struct shown {
    char name[CELL], phones[CELL], number[CELL];
    enum contact_kind kind;
};

static void shown_contact(struct shown *s, enum contact_kind kind, const char *value)
{
    if (kind == CONTACT_PHONE) {
        snprintf(s->phones + strlen(s->phones), CELL - strlen(s->phones), "%s%s",
                 s->phones[0] ? " " : "", value);
    } else {
        s->kind = kind;
        snprintf(s->number, CELL, "%s", value);
    }
}

static int shown_fill(struct exporting *e, const struct customer_row *row, struct shown *s)
{
    struct customer_clear clear;
    int r = 0;

    *s = (struct shown){.kind = CONTACT_PHONE};
    snprintf(s->name, CELL, "%s", row->full_name ? row->full_name : row->name);
    if (!e->clear) {
        for (size_t i = 0; i < row->n_contacts; i++)
            shown_contact(s, row->contacts[i].kind, row->contacts[i].masked);
        return 0;
    }
    r = customer_clear_read(&e->call->tx, row->id, &clear);
    if (r < 0)
        return r;
    snprintf(s->name, CELL, "%s", clear.name);
    for (size_t i = 0; i < clear.n_contacts; i++)
        shown_contact(s, clear.contacts[i].kind, clear.contacts[i].value);
    sodium_memzero(&clear, sizeof(clear));
    return 0;
}

static int row_write(void *arg, const struct customer_row *row)
{
    struct exporting *e = arg;
    const bool en = e->lang == LANG_EN;
    char id[24], visited[32] = "", created[32];
    struct shown s;
    int r = shown_fill(e, row, &s);

    if (r < 0)
        return r;
    snprintf(id, sizeof(id), "%" PRId64, row->id);
    if (row->visited_ms)
        site_time_text(row->visited_ms, visited, sizeof(visited));
    site_time_text(row->created_ms, created, sizeof(created));
    table_row(e->table,
              (const char *const[COLUMNS]){id, s.name, customer_kind_word(row->kind, e->lang),
                                           class_word(row->class, e->lang), s.phones,
                                           customer_document_word(s.kind, e->lang), s.number,
                                           !row->source              ? ""
                                           : en && row->source_en[0] ? row->source_en
                                                                     : row->source,
                                           !row->member_id ? ""
                                           : en            ? "yes"
                                                           : "是",
                                           visited, created});
    sodium_memzero(&s, sizeof(s));
    e->n++;
    e->page++;
    e->last = row->id;
    return 0;
}

/* Page by page, as lists are read. */
static int rows_write(struct exporting *e, struct customer_filter *filter)
{
    int r = 0;

    filter->limit = CUSTOMER_PAGE_MAX;
    do {
        e->page = 0;
        r = customer_scan(&e->call->tx, filter, row_write, e);
        filter->before_id = e->last;
    } while (r == 0 && e->page == CUSTOMER_PAGE_MAX && e->n <= LIST_EXPORT_ROWS_MAX);
    return r < 0 || e->n <= LIST_EXPORT_ROWS_MAX ? r : list_export_too_many(e->call);
}

static int export_begin(struct call *call, struct exporting *e, struct customer_filter *filter)
{
    struct table_column columns[COLUMNS];
    bool clear = false;
    enum lang lang;
    int r = customer_filter_read(call, filter);

    if (r == 0)
        r = call_query_lang(call, &lang);
    if (r == 0)
        r = list_export_clear(call, &clear);
    if (r < 0)
        return r;
    *e = (struct exporting){.call = call, .lang = lang, .clear = clear};
    for (int i = 0; i < COLUMNS; i++)
        columns[i] =
            (struct table_column){e->lang == LANG_EN ? heads[i].en : heads[i].zh, heads[i].width};
    return table_open(call->app->upload_dir, e->lang == LANG_EN ? "Customers" : "客户", columns,
                      COLUMNS, &e->table);
}

int api_customer_export(struct call *call)
{
    struct customer_filter filter = {.name = NULL};
    struct list_export done = {.action = "customer.export", .object = "customer"};
    struct exporting e;
    int r = export_begin(call, &e, &filter);

    if (r < 0)
        return r;
    r = rows_write(&e, &filter);
    done.name = e.lang == LANG_EN ? "customers.xlsx" : "客户.xlsx";
    done.rows = e.n;
    done.clear = e.clear;
    return list_export_reply(call, e.table, r, &done);
}

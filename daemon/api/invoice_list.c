/* invoice_list.c - requests for invoices go out as a list, what the platform says of them comes in,
 * and the register goes out (IV-01, IV-02). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "daemon/api/bank_list.h"
#include "daemon/api/invoice.h"
#include "daemon/api/list_export.h"
#include "daemon/api/record.h"
#include "daemon/app.h"
#include "daemon/invoice_sheet.h"
#include "daemon/paper/facts.h"
#include "daemon/paper/table_csv.h"
#include "db/money.h"

enum { MONEY = 48, RECEIPTS_TEXT = INVOICE_PARTS_MAX * (RECEIPT_NUMBER_TEXT + 4), AREA = 24 };
enum { REGISTER_COLUMNS = 14 };

/* ---- what goes out ---- */

int api_invoice_batch_make(struct call *call)
{
    int64_t project_id, id = 0, *ids = NULL;
    struct body b;
    size_t n = 0;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_ids(&b, "ids", BODY_OPTIONAL, INVOICE_BATCH_MAX, &ids, &n);
    r = body_end(&b);
    if (r == 0)
        r = invoice_export(&call->tx, project_id, ids, n, &id);
    free(ids);
    if (r < 0)
        return r;
    call->reply.status = 201;
    call->reply.body = json_object();
    set_int(call->reply.body, "id", id);
    return 0;
}

static int batch_add(void *arg, const struct invoice_batch *batch)
{
    json_t *o = json_object();

    set_int(o, "id", batch->id);
    set_int(o, "at_ms", batch->at_ms);
    set_text(o, "user", batch->actor);
    set_int(o, "n", batch->n);
    set_int(o, "n_red", batch->n_red);
    return items_add(arg, o);
}

int api_invoice_batch_list(struct call *call)
{
    int64_t project_id;
    json_t *items;
    int r = call_param_id(call, 0, &project_id);

    if (r < 0)
        return r;
    items = json_array();
    return reply_items(call, items, invoice_batch_each(&call->tx, project_id, batch_add, items));
}

/* A list that is written, as a workbook or as CSV; the columns that go out. */
struct writing {
    struct tx tx; /* of the actor, without his right to names when they are not asked for */
    struct actor actor;
    struct table *table;
    struct csv *csv;
    enum lang lang;
    enum invoice_field fields[INVOICE_FIELDS];
    size_t n_fields;
    int64_t rows;
    bool clear;
};

static int receipts_add(void *arg, const struct invoice_part_row *row)
{
    char *text = arg;
    const size_t n = strlen(text);
    char number[24];

    snprintf(number, sizeof(number), "%lld", (long long)row->source.voucher_number);
    snprintf(text + n, RECEIPTS_TEXT - n, "%s%s", n ? "、" : "",
             row->source.number[0] ? row->source.number : number);
    return 0;
}

struct property_texts {
    char filing[200], place[900], land[200], title[200], unit[48], area[AREA], buyers[2600];
    bool there, cross;
};

static int property_keep(void *arg, const struct invoice_property_row *row)
{
    struct property_texts *p = arg;

    snprintf(p->filing, sizeof(p->filing), "%s", row->filing_no);
    snprintf(p->place, sizeof(p->place), "%s", row->address);
    snprintf(p->land, sizeof(p->land), "%s", row->land_tax_no);
    snprintf(p->title, sizeof(p->title), "%s", row->title_no);
    snprintf(p->unit, sizeof(p->unit), "%s", row->area_unit);
    snprintf(p->buyers, sizeof(p->buyers), "%s", row->co_buyers);
    snprintf(p->area, sizeof(p->area), "%lld.%02d", (long long)(row->area / 100),
             (int)(row->area % 100));
    p->there = true;
    p->cross = row->cross_city;
    return 0;
}

static const char *said(const struct writing *w, const char *zh, const char *en)
{
    return w->lang == LANG_EN ? en : zh;
}

/* In clear, what the platform wants; else as the register shows it. */
static int clear_read(struct writing *w, const struct invoice_row *row, struct invoice_clear *clear)
{
    if (w->clear)
        return invoice_clear_read(&w->tx, row->profile_id, clear);
    snprintf(clear->name, sizeof(clear->name), "%s", row->buyer);
    snprintf(clear->tax_no, sizeof(clear->tax_no), "%s", row->tax_no ? row->tax_no : "");
    return 0;
}

static void cells_write(struct writing *w, const char *const all[INVOICE_FIELDS])
{
    const char *cells[INVOICE_FIELDS];

    for (size_t i = 0; i < w->n_fields; i++)
        cells[i] = all[w->fields[i]] ? all[w->fields[i]] : "";
    if (w->csv)
        csv_row(w->csv, cells, w->n_fields);
    else
        table_row(w->table, cells);
}

static int request_write(void *arg, const struct invoice_row *row)
{
    char receipts[RECEIPTS_TEXT] = "", amount[MONEY], minus[MONEY + 1];
    struct property_texts p = {.there = false};
    struct invoice_clear clear = {.name = ""};
    struct writing *w = arg;
    const bool company = strcmp(row->buyer_kind, "company") == 0;
    int r = clear_read(w, row, &clear);

    if (r == 0)
        r = invoice_part_each(&w->tx, row->id, receipts_add, receipts);
    if (r == 0)
        r = invoice_property_read(&w->tx, row->id, property_keep, &p);
    if (r < 0)
        return r;
    snprintf(amount, sizeof(amount), "%lld.%02d", (long long)(row->amount_fen / 100),
             (int)(row->amount_fen % 100));
    snprintf(minus, sizeof(minus), "-%s", amount);
    cells_write(w, (const char *const[INVOICE_FIELDS]){
                       [INVOICE_FIELD_REQUEST] = row->request,
                       [INVOICE_FIELD_TYPE] =
                           row->batch_red ? said(w, "红字", "red") : said(w, "蓝字", "blue"),
                       [INVOICE_FIELD_RED_OF] = row->batch_red ? row->number : "",
                       [INVOICE_FIELD_BUYER_KIND] =
                           company ? said(w, "企业", "company") : said(w, "个人", "person"),
                       [INVOICE_FIELD_BUYER] = clear.name,
                       [INVOICE_FIELD_TAX_NO] = clear.tax_no,
                       [INVOICE_FIELD_ADDRESS] = clear.address,
                       [INVOICE_FIELD_BANK] = clear.bank,
                       [INVOICE_FIELD_ACCOUNT] = clear.account,
                       [INVOICE_FIELD_CODE] = row->code,
                       [INVOICE_FIELD_ITEM] = row->item,
                       [INVOICE_FIELD_RATE] = row->rate,
                       [INVOICE_FIELD_AMOUNT] = row->batch_red ? minus : amount,
                       [INVOICE_FIELD_REMARK] = row->remark,
                       [INVOICE_FIELD_UNIT] = row->unit,
                       [INVOICE_FIELD_RECEIPTS] = receipts,
                       [INVOICE_FIELD_FILING] = p.filing,
                       [INVOICE_FIELD_PLACE] = p.place,
                       [INVOICE_FIELD_CROSS] = !p.there  ? ""
                                               : p.cross ? said(w, "是", "yes")
                                                         : said(w, "否", "no"),
                       [INVOICE_FIELD_LAND_TAX] = p.land,
                       [INVOICE_FIELD_TITLE] = p.title,
                       [INVOICE_FIELD_AREA] = p.area,
                       [INVOICE_FIELD_AREA_UNIT] = p.unit,
                       [INVOICE_FIELD_CO_BUYERS] = p.buyers,
                   });
    w->rows++;
    return 0;
}

/* With a mapping, the columns that it names, under its words; else all of them. */
static int writing_open(struct call *call, struct writing *w, const struct invoice_heads *heads,
                        bool mapped, bool csv)
{
    struct table_column columns[INVOICE_FIELDS];
    const char *words[INVOICE_FIELDS];
    int r;

    for (int i = 0; i < INVOICE_FIELDS; i++) {
        const struct invoice_field_info *field = &invoice_fields[i];

        if (mapped && !heads->request[i])
            continue;
        words[w->n_fields] = mapped ? heads->request[i] : said(w, field->zh, field->en);
        columns[w->n_fields] = (struct table_column){words[w->n_fields], field->width};
        w->fields[w->n_fields++] = (enum invoice_field)i;
    }
    if (!csv)
        return table_open(call->app->upload_dir, said(w, "开票申请", "Invoice requests"), columns,
                          w->n_fields, &w->table);
    r = csv_open(&w->csv);
    if (r == 0)
        csv_row(w->csv, words, w->n_fields);
    return r;
}

static int csv_reply(struct call *call, struct csv *csv, int r, const struct list_export *done)
{
    char *bytes = NULL;
    size_t n = 0;
    int closed = csv_close(csv, &bytes, &n);

    if (r == 0)
        r = closed;
    if (r == 0)
        return list_export_send(call, CSV_CONTENT_TYPE, bytes, n, done);
    free(bytes);
    return r;
}

static int batch_file(struct call *call, bool csv)
{
    struct writing w = {.tx = call->tx, .actor = *call->tx.actor};
    struct list_export done = {.action = "invoice.file", .object = "invoice_batch"};
    struct invoice_filter f = {.limit = INVOICE_BATCH_MAX};
    struct invoice_heads heads;
    int64_t mapping_id = 0;
    int r = call_param_id(call, 0, &f.batch_id);

    if (r == 0)
        r = call_query_int(call, "mapping", 1, INT64_MAX, 0, &mapping_id);
    if (r == 0)
        r = call_query_lang(call, &w.lang);
    if (r == 0)
        r = list_export_clear(call, &w.clear);
    if (r == 0)
        r = invoice_batch_project(&call->tx, f.batch_id, &done.project_id);
    if (r == 0)
        r = invoice_heads_read(&call->tx, mapping_id, &heads);
    if (r < 0)
        return r;
    if (!w.clear)
        w.actor.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    w.tx.actor = &w.actor;
    f.project_id = done.project_id;
    r = writing_open(call, &w, &heads, mapping_id != 0, csv);
    if (r == 0)
        r = invoice_list(&w.tx, &f, request_write, &w);
    pool_free(&heads.texts);
    if (!w.table && !w.csv)
        return r;
    done.rows = w.rows;
    done.clear = w.clear;
    done.name = csv ? said(&w, "开票申请.csv", "invoice-requests.csv")
                    : said(&w, "开票申请.xlsx", "invoice-requests.xlsx");
    return w.csv ? csv_reply(call, w.csv, r, &done) : list_export_reply(call, w.table, r, &done);
}

int api_invoice_batch_xlsx(struct call *call)
{
    return batch_file(call, false);
}

int api_invoice_batch_csv(struct call *call)
{
    return batch_file(call, true);
}

/* ---- what comes in ---- */

int api_invoice_result_template(struct call *call)
{
    struct list_head heads[INVOICE_RESULT_COLUMNS];
    const struct list_template template = {
        "开票结果", "Issued invoices",     "开票结果导入模板.xlsx", "invoice-results-template.xlsx",
        heads,      INVOICE_RESULT_COLUMNS};

    for (int i = 0; i < INVOICE_RESULT_COLUMNS; i++)
        heads[i] = (struct list_head){invoice_column_head((enum invoice_column)i, LANG_ZH),
                                      invoice_column_head((enum invoice_column)i, LANG_EN), 24};
    return list_template(call, &template);
}

static void set_taken(json_t *o, const struct invoice_taken *taken)
{
    set_int(o, "issued", taken->issued);
    set_int(o, "red", taken->red);
    set_int(o, "refused", taken->refused);
    set_int(o, "known", taken->known);
}

static int sheet_read(struct call *call, const struct stored_import *st, int64_t mapping_id,
                      struct invoice_sheet **ret_sheet)
{
    struct invoice_heads heads;
    int r = invoice_heads_read(&call->tx, mapping_id, &heads);

    if (r == 0)
        r = invoice_sheet_read(st->path, st->name, &heads, call->tx.fault, ret_sheet);
    pool_free(&heads.texts);
    return r;
}

/* What is wrong is the answer here, not a refusal. */
static int reply_look(struct call *call, const struct stored_import *st, int64_t project_id,
                      int64_t mapping_id)
{
    struct fault *f = call->tx.fault;
    struct invoice_taken taken = {0};
    struct invoice_sheet *sheet = NULL;
    int r = sheet_read(call, st, mapping_id, &sheet);

    if (r < 0 || !sheet)
        return r;
    r = invoice_results_check(&call->tx, project_id, sheet->rows, sheet->n, &taken);
    if (r == 0 || (r == -EREFUSED && f->code == FAULT_IMPORT_ROWS_WRONG)) {
        call->reply.body = json_pack("{s:s, s:s, s:I}", "id", st->id, "name", st->name, "rows",
                                     (json_int_t)sheet->seen);
        set_problems(call->reply.body, f, call->lang);
        fault_clear(f);
        r = call->reply.body ? 0 : -ENOMEM;
    }
    if (r == 0)
        set_taken(call->reply.body, &taken);
    invoice_sheet_free(sheet);
    return r;
}

int api_invoice_result_upload(struct call *call)
{
    int64_t project_id, mapping_id = 0;
    struct stored_import st;
    int r = call_query_int(call, "mapping", 1, INT64_MAX, 0, &mapping_id);

    if (r == 0)
        r = bank_list_upload(call, &project_id, &st);
    return r < 0 ? r : bank_list_looked(call, &st, reply_look(call, &st, project_id, mapping_id));
}

int api_invoice_result_discard(struct call *call)
{
    return bank_list_discard(call);
}

int api_invoice_result_commit(struct call *call)
{
    struct invoice_sheet *sheet = NULL;
    struct invoice_taken taken = {0};
    int64_t project_id, mapping_id = 0;
    struct stored_import st;
    struct body b;
    int r = bank_list_find(call, &project_id, &st);

    body_begin(&b, call);
    body_int(&b, "mapping_id", BODY_OPTIONAL, 1, INT64_MAX, &mapping_id);
    if (r == 0)
        r = body_end(&b);
    if (r == 0)
        r = sheet_read(call, &st, mapping_id, &sheet);
    if (r < 0 || !sheet)
        return r;
    r = invoice_results_take(&call->tx, project_id, sheet->rows, sheet->n, &taken);
    if (r == 0 && sheet->wrong)
        r = fault_rows_wrong(call->tx.fault);
    invoice_sheet_free(sheet);
    if (r < 0)
        return r;
    call->reply.body = json_object();
    set_taken(call->reply.body, &taken);
    return 0;
}

/* ---- the register ---- */

static const struct list_head register_heads[REGISTER_COLUMNS] = {
    {"申请编号", "Request", 14},
    {"状态", "State", 12},
    {"房源", "Unit", 18},
    {"购买方", "Buyer", 24},
    {"税号或证件号", "Tax no.", 22},
    {"编码", "Code", 10},
    {"项目名称", "Item", 28},
    {"税率", "Rate", 10},
    {"金额（元）", "Amount (yuan)", 16},
    {"发票号码", "Number", 24},
    {"开票日期", "Issued on", 12},
    {"红字发票号码", "Number in red", 24},
    {"红冲日期", "Reversed on", 12},
    {"收据已收回", "Receipts back", 12},
};

static int register_write(void *arg, const struct invoice_row *row)
{
    struct writing *w = arg;
    struct invoice_clear clear = {.name = ""};
    char amount[MONEY];
    int r = clear_read(w, row, &clear);

    if (r < 0)
        return r;
    money_text(row->amount_fen, false, amount, sizeof(amount));
    table_row(w->table,
              (const char *const[REGISTER_COLUMNS]){
                  row->request,
                  said(w, invoice_states[row->state].zh, invoice_states[row->state].en), row->unit,
                  clear.name, clear.tax_no, row->code, row->item, row->rate, amount,
                  row->number ? row->number : "", row->day ? row->day : "",
                  row->red_number ? row->red_number : "", row->red_day ? row->red_day : "",
                  row->paper ? said(w, "是", "yes") : ""});
    w->rows++;
    return 0;
}

int api_invoice_export(struct call *call)
{
    struct writing w = {.tx = call->tx, .actor = *call->tx.actor};
    struct list_export done = {.action = "invoice.export", .object = "project"};
    struct invoice_filter f;
    int r = invoice_filter_read(call, &f);

    if (r == 0)
        r = list_export_clear(call, &w.clear);
    if (r == 0)
        r = list_export_open(call, RIGHT_INVOICE_HANDLE, "发票登记", "Invoices", register_heads,
                             REGISTER_COLUMNS, &w.lang, &w.table);
    if (r < 0)
        return r;
    if (!w.clear)
        w.actor.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    w.tx.actor = &w.actor;
    f.limit = LIST_EXPORT_ROWS_MAX + 1;
    r = invoice_list(&w.tx, &f, register_write, &w);
    if (r == 0 && w.rows > LIST_EXPORT_ROWS_MAX)
        r = list_export_too_many(call);
    done.name = said(&w, "发票登记.xlsx", "invoices.xlsx");
    done.project_id = f.project_id;
    done.rows = w.rows;
    done.clear = w.clear;
    return list_export_reply(call, w.table, r, &done);
}

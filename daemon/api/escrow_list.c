/* escrow_list.c - a bank's list of what it put to a supervised account comes in, and the list of
 * receipts goes out (FI-35, IN-07). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "daemon/api/api.h"
#include "daemon/api/bank_list.h"
#include "daemon/api/escrow.h"
#include "daemon/api/list_export.h"
#include "daemon/api/record.h"
#include "daemon/escrow_sheet.h"
#include "daemon/paper/facts.h"
#include "db/money.h"
#include "db/tender.h"

enum { MONEY = 48, COLUMNS = 10 };

/* ---- in ---- */

int api_escrow_template(struct call *call)
{
    struct list_head heads[ESCROW_COLUMNS];
    const struct list_template template = {
        "监管入账", "Escrow postings", "监管入账导入模板.xlsx", "escrow-template.xlsx",
        heads,      ESCROW_COLUMNS};

    for (int i = 0; i < ESCROW_COLUMNS; i++)
        heads[i] = (struct list_head){escrow_column_head((enum escrow_column)i, LANG_ZH),
                                      escrow_column_head((enum escrow_column)i, LANG_EN), 22};
    return list_template(call, &template);
}

static void set_taken(json_t *o, const struct escrow_taken *taken)
{
    set_int(o, "matched", taken->matched);
    set_int(o, "waiting", taken->waiting);
    set_int(o, "known", taken->known);
}

/* What is wrong is the answer here, not a refusal. */
static int reply_look(struct call *call, const struct stored_import *st, int64_t account_id)
{
    struct fault *f = call->tx.fault;
    struct escrow_taken taken = {0};
    struct escrow_sheet *sheet;
    int64_t total = 0;
    int r = escrow_sheet_read(st->path, st->name, f, &sheet);

    if (r < 0)
        return r;
    r = escrow_list_check(&call->tx, account_id, sheet->rows, sheet->n, &taken);
    for (size_t i = 0; i < sheet->n; i++)
        total += sheet->rows[i].amount_fen;
    if (r == 0 || (r == -EREFUSED && f->code == FAULT_IMPORT_ROWS_WRONG)) {
        call->reply.body = json_pack("{s:s, s:s, s:I, s:I}", "id", st->id, "name", st->name, "rows",
                                     (json_int_t)sheet->seen, "total_fen", (json_int_t)total);
        set_problems(call->reply.body, f, call->lang);
        fault_clear(f);
        r = call->reply.body ? 0 : -ENOMEM;
    }
    if (r == 0)
        set_taken(call->reply.body, &taken);
    escrow_sheet_free(sheet);
    return r;
}

int api_escrow_list_upload(struct call *call)
{
    int64_t project_id, account_id = 0;
    struct stored_import st;
    int r = call_query_int(call, "account", 1, INT64_MAX, 0, &account_id);

    if (r == 0)
        r = bank_list_upload(call, &project_id, &st);
    return r < 0 ? r : bank_list_looked(call, &st, reply_look(call, &st, account_id));
}

int api_escrow_list_discard(struct call *call)
{
    return bank_list_discard(call);
}

int api_escrow_list_commit(struct call *call)
{
    struct escrow_sheet *sheet = NULL;
    struct escrow_taken taken = {0};
    int64_t project_id, account_id = 0;
    struct stored_import st;
    struct body b;
    int r = bank_list_find(call, &project_id, &st);

    body_begin(&b, call);
    body_int(&b, "account_id", BODY_REQUIRED, 1, INT64_MAX, &account_id);
    if (r == 0)
        r = body_end(&b);
    if (r == 0)
        r = escrow_sheet_read(st.path, st.name, call->tx.fault, &sheet);
    if (r < 0 || !sheet)
        return r;
    r = escrow_list_take(&call->tx, account_id, sheet->rows, sheet->n, &taken);
    if (r == 0 && sheet->wrong)
        r = fault_rows_wrong(call->tx.fault);
    escrow_sheet_free(sheet);
    if (r < 0)
        return r;
    call->reply.body = json_object();
    set_taken(call->reply.body, &taken);
    return 0;
}

/* ---- out ---- */

static const struct list_head heads[COLUMNS] = {
    {"收据编号", "Receipt no.", 16},
    {"收款日期", "Taken on", 12},
    {"房源", "Unit", 18},
    {"交款人", "Payer", 14},
    {"交款方式", "Way", 12},
    {"凭证号", "Reference", 20},
    {"金额（元）", "Amount (yuan)", 16},
    {"等待天数", "Days waiting", 10},
    {"监管流水号", "Bank reference", 22},
    {"入账日期", "Posted on", 12},
};

struct exporting {
    struct tx tx; /* of the actor, without his right to names when they are not asked for */
    struct actor actor;
    struct table *table;
    enum lang lang;
    int64_t n;
};

static int row_write(void *arg, const struct escrow_part *part)
{
    struct exporting *e = arg;
    const enum tender tender = tender_find(part->tender);
    char days[24] = "", amount[MONEY];

    if (!part->match_id)
        snprintf(days, sizeof(days), "%" PRId64, part->days);
    money_text(part->amount_fen, false, amount, sizeof(amount));
    table_row(e->table, (const char *const[COLUMNS]){part->number, part->day,
                                                     part->unit ? part->unit : "", part->customer,
                                                     tender == TENDER_COUNT ? ""
                                                     : e->lang == LANG_EN   ? tenders[tender].en
                                                                            : tenders[tender].zh,
                                                     part->reference, amount, days,
                                                     part->match_id ? part->posted_reference : "",
                                                     part->match_id ? part->posted_day : ""});
    e->n++;
    return 0;
}

int api_escrow_export(struct call *call)
{
    struct exporting e = {.tx = call->tx, .actor = *call->tx.actor};
    struct list_export done = {.action = "escrow.export", .object = "project"};
    struct escrow_filter f;
    int r = escrow_filter_read(call, &f);

    if (r == 0)
        r = list_export_clear(call, &done.clear);
    if (r == 0)
        r = list_export_open(call, RIGHT_FINANCE_HANDLE, "监管入账", "Escrow postings", heads,
                             COLUMNS, &e.lang, &e.table);
    if (r < 0)
        return r;
    if (!done.clear)
        e.actor.rights &= ~RIGHT_BIT(RIGHT_CUSTOMER_CLEAR);
    e.tx.actor = &e.actor;
    f.limit = LIST_EXPORT_ROWS_MAX + 1;
    r = escrow_part_each(&e.tx, &f, row_write, &e);
    if (r == 0 && e.n > LIST_EXPORT_ROWS_MAX)
        r = list_export_too_many(call);
    done.name = e.lang == LANG_EN ? "escrow-postings.xlsx" : "监管入账.xlsx";
    done.project_id = f.project_id;
    done.rows = e.n;
    return list_export_reply(call, e.table, r, &done);
}

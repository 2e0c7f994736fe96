/* mortgage_arrival.c - the register of loans, and their money coming in: one by one, or by a bank's
 * advice (FI-19, FI-20). */
#include "db/mortgage_arrival.h"

#include <errno.h>
#include <stdio.h>

#include "daemon/advice_sheet.h"
#include "daemon/api/api.h"
#include "daemon/api/bank_list.h"
#include "daemon/api/list_export.h"
#include "daemon/api/page.h"
#include "daemon/api/receipt.h"
#include "daemon/api/record.h"
#include "daemon/import_store.h"
#include "db/clock.h"
#include "db/money.h"

enum { PAGE_DEFAULT = 50, NOTE_MAX = 200 };

/* ---- the register ---- */

static int loan_add(void *arg, const struct loan_row *row)
{
    struct page *page = arg;
    json_t *o;

    if (!page_fits(page, row->id, 0))
        return 0;
    o = json_object();
    set_int(o, "id", row->id);
    set_int(o, "deal_id", row->deal_id);
    set_text(o, "unit", row->unit);
    set_text(o, "customer", row->customer);
    set_text(o, "consultant", row->consultant);
    set_text(o, "contract", row->contract);
    set_text(o, "kind", row->kind);
    set_text(o, "bank", row->bank);
    set_text(o, "state", row->state);
    set_int(o, "amount_fen", row->amount_fen);
    set_int_or_null(o, "approved_fen", row->approved_fen);
    set_int(o, "arrived_fen", row->arrived_fen);
    set_int(o, "progress_ms", row->progress_ms);
    set_int(o, "still_days", (page->call->tx.now_ms - row->progress_ms) / DAY_MS);
    return items_add(page->items, o);
}

int api_loan_list(struct call *call)
{
    static const char *const states[] = {"preparing", "submitted", "approved",
                                         "rejected",  "ended",     NULL};
    struct loan_filter f = {.bank = call_query(call, "bank")};
    int64_t waiting = 0;
    struct page page;
    int r = call_param_id(call, 0, &f.project_id);

    if (r == 0)
        r = call_query_word(call, "state", states, &f.state);
    if (r == 0)
        r = call_query_int(call, "waiting", 0, 1, 0, &waiting);
    if (r == 0)
        r = page_begin(call, 1, LOAN_PAGE_MAX - 1, PAGE_DEFAULT, &page);
    if (r < 0)
        return r;
    f.waiting = waiting == 1;
    f.before_id = page.at[0];
    f.limit = page_limit(&page);
    return page_reply(call, &page, loan_each(&call->tx, &f, loan_add, &page));
}

/* ---- one ---- */

int api_mortgage_arrive(struct call *call)
{
    struct mortgage_arrival a = {.note = NULL};
    struct receipt_key key;
    struct body b;
    int r = call_param_id(call, 0, &a.mortgage_id);

    if (r < 0)
        return r;
    body_begin(&b, call);
    body_int(&b, "book_id", BODY_REQUIRED, 1, INT64_MAX, &a.book_id);
    body_int(&b, "amount_fen", BODY_REQUIRED, 1, MONEY_MAX_FEN, &a.amount_fen);
    body_text(&b, "reference", BODY_REQUIRED, 1, 64, &a.reference);
    body_int(&b, "bank_id", BODY_OPTIONAL, 1, INT64_MAX, &a.bank_id);
    body_text(&b, "note", BODY_OPTIONAL, 0, NOTE_MAX, &a.note);
    r = body_end(&b);
    if (r == 0)
        r = mortgage_arrive(&call->tx, &a, &key);
    return r < 0 ? r : reply_receipt(call, &key, 201);
}

/* ---- an advice ---- */

int api_advice_template(struct call *call)
{
    struct list_head heads[ADVICE_COLUMNS];
    const struct list_template template = {
        "放款", "Loans released", "放款导入模板.xlsx", "loan-advice-template.xlsx",
        heads,  ADVICE_COLUMNS};

    for (int i = 0; i < ADVICE_COLUMNS; i++)
        heads[i] = (struct list_head){advice_column_head((enum advice_column)i, LANG_ZH),
                                      advice_column_head((enum advice_column)i, LANG_EN), 22};
    return list_template(call, &template);
}

/* What is wrong is the answer here, not a refusal. */
static int reply_look(struct call *call, const struct stored_import *st, int64_t project_id)
{
    struct fault *f = call->tx.fault;
    struct advice_sheet *sheet;
    int64_t total = 0;
    int r = advice_sheet_read(st->path, st->name, f, &sheet);

    if (r < 0)
        return r;
    r = advice_check(&call->tx, project_id, sheet->rows, sheet->n);
    for (size_t i = 0; i < sheet->n; i++)
        total += sheet->rows[i].amount_fen;
    if (r == 0 || (r == -EREFUSED && f->code == FAULT_IMPORT_ROWS_WRONG)) {
        call->reply.body = json_pack("{s:s, s:s, s:I, s:I}", "id", st->id, "name", st->name, "rows",
                                     (json_int_t)sheet->seen, "total_fen", (json_int_t)total);
        set_problems(call->reply.body, f, call->lang);
        fault_clear(f);
        r = call->reply.body ? 0 : -ENOMEM;
    }
    advice_sheet_free(sheet);
    return r;
}

int api_advice_upload(struct call *call)
{
    struct stored_import st;
    int64_t project_id;
    int r = bank_list_upload(call, &project_id, &st);

    if (r == 0)
        r = bank_list_looked(call, &st, reply_look(call, &st, project_id));
    return r;
}

int api_advice_discard(struct call *call)
{
    return bank_list_discard(call);
}

int api_advice_commit(struct call *call)
{
    struct advice_sheet *sheet = NULL;
    int64_t project_id, book_id = 0, total = 0;
    struct stored_import st;
    struct body b;
    int r = bank_list_find(call, &project_id, &st);

    body_begin(&b, call);
    body_int(&b, "book_id", BODY_REQUIRED, 1, INT64_MAX, &book_id);
    if (r == 0)
        r = body_end(&b);
    if (r == 0)
        r = advice_sheet_read(st.path, st.name, call->tx.fault, &sheet);
    if (r < 0 || !sheet)
        return r;
    r = advice_take(&call->tx, project_id, book_id, sheet->rows, sheet->n, &total);
    if (r == 0 && sheet->wrong)
        r = fault_rows_wrong(call->tx.fault);
    if (r == 0)
        call->reply.body = json_pack("{s:I, s:I}", "receipts", (json_int_t)sheet->n, "total_fen",
                                     (json_int_t)total);
    advice_sheet_free(sheet);
    return r < 0 ? r : call->reply.body ? 0 : -ENOMEM;
}

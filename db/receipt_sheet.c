/* receipt_sheet.c - see receipt_sheet.h. */
#include "db/receipt_sheet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/fund.h"
#include "db/receipt_impl.h"
#include "db/tender.h"

struct reading {
    struct receipt_sheet *sheet;
    int64_t voucher_id, project_id, customer_id;
};

/* ---- the leaf ---- */

static int leaf_take(void *arg, const struct receipt_row *row)
{
    struct reading *w = arg;
    struct receipt_sheet *sheet = w->sheet;

    if (!row->voucher_id)
        return -ENOENT;
    w->voucher_id = row->voucher_id;
    w->project_id = row->project_id;
    w->customer_id = row->customer_id;
    sheet->total_fen = row->total_fen;
    memcpy(sheet->number, row->number, sizeof(sheet->number));
    snprintf(sheet->unit, sizeof(sheet->unit), "%s", row->unit ? row->unit : "");
    snprintf(sheet->cashier, sizeof(sheet->cashier), "%s", row->cashier ? row->cashier : "");
    snprintf(sheet->note, sizeof(sheet->note), "%s", row->note ? row->note : "");
    day_of(row->at_ms, sheet->day);
    return capitals_write(row->total_fen, sheet->capitals);
}

static int line_take(void *arg, const struct money_line *line)
{
    struct receipt_sheet *sheet = arg;
    struct sheet_line *to = &sheet->lines[sheet->n_lines];
    const enum fund fund = fund_find(line->fund);

    if (sheet->n_lines == PAYMENT_LINES_MAX)
        return -E2BIG;
    if (fund == FUND_COUNT)
        return -EPROTO;
    snprintf(to->name, sizeof(to->name), "%s", line->fee ? line->fee : funds[fund].zh);
    to->fen = line->amount_fen;
    sheet->n_lines++;
    return 0;
}

static int tender_take(void *arg, const struct payment_tender *tender)
{
    struct receipt_sheet *sheet = arg;
    struct sheet_tender *to = &sheet->tenders[sheet->n_tenders];
    const enum tender kind = tender_find(tender->tender);

    if (sheet->n_tenders == PAYMENT_TENDERS_MAX)
        return -E2BIG;
    if (kind == TENDER_COUNT)
        return -EPROTO;
    snprintf(to->name, sizeof(to->name), "%s", tenders[kind].zh);
    snprintf(to->reference, sizeof(to->reference), "%s",
             tender->reference ? tender->reference : "");
    to->fen = tender->amount_fen;
    sheet->n_tenders++;
    return 0;
}

/* ---- names ---- */

/* The number that follows @word at the begin of a line of the frozen content; 0: none. */
static int64_t content_id(const char *content, const char *word)
{
    const size_t n = strlen(word);

    for (const char *line = content; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, word, n) == 0 && line[n] == ' ') {
            int64_t id = 0;

            for (const char *c = line + n + 1; *c >= '0' && *c <= '9' && id < INT64_MAX / 10; c++)
                id = id * 10 + (*c - '0');
            return id;
        }
    }
    return 0;
}

/* The name in the first column of the one row of @sql for @id. */
static int name_read(struct tx *tx, const char *sql, int64_t id, char *out, size_t size)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, sql, "i", id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        snprintf(out, size, "%s", stmt_text(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int account_read(struct tx *tx, int64_t account_id, struct receipt_sheet *sheet)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT a.holder, a.number, b.name FROM bank_account a JOIN bank b ON "
                     "b.id = a.bank_id WHERE a.id = $1",
                     "i", account_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        snprintf(sheet->holder, sizeof(sheet->holder), "%s", stmt_text(s, 0));
        snprintf(sheet->account, sizeof(sheet->account), "%s", stmt_text(s, 1));
        snprintf(sheet->bank, sizeof(sheet->bank), "%s", stmt_text(s, 2));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* Who it is written for, then who else buys: those of the moment it was written. */
static int payer_read(struct tx *tx, int64_t customer_id, const struct receipt_key *key,
                      struct receipt_sheet *sheet)
{
    struct stmt *s;
    size_t n;
    int r = name_read(tx, "SELECT name FROM customer WHERE id = $1", customer_id, sheet->payer,
                      sizeof(sheet->payer));

    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT c.name FROM receipt q JOIN voucher v ON v.id = q.voucher_id JOIN "
                 "deal_party p ON p.deal_id = v.deal_id AND p.since_ms <= q.at_ms AND "
                 "(p.ended_ms IS NULL OR p.ended_ms > q.at_ms) JOIN customer c ON "
                 "c.id = p.customer_id WHERE q.book_id = $1 AND q.no = $2 AND c.id <> $3 "
                 "ORDER BY p.ordinal",
                 "iii", key->book_id, key->no, customer_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        n = strlen(sheet->payer);
        snprintf(sheet->payer + n, sizeof(sheet->payer) - n, "、%s", stmt_text(s, 0));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int swaps_read(struct tx *tx, const struct receipt_key *key, struct receipt_sheet *sheet)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT b.prefix, q.from_no FROM receipt q JOIN receipt_book b ON "
                     "b.id = q.from_book_id WHERE q.book_id = $1 AND q.no = $2",
                     "ii", key->book_id, key->no);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        receipt_number(stmt_text(s, 0), stmt_int(s, 1), sheet->swaps);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int names_read(struct tx *tx, const struct reading *w, const char *content)
{
    struct receipt_sheet *sheet = w->sheet;
    const int64_t account_id = content_id(content, "account");
    const int64_t customer_id = content_id(content, "customer");
    int r = name_read(tx, "SELECT name FROM project WHERE id = $1", w->project_id, sheet->project,
                      sizeof(sheet->project));

    if (r == 0)
        r = payer_read(tx, customer_id ? customer_id : w->customer_id, &sheet->key, sheet);
    if (r == 0)
        r = account_read(tx, account_id, sheet);
    return r < 0 ? r : swaps_read(tx, &sheet->key, sheet);
}

int receipt_sheet_read(struct tx *tx, const struct receipt_key *key,
                       struct receipt_sheet *ret_sheet)
{
    struct reading w = {.sheet = ret_sheet};
    struct stmt *s;
    int r;

    *ret_sheet = (struct receipt_sheet){.key = *key};
    r = receipt_get(tx, key, leaf_take, &w);
    if (r == -ENOENT)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        r = receipt_lines(tx, w.voucher_id, line_take, ret_sheet);
    if (r == 0)
        r = receipt_tenders(tx, w.voucher_id, tender_take, ret_sheet);
    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT q.content, b.kind FROM receipt q JOIN receipt_book b ON b.id = q.book_id "
                 "WHERE q.book_id = $1 AND q.no = $2",
                 "ii", key->book_id, key->no);
    if (r == 0 && (r = stmt_step(s)) == 1) {
        ret_sheet->agency = strcmp(stmt_text(s, 1), "agency") == 0;
        r = names_read(tx, &w, stmt_text(s, 0));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

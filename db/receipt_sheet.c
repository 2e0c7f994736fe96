/* receipt_sheet.c - the paper of a receipt (FI-13; UP 4.4). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/paper.h"
#include "db/print_sheet.h"
#include "db/receipt_code.h"
#include "db/receipt_impl.h"
#include "db/tender.h"

/* ---- what it is of ---- */

static int leaf_subject(void *arg, const struct receipt_row *row)
{
    struct paper_subject *subject = arg;

    if (!row->voucher_id)
        return -ENOENT;
    subject->project_id = row->project_id;
    snprintf(subject->number, sizeof(subject->number), "%s", row->number);
    snprintf(subject->title, sizeof(subject->title), "%s", row->unit ? row->unit : "");
    return 0;
}

int receipt_subject(struct tx *tx, int64_t id, int64_t no, struct paper_subject *ret_subject)
{
    const struct receipt_key key = {id, no};
    int r = receipt_get(tx, &key, leaf_subject, ret_subject);

    return r == -ENOENT ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r;
}

struct reading {
    const struct tx *tx;
    struct sheet *sheet;
    struct receipt_key key;
    int64_t voucher_id, project_id, customer_id;
};

/* ---- the leaf ---- */

static int leaf_take(void *arg, const struct receipt_row *row)
{
    char day[DAY_TEXT], code[RECEIPT_CODE_TEXT];
    struct reading *w = arg;
    int r;

    if (!row->voucher_id)
        return -ENOENT;
    w->voucher_id = row->voucher_id;
    w->project_id = row->project_id;
    w->customer_id = row->customer_id;
    r = sheet_total(w->sheet, row->total_fen);
    if (r < 0)
        return r;
    sheet_text(w->sheet, "number", row->number);
    sheet_text(w->sheet, "unit", row->unit && row->unit[0] ? row->unit : "—");
    sheet_text(w->sheet, "cashier", row->cashier);
    sheet_text(w->sheet, "note", row->note);
    day_of(row->at_ms, day);
    sheet_day(w->sheet, "date", day);
    receipt_code(w->tx, row, code);
    sheet_text(w->sheet, "code", code);
    return 0;
}

static int tender_take(void *arg, const struct payment_tender *tender)
{
    /* the drawer opens for cash alone */
    if (strcmp(tender->tender, tenders[TENDER_CASH].code) == 0)
        sheet_text(arg, "cash", tenders[TENDER_CASH].zh);
    return sheet_tender_add(arg, tender);
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

/* Who it is written for, then who else buys: those of the moment it was written. */
static int payer_read(struct reading *w, struct tx *tx, int64_t customer_id)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT name, -1 AS place FROM customer WHERE id = $3 UNION ALL SELECT "
                     "c.name, p.ordinal FROM receipt q JOIN voucher v ON v.id = q.voucher_id JOIN "
                     "deal_party p ON p.deal_id = v.deal_id AND p.since_ms <= q.at_ms AND "
                     "(p.ended_ms IS NULL OR p.ended_ms > q.at_ms) JOIN customer c ON "
                     "c.id = p.customer_id WHERE q.book_id = $1 AND q.no = $2 AND c.id <> $3 "
                     "ORDER BY place",
                     "iii", w->key.book_id, w->key.no, customer_id);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        sheet_join(w->sheet, "payer", "、", stmt_text(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int swaps_read(struct reading *w, struct tx *tx)
{
    char number[RECEIPT_NUMBER_TEXT], text[RECEIPT_NUMBER_TEXT + 40];
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT b.prefix, q.from_no FROM receipt q JOIN receipt_book b ON "
                     "b.id = q.from_book_id WHERE q.book_id = $1 AND q.no = $2",
                     "ii", w->key.book_id, w->key.no);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        receipt_number(stmt_text(s, 0), stmt_int(s, 1), number);
        snprintf(text, sizeof(text), "换原收据 No. %s", number);
        sheet_text(w->sheet, "remark", text);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int names_read(struct reading *w, struct tx *tx, const char *content)
{
    static const char *const project[] = {"project", NULL};
    static const char *const account[] = {"holder", "account", "bank", NULL};
    const int64_t account_id = content_id(content, "account");
    const int64_t customer_id = content_id(content, "customer");
    int r =
        sheet_read(tx, w->sheet, "SELECT name FROM project WHERE id = $1", w->project_id, project);

    if (r == 0)
        r = payer_read(w, tx, customer_id ? customer_id : w->customer_id);
    if (r == 0)
        r = sheet_read(tx, w->sheet,
                       "SELECT a.holder, a.number, b.name FROM bank_account a JOIN bank b ON "
                       "b.id = a.bank_id WHERE a.id = $1",
                       account_id, account);
    return r < 0 ? r : swaps_read(w, tx);
}

int receipt_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet)
{
    struct reading w = {.tx = tx, .sheet = sheet, .key = {paper->subject_id, paper->subject_no}};
    struct stmt *s;
    int r = receipt_get(tx, &w.key, leaf_take, &w);

    if (r == -ENOENT)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 0)
        r = receipt_lines(tx, w.voucher_id, sheet_line_add, sheet);
    if (r == 0)
        r = receipt_tenders(tx, w.voucher_id, tender_take, sheet);
    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT q.content, b.kind FROM receipt q JOIN receipt_book b ON b.id = q.book_id "
                 "WHERE q.book_id = $1 AND q.no = $2",
                 "ii", w.key.book_id, w.key.no);
    if (r == 0 && (r = stmt_step(s)) == 1) {
        sheet_text(sheet, "title",
                   strcmp(stmt_text(s, 1), "agency") == 0 ? "代收费收据" : "收款收据");
        r = names_read(&w, tx, stmt_text(s, 0));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

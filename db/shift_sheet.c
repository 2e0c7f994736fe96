/* shift_sheet.c - the paper of a shift that was closed (FI-36): what came in and went out by each
 * way of paying, what was counted, which leaves were used. */
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/leaf_use.h"
#include "db/paper.h"
#include "db/print_sheet.h"
#include "db/receipt_impl.h"
#include "db/shift.h"
#include "db/tender.h"

/* $1's own, or of projects whose money the actor may see, all of them. */
static int seen(struct tx *tx, int64_t id, int64_t user_id)
{
    struct stmt *s;
    bool may = actor_has(tx->actor, RIGHT_REPORT_VIEW), any = false;
    int r;

    if (tx->actor->kind == ACTOR_SYSTEM ||
        (tx->actor->kind == ACTOR_USER && tx->actor->id == user_id))
        return 0;
    r = db_query(tx->db, &s, "SELECT DISTINCT project_id FROM voucher WHERE shift_id = $1", "i",
                 id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        any = true;
        may = may && actor_sees_whole(tx->actor, stmt_int(s, 0));
    }
    stmt_reset(s);
    return r < 0 || (may && (any || tx->actor->all_projects))
               ? (r < 0 ? r : 0)
               : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
}

/* It is of the office: money of several projects is in a till. */
int shift_subject(struct tx *tx, int64_t id, int64_t no, struct paper_subject *ret_subject)
{
    int64_t user_id;
    int r = db_get(tx->db, &user_id,
                   "SELECT user_id FROM shift WHERE id = $1 AND closed_ms IS NOT NULL", "i", id);

    if (r == 0 || no)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    snprintf(ret_subject->number, sizeof(ret_subject->number), "JB%06lld", (long long)id);
    return r < 0 ? r : seen(tx, id, user_id);
}

static int head_read(struct tx *tx, int64_t id, struct sheet *sheet)
{
    char text[DAY_CLOCK_TEXT];
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT u.name, n.name, z.opened_ms, z.closed_ms, z.float_fen FROM shift z "
                     "JOIN user_account u ON u.id = z.user_id LEFT JOIN user_account n ON "
                     "n.id = z.next_user_id WHERE z.id = $1",
                     "i", id);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        sheet_text(sheet, "cashier", stmt_text(s, 0));
        sheet_text(sheet, "next", stmt_is_null(s, 1) ? "—" : stmt_text(s, 1));
        day_clock(stmt_int(s, 2), text);
        sheet_text(sheet, "opened", text);
        day_clock(stmt_int(s, 3), text);
        sheet_text(sheet, "closed", text);
        sheet_money(sheet, "float", stmt_int(s, 4));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int tenders_read(struct tx *tx, int64_t id, struct sheet *sheet)
{
    struct stmt *s;
    int r = db_query(
        tx->db, &s,
        "SELECT c.tender, c.reason, c.expected_fen, c.counted_fen, COALESCE(SUM(CASE WHEN "
        "e.debit_id = a.id THEN e.amount_fen END), 0), COALESCE(SUM(CASE WHEN e.credit_id = a.id "
        "THEN e.amount_fen END), 0) FROM shift_count c LEFT JOIN voucher v ON v.shift_id = "
        "c.shift_id LEFT JOIN ledger_entry e ON e.voucher_id = v.id LEFT JOIN ledger_account a ON "
        "a.id IN (e.debit_id, e.credit_id) AND a.tender = c.tender WHERE c.shift_id = $1 GROUP BY "
        "c.tender, c.reason, c.expected_fen, c.counted_fen ORDER BY c.tender",
        "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const enum tender tender = tender_find(stmt_text(s, 0));

        sheet_row(sheet, "tender");
        sheet_text(sheet, "tender.name", tender == TENDER_COUNT ? "" : tenders[tender].zh);
        sheet_text(sheet, "tender.reason", stmt_text(s, 1));
        sheet_money(sheet, "tender.expected", stmt_int(s, 2));
        sheet_money(sheet, "tender.counted", stmt_int(s, 3));
        sheet_money(sheet, "tender.difference", stmt_int(s, 3) - stmt_int(s, 2));
        sheet_money(sheet, "tender.in", stmt_int(s, 4));
        sheet_money(sheet, "tender.out", stmt_int(s, 5));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* The leaves that were written in the shift $1. */
#define LEAVES                                                                                     \
    "(SELECT v.book_id, v.receipt_no AS no FROM voucher v WHERE v.shift_id = $1 AND v.book_id "    \
    "IS NOT NULL UNION SELECT l.book_id, l.no FROM shift z JOIN user_account y ON "                \
    "y.id = z.user_id JOIN receipt l ON " LEAF_OF_SHIFT("l", "z", "y") "WHERE z.id = $1)"

static void number_set(struct sheet *sheet, const char *name, int64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)number);
    sheet_text(sheet, name, text);
}

static int books_read(struct tx *tx, int64_t id, struct sheet *sheet)
{
    char first[RECEIPT_NUMBER_TEXT], last[RECEIPT_NUMBER_TEXT];
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT b.prefix, MIN(q.no), MAX(q.no), SUM(CASE q.kind WHEN 'issued' THEN 1 "
                     "ELSE 0 END), SUM(CASE q.kind WHEN 'spoilt' THEN 1 ELSE 0 END), SUM(CASE "
                     "q.kind WHEN 'lost' THEN 1 ELSE 0 END) FROM " LEAVES
                     " w JOIN receipt q ON q.book_id = w.book_id AND q.no = w.no JOIN receipt_book "
                     "b ON b.id = q.book_id GROUP BY b.id, b.prefix ORDER BY b.id",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        receipt_number(stmt_text(s, 0), stmt_int(s, 1), first);
        receipt_number(stmt_text(s, 0), stmt_int(s, 2), last);
        sheet_row(sheet, "book");
        sheet_text(sheet, "book.numbers", first);
        if (strcmp(first, last) != 0)
            sheet_join(sheet, "book.numbers", "–", last);
        number_set(sheet, "book.receipts", stmt_int(s, 3));
        number_set(sheet, "book.spoilt", stmt_int(s, 4));
        number_set(sheet, "book.lost", stmt_int(s, 5));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int blanks_read(struct tx *tx, int64_t id, struct sheet *sheet)
{
    char number[RECEIPT_NUMBER_TEXT];
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT b.prefix, q.no, q.kind, q.content FROM " LEAVES
                     " w JOIN receipt q ON q.book_id = w.book_id AND q.no = w.no JOIN receipt_book "
                     "b ON b.id = q.book_id WHERE q.kind <> 'issued' ORDER BY q.book_id, q.no",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        receipt_number(stmt_text(s, 0), stmt_int(s, 1), number);
        sheet_row(sheet, "blank");
        sheet_text(sheet, "blank.number", number);
        sheet_text(sheet, "blank.kind", strcmp(stmt_text(s, 2), "lost") == 0 ? "遗失" : "作废");
        sheet_text(sheet, "blank.reason", stmt_text(s, 3));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int shift_sheet(struct tx *tx, const struct paper_row *paper, struct sheet *sheet)
{
    int r = head_read(tx, paper->subject_id, sheet);

    if (r == 0)
        r = tenders_read(tx, paper->subject_id, sheet);
    if (r == 0)
        r = books_read(tx, paper->subject_id, sheet);
    if (r == 0)
        r = blanks_read(tx, paper->subject_id, sheet);
    sheet_text(sheet, "title", "交班表");
    sheet_text(sheet, "number", paper->number);
    return r;
}

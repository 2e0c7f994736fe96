/* invoice_money.c - of what money an invoice can be, and what it holds. See invoice.h. */
#include <errno.h>
#include <stdio.h>

#include "db/deal_write.h"
#include "db/invoice_impl.h"
#include "db/receipt_impl.h"
#include "db/refund_impl.h"

/* ---- what of ---- */

#define CARRIED INVOICE_CARRIED("v.id", "$1")
#define ASKED   INVOICE_ASKED("v.id", "$2")

static const char source_sql[] =
    "SELECT v.id, v.number, v.book_id, v.receipt_no, v.kind, v.day, b.prefix, " CARRIED ", " ASKED
    " FROM voucher v LEFT JOIN receipt_book b ON b.id = v.book_id WHERE v.id IN (SELECT "
    "e.voucher_id FROM ledger_account a JOIN ledger_entry e ON e.credit_id = a.id WHERE "
    "a.deal_id = $1) AND v.kind " INVOICE_VOUCHERS " AND NOT EXISTS (SELECT 1 FROM voucher x WHERE "
    "x.reverses_id = v.id) ORDER BY v.id";

int invoice_source_funds(struct tx *tx, int64_t deal_id, int64_t voucher_id,
                         char out[INVOICE_FUNDS_TEXT])
{
    struct stmt *s;
    size_t n = 0;
    int r =
        db_query(tx->db, &s,
                 "SELECT DISTINCT a.fund FROM ledger_entry e JOIN ledger_account a ON "
                 "a.id = e.credit_id WHERE e.voucher_id = $1 AND a.deal_id = $2 AND " FUND_INVOICED(
                     "a.fund") " ORDER BY a.id",
                 "ii", voucher_id, deal_id);

    out[0] = '\0';
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const int put =
            snprintf(out + n, INVOICE_FUNDS_TEXT - n, "%s%s", n ? "," : "", stmt_text(s, 0));

        n += (size_t)put;
        if (n >= INVOICE_FUNDS_TEXT)
            r = -E2BIG;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int invoice_source_each(struct tx *tx, int64_t deal_id, const char *kind,
                        int (*each)(void *arg, const struct invoice_source *source), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_query(tx->db, &s, source_sql, "it", deal_id, kind);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char funds_text[INVOICE_FUNDS_TEXT];
        struct invoice_source source = {.voucher_id = stmt_int(s, 0),
                                        .voucher_number = stmt_int(s, 1),
                                        .book_id = stmt_int(s, 2),
                                        .no = stmt_int(s, 3),
                                        .kind = stmt_text(s, 4),
                                        .day = stmt_text(s, 5),
                                        .funds = funds_text,
                                        .carried_fen = stmt_int(s, 7),
                                        .asked_fen = stmt_int(s, 8)};

        if (source.carried_fen == 0) /* no money of the home */
            continue;
        if (source.book_id)
            receipt_number(stmt_text(s, 6), source.no, source.number);
        r = invoice_source_funds(tx, deal_id, source.voucher_id, funds_text);
        if (r == 0)
            r = each(arg, &source);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int invoice_deal_sums(struct tx *tx, int64_t deal_id, struct invoice_sums *ret_sums)
{
    struct stmt *s;
    int r = db_query(
        tx->db, &s,
        "SELECT " INVOICE_DEAL_RECEIVED("$1") ", " INVOICE_DEAL_HELD(
            "$1") ", COALESCE((SELECT SUM(l.amount_fen) FROM ledger_account a JOIN refund_line "
                  "l ON l.account_id = a.id JOIN refund f ON f.id = l.refund_id WHERE "
                  "a.deal_id = $1 AND f.state " REFUND_OPEN " AND " FUND_INVOICED("a.fund") "), 0)",
        "i", deal_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        *ret_sums = (struct invoice_sums){.received_fen = stmt_int(s, 0),
                                          .invoiced_fen = stmt_int(s, 1),
                                          .asked_back_fen = stmt_int(s, 2)};
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- what holds ---- */

/* The request of @s (id, state, number), which it resets, is in the way; 0 when there is none. */
static int in_the_way(struct tx *tx, struct stmt *s, int r)
{
    char request[INVOICE_REQUEST_TEXT];

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        const char *number = stmt_text(s, 1);

        invoice_request_text(stmt_int(s, 0), request);
        r = number ? fault_set(tx->fault, FAULT_INVOICE_STANDS, "number", number, NULL)
                   : fault_set(tx->fault, FAULT_INVOICE_WAITS, "number", request, NULL);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

#define IN_THE_WAY                                                                                 \
    "SELECT i.id, (SELECT n.number FROM invoice_number n WHERE n.invoice_id = i.id AND n.kind = "  \
    "'issued') FROM invoice i WHERE " INVOICE_HOLDS("i") " AND "

int invoice_none_of_deal(struct tx *tx, int64_t deal_id)
{
    struct stmt *s;
    int r =
        db_query(tx->db, &s, IN_THE_WAY "i.deal_id = $1 ORDER BY i.id DESC LIMIT 1", "i", deal_id);

    return in_the_way(tx, s, r);
}

int invoice_none_of(struct tx *tx, int64_t voucher_id)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     IN_THE_WAY "i.id IN (SELECT p.invoice_id FROM invoice_part p WHERE "
                                "p.voucher_id = $1) ORDER BY i.id DESC LIMIT 1",
                     "i", voucher_id);

    return in_the_way(tx, s, r);
}

int invoice_money_free(struct tx *tx, int64_t deal_id, int64_t fen)
{
    struct invoice_sums sums = {0};
    int r = invoice_deal_sums(tx, deal_id, &sums);

    if (r < 0 || sums.invoiced_fen == 0 ||
        sums.invoiced_fen <= sums.received_fen - sums.asked_back_fen - fen)
        return r;
    return invoice_none_of_deal(tx, deal_id);
}

int invoice_none_for(struct tx *tx, const struct receipt_key *key)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT n.number FROM invoice_paper y JOIN invoice i ON i.id = y.invoice_id "
                     "JOIN invoice_number n ON n.invoice_id = i.id AND n.kind = 'issued' WHERE "
                     "y.book_id = $1 AND y.no = $2 AND i.state <> 'red'",
                     "ii", key->book_id, key->no);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        r = fault_set(tx->fault, FAULT_INVOICE_PAPER, "number", stmt_text(s, 0), NULL);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

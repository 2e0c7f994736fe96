/* invoice_swap.c - an invoice in the place of its receipts (收据换发票, FI-30): their papers are
 * taken back, so that no payment has two that count. See invoice.h. */
#include <stdio.h>

#include "db/deal_write.h"
#include "db/invoice_impl.h"
#include "db/receipt_impl.h"

struct swapping {
    struct tx *tx;
    const struct invoice_swap *swap;
    struct invoice_now now;
    struct receipt_key keys[INVOICE_PARTS_MAX];
    size_t n;
};

/* All that was paid on the leaf is on invoices that were issued. */
static int wholly(struct swapping *w, const char *number, int64_t paid, int64_t invoiced)
{
    char text[DEAL_YUAN];

    if (invoiced >= paid)
        return 0;
    deal_yuan(paid - invoiced, text);
    return fault_set(w->tx->fault, FAULT_INVOICE_PARTLY, "number", number, "amount", text, NULL);
}

/* The leaves that its buyer has: the last one of each receipt. */
static int leaves_read(struct swapping *w)
{
    char number[RECEIPT_NUMBER_TEXT];
    struct stmt *s;
    int r = db_query(
        w->tx->db, &s,
        "SELECT q.book_id, q.no, b.prefix, (SELECT SUM(t.amount_fen) FROM voucher_tender t WHERE "
        "t.voucher_id = q.voucher_id), (SELECT SUM(o.amount_fen) FROM invoice_part o JOIN invoice "
        "i ON i.id = o.invoice_id WHERE o.voucher_id = q.voucher_id AND i.state = 'issued') FROM "
        "invoice_part p JOIN receipt q ON q.voucher_id = p.voucher_id JOIN receipt_book b ON "
        "b.id = q.book_id WHERE p.invoice_id = $1 AND NOT EXISTS (SELECT 1 FROM receipt n WHERE "
        "n.from_book_id = q.book_id AND n.from_no = q.no) AND NOT EXISTS (SELECT 1 FROM "
        "invoice_paper y WHERE y.book_id = q.book_id AND y.no = q.no) ORDER BY q.book_id, q.no",
        "i", w->now.id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        w->keys[w->n++] = (struct receipt_key){stmt_int(s, 0), stmt_int(s, 1)};
        receipt_number(stmt_text(s, 2), stmt_int(s, 1), number);
        r = wholly(w, number, stmt_int(s, 3), stmt_int(s, 4));
        if (r < 0)
            break;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int swap_check(struct swapping *w)
{
    const struct invoice_key *key = &w->swap->key;
    int r = invoice_need(w->tx, key, INVOICE_RED_WANTED, &w->now); /* from issued alone */

    if (r == 0)
        r = leaves_read(w);
    if (r == 0 && w->n == 0)
        r = fault_set(w->tx->fault, FAULT_INVOICE_PAPERS, NULL);
    if (r == 0 && w->swap->lost && (!w->swap->reason || !w->swap->reason[0]))
        r = fault_set(w->tx->fault, FAULT_REASON_NEEDED, NULL);
    return r;
}

int invoice_swap(struct tx *tx, const struct invoice_swap *swap)
{
    struct swapping w = {.tx = tx, .swap = swap};
    const int64_t returned = !swap->lost;
    struct trail trail = {0};
    int r = swap_check(&w);

    for (size_t i = 0; r >= 0 && i < w.n; i++)
        r = db_run(tx->db,
                   "INSERT INTO invoice_paper (book_id, no, invoice_id, returned, reason, actor, "
                   "at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   "iiiitti", w.keys[i].book_id, w.keys[i].no, w.now.id, returned,
                   swap->reason ? swap->reason : "", tx->actor->name, tx->now_ms);
    if (r < 0)
        return r;
    trail_int(&trail, "paper_returned", NULL, &returned);
    trail_text(&trail, "reason", NULL, swap->reason);
    return invoice_log(tx, &w.now, "invoice.swap", &trail);
}

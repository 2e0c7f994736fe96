/* receipt_swap.c - a receipt in the place of another (换票, FI-30; FC 27.6): the same payment, no
 * money moves, and the paper before counts no more. See receipt_impl.h. */
#include <stdio.h>
#include <string.h>

#include "db/invoice.h"
#include "db/receipt_impl.h"

struct swapping {
    struct tx *tx;
    const struct receipt_swap *swap;
    int64_t project_id, voucher_id, deal_id, customer_id; /* deal 0: a customer's own money */
    bool blank, voided, swapped, agency;
    struct deal_now deal;
};

static int paper_read(struct swapping *w)
{
    const struct receipt_key *key = &w->swap->key;
    struct stmt *s;
    int r =
        db_query(w->tx->db, &s,
                 "SELECT b.project_id, b.kind, v.id, v.deal_id, v.customer_id, (SELECT "
                 "COUNT(*) FROM voucher x WHERE x.reverses_id = v.id), (SELECT COUNT(*) FROM "
                 "receipt n WHERE n.from_book_id = q.book_id AND n.from_no = q.no) FROM receipt "
                 "q JOIN receipt_book b ON b.id = q.book_id LEFT JOIN voucher v ON v.id = "
                 "q.voucher_id WHERE q.book_id = $1 AND q.no = $2",
                 "ii", key->book_id, key->no);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(w->tx->fault, FAULT_NOT_FOUND, NULL);
    w->project_id = stmt_int(s, 0);
    w->agency = strcmp(stmt_text(s, 1), "agency") == 0;
    w->blank = stmt_is_null(s, 2);
    w->voucher_id = stmt_int(s, 2);
    w->deal_id = stmt_int(s, 3);
    w->customer_id = stmt_int(s, 4);
    w->voided = stmt_int(s, 5) > 0;
    w->swapped = stmt_int(s, 6) > 0;
    stmt_reset(s);
    return tx_need_project(w->tx, w->project_id);
}

/* On whose name it goes: one of the buyers the deal has now, the main one unless it is said. */
static int name_check(struct swapping *w)
{
    int64_t buyers = 0;
    int r = deal_now_read(w->tx, w->deal_id, 0, &w->deal);

    if (r < 0)
        return r;
    w->customer_id = w->swap->customer_id ? w->swap->customer_id : w->deal.customer_id;
    r = db_get(w->tx->db, &buyers,
               "SELECT COUNT(*) FROM deal_party WHERE deal_id = $1 AND customer_id = $2 AND "
               "ended_ms IS NULL",
               "ii", w->deal_id, w->customer_id);
    if (r < 0 || buyers > 0)
        return r < 0 ? r : 0;
    return fault_set(w->tx->fault, FAULT_PAY_PAYER, NULL);
}

static int swap_check(struct swapping *w)
{
    int r = paper_read(w);

    if (r < 0)
        return r;
    if (w->blank)
        return fault_set(w->tx->fault, FAULT_RECEIPT_BLANK, NULL);
    if (w->voided)
        return fault_set(w->tx->fault, FAULT_RECEIPT_VOIDED, NULL);
    if (w->swapped)
        return fault_set(w->tx->fault, FAULT_RECEIPT_SWAPPED, NULL);
    if (!w->swap->reason || !w->swap->reason[0])
        return fault_set(w->tx->fault, FAULT_REASON_NEEDED, NULL);
    r = invoice_none_for(w->tx, &w->swap->key);
    if (r < 0)
        return r;
    if (w->deal_id)
        return name_check(w);
    return w->swap->customer_id && w->swap->customer_id != w->customer_id
               ? fault_set(w->tx->fault, FAULT_PAY_PAYER, NULL)
               : 0;
}

static int swap_log(struct swapping *w, const struct receipt_key *key)
{
    struct trail trail = {0};
    const int64_t returned = w->swap->returned;

    trail_int(&trail, "book_id", &w->swap->key.book_id, &key->book_id);
    trail_int(&trail, "no", &w->swap->key.no, &key->no);
    trail_int(&trail, "paper_returned", NULL, &returned);
    trail_text(&trail, "reason", NULL, w->swap->reason);
    if (w->deal_id)
        return deal_log(w->tx, &w->deal, "deal.receipt-swap", &trail);
    return audit_add(w->tx, "customer.receipt-swap", "customer", w->customer_id, w->project_id,
                     &trail);
}

int receipt_swap(struct tx *tx, const struct receipt_swap *swap, struct receipt_key *ret_key)
{
    struct swapping w = {.tx = tx, .swap = swap};
    struct leaf leaf = {.book_id = 0};
    struct receipt_key key;
    int r = swap_check(&w);

    if (r == 0) {
        const struct leaf_ask ask = {swap->book_id, w.project_id, w.agency};

        r = receipt_book_leaf(tx, &ask, &leaf);
    }
    if (r == 0)
        r = receipt_leaf_again(tx, &leaf, swap, w.customer_id);
    if (r < 0)
        return r;
    key = (struct receipt_key){leaf.book_id, leaf.no};
    r = swap_log(&w, &key);
    if (r < 0)
        return r;
    *ret_key = key;
    return receipt_print(tx, &leaf, w.project_id, swap->terminal_id);
}

/* receipt.c - see receipt.h. */
#include "db/receipt.h"

#include "db/day.h"
#include "db/deal_process.h"
#include "db/escrow.h"
#include "db/receipt_impl.h"

static int account_of(struct paying *p, size_t line, int64_t *ret_id)
{
    if (p->deal_fees[line])
        return ledger_fee(p->tx, p->project_id, p->deal_fees[line], ret_id);
    return p->deal.id ? ledger_deal(p->tx, p->project_id, p->deal.id, p->funds[line], ret_id)
                      : ledger_held(p->tx, p->project_id, p->customer_id, p->funds[line], ret_id);
}

/* The tenders, and the entries of each line. */
static int money_write(struct paying *p)
{
    struct tender_line lines[PAYMENT_LINES_MAX];
    int r = 0;

    for (size_t i = 0; r == 0 && i < p->p->n_lines; i++) {
        lines[i].fen = p->p->lines[i].amount_fen;
        r = account_of(p, i, &lines[i].account_id);
    }
    return r < 0 ? r : tender_use_write(p->tx, &p->use, p->voucher_id, lines, p->p->n_lines);
}

/* What the bank has confirmed already. */
static int postings_write(struct paying *p)
{
    struct escrow_posting posting = {.voucher_id = p->voucher_id};
    char today[DAY_TEXT];
    int64_t id;
    int r = 0;

    day_of(p->tx->now_ms, today);
    posting.day = today;
    for (size_t i = 0; r == 0 && i < p->p->n_tenders; i++) {
        posting.ordinal = (int64_t)i + 1;
        posting.reference = p->p->tenders[i].escrow;
        if (posting.reference && posting.reference[0])
            r = escrow_post(p->tx, &posting, &id);
    }
    return r;
}

static int voucher_write(struct paying *p)
{
    const struct leaf_ask ask = {p->p->book_id, p->project_id, p->agency};
    struct voucher v = {.kind = VOUCHER_RECEIPT,
                        .project_id = p->project_id,
                        .customer_id = p->customer_id,
                        .deal_id = p->deal.id,
                        .shift_id = p->shift_id,
                        .note = p->p->note};
    int r = receipt_book_leaf(p->tx, &ask, &p->leaf);

    v.book_id = p->leaf.book_id;
    v.receipt_no = p->leaf.no;
    if (r == 0)
        r = voucher_make(p->tx, &v, &p->voucher_id);
    if (r == 0)
        r = money_write(p);
    if (r == 0)
        r = receipt_earmarks_write(p);
    if (r == 0)
        r = postings_write(p);
    return r < 0 ? r : receipt_leaf_write(p);
}

static int taken_log(struct paying *p)
{
    char number[RECEIPT_NUMBER_TEXT];
    struct trail trail = {0};

    receipt_number(p->leaf.prefix, p->leaf.no, number);
    trail_text(&trail, "receipt", NULL, number);
    for (size_t i = 0; i < p->p->n_lines; i++) {
        trail_text(&trail, "fund", NULL, funds[p->funds[i]].code);
        trail_int(&trail, "amount_fen", NULL, &p->p->lines[i].amount_fen);
        if (p->deal_fees[i])
            trail_int(&trail, "fee_id", NULL, &p->p->fees[i]);
    }
    for (size_t i = 0; i < p->p->n_earmarks; i++) {
        trail_int(&trail, "earmark_line", NULL, &p->p->earmarks[i].ordinal);
        trail_int(&trail, "earmark_fen", NULL, &p->p->earmarks[i].amount_fen);
    }
    trail_int(&trail, "received_fen", NULL, &p->total_fen);
    if (p->deal.id)
        return deal_log(p->tx, &p->deal, "deal.received", &trail);
    return audit_add(p->tx, "customer.earnest", "customer", p->customer_id, p->project_id, &trail);
}

int receipt_take(struct tx *tx, const struct payment *payment, struct receipt_key *ret_key)
{
    struct paying p = {.tx = tx, .p = payment};
    int r = payment_check(&p);

    if (r == 0)
        r = voucher_write(&p);
    if (r == 0 && p.deal.id)
        r = deal_process_settle(tx, p.deal.id, "");
    if (r == 0)
        r = taken_log(&p);
    if (r < 0)
        return r;
    *ret_key = (struct receipt_key){p.leaf.book_id, p.leaf.no};
    return receipt_print(tx, &p.leaf, p.project_id, payment->terminal_id);
}

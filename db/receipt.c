/* receipt.c - see receipt.h. */
#include "db/receipt.h"

#include "db/deal_process.h"
#include "db/receipt_impl.h"

/* The number of a slip, a transfer, a cheque counts once for an account (FI-33). */
static int slip_add(struct paying *p, enum tender tender, const char *reference)
{
    int64_t id = 0;
    int r = db_get(p->tx->db, &id,
                   "INSERT INTO slip (tender, reference, account_id, voucher_id) VALUES "
                   "($1, $2, $3, $4) ON CONFLICT (tender, reference, account_id) WHERE freed_id "
                   "IS NULL DO NOTHING RETURNING id",
                   "ttii", tenders[tender].code, reference, p->account_id, p->voucher_id);

    if (r == 0)
        return fault_set(p->tx->fault, FAULT_SLIP_USED, "reference", reference, NULL);
    return r < 0 ? r : 0;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static int tender_write(struct paying *p, size_t i)
{
    const struct payment_tender *t = &p->p->tenders[i];
    int r =
        db_run(p->tx->db,
               "INSERT INTO voucher_tender (voucher_id, ordinal, tender, amount_fen, "
               "account_id, bank_id, reference, device, batch, card_tail) VALUES ($1, $2, $3, "
               "$4, $5, $6, $7, $8, $9, $10)",
               "iitiiotttt", p->voucher_id, (int64_t)i + 1, tenders[p->tenders[i]].code,
               t->amount_fen, p->account_id, t->bank_id ? &t->bank_id : NULL,
               or_empty(t->reference), or_empty(t->device), or_empty(t->batch), or_empty(t->card));

    if (r < 0 || !tenders[p->tenders[i]].reference)
        return r < 0 ? r : 0;
    return slip_add(p, p->tenders[i], t->reference);
}

static int account_of(struct paying *p, size_t line, int64_t *ret_id)
{
    return p->deal.id ? ledger_deal(p->tx, p->project_id, p->deal.id, p->funds[line], ret_id)
                      : ledger_held(p->tx, p->project_id, p->customer_id, p->funds[line], ret_id);
}

/* So much of line @line was paid by tender @tender. */
static int entry_write(struct paying *p, size_t line, size_t tender, int64_t fen)
{
    int64_t debit_id = 0, credit_id = 0;
    int r = ledger_tender(p->tx, p->project_id, p->tenders[tender], p->account_id, &debit_id);

    if (r == 0)
        r = account_of(p, line, &credit_id);
    return r < 0 ? r : ledger_enter(p->tx, p->voucher_id, debit_id, credit_id, fen);
}

/* Lines are paid by the tenders one after the other: both add up to the same. */
static int entries_write(struct paying *p)
{
    size_t line = 0, tender = 0;
    int64_t of_line = p->p->lines[0].amount_fen, of_tender = p->p->tenders[0].amount_fen;
    int r = 0;

    while (r == 0 && line < p->p->n_lines && tender < p->p->n_tenders) {
        const int64_t fen = of_line < of_tender ? of_line : of_tender;

        r = entry_write(p, line, tender, fen);
        of_line -= fen;
        of_tender -= fen;
        if (of_line == 0 && ++line < p->p->n_lines)
            of_line = p->p->lines[line].amount_fen;
        if (of_tender == 0 && ++tender < p->p->n_tenders)
            of_tender = p->p->tenders[tender].amount_fen;
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
    for (size_t i = 0; r == 0 && i < p->p->n_tenders; i++)
        r = tender_write(p, i);
    if (r == 0)
        r = entries_write(p);
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
    if (r == 0)
        *ret_key = (struct receipt_key){p.leaf.book_id, p.leaf.no};
    return r;
}

/* tender_use.c - see tender_use.h. */
#include "db/tender_use.h"

#include <errno.h>

#include "db/ledger.h"

/* ---- the check ---- */

static bool given(const char *text)
{
    return text && text[0];
}

static int tender_refuse(struct tx *tx, enum fault_code code, enum tender tender)
{
    return fault_set(tx->fault, code, "tender", tenders[tender].zh, "tender_en", tenders[tender].en,
                     NULL);
}

static int bank_check(struct tx *tx, int64_t bank_id)
{
    int64_t disabled = 0;
    int r = db_get(tx->db, &disabled, "SELECT disabled FROM bank WHERE id = $1", "i", bank_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r > 0 && disabled)
        return fault_set(tx->fault, FAULT_BANK_DISABLED, NULL);
    return r < 0 ? r : 0;
}

static int one_check(struct tx *tx, struct tender_use *use, size_t i)
{
    const struct payment_tender *t = &use->given[i];
    const enum tender tender = tender_find(t->tender);
    const struct tender_info *info;

    if (tender == TENDER_COUNT)
        return -EINVAL;
    info = &tenders[tender];
    use->kinds[i] = tender;
    if (use->out && !info->out)
        return tender_refuse(tx, FAULT_PAY_OUT, tender);
    if (info->reference && !given(t->reference))
        return tender_refuse(tx, FAULT_PAY_REFERENCE, tender);
    if ((!info->reference && given(t->reference)) ||
        (!info->card && (given(t->card) || given(t->device) || given(t->batch))) ||
        (use->out && given(t->escrow)))
        return tender_refuse(tx, FAULT_PAY_UNUSED, tender);
    if (t->account_id && t->account_id != use->account_id)
        return fault_set(tx->fault, FAULT_ACCOUNT_WRONG, NULL);
    return t->bank_id ? bank_check(tx, t->bank_id) : 0;
}

int tender_use_check(struct tx *tx, struct tender_use *use, int64_t total_fen)
{
    int64_t paid = 0;
    int r = use->n <= PAYMENT_TENDERS_MAX ? 0 : -EINVAL;

    for (size_t i = 0; r == 0 && i < use->n; i++) {
        r = one_check(tx, use, i);
        paid += use->given[i].amount_fen;
    }
    if (r == 0 && paid != total_fen)
        return fault_set(tx->fault, FAULT_PAY_SUM, NULL);
    return r;
}

bool tender_use_cash(const struct tender_use *use)
{
    for (size_t i = 0; i < use->n; i++)
        if (use->kinds[i] == TENDER_CASH)
            return true;
    return false;
}

/* ---- what is written ---- */

/* The number of a slip, a transfer, a cheque counts once for an account (FI-33). */
static int slip_add(struct tx *tx, const struct tender_use *use, size_t i, int64_t voucher_id)
{
    const char *reference = use->given[i].reference;
    int64_t id = 0;
    int r = db_get(tx->db, &id,
                   "INSERT INTO slip (tender, reference, account_id, voucher_id) VALUES "
                   "($1, $2, $3, $4) ON CONFLICT (tender, reference, account_id) WHERE freed_id "
                   "IS NULL DO NOTHING RETURNING id",
                   "ttii", tenders[use->kinds[i]].code, reference, use->account_id, voucher_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_SLIP_USED, "reference", reference, NULL);
    return r < 0 ? r : 0;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static int row_write(struct tx *tx, const struct tender_use *use, size_t i, int64_t voucher_id)
{
    const struct payment_tender *t = &use->given[i];
    int r =
        db_run(tx->db,
               "INSERT INTO voucher_tender (voucher_id, ordinal, tender, amount_fen, "
               "account_id, bank_id, reference, device, batch, card_tail) VALUES ($1, $2, $3, "
               "$4, $5, $6, $7, $8, $9, $10)",
               "iitiiotttt", voucher_id, (int64_t)i + 1, tenders[use->kinds[i]].code, t->amount_fen,
               use->account_id, t->bank_id ? &t->bank_id : NULL, or_empty(t->reference),
               or_empty(t->device), or_empty(t->batch), or_empty(t->card));

    if (r < 0 || !tenders[use->kinds[i]].reference)
        return r < 0 ? r : 0;
    return slip_add(tx, use, i, voucher_id);
}

/* So much of the line's account by tender @i. */
static int entry_write(struct tx *tx, const struct tender_use *use, size_t i, int64_t voucher_id,
                       const struct tender_line *part)
{
    int64_t cash_id = 0;
    int r = ledger_tender(tx, use->project_id, use->kinds[i], use->account_id, &cash_id);

    if (r < 0)
        return r;
    return use->out ? ledger_enter(tx, voucher_id, part->account_id, cash_id, part->fen)
                    : ledger_enter(tx, voucher_id, cash_id, part->account_id, part->fen);
}

static int entries_write(struct tx *tx, const struct tender_use *use, int64_t voucher_id,
                         const struct tender_line *lines, size_t n)
{
    int64_t of_line = lines[0].fen, of_tender = use->given[0].amount_fen;
    size_t line = 0, i = 0;
    int r = 0;

    while (r == 0 && line < n && i < use->n) {
        const int64_t fen = of_line < of_tender ? of_line : of_tender;
        const struct tender_line part = {lines[line].account_id, fen};

        r = entry_write(tx, use, i, voucher_id, &part);
        of_line -= fen;
        of_tender -= fen;
        if (of_line == 0 && ++line < n)
            of_line = lines[line].fen;
        if (of_tender == 0 && ++i < use->n)
            of_tender = use->given[i].amount_fen;
    }
    return r;
}

int tender_use_write(struct tx *tx, const struct tender_use *use, int64_t voucher_id,
                     const struct tender_line *lines, size_t n)
{
    int r = n > 0 && use->n > 0 ? 0 : -EINVAL;

    for (size_t i = 0; r == 0 && i < use->n; i++)
        r = row_write(tx, use, i, voucher_id);
    return r < 0 ? r : entries_write(tx, use, voucher_id, lines, n);
}

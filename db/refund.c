/* refund.c - see refund.h. */
#include "db/refund.h"

#include "db/bank.h"
#include "db/ledger.h"

static int part_pay(struct tx *tx, const struct refund *refund, int64_t voucher_id,
                    const struct fund_sum *part)
{
    const struct account_ask ask = {
        .project_id = refund->project_id, .building_id = refund->building_id, .fund = part->fund};
    int64_t account_id = 0, debit_id = 0, credit_id = 0;
    int r = account_for(tx, &ask, &account_id);

    if (r == 0)
        r = ledger_deal(tx, refund->project_id, refund->deal_id, part->fund, &debit_id);
    if (r == 0)
        r = ledger_tender(tx, refund->project_id, TENDER_TRANSFER, account_id, &credit_id);
    return r < 0 ? r : ledger_enter(tx, voucher_id, debit_id, credit_id, part->fen);
}

int refund_pay(struct tx *tx, const struct refund *refund)
{
    struct voucher v = {.kind = VOUCHER_REFUND,
                        .project_id = refund->project_id,
                        .deal_id = refund->deal_id,
                        .change_id = refund->change_id,
                        .note = refund->note};
    struct fund_sum sums[FUND_COUNT];
    int64_t id = 0;
    size_t n = 0;
    int r = db_get(tx->db, &v.customer_id, "SELECT customer_id FROM deal WHERE id = $1", "i",
                   refund->deal_id);

    if (r >= 0)
        r = ledger_deal_sums(tx, refund->deal_id, sums, &n);
    fund_sums_take(sums, &n, refund->amount_fen);
    if (r == 0)
        r = voucher_make(tx, &v, &id);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = part_pay(tx, refund, id, &sums[i]);
    return r;
}

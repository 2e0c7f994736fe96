/* refund_payer.c - who paid for a deal, and how much of it can still go back. See refund_impl.h.
 *
 * Who paid is who the vouchers name, on the deal and on those it was exchanged for. Of a loan it is
 * the bank: as the arrival names it, else the mortgage of its deal, else the terms. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/customer.h"
#include "db/deal_scope.h"
#include "db/refund_impl.h"
#include "db/sight.h"

#define LOAN "a.fund " REFUND_LOAN_FUNDS
/* Also of a voucher that pays a refund, or takes that back. */
#define LENDER                                                                                     \
    "COALESCE((SELECT f.lender FROM refund f WHERE f.voucher_id = v.id), (SELECT f.lender FROM "   \
    "refund_reversal x JOIN refund f ON f.id = x.refund_id WHERE v.id IN (x.voucher_id, "          \
    "x.by_id)), (SELECT b.name FROM voucher_tender t JOIN bank b ON b.id = t.bank_id WHERE "       \
    "t.voucher_id = COALESCE(v.reverses_id, v.id) ORDER BY t.ordinal LIMIT 1), (SELECT m.bank "    \
    "FROM mortgage m WHERE m.deal_id = v.deal_id AND (m.kind = 'fund') = (a.fund = 'fund_loan') "  \
    "ORDER BY m.id DESC LIMIT 1), (SELECT k.bank FROM deal d JOIN terms k ON k.id = d.terms_id "   \
    "WHERE d.id = v.deal_id), '')"

/* Of a deal's own accounts, and of those of its agency fees. */
static const char payers_sql[] =
    "WITH RECURSIVE chain(id) AS (SELECT $1 UNION ALL SELECT d.from_deal_id FROM chain JOIN deal "
    "d ON d.id = chain.id WHERE d.from_deal_id IS NOT NULL), a(id, fund) AS (SELECT o.id, CASE "
    "WHEN o.fund " REFUND_LOAN_FUNDS " THEN o.fund ELSE '' END FROM chain c JOIN ledger_account o "
    "ON o.deal_id = c.id UNION ALL SELECT o.id, o.fund FROM chain c JOIN deal_fee k ON "
    "k.deal_id = c.id JOIN ledger_account o ON o.deal_fee_id = k.id) SELECT x.customer_id, "
    "x.lender, x.fund, SUM(x.fen) FROM (SELECT CASE WHEN " LOAN " THEN 0 ELSE v.customer_id END "
    "AS customer_id, CASE WHEN " LOAN " THEN " LENDER " ELSE '' END AS lender, a.fund, CASE WHEN "
    "e.credit_id = a.id THEN e.amount_fen ELSE -e.amount_fen END AS fen FROM a JOIN ledger_entry "
    "e ON e.credit_id = a.id OR e.debit_id = a.id JOIN voucher v ON v.id = e.voucher_id WHERE "
    "v.kind <> 'forfeit' UNION ALL SELECT CASE WHEN f.lender = '' THEN f.customer_id ELSE 0 END, "
    "f.lender, a.fund, -l.amount_fen FROM a JOIN refund_line l ON l.account_id = a.id JOIN refund "
    "f ON f.id = l.refund_id WHERE f.state " REFUND_OPEN ") x GROUP BY x.customer_id, x.lender, "
    "x.fund HAVING SUM(x.fen) > 0 ORDER BY x.fund, x.customer_id, x.lender";

static bool of_lender(const struct refund_paid_in *p)
{
    return p->fund != FUND_COUNT && funds[p->fund].class == FUND_CLASS_LOAN;
}

int refund_payers_read(struct tx *tx, int64_t deal_id, struct refund_payers *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, payers_sql, "i", deal_id);

    ret->n = 0;
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct refund_paid_in *p = &ret->of[ret->n];

        if (ret->n == REFUND_PAYERS_MAX) {
            r = -E2BIG;
            break;
        }
        *p = (struct refund_paid_in){.customer_id = stmt_int(s, 0),
                                     .fund = fund_find(stmt_text(s, 2)),
                                     .fen = stmt_int(s, 3)};
        snprintf(p->lender, sizeof(p->lender), "%s", stmt_text(s, 1));
        ret->n++;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int refund_lender_named(struct tx *tx, const struct refund_payers *payers)
{
    for (size_t i = 0; i < payers->n; i++)
        if (of_lender(&payers->of[i]) && !payers->of[i].lender[0])
            return fault_set(tx->fault, FAULT_REFUND_LENDER, NULL);
    return 0;
}

int refund_lenders_known(struct tx *tx, int64_t deal_id)
{
    struct refund_payers payers;
    int r = refund_payers_read(tx, deal_id, &payers);

    return r < 0 ? r : refund_lender_named(tx, &payers);
}

/* ---- for the page ---- */

/* What one paid for the house, and for agency fees. */
static int64_t paid_by(const struct refund_payers *payers, int64_t customer_id, enum fund fund)
{
    for (size_t i = 0; i < payers->n; i++)
        if (payers->of[i].customer_id == customer_id && payers->of[i].fund == fund)
            return payers->of[i].fen;
    return 0;
}

static int customer_give(struct tx *tx, const struct refund_payers *payers, int64_t customer_id,
                         int (*each)(void *arg, const struct refund_payer *payer), void *arg)
{
    struct refund_payer payer = {.free_fen = paid_by(payers, customer_id, FUND_COUNT),
                                 .fees_free_fen = paid_by(payers, customer_id, FUND_AGENCY_FEE)};
    char masked[CONTACT_NAME_TEXT];
    struct stmt *s;
    int r = db_query(tx->db, &s, "SELECT name, kind FROM customer WHERE id = $1", "i", customer_id);

    if (r == 0)
        r = stmt_step(s);
    if (r < 0)
        return r;
    payer.customer = name_shown(tx, stmt_text(s, 0), stmt_text(s, 1), masked);
    r = sight_id(tx, customer_id, &payer.customer_id);
    if (r == 0)
        r = each(arg, &payer);
    stmt_reset(s);
    return r;
}

static int payer_give(struct tx *tx, const struct refund_payers *payers, size_t i,
                      int (*each)(void *arg, const struct refund_payer *payer), void *arg)
{
    const struct refund_paid_in *p = &payers->of[i];

    if (of_lender(p))
        return each(arg, &(struct refund_payer){.lender = p->lender,
                                                .customer = p->lender,
                                                .fund = funds[p->fund].code,
                                                .free_fen = p->fen});
    /* Who paid both is told of once. */
    if (p->fund == FUND_AGENCY_FEE && paid_by(payers, p->customer_id, FUND_COUNT) > 0)
        return 0;
    return customer_give(tx, payers, p->customer_id, each, arg);
}

int refund_payer_each(struct tx *tx, int64_t deal_id,
                      int (*each)(void *arg, const struct refund_payer *payer), void *arg)
{
    struct refund_payers payers;
    struct deal_place place;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = refund_payers_read(tx, deal_id, &payers);
    for (size_t i = 0; r == 0 && i < payers.n; i++)
        r = payer_give(tx, &payers, i, each, arg);
    return r;
}

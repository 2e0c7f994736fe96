/* receipt_check.c - whether money may be taken, for what, how and to which account (FC 27.6, 27.7).
 * See receipt_impl.h. */
#include <errno.h>
#include <string.h>

#include "db/bank.h"
#include "db/deal_fee.h"
#include "db/deal_scope.h"
#include "db/late.h"
#include "db/receipt_impl.h"
#include "db/receivable.h"
#include "db/shift.h"

static int fund_refuse(struct tx *tx, enum fault_code code, enum fund fund, const char *amount)
{
    return fault_set(tx->fault, code, "fund", funds[fund].zh, "fund_en", funds[fund].en, "amount",
                     amount, NULL);
}

/* ---- whose it is ---- */

/* No money before a valid permit (Measures for the Sale of Commodity Housing 22): of the unit, or
 * of some unit of the project. */
static int permit_check(struct paying *p)
{
    static const char *const sql[] = {
        "SELECT COUNT(*) FROM permit p WHERE p.project_id = $1 AND p.revoked_ms IS NULL AND "
        "(p.expires_ms IS NULL OR p.expires_ms > $2)",
        "SELECT COUNT(*) FROM permit_unit x JOIN permit p ON p.id = x.permit_id "
        "WHERE x.unit_id = $1 AND p.revoked_ms IS NULL AND (p.expires_ms IS NULL OR "
        "p.expires_ms > $2)"};
    const bool deal = p->deal.id != 0;
    int64_t permits = 0;
    int r = deal ? db_get(p->tx->db, &permits, sql[1], "ii", p->deal.unit_id, p->tx->now_ms)
                 : db_get(p->tx->db, &permits, sql[0], "ii", p->project_id, p->tx->now_ms);

    if (r < 0 || permits > 0)
        return r < 0 ? r : 0;
    return deal ? fault_set(p->tx->fault, FAULT_G1_PERMIT, "unit", p->deal.unit, NULL)
                : fault_set(p->tx->fault, FAULT_PAY_PERMIT, NULL);
}

static int payer_check(struct paying *p)
{
    int64_t buyers = 0;
    int r;

    p->customer_id = p->p->customer_id ? p->p->customer_id : p->deal.customer_id;
    r = db_get(p->tx->db, &buyers,
               "SELECT COUNT(*) FROM deal_party WHERE deal_id = $1 AND customer_id = $2 AND "
               "ended_ms IS NULL",
               "ii", p->deal.id, p->customer_id);
    if (r < 0 || buyers > 0)
        return r < 0 ? r : 0;
    return fault_set(p->tx->fault, FAULT_PAY_PAYER, NULL);
}

static int whose(struct paying *p)
{
    int r;

    if (p->p->deal_id) {
        r = deal_now_read(p->tx, p->p->deal_id, 0, &p->deal);
        p->project_id = p->deal.project_id;
        return r < 0 ? r : payer_check(p);
    }
    p->project_id = p->p->project_id;
    p->customer_id = p->p->customer_id;
    r = tx_need_project(p->tx, p->project_id);
    return r < 0 ? r : deal_customer_need(p->tx, p->customer_id, 0);
}

/* ---- what for ---- */

/* Of what is counted together with line @i, how much the lines before it take. */
static int64_t taken_before(const struct paying *p, size_t i)
{
    int64_t fen = 0;

    for (size_t k = 0; k < i; k++)
        if (receivable_together(p->funds[k], p->funds[i]) && p->deal_fees[k] == p->deal_fees[i])
            fen += p->p->lines[k].amount_fen;
    return fen;
}

/* What can be taken for line @i: a late fee that is owed becomes due lines now, as far as it is
 * taken. */
static int room_read(struct paying *p, size_t i, int64_t *ret_fen)
{
    const int64_t fen = taken_before(p, i) + p->p->lines[i].amount_fen;
    int r = receivable_room(p->tx, p->deal.id, p->funds[i], ret_fen);

    if (r < 0 || p->funds[i] != FUND_LATE_FEE || fen <= *ret_fen)
        return r;
    r = late_charge(p->tx, p->deal.id, fen - *ret_fen);
    return r < 0 ? r : receivable_room(p->tx, p->deal.id, p->funds[i], ret_fen);
}

static int due_check(struct paying *p, size_t i)
{
    char text[DEAL_YUAN];
    int64_t room = 0;
    int r = p->agency ? deal_fee_room(p->tx, p->deal.id, p->p->fees[i], &p->deal_fees[i], &room)
                      : room_read(p, i, &room);

    room -= taken_before(p, i);
    if (r < 0 || p->p->lines[i].amount_fen <= room)
        return r;
    deal_yuan(room < 0 ? 0 : room, text);
    return fund_refuse(p->tx, FAULT_PAY_BEYOND_DUE, p->funds[i], text);
}

/* A customer's own is earnest money and nothing else, and that is nobody's deal. */
static int line_check(struct paying *p, size_t i)
{
    const enum fund fund = fund_find(p->p->lines[i].fund);
    bool fits;

    if (fund == FUND_COUNT)
        return -EINVAL;
    p->funds[i] = fund;
    p->total_fen += p->p->lines[i].amount_fen;
    fits = p->deal.id ? fund != FUND_EARNEST && funds[fund].paper != FUND_PAPER_VOUCHER
                      : fund == FUND_EARNEST;
    if (i == 0)
        p->agency = funds[fund].paper == FUND_PAPER_AGENCY_RECEIPT;
    if (!fits)
        return fund_refuse(p->tx, FAULT_PAY_FUND, fund, NULL);
    if (p->agency != (funds[fund].paper == FUND_PAPER_AGENCY_RECEIPT))
        return fault_set(p->tx->fault, FAULT_BOOK_KIND, NULL);
    if (!p->agency && p->p->fees[i])
        return fault_set(p->tx->fault, FAULT_PAY_FEE, NULL);
    return p->deal.id ? due_check(p, i) : 0;
}

static int account_check(struct paying *p, size_t i)
{
    const struct account_ask ask = {.project_id = p->project_id,
                                    .building_id = p->deal.building_id,
                                    .unit_id = p->deal.unit_id,
                                    .fund = p->funds[i]};
    int64_t account_id = 0;
    int r = account_for(p->tx, &ask, &account_id);

    if (r == 0 && i > 0 && account_id != p->use.account_id)
        return fault_set(p->tx->fault, FAULT_ACCOUNT_MIXED, NULL);
    p->use.account_id = account_id;
    return r;
}

/* ---- all of it ---- */

int payment_check(struct paying *p)
{
    int r = whose(p);

    if (r == 0)
        r = permit_check(p);
    if (r == 0)
        r = shift_need(p->tx, &p->shift_id);
    for (size_t i = 0; r == 0 && i < p->p->n_lines; i++)
        r = line_check(p, i);
    for (size_t i = 0; r == 0 && i < p->p->n_lines; i++)
        r = account_check(p, i);
    p->use.given = p->p->tenders;
    p->use.n = p->p->n_tenders;
    p->use.project_id = p->project_id;
    if (r == 0)
        r = tender_use_check(p->tx, &p->use, p->total_fen);
    return r < 0 ? r : receipt_earmarks_check(p);
}

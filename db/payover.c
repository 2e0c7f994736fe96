/* payover.c - see payover.h. */
#include "db/payover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/bank.h"
#include "db/deal_write.h"
#include "db/ledger.h"
#include "db/user.h"

#define UNIT_SAID "b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room"

enum { NAME_TEXT = 100 * 4 + 1, UNIT_TEXT = 256 };

struct paying {
    struct tx *tx;
    const struct payover *p;
    char fee[NAME_TEXT], payee[NAME_TEXT];
    struct tender_line *lines;
    struct tender_use use;
    int64_t total_fen, voucher_id;
};

/* ---- whether it may be ---- */

static int payee_read(struct paying *p)
{
    struct stmt *s;
    int r =
        tx_own(p->tx, &s, "SELECT project_id, name, payee FROM fee WHERE id = $1", p->p->fee_id);

    if (r < 0)
        return r;
    if (stmt_int(s, 0) != p->p->project_id)
        r = fault_set(p->tx->fault, FAULT_NOT_FOUND, NULL);
    snprintf(p->fee, sizeof(p->fee), "%s", stmt_text(s, 1));
    snprintf(p->payee, sizeof(p->payee), "%s", stmt_text(s, 2));
    stmt_reset(s);
    if (r == 0 && !p->payee[0])
        r = fault_set(p->tx->fault, FAULT_PAYOVER_PAYEE, "fee", p->fee, NULL);
    return r;
}

/* All of it lies on one account. */
static int account_check(struct paying *p, size_t i, int64_t building_id)
{
    const struct account_ask ask = {
        .project_id = p->p->project_id, .building_id = building_id, .fund = FUND_AGENCY_FEE};
    int64_t account_id = 0;
    int r = account_for(p->tx, &ask, &account_id);

    if (r == 0 && i > 0 && account_id != p->use.account_id)
        return fault_set(p->tx->fault, FAULT_ACCOUNT_MIXED, NULL);
    p->use.account_id = account_id;
    return r;
}

static int balance_check(struct paying *p, size_t i, const char *unit)
{
    char text[DEAL_YUAN];
    int64_t fen = 0;
    int r = ledger_free(p->tx, p->lines[i].account_id, &fen);

    if (r < 0 || p->lines[i].fen <= fen)
        return r;
    deal_yuan(fen, text);
    return fault_set(p->tx->fault, FAULT_PAYOVER_BEYOND, "unit", unit, "amount", text, NULL);
}

static int line_check(struct paying *p, size_t i)
{
    const struct payover_line *line = &p->p->lines[i];
    char unit[UNIT_TEXT] = "";
    int64_t building_id = 0;
    struct stmt *s;
    int r = db_query(p->tx->db, &s,
                     "SELECT u.building_id, " UNIT_SAID " FROM deal_fee x JOIN deal d ON "
                     "d.id = x.deal_id JOIN unit u ON u.id = d.unit_id JOIN building b ON "
                     "b.id = u.building_id JOIN stair st ON st.id = u.stair_id WHERE x.id = $1 AND "
                     "x.fee_id = $2",
                     "ii", line->deal_fee_id, p->p->fee_id);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        building_id = stmt_int(s, 0);
        snprintf(unit, sizeof(unit), "%s", stmt_text(s, 1));
    }
    stmt_reset(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(p->tx->fault, FAULT_NOT_FOUND, NULL);
    for (size_t k = 0; k < i; k++)
        if (p->p->lines[k].deal_fee_id == line->deal_fee_id)
            return fault_set(p->tx->fault, FAULT_PAYOVER_TWICE, NULL);
    p->lines[i].fen = line->amount_fen;
    p->total_fen += line->amount_fen;
    r = ledger_fee(p->tx, p->p->project_id, line->deal_fee_id, &p->lines[i].account_id);
    if (r == 0)
        r = account_check(p, i, building_id);
    return r < 0 ? r : balance_check(p, i, unit);
}

/* Cash is somebody's shift; what goes to a payee goes from bank to bank. */
static int tender_check(struct paying *p)
{
    const struct tender_info *cash = &tenders[TENDER_CASH];

    if (p->p->tender.tender && strcmp(p->p->tender.tender, cash->code) == 0)
        return fault_set(p->tx->fault, FAULT_PAY_OUT, "tender", cash->zh, "tender_en", cash->en,
                         NULL);
    p->use.given = &p->p->tender;
    p->use.n = 1;
    p->use.project_id = p->p->project_id;
    p->use.out = true;
    return tender_use_check(p->tx, &p->use, p->total_fen);
}

/* ---- done ---- */

static int payover_write(struct paying *p)
{
    const struct voucher v = {
        .kind = VOUCHER_PAYOVER, .project_id = p->p->project_id, .note = p->p->note};
    int r = voucher_make(p->tx, &v, &p->voucher_id);

    if (r == 0)
        r = db_run(p->tx->db, "INSERT INTO payover (voucher_id, fee_id, payee) VALUES ($1, $2, $3)",
                   "iit", p->voucher_id, p->p->fee_id, p->payee);
    return r < 0 ? r : tender_use_write(p->tx, &p->use, p->voucher_id, p->lines, p->p->n_lines);
}

static int paid_log(struct paying *p)
{
    const int64_t deals = (int64_t)p->p->n_lines;
    struct trail trail = {0};

    trail_int(&trail, "voucher_id", NULL, &p->voucher_id);
    trail_text(&trail, "payee", NULL, p->payee);
    trail_text(&trail, "reference", NULL, p->p->tender.reference);
    trail_int(&trail, "deals", NULL, &deals);
    trail_int(&trail, "amount_fen", NULL, &p->total_fen);
    return audit_add(p->tx, "fee.payover", "fee", p->p->fee_id, p->p->project_id, &trail);
}

int payover_make(struct tx *tx, const struct payover *payover, int64_t *ret_id)
{
    struct paying p = {.tx = tx, .p = payover};
    int r;

    if (payover->n_lines == 0 || payover->n_lines > PAYOVER_LINES_MAX)
        return -EINVAL;
    p.lines = calloc(payover->n_lines, sizeof(*p.lines));
    r = p.lines ? payee_read(&p) : -ENOMEM;
    for (size_t i = 0; r == 0 && i < payover->n_lines; i++)
        r = line_check(&p, i);
    if (r == 0)
        r = tender_check(&p);
    if (r == 0)
        r = payover_write(&p);
    if (r == 0)
        r = paid_log(&p);
    if (r == 0)
        *ret_id = p.voucher_id;
    free(p.lines);
    return r;
}

/* ---- taken back ---- */

int payover_project(struct tx *tx, int64_t id, int64_t *ret_project_id)
{
    struct stmt *s;
    int r = tx_own(tx, &s,
                   "SELECT v.project_id FROM payover p JOIN voucher v ON v.id = p.voucher_id "
                   "WHERE p.voucher_id = $1",
                   id);

    if (r < 0)
        return r;
    *ret_project_id = stmt_int(s, 0);
    stmt_reset(s);
    return 0;
}

int payover_reverse(struct tx *tx, int64_t id, const char *reason)
{
    struct voucher v = {.kind = VOUCHER_REVERSAL, .reverses_id = id, .note = reason};
    struct trail trail = {0};
    int64_t by = 0, fee_id = 0, reversed = 0;
    int r = payover_project(tx, id, &v.project_id);

    if (r == 0 && (!reason || !reason[0]))
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = db_get(tx->db, &reversed, "SELECT COUNT(*) FROM voucher WHERE reverses_id = $1", "i",
                   id);
    if (r >= 0 && reversed)
        return fault_set(tx->fault, FAULT_PAYOVER_REVERSED, NULL);
    if (r >= 0)
        r = db_get(tx->db, &fee_id, "SELECT fee_id FROM payover WHERE voucher_id = $1", "i", id);
    if (r >= 0)
        r = voucher_make(tx, &v, &by);
    if (r == 0)
        r = ledger_reverse(tx, id, by);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE slip SET freed_id = $2 WHERE voucher_id = $1 AND freed_id IS NULL", "ii",
                   id, by);
    if (r < 0)
        return r;
    trail_int(&trail, "voucher_id", NULL, &id);
    trail_text(&trail, "reason", NULL, reason);
    return audit_add(tx, "fee.payover-reversed", "fee", fee_id, v.project_id, &trail);
}

/* ---- read ---- */

#define PAID_BY     USER_NAMED("v.actor")
#define REVERSED_BY USER_NAMED("x.actor")
static const char list_sql[] =
    "SELECT v.id, v.number, v.project_id, p.fee_id, t.amount_fen, (SELECT COUNT(*) FROM "
    "ledger_entry e WHERE e.voucher_id = v.id), v.at_ms, t.account_id, n.name, p.payee, v.day, "
    "t.tender, t.reference, v.note, " PAID_BY ", x.at_ms, x.note, CASE WHEN x.id IS NOT NULL "
    "THEN " REVERSED_BY " END FROM payover p JOIN voucher v ON v.id = p.voucher_id JOIN fee n ON "
    "n.id = p.fee_id JOIN voucher_tender t ON t.voucher_id = v.id LEFT JOIN voucher x ON "
    "x.reverses_id = v.id WHERE v.project_id = $1 AND ($2 = 0 OR p.fee_id = $2) AND ($3 = 0 OR "
    "v.id = $3) AND ($4 = 0 OR v.id < $4) ORDER BY v.id DESC LIMIT $5";

int payover_each(struct tx *tx, const struct payover_filter *f,
                 int (*each)(void *arg, const struct payover_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, f->project_id);

    if (r == 0)
        r = db_query(tx->db, &s, list_sql, "iiiii", f->project_id, f->fee_id, f->id, f->before_id,
                     (int64_t)f->limit);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct payover_row row = {.id = stmt_int(s, 0),
                                        .number = stmt_int(s, 1),
                                        .project_id = stmt_int(s, 2),
                                        .fee_id = stmt_int(s, 3),
                                        .total_fen = stmt_int(s, 4),
                                        .deals = stmt_int(s, 5),
                                        .at_ms = stmt_int(s, 6),
                                        .account_id = stmt_int(s, 7),
                                        .fee = stmt_text(s, 8),
                                        .payee = stmt_text(s, 9),
                                        .day = stmt_text(s, 10),
                                        .tender = stmt_text(s, 11),
                                        .reference = stmt_text(s, 12),
                                        .note = stmt_text(s, 13),
                                        .user = stmt_text(s, 14),
                                        .reversed_ms = stmt_int(s, 15),
                                        .reason = stmt_text(s, 16),
                                        .reversed_by = stmt_text(s, 17)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int payover_deal_each(struct tx *tx, int64_t id,
                      int (*each)(void *arg, const struct payover_deal *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT x.deal_id, e.amount_fen, " UNIT_SAID " FROM ledger_entry e JOIN "
                     "ledger_account a ON a.id = e.debit_id JOIN deal_fee x ON x.id = "
                     "a.deal_fee_id JOIN deal d ON d.id = x.deal_id JOIN unit u ON u.id = "
                     "d.unit_id JOIN building b ON b.id = u.building_id JOIN stair st ON "
                     "st.id = u.stair_id WHERE e.voucher_id = $1 ORDER BY e.id",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct payover_deal row = {stmt_int(s, 0), stmt_int(s, 1), stmt_text(s, 2)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* deal_fee.c - agency fees are chosen, worked out, carried on. See deal_fee.h. */
#include "db/deal_fee.h"

#include <errno.h>
#include <stdio.h>

#include "db/deal_fee_impl.h"
#include "db/deal_write.h"
#include "db/ledger.h"
#include "db/unit_class.h"

enum { NAME_TEXT = 60 * 4 + 1 };

/* ---- how much ---- */

int deal_fee_base_read(struct tx *tx, int64_t deal_id, struct deal_fee_base *ret)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT t.total_fen, COALESCE((SELECT a.gross FROM unit_area a WHERE "
                     "a.unit_id = u.id ORDER BY CASE a.stage WHEN 'measured' THEN 0 WHEN "
                     "'premeasured' THEN 1 ELSE 2 END LIMIT 1), 0), u.class FROM deal d JOIN terms "
                     "t ON t.id = d.terms_id JOIN unit u ON u.id = d.unit_id WHERE d.id = $1",
                     "i", deal_id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1)
        *ret =
            (struct deal_fee_base){stmt_int(s, 0), stmt_int(s, 1), class_set_read(stmt_text(s, 2))};
    stmt_reset(s);
    return r == 1 ? 0 : r < 0 ? r : -EBADMSG;
}

bool deal_fee_fits(const struct deal_fee_base *of, const struct fee_row *fee)
{
    return fee->formula != FEE_NONE && (fee->classes == 0 || (fee->classes & of->class) != 0);
}

int deal_fee_sum(const struct deal_fee_base *of, const struct fee_row *fee, int64_t *ret_base,
                 int64_t *ret_fen)
{
    *ret_base = fee->formula == FEE_AREA ? of->area : fee->formula == FEE_PRICE ? of->price_fen : 0;
    return fee_sum(fee->formula, fee->rate, *ret_base, ret_fen);
}

/* ---- chosen ---- */

/* A fee of the project, worked out for a deal. */
struct working {
    struct tx *tx;
    int64_t deal_id, fee_id;
    struct deal_fee_base of;
    bool found;
    struct fee_row fee; /* its texts do not live on, but for the name */
    char name[NAME_TEXT];
    int64_t base, fen;
};

static int fee_take(void *arg, const struct fee_row *row)
{
    struct working *w = arg;

    w->found = true;
    w->fee = *row;
    snprintf(w->name, sizeof(w->name), "%s", row->name);
    return 0;
}

static int work_out(struct working *w, int64_t project_id)
{
    int r = fee_each(w->tx, project_id, w->fee_id, fee_take, w);

    if (r < 0)
        return r;
    if (w->fee_id <= 0 || !w->found)
        return fault_set(w->tx->fault, FAULT_NOT_FOUND, NULL);
    if (!deal_fee_fits(&w->of, &w->fee))
        return fault_set(w->tx->fault, FAULT_FEE_UNFIT, "fee", w->name, NULL);
    r = deal_fee_sum(&w->of, &w->fee, &w->base, &w->fen);
    return r == -ERANGE ? fault_set(w->tx->fault, FAULT_FEE_SUM, "fee", w->name, NULL) : r;
}

/* One that was taken back stands again, as of now. 0 when it stands already. */
static int row_write(struct working *w, int64_t *ret_id)
{
    return db_get(w->tx->db, ret_id,
                  "INSERT INTO deal_fee (deal_id, fee_id, formula, rate, base, amount_fen, actor, "
                  "at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (deal_id, fee_id) "
                  "DO UPDATE SET formula = excluded.formula, rate = excluded.rate, base = "
                  "excluded.base, amount_fen = excluded.amount_fen, actor = excluded.actor, at_ms "
                  "= excluded.at_ms, ended_ms = NULL, version = deal_fee.version + 1 WHERE "
                  "deal_fee.ended_ms IS NOT NULL RETURNING id",
                  "iitiiiti", w->deal_id, w->fee_id, fee_formulas[w->fee.formula], w->fee.rate,
                  w->base, w->fen, w->tx->actor->name, w->tx->now_ms);
}

static int choice_log(const struct deal_now *deal, struct working *w, const int64_t *was,
                      const char *action)
{
    struct trail trail = {0};

    trail_int(&trail, "fee_id", NULL, &w->fee_id);
    trail_text(&trail, "fee", NULL, w->name);
    trail_int(&trail, "amount_fen", was, &w->fen);
    return deal_log(w->tx, deal, action, &trail);
}

static int choose(struct tx *tx, const struct deal_now *deal, const struct deal_fee_base *of,
                  int64_t fee_id)
{
    struct working w = {.tx = tx, .deal_id = deal->id, .fee_id = fee_id, .of = *of};
    int64_t id = 0;
    int r = work_out(&w, deal->project_id);

    if (r < 0)
        return r;
    r = row_write(&w, &id);
    if (r == 0)
        return fault_set(tx->fault, FAULT_FEE_CHOSEN, "fee", w.name, NULL);
    return r < 0 ? r : choice_log(deal, &w, NULL, "deal.fee-chosen");
}

int deal_fee_choose(struct tx *tx, int64_t deal_id, const int64_t *fee_ids, size_t n)
{
    struct deal_fee_base of;
    struct deal_now deal;
    int r = deal_now_read(tx, deal_id, 0, &deal);

    if (r == 0 && deal.stage == 'B')
        return fault_set(tx->fault, FAULT_FEE_STAGE, NULL);
    if (r == 0)
        r = deal_fee_base_read(tx, deal_id, &of);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = choose(tx, &deal, &of, fee_ids[i]);
    return r;
}

/* ---- worked out anew, taken back ---- */

struct standing {
    int64_t id, deal_id, fee_id, amount_fen;
    char name[NAME_TEXT];
    struct deal_now deal;
};

/* One that stands in a live deal that is seen. */
static int standing_read(struct tx *tx, int64_t id, int64_t version, struct standing *ret)
{
    int64_t there = 0;
    bool ended;
    struct stmt *s;
    int r = tx_row(tx, &s,
                   "SELECT f.project_id, x.deal_id, x.fee_id, x.amount_fen, x.version, f.name, "
                   "x.ended_ms IS NOT NULL FROM deal_fee x JOIN fee f ON f.id = x.fee_id WHERE "
                   "x.id = $1",
                   id);

    if (r < 0)
        return r;
    *ret = (struct standing){.id = id,
                             .deal_id = stmt_int(s, 1),
                             .fee_id = stmt_int(s, 2),
                             .amount_fen = stmt_int(s, 3)};
    there = stmt_int(s, 4);
    snprintf(ret->name, sizeof(ret->name), "%s", stmt_text(s, 5));
    ended = stmt_int(s, 6) != 0;
    stmt_reset(s);
    r = deal_now_read(tx, ret->deal_id, 0, &ret->deal);
    if (r < 0)
        return r;
    if (ended)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return there == version ? 0
                            : fault_set(tx->fault, FAULT_VERSION_CHANGED, "what", ret->name, NULL);
}

int deal_fee_renew(struct tx *tx, int64_t id, int64_t version, int64_t *ret_deal_id)
{
    struct standing now;
    struct working w = {.tx = tx};
    int r = standing_read(tx, id, version, &now);

    if (r < 0)
        return r;
    w.deal_id = now.deal_id;
    w.fee_id = now.fee_id;
    r = deal_fee_base_read(tx, w.deal_id, &w.of);
    if (r == 0)
        r = work_out(&w, now.deal.project_id);
    if (r == 0)
        r = db_run(tx->db,
                   "UPDATE deal_fee SET formula = $2, rate = $3, base = $4, amount_fen = $5, "
                   "version = version + 1 WHERE id = $1",
                   "itiii", id, fee_formulas[w.fee.formula], w.fee.rate, w.base, w.fen);
    if (r < 0)
        return r;
    *ret_deal_id = now.deal_id;
    return choice_log(&now.deal, &w, &now.amount_fen, "deal.fee-renewed");
}

/* What is on its account, and what went to the payee: what came in for it and stays. */
static int kept_read(struct tx *tx, int64_t id, int64_t *ret_fen)
{
    int64_t fen = 0;
    int r = db_get(tx->db, &fen,
                   "SELECT COALESCE(SUM(CASE WHEN e.credit_id = a.id THEN e.amount_fen ELSE "
                   "-e.amount_fen END), 0) FROM ledger_account a JOIN ledger_entry e ON "
                   "e.credit_id = a.id OR e.debit_id = a.id JOIN voucher v ON v.id = e.voucher_id "
                   "LEFT JOIN voucher o ON o.id = v.reverses_id WHERE a.deal_fee_id = $1 AND "
                   "COALESCE(o.kind, v.kind) <> 'payover'",
                   "i", id);

    *ret_fen = fen;
    return r < 0 ? r : 0;
}

int deal_fee_end(struct tx *tx, int64_t id, int64_t version, const char *reason,
                 int64_t *ret_deal_id)
{
    struct trail trail = {0};
    struct standing now;
    int64_t fen = 0;
    int r = standing_read(tx, id, version, &now);

    if (r == 0 && (!reason || !reason[0]))
        return fault_set(tx->fault, FAULT_REASON_NEEDED, NULL);
    if (r == 0)
        r = kept_read(tx, id, &fen);
    if (r == 0 && fen > 0)
        return fault_set(tx->fault, FAULT_FEE_MONEY, "fee", now.name, NULL);
    if (r == 0)
        r = db_run(tx->db, "UPDATE deal_fee SET ended_ms = $2, version = version + 1 WHERE id = $1",
                   "ii", id, tx->now_ms);
    if (r < 0)
        return r;
    trail_int(&trail, "fee_id", NULL, &now.fee_id);
    trail_text(&trail, "fee", now.name, NULL);
    trail_text(&trail, "reason", NULL, reason);
    *ret_deal_id = now.deal_id;
    return deal_log(tx, &now.deal, "deal.fee-ended", &trail);
}

/* ---- for its money ---- */

int deal_fee_find(struct tx *tx, int64_t deal_id, int64_t fee_id, int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id, "SELECT id FROM deal_fee WHERE deal_id = $1 AND fee_id = $2",
                   "ii", deal_id, fee_id);

    if (r == 0)
        return fault_set(tx->fault, FAULT_PAY_FEE, NULL);
    return r < 0 ? r : 0;
}

int deal_fee_room(struct tx *tx, int64_t deal_id, int64_t fee_id, int64_t *ret_id, int64_t *ret_fen)
{
    int64_t amount = 0, kept = 0;
    int r = deal_fee_find(tx, deal_id, fee_id, ret_id);

    if (r < 0)
        return r;
    r = db_get(tx->db, &amount,
               "SELECT amount_fen FROM deal_fee WHERE id = $1 AND ended_ms IS NULL", "i", *ret_id);
    if (r == 0)
        return fault_set(tx->fault, FAULT_PAY_FEE, NULL);
    if (r > 0)
        r = kept_read(tx, *ret_id, &kept);
    if (r == 0)
        *ret_fen = amount > kept ? amount - kept : 0;
    return r;
}

int deal_fee_has_money(struct tx *tx, int64_t deal_id, bool *ret_has)
{
    int64_t n = 0;
    int r = db_get(tx->db, &n,
                   "SELECT COUNT(*) FROM deal_fee x JOIN ledger_account a ON a.deal_fee_id = x.id "
                   "WHERE x.deal_id = $1 AND EXISTS (SELECT 1 FROM ledger_entry e WHERE "
                   "e.credit_id = a.id)",
                   "i", deal_id);

    *ret_has = n > 0;
    return r < 0 ? r : 0;
}

/* ---- carried on ---- */

struct carrying {
    struct tx *tx;
    int64_t from_id, to_id, voucher_id;
    const struct voucher *as;
    struct deal_fee_base of;
};

/* What is there of @id goes to @to_id. */
static int money_carry(struct carrying *c, int64_t id, int64_t to_id)
{
    int64_t from = 0, to = 0, fen = 0;
    int r = ledger_fee(c->tx, c->as->project_id, id, &from);

    if (r == 0)
        r = ledger_free(c->tx, from, &fen);
    if (r < 0 || fen == 0)
        return r;
    if (!c->voucher_id)
        r = voucher_make(c->tx, c->as, &c->voucher_id);
    if (r == 0)
        r = ledger_fee(c->tx, c->as->project_id, to_id, &to);
    return r < 0 ? r : ledger_enter(c->tx, c->voucher_id, from, to, fen);
}

/* One of the deal's, behind @id; 0 when there is none. */
static int standing_next(struct carrying *c, int64_t *id, int64_t *ret_fee_id)
{
    struct stmt *s;
    int r = db_query(c->tx->db, &s,
                     "SELECT id, fee_id FROM deal_fee WHERE deal_id = $1 AND id > $2 AND ended_ms "
                     "IS NULL ORDER BY id LIMIT 1",
                     "ii", c->from_id, *id);

    if (r == 0 && (r = stmt_step(s)) == 1) {
        *id = stmt_int(s, 0);
        *ret_fee_id = stmt_int(s, 1);
    }
    stmt_reset(s);
    return r;
}

static int fee_carry(struct carrying *c, int64_t id, int64_t fee_id)
{
    struct working w = {.tx = c->tx, .deal_id = c->to_id, .fee_id = fee_id, .of = c->of};
    int64_t to_id = 0;
    int r = fee_each(c->tx, c->as->project_id, fee_id, fee_take, &w);

    if (r < 0 || !w.found)
        return r;
    if (!deal_fee_fits(&w.of, &w.fee) || deal_fee_sum(&w.of, &w.fee, &w.base, &w.fen) < 0)
        return 0; /* it stays where it is, to be given back */
    r = row_write(&w, &to_id);
    return r <= 0 ? (r < 0 ? r : -EBADMSG) : money_carry(c, id, to_id);
}

int deal_fee_carry(struct tx *tx, int64_t to_deal_id, const struct voucher *as, int64_t *voucher_id)
{
    struct carrying c = {
        .tx = tx, .from_id = as->deal_id, .to_id = to_deal_id, .as = as, .voucher_id = *voucher_id};
    int64_t id = 0, fee_id = 0;
    int r = deal_fee_base_read(tx, to_deal_id, &c.of);

    while (r >= 0 && (r = standing_next(&c, &id, &fee_id)) == 1)
        r = fee_carry(&c, id, fee_id);
    *voucher_id = c.voucher_id;
    return r < 0 ? r : 0;
}

/* deal_fee_read.c - agency fees of deals as they are. See deal_fee.h. */
#include <stdio.h>

#include "db/deal_fee_impl.h"
#include "db/deal_scope.h"
#include "db/sight.h"
#include "db/user.h"

#define UNIT_SAID "b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room"

/* SQL: what vouchers of a kind, less their reversals, brought to account a. */
#define MOVED(kinds)                                                                               \
    "COALESCE((SELECT SUM(CASE WHEN e.credit_id = a.id THEN e.amount_fen ELSE -e.amount_fen END) " \
    "FROM ledger_entry e JOIN voucher v ON v.id = e.voucher_id LEFT JOIN voucher o ON "            \
    "o.id = v.reverses_id WHERE (e.credit_id = a.id OR e.debit_id = a.id) AND "                    \
    "COALESCE(o.kind, v.kind) " kinds "), 0)"
#define ASKED                                                                                      \
    "COALESCE((SELECT SUM(l.amount_fen) FROM refund_line l JOIN refund g ON g.id = l.refund_id "   \
    "WHERE l.account_id = a.id AND g.state IN ('asked', 'approved')), 0)"
#define CAME     MOVED("= 'receipt'")
#define PAID     MOVED("= 'payover'")
#define BACK     MOVED("= 'refund'")
#define WENT     MOVED("= 'exchange'")
#define IS_THERE MOVED("<> ''")
/* Each fee x of a deal with its sums; what is owed is what neither is there nor went on. */
#define FEES                                                                                       \
    "(SELECT k.*, CASE WHEN k.ended = 0 AND k.amount_fen > k.balance + k.paid THEN k.amount_fen "  \
    "- k.balance - k.paid ELSE 0 END AS owed FROM (SELECT x.id, x.version, x.deal_id, x.fee_id, "  \
    "x.formula, x.rate, x.base, x.amount_fen, x.at_ms, x.actor, x.ended_ms IS NOT NULL OR "        \
    "d.closed_ms IS NOT NULL AS ended, d.project_id, d.customer_id, d.unit_id, f.name AS fee, "    \
    "f.payee, " CAME " AS came, -" PAID " AS paid, -" BACK " AS back, -" WENT " AS moved, " ASKED  \
    " AS asked, " IS_THERE                                                                         \
    " AS balance FROM deal_fee x JOIN deal d ON d.id = x.deal_id JOIN fee f "                      \
    "ON f.id = x.fee_id LEFT JOIN ledger_account a ON a.deal_fee_id = x.id WHERE "

static struct deal_fee_sums sums_of(struct stmt *s, int first)
{
    return (struct deal_fee_sums){.collected_fen = stmt_int(s, first),
                                  .paid_over_fen = stmt_int(s, first + 1),
                                  .refunded_fen = stmt_int(s, first + 2),
                                  .moved_fen = stmt_int(s, first + 3),
                                  .asked_fen = stmt_int(s, first + 4),
                                  .balance_fen = stmt_int(s, first + 5)};
}

/* ---- one by one ---- */

#define WRITER USER_NAMED("q.actor")
#define ROW_COLUMNS                                                                                \
    "SELECT q.id, q.version, q.project_id, q.deal_id, q.fee_id, q.at_ms, q.customer_id, c.name, "  \
    "c.kind, q.fee, q.payee, " UNIT_SAID ", " WRITER ", q.formula, q.rate, q.base, q.amount_fen, " \
    "q.owed, q.ended, q.came, q.paid, q.back, q.moved, q.asked, q.balance FROM "
#define ROW_NAMES                                                                                  \
    "JOIN customer c ON c.id = q.customer_id JOIN unit u ON u.id = q.unit_id JOIN building b ON "  \
    "b.id = u.building_id JOIN stair st ON st.id = u.stair_id "

static int row_give(struct tx *tx, struct stmt *s,
                    int (*each)(void *arg, const struct deal_fee_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    struct deal_fee_row row = {.id = stmt_int(s, 0),
                               .version = stmt_int(s, 1),
                               .project_id = stmt_int(s, 2),
                               .deal_id = stmt_int(s, 3),
                               .fee_id = stmt_int(s, 4),
                               .at_ms = stmt_int(s, 5),
                               .customer = name_shown(tx, stmt_text(s, 7), stmt_text(s, 8), masked),
                               .fee = stmt_text(s, 9),
                               .payee = stmt_text(s, 10),
                               .unit = stmt_text(s, 11),
                               .user = stmt_text(s, 12),
                               .formula = fee_formula_find(stmt_text(s, 13)),
                               .rate = stmt_int(s, 14),
                               .base = stmt_int(s, 15),
                               .amount_fen = stmt_int(s, 16),
                               .owed_fen = stmt_int(s, 17),
                               .ended = stmt_int(s, 18) != 0,
                               .sums = sums_of(s, 19)};
    int r = sight_id(tx, stmt_int(s, 6), &row.customer_id);

    return r < 0 ? r : each(arg, &row);
}

static int rows_give(struct tx *tx, struct stmt *s, int r,
                     int (*each)(void *arg, const struct deal_fee_row *row), void *arg)
{
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = row_give(tx, s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int deal_fee_each(struct tx *tx, int64_t deal_id,
                  int (*each)(void *arg, const struct deal_fee_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s = NULL;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = db_query(tx->db, &s,
                     ROW_COLUMNS FEES "x.deal_id = $1) k) q " ROW_NAMES
                                      "WHERE q.ended = 0 OR q.came <> 0 OR q.moved <> 0 "
                                      "ORDER BY q.id",
                     "i", deal_id);
    return rows_give(tx, s, r, each, arg);
}

int deal_fee_list(struct tx *tx, const struct deal_fee_filter *f,
                  int (*each)(void *arg, const struct deal_fee_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, f->project_id);

    if (r == 0)
        r = db_query(
            tx->db, &s,
            ROW_COLUMNS FEES
            "d.project_id = $1 AND ($2 = 0 OR x.fee_id = $2) AND x.id > $4) k) q " ROW_NAMES
            "WHERE CASE $3 WHEN 0 THEN q.ended = 0 OR q.came <> 0 OR q.moved <> 0 WHEN 1 "
            "THEN q.owed > 0 ELSE q.balance > 0 END ORDER BY q.id LIMIT $5",
            "iiiii", f->project_id, f->fee_id, (int64_t)f->which, f->after_id, (int64_t)f->limit);
    return rows_give(tx, s, r, each, arg);
}

/* ---- of each fee ---- */

int deal_fee_totals(struct tx *tx, int64_t project_id,
                    int (*each)(void *arg, const struct fee_sums *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT f.id, f.name, f.payee, COUNT(CASE WHEN q.ended = 0 THEN 1 END), "
            "COALESCE(SUM(q.owed), 0), COALESCE(SUM(q.came), 0), COALESCE(SUM(q.paid), "
            "0), COALESCE(SUM(q.back), 0), COALESCE(SUM(q.moved), 0), "
            "COALESCE(SUM(q.asked), 0), COALESCE(SUM(q.balance), 0) FROM fee f LEFT JOIN " FEES
            "d.project_id = $1) k) q ON q.fee_id = f.id WHERE f.project_id = $1 AND "
            "(f.formula <> '' OR q.id IS NOT NULL) GROUP BY f.id ORDER BY f.name",
            "i", project_id);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct fee_sums row = {.fee_id = stmt_int(s, 0),
                                     .fee = stmt_text(s, 1),
                                     .payee = stmt_text(s, 2),
                                     .deals = stmt_int(s, 3),
                                     .owed_fen = stmt_int(s, 4),
                                     .sums = sums_of(s, 5)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- what may be chosen ---- */

struct choosing {
    struct deal_fee_base base;
    int (*each)(void *arg, const struct fee_row *fee, int64_t fen);
    void *arg;
    struct tx *tx;
    int64_t deal_id;
};

static int choice_give(void *arg, const struct fee_row *fee)
{
    struct choosing *c = arg;
    int64_t there = 0, fen = 0, base;
    int r;

    if (!deal_fee_fits(&c->base, fee))
        return 0;
    r = db_get(c->tx->db, &there,
               "SELECT COUNT(*) FROM deal_fee WHERE deal_id = $1 AND fee_id = $2 AND ended_ms IS "
               "NULL",
               "ii", c->deal_id, fee->id);
    if (r < 0 || there > 0)
        return r < 0 ? r : 0;
    (void)deal_fee_sum(&c->base, fee, &base, &fen); /* 0: to none */
    return c->each(c->arg, fee, fen);
}

int deal_fee_choices(struct tx *tx, int64_t deal_id,
                     int (*each)(void *arg, const struct fee_row *fee, int64_t fen), void *arg)
{
    struct choosing c = {.each = each, .arg = arg, .tx = tx, .deal_id = deal_id};
    struct deal_place place;
    int r = deal_place_read(tx, deal_id, &place);

    if (r == 0)
        r = deal_fee_base_read(tx, deal_id, &c.base);
    return r < 0 ? r : fee_each(tx, place.project_id, 0, choice_give, &c);
}

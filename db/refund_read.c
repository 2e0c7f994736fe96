/* refund_read.c - refunds as they are, and what could be asked back. See refund.h. */
#include <stdio.h>

#include "db/customer.h"
#include "db/deal_scope.h"
#include "db/ledger.h"
#include "db/refund_impl.h"
#include "db/sight.h"
#include "db/user.h"

enum { ACCOUNT_SHOWN = 16 };

#define ENDED_BY USER_NAMED("f.ended_by")
#define HIS      "c.deleted_ms IS NULL AND " SIGHT_OWN("f.customer_id", "$1", "$2")
#define COLUMNS                                                                                    \
    "SELECT f.project_id, f.id, f.version, f.deal_id, f.approval_id, f.user_id, f.asked_ms, "      \
    "f.ended_ms, f.customer_id, c.name, c.kind, b.name || CASE st.name WHEN '' THEN '' ELSE "      \
    "'-' || st.name END || '-' || u.room, f.reason, f.bank, f.state, a.name, " ENDED_BY            \
    ", f.result, t.tail, v.number, (SELECT SUM(l.amount_fen) FROM refund_line l WHERE "            \
    "l.refund_id = f.id), u.building_id, d.user_id, " HIS                                          \
    ", f.change_id, f.lender FROM refund f JOIN customer c ON c.id = f.customer_id JOIN "          \
    "user_account a ON a.id = f.user_id LEFT JOIN deal d ON d.id = f.deal_id LEFT JOIN unit u "    \
    "ON u.id = d.unit_id LEFT JOIN building b ON b.id = u.building_id LEFT JOIN stair st ON "      \
    "st.id = u.stair_id LEFT JOIN refund_account t ON t.refund_id = f.id LEFT JOIN voucher v ON "  \
    "v.id = f.voucher_id "

enum { COLUMN_BUILDING = 21, COLUMN_DEAL_USER, COLUMN_SIGHT, COLUMN_CHANGE, COLUMN_LENDER };

static void row_fill(struct tx *tx, struct stmt *s, struct refund_row *row,
                     char masked[CONTACT_NAME_TEXT], char account[ACCOUNT_SHOWN])
{
    *row =
        (struct refund_row){.project_id = stmt_int(s, 0),
                            .id = stmt_int(s, 1),
                            .version = stmt_int(s, 2),
                            .deal_id = stmt_int(s, 3),
                            .approval_id = stmt_int(s, 4),
                            .user_id = stmt_int(s, 5),
                            .asked_ms = stmt_int(s, 6),
                            .ended_ms = stmt_int(s, 7),
                            .customer_id = stmt_int(s, 8),
                            .customer = name_shown(tx, stmt_text(s, 9), stmt_text(s, 10), masked),
                            .unit = stmt_text(s, 11),
                            .reason = stmt_text(s, 12),
                            .bank = stmt_text(s, 13),
                            .state = stmt_text(s, 14),
                            .user = stmt_text(s, 15),
                            .ended_by = stmt_text(s, 16),
                            .result = stmt_text(s, 17),
                            .change_id = stmt_int(s, COLUMN_CHANGE),
                            .lender = stmt_text(s, COLUMN_LENDER),
                            .voucher_number = stmt_int(s, 19),
                            .total_fen = stmt_int(s, 20)};
    if (!stmt_is_null(s, 18)) {
        snprintf(account, ACCOUNT_SHOWN, "****%s", stmt_text(s, 18));
        row->account = account;
    }
}

/* Where it is the actor's to see, or to pay. */
static bool row_seen(const struct tx *tx, struct stmt *s, const struct refund_row *row)
{
    const struct deal_place place = {.deal_id = row->deal_id,
                                     .project_id = row->project_id,
                                     .building_id = stmt_int(s, COLUMN_BUILDING),
                                     .user_id = stmt_int(s, COLUMN_DEAL_USER)};
    const bool handles = actor_has(tx->actor, RIGHT_FINANCE_HANDLE);

    if (row->deal_id)
        return deal_seen(tx->actor, &place) ||
               (handles && actor_sees_building(tx->actor, place.project_id, place.building_id));
    return actor_sees_project(tx->actor, row->project_id) && (handles || stmt_int(s, COLUMN_SIGHT));
}

static int row_give(struct tx *tx, struct refund_row *row,
                    int (*each)(void *arg, const struct refund_row *row), void *arg)
{
    int r = sight_id(tx, row->customer_id, &row->customer_id);

    return r < 0 ? r : each(arg, row);
}

int refund_list(struct tx *tx, const struct refund_filter *f,
                int (*each)(void *arg, const struct refund_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT], account[ACCOUNT_SHOWN];
    int n = 0, r = f->project_id ? tx_need_project(tx, f->project_id) : 0;
    struct stmt *s = NULL;
    struct sight sight;

    sight_of(tx->actor, &sight);
    if (r == 0)
        r = db_query(tx->db, &s,
                     COLUMNS "WHERE ($3 = 0 OR f.project_id = $3) AND ($4 = 0 OR f.deal_id = $4) "
                             "AND ($5 = 0 OR f.customer_id = $5) AND ($6 = '' OR f.state = $6) "
                             "AND ($7 = 0 OR f.id < $7) ORDER BY f.id DESC",
                     "itiiiti", sight.user, (const char *)sight.scope, f->project_id, f->deal_id,
                     f->customer_id, f->state ? f->state : "", f->before_id);
    while (r >= 0 && n < f->limit && (r = stmt_step(s)) == 1) {
        struct refund_row row;

        row_fill(tx, s, &row, masked, account);
        if (!row_seen(tx, s, &row))
            continue;
        n++;
        r = row_give(tx, &row, each, arg);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int request_seen(void *arg, const struct approval_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

int refund_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct refund_row *row),
               void *arg)
{
    char masked[CONTACT_NAME_TEXT], account[ACCOUNT_SHOWN];
    struct refund_row row;
    struct sight sight;
    struct stmt *s;
    int r;

    sight_of(tx->actor, &sight);
    r = db_query(tx->db, &s, COLUMNS "WHERE f.id = $3", "iti", sight.user,
                 (const char *)sight.scope, id);
    if (r == 0)
        r = stmt_step(s);
    if (r == 0)
        r = fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    if (r == 1) {
        row_fill(tx, s, &row, masked, account);
        r = row_seen(tx, s, &row) ? 0 : approval_get(tx, row.approval_id, request_seen, NULL);
        if (r == 0)
            r = row_give(tx, &row, each, arg);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- what it is of, how it was paid ---- */

static int lines_give(struct stmt *s, int r, int (*each)(void *arg, const struct money_line *line),
                      void *arg)
{
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct money_line line = {stmt_text(s, 0), stmt_int(s, 1), stmt_int(s, 2),
                                        stmt_text(s, 3)};

        r = each(arg, &line);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int refund_line_each(struct tx *tx, int64_t id,
                     int (*each)(void *arg, const struct money_line *line), void *arg)
{
    struct stmt *s;
    int r =
        db_query(tx->db, &s,
                 "SELECT a.fund, l.amount_fen, x.fee_id, n.name FROM refund_line l JOIN "
                 "ledger_account a ON a.id = l.account_id LEFT JOIN deal_fee x ON "
                 "x.id = a.deal_fee_id LEFT JOIN fee n ON n.id = x.fee_id WHERE l.refund_id = $1 "
                 "ORDER BY a.id",
                 "i", id);

    return lines_give(s, r, each, arg);
}

int refund_tender_each(struct tx *tx, int64_t id,
                       int (*each)(void *arg, const struct payment_tender *tender), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT t.tender, t.amount_fen, t.account_id, t.bank_id, t.reference FROM "
                     "refund f JOIN voucher_tender t ON t.voucher_id = f.voucher_id WHERE "
                     "f.id = $1 ORDER BY t.ordinal",
                     "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct payment_tender tender = {.tender = stmt_text(s, 0),
                                              .amount_fen = stmt_int(s, 1),
                                              .account_id = stmt_int(s, 2),
                                              .bank_id = stmt_int(s, 3),
                                              .reference = stmt_text(s, 4)};

        r = each(arg, &tender);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int refund_back_each(struct tx *tx, int64_t id,
                     int (*each)(void *arg, const struct refund_back *back), void *arg)
{
    struct stmt *s;
    int r = db_query(
        tx->db, &s,
        "SELECT v.number, b.number, b.at_ms, " USER_NAMED(
            "b.actor") ", b.note FROM "
                       "refund_reversal x JOIN voucher v ON v.id = x.voucher_id JOIN voucher b ON "
                       "b.id = x.by_id WHERE x.refund_id = $1 ORDER BY x.voucher_id",
        "i", id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct refund_back back = {.voucher_number = stmt_int(s, 0),
                                         .by_number = stmt_int(s, 1),
                                         .at_ms = stmt_int(s, 2),
                                         .actor = stmt_text(s, 3),
                                         .reason = stmt_text(s, 4)};

        r = each(arg, &back);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- what could be asked back ---- */

#define ON_ACCOUNT LEDGER_FEN("a")
/* SQL: what is on the account and not asked back, of the accounts that $1 and $2 say. */
#define FREE_OF(which)                                                                             \
    "SELECT x.fund, x.fen, w.fee_id, n.name FROM (SELECT a.id, a.fund, a.deal_fee_id, " ON_ACCOUNT \
    " - COALESCE((SELECT SUM(l.amount_fen) FROM refund_line l JOIN refund f ON f.id = "            \
    "l.refund_id WHERE l.account_id = a.id AND f.state " REFUND_OPEN "), 0) AS fen FROM "          \
    "ledger_account a WHERE " which ") x LEFT JOIN deal_fee w ON w.id = x.deal_fee_id LEFT JOIN "  \
    "fee n ON n.id = w.fee_id WHERE x.fen > 0 ORDER BY x.id"

int refund_free_of_deal(struct tx *tx, int64_t deal_id,
                        int (*each)(void *arg, const struct money_line *line), void *arg)
{
    struct deal_place place;
    struct stmt *s;
    int r = deal_place_read(tx, deal_id, &place);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 FREE_OF("a.deal_id = $1 OR a.deal_fee_id IN (SELECT y.id FROM deal_fee y WHERE "
                         "y.deal_id = $1)"),
                 "i", deal_id);
    return lines_give(s, r, each, arg);
}

int refund_free_of_customer(struct tx *tx, int64_t project_id, int64_t customer_id,
                            int (*each)(void *arg, const struct money_line *line), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = customer_need_own(tx, customer_id);
    if (r < 0)
        return r;
    r = db_query(tx->db, &s, FREE_OF("a.customer_id = $1 AND a.project_id = $2"), "ii", customer_id,
                 project_id);
    return lines_give(s, r, each, arg);
}

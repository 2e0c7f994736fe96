/* receipt_read.c - receipts as they are. See receipt.h. */
#include <stdio.h>
#include <string.h>

#include "db/deal_scope.h"
#include "db/receipt_impl.h"

#define RECEIPT_COLUMNS                                                                            \
    "SELECT q.book_id, q.no, q.voucher_id, b.project_id, v.deal_id, v.customer_id, "               \
    "(SELECT SUM(t.amount_fen) FROM voucher_tender t WHERE t.voucher_id = v.id), q.at_ms, "        \
    "b.prefix, q.kind, v.day, v.note, u.name, x.kind, x.note, (SELECT g.name || CASE st.name "     \
    "WHEN '' THEN '' ELSE '-' || st.name END || '-' || n.room FROM deal d JOIN unit n ON "         \
    "n.id = d.unit_id JOIN building g ON g.id = n.building_id JOIN stair st ON "                   \
    "st.id = n.stair_id WHERE d.id = v.deal_id) FROM receipt q "                                   \
    "JOIN receipt_book b ON b.id = q.book_id LEFT JOIN voucher v ON v.id = q.voucher_id "          \
    "LEFT JOIN shift s ON s.id = v.shift_id LEFT JOIN user_account u ON u.id = s.user_id "         \
    "LEFT JOIN voucher x ON x.reverses_id = v.id "

static void row_take(struct stmt *s, struct receipt_row *row)
{
    const char *taken_back = stmt_text(s, 13);

    *row = (struct receipt_row){.book_id = stmt_int(s, 0),
                                .no = stmt_int(s, 1),
                                .voucher_id = stmt_int(s, 2),
                                .project_id = stmt_int(s, 3),
                                .deal_id = stmt_int(s, 4),
                                .customer_id = stmt_int(s, 5),
                                .total_fen = stmt_int(s, 6),
                                .at_ms = stmt_int(s, 7),
                                .day = stmt_text(s, 10),
                                .note = stmt_text(s, 11),
                                .cashier = stmt_text(s, 12),
                                .reason = stmt_text(s, 14),
                                .unit = stmt_text(s, 15)};
    receipt_number(stmt_text(s, 8), row->no, row->number);
    row->state = strcmp(stmt_text(s, 9), "issued") != 0
                     ? (strcmp(stmt_text(s, 9), "lost") == 0 ? "lost" : "spoilt")
                 : !taken_back                     ? "live"
                 : strcmp(taken_back, "void") == 0 ? "void"
                                                   : "reversed";
}

static int rows_take(struct stmt *s, int r, int (*each)(void *arg, const struct receipt_row *row),
                     void *arg)
{
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct receipt_row row;

        row_take(s, &row);
        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int receipt_of_deal(struct tx *tx, int64_t deal_id,
                    int (*each)(void *arg, const struct receipt_row *row), void *arg)
{
    struct deal_place place;
    struct stmt *s;
    int r = deal_place_read(tx, deal_id, &place);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s, RECEIPT_COLUMNS "WHERE v.deal_id = $1 ORDER BY v.id", "i", deal_id);
    return rows_take(s, r, each, arg);
}

int receipt_of_shift(struct tx *tx, int64_t shift_id,
                     int (*each)(void *arg, const struct receipt_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     RECEIPT_COLUMNS "WHERE v.shift_id = $1 AND s.user_id = $2 ORDER BY v.id DESC",
                     "ii", shift_id, tx->actor->kind == ACTOR_USER ? tx->actor->id : 0);

    return rows_take(s, r, each, arg);
}

/* Of a deal that is seen; else of the project. */
static int seen_check(struct tx *tx, const struct receipt_key *key)
{
    struct deal_place place;
    int64_t project_id, deal_id;
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT b.project_id, v.deal_id FROM receipt q JOIN receipt_book b ON "
                     "b.id = q.book_id LEFT JOIN voucher v ON v.id = q.voucher_id "
                     "WHERE q.book_id = $1 AND q.no = $2",
                     "ii", key->book_id, key->no);

    if (r == 0)
        r = stmt_step(s);
    if (r <= 0)
        return r < 0 ? r : fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    project_id = stmt_int(s, 0);
    deal_id = stmt_int(s, 1);
    stmt_reset(s);
    return deal_id ? deal_place_read(tx, deal_id, &place) : tx_need_project(tx, project_id);
}

int receipt_get(struct tx *tx, const struct receipt_key *key,
                int (*each)(void *arg, const struct receipt_row *row), void *arg)
{
    struct stmt *s;
    int r = seen_check(tx, key);

    if (r < 0)
        return r;
    r = db_query(tx->db, &s, RECEIPT_COLUMNS "WHERE q.book_id = $1 AND q.no = $2", "ii",
                 key->book_id, key->no);
    return rows_take(s, r, each, arg);
}

int receipt_lines(struct tx *tx, int64_t voucher_id,
                  int (*each)(void *arg, const struct payment_line *line), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT a.fund, SUM(e.amount_fen) FROM ledger_entry e JOIN ledger_account a "
                     "ON a.id = e.credit_id WHERE e.voucher_id = $1 GROUP BY a.fund "
                     "ORDER BY MIN(e.id)",
                     "i", voucher_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct payment_line line = {stmt_text(s, 0), stmt_int(s, 1)};

        r = each(arg, &line);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int receipt_tenders(struct tx *tx, int64_t voucher_id,
                    int (*each)(void *arg, const struct payment_tender *tender), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT tender, amount_fen, account_id, bank_id, reference, device, batch, "
                     "card_tail FROM voucher_tender WHERE voucher_id = $1 ORDER BY ordinal",
                     "i", voucher_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct payment_tender tender = {.tender = stmt_text(s, 0),
                                              .amount_fen = stmt_int(s, 1),
                                              .account_id = stmt_int(s, 2),
                                              .bank_id = stmt_int(s, 3),
                                              .reference = stmt_text(s, 4),
                                              .device = stmt_text(s, 5),
                                              .batch = stmt_text(s, 6),
                                              .card = stmt_text(s, 7)};

        r = each(arg, &tender);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

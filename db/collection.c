/* collection.c - see collection.h. */
#include "db/collection.h"

#include "db/day.h"
#include "db/leaf_use.h"

/* ---- RP-18 ---- */

/* What is paid over was collected for somebody else, and is on the list of fees (deal_fee.h).
 * $4: whose open shift is left out. */
static const char collection_sql[] =
    "SELECT v.day, o.fund, a.tender, COALESCE(u.name, v.actor), COALESCE(u.id, 0), "
    "SUM(CASE WHEN v.kind = 'receipt' THEN e.amount_fen ELSE 0 END), "
    "SUM(CASE WHEN w.kind = 'receipt' THEN e.amount_fen ELSE 0 END), "
    /* Also a refund that was taken back. */
    "SUM(CASE WHEN v.kind = 'receipt' OR w.kind = 'receipt' THEN 0 WHEN a.id = e.credit_id "
    "THEN e.amount_fen ELSE -e.amount_fen END) FROM voucher v LEFT JOIN voucher w ON "
    "w.id = v.reverses_id JOIN ledger_entry e ON e.voucher_id = v.id JOIN ledger_account a ON "
    "a.id IN (e.debit_id, e.credit_id) AND a.kind = 'tender' JOIN ledger_account o ON "
    "o.id IN (e.debit_id, e.credit_id) AND o.id <> a.id "
    "LEFT JOIN shift s ON s.id = v.shift_id LEFT JOIN user_account u ON CASE WHEN s.id IS NULL "
    "THEN u.login = v.actor ELSE u.id = s.user_id END WHERE v.project_id = $1 AND "
    "v.day BETWEEN $2 AND $3 AND (s.id IS NULL OR s.closed_ms IS NOT NULL OR s.user_id <> $4) AND "
    "NOT EXISTS (SELECT 1 FROM payover p WHERE p.voucher_id IN (v.id, v.reverses_id)) "
    "GROUP BY v.day, u.id, v.actor, o.fund, a.tender "
    "ORDER BY v.day, 4, o.fund, a.tender";

static int64_t own_id(const struct tx *tx)
{
    return tx->actor->kind == ACTOR_USER ? tx->actor->id : 0;
}

int collection_blind(struct tx *tx, bool *ret_blind)
{
    int64_t open = 0;
    int r =
        db_get(tx->db, &open, "SELECT COUNT(*) FROM shift WHERE user_id = $1 AND closed_ms IS NULL",
               "i", own_id(tx));

    if (r >= 0)
        *ret_blind = open > 0;
    return r < 0 ? r : 0;
}

int collection_each(struct tx *tx, int64_t project_id, const struct days *days,
                    int (*each)(void *arg, const struct collection_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s, collection_sql, "itti", project_id, days->from, days->to,
                     own_id(tx));
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct collection_row row = {.day = stmt_text(s, 0),
                                           .fund = stmt_text(s, 1),
                                           .tender = stmt_text(s, 2),
                                           .cashier = stmt_text(s, 3),
                                           .user_id = stmt_int(s, 4),
                                           .in_fen = stmt_int(s, 5),
                                           .back_fen = stmt_int(s, 6),
                                           .refund_fen = stmt_int(s, 7)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int days_moments(const struct days *days, int64_t *ret_from_ms, int64_t *ret_to_ms)
{
    char before[DAY_TEXT];
    int r = day_add(days->from, -1, before);

    if (r == 0)
        r = day_end_ms(before, ret_from_ms);
    return r < 0 ? r : day_end_ms(days->to, ret_to_ms);
}

/* ---- RP-19 ---- */

/* $2 and $3: the moments; a leaf is taken once, a book comes once. */
static const char books_sql[] =
    "SELECT b.id, b.first_no, b.last_no, b.made_ms >= $2, "
    "COUNT(CASE WHEN q.at_ms < $2 THEN 1 END), "
    "COUNT(CASE WHEN q.at_ms >= $2 AND q.kind = 'issued' AND x.id IS NULL AND n.no IS NULL THEN 1 "
    "END), "
    "COUNT(CASE WHEN q.at_ms >= $2 AND (q.kind <> 'issued' OR x.id IS NOT NULL OR n.no IS NOT "
    "NULL) THEN 1 END), "
    "MIN(CASE WHEN q.at_ms >= $2 THEN q.no END), MAX(CASE WHEN q.at_ms >= $2 THEN q.no END), "
    "b.kind, b.prefix, b.state, h.name FROM receipt_book b LEFT JOIN receipt q ON "
    "q.book_id = b.id AND q.at_ms < $3 LEFT JOIN voucher x ON x.reverses_id = q.voucher_id AND "
    "x.kind = 'void' LEFT JOIN receipt n ON n.from_book_id = q.book_id AND n.from_no = q.no "
    "LEFT JOIN user_account h ON h.id = b.holder_id WHERE b.project_id = $1 AND "
    "b.made_ms < $3 GROUP BY b.id ORDER BY b.id";

static void book_take(struct stmt *s, struct book_use *book)
{
    const int64_t leaves = stmt_int(s, 2) - stmt_int(s, 1) + 1;
    const bool made = stmt_int(s, 3) != 0;

    *book = (struct book_use){.id = stmt_int(s, 0),
                              .first_no = stmt_int(s, 1),
                              .last_no = stmt_int(s, 2),
                              .opening = made ? 0 : leaves - stmt_int(s, 4),
                              .received = made ? leaves : 0,
                              .used = stmt_int(s, 5),
                              .voided = stmt_int(s, 6),
                              .first_used = stmt_int(s, 7),
                              .last_used = stmt_int(s, 8),
                              .kind = stmt_text(s, 9),
                              .prefix = stmt_text(s, 10),
                              .state = stmt_text(s, 11),
                              .holder = stmt_text(s, 12)};
    book->closing = book->opening + book->received - book->used - book->voided;
}

int book_use_each(struct tx *tx, int64_t project_id, const struct days *days,
                  int (*each)(void *arg, const struct book_use *row), void *arg)
{
    int64_t from_ms = 0, to_ms = 0;
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, project_id);

    if (r == 0)
        r = days_moments(days, &from_ms, &to_ms);
    if (r == 0)
        r = db_query(tx->db, &s, books_sql, "iii", project_id, from_ms, to_ms);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        struct book_use book;

        book_take(s, &book);
        if (book.opening + book.received > 0)
            r = each(arg, &book);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- shifts ---- */

/* SQL: it used a leaf of the project, if only one that took no money. */
#define USED_A_LEAF                                                                                \
    "EXISTS (SELECT 1 FROM receipt q JOIN receipt_book b ON b.id = q.book_id AND b.project_id = "  \
    "$1 WHERE " LEAF_OF_SHIFT("q", "s", "u") ") "

int shift_use_each(struct tx *tx, const struct shift_filter *f,
                   int (*each)(void *arg, const struct shift_use *row), void *arg)
{
    int64_t from_ms = 0, to_ms = 0;
    struct stmt *s = NULL;
    int r = tx_need_whole(tx, f->project_id);

    if (r == 0)
        r = days_moments(&f->days, &from_ms, &to_ms);
    if (r == 0)
        r = db_query(
            tx->db, &s,
            "SELECT s.id, s.opened_ms, s.closed_ms, s.float_fen, "
            "COUNT(CASE WHEN v.kind = 'receipt' THEN 1 END), "
            "COUNT(CASE WHEN v.kind IN ('void', 'reversal') THEN 1 END), "
            "COUNT(CASE WHEN v.kind = 'refund' THEN 1 END), "
            "(SELECT SUM(c.counted_fen - c.expected_fen) FROM shift_count c WHERE "
            "c.shift_id = s.id), u.name, n.name FROM shift s "
            "JOIN user_account u ON u.id = s.user_id LEFT JOIN voucher v ON "
            "v.shift_id = s.id AND v.project_id = $1 "
            "LEFT JOIN user_account n ON n.id = s.next_user_id WHERE s.opened_ms >= $2 "
            "AND s.opened_ms < $3 AND ($4 = 0 OR s.id < $4) AND (v.id IS NOT NULL OR " USED_A_LEAF
            ") "
            "GROUP BY s.id, u.name, n.name ORDER BY s.id DESC LIMIT $5",
            "iiiii", f->project_id, from_ms, to_ms, f->before_id, (int64_t)f->limit);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct shift_use row = {.id = stmt_int(s, 0),
                                      .opened_ms = stmt_int(s, 1),
                                      .closed_ms = stmt_int(s, 2),
                                      .float_fen = stmt_int(s, 3),
                                      .receipts = stmt_int(s, 4),
                                      .voids = stmt_int(s, 5),
                                      .refunds = stmt_int(s, 6),
                                      .difference_fen = stmt_int(s, 7),
                                      .cashier = stmt_text(s, 8),
                                      .next = stmt_text(s, 9)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* exception.c - see exception.h. */
#include "db/exception.h"

#include "db/clock.h"
#include "db/day.h"
#include "db/escrow.h"
#include "db/fund.h"
#include "db/invoice_impl.h"
#include "db/receipt_book.h"
#include "db/sight.h"

#define UNIT_SAID "b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room"
#define OF_UNIT                                                                                    \
    "JOIN unit u ON u.id = d.unit_id JOIN building b ON b.id = u.building_id "                     \
    "JOIN stair st ON st.id = u.stair_id "
#define RECEIVED "COALESCE((SELECT SUM(x.amount_fen) FROM received x WHERE x.deal_id = d.id), 0)"
/* What came in for a purse (fund.h) beyond what the deal asks for it: its lines, or the price of
 * one without a plan. */
#define PURSE_ASKED FUND_PURSE("l.fund")
#define PURSE_CAME  FUND_PURSE("r.fund")
#define OVER                                                                                       \
    "(SELECT COALESCE(SUM(MAX(0, g.fen)), 0) FROM (SELECT SUM(x.fen) AS fen FROM "                 \
    "(SELECT " PURSE_CAME " AS purse, r.amount_fen AS fen FROM received r WHERE "                  \
    "r.deal_id = d.id UNION ALL SELECT " PURSE_ASKED ", -l.amount_fen FROM receivable l "          \
    "WHERE l.deal_id = d.id AND l.ended_ms IS NULL AND l.waived_ms IS NULL AND "                   \
    "l.amount_fen > 0 UNION ALL SELECT 'house_money', -t.total_fen FROM terms t WHERE "            \
    "t.id = d.terms_id AND t.plan_id IS NULL) x GROUP BY x.purse) g)"
/* What is to go back of an ended deal, and has not yet. */
#define TO_GO_BACK                                                                                 \
    "COALESCE((SELECT SUM(k.amount_fen) FROM refund f JOIN refund_line k ON k.refund_id = f.id "   \
    "WHERE f.deal_id = d.id AND f.state IN ('asked', 'approved')), 0)"

#define INVOICED_MORE "(" INVOICE_DEAL_HELD("d.id") " - " INVOICE_DEAL_RECEIVED("d.id") ")"

enum { OVERPAID, HELD, ORPHAN, UNPAID, UNSCHEDULED, BOOK, SHIFT, UNPOSTED, INVOICED };
const char *const exception_kinds[EXCEPTION_KINDS + 1] = {
    [OVERPAID] = "overpaid",       [HELD] = "held", [ORPHAN] = "orphan", [UNPAID] = "unpaid",
    [UNSCHEDULED] = "unscheduled", [BOOK] = "book", [SHIFT] = "shift",   [UNPOSTED] = "unposted",
    [INVOICED] = "invoiced",
};

/* Each: object, id, title, amount, since, and the kind of a customer whose name is the title (NULL:
 * no name). $1 the project, $2 the midnight before now, $3 what is long ago for it. */
static const char *const exception_sql[EXCEPTION_KINDS] = {
    /* More came in than is asked for. */
    "SELECT 'deal', d.id, " UNIT_SAID ", " OVER ", d.opened_ms, NULL FROM deal d " OF_UNIT
    "WHERE d.project_id = $1 AND d.closed_ms IS NULL AND $2 > 0 AND $3 > 0 AND " OVER
    " > 0 ORDER BY d.id",
    /* A customer's money that nobody carried on or gave back for long. */
    "SELECT 'customer', k.id, c.name, k.fen, k.since_ms, c.kind FROM (SELECT a.customer_id AS id, "
    "SUM(CASE WHEN e.credit_id = a.id THEN e.amount_fen ELSE -e.amount_fen END) AS fen, "
    "MAX(v.at_ms) AS since_ms FROM ledger_account a JOIN ledger_entry e ON e.credit_id = a.id OR "
    "e.debit_id = a.id JOIN voucher v ON v.id = e.voucher_id WHERE a.project_id = $1 AND "
    "a.kind = 'held' AND $2 > 0 GROUP BY a.customer_id) k JOIN customer c ON c.id = k.id WHERE "
    "k.fen > 0 AND k.since_ms < $3 ORDER BY k.since_ms",
    /* Money on a deal that has ended, beyond what is to go back. */
    "SELECT 'deal', d.id, " UNIT_SAID ", " RECEIVED " - " TO_GO_BACK ", d.closed_ms, NULL FROM "
    "deal d " OF_UNIT "WHERE d.project_id = $1 AND d.closed_ms IS NOT NULL AND $2 > 0 AND $3 > 0 "
    "AND EXISTS (SELECT 1 FROM ledger_account y WHERE y.deal_id = d.id) AND " RECEIVED
    " <> " TO_GO_BACK " ORDER BY d.id",
    /* Subscribed or further since before today, and nothing came in. */
    "SELECT 'deal', d.id, " UNIT_SAID ", 0, d.opened_ms, NULL FROM deal d " OF_UNIT
    "WHERE d.project_id = $1 AND d.closed_ms IS NULL AND d.stage <> 'B' AND d.opened_ms < $2 AND "
    "$3 > 0 AND " RECEIVED " = 0 ORDER BY d.id",
    /* Signed, and nothing says what is due. */
    "SELECT 'deal', d.id, " UNIT_SAID ", 0, d.opened_ms, NULL FROM deal d " OF_UNIT
    "WHERE d.project_id = $1 AND d.closed_ms IS NULL AND d.stage NOT IN ('B', 'S') AND $2 > 0 AND "
    "$3 > 0 AND NOT EXISTS (SELECT 1 FROM receivable l WHERE l.deal_id = d.id AND "
    "l.ended_ms IS NULL) ORDER BY d.id",
    /* A book that is out though it is used up, its holder has gone, or it is overdue. */
    "SELECT 'receipt_book', b.id, b.prefix || ' ' || b.first_no || '–' || b.last_no || ' · ' || "
    "h.name, 0, b.out_ms, NULL FROM receipt_book b JOIN user_account h ON h.id = b.holder_id WHERE "
    "b.project_id = $1 AND $2 > 0 AND (b.issued = b.last_no OR h.enabled = 0 OR b.out_ms < $3) "
    "ORDER BY b.id",
    /* A shift from before today that was not closed. */
    "SELECT 'shift', s.id, u.name, 0, s.opened_ms, NULL FROM shift s JOIN user_account u ON "
    "u.id = s.user_id WHERE s.closed_ms IS NULL AND s.opened_ms < $2 AND $3 > 0 AND EXISTS (SELECT "
    "1 FROM voucher v WHERE v.shift_id = s.id AND v.project_id = $1) ORDER BY s.id",
    /* Money for a supervised account that the bank has not confirmed, and what it has put there
     * that is of no receipt, for long. */
    "SELECT 'escrow', t.account_id, b.prefix || ' ' || v.receipt_no, t.amount_fen, v.at_ms, NULL "
    "FROM bank_account a JOIN voucher_tender t ON t.account_id = a.id JOIN voucher v ON "
    "v.id = t.voucher_id JOIN receipt_book b ON b.id = v.book_id WHERE a.project_id = $1 AND "
    "a.kind = 'escrow' AND $2 > 0 AND v.at_ms < $3 AND " ESCROW_PART_WAITS(
        "t",
        "v") " UNION ALL SELECT 'escrow', l.account_id, l.reference, l.amount_fen, l.at_ms, NULL "
             "FROM "
             "bank_account a JOIN escrow_line l ON l.account_id = a.id WHERE a.project_id = $1 AND "
             "a.kind = 'escrow' AND l.at_ms < $3 AND " ESCROW_LINE_WAITS("l") " ORDER BY 5",
    /* More is on invoices than came in and is there (IV-02). */
    "SELECT 'deal', d.id, " UNIT_SAID ", " INVOICED_MORE ", (SELECT MAX(i.state_ms) FROM invoice i "
    "WHERE i.deal_id = d.id), NULL FROM deal d " OF_UNIT "WHERE d.project_id = $1 AND d.id IN "
    "(SELECT i.deal_id FROM invoice i WHERE i.project_id = $1) AND $2 > 0 AND $3 > 0 "
    "AND " INVOICED_MORE " > 0 ORDER BY d.id",
};

static int row_give(struct tx *tx, struct stmt *s, const char *kind,
                    int (*each)(void *arg, const struct exception_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    struct exception_row row = {.kind = kind,
                                .object = stmt_text(s, 0),
                                .object_id = stmt_int(s, 1),
                                .title = stmt_text(s, 2),
                                .amount_fen = stmt_int(s, 3),
                                .since_ms = stmt_int(s, 4)};
    int r = 0;

    if (!stmt_is_null(s, 5)) {
        row.title = name_shown(tx, row.title, stmt_text(s, 5), masked);
        r = sight_id(tx, row.object_id, &row.object_id);
    }
    return r < 0 ? r : each(arg, &row);
}

int exception_each(struct tx *tx, int64_t project_id, int64_t *counts,
                   int (*each)(void *arg, const struct exception_row *row), void *arg)
{
    const int64_t midnight = day_midnight_ms(tx->now_ms);
    const int64_t long_ago[EXCEPTION_KINDS] = {
        [HELD] = midnight - EXCEPTION_HELD_DAYS * DAY_MS,
        [BOOK] = receipt_book_overdue_ms(tx),
        [UNPOSTED] = midnight - ESCROW_LATE_DAYS * DAY_MS,
    };
    int r = tx_need_whole(tx, project_id);

    for (int i = 0; r >= 0 && i < EXCEPTION_KINDS; i++) {
        struct stmt *s;

        counts[i] = 0;
        r = db_query(tx->db, &s, exception_sql[i], "iii", project_id, midnight,
                     long_ago[i] ? long_ago[i] : midnight);
        while (r >= 0 && (r = stmt_step(s)) == 1)
            if (counts[i]++ < EXCEPTION_ROWS_MAX)
                r = row_give(tx, s, exception_kinds[i], each, arg);
        stmt_reset(s);
    }
    return r < 0 ? r : 0;
}

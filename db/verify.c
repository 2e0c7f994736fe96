/* verify.c - see verify.h. Each check is one query that gives a line for every violation. */
#include "db/verify.h"
#include "db/invoice_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/clock.h"
#include "db/content.h"
#include "db/project.h"
#include "db/publication.h"
#include "db/state.h"
#include "db/unit.h"

struct check {
    const char *invariant, *sql;
};

static const struct check checks[] = {
    {"I1", "SELECT 'unit ' || unit_id || ' has ' || COUNT(*) || ' live claims' FROM claim "
           "WHERE ended_ms IS NULL GROUP BY unit_id HAVING COUNT(*) > 1"},
    {"I2", "SELECT 'unit ' || u.id || ' reads ' || u.sale_state || ', its claim and flags say ' || "
           "COALESCE(c.state, CASE WHEN u.retained <> '' THEN 'N' "
           "WHEN u.released = 1 THEN 'A' ELSE 'U' END) "
           "FROM unit u LEFT JOIN claim c ON c.unit_id = u.id AND c.ended_ms IS NULL "
           "WHERE u.sale_state <> COALESCE(c.state, CASE WHEN u.retained <> '' THEN 'N' "
           "WHEN u.released = 1 THEN 'A' ELSE 'U' END)"},
    {"I3", "SELECT 'unit ' || u.id || ' reads ' || u.sale_state || ', its history ends with ' || "
           "h.to_state "
           "FROM unit u JOIN unit_history h ON h.id = (SELECT MAX(x.id) FROM unit_history x "
           "WHERE x.unit_id = u.id AND x.axis = 'state') WHERE h.to_state <> u.sale_state"},
    {"I3", "SELECT 'unit ' || u.id || ' has no history' FROM unit u WHERE NOT EXISTS "
           "(SELECT 1 FROM unit_history h WHERE h.unit_id = u.id AND h.axis = 'state')"},
    {"I9",
     "SELECT 'unit ' || c.unit_id || ' was signed without a permit' FROM claim c "
     "WHERE c.ended_ms IS NULL AND c.state IN ('C', 'F') AND c.kind <> 'opening' AND NOT EXISTS "
     "(SELECT 1 FROM permit_unit p WHERE p.unit_id = c.unit_id)"},
    {"MB-02",
     "SELECT 'customer ' || m.customer_id || ' is ' || COUNT(*) || ' members' FROM member m "
     "GROUP BY m.customer_id HAVING COUNT(*) > 1"},
    {"MB-02", "SELECT 'member ' || m.id || ' is no person' FROM member m LEFT JOIN customer c "
              "ON c.id = m.customer_id WHERE c.kind IS NULL OR c.kind <> 'person'"},
    {"MB-03", "SELECT 'card ' || MAX(id) || ' has the code of ' || (COUNT(*) - 1) || ' others' "
              "FROM card WHERE ended_ms IS NULL GROUP BY code HAVING COUNT(*) > 1"},
    {"MB-15", "SELECT 'member ' || m.id || ' has ' || m.points || ' points, the lines give ' || "
              "COALESCE(l.points, 0) FROM member m LEFT JOIN (SELECT member_id, SUM(points) AS "
              "points FROM points_line GROUP BY member_id) l ON l.member_id = m.id "
              "WHERE m.points <> COALESCE(l.points, 0)"},
    {"DP-16",
     "SELECT 'customer ' || o.customer_id || ' is ' || o.state || ', its last line says ' || "
     "COALESCE(l.to_state, 'nothing') FROM ownership o LEFT JOIN ownership_line l ON l.id = "
     "(SELECT MAX(x.id) FROM ownership_line x WHERE x.customer_id = o.customer_id "
     "AND x.project_id = o.project_id) WHERE l.id IS NULL OR l.to_state <> o.state "
     "OR COALESCE(l.to_owner_id, 0) <> COALESCE(o.owner_id, 0)"},
};

/* What holds between deals, their claims, papers, schedules and money. */
static const struct check deal_checks[] = {
    {"I2", "SELECT 'deal ' || d.id || ' is at ' || d.stage || ', its claim says ' || "
           "COALESCE(c.state, 'nothing') FROM deal d LEFT JOIN claim c ON c.deal_id = d.id AND "
           "c.unit_id = d.unit_id AND c.ended_ms IS NULL WHERE d.closed_ms IS NULL AND "
           "(c.state IS NULL OR c.state <> d.stage)"},
    {"PM-16", "SELECT 'unit ' || c.unit_id || ' is at ' || c.state || ' with deal ' || d.id || "
              "', which is at ' || d.stage FROM claim c JOIN deal d ON d.id = c.deal_id WHERE "
              "c.ended_ms IS NULL AND c.unit_id <> d.unit_id AND (c.state <> d.stage OR NOT "
              "EXISTS (SELECT 1 FROM terms_attached x WHERE x.terms_id = d.terms_id AND "
              "x.unit_id = c.unit_id))"},
    {"PM-16", "SELECT 'unit ' || x.unit_id || ' goes with deal ' || d.id || ', which does not "
              "have it' FROM deal d JOIN terms_attached x ON x.terms_id = d.terms_id LEFT JOIN "
              "claim c ON c.unit_id = x.unit_id AND c.deal_id = d.id AND c.ended_ms IS NULL "
              "WHERE d.closed_ms IS NULL AND c.id IS NULL"},
    {"PM-16", "SELECT 'unit ' || a.unit_id || ' and its home ' || a.home_id || ' are of different "
              "projects' FROM unit_attachment a JOIN unit u ON u.id = a.unit_id JOIN unit h ON "
              "h.id = a.home_id WHERE u.project_id <> h.project_id"},
    {"I2", "SELECT 'unit ' || c.unit_id || ' is held by deal ' || c.deal_id || ', which ended' "
           "FROM claim c JOIN deal d ON d.id = c.deal_id WHERE c.ended_ms IS NULL AND "
           "d.closed_ms IS NOT NULL"},
    {"SF-10", "SELECT 'deal ' || d.id || ' stands at ' || d.stage || ' on a ' || "
              "COALESCE(p.kind, 'paper that is not there') FROM deal d LEFT JOIN deal_document p "
              "ON p.deal_id = d.id AND p.state = 'live' WHERE d.closed_ms IS NULL AND "
              "COALESCE(p.kind, '') <> CASE d.stage WHEN 'B' THEN 'booking' WHEN 'S' THEN "
              "'subscription' ELSE 'contract' END"},
    {"SF-10", "SELECT 'document ' || p.id || ' lives on in deal ' || d.id || ', which ended' "
              "FROM deal_document p JOIN deal d ON d.id = p.deal_id WHERE p.state = 'live' AND "
              "d.closed_ms IS NOT NULL"},
    {"CU-26", "SELECT 'the shares of deal ' || d.id || ' add up to ' || COALESCE(SUM(p.share_bp), "
              "0) FROM deal d LEFT JOIN deal_party p ON p.deal_id = d.id AND p.ended_ms IS NULL "
              "WHERE d.closed_ms IS NULL GROUP BY d.id HAVING COALESCE(SUM(p.share_bp), 0) <> "
              "10000"},
    {"FI-03", "SELECT 'the schedule of deal ' || d.id || ' is not its total' FROM deal d "
              "JOIN terms t ON t.id = d.terms_id AND t.plan_id IS NOT NULL WHERE d.closed_ms IS "
              "NULL AND t.total_fen <> (SELECT COALESCE(SUM(l.amount_fen), 0) FROM receivable l "
              "WHERE l.deal_id = d.id AND l.terms_id = t.id AND l.ended_ms IS NULL AND l.fund <> "
              "'attached')"},
    {"FI-03", "SELECT 'deal ' || d.id || ' owes by other terms than it stands on' FROM deal d "
              "WHERE d.closed_ms IS NULL AND EXISTS (SELECT 1 FROM receivable l WHERE l.deal_id = "
              "d.id AND l.ended_ms IS NULL AND l.terms_id IS NOT NULL AND l.terms_id <> "
              "d.terms_id)"},
    {"I6", "SELECT 'deal ' || d.id || ' ended (' || d.outcome || ') with ' || "
           "COALESCE((SELECT SUM(r.amount_fen) FROM received r WHERE r.deal_id = d.id), 0) || "
           "' fen' FROM deal d WHERE d.closed_ms IS NOT NULL AND COALESCE((SELECT "
           "SUM(r.amount_fen) FROM received r WHERE r.deal_id = d.id), 0) <> COALESCE((SELECT "
           "SUM(l.amount_fen) FROM refund f JOIN refund_line l ON l.refund_id = f.id WHERE "
           "f.deal_id = d.id AND f.state IN ('asked', 'approved')), 0)"},
    {"ST", "SELECT 'unit ' || u.id || ' is marked ' || u.change_kind || ', asked for is ' || "
           "COALESCE(g.kind, 'nothing') FROM unit u LEFT JOIN deal d ON d.unit_id = u.id AND "
           "d.closed_ms IS NULL LEFT JOIN deal_change g ON g.deal_id = d.id AND g.state = 'asked' "
           "WHERE u.change_kind <> CASE g.kind "
#define DEAL_CHANGE(symbol, code, stages, zh, en, mark, needs) "WHEN '" code "' THEN '" mark "' "
#include "db/deal_change.def"
#undef DEAL_CHANGE
           "ELSE '' END"},
    {"ST", "SELECT 'change ' || g.id || ' of deal ' || g.deal_id || ' is asked for without a "
           "request that runs' FROM deal_change g LEFT JOIN approval a ON a.id = g.approval_id "
           "WHERE g.state = 'asked' AND COALESCE(a.state, '') <> 'running'"},
    {"I7", "SELECT 'deal ' || d.id || ' expired and had been paid' FROM deal d WHERE d.outcome = "
           "'expired' AND EXISTS (SELECT 1 FROM received r WHERE r.deal_id = d.id)"},
    {"SF-04",
     "SELECT 'unit ' || u.id || ' counts ' || u.queue_count || ' in its queue, there are ' "
     "|| (SELECT COUNT(*) FROM queue_ticket q WHERE q.unit_id = u.id AND q.state = "
     "'waiting') FROM unit u WHERE u.queue_count <> (SELECT COUNT(*) FROM queue_ticket q "
     "WHERE q.unit_id = u.id AND q.state = 'waiting')"},
};

#define HELD     INVOICE_DEAL_HELD("d.id")
#define RECEIVED INVOICE_DEAL_RECEIVED("d.id")

/* What holds of the money: what was paid is in the ledger where it belongs, and each number is
 * there. That all debits are all credits an entry cannot but hold. */
static const struct check ledger_checks[] = {
    {"I8",
     "SELECT 'book ' || b.id || ' counts ' || COALESCE(b.issued, 0) || ', its leaves are ' || "
     "COUNT(q.no) || ' up to ' || COALESCE(MAX(q.no), 0) FROM receipt_book b LEFT JOIN "
     "receipt q ON q.book_id = b.id GROUP BY b.id HAVING COUNT(q.no) <> COALESCE(b.issued - "
     "b.first_no + 1, 0) OR COALESCE(MAX(q.no), 0) <> COALESCE(b.issued, 0)"},
    {"FI-12", "SELECT 'project ' || p.id || ' counts ' || COALESCE(s.last, 0) || ' vouchers, there "
              "are ' || COUNT(v.id) || ' up to ' || COALESCE(MAX(v.number), 0) FROM project p LEFT "
              "JOIN series s ON s.project_id = p.id AND s.kind = 'voucher' LEFT JOIN voucher v ON "
              "v.project_id = p.id GROUP BY p.id, s.last HAVING COUNT(v.id) <> COALESCE(s.last, 0) "
              "OR COALESCE(MAX(v.number), 0) <> COALESCE(s.last, 0)"},
    {"I9", "SELECT 'voucher ' || v.id || ' was paid ' || (SELECT COALESCE(SUM(t.amount_fen), 0) "
           "FROM voucher_tender t WHERE t.voucher_id = v.id) || ' fen, its entries are ' || "
           "COALESCE(SUM(e.amount_fen), 0) FROM voucher v LEFT JOIN ledger_entry e ON "
           "e.voucher_id = v.id WHERE v.kind IN ('receipt', 'refund', 'payover') GROUP BY v.id "
           "HAVING "
           "COALESCE(SUM(e.amount_fen), 0) <> (SELECT COALESCE(SUM(t.amount_fen), 0) FROM "
           "voucher_tender t WHERE t.voucher_id = v.id)"},
    {"I9",
     "SELECT 'entry ' || e.id || ' of voucher ' || v.id || ' is not from how it was paid to "
     "whom it was for' FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id JOIN "
     "ledger_account d ON d.id = e.debit_id JOIN ledger_account c ON c.id = e.credit_id "
     "WHERE v.kind = 'receipt' AND (COALESCE(c.deal_id, (SELECT x.deal_id FROM deal_fee x WHERE "
     "x.id = c.deal_fee_id), 0) <> COALESCE(v.deal_id, 0) OR "
     "(v.deal_id IS NULL AND COALESCE(c.customer_id, 0) <> v.customer_id) OR NOT EXISTS "
     "(SELECT 1 FROM voucher_tender t WHERE t.voucher_id = v.id AND t.tender = d.tender AND "
     "t.account_id = d.account_id))"},
    {"I9", "SELECT 'leaf ' || q.no || ' of book ' || q.book_id || ' is not that of voucher ' || "
           "v.id FROM receipt q JOIN voucher v ON v.id = q.voucher_id WHERE q.from_no IS NULL AND "
           "(v.book_id <> q.book_id OR v.receipt_no <> q.no)"},
    {"FI-30",
     "SELECT 'voucher ' || q.voucher_id || ' has ' || COUNT(*) || ' papers that count' FROM "
     "receipt q WHERE q.voucher_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM receipt n "
     "WHERE n.from_book_id = q.book_id AND n.from_no = q.no) GROUP BY q.voucher_id HAVING "
     "COUNT(*) <> 1"},
    {"FI-26", "SELECT 'settlement ' || s.id || ' of deal ' || s.deal_id || ' is of ' || "
              "s.amount_fen || ' fen, its line or voucher says otherwise' FROM settlement s WHERE "
              "s.reversed_ms IS NULL AND s.amount_fen <> CASE WHEN s.receivable_id IS NOT NULL "
              "THEN (SELECT l.amount_fen FROM receivable l WHERE l.id = s.receivable_id) ELSE "
              "-COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entry e WHERE e.voucher_id = "
              "s.voucher_id), 0) END"},
    {"I10", "SELECT 'voucher ' || v.id || ' takes back ' || COUNT(e.id) || ' entries of ' || "
            "(SELECT COUNT(*) FROM ledger_entry o WHERE o.voucher_id = v.reverses_id) FROM voucher "
            "v LEFT JOIN ledger_entry e ON e.voucher_id = v.id AND e.reverses_id IS NOT NULL WHERE "
            "v.reverses_id IS NOT NULL GROUP BY v.id HAVING COUNT(e.id) <> (SELECT COUNT(*) FROM "
            "ledger_entry o WHERE o.voucher_id = v.reverses_id)"},
    {"I10", "SELECT 'slip ' || s.id || ' is free, and what it was taken for is not' FROM slip s "
            "JOIN voucher v ON v.id = s.freed_id WHERE v.reverses_id <> s.voucher_id"},
    {"FI-33", "SELECT 'voucher ' || v.id || ' was paid by ' || t.tender || ' ' || t.reference || "
              "', which is ' || CASE WHEN s.id IS NULL THEN 'not used' WHEN s.freed_id IS NULL "
              "THEN 'not free again' ELSE 'free' END FROM voucher v JOIN voucher_tender t ON "
              "t.voucher_id = v.id AND t.reference <> '' LEFT JOIN slip s ON s.voucher_id = v.id "
              "AND s.tender = t.tender AND s.reference = t.reference AND s.account_id = "
              "t.account_id WHERE v.kind = 'receipt' AND (s.id IS NULL OR (s.freed_id IS NULL) = "
              "EXISTS (SELECT 1 FROM voucher b WHERE b.reverses_id = v.id))"},
    {"FI-12", "SELECT 'voucher ' || v.id || ' moved no money' FROM voucher v WHERE NOT EXISTS "
              "(SELECT 1 FROM ledger_entry e WHERE e.voucher_id = v.id)"},
    {"FI-12", "SELECT 'entry ' || e.id || ' of voucher ' || v.id || ' is in another project' FROM "
              "ledger_entry e JOIN voucher v ON v.id = e.voucher_id JOIN ledger_account d ON "
              "d.id = e.debit_id JOIN ledger_account c ON c.id = e.credit_id WHERE d.project_id <> "
              "v.project_id OR c.project_id <> v.project_id"},
    /* What was noted before there was a ledger could be. */
    {"FI-12", "SELECT 'account ' || a.id || ' (' || a.kind || ', ' || a.fund || ') is below zero' "
              "FROM ledger_account a WHERE a.kind IN ('deal', 'held', 'fee') AND (SELECT "
              "COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.credit_id = a.id) < "
              "(SELECT COALESCE(SUM(e.amount_fen), 0) FROM ledger_entry e WHERE e.debit_id = a.id) "
              "AND NOT EXISTS (SELECT 1 FROM ledger_entry e JOIN voucher v ON v.id = e.voucher_id "
              "WHERE e.debit_id = a.id AND v.kind = 'noted')"},
    {"FI-10",
     "SELECT 'fee ' || x.fee_id || ' of deal ' || x.deal_id || ' collected ' || SUM(CASE WHEN "
     "k.kind = 'receipt' THEN k.fen ELSE 0 END) || ', paid over ' || -SUM(CASE WHEN k.kind = "
     "'payover' THEN k.fen ELSE 0 END) || ', gave back ' || -SUM(CASE WHEN k.kind = 'refund' THEN "
     "k.fen ELSE 0 END) || ' and has ' || SUM(k.fen) FROM deal_fee x JOIN ledger_account a ON "
     "a.deal_fee_id = x.id JOIN (SELECT e.credit_id AS id, e.amount_fen AS fen, COALESCE(o.kind, "
     "v.kind) AS kind FROM ledger_entry e JOIN voucher v ON v.id = e.voucher_id LEFT JOIN voucher "
     "o ON o.id = v.reverses_id UNION ALL SELECT e.debit_id, -e.amount_fen, COALESCE(o.kind, "
     "v.kind) FROM ledger_entry e JOIN voucher v ON v.id = e.voucher_id LEFT JOIN voucher o ON "
     "o.id = v.reverses_id) k ON k.id = a.id GROUP BY x.id HAVING SUM(k.fen) < 0 OR SUM(k.fen) <> "
     "SUM(CASE WHEN k.kind IN ('receipt', 'payover', 'refund', 'exchange') THEN k.fen ELSE 0 END)"},
    {"FI-10", "SELECT 'entry ' || e.id || ' of voucher ' || v.id || ' is not from its fee to where "
              "it was paid from' FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id JOIN "
              "ledger_account d ON d.id = e.debit_id JOIN ledger_account c ON c.id = e.credit_id "
              "LEFT JOIN payover p ON p.voucher_id = v.id LEFT JOIN deal_fee x ON x.id = "
              "d.deal_fee_id WHERE v.kind = 'payover' AND (x.fee_id IS NULL OR p.fee_id IS NULL OR "
              "x.fee_id <> p.fee_id OR NOT EXISTS (SELECT 1 FROM voucher_tender t WHERE "
              "t.voucher_id = v.id AND t.tender = c.tender AND t.account_id = c.account_id))"},
    {"FI-10", "SELECT 'agency fees of deal ' || a.deal_id || ' are among its own money' FROM "
              "ledger_account a JOIN ledger_entry e ON e.credit_id = a.id JOIN voucher v ON "
              "v.id = e.voucher_id WHERE a.kind = 'deal' AND a.fund = 'agency_fee' AND v.kind <> "
              "'noted'"},
    {"FI-27",
     "SELECT 'refund ' || f.id || ' was approved for other money than was paid' FROM "
     "refund f WHERE f.state = 'paid' AND EXISTS (SELECT 1 FROM (SELECT account_id AS id, "
     "amount_fen AS fen FROM refund_line WHERE refund_id = f.id UNION ALL SELECT debit_id, "
     "-amount_fen FROM ledger_entry WHERE voucher_id = f.voucher_id) x GROUP BY x.id "
     "HAVING SUM(x.fen) <> 0)"},
    {"FI-27", "SELECT 'refund ' || f.id || ' is ' || f.state || ', its request is ' || "
              "COALESCE(a.state, 'not there') FROM refund f LEFT JOIN approval a ON a.id = "
              "f.approval_id WHERE COALESCE(a.state, '') <> CASE WHEN f.state = 'asked' THEN "
              "'running' WHEN f.state IN ('approved', 'paid', 'cancelled') THEN 'approved' ELSE "
              "f.state END"},
    {"FI-27", "SELECT 'refund ' || f.id || ' is of change ' || g.id || ', which is ' || g.state "
              "FROM refund f JOIN deal_change g ON g.id = f.change_id WHERE g.state <> 'executed' "
              "OR f.approval_id IS NOT g.approval_id"},
    {"FI-27", "SELECT 'change ' || g.id || ' gives back ' || g.refund_fen || ' fen, its refunds "
              "and the penalty are ' || COALESCE(SUM(l.amount_fen), 0) FROM deal_change g JOIN "
              "refund f ON f.change_id = g.id JOIN refund_line l ON l.refund_id = f.id GROUP BY "
              "g.id HAVING g.refund_fen - CASE g.fault_side WHEN 'buyer' THEN g.penalty_fen ELSE "
              "0 END <> COALESCE(SUM(l.amount_fen), 0)"},
    {"FI-27", "SELECT 'voucher ' || v.id || ' pays a refund that says otherwise' FROM voucher v "
              "WHERE v.kind = 'refund' AND (SELECT COUNT(*) FROM refund f WHERE f.voucher_id = "
              "v.id) <> (NOT EXISTS (SELECT 1 FROM voucher b WHERE b.reverses_id = v.id)) OR "
              "v.reverses_id IN (SELECT o.id FROM voucher o WHERE o.kind = 'refund') AND NOT "
              "EXISTS (SELECT 1 FROM refund_reversal x WHERE x.by_id = v.id)"},
    {"FI-35",
     "SELECT 'line ' || l.id || ' of the bank is not part ' || m.ordinal || ' of voucher ' "
     "|| m.voucher_id FROM escrow_match m JOIN escrow_line l ON l.id = m.line_id JOIN "
     "voucher_tender t ON t.voucher_id = m.voucher_id AND t.ordinal = m.ordinal WHERE "
     "m.ended_ms IS NULL AND (t.account_id <> l.account_id OR t.amount_fen <> "
     "l.amount_fen OR l.ended_ms IS NOT NULL OR EXISTS (SELECT 1 FROM voucher b WHERE "
     "b.reverses_id = m.voucher_id))"},
    {"IV-01", "SELECT 'invoice ' || i.id || ' is of ' || i.amount_fen || ' fen, its money is ' || "
              "COALESCE(SUM(p.amount_fen), 0) FROM invoice i LEFT JOIN invoice_part p ON "
              "p.invoice_id = i.id GROUP BY i.id HAVING i.amount_fen <> "
              "COALESCE(SUM(p.amount_fen), 0)"},
    {"IV-02",
     "SELECT 'deal ' || d.id || ' has more on invoices than it received, ' || " HELD
     " FROM deal d WHERE d.id IN (SELECT i.deal_id FROM invoice i) AND " HELD " > " RECEIVED},
    {"IV-05", "SELECT 'voucher ' || v.reverses_id || ' was taken back and invoice ' || i.id || ' "
              "is of it' FROM voucher v JOIN invoice_part p ON p.voucher_id = v.reverses_id JOIN "
              "invoice i ON i.id = p.invoice_id WHERE " INVOICE_HOLDS("i")},
    {"FI-30", "SELECT 'leaf ' || y.no || ' of book ' || y.book_id || ' was taken back for invoice "
              "' || i.id || ', and another is in its place' FROM invoice_paper y JOIN invoice i ON "
              "i.id = y.invoice_id JOIN receipt n ON n.from_book_id = y.book_id AND n.from_no = "
              "y.no WHERE i.state <> 'red'"},
    {"FI-36", "SELECT 'shift ' || s.id || ' took money after its end' FROM shift s JOIN voucher v "
              "ON v.shift_id = s.id WHERE v.at_ms > s.closed_ms"},
    {"FI-36", "SELECT 'shift ' || k.shift_id || ' was to have ' || k.expected_fen || ' fen in ' || "
              "k.tender || ', its vouchers say otherwise' FROM shift_count k JOIN shift s ON "
              "s.id = k.shift_id WHERE k.expected_fen <> CASE k.tender WHEN 'cash' THEN "
              "s.float_fen ELSE 0 END + (SELECT COALESCE(SUM(CASE WHEN e.debit_id = a.id THEN "
              "e.amount_fen ELSE -e.amount_fen END), 0) FROM voucher v JOIN ledger_entry e ON "
              "e.voucher_id = v.id JOIN ledger_account a ON a.id IN (e.debit_id, e.credit_id) "
              "WHERE v.shift_id = s.id AND a.tender = k.tender)"},
};

struct verifying {
    struct db *db;
    void (*each)(void *arg, const char *invariant, const char *what);
    void *arg;
    int64_t n;
};

static void violated(struct verifying *v, const char *invariant, const char *what)
{
    v->n++;
    v->each(v->arg, invariant, what);
}

static int query_check(struct verifying *v, const char *invariant, const char *sql)
{
    struct stmt *s;
    int r = db_query(v->db, &s, sql, "");

    while (r >= 0 && (r = stmt_step(s)) == 1)
        violated(v, invariant, stmt_text(s, 0));
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* FI-15: what stands on a receipt is what was hashed when it was given. */
static int leaves_check(struct verifying *v)
{
    uint8_t sha[crypto_hash_sha256_BYTES];
    struct stmt *s;
    char what[96];
    int r = db_query(v->db, &s, "SELECT book_id, no, content, sha FROM receipt", "");

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const char *content = stmt_text(s, 2);
        size_t n = 0;
        const void *kept = stmt_blob(s, 3, &n);

        crypto_hash_sha256(sha, (const uint8_t *)content, strlen(content));
        if (n == sizeof(sha) && memcmp(sha, kept, n) == 0)
            continue;
        snprintf(what, sizeof(what), "leaf %" PRId64 " of book %" PRId64 " is not what was given",
                 stmt_int(s, 1), stmt_int(s, 0));
        violated(v, "FI-15", what);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* I4: what is stored gives the hash that was approved. */
static int publication_verify(struct verifying *v, int64_t project_id)
{
    char hash[CONTENT_HASH_TEXT], stored[CONTENT_HASH_TEXT] = "", what[96];
    struct content *c = NULL;
    struct stmt *s = NULL;
    int64_t id = 0;
    int r = publication_live(v->db, project_id, &id);

    if (r <= 0)
        return r;
    r = content_published(v->db, id, 0, &c);
    if (r < 0)
        return r;
    content_hash(c, hash);
    content_free(c);
    r = db_query(v->db, &s, "SELECT hash FROM publication WHERE id = $1", "i", id);
    if (r == 0 && (r = stmt_step(s)) == 1)
        snprintf(stored, sizeof(stored), "%s", stmt_text(s, 0));
    stmt_reset(s);
    snprintf(what, sizeof(what), "publication %" PRId64 " is not what was approved", id);
    if (r >= 0 && strcmp(hash, stored) != 0)
        violated(v, "I4", what);
    return r < 0 ? r : 0;
}

/* I5: shown is never more available than true. */
static int shown_check(void *arg, const struct unit_row *row)
{
    struct verifying *v = arg;
    struct unit_facts facts;
    char what[160];

    unit_facts(row, &facts);
    if (row->shown && public_loss(row->shown, public_state(&facts))) {
        snprintf(what, sizeof(what), "unit %" PRId64 " is shown as %c and reads %c", row->id,
                 row->shown, row->state);
        violated(v, "I5", what);
    }
    return 0;
}

static int shown_verify(struct verifying *v, int64_t project_id)
{
    const struct unit_filter filter = {.project_id = project_id};
    struct fault fault = {0};
    struct tx tx = {
        .db = v->db, .actor = &actor_system, .now_ms = clock_wall_ms(), .fault = &fault};
    int r = unit_scan(&tx, &filter, shown_check, v);

    fault_clear(&fault);
    return r;
}

static int projects_check(struct verifying *v)
{
    int64_t ids[PROJECT_MAX];
    struct stmt *s;
    size_t n = 0;
    int r = db_query(v->db, &s, "SELECT id FROM project", "");

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        if (n == PROJECT_MAX) {
            r = -E2BIG;
            break;
        }
        ids[n++] = stmt_int(s, 0);
    }
    stmt_reset(s);
    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = publication_verify(v, ids[i]);
        if (r >= 0)
            r = shown_verify(v, ids[i]);
    }
    return r < 0 ? r : 0;
}

static int checks_run(struct verifying *v, const struct check *list, size_t n)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = query_check(v, list[i].invariant, list[i].sql);
    return r;
}

int verify_queries(struct db *db, void (*each)(void *arg, const char *invariant, const char *what),
                   void *arg, int64_t *ret_n)
{
    struct verifying v = {db, each, arg, 0};
    int r = checks_run(&v, checks, sizeof(checks) / sizeof(checks[0]));

    if (r == 0)
        r = checks_run(&v, deal_checks, sizeof(deal_checks) / sizeof(deal_checks[0]));
    if (r == 0)
        r = checks_run(&v, ledger_checks, sizeof(ledger_checks) / sizeof(ledger_checks[0]));
    if (r == 0)
        r = leaves_check(&v);
    if (r == 0)
        *ret_n = v.n;
    return r;
}

int verify_invariants(struct db *db,
                      void (*each)(void *arg, const char *invariant, const char *what), void *arg,
                      int64_t *ret_n)
{
    struct verifying v = {db, each, arg, 0};
    int64_t n = 0;
    int r = verify_queries(db, each, arg, &n);

    if (r == 0)
        r = projects_check(&v);
    if (r == 0)
        *ret_n = n + v.n;
    return r;
}

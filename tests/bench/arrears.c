/* arrears.c - bench_arrears DB PROJECT TODAY LIMIT: how fast plain SQLite says what is owed.
 *
 * One statement as somebody who knows the tables would write it, with the store's settings: the
 * first LIMIT lines that are not paid, by day, with all that the office shows of one, and the sums
 * of all by age. What came in for a purse (fund.h) pays its lines, first what is earmarked, then
 * what is due first. Prints {"ms":N,"rows":[[…],…]} of the second time that it runs: the first one
 * reads the file.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PURSE(f)                                                                                   \
    "CASE WHEN " f " IN ('booking', 'deposit', 'down_payment', 'house_money', 'bank_loan', "       \
    "'fund_loan') THEN 'house' ELSE " f " END"
#define OF_ACCOUNT PURSE("a.fund")
#define OF_LINE    PURSE("r.fund")
#define ORDERED    "PARTITION BY deal_id, purse ORDER BY due, ordinal, id ROWS UNBOUNDED PRECEDING"

static const char sql[] =
    "WITH came AS MATERIALIZED (SELECT m.deal_id, m.purse, SUM(m.fen) AS fen FROM (SELECT "
    "a.deal_id, " OF_ACCOUNT " AS purse, e.amount_fen AS fen FROM ledger_account a JOIN "
    "ledger_entry e ON e.credit_id = a.id WHERE a.deal_id IS NOT NULL UNION ALL SELECT a.deal_id, "
    "" OF_ACCOUNT ", -e.amount_fen FROM ledger_account a JOIN ledger_entry e ON e.debit_id = a.id "
    "WHERE a.deal_id IS NOT NULL) m GROUP BY 1, 2), named AS MATERIALIZED (SELECT k.terms_id, "
    "k.ordinal, SUM(k.amount_fen) AS fen FROM earmark k WHERE NOT EXISTS (SELECT 1 FROM voucher y "
    "WHERE y.reverses_id = k.voucher_id) GROUP BY 1, 2), line AS (SELECT r.id, r.deal_id, "
    "r.ordinal, r.terms_id, r.fund, r.amount_fen, COALESCE(r.due_date, '9999-12-31') AS due, "
    "" OF_LINE " AS purse FROM deal d JOIN receivable r ON r.deal_id = d.id WHERE d.project_id = "
    "?1 AND r.ended_ms IS NULL AND r.waived_ms IS NULL AND r.amount_fen > 0), priced AS (SELECT "
    "l.*, COALESCE(c.fen, 0) AS fen, MIN(l.amount_fen, COALESCE(n.fen, 0)) AS mark FROM line l "
    "LEFT JOIN came c ON c.deal_id = l.deal_id AND c.purse = l.purse LEFT JOIN named n ON "
    "n.terms_id = l.terms_id AND n.ordinal = l.ordinal), given AS (SELECT p.*, MAX(0, MIN(mark, "
    "fen - (SUM(mark) OVER w - mark))) AS had FROM priced p WINDOW w AS (" ORDERED ")), owed AS "
    "MATERIALIZED (SELECT id, deal_id, fund, due, amount_fen, MAX(0, MIN(amount_fen - had, upto - "
    "rest)) AS owed FROM (SELECT g.*, fen - SUM(had) OVER (PARTITION BY deal_id, purse) AS rest, "
    "SUM(amount_fen - had) OVER (" ORDERED ") AS upto FROM given g) WHERE upto > rest AND "
    "amount_fen > had), aged AS (SELECT deal_id, owed, CASE WHEN due >= ?2 THEN 0 WHEN due >= "
    "date(?2, '-30 days') THEN 1 WHEN due >= date(?2, '-60 days') THEN 2 WHEN due >= date(?2, "
    "'-90 days') THEN 3 ELSE 4 END AS band FROM owed) SELECT o.id, o.deal_id, b.name || CASE "
    "s.name WHEN '' THEN '' ELSE '-' || s.name END || '-' || u.room, d.customer_id, c.name, "
    "d.user_id, a.name, o.fund, t.plan_name, o.amount_fen, o.amount_fen - o.owed, o.owed, CASE "
    "WHEN o.due < '9999-12-31' THEN o.due END, (SELECT n.day FROM dunning n WHERE n.receivable_id "
    "= o.id ORDER BY n.id DESC LIMIT 1), (SELECT n.way FROM dunning n WHERE n.receivable_id = "
    "o.id ORDER BY n.id DESC LIMIT 1) FROM (SELECT * FROM owed ORDER BY due, id LIMIT ?3) o JOIN "
    "deal d ON d.id = o.deal_id JOIN unit u ON u.id = d.unit_id JOIN building b ON b.id = "
    "u.building_id JOIN stair s ON s.id = u.stair_id JOIN customer c ON c.id = d.customer_id JOIN "
    "user_account a ON a.id = d.user_id JOIN terms t ON t.id = d.terms_id UNION ALL SELECT band, "
    "COUNT(*), NULL, COUNT(DISTINCT deal_id), NULL, SUM(owed), NULL, NULL, NULL, NULL, NULL, "
    "NULL, NULL, NULL, NULL FROM aged GROUP BY band UNION ALL SELECT 5, COUNT(*), NULL, "
    "COUNT(DISTINCT deal_id), NULL, SUM(owed), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
    "NULL FROM aged";

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_arrears: %s: %s\n", what, why);
    exit(1);
}

/* Names here need no escapes: they are what bench_fill makes. */
static void row_print(sqlite3_stmt *s, const char *before)
{
    printf("%s[", before);
    for (int i = 0; i < sqlite3_column_count(s); i++) {
        const char *text = (const char *)sqlite3_column_text(s, i);
        const char *quote = sqlite3_column_type(s, i) == SQLITE_TEXT ? "\"" : "";

        printf("%s%s%s%s", i ? "," : "", quote, text ? text : "null", quote);
    }
    printf("]");
}

static double all_read(sqlite3 *db, sqlite3_stmt *s, int print)
{
    const double begun = now_ms();
    int n = 0, rc;

    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        if (print)
            row_print(s, n++ ? "," : "");
    if (rc != SQLITE_DONE)
        fail("step", sqlite3_errmsg(db));
    sqlite3_reset(s);
    return now_ms() - begun;
}

int main(int argc, char **argv)
{
    sqlite3_stmt *s = NULL;
    sqlite3 *db = NULL;
    double ms;
    int r;

    if (argc != 5) {
        fputs("bench_arrears DB PROJECT TODAY LIMIT\n", stderr);
        return 2;
    }
    r = sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_exec(db, "PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY", NULL, NULL,
                         NULL);
    if (r == SQLITE_OK)
        r = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    if (r != SQLITE_OK)
        fail(argv[1], sqlite3_errmsg(db));
    sqlite3_bind_int64(s, 1, strtoll(argv[2], NULL, 10));
    sqlite3_bind_text(s, 2, argv[3], -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, strtoll(argv[4], NULL, 10));
    printf("{\"rows\":[");
    all_read(db, s, 1);
    ms = all_read(db, s, 0);
    printf("],\"ms\":%.3f}\n", ms);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return 0;
}

/* arrears.c - see arrears.h. */
#include "db/arrears.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_scope.h"
#include "db/late.h"
#include "db/receivable.h"
#include "db/sight.h"

const char *const arrears_band_codes[ARREARS_BANDS + 1] = {"open",  "1-30", "31-60",
                                                           "61-90", "over", NULL};

enum { SCOPE_TEXT = ACTOR_BUILDINGS_MAX * 21 + 2 };
#define NEVER "'9999-12-31'" /* a line without a day comes last */

/* What came to the deal's accounts of a fund and what left them. Side by side each is read by its
 * own index; what the view received says in one OR may be read through as a whole. */
#define MOVED(side, of)                                                                            \
    "COALESCE((SELECT SUM(e.amount_fen) FROM ledger_account a CROSS JOIN ledger_entry e WHERE "    \
    "a.deal_id = d.id AND " of " AND e." side " = a.id), 0)"
#define FEN(of) MOVED("credit_id", of) " - " MOVED("debit_id", of)
/* The deals that are asked for, each with what came in for the house; their living lines, each with
 * what came in for its purse, what was paid for it by name (FI-39), and what it and those of its
 * purse before it lack then; and of those what is owed. As receivable_allocate() has it: nearly all
 * lines are the house's, whose money is so read once a deal. $1 project, $2 building,
 * $3 consultant, $4 customer, $5 plan, $6 deal, $7 buildings in scope, $8 fund, $9 until. */
#define OF_PURSE " OVER (PARTITION BY deal_id, purse"
#define IN_ORDER OF_PURSE " ORDER BY due, ordinal, id ROWS UNBOUNDED PRECEDING) "
#define MARK     "MIN(l.amount_fen, " RECEIVABLE_EARMARKED("l") ")"
#define PURSE    FUND_PURSE("l.fund")
#define OF_HOUSE FEN(FUND_OF_THE_HOUSE("a.fund"))
#define OF_OTHER FEN("a.fund = l.fund")
#define OWED                                                                                       \
    "WITH d AS MATERIALIZED (SELECT d.id, " OF_HOUSE " AS house FROM deal d JOIN unit u ON u.id "  \
    "= d.unit_id WHERE d.project_id = $1 AND ($2 = 0 OR u.building_id = $2) AND ($3 = 0 OR "       \
    "d.user_id = $3) AND ($4 = 0 OR EXISTS (SELECT 1 FROM deal_party q WHERE q.deal_id = d.id "    \
    "AND q.customer_id = $4 AND q.ended_ms IS NULL)) AND ($5 = 0 OR EXISTS (SELECT 1 FROM terms "  \
    "t WHERE t.id = d.terms_id AND t.plan_id = $5)) AND ($6 = 0 OR d.id = $6) AND ($7 = '' OR "    \
    "$7 LIKE '%|' || u.building_id || '|%')), m AS (SELECT l.id, l.deal_id, l.ordinal, l.fund, "   \
    "l.amount_fen, COALESCE(l.due_date, " NEVER ") AS due, " PURSE " AS purse, CASE " PURSE " "    \
    "WHEN 'house_money' THEN d.house ELSE " OF_OTHER " END AS fen, " MARK " AS mark FROM d JOIN "  \
    "receivable l ON l.deal_id = d.id WHERE l.ended_ms IS NULL AND l.waived_ms IS NULL AND "       \
    "l.amount_fen > 0), g AS (SELECT m.*, MAX(0, MIN(mark, fen - (SUM(mark)" IN_ORDER "- mark))) " \
    "AS given FROM m), l AS (SELECT g.*, amount_fen - given AS lacks, fen - SUM(given)" OF_PURSE   \
    ") AS rest, SUM(amount_fen - given)" IN_ORDER "AS upto FROM g), o AS (SELECT id, deal_id, "    \
    "fund, due, amount_fen, MIN(lacks, upto - rest) AS owed_fen FROM l WHERE upto > rest AND "     \
    "lacks > 0 AND ($8 = '' OR fund = $8) AND ($9 = '' OR due <= $9)) "
/* $10 and $11: due from and until, which make a band. */
#define IN_BAND "o.due >= $10 AND o.due <= $11 "

static const char list_sql[] = OWED
    "SELECT o.id, o.deal_id, u.building_id, d.customer_id, d.user_id, t.plan_id, o.amount_fen, "
    "o.owed_fen, b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || u.room, "
    "c.name, c.kind, a.name, o.fund, t.plan_name, CASE WHEN o.due < " NEVER " THEN o.due END, "
    "n.day, n.way FROM (SELECT * FROM o WHERE " IN_BAND
    "AND ($12 = 0 OR (o.due, o.id) > ((SELECT COALESCE(x.due_date, " NEVER ") FROM receivable x "
    "WHERE x.id = $12), $12)) AND ($13 = '' OR NOT EXISTS (SELECT 1 FROM dunning n WHERE "
    "n.receivable_id = o.id AND n.day = $13)) ORDER BY o.due, o.id LIMIT $14) o "
    /* In this order: a page, and what it names. */
    "CROSS JOIN deal d CROSS JOIN unit u CROSS JOIN building b CROSS JOIN stair st "
    "CROSS JOIN customer c CROSS JOIN user_account a CROSS JOIN terms t LEFT JOIN dunning n ON "
    "n.id = (SELECT MAX(y.id) FROM dunning y WHERE y.receivable_id = o.id) WHERE d.id = o.deal_id "
    "AND u.id = d.unit_id AND b.id = u.building_id AND st.id = u.stair_id AND "
    "c.id = d.customer_id AND a.id = d.user_id AND t.id = d.terms_id ORDER BY o.due, o.id";

/* $12 to $15: the last day of each band, the youngest first. A row of each band and one of all,
 * whose deals are counted once. */
static const char totals_sql[] = OWED
    ", k AS MATERIALIZED (SELECT o.deal_id, o.owed_fen, CASE WHEN o.due >= $12 THEN 0 WHEN o.due "
    ">= $13 THEN 1 WHEN o.due >= $14 THEN 2 WHEN o.due >= $15 THEN 3 ELSE 4 END AS band FROM o "
    "WHERE " IN_BAND "AND ($16 = '' OR NOT EXISTS (SELECT 1 FROM dunning n WHERE "
    "n.receivable_id = o.id AND n.day = $16))) SELECT band, COUNT(*), COUNT(DISTINCT deal_id), "
    "SUM(owed_fen) FROM k GROUP BY band UNION ALL SELECT 5, COUNT(*), COUNT(DISTINCT deal_id), "
    "COALESCE(SUM(owed_fen), 0) FROM k";

/* ---- the filter ---- */

/* The days that make the bands, as of today: a band begins on its day and ends before the one of
 * the band that is younger. */
struct bands {
    char from[ARREARS_BANDS][DAY_TEXT], to[ARREARS_BANDS][DAY_TEXT];
};

static int bands_of(const char *today, struct bands *ret)
{
    int r = 0;

    snprintf(ret->from[ARREARS_OPEN], DAY_TEXT, "%s", today);
    snprintf(ret->to[ARREARS_OPEN], DAY_TEXT, "9999-12-31");
    for (int i = ARREARS_30; r == 0 && i < ARREARS_BANDS; i++) {
        r = day_add(today, -30 * (i - 1) - 1, ret->to[i]);
        if (r == 0 && i < ARREARS_OVER)
            r = day_add(today, -30 * i, ret->from[i]);
    }
    snprintf(ret->from[ARREARS_OVER], DAY_TEXT, "0000-00-00");
    return r;
}

/* The buildings in scope, "|3|4|"; "" all. */
static void scope_text(const struct tx *tx, int64_t project_id, char out[SCOPE_TEXT])
{
    size_t n = 0;

    out[0] = '\0';
    if (actor_sees_whole(tx->actor, project_id))
        return;
    n = (size_t)snprintf(out, SCOPE_TEXT, "|");
    for (size_t i = 0; i < tx->actor->n_buildings; i++)
        n += (size_t)snprintf(out + n, SCOPE_TEXT - n, "%" PRId64 "|", tx->actor->buildings[i]);
}

/* What a filter binds. */
struct asked {
    struct bands bands;
    char scope[SCOPE_TEXT];
    const char *from, *to; /* that the band asks for */
    int64_t user_id;
};

static int asked_make(struct tx *tx, const struct arrears_filter *f, struct asked *ret)
{
    int r = tx_need_project(tx, f->project_id);

    if (r == 0 && f->customer_id)
        r = sight_need(tx, f->customer_id);
    if (r == 0)
        r = bands_of(f->today, &ret->bands);
    if (r < 0)
        return r;
    scope_text(tx, f->project_id, ret->scope);
    ret->user_id = actor_has(tx->actor, RIGHT_DEAL_ALL) || tx->actor->kind == ACTOR_SYSTEM
                       ? f->user_id
                       : tx->actor->id;
    ret->from = f->band >= 0 ? ret->bands.from[f->band] : "0000-00-00";
    ret->to = f->band >= 0              ? ret->bands.to[f->band]
              : f->band == ARREARS_LATE ? ret->bands.to[ARREARS_30]
                                        : "9999-12-31";
    return 0;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- the list ---- */

static int days_of(const char *due_date, const char *today, struct arrears_row *row)
{
    int64_t days = 0;
    int r = due_date ? day_between(due_date, today, &days) : 0;

    row->days = days > 0 ? days : 0;
    row->band = days <= 0    ? ARREARS_OPEN
                : days <= 30 ? ARREARS_30
                : days <= 60 ? ARREARS_60
                : days <= 90 ? ARREARS_90
                             : ARREARS_OVER;
    return r;
}

static int late_find(void *arg, const struct late_row *late)
{
    struct arrears_row *row = arg;

    if (late->receivable_id == row->id)
        row->late_fen = late->owed_fen;
    return 0;
}

static int row_give(struct tx *tx, struct stmt *s, const char *today,
                    int (*each)(void *arg, const struct arrears_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    struct arrears_row row = {.id = stmt_int(s, 0),
                              .deal_id = stmt_int(s, 1),
                              .building_id = stmt_int(s, 2),
                              .user_id = stmt_int(s, 4),
                              .plan_id = stmt_int(s, 5),
                              .amount_fen = stmt_int(s, 6),
                              .received_fen = stmt_int(s, 6) - stmt_int(s, 7),
                              .owed_fen = stmt_int(s, 7),
                              .unit = stmt_text(s, 8),
                              .customer = name_shown(tx, stmt_text(s, 9), stmt_text(s, 10), masked),
                              .user = stmt_text(s, 11),
                              .fund = stmt_text(s, 12),
                              .plan = stmt_text(s, 13),
                              .due_date = stmt_text(s, 14),
                              .dunned_on = stmt_text(s, 15),
                              .dunned_way = stmt_text(s, 16)};
    int r = days_of(row.due_date, today, &row);

    if (r == 0 && row.days > 0)
        r = late_each(tx, row.deal_id, today, late_find, &row);
    if (r == 0)
        r = sight_id(tx, stmt_int(s, 3), &row.customer_id);
    return r < 0 ? r : each(arg, &row);
}

int arrears_each(struct tx *tx, const struct arrears_filter *f,
                 int (*each)(void *arg, const struct arrears_row *row), void *arg)
{
    struct stmt *s = NULL;
    struct asked asked;
    int r = asked_make(tx, f, &asked);

    if (r == 0)
        r = db_query(tx->db, &s, list_sql, "iiiiiitttttiti", f->project_id, f->building_id,
                     asked.user_id, f->customer_id, f->plan_id, f->deal_id, asked.scope,
                     or_empty(f->fund), or_empty(f->until), asked.from, asked.to, f->after_id,
                     or_empty(f->undunned_on), (int64_t)f->limit);
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = row_give(tx, s, f->today, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- totals ---- */

int arrears_totals(struct tx *tx, const struct arrears_filter *f,
                   struct arrears_sum ret_bands[ARREARS_BANDS], struct arrears_sum *ret_all)
{
    struct stmt *s = NULL;
    struct asked asked;
    int r = asked_make(tx, f, &asked);

    if (r == 0)
        r = db_query(tx->db, &s, totals_sql, "iiiiiitttttttttt", f->project_id, f->building_id,
                     asked.user_id, f->customer_id, f->plan_id, f->deal_id, asked.scope,
                     or_empty(f->fund), or_empty(f->until), asked.from, asked.to,
                     asked.bands.from[ARREARS_OPEN], asked.bands.from[ARREARS_30],
                     asked.bands.from[ARREARS_60], asked.bands.from[ARREARS_90],
                     or_empty(f->undunned_on));
    memset(ret_bands, 0, ARREARS_BANDS * sizeof(*ret_bands));
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const int64_t band = stmt_int(s, 0);
        struct arrears_sum *sum = band < ARREARS_BANDS ? &ret_bands[band] : ret_all;

        *sum = (struct arrears_sum){stmt_int(s, 1), stmt_int(s, 2), stmt_int(s, 3)};
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

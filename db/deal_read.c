/* deal_read.c - reading deals. See deal.h. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "db/deal.h"
#include "db/deal_as_of.h"
#include "db/ledger.h"
#include "db/receivable.h"
#include "db/sight.h"
#include "db/user.h"

/* What came in for the price. */
#define OF_ACCOUNT LEDGER_FEN("x")
#define OF_HOUSE   FUND_OF_THE_HOUSE("x.fund")
#define RECEIVED                                                                                   \
    "COALESCE((SELECT SUM(" OF_ACCOUNT                                                             \
    ") FROM ledger_account x WHERE x.deal_id = d.id AND " OF_HOUSE "), 0)"
/* $1 the day of the site. */
#define COLUMNS                                                                                    \
    "SELECT d.id, d.version, d.project_id, u.building_id, d.unit_id, d.customer_id, d.user_id, "   \
    "d.terms_id, b.name || CASE st.name WHEN '' THEN '' ELSE '-' || st.name END || '-' || "        \
    "u.room, c.name, c.kind, a.name, d.stage, d.outcome, p.kind, p.number, p.document, "           \
    "t.list_fen, t.total_fen, " RECEIVED ", " DUE_NOW                                              \
    ", t.plan_name, t.plan_kind, d.opened_ms, d.due_ms, "                                          \
    "d.closed_ms, (SELECT g.kind FROM deal_change g WHERE g.deal_id = d.id AND g.state = "         \
    "'asked'), d.from_deal_id, (SELECT y.id FROM deal y WHERE y.from_deal_id = d.id) "             \
    "FROM deal d JOIN unit u ON u.id = d.unit_id JOIN building b ON b.id = u.building_id "         \
    "JOIN stair st ON st.id = u.stair_id JOIN customer c ON c.id = d.customer_id "                 \
    "JOIN user_account a ON a.id = d.user_id JOIN terms t ON t.id = d.terms_id "                   \
    "LEFT JOIN deal_document p ON p.id = (SELECT MAX(z.id) FROM deal_document z WHERE "            \
    "z.deal_id = d.id AND (z.state IN ('live', 'ended') OR d.outcome = 'void')) "
/* What is due until today and has not come in, as receivable_allocate() has it, in one sum of each
 * purse: what came in pays what is due first, but for what is paid by name for a line of later. */
#define MARK        "MIN(l.amount_fen, " RECEIVABLE_EARMARKED("l") ")"
#define PURSE_ASKED FUND_PURSE("l.fund")
#define PURSE_CAME  FUND_PURSE("r.fund")
#define CAME        LEDGER_FEN("r")
#define DUE_NOW                                                                                    \
    "(SELECT COALESCE(SUM(MAX(0, g.due - g.fen + MAX(0, MIN(g.later, g.fen - g.marked)))), 0) "    \
    "FROM (SELECT SUM(x.due) AS due, SUM(x.marked) AS marked, SUM(x.later) AS later, MAX(0, "      \
    "SUM(x.fen)) AS fen FROM (SELECT " PURSE_ASKED " AS purse, CASE WHEN l.due_date <= $1 THEN "   \
    "l.amount_fen ELSE 0 END AS due, CASE WHEN l.due_date <= $1 THEN " MARK " ELSE 0 END AS "      \
    "marked, CASE WHEN l.due_date <= $1 THEN 0 ELSE " MARK " END AS later, 0 AS fen FROM "         \
    "receivable l WHERE l.deal_id = d.id AND l.ended_ms IS NULL AND l.waived_ms IS NULL AND "      \
    "l.amount_fen > 0 UNION ALL SELECT " PURSE_CAME ", 0, 0, 0, " CAME " FROM ledger_account r "   \
    "WHERE r.deal_id = d.id) x GROUP BY x.purse) g)"
static const char one_sql[] = COLUMNS "WHERE d.id = $2";
#define FILTER                                                                                     \
    "WHERE ($2 = 0 OR d.project_id = $2) AND ($3 = 0 OR u.building_id = $3) "                      \
    "AND ($4 = 0 OR d.unit_id = $4) AND ($5 = 0 OR EXISTS (SELECT 1 FROM deal_party q WHERE "      \
    "q.deal_id = d.id AND q.customer_id = $5)) AND ($6 = 0 OR d.user_id = $6) "                    \
    "AND ($7 = '' OR $7 LIKE '%' || d.stage || '%') "                                              \
    "AND ($8 < 0 OR ($8 = 1 AND d.closed_ms IS NULL) OR ($8 = 0 AND d.closed_ms IS NOT NULL)) "    \
    "AND ($9 = 0 OR (d.closed_ms IS NULL AND d.due_ms <= $9)) "                                    \
    "AND ($10 = 0 OR " DUE_NOW " > 0) "                                                            \
    "AND ($11 = 0 OR EXISTS (SELECT 1 FROM deal_change g WHERE g.deal_id = d.id AND g.state = "    \
    "'asked')) AND ($12 = 0 OR d.opened_ms >= $12) AND ($13 = 0 OR d.opened_ms < $13) "            \
    "AND ($14 = '' OR EXISTS (SELECT 1 FROM deal_document z WHERE z.deal_id = d.id AND "           \
    "(z.document = $14 OR CAST(z.number AS TEXT) = $14))) "                                        \
    "AND ($15 = 0 OR d.id < $15) AND ($16 = 0 OR (d.closed_ms IS NULL AND d.due_ms > $16)) "
static const char list_sql[] = COLUMNS FILTER "ORDER BY d.id DESC";
static const char soon_sql[] = COLUMNS FILTER "ORDER BY d.due_ms, d.id";

static const char *text_at(struct stmt *s, int column)
{
    const char *text = stmt_text(s, column);

    return text ? text : "";
}

static bool row_seen(const struct tx *tx, const struct deal_row *row)
{
    const struct actor *actor = tx->actor;

    return actor_sees_building(actor, row->project_id, row->building_id) &&
           (actor->kind == ACTOR_SYSTEM || row->user_id == actor->id ||
            actor_has(actor, RIGHT_DEAL_ALL));
}

static void row_fill(struct stmt *s, struct deal_row *row)
{
    *row = (struct deal_row){.id = stmt_int(s, 0),
                             .version = stmt_int(s, 1),
                             .project_id = stmt_int(s, 2),
                             .building_id = stmt_int(s, 3),
                             .unit_id = stmt_int(s, 4),
                             .customer_id = stmt_int(s, 5),
                             .user_id = stmt_int(s, 6),
                             .terms_id = stmt_int(s, 7),
                             .unit = stmt_text(s, 8),
                             .user = stmt_text(s, 11),
                             .stage = stmt_text(s, 12)[0],
                             .outcome = stmt_text(s, 13),
                             .document_kind = text_at(s, 14),
                             .document_number = stmt_int(s, 15),
                             .document = text_at(s, 16),
                             .list_fen = stmt_int(s, 17),
                             .total_fen = stmt_int(s, 18),
                             .received_fen = stmt_int(s, 19),
                             .due_now_fen = stmt_int(s, 20),
                             .plan_name = stmt_text(s, 21),
                             .plan_kind = stmt_text(s, 22),
                             .opened_ms = stmt_int(s, 23),
                             .due_ms = stmt_int(s, 24),
                             .closed_ms = stmt_int(s, 25),
                             .change_kind = text_at(s, 26),
                             .from_deal_id = stmt_int(s, 27),
                             .to_deal_id = stmt_int(s, 28)};
}

/* Gives rows in the actor's scope until there were @limit. */
static int rows_give(struct tx *tx, struct stmt *s, int limit,
                     int (*each)(void *arg, const struct deal_row *row), void *arg)
{
    int n = 0, r = 0;

    while (r >= 0 && n < limit && (r = stmt_step(s)) == 1) {
        char masked[CONTACT_NAME_TEXT];
        struct deal_row row;

        row_fill(s, &row);
        if (!row_seen(tx, &row))
            continue;
        row.customer = name_shown(tx, stmt_text(s, 9), stmt_text(s, 10), masked);
        n++;
        r = sight_id(tx, row.customer_id, &row.customer_id);
        if (r == 0)
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : n;
}

int deal_get(struct tx *tx, int64_t deal_id, const char *today,
             int (*each)(void *arg, const struct deal_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, one_sql, "ti", today, deal_id);

    if (r == 0)
        r = rows_give(tx, s, 1, each, arg);
    return r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : r < 0 ? r : 0;
}

/* @after_ms: whose term ends after that; 0: any. */
static int filter_query(struct tx *tx, const char *sql, const struct deal_filter *f,
                        int64_t after_ms, struct stmt **ret_s)
{
    const int64_t user =
        actor_has(tx->actor, RIGHT_DEAL_ALL) ? f->user_id : tx->actor->id; /* own, and no others */
    int r = f->project_id ? tx_need_project(tx, f->project_id) : 0;

    if (r == 0 && f->customer_id)
        r = sight_need(tx, f->customer_id);
    return r < 0 ? r
                 : db_query(tx->db, ret_s, sql, "tiiiiitiiiiiitii", f->today, f->project_id,
                            f->building_id, f->unit_id, f->customer_id, user,
                            f->stages ? f->stages : "", (int64_t)f->live,
                            f->overdue ? tx->now_ms : (int64_t)0, (int64_t)f->owing,
                            (int64_t)f->changing, f->from_ms, f->to_ms, f->paper ? f->paper : "",
                            f->before_id, after_ms);
}

int deal_list(struct tx *tx, const struct deal_filter *f,
              int (*each)(void *arg, const struct deal_row *row), void *arg)
{
    struct stmt *s = NULL;
    int r = filter_query(tx, list_sql, f, 0, &s);

    if (r == 0)
        r = rows_give(tx, s, f->limit < DEAL_PAGE_MAX ? f->limit : DEAL_PAGE_MAX + 1, each, arg);
    return r < 0 ? r : 0;
}

struct figures_sum {
    struct deal_figures figures;
    int64_t now_ms;
};

static int figures_add(void *arg, const struct deal_row *row)
{
    struct figures_sum *sum = arg;

    sum->figures.n++;
    sum->figures.total_fen += row->total_fen;
    sum->figures.due_now_fen += row->due_now_fen;
    sum->figures.overdue += !row->closed_ms && row->due_ms && row->due_ms <= sum->now_ms;
    return 0;
}

int deal_figures(struct tx *tx, const struct deal_filter *f, struct deal_figures *ret,
                 int (*each)(void *arg, const struct deal_row *row), void *arg)
{
    struct figures_sum sum = {.now_ms = tx->now_ms};
    struct stmt *s = NULL;
    int r = filter_query(tx, list_sql, f, 0, &s);

    if (r == 0)
        r = rows_give(tx, s, INT_MAX, figures_add, &sum);
    if (r >= 0)
        r = filter_query(tx, soon_sql, f, tx->now_ms, &s);
    if (r == 0)
        r = rows_give(tx, s, f->limit, each, arg);
    if (r < 0)
        return r;
    *ret = sum.figures;
    return 0;
}

/* ---- what belongs to one ---- */

static int parties_give(struct tx *tx, struct stmt *s,
                        int (*each)(void *arg, const struct deal_party_row *row), void *arg)
{
    int r = 0;

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char masked[CONTACT_NAME_TEXT];
        struct deal_party_row row = {.customer_id = stmt_int(s, 0),
                                     .ordinal = stmt_int(s, 1),
                                     .share_bp = stmt_int(s, 2),
                                     .since_ms = stmt_int(s, 3),
                                     .ended_ms = stmt_int(s, 4),
                                     .customer =
                                         name_shown(tx, stmt_text(s, 5), stmt_text(s, 6), masked)};

        r = sight_id(tx, row.customer_id, &row.customer_id);
        if (r == 0)
            r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

#define PARTIES                                                                                    \
    "SELECT p.customer_id, p.ordinal, p.share_bp, p.since_ms, p.ended_ms, c.name, c.kind FROM "    \
    "deal_party p JOIN customer c ON c.id = p.customer_id WHERE p.deal_id = $1 "

int deal_party_each(struct tx *tx, int64_t deal_id,
                    int (*each)(void *arg, const struct deal_party_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s, PARTIES "ORDER BY p.ordinal, p.id", "i", deal_id);

    return r < 0 ? r : parties_give(tx, s, each, arg);
}

int deal_as_of_party_each(struct tx *tx, int64_t deal_id, int64_t at_ms,
                          int (*each)(void *arg, const struct deal_party_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     PARTIES "AND p.since_ms <= $2 AND (p.ended_ms IS NULL OR p.ended_ms > $2) "
                             "ORDER BY p.ordinal",
                     "ii", deal_id, at_ms);

    return r < 0 ? r : parties_give(tx, s, each, arg);
}

int deal_document_each(struct tx *tx, int64_t deal_id,
                       int (*each)(void *arg, const struct deal_document_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT p.id, p.number, p.previous_id, p.terms_id, p.made_ms, p.ended_ms, "
                     "p.kind, p.document, p.state, a.name FROM deal_document p "
                     "JOIN user_account a ON a.id = p.user_id WHERE p.deal_id = $1 ORDER BY p.id",
                     "i", deal_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct deal_document_row row = {.id = stmt_int(s, 0),
                                              .number = stmt_int(s, 1),
                                              .previous_id = stmt_int(s, 2),
                                              .terms_id = stmt_int(s, 3),
                                              .made_ms = stmt_int(s, 4),
                                              .ended_ms = stmt_int(s, 5),
                                              .kind = stmt_text(s, 6),
                                              .document = stmt_text(s, 7),
                                              .state = stmt_text(s, 8),
                                              .user = stmt_text(s, 9)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int deal_stage_each(struct tx *tx, int64_t deal_id,
                    int (*each)(void *arg, const struct deal_stage_row *row), void *arg)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT state, document, document_date, since_ms, ended_ms, " USER_NAMED(
                         "approver") " FROM claim WHERE deal_id = $1 AND unit_id = "
                                     "(SELECT unit_id FROM deal WHERE id = $1) ORDER BY id",
                     "i", deal_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const struct deal_stage_row row = {.stage = stmt_text(s, 0)[0],
                                           .document = stmt_text(s, 1),
                                           .document_date = stmt_text(s, 2),
                                           .since_ms = stmt_int(s, 3),
                                           .ended_ms = stmt_int(s, 4),
                                           .user = stmt_text(s, 5)};

        r = each(arg, &row);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

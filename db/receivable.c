/* receivable.c - see receivable.h. */
#include "db/receivable.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_node.h"
#include "db/ledger.h"
#include "db/pool.h"
#include "db/process.h"

/* ---- the schedule ---- */

/* The lines of @terms_id; what one has more than the one of its place and kind in @was_terms_id had
 * is not in it (0: all is). A waiver or another day was approved for one sum: it goes on with a
 * line that has the place and the sum of the one it was for in the schedule that ends now. */
static int lines_make(struct tx *tx, int64_t deal_id, int64_t terms_id, int64_t was_terms_id)
{
    int r = db_run(tx->db,
                   "INSERT INTO receivable (deal_id, terms_id, ordinal, fund, amount_fen, loan, "
                   "due, due_days, due_node, due_date, known_ms, change_id, made_ms, waived_ms) "
                   "SELECT $1, n.terms_id, n.ordinal, n.fund, n.fen, n.loan, COALESCE(p.due, "
                   "n.due), COALESCE(p.due_days, n.due_days), COALESCE(p.due_node, n.due_node), "
                   "COALESCE(p.due_date, n.due_date), CASE WHEN COALESCE(p.due_date, n.due_date) "
                   "IS NOT NULL THEN $4 END, p.change_id, $4, k.waived_ms FROM "
                   "(SELECT l.*, CASE WHEN l.loan = 0 AND l.amount_fen > o.amount_fen THEN "
                   "o.amount_fen ELSE l.amount_fen END AS fen FROM terms_line l LEFT JOIN "
                   "terms_line o ON o.terms_id = $3 AND o.ordinal = l.ordinal AND o.fund = l.fund "
                   "WHERE l.terms_id = $2) n LEFT JOIN receivable k ON k.id = (SELECT MAX(x.id) "
                   "FROM receivable x WHERE x.deal_id = $1 AND x.terms_id IS NOT NULL AND "
                   "x.ended_ms = $4 AND x.ordinal = n.ordinal) AND k.fund = n.fund AND "
                   "k.amount_fen = n.fen LEFT JOIN receivable p ON p.id = k.id AND p.change_id "
                   "IS NOT NULL ORDER BY n.ordinal",
                   "iiii", deal_id, terms_id, was_terms_id, tx->now_ms);

    return r < 0 ? r : 0;
}

int receivable_make(struct tx *tx, int64_t deal_id, int64_t terms_id)
{
    return lines_make(tx, deal_id, terms_id, 0);
}

/* What a line said stays: another day is a line in its place (ST-22). @due_date NULL: as the line
 * waits for it again; else fixed, by a change. */
static int line_again(struct tx *tx, int64_t id, const char *due_date, int64_t change_id)
{
    int r = receivable_drop(tx, id);

    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO receivable (deal_id, terms_id, ordinal, fund, amount_fen, loan, "
                   "due, due_days, due_node, due_date, known_ms, change_id, made_ms, waived_ms) "
                   "SELECT deal_id, terms_id, ordinal, fund, amount_fen, loan, "
                   "CASE WHEN $2 IS NULL THEN due ELSE 'date' END, "
                   "CASE WHEN $2 IS NULL THEN due_days ELSE 0 END, "
                   "CASE WHEN $2 IS NULL THEN due_node ELSE '' END, $2, "
                   "CASE WHEN $2 IS NULL THEN NULL ELSE $3 END, COALESCE($4, change_id), $3, "
                   "waived_ms FROM receivable WHERE id = $1",
                   "itio", id, due_date, tx->now_ms, change_id ? &change_id : NULL);
    return r < 0 ? r : 0;
}

/* A living line that waits for something, and the day it has; "" none. */
struct waiting {
    int64_t id, days;
    int event; /* enum deal_event_kind; DEAL_EVENTS: a node's end */
    char day[DAY_TEXT];
    char *node;
};

static int event_of(const char *due)
{
    return strcmp(due, "subscribed") == 0 ? DEAL_SUBSCRIBED
           : strcmp(due, "signed") == 0   ? DEAL_SIGNED
           : strcmp(due, "filed") == 0    ? DEAL_FILED
           : strcmp(due, "bank") == 0     ? DEAL_BANK
                                          : DEAL_EVENTS;
}

/* 1 and the next one behind @line, whose node is the caller's to free; 0 when there is none. */
static int waiting_next(struct tx *tx, int64_t deal_id, struct waiting *line)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, due_days, due, due_date, due_node FROM receivable WHERE "
                     "deal_id = $1 AND id > $2 AND due <> 'date' AND ended_ms IS NULL "
                     "ORDER BY id LIMIT 1",
                     "ii", deal_id, line->id);

    if (r == 0)
        r = stmt_step(s);
    if (r == 1) {
        *line = (struct waiting){.id = stmt_int(s, 0),
                                 .days = stmt_int(s, 1),
                                 .event = event_of(stmt_text(s, 2)),
                                 .node = strdup(stmt_text(s, 4))};
        if (!stmt_is_null(s, 3))
            snprintf(line->day, sizeof(line->day), "%s", stmt_text(s, 3));
        if (!line->node)
            r = -ENOMEM;
    }
    stmt_reset(s);
    return r;
}

/* It has its day while what it waits for has happened. */
static int waiting_follow(struct tx *tx, int64_t deal_id, const struct waiting *line,
                          const struct deal_event events[DEAL_EVENTS])
{
    char day[DAY_TEXT] = "";
    int r = 0;

    if (line->event == DEAL_EVENTS)
        r = deal_node_day(tx, deal_id, line->node, day);
    else if (events[line->event].none)
        return 0;
    else
        snprintf(day, sizeof(day), "%s", events[line->event].day);
    if (r < 0 || (day[0] != '\0') == (line->day[0] != '\0'))
        return r;
    if (!day[0])
        return line_again(tx, line->id, NULL, 0);
    r = day_add(day, line->days, day);
    if (r == 0)
        r = db_run(tx->db, "UPDATE receivable SET due_date = $2, known_ms = $3 WHERE id = $1",
                   "iti", line->id, day, tx->now_ms);
    return r < 0 ? r : 0;
}

int receivable_follow(struct tx *tx, int64_t deal_id, const struct deal_event events[DEAL_EVENTS])
{
    struct waiting line = {.id = 0};
    int r = 0;

    while (r >= 0 && (r = waiting_next(tx, deal_id, &line)) == 1) {
        r = waiting_follow(tx, deal_id, &line, events);
        free(line.node);
    }
    return r < 0 ? r : 0;
}

int receivable_postpone(struct tx *tx, int64_t id, const char *due_date, int64_t change_id)
{
    return line_again(tx, id, due_date, change_id);
}

int receivable_waive(struct tx *tx, int64_t id)
{
    int r =
        db_run(tx->db, "UPDATE receivable SET waived_ms = $2 WHERE id = $1", "ii", id, tx->now_ms);

    return r < 0 ? r : 0;
}

int receivable_drop(struct tx *tx, int64_t id)
{
    int r =
        db_run(tx->db, "UPDATE receivable SET ended_ms = $2 WHERE id = $1", "ii", id, tx->now_ms);

    return r < 0 ? r : 0;
}

int receivable_add(struct tx *tx, const struct receivable_new *line, int64_t *ret_id)
{
    int r = db_get(tx->db, ret_id,
                   "INSERT INTO receivable (deal_id, ordinal, fund, amount_fen, due, due_date, "
                   "known_ms, change_id, made_ms) SELECT $1, COALESCE(MAX(ordinal), 0) + 1, $2, "
                   "$3, 'date', $4, $5, $6, $5 FROM receivable WHERE deal_id = $1 RETURNING id",
                   "ititio", line->deal_id, line->fund, line->amount_fen, line->due_date,
                   tx->now_ms, line->change_id ? &line->change_id : NULL);

    return r < 0 ? r : 0;
}

/* What a line has more than the one of its place and kind had is a line of its own. */
int receivable_make_up(struct tx *tx, int64_t deal_id, int64_t terms_id, int64_t was_terms_id,
                       const char *due_date, int64_t change_id)
{
    int r = db_run(tx->db,
                   "INSERT INTO receivable (deal_id, terms_id, ordinal, fund, amount_fen, loan, "
                   "due, due_days, due_node, due_date, known_ms, change_id, made_ms) "
                   "SELECT $1, n.terms_id, n.ordinal + $6, n.fund, n.amount_fen - o.amount_fen, "
                   "0, 'date', 0, '', $4, $5, $7, $5 FROM terms_line n JOIN terms_line o "
                   "ON o.terms_id = $3 AND o.ordinal = n.ordinal AND o.fund = n.fund "
                   "WHERE n.terms_id = $2 AND n.loan = 0 AND n.amount_fen > o.amount_fen",
                   "iiitiii", deal_id, terms_id, was_terms_id, due_date, tx->now_ms,
                   (int64_t)MAKE_UP_ORDINAL, change_id);

    return r < 0 ? r : lines_make(tx, deal_id, terms_id, was_terms_id);
}

int receivable_end(struct tx *tx, int64_t deal_id, bool all)
{
    const int64_t every = all;
    int r = db_run(tx->db,
                   "UPDATE receivable SET ended_ms = $2 WHERE deal_id = $1 AND ended_ms IS NULL "
                   "AND ($3 = 1 OR terms_id IS NOT NULL)",
                   "iii", deal_id, tx->now_ms, every);

    return r < 0 ? r : 0;
}

int receivable_restore(struct tx *tx, int64_t deal_id, int64_t terms_id)
{
    int r = receivable_end(tx, deal_id, false);

    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO receivable (deal_id, terms_id, ordinal, fund, amount_fen, loan, "
                   "due, due_days, due_node, due_date, known_ms, change_id, made_ms, waived_ms) "
                   "SELECT l.deal_id, l.terms_id, l.ordinal, l.fund, l.amount_fen, l.loan, l.due, "
                   "l.due_days, l.due_node, l.due_date, l.known_ms, l.change_id, $3, l.waived_ms "
                   "FROM receivable l WHERE l.deal_id = $1 AND l.terms_id = $2 AND l.id = "
                   "(SELECT MAX(x.id) FROM receivable x WHERE x.deal_id = $1 AND x.terms_id = $2 "
                   "AND x.ordinal = l.ordinal)",
                   "iii", deal_id, terms_id, tx->now_ms);
    return r < 0 ? r : 0;
}

/* ---- what came in ---- */

int receivable_received(struct tx *tx, int64_t deal_id, int64_t *ret_fen)
{
    int64_t sum = 0;
    int r =
        db_get(tx->db, &sum, "SELECT COALESCE(SUM(amount_fen), 0) FROM received WHERE deal_id = $1",
               "i", deal_id);

    if (r < 0)
        return r;
    *ret_fen = sum;
    return 0;
}

bool receivable_together(enum fund one, enum fund other)
{
    return fund_purse(one) == fund_purse(other);
}

/* What all lines of the deal that count for @fund ask for. */
static int asked_read(struct tx *tx, int64_t deal_id, enum fund fund, int64_t *ret_fen)
{
    struct stmt *s;
    int64_t fen = 0;
    int r = db_query(tx->db, &s,
                     "SELECT fund, SUM(amount_fen) FROM receivable WHERE deal_id = $1 AND "
                     "ended_ms IS NULL AND waived_ms IS NULL AND amount_fen > 0 GROUP BY fund "
                     "UNION ALL SELECT 'house_money', t.total_fen FROM deal d JOIN terms t ON "
                     "t.id = d.terms_id WHERE d.id = $1 AND t.plan_id IS NULL",
                     "i", deal_id);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const enum fund asked = fund_find(stmt_text(s, 0));

        if (asked != FUND_COUNT && receivable_together(asked, fund))
            fen += stmt_int(s, 1);
    }
    stmt_reset(s);
    *ret_fen = fen;
    return r < 0 ? r : 0;
}

int receivable_received_for(struct tx *tx, int64_t deal_id, enum fund fund, int64_t *ret_fen)
{
    struct fund_sum sums[FUND_COUNT];
    int64_t fen = 0;
    size_t n = 0;
    int r = ledger_deal_sums(tx, deal_id, sums, &n);

    for (size_t i = 0; i < n; i++)
        if (receivable_together(sums[i].fund, fund))
            fen += sums[i].fen;
    *ret_fen = fen;
    return r;
}

int receivable_room(struct tx *tx, int64_t deal_id, enum fund fund, int64_t *ret_fen)
{
    int64_t asked = 0, received = 0;
    int r = asked_read(tx, deal_id, fund, &asked);

    if (r == 0)
        r = receivable_received_for(tx, deal_id, fund, &received);
    *ret_fen = asked - received;
    return r;
}

/* ---- reading ---- */

static const char *line_state(const struct receivable_row *row, const char *today)
{
    const bool passed = row->due_date && strcmp(row->due_date, today) < 0;

    if (row->waived)
        return "waived";
    if (row->received_fen >= row->amount_fen)
        return "paid";
    if (passed)
        return "overdue";
    if (row->received_fen > 0)
        return "part";
    return row->due_date && strcmp(row->due_date, today) == 0 ? "due" : "open";
}

/* Up to @most of what is @left in its purse for a line that wants some. */
static void line_give(struct receivable_row *row, int64_t most, int64_t *left)
{
    const int64_t lacks = row->waived ? 0 : row->amount_fen - row->received_fen;
    int64_t fen = most < lacks ? most : lacks;

    if (fen > *left)
        fen = *left;
    if (fen <= 0)
        return;
    row->received_fen += fen;
    *left -= fen;
}

int64_t receivable_allocate(struct receivable_row *rows, size_t n,
                            const int64_t received_fen[FUND_COUNT], const char *today)
{
    int64_t left[FUND_COUNT + 1] = {0}, over = 0; /* the last one: of no fund that is known */

    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        left[fund_purse(fund)] += received_fen[fund];
    for (size_t i = 0; i < n; i++) {
        rows[i].received_fen = 0;
        line_give(&rows[i], rows[i].earmarked_fen, &left[fund_purse(fund_find(rows[i].fund))]);
    }
    for (size_t i = 0; i < n; i++) {
        line_give(&rows[i], rows[i].amount_fen, &left[fund_purse(fund_find(rows[i].fund))]);
        rows[i].state = line_state(&rows[i], today);
    }
    for (enum fund fund = 0; fund < FUND_COUNT; fund++)
        over += left[fund];
    return over;
}

struct lines {
    struct receivable_row rows[RECEIVABLE_MAX];
    struct pool pool; /* their texts */
    size_t n;
};

/* @s stands on it. Nothing but the day may be missing. */
static int line_take(struct lines *lines, struct stmt *s)
{
    struct receivable_row *row = &lines->rows[lines->n];
    struct pool *pool = &lines->pool;

    if (lines->n == RECEIVABLE_MAX)
        return -E2BIG;
    *row = (struct receivable_row){.id = stmt_int(s, 0),
                                   .ordinal = stmt_int(s, 1),
                                   .fund = pool_text(pool, stmt_text(s, 2)),
                                   .amount_fen = stmt_int(s, 3),
                                   .loan = stmt_int(s, 4) != 0,
                                   .waived = !stmt_is_null(s, 5),
                                   .due = pool_text(pool, stmt_text(s, 6)),
                                   .due_days = stmt_int(s, 7),
                                   .due_node = pool_text(pool, stmt_text(s, 8)),
                                   .due_date = pool_text(pool, stmt_text(s, 9)),
                                   .terms_id = stmt_int(s, 10),
                                   .earmarked_fen = stmt_int(s, 11)};
    if (!row->fund || !row->due || !row->due_node || (!row->due_date && !stmt_is_null(s, 9)))
        return -ENOMEM;
    lines->n++;
    return 0;
}

/* SQL: what payments until $2 that stand then were said to be for line l. */
#define EARMARKED                                                                                  \
    "COALESCE((SELECT SUM(k.amount_fen) FROM earmark k JOIN voucher v ON v.id = k.voucher_id "     \
    "WHERE k.terms_id = l.terms_id AND k.ordinal = l.ordinal AND v.at_ms <= $2 AND NOT EXISTS "    \
    "(SELECT 1 FROM voucher x WHERE x.reverses_id = v.id AND x.at_ms <= $2)), 0)"
#define NODE_NAMED PROCESS_NODE_NAMED("d.project_id", "l.due_node")

static int lines_read(struct tx *tx, int64_t deal_id, int64_t at_ms, struct lines *lines)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT l.id, l.ordinal, l.fund, l.amount_fen, l.loan, CASE WHEN "
                     "l.waived_ms <= $2 THEN l.waived_ms END, l.due, l.due_days, " NODE_NAMED
                     ", CASE WHEN COALESCE(l.known_ms, l.made_ms) <= $2 THEN l.due_date END AS "
                     "day, l.terms_id, " EARMARKED " FROM receivable l JOIN deal d ON "
                     "d.id = l.deal_id WHERE l.deal_id = $1 AND l.made_ms <= $2 AND (l.ended_ms IS "
                     "NULL OR l.ended_ms > $2) ORDER BY day NULLS LAST, l.ordinal, l.id",
                     "ii", deal_id, at_ms);

    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = line_take(lines, s);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* What had come in until then, by fund. */
static int money_read(struct tx *tx, int64_t deal_id, int64_t at_ms, int64_t ret_fen[FUND_COUNT])
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT fund, SUM(amount_fen) FROM received WHERE deal_id = $1 AND "
                     "at_ms <= $2 GROUP BY fund",
                     "ii", deal_id, at_ms);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const enum fund fund = fund_find(stmt_text(s, 0));

        if (fund != FUND_COUNT)
            ret_fen[fund] = stmt_int(s, 1);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int receivable_each_at(struct tx *tx, int64_t deal_id, int64_t at_ms, const char *today,
                       int (*each)(void *arg, const struct receivable_row *row), void *arg)
{
    struct lines *lines = calloc(1, sizeof(*lines));
    int64_t received[FUND_COUNT] = {0};
    int r = lines ? lines_read(tx, deal_id, at_ms, lines) : -ENOMEM;

    if (r == 0)
        r = money_read(tx, deal_id, at_ms, received);
    if (r == 0)
        receivable_allocate(lines->rows, lines->n, received, today);
    for (size_t i = 0; r >= 0 && i < lines->n; i++)
        r = each(arg, &lines->rows[i]);
    if (lines)
        pool_free(&lines->pool);
    free(lines);
    return r < 0 ? r : 0;
}

int receivable_each(struct tx *tx, int64_t deal_id, const char *today,
                    int (*each)(void *arg, const struct receivable_row *row), void *arg)
{
    return receivable_each_at(tx, deal_id, INT64_MAX, today, each, arg);
}

struct owing {
    const char *today;
    int64_t fen;
};

static int owed_add(void *arg, const struct receivable_row *row)
{
    struct owing *owing = arg;

    if (row->due_date && strcmp(row->due_date, owing->today) <= 0 && !row->waived &&
        row->amount_fen > row->received_fen)
        owing->fen += row->amount_fen - row->received_fen;
    return 0;
}

int receivable_owed(struct tx *tx, int64_t deal_id, const char *today, int64_t *ret_fen)
{
    struct owing owing = {.today = today};
    int r = receivable_each(tx, deal_id, today, owed_add, &owing);

    if (r == 0)
        *ret_fen = owing.fen;
    return r;
}

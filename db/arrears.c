/* arrears.c - see arrears.h. */
#include "db/arrears.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/day.h"
#include "db/deal_scope.h"
#include "db/late.h"
#include "db/ledger.h"
#include "db/receivable.h"
#include "db/sight.h"

const char *const arrears_band_codes[ARREARS_BANDS + 1] = {"open",  "1-30", "31-60",
                                                           "61-90", "over", NULL};

enum { SCOPE_TEXT = ACTOR_BUILDINGS_MAX * 21 + 2 };
#define NEVER "9999-12-31" /* a line without a day comes last */

/* The deals that are asked for, in their order: $1 project, $2 building, $3 consultant,
 * $4 customer, $5 plan, $6 deal, $7 buildings in scope. */
#define DEALS(of)                                                                                  \
    "FROM deal d CROSS JOIN unit u CROSS JOIN " of " WHERE d.project_id = $1 AND u.id = "          \
    "d.unit_id AND ($2 = 0 OR u.building_id = $2) AND ($3 = 0 OR d.user_id = $3) AND ($4 = 0 OR "  \
    "EXISTS (SELECT 1 FROM deal_party q WHERE q.deal_id = d.id AND q.customer_id = $4 AND "        \
    "q.ended_ms IS NULL)) AND ($5 = 0 OR EXISTS (SELECT 1 FROM terms t WHERE t.id = d.terms_id "   \
    "AND t.plan_id = $5)) AND ($6 = 0 OR d.id = $6) AND ($7 = '' OR $7 LIKE '%|' || "              \
    "u.building_id || '|%') AND "
/* $8: whether it was dunned on that day. */
static const char lines_sql[] =
    "SELECT d.id, l.id, l.ordinal, l.fund, l.amount_fen, l.due_date, " RECEIVABLE_EARMARKED(
        "l") ", $8 <> '' AND EXISTS (SELECT 1 FROM dunning n WHERE n.receivable_id = l.id AND "
             "n.day = $8) " DEALS("receivable l") "l.deal_id = d.id AND l.ended_ms IS NULL AND "
                                                  "l.waived_ms IS NULL AND l.amount_fen > 0 "
                                                  "ORDER BY d.id";
static const char money_sql[] = "SELECT d.id, a.fund, " LEDGER_FEN("a") " " DEALS(
    "ledger_account a") "a.deal_id = d.id ORDER BY d.id";
/* What the page shows of a line. */
static const char shown_sql[] =
    "SELECT u.building_id, d.customer_id, d.user_id, t.plan_id, b.name || CASE st.name WHEN '' "
    "THEN '' ELSE '-' || st.name END || '-' || u.room, c.name, c.kind, a.name, l.fund, "
    "t.plan_name, l.due_date, n.day, n.way FROM receivable l JOIN deal d ON d.id = l.deal_id JOIN "
    "unit u ON u.id = d.unit_id JOIN building b ON b.id = u.building_id JOIN stair st ON st.id = "
    "u.stair_id JOIN customer c ON c.id = d.customer_id JOIN user_account a ON a.id = d.user_id "
    "JOIN terms t ON t.id = d.terms_id LEFT JOIN dunning n ON n.id = (SELECT MAX(y.id) FROM "
    "dunning y WHERE y.receivable_id = l.id) WHERE l.id = $1";

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
    snprintf(ret->to[ARREARS_OPEN], DAY_TEXT, NEVER);
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
                                        : NEVER;
    return 0;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- what is owed ---- */

struct owed {
    int64_t id, deal_id, amount_fen, owed_fen;
    char due[DAY_TEXT];
};
typedef int owed_function(void *arg, const struct owed *owed);

/* Two ways through the same deals, one after the other: their lines, and their money. */
struct walk {
    const struct arrears_filter *filter;
    const struct asked *asked;
    struct stmt *lines, *money;
    int line, fund; /* 1: it stands on one */
    struct receivable_row rows[RECEIVABLE_MAX];
    char due[RECEIVABLE_MAX][DAY_TEXT];
    bool dunned[RECEIVABLE_MAX];
    size_t n;
};

static int walk_open(struct tx *tx, struct walk *w)
{
    const struct arrears_filter *f = w->filter;
    int r = db_query(tx->db, &w->lines, lines_sql, "iiiiiitt", f->project_id, f->building_id,
                     w->asked->user_id, f->customer_id, f->plan_id, f->deal_id, w->asked->scope,
                     or_empty(f->undunned_on));

    if (r == 0)
        r = db_query(tx->db, &w->money, money_sql, "iiiiiit", f->project_id, f->building_id,
                     w->asked->user_id, f->customer_id, f->plan_id, f->deal_id, w->asked->scope);
    if (r == 0)
        r = w->line = stmt_step(w->lines);
    if (r >= 0)
        r = w->fund = stmt_step(w->money);
    return r;
}

/* In the order of allocation: by the day, then as they stand in the schedule. */
static bool before(const struct receivable_row *a, const struct receivable_row *b)
{
    const int days = strcmp(a->due_date, b->due_date);

    if (days)
        return days < 0;
    return a->ordinal < b->ordinal || (a->ordinal == b->ordinal && a->id < b->id);
}

/* It stands on a line: to its place among those of the deal. */
static int line_take(struct walk *w)
{
    const enum fund fund = fund_find(stmt_text(w->lines, 3));
    const size_t slot = w->n;
    size_t i = slot;
    struct receivable_row row = {.id = stmt_int(w->lines, 1),
                                 .ordinal = stmt_int(w->lines, 2),
                                 .fund = fund == FUND_COUNT ? "" : funds[fund].code,
                                 .amount_fen = stmt_int(w->lines, 4),
                                 .earmarked_fen = stmt_int(w->lines, 6)};

    if (slot == RECEIVABLE_MAX)
        return -E2BIG;
    row.due_date = w->due[slot];
    snprintf(w->due[slot], DAY_TEXT, "%s",
             stmt_is_null(w->lines, 5) ? NEVER : stmt_text(w->lines, 5));
    w->dunned[slot] = stmt_int(w->lines, 7) != 0;
    for (; i > 0 && before(&row, &w->rows[i - 1]); i--)
        w->rows[i] = w->rows[i - 1];
    w->rows[i] = row;
    w->n++;
    return w->line = stmt_step(w->lines);
}

static bool wanted(const struct walk *w, const struct receivable_row *row)
{
    const struct arrears_filter *f = w->filter;
    const char *due = row->due_date;

    return row->amount_fen > row->received_fen && strcmp(due, w->asked->from) >= 0 &&
           strcmp(due, w->asked->to) <= 0 && (!f->until || strcmp(due, f->until) <= 0) &&
           (!f->fund || strcmp(row->fund, f->fund) == 0) &&
           !w->dunned[(due - w->due[0]) / DAY_TEXT];
}

/* The lines of the next deal that has some, with what came in for it. */
static int deal_walk(struct walk *w, owed_function *each, void *arg)
{
    const int64_t deal_id = stmt_int(w->lines, 0);
    int64_t received[FUND_COUNT] = {0};
    int r = 1;

    w->n = 0;
    while (r == 1 && stmt_int(w->lines, 0) == deal_id)
        r = line_take(w);
    while (r >= 0 && w->fund == 1 && stmt_int(w->money, 0) <= deal_id) {
        const enum fund fund = fund_find(stmt_text(w->money, 1));

        if (stmt_int(w->money, 0) == deal_id && fund != FUND_COUNT)
            received[fund] = stmt_int(w->money, 2);
        r = w->fund = stmt_step(w->money);
    }
    if (r >= 0)
        receivable_allocate(w->rows, w->n, received, w->filter->today);
    for (size_t i = 0; r >= 0 && i < w->n; i++) {
        const struct receivable_row *row = &w->rows[i];
        struct owed owed = {row->id, deal_id, row->amount_fen, row->amount_fen - row->received_fen,
                            ""};

        if (!wanted(w, row))
            continue;
        memcpy(owed.due, row->due_date, DAY_TEXT);
        r = each(arg, &owed);
    }
    return r;
}

/* Each line that the filter finds, deal by deal. */
static int owed_each(struct tx *tx, const struct arrears_filter *f, const struct asked *asked,
                     owed_function *each, void *arg)
{
    struct walk *w = calloc(1, sizeof(*w));
    int r;

    if (!w)
        return -ENOMEM;
    w->filter = f;
    w->asked = asked;
    r = walk_open(tx, w);
    while (r >= 0 && w->line == 1)
        r = deal_walk(w, each, arg);
    stmt_reset(w->lines);
    stmt_reset(w->money);
    free(w);
    return r < 0 ? r : 0;
}

/* ---- the list ---- */

/* The first @limit of what is owed behind a line, in order when it is cut. */
struct page {
    struct owed after, *rows;
    size_t n, limit, room;
};

static int owed_order(const void *a, const void *b)
{
    const struct owed *one = a, *other = b;
    const int days = strcmp(one->due, other->due);

    return days ? days : one->id < other->id ? -1 : one->id > other->id;
}

static void page_cut(struct page *p)
{
    if (p->n > 0)
        qsort(p->rows, p->n, sizeof(*p->rows), owed_order);
    if (p->n > p->limit)
        p->n = p->limit;
}

/* When there are twice as many as are wanted, the later half goes. */
static int page_add(void *arg, const struct owed *owed)
{
    struct page *p = arg;

    if (owed_order(owed, &p->after) <= 0)
        return 0;
    if (p->n == 2 * p->limit)
        page_cut(p);
    if (p->n == p->room) {
        const size_t room = p->room ? 2 * p->room : 64;
        struct owed *rows = realloc(p->rows, room * sizeof(*rows));

        if (!rows)
            return -ENOMEM;
        p->rows = rows;
        p->room = room;
    }
    p->rows[p->n++] = *owed;
    return 0;
}

static int page_begin(struct tx *tx, const struct arrears_filter *f, struct page *ret)
{
    struct stmt *s = NULL;
    int r = 0;

    *ret = (struct page){.limit = f->limit > 0 ? (size_t)f->limit : 0};
    if (!f->after_id)
        return 0;
    r = db_query(tx->db, &s, "SELECT due_date FROM receivable WHERE id = $1", "i", f->after_id);
    if (r == 0)
        r = stmt_step(s);
    ret->after.id = f->after_id;
    snprintf(ret->after.due, DAY_TEXT, "%s",
             r == 1 && !stmt_is_null(s, 0) ? stmt_text(s, 0) : NEVER);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

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

/* @s stands on what is shown of it. */
static int row_give(struct tx *tx, struct stmt *s, const struct owed *owed, const char *today,
                    int (*each)(void *arg, const struct arrears_row *row), void *arg)
{
    char masked[CONTACT_NAME_TEXT];
    struct arrears_row row = {.id = owed->id,
                              .deal_id = owed->deal_id,
                              .building_id = stmt_int(s, 0),
                              .user_id = stmt_int(s, 2),
                              .plan_id = stmt_int(s, 3),
                              .amount_fen = owed->amount_fen,
                              .received_fen = owed->amount_fen - owed->owed_fen,
                              .owed_fen = owed->owed_fen,
                              .unit = stmt_text(s, 4),
                              .customer = name_shown(tx, stmt_text(s, 5), stmt_text(s, 6), masked),
                              .user = stmt_text(s, 7),
                              .fund = stmt_text(s, 8),
                              .plan = stmt_text(s, 9),
                              .due_date = stmt_text(s, 10),
                              .dunned_on = stmt_text(s, 11),
                              .dunned_way = stmt_text(s, 12)};
    int r = days_of(row.due_date, today, &row);

    if (r == 0 && row.days > 0)
        r = late_each(tx, row.deal_id, today, late_find, &row);
    if (r == 0)
        r = sight_id(tx, stmt_int(s, 1), &row.customer_id);
    return r < 0 ? r : each(arg, &row);
}

int arrears_each(struct tx *tx, const struct arrears_filter *f,
                 int (*each)(void *arg, const struct arrears_row *row), void *arg)
{
    struct page page = {.n = 0};
    struct asked asked;
    int r = asked_make(tx, f, &asked);

    if (r == 0)
        r = page_begin(tx, f, &page);
    if (r == 0)
        r = owed_each(tx, f, &asked, page_add, &page);
    page_cut(&page);
    for (size_t i = 0; r >= 0 && i < page.n; i++) {
        struct stmt *s;

        r = db_query(tx->db, &s, shown_sql, "i", page.rows[i].id);
        if (r == 0)
            r = stmt_step(s);
        if (r == 1)
            r = row_give(tx, s, &page.rows[i], f->today, each, arg);
        stmt_reset(s);
    }
    free(page.rows);
    return r < 0 ? r : 0;
}

/* ---- totals ---- */

struct adding {
    const struct asked *asked;
    struct arrears_sum *bands, *all;
    int64_t in[ARREARS_BANDS + 1]; /* the deal that was counted last, in each and in all */
};

/* A deal is counted once in each band, and once in all: its lines come one after the other. */
static void sum_add(struct arrears_sum *sum, int64_t *last, const struct owed *owed)
{
    sum->lines++;
    sum->fen += owed->owed_fen;
    sum->deals += *last != owed->deal_id;
    *last = owed->deal_id;
}

static int totals_add(void *arg, const struct owed *owed)
{
    struct adding *a = arg;
    int band = ARREARS_OPEN;

    while (band < ARREARS_OVER && strcmp(owed->due, a->asked->bands.from[band]) < 0)
        band++;
    sum_add(&a->bands[band], &a->in[band], owed);
    sum_add(a->all, &a->in[ARREARS_BANDS], owed);
    return 0;
}

int arrears_totals(struct tx *tx, const struct arrears_filter *f,
                   struct arrears_sum ret_bands[ARREARS_BANDS], struct arrears_sum *ret_all)
{
    struct adding adding = {.bands = ret_bands, .all = ret_all};
    struct asked asked;
    int r = asked_make(tx, f, &asked);

    adding.asked = &asked;
    memset(ret_bands, 0, ARREARS_BANDS * sizeof(*ret_bands));
    *ret_all = (struct arrears_sum){.lines = 0};
    return r < 0 ? r : owed_each(tx, f, &asked, totals_add, &adding);
}

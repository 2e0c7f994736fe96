/* late.c - what is owed for paying late: computed, and made due lines of. See late.h. */
#include "db/late.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/deal_scope.h"
#include "db/deal_write.h"
#include "db/late_fee.h"
#include "db/receivable.h"
#include "db/user.h"

/* ---- what the contract says ---- */

int late_term_read(struct tx *tx, int64_t deal_id, struct late_term *ret_term)
{
    struct stmt *s;
    int r = db_query(tx->db, &s,
                     "SELECT id, rate, days, beyond_rate, at_ms, " USER_NAMED(
                         "actor") " FROM late_term WHERE deal_id = $1 ORDER BY id DESC LIMIT 1",
                     "i", deal_id);

    *ret_term = (struct late_term){.id = 0};
    if (r == 0 && (r = stmt_step(s)) == 1) {
        *ret_term = (struct late_term){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2),
                                       stmt_int(s, 3), stmt_int(s, 4), ""};
        snprintf(ret_term->user, sizeof(ret_term->user), "%s", stmt_text(s, 5));
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int late_term_begin(struct tx *tx, int64_t deal_id)
{
    int r = db_run(tx->db,
                   "INSERT INTO late_term (deal_id, rate, days, beyond_rate, actor, at_ms) SELECT "
                   "d.id, p.late_rate, p.late_days, p.late_beyond_rate, $2, $3 FROM deal d JOIN "
                   "project p ON p.id = d.project_id WHERE d.id = $1 AND p.late_beyond_rate > 0 "
                   "AND NOT EXISTS (SELECT 1 FROM late_term x WHERE x.deal_id = d.id)",
                   "iti", deal_id, tx->actor->name, tx->now_ms);

    return r < 0 ? r : 0;
}

int late_term_set(struct tx *tx, int64_t deal_id, int64_t rate, int64_t days, int64_t beyond_rate)
{
    struct trail trail = {0};
    struct late_term was;
    struct deal_now deal;
    int r = deal_now_read(tx, deal_id, 0, &deal);

    if (r == 0 && !strchr("CFDT", deal.stage))
        r = fault_set(tx->fault, FAULT_LATE_NO_CONTRACT, NULL);
    if (r == 0 && beyond_rate < rate)
        r = fault_set(tx->fault, FAULT_LATE_RATE, NULL);
    if (r == 0)
        r = late_term_read(tx, deal_id, &was);
    if (r == 0)
        r = db_run(tx->db,
                   "INSERT INTO late_term (deal_id, rate, days, beyond_rate, actor, at_ms) VALUES "
                   "($1, $2, $3, $4, $5, $6)",
                   "iiiiti", deal_id, rate, days, beyond_rate, tx->actor->name, tx->now_ms);
    if (r < 0)
        return r;
    trail_int(&trail, "late_rate", was.id ? &was.rate : NULL, &rate);
    trail_int(&trail, "late_days", was.id ? &was.days : NULL, &days);
    trail_int(&trail, "late_beyond", was.id ? &was.beyond_rate : NULL, &beyond_rate);
    return deal_log(tx, &deal, "deal.late-term", &trail);
}

/* ---- when what came in ---- */

/* The lines of a deal, and for each what it had got by the end of each day on which money moved. */
struct book {
    struct tx *tx;
    int64_t deal_id;
    const char *day;
    struct receivable_row rows[RECEIVABLE_MAX];
    char due[RECEIVABLE_MAX][DAY_TEXT];
    enum fund funds[RECEIVABLE_MAX];
    size_t n;
    struct late_payment *payments; /* of each line, @n_days in a row */
    size_t paid[RECEIVABLE_MAX];   /* how many there are of each */
    size_t n_days;
};

static int line_keep(void *arg, const struct receivable_row *row)
{
    struct book *b = arg;

    b->rows[b->n] = *row;
    b->funds[b->n] = fund_find(row->fund);
    snprintf(b->due[b->n], DAY_TEXT, "%s", row->due_date ? row->due_date : "");
    b->rows[b->n].due_date = row->due_date ? b->due[b->n] : NULL;
    b->rows[b->n].fund = b->funds[b->n] == FUND_COUNT ? "" : funds[b->funds[b->n]].code;
    b->rows[b->n].due = b->rows[b->n].due_node = b->rows[b->n].state = NULL;
    b->n++;
    return 0;
}

/* SQL: of vouchers v of until $2 that stand: none that was taken back, none that takes one back. */
#define STOOD                                                                                      \
    "v.day <= $2 AND v.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM voucher x WHERE "         \
    "x.reverses_id = v.id)"

/* What was paid by name until then. */
static int earmarks_read(struct book *b, const char *day)
{
    struct stmt *s;
    int r = db_query(b->tx->db, &s,
                     "SELECT k.terms_id, k.ordinal, SUM(k.amount_fen) FROM earmark k JOIN voucher "
                     "v ON v.id = k.voucher_id WHERE v.deal_id = $1 AND " STOOD
                     " GROUP BY k.terms_id, k.ordinal",
                     "it", b->deal_id, day);

    for (size_t i = 0; i < b->n; i++)
        b->rows[i].earmarked_fen = 0;
    while (r >= 0 && (r = stmt_step(s)) == 1)
        for (size_t i = 0; i < b->n; i++)
            if (b->rows[i].terms_id == stmt_int(s, 0) && b->rows[i].ordinal == stmt_int(s, 1))
                b->rows[i].earmarked_fen = stmt_int(s, 2);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* More is a payment of that day; less was not there before: the last ones are less by it. */
static void line_moved(struct book *b, size_t i, const char *day, int64_t fen)
{
    struct late_payment *of = &b->payments[i * b->n_days];

    if (fen > 0) {
        snprintf(of[b->paid[i]].day, DAY_TEXT, "%s", day);
        of[b->paid[i]++].amount_fen = fen;
    }
    while (fen < 0 && b->paid[i] > 0) {
        struct late_payment *last = &of[b->paid[i] - 1];
        const int64_t part = last->amount_fen < -fen ? last->amount_fen : -fen;

        last->amount_fen -= part;
        fen += part;
        if (last->amount_fen == 0)
            b->paid[i]--;
    }
}

/* What had come in until then, by fund. */
static int money_read(struct book *b, const char *day, int64_t ret_fen[FUND_COUNT])
{
    struct stmt *s;
    int r = db_query(b->tx->db, &s,
                     "SELECT a.fund, SUM(CASE WHEN e.credit_id = a.id THEN e.amount_fen ELSE "
                     "-e.amount_fen END) FROM ledger_account a JOIN ledger_entry e ON "
                     "e.credit_id = a.id OR e.debit_id = a.id JOIN voucher v ON v.id = "
                     "e.voucher_id WHERE a.deal_id = $1 AND " STOOD " GROUP BY a.fund",
                     "it", b->deal_id, day);

    while (r >= 0 && (r = stmt_step(s)) == 1) {
        const enum fund fund = fund_find(stmt_text(s, 0));

        if (fund != FUND_COUNT)
            ret_fen[fund] = stmt_int(s, 1);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int day_replay(struct book *b, const char *day, int64_t had[RECEIVABLE_MAX])
{
    int64_t received[FUND_COUNT] = {0};
    int r = money_read(b, day, received);

    if (r == 0)
        r = earmarks_read(b, day);
    if (r < 0)
        return r;
    receivable_allocate(b->rows, b->n, received, day);
    for (size_t i = 0; i < b->n; i++) {
        line_moved(b, i, day, b->rows[i].received_fen - had[i]);
        had[i] = b->rows[i].received_fen;
    }
    return 0;
}

#define DAYS_OF                                                                                    \
    " FROM voucher v WHERE v.id IN (SELECT e.voucher_id FROM ledger_account a JOIN ledger_entry "  \
    "e ON e.credit_id = a.id OR e.debit_id = a.id WHERE a.deal_id = $1) AND " STOOD

static int replay(struct book *b)
{
    int64_t had[RECEIVABLE_MAX] = {0}, n = 0;
    struct stmt *s = NULL;
    int r = db_get(b->tx->db, &n, "SELECT COUNT(DISTINCT v.day)" DAYS_OF, "it", b->deal_id, b->day);

    b->n_days = (size_t)n;
    if (r >= 0)
        b->payments = calloc(b->n * b->n_days + 1, sizeof(*b->payments));
    if (r < 0 || !b->payments)
        return r < 0 ? r : -ENOMEM;
    r = db_query(b->tx->db, &s, "SELECT DISTINCT v.day" DAYS_OF " ORDER BY 1", "it", b->deal_id,
                 b->day);
    while (r >= 0 && (r = stmt_step(s)) == 1) {
        char day[DAY_TEXT];

        snprintf(day, sizeof(day), "%s", stmt_text(s, 0));
        r = day_replay(b, day, had);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

static int book_read(struct book *b)
{
    int r = receivable_each(b->tx, b->deal_id, b->day, line_keep, b);

    return r < 0 ? r : replay(b);
}

static void book_free(struct book *b)
{
    if (b)
        free(b->payments);
    free(b);
}

/* ---- what is owed ---- */

/* The buyer's own for the house and what goes with it. */
static bool bears(const struct book *b, size_t i)
{
    const struct receivable_row *row = &b->rows[i];
    const enum fund fund = b->funds[i];

    return !row->loan && !row->waived && row->amount_fen > 0 && row->due_date &&
           strcmp(row->due_date, b->day) < 0 && fund != FUND_COUNT &&
           (funds[fund].class == FUND_CLASS_HOUSE || fund == FUND_AREA_DIFFERENCE ||
            fund == FUND_ATTACHED || fund == FUND_FIT_OUT);
}

/* Until the day it was paid, or until now. */
static int days_late(const struct book *b, size_t i, int64_t *ret_days)
{
    const struct late_payment *of = &b->payments[i * b->n_days];
    const bool whole = b->rows[i].received_fen >= b->rows[i].amount_fen && b->paid[i] > 0;

    *ret_days = 0;
    return day_between(b->rows[i].due_date, whole ? of[b->paid[i] - 1].day : b->day, ret_days);
}

static int taken_off(struct tx *tx, struct late_row *row)
{
    int r = db_get(tx->db, &row->charged_fen,
                   "SELECT COALESCE(SUM(amount_fen), 0) FROM late_charge WHERE receivable_id = $1",
                   "i", row->receivable_id);

    if (r >= 0)
        r = db_get(tx->db, &row->waived_fen,
                   "SELECT COALESCE(SUM(amount_fen), 0) FROM late_waiver WHERE receivable_id = $1 "
                   "AND state = 'approved'",
                   "i", row->receivable_id);
    if (r >= 0)
        r = db_get(tx->db, &row->asked_fen,
                   "SELECT COALESCE(SUM(amount_fen), 0) FROM late_waiver WHERE receivable_id = $1 "
                   "AND state = 'asked'",
                   "i", row->receivable_id);
    return r < 0 ? r : 0;
}

/* 1 when it is or was late. */
static int row_make(const struct book *b, const struct late_term *term, size_t i,
                    struct late_row *ret)
{
    struct late_instalment of = {.due = b->rows[i].due_date,
                                 .amount_fen = b->rows[i].amount_fen,
                                 .payments = &b->payments[i * b->n_days],
                                 .n_payments = b->paid[i]};
    struct late_row row = {.receivable_id = b->rows[i].id,
                           .ordinal = b->rows[i].ordinal,
                           .amount_fen = b->rows[i].amount_fen,
                           .received_fen = b->rows[i].received_fen,
                           .fund = b->rows[i].fund,
                           .due_date = b->rows[i].due_date};
    int r = days_late(b, i, &row.days);

    if (r < 0 || row.days < 1)
        return r;
    row.rate = row.days > term->days ? term->beyond_rate : term->rate;
    of.rate = row.rate;
    r = late_fee(&of, b->day, &row.computed_fen);
    if (r == 0)
        r = taken_off(b->tx, &row);
    if (r < 0)
        return r;
    row.owed_fen = row.computed_fen - row.charged_fen - row.waived_fen;
    if (row.owed_fen < 0)
        row.owed_fen = 0;
    *ret = row;
    return 1;
}

int late_each(struct tx *tx, int64_t deal_id, const char *day,
              int (*each)(void *arg, const struct late_row *row), void *arg)
{
    struct late_term term;
    struct late_row row;
    struct book *b = NULL;
    int r = late_term_read(tx, deal_id, &term);

    if (r < 0 || !term.id)
        return r;
    b = calloc(1, sizeof(*b));
    if (!b)
        return -ENOMEM;
    b->tx = tx;
    b->deal_id = deal_id;
    b->day = day;
    r = book_read(b);
    for (size_t i = 0; r >= 0 && i < b->n; i++)
        if (bears(b, i) && (r = row_make(b, &term, i, &row)) == 1)
            r = each(arg, &row);
    book_free(b);
    return r < 0 ? r : 0;
}

static int owed_add(void *arg, const struct late_row *row)
{
    int64_t *fen = arg;

    *fen += row->owed_fen;
    return 0;
}

int late_owed(struct tx *tx, int64_t deal_id, const char *day, int64_t *ret_fen)
{
    int64_t fen = 0;
    int r = late_each(tx, deal_id, day, owed_add, &fen);

    if (r == 0)
        *ret_fen = fen;
    return r;
}

/* ---- charged ---- */

struct charging {
    struct tx *tx;
    int64_t deal_id, term_id, left_fen;
    char today[DAY_TEXT];
};

static int row_charge(void *arg, const struct late_row *row)
{
    struct charging *c = arg;
    const int64_t fen = row->owed_fen < c->left_fen ? row->owed_fen : c->left_fen;
    const struct receivable_new line = {.deal_id = c->deal_id,
                                        .fund = funds[FUND_LATE_FEE].code,
                                        .amount_fen = fen,
                                        .due_date = c->today};
    int64_t id = 0;
    int r;

    if (fen <= 0)
        return 0;
    r = receivable_add(c->tx, &line, &id);
    if (r == 0)
        r = db_run(c->tx->db,
                   "INSERT INTO late_charge (receivable_id, line_id, term_id, until_day, rate, "
                   "days, computed_fen, before_fen, waived_fen, amount_fen, actor, at_ms) VALUES "
                   "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                   "iiitiiiiiiti", row->receivable_id, id, c->term_id, c->today, row->rate,
                   row->days, row->computed_fen, row->charged_fen, row->waived_fen, fen,
                   c->tx->actor->name, c->tx->now_ms);
    c->left_fen -= fen;
    return r < 0 ? r : 0;
}

int late_charge(struct tx *tx, int64_t deal_id, int64_t fen)
{
    struct charging c = {.tx = tx, .deal_id = deal_id, .left_fen = fen};
    struct late_term term;
    int r = late_term_read(tx, deal_id, &term);

    if (r < 0 || fen <= 0)
        return r;
    c.term_id = term.id;
    day_of(tx->now_ms, c.today);
    return late_each(tx, deal_id, c.today, row_charge, &c);
}

/* terms_make.c - terms worked out: price, discounts, schedule, authority. See terms_make.h. */
#include "db/terms_make.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/clock.h"
#include "db/day.h"
#include "db/deal_scope.h"
#include "db/loan.h"
#include "db/payment_plan.h"
#include "db/project.h"
#include "db/publication.h"
#include "db/unit.h"
#include "db/unit_class.h"

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

void terms_until(const char *day, struct terms_made *made)
{
    int64_t end;

    if (day && day_end_ms(day, &end) == 0 && (made->until_ms == 0 || end < made->until_ms))
        made->until_ms = end;
}

/* ---- the unit and its price ---- */

struct pricing {
    struct tx *tx;
    const struct terms_ask *ask;
    struct terms_made *made;
    int64_t shown_fen;
    bool changed; /* since it was read */
    char until[16];
};

static int unit_read(void *arg, const struct unit_row *u)
{
    struct pricing *p = arg;
    struct terms_made *made = p->made;
    struct terms_row *row = &made->row;

    unit_path(u, made->path, sizeof(made->path));
    p->changed = p->ask->unit_version && p->ask->unit_version != u->version;
    p->shown_fen = u->shown ? u->shown_total_fen : 0;
    snprintf(p->until, sizeof(p->until), "%s", u->price_until ? u->price_until : "");
    row->project_id = u->project_id;
    row->unit_id = u->id;
    row->list_fen = u->total_fen;
    row->price_basis = pool_text(&made->pool, u->price_basis);
    row->area = is(u->price_basis, "gross") ? u->gross : is(u->price_basis, "inner") ? u->inner : 0;
    made->class = pool_text(&made->pool, u->class);
    made->filed_fen = u->filed_total_fen;
    made->floor_fen = u->floor_total_fen;
    return row->price_basis && made->class ? 0 : -ENOMEM;
}

/* What the live deal on this very unit stands on: a document keeps its price version (PR-17). 1
 * when there is one. */
static int price_of_deal(struct pricing *p)
{
    struct terms_made *made = p->made;
    struct terms_row *row = &made->row;
    struct stmt *s;
    bool same = false;
    int r = db_query(p->tx->db, &s,
                     "SELECT t.unit_id, t.unit_price_id, t.publication_id, t.list_fen, t.area, "
                     "t.price_basis, t.member_level, t.id, t.attached_fen FROM deal d "
                     "JOIN terms t ON t.id = d.terms_id WHERE d.id = $1 AND d.project_id = $2 AND "
                     "d.closed_ms IS NULL",
                     "ii", p->ask->deal_id, row->project_id);

    if (r >= 0)
        r = stmt_step(s);
    if (r == 1 && stmt_int(s, 0) == row->unit_id) {
        same = true;
        row->unit_price_id = stmt_int(s, 1);
        row->publication_id = stmt_int(s, 2);
        row->list_fen = stmt_int(s, 3) - stmt_int(s, 8);
        made->frozen_id = stmt_int(s, 7);
        row->area = stmt_int(s, 4);
        row->price_basis = pool_text(&made->pool, stmt_text(s, 5));
        row->member_level = pool_text(&made->pool, stmt_text(s, 6)); /* frozen too (PR-11) */
    }
    stmt_reset(s);
    if (r == 0)
        return fault_set(p->tx->fault, FAULT_TERMS_OTHERS, NULL);
    return r < 0 ? r : same && (!row->price_basis || !row->member_level) ? -ENOMEM : same;
}

/* The price as it stands today: within its window (PR-04), not above the filed one (PR-06). */
static int price_of_today(struct pricing *p)
{
    struct terms_made *made = p->made;
    struct terms_row *row = &made->row;
    int r;

    if (row->list_fen <= 0)
        return fault_set(p->tx->fault, FAULT_UNIT_NOT_PRICED, "unit", made->path, NULL);
    if (p->until[0] && strcmp(p->until, made->today) < 0)
        return fault_set(p->tx->fault, FAULT_PRICE_EXPIRED, "unit", made->path, "date", p->until,
                         NULL);
    if (made->filed_fen && row->list_fen > made->filed_fen)
        return fault_set(p->tx->fault, FAULT_PRICE_ABOVE_FILED, "unit", made->path, NULL);
    terms_until(p->until[0] ? p->until : NULL, made);
    r = db_get(p->tx->db, &row->unit_price_id, "SELECT MAX(id) FROM unit_price WHERE unit_id = $1",
               "i", row->unit_id);
    if (r >= 0 && p->shown_fen == row->list_fen)
        r = publication_live(p->tx->db, row->project_id, &row->publication_id);
    return r < 0 ? r : 0;
}

/* Another list price for a deal, by a change that is approved (ST-10): not above the filed one. */
static int price_of_change(struct pricing *p)
{
    struct terms_made *made = p->made;

    made->row.list_fen = p->ask->price_fen;
    made->row.publication_id = 0;
    if (made->filed_fen && made->row.list_fen > made->filed_fen)
        return fault_set(p->tx->fault, FAULT_PRICE_ABOVE_FILED, "unit", made->path, NULL);
    return 0;
}

static int price_make(struct tx *tx, const struct terms_ask *ask, struct terms_made *made)
{
    const struct unit_filter filter = {.unit_id = ask->unit_id};
    struct pricing p = {.tx = tx, .ask = ask, .made = made};
    int r = unit_scan(tx, &filter, unit_read, &p);

    if (r == 0 && p.changed)
        return fault_set(tx->fault, FAULT_UNIT_CHANGED, "unit", made->path, NULL);
    if (r == 0 && ask->deal_id)
        r = price_of_deal(&p);
    if (r == 0)
        r = price_of_today(&p);
    if (r >= 0 && ask->price_fen > 0)
        r = price_of_change(&p);
    made->row.unit = made->path;
    return r < 0 ? r : 0;
}

/* ---- what goes with it ---- */

/* As it is bound now, or as stored terms have it. */
static const char attached_now_sql[] =
    "SELECT a.unit_id, a.merged, COALESCE(u.total_fen, 0), b.name || CASE st.name WHEN '' THEN '' "
    "ELSE '-' || st.name END || '-' || u.room FROM unit_attachment a "
    "JOIN unit u ON u.id = a.unit_id JOIN building b ON b.id = u.building_id "
    "JOIN stair st ON st.id = u.stair_id WHERE a.home_id = $1 AND u.attached_only = 1 "
    "ORDER BY a.unit_id";
static const char attached_stored_sql[] =
    "SELECT a.unit_id, a.merged, a.price_fen, b.name || CASE st.name WHEN '' THEN '' "
    "ELSE '-' || st.name END || '-' || u.room FROM terms_attached a "
    "JOIN unit u ON u.id = a.unit_id JOIN building b ON b.id = u.building_id "
    "JOIN stair st ON st.id = u.stair_id WHERE a.terms_id = $1 ORDER BY a.unit_id";

int terms_attached_read(struct tx *tx, int64_t terms_id, struct terms_made *made)
{
    struct terms_row *row = &made->row;
    struct stmt *s;
    int r = terms_id ? db_query(tx->db, &s, attached_stored_sql, "i", terms_id)
                     : db_query(tx->db, &s, attached_now_sql, "i", row->unit_id);

    row->attached = made->attached;
    while (r >= 0 && row->n_attached < ATTACHMENTS_MAX && (r = stmt_step(s)) == 1) {
        struct terms_attached *a = &made->attached[row->n_attached++];

        *a = (struct terms_attached){.unit_id = stmt_int(s, 0),
                                     .merged = stmt_int(s, 1) != 0,
                                     .price_fen = stmt_int(s, 2),
                                     .unit = pool_text(&made->pool, stmt_text(s, 3))};
        if (!a->unit)
            r = -ENOMEM;
        else if (a->price_fen <= 0)
            r = fault_set(tx->fault, FAULT_UNIT_NOT_PRICED, "unit", a->unit, NULL);
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* Discounts are of the unit alone; what is merged comes on top (FC 27.5). */
static int attached_make(struct tx *tx, struct terms_made *made)
{
    struct terms_row *row = &made->row;
    int r = terms_attached_read(tx, made->frozen_id, made);

    for (size_t i = 0; r == 0 && i < row->n_attached; i++)
        if (row->attached[i].merged)
            row->attached_fen += row->attached[i].price_fen;
    row->list_fen += row->attached_fen;
    row->total_fen += row->attached_fen;
    return r;
}

/* The buyer, and the level that counts: the one of the moment, or the deal's (PR-11). */
static int customer_read(struct tx *tx, const struct terms_ask *ask, struct terms_made *made)
{
    struct stmt *s;
    int r;

    made->row.customer_id = ask->customer_id;
    if (ask->customer_id == 0) {
        made->row.member_level = "";
        return 0;
    }
    r = deal_customer_need(tx, ask->customer_id, ask->deal_id);
    if (r < 0)
        return r;
    r = db_query(tx->db, &s,
                 "SELECT m.level FROM customer c LEFT JOIN member m ON m.customer_id = c.id "
                 "WHERE c.id = $1",
                 "i", ask->customer_id);
    if (r >= 0)
        r = stmt_step(s);
    if (r == 1 && !made->row.member_level) {
        made->row.member_level = pool_text(&made->pool, stmt_is_null(s, 0) ? "" : stmt_text(s, 0));
        r = made->row.member_level ? 1 : -ENOMEM;
    }
    stmt_reset(s);
    return r < 0 ? r : r == 0 ? fault_set(tx->fault, FAULT_NOT_FOUND, NULL) : 0;
}

/* ---- the plan ---- */

struct planning {
    struct tx *tx;
    const struct terms_ask *ask;
    struct terms_made *made;
    bool found;
};

static int loan_refuse(struct tx *tx, const struct schedule *s)
{
    char loan[32], fund[32];

    snprintf(loan, sizeof(loan), "%" PRId64, s->loan_most_fen / 100);
    snprintf(fund, sizeof(fund), "%" PRId64, s->fund_most_fen / 100);
    return fault_set(tx->fault, FAULT_LOAN_TOO_MUCH, "loan", loan, "fund", fund, NULL);
}

static int schedule_refuse(struct planning *p, enum schedule_error error, const struct schedule *s)
{
    char unit[32];

    switch (error) {
    case SCHEDULE_OK:
        break;
    case SCHEDULE_MISFIT:
        return fault_set(p->tx->fault, FAULT_PLAN_MISFIT, NULL);
    case SCHEDULE_DEPOSIT:
        return fault_set(p->tx->fault, FAULT_DEPOSIT_TOO_MUCH, NULL);
    case SCHEDULE_LOAN:
        return loan_refuse(p->tx, s);
    case SCHEDULE_UNIT:
        snprintf(unit, sizeof(unit), "%" PRId64, p->made->bounds.loan_unit_fen / 100);
        return fault_set(p->tx->fault, FAULT_LOAN_UNIT, "unit", unit, NULL);
    }
    return 0;
}

/* The equal instalment of both loans: an estimate for talking (PR-16). */
static int64_t monthly(const struct terms_made *made, const struct schedule *s)
{
    const int64_t months = made->row.loan_years * 12;

    return (s->loan_fen ? loan_annuity(s->loan_fen, made->bounds.commercial_rate_ppm, months) : 0) +
           (s->fund_loan_fen ? loan_annuity(s->fund_loan_fen, made->bounds.fund_rate_ppm, months)
                             : 0);
}

static int lines_take(struct planning *p, const struct payment_plan_row *plan,
                      const struct schedule *s)
{
    struct terms_made *made = p->made;
    struct pool *pool = &made->pool;

    for (size_t i = 0; i < s->n_lines; i++) {
        static const struct payment_plan_line deposit = {
            .due = "subscribed", .due_node = "", .node_name = ""};
        const struct schedule_line *from = &s->lines[i];
        const struct payment_plan_line *rule =
            from->rule < plan->n_lines ? &plan->lines[from->rule] : &deposit;

        made->lines[i] = (struct terms_line){.fund = funds[from->fund].code,
                                             .amount_fen = from->amount_fen,
                                             .loan = funds[from->fund].class == FUND_CLASS_LOAN,
                                             .due = pool_text(pool, rule->due),
                                             .due_days = rule->due_days,
                                             .due_date = pool_text(pool, rule->due_date),
                                             .due_node = pool_text(pool, rule->due_node),
                                             .node_name = pool_text(pool, rule->node_name)};
        if (!made->lines[i].due || !made->lines[i].due_node || !made->lines[i].node_name)
            return -ENOMEM;
    }
    made->row.monthly_fen = monthly(made, s);
    made->row.lines = made->lines;
    made->row.n_lines = s->n_lines;
    made->row.deposit_fen = s->deposit_fen;
    made->row.loan_fen = s->loan_fen;
    made->row.fund_loan_fen = s->fund_loan_fen;
    made->row.loan_most_fen = s->loan_most_fen;
    made->row.fund_most_fen = s->fund_most_fen;
    return 0;
}

/* What may be lent for a unit of this class, and how long (PM-12, PR-16). */
static int loan_bounds(struct planning *p, struct schedule_ask *ask)
{
    const struct class_info *class = unit_class_info(p->made->class);
    bool loans = false;

    if (class && class->down_bp > ask->down_bp)
        ask->down_bp = class->down_bp;
    if (class && !class->fund)
        ask->fund_cap_fen = 0;
    for (size_t i = 0; i < ask->n_rules; i++)
        loans |= funds[ask->rules[i].fund].class == FUND_CLASS_LOAN;
    if (!loans)
        return 0;
    if (class && class->loan_years == 0)
        return fault_set(p->tx->fault, FAULT_LOAN_NONE, NULL);
    p->made->row.loan_years = p->ask->loan_years ? p->ask->loan_years
                              : class            ? class->loan_years
                                                 : 0;
    if (class && p->made->row.loan_years > class->loan_years) {
        char most[24];

        snprintf(most, sizeof(most), "%" PRId64, class->loan_years);
        return fault_set(p->tx->fault, FAULT_FIELD_RANGE, "field", "loan_years", "min", "1", "max",
                         most, NULL);
    }
    return 0;
}

/* What belongs to the home and is kept out of the contract's total is owed beside it, from the
 * contract on. */
static void apart_take(struct terms_made *made)
{
    const struct terms_row *row = &made->row;

    for (size_t i = 0; i < row->n_attached; i++) {
        if (!row->attached[i].merged && row->attached[i].price_fen > 0)
            made->lines[made->row.n_lines++] =
                (struct terms_line){.fund = funds[FUND_ATTACHED].code,
                                    .amount_fen = row->attached[i].price_fen,
                                    .due = "signed",
                                    .due_node = "",
                                    .node_name = ""};
    }
}

static int plan_take(void *arg, const struct payment_plan_row *plan)
{
    struct planning *p = arg;
    struct terms_made *made = p->made;
    struct schedule_rule rules[SCHEDULE_RULES_MAX];
    struct schedule schedule;
    struct schedule_ask ask = {.total_fen = made->row.total_fen,
                               .n_rules = plan->n_lines,
                               .deposit_fen = p->ask->deposit_fen,
                               .loan_fen = p->ask->loan_fen,
                               .fund_loan_fen = p->ask->fund_loan_fen};
    int r;

    if (!plan->enabled)
        return 0;
    p->found = true;
    payment_plan_ask(&made->bounds, plan->lines, rules, &ask);
    r = loan_bounds(p, &ask);
    if (r == 0)
        r = schedule_refuse(p, schedule_make(&ask, &schedule), &schedule);
    if (r < 0)
        return r;
    made->row.plan_name = pool_text(&made->pool, plan->name);
    made->row.plan_kind = pool_text(&made->pool, plan->kind);
    if (!made->row.plan_name || !made->row.plan_kind)
        return -ENOMEM;
    r = lines_take(p, plan, &schedule);
    if (r == 0)
        apart_take(made);
    return r;
}

static int plan_make(struct tx *tx, const struct terms_ask *ask, struct terms_made *made)
{
    struct planning p = {.tx = tx, .ask = ask, .made = made};
    int r;

    made->row.plan_id = ask->plan_id;
    made->row.plan_name = made->row.plan_kind = "";
    made->row.bank = ask->bank ? ask->bank : "";
    if (ask->plan_id == 0) {
        made->row.deposit_fen = ask->deposit_fen > 0 ? ask->deposit_fen : 0;
        if (made->row.deposit_fen > made->row.total_fen)
            return fault_set(tx->fault, FAULT_DEPOSIT_TOO_MUCH, NULL);
        return ask->loan_fen > 0 || ask->fund_loan_fen > 0
                   ? fault_set(tx->fault, FAULT_PLAN_UNKNOWN, NULL)
                   : 0;
    }
    r = payment_plan_each(tx, made->row.project_id, ask->plan_id, plan_take, &p);
    return r == 0 && !p.found ? fault_set(tx->fault, FAULT_PLAN_UNKNOWN, NULL) : r;
}

/* ---- authority (PR-05, PR-13) ---- */

int64_t terms_discount_bp(const struct terms_row *row)
{
    return money_round((__int128)(row->list_fen - row->total_fen) * 10000,
                       row->list_fen - row->attached_fen, 1, ROUND_HALF_UP);
}

static int authority(struct tx *tx, struct terms_made *made)
{
    static const char *const words[] = {"", "limit", "floor", "limit floor"};
    struct terms_row *row = &made->row;
    const int64_t list = row->list_fen - row->attached_fen;
    const int64_t total = row->total_fen - row->attached_fen;
    int64_t most = 0, below = 0, least;
    int r = db_get(tx->db, &most,
                   "SELECT MAX(l.most_bp) FROM discount_limit l JOIN user_post p ON p.post_id = "
                   "l.post_id WHERE l.project_id = $1 AND p.user_id = $2",
                   "ii", row->project_id, tx->actor->id);

    if (r >= 0)
        r = db_get(tx->db, &below,
                   "SELECT MAX(l.below_floor) FROM discount_limit l JOIN user_post p ON "
                   "p.post_id = l.post_id WHERE l.project_id = $1 AND p.user_id = $2",
                   "ii", row->project_id, tx->actor->id);
    if (r < 0)
        return r;
    row->limit_bp = most;
    row->discount_bp = terms_discount_bp(row);
    /* The least total that the limit gives, rounded as a total is. */
    least = money_precision(money_round((__int128)list * (10000 - most), 10000, 1, ROUND_HALF_UP),
                            made->round_unit_fen, made->round_mode);
    row->beyond = words[(total < least ? 1 : 0) + (total < made->floor_fen && !below ? 2 : 0)];
    return 0;
}

int terms_make(struct tx *tx, const struct terms_ask *ask, struct terms_made *made)
{
    int64_t days = TERMS_VALID_DAYS;
    struct terms_row *row = &made->row;
    int r;

    *made = (struct terms_made){.row = {.state = "quote", .made_ms = tx->now_ms}};
    day_of(tx->now_ms, made->today);
    row->user_id = tx->actor->id;
    row->for_deal_id = ask->deal_id;
    row->for_change = ask->for_change;
    row->user = tx->actor->name;
    if ((ask->for_change && !ask->deal_id) || (ask->price_fen && !ask->for_change))
        return fault_set(tx->fault, FAULT_TERMS_OTHERS, NULL);
    r = price_make(tx, ask, made);
    if (r == 0)
        r = project_rounding(tx->db, row->project_id, &made->round_mode, &made->round_unit_fen);
    if (r == 0)
        r = payment_plan_bounds_read(tx->db, row->project_id, &made->bounds);
    if (r == 0)
        r = customer_read(tx, ask, made);
    if (r == 0)
        r = terms_discounts(tx, ask, made);
    if (r == 0)
        r = attached_make(tx, made);
    if (r == 0)
        r = plan_make(tx, ask, made);
    if (r == 0)
        r = authority(tx, made);
    if (r < 0)
        return r;
    row->unit_price_fen =
        row->area > 0 ? money_unit_price(row->total_fen - row->attached_fen, row->area) : 0;
    if (row->beyond[0] || ask->deal_id)
        days = TERMS_ASKED_DAYS;
    row->valid_until_ms = tx->now_ms + days * DAY_MS;
    if (made->until_ms && made->until_ms < row->valid_until_ms)
        row->valid_until_ms = made->until_ms;
    return 0;
}

/* payment_plan.c - see payment_plan.h. */
#include "db/payment_plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/audit.h"
#include "db/money.h"
#include "db/pool.h"
#include "db/process.h"

const char *const payment_plan_kinds[] = {"one_off",  "instalments", "commercial", "fund",
                                          "combined", "other",       NULL};
const char *const payment_plan_shares[] = {"percent", "amount", "rest", NULL};
const char *const payment_plan_dues[] = {"date", "subscribed", "signed", "filed",
                                         "node", "bank",       NULL};

/* ---- what makes a plan ---- */

struct counted {
    int64_t percent;
    size_t rests, house, bank, fund, deposits, amounts;
};

static void wrong(struct fault *f, enum fault_code code, size_t line)
{
    fault_item(f, code, (int64_t)line + 1, "lines", NULL);
}

static bool due_is_whole(const struct payment_plan_line *line)
{
    const bool date = strcmp(line->due, "date") == 0, node = strcmp(line->due, "node") == 0;

    return date == (line->due_date && line->due_date[0]) && node == (line->due_node[0] != '\0') &&
           (!date || line->due_days == 0) && line->due_days >= 0 &&
           line->due_days <= PAYMENT_PLAN_DAYS_MAX;
}

static bool value_is_whole(const struct payment_plan_line *line)
{
    if (line->share == SHARE_REST)
        return line->value == 0;
    return line->value > 0 && line->value <= (line->share == SHARE_PERCENT ? 10000 : MONEY_MAX_FEN);
}

static void line_check(struct fault *f, struct counted *c, const struct payment_plan_line *line,
                       size_t at)
{
    const enum fund_class class = funds[line->fund].class;
    const bool deposit = line->fund == FUND_DEPOSIT, loan = class == FUND_CLASS_LOAN;

    if ((class != FUND_CLASS_HOUSE && !loan) || funds[line->fund].paper == FUND_PAPER_VOUCHER)
        wrong(f, FAULT_PLAN_FUND, at);
    if (!value_is_whole(line))
        wrong(f, FAULT_PLAN_VALUE, at);
    if (!due_is_whole(line))
        wrong(f, FAULT_PLAN_DUE, at);
    if ((loan && line->share == SHARE_AMOUNT) || (deposit && line->share != SHARE_AMOUNT))
        wrong(f, FAULT_PLAN_SHARE, at);
    c->percent += line->share == SHARE_PERCENT ? line->value : 0;
    c->amounts += line->share == SHARE_AMOUNT && !deposit;
    c->rests += line->share == SHARE_REST;
    c->bank += line->fund == FUND_BANK_LOAN;
    c->fund += line->fund == FUND_FUND_LOAN;
    c->deposits += deposit;
    c->house += class == FUND_CLASS_HOUSE && !deposit;
}

/* The loans that a kind is named after: one bank's, one of the fund. */
static bool loans_fit(const char *kind, const struct counted *c)
{
    const bool combined = strcmp(kind, "combined") == 0;

    if (c->bank > 1 || c->fund > 1)
        return false;
    if (strcmp(kind, "other") == 0)
        return true;
    return (c->bank == 1) == (combined || strcmp(kind, "commercial") == 0) &&
           (c->fund == 1) == (combined || strcmp(kind, "fund") == 0);
}

int payment_plan_check(struct fault *f, const char *kind, const struct payment_plan_line *lines,
                       size_t n)
{
    struct counted c = {0};

    for (size_t i = 0; i < n; i++)
        line_check(f, &c, &lines[i], i);
    if (c.rests > 1)
        wrong(f, FAULT_PLAN_REST, n - 1);
    else if (c.rests ? c.percent >= 10000 : c.percent != 10000 || c.amounts)
        wrong(f, FAULT_PLAN_PERCENT, n - 1);
    if (c.house == 0 || c.deposits > 1)
        wrong(f, FAULT_PLAN_HOUSE, 0);
    if (!loans_fit(kind, &c))
        wrong(f, FAULT_PLAN_LOAN, 0);
    return fault_fields(f);
}

struct waited {
    const char *code;
    bool known;
};

static int waited_look(void *arg, const char *code, const char *name)
{
    struct waited *w = arg;

    (void)name;
    w->known |= strcmp(w->code, code) == 0;
    return 0;
}

/* payment_plan_check(), and each node that a line waits for may come about. */
static int lines_check(struct tx *tx, int64_t project_id, const char *kind,
                       const struct payment_plan_line *lines, size_t n)
{
    int r = payment_plan_check(tx->fault, kind, lines, n);

    for (size_t i = 0; r == 0 && i < n; i++) {
        struct waited w = {.code = lines[i].due_node, .known = lines[i].due_node[0] == '\0'};

        if (!w.known)
            r = process_waits_each(tx, project_id, kind, waited_look, &w);
        if (!w.known)
            wrong(tx->fault, FAULT_PLAN_NODE, i);
    }
    return r < 0 ? r : fault_fields(tx->fault);
}

/* ---- what a schedule is made of ---- */

int payment_plan_bounds_read(struct db *db, int64_t project_id,
                             struct payment_plan_bounds *ret_bounds)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT down_bp, loan_unit_fen, fund_cap_fen, round_unit_fen, "
                     "commercial_rate_ppm, fund_rate_ppm FROM project WHERE id = $1",
                     "i", project_id);

    if (r >= 0)
        r = stmt_step(s);
    if (r == 1)
        *ret_bounds = (struct payment_plan_bounds){
            .down_bp = stmt_int(s, 0),
            .loan_unit_fen = stmt_int(s, 1),
            .fund_cap_fen = stmt_int(s, 2),
            .unit_fen = stmt_int(s, 3) < 100 ? stmt_int(s, 3) : 100, /* whole yuan (V9) */
            .commercial_rate_ppm = stmt_int(s, 4),
            .fund_rate_ppm = stmt_int(s, 5)};
    stmt_reset(s);
    return r < 0 ? r : r == 1 ? 0 : -ENOENT;
}

void payment_plan_ask(const struct payment_plan_bounds *bounds,
                      const struct payment_plan_line *lines, struct schedule_rule *rules,
                      struct schedule_ask *ask)
{
    ask->down_bp = bounds->down_bp;
    ask->loan_unit_fen = bounds->loan_unit_fen;
    ask->fund_cap_fen = bounds->fund_cap_fen;
    ask->unit_fen = bounds->unit_fen;
    ask->rules = rules;
    for (size_t i = 0; i < ask->n_rules; i++)
        rules[i] = (struct schedule_rule){lines[i].fund, lines[i].share, lines[i].value};
}

/* ---- writing ---- */

enum { LINES_TEXT = SCHEDULE_RULES_MAX * 320 };

/* The lines as the log has them: one after the other, as they would be said. */
static void lines_write(const struct payment_plan_line *lines, size_t n, char out[LINES_TEXT])
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n && used < LINES_TEXT; i++) {
        const struct payment_plan_line *l = &lines[i];
        int written =
            snprintf(out + used, LINES_TEXT - used, "%s%s %s %" PRId64 " %s+%" PRId64 "%s%s",
                     i ? "; " : "", funds[l->fund].code, payment_plan_shares[l->share], l->value,
                     l->due, l->due_days, l->due_date ? l->due_date : "", l->due_node);

        used += written > 0 ? (size_t)written : 0;
    }
}

static int lines_store(struct tx *tx, int64_t id, const struct payment_plan_line *lines, size_t n)
{
    int r = db_run(tx->db, "DELETE FROM payment_plan_line WHERE plan_id = $1", "i", id);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        const struct payment_plan_line *l = &lines[i];

        r = db_run(tx->db,
                   "INSERT INTO payment_plan_line (plan_id, ordinal, fund, share, value, loan, "
                   "due, due_days, due_date, due_node) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
                   "$10)",
                   "iittiititt", id, (int64_t)i + 1, funds[l->fund].code,
                   payment_plan_shares[l->share], l->value,
                   (int64_t)(funds[l->fund].class == FUND_CLASS_LOAN), l->due, l->due_days,
                   l->due_date && l->due_date[0] ? l->due_date : NULL, l->due_node);
    }
    return r < 0 ? r : 0;
}

int payment_plan_create(struct tx *tx, const struct payment_plan_row *plan, int64_t *ret_id)
{
    const int64_t enabled = plan->enabled;
    struct trail trail = {0};
    char lines[LINES_TEXT];
    int64_t id = 0;
    int r = tx_need_whole(tx, plan->project_id);

    if (r == 0)
        r = tx_need_room(tx, "SELECT COUNT(*) FROM payment_plan WHERE project_id = $1",
                         plan->project_id, PAYMENT_PLAN_MAX);
    if (r == 0)
        r = lines_check(tx, plan->project_id, plan->kind, plan->lines, plan->n_lines);
    if (r == 0)
        r = db_get(tx->db, &id,
                   "INSERT INTO payment_plan (project_id, name, kind, ordinal, enabled) VALUES "
                   "($1, $2, $3, $4, $5) RETURNING id",
                   "ittii", plan->project_id, plan->name, plan->kind, plan->ordinal, enabled);
    if (r == -EEXIST)
        return fault_set(tx->fault, FAULT_NAME_TAKEN, "name", plan->name, NULL);
    if (r >= 0)
        r = lines_store(tx, id, plan->lines, plan->n_lines);
    if (r < 0)
        return r;
    lines_write(plan->lines, plan->n_lines, lines);
    trail_text(&trail, "name", NULL, plan->name);
    trail_text(&trail, "kind", NULL, plan->kind);
    trail_int(&trail, "ordinal", NULL, &plan->ordinal);
    trail_int(&trail, "enabled", NULL, &enabled);
    trail_text(&trail, "lines", NULL, lines);
    r = audit_add_project(tx, "plan.create", "payment_plan", id, plan->project_id, &trail);
    if (r == 0)
        *ret_id = id;
    return r;
}

/* ---- reading ---- */

static enum share share_of(const char *code)
{
    enum share share = SHARE_PERCENT;

    while (share < SHARE_REST && strcmp(payment_plan_shares[share], code) != 0)
        share++;
    return share;
}

/* Texts are of the pool. */
static int lines_read(struct tx *tx, int64_t id, struct pool *pool,
                      struct payment_plan_line lines[SCHEDULE_RULES_MAX], size_t *ret_n)
{
    struct stmt *s;
    size_t n = 0;
    int r =
        db_query(tx->db, &s,
                 "SELECT l.fund, l.share, l.value, l.due, l.due_days, l.due_date, "
                 "l.due_node, " PROCESS_NODE_NAMED(
                     "p.project_id",
                     "l.due_node") " FROM "
                                   "payment_plan_line l JOIN payment_plan p ON p.id = l.plan_id "
                                   "WHERE l.plan_id = $1 ORDER BY l.ordinal",
                 "i", id);

    while (r >= 0 && n < SCHEDULE_RULES_MAX && (r = stmt_step(s)) == 1) {
        lines[n] = (struct payment_plan_line){.fund = fund_find(stmt_text(s, 0)),
                                              .share = share_of(stmt_text(s, 1)),
                                              .value = stmt_int(s, 2),
                                              .due = pool_text(pool, stmt_text(s, 3)),
                                              .due_days = stmt_int(s, 4),
                                              .due_date = pool_text(pool, stmt_text(s, 5)),
                                              .due_node = pool_text(pool, stmt_text(s, 6)),
                                              .node_name = pool_text(pool, stmt_text(s, 7))};
        if (lines[n].fund == FUND_COUNT)
            r = -EUCLEAN;
        else if (!lines[n].due || !lines[n].due_node || !lines[n].node_name)
            r = -ENOMEM;
        n++;
    }
    stmt_reset(s);
    *ret_n = n;
    return r < 0 ? r : 0;
}

static int plan_read(struct tx *tx, struct stmt *s,
                     int (*each)(void *arg, const struct payment_plan_row *row), void *arg)
{
    struct payment_plan_line lines[SCHEDULE_RULES_MAX];
    struct pool pool = {0};
    struct payment_plan_row row = {.id = stmt_int(s, 0),
                                   .version = stmt_int(s, 1),
                                   .project_id = stmt_int(s, 2),
                                   .name = stmt_text(s, 3),
                                   .kind = stmt_text(s, 4),
                                   .ordinal = stmt_int(s, 5),
                                   .enabled = stmt_int(s, 6) != 0,
                                   .lines = lines};
    int r = lines_read(tx, row.id, &pool, lines, &row.n_lines);

    if (r == 0)
        r = each(arg, &row);
    pool_free(&pool);
    return r;
}

int payment_plan_each(struct tx *tx, int64_t project_id, int64_t plan_id,
                      int (*each)(void *arg, const struct payment_plan_row *row), void *arg)
{
    struct stmt *s;
    int r = tx_need_project(tx, project_id);

    if (r == 0)
        r = db_query(tx->db, &s,
                     "SELECT id, version, project_id, name, kind, ordinal, enabled FROM "
                     "payment_plan WHERE project_id = $1 AND ($2 = 0 OR id = $2) "
                     "ORDER BY ordinal, name",
                     "ii", project_id, plan_id);
    if (r < 0)
        return r;
    while (r >= 0 && (r = stmt_step(s)) == 1)
        r = plan_read(tx, s, each, arg);
    stmt_reset(s);
    return r < 0 ? r : 0;
}

int payment_plan_project(struct tx *tx, int64_t plan_id, int64_t *ret_project_id)
{
    struct stmt *s;
    int64_t project_id;
    int r = tx_row(tx, &s, "SELECT project_id FROM payment_plan WHERE id = $1", plan_id);

    if (r < 0)
        return r;
    project_id = stmt_int(s, 0);
    stmt_reset(s);
    *ret_project_id = project_id;
    return 0;
}

/* ---- changing ---- */

struct changing {
    struct tx *tx;
    const struct payment_plan_change *change;
    struct trail trail;
};

/* Compares with what there is; what would then be must be a plan. */
static int plan_compare(void *arg, const struct payment_plan_row *now)
{
    struct changing *c = arg;
    const struct payment_plan_change *change = c->change;
    const struct payment_plan_line *lines = change->lines ? change->lines : now->lines;
    const size_t n = change->lines ? change->n_lines : now->n_lines;
    char before[LINES_TEXT], after[LINES_TEXT];
    int r;

    if (now->version != change->version)
        return fault_set(c->tx->fault, FAULT_VERSION_CHANGED, "what", now->name, NULL);
    r = lines_check(c->tx, now->project_id, change->kind ? change->kind : now->kind, lines, n);
    if (r < 0)
        return r;
    lines_write(now->lines, now->n_lines, before);
    lines_write(lines, n, after);
    trail_given_text(&c->trail, "name", now->name, change->name);
    trail_given_text(&c->trail, "kind", now->kind, change->kind);
    trail_given_int(&c->trail, "ordinal", now->ordinal, change->ordinal);
    trail_given_int(&c->trail, "enabled", now->enabled, change->enabled);
    trail_text(&c->trail, "lines", before, after);
    return 0;
}

int payment_plan_update(struct tx *tx, const struct payment_plan_change *c)
{
    const int64_t enabled = c->enabled;
    struct changing changing = {.tx = tx, .change = c};
    int64_t project_id = 0;
    int r = payment_plan_project(tx, c->id, &project_id);

    if (r == 0)
        r = tx_need_whole(tx, project_id);
    if (r == 0)
        r = payment_plan_each(tx, project_id, c->id, plan_compare, &changing);
    if (r < 0 || trail_empty(&changing.trail)) {
        trail_clear(&changing.trail);
        return r;
    }
    r = db_run(tx->db,
               "UPDATE payment_plan SET name = COALESCE($2, name), kind = COALESCE($3, kind), "
               "ordinal = COALESCE($4, ordinal), enabled = COALESCE($5, enabled), "
               "version = version + 1 WHERE id = $1",
               "ittoo", c->id, c->name, c->kind, c->ordinal >= 0 ? &c->ordinal : NULL,
               c->enabled >= 0 ? &enabled : NULL);
    if (r >= 0 && c->lines)
        r = lines_store(tx, c->id, c->lines, c->n_lines);
    if (r < 0) {
        trail_clear(&changing.trail);
        return r == -EEXIST ? fault_set(tx->fault, FAULT_NAME_TAKEN, "name", c->name, NULL) : r;
    }
    return audit_add_project(tx, "plan.update", "payment_plan", c->id, project_id, &changing.trail);
}

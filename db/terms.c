/* terms.c - terms as they are stored. See terms.h; terms_make.c works them out, terms_use.c takes
 * them, terms_approval.c has them approved. */
#include "db/terms.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/approval.h"
#include "db/audit.h"
#include "db/process.h"
#include "db/sight.h"
#include "db/terms_make.h"
#include "db/unit.h"

int terms_quote(struct tx *tx, const struct terms_ask *ask,
                int (*each)(void *arg, const struct terms_row *row), void *arg)
{
    struct terms_made made;
    int r = terms_make(tx, ask, &made);

    if (r == 0)
        r = each(arg, &made.row);
    pool_free(&made.pool);
    return r;
}

/* ---- reading what is stored ---- */

#define TERMS_COLUMNS                                                                              \
    "SELECT t.project_id, t.id, t.version, t.unit_id, t.customer_id, t.state, t.unit_price_id, "   \
    "t.publication_id, t.price_basis, t.area, t.list_fen, t.total_fen, t.plan_id, t.plan_name, "   \
    "t.plan_kind, t.deposit_fen, t.loan_fen, t.fund_loan_fen, t.loan_years, t.bank, "              \
    "t.member_level, t.beyond, t.approval_id, t.valid_until_ms, t.user_id, t.made_ms, "            \
    "t.for_deal_id, t.deal_id, a.name, u.building_id, t.for_change, t.attached_fen FROM terms t "  \
    "JOIN user_account a ON a.id = t.user_id JOIN unit u ON u.id = t.unit_id "

enum { TERMS_BUILDING = 29 };

static void row_read(struct stmt *s, struct terms_row *row)
{
    row->project_id = stmt_int(s, 0);
    row->id = stmt_int(s, 1);
    row->version = stmt_int(s, 2);
    row->unit_id = stmt_int(s, 3);
    row->customer_id = stmt_int(s, 4);
    row->state = stmt_text(s, 5);
    row->unit_price_id = stmt_int(s, 6);
    row->publication_id = stmt_int(s, 7);
    row->price_basis = stmt_text(s, 8);
    row->area = stmt_int(s, 9);
    row->list_fen = stmt_int(s, 10);
    row->total_fen = stmt_int(s, 11);
    row->plan_id = stmt_int(s, 12);
    row->plan_name = stmt_text(s, 13);
    row->plan_kind = stmt_text(s, 14);
    row->deposit_fen = stmt_int(s, 15);
    row->loan_fen = stmt_int(s, 16);
    row->fund_loan_fen = stmt_int(s, 17);
    row->loan_years = stmt_int(s, 18);
    row->bank = stmt_text(s, 19);
    row->member_level = stmt_text(s, 20);
    row->beyond = stmt_text(s, 21);
    row->approval_id = stmt_int(s, 22);
    row->valid_until_ms = stmt_int(s, 23);
    row->user_id = stmt_int(s, 24);
    row->made_ms = stmt_int(s, 25);
    row->for_deal_id = stmt_int(s, 26);
    row->deal_id = stmt_int(s, 27);
    row->user = stmt_text(s, 28);
    row->for_change = stmt_int(s, 30) != 0;
    row->attached_fen = stmt_int(s, 31);
    row->unit_price_fen =
        row->area > 0 ? money_unit_price(row->total_fen - row->attached_fen, row->area) : 0;
    row->discount_bp = terms_discount_bp(row);
}

static int steps_read(struct db *db, struct terms_made *made)
{
    struct stmt *s;
    int r = db_query(db, &s,
                     "SELECT discount_id, name, method, value, result_fen FROM terms_step "
                     "WHERE terms_id = $1 ORDER BY ordinal",
                     "i", made->row.id);

    while (r >= 0 && made->row.n_steps < TERMS_STEPS_MAX && (r = stmt_step(s)) == 1) {
        struct terms_step *step = &made->steps[made->row.n_steps++];

        *step = (struct terms_step){stmt_int(s, 0), pool_text(&made->pool, stmt_text(s, 1)),
                                    pool_text(&made->pool, stmt_text(s, 2)), stmt_int(s, 3),
                                    stmt_int(s, 4)};
        if (!step->name || !step->method)
            r = -ENOMEM;
    }
    stmt_reset(s);
    made->row.steps = made->steps;
    return r < 0 ? r : 0;
}

static int lines_read(struct db *db, struct terms_made *made)
{
    struct pool *pool = &made->pool;
    struct stmt *s;
    int r = db_query(
        db, &s,
        "SELECT l.fund, l.amount_fen, l.loan, l.due, l.due_days, l.due_date, "
        "l.due_node, " PROCESS_NODE_NAMED(
            "t.project_id",
            "l.due_node") " FROM "
                          "terms_line l JOIN terms t ON t.id = l.terms_id WHERE l.terms_id = $1 "
                          "ORDER BY l.ordinal",
        "i", made->row.id);

    while (r >= 0 && made->row.n_lines < TERMS_LINES_MAX && (r = stmt_step(s)) == 1) {
        struct terms_line *line = &made->lines[made->row.n_lines++];

        *line = (struct terms_line){.fund = pool_text(pool, stmt_text(s, 0)),
                                    .amount_fen = stmt_int(s, 1),
                                    .loan = stmt_int(s, 2) != 0,
                                    .due = pool_text(pool, stmt_text(s, 3)),
                                    .due_days = stmt_int(s, 4),
                                    .due_date = pool_text(pool, stmt_text(s, 5)),
                                    .due_node = pool_text(pool, stmt_text(s, 6)),
                                    .node_name = pool_text(pool, stmt_text(s, 7))};
        if (!line->fund || !line->due || !line->due_node || !line->node_name)
            r = -ENOMEM;
    }
    stmt_reset(s);
    made->row.lines = made->lines;
    return r < 0 ? r : 0;
}

static int path_read(void *arg, const struct unit_row *unit)
{
    struct terms_made *made = arg;

    unit_path(unit, made->path, sizeof(made->path));
    made->floor_fen = unit->floor_total_fen;
    return 0;
}

/* The whole of the row that @s stands on; texts of the row itself are the statement's. */
static int whole_read(struct tx *tx, struct stmt *s, struct terms_made *made)
{
    struct unit_filter filter = {0};
    int r;

    *made = (struct terms_made){.row = {.unit = made->path}};
    row_read(s, &made->row);
    filter.unit_id = made->row.unit_id;
    r = unit_scan(tx, &filter, path_read, made);
    if (r == 0)
        r = steps_read(tx->db, made);
    if (r == 0)
        r = lines_read(tx->db, made);
    return r < 0 ? r : terms_attached_read(tx, made->row.id, made);
}

int terms_get(struct tx *tx, int64_t id, int (*each)(void *arg, const struct terms_row *row),
              void *arg)
{
    struct terms_made made = {0};
    struct stmt *s;
    int r = tx_row(tx, &s, TERMS_COLUMNS "WHERE t.id = $1", id);

    if (r < 0)
        return r;
    r = whole_read(tx, s, &made);
    if (r == 0)
        r = each(arg, &made.row);
    stmt_reset(s);
    pool_free(&made.pool);
    return r;
}

#define TERMS_FILTER                                                                               \
    " AND ($1 = 0 OR t.project_id = $1) AND ($2 = 0 OR t.unit_id = $2) AND "                       \
    "($3 = 0 OR t.customer_id = $3) AND CASE WHEN $4 IS NULL THEN t.state IN ('pending', "         \
    "'granted', 'used') ELSE t.state = $4 END AND ($5 = 0 OR t.id < $5) ORDER BY t.id DESC"

/* By the index that leaves the fewest rows. */
static const char *list_sql(const struct terms_filter *f)
{
    if (f->unit_id)
        return TERMS_COLUMNS "WHERE t.unit_id = $2" TERMS_FILTER;
    return f->customer_id ? TERMS_COLUMNS "WHERE t.customer_id = $3" TERMS_FILTER
                          : TERMS_COLUMNS "WHERE t.id > 0" TERMS_FILTER;
}

int terms_list(struct tx *tx, const struct terms_filter *f,
               int (*each)(void *arg, const struct terms_row *row), void *arg)
{
    struct stmt *s;
    int n = 0;
    int r = f->project_id ? tx_need_project(tx, f->project_id) : 0;

    if (r == 0 && f->customer_id)
        r = sight_need(tx, f->customer_id);
    if (r < 0)
        return r;
    r = db_query(tx->db, &s, list_sql(f), "iiiti", f->project_id, f->unit_id, f->customer_id,
                 f->state, f->before_id);
    while (r >= 0 && n < f->limit && (r = stmt_step(s)) == 1) {
        struct terms_made made = {0};

        if (!actor_sees_building(tx->actor, stmt_int(s, 0), stmt_int(s, TERMS_BUILDING)))
            continue;
        r = whole_read(tx, s, &made);
        if (r == 0)
            r = each(arg, &made.row);
        pool_free(&made.pool);
        n++;
    }
    stmt_reset(s);
    return r < 0 ? r : 0;
}

/* ---- the content, as what approves it and what uses it see it ---- */

void terms_hash(const struct terms_row *t, uint8_t ret_hash[APPROVAL_HASH_SIZE])
{
    struct approval_hash h;

    approval_hash_begin(&h);
    approval_hash_int(&h, "id", t->id);
    approval_hash_int(&h, "project", t->project_id);
    approval_hash_int(&h, "unit", t->unit_id);
    approval_hash_int(&h, "customer", t->customer_id);
    approval_hash_int(&h, "price", t->unit_price_id);
    approval_hash_int(&h, "publication", t->publication_id);
    approval_hash_text(&h, "basis", t->price_basis);
    approval_hash_int(&h, "area", t->area);
    approval_hash_int(&h, "list", t->list_fen);
    approval_hash_int(&h, "total", t->total_fen);
    approval_hash_int(&h, "plan", t->plan_id);
    approval_hash_text(&h, "plan_name", t->plan_name);
    approval_hash_text(&h, "plan_kind", t->plan_kind);
    approval_hash_int(&h, "deposit", t->deposit_fen);
    approval_hash_int(&h, "loan", t->loan_fen);
    approval_hash_int(&h, "fund_loan", t->fund_loan_fen);
    approval_hash_int(&h, "years", t->loan_years);
    approval_hash_text(&h, "bank", t->bank);
    approval_hash_text(&h, "level", t->member_level);
    approval_hash_text(&h, "beyond", t->beyond);
    approval_hash_int(&h, "user", t->user_id);
    approval_hash_int(&h, "for_deal", t->for_deal_id);
    approval_hash_int(&h, "for_change", t->for_change);
    for (size_t i = 0; i < t->n_steps; i++) {
        approval_hash_int(&h, "discount", t->steps[i].discount_id);
        approval_hash_text(&h, "name", t->steps[i].name);
        approval_hash_text(&h, "method", t->steps[i].method);
        approval_hash_int(&h, "value", t->steps[i].value);
        approval_hash_int(&h, "result", t->steps[i].result_fen);
    }
    for (size_t i = 0; i < t->n_lines; i++) {
        approval_hash_text(&h, "fund", t->lines[i].fund);
        approval_hash_int(&h, "amount", t->lines[i].amount_fen);
        approval_hash_text(&h, "due", t->lines[i].due);
        approval_hash_int(&h, "days", t->lines[i].due_days);
        approval_hash_text(&h, "date", t->lines[i].due_date ? t->lines[i].due_date : "");
        approval_hash_text(&h, "node", t->lines[i].due_node);
    }
    for (size_t i = 0; i < t->n_attached; i++) {
        approval_hash_int(&h, "attached", t->attached[i].unit_id);
        approval_hash_int(&h, "merged", t->attached[i].merged);
        approval_hash_int(&h, "price", t->attached[i].price_fen);
    }
    approval_hash_end(&h, ret_hash);
}

/* ---- making ---- */

static const int64_t *or_null(const int64_t *value)
{
    return *value ? value : NULL;
}

static int parts_store(struct tx *tx, const struct terms_row *t)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < t->n_steps; i++)
        r = db_run(tx->db,
                   "INSERT INTO terms_step (terms_id, ordinal, discount_id, name, method, value, "
                   "result_fen) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   "iiittii", t->id, (int64_t)i + 1, t->steps[i].discount_id, t->steps[i].name,
                   t->steps[i].method, t->steps[i].value, t->steps[i].result_fen);
    for (size_t i = 0; r >= 0 && i < t->n_lines; i++)
        r = db_run(tx->db,
                   "INSERT INTO terms_line (terms_id, ordinal, fund, amount_fen, loan, due, "
                   "due_days, due_date, due_node) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   "iitiititt", t->id, (int64_t)i + 1, t->lines[i].fund, t->lines[i].amount_fen,
                   (int64_t)t->lines[i].loan, t->lines[i].due, t->lines[i].due_days,
                   t->lines[i].due_date, t->lines[i].due_node);
    for (size_t i = 0; r >= 0 && i < t->n_attached; i++)
        r = db_run(tx->db,
                   "INSERT INTO terms_attached (terms_id, unit_id, merged, price_fen) VALUES "
                   "($1, $2, $3, $4)",
                   "iiii", t->id, t->attached[i].unit_id, (int64_t)t->attached[i].merged,
                   t->attached[i].price_fen);
    return r < 0 ? r : 0;
}

static int draft_store(struct tx *tx, struct terms_row *t)
{
    int r = unit_price_version(tx, t->unit_id, &t->unit_price_id);

    if (r == 0)
        r = db_get(tx->db, &t->id,
                   "INSERT INTO terms (project_id, unit_id, customer_id, unit_price_id, "
                   "publication_id, price_basis, area, list_fen, total_fen, plan_id, plan_name, "
                   "plan_kind, deposit_fen, loan_fen, fund_loan_fen, loan_years, bank, "
                   "member_level, beyond, valid_until_ms, user_id, made_ms, for_deal_id, "
                   "for_change, attached_fen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
                   "$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25) "
                   "RETURNING id",
                   "iiiiotiiiottiiiitttiiioii", t->project_id, t->unit_id, t->customer_id,
                   t->unit_price_id, or_null(&t->publication_id), t->price_basis, t->area,
                   t->list_fen, t->total_fen, or_null(&t->plan_id), t->plan_name, t->plan_kind,
                   t->deposit_fen, t->loan_fen, t->fund_loan_fen, t->loan_years, t->bank,
                   t->member_level, t->beyond, t->valid_until_ms, t->user_id, t->made_ms,
                   or_null(&t->for_deal_id), (int64_t)t->for_change, t->attached_fen);
    if (r == -ENOLINK)
        return fault_set(tx->fault, FAULT_NOT_FOUND, NULL);
    return r < 0 ? r : parts_store(tx, t);
}

/* For an approval of their own, or for that of the change they are part of. */
static bool waits(const struct terms_row *t)
{
    return t->beyond[0] || t->for_change;
}

static int created(struct tx *tx, const struct terms_row *t)
{
    struct trail trail = {0};

    trail_int(&trail, "unit_id", NULL, &t->unit_id);
    trail_int(&trail, "customer_id", NULL, &t->customer_id);
    trail_int(&trail, "list_fen", NULL, &t->list_fen);
    trail_int(&trail, "total_fen", NULL, &t->total_fen);
    trail_text(&trail, "plan", "", t->plan_name);
    trail_text(&trail, "beyond", "", t->beyond);
    trail_text(&trail, "state", NULL, waits(t) ? "pending" : "granted");
    return audit_add(tx, "terms.create", "terms", t->id, t->project_id, &trail);
}

int terms_create(struct tx *tx, const struct terms_ask *ask, int64_t *ret_id)
{
    uint8_t hash[APPROVAL_HASH_SIZE];
    struct terms_made made;
    struct terms_row *t = &made.row;
    int r = terms_make(tx, ask, &made);

    if (r == 0)
        r = draft_store(tx, t);
    if (r == 0) {
        terms_hash(t, hash);
        if (t->beyond[0] && !t->for_change)
            r = terms_approval(tx, ask, t, hash);
    }
    if (r == 0)
        r = db_run(tx->db, "UPDATE terms SET state = $2, hash = $3, approval_id = $4 WHERE id = $1",
                   "itbo", t->id, waits(t) ? "pending" : "granted", (const void *)hash,
                   sizeof(hash), or_null(&t->approval_id));
    if (r >= 0)
        r = created(tx, t);
    if (r == 0)
        *ret_id = t->id;
    pool_free(&made.pool);
    return r;
}

int terms_state(struct tx *tx, const struct terms_row *t, const char *state, int64_t valid_ms)
{
    struct trail trail = {0};
    int r = db_run(tx->db,
                   "UPDATE terms SET state = $2, valid_until_ms = $3, version = version + 1 "
                   "WHERE id = $1",
                   "iti", t->id, state, valid_ms);

    if (r < 0)
        return r;
    trail_text(&trail, "state", t->state, state);
    return audit_add(tx, "terms.state", "terms", t->id, t->project_id, &trail);
}

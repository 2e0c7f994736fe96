/* change_fixture.h - the fixture on sale with an approver for every kind of change, terms made for
 * changes, and a dump of all there is, to see that a refusal left nothing behind. */
#ifndef ANCHANG_TESTS_CHANGE_FIXTURE_H
#define ANCHANG_TESTS_CHANGE_FIXTURE_H

#include "deal_fixture.h"

#include <sqlite3.h>

#include "db/approval.h"
#include "db/deal_change.h"
#include "db/flow.h"
#include "db/flow_rule.h"
#include "db/refund.h"

static int64_t change_plan, change_discount;
static struct actor change_boss; /* approves; no right of deals is his */

static inline void change_flow(struct fixture *f)
{
    struct flow_node node = {
        .step = 1, .name = "boss", .approvers = {{.user_id = 3}}, .n_approvers = 1};
    int64_t id = 0, rule_id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, flow_create(tx, 0, "changes", &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, flow_draft_set(tx, id, 1, &node, 1)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, flow_activate(tx, id, 2)), 0);
    for (int kind = 0; kind < DEAL_CHANGE_COUNT; kind++) {
        const struct flow_rule rule = {.subject = deal_changes[kind].subject,
                                       .amount_from_fen = -1,
                                       .amount_to_fen = -1,
                                       .discount_from_bp = -1,
                                       .discount_to_bp = -1,
                                       .enabled = true,
                                       .flow_id = id};

        assert_int_equal(FIXTURE_DO(f, tx, flow_rule_create(tx, &rule, &rule_id)), 0);
    }
}

static inline int change_setup(void **state)
{
    int r = deal_setup(state);
    struct fixture *f = *state;

    assert_int_equal(
        db_script(f->db,
                  "UPDATE user_account SET must_change = 0;"
                  "INSERT INTO post (id, name, all_projects, created_ms) VALUES (90, 'p', 1, 1);"
                  "INSERT INTO user_post VALUES (1, 90); INSERT INTO user_post VALUES (3, 90)"),
        0);
    change_boss = (struct actor){
        .kind = ACTOR_USER, .id = 3, .name = "boss", .all_projects = true, .rights = 0};
    assert_int_equal(db_get(f->db, &change_plan,
                            "INSERT INTO payment_plan (project_id, name, kind) VALUES ($1, "
                            "'一次性', 'one_off') RETURNING id",
                            "i", f->project),
                     1);
    assert_int_equal(db_get(f->db, &change_discount,
                            "INSERT INTO discount (project_id, name, condition, effect) VALUES "
                            "($1, 'd', 'all', 'x') RETURNING id",
                            "i", f->project),
                     1);
    change_flow(f);
    return r;
}

/* ---- terms ---- */

/* Terms for a change of @deal; 0: as the deal's. */
struct change_new {
    int64_t deal, unit, customer, plan, list_fen, total_fen, deposit_fen, down_fen;
    bool discount, planless;
};

static inline int change_terms_insert(struct db *db, int64_t now_ms, const struct change_new *n,
                                      int64_t *ret_id)
{
    int64_t attached = 0, list = n->list_fen ? n->list_fen : FIXTURE_TOTAL;
    int64_t total = n->total_fen ? n->total_fen : list, lent = 0;
    const int64_t deposit = n->deposit_fen ? n->deposit_fen : (int64_t)DEPOSIT;
    const int64_t down = n->down_fen ? n->down_fen : 33333300;
    const int64_t plan = n->plan ? n->plan : deal_plan;
    const bool loan = plan == deal_plan;
    int r = attached_merged(db, n->unit, &attached);

    list += attached;
    total += attached;
    lent = n->planless || !loan ? 0 : total - deposit - down;
    if (r >= 0)
        r = db_run(db,
                   "INSERT INTO unit_price (unit_id, total_fen, reason, actor, at_ms) SELECT $1, "
                   "$2, 'test', 'tester', $3 WHERE NOT EXISTS (SELECT 1 FROM unit_price WHERE "
                   "unit_id = $1)",
                   "iii", n->unit, FIXTURE_TOTAL, now_ms);

    if (r >= 0)
        r = db_get(
            db, ret_id,
            "INSERT INTO terms (project_id, unit_id, customer_id, unit_price_id, "
            "price_basis, area, list_fen, total_fen, plan_id, plan_name, plan_kind, "
            "deposit_fen, loan_fen, valid_until_ms, user_id, made_ms, for_deal_id, "
            "for_change, attached_fen) SELECT u.project_id, u.id, $2, (SELECT MAX(id) FROM "
            "unit_price WHERE unit_id = u.id), 'gross', 8937, $3, $4, $5, $6, $7, $8, $9, $10, 1, "
            "$11, $12, 1, $13 FROM unit u WHERE u.id = $1 RETURNING id",
            "iiiiottiiiiii", n->unit, n->customer, list, total, n->planless ? NULL : &plan,
            n->planless ? ""
            : loan      ? "按揭"
                        : "一次性",
            n->planless ? ""
            : loan      ? "commercial"
                        : "one_off",
            n->planless ? n->deposit_fen : deposit, lent, now_ms + 30 * FIXTURE_DAY, now_ms,
            n->deal, attached);
    if (r >= 0)
        r = terms_attach(db, *ret_id, n->unit, !n->planless);
    if (r >= 0 && !n->planless)
        r = terms_line(db, *ret_id, 1, "deposit", deposit, "subscribed", 0);
    if (r >= 0 && !n->planless)
        r = terms_line(db, *ret_id, 2, "down_payment", loan ? down : total - deposit, "signed", 7);
    if (r >= 0 && lent)
        r = terms_line(db, *ret_id, 3, "bank_loan", lent, "filed", 30);
    if (r >= 0 && n->discount)
        r = db_run(db,
                   "INSERT INTO terms_step (terms_id, ordinal, discount_id, name, method, value, "
                   "result_fen) VALUES ($1, 1, $2, 'd', 'amount', 1, $3)",
                   "iii", *ret_id, change_discount, total);
    if (r >= 0)
        r = db_run(db, "UPDATE terms SET state = 'pending', hash = zeroblob(32) WHERE id = $1", "i",
                   *ret_id);
    return r < 0 ? r : 0;
}

static inline int64_t change_terms(struct fixture *f, struct change_new n)
{
    int64_t id = 0;

    if (!n.unit)
        n.unit = fixture_of(f, "SELECT unit_id FROM deal WHERE id = $1", n.deal);
    if (!n.customer)
        n.customer = fixture_of(f, "SELECT customer_id FROM deal WHERE id = $1", n.deal);
    assert_int_equal(FIXTURE_DO(f, tx, change_terms_insert(tx->db, f->now_ms, &n, &id)), 0);
    return id;
}

/* ---- asking and deciding ---- */

static inline int change_ask(struct fixture *f, const struct deal_change_ask *ask, int64_t *ret_id)
{
    return FIXTURE_DO(f, tx, deal_change_ask(tx, ask, ret_id));
}

/* The change, which must come about. */
static inline int64_t change_asked(struct fixture *f, const struct deal_change_ask *ask)
{
    int64_t id = 0;
    int r = change_ask(f, ask, &id);

    if (r != 0) {
        for (size_t i = 0; i < f->fault.n_items; i++)
            print_error("%s %s\n", fault_code_text(f->fault.items[i].code),
                        f->fault.items[i].field);
        fail_msg("%s: %d %s", deal_changes[ask->kind].code, r,
                 f->fault.set ? fault_code_text(f->fault.code) : "");
    }
    return id;
}

static inline int change_decide(struct fixture *f, int64_t change, enum approval_outcome outcome)
{
    const int64_t approval =
        fixture_of(f, "SELECT approval_id FROM deal_change WHERE id = $1", change);
    const int64_t task =
        fixture_of(f, "SELECT MAX(id) FROM approval_task WHERE approval_id = $1", approval);
    const int64_t version = fixture_of(f, "SELECT version FROM approval WHERE id = $1", approval);
    int r;

    f->as = &change_boss;
    r = FIXTURE_DO(f, tx, approval_decide(tx, task, version, outcome, "so"));
    f->as = &f->actor;
    return r;
}

static inline void change_approve(struct fixture *f, int64_t change)
{
    int r = change_decide(f, change, APPROVAL_APPROVED);

    if (r != 0)
        fail_msg("approve: %d %s", r, f->fault.set ? fault_code_text(f->fault.code) : "");
}

static inline int change_withdraw(struct fixture *f, int64_t change)
{
    const int64_t approval =
        fixture_of(f, "SELECT approval_id FROM deal_change WHERE id = $1", change);

    return FIXTURE_DO(f, tx, approval_withdraw(tx, approval, 0, "no"));
}

/* What the change gives back is paid, by cheque, and archiving waited for it. */
static inline int64_t change_pay_back(struct fixture *f, int64_t change)
{
    static int cheques;
    int64_t id, fen = 0;

    while ((id = fixture_of(f,
                            "SELECT COALESCE(MIN(id), 0) FROM refund WHERE change_id = $1 AND "
                            "state = 'approved'",
                            change)) != 0) {
        char number[24];
        const int64_t of =
            fixture_of(f, "SELECT SUM(amount_fen) FROM refund_line WHERE refund_id = $1", id);
        const struct refund_payout payout = {
            .id = id,
            .version = fixture_of(f, "SELECT version FROM refund WHERE id = $1", id),
            .tenders = {{.tender = "cheque", .amount_fen = of, .reference = number}},
            .n_tenders = 1};

        snprintf(number, sizeof(number), "ZP-%d", ++cheques);
        assert_refused(
            f,
            FIXTURE_DO(f, tx,
                       deal_change_archive(
                           tx, change,
                           fixture_of(f, "SELECT version FROM deal_change WHERE id = $1", change),
                           "r")),
            CHANGE_UNPAID);
        assert_int_equal(FIXTURE_DO(f, tx, refund_pay(tx, &payout)), 0);
        fen += of;
    }
    return fen;
}

static inline int change_archive(struct fixture *f, int64_t change)
{
    const int64_t version = fixture_of(f, "SELECT version FROM deal_change WHERE id = $1", change);

    return FIXTURE_DO(f, tx, deal_change_archive(tx, change, version, "paid"));
}

static inline int64_t change_received(struct fixture *f, int64_t deal)
{
    return fixture_of(f, "SELECT COALESCE(SUM(amount_fen), 0) FROM received WHERE deal_id = $1",
                      deal);
}

/* A line of the deal that is due on a day and that nothing came in for. */
static inline int64_t change_line(struct fixture *f, int64_t deal)
{
    return fixture_of(f,
                      "SELECT MAX(id) FROM receivable WHERE deal_id = $1 AND ended_ms IS NULL AND "
                      "due_date IS NOT NULL AND waived_ms IS NULL",
                      deal);
}

/* ---- all there is ---- */

static inline uint64_t dump_add(uint64_t sum, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < n; i++)
        sum = (sum ^ p[i]) * 1099511628211u;
    return (sum ^ n) * 1099511628211u;
}

static inline uint64_t dump_table(sqlite3 *db, const char *table, uint64_t sum)
{
    sqlite3_stmt *s = NULL;
    char sql[160];

    /* house: allow sql-constant - the name is the schema's */
    snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(s); i++) {
            const void *value = sqlite3_column_blob(s, i);

            sum = dump_add(sum, value ? value : "", (size_t)sqlite3_column_bytes(s, i));
        }
    sqlite3_finalize(s);
    return sum;
}

/* Every row of every table, as one number. */
static inline uint64_t change_dump(struct fixture *f)
{
    uint64_t sum = 14695981039346656037u;
    sqlite3_stmt *s = NULL;
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT name FROM sqlite_master WHERE type = 'table' "
                                        "ORDER BY name",
                                        -1, &s, NULL),
                     SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW)
        sum = dump_table(db, (const char *)sqlite3_column_text(s, 0), sum);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return sum;
}

/* ---- every kind, whole ---- */

/* A deal of buyer @i on @unit, led to @stage; the days of a subscription pass for a forfeit. */
static inline int64_t change_deal(struct fixture *f, char stage, int64_t unit, size_t i)
{
    const char first = stage == 'B' || stage == 'S' ? stage : 'C';
    struct deal_open open = deal_asked(f, first, unit, i);
    static int papers;
    char document[32];
    int64_t deal;

    snprintf(document, sizeof(document), "HT-%d", ++papers);
    if (first == 'C')
        open.document = document;
    deal = deal_of(f, &open);
    if (stage == 'F' || stage == 'D' || stage == 'T')
        assert_int_equal(deal_filed(f, deal, "BA-1"), 0);
    if (stage == 'D' || stage == 'T') {
        assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
        assert_int_equal(FIXTURE_DO(f, tx, deal_deliver(tx, deal, deal_version(f, deal), "JF-1")),
                         0);
    }
    if (stage == 'T')
        assert_int_equal(FIXTURE_DO(f, tx, deal_title(tx, deal, deal_version(f, deal), "CZ-1")), 0);
    return deal;
}

/* What a change of @kind asks for of a deal of buyer 0, so that it may be; for an exchange to
 * @target. */
static inline struct deal_change_ask change_of(struct fixture *f, enum deal_change_kind kind,
                                               int64_t deal, int64_t target)
{
    const unsigned needs = deal_changes[kind].needs;
    const char stage = deal_stage(f, deal);
    struct change_new n = {.deal = deal, .planless = stage == 'B' && kind != DEAL_CHANGE_PLAN};
    struct deal_change_ask ask = {
        .kind = kind, .deal_id = deal, .version = deal_version(f, deal), .reason = "because"};

    if (needs & CHANGE_FAULT)
        ask.fault_side = "buyer";
    if (needs & CHANGE_MONEY)
        ask.refund_fen = change_received(f, deal);
    if ((needs & CHANGE_DOCUMENT) || ((needs & CHANGE_DOCUMENT_C) && stage == 'C') ||
        ((needs & CHANGE_DOCUMENT_D) && stage == 'D'))
        ask.document = "证-1";
    if (needs & CHANGE_LINE)
        ask.receivable_id = change_line(f, deal);
    if (needs & CHANGE_DAYS)
        ask.days = 5;
    if (needs & CHANGE_EXCEPTION)
        ask.exception = "family";
    if (kind == DEAL_CHANGE_RENAME)
        ask.buyers[ask.n_buyers++] = (struct deal_buyer){deal_buyers[4], 10000};
    if (kind == DEAL_CHANGE_PARTIES) {
        ask.buyers[ask.n_buyers++] = (struct deal_buyer){
            fixture_of(f, "SELECT customer_id FROM deal WHERE id = $1", deal), 6000};
        ask.buyers[ask.n_buyers++] = (struct deal_buyer){deal_buyers[5], 4000};
    }
    if (kind == DEAL_CHANGE_EXCHANGE)
        n.unit = target;
    if (kind == DEAL_CHANGE_PLAN)
        n.plan = change_plan;
    if (kind == DEAL_CHANGE_DISCOUNT) {
        n.discount = true;
        n.total_fen = FIXTURE_TOTAL - 1000000;
    }
    if (kind == DEAL_CHANGE_PRICE)
        n.list_fen = FIXTURE_TOTAL + 2000000;
    if (kind == DEAL_CHANGE_LOAN)
        n.down_fen = 33333300 + 10000000;
    if (kind == DEAL_CHANGE_DEPOSIT) {
        n.deposit_fen = DEPOSIT + 1000000;
        n.down_fen = 33333300 - 1000000;
    }
    if (needs & CHANGE_TERMS)
        ask.terms_id = change_terms(f, n);
    return ask;
}

#endif

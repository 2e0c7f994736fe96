/* terms_fixture.h - the publication fixture with what terms need: a user in a post with a limit, a
 * buyer, plans, and discounts on the live public list. */
#ifndef ANCHANG_TESTS_TERMS_FIXTURE_H
#define ANCHANG_TESTS_TERMS_FIXTURE_H

#include "publication_fixture.h"

#include "db/discount.h"
#include "db/payment_plan.h"
#include "db/terms.h"

/* Of the last one: plans "one-off" and "mortgage", discounts for each test to add to. */
struct terms_world {
    int64_t customer, post, one_off, mortgage;
};

static inline int64_t terms_row_id(struct fixture *f, const char *sql)
{
    int64_t id = 0;

    assert_int_equal(db_get(f->db, &id, sql, ""), 1);
    return id;
}

static inline int64_t terms_plan(struct fixture *f, const char *name, const char *kind,
                                 const struct payment_plan_line *lines, size_t n)
{
    const struct payment_plan_row plan = {.project_id = f->project,
                                          .name = name,
                                          .kind = kind,
                                          .enabled = true,
                                          .lines = lines,
                                          .n_lines = n};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, payment_plan_create(tx, &plan, &id)), 0);
    return id;
}

static inline int64_t terms_discount(struct fixture *f, struct discount_row d)
{
    int64_t id = 0;

    d.project_id = f->project;
    d.condition = "all";
    assert_int_equal(FIXTURE_DO(f, tx, discount_create(tx, &d, &id)), 0);
    return id;
}

static inline void terms_limit(struct fixture *f, int64_t post, int64_t most_bp, int below)
{
    assert_int_equal(
        db_run(f->db,
               "INSERT INTO discount_limit (project_id, post_id, most_bp, below_floor) "
               "VALUES ($1, $2, $3, $4) ON CONFLICT DO UPDATE SET most_bp = $3, "
               "below_floor = $4",
               "iiii", f->project, post, most_bp, (int64_t)below),
        1);
}

/* Users 1 (the actor, in the post) and 2 (the boss), a buyer, two plans; units released. */
static inline struct terms_world terms_setup(struct fixture *f)
{
    static const struct payment_plan_line one_off[] = {
        {FUND_DEPOSIT, SHARE_AMOUNT, 5000000, "subscribed", 0, NULL, "", NULL},
        {FUND_HOUSE_MONEY, SHARE_REST, 0, "signed", 7, NULL, "", NULL}};
    static const struct payment_plan_line mortgage[] = {
        {FUND_DEPOSIT, SHARE_AMOUNT, 5000000, "subscribed", 0, NULL, "", NULL},
        {FUND_DOWN_PAYMENT, SHARE_PERCENT, 3000, "signed", 0, NULL, "", NULL},
        {FUND_BANK_LOAN, SHARE_PERCENT, 7000, "bank", 30, NULL, "", NULL}};
    struct terms_world w = {0};

    assert_int_equal(db_run(f->db,
                            "INSERT INTO user_account (id, login, name, password_hash, created_ms) "
                            "VALUES (1, 'tester', 'Tester', 'h', 1), (2, 'boss', 'Boss', 'h', 1)",
                            ""),
                     2);
    w.post = terms_row_id(f, "INSERT INTO post (name, all_projects, created_ms) VALUES "
                             "('seller', 1, 1) RETURNING id");
    assert_int_equal(
        db_run(f->db, "INSERT INTO user_post (user_id, post_id) VALUES (1, $1)", "i", w.post), 1);
    w.customer =
        terms_row_id(f, "INSERT INTO customer (kind, name, notice, created_by, "
                        "created_ms, changed_ms) VALUES ('person', '张三', 'n', 'a', 1, 1) "
                        "RETURNING id");
    terms_limit(f, w.post, 500, 0);
    w.one_off = terms_plan(f, "one-off", "one_off", one_off, 2);
    w.mortgage = terms_plan(f, "mortgage", "commercial", mortgage, 3);
    return w;
}

static inline struct terms_ask terms_ask_of(struct fixture *f, const struct terms_world *w)
{
    return (struct terms_ask){.unit_id = f->units[0],
                              .customer_id = w->customer,
                              .plan_id = w->one_off,
                              .deposit_fen = -1,
                              .loan_fen = -1,
                              .fund_loan_fen = -1};
}

/* A deal on the terms, as deal_open() makes one. */
static inline int64_t terms_deal(struct fixture *f, int64_t terms_id)
{
    int64_t id = 0;

    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO deal (project_id, unit_id, customer_id, user_id, stage, "
                            "terms_id, opened_ms) SELECT project_id, unit_id, customer_id, 1, 'S', "
                            "id, $2 FROM terms WHERE id = $1 RETURNING id",
                            "ii", terms_id, f->now_ms),
                     1);
    return id;
}

#endif

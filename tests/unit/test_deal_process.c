/* test_deal_process.c - what happens to a deal ends the nodes of its process and gives its due
 * lines their days, whichever comes first; what is taken back takes both back (AS-02, FC 27.3). */
#include "change_fixture.h"

#include "db/deal_node.h"
#include "db/mortgage.h"
#include "db/movein.h"

static const struct process_node papers[] = {
    {"papers", "资料齐全", "manual", "deal.process", 5, false, true}};

static void template_add(struct fixture *f, const char *begins, const struct process_node *nodes,
                         size_t n)
{
    const struct process_row row = {.project_id = f->project,
                                    .name = begins,
                                    .begins = begins,
                                    .plan_kinds = "",
                                    .enabled = true,
                                    .nodes = nodes,
                                    .n_nodes = n};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, process_create(tx, &row, &id)), 0);
}

/* The living line of a fund waits for @due from now on. */
static void line_waits(struct fixture *f, int64_t deal, const char *fund, const char *due,
                       const char *node)
{
    assert_true(db_run(f->db,
                       "UPDATE receivable SET due = $3, due_node = $4 WHERE deal_id = $1 AND "
                       "fund = $2 AND ended_ms IS NULL",
                       "ittt", deal, fund, due, node) == 1);
}

/* Whether the living line of a fund is due @days after today; @days -1: on no day yet. */
static bool line_due(struct fixture *f, int64_t deal, const char *fund, int64_t days)
{
    char day[DAY_TEXT] = "";
    int64_t n = 0;

    if (days >= 0) {
        day_of(f->now_ms, day);
        assert_int_equal(day_add(day, days, day), 0);
    }
    assert_true(db_get(f->db, &n,
                       "SELECT COUNT(*) FROM receivable WHERE deal_id = $1 AND fund = $2 AND "
                       "ended_ms IS NULL AND COALESCE(due_date, '') = $3",
                       "itt", deal, fund, day) == 1);
    return n == 1;
}

static int64_t nodes(struct fixture *f, int64_t deal, const char *state)
{
    int64_t n = 0;

    assert_true(db_get(f->db, &n,
                       "SELECT COUNT(*) FROM deal_node WHERE deal_id = $1 AND state = $2", "it",
                       deal, state) == 1);
    return n;
}

/* The first node of the deal, by hand. */
static int node_ended(struct fixture *f, int64_t deal, const char *document)
{
    const struct node_done done = {
        .id = fixture_of(f, "SELECT MIN(id) FROM deal_node WHERE deal_id = $1", deal),
        .result = "齐",
        .document = document};

    return FIXTURE_DO(f, tx, deal_node_done(tx, &done));
}

/* The deal's loan goes through the bank. */
static int64_t loan_approved(struct fixture *f, int64_t deal)
{
    const struct mortgage_new new = {deal, "commercial", "建设银行", 1000000, 20};
    struct mortgage_act act = {.version = 2, .step = MORTGAGE_SUBMIT};
    static const char all[] = "identity household marriage income statement contract receipt";

    assert_int_equal(FIXTURE_DO(f, tx, mortgage_create(tx, &new, &act.id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, mortgage_papers_set(tx, act.id, 1, all)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, mortgage_act(tx, &act)), 0);
    act = (struct mortgage_act){
        .id = act.id, .version = 3, .step = MORTGAGE_APPROVE, .amount_fen = 1000000};
    assert_int_equal(FIXTURE_DO(f, tx, mortgage_act(tx, &act)), 0);
    return act.id;
}

static int loan_given_up(struct fixture *f, int64_t id)
{
    const struct mortgage_act act = {
        .id = id, .version = 4, .step = MORTGAGE_END, .note = "换银行"};

    return FIXTURE_DO(f, tx, mortgage_act(tx, &act));
}

/* ---- lines ---- */

/* People read what the node is called, not its code. */
static int name_look(void *arg, const struct receivable_row *row)
{
    (void)arg;
    assert_string_equal(row->due_node, strcmp(row->fund, "down_payment") == 0 ? "资料齐全" : "");
    return 0;
}

static void test_a_line_waits_for_a_node(void **state)
{
    struct fixture *f = *state;
    int64_t deal;

    template_add(f, "subscribed", papers, 1);
    deal = deal_new(f, 'S', f->units[0], 0);
    line_waits(f, deal, "down_payment", "node", "papers");
    assert_int_equal(FIXTURE_DO(f, tx, receivable_each(tx, deal, "2000-01-01", name_look, f)), 0);
    line_waits(f, deal, "bank_loan", "node", "another");
    assert_int_equal(node_ended(f, deal, NULL), 0);
    assert_true(line_due(f, deal, "down_payment", 7));
    assert_true(line_due(f, deal, "bank_loan", -1));
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_untold(tx, deal, NODE_MANUAL, "错")), 0);
    assert_true(line_due(f, deal, "down_payment", -1));
    assert_int_equal(node_ended(f, deal, NULL), 0);
    assert_true(line_due(f, deal, "down_payment", 7));
    deal_verify(f);
}

/* The buyer is to be told each time that it is done (NT-10). */
static void test_told_of_what_is_done(void **state)
{
    static const char told[] = "SELECT COUNT(*) FROM buyer_notice WHERE event = 'node_done'";
    struct fixture *f = *state;
    int64_t deal;

    template_add(f, "subscribed", papers, 1);
    deal = deal_new(f, 'S', f->units[0], 0);
    assert_int_equal(fixture_count(f, told), 0);
    assert_int_equal(node_ended(f, deal, NULL), 0);
    assert_int_equal(fixture_count(f, told), 1);
    assert_int_equal(FIXTURE_DO(f, tx, deal_node_untold(tx, deal, NODE_MANUAL, "错")), 0);
    assert_int_equal(fixture_count(f, told), 1);
    assert_int_equal(node_ended(f, deal, NULL), 0);
    assert_int_equal(fixture_count(f, told), 2);
}

static void test_a_line_waits_for_the_bank(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'S', f->units[0], 0), loan;

    line_waits(f, deal, "bank_loan", "bank", "");
    loan = loan_approved(f, deal);
    assert_true(line_due(f, deal, "bank_loan", 30));
    assert_int_equal(loan_given_up(f, loan), 0);
    assert_true(line_due(f, deal, "bank_loan", -1));
    loan_approved(f, deal);
    assert_true(line_due(f, deal, "bank_loan", 30));
}

/* A contract with terms of its own has a new schedule: what happened before it keeps its day. */
static void test_new_terms_keep_the_days(void **state)
{
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'S', f->units[0], 0), terms, bank;

    bank = loan_approved(f, deal);
    assert_true(bank > 0);
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    f->now_ms += 2 * FIXTURE_DAY;
    terms = terms_make(f, f->units[0], deal_buyers[0], true, 100000);
    assert_true(db_run(f->db, "DROP TRIGGER terms_line_no_update", "") >= 0);
    assert_true(db_run(f->db,
                       "UPDATE terms_line SET due = 'bank' WHERE terms_id = $1 AND "
                       "fund = 'bank_loan'",
                       "i", terms) == 1);
    assert_int_equal(deal_goes(f, deal, 'C', terms, 0, "HT-1"), 0);
    assert_true(line_due(f, deal, "down_payment", 7));
    assert_true(line_due(f, deal, "bank_loan", 28));
    f->now_ms -= 2 * FIXTURE_DAY;
    assert_true(line_due(f, deal, "deposit", 0)); /* the day it was subscribed on */
}

/* ---- nodes ---- */

/* What a process begins with has happened in part before it began. */
static void test_nodes_that_come_late(void **state)
{
    static const struct process_node all[] = {
        {"deposit", "交定金", "deposit", "deal.process", 1, false, false},
        {"first", "交首付", "first-payment", "deal.process", 1, false, false},
        {"signing", "签订合同", "signing", "deal.process", 1, false, false},
        {"loan", "按揭审批", "loan-apply", "deal.process", 9, true, false},
        {"card", "面签", "manual", "deal.process", 3, true, false},
        {"filing", "网签备案", "filing", "deal.process", 9, false, false},
        {"full", "房款付清", "full-payment", "deal.process", 9, false, false},
    };
    struct fixture *f = *state;
    int64_t deal, loan;

    template_add(f, "signed", all, 7);
    deal = deal_new(f, 'S', f->units[0], 0);
    assert_int_equal(deal_pay(f, deal, DEPOSIT + 33333300), 0);
    loan = loan_approved(f, deal);
    f->now_ms += FIXTURE_MINUTE;
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0);
    assert_int_equal(nodes(f, deal, "done"), 4);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node WHERE code = 'signing' AND "
                                      "document = 'HT-1'"),
                     1);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node WHERE code = 'card' AND "
                                      "due_date IS NOT NULL"),
                     1);
    assert_int_equal(loan_given_up(f, loan), 0);
    assert_int_equal(nodes(f, deal, "done"), 3);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node_event e JOIN deal_node n ON "
                                      "n.id = e.node_id WHERE n.code = 'loan' AND e.event = "
                                      "'reopened' AND e.note = '换银行'"),
                     1);
    assert_int_equal(deal_filed(f, deal, "BA-1"), 0);
    assert_int_equal(nodes(f, deal, "done"), 4);
    assert_int_equal(deal_voided(f, deal), 0);
    assert_int_equal(nodes(f, deal, "done"), 3);
}

/* A deal that is over is told nothing. */
static void test_what_comes_after_the_end(void **state)
{
    static const struct process_node loan_node[] = {
        {"loan", "按揭审批", "loan-apply", "deal.process", 9, false, false}};
    struct fixture *f = *state;
    struct deal_change_ask ask;
    int64_t deal, loan;

    template_add(f, "signed", loan_node, 1);
    deal = change_deal(f, 'C', f->units[0], 0);
    loan = loan_approved(f, deal);
    assert_int_equal(nodes(f, deal, "done"), 1);
    ask = change_of(f, DEAL_CHANGE_CANCEL, deal, 0);
    change_approve(f, change_asked(f, &ask));
    assert_int_equal(loan_given_up(f, loan), 0);
    assert_int_equal(nodes(f, deal, "done"), 1);
    assert_int_equal(nodes(f, deal, "open"), 0);
}

/* Taken back, a booking has no process, and a subscription none of the contract's. */
static void test_steps_taken_back(void **state)
{
    static const struct process_node visit[] = {
        {"visit", "回访", "manual", "deal.process", 5, false, true}};
    struct fixture *f = *state;
    int64_t deal = deal_new(f, 'B', f->units[0], 0);
    int64_t terms = terms_make(f, f->units[0], deal_buyers[0], true, 0);

    template_add(f, "signed", visit, 1);
    f->now_ms += 1;
    assert_int_equal(deal_goes(f, deal, 'S', terms, 0, NULL), 0);
    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    f->now_ms += 1;
    assert_int_equal(deal_goes(f, deal, 'C', 0, 0, "HT-1"), 0);
    assert_int_equal(nodes(f, deal, "open"), 1);
    assert_int_equal(deal_voided(f, deal), 0);
    assert_int_equal(nodes(f, deal, "open"), 0);

    template_add(f, "subscribed", papers, 1);
    deal = deal_new(f, 'B', f->units[1], 1);
    terms = terms_make(f, f->units[1], deal_buyers[1], true, 0);
    f->now_ms += 1;
    assert_int_equal(deal_goes(f, deal, 'S', terms, 1, NULL), 0);
    assert_int_equal(nodes(f, deal, "open"), 1);
    assert_int_equal(deal_voided(f, deal), 0);
    assert_int_equal(deal_stage(f, deal), 'B');
    assert_int_equal(nodes(f, deal, "open"), 0);
}

/* What was done by hand goes with the buyer, and by which paper. */
static void test_exchange_carries_the_paper(void **state)
{
    struct fixture *f = *state;
    struct deal_change_ask ask;
    int64_t deal;

    template_add(f, "subscribed", papers, 1);
    deal = deal_new(f, 'S', f->units[0], 0);
    assert_int_equal(node_ended(f, deal, "ZL-7"), 0);
    ask = change_of(f, DEAL_CHANGE_EXCHANGE, deal, f->units[1]);
    change_approve(f, change_asked(f, &ask));
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node WHERE state = 'done' AND "
                                      "document = 'ZL-7'"),
                     2);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, change_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_a_line_waits_for_a_node),    CASE(test_a_line_waits_for_the_bank),
        CASE(test_new_terms_keep_the_days),    CASE(test_nodes_that_come_late),
        CASE(test_what_comes_after_the_end),   CASE(test_steps_taken_back),
        CASE(test_exchange_carries_the_paper), CASE(test_told_of_what_is_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_mortgage.c - a loan on its way through a bank, and what stands still. */
#include "deal_rows.h"

#include "db/deal_node.h"
#include "db/mortgage.h"

enum { DEAL = 4 };

static const char all_papers[] = "identity household marriage income statement contract receipt";

static void loans(struct fixture *f, int64_t loan, int64_t fund)
{
    char sql[300];

    deal_rows(f, "combined");
    /* house: allow sql-constant - rows of a test, of its own numbers */
    snprintf(sql, sizeof(sql),
             "DROP TRIGGER terms_forward; UPDATE terms SET total_fen = 1000, list_fen = 1000, "
             "plan_id = NULL, plan_name = '', loan_fen = %d, fund_loan_fen = %d",
             (int)loan, (int)fund);
    script(f, sql);
    script(f,
           "INSERT INTO deal_node (deal_id, ordinal, code, name, kind, right_code, days, "
           "counted_from, strict) VALUES (4, 1, 'loan', '按揭', 'loan-apply', 'deal.process', 1, "
           "'begin', 1)");
}

static int64_t loan_new(struct fixture *f, const char *kind, int64_t fen, int *ret_r)
{
    const struct mortgage_new m = {DEAL, kind, "建设银行", fen, 20};
    int64_t id = 0;

    *ret_r = FIXTURE_DO(f, tx, mortgage_create(tx, &m, &id));
    return id;
}

static int act(struct fixture *f, int64_t id, enum mortgage_step step, int64_t fen,
               const char *note)
{
    const struct mortgage_act a = {
        id, fixture_of(f, "SELECT version FROM mortgage WHERE id = $1", id), step, fen, note};

    return FIXTURE_DO(f, tx, mortgage_act(tx, &a));
}

static int papers(struct fixture *f, int64_t id, const char *codes)
{
    int64_t version = fixture_of(f, "SELECT version FROM mortgage WHERE id = $1", id);

    return FIXTURE_DO(f, tx, mortgage_papers_set(tx, id, version, codes));
}

static void test_on_its_way(void **state)
{
    struct fixture *f = *state;
    int64_t id;
    int r;

    loans(f, 700, 0);
    loan_new(f, "commercial", 701, &r);
    assert_refused(f, r, MORTGAGE_TOO_MUCH);
    loan_new(f, "fund", 1, &r);
    assert_refused(f, r, MORTGAGE_TOO_MUCH);
    id = loan_new(f, "commercial", 700, &r);
    assert_int_equal(r, 0);
    loan_new(f, "commercial", 100, &r);
    assert_refused(f, r, MORTGAGE_EXISTS);
    assert_refused(f, act(f, id, MORTGAGE_APPROVE, 700, NULL), MORTGAGE_STATE);
    assert_refused(f, act(f, id, MORTGAGE_SUBMIT, 0, NULL), MORTGAGE_PAPERS);
    assert_refused(f, papers(f, id, "identity nonsense"), FIELD_CHOICE);
    assert_int_equal(papers(f, id, all_papers), 0);
    assert_int_equal(act(f, id, MORTGAGE_SUBMIT, 0, NULL), 0);
    assert_refused(f, papers(f, id, ""), MORTGAGE_STATE);
    assert_refused(f, act(f, id, MORTGAGE_REJECT, 0, ""), REASON_NEEDED);
    assert_refused(f, act(f, id, MORTGAGE_APPROVE, 701, NULL), MORTGAGE_TOO_MUCH);
    assert_int_equal(act(f, id, MORTGAGE_APPROVE, 600, NULL), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node WHERE state = 'done'"), 1);
    assert_int_equal(act(f, id, MORTGAGE_END, 0, "换银行"), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node WHERE state = 'open'"), 1);
    loan_new(f, "commercial", 650, &r);
    assert_int_equal(r, 0); /* at another bank */
    f->as = &f->outsider;
    assert_refused(f, act(f, id, MORTGAGE_END, 0, "x"), NOT_FOUND);
    loan_new(f, "commercial", 1, &r);
    assert_refused(f, r, NOT_FOUND);
}

/* A combined loan is through when both banks are. */
static void test_combined(void **state)
{
    struct fixture *f = *state;
    int64_t bank, fund;
    int r;

    loans(f, 300, 200);
    bank = loan_new(f, "commercial", 300, &r);
    fund = loan_new(f, "fund", 200, &r);
    assert_int_equal(papers(f, bank, all_papers), 0);
    assert_int_equal(papers(f, fund, all_papers), 0);
    assert_int_equal(act(f, bank, MORTGAGE_SUBMIT, 0, NULL), 0);
    assert_int_equal(act(f, fund, MORTGAGE_SUBMIT, 0, NULL), 0);
    assert_int_equal(act(f, bank, MORTGAGE_APPROVE, 300, NULL), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node WHERE state = 'done'"), 0);
    assert_int_equal(act(f, fund, MORTGAGE_APPROVE, 200, NULL), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal_node WHERE state = 'done'"), 1);
}

static int count(void *arg, const struct mortgage_row *row)
{
    (void)row;
    ++*(int *)arg;
    return 0;
}

/* AS-05: listed once it stood still for so long; a step removes it at once. */
static void test_standing_still(void **state)
{
    struct fixture *f = *state;
    struct mortgage_filter stale = {.project_id = f->project, .limit = 50};
    int64_t id;
    int n = 0, r;

    loans(f, 700, 0);
    id = loan_new(f, "commercial", 700, &r);
    f->now_ms += 10 * FIXTURE_DAY;
    stale.before_ms = f->now_ms - 7 * FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, mortgage_stale(tx, &stale, count, &n)), 0);
    assert_int_equal(n, 1);
    assert_int_equal(papers(f, id, "identity"), 0);
    n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, mortgage_stale(tx, &stale, count, &n)), 0);
    assert_int_equal(n, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_on_its_way),
        CASE(test_combined),
        CASE(test_standing_still),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

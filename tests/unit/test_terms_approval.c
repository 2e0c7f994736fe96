/* test_terms_approval.c - terms beyond their maker's limits: asked for, approved as they are,
 * refused, and over with time (PR-05, PR-13, WF-01, P8). */
#include "terms_fixture.h"

#include "db/approval.h"
#include "db/flow.h"
#include "db/flow_rule.h"

static struct terms_world w;
static int64_t manager_discount;

/* Whatever needs approval goes to the boss. */
static void flow_make(struct fixture *f)
{
    const struct flow_approver approver = {.user_id = 2};
    struct flow_node node = {.step = 1, .name = "boss"};
    struct flow_rule rule = {.subject = SUBJECT_TERMS,
                             .amount_from_fen = -1,
                             .amount_to_fen = -1,
                             .discount_from_bp = -1,
                             .discount_to_bp = -1,
                             .enabled = true};
    int64_t id = 0, rule_id = 0;

    node.approvers[0] = approver;
    node.n_approvers = 1;
    assert_int_equal(FIXTURE_DO(f, tx, flow_create(tx, 0, "terms", &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, flow_draft_set(tx, id, 1, &node, 1)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, flow_activate(tx, id, 2)), 0);
    rule.flow_id = id;
    assert_int_equal(FIXTURE_DO(f, tx, flow_rule_create(tx, &rule, &rule_id)), 0);
}

static int approval_setup(void **state)
{
    int r = setup_released(state);
    struct fixture *f = *state;

    w = terms_setup(f);
    assert_int_equal(db_script(f->db,
                               "UPDATE user_account SET must_change = 0;"
                               "INSERT INTO post (id, name, all_projects, created_ms) VALUES "
                               "(90, 'director', 1, 1); INSERT INTO user_post VALUES (2, 90)"),
                     0);
    manager_discount = terms_discount(
        f,
        (struct discount_row){.name = "m", .kind = "manager", .method = "percent", .value = 8000});
    live(f);
    return r;
}

/* Terms of so much of the list price; 9500 is what the maker may give. */
static int make(struct fixture *f, int64_t keeps, int64_t resubmits_id, int64_t *ret_id)
{
    struct terms_ask ask = terms_ask_of(f, &w);

    ask.picks[0] = (struct terms_pick){manager_discount, keeps};
    ask.n_picks = 1;
    ask.reason = "old friend";
    ask.resubmits_id = resubmits_id;
    return FIXTURE_DO(f, tx, terms_create(tx, &ask, ret_id));
}

static void check_state(struct fixture *f, int64_t id, const char *state)
{
    struct stmt *s;

    assert_int_equal(db_query(f->db, &s, "SELECT state FROM terms WHERE id = $1", "i", id), 0);
    assert_int_equal(stmt_step(s), 1);
    assert_string_equal(stmt_text(s, 0), state);
    stmt_reset(s);
}

static int64_t approval_of(struct fixture *f, int64_t id)
{
    return fixture_of(f, "SELECT approval_id FROM terms WHERE id = $1", id);
}

static int decide(struct fixture *f, int64_t id, enum approval_outcome outcome)
{
    const int64_t approval = approval_of(f, id);
    const int64_t version = fixture_of(f, "SELECT version FROM approval WHERE id = $1", approval);
    const int64_t task =
        fixture_of(f, "SELECT id FROM approval_task WHERE approval_id = $1", approval);
    int r;

    f->as = &boss;
    r = FIXTURE_DO(f, tx, approval_decide(tx, task, version, outcome, "seen"));
    f->as = &f->actor;
    return r;
}

static void test_no_route(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0;

    assert_refused(f, make(f, 9400, 0, &id), APPROVAL_NO_ROUTE);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM terms"), 0); /* never a silent save */
}

static void test_approved(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0, deal;

    flow_make(f);
    assert_int_equal(make(f, 9400, 0, &id), 0);
    check_state(f, id, "pending");
    assert_int_equal(
        fixture_of(f, "SELECT discount_bp FROM approval WHERE id = $1", approval_of(f, id)), 600);
    assert_refused(f, FIXTURE_DO(f, tx, terms_use(tx, id, f->units[0], w.customer, 1)),
                   TERMS_NOT_GRANTED);
    f->now_ms += 10 * FIXTURE_DAY; /* longer than granted ones last */
    assert_int_equal(decide(f, id, APPROVAL_APPROVED), 0);
    check_state(f, id, "granted");
    assert_int_equal(fixture_of(f, "SELECT valid_until_ms FROM terms WHERE id = $1", id),
                     f->now_ms + TERMS_VALID_DAYS * FIXTURE_DAY);
    deal = terms_deal(f, id);
    assert_int_equal(FIXTURE_DO(f, tx, terms_use(tx, id, f->units[0], w.customer, deal)), 0);
}

static void test_refused(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0, again = 0;

    flow_make(f);
    assert_int_equal(make(f, 9400, 0, &id), 0);
    assert_int_equal(decide(f, id, APPROVAL_RETURNED), 0);
    check_state(f, id, "refused");
    assert_refused(f, FIXTURE_DO(f, tx, terms_use(tx, id, f->units[0], w.customer, 1)),
                   TERMS_NOT_GRANTED);
    assert_int_equal(make(f, 9450, approval_of(f, id), &again), 0); /* mended, sent again */
    assert_int_equal(
        fixture_of(f, "SELECT resubmits_id FROM approval WHERE id = $1", approval_of(f, again)),
        approval_of(f, id));
    assert_int_equal(decide(f, again, APPROVAL_REJECTED), 0);
    check_state(f, again, "refused");
}

/* What is approved is what was asked for: whoever edits the rows in the file gets nothing. */
static void test_content_is_bound(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0;

    flow_make(f);
    assert_int_equal(make(f, 9400, 0, &id), 0);
    assert_int_equal(db_script(f->db, "DROP TRIGGER terms_step_no_update;"
                                      "UPDATE terms_step SET value = 9300"),
                     0);
    assert_refused(f, decide(f, id, APPROVAL_APPROVED), APPROVAL_CONTENT_CHANGED);
    check_state(f, id, "pending");
    assert_int_equal(decide(f, id, APPROVAL_REJECTED), 0);
}

static void test_over_with_time(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0, next = 0;

    flow_make(f);
    assert_int_equal(make(f, 9400, 0, &id), 0);
    f->now_ms += TERMS_ASKED_DAYS * FIXTURE_DAY;
    assert_refused(f, decide(f, id, APPROVAL_APPROVED), TERMS_EXPIRED);
    assert_int_equal(FIXTURE_DO(f, tx, terms_expire_due(tx, &next)), 1);
    check_state(f, id, "expired");
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM approval WHERE state = 'running'"), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM todo WHERE done_ms IS NULL"), 0);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, approval_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_no_route),         CASE(test_approved),       CASE(test_refused),
        CASE(test_content_is_bound), CASE(test_over_with_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

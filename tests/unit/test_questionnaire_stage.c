/* test_questionnaire_stage.c - a stage that was entered demands its set before the next step
 * (QN-09): of visits before a sale, of a deal before its contract and its filing, of the handover
 * before the title, of a loss before another opportunity. */
#include "deal_fixture.h"
#include "question_fixture.h"

#include "db/follow.h"
#include "db/ownership.h"
#include "db/queue.h"
#include "db/visit.h"

enum { BUYER = 0, FRIEND = 20 };

static void visited(struct fixture *f)
{
    const struct visit_new v = {.kind = "visit",
                                .customer_id = deal_buyers[BUYER],
                                .project_id = f->project,
                                .awareness_id = FRIEND};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, visit_add(tx, &v, &id)), 0);
    f->now_ms += FIXTURE_MINUTE;
}

static int queued(struct fixture *f, int64_t *ret_id)
{
    const struct ticket_new ticket = {.project_id = f->project, .customer_id = deal_buyers[BUYER]};

    return FIXTURE_DO(f, tx, ticket_create(tx, &ticket, ret_id));
}

static int booked(struct fixture *f, int64_t ticket)
{
    struct deal_open open = deal_asked(f, 'B', f->units[0], BUYER);
    int64_t id = 0;

    open.ticket_id = ticket;
    return FIXTURE_DO(f, tx, deal_open(tx, &open, &id));
}

static void filled(struct fixture *f, int64_t set)
{
    set_filled(f, deal_buyers[BUYER], set, "话");
}

static void test_visits(void **state)
{
    struct fixture *f = *state;
    const int64_t first = set_enabled(f, "first_visit"), again = set_enabled(f, "revisit");
    int64_t ticket = 0;

    visited(f);
    assert_refused(f, queued(f, &ticket), QUESTIONNAIRE_OWED);
    assert_refused(f, booked(f, 0), QUESTIONNAIRE_OWED);
    filled(f, first);
    assert_int_equal(queued(f, &ticket), 0);
    visited(f);
    assert_refused(f, booked(f, 0), QUESTIONNAIRE_OWED);
    assert_int_equal(booked(f, ticket), 0); /* a number was given: what is owed was asked then */
    filled(f, again);
}

/* Who never came owes nothing for a visit. */
static void test_no_visit(void **state)
{
    struct fixture *f = *state;

    set_enabled(f, "first_visit");
    assert_int_equal(booked(f, 0), 0);
}

static void test_deal_and_handover(void **state)
{
    struct fixture *f = *state;
    const int64_t set = set_enabled(f, "deal"), handover = set_enabled(f, "handover");
    const int64_t deal = deal_new(f, 'S', f->units[0], BUYER);
    char paper[] = "CZ-1";

    assert_int_equal(deal_pay(f, deal, DEPOSIT), 0);
    assert_refused(f, deal_goes(f, deal, 'C', 0, BUYER, "HT-1"), QUESTIONNAIRE_OWED);
    filled(f, set);
    assert_int_equal(deal_goes(f, deal, 'C', 0, BUYER, "HT-1"), 0);
    assert_int_equal(deal_filed(f, deal, "BA-1"), 0);
    assert_int_equal(FIXTURE_DO(f, tx, deal_deliver(tx, deal, deal_version(f, deal), "JF-1")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, deal_title(tx, deal, deal_version(f, deal), paper)),
                   QUESTIONNAIRE_OWED);
    filled(f, handover);
    assert_int_equal(FIXTURE_DO(f, tx, deal_title(tx, deal, deal_version(f, deal), paper)), 0);
}

static void test_signed_at_once(void **state)
{
    struct fixture *f = *state;
    const int64_t set = set_enabled(f, "deal"), deal = deal_new(f, 'C', f->units[0], BUYER);

    assert_refused(f, deal_filed(f, deal, "BA-1"), QUESTIONNAIRE_OWED);
    filled(f, set);
    assert_int_equal(deal_filed(f, deal, "BA-1"), 0);
}

static void test_lost(void **state)
{
    struct fixture *f = *state;
    const int64_t c = deal_buyers[BUYER], set = set_enabled(f, "lost");
    const struct opportunity o = {
        .customer_id = c, .project_id = f->project, .stage = "intent", .probability_bp = -1};
    int64_t id = 0;

    assert_int_equal(db_run(f->db,
                            "INSERT INTO ownership (customer_id, project_id, state, owner_id, "
                            "since_ms, touched_ms, protected_until_ms) VALUES ($1, $2, 'onsite', "
                            "1, 1, 1, 2)",
                            "ii", c, f->project),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id)), 0);
    assert_int_equal(
        db_run(f->db,
               "UPDATE opportunity SET outcome = 'lost', lost_reason = 'price', closed_ms = 1", ""),
        1);
    assert_refused(f, FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id)), QUESTIONNAIRE_OWED);
    filled(f, set);
    assert_int_equal(FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id)), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_visits),         CASE(test_no_visit), CASE(test_deal_and_handover),
        CASE(test_signed_at_once), CASE(test_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

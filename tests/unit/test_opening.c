/* test_opening.c - opening day: order by number and by lot, the door, batches, picks, and the
 * minute at which an unpaid pick is free again. */
#include "deal_fixture.h"

#include "db/opening.h"
#include "db/queue.h"

static int64_t ticket(struct fixture *f, size_t buyer)
{
    const struct ticket_new new = {.project_id = f->project, .customer_id = deal_buyers[buyer]};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, ticket_create(tx, &new, &id)), 0);
    return id;
}

static int64_t plan(struct fixture *f, const char *name, const char *order_by)
{
    const struct opening_plan p = {.project_id = f->project,
                                   .name = name,
                                   .day = "2026-06-01",
                                   .order_by = order_by,
                                   .batch_size = 2,
                                   .pick_minutes = 5,
                                   .pay_minutes = 30,
                                   .picks_most = 1,
                                   .buildings = &f->building,
                                   .n_buildings = 1};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, opening_save(tx, &p, &id)), 0);
    return id;
}

static int64_t version_of(struct fixture *f, int64_t id)
{
    return fixture_of(f, "SELECT version FROM opening WHERE id = $1", id);
}

/* An opening of four groups that runs. */
static int64_t running(struct fixture *f, const char *order_by, const char *seed)
{
    int64_t id = plan(f, "一期开盘", order_by);
    int n = 0;

    for (size_t i = 0; i < 4; i++)
        ticket(f, i);
    assert_int_equal(FIXTURE_DO(f, tx, opening_groups_take(tx, id, &n)), 0);
    assert_int_equal(n, 4);
    assert_int_equal(FIXTURE_DO(f, tx, opening_start(tx, id, version_of(f, id), seed)), 0);
    return id;
}

struct groups {
    size_t n;
    struct {
        int64_t id, version, number, batch, picks;
        char state[12];
    } of[16];
};

static int group_see(void *arg, const struct opening_group_row *row)
{
    struct groups *g = arg;

    g->of[g->n].id = row->id;
    g->of[g->n].version = row->version;
    g->of[g->n].number = row->ticket_number;
    g->of[g->n].batch = row->batch;
    g->of[g->n].picks = row->picks;
    snprintf(g->of[g->n].state, sizeof(g->of[g->n].state), "%s", row->state);
    g->n++;
    return 0;
}

static struct groups groups_of(struct fixture *f, int64_t id)
{
    const struct opening_group_filter filter = {.opening_id = id, .limit = 16};
    struct groups g = {0};

    assert_int_equal(FIXTURE_DO(f, tx, opening_group_list(tx, &filter, group_see, &g)), 0);
    return g;
}

static int call(struct fixture *f, int64_t id)
{
    int n = 0;

    assert_int_equal(FIXTURE_DO(f, tx, opening_call(tx, id, version_of(f, id), &n)), 0);
    return n;
}

static int pick(struct fixture *f, int64_t group, int64_t unit, struct opening_slip *slip)
{
    const struct opening_pick p = {
        .group_id = group, .unit_id = unit, .unit_version = fixture_version(f, unit)};

    return FIXTURE_DO(f, tx, opening_pick(tx, &p, slip));
}

static void test_plan(void **state)
{
    struct fixture *f = *state;
    int64_t id = plan(f, "一期开盘", "number"), other;
    struct opening_plan p = {.project_id = f->project,
                             .name = "一期开盘",
                             .day = "2026-06-01",
                             .order_by = "number",
                             .batch_size = 2,
                             .pick_minutes = 5,
                             .pay_minutes = 30,
                             .picks_most = 1};
    int n;

    assert_refused(f, FIXTURE_DO(f, tx, opening_save(tx, &p, &other)), NAME_TAKEN);
    assert_refused(f, FIXTURE_DO(f, tx, opening_start(tx, id, 1, NULL)), OPENING_EMPTY);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, opening_groups_take(tx, id, &n)), NOT_FOUND);
    f->as = &f->actor;
    ticket(f, 0);
    assert_int_equal(FIXTURE_DO(f, tx, opening_groups_take(tx, id, &n)), 0);
    assert_int_equal(n, 1);
    assert_int_equal(FIXTURE_DO(f, tx, opening_groups_take(tx, id, &n)), 0);
    assert_int_equal(n, 0); /* none twice */
    assert_refused(f, FIXTURE_DO(f, tx, opening_start(tx, id, 9, NULL)), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, opening_start(tx, id, 1, NULL)), 0);
    p.id = id;
    p.version = 2;
    assert_refused(f, FIXTURE_DO(f, tx, opening_save(tx, &p, &other)), OPENING_STATE);
    other = plan(f, "二期开盘", "number");
    assert_int_equal(FIXTURE_DO(f, tx, opening_groups_take(tx, other, &n)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, opening_start(tx, other, 1, NULL)), OPENING_RUNNING);
}

/* A lottery is what its seed makes it: again the same, another seed another order. */
static void test_lottery(void **state)
{
    struct fixture *f = *state;
    int64_t id = plan(f, "一期开盘", "lottery"), by_seed[2][4];
    struct groups g;
    int n;

    for (size_t i = 0; i < 4; i++)
        ticket(f, i);
    assert_int_equal(FIXTURE_DO(f, tx, opening_groups_take(tx, id, &n)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, opening_start(tx, id, 1, "short")), SEED_NEEDED);
    for (size_t round = 0; round < 2; round++) {
        assert_int_equal(FIXTURE_DO(f, tx, opening_start(tx, id, version_of(f, id), "04-17-22-31")),
                         0);
        g = groups_of(f, id);
        for (size_t i = 0; i < 4; i++)
            by_seed[round][i] = g.of[i].number;
        assert_int_equal(db_script(f->db, "UPDATE opening_group SET place = NULL;"
                                          "UPDATE opening SET state = 'planned'"),
                         0);
    }
    assert_memory_equal(by_seed[0], by_seed[1], sizeof(by_seed[0]));
    assert_int_equal(by_seed[0][0] + by_seed[0][1] + by_seed[0][2] + by_seed[0][3], 1 + 2 + 3 + 4);
    for (int seed = 0; seed < 64; seed++) {
        char text[24];

        snprintf(text, sizeof(text), "seed-number-%d", seed);
        assert_int_equal(FIXTURE_DO(f, tx, opening_start(tx, id, version_of(f, id), text)), 0);
        g = groups_of(f, id);
        assert_int_equal(db_script(f->db, "UPDATE opening_group SET place = NULL;"
                                          "UPDATE opening SET state = 'planned'"),
                         0);
        if (g.of[0].number != by_seed[0][0])
            return;
    }
    fail_msg("64 seeds, one order");
}

/* Who came is called in order, two at a time; who is passed over comes behind everybody. */
static void test_door_and_calls(void **state)
{
    struct fixture *f = *state;
    int64_t id = running(f, "number", NULL);
    struct groups g = groups_of(f, id);

    assert_int_equal(call(f, id), 0); /* nobody is there */
    for (size_t i = 0; i < 4; i++)
        if (i != 1)
            assert_int_equal(FIXTURE_DO(f, tx, opening_arrive(tx, g.of[i].id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, opening_arrive(tx, g.of[0].id)), 0); /* again */
    assert_int_equal(call(f, id), 2);
    g = groups_of(f, id);
    assert_string_equal(g.of[0].state, "called");
    assert_string_equal(g.of[1].state, "expected");
    assert_string_equal(g.of[2].state, "called");
    assert_int_equal(g.of[2].batch, 1);
    assert_refused(f, FIXTURE_DO(f, tx, opening_pass(tx, g.of[3].id, g.of[3].version, true)),
                   GROUP_STATE);
    assert_int_equal(FIXTURE_DO(f, tx, opening_pass(tx, g.of[0].id, g.of[0].version, true)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, opening_pass(tx, g.of[2].id, g.of[2].version, false)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, opening_arrive(tx, g.of[2].id)), GROUP_STATE);
    assert_int_equal(FIXTURE_DO(f, tx, opening_arrive(tx, g.of[0].id)), 0);
    g = groups_of(f, id);
    assert_int_equal(g.of[3].number, 1); /* behind everybody */
    assert_int_equal(call(f, id), 2);
    assert_int_equal(call(f, id), 0);
    assert_int_equal(FIXTURE_DO(f, tx, opening_close(tx, id, version_of(f, id))), 0);
    assert_int_equal(fixture_count(f, "SELECT picking FROM building"), 0);
}

/* While it runs a unit of its buildings is picked, or not taken at all (G18). */
static void test_picks(void **state)
{
    struct fixture *f = *state;
    int64_t id = running(f, "number", NULL), next;
    struct groups g = groups_of(f, id);
    struct opening_slip slip = {0};
    struct deal_open open = deal_asked(f, 'B', f->units[0], 4);
    int64_t deal = 0;

    assert_refused(f, FIXTURE_DO(f, tx, deal_open(tx, &open, &deal)), G18_OPENING);
    assert_refused(f, pick(f, g.of[0].id, f->units[0], &slip), GROUP_STATE);
    assert_int_equal(FIXTURE_DO(f, tx, opening_arrive(tx, g.of[0].id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, opening_arrive(tx, g.of[1].id)), 0);
    assert_int_equal(call(f, id), 2);
    assert_int_equal(pick(f, g.of[0].id, f->units[0], &slip), 0);
    assert_int_equal(slip.slip, 1);
    assert_int_equal(slip.pay_by_ms, f->now_ms + 30 * FIXTURE_MINUTE);
    assert_int_equal(fixture_state(f, f->units[0]), 'B');
    assert_refused(f, pick(f, g.of[0].id, f->units[1], &slip), GROUP_STATE); /* it is through */
    assert_refused(f, pick(f, g.of[1].id, f->units[0], &slip), TRANSITION);
    assert_int_equal(pick(f, g.of[1].id, f->units[1], &slip), 0);
    assert_int_equal(slip.slip, 2);
    assert_int_equal(deal_pay(f, slip.deal_id, DEPOSIT), 0);
    f->now_ms += 30 * FIXTURE_MINUTE - 1;
    assert_true(deals_due(f, &next) >= 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'B');
    f->now_ms += 1;
    assert_true(deals_due(f, &next) >= 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'A'); /* to the minute */
    assert_int_equal(fixture_state(f, f->units[1]), 'B'); /* paid: a timer never frees it */
    deal_verify(f);
}

/* Two of a group that may pick two; a third is refused. */
static void test_picks_most(void **state)
{
    struct fixture *f = *state;
    struct opening_slip slip;
    struct groups g;
    int64_t id;

    id = running(f, "number", NULL);
    assert_int_equal(db_script(f->db, "UPDATE opening SET picks_most = 2"), 0);
    g = groups_of(f, id);
    assert_int_equal(FIXTURE_DO(f, tx, opening_arrive(tx, g.of[0].id)), 0);
    assert_int_equal(call(f, id), 1);
    assert_int_equal(pick(f, g.of[0].id, f->units[0], &slip), 0);
    assert_int_equal(pick(f, g.of[0].id, f->units[1], &slip), 0);
    assert_refused(f, pick(f, g.of[0].id, f->units[2], &slip), GROUP_STATE);
    g = groups_of(f, id);
    assert_string_equal(g.of[0].state, "done");
}

/* A pick that lapsed unpaid leaves its place to another; the group's number was used by it. */
static void test_a_lapsed_pick(void **state)
{
    struct fixture *f = *state;
    struct opening_slip slip;
    struct groups g;
    int64_t id, next;

    id = running(f, "number", NULL);
    assert_int_equal(db_script(f->db, "UPDATE opening SET picks_most = 2"), 0);
    g = groups_of(f, id);
    assert_int_equal(FIXTURE_DO(f, tx, opening_arrive(tx, g.of[0].id)), 0);
    assert_int_equal(call(f, id), 1);
    assert_int_equal(pick(f, g.of[0].id, f->units[0], &slip), 0);
    assert_int_equal(groups_of(f, id).of[0].picks, 1);
    f->now_ms += 30 * FIXTURE_MINUTE;
    assert_int_equal(deals_due(f, &next), 1);
    g = groups_of(f, id);
    assert_int_equal(g.of[0].picks, 0);
    /* Passed over now, it is called again, though its number waits no more. */
    assert_int_equal(FIXTURE_DO(f, tx, opening_pass(tx, g.of[0].id, g.of[0].version, true)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, opening_arrive(tx, g.of[0].id)), 0);
    assert_int_equal(call(f, id), 1);
    assert_int_equal(pick(f, g.of[0].id, f->units[1], &slip), 0);
    assert_int_equal(pick(f, g.of[0].id, f->units[2], &slip), 0);
    assert_int_equal(groups_of(f, id).of[3].picks, 2);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM deal WHERE ticket_id IS NOT NULL"), 1);
    deal_verify(f);
}

static void test_groups_have_a_bound(void **state)
{
    struct fixture *f = *state;
    const int64_t id = plan(f, "一期开盘", "number");
    int n = 0;

    assert_int_equal(
        db_run(f->db,
               "WITH RECURSIVE i(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM i WHERE n < $2) "
               "INSERT INTO queue_ticket (project_id, number, customer_id, unit_id, user_id, "
               "state, made_ms, ended_ms) SELECT $1, n, $3, NULL, 1, 'used', 1, 1 FROM i",
               "iii", f->project, (int64_t)OPENING_GROUPS_MAX + 1, deal_buyers[0]),
        OPENING_GROUPS_MAX + 1);
    assert_int_equal(db_script(f->db, "DROP INDEX queue_ticket_one_live; UPDATE queue_ticket SET "
                                      "state = 'waiting', ended_ms = NULL"),
                     0);
    assert_refused(f, FIXTURE_DO(f, tx, opening_groups_take(tx, id, &n)), LIMIT_REACHED);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM opening_group"), 0);
    assert_true(db_run(f->db,
                       "UPDATE queue_ticket SET state = 'cancelled', ended_ms = 1 WHERE "
                       "number = 1",
                       "") == 1);
    assert_int_equal(FIXTURE_DO(f, tx, opening_groups_take(tx, id, &n)), 0);
    assert_int_equal(n, OPENING_GROUPS_MAX);
    assert_int_equal(FIXTURE_DO(f, tx, opening_groups_take(tx, id, &n)), 0); /* and none more */
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, deal_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_plan),
        CASE(test_lottery),
        CASE(test_door_and_calls),
        CASE(test_picks),
        CASE(test_picks_most),
        CASE(test_a_lapsed_pick),
        CASE(test_groups_have_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_approval.c - requests and decisions (WF-03 to WF-08, WF-12, P8): who asks does not decide,
 * nobody decides twice, the last approval executes or is refused, and what waits for whom. */
#include "approval_fixture.h"

#include "db/audit.h"

struct desk {
    struct fixture *f;
    struct office o;
    int64_t manager, group;      /* posts */
    size_t asks, one, two, boss; /* consultant; two managers; the group's */
};

/* A step of managers (one of them), then the group's, from 1,000,000 fen or 5 % on. */
static struct desk desk_make(void **state)
{
    struct desk d = {.f = *state};
    struct flow_node nodes[] = {
        {.step = 1, .name = "manager", .n_approvers = 1},
        {.step = 2,
         .name = "group",
         .amount_from_fen = 1000000,
         .discount_from_bp = 500,
         .n_approvers = 1},
    };

    d.manager = office_post(d.f, &d.o);
    d.group = office_post(d.f, &d.o);
    d.asks = office_user(d.f, &d.o, office_post(d.f, &d.o));
    d.one = office_user(d.f, &d.o, d.manager);
    d.two = office_user(d.f, &d.o, d.manager);
    d.boss = office_user(d.f, &d.o, d.group);
    nodes[0].approvers[0].post_id = d.manager;
    nodes[1].approvers[0].post_id = d.group;
    office_flow(d.f, nodes, 2);
    return d;
}

static int64_t asked(struct desk *d, int64_t object_id, int64_t amount_fen)
{
    struct approval_ask ask = office_ask(d->f, object_id);
    int64_t id = 0;

    ask.amount_fen = amount_fen;
    assert_int_equal(OFFICE_DO(d->f, &d->o, d->asks, tx, approval_request(tx, &ask, &id)), 0);
    return id;
}

static void test_one_step(void **state)
{
    struct desk d = desk_make(state);
    const int64_t id = asked(&d, 7, 5);

    assert_true(fixture_changed(d.f, CHANGE_APPROVAL, id));
    /* It waits for each manager, and for nobody else. */
    assert_int_equal(office_tasks(d.f, &d.o, d.one).n, 1);
    assert_int_equal(office_tasks(d.f, &d.o, d.two).n, 1);
    assert_int_equal(office_tasks(d.f, &d.o, d.boss).n, 0);
    assert_int_equal(office_tasks(d.f, &d.o, d.asks).n, 0);
    assert_int_equal(office_todos(d.f, &d.o, d.two), 1);
    assert_int_equal(office_todos(d.f, &d.o, d.boss), 0);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'a');
    assert_int_equal(watched.ends, 1);
    assert_int_equal(watched.outcome, APPROVAL_APPROVED);
    assert_int_equal(watched.object_id, 7);
    assert_int_equal(watched.hash[31], 7);
    assert_int_equal(office_tasks(d.f, &d.o, d.two).n, 0); /* gone for the other one too */
    assert_int_equal(office_todos(d.f, &d.o, d.two), 0);
    assert_int_equal(fixture_count(d.f, "SELECT COUNT(*) FROM todo WHERE done_ms IS NULL"), 0);
    assert_int_equal(fixture_count(d.f, "SELECT COUNT(*) FROM approval_event WHERE event IN "
                                        "('submitted', 'approved', 'executed')"),
                     3);
}

/* One that reaches neither bound passes the second step over; amount or discount brings it
 * there. */
static void test_bounds(void **state)
{
    struct desk d = desk_make(state);
    struct approval_ask ask = office_ask(d.f, 2);
    int64_t id = asked(&d, 1, 1000000);

    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'r');
    assert_int_equal(watched.ends, 0);
    assert_int_equal(office_tasks(d.f, &d.o, d.one).n, 0);
    assert_int_equal(office_decide(d.f, &d.o, d.boss, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'a');
    ask.discount_bp = 500;
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.asks, tx, approval_request(tx, &ask, &id)), 0);
    assert_int_equal(office_decide(d.f, &d.o, d.two, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'r');
    id = asked(&d, 3, 999999);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'a');
}

/* WF-10: whatever posts he holds, and with no right in the way. */
static void test_who_asks_does_not_decide(void **state)
{
    struct desk d = desk_make(state);
    int64_t id, task;
    struct approval_ask ask = office_ask(d.f, 4);

    office_gives(d.f, d.o.users[d.asks].id, d.manager);
    office_gives(d.f, d.o.users[d.asks].id, d.group);
    id = asked(&d, 1, 0);
    task = office_tasks(d.f, &d.o, d.one).ids[0];
    d.o.users[d.asks].rights = ~(right_set)0;
    assert_int_equal(office_tasks(d.f, &d.o, d.asks).n, 0);
    assert_int_equal(office_todos(d.f, &d.o, d.asks), 0);
    assert_refused(
        d.f,
        OFFICE_DO(d.f, &d.o, d.asks, tx,
                  approval_decide(tx, task, request_version(d.f, id), APPROVAL_APPROVED, NULL)),
        SELF_APPROVAL);
    /* Nor can the fixture's actor, who has every right and no post, nor the system. */
    assert_refused(d.f, FIXTURE_DO(d.f, tx, approval_decide(tx, task, 1, APPROVAL_APPROVED, NULL)),
                   NOT_FOUND);
    d.f->as = &actor_system;
    assert_refused(d.f, FIXTURE_DO(d.f, tx, approval_decide(tx, task, 1, APPROVAL_APPROVED, NULL)),
                   NOT_FOUND);
    d.f->as = &d.f->actor;
    /* With both managers gone it would wait for nobody: the request itself is refused. */
    office_takes(d.f, d.o.users[d.one].id, d.manager);
    assert_int_equal(db_run(d.f->db, "UPDATE user_account SET enabled = 0 WHERE id = $1", "i",
                            d.o.users[d.two].id),
                     1);
    assert_refused(d.f, OFFICE_DO(d.f, &d.o, d.asks, tx, approval_request(tx, &ask, &id)),
                   APPROVAL_NO_APPROVER);
}

static void test_nobody_decides_twice(void **state)
{
    struct desk d = desk_make(state);
    int64_t id;

    office_gives(d.f, d.o.users[d.one].id, d.group);
    id = asked(&d, 1, 1000000);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    assert_int_equal(office_tasks(d.f, &d.o, d.one).n, 0); /* he holds the post of this step */
    {
        const int64_t task = office_tasks(d.f, &d.o, d.boss).ids[0];

        assert_refused(
            d.f,
            OFFICE_DO(d.f, &d.o, d.one, tx,
                      approval_decide(tx, task, request_version(d.f, id), APPROVAL_APPROVED, NULL)),
            APPROVAL_TWICE);
    }
    /* One person in both posts cannot sign for two: with nobody else it cannot be asked. */
    office_takes(d.f, d.o.users[d.two].id, d.manager);
    office_takes(d.f, d.o.users[d.boss].id, d.group);
    {
        struct approval_ask ask = office_ask(d.f, 2);

        ask.amount_fen = 1000000;
        assert_refused(d.f, OFFICE_DO(d.f, &d.o, d.asks, tx, approval_request(tx, &ask, &id)),
                       APPROVAL_NO_APPROVER);
        ask.amount_fen = 0; /* one step: he can */
        assert_int_equal(OFFICE_DO(d.f, &d.o, d.asks, tx, approval_request(tx, &ask, &id)), 0);
    }
}

static void test_refusal_of_the_subject(void **state)
{
    struct desk d = desk_make(state);
    const int64_t id = asked(&d, 1, 0);

    watched.refuse = true;
    assert_refused(d.f, office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED),
                   APPROVAL_CONTENT_CHANGED);
    assert_int_equal(request_state(d.f, id), 'r');
    assert_int_equal(office_tasks(d.f, &d.o, d.one).n, 1);
    assert_int_equal(fixture_count(d.f, "SELECT COUNT(*) FROM approval_event"), 1);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_RETURNED), 0);
    assert_int_equal(request_state(d.f, id), 't');
    assert_int_equal(watched.outcome, APPROVAL_RETURNED);
}

static void test_stale_and_decided(void **state)
{
    struct desk d = desk_make(state);
    const int64_t id = asked(&d, 1, 1000000);
    const int64_t task = office_tasks(d.f, &d.o, d.one).ids[0];
    int64_t version = request_version(d.f, id);

    assert_refused(d.f,
                   OFFICE_DO(d.f, &d.o, d.one, tx,
                             approval_decide(tx, task, version + 1, APPROVAL_APPROVED, NULL)),
                   VERSION_CHANGED);
    assert_refused(
        d.f,
        OFFICE_DO(d.f, &d.o, d.one, tx, approval_decide(tx, task, version, APPROVAL_REJECTED, "")),
        REASON_NEEDED);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    version = request_version(d.f, id);
    assert_refused(d.f,
                   OFFICE_DO(d.f, &d.o, d.two, tx,
                             approval_decide(tx, task, version, APPROVAL_APPROVED, NULL)),
                   APPROVAL_DECIDED);
    assert_int_equal(office_decide(d.f, &d.o, d.boss, id, APPROVAL_REJECTED), 0);
    assert_int_equal(watched.outcome, APPROVAL_REJECTED);
    assert_refused(d.f,
                   OFFICE_DO(d.f, &d.o, d.two, tx,
                             approval_decide(tx, task, version, APPROVAL_APPROVED, NULL)),
                   APPROVAL_STATE);
}

static void test_one_runs(void **state)
{
    struct desk d = desk_make(state);
    struct approval_ask ask = office_ask(d.f, 1);
    int64_t id = asked(&d, 1, 0), other = 0;

    assert_refused(d.f, OFFICE_DO(d.f, &d.o, d.one, tx, approval_request(tx, &ask, &other)),
                   APPROVAL_RUNNING);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_REJECTED), 0);
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.one, tx, approval_request(tx, &ask, &other)), 0);
}

/* WF-12 */
static void test_returned_and_sent_again(void **state)
{
    struct desk d = desk_make(state);
    struct approval_ask ask = office_ask(d.f, 1);
    int64_t id = asked(&d, 1, 0), again = 0;

    ask.resubmits_id = id;
    assert_refused(d.f, OFFICE_DO(d.f, &d.o, d.asks, tx, approval_request(tx, &ask, &again)),
                   APPROVAL_RESUBMIT); /* it runs */
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_RETURNED), 0);
    assert_int_equal(office_todos(d.f, &d.o, d.asks), 1);
    assert_refused(d.f, OFFICE_DO(d.f, &d.o, d.two, tx, approval_request(tx, &ask, &again)),
                   NOT_FOUND); /* another's */
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.asks, tx, approval_request(tx, &ask, &again)), 0);
    assert_int_equal(office_todos(d.f, &d.o, d.asks), 0);
    assert_int_equal(fixture_of(d.f, "SELECT resubmits_id FROM approval WHERE id = $1", again), id);
    assert_int_equal(office_decide(d.f, &d.o, d.one, again, APPROVAL_REJECTED), 0);
    assert_refused(d.f, OFFICE_DO(d.f, &d.o, d.asks, tx, approval_request(tx, &ask, &again)),
                   APPROVAL_RESUBMIT); /* once */
}

static void test_withdrawn(void **state)
{
    struct desk d = desk_make(state);
    int64_t id = asked(&d, 1, 0);

    assert_refused(
        d.f,
        OFFICE_DO(d.f, &d.o, d.one, tx, approval_withdraw(tx, id, request_version(d.f, id), "x")),
        NOT_FOUND);
    assert_int_equal(
        OFFICE_DO(d.f, &d.o, d.asks, tx, approval_withdraw(tx, id, request_version(d.f, id), "x")),
        0);
    assert_int_equal(request_state(d.f, id), 'w');
    assert_int_equal(watched.outcome, APPROVAL_WITHDRAWN);
    assert_int_equal(office_todos(d.f, &d.o, d.one), 0);
    assert_refused(
        d.f,
        OFFICE_DO(d.f, &d.o, d.asks, tx, approval_withdraw(tx, id, request_version(d.f, id), "x")),
        APPROVAL_STATE);
    /* One that was returned is given up so. */
    id = asked(&d, 2, 0);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_RETURNED), 0);
    assert_int_equal(office_todos(d.f, &d.o, d.asks), 1);
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.asks, tx,
                               approval_withdraw(tx, id, request_version(d.f, id), "no more")),
                     0);
    assert_int_equal(office_todos(d.f, &d.o, d.asks), 0);
    assert_int_equal(request_state(d.f, id), 't');
}

static void test_abandoned(void **state)
{
    struct desk d = desk_make(state);
    const int64_t id = asked(&d, 9, 0);

    watched.ends = 0;
    d.f->as = &actor_system;
    assert_int_equal(FIXTURE_DO(d.f, tx, approval_abandon(tx, 0, "thing", 8, "term")), 0);
    assert_int_equal(FIXTURE_DO(d.f, tx, approval_abandon(tx, 0, "thing", 9, "term")), 1);
    d.f->as = &d.f->actor;
    assert_int_equal(request_state(d.f, id), 'w');
    assert_int_equal(watched.ends, 0);
    assert_int_equal(office_todos(d.f, &d.o, d.one), 0);
}

/* WF-08 */
static void test_urged(void **state)
{
    struct desk d = desk_make(state);
    const int64_t id = asked(&d, 1, 0), version = request_version(d.f, id);

    assert_refused(d.f, OFFICE_DO(d.f, &d.o, d.one, tx, approval_urge(tx, id)), NOT_FOUND);
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.asks, tx, approval_urge(tx, id)), 0);
    assert_true(fixture_changed(d.f, CHANGE_APPROVAL, id));
    d.f->now_ms += 30 * FIXTURE_MINUTE - 1;
    assert_refused(d.f, OFFICE_DO(d.f, &d.o, d.asks, tx, approval_urge(tx, id)), APPROVAL_URGED);
    assert_string_equal(d.f->fault.args[0].value, "1");
    d.f->now_ms += 1;
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.asks, tx, approval_urge(tx, id)), 0);
    d.f->now_ms -= FIXTURE_DAY; /* a clock that was set back holds nothing up */
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.asks, tx, approval_urge(tx, id)), 0);
    assert_int_equal(
        fixture_count(d.f, "SELECT COUNT(*) FROM approval_event WHERE event = 'urged'"), 3);
    assert_int_equal(fixture_count(d.f, "SELECT COUNT(*) FROM audit WHERE action = "
                                        "'approval.urged'"),
                     3);
    assert_int_equal(request_version(d.f, id), version); /* nobody's open sheet is stale by it */
}

/* Holders are those of the moment: who comes into the post may decide, who leaves it may not. */
static void test_posts_change(void **state)
{
    struct desk d = desk_make(state);
    const int64_t id = asked(&d, 1, 0);
    int64_t task;
    size_t late;

    task = office_tasks(d.f, &d.o, d.one).ids[0];
    late = office_user(d.f, &d.o, d.manager);
    assert_int_equal(office_tasks(d.f, &d.o, late).n, 1);
    assert_int_equal(office_todos(d.f, &d.o, late), 1);
    office_takes(d.f, d.o.users[d.one].id, d.manager);
    assert_int_equal(office_tasks(d.f, &d.o, d.one).n, 0);
    assert_int_equal(office_todos(d.f, &d.o, d.one), 0);
    assert_refused(
        d.f,
        OFFICE_DO(d.f, &d.o, d.one, tx,
                  approval_decide(tx, task, request_version(d.f, id), APPROVAL_APPROVED, NULL)),
        NOT_FOUND);
    /* Out of the project's scope a post is worth nothing. */
    assert_int_equal(
        db_run(d.f->db, "UPDATE post SET all_projects = 0 WHERE id = $1", "i", d.manager), 1);
    assert_int_equal(office_tasks(d.f, &d.o, late).n, 0);
    assert_int_equal(
        db_run(d.f->db, "INSERT INTO post_project VALUES ($1, $2)", "ii", d.manager, d.f->project),
        1);
    assert_int_equal(office_tasks(d.f, &d.o, late).n, 1);
}

static int stuck_note(void *arg, const struct approval_row *row)
{
    *(bool *)arg = row->stuck;
    return 0;
}

/* A step that nobody can sign any more is told of. */
static void test_stuck(void **state)
{
    struct desk d = desk_make(state);
    const int64_t id = asked(&d, 1, 0);
    const struct approval_filter filter = {.all = true, .stuck = true, .limit = 10};
    bool stuck = true;

    assert_int_equal(OFFICE_DO(d.f, &d.o, d.asks, tx, approval_get(tx, id, stuck_note, &stuck)), 0);
    assert_false(stuck);
    office_takes(d.f, d.o.users[d.one].id, d.manager);
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.asks, tx, approval_get(tx, id, stuck_note, &stuck)), 0);
    assert_false(stuck);
    office_takes(d.f, d.o.users[d.two].id, d.manager);
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.asks, tx, approval_get(tx, id, stuck_note, &stuck)), 0);
    assert_true(stuck);
    stuck = false;
    assert_int_equal(FIXTURE_DO(d.f, tx, approval_list(tx, &filter, stuck_note, &stuck)), 0);
    assert_true(stuck);
}

/* Of others' requests one knows nothing. */
static void test_whom_it_concerns(void **state)
{
    struct desk d = desk_make(state);
    const int64_t id = asked(&d, 1, 1000000);
    const size_t stranger = office_user(d.f, &d.o, d.o.posts[2]);
    bool stuck;

    assert_int_equal(OFFICE_DO(d.f, &d.o, d.two, tx, approval_get(tx, id, stuck_note, &stuck)), 0);
    assert_refused(d.f, OFFICE_DO(d.f, &d.o, d.boss, tx, approval_get(tx, id, stuck_note, &stuck)),
                   NOT_FOUND); /* his step has not come */
    assert_refused(d.f,
                   OFFICE_DO(d.f, &d.o, stranger, tx, approval_get(tx, id, stuck_note, &stuck)),
                   NOT_FOUND);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    assert_int_equal(OFFICE_DO(d.f, &d.o, d.one, tx, approval_get(tx, id, stuck_note, &stuck)), 0);
    assert_refused(d.f, OFFICE_DO(d.f, &d.o, d.two, tx, approval_get(tx, id, stuck_note, &stuck)),
                   NOT_FOUND);
    d.o.users[stranger].rights |= RIGHT_BIT(RIGHT_APPROVAL_VIEW);
    assert_int_equal(OFFICE_DO(d.f, &d.o, stranger, tx, approval_get(tx, id, stuck_note, &stuck)),
                     0);
}

static int node_letters(void *arg, const struct approval_node_row *row)
{
    char *out = arg;
    const size_t n = strlen(out);

    out[n] = row->state[0] == 's' ? 'x' : row->state[0];
    return 0;
}

static void diagram(struct desk *d, int64_t id, const char *expected)
{
    char out[8] = "";

    assert_int_equal(FIXTURE_DO(d->f, tx, approval_node_each(tx, id, node_letters, out)), 0);
    assert_string_equal(out, expected);
}

/* WF-07: passed, current, next; o: passed over; x: it stopped there. */
static void test_diagram(void **state)
{
    struct desk d = desk_make(state);
    int64_t id = asked(&d, 1, 1000000);

    diagram(&d, id, "cn");
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    diagram(&d, id, "pc");
    assert_int_equal(office_decide(d.f, &d.o, d.boss, id, APPROVAL_APPROVED), 0);
    diagram(&d, id, "pp");
    id = asked(&d, 2, 0);
    diagram(&d, id, "co");
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_REJECTED), 0);
    diagram(&d, id, "xo");
    id = asked(&d, 3, 1000000);
    assert_int_equal(
        OFFICE_DO(d.f, &d.o, d.asks, tx, approval_withdraw(tx, id, request_version(d.f, id), "x")),
        0);
    diagram(&d, id, "xx");
}

/* Side by side: both nodes of a step, one of them a countersign of two posts. */
static void test_side_by_side(void **state)
{
    struct desk d = desk_make(state);
    const size_t lawyer = office_user(d.f, &d.o, office_post(d.f, &d.o));
    struct flow_node nodes[] = {
        {.step = 3, .name = "a", .all = true, .n_approvers = 2},
        {.step = 3, .name = "b", .n_approvers = 1},
    };
    int64_t id;

    assert_true(db_run(d.f->db, "UPDATE flow_rule SET enabled = 0", "") > 0);
    nodes[0].approvers[0].post_id = d.manager;
    nodes[0].approvers[1].post_id = d.group;
    nodes[1].approvers[0].user_id = d.o.users[lawyer].id;
    office_flow(d.f, nodes, 2);
    id = asked(&d, 1, 0);
    assert_int_equal(office_decide(d.f, &d.o, lawyer, id, APPROVAL_APPROVED), 0);
    assert_int_equal(office_decide(d.f, &d.o, d.one, id, APPROVAL_APPROVED), 0);
    assert_int_equal(office_tasks(d.f, &d.o, d.two).n, 0);
    assert_int_equal(request_state(d.f, id), 'r');
    assert_int_equal(office_decide(d.f, &d.o, d.boss, id, APPROVAL_APPROVED), 0);
    assert_int_equal(request_state(d.f, id), 'a');
}

static void test_hash(void **state)
{
    uint8_t a[APPROVAL_HASH_SIZE], b[APPROVAL_HASH_SIZE];
    struct approval_hash hash;

    (void)state;
    approval_hash_begin(&hash);
    approval_hash_text(&hash, "a", "1\nb=1:2");
    approval_hash_end(&hash, a);
    approval_hash_begin(&hash);
    approval_hash_text(&hash, "a", "1");
    approval_hash_int(&hash, "b", 2);
    approval_hash_end(&hash, b);
    assert_memory_not_equal(a, b, sizeof(a)); /* no two contents are one text */
    approval_hash_begin(&hash);
    approval_hash_text(&hash, "a", NULL);
    approval_hash_end(&hash, a);
    approval_hash_begin(&hash);
    approval_hash_text(&hash, "a", "");
    approval_hash_end(&hash, b);
    assert_memory_not_equal(a, b, sizeof(a));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, office_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_one_step),
        CASE(test_bounds),
        CASE(test_who_asks_does_not_decide),
        CASE(test_nobody_decides_twice),
        CASE(test_refusal_of_the_subject),
        CASE(test_stale_and_decided),
        CASE(test_one_runs),
        CASE(test_returned_and_sent_again),
        CASE(test_withdrawn),
        CASE(test_abandoned),
        CASE(test_urged),
        CASE(test_posts_change),
        CASE(test_stuck),
        CASE(test_whom_it_concerns),
        CASE(test_diagram),
        CASE(test_side_by_side),
        cmocka_unit_test(test_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

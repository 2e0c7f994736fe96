/* test_reprice.c - re-pricing plans (PR-03, WF-10): approved as a list, carried out at their time
 * and once; what is sold, held or would pass the filed price is skipped and listed; prices change
 * in no other way. */
#include "act_fixture.h"

#include "db/flow.h"
#include "db/flow_rule.h"
#include "db/reprice.h"
#include "db/todo.h"
#include "db/user.h"

/* A post that decides, somebody in it, and who asks. */
struct desk {
    struct fixture *f;
    struct actor asks, decides;
};

static struct actor person(struct fixture *f, const char *login, int64_t post_id)
{
    struct actor actor;
    int64_t id = 0;

    assert_int_equal(db_get(f->db, &id,
                            "INSERT INTO user_account (login, name, password_hash, must_change, "
                            "created_ms) VALUES ($1, $1, 'h', 0, 1) RETURNING id",
                            "t", login),
                     1);
    assert_int_equal(db_run(f->db, "INSERT INTO user_post VALUES ($1, $2)", "ii", id, post_id), 1);
    assert_int_equal(actor_load(f->db, id, &actor, NULL), 0);
    return actor;
}

static struct desk desk_make(void **state)
{
    struct desk d = {.f = *state};
    struct flow_node node = {.step = 1, .name = "n", .n_approvers = 1};
    struct flow_rule *rule = &(struct flow_rule){.subject = SUBJECT_REPRICE,
                                                 .amount_from_fen = -1,
                                                 .amount_to_fen = -1,
                                                 .discount_from_bp = -1,
                                                 .discount_to_bp = -1,
                                                 .enabled = true};
    int64_t post = 0, rule_id = 0;

    assert_int_equal(db_get(d.f->db, &post,
                            "INSERT INTO post (name, all_projects, created_ms) VALUES ('p', 1, 1) "
                            "RETURNING id",
                            ""),
                     1);
    d.asks = person(d.f, "asks", post);
    d.decides = person(d.f, "decides", post);
    node.approvers[0].post_id = post;
    assert_int_equal(FIXTURE_DO(d.f, tx, flow_create(tx, 0, "f", &rule->flow_id)), 0);
    assert_int_equal(FIXTURE_DO(d.f, tx, flow_draft_set(tx, rule->flow_id, 1, &node, 1)), 0);
    assert_int_equal(FIXTURE_DO(d.f, tx, flow_activate(tx, rule->flow_id, 2)), 0);
    assert_int_equal(FIXTURE_DO(d.f, tx, flow_rule_create(tx, rule, &rule_id)), 0);
    fixture_release(d.f);
    fixture_publish(d.f);
    return d;
}

static struct reprice_ask plan_ask(struct fixture *f, const char *method, int64_t value)
{
    return (struct reprice_ask){.how = {.project_id = f->project,
                                        .target = "list",
                                        .method = method,
                                        .per = "total",
                                        .value = value},
                                .title = "plan",
                                .reason = "why"};
}

static int plan_make(struct desk *d, const struct reprice_ask *ask, int64_t *ret_id)
{
    int r;

    d->f->as = &d->asks;
    r = FIXTURE_DO(d->f, tx, reprice_create(tx, ask, ret_id));
    d->f->as = &d->f->actor;
    return r;
}

static int decide(struct desk *d, int64_t plan_id, enum approval_outcome outcome)
{
    const int64_t approval =
        fixture_of(d->f, "SELECT approval_id FROM reprice WHERE id = $1", plan_id);
    const int64_t task = fixture_of(
        d->f, "SELECT id FROM approval_task WHERE approval_id = $1 AND state = 'open'", approval);
    const int64_t version =
        fixture_of(d->f, "SELECT version FROM approval WHERE id = $1", approval);
    int r;

    d->f->as = &d->decides;
    r = FIXTURE_DO(d->f, tx, approval_decide(tx, task, version, outcome, "so"));
    d->f->as = &d->f->actor;
    return r;
}

static int64_t price(struct desk *d, size_t i)
{
    return fixture_of(d->f, "SELECT total_fen FROM unit WHERE id = $1", d->f->units[i]);
}

/* Its letter: p pending, a approved, e executed, ... */
static bool is(struct desk *d, int64_t id, const char *state)
{
    int64_t n = 0;

    assert_true(db_get(d->f->db, &n, "SELECT COUNT(*) FROM reprice WHERE id = $1 AND state = $2",
                       "it", id, state) >= 0);
    return n == 1;
}

struct seen {
    size_t planned, skipped;
    int64_t to_fen;
    char reason[40];
};

static int see(void *arg, const struct reprice_unit *unit)
{
    struct seen *seen = arg;

    if (unit->reason[0]) {
        seen->skipped++;
        snprintf(seen->reason, sizeof(seen->reason), "%s", unit->reason);
    } else {
        seen->planned++;
        seen->to_fen = unit->to_fen;
    }
    return 0;
}

static struct seen preview(struct desk *d, const struct reprice_how *how)
{
    struct seen seen = {.planned = 0};

    assert_int_equal(FIXTURE_DO(d->f, tx, reprice_preview(tx, how, see, &seen)), 0);
    return seen;
}

static void test_arithmetic(void **state)
{
    struct desk d = desk_make(state);
    struct reprice_how how = plan_ask(d.f, "percent", -350).how;

    /* 1,103,333.00 less 3.5 % is 1,064,716.345: whole yuan by the project. */
    assert_int_equal(preview(&d, &how).to_fen, 106471600);
    how.value = 100000;
    assert_int_equal(preview(&d, &how).to_fen, 11 * FIXTURE_TOTAL);
    how.method = "amount";
    how.value = -1234500;
    assert_int_equal(preview(&d, &how).to_fen, FIXTURE_TOTAL - 1234500);
    how.per = "area"; /* 89.37 m2 at 100.00 more: 8,937 */
    how.value = 10000;
    assert_int_equal(preview(&d, &how).to_fen, FIXTURE_TOTAL + 893700);
    how.method = "replace";
    how.value = 1200000;
    assert_int_equal(preview(&d, &how).to_fen, 107244000);
    how.per = "total";
    assert_int_equal(preview(&d, &how).to_fen, 1200000);
    how.method = "amount";
    how.value = -FIXTURE_TOTAL;
    assert_string_equal(preview(&d, &how).reason, "range");
    how.value = 0;
    assert_refused(d.f, FIXTURE_DO(d.f, tx, reprice_preview(tx, &how, see, &(struct seen){0})),
                   FIELD_RANGE);
}

static void test_filter(void **state)
{
    struct desk d = desk_make(state);
    struct reprice_how how = plan_ask(d.f, "percent", -100).how;

    assert_int_equal(preview(&d, &how).planned, FIXTURE_UNITS);
    how.floors = true;
    how.floor_from = 2;
    how.floor_to = 3;
    assert_int_equal(preview(&d, &how).planned, 4);
    how.states = "U";
    assert_int_equal(preview(&d, &how).planned, 0);
    how.states = "UA";
    how.class = "shop";
    assert_int_equal(preview(&d, &how).planned, 0);
    how.class = "home";
    how.building_id = d.f->building;
    assert_int_equal(preview(&d, &how).planned, 4);
    how.unit_id = d.f->units[4];
    assert_int_equal(preview(&d, &how).planned, 1);
    how.unit_id = 0;
    how.layout_id = 7;
    assert_int_equal(preview(&d, &how).planned, 0);
    d.f->as = &d.f->outsider;
    assert_refused(d.f, FIXTURE_DO(d.f, tx, reprice_preview(tx, &how, see, &(struct seen){0})),
                   NOT_FOUND);
    d.f->as = &d.f->actor;
}

/* PR-03, PR-06 */
static void test_skipped_and_listed(void **state)
{
    struct desk d = desk_make(state);
    struct reprice_ask ask = plan_ask(d.f, "percent", 100);
    struct seen seen;
    int64_t id = 0;

    assert_int_equal(fixture_act(d.f, TRANSITION_HOLD, d.f->units[0]), 0);
    assert_string_equal(preview(&d, &ask.how).reason, "held");
    assert_int_equal(fixture_act(d.f, TRANSITION_LOCK, d.f->units[1]), 0);
    seen = preview(&d, &ask.how);
    assert_int_equal(seen.skipped, 2);
    assert_true(db_run(d.f->db, "UPDATE unit SET filed_total_fen = total_fen", "") > 0);
    seen = preview(&d, &ask.how); /* never above the filed price */
    assert_int_equal(seen.planned, 0);
    assert_refused(d.f, plan_make(&d, &ask, &id), REPRICE_NOTHING);
    ask.how.value = -100;
    assert_int_equal(plan_make(&d, &ask, &id), 0);
    /* Of those planned one is held, one repriced, one's filed price lowered meanwhile. */
    assert_int_equal(fixture_act(d.f, TRANSITION_HOLD, d.f->units[2]), 0);
    fixture_price(d.f, d.f->units[3], FIXTURE_TOTAL - 100);
    assert_int_equal(
        db_run(d.f->db, "UPDATE unit SET filed_total_fen = 100 WHERE id = $1", "i", d.f->units[4]),
        1);
    assert_int_equal(decide(&d, id, APPROVAL_APPROVED), 0);
    assert_true(is(&d, id, "executed"));
    assert_int_equal(price(&d, 0), FIXTURE_TOTAL);
    assert_int_equal(price(&d, 2), FIXTURE_TOTAL);
    assert_int_equal(price(&d, 3), FIXTURE_TOTAL - 100);
    assert_int_equal(price(&d, 4), FIXTURE_TOTAL);
    assert_int_equal(price(&d, 5), 109230000);
    assert_int_equal(fixture_of(d.f,
                                "SELECT COUNT(*) FROM reprice_unit WHERE reprice_id = $1 AND "
                                "outcome = 'changed'",
                                id),
                     FIXTURE_UNITS - 5);
    assert_int_equal(
        fixture_of(d.f,
                   "SELECT COUNT(*) FROM reprice_unit WHERE reprice_id = $1 AND reason "
                   "IN ('held', 'locked', 'price-changed', 'above-filed')",
                   id),
        5);
    /* Every change has its price row, which names the plan, and its line in the log. */
    assert_int_equal(fixture_of(d.f, "SELECT COUNT(*) FROM unit_price WHERE reprice_id = $1", id),
                     FIXTURE_UNITS - 5);
    assert_int_equal(fixture_count(d.f, "SELECT COUNT(*) FROM audit WHERE action = 'unit.price'"),
                     FIXTURE_UNITS - 5);
    assert_int_equal(fixture_count(d.f, "SELECT COUNT(*) FROM publication_patch WHERE cause = "
                                        "'unit.price'"),
                     0); /* the chart waits for the next publication */
}

static void test_nothing_before_approval(void **state)
{
    struct desk d = desk_make(state);
    const struct reprice_ask ask = plan_ask(d.f, "percent", -100);
    int64_t id = 0;

    assert_int_equal(plan_make(&d, &ask, &id), 0);
    assert_true(is(&d, id, "pending"));
    assert_int_equal(price(&d, 0), FIXTURE_TOTAL);
    assert_int_equal(decide(&d, id, APPROVAL_REJECTED), 0);
    assert_true(is(&d, id, "rejected"));
    assert_int_equal(price(&d, 0), FIXTURE_TOTAL);
    assert_int_equal(plan_make(&d, &ask, &id), 0);
    assert_int_equal(decide(&d, id, APPROVAL_RETURNED), 0);
    assert_true(is(&d, id, "returned"));
    /* Not even the database takes an approved plan without its approval. */
    assert_int_equal(plan_make(&d, &ask, &id), 0);
    assert_int_equal(
        db_run(d.f->db, "UPDATE reprice SET state = 'approved' WHERE id = $1", "i", id), -EINVAL);
    assert_int_equal(db_run(d.f->db, "UPDATE unit SET total_fen = 109230000", ""), -EINVAL);
}

/* P8: what is carried out is what was asked for, to the last word. */
static void test_content_changed(void **state)
{
    struct desk d = desk_make(state);
    const struct reprice_ask ask = plan_ask(d.f, "percent", -100);
    int64_t id = 0;

    assert_int_equal(plan_make(&d, &ask, &id), 0);
    /* The database itself refuses it; were it otherwise, the hash would tell. */
    assert_int_equal(db_script(d.f->db, "UPDATE reprice SET reason = 'another'"), -EINVAL);
    assert_int_equal(db_script(d.f->db, "DROP TRIGGER reprice_forward; "
                                        "UPDATE reprice SET reason = 'another'"),
                     0);
    assert_refused(d.f, decide(&d, id, APPROVAL_APPROVED), APPROVAL_CONTENT_CHANGED);
    assert_true(is(&d, id, "pending"));
    assert_int_equal(price(&d, 0), FIXTURE_TOTAL);
    assert_int_equal(decide(&d, id, APPROVAL_RETURNED), 0);
}

static int due(struct desk *d, int64_t *ret_next)
{
    int r;

    d->f->as = &actor_system;
    r = FIXTURE_DO(d->f, tx, reprice_execute_due(tx, ret_next));
    d->f->as = &d->f->actor;
    return r;
}

static void test_at_its_time_and_once(void **state)
{
    struct desk d = desk_make(state);
    struct reprice_ask ask = plan_ask(d.f, "percent", -100);
    int64_t id = 0, next = 0;

    ask.effective_ms = d.f->now_ms;
    assert_refused(d.f, plan_make(&d, &ask, &id), REPRICE_PAST);
    ask.effective_ms = d.f->now_ms + FIXTURE_DAY;
    assert_int_equal(plan_make(&d, &ask, &id), 0);
    d.f->now_ms += 2 * FIXTURE_DAY;
    assert_int_equal(due(&d, &next), 0); /* its time has come, its approval has not */
    assert_int_equal(next, 0);
    d.f->now_ms -= 2 * FIXTURE_DAY;
    assert_int_equal(decide(&d, id, APPROVAL_APPROVED), 0);
    assert_true(is(&d, id, "approved"));
    assert_int_equal(price(&d, 0), FIXTURE_TOTAL);
    assert_int_equal(due(&d, &next), 0);
    assert_int_equal(next, ask.effective_ms);
    d.f->now_ms = ask.effective_ms;
    assert_int_equal(due(&d, &next), 1);
    assert_int_equal(next, 0);
    assert_int_equal(price(&d, 0), 109230000);
    assert_int_equal(due(&d, &next), 0);
    assert_int_equal(price(&d, 0), 109230000);
    /* Approved after its time it is carried out at once. */
    ask.effective_ms = d.f->now_ms + FIXTURE_DAY;
    assert_int_equal(plan_make(&d, &ask, &id), 0);
    d.f->now_ms += 2 * FIXTURE_DAY;
    assert_int_equal(decide(&d, id, APPROVAL_APPROVED), 0);
    assert_true(is(&d, id, "executed"));
}

static void test_cancelled(void **state)
{
    struct desk d = desk_make(state);
    struct reprice_ask ask = plan_ask(d.f, "percent", -100);
    int64_t id = 0, next = 0;

    ask.effective_ms = d.f->now_ms + FIXTURE_DAY;
    assert_int_equal(plan_make(&d, &ask, &id), 0);
    assert_refused(d.f, FIXTURE_DO(d.f, tx, reprice_cancel(tx, id, 1, "no")), REPRICE_STATE);
    assert_int_equal(decide(&d, id, APPROVAL_APPROVED), 0);
    assert_refused(d.f, FIXTURE_DO(d.f, tx, reprice_cancel(tx, id, 1, "no")), VERSION_CHANGED);
    assert_refused(d.f, FIXTURE_DO(d.f, tx, reprice_cancel(tx, id, 2, "")), REASON_NEEDED);
    assert_int_equal(FIXTURE_DO(d.f, tx, reprice_cancel(tx, id, 2, "no")), 0);
    d.f->now_ms += 2 * FIXTURE_DAY;
    assert_int_equal(due(&d, &next), 0);
    assert_int_equal(price(&d, 0), FIXTURE_TOTAL);
}

static void test_floor(void **state)
{
    struct desk d = desk_make(state);
    struct reprice_ask ask = plan_ask(d.f, "replace", 90000000);
    int64_t id = 0;

    ask.how.target = "floor";
    assert_refused(d.f, plan_make(&d, &ask, &id), DENIED);
    d.asks.rights |= RIGHT_BIT(RIGHT_PRICE_FLOOR);
    assert_int_equal(plan_make(&d, &ask, &id), 0);
    assert_int_equal(decide(&d, id, APPROVAL_APPROVED), 0);
    assert_int_equal(
        fixture_of(d.f, "SELECT floor_total_fen FROM unit WHERE id = $1", d.f->units[0]), 90000000);
    assert_int_equal(price(&d, 0), FIXTURE_TOTAL);
    ask.how.value = FIXTURE_TOTAL + 100;
    assert_string_equal(preview(&d, &ask.how).reason, "above-list");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_arithmetic),         CASE(test_filter),
        CASE(test_skipped_and_listed), CASE(test_nothing_before_approval),
        CASE(test_content_changed),    CASE(test_at_its_time_and_once),
        CASE(test_cancelled),          CASE(test_floor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_follow.c - follow-ups and what is due: not back-dated, opportunities closed for a reason,
 * and the lists of consultant and manager against a model of the rules at any time (CU-11 to CU-16,
 * DP-07). */
#include "sales_fixture.h"

#include "db/follow.h"
#include "db/task.h"

static int follow(struct fixture *f, const struct actor *who, int64_t customer, int64_t at,
                  int64_t next)
{
    const struct follow_new n = {customer, f->project, "phone", "谈了价格", at, next};
    int64_t id = 0;

    return AS(f, *who, FIXTURE_DO(f, tx, follow_add(tx, &n, &id)));
}

/* ---- records ---- */

static void test_not_back_dated(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN);

    f->now_ms += 3 * FIXTURE_DAY;
    assert_int_equal(follow(f, &ann, c, f->now_ms - 24 * HOUR, 0), 0);
    assert_refused(f, follow(f, &ann, c, f->now_ms - 24 * HOUR - 1, 0), FOLLOW_LATE);
    assert_string_equal(f->fault.args[0].value, "24");
    assert_int_equal(follow(f, &manager, c, f->now_ms - 40 * HOUR, 0), 0); /* who may */
    assert_refused(f, follow(f, &ann, c, f->now_ms + 1, 0), FIELDS_WRONG);
    assert_refused(f, follow(f, &ann, c, 0, f->now_ms), FIELDS_WRONG);
    assert_refused(f, follow(f, &ann, c, f->now_ms + 1, f->now_ms), FIELDS_WRONG);
    assert_string_equal(f->fault.args[0].value, "2"); /* both are counted */
    assert_refused(f, follow(f, &bob, c, 0, 0), NOT_FOUND);
    assert_refused(f, follow(f, &manager, sales_customer(f, 0), 0, 0), OWNER_CHANGED);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM follow"), 2);
    assert_int_equal(db_run(f->db, "UPDATE follow SET content = 'x'", ""), -EINVAL);
    assert_int_equal(db_run(f->db, "DELETE FROM follow", ""), -EINVAL);
}

static void test_what_a_rule_needs(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN);
    struct follow_rule rule = {.stage = "lead", .interval_hours = 5, .need_next = true};
    struct opportunity o = {
        .customer_id = c, .project_id = f->project, .stage = "intent", .probability_bp = -1};
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, follow_rule_set(tx, f->project, &rule)), 0);
    assert_refused(f, follow(f, &ann, c, 0, 0), FIELDS_WRONG);
    assert_string_equal(f->fault.items[0].field, "next_ms");
    assert_int_equal(follow(f, &ann, c, 0, f->now_ms + HOUR), 0);
    rule = (struct follow_rule){
        .stage = "intent", .interval_hours = 5, .need_probability = true, .need_expected = true};
    assert_int_equal(FIXTURE_DO(f, tx, follow_rule_set(tx, f->project, &rule)), 0);
    assert_refused(f, AS(f, ann, FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id))), FIELDS_WRONG);
    assert_int_equal(f->fault.n_items, 2);
    assert_string_equal(f->fault.args[0].value, "2");
    o.probability_bp = 4000;
    o.expected_day = "2026-12-31";
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id))), 0);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, follow_rule_set(tx, f->project, &rule)), NOT_FOUND);
}

/* ---- opportunities ---- */

static void test_an_opportunity(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN);
    struct opportunity o = {
        .customer_id = c, .project_id = f->project, .stage = "contacted", .probability_bp = -1};
    struct opportunity change = {.version = 1, .stage = "visited", .probability_bp = 2500};
    struct ownership before = sales_own(f, c);
    int64_t id = 0, other = 0;

    assert_refused(f, AS(f, bob, FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id))), NOT_FOUND);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id))), 0);
    assert_int_equal(sales_own(f, c).owner_id, before.owner_id); /* the owner stays */
    assert_refused(f, AS(f, ann, FIXTURE_DO(f, tx, opportunity_open(tx, &o, &other))),
                   OPPORTUNITY_OPEN);
    change.id = id;
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, opportunity_update(tx, &change))), 0);
    assert_refused(f, AS(f, ann, FIXTURE_DO(f, tx, opportunity_update(tx, &change))),
                   VERSION_CHANGED);
    /* Lost for a reason, which the table wants too; and given up to the pool, as set (DP-08). */
    assert_int_equal(db_run(f->db, "UPDATE opportunity SET outcome = 'lost', closed_ms = 1", ""),
                     -EINVAL);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, opportunity_close(tx, id, 2, "price", "太贵"))),
                     0);
    assert_int_equal(sales_own(f, c).state, OWN_POOL);
    assert_refused(f, FIXTURE_DO(f, tx, opportunity_close(tx, id, 3, "price", NULL)),
                   OPPORTUNITY_CLOSED);
    assert_int_equal(db_run(f->db, "UPDATE opportunity SET lost_reason = 'loan'", ""), -EINVAL);
}

static void test_a_won_one_stays(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN);
    const struct opportunity o = {
        .customer_id = c, .project_id = f->project, .stage = "negotiating", .probability_bp = -1};
    int64_t id = 0;

    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id))), 0);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, opportunity_close(tx, id, 1, NULL, NULL))), 0);
    assert_int_equal(sales_own(f, c).owner_id, ANN);
}

/* ---- what is due: the lists against a model ---- */

enum { PEOPLE = 3, CUSTOMERS = 40, ROUNDS = 400 };

/* A customer as the rules know it, without the database. */
struct model {
    int64_t id, owner, touched, next, until;
    int stage; /* place in follow_stages; 0: a lead */
};

static struct model model[CUSTOMERS];
static int64_t hours[5] = {72, 72, 48, 72, 24};
static uint64_t seed;

static int64_t roll(int64_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (int64_t)(seed >> 33) % n;
}

static int64_t due_of(const struct model *m)
{
    const int64_t end = m->touched + hours[m->stage] * HOUR;

    return m->next && m->next < end ? m->next : end;
}

struct got {
    int64_t ids[CUSTOMERS * 2], due[CUSTOMERS * 2];
    size_t n;
};

static int got_take(void *arg, const struct task_row *row)
{
    struct got *got = arg;

    got->ids[got->n] = row->customer_id;
    got->due[got->n++] = row->due_ms;
    return 0;
}

/* One list, page by page, as an API call would ask for it. */
static void list(struct fixture *f, int64_t owner, int64_t from, int64_t to, struct got *got)
{
    struct task_filter filter = {
        .project_id = f->project, .owner_id = owner, .from_ms = from, .to_ms = to, .limit = 7};
    size_t before;

    *got = (struct got){.n = 0};
    do {
        before = got->n;
        assert_int_equal(FIXTURE_DO(f, tx, task_scan(tx, &filter, got_take, got)), 0);
        if (got->n > before) {
            filter.after_ms = got->due[got->n - 1];
            filter.after_customer = got->ids[got->n - 1];
        }
    } while (got->n == before + 7);
}

static void expect(struct fixture *f, int64_t owner, int64_t from, int64_t to)
{
    struct got got;
    size_t n = 0;

    list(f, owner, from, to, &got);
    for (int i = 0; i < CUSTOMERS; i++) {
        const struct model *m = &model[i];
        const int64_t due = due_of(m);
        const bool wanted =
            m->owner && (!owner || m->owner == owner) && due >= from && (!to || due < to);
        bool found = false;

        for (size_t k = 0; k < got.n; k++)
            if (got.ids[k] == m->id) {
                found = true;
                assert_int_equal(got.due[k], due);
            }
        if (found != wanted)
            fail_msg("customer %d is %sin the list of %d", i, found ? "" : "not ", (int)owner);
        n += wanted;
    }
    assert_int_equal(got.n, n);
    for (size_t k = 1; k < got.n; k++)
        assert_true(got.due[k - 1] < got.due[k] ||
                    (got.due[k - 1] == got.due[k] && got.ids[k - 1] < got.ids[k]));
}

static void step(struct fixture *f)
{
    struct model *m = &model[roll(CUSTOMERS)];
    const struct actor *who = m->owner == ANN ? &ann : m->owner == BOB ? &bob : &cai;
    const int64_t next = roll(2) ? f->now_ms + 1 + roll(100 * HOUR) : 0;

    switch (roll(4)) {
    case 0:
    case 1:
        if (!m->owner)
            break;
        assert_int_equal(follow(f, who, m->id, 0, next), 0);
        m->touched = f->now_ms;
        m->next = next;
        break;
    case 2:
        if (m->stage == 0 && m->owner) {
            struct opportunity o = {
                .customer_id = m->id, .project_id = f->project, .probability_bp = -1};
            int64_t id = 0;

            m->stage = 1 + (int)roll(4);
            o.stage = follow_stages[m->stage];
            assert_int_equal(AS(f, *who, FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id))), 0);
        }
        break;
    default: {
        struct follow_rule rule = {.interval_hours = 1 + roll(120)};
        const int stage = (int)roll(5);

        rule.stage = follow_stages[stage];
        hours[stage] = rule.interval_hours;
        assert_int_equal(FIXTURE_DO(f, tx, follow_rule_set(tx, f->project, &rule)), 0);
    }
    }
}

static void test_lists_agree_at_any_time(void **state)
{
    struct fixture *f = *state;

    seed = 20261127;
    for (int i = 0; i < CUSTOMERS; i++) {
        const int64_t owner = i % 5 == 4 ? 0 : ANN + i % PEOPLE;

        model[i] = (struct model){sales_customer(f, owner), owner, f->now_ms, 0, 0, 0};
    }
    for (int round = 0; round < ROUNDS; round++) {
        const int64_t day_end = f->now_ms + 1 + roll(FIXTURE_DAY);
        const int64_t owner = roll(PEOPLE + 1) ? ANN + roll(PEOPLE) : 0;
        const struct task_filter all = {.project_id = f->project, .owner_id = owner};
        struct task_count count;
        struct got got;
        int64_t at;

        step(f);
        f->now_ms += roll(3) ? roll(6 * HOUR) : 0;
        at = due_of(&model[roll(CUSTOMERS)]) - roll(2);
        if (roll(3) == 0 && at > f->now_ms) /* the moment something is due, and the one before */
            f->now_ms = at;
        expect(f, owner, 0, f->now_ms + 1);
        expect(f, owner, f->now_ms + 1, day_end > f->now_ms ? day_end : f->now_ms + 1);
        expect(f, owner, day_end > f->now_ms ? day_end : f->now_ms + 1, 0);
        /* The counts are those of the lists. */
        assert_int_equal(FIXTURE_DO(f, tx, task_count(tx, &all, day_end, &count)), 0);
        list(f, owner, 0, f->now_ms + 1, &got);
        assert_int_equal(count.overdue, got.n);
        list(f, owner, 0, 0, &got);
        assert_int_equal(count.overdue + count.today + count.future, got.n);
    }
}

/* ---- warnings and supervision ---- */

static void test_warned_before_and_at_the_end(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN), until = sales_own(f, c).protected_until_ms;
    const struct task_filter his = {.owner_id = ANN, .limit = 9}, all = {.limit = 9};
    struct got got = {.n = 0}, managers = {.n = 0};

    f->now_ms = until - 24 * HOUR - 1;
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, task_warnings(tx, &his, got_take, &got))), 0);
    assert_int_equal(got.n, 0);
    f->now_ms++; /* T-x */
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, task_warnings(tx, &his, got_take, &got))), 0);
    assert_int_equal(FIXTURE_DO(f, tx, task_warnings(tx, &all, got_take, &managers)), 0);
    assert_int_equal(got.n, 1);
    assert_int_equal(managers.n, 1); /* the manager's list agrees */
    assert_int_equal(managers.ids[0], c);
    got.n = 0;
    f->now_ms = until; /* T */
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, task_warnings(tx, &his, got_take, &got))), 0);
    assert_int_equal(got.n, 1);
    got.n = 0;
    f->as = &f->outsider;
    assert_int_equal(FIXTURE_DO(f, tx, task_warnings(tx, &all, got_take, &got)), 0);
    assert_int_equal(got.n, 0);
}

struct seen {
    struct supervision_row rows[16];
    size_t n;
};
static int seen_take(void *arg, const struct supervision_row *row)
{
    struct seen *seen = arg;

    seen->rows[seen->n++] = *row;
    return 0;
}

static void test_supervision(void **state)
{
    struct fixture *f = *state;
    const int64_t a = sales_customer(f, ANN);
    const struct opportunity o = {
        .customer_id = a, .project_id = f->project, .stage = "negotiating", .probability_bp = -1};
    struct seen seen = {.n = 0};
    int64_t id = 0;

    sales_customer(f, ANN);
    sales_customer(f, BOB);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, opportunity_open(tx, &o, &id))), 0);
    f->now_ms += 24 * HOUR; /* the interval of negotiating, to the millisecond */
    assert_int_equal(FIXTURE_DO(f, tx, task_supervision(tx, f->project, seen_take, &seen)), 0);
    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.rows[0].owner_id, ANN);
    assert_int_equal(seen.rows[0].customers, 1); /* lead */
    assert_int_equal(seen.rows[0].overdue, 0);
    assert_int_equal(seen.rows[1].overdue, 1); /* negotiating */
    assert_int_equal(seen.rows[1].touched_ms, f->now_ms - 24 * HOUR);
    assert_int_equal(seen.rows[2].owner_id, BOB);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, task_supervision(tx, f->project, seen_take, &seen)),
                   NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        S(test_not_back_dated),
        S(test_what_a_rule_needs),
        S(test_an_opportunity),
        S(test_a_won_one_stays),
        S(test_lists_agree_at_any_time),
        S(test_warned_before_and_at_the_end),
        S(test_supervision),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

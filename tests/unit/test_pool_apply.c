/* test_pool_apply.c - the public pool: one application open and the others queued, decided by
 * another, taken back while nothing was done, given out and grabbed (DP-09 to DP-14). */
#include "sales_fixture.h"

#include "db/follow.h"
#include "db/pool_apply.h"
#include "db/share.h"

static int apply(struct fixture *f, const struct actor *who, int64_t customer, int64_t *ret_id)
{
    return AS(f, *who, FIXTURE_DO(f, tx, pool_apply(tx, f->project, customer, "老客户", ret_id)));
}

static int grab(struct fixture *f, const struct actor *who, int64_t customer, int64_t day_start)
{
    return AS(f, *who, FIXTURE_DO(f, tx, pool_grab(tx, f->project, customer, day_start)));
}

static int rules(struct fixture *f, int64_t queue, int64_t daily)
{
    struct customer_rule now;
    struct customer_rule_change c;

    assert_int_equal(FIXTURE_DO(f, tx, customer_rule_get(tx, f->project, &now)), 0);
    customer_rule_change_init(&c, f->project, now.version);
    c.apply_queue = queue;
    c.grab_daily = daily;
    return FIXTURE_DO(f, tx, customer_rule_update(tx, &c));
}

struct list {
    struct application_row rows[16];
    char states[16][16];
    size_t n;
};

static int take(void *arg, const struct application_row *row)
{
    struct list *l = arg;

    snprintf(l->states[l->n], sizeof(l->states[0]), "%s", row->state);
    l->rows[l->n++] = *row;
    return 0;
}

static struct list look(struct fixture *f, const struct actor *who, bool waiting)
{
    struct list l = {.n = 0};

    assert_int_equal(
        AS(f, *who,
           FIXTURE_DO(f, tx, pool_application_scan(tx, f->project, waiting, 0, 16, take, &l))),
        0);
    return l;
}

static void test_one_open_others_queue(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, 0);
    int64_t a = 0, b = 0, id = 0;

    assert_int_equal(apply(f, &ann, c, &a), 0);
    assert_refused(f, apply(f, &ann, c, &id), POOL_APPLIED);
    f->now_ms += HOUR;
    assert_int_equal(apply(f, &bob, c, &b), 0);
    assert_string_equal(look(f, &manager, true).states[0], "open");
    assert_string_equal(look(f, &manager, true).states[1], "queued");
    assert_int_equal(look(f, &manager, true).rows[0].applied_ms, f->now_ms - HOUR);
    assert_int_equal(look(f, &ann, true).n, 1); /* one's own */
    assert_refused(f, FIXTURE_DO(f, tx, pool_approve(tx, b, NULL)), APPLICATION_STATE);
    assert_int_equal(FIXTURE_DO(f, tx, pool_refuse(tx, a, "不合适")), 0);
    assert_string_equal(look(f, &bob, true).states[0], "open");
    assert_refused(f, FIXTURE_DO(f, tx, pool_refuse(tx, a, NULL)), APPLICATION_STATE);
    assert_int_equal(fixture_count(f,
                                   "SELECT COUNT(*) FROM notification WHERE user_id = 2 AND kind = "
                                   "'refused'"),
                     1);
    assert_int_equal(AS(f, bob, FIXTURE_DO(f, tx, pool_withdraw(tx, b))), 0);
    assert_refused(f, AS(f, ann, FIXTURE_DO(f, tx, pool_withdraw(tx, b))), NOT_FOUND);
    assert_int_equal(rules(f, 0, 5), 0);
    assert_int_equal(apply(f, &cai, c, &a), 0);
    assert_refused(f, apply(f, &bob, c, &b), POOL_APPLIED); /* refused, as set */
}

static void test_approval_by_another_from_then_on(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, 0);
    int64_t a = 0, b = 0, own_id = 0;
    struct ownership own;

    assert_int_equal(apply(f, &ann, c, &a), 0);
    assert_int_equal(apply(f, &bob, c, &b), 0);
    f->now_ms += 5 * FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, pool_approve(tx, a, NULL)), 0);
    own = sales_own(f, c);
    assert_int_equal(own.owner_id, ANN);
    assert_int_equal(own.since_ms, f->now_ms);
    assert_int_equal(own.touched_ms, f->now_ms);
    assert_int_equal(own.protected_until_ms, f->now_ms + 15 * FIXTURE_DAY);
    assert_string_equal(look(f, &bob, false).states[0], "void");
    assert_refused(f, apply(f, &cai, c, &b), OWNER_TAKEN);
    /* Nobody decides on his own, whatever rights he has. */
    ann.rights |= RIGHT_BIT(RIGHT_CUSTOMER_ALLOCATE);
    own_id = sales_customer(f, 0);
    assert_int_equal(apply(f, &ann, own_id, &a), 0);
    assert_refused(f, AS(f, ann, FIXTURE_DO(f, tx, pool_approve(tx, a, NULL))), SELF_APPROVAL);
    assert_refused(f, AS(f, ann, FIXTURE_DO(f, tx, pool_refuse(tx, a, NULL))), SELF_APPROVAL);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, pool_approve(tx, a, NULL)), NOT_FOUND);
}

static void test_revoked_while_nothing_was_done(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, 0);
    const struct follow_new n = {c, f->project, "phone", "联系", 0, 0};
    int64_t a = 0, id = 0;

    assert_int_equal(apply(f, &ann, c, &a), 0);
    assert_int_equal(FIXTURE_DO(f, tx, pool_approve(tx, a, NULL)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, pool_revoke(tx, a, "批错了")), 0);
    assert_int_equal(sales_own(f, c).state, OWN_POOL);
    assert_refused(f, FIXTURE_DO(f, tx, pool_revoke(tx, a, NULL)), APPLICATION_STATE);
    /* A follow-up, or a share, or another owner since, keeps it. */
    assert_int_equal(apply(f, &ann, c, &a), 0);
    assert_int_equal(FIXTURE_DO(f, tx, pool_approve(tx, a, NULL)), 0);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, share_give(tx, c, f->project, BOB, "view"))), 0);
    assert_refused(f, FIXTURE_DO(f, tx, pool_revoke(tx, a, NULL)), APPLICATION_USED);
    assert_true(db_run(f->db, "UPDATE customer_share SET ended_ms = since_ms", "") > 0);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, follow_add(tx, &n, &id))), 0);
    assert_refused(f, FIXTURE_DO(f, tx, pool_revoke(tx, a, NULL)), APPLICATION_USED);
    assert_int_equal(sales_own(f, c).owner_id, ANN);
}

static void test_revoke_after_a_dispatch(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, 0);
    int64_t a = 0;

    assert_int_equal(apply(f, &ann, c, &a), 0);
    assert_int_equal(FIXTURE_DO(f, tx, pool_approve(tx, a, NULL)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, ownership_dispatch(tx, f->project, &c, 1, BOB, "x")), 0);
    assert_refused(f, FIXTURE_DO(f, tx, pool_revoke(tx, a, NULL)), APPLICATION_USED);
    assert_int_equal(sales_own(f, c).owner_id, BOB);
}

static void test_grab(void **state)
{
    struct fixture *f = *state;
    const int64_t day = f->now_ms - HOUR;
    const int64_t c = sales_customer(f, 0);

    assert_int_equal(rules(f, 1, 2), 0);
    assert_int_equal(grab(f, &ann, c, day), 0);
    assert_refused(f, grab(f, &bob, c, day), OWNER_TAKEN);
    assert_refused(f, grab(f, &ann, c, day), OWNER_TAKEN);
    assert_int_equal(grab(f, &ann, sales_customer(f, 0), day), 0);
    assert_refused(f, grab(f, &ann, sales_customer(f, 0), day), POOL_QUOTA);
    assert_string_equal(f->fault.args[0].value, "2");
    f->now_ms += FIXTURE_DAY;
    assert_int_equal(grab(f, &ann, sales_customer(f, 0), f->now_ms - HOUR), 0);
    assert_int_equal(rules(f, 1, 0), 0);
    assert_refused(f, grab(f, &cai, sales_customer(f, 0), day), POOL_QUOTA); /* none at all */
    assert_refused(f, grab(f, &ann, 999, day), NOT_FOUND);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, pool_grab(tx, f->project, c, day)), NOT_FOUND);
}

static void test_given_out_in_turn(void **state)
{
    struct fixture *f = *state;
    const int64_t ids[] = {sales_customer(f, 0), sales_customer(f, 0), sales_customer(f, 0),
                           sales_customer(f, 0), sales_customer(f, 0)};
    const int64_t users[] = {ANN, BOB}, strangers[] = {ANN, MANAGER + 90};
    const int64_t again[] = {ids[0], sales_customer(f, 0)};

    assert_refused(f, FIXTURE_DO(f, tx, pool_allocate(tx, f->project, ids, 5, strangers, 2)),
                   OWNER_UNFIT);
    assert_int_equal(FIXTURE_DO(f, tx, pool_allocate(tx, f->project, ids, 5, users, 2)), 0);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(sales_own(f, ids[i]).owner_id, users[i % 2]);
    /* All or none: the first is Ann's now. */
    assert_refused(f, FIXTURE_DO(f, tx, pool_allocate(tx, f->project, again, 2, users, 1)),
                   OWNER_CHANGED);
    assert_int_equal(sales_own(f, again[1]).state, OWN_POOL);
    /* Given up by the owner, not by another. */
    assert_refused(f, AS(f, bob, FIXTURE_DO(f, tx, pool_release(tx, f->project, ids, 1, "放弃"))),
                   NOT_FOUND);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, pool_release(tx, f->project, ids, 1, "放弃"))),
                     0);
    assert_int_equal(sales_own(f, ids[0]).state, OWN_POOL);
}

struct pool_seen {
    struct pool_row rows[64];
    size_t n;
};
static int pool_take_row(void *arg, const struct pool_row *row)
{
    struct pool_seen *p = arg;

    p->rows[p->n++] = *row;
    return 0;
}

static void test_the_list(void **state)
{
    struct fixture *f = *state;
    struct pool_seen p = {.n = 0};
    int64_t c[3], a = 0;

    for (size_t i = 0; i < 3; i++)
        c[i] = sales_customer(f, 0);
    sales_customer(f, ANN);
    assert_int_equal(apply(f, &ann, c[1], &a), 0);
    f->as = &ann;
    assert_int_equal(FIXTURE_DO(f, tx, pool_scan(tx, f->project, 0, 10, pool_take_row, &p)), 0);
    assert_int_equal(p.n, 3);
    assert_string_equal(p.rows[0].name, "张*");
    assert_true(p.rows[1].applied);
    assert_int_equal(p.rows[1].applications, 1);
    p.n = 0;
    assert_int_equal(FIXTURE_DO(f, tx, pool_scan(tx, f->project, c[0], 1, pool_take_row, &p)), 0);
    assert_int_equal(p.n, 1);
    assert_int_equal(p.rows[0].customer_id, c[1]);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, pool_scan(tx, f->project, 0, 10, pool_take_row, &p)),
                   NOT_FOUND);
}

/* Who leaves applies no more, and the next of the queue is open. */
static void test_an_applicant_leaves(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, 0);
    const struct user_change change = {.id = ANN, .version = 1, .enabled = 0};
    int64_t a = 0, b = 0;

    assert_int_equal(apply(f, &ann, c, &a), 0);
    assert_int_equal(apply(f, &bob, c, &b), 0);
    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &change)), 0);
    assert_string_equal(look(f, &manager, true).states[0], "open");
    assert_int_equal(look(f, &manager, true).rows[0].id, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        S(test_one_open_others_queue),
        S(test_approval_by_another_from_then_on),
        S(test_revoked_while_nothing_was_done),
        S(test_revoke_after_a_dispatch),
        S(test_grab),
        S(test_given_out_in_turn),
        S(test_the_list),
        S(test_an_applicant_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

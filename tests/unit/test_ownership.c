/* test_ownership.c - whose a customer is: one state at a time, every change a line, periods in
 * hours, calendar and working days, the fall into the pool, people who leave (DP-05 to DP-08,
 * DP-16, CU-20, CU-22). */
#include <time.h>

#include "sales_fixture.h"

#include "db/day.h"
#include "db/follow.h"
#include "db/share.h"
#include "db/task.h"
#include "db/verify.h"
#include "db/workday.h"

static int rule(struct fixture *f, int64_t n, const char *unit, int64_t idle)
{
    struct customer_rule now;
    struct customer_rule_change c;

    assert_int_equal(FIXTURE_DO(f, tx, customer_rule_get(tx, f->project, &now)), 0);
    customer_rule_change_init(&c, f->project, now.version);
    c.onsite_n = n;
    c.onsite_unit = unit;
    c.pool_idle_days = idle;
    return FIXTURE_DO(f, tx, customer_rule_update(tx, &c));
}

static int follow(struct fixture *f, const struct actor *who, int64_t customer, int64_t at,
                  int64_t next)
{
    const struct follow_new n = {customer, f->project, "phone", "谈了价格", at, next};
    int64_t id = 0;

    return AS(f, *who, FIXTURE_DO(f, tx, follow_add(tx, &n, &id)));
}

/* ---- states and lines ---- */

static void violated(void *arg, const char *invariant, const char *what)
{
    (void)arg;
    (void)invariant;
    (void)what;
}

/* How often the database is not as its lines say. */
static int64_t broken(struct fixture *f)
{
    int64_t n = -1;

    assert_int_equal(verify_invariants(f->db, violated, NULL, &n), 0);
    return n;
}

static void test_one_state_and_its_line(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN);
    struct ownership own = sales_own(f, c);

    assert_int_equal(own.state, OWN_ONSITE);
    assert_int_equal(own.owner_id, ANN);
    assert_int_equal(own.protected_until_ms, f->now_ms + 15 * FIXTURE_DAY);
    assert_int_equal(own.pool_due_ms, f->now_ms + 30 * FIXTURE_DAY);
    assert_refused(f, FIXTURE_DO(f, tx, ownership_begin(tx, c, f->project, OWN_ONSITE, BOB)),
                   OWNER_TAKEN);
    f->now_ms += HOUR;
    assert_int_equal(
        AS(f, ann, FIXTURE_DO(f, tx, ownership_state_set(tx, c, f->project, OWN_REPORTED, "x"))),
        0);
    own = sales_own(f, c);
    assert_int_equal(own.state, OWN_REPORTED);
    assert_int_equal(own.protected_until_ms, f->now_ms + 3 * FIXTURE_DAY);
    assert_refused(
        f, AS(f, bob, FIXTURE_DO(f, tx, ownership_state_set(tx, c, f->project, OWN_ONSITE, "x"))),
        NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM ownership_line"), 2);
    assert_int_equal(db_run(f->db, "UPDATE ownership_line SET note = 'y'", ""), -EINVAL);
    assert_int_equal(db_run(f->db, "DELETE FROM ownership_line", ""), -EINVAL);
    assert_int_equal(db_run(f->db, "UPDATE ownership SET owner_id = NULL", ""), -EINVAL);
    assert_int_equal(db_run(f->db, "UPDATE ownership SET state = 'pool'", ""), -EINVAL);
    assert_int_equal(broken(f), 0);
    assert_true(db_run(f->db, "UPDATE ownership SET owner_id = $1", "i", (int64_t)BOB) > 0);
    assert_int_equal(broken(f), 1);
}

/* Any date's owner can be answered: random moves, then every moment between them (DP-16). */
static void test_any_dates_owner(void **state)
{
    struct fixture *f = *state;
    const int64_t c = sales_customer(f, ANN), begin = f->now_ms;
    int64_t at[60], owner[60], id = 0;
    enum own_state s = OWN_POOL;
    unsigned seed = 20261127;

    for (int i = 0; i < 60; i++) {
        struct ownership own = sales_own(f, c);
        struct own_move move = {.state = OWN_MARKETING, .reason = "dispatch"};

        seed = seed * 1103515245 + 12345;
        f->now_ms += 1 + (int64_t)(seed >> 8) % HOUR;
        move.owner_id = ANN + (int64_t)((seed >> 16) % 4);
        if (move.owner_id > CAI)
            move = (struct own_move){.state = OWN_POOL, .reason = "given_up"};
        assert_int_equal(FIXTURE_DO(f, tx, ownership_move(tx, &own, &move, NULL)), 0);
        at[i] = f->now_ms;
        owner[i] = move.owner_id;
    }
    assert_int_equal(FIXTURE_DO(f, tx, ownership_at(tx, c, f->project, begin - 1, &s, &id)), 0);
    for (int i = 0; i < 60; i++) {
        const int64_t end = i < 59 ? at[i + 1] - 1 : at[i] + FIXTURE_DAY;

        assert_int_equal(FIXTURE_DO(f, tx, ownership_at(tx, c, f->project, at[i], &s, &id)), 1);
        assert_int_equal(id, owner[i]);
        assert_int_equal(s == OWN_POOL, owner[i] == 0);
        assert_int_equal(FIXTURE_DO(f, tx, ownership_at(tx, c, f->project, end, &s, &id)), 1);
        assert_int_equal(id, owner[i]);
    }
}

/* ---- periods (DP-06) ---- */

static void test_hours_and_days(void **state)
{
    struct fixture *f = *state;
    int64_t c;

    assert_int_equal(rule(f, 36, "hours", 30), 0);
    c = sales_customer(f, ANN);
    assert_int_equal(sales_own(f, c).protected_until_ms, f->now_ms + 36 * HOUR);
    f->now_ms += 10 * HOUR;
    assert_int_equal(follow(f, &ann, c, 0, 0), 0);
    assert_int_equal(sales_own(f, c).protected_until_ms, f->now_ms + 36 * HOUR);
    /* From the follow-up, not from its entry; and no entry shortens a period. */
    assert_int_equal(follow(f, &ann, c, f->now_ms - 5 * HOUR, 0), 0);
    assert_int_equal(sales_own(f, c).protected_until_ms, f->now_ms + 36 * HOUR);
    /* A shorter rule counts from the next follow-up and takes nothing away. */
    assert_int_equal(rule(f, 2, "days", 30), 0);
    assert_int_equal(sales_own(f, c).protected_until_ms, f->now_ms + 36 * HOUR);
    f->now_ms += HOUR;
    assert_int_equal(follow(f, &ann, c, 0, 0), 0);
    assert_int_equal(sales_own(f, c).protected_until_ms, f->now_ms + 2 * FIXTURE_DAY);
}

static int64_t local_ms(const char *text)
{
    struct tm tm = {.tm_isdst = -1};

    assert_non_null(strptime(text, "%Y-%m-%d %H:%M", &tm));
    return (int64_t)mktime(&tm) * 1000;
}

static void test_working_days(void **state)
{
    struct fixture *f = *state;
    int64_t ms = 0;

    f->now_ms = local_ms("2026-09-30 15:20"); /* a Wednesday; then the week of the national day */
    for (int d = 1; d <= 7; d++) {
        char day[DAY_TEXT];

        snprintf(day, sizeof(day), "2026-10-%02d", d);
        assert_int_equal(FIXTURE_DO(f, tx, workday_set(tx, day, 0)), 0);
    }
    assert_int_equal(FIXTURE_DO(f, tx, workday_set(tx, "2026-10-10", 1)), 0); /* a Saturday */
    assert_int_equal(rule(f, 3, "working_days", 30), 0);
    assert_int_equal(sales_own(f, sales_customer(f, ANN)).protected_until_ms,
                     local_ms("2026-10-10 15:20"));
    assert_int_equal(workday_add(f->db, f->now_ms, 1, &ms), 0);
    assert_int_equal(ms, local_ms("2026-10-08 15:20"));
    assert_int_equal(workday_add(f->db, f->now_ms, 4, &ms), 0);
    assert_int_equal(ms, local_ms("2026-10-12 15:20")); /* over the Sunday */
    assert_int_equal(FIXTURE_DO(f, tx, workday_set(tx, "2026-10-10", -1)), 0);
    assert_int_equal(workday_add(f->db, f->now_ms, 3, &ms), 0);
    assert_int_equal(ms, local_ms("2026-10-12 15:20"));
    /* The same span in calendar days. */
    assert_int_equal(rule(f, 3, "days", 30), 0);
    assert_int_equal(sales_own(f, sales_customer(f, ANN)).protected_until_ms,
                     local_ms("2026-10-03 15:20"));
}

/* ---- the fall into the pool (DP-08) ---- */

static int64_t run(struct fixture *f, int *ret_done)
{
    int64_t next = -1;

    *ret_done = FIXTURE_DO(f, tx, ownership_run(tx, &next));
    assert_true(*ret_done >= 0);
    return next;
}

static void test_idle_ones_fall(void **state)
{
    struct fixture *f = *state;
    const int64_t begin = f->now_ms;
    int64_t quiet, kept;
    int done;

    assert_int_equal(rule(f, 5, "days", 10), 0);
    quiet = sales_customer(f, ANN);
    kept = sales_customer(f, ANN);
    assert_int_equal(run(f, &done), begin + 10 * FIXTURE_DAY);
    assert_int_equal(done, 0);
    f->now_ms = begin + 9 * FIXTURE_DAY;
    assert_int_equal(follow(f, &ann, kept, 0, 0), 0);
    f->now_ms = begin + 10 * FIXTURE_DAY - 1;
    run(f, &done);
    assert_int_equal(done, 0); /* not a millisecond early */
    f->now_ms++;
    assert_int_equal(run(f, &done), begin + 19 * FIXTURE_DAY);
    assert_int_equal(done, 1);
    assert_int_equal(sales_own(f, quiet).state, OWN_POOL);
    assert_int_equal(sales_own(f, kept).owner_id, ANN);
    run(f, &done);
    assert_int_equal(done, 0); /* run again, it does nothing */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM ownership_line WHERE reason = 'idle'"),
                     1);
    /* A clock that was set back brings nothing back and takes nothing away. */
    f->now_ms = begin;
    run(f, &done);
    assert_int_equal(done, 0);
    assert_int_equal(sales_own(f, quiet).state, OWN_POOL);
}

static void test_never_within_the_period(void **state)
{
    struct fixture *f = *state;
    const int64_t begin = f->now_ms;
    int64_t c;
    int done;

    assert_int_equal(rule(f, 20, "days", 10), 0);
    c = sales_customer(f, ANN);
    assert_int_equal(run(f, &done), begin + 20 * FIXTURE_DAY);
    /* Fewer days count at once, and none at all never. */
    assert_int_equal(rule(f, 20, "days", 40), 0);
    assert_int_equal(run(f, &done), begin + 40 * FIXTURE_DAY);
    assert_int_equal(rule(f, 20, "days", 0), 0);
    assert_int_equal(run(f, &done), 0);
    f->now_ms += 400 * FIXTURE_DAY;
    run(f, &done);
    assert_int_equal(done, 0);
    assert_int_equal(sales_own(f, c).owner_id, ANN);
}

/* ---- people ---- */

static void test_dispatch_takes_what_is_due_along(void **state)
{
    struct fixture *f = *state;
    int64_t ids[] = {sales_customer(f, ANN), sales_customer(f, ANN)};
    const int64_t next = f->now_ms + 5 * HOUR;
    const int64_t lost[] = {ids[0], sales_customer(f, BOB)};
    struct ownership own;

    f->now_ms += HOUR;
    assert_int_equal(follow(f, &ann, ids[0], 0, next), 0);
    assert_int_equal(AS(f, ann, FIXTURE_DO(f, tx, share_give(tx, ids[0], f->project, CAI, "view"))),
                     0);
    f->now_ms += HOUR;
    /* All or none: the second is Bob's already. */
    assert_refused(f, FIXTURE_DO(f, tx, ownership_dispatch(tx, f->project, lost, 2, BOB, "调度")),
                   OWNER_CHANGED);
    assert_int_equal(sales_own(f, ids[0]).owner_id, ANN);
    assert_int_equal(FIXTURE_DO(f, tx, ownership_dispatch(tx, f->project, ids, 2, BOB, "调度")), 0);
    own = sales_own(f, ids[0]);
    assert_int_equal(own.owner_id, BOB);
    assert_int_equal(own.next_ms, next);
    assert_int_equal(own.touched_ms, f->now_ms - HOUR);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM notification WHERE user_id = 2 "
                                      "AND kind = 'customer_out'"),
                     2);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM notification WHERE user_id = 3 "
                                      "AND kind = 'customer_in'"),
                     3); /* with the first of his own */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM customer_share WHERE ended_ms IS NULL"),
                     0);
    assert_refused(f, FIXTURE_DO(f, tx, ownership_dispatch(tx, f->project, ids, 2, 99, "调度")),
                   OWNER_UNFIT);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, ownership_dispatch(tx, f->project, ids, 2, CAI, "调度")),
                   NOT_FOUND);
}

static void test_who_leaves(void **state)
{
    struct fixture *f = *state;
    const int64_t a = sales_customer(f, ANN), b = sales_customer(f, ANN);
    struct user_change change = {.id = ANN, .version = 1, .enabled = 0};

    assert_refused(f, FIXTURE_DO(f, tx, user_update(tx, &change)), USER_OWNS_CUSTOMERS);
    assert_string_equal(f->fault.args[0].value, "2");
    change.hand_over = true;
    change.heir_id = ANN;
    assert_refused(f, FIXTURE_DO(f, tx, user_update(tx, &change)), OWNER_UNFIT);
    change.heir_id = BOB;
    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &change)), 0);
    assert_int_equal(sales_own(f, a).owner_id, BOB);
    assert_int_equal(sales_own(f, b).owner_id, BOB);
    change = (struct user_change){.id = BOB, .version = 1, .enabled = 0, .hand_over = true};
    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &change)), 0);
    assert_int_equal(sales_own(f, a).state, OWN_POOL);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM ownership_line WHERE reason = 'leave'"),
                     4);
    /* Who has none needs nothing of it. */
    change = (struct user_change){.id = CAI, .version = 1, .enabled = 0};
    assert_int_equal(FIXTURE_DO(f, tx, user_update(tx, &change)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, ownership_begin(tx, a, f->project, OWN_ONSITE, CAI)),
                   OWNER_UNFIT);
}

/* ---- settings ---- */

static void test_rules(void **state)
{
    struct fixture *f = *state;
    struct customer_rule r;
    struct customer_rule_change c;

    assert_int_equal(FIXTURE_DO(f, tx, customer_rule_get(tx, f->project, &r)), 0);
    assert_int_equal(r.version, 1);
    assert_int_equal(r.back_hours, 24);
    assert_string_equal(r.reported_unit, "days");
    customer_rule_change_init(&c, f->project, 1);
    c.back_hours = 0;
    c.reported_unit = "working_days";
    assert_int_equal(FIXTURE_DO(f, tx, customer_rule_update(tx, &c)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, customer_rule_update(tx, &c)), VERSION_CHANGED);
    c.version = 2;
    assert_int_equal(FIXTURE_DO(f, tx, customer_rule_update(tx, &c)), 0); /* nothing differs */
    assert_int_equal(FIXTURE_DO(f, tx, customer_rule_get(tx, f->project, &r)), 0);
    assert_int_equal(r.version, 2);
    assert_int_equal(r.back_hours, 0);
    assert_string_equal(r.reported_unit, "working_days");
    assert_int_equal(r.marketing_n, 7);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, customer_rule_get(tx, f->project, &r)), NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        S(test_one_state_and_its_line),
        S(test_any_dates_owner),
        S(test_hours_and_days),
        S(test_working_days),
        S(test_idle_ones_fall),
        S(test_never_within_the_period),
        S(test_dispatch_takes_what_is_due_along),
        S(test_who_leaves),
        S(test_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

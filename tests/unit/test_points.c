/* test_points.c - the points ledger: the balance is the sum of its lines, whatever happens and
 * whatever expires (MB-15). */
#include "db/card.h"
#include "db/customer.h"
#include "db/points.h"
#include "fixture.h"

static int joined(void **state)
{
    const struct customer_new c = {.source_id = 3,
                                   .kind = "person",
                                   .name = "张三",
                                   .notice = "2026-01",
                                   .phones = {"13812341234"},
                                   .n_phones = 1};
    const struct card_new card = {"n:88001234", NULL, "2026-01"};
    struct fixture *f;
    int64_t id = 0, card_id = 0;
    int r = fixture_setup(state);

    f = *state;
    assert_int_equal(FIXTURE_DO(f, tx, customer_create(tx, &c, &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, card_issue(tx, id, &card, &card_id)), 0);
    return r;
}

static int adjust(struct fixture *f, int64_t points, int64_t expires_ms)
{
    int64_t after = 0;
    int r = FIXTURE_DO(f, tx, points_adjust(tx, 1, points, "测试", expires_ms, &after));

    if (r == 0)
        assert_int_equal(after, fixture_count(f, "SELECT points FROM member"));
    return r;
}

/* What is left in all credits is the balance, which is the sum of the lines. */
struct sums {
    int64_t left, points;
    struct points_line last;
    size_t n;
};

static int sum(void *arg, const struct points_line *line)
{
    struct sums *s = arg;

    if (s->n++ == 0)
        s->last = *line;
    s->left += line->left;
    s->points += line->points;
    return 0;
}

static struct sums sums(struct fixture *f)
{
    struct sums s = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, points_scan(tx, 1, 0, POINTS_LINES_MAX, sum, &s)), 0);
    assert_int_equal(s.left, s.points);
    assert_int_equal(s.points, fixture_count(f, "SELECT points FROM member"));
    return s;
}

static int64_t left_of(struct fixture *f, int64_t line_id)
{
    struct sums s = {.n = 0};

    assert_int_equal(FIXTURE_DO(f, tx, points_scan(tx, 1, line_id + 1, 1, sum, &s)), 0);
    assert_int_equal(s.last.id, line_id);
    return s.last.left;
}

static int expire(struct fixture *f, int64_t *ret_next)
{
    return FIXTURE_DO(f, tx, points_expire_due(tx, ret_next));
}

static void test_give_and_take(void **state)
{
    struct fixture *f = *state;
    int64_t after;

    assert_int_equal(adjust(f, 100, 0), 0);
    assert_int_equal(adjust(f, -30, 0), 0);
    assert_int_equal(sums(f).points, 70);
    assert_refused(f, adjust(f, -71, 0), POINTS_SHORT);
    assert_int_equal(adjust(f, -70, 0), 0);
    assert_int_equal(sums(f).points, 0);
    assert_refused(f, FIXTURE_DO(f, tx, points_adjust(tx, 1, 5, "", 0, &after)), REASON_NEEDED);
    assert_refused(f, FIXTURE_DO(f, tx, points_adjust(tx, 9, 5, "x", 0, &after)), NOT_FOUND);
    assert_refused(f, adjust(f, 5, f->now_ms), FIELDS_WRONG);         /* past already */
    assert_refused(f, adjust(f, -5, f->now_ms + 1000), FIELDS_WRONG); /* what is taken does not */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action = 'member.points'"),
                     3);
}

/* What is taken comes from the credit that expires first, among those there are by then. */
static void test_first_to_expire_goes_first(void **state)
{
    struct fixture *f = *state;
    const int64_t day = FIXTURE_DAY;

    assert_int_equal(adjust(f, 10, f->now_ms + 9 * day), 0); /* line 1 */
    assert_int_equal(adjust(f, 10, 0), 0);                   /* line 2 */
    assert_int_equal(adjust(f, 10, f->now_ms + 5 * day), 0); /* line 3 */
    assert_int_equal(adjust(f, -15, 0), 0);
    assert_int_equal(left_of(f, 3), 0);
    assert_int_equal(left_of(f, 1), 5);
    assert_int_equal(left_of(f, 2), 10);
    assert_int_equal(adjust(f, 4, f->now_ms + day), 0); /* line 5, after what was taken: whole */
    assert_int_equal(left_of(f, 5), 4);
    assert_int_equal(fixture_count(f, "SELECT points_due_ms FROM member"), f->now_ms + day);
    sums(f);
}

static void test_expiry(void **state)
{
    struct fixture *f = *state;
    const int64_t start = f->now_ms, day = FIXTURE_DAY;
    int64_t next = -1;
    struct sums s;

    assert_int_equal(expire(f, &next), 0);
    assert_int_equal(next, 0);
    assert_int_equal(adjust(f, 10, start + day), 0);
    assert_int_equal(adjust(f, 20, start + 2 * day), 0);
    assert_int_equal(adjust(f, 40, 0), 0);
    assert_int_equal(adjust(f, -4, 0), 0);
    assert_int_equal(expire(f, &next), 0);
    assert_int_equal(next, start + day);
    f->now_ms = start + day;
    assert_int_equal(expire(f, &next), 1);
    assert_int_equal(next, start + 2 * day);
    s = sums(f);
    assert_int_equal(s.points, 60);
    assert_int_equal(s.last.points, -6);
    assert_int_equal(s.last.of_id, 1);
    assert_int_equal(expire(f, &next), 0); /* twice does nothing */
    f->now_ms = start + 9 * day;
    assert_int_equal(expire(f, &next), 1);
    assert_int_equal(next, 0);
    assert_int_equal(sums(f).points, 40);
    /* One that was spent before its time leaves no line. */
    assert_int_equal(adjust(f, 5, f->now_ms + day), 0);
    assert_int_equal(adjust(f, -5, 0), 0);
    assert_int_equal(fixture_count(f, "SELECT points_due_ms FROM member"), 0);
    f->now_ms += 2 * day;
    assert_int_equal(expire(f, &next), 0);
    assert_int_equal(sums(f).points, 40);
}

/* Whatever is done in whatever order: the sums agree after each step, and with a plain model. */
static void test_any_order(void **state)
{
    struct fixture *f = *state;
    uint32_t seed = 20261127;
    int64_t next;

    for (int step = 0; step < 400; step++) {
        int64_t points;

        seed = seed * 1664525 + 1013904223;
        points = (int64_t)(seed >> 16) % 50 + 1;
        switch ((seed >> 8) % 4) {
        case 0:
            assert_int_equal(adjust(f, points, 0), 0);
            break;
        case 1:
            assert_int_equal(adjust(f, points, f->now_ms + points * FIXTURE_DAY), 0);
            break;
        case 2:
            if (fixture_count(f, "SELECT points FROM member") >= points)
                assert_int_equal(adjust(f, -points, 0), 0);
            else
                assert_refused(f, adjust(f, -points, 0), POINTS_SHORT);
            break;
        default:
            f->now_ms += points * FIXTURE_DAY / 10;
            assert_true(expire(f, &next) >= 0);
            assert_true(next == 0 || next > f->now_ms);
            break;
        }
        sums(f);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, joined, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_give_and_take),
        CASE(test_first_to_expire_goes_first),
        CASE(test_expiry),
        CASE(test_any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

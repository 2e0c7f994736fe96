/* test_unit_match.c - units for what somebody looks for: only what can be sold, every hard
 * criterion met, the better first (CU-10). */
#include "db/unit_match.h"
#include "fixture.h"

#define NOWHERE                                                                                    \
    {                                                                                              \
        INTENT_NO, INTENT_NO                                                                       \
    }

static const struct intent_wish anything = {.class = "",
                                            .orientation = "",
                                            .rooms = NOWHERE,
                                            .area = NOWHERE,
                                            .floor = NOWHERE,
                                            .price = NOWHERE};

struct got {
    int64_t ids[UNIT_MATCH_MAX], scores[UNIT_MATCH_MAX], fitting;
    unsigned missed[UNIT_MATCH_MAX];
    size_t n;
};

static int take(void *arg, const struct unit_match *m)
{
    struct got *got = arg;

    got->ids[got->n] = m->unit_id;
    got->missed[got->n] = m->missed;
    got->scores[got->n++] = m->score;
    return 0;
}

static struct got match(struct fixture *f, const struct intent_wish *wish, int limit)
{
    struct got got = {.n = 0};

    assert_int_equal(
        FIXTURE_DO(f, tx, unit_match_each(tx, f->project, wish, limit, take, &got, &got.fitting)),
        0);
    return got;
}

static void set(struct fixture *f, const char *sql, int64_t id)
{
    assert_int_equal(db_begin(f->db), 0);
    assert_int_equal(db_run(f->db, sql, "i", id), 1);
    assert_int_equal(db_commit(f->db), 0);
}

static void test_only_what_can_be_sold(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(match(f, &anything, 50).fitting, 0); /* nothing is released */
    fixture_release(f);
    assert_int_equal(match(f, &anything, 50).fitting, FIXTURE_UNITS);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[0]), 0);
    set(f, "UPDATE unit SET attached_only = 1 WHERE id = $1", f->units[1]);
    set(f, "UPDATE unit SET change_kind = 'price' WHERE id = $1", f->units[2]);
    set(f,
        "INSERT INTO encumbrance (unit_id, kind, document, set_ms, set_by) "
        "VALUES ($1, 'seizure', 'd', 1, 'a')",
        f->units[3]);
    set(f,
        "INSERT INTO encumbrance (unit_id, kind, document, sellable, set_ms, set_by) "
        "VALUES ($1, 'mortgage', 'd', 1, 1, 'a')",
        f->units[4]); /* the bank agreed */
    assert_int_equal(match(f, &anything, 50).fitting, FIXTURE_UNITS - 4);
    f->as = &f->outsider;
    assert_refused(
        f, FIXTURE_DO(f, tx, unit_match_each(tx, f->project, &anything, 5, take, NULL, NULL)),
        NOT_FOUND);
}

static void test_hard_and_soft(void **state)
{
    struct fixture *f = *state;
    struct intent_wish wish = anything;
    struct got got;

    fixture_release(f);
    set(f, "UPDATE unit SET total_fen = 90000000, orientation = '南' WHERE id = $1", f->units[11]);
    set(f, "UPDATE unit SET total_fen = 80000000 WHERE id = $1", f->units[10]);
    set(f, "UPDATE unit SET total_fen = NULL WHERE id = $1", f->units[9]);
    wish.price = (struct range){INTENT_NO, 95000000};
    wish.orientation = "东南 南";
    got = match(f, &wish, 3);
    assert_int_equal(got.n, 3);
    assert_int_equal(got.fitting, FIXTURE_UNITS); /* both are wishes */
    assert_int_equal(got.ids[0], f->units[11]);
    assert_int_equal(got.scores[0], UNIT_SCORE_MAX);
    assert_int_equal(got.ids[1], f->units[10]);
    assert_int_equal(got.missed[1], 1u << INTENT_ORIENTATION);
    wish.hard = 1u << INTENT_PRICE;
    got = match(f, &wish, 50);
    assert_int_equal(got.fitting, 2); /* what has no price meets no bound */
    wish.hard |= 1u << INTENT_ORIENTATION;
    got = match(f, &wish, 50);
    assert_int_equal(got.fitting, 1);
    wish = anything;
    wish.floor = (struct range){6, INTENT_NO};
    wish.hard = 1u << INTENT_FLOOR;
    assert_int_equal(match(f, &wish, 50).fitting, 2);
    wish = anything;
    wish.area = (struct range){8937, 8937};
    wish.hard = 1u << INTENT_AREA;
    assert_int_equal(match(f, &wish, 50).fitting, FIXTURE_UNITS);
    wish.area.low = 8938;
    assert_int_equal(match(f, &wish, 50).fitting, 0);
    wish = anything;
    wish.rooms = (struct range){3, 3};
    wish.hard = 1u << INTENT_ROOMS;
    assert_int_equal(match(f, &wish, 50).fitting, 0); /* no layout is known */
}

static void test_as_good_the_cheaper_first(void **state)
{
    struct fixture *f = *state;
    struct got got;

    fixture_release(f);
    set(f, "UPDATE unit SET total_fen = 70000000 WHERE id = $1", f->units[7]);
    set(f, "UPDATE unit SET total_fen = 60000000 WHERE id = $1", f->units[3]);
    got = match(f, &anything, 2);
    assert_int_equal(got.n, 2);
    assert_int_equal(got.ids[0], f->units[3]);
    assert_int_equal(got.ids[1], f->units[7]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_only_what_can_be_sold, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_hard_and_soft, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_as_good_the_cheaper_first, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_report.c - the stock report against counts of its own (RP-10). */
#include "fixture.h"

#include "db/report.h"

struct sums {
    int64_t groups, units, columns, available_fen, sold_fen, gross_area;
    char names[200];
};

static int64_t columns_of(const struct stock_group *g)
{
    return g->available + g->held + g->queued_only + g->booked + g->sold + g->not_for_sale +
           g->unreleased;
}

static int note(void *arg, const struct stock_group *g)
{
    struct sums *sums = arg;
    size_t used = strlen(sums->names);

    assert_int_equal(g->units, columns_of(g));
    sums->groups++;
    sums->units += g->units;
    sums->columns += columns_of(g);
    sums->available_fen += g->available_fen;
    sums->sold_fen += g->sold_fen;
    sums->gross_area += g->gross_area;
    snprintf(sums->names + used, sizeof(sums->names) - used, "%s/%s:%lld ", g->key, g->name,
             (long long)g->units);
    return 0;
}

/* A sold unit as an import leaves it: a claim and its state. */
static void sell(struct fixture *f, int64_t unit, const char *state, int64_t deal_fen)
{
    assert_int_equal(db_run(f->db,
                            "INSERT INTO claim (unit_id, state, kind, since_ms) VALUES ($1, $2, "
                            "'opening', 1)",
                            "it", unit, state),
                     1);
    assert_int_equal(db_run(f->db,
                            "UPDATE unit SET sale_state = $2, deal_total_fen = $3 WHERE id = $1",
                            "ito", unit, state, deal_fen ? &deal_fen : NULL),
                     1);
}

/* 3 available (1 of them queued), 1 held, 1 reserved, 1 locked, 2 booked, 2 sold, 1 not for sale, 1
 * not released. */
static void mix(struct fixture *f)
{
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[i]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[3]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_RESERVE, f->units[4]), 0);
    assert_int_equal(fixture_act(f, TRANSITION_LOCK, f->units[5]), 0);
    assert_int_equal(
        db_run(f->db, "UPDATE unit SET queue_count = 2 WHERE id = $1", "i", f->units[0]), 1);
    sell(f, f->units[6], "B", 0);
    sell(f, f->units[7], "S", 0);
    sell(f, f->units[8], "C", 100);
    sell(f, f->units[9], "T", 0);
    assert_int_equal(fixture_act(f, TRANSITION_RETAIN, f->units[10]), 0);
    assert_int_equal(
        db_run(f->db, "UPDATE unit SET class = 'shop' WHERE id = $1", "i", f->units[8]), 1);
}

static void test_columns(void **state)
{
    struct fixture *f = *state;
    struct stock_total total;
    struct sums sums = {0};

    mix(f);
    assert_int_equal(
        FIXTURE_DO(f, tx, report_stock(tx, f->project, STOCK_BY_CLASS, note, &sums, &total)), 0);
    assert_string_equal(sums.names, "home/:11 shop/:1 ");
    assert_int_equal(total.group.units, FIXTURE_UNITS);
    assert_int_equal(columns_of(&total.group), FIXTURE_UNITS);
    assert_int_equal(total.group.available, 2);
    assert_int_equal(total.group.queued_only, 1);
    assert_int_equal(total.group.held, 3);
    assert_int_equal(total.group.booked, 2);
    assert_int_equal(total.group.sold, 2);
    assert_int_equal(total.group.not_for_sale, 1);
    assert_int_equal(total.group.unreleased, 1);
    assert_int_equal(total.group.available_fen,
                     fixture_count(f, "SELECT SUM(total_fen) FROM unit WHERE "
                                      "sale_state = 'A'"));
    assert_int_equal(total.group.sold_fen, FIXTURE_TOTAL + 100);
    assert_int_equal(total.group.gross_area, fixture_count(f, "SELECT SUM(gross) FROM unit_area"));
    assert_int_equal(sums.units, total.group.units);
    assert_int_equal(sums.available_fen, total.group.available_fen);
    assert_int_equal(sums.sold_fen, total.group.sold_fen);
    assert_int_equal(sums.gross_area, total.group.gross_area);
    assert_int_equal(total.permit_units, 12);
    assert_true(total.balanced);
}

static void test_other_groups(void **state)
{
    struct fixture *f = *state;
    struct stock_total total;
    struct sums sums = {0}, layouts = {0};
    char expected[60];

    mix(f);
    assert_int_equal(
        FIXTURE_DO(f, tx, report_stock(tx, f->project, STOCK_BY_BUILDING, note, &sums, &total)), 0);
    snprintf(expected, sizeof(expected), "%lld/1:12 ", (long long)f->building);
    assert_string_equal(sums.names, expected);
    assert_int_equal(db_run(f->db,
                            "INSERT INTO layout (id, project_id, name, rooms, halls, baths) "
                            "VALUES (7, $1, 'A', 3, 2, 2)",
                            "i", f->project),
                     1);
    assert_true(db_run(f->db, "UPDATE unit SET layout_id = 7 WHERE id <= $1", "i", f->units[3]) ==
                4);
    assert_int_equal(
        FIXTURE_DO(f, tx, report_stock(tx, f->project, STOCK_BY_LAYOUT, note, &layouts, &total)),
        0);
    assert_string_equal(layouts.names, "7/A:4 /:8 ");
}

static bool balanced(struct fixture *f)
{
    struct stock_total total;
    struct sums sums = {0};

    assert_int_equal(
        FIXTURE_DO(f, tx, report_stock(tx, f->project, STOCK_BY_CLASS, note, &sums, &total)), 0);
    return total.balanced;
}

static void test_balance(void **state)
{
    struct fixture *f = *state;

    assert_true(balanced(f));
    assert_int_equal(db_run(f->db, "UPDATE permit SET units_named = 13", ""), 1);
    assert_false(balanced(f));
    assert_int_equal(db_run(f->db, "UPDATE permit SET units_named = 11", ""), 1);
    assert_int_equal(db_run(f->db, "DELETE FROM permit_unit WHERE unit_id = $1", "i", f->units[0]),
                     1);
    assert_true(balanced(f)); /* not covered, and not offered */
    sell(f, f->units[0], "C", 0);
    assert_false(balanced(f));
    f->as = &f->outsider;
    {
        struct stock_total total;
        struct sums sums = {0};

        assert_refused(
            f, FIXTURE_DO(f, tx, report_stock(tx, f->project, STOCK_BY_CLASS, note, &sums, &total)),
            NOT_FOUND);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_columns), CASE(test_other_groups),
                                       CASE(test_balance)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_generate.c - making units by a pattern (PM-04). */
#include "fixture.h"

#include "db/generate.h"
#include "db/property.h"

static const char *const two_stairs[] = {"A", "B"};

static struct generate base(int64_t building)
{
    return (struct generate){.building_id = building,
                             .class = "home",
                             .floor_from = 1,
                             .floor_to = 33,
                             .stairs = two_stairs,
                             .n_stairs = 2,
                             .rooms_per_floor = 4,
                             .first_room = 1,
                             .pattern = "{floor}{room:02}"};
}

static int64_t new_building(struct fixture *f)
{
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, building_ensure(tx, f->project, 0, "G", &id)), 0);
    return id;
}

static void test_catalogue_example(void **state)
{
    struct fixture *f = *state;
    int64_t building = new_building(f);
    struct generate g = base(building);
    struct generate_result result;

    g.preview = true;
    assert_int_equal(FIXTURE_DO(f, tx, generate_units(tx, &g, &result)), 0);
    assert_int_equal(result.created, 264);
    assert_int_equal(result.existing, 0);
    assert_int_equal(result.n_sample, GENERATE_SAMPLE);
    assert_string_equal(result.sample[0], "101");
    assert_string_equal(result.sample[4], "201");
    assert_string_equal(result.sample[GENERATE_SAMPLE - 1], "3304");
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM unit WHERE building_id = $1", building),
                     0);
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM floor WHERE building_id = $1", building),
                     0);

    g.preview = false;
    assert_int_equal(FIXTURE_DO(f, tx, generate_units(tx, &g, &result)), 0);
    assert_int_equal(result.created, 264);
    assert_true(fixture_changed(f, CHANGE_BUILDING, building));
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM unit WHERE building_id = $1", building),
                     264);
    assert_int_equal(
        fixture_of(f,
                   "SELECT COUNT(*) FROM unit_history h JOIN unit u ON u.id = h.unit_id "
                   "WHERE u.building_id = $1 AND h.event = 'generate' AND "
                   "h.from_state = '' AND h.to_state = 'U'",
                   building),
        264);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action LIKE 'building.%' "
                                      "AND detail LIKE '%stair_-_=A_%floor_-_=33_%'"),
                     1);

    assert_int_equal(FIXTURE_DO(f, tx, generate_units(tx, &g, &result)), 0);
    assert_int_equal(result.created, 0);
    assert_int_equal(result.existing, 264);
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM unit WHERE building_id = $1", building),
                     264);
    assert_int_equal(f->changes.n, 0);
}

static void test_skips_and_basements(void **state)
{
    static const int64_t skip[] = {4, 13};
    struct fixture *f = *state;
    int64_t building = new_building(f);
    struct generate g = base(building);
    struct generate_result result;

    g.floor_from = -2;
    g.floor_to = 5;
    g.skip = skip;
    g.n_skip = 2;
    g.pattern = "{stair}-{floor:02}{room:02}";
    assert_int_equal(FIXTURE_DO(f, tx, generate_units(tx, &g, &result)), 0);
    assert_int_equal(result.created, 6 * 2 * 4);
    assert_int_equal(result.skipped, 2 * 4);
    assert_string_equal(result.sample[0], "A--0201");
    assert_string_equal(result.sample[GENERATE_SAMPLE - 1], "B-0504");
    assert_int_equal(
        fixture_of(f, "SELECT ordinal FROM floor WHERE building_id = $1 AND label = '5'", building),
        4);
    assert_int_equal(
        fixture_of(f, "SELECT COUNT(*) FROM unit WHERE building_id = $1 AND line = '04'", building),
        12);
}

static void refuse_pattern(struct fixture *f, struct generate *g, const char *pattern)
{
    struct generate_result result;

    g->pattern = pattern;
    assert_refused(f, FIXTURE_DO(f, tx, generate_units(tx, g, &result)), GENERATE_PATTERN);
}

static void test_refusals(void **state)
{
    struct fixture *f = *state;
    int64_t building = new_building(f);
    struct generate g = base(building);
    struct generate_result result;

    refuse_pattern(f, &g, "{floor}");
    refuse_pattern(f, &g, "{floor}{room");
    refuse_pattern(f, &g, "{room:2}");
    refuse_pattern(f, &g, "{room:09}");
    refuse_pattern(f, &g, "{name}{room}");
    refuse_pattern(f, &g, "}{room}");
    refuse_pattern(f, &g, "{}{room}");
    refuse_pattern(f, &g, "0123456789012345678901234567890123456789{room}");
    g = base(building);
    g.rooms_per_floor = 304; /* 33 x 2 x 304 = 20,064 */
    assert_refused(f, FIXTURE_DO(f, tx, generate_units(tx, &g, &result)), UNITS_LIMIT);
    g.rooms_per_floor = 0;
    assert_refused(f, FIXTURE_DO(f, tx, generate_units(tx, &g, &result)), FIELD_RANGE);
    g = base(building);
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, generate_units(tx, &g, &result)), NOT_FOUND);
    f->as = &f->actor;
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM unit WHERE building_id = $1", building),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_catalogue_example, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_skips_and_basements, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_refusals, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

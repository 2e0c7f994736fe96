/* test_generate.c - making units by a pattern (PM-04). */
#include "fixture.h"

#include "db/generate.h"
#include "db/property.h"
#include "db/unit_class.h"

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

static int64_t in_building(struct fixture *f, int64_t building)
{
    return fixture_of(f, "SELECT COUNT(*) FROM unit WHERE building_id = $1", building);
}

/* A request that says no more than the class and how many; with the number its first unit has. */
static void run_class(struct fixture *f, struct generate *g, const char *first,
                      enum pattern_from from, int64_t created)
{
    struct generate_result result;

    assert_int_equal(FIXTURE_DO(f, tx, generate_units(tx, g, &result)), 0);
    assert_string_equal(result.sample[0], first);
    assert_int_equal(result.pattern_from, from);
    assert_int_equal(result.created, created);
}

/* PM-12: each class is numbered as is usual for it, and again by the same numbers (PM-04). */
static void test_class_numbers(void **state)
{
    static const struct {
        const char *class, *first;
    } rows[UNIT_CLASS_COUNT] = {
        {"home", "-101"},      {"villa", "-101"},     {"shop", "S-101"},       {"office", "-101"},
        {"apartment", "-101"}, {"parking", "B1-001"}, {"storage", "B1-储001"}, {"other", "-101"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < UNIT_CLASS_COUNT; i++) {
        struct generate g = base(0);
        struct trail trail = {0};
        int64_t stair = 0;

        assert_string_equal(rows[i].class, unit_classes[i].code);
        assert_int_equal(
            FIXTURE_DO(f, tx, building_ensure(tx, f->project, 0, rows[i].class, &g.building_id)),
            0);
        assert_int_equal(FIXTURE_DO(f, tx, stair_ensure(tx, g.building_id, "A", &trail, &stair)),
                         0);
        trail_clear(&trail);
        g.class = rows[i].class;
        g.floor_from = -1;
        g.floor_to = 2;
        g.n_stairs = 0;
        g.pattern = NULL;
        g.preview = true;
        run_class(f, &g, rows[i].first, PATTERN_CLASS, 12);
        g.preview = false;
        run_class(f, &g, rows[i].first, PATTERN_CLASS, 12);
        run_class(f, &g, rows[i].first, PATTERN_PROJECT, 0);
        assert_int_equal(in_building(f, g.building_id), 12);
        assert_int_equal(fixture_of(f,
                                    "SELECT COUNT(*) FROM unit u JOIN stair s ON s.id = u.stair_id "
                                    "WHERE u.building_id = $1 AND s.name = ''",
                                    g.building_id),
                         unit_classes[i].by_stair ? 0 : 12);
    }
}

/* Where no stair has a name, the one without has the units; the others are for those without. */
static void test_class_stairs(void **state)
{
    struct fixture *f = *state;
    struct generate g = base(new_building(f));
    struct generate_result result;

    g.n_stairs = 0;
    assert_int_equal(FIXTURE_DO(f, tx, generate_units(tx, &g, &result)), 0);
    assert_int_equal(result.n_stairs, 1);
    assert_string_equal(result.stairs[0], "");
    g.n_stairs = 2;
    assert_int_equal(FIXTURE_DO(f, tx, generate_units(tx, &g, &result)), 0);
    g.n_stairs = 0;
    assert_int_equal(FIXTURE_DO(f, tx, generate_units(tx, &g, &result)), 0);
    assert_int_equal(result.n_stairs, 2);
    assert_string_equal(result.stairs[1], "B");
    assert_int_equal(result.existing, 264);
}

/* What a project wrote last for a class is its own rule from then on; a preview and a run that
 * added nothing leave it. */
static void test_project_numbers(void **state)
{
    struct fixture *f = *state;
    struct generate g = base(new_building(f)), plain = g;

    g.class = plain.class = "parking";
    g.n_stairs = plain.n_stairs = 0;
    plain.pattern = NULL;
    g.pattern = "P{floor}{room:02}";
    g.preview = true;
    run_class(f, &g, "P101", PATTERN_REQUEST, 132);
    g.preview = false;
    plain.preview = true;
    run_class(f, &plain, "1-001", PATTERN_CLASS, 132);
    run_class(f, &g, "P101", PATTERN_REQUEST, 132);
    run_class(f, &plain, "P101", PATTERN_PROJECT, 0);
    g.class = "home"; /* the numbers are taken, nothing is added: no rule of its homes */
    run_class(f, &g, "P101", PATTERN_REQUEST, 0);
    g.class = "storage";
    g.pattern = NULL;
    run_class(f, &g, "1-储001", PATTERN_CLASS, 132);
    g.class = "parking";
    g.pattern = "Q{floor}{room:02}";
    run_class(f, &g, "Q101", PATTERN_REQUEST, 132);
    run_class(f, &plain, "Q101", PATTERN_PROJECT, 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM class_pattern"), 2);
    assert_int_equal(fixture_count(f,
                                   "SELECT COUNT(*) FROM audit WHERE action = 'building.generate' "
                                   "AND detail LIKE '%P{floor}{room:02}%' AND detail LIKE "
                                   "'%parking%'"),
                     1);
}

/* Two classes on one floor have numbers and places in the chart of their own. */
static void test_classes_share_a_floor(void **state)
{
    struct fixture *f = *state;
    struct generate g = base(new_building(f));

    g.floor_from = g.floor_to = -1;
    g.n_stairs = 0;
    g.pattern = NULL;
    g.class = "parking";
    run_class(f, &g, "B1-001", PATTERN_CLASS, 4);
    g.class = "storage";
    run_class(f, &g, "B1-储001", PATTERN_CLASS, 4);
    assert_int_equal(fixture_of(f, "SELECT COUNT(DISTINCT line) FROM unit WHERE building_id = $1",
                                g.building_id),
                     8);
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
    refuse_pattern(f, &g, "{level}");
    refuse_pattern(f, &g, "{levels}{room}");
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
        cmocka_unit_test_setup_teardown(test_class_numbers, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_class_stairs, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_project_numbers, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_classes_share_a_floor, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_refusals, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

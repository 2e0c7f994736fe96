/* test_property.c - the property tree: numbering of floors, get or create, what blocks
 * (PM-01..03). */
#include "fixture.h"

#include "db/property.h"

struct floors {
    char labels[60][8];
    int64_t ordinals[60];
    size_t n;
    int64_t building;
};

static int floor_note(void *arg, const struct floor_row *row)
{
    struct floors *list = arg;

    if (row->building_id != list->building)
        return 0;
    snprintf(list->labels[list->n], sizeof(list->labels[0]), "%s", row->label);
    list->ordinals[list->n++] = row->ordinal;
    return 0;
}

static void read_floors(struct fixture *f, int64_t building, struct floors *list)
{
    memset(list, 0, sizeof(*list));
    list->building = building;
    assert_int_equal(FIXTURE_DO(f, tx, floor_each(tx, f->project, floor_note, list)), 0);
}

static int64_t area_made(struct fixture *f, int64_t parent, const char *kind, const char *name)
{
    const struct area_new area = {f->project, parent, kind, name, -1};
    struct node node = {.id = 0};

    assert_int_equal(FIXTURE_DO(f, tx, area_create(tx, &area, &node)), 0);
    return node.id;
}

static void test_skipped_numbers(void **state)
{
    static const char *const stairs[] = {"1", "2", "3"};
    static const int64_t skip[] = {4, 13, 14};
    struct fixture *f = *state;
    struct building_new b = {.project_id = f->project,
                             .name = "9",
                             .ordinal = -1,
                             .stairs = stairs,
                             .n_stairs = 3,
                             .floor_from = -2,
                             .floor_to = 33,
                             .skip = skip,
                             .n_skip = 3};
    struct node node;
    struct floors list;

    assert_int_equal(FIXTURE_DO(f, tx, building_create(tx, &b, &node)), 0);
    assert_true(fixture_changed(f, CHANGE_BUILDING, node.id));
    assert_int_equal(fixture_of(f, "SELECT COUNT(*) FROM stair WHERE building_id = $1", node.id),
                     3);
    read_floors(f, node.id, &list);
    assert_int_equal(list.n, 32); /* 33 + 2 - 3 */
    assert_string_equal(list.labels[0], "33");
    assert_int_equal(list.ordinals[0], 30);
    for (size_t i = 0; i < list.n; i++) {
        assert_string_not_equal(list.labels[i], "0");
        assert_string_not_equal(list.labels[i], "4");
        assert_string_not_equal(list.labels[i], "13");
        assert_string_not_equal(list.labels[i], "14");
        if (i > 0) { /* contiguous, but for the missing 0 */
            int64_t below = list.ordinals[i - 1] == 1 ? -1 : list.ordinals[i - 1] - 1;

            assert_int_equal(list.ordinals[i], below);
        }
    }
    assert_string_equal(list.labels[31], "-2");
    assert_int_equal(list.ordinals[31], -2);
}

static void test_skipped_ends(void **state)
{
    static const int64_t skip[] = {4};
    struct fixture *f = *state;
    struct building_new b = {.project_id = f->project,
                             .name = "9",
                             .ordinal = -1,
                             .floor_from = 1,
                             .floor_to = 4,
                             .skip = skip,
                             .n_skip = 1};
    struct node node;

    assert_refused(f, FIXTURE_DO(f, tx, building_create(tx, &b, &node)), FLOOR_SKIPPED);
    b.floor_from = 0;
    b.floor_to = 3;
    assert_refused(f, FIXTURE_DO(f, tx, building_create(tx, &b, &node)), FLOOR_SKIPPED);
    b.floor_from = 1;
    b.floor_to = FLOOR_MAX + 1;
    assert_refused(f, FIXTURE_DO(f, tx, building_create(tx, &b, &node)), FIELD_RANGE);
    b.floor_from = 5;
    b.floor_to = 3;
    assert_refused(f, FIXTURE_DO(f, tx, building_create(tx, &b, &node)), FIELD_RANGE);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM building"), 1);
}

static void test_ensure_is_idempotent(void **state)
{
    struct fixture *f = *state;
    int64_t area = area_made(f, 0, "phase", "I"), building[2], stair[2], floor[2], audited;
    struct trail trail = {0};

    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            FIXTURE_DO(f, tx, building_ensure(tx, f->project, area, "7", &building[i])), 0);
        assert_int_equal(FIXTURE_DO(f, tx, stair_ensure(tx, building[i], "", &trail, &stair[i])),
                         0);
        assert_int_equal(
            FIXTURE_DO(f, tx, floor_ensure(tx, building[i], "3A", 4, &trail, &floor[i])), 0);
        assert_int_equal(trail_empty(&trail), i == 1); /* only what was added is noted */
        trail_clear(&trail);
        if (i == 0)
            audited = fixture_count(f, "SELECT COUNT(*) FROM audit");
    }
    assert_int_equal(building[0], building[1]);
    assert_int_equal(stair[0], stair[1]);
    assert_int_equal(floor[0], floor[1]);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit"), audited);
    /* The same name elsewhere is another building. */
    assert_int_equal(FIXTURE_DO(f, tx, building_ensure(tx, f->project, 0, "7", &building[1])), 0);
    assert_int_not_equal(building[0], building[1]);
}

static void check_order(struct fixture *f, int64_t building, const char *expected)
{
    struct floors list;
    char text[400] = "";
    size_t used = 0;

    read_floors(f, building, &list);
    for (size_t i = list.n; i > 0; i--)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s ", list.labels[i - 1]);
    assert_string_equal(text, expected);
    for (size_t i = 0; i < list.n; i++)
        assert_int_not_equal(list.ordinals[i], 0);
}

static void test_floor_finds_its_place(void **state)
{
    static const struct {
        const char *label;
        int64_t ordinal;
    } added[] = {{"5", 5},   {"1", 1},   {"3", 3},  {"4", 4},    {"2", 2}, {"6", 3},
                 {"-1", -1}, {"-2", -1}, {"3A", 4}, {"roof", 0}, {"-3", 0}};
    struct fixture *f = *state;
    struct trail trail = {0};
    int64_t building, id;

    assert_int_equal(FIXTURE_DO(f, tx, building_ensure(tx, f->project, 0, "7", &building)), 0);
    for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++)
        assert_int_equal(
            FIXTURE_DO(f, tx,
                       floor_ensure(tx, building, added[i].label, added[i].ordinal, &trail, &id)),
            0);
    trail_clear(&trail);
    check_order(f, building, "-3 -2 -1 1 2 3 3A 4 5 6 roof ");
}

static void test_floor_squeezes_in(void **state)
{
    static const int64_t skip[] = {4};
    struct fixture *f = *state;
    struct building_new b = {.project_id = f->project,
                             .name = "9",
                             .ordinal = -1,
                             .floor_from = -3,
                             .floor_to = 7,
                             .skip = skip,
                             .n_skip = 1};
    struct trail trail = {0};
    struct node node;
    int64_t id;

    assert_int_equal(FIXTURE_DO(f, tx, building_create(tx, &b, &node)), 0);
    /* One row, and all its floors in it. */
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM audit WHERE action LIKE 'building.%' "
                                      "AND detail LIKE '%floor_-_=-3_%floor_-_=7_%'"),
                     1);
    assert_int_equal(FIXTURE_DO(f, tx, floor_ensure(tx, node.id, "4", 4, &trail, &id)), 0);
    trail_clear(&trail);
    check_order(f, node.id, "-3 -2 -1 1 2 3 4 5 6 7 ");
    assert_int_equal(
        fixture_of(f, "SELECT ordinal FROM floor WHERE building_id = $1 AND label = '7'", node.id),
        7);
}

static void test_delete_says_what_blocks(void **state)
{
    struct fixture *f = *state;
    int64_t area, inner, building;
    char text[300];

    assert_refused(f, FIXTURE_DO(f, tx, building_delete(tx, f->building)), NODE_BLOCKED);
    assert_int_equal(f->fault.n_items, FIXTURE_UNITS);
    fault_render(f->fault.items[0].code, f->fault.items[0].args, f->fault.items[0].n_args, LANG_EN,
                 text, sizeof(text));
    assert_string_equal(text, "1-1-101");
    area = area_made(f, 0, "phase", "I");
    inner = area_made(f, area, "area", "A");
    assert_int_equal(FIXTURE_DO(f, tx, building_ensure(tx, f->project, inner, "7", &building)), 0);
    assert_refused(f, FIXTURE_DO(f, tx, area_delete(tx, area)), NODE_BLOCKED);
    assert_int_equal(f->fault.n_items, 1);
    assert_refused(f, FIXTURE_DO(f, tx, area_delete(tx, inner)), NODE_BLOCKED);
    assert_int_equal(FIXTURE_DO(f, tx, building_delete(tx, building)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, area_delete(tx, inner)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, area_delete(tx, area)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM area"), 0);
    assert_refused(f, FIXTURE_DO(f, tx, area_delete(tx, area)), NOT_FOUND);
}

static void test_update(void **state)
{
    struct fixture *f = *state;
    struct node_change change = {.id = f->building,
                                 .version = 1,
                                 .name = "一号楼",
                                 .ordinal = 3,
                                 .enabled = 0,
                                 .parent_id = -1};
    struct node node;
    int64_t area, other;

    assert_int_equal(FIXTURE_DO(f, tx, building_update(tx, &change, &node)), 0);
    assert_int_equal(node.version, 2);
    assert_int_equal(fixture_of(f, "SELECT enabled FROM building WHERE id = $1", f->building), 0);
    assert_int_equal(fixture_of(f, "SELECT ordinal FROM building WHERE id = $1", f->building), 3);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM publication_patch"), 0);
    assert_refused(f, FIXTURE_DO(f, tx, building_update(tx, &change, &node)), VERSION_CHANGED);
    change.version = 2; /* nothing differs: no new version, no audit row */
    assert_int_equal(FIXTURE_DO(f, tx, building_update(tx, &change, &node)), 0);
    assert_int_equal(node.version, 2);
    /* With units it does not move; without, it does. */
    area = area_made(f, 0, "phase", "I");
    change.parent_id = area;
    assert_refused(f, FIXTURE_DO(f, tx, building_update(tx, &change, &node)), NODE_BLOCKED);
    assert_int_equal(FIXTURE_DO(f, tx, building_ensure(tx, f->project, 0, "7", &other)), 0);
    change = (struct node_change){
        .id = other, .version = 1, .ordinal = -1, .enabled = -1, .parent_id = area};
    assert_int_equal(FIXTURE_DO(f, tx, building_update(tx, &change, &node)), 0);
    assert_int_equal(fixture_of(f, "SELECT area_id FROM building WHERE id = $1", other), area);
    change = (struct node_change){
        .id = other, .version = 2, .ordinal = -1, .enabled = -1, .parent_id = 0};
    assert_int_equal(FIXTURE_DO(f, tx, building_update(tx, &change, &node)), 0);
    change = (struct node_change){
        .id = other, .version = 3, .name = "一号楼", .ordinal = -1, .enabled = -1, .parent_id = -1};
    assert_refused(f, FIXTURE_DO(f, tx, building_update(tx, &change, &node)), NAME_TAKEN);
}

static void test_parents(void **state)
{
    struct fixture *f = *state;
    struct area_new area = {f->project, 0, "area", "A", -1};
    struct node a, b, phase;
    struct node_change change;

    assert_int_equal(FIXTURE_DO(f, tx, area_create(tx, &area, &a)), 0);
    area.name = "B";
    area.parent_id = a.id; /* an area is no place for an area, nor for a phase */
    assert_refused(f, FIXTURE_DO(f, tx, area_create(tx, &area, &b)), NODE_PARENT);
    area.kind = "phase";
    assert_refused(f, FIXTURE_DO(f, tx, area_create(tx, &area, &b)), NODE_PARENT);
    area.parent_id = 0;
    assert_int_equal(FIXTURE_DO(f, tx, area_create(tx, &area, &phase)), 0);
    change = (struct node_change){
        .id = a.id, .version = 1, .ordinal = -1, .enabled = -1, .parent_id = phase.id};
    assert_int_equal(FIXTURE_DO(f, tx, area_update(tx, &change, &b)), 0);
    change = (struct node_change){
        .id = phase.id, .version = 1, .ordinal = -1, .enabled = -1, .parent_id = phase.id};
    assert_refused(f, FIXTURE_DO(f, tx, area_update(tx, &change, &b)), NODE_PARENT);
    f->as = &f->outsider;
    change.parent_id = -1;
    change.name = "C";
    assert_refused(f, FIXTURE_DO(f, tx, area_update(tx, &change, &b)), NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_skipped_numbers, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_skipped_ends, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_ensure_is_idempotent, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_floor_finds_its_place, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_floor_squeezes_in, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_delete_says_what_blocks, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_update, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_parents, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

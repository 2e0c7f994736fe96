/* test_floor_plan.c - plans of floors, and where units are on them (SC-19). */
#include "deal_rows.h"

#include "db/floor_plan.h"

static const char image[] = "0123456789abcdef0123456789abcde1",
                  paper[] = "0123456789abcdef0123456789abcde2";

static int plan_setup(void **state)
{
    int r = setup(state);
    struct fixture *f = *state;

    assert_int_equal(
        db_run(f->db,
               "INSERT INTO media (id, project_id, content_type, name, size, created_ms) VALUES "
               "('0123456789abcdef0123456789abcde1', $1, 'image/png', 'plan', 1, 1), "
               "('0123456789abcdef0123456789abcde2', $1, 'application/pdf', 'plan', 1, 1)",
               "i", f->project),
        2);
    return r;
}

static int put(struct fixture *f, int64_t version, const char *media,
               const struct floor_place *places, size_t n)
{
    const struct floor_plan_new plan = {f->building, f->floors[0], version, media, places, n};

    return FIXTURE_DO(f, tx, floor_plan_set(tx, &plan));
}

static int plans_count(void *arg, const struct floor_plan_row *row)
{
    *(int *)arg += row->media_id != NULL;
    return 0;
}

static void test_plan(void **state)
{
    struct fixture *f = *state;
    const int64_t here =
        fixture_of(f, "SELECT MIN(id) FROM unit WHERE floor_id = $1", f->floors[0]);
    const int64_t above =
        fixture_of(f, "SELECT MIN(id) FROM unit WHERE floor_id = $1", f->floors[1]);
    const struct floor_place good = {here, 1000, 0}, other = {above, 5, 5};
    const struct floor_place twice[] = {{here, 1, 1}, {here, 2, 2}};
    int n = 0;

    f->building++; /* of another building */
    assert_refused(f, put(f, 0, image, &good, 1), NOT_FOUND);
    f->building--;
    assert_refused(f, put(f, 0, "none", NULL, 0), MEDIA_UNKNOWN);
    assert_refused(f, put(f, 0, paper, NULL, 0), PLAN_IMAGE);
    assert_refused(f, put(f, 1, image, NULL, 0), VERSION_CHANGED);
    assert_refused(f, put(f, 0, image, &other, 1), PLAN_UNIT);
    assert_refused(f, put(f, 0, image, twice, 2), PLAN_UNIT);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM floor_plan"), 0);
    assert_int_equal(put(f, 0, image, &good, 1), 0);
    assert_refused(f, put(f, 0, image, &good, 1), VERSION_CHANGED);
    assert_int_equal(put(f, 1, image, &good, 1), 0);
    assert_int_equal(fixture_of(f, "SELECT x FROM unit_place WHERE unit_id = $1", here), 1000);
    assert_int_equal(FIXTURE_DO(f, tx, floor_plan_each(tx, f->building, plans_count, &n)), 0);
    assert_int_equal(n, 1);
    assert_int_equal(put(f, 2, NULL, NULL, 0), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit_place"), 0);
    f->as = &f->outsider;
    assert_refused(f, put(f, 0, image, &good, 1), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, floor_plan_each(tx, f->building, plans_count, &n)),
                   NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plan, plan_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

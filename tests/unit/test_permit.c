/* test_permit.c - permits: scope, expiry, revocation (PM-20). */
#include "fixture.h"

#include "db/permit.h"

static struct permit_new fresh(struct fixture *f)
{
    return (struct permit_new){.project_id = f->project,
                               .kind = "presale",
                               .number = "P-2026-2",
                               .issued_date = "2026-03-01",
                               .scope_text = "all",
                               .units_named = 12};
}

static struct permit_change change_of(int64_t id, int64_t version)
{
    return (struct permit_change){.id = id, .version = version, .units_named = -1};
}

static size_t patches(struct fixture *f)
{
    return (size_t)fixture_count(f, "SELECT COUNT(*) FROM publication_patch");
}

static int note_state(void *arg, const struct permit_row *row)
{
    char *out = arg;
    size_t used = strlen(out);

    snprintf(out + used, 200 - used, "%s:%s:%lld ", row->number, row->state,
             (long long)row->units_covered);
    return 0;
}

static void check_list(struct fixture *f, const char *expected)
{
    char text[200] = "";

    assert_int_equal(FIXTURE_DO(f, tx, permit_each(tx, f->project, 0, note_state, text)), 0);
    assert_string_equal(text, expected);
}

static void test_create(void **state)
{
    struct fixture *f = *state;
    struct permit_new p = fresh(f);
    int64_t id, other = 999;

    p.scope.buildings = &f->building;
    p.scope.n_buildings = 1;
    p.scope.units = f->units; /* named twice: covered once */
    p.scope.n_units = 2;
    assert_int_equal(FIXTURE_DO(f, tx, permit_create(tx, &p, &id)), 0);
    check_list(f, "P-2026-1:valid:12 P-2026-2:valid:12 ");
    assert_true(fixture_changed(f, CHANGE_BUILDING, f->building) || f->changes.n == 0);
    assert_refused(f, FIXTURE_DO(f, tx, permit_create(tx, &p, &id)), PERMIT_EXISTS);
    p.number = "P-2026-3";
    p.scope.units = &other;
    p.scope.n_units = 1;
    assert_refused(f, FIXTURE_DO(f, tx, permit_create(tx, &p, &id)), NOT_FOUND);
    p.scope.n_units = 0;
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, permit_create(tx, &p, &id)), NOT_FOUND);
    f->as = &f->actor;
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM permit"), 2);
}

/* Who does not see the project does not see its permits, whatever he wants to do with them. */
static void test_out_of_scope(void **state)
{
    struct fixture *f = *state;
    struct permit_change c = change_of(f->permit, 1);
    int64_t project = 0;
    char text[200] = "";

    c.number = "P-2026-9";
    f->as = &f->outsider;
    assert_refused(f, FIXTURE_DO(f, tx, permit_update(tx, &c)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, permit_revoke(tx, f->permit, 1, "x")), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, permit_project(tx, f->permit, &project)), NOT_FOUND);
    assert_refused(f, FIXTURE_DO(f, tx, permit_each(tx, f->project, 0, note_state, text)),
                   NOT_FOUND);
    f->as = &f->actor;
    check_list(f, "P-2026-1:valid:12 ");
}

static void test_one_of_two(void **state)
{
    struct fixture *f = *state;
    struct permit_new p = fresh(f);
    char text[200] = "";
    int64_t id = 0;

    assert_int_equal(FIXTURE_DO(f, tx, permit_create(tx, &p, &id)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, permit_each(tx, f->project, id, note_state, text)), 0);
    assert_string_equal(text, "P-2026-2:valid:0 ");
}

/* A permit covers what is of its own project. */
static void test_scope_of_another_project(void **state)
{
    struct fixture *f = *state;
    struct permit_new p = fresh(f);
    int64_t id = 0;

    assert_int_equal(
        db_script(f->db, "INSERT INTO project (id, name, created_ms) VALUES (9, 'x', 1)"), 0);
    p.project_id = 9;
    p.scope.buildings = &f->building;
    p.scope.n_buildings = 1;
    assert_refused(f, FIXTURE_DO(f, tx, permit_create(tx, &p, &id)), NOT_FOUND);
    p.scope = (struct permit_scope){.units = f->units, .n_units = 1};
    assert_refused(f, FIXTURE_DO(f, tx, permit_create(tx, &p, &id)), NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM permit"), 1);
}

static void test_no_sale_without(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(FIXTURE_DO(f, tx, permit_revoke(tx, f->permit, 1, "withdrawn")), 0);
    assert_refused(f, fixture_act(f, TRANSITION_RELEASE, f->units[0]), UNITS_REFUSED);
    assert_int_equal(f->fault.items[0].code, FAULT_G1_PERMIT);
}

static void test_revoke(void **state)
{
    struct fixture *f = *state;
    struct permit_change c = change_of(f->permit, 2);

    fixture_release(f);
    assert_int_equal(fixture_act(f, TRANSITION_HOLD, f->units[11]), 0);
    fixture_publish(f);
    assert_refused(f, FIXTURE_DO(f, tx, permit_revoke(tx, f->permit, 1, "")), REASON_NEEDED);
    assert_refused(f, FIXTURE_DO(f, tx, permit_revoke(tx, f->permit, 5, "x")), VERSION_CHANGED);
    assert_int_equal(FIXTURE_DO(f, tx, permit_revoke(tx, f->permit, 1, "withdrawn")), 0);
    assert_true(fixture_changed(f, CHANGE_PUBLIC_UNIT, f->units[0]));
    for (size_t i = 0; i < 11; i++)
        assert_int_equal(fixture_state(f, f->units[i]), 'U');
    assert_int_equal(fixture_state(f, f->units[11]), 'X'); /* a hold is no sale */
    assert_int_equal(patches(f), 11);
    assert_int_equal(
        fixture_count(f, "SELECT COUNT(*) FROM unit_history WHERE event = 'permit-lost'"), 11);
    check_list(f, "P-2026-1:revoked:12 ");
    assert_refused(f, FIXTURE_DO(f, tx, permit_update(tx, &c)), PERMIT_REVOKED);
    assert_refused(f, FIXTURE_DO(f, tx, permit_revoke(tx, f->permit, 2, "again")), PERMIT_REVOKED);
}

static void test_another_permit_keeps_the_sale(void **state)
{
    struct fixture *f = *state;
    struct permit_new p = fresh(f);
    int64_t id;

    p.scope.units = f->units;
    p.scope.n_units = 3;
    assert_int_equal(FIXTURE_DO(f, tx, permit_create(tx, &p, &id)), 0);
    fixture_release(f);
    assert_int_equal(FIXTURE_DO(f, tx, permit_revoke(tx, f->permit, 1, "withdrawn")), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit WHERE sale_state = 'A'"), 3);
}

static void test_expiry(void **state)
{
    struct fixture *f = *state;
    struct permit_change c = change_of(f->permit, 1);
    int64_t next = -1;

    fixture_release(f);
    fixture_publish(f);
    c.valid_until = "2026-06-01";
    c.expires_ms = f->now_ms + FIXTURE_DAY;
    assert_int_equal(FIXTURE_DO(f, tx, permit_update(tx, &c)), 0);
    assert_int_equal(FIXTURE_DO(f, tx, permit_expire_due(tx, &next)), 0);
    assert_int_equal(next, f->now_ms + FIXTURE_DAY);
    f->now_ms += FIXTURE_DAY - 1;
    assert_int_equal(FIXTURE_DO(f, tx, permit_expire_due(tx, &next)), 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit WHERE sale_state = 'A'"), 12);
    f->now_ms += 1;
    assert_int_equal(FIXTURE_DO(f, tx, permit_expire_due(tx, &next)), 1);
    assert_int_equal(next, 0);
    assert_int_equal(fixture_count(f, "SELECT COUNT(*) FROM unit WHERE sale_state = 'U'"), 12);
    assert_int_equal(patches(f), 12);
    check_list(f, "P-2026-1:expired:12 ");
    assert_int_equal(FIXTURE_DO(f, tx, permit_expire_due(tx, &next)), 0); /* once */
    /* A new end revives the permit, not the sale: that is a release. */
    c = change_of(f->permit, 2);
    c.valid_until = "";
    assert_int_equal(FIXTURE_DO(f, tx, permit_update(tx, &c)), 0);
    check_list(f, "P-2026-1:valid:12 ");
    assert_int_equal(fixture_state(f, f->units[0]), 'U');
    assert_int_equal(fixture_act(f, TRANSITION_RELEASE, f->units[0]), 0);
    assert_int_equal(patches(f), 12); /* the gain waits */
    /* An end in the past acts at once. */
    c = change_of(f->permit, 3);
    c.valid_until = "2026-01-01";
    c.expires_ms = f->now_ms; /* over with the millisecond */
    assert_int_equal(FIXTURE_DO(f, tx, permit_update(tx, &c)), 0);
    assert_int_equal(fixture_state(f, f->units[0]), 'U');
}

static void test_scope_grows(void **state)
{
    struct fixture *f = *state;
    struct permit_new p = fresh(f);
    struct permit_change c;
    int64_t id;

    assert_int_equal(FIXTURE_DO(f, tx, permit_create(tx, &p, &id)), 0);
    c = change_of(id, 1);
    c.add.buildings = &f->building;
    c.add.n_buildings = 1;
    assert_int_equal(FIXTURE_DO(f, tx, permit_update(tx, &c)), 0);
    check_list(f, "P-2026-1:valid:12 P-2026-2:valid:12 ");
    c.version = 2; /* nothing new: no new version */
    assert_int_equal(FIXTURE_DO(f, tx, permit_update(tx, &c)), 0);
    assert_int_equal(fixture_of(f, "SELECT version FROM permit WHERE id = $1", id), 2);
    c = change_of(id, 2);
    c.number = "P-2026-1";
    assert_refused(f, FIXTURE_DO(f, tx, permit_update(tx, &c)), PERMIT_EXISTS);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_create),
        CASE(test_out_of_scope),
        CASE(test_one_of_two),
        CASE(test_scope_of_another_project),
        CASE(test_no_sale_without),
        CASE(test_revoke),
        CASE(test_another_permit_keeps_the_sale),
        CASE(test_expiry),
        CASE(test_scope_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

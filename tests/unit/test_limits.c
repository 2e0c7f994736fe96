/* test_limits.c - everything a client can make has a limit: the last that fits, and the next. */
#include "fixture.h"

#include "db/discount.h"
#include "db/fee.h"
#include "db/import.h"
#include "db/layout.h"
#include "db/media.h"
#include "db/permit.h"
#include "db/post.h"
#include "db/project.h"
#include "db/property.h"
#include "db/user.h"

static char name[16]; /* of what is made next */

static int make_project(struct tx *tx, int64_t project)
{
    const struct project_new p = {.name = name};
    int64_t id;

    (void)project;
    return project_create(tx, &p, &id);
}

static int make_area(struct tx *tx, int64_t project)
{
    const struct area_new a = {project, 0, "area", name, -1};
    struct node node;

    return area_create(tx, &a, &node);
}

static int make_building(struct tx *tx, int64_t project)
{
    const struct building_new b = {.project_id = project, .name = name, .ordinal = -1};
    struct node node;

    return building_create(tx, &b, &node);
}

static int make_layout(struct tx *tx, int64_t project)
{
    const struct layout_new l = {.project_id = project, .name = name};
    int64_t id;

    return layout_create(tx, &l, &id);
}

static int make_fee(struct tx *tx, int64_t project)
{
    const struct fee_row fee = {
        .project_id = project, .kind = "agency", .name = name, .standard = "s", .voluntary = true};
    int64_t id;

    return fee_create(tx, &fee, &id);
}

static int make_discount(struct tx *tx, int64_t project)
{
    const struct discount_row d = {
        .project_id = project, .name = name, .condition = "c", .effect = "e"};
    int64_t id;

    return discount_create(tx, &d, &id);
}

static int make_permit(struct tx *tx, int64_t project)
{
    const struct permit_new p = {.project_id = project,
                                 .kind = "presale",
                                 .number = name,
                                 .issued_date = "2026-01-01",
                                 .scope_text = ""};
    int64_t id;

    return permit_create(tx, &p, &id);
}

static int make_media(struct tx *tx, int64_t project)
{
    char id[MEDIA_ID_SIZE + 1];
    const struct media_row m = {id, project, "image/png", name, 1};

    snprintf(id, sizeof(id), "%032d", name[0]);
    return media_add(tx, &m);
}

static int make_mapping(struct tx *tx, int64_t project)
{
    (void)project;
    return import_mapping_save(tx, name, "{}");
}

static int make_post(struct tx *tx, int64_t project)
{
    right_set set = 0;
    const struct post_change post = {.name = name, .rights = &set};
    int64_t id;

    (void)project;
    return post_create(tx, &post, &id);
}

static int make_user(struct tx *tx, int64_t project)
{
    const struct user_new user = {.login = name, .name = name, .password_hash = "h"};
    int64_t id;

    (void)project;
    return user_create(tx, &user, &id);
}

/* The rows that are there already, so that one more fits: @fill makes 1 to $1. */
#define NUMBERS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
static const struct {
    const char *what;
    int64_t limit, there; /* of the fixture */
    int (*make)(struct tx *tx, int64_t project);
    const char *fill;
} kinds[] = {
    {"project", PROJECT_MAX, 1, make_project,
     NUMBERS "INSERT INTO project (name, created_ms) SELECT 'x' || i, 1 FROM n"},
    {"area", AREA_NODES_MAX, 0, make_area,
     NUMBERS "INSERT INTO area (project_id, kind, name) SELECT 1, 'area', 'x' || i FROM n"},
    {"building", BUILDING_MAX, 1, make_building,
     NUMBERS "INSERT INTO building (project_id, name) SELECT 1, 'x' || i FROM n"},
    {"layout", LAYOUT_MAX, 0, make_layout,
     NUMBERS "INSERT INTO layout (project_id, name, rooms, halls, baths) "
             "SELECT 1, 'x' || i, 1, 1, 1 FROM n"},
    {"fee", FEE_MAX, 0, make_fee,
     NUMBERS "INSERT INTO fee (project_id, kind, name, standard, voluntary) "
             "SELECT 1, 'agency', 'x' || i, 's', 1 FROM n"},
    {"discount", DISCOUNT_MAX, 0, make_discount,
     NUMBERS "INSERT INTO discount (project_id, name, condition, effect) "
             "SELECT 1, 'x' || i, 'c', 'e' FROM n"},
    {"permit", PERMIT_MAX, 1, make_permit,
     NUMBERS "INSERT INTO permit (project_id, kind, number, issued_date, scope, units_named) "
             "SELECT 1, 'presale', 'x' || i, '2026-01-01', '', 0 FROM n"},
    {"media", MEDIA_FILES_MAX, 0, make_media,
     NUMBERS "INSERT INTO media (id, project_id, content_type, name, size, created_ms) "
             "SELECT 'x' || (1000000000000000000 + i) || '000000000000', 1, 'image/png', 'n', 1, 1 "
             "FROM n"},
    {"mapping", IMPORT_MAPPING_MAX, 0, make_mapping,
     NUMBERS "INSERT INTO import_mapping SELECT 'x' || i, '{}', 'a', 1 FROM n"},
    {"post", POST_MAX, 0, make_post,
     NUMBERS "INSERT INTO post (name, all_projects, created_ms) SELECT 'x' || i, 0, 1 FROM n"},
    {"user", USER_MAX, 0, make_user,
     NUMBERS "INSERT INTO user_account (login, name, password_hash, created_ms) "
             "SELECT 'x' || i, 'n', 'h', 1 FROM n"},
};

static void test_the_last_that_fits(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int64_t room = kinds[i].limit - kinds[i].there - 1;
        char limit[24];
        int r;

        assert_int_equal(db_run(f->db, kinds[i].fill, "i", room), room);
        snprintf(name, sizeof(name), "last%zu", i);
        r = FIXTURE_DO(f, tx, kinds[i].make(tx, f->project));
        if (r < 0)
            fail_msg("%s: the last is refused: %d, %s", kinds[i].what, r,
                     fault_code_text(f->fault.code));
        snprintf(name, sizeof(name), "more%zu", i);
        r = FIXTURE_DO(f, tx, kinds[i].make(tx, f->project));
        if (r != -EREFUSED || f->fault.code != FAULT_LIMIT_REACHED)
            fail_msg("%s: one too many: %d", kinds[i].what, r);
        snprintf(limit, sizeof(limit), "%lld", (long long)kinds[i].limit);
        assert_string_equal(f->fault.args[0].value, limit);
    }
    /* What is there may be saved again. */
    snprintf(name, sizeof(name), "x1");
    assert_int_equal(FIXTURE_DO(f, tx, make_mapping(tx, f->project)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_last_that_fits, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
